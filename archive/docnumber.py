"""Document numbers: 国办发〔2019〕14号 in any spelling, and the like of them, in their one canonical form.

The grammar is that of GB/T 9704-2012 (agency code, year in full within 〔〕, serial number without leading zeros, 号),
read as widely as offices and readers write it: any brackets, any width, blanks and line breaks, 第, leading zeros,
Chinese numerals. Look-alikes (dates, standards, credit codes, house numbers, court cases) are not numbers.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from archive import numerals, taxonomy


class Kind(StrEnum):
    DOCUMENT = "document"
    DECREE = "decree"
    ANNOUNCEMENT = "announcement"
    # 规范性文件登记号, Shandong's "three unities": LSDR-2019-0010001
    REGISTRATION = "registration"
    # The number of an enforcement case looks like a document's and is none: 沭环罚字〔2019〕12号
    CASE = "case"
    INDEX_CODE = "index code"


@dataclass(frozen=True, slots=True)
class Number:
    """A number that stands at ``text[start:end]``. Not ``sure``: read from a spelling that may mean something else."""

    canonical: str
    agency: str
    year: int | None
    serial: int | None
    kind: Kind
    start: int
    end: int
    sure: bool = True


# One character for one, so that places in the folded text are places in the text.
_FOLD = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(map(ord, "﹝［[【（(〖{｛<＜"), "〔"),
    **dict.fromkeys(map(ord, "﹞］]】）)〗}｝>＞"), "〕"),
    **dict.fromkeys(map(ord, "—–―－‐‑−"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u3000\u200b\u00ad\ufeff\u2002\u2003\u2009"), " "),
}
_HAN = r"[\u4e00-\u9fff]"
_YEAR = rf"(?P<year>(?:19|20)\d\d|[一二][{numerals.CHINESE}]{{3}})"
_SERIAL = rf"(?P<serial>\d{{1,5}}|[{numerals.COUNTED}]{{1,6}})"
_DOCUMENT = re.compile(
    rf"(?P<agency>{_HAN}(?:\s*{_HAN}){{0,13}}(?:〔{_HAN}{{1,4}}〕{_HAN}{{1,4}})?)\s*〔\s*{_YEAR}\s*年?\s*〕\s*(?P<ordinal>第?)\s*{_SERIAL}\s*号"
)
_HALF_BRACKET = re.compile(
    rf"(?P<agency>{_HAN}{{2,10}})\s*(?:{_YEAR}\s*〕|〔\s*(?P<other>(?:19|20)\d\d))\s*第?\s*{_SERIAL}\s*号"
)
_DECREE = re.compile(
    rf"(?P<agency>(?:中\s*华\s*人\s*民\s*共\s*和\s*国\s*)?(?:国\s*务\s*院|主\s*席|{_HAN}{{2,8}}人民政府|{_HAN}{{1,8}}[部署局会行]|国))"
    rf"\s*令\s*〔?\s*(?:{_YEAR}\s*年\s*)?第\s*{_SERIAL}\s*号"
)
_ANNOUNCEMENT = re.compile(
    rf"(?P<agency>{_HAN}[{_HAN[1:-1]}、 ]{{0,40}})公告\s*〔?\s*{_YEAR}\s*[年〕]?\s*第?\s*{_SERIAL}\s*号"
)
_REGISTRATION = re.compile(
    r"(?<![0-9A-Za-z])(?P<prefix>[A-Za-z]{2}(?:PR|CR|DR|pr|cr|dr))\s*[- ]\s*(?P<year>(?:19|20)\d\d)\s*[- ]\s*"
    r"(?P<maker>\d{3})\s*-?\s*(?P<serial>\d{4})(?!\d)"
)
_INDEX_CODE = re.compile(
    r"(?<![0-9A-Za-z])(?P<code>[0-9A-Za-z][0-9A-Za-z-]{6,19}\s*/\s*\d{4,6}\s*-\s*\d{4,6})(?![0-9A-Za-z])"
)
# What only a person who searches writes.
_LOOSE = re.compile(
    rf"(?P<agency>{_HAN}{{2,10}}[发字函办令电规告联])\s*〔?\s*(?P<year>(?:19|20)\d\d)\s*(?:年|-|〕|\s)\s*第?\s*"
    r"(?P<serial>\d{1,5})\s*(?:号|$|(?=\s))"
)
_SHORT_DECREE = re.compile(r"(?<![\d-])(?:国\s*令|第)?\s*(?P<serial>\d{2,4})\s*号\s*令")

_LONGEST = 80
_ENDS_IN_HAO = frozenset({_DOCUMENT, _HALF_BRACKET, _DECREE, _ANNOUNCEMENT})

_CASE = re.compile(r"[罚催执]字?$|罚决字$|[罚强]决?字?$|处罚字$|立字$|民[初终]|刑[初终]|行[初终]")
# Where the words before an agency's code end: 依据|国办发, 贯彻落实|沭政办发.
_BEFORE = re.compile(
    r".*(?:根据|依据|按照|遵照|参照|依照|落实|贯彻|执行|印发|转发|下发|文件|通知|意见|规定|办法|方案|废止|修订|以下简称|"
    r"文号|字号|编号|据|照|按|和|及|与|见|由|以|将|的|对|在|是|为|经|号|依)"
)
_ENDING = re.compile(r"[发字函办令电任规告联批复请示政府审人财税教科卫农水交建土文监环府报议提工信安]$")


def find(text: str) -> tuple[Number, ...]:
    """The numbers that stand in a document's text, in order."""
    return _read(text, _DOCUMENT_SIDE)


