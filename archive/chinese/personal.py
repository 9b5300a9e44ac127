"""Recognising what may be about a person by its form, and by check digits where there are any.

Identity numbers follow GB 11643-1999, bank cards the Luhn check of ISO/IEC 7812-1. A unified social credit code
(GB 32100-2015) is as long as an identity number, but belongs to an organisation and is not personal.
"""

import re
from collections.abc import Iterator, Sequence

from archive.chinese.legible import legible

_SEPARATED = re.compile(r"(?<=[0-9Xx])[\s\-—–·.]+(?=[0-9Xx])")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")
_OLD_IDENTITY = re.compile(r"(?<!\d)\d{6}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)")
_MOBILE = re.compile(r"(?<!\d)(?:86)?1[3-9]\d{9}(?!\d)")
# As it is written in parts: 138.0013.8000, 138—0013—8000.
_MOBILE_IN_PARTS = re.compile(r"(?<![\d.])1[3-9]\d([.·—–])\d{4}\1\d{4}(?![\d.]\d|\d)")
# As identity numbers and cards are written in parts, with signs or wider blanks between them, alike ones throughout.
_IN_PARTS = re.compile(
    r"(?<![0-9A-Za-z.])(?:\d{4}(?P<sign>\s{1,4}|\s?[-.·•—–_/\\|*、，,;；:：~…]+\s?)\d{4}(?:(?P=sign)\d{4}){2}(?:(?P=sign)\d{1,3})?"
    r"|\d{6}(?P<other>\s{1,4}|\s?[-.·•—–_/\\|*、，,;；:：~…]+\s?)\d{4}(?P=other)?\d{2}(?P=other)?\d{2}(?P=other)\d{3}[\dXx])"
    r"(?![0-9A-Za-z]|\.\d)"
)
_CARD = re.compile(r"(?<!\d)\d{16,19}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PLATE = re.compile(
    r"[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新][A-Z][·\s]?[A-HJ-NP-Z0-9]{5,6}(?![A-Z0-9])"
)
_DOOR = re.compile(r"\d+\s*(?:号楼|栋|幢|单元|室|户)")
# A run of digits, perhaps with single blanks or hyphens inside, that is not part of a longer run, a decimal or a word.
_DIGITS = re.compile(r"(?<![0-9A-Za-z.\-_/])(?<!\d )\d(?:[ -]?\d){9,17}(?:[ -]?[0-9Xx])?(?![0-9A-Za-z_/]|[.-]\d| \d)")
_GROUPS = re.compile(r"\d+|\d(?:([ -])\d)(?:\1\d)+|\d{4}([ -])\d{4}(?:\2\d{4})+(?:\2\d{1,3})?|\d{6}[ -]\d{10,13}")
_OTHER_CODE = re.compile(
    r"(?:信用代码|机构代码|代码证|纳税人识别号|登记证号|许可证号|项目编号|招标编号|批准文号|备案号|索引号|流水号|订单号)\D{0,4}$"
)
# Numerals written digit by digit, also as on cheques, in traditional characters, and those of merchants (苏州码子).
_NUMERALS = dict(
    zip(
        "〇○零一二三四五六七八九壹贰叁肆伍陆柒捌玖貳參陸兩两幺〡〢〣〤〥〦〧〨〩",
        "000123456789123456789236221123456789",
        strict=True,
    )
)
AS_DIGITS = str.maketrans(_NUMERALS)
DIGIT = f"0-9{''.join(_NUMERALS)}"
_IN_NUMERALS = re.compile(rf"[{DIGIT}](?:[ -]?[{DIGIT}Xx]){{10,}}")
# What looks like 0 and 1, and stands among digits as one of them: 1381234567O, l3812345678.
_ALIKE = dict(zip("OoОоΟο◯IlІΙ", "00000001111", strict=True))
_EITHER = f"{DIGIT}{''.join(_ALIKE)}"
_WITH_ALIKE = re.compile(
    rf"(?<![{_EITHER}A-Za-z])[{_EITHER}](?:[ .·\-–—]{{0,2}}[{_EITHER}]){{9,}}[ .·\-–—]{{0,2}}[{_EITHER}Xx]"
    rf"(?![{_EITHER}A-Za-z])"
)
# Fewer true digits are a word.
_TRUE_DIGITS = 4
# The provinces that an identity number may begin with (GB/T 2260).
_PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)
_BANK = re.compile(r"卡号|账号|帐号|银行|账户|帐户|信用社|开户")
# Groups of digits with signs between them, whatever signs: where figures and numbers of persons stand in a line.
_CHAIN = re.compile(r"\d(?:[\W_]{0,3}\d)*")
_TOKEN = re.compile(r"\d+")
# The last character of an identity number, also in the letters of other alphabets that look like it.
_LAST = re.compile(r"[\W_]{0,3}[XxХхΧχ×](?![0-9A-Za-z])")
# How mobile numbers and cards are grouped, and what parts the groups; a comma or 、 parts figures.
_MOBILE_SIZES = ((3, 4, 4), (3, 8), (7, 4), (4, 4, 3), (4, 3, 4))
_CARD_SIZES = re.compile(r"4,4,4,4(?:,[1-3])?|4,4,4,[4-7]|6,1[0-3]|8,(?:8|9|10|11)")
_JOINS = re.compile(r"\s{1,4}|\s?[-.·•・—–_/\\|*+=~…⋅'│]+\s?")
_MOBILE_BRACKETED = re.compile(r"(?<![\d(])[(\[]?1[3-9]\d[()\]][ -]?\d{4}[()\]]?[ -]?\d{4}(?![\d)])")
# The country's code before a mobile number, or a 0 as before one of another place.
_DIALLED = re.compile(r"(?:0086|086|86|0)?(?P<number>1[3-9]\d{9})")
# What stands right before a mobile number: an address on the web, a word for it, a list's number; else it is a code.
_WEB = re.compile(r"(?:://|www\.)\S*$", re.IGNORECASE)
_CALLED = re.compile(
    r"(?:(?<![A-Za-z])(?:no|tel|mob|mobile|phone|cell|call|fax|wx|vx|weixin|wechat)|\d{7,}|^\s*[1-9]\d{0,2})[./_-]?$",
    re.IGNORECASE,
)
_CODE = re.compile(r"[0-9A-Za-z][./_-]?$")
# How digits may go on to be a number of a person: a mobile number, a card, an identity number of somebody alive.
_MAY_BEGIN = re.compile(
    r"\d$|1[3-9]\d{0,9}$|62|0?0?(?:86|8?$)|"
    rf"(?:{'|'.join(sorted(_PROVINCES))})(?:\d{{0,4}}$|\d{{4}}(?:[12]$|19|20))"
)
# A number that is said to be one is one, even if it is mistyped.
_SAID = re.compile(
    r"(?:身份证|公民身份|身份号码)[^\d。;；\n]{0,12}?(\d{6}(?:(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{2,3}[\dXx]"
    r"|\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}))(?![0-9A-Za-z])"
)
_PAPER = re.compile(
    r"(?:护照|通行证|回乡证|台胞证|旅行证|居留证|居留许可|居留身份证|居住证|军官证|士官证|士兵证|警官证|文职干部证)"
    r"[^0-9A-Za-z。;；\n]{0,12}?(?<![0-9A-Za-z])"
    r"([A-Z]{1,3}[ -]?\d{6,12}|\d{8,10}|[\u4e00-\u9fff]字第?\d{5,8}号?)(?![0-9A-Za-z])"
)
IDENTITY, CARD, MOBILE, PLATE, PAPER = "IDENTITY", "CARD", "MOBILE", "PLATE", "PAPER"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
# The commonest surnames, and those of two characters.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜"
    "崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷"
    "盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫"
    "米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝冀"
)
DOUBLE = ("欧阳", "司马", "上官", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "端木")
_HAN = re.compile(r"[\u4e00-\u9fff]+")


