"""Reading a report that comes as a document: its year, its first headings with their texts, its three tables."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from archive.annual import grid, numbers
from archive.annual.forms import HEADINGS, TABLE_HEADINGS, form_of
from archive.annual.report import Finding, Report, Section, heading
from archive.chinese.text import normalise
from archive.document import Place as Spot
from archive.errors import ReportUnreadable
from archive.extract.extraction import Extraction
from archive.tables import sheet_at

_NUMERALS = "一二三四五六七八九十"
# What each first heading says, in any of the ways in which it is written.
_SAID = (
    "(?:政府信息公开)?(?:工作)?(?:总体|基本)(?:情况|概况)|概述",
    "(?:本?行政机关)?(?:主动公开(?:政府)?信息|政府信息主动公开)(?:的)?情况",
    "(?:本?行政机关)?(?:收到和处理|处理)政府信息(?:依申请)?公开申请(?:的)?情况"
    "|(?:政府信息)?依申请公开(?:政府信息)?(?:的)?(?:办理)?情况",
    "(?:因)?政府信息公开(?:工作)?(?:被申请|被提起)?行政复议[、,及和与]*(?:被)?(?:提起)?(?:行政)?诉讼(?:的)?情况",
    "(?:政府信息公开工作)?(?:存在)?的?(?:主要)?(?:问题|不足)[、及和与以]*改进(?:的)?(?:情况|措施)",
    "其[他它]需要(?:报告|说明)的(?:事项|情况)|需要(?:报告|说明)的其[他它](?:事项|情况)",
)
# What stands before a heading's words: its numeral, behind the end of a sentence; and another kind of number.
_BEFORE = 12
_LED = re.compile(rf"[\n。;:】)\s]([{_NUMERALS}]{{1,2}})\s*[、.,]\s*$")
_NUMBER = re.compile(rf"第?[(]?[\d{_NUMERALS}]{{0,2}}[)]?(?:部分)?[、.\s]*")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d|[一二]\s*[〇零九][〇零一二三四五六七八九]{2})\s*年")
_REPORT = re.compile(r"(?:政府信息公开|政务公开|信息公开).{0,8}(?:报告|年报)|年度报告")
_PERIOD = re.compile(r"((?:19|20)\d\d)年1月1日起?(?:至|到|-|~)(?:((?:19|20)\d\d)年)?12月31日")
_TOP = 12
_DAY = re.compile(r"(?:\d{4}|[〇零一二三四五六七八九]{4})年.{1,3}月.{1,3}日")
_SIGNER = re.compile(r"[^，。；,;]{2,30}(?:政府|办公室|办公厅|委员会|[局委办部院中心街道])")
# What may stand below the last part and is no text of it.
_BELOW = re.compile(r"附\s*[件表].*|[【\[].*[】\]]|(?:打印|关闭).{0,6}|扫一扫.*|\d{1,3}")


@dataclass(frozen=True, slots=True)
class _Text:
    """A text with its places, as tables are read out of it."""

    text: str
    places: tuple[Spot, ...]


def read(extraction: Extraction, name: str, year: int | None = None) -> Report:
    """Read a report from what a file says. ``year`` is asked for where the report says none.

    Raises ReportUnreadable for what is none, or says no year; ReportRefused for a year without a form.
    """
    text = _Text("\n".join(extraction.paragraphs), extraction.places)
    title = extraction.title or ""
    top = [title, *extraction.paragraphs[:_TOP], name]
    if extraction.unread and not any(extraction.paragraphs):
        raise ReportUnreadable(f"“{name}”是图片或者扫描件，没有读到文字。请用有文字的原件（docx、网页等）核对。")
    if not any(_REPORT.search(normalise(each)) for each in top) and not _sections(text):
        raise ReportUnreadable(
            f"看不出“{name}”是政府信息公开工作年度报告：标题和开头没有写明，也没有格式规定的六个标题。请核对文件。"
        )
    found = year or _year(title, extraction.paragraphs, name)
    if found is None:
        raise ReportUnreadable(f"看不出“{name}”是哪一年度的报告。请用 --year 写明，如 --year 2023。")
    form = form_of(found)
    made = grid.read(text, form)
    sections = dict(_sections(text))
    noticed = [*_period(found, extraction.paragraphs, text), *_headings(sections, made.tables), *made.findings]
    if extraction.unread:
        pages = "、".join(map(str, extraction.unread))
        message = f"第 {pages} 页是图片，没有读到文字，其中的内容没有核对。"
        noticed.append(Finding("unread", message, f"第 {pages} 页"))
    kept = {at: each.section for at, each in sections.items()}
    return Report(
        found, form, title, made.cells, kept, _opening(text, sections), frozenset(made.tables), tuple(noticed)
    )


def _year(title: str, paragraphs: Sequence[str], name: str) -> int | None:
    """Return the year of a report: that in its title, in the first lines that name a report, or of its period."""
    lines = [normalise(each) for each in (title, *paragraphs[:_TOP])]
    named = [each for each in lines if _REPORT.search(each)]
    for each in (lines[0], *(each[:80] for each in named)):
        if found := _YEAR.search(each):
            return numbers.in_text(re.sub(r"\s", "", found[1]))
    for each in lines:
        if period := _PERIOD.search(each):
            return int(period[1])
    for each in (*named, normalise(name)):
        if found := _YEAR.search(each):
            return numbers.in_text(re.sub(r"\s", "", found[1]))
    return None


def _period(year: int, paragraphs: Sequence[str], text: _Text) -> Iterator[Finding]:
    """Find a period that is another year's, as of a report that was written over the last one's."""
    for number, each in enumerate(paragraphs[:_TOP]):
        for found in _PERIOD.finditer(normalise(each)):
            first, last = int(found[1]), int(found[2] or found[1])
            if (first, last) != (year, year):
                at = _at(text, number)
                message = f"{at}：统计期限写的是“{found[0]}”，报告的是 {year} 年度。"
                yield Finding("period", message, at, left=found[0], right=str(year))


@dataclass(frozen=True, slots=True)
class _Found:
    """A first heading as it was found. ``numeral`` is "" where it has none."""

    section: Section
    numeral: str
    paragraph: int
    at: int


def _at(text: _Text, paragraph: int) -> str:
    page = sheet_at(text.places, paragraph)
    return f"{page}第 {paragraph + 1} 段" if page else f"第 {paragraph + 1} 段"


def _plain(line: str) -> str:
    """Return a line in the width of the form. Its blanks stay: behind one a heading may begin."""
    return unicodedata.normalize("NFKC", line).strip()


def _sections(text: _Text) -> Mapping[int, _Found]:
    """Return the first headings, by their place in the form; in a scraped text they may stand within a line."""
    lines = text.text.splitlines()
    plain: list[tuple[int, str]] = [(at, _plain(each)) for at, each in enumerate(lines) if "\t" not in each]
    starts = [*accumulate((len(each) + 1 for _, each in plain), initial=0)][:-1]
    whole = "".join(f"{each}\n" for _, each in plain)
    spots: dict[int, tuple[int, int, str, str]] = {}
    for number, said in enumerate(_SAID):
        first: list[tuple[int, int, str, str]] = []
        inline: list[tuple[int, int, str, str]] = []
        alone: list[tuple[int, int, str, str]] = []
        for match in re.finditer(said, whole):
            before = whole[max(match.start() - _BEFORE, 0) : match.start()]
            if led := _LED.search(f"\n{before}" if len(before) < _BEFORE else before):
                start = match.start() - len(before) + led.start(1) - (len(before) < _BEFORE)
                begins = not start or whole[start - 1] == "\n"
                (first if begins else inline).append((start, match.end(), led[1], match[0]))
            elif whole[match.end() : match.end() + 1] == "\n":
                line = whole.rfind("\n", 0, match.start()) + 1
                if _NUMBER.fullmatch(whole[line : match.start()][:_BEFORE]):
                    alone.append((line, match.end(), "", match[0]))
        if best := (first or inline or alone)[-1:]:
            spots[number] = best[0]
    ends = sorted(start for start, *_ in spots.values())
    found: dict[int, _Found] = {}
    for number, (start, end, numeral, said) in spots.items():
        place = bisect_right(starts, start) - 1
        until = next((each for each in ends if each > start), len(whole))
        body = _body(whole[end:until].split("\n"))
        last = bisect_right(starts, until) - 1 if until < len(whole) else len(plain)
        # Headings that stand in lines of their own leave the lines between them as they are.
        apart = whole[end : end + 1] == "\n" and (until == len(whole) or starts[last] == until)
        written = _body([lines[at] for at, _ in plain[place + 1 : last]]) if apart else body
        at = _at(text, plain[place][0])
        section = Section(f"{numeral}、{said}" if numeral else said, _normalised(body), at, "\n".join(written))
        found[number] = _Found(section, numeral, place, start)
    return found


def _opening(text: _Text, found: Mapping[int, _Found]) -> str:
    """Return what stands before the first heading."""
    first = min((each.at for each in found.values()), default=0)
    whole = "\n".join(_plain(each) for each in text.text.splitlines() if "\t" not in each)
    return normalise(whole[:first])


def _normalised(lines: Sequence[str]) -> str:
    return "\n".join(map(normalise, lines))


def _body(lines: Sequence[str]) -> list[str]:
    """Return what a part says, without what stands below the last one: who signs, the day, attachments."""
    stripped = [each.strip() for each in lines]
    kept = [each for each in stripped if each and not _BELOW.fullmatch(normalise(each))]
    if kept and _DAY.fullmatch(normalise(kept[-1])):
        kept.pop()
        while kept and _SIGNER.fullmatch(kept[-1]):
            kept.pop()
    return kept


def _headings(found: Mapping[int, _Found], tables: set[str]) -> Iterator[Finding]:
    last = -1
    for number in range(len(HEADINGS)):
        each = found.get(number)
        if each is None:
            yield Finding("heading", f"缺少标题“{heading(number)}”。", right=heading(number))
            continue
        at = each.section.at
        if each.numeral != _NUMERALS[number]:
            message = f"{at}：标题“{each.section.heading}”的序号应为“{_NUMERALS[number]}、”。"
            yield Finding("heading", message, at, left=each.numeral, right=_NUMERALS[number])
        if each.at < last:
            message = f"{at}：标题“{each.section.heading}”的位置不对，格式的顺序是{'、'.join(HEADINGS)}。"
            yield Finding("heading", message, at, left=each.section.heading)
        last = max(last, each.at)
    for number, table in TABLE_HEADINGS.items():
        if table not in tables:
            each = found.get(number)
            at = each.section.at if each else ""
            where = f"{at}：“{each.section.heading}”之下" if each else f"“{heading(number)}”"
            message = f"{where}没有读到表格，格式在这里有表{table}。表格在附件里的，请核对附件。"
            yield Finding("table", message, at, (table, "", ""), right=f"表{table}")