def read_query(text: str) -> tuple[Number, ...]:
    """The numbers in what a person typed: also 国办发2019年14号, 沭政办字2016 74, 711号令 and index codes."""
    return _read(text, (*_DOCUMENT_SIDE, *_QUERY_SIDE))


def index_code(text: str) -> str:
    """An index code (索引号) as it is compared: without blanks, half width, upper case."""
    return re.sub(r"\s+", "", text.translate(_FOLD)).upper()


def _read(text: str, readers: "tuple[tuple[re.Pattern[str], _Reader], ...]") -> tuple[Number, ...]:
    folded = text.translate(_FOLD)
    found: list[Number] = []
    near = list(_near_ends(folded))
    for pattern, read in readers:
        for start, end in near if pattern in _ENDS_IN_HAO else [(0, len(folded))]:
            for match in pattern.finditer(folded, start, end):
                number = read(match)
                if number and all(number.end <= other.start or number.start >= other.end for other in found):
                    found.append(number)
    return tuple(sorted(found, key=lambda number: number.start))


def _near_ends(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a text that may hold a number that ends in 号: most of a long text holds none."""
    start = end = -1
    at = text.find("号")
    while at >= 0:
        if at - _LONGEST > end:
            if end > 0:
                yield start, end
            start = max(0, at - _LONGEST)
        end = at + 1
        at = text.find("号", end)
    if end > 0:
        yield start, end


def _document(match: re.Match[str]) -> Number | None:
    run = match["agency"]
    start, agency, sure = _agency(run)
    groups = match.groupdict()
    year, serial = numerals.value(groups.get("year") or groups.get("other") or ""), numerals.value(match["serial"])
    if not agency or year is None or not serial or not 1900 <= year <= 2100:
        return None
    canonical = f"{agency}〔{year}〕{serial}号"
    kind = Kind.CASE if _CASE.search(agency) else Kind.DOCUMENT
    return Number(canonical, agency, year, serial, kind, match.start("agency") + start, match.end(), sure)


def _loose(match: re.Match[str]) -> Number | None:
    number = _document(match)
    return number if number and number.agency in taxonomy.load().codes or number and number.sure else None


def _agency(run: str) -> tuple[int, str, bool]:
    """Where in a run of Han before a bracket the agency's code begins, the code, and whether it surely is one."""
    places = [at for at, character in enumerate(run) if not character.isspace()]
    # A branch stands in round brackets within the code: 沂环(云)罚字.
    squeezed = "".join(run[at] for at in places).replace("〔", "(").replace("〕", ")")
    for at in range(len(squeezed)):
        if squeezed[at:] in taxonomy.load().codes:
            return places[at], squeezed[at:], True
    before = _BEFORE.match(squeezed[:-1])
    cut = before.end() if before else 0
    code = squeezed[cut:]
    if not 1 < len(code) <= 12:
        return 0, "", False
    return places[cut], code, bool(_ENDING.search(code))


def _decree(match: re.Match[str]) -> Number | None:
    serial = numerals.value(match["serial"])
    agency = re.sub(r"\s+", "", match["agency"]).removeprefix("中华人民共和国")
    start = match.start()
    if agency == "国":
        agency = "国务院"
    elif agency not in ("国务院", "主席"):
        before = _BEFORE.match(agency[:-2])
        if before:
            start, agency = start + before.end(), agency[before.end() :]
    if not serial or len(agency) < 2:
        return None
    canonical = f"{agency}令第{serial}号"
    return Number(canonical, agency, None, serial, Kind.DECREE, start, match.end())


def _announcement(match: re.Match[str]) -> Number | None:
    year, serial = numerals.value(match["year"]), numerals.value(match["serial"])
    run = match["agency"].strip()
    before = _BEFORE.match(run)
    cut = before.end() if before else 0
    issuers = [taxonomy.issuer(part) for part in re.split(r"[、\s]+", run[cut:]) if part]
    if not issuers or year is None or not serial:
        return None
    agency = "、".join(issuers)
    canonical = f"{agency}公告{year}年第{serial}号"
    return Number(canonical, agency, year, serial, Kind.ANNOUNCEMENT, match.start() + cut, match.end())


def _registration(match: re.Match[str]) -> Number:
    prefix, year = match["prefix"].upper(), match["year"]
    canonical = f"{prefix}-{year}-{match['maker']}{match['serial']}"
    return Number(canonical, prefix, int(year), int(match["serial"]), Kind.REGISTRATION, match.start(), match.end())


def _index_code(match: re.Match[str]) -> Number:
    code = index_code(match["code"])
    return Number(code, "", None, None, Kind.INDEX_CODE, match.start(), match.end())


def _short_decree(match: re.Match[str]) -> Number:
    serial = int(match["serial"])
    return Number(f"国务院令第{serial}号", "国务院", None, serial, Kind.DECREE, match.start(), match.end(), sure=False)


_Reader = Callable[[re.Match[str]], Number | None]
_DOCUMENT_SIDE: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_DOCUMENT, _document),
    (_HALF_BRACKET, _document),
    (_DECREE, _decree),
    (_ANNOUNCEMENT, _announcement),
    (_REGISTRATION, _registration),
)
_QUERY_SIDE: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_LOOSE, _loose),
    (_INDEX_CODE, _index_code),
    (_SHORT_DECREE, _short_decree),
)


def canonicals(numbers: tuple[Number, ...]) -> Iterator[str]:
    """Their canonical forms, each once, in order."""
    yield from dict.fromkeys(number.canonical for number in numbers)
