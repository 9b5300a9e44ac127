"""Finding document numbers such as 国办发〔2019〕14号 in any spelling, and putting them in canonical form.

The grammar is that of GB/T 9704-2012: agency code, full year within 〔〕, serial number without leading zeros, 号. It
is read as loosely as offices and readers write it: any brackets, any width, blanks and line breaks, 第, leading
zeros, Chinese numerals. Look-alikes (dates, standards, credit codes, house numbers) are not
numbers. Numbers of enforcement and court cases are a kind of their own.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from archive.chinese import numerals
from archive.chinese.folding import Folding
from archive.describe import agencies, taxonomy


class NumberKind(StrEnum):
    """What a number identifies."""

    DOCUMENT = "document"
    DECREE = "decree"
    ANNOUNCEMENT = "announcement"
    # 规范性文件登记号, from Shandong's "three unities" (三统一): LSDR-2019-0010001
    REGISTRATION = "registration"
    # An enforcement or court case, whose number only looks like a document's: 沭环罚字〔2019〕12号
    CASE = "case"
    INDEX_CODE = "index code"


@dataclass(frozen=True, slots=True)
class Number:
    """A number found at ``text[start:end]``; not ``sure`` if its spelling may mean something else.

    A range (沭政发〔2019〕1-3号) gives several numbers, at places one after the other. ``agency`` is the code before a
    bracket, the name before 令 or 公告 ("" where none is named), or the prefix of a registration number.
    """

    canonical: str
    agency: str
    year: int | None
    serial: int | None
    kind: NumberKind
    start: int
    end: int
    sure: bool = True


_FOLD = Folding(
    {
        **dict.fromkeys(map(ord, "﹝［[【（(〖{｛<＜"), "〔"),
        **dict.fromkeys(map(ord, "﹞］]】）)〗}｝>＞"), "〕"),
        **dict.fromkeys(map(ord, "—–―－‐‑−─"), "-"),
        **dict.fromkeys(map(ord, "\u00a0\u3000\u200b\u200c\u200d\u00ad\ufeff\u2002\u2003\u2009"), " "),
    }
)
_PAIRS = frozenset(map("".join, zip("〔﹝［[【（(〖{｛<＜", "〕﹞］]】）)〗}｝>＞", strict=True)))
_HAN = r"\u4e00-\u9fff"
_YEAR = rf"(?:19|20)\d\d|[一二][{numerals.CHINESE}]{{3}}"
_ONE = rf"\d{{1,5}}|[{numerals.COUNTED}]{{1,6}}"
# Blanks, up to a line break with an indent. The bound, and never giving one back, keep a text full of blanks from
# taking long.
_B = r"\s{0,5}+"
_MORE = rf"(?:{_B}(?:-|至|~|、){_B}\d{{1,5}}){{0,20}}"
_BRACKETED = re.compile(
    rf"(?:(?P<open>〔){_B})?(?P<year>{_YEAR}|\d\d(?={_B}〕)){_B}(?P<nian>年?){_B}(?P<close>〕?){_B}第?{_B}"
    rf"(?P<serial>{_ONE})(?P<more>{_MORE}){_B}号"
    r"(?!楼|线|台风|公路|店|院|门|机|车|议题|议案|提案)"
)
_DECREE = re.compile(
    rf"令{_B}[》”]?{_B}〔?{_B}(?:(?P<year>{_YEAR}){_B}年?{_B})?第?{_B}(?P<serial>{_ONE}){_B}号"
    rf"|第?{_B}(?P<serial2>(?<!\d)\d{{1,4}}|[{numerals.COUNTED}]{{2,6}}){_B}号{_B}令"
)
_ANNOUNCEMENT = re.compile(
    rf"公{_B}告{_B}〔?{_B}(?:(?P<year>{_YEAR}){_B}[年〕]{_B})?第?{_B}(?P<serial>{_ONE}){_B}号"
    rf"|(?<!\d)(?P<year2>{_YEAR}){_B}年{_B}第{_B}(?P<serial2>{_ONE}){_B}号{_B}公告"
)
_REGISTRATION = re.compile(
    r"(?<![0-9A-Za-z])(?P<prefix>[A-Za-z]{2}[PCDpcd][Rr])\s{0,5}-?\s{0,5}(?P<year>(?:19|20)\d\d)\s{0,5}-?\s{0,5}"
    r"(?P<office>\d{3})\s{0,5}-?\s{0,5}(?P<serial>\d{4})(?!\d)"
)
_COURT = re.compile(
    rf"〔{_B}(?P<year>{_YEAR}){_B}〕{_B}(?P<court>[{_HAN}]\d{{0,4}}[{_HAN}]{{1,4}})第?{_B}(?P<serial>\d{{1,6}}){_B}号"
)
_INDEX_CODE = re.compile(
    r"(?<![0-9A-Za-z])(?P<code>[0-9A-Za-z][0-9A-Za-z-]{6,19}\s{0,5}/\s{0,5}\d{4,6}\s{0,5}-\s{0,5}\d{4,6})(?![0-9A-Za-z])"
)
# Spellings found only in queries: without brackets, or without 号.
_LOOSE = re.compile(
    rf"(?P<agency>[{_HAN}]{{2,12}}){_B}〔?{_B}(?P<year>{_YEAR})\s{{0,5}}(?:年|-|/|〕|〔|\s){{1,3}}{_B}第?{_B}(?P<serial>{_ONE})"
    rf"{_B}(?:号|(?![\d月季期届批次年个件条]))"
)
# A decree without its 号: 国务院令第711.
_LOOSE_DECREE = re.compile(
    rf"令{_B}(?:(?P<year>{_YEAR}){_B}年{_B})?第{_B}(?P<serial>{_ONE})(?!{_B}[号\d{numerals.COUNTED}条])(?P<serial2>(?!))?"
)
_ENFORCEMENT = re.compile(
    r"(?:处?罚(?:决|告|催|听)?|强制?|催告?|执法?|责改|立案?|撤案|没|听告|不予?罚|复决|复议|裁|仲)字$|(?:罚|罚决|罚告|行处|复决|复议决)$"
)
_RUN = re.compile(rf"[{_HAN}](?:\s*[{_HAN}])*\s*$")
_BRANCH = re.compile(rf"(?P<agency>[{_HAN}]{{2,12}})〔(?P<place>[{_HAN}]{{1,3}})〕$")
_NAMES = re.compile(rf"[{_HAN}、,\s]+$")
_HAN_BEFORE = re.compile(rf"[{_HAN}]\s*$")
# How many characters before a match are searched for the agency.
_REACH = 60
# How many matches of each spelling are read in a text, and how many numbers a range gives, each more than any document
# has. Of a longer range its end is still a number.
_MOST = 5000
_WIDEST = 50


def find(text: str) -> tuple[Number, ...]:
    """Return the numbers in a document's text, in order; those after the first thousands are not read."""
    return _read(text, text.translate(_FOLD)).in_order()