def has_identifier(text: str) -> bool:
    """Tell whether a text has a personal identifier: identity number, mobile, card, email address, plate or door."""
    read = legible(text)[0]
    flat = _SEPARATED.sub("", read)
    return (
        any(is_identity_number(match[0]) for match in _IDENTITY.finditer(flat))
        or any(_luhn(match[0]) for match in _CARD.finditer(flat))
        or any(pattern.search(flat) for pattern in (_OLD_IDENTITY, _MOBILE, _MAIL, _DOOR))
        or _PLATE.search(flat.upper()) is not None
        or next(identifiers(read), None) is not None
    )


def identifiers(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the kind, start and end of each identity number, card, mobile number, plate and passport in a legible line.

    Signs may separate the digits, which may be Chinese numerals. Digits after the name of another code are that code,
    and skipped. No two that are yielded overlap.
    """
    taken = bytearray(len(text))
    for kind, start, end in (*_by_any(text), *_with_alike(text)):
        if not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            yield kind, start, end


def _by_any(text: str) -> Iterator[tuple[str, int, int]]:
    yield from _by_form(text)
    yield from _in_chains(text)
    yield from _as_said(text)


def _with_alike(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield what has letters in the place of digits that look like them."""
    read = [*text]
    changed: set[int] = set()
    for match in _WITH_ALIKE.finditer(text):
        alike = [at for at in range(*match.span()) if text[at] in _ALIKE]
        if alike and sum(map(str.isnumeric, match[0])) >= _TRUE_DIGITS:
            changed.update(alike)
    if changed:
        for at in changed:
            read[at] = _ALIKE[text[at]]
        for kind, start, end in _by_any("".join(read)):
            if any(at in changed for at in range(start, end)):
                yield kind, start, end


def _by_form(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield what stands apart from other figures, in one of the usual forms."""
    yield from _in_numerals(text)
    bank: bool | None = None
    for match in _DIGITS.finditer(text):
        digits = re.sub(r"[ -]", "", match[0])
        kind = _kind_of(digits, match[0])
        if kind and not _OTHER_CODE.search(text, max(0, match.start() - 14), match.start()):
            if kind == CARD and not digits.startswith("62"):
                # Searched once: a line may be as long as a table, and all of it numbers.
                bank = _BANK.search(text) is not None if bank is None else bank
                if not bank:
                    continue
            if kind == MOBILE and text[match.end() : match.end() + 1] in tuple("元万亿件"):
                continue
            yield kind, *match.span()
    for match in _MOBILE_IN_PARTS.finditer(text):
        yield MOBILE, *match.span()
    for match in _IN_PARTS.finditer(text):
        digits = "".join(filter(str.isalnum, match[0])).upper()
        # What single blanks or hyphens part was read above.
        if not _DIGITS.fullmatch(match[0]) and (
            is_person(digits)
            or is_card(digits)
            and (digits.startswith("62") or _BANK.search(text, max(0, match.start() - 20), match.start()))
        ):
            yield IDENTITY if is_person(digits) else CARD, *match.span()
    for match in _PLATE.finditer(text.upper()):
        yield PLATE, *match.span()


def _in_chains(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield what stands among other figures, or is written apart by other signs than usual."""
    for chain in _CHAIN.finditer(text):
        if len(chain[0]) < 11:
            continue
        tokens = [match.span() for match in _TOKEN.finditer(text, *chain.span())]
        for at in range(len(tokens)):
            for kind, start, end in _from_token(text, tokens, at):
                if not _OTHER_CODE.search(text, max(0, start - 14), start):
                    yield kind, start, end
    for match in _MOBILE_BRACKETED.finditer(text):
        yield MOBILE, *match.span()


def _from_token(text: str, tokens: Sequence[tuple[int, int]], at: int) -> Iterator[tuple[str, int, int]]:
    """Yield what begins with a group of digits."""
    start, end = tokens[at]
    digits = text[start:end]
    if len(digits) >= 11:
        yield from _whole(text, start, end)
        if len(digits) > 19:
            return
    sizes: list[int] = []
    signs: set[str] = set()
    for next_start, next_end in tokens[at : at + 19]:
        if sizes:
            signs.add(text[end:next_start])
            digits += text[next_start:next_end]
        sizes.append(next_end - next_start)
        end = next_end
        if len(digits) > 19 or not _MAY_BEGIN.match(digits):
            return
        last = _LAST.match(text, end) if len(digits) == 17 else None
        if is_person(f"{digits}X" if last else digits):
            yield IDENTITY, start, last.end() if last else end
        elif len(sizes) > 1 and len(signs) == 1:
            sign = next(iter(signs))
            if not _goes_on(text, start, end, sign) and (kind := _in_groups(digits, sizes, sign)):
                yield kind, start, end


def _whole(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Yield what a group of digits is by itself, or two numbers that stand right behind each other."""
    digits, size = text[start:end], end - start
    decimal = text[start - 2 : start - 1].isdecimal() and text[start - 1] == "." and size > 11
    if decimal or re.match(r"\.\d|[A-Za-z]", text[end : end + 2]) and text[end : end + 1] not in ("X", "x"):
        return
    if (dialled := _DIALLED.fullmatch(digits)) and len({*dialled["number"]}) > 3:
        before = text[max(0, start - 60) : start]
        called = not _CODE.search(before) or _CALLED.search(before)
        if called and not _WEB.search(before) and text[end : end + 1] not in tuple("元万亿件吨亩%‰"):
            yield MOBILE, start, end
    if text[start - 1 : start].isalpha() and text[start - 1].isascii() and size != 18:
        return
    if size == 15 and digits[:2] in _PROVINCES and _OLD_IDENTITY.fullmatch(digits):
        yield IDENTITY, start, end
    elif digits.startswith("62") and is_card(digits):
        yield CARD, start, end
    elif 26 < size < 39:
        for cut in (11, *range(16, 20), *range(size - 19, size - 15), size - 11):
            kinds = [_glued(digits[:cut]), _glued(digits[cut:])]
            if kinds[0] and kinds[1]:
                yield kinds[0], start, start + cut
                yield kinds[1], start + cut, end
                return


def _glued(digits: str) -> str | None:
    """Return what digits are that another number stands right beside."""
    if is_person(digits):
        return IDENTITY
    if is_mobile(digits):
        return MOBILE
    return CARD if digits.startswith("62") and is_card(digits) else None


def _goes_on(text: str, start: int, end: int, sign: str) -> bool:
    """Tell whether what is parted by a sign goes on with it on either side."""
    before, after = text[start - len(sign) - 1 : start], text[end : end + len(sign) + 1]
    return (before[1:] == sign and before[:1].isdecimal()) or (after[:-1] == sign and after[-1:].isdecimal())


def _in_groups(digits: str, sizes: Sequence[int], sign: str) -> str | None:
    """Return what kind of number a mobile number or card is that is written in groups with one sign between them."""
    one_by_one = max(sizes) == 1
    joined = _JOINS.fullmatch(sign) is not None
    if digits[: sizes[0]] in ("0086", "086", "86") and len(digits) - sizes[0] == 11:
        digits, sizes = digits[sizes[0] :], sizes[1:]
        one_by_one = one_by_one or len(sizes) == 1
    if is_mobile(digits) and len({*digits}) > 3 and (one_by_one or joined and tuple(sizes) in _MOBILE_SIZES):
        return MOBILE
    if digits.startswith("62") and is_card(digits) and (one_by_one or _CARD_SIZES.fullmatch(",".join(map(str, sizes)))):
        return CARD
    return None


def _as_said(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield what a word before it says it is."""
    for pattern, kind in ((_SAID, IDENTITY), (_PAPER, PAPER)):
        for match in pattern.finditer(text):
            if kind == PAPER or match[1][:2] in _PROVINCES:
                yield kind, *match.span(1)


# What of an identifier stays to be seen, so that whoever knows it can tell which it is.
_SHOWN_FIRST, _SHOWN_LAST = 3, 2


def masked(text: str) -> str:
    """Return a line with the middle of each personal identifier masked. The log of all acts keeps no whole one.

    >>> masked("王某，13812345678"), masked("2019-03-01，云政发〔2019〕3号")
    ('王某，138******78', '2019-03-01，云政发〔2019〕3号')
    """
    read, origins = legible(text)
    black = {
        origins[at] for _, start, end in identifiers(read) for at in range(start + _SHOWN_FIRST, end - _SHOWN_LAST)
    }
    return "".join("*" if at in black else each for at, each in enumerate(text)) if black else text


def _in_numerals(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield what is written in Chinese numerals, perhaps right after or before others: 张三一三八〇〇一三八〇〇〇."""
    if text.isascii():
        return
    for match in _IN_NUMERALS.finditer(text):
        places = [place for place in range(*match.span()) if text[place] not in " -"]
        digits = "".join(text[place] for place in places)
        if not digits.isdecimal() and not digits[:-1].isdecimal():
            digits = digits.translate(AS_DIGITS).upper()
            for length in (18, 19, 17, 16, 11):
                begins = (len(digits) - length, 0) if len(digits) >= length else ()
                found = ((at, _kind_of_numerals(digits[at : at + length])) for at in begins)
                if read := next(((at, kind) for at, kind in found if kind), None):
                    yield read[1], places[read[0]], places[read[0] + length - 1] + 1
                    break


def _kind_of_numerals(digits: str) -> str | None:
    kind = _kind_of(digits, digits)
    # Of cards only those that Chinese banks give out: a long number in numerals may be anything.
    return kind if kind != CARD or digits.startswith("62") else None


def _kind_of(digits: str, written: str) -> str | None:
    if len(digits) == 18 and is_identity_number(digits):
        return IDENTITY
    if len(digits) == 15 and _OLD_IDENTITY.fullmatch(digits) and digits == written:
        return IDENTITY
    if is_card(digits) and _GROUPS.fullmatch(written):
        return CARD
    if len(digits) in (11, 13) and _MOBILE.fullmatch(digits):
        return MOBILE
    return None


def is_identity_number(text: str) -> bool:
    """Tell whether 18 characters are a resident identity number, with a possible date and the right check digit.

    >>> is_identity_number("11010519491231002X"), is_identity_number("110105194912310021")
    (True, False)
    """
    month, day = int(text[10:12]), int(text[12:14])
    if not (1 <= month <= 12 and 1 <= day <= 31 and 1850 <= int(text[6:10]) <= 2150):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return _CHECKS[total % 11] == text[17].upper()


def is_person(digits: str) -> bool:
    """Tell whether digits are an identity number of somebody who may be alive, of a province that there is."""
    return (
        len(digits) == 18
        and is_identity_number(digits)
        and digits[:2] in _PROVINCES
        and "1900" <= digits[6:10] <= "2099"
    )


def is_card(digits: str) -> bool:
    """Tell whether digits are as many as a bank card's, with the right check digit."""
    return 16 <= len(digits) <= 19 and digits.isdecimal() and _luhn(digits)


def is_mobile(digits: str) -> bool:
    """Tell whether digits are a mobile number without the country's code."""
    return len(digits) == 11 and _MOBILE.fullmatch(digits) is not None


def may_be_name(text: str) -> bool:
    """Tell whether a text on its own looks like a personal name; many ordinary words do, too."""
    if not _HAN.fullmatch(text):
        return False
    return 2 <= len(text) <= 3 and text[0] in _SURNAMES or 3 <= len(text) <= 4 and text.startswith(DOUBLE)


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (2 - at % 2) for at, digit in enumerate(digits[::-1], 1))
    return sum(value - 9 if value > 9 else value for value in (each for each in doubled)) % 10 == 0
