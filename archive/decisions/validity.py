"""Recording a document's validity, and applying what the calendar changes. The rule itself is in ``in_force``."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Connection, insert, or_, select, update

from archive import in_force
from archive.chinese import dates
from archive.decisions import acts
from archive.document import Validity
from archive.errors import DecisionRefused, UnknownDocument
from archive.store import audit, changes, noted
from archive.store.assembly import turns_of
from archive.store.catalogue import Catalogue
from archive.store.public import ended, is_public, public_versions
from archive.store.tables import calendar, documents, validities, versions

_JOB = "validity"
# How many documents are asked for together.
_AT_ONCE = 500
# How many years ahead a change may begin, and how many years in force may be added. A normative document usually holds
# for five at most, a plan for fifteen or twenty: what is later was mistyped.
BEGINS, LASTS = 5, 20
# Years for which a normative document is renewed (domain rules 3.5).
RENEWED = 5


def record(
    catalogue: Catalogue,
    id: str,
    validity: Validity,
    person: str,
    reason: str,
    since: date,
    until: date | None = None,
    by_id: str | None = None,
) -> None:
    """Record that a document's validity changes on a day, and which document changes it.

    ``until`` is the document's new last day in force.

    Raises UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    with catalogue.writing() as connection:
        add(connection, id, validity, person, reason, since, until, by_id)


def add(
    connection: Connection,
    id: str,
    validity: Validity,
    person: str,
    reason: str,
    since: date,
    until: date | None = None,
    by_id: str | None = None,
) -> None:
    """Record as ``record`` does, inside the caller's transaction."""
    for each in (id, by_id):
        if each and connection.execute(select(documents.c.id).where(documents.c.id == each)).first() is None:
            raise UnknownDocument(each)
    for said in (person, reason):
        acts.required(id, said, "登记效力状态必须写明经办人和依据。")
    if not dates.EARLIEST <= since <= _years_after(dates.office_today(), BEGINS):
        raise DecisionRefused(
            id, f"起始日期 {since} 不合规则：应在 {dates.EARLIEST} 之后、今天起 {BEGINS} 年之内。请核对年份。"
        )
    if until is not None and until < since:
        raise DecisionRefused(id, f"失效日期 {until} 早于起始日期 {since}。")
    if until is not None and until > _years_after(since, LASTS):
        raise DecisionRefused(
            id,
            f"失效日期 {until} 超过起始日期 {since} 之后 {LASTS} 年。规范性文件的有效期一般不超过 5 年，"
            f"规划等较长的也不超过 {LASTS} 年。请核对年份。",
        )
    about = {"validity": validity.value, "since": since, "until": until, "by_id": by_id, "reason": reason}
    added = insert(validities).values(document_id=id, person=person, decided_at=audit.now(), **about)
    made = connection.execute(added.returning(validities.c.id)).scalar_one()
    told = {name: str(value) if isinstance(value, date) else value for name, value in about.items()}
    wrote = noted.rows(connection, (validities, validities.c.id == made))
    audit.append(connection, person, "validity", id, {**told, **wrote})
    public = select(documents.c.id).where(documents.c.id == id, is_public)
    if connection.execute(public).first() is not None:
        # Changes are public, and one about a hidden document would reveal that it exists.
        changes.append(connection, [id])