def read_query(text: str) -> tuple[Number, ...]:
    """Return the numbers in a query, including 国办发2019年14号, 沭政办字2016 74, 711号令 and index codes.

    A known agency's code makes any spelling sure. Numbers do not overlap, so each can be cut out of the query.
    """
    folded = text.translate(_FOLD)
    found = _read(text, folded)
    for number in (*_each(_LOOSE, folded, _loose), *_each(_INDEX_CODE, folded, _index_code), *_bare_decrees(folded)):
        found.add([number])
    for match in _LOOSE_DECREE.finditer(folded):
        found.add(_decree(folded, match))
    known = taxonomy.load().codes
    return tuple(replace(number, sure=number.sure or number.agency in known) for number in found.in_order())


def canonicals(numbers: Iterable[Number]) -> Iterator[str]:
    """Yield the canonical forms of the numbers, each once, in order."""
    yield from dict.fromkeys(number.canonical for number in numbers)


def index_code(text: str) -> str:
    """Return an index code (索引号) in the form used for comparison: no blanks, half width, upper case.

    >>> index_code(" 11341702486344515h／202110－00013")
    '11341702486344515H/202110-00013'
    """
    return re.sub(r"\s+", "", text.translate(_FOLD)).upper()


class _Found:
    """A collection of numbers that do not overlap: of two, the one added first stays."""

    def __init__(self, text: str) -> None:
        self._numbers: list[Number] = []
        # A byte for each character, 1 where a number is.
        self._taken = bytearray(len(text))

    def add(self, numbers: list[Number]) -> None:
        if numbers:
            start, end = numbers[0].start, numbers[-1].end
            if not any(self._taken[start:end]):
                self._taken[start:end] = b"\x01" * (end - start)
                self._numbers += numbers

    def in_order(self) -> tuple[Number, ...]:
        return tuple(sorted(self._numbers, key=lambda number: number.start))


