"""By when the reports of the last year are due, and who has not reported (article 49; the forms have the days)."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from archive.annual import handed_in, keeping, settings
from archive.annual.forms import due
from archive.registers.books.book import Book


@dataclass(frozen=True, slots=True)
class Standing:
    """What is to be said of the reports of a year, in sentences, and whether today is a day to remind of one."""

    sentences: tuple[str, ...]
    reminds: bool


def standing(data: Path, book: Book, today: date) -> Standing:
    """Return how the reports of the year before ``today`` stand. Raises BadSettings."""
    year = today.year - 1
    reporting = settings.load(data)
    entries = handed_in.of_year(book, year)
    made = keeping.frozen_of(book, year, reporting.county) is not None
    awaited = [each for each in reporting.units if each != reporting.office]
    missing = [each for each in awaited if each not in entries or not handed_in.figures(entries[each])]
    told, reminds = list[str](), False
    for who, of_county, is_open in (("部门", False, bool(missing) or not awaited), (reporting.county, True, not made)):
        term = due(year, of_county)
        soon = "，请抓紧" if is_open and term.reminders[0] <= today else ""
        stands = _left((term.on - today).days) if is_open else "已经报送或者定稿"
        told.append(f"{who}的 {year} 年度报告：{term.on} 前公布，{stands}{soon}。")
        reminds = reminds or (is_open and today in term.reminders)
    if missing:
        told.append(f"没有报送数据的单位 {len(missing)} 个：{'、'.join(missing)}。")
    if not awaited:
        told.append(f"{settings.FILE} 没有列出应报送的单位（units），不知道哪些单位没有报送。")
    return Standing(tuple(told), reminds)


def _left(days: int) -> str:
    return f"还有 {days} 天" if days > 0 else "今天到期" if not days else f"已过 {-days} 天"
