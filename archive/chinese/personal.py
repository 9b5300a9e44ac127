"""Recognising what may be about a person by its form, and by check digits where there are any.

Identity numbers follow GB 11643-1999, bank cards the Luhn check of ISO/IEC 7812-1. A unified social credit code
(GB 32100-2015) is as long as an identity number, but belongs to an organisation and is not personal.
"""

import re
import unicodedata
from collections.abc import Iterator

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
# Numerals written digit by digit, also as on cheques and in traditional characters.
_NUMERALS = dict(
    zip("〇○零一二三四五六七八九壹贰叁肆伍陆柒捌玖貳參陸兩两幺", "000123456789123456789236221", strict=True)
)
AS_DIGITS = str.maketrans(_NUMERALS)
DIGIT = f"0-9{''.join(_NUMERALS)}"
_IN_NUMERALS = re.compile(rf"[{DIGIT}](?:[ -]?[{DIGIT}Xx]){{10,}}")
# The provinces that an identity number may begin with (GB/T 2260).
_PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)
_BANK = re.compile(r"卡号|账号|帐号|银行|账户|帐户|信用社|开户")
IDENTITY, CARD, MOBILE, PLATE = "IDENTITY", "CARD", "MOBILE", "PLATE"
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
    flat = _SEPARATED.sub("", unicodedata.normalize("NFKC", text))
    return (
        any(is_identity_number(match[0]) for match in _IDENTITY.finditer(flat))
        or any(_luhn(match[0]) for match in _CARD.finditer(flat))
        or any(pattern.search(flat) for pattern in (_OLD_IDENTITY, _MOBILE, _MAIL, _DOOR))
        or _PLATE.search(flat.upper()) is not None
    )


def identifiers(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the kind, start and end of each identity number, card, mobile number and plate in a line in NFKC.

    Single blanks or hyphens may separate the digits, which may be Chinese numerals. Digits after the name of another
    code are that code, and skipped.
    """
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


# What of an identifier stays to be seen, so that whoever knows it can tell which it is.
_SHOWN_FIRST, _SHOWN_LAST = 3, 2


def masked(text: str) -> str:
    """Return a line with the middle of each personal identifier masked. The log of all acts keeps no whole one.

    >>> masked("王某，13812345678"), masked("2019-03-01，云政发〔2019〕3号")
    ('王某，138******78', '2019-03-01，云政发〔2019〕3号')
    """
    each_flat = [unicodedata.normalize("NFKC", each) for each in text]
    if "".join(each_flat) != unicodedata.normalize("NFKC", text):
        # Characters that only together make another: they are read as they stand.
        each_flat = [*text]
    origins = [at for at, flat in enumerate(each_flat) for _ in flat]
    black = {
        origins[at]
        for _, start, end in identifiers("".join(each_flat))
        for at in range(start + _SHOWN_FIRST, end - _SHOWN_LAST)
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