def _read(text: str, folded: str) -> _Found:
    found = _Found(text)
    if "号" in folded:
        for match in islice(_COURT.finditer(folded), _MOST):
            found.add([_court(match)])
        for match in islice(_BRACKETED.finditer(folded), _MOST):
            found.add(_bracketed(text, folded, match))
        for match in islice(_DECREE.finditer(folded), _MOST):
            found.add(_decree(folded, match))
        for match in islice(_ANNOUNCEMENT.finditer(folded), _MOST):
            found.add(_announcement(folded, match))
    for match in islice(_REGISTRATION.finditer(folded), _MOST):
        found.add([_registration(match)])
    return found


def _each(pattern: re.Pattern[str], text: str, read: Callable[[re.Match[str]], Number | None]) -> Iterator[Number]:
    for match in pattern.finditer(text):
        number = read(match)
        if number:
            yield number


def _bracketed(text: str, folded: str, match: re.Match[str]) -> list[Number]:
    """Return the numbers of a match for year and serial, with the agency's code read from the words before it."""
    if not (match["open"] or match["close"]) or match["nian"] and not (match["open"] and match["close"]):
        return []
    damaged = "".join(text[slice(*match.span(name))] for name in ("open", "close") if match[name]) not in _PAIRS
    run = _RUN.search(folded, max(0, match.start() - _REACH), match.start())
    year = numerals.value(match["year"])
    if not run or year is None:
        return []
    start, agency, sure = agencies.code(run[0])
    branch = _BRANCH.search(folded, max(0, run.start() - _REACH), run.start())
    if branch and len(agency) <= 5:
        # The code of a branch office: 沂环(云)罚字.
        run, inner = branch, f"({branch['place']}){agency}"
        start, agency, sure = agencies.code(branch["agency"])
        agency += inner
    known = agency in taxonomy.load().codes
    if year < 100:
        # A two-digit year is of the last century, and counts only after a known code.
        year, sure = year + 1900, False
        if not known or year < 1949:
            return []
    if not agency or damaged and not (sure or known):
        return []
    kind = NumberKind.CASE if _ENFORCEMENT.search(agency) else NumberKind.DOCUMENT
    numbers = []
    for serial, begin, end in _serials(match, run.start() + start):
        canonical = f"{agency}〔{year}〕{serial}号"
        numbers.append(Number(canonical, agency, year, serial, kind, begin, end, sure and not damaged))
    return numbers


def _serials(match: re.Match[str], start: int) -> Iterator[tuple[int, int, int]]:
    """Yield the serial numbers of a match (three for 1-3), each with the start and end of its part of the text."""
    first = numerals.value(match["serial"])
    if not first:
        return
    rest = match["more"]
    listed = [(first, match.end("serial"))]
    for more in re.finditer(r"([-至~、])\s*(\d+)", rest):
        last, at = int(more[2]), match.end("serial") + more.end()
        before = listed[-1][0]
        if more[1] != "、" and before < last <= before + _WIDEST - len(listed):
            listed += [(between, listed[-1][1]) for between in range(before + 1, last)]
        listed.append((last, at))
    listed[-1] = (listed[-1][0], match.end())
    for serial, end in listed:
        yield serial, start, end
        start = end