def renew(catalogue: Catalogue, id: str, person: str, reason: str, years: int = RENEWED) -> date:
    """Let a document hold for some years more, from its last day, or from today if that is past.

    One that holds for as many years already is not renewed again: it would hold longer than anybody decided. Returns
    its new last day. Raises UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    with catalogue.writing() as connection:
        if stands := obstacle(catalogue, connection, id, years):
            raise DecisionRefused(id, stands)
        today = catalogue.today()
        until = _years_after(max(_last(catalogue, connection, id) or today, today), years)
        add(connection, id, Validity.IN_FORCE, person, reason, today, until)
        return until


def obstacle(catalogue: Catalogue, connection: Connection, id: str, years: int = RENEWED) -> str:
    """Return a sentence for why a document is not renewed, or "". Raises UnknownDocument."""
    if catalogue.newest_in(connection, id).metadata.validity is Validity.REPEALED:
        return "该文件已废止，不能续期。"
    last = _last(catalogue, connection, id)
    if last is None or last < _years_after(catalogue.today(), years):
        return ""
    sentence = f"该文件到 {last} 才期满，距今已有 {years} 年，不再续期。"
    return sentence + "要改失效日期的，登记“现行有效”，写明新的失效日期。"


def _last(catalogue: Catalogue, connection: Connection, id: str) -> date | None:
    turns = turns_of(connection, [id]).get(id, [])
    stated = catalogue.newest_in(connection, id).metadata.expires_on
    return next((turn.until for turn in reversed(turns) if turn.until), stated)


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        # The 29th of February.
        return day.replace(year=day.year + years, day=28)


def ended_by(catalogue: Catalogue, id: str) -> str | None:
    """Return the document that last changed this one's validity, as a person recorded it, or None."""
    query = select(validities.c.by_id).where(validities.c.document_id == id).order_by(validities.c.id.desc()).limit(1)
    with catalogue.reading() as connection:
        return connection.execute(query).scalar()


def turn(catalogue: Catalogue, today: date) -> list[str]:
    """Append a change for each public document whose validity changed, or that ended, since the last run; return them.

    If the clock was set back since, the documents whose validity is what it was before are found. Run it before the
    index is updated.
    """
    with catalogue.writing() as connection:
        query = select(calendar.c.done_until).where(calendar.c.job == _JOB)
        done_until = connection.execute(query).scalar()
        if done_until == today:
            return []
        turned = [] if done_until is None else _turning(connection, *sorted((done_until, today)))
        changes.append(connection, turned)
        if done_until is None:
            connection.execute(insert(calendar).values(job=_JOB, done_until=today))
        else:
            connection.execute(update(calendar).where(calendar.c.job == _JOB).values(done_until=today))
        if turned:
            if done_until and done_until < today:
                _tell_ended(connection, done_until, today)
            audit.append(connection, "gongkai", "turn", None, {"until": str(today), "documents": turned})
    return turned


def _tell_ended(connection: Connection, after: date, until: date) -> None:
    """Log for each document that after these days the public sees it no more."""
    query = select(versions.c.document_id, versions.c.version, versions.c.public_until).select_from(public_versions)
    passed = ended(until) & (versions.c.public_until >= after)
    for row in connection.execute(query.where(passed).order_by(versions.c.document_id)).all():
        told = {"version": row.version, "until": str(row.public_until)}
        audit.append(connection, "gongkai", "ended", row.document_id, told)


def _turning(connection: Connection, after: date, until: date) -> list[str]:
    """Return the ids of public documents whose validity may change, or that end, after one day and up to another."""
    days = versions.c.effective_on, versions.c.expires_on, versions.c.public_until
    query = select(versions.c.document_id, *days).select_from(public_versions)
    recorded = select(validities.c.document_id)
    dated = or_(*(day.is_not(None) for day in days))
    rows = connection.execute(query.where(dated | versions.c.document_id.in_(recorded))).all()
    turns = turns_of(connection, [row.document_id for row in rows])
    return sorted(
        row.document_id
        for row in rows
        if any(
            after < day <= until
            for day in (
                *in_force.boundaries(row.effective_on, row.expires_on, turns.get(row.document_id, ())),
                *([row.public_until + timedelta(days=1)] if row.public_until else []),
            )
        )
    )


def on_days(catalogue: Catalogue, ids: Sequence[str], days: Sequence[date]) -> dict[str, tuple[Validity | None, ...]]:
    """Return what the validity of public documents was on each of some days, as it is known today, by id."""
    columns = (versions.c.document_id, versions.c.validity, versions.c.effective_on, versions.c.expires_on)
    found: dict[str, tuple[Validity | None, ...]] = {}
    with catalogue.reading() as connection:
        turns = turns_of(connection, ids)
        for start in range(0, len(ids), _AT_ONCE):
            some = documents.c.id.in_(ids[start : start + _AT_ONCE])
            for id, stated, begins, ends in connection.execute(
                select(*columns).select_from(public_versions).where(some)
            ):
                validity = Validity(stated) if stated else None
                found[id] = tuple(in_force.on(day, validity, begins, ends, turns.get(id, ())) for day in days)
    return found
