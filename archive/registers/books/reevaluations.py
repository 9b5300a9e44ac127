"""What is not for everybody is evaluated again at regular intervals (article 18), and each evaluation is entered.

A document whose newest version is 不予公开 or 依申请公开 is due some months after it was classified or last
evaluated, or on the day that its evaluation set. One that becomes 主动公开 gets that attribute and is reviewed as any.

The register and the archive are two databases. So an evaluation is entered as still to be carried out, then the
attribute is set, then the entry says so. What was cut off in between is carried out by ``carry_out`` later.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select

from archive.chinese.dates import OFFICE_TIME
from archive.decisions import review
from archive.document import Disclosure
from archive.errors import DecisionRefused, EntryRefused
from archive.plain import one_line
from archive.registers.books.book import Book, Entry
from archive.registers.books.columns import Column, Facts, Kind, day, text
from archive.registers.books.spec import Figure, Spec
from archive.registers.requests.request import Actor
from archive.registers.roles import Act
from archive.store.catalogue import Catalogue
from archive.store.tables import classifications, documents, versions

STAYS, OPENED = "维持", "转为主动公开"
DECISIONS = (STAYS, OPENED)
# The fact that an evaluation is still to be carried out, on which version; and why it could not be.
PENDING, UNDONE = "pending", "undone"
CARRIED, NOT_CARRIED = "执行", "没有执行"


@dataclass(frozen=True, slots=True)
class Withheld:
    """A document that is not for everybody, under which ground and since when."""

    id: str
    title: str
    number: str
    disclosure: Disclosure
    ground: str
    since: date


@dataclass(frozen=True, slots=True)
class Due:
    """When a document is to be evaluated. ``last`` is when it was; None: never yet."""

    document: Withheld
    on: date
    last: date | None


def withheld(catalogue: Catalogue) -> list[Withheld]:
    """Return every document whose newest version is not for everybody."""
    at = classifications.c
    later = classifications.alias().c
    overtaken = exists().where(later.document_id == at.document_id, later.version == at.version, later.id > at.id)
    query = (
        select(at.document_id, at.disclosure, at.ground, at.decided_at, versions.c.title, versions.c.number)
        .join(documents, (documents.c.id == at.document_id) & (documents.c.version == at.version))
        .join(versions, (versions.c.document_id == at.document_id) & (versions.c.version == at.version))
        .where(~overtaken, at.disclosure != Disclosure.ACTIVE.value)
        .order_by(at.decided_at, at.document_id)
    )
    with catalogue.reading() as connection:
        return [
            Withheld(
                *(row.document_id, one_line(row.title), row.number or "", Disclosure(row.disclosure), row.ground),
                since=datetime.fromisoformat(row.decided_at).astimezone(OFFICE_TIME).date(),
            )
            for row in connection.execute(query)
        ]


def dues(found: Iterable[Withheld], entries: Iterable[Entry], months: int) -> list[Due]:
    """Return when each document is to be evaluated, the first on top."""
    latest: dict[str, Facts] = {}
    done = (each for each in entries if not each.facts.get(UNDONE))
    for each in sorted(done, key=lambda each: (text(each.facts, "on"), each.number)):
        latest[text(each.facts, "document")] = each.facts
    return sorted(
        (_due(each, latest.get(each.id), months) for each in found), key=lambda due: (due.on, due.document.id)
    )


def until(found: Iterable[Due], year: int) -> list[Due]:
    """Return the list of a year: what is due in it, and what was due before and wasn't done."""
    return [each for each in found if each.on.year <= year]


def evaluate(book: Book, told: Mapping[str, str], by: Actor, id: str = "") -> Entry:
    """Enter an evaluation; what becomes public for all gets its attribute, and waits for review.

    ``id`` is that of a form: when it comes a second time, only what is left of it is done. Raises EntryRefused.
    """
    if id and (there := next((each for each in book.all() if each.id == id), None)):
        return _carried_out(book, there, by)
    cells = book.read(told)
    if cells.wrong:
        raise EntryRefused("".join(cells.wrong.values()))
    document = text(cells.facts, "document")
    if document not in {each.id for each in withheld(book.catalogue)}:
        raise EntryRefused("这份文件现在不是不予公开或者依申请公开，不用评估。")
    if cells.facts["decision"] != OPENED:
        return book.enter(told, by, id)
    pending = {PENDING: str(book.catalogue.newest(document).version)}
    return _carried_out(book, book.enter(told, by, id, pending), by)