def _decree(text: str, match: re.Match[str]) -> list[Number]:
    run = _NAMES.search(text, max(0, match.start() - _REACH), match.start())
    serial = numerals.value(match["serial"] or match["serial2"])
    if not serial or not run:
        return []
    squeezed = "".join(run[0].split())
    if squeezed.endswith("国") and not squeezed.endswith(("共和国", "全国", "我国")):
        start, agency = len(run[0].rstrip()) - 1, "国务院"
    else:
        start, agency = _names(run[0])
    if not agency:
        return []
    year = numerals.value(match["year"]) if match["year"] else None
    canonical = f"{agency}令{f'{year}年' if year else ''}第{serial}号"
    return [Number(canonical, agency, year, serial, NumberKind.DECREE, run.start() + start, match.end())]


def _announcement(text: str, match: re.Match[str]) -> list[Number]:
    year = numerals.value(match["year"] or match["year2"] or "")
    serial = numerals.value(match["serial"] or match["serial2"])
    run = _NAMES.search(text, max(0, match.start() - _REACH), match.start())
    start, agency = _names(run[0]) if run else (0, "")
    if not serial or not year and not agency:
        return []
    begin = run.start() + start if run and agency else match.start()
    canonical = f"{agency}公告{f'{year}年' if year else ''}第{serial}号"
    return [Number(canonical, agency, year, serial, NumberKind.ANNOUNCEMENT, begin, match.end())]


def _names(run: str) -> tuple[int, str]:
    """Return where the agencies named at the end of a run begin, and their names.

    Blanks inside a name (中华人民共和国 国务院) do not matter.
    """
    start, found = agencies.name(run)
    if not found and any(character.isspace() for character in run):
        places = [at for at, character in enumerate(run) if not character.isspace()]
        inner, found = agencies.name("".join(run[at] for at in places))
        start = places[inner] if found else 0
    return start, found


def _registration(match: re.Match[str]) -> Number:
    prefix, year = match["prefix"].upper(), match["year"]
    canonical = f"{prefix}-{year}-{match['office']}{match['serial']}"
    return Number(canonical, prefix, int(year), int(match["serial"]), NumberKind.REGISTRATION, *match.span())


def _court(match: re.Match[str]) -> Number:
    year = numerals.value(match["year"])
    canonical = f"({year}){match['court']}{match['serial']}号"
    return Number(canonical, match["court"], year, int(match["serial"]), NumberKind.CASE, *match.span())


def _loose(match: re.Match[str]) -> Number | None:
    start, agency, sure = agencies.code(match["agency"])
    year, serial = numerals.value(match["year"]), numerals.value(match["serial"])
    known = agency in taxonomy.load().codes
    if not year or not serial or not known and not (sure and re.search(r"[发字函办规电任]$", agency)):
        return None
    kind = NumberKind.CASE if _ENFORCEMENT.search(agency) else NumberKind.DOCUMENT
    canonical = f"{agency}〔{year}〕{serial}号"
    return Number(canonical, agency, year, serial, kind, match.start() + start, match.end(), known)


def _index_code(match: re.Match[str]) -> Number:
    return Number(index_code(match["code"]), "", None, None, NumberKind.INDEX_CODE, *match.span())


def _bare_decrees(text: str) -> Iterator[Number]:
    """Yield decrees without an agency, such as 711号令 and 令第711号; people mean the State Council's."""
    for match in _DECREE.finditer(text):
        serial = numerals.value(match["serial"] or match["serial2"])
        if serial and not match["year"] and not _HAN_BEFORE.search(text, max(0, match.start() - _REACH), match.start()):
            yield Number(f"国务院令第{serial}号", "国务院", None, serial, NumberKind.DECREE, *match.span(), sure=False)
