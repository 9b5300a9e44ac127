"""Publication at a time: a person approves now, and the version becomes public then, if nothing is in the way by then.

What was set is in the catalogue, not in the staff's database: it is a decision about a document, made in one
transaction with its event, is in the document's record, and so outlives a restart, a rebuild and a restore; and what
runs it (``due``) needs no account. The seal names the person who decided, and the time when it happened.

Nothing is public before its time. The clock must have reached it, and where the machine has not been restarted since,
so much time must have passed as was to pass then: a clock that is put forward publishes nothing early.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from archive.chinese.dates import OFFICE_TIME, date_at_start
from archive.decisions import acts, publication, stops
from archive.document import Status
from archive.errors import DecisionRefused, GongkaiError, NotRecorded, PrecheckFailed
from archive.plain import one_line
from archive.store import audit, noted
from archive.store.catalogue import Catalogue
from archive.store.tables import documents, schedules, versions

# What is set for later than that was mistyped.
LONGEST = timedelta(days=366)
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Running:
    """Since which start a machine has been running, and for how many seconds; no clock that is set changes it."""

    boot: str
    seconds: int

    @classmethod
    def now(cls) -> "Running":
        try:
            return cls(_BOOT.read_text(encoding="ascii").strip(), int(time.clock_gettime(time.CLOCK_BOOTTIME)))
        except (OSError, AttributeError):
            # Elsewhere than on Linux there is only the clock.
            return cls("", 0)


@dataclass(frozen=True, slots=True)
class Plan:
    """A version that becomes public ``at`` a time, or was to; ``told`` says why it did not, and is "" until then.

    ``person`` decided it. ``waits`` tells that the clock has reached the time, and the machine has not run so long.
    """

    id: str
    version: int
    title: str
    at: datetime
    person: str
    reason: str
    told: str
    waits: bool = False

    @property
    def when(self) -> str:
        """The time as the office reads it."""
        return spoken(self.at)


@dataclass(frozen=True, slots=True)
class Happened:
    """What became of a plan at its time: public, or why it is not."""

    id: str
    version: int
    title: str
    public: bool
    told: str


def spoken(at: datetime) -> str:
    """Return an instant as the office reads it, in Beijing's time."""
    return at.astimezone(OFFICE_TIME).strftime("%Y-%m-%d %H:%M")


def instant(day: str, clock: str) -> datetime:
    """Return an instant that is typed as a day and a time of day in Beijing. Raises ValueError for what is none.

    >>> spoken(instant("2026-12-01", "9:00"))
    '2026-12-01 09:00'
    """
    on = date_at_start(day)
    if on is None:
        raise ValueError(day)
    return datetime.combine(on, _clock(clock), OFFICE_TIME)


def _clock(text: str) -> clock_time:
    hours, _, minutes = text.strip().replace("：", ":").partition(":")
    return clock_time(int(hours), int(minutes))


