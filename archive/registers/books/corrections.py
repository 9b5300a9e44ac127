"""Corrections that somebody asks for (更正, article 41): of which document, what was decided, which version came of it.

Who asks, how to reach them, and whatever is written freely is personal. The article gives no term: the office's own
(``DAYS`` working days unless it is set otherwise) is counted by the calendar, as that of a reply is.
"""

from collections.abc import Collection, Iterator
from datetime import date

from archive.errors import UnknownDocument, YearMissing
from archive.registers.books.columns import Column, Facts, Kind, Told, day, in_order, text
from archive.registers.books.spec import Figure, Spec
from archive.registers.requests.facts import Field
from archive.registers.requests.lawful import RETAINED_YEARS
from archive.registers.roles import Act
from archive.registers.workdays import Calendar
from archive.store.catalogue import Catalogue

DAYS = 20
MADE, REFUSED, PASSED_ON, REFERRED = "予以更正", "不予更正", "转送其他机关", "告知向其他机关提出"
DECISIONS = (MADE, REFUSED, PASSED_ON, REFERRED)
_RECEIVED = Column("received_on", "收到日", Kind.DAY, needed=True, listed=True)
_DECIDED = Column("decided_on", "决定日", Kind.DAY, listed=True)
_TOLD = Column("told_on", "告知日", Kind.DAY, listed=True)


def due(facts: Facts, calendar: Calendar, days: int, today: date) -> Told:
    """Return when somebody must have been told, or how it ended."""
    start = day(facts, "received_on")
    if start is None or facts.get("told_on"):
        return Told("已告知")
    try:
        last = calendar.add(start, days).end
    except YearMissing as error:
        return Told(f"待定（缺 {error.year} 年放假安排）")
    return Told(last.isoformat(), today > last)


def _problems(facts: Facts, today: date) -> Iterator[tuple[str, str]]:
    yield from in_order(facts, today, _RECEIVED, _DECIDED, _TOLD)
    decision = text(facts, "decision")
    if bool(decision) != bool(facts.get("decided_on")):
        yield "decision", "决定和决定日应当都有，或者都没有。"
    if facts.get("told_on") and not decision:
        yield "told_on", "还没有决定，不能登记告知。"
    elsewhere = decision in (PASSED_ON, REFERRED)
    if elsewhere != bool(facts.get("organ")):
        yield "organ", "写明是哪个机关。" if elsewhere else "没有转送或者告知向其他机关提出，不填。"
    if (decision == MADE) != bool(facts.get("version")):
        yield "version", "予以更正的，先收入更正后的文件，再写明它的版次。" if decision == MADE else "没有更正，不填。"


def _held(facts: Facts, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Hold the version that a correction made against the archive."""
    version, id = text(facts, "version"), text(facts, "document")
    if not version or not id:
        return
    try:
        newest = catalogue.newest(id).version
    except UnknownDocument:
        return
    if not 2 <= int(version) <= newest:
        yield "version", f"更正后的版次应在 2 至 {newest} 之间。" if newest > 1 else "这份文件还没有更正后的版本。"


def _retained_until(facts: Facts) -> date | None:
    """Return until when who asked is kept: as long as of a request that was answered on that day."""
    told = day(facts, "told_on")
    return date(told.year + RETAINED_YEARS, 12, 31) if told else None


def figures(year: int, every: Collection[Facts]) -> list[Figure]:
    received = [each for each in every if SPEC.year(each) == year]
    return [
        ("收到", f"{len(received)} 件"),
        ("办结", f"{sum(bool(each.get('decision')) for each in received)} 件"),
        *((name, f"{sum(each.get('decision') == name for each in received)} 件") for name in DECISIONS),
    ]


SPEC = Spec(
    "corrections",
    "更正登记簿",
    (
        _RECEIVED,
        Column("name", "姓名或名称", needed=True, personal=Field.NAME),
        Column("contact", "联系方式", needed=True, personal=Field.CONTACT, most=500),
        Column(*("document", "涉及的文件", Kind.DOCUMENT), needed=True, hint="档案里文件的编号或者地址。", listed=True),
        Column(*("text", "要求更正什么，有什么证据", Kind.AREA), needed=True, personal=Field.TEXT, most=20_000),
        Column("decision", "决定", Kind.ONE, DECISIONS, listed=True),
        _DECIDED,
        Column("organ", "转送或者告知的机关", most=100),
        Column("version", "更正后的版次", Kind.NUMBER, hint="更正后的文件作为新版本收入、审查，这里写它是第几版。"),
        Column("note", "决定的理由", Kind.AREA, personal=Field.NOTE, most=20_000),
        _TOLD,
    ),
    *("received_on", figures),
    *(Act.SEE_REQUESTS, Act.HANDLE_REQUESTS, Act.EXPORT_REQUESTS),
    problems=_problems,
    views={
        "未办结": lambda facts: not facts.get("decision"),
        "未告知": lambda facts: not facts.get("told_on"),
        "予以更正": lambda facts: facts.get("decision") == MADE,
        "不予更正": lambda facts: facts.get("decision") == REFUSED,
    },
    held=_held,
    retained_until=_retained_until,
)
