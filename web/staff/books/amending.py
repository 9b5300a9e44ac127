"""Corrections at the desk: when each is due, and the version that came of it."""

from collections.abc import Mapping

from archive.chinese.dates import office_today
from archive.errors import BadCalendar
from archive.registers.books import corrections
from archive.registers.books.book import Entry
from archive.registers.books.columns import Facts, Told, text
from archive.registers.books.corrections import due
from web.http.current import services
from web.staff.books.opening import book
from web.staff.books.pages import HEEDS, pages
from web.staff.requests.opening import register


def _due(facts: Facts) -> Told:
    try:
        calendar = register().calendar
    except (BadCalendar, OSError):
        return Told("现在算不出：放假安排的文件有误，请维护人员核对")
    return due(facts, calendar, services().settings.correction_days, office_today())


def _about(entry: Entry) -> Mapping[str, object]:
    days = services().settings.correction_days
    found = _due(entry.facts)
    id, version = text(entry.facts, "document"), text(entry.facts, "version")
    return {
        "lines": [("办理期限", f"{found.said}（收到之日起 {days} 个工作日；条例第四十一条没有规定期限）")],
        "heed": ["已经超过办理期限，请尽快决定并告知。"] if found.late else [],
        "links": [(f"/documents/{id}/differences", f"第 {version} 版改动了什么")] if version else [],
    }


def _late() -> str:
    late = sum(_due(each.facts).late for each in book(corrections.SPEC).all())
    return f"{late} 件已经超过办理期限。" if late else ""


HEEDS[corrections.SPEC.id] = _late
amending = pages(corrections.SPEC, _about, also=("办理期限", _due))