def plan(
    catalogue: Catalogue,
    id: str,
    at: datetime,
    person: str,
    reason: str = "",
    version: int | None = None,
    now: datetime | None = None,
    running: Running | None = None,
) -> Plan:
    """Approve a document's newest version for a time to come. All that an approval needs must be there now as well.

    Raises UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    now, running = now or datetime.now(UTC), running or Running.now()
    with catalogue.writing() as connection:
        row = acts.newest(connection, id, version)
        about = int(row["version"])
        name = acts.named(id, person, "审查决定必须写明审查人。")
        if row["status"] != Status.WAITING:
            raise DecisionRefused(id, f"第 {about} 版不在待审，不能定时公开。")
        if at <= now:
            raise DecisionRefused(id, f"{spoken(at)} 已经过去，请写以后的时间；现在就公开的，请直接批准。")
        if at > now + LONGEST:
            raise DecisionRefused(id, f"{spoken(at)} 在一年以后，请核对年份。")
        last = _last(connection, id)
        if last is not None and last.stage == "set" and last.version == about:
            raise DecisionRefused(id, f"第 {about} 版已定于 {spoken(_instant(last))} 公开，要改时间请先取消。")
        if in_the_way := publication.obstacles(connection, id, about, name):
            raise DecisionRefused(id, "".join(in_the_way))
        values = {
            "publish_at": at.astimezone(UTC).isoformat(timespec="seconds"),
            "person": name,
            "reason": reason.strip(),
        }
        wrote = _add(connection, id, about, "set", values, now, running)
        told = {"version": about, "at": spoken(at), "reason": reason.strip()}
        audit.append(connection, name, "schedule", id, told | wrote)
        return Plan(id, about, "", at, name, reason.strip(), "")


def cancel(catalogue: Catalogue, id: str, person: str, reason: str, version: int | None = None) -> int:
    """Cancel what was set for a document, for a reason. Return the version.

    Raises UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    with catalogue.writing() as connection:
        acts.newest(connection, id, version)
        name = acts.named(id, person, "取消定时公开必须写明经办人。")
        acts.required(id, reason, "取消定时公开必须写明原因。")
        last = _last(connection, id)
        if last is None or last.stage != "set":
            raise DecisionRefused(id, "没有定时公开，无须取消。")
        values = {"publish_at": last.publish_at, "person": name, "reason": reason.strip()}
        wrote = _add(connection, id, last.version, "cancelled", values, datetime.now(UTC), Running.now())
        told = {"version": last.version, "at": spoken(_instant(last)), "reason": reason.strip()}
        audit.append(connection, name, "unschedule", id, told | wrote)
        return int(last.version)


def due(
    catalogue: Catalogue,
    now: datetime | None = None,
    running: Running | None = None,
    hindrance: Callable[[str], str] = lambda _person: "",
    barred: Callable[[str], str] = lambda _id: "",
) -> list[Happened]:
    """Make public what has reached its time, and tell what became of each; what is not to be is not tried again.

    ``hindrance`` says why the person who set a time may publish no more, or "", and ``barred`` why a document, by its
    id, can't be public.

    Call it as often as you like, from as many processes: each plan is carried out once. One that fails for a reason
    that is not the document's (a damaged record, a missing key) stays set and is told each time.
    """
    now, running = now or datetime.now(UTC), running or Running.now()
    with catalogue.reading() as connection:
        reached = [row.document_id for row in _set(connection) if _reached(row, now, running)]
    happened = []
    for id in reached:
        done: Happened | None = None
        try:
            with catalogue.writing() as connection:
                last = _last(connection, id)
                if last is not None and last.stage == "set" and _reached(last, now, running):
                    done = _carry_out(catalogue, connection, last, now, running, hindrance, barred)
        except NotRecorded as error:
            # It was done, and only its record is behind.
            done = replace(done, told=str(error)) if done else None
        except GongkaiError as error:
            # Also at the end of the transaction, which is then undone.
            done = Happened(id, 0, "", False, str(error))
        happened += [done] if done else []
    return happened


def plans(
    catalogue: Catalogue, now: datetime | None = None, running: Running | None = None, id: str | None = None
) -> dict[str, Plan]:
    """Return what is set and what was refused at its time, by the document's id, the next first; of one or of all."""
    now, running = now or datetime.now(UTC), running or Running.now()
    with catalogue.reading() as connection:
        return {each.id: each for each in sorted(_plans(connection, now, running, id), key=lambda each: each.at)}


def _plans(connection: Connection, now: datetime, running: Running, id: str | None) -> Iterator[Plan]:
    for row in _newest(connection, ("set", "refused"), id):
        # What was refused is over once that version or a later one is public.
        if row.stage == "refused" and (row.public_version or 0) >= row.version:
            continue
        waits = row.stage == "set" and now >= _instant(row) and not _reached(row, now, running)
        set_by = row.person, row.reason
        told = row.reason if row.stage == "refused" else ""
        if told:
            query = select(schedules).where(schedules.c.document_id == row.document_id, schedules.c.stage == "set")
            was = connection.execute(query.order_by(schedules.c.id.desc()).limit(1)).one()
            set_by = was.person, was.reason
        yield Plan(row.document_id, row.version, one_line(row.title), _instant(row), *set_by, told, waits)