def carry_out(book: Book) -> list[str]:
    """Carry out the evaluations that were entered and cut off; return a sentence about each.

    It is done in the name of who entered each. Raises what ends reading and writing either database.
    """
    found = []
    for each in book.all():
        if each.facts.get(PENDING):
            entered = book.events(each.id)[0]
            made = _carried_out(book, each, Actor(entered.person))
            document = text(made.facts, "document")
            undone = text(made.facts, UNDONE)
            found.append(
                f"定期评估 {each.number} 没有执行：{undone}"
                if undone
                else f"定期评估 {each.number} 补办完毕：{document} 改为{Disclosure.ACTIVE}。"
            )
    return found


def _carried_out(book: Book, entry: Entry, by: Actor) -> Entry:
    """Set the attribute that an entry still waits for, unless it is set, and say in the entry what came of it."""
    if not entry.facts.get(PENDING):
        return entry
    document, undone = text(entry.facts, "document"), ""
    if document in {each.id for each in withheld(book.catalogue)}:
        basis = f"定期评估（条例第十八条）：{text(entry.facts, 'reason')}"
        try:
            version = int(text(entry.facts, PENDING))
            review.classify(book.catalogue, document, Disclosure.ACTIVE, by.person, basis, version=version)
        except DecisionRefused as refused:
            undone = refused.reason
    made = {name: value for name, value in entry.facts.items() if name != PENDING}
    event, told = (NOT_CARRIED, {UNDONE: undone}) if undone else (CARRIED, {})
    try:
        return book.make(entry.id, event, {**made, **told}, by, entry.last)
    except EntryRefused:
        # Somebody else has just done the same.
        return book.entry(entry.id)


def _due(document: Withheld, last: Facts | None, months: int) -> Due:
    on = day(last, "on") if last else None
    if last and on and on >= document.since:
        return Due(document, day(last, "next_on") or later(on, months), on)
    return Due(document, later(document.since, months), on)


def later(on: date, months: int) -> date:
    """Return the same day some months later, or the last of a month that is too short.

    >>> later(date(2023, 11, 30), 3)
    datetime.date(2024, 2, 29)
    """
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def _problems(facts: Facts, today: date) -> Iterator[tuple[str, str]]:
    on, following = day(facts, "on"), day(facts, "next_on")
    if on and on > today:
        yield "on", "评估日还没有到，请核对。"
    if following and facts.get("decision") == OPENED:
        yield "next_on", "转为主动公开的，不填下次评估日。"
    if on and following and following <= on:
        yield "next_on", "下次评估日应在评估日之后。"


def figures(year: int, every: Collection[Facts]) -> list[Figure]:
    found = [each for each in every if SPEC.year(each) == year and not each.get(UNDONE)]
    kinds = ((name, sum(each.get("decision") == name for each in found)) for name in DECISIONS)
    return [("评估", f"{len(found)} 件"), *((name, f"{count} 件") for name, count in kinds)]


SPEC = Spec(
    "reevaluations",
    "定期评估登记簿",
    (
        Column(
            "document", "文件", Kind.DOCUMENT, needed=True, hint="档案里文件的编号或者地址。", listed=True, fixed=True
        ),
        Column("on", "评估日", Kind.DAY, needed=True, listed=True),
        Column("decision", "结论", Kind.ONE, DECISIONS, needed=True, listed=True, fixed=True),
        Column("reason", "理由", Kind.AREA, needed=True, most=2000, listed=True),
        Column("next_on", "下次评估日", Kind.DAY, hint="不填的，按规定的间隔。", listed=True),
    ),
    *("on", figures),
    *(Act.SEE_BOOKS, Act.EXAMINE, Act.EXPORT_BOOKS),
    problems=_problems,
    views={
        STAYS: lambda facts: facts.get("decision") == STAYS,
        OPENED: lambda facts: facts.get("decision") == OPENED,
    },
)