def _carry_out(
    catalogue: Catalogue,
    connection: Connection,
    last: Row[Any],
    now: datetime,
    running: Running,
    hindrance: Callable[[str], str],
    barred: Callable[[str], str],
) -> Happened:
    id, version = str(last.document_id), int(last.version)
    document = catalogue.newest_in(connection, id)
    stage, told = "refused", ""
    values = {"publish_at": last.publish_at, "person": last.person}

    def end(stage: str, told: str) -> dict[str, object]:
        return _add(connection, id, version, stage, values | {"reason": told}, now, running)

    if document.version == version and document.status is Status.PUBLISHED:
        stage, told = "done", "已经提前公开。"
    elif document.version == version and document.status is not Status.WAITING:
        told = "已经退回。"
    elif who := _corrected_since(connection, id):
        # The publisher decided on what was seen then.
        told = f"定好时间以后，{who}更正过，请看过现在的内容再决定。"
    elif why := hindrance(last.person):
        told = f"定好时间以后，{why}请另一名发布人看过后再批准。"
    elif why := barred(id):
        told = why
    else:
        decided = spoken(datetime.fromisoformat(last.decided_at))
        reason = f"{last.reason}（{decided} 决定定时公开）"
        try:
            if document.version == version:
                # By the rules of today, which may have changed since.
                stops.bring_up(connection, document)
            with connection.begin_nested():
                publication.approve(connection, id, last.person, reason, version, along=end("done", ""))
            return Happened(id, version, document.metadata.title, True, "")
        except (DecisionRefused, PrecheckFailed) as refused:
            told = refused.reason if isinstance(refused, DecisionRefused) else str(refused)
    about = {"version": version, "at": spoken(_instant(last)), "reason": told}
    action = "unschedule" if stage == "done" else "not_published"
    audit.append(connection, stops.PROGRAM, action, id, about | end(stage, told))
    return Happened(id, version, document.metadata.title, stage == "done", told)


def _corrected_since(connection: Connection, id: str) -> str:
    """Return who last corrected a document, or changed its attachments, after its time was set; "" if nobody did."""
    events = [*audit.events(connection, id, ("schedule", "correct"))]
    return events[-1].actor if events and events[-1].action == "correct" else ""


def _reached(row: Row[Any], now: datetime, running: Running) -> bool:
    at = _instant(row)
    if now < at:
        return False
    if row.boot == "" or row.boot != running.boot:
        return True
    to_pass = (at - datetime.fromisoformat(row.decided_at)).total_seconds()
    return int(running.seconds - row.uptime) >= int(to_pass)


def _instant(row: Row[Any]) -> datetime:
    return datetime.fromisoformat(row.publish_at)


def _last(connection: Connection, id: str) -> Row[Any] | None:
    query = select(schedules).where(schedules.c.document_id == id).order_by(schedules.c.id.desc()).limit(1)
    return connection.execute(query).first()


def _set(connection: Connection) -> list[Row[Any]]:
    return _newest(connection, ("set",))


def _newest(connection: Connection, stages: Iterable[str], id: str | None = None) -> list[Row[Any]]:
    """Return the last row of each document, or of one, that has one of these stages, with the document's title."""
    newest = select(func.max(schedules.c.id)).group_by(schedules.c.document_id)
    if id is not None:
        newest = newest.where(schedules.c.document_id == id)
    query = (
        select(schedules, versions.c.title, documents.c.public_version)
        .join(documents, documents.c.id == schedules.c.document_id)
        .join(versions, (versions.c.document_id == documents.c.id) & (versions.c.version == documents.c.version))
        .where(schedules.c.id.in_(newest), schedules.c.stage.in_([*stages]))
        .order_by(schedules.c.publish_at, schedules.c.id)
    )
    return [*connection.execute(query)]


def _add(
    connection: Connection,
    id: str,
    version: int,
    stage: str,
    values: dict[str, str],
    now: datetime,
    running: Running,
) -> dict[str, object]:
    """Add a row; return what its event tells of it."""
    made = connection.execute(
        insert(schedules)
        .values(
            document_id=id,
            version=version,
            stage=stage,
            boot=running.boot,
            uptime=running.seconds,
            decided_at=now.astimezone(UTC).isoformat(timespec="microseconds"),
            **values,
        )
        .returning(schedules.c.id)
    ).scalar_one()
    return noted.rows(connection, (schedules, schedules.c.id == made))
