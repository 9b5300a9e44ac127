"""Work that goes on behind a page: files to take in or to mask, a row for each job and one for each of its files.

A worker takes a job by one conditional UPDATE, for as long as its lease lasts, and renews that while it is at work. All
that it writes about the job goes by its token. So two workers never hold the same job, and what one that was killed had
in hand another takes when the lease has run out.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, insert, or_, select, update

from archive.intake.receive import Result
from archive.registers.staff import Staff, instant, now
from archive.registers.staff_tables import job_files, jobs

# How long a worker has a job without renewing that, and how long a job rests after a failure.
LEASE, REST = timedelta(seconds=60), timedelta(seconds=30)
# How often in a row a job may be taken without getting on.
ATTEMPTS = 3
ASKED = "asked"


class Kind(StrEnum):
    UPLOAD = "upload"
    FOLDER = "folder"
    MASKING = "masking"


# What takes files in, and may have very many of them.
BRINGING = (Kind.UPLOAD, Kind.FOLDER)


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    ASKING = "asking"
    DONE = "done"
    GIVEN_UP = "given-up"


_OPEN = (State.WAITING, State.RUNNING)


class LeaseLost(Exception):
    """Another worker has the job by now, or it is done: nothing more may be written about it."""


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file of a job. ``result`` is what became of it: one of intake's, or ASKED; None as long as that is open."""

    number: int
    name: str
    part_of: int | None = None
    result: str | None = None
    source: str = ""
    document_id: str | None = None
    told: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A job. ``token`` is whose it is while it runs; ``told`` says why it rests, or what else to know."""

    id: str
    kind: Kind
    payload: Mapping[str, object]
    person: str
    unit: str
    state: State
    token: str
    attempts: int
    told: str
    made_at: datetime
    ended_at: datetime | None
    leased_until: datetime | None
    done: int
    total: int

    @property
    def open(self) -> bool:
        return self.state in _OPEN

    @property
    def held(self) -> bool:
        """Tell whether a worker is at it, as far as its lease says."""
        return self.state is State.RUNNING and self.leased_until is not None and self.leased_until > now()

    def is_left(self, since: datetime, late: timedelta) -> bool:
        """Tell whether nobody took it up for so long that no worker seems to run. ``since`` then it waits."""
        since = max(since, self.leased_until or since)
        return self.open and not self.held and not self.told and now() - since > late


def add(
    staff: Staff, kind: Kind, payload: Mapping[str, object], person: str, unit: str, names: Iterable[str], id: str = ""
) -> str:
    """Add a job with its files' names, and return its id; "" if there is one with the ``id``."""
    id = id or uuid4().hex
    values = {"id": id, "kind": kind, "payload": payload, "person": person, "unit": unit, "state": State.WAITING}
    with staff.writing() as connection:
        if connection.execute(select(jobs.c.id).where(jobs.c.id == id)).first():
            return ""
        connection.execute(insert(jobs).values(**values, attempts=0, told="", made_at=instant(now())))
        _write(connection, id, [JobFile(number, name) for number, name in enumerate(names, 1)])
    return id


def take(staff: Staff, kinds: Collection[Kind] = tuple(Kind)) -> Job | None:
    """Take the oldest job of some kinds that nobody has, until the lease runs out; None if there is none."""
    at = now()
    free = jobs.c.state.in_(_OPEN) & or_(jobs.c.leased_until.is_(None), jobs.c.leased_until < instant(at))
    free &= jobs.c.kind.in_(kinds)
    token = uuid4().hex
    with staff.writing() as connection:
        _give_up(connection, free, at)
        oldest = select(jobs.c.id).where(free).order_by(jobs.c.made_at, jobs.c.id).limit(1).scalar_subquery()
        values = {"state": State.RUNNING, "token": token, "leased_until": instant(at + LEASE)}
        taken = update(jobs).where(jobs.c.id == oldest, free)
        taken = taken.values(
            **values, attempts=jobs.c.attempts + 1, began_at=func.coalesce(jobs.c.began_at, instant(at))
        )
        if not connection.execute(taken).rowcount:
            return None
        return _jobs(connection, jobs.c.token == token)[0]


def renew(staff: Staff, job: Job) -> None:
    """Have a job for another lease. Raises LeaseLost."""
    with staff.writing() as connection:
        _hold(connection, job, leased_until=instant(now() + LEASE))


def keep(staff: Staff, job: Job, payload: Mapping[str, object]) -> None:
    """Keep another payload with a job. Raises LeaseLost."""
    with staff.writing() as connection:
        _hold(connection, job, payload=payload)


def plan(staff: Staff, job: Job, planned: Sequence[JobFile]) -> None:
    """Write which files there really are, such as those of a zip. What is known of one stays. Raises LeaseLost."""
    with staff.writing() as connection:
        _hold(connection, job)
        unknown = (job_files.c.job_id == job.id) & job_files.c.result.is_(None) & (job_files.c.source == "")
        connection.execute(delete(job_files).where(unknown))
        kept = set(connection.scalars(select(job_files.c.number).where(job_files.c.job_id == job.id)))
        _write(connection, job.id, [each for each in planned if each.number not in kept])


def record(staff: Staff, job: Job, known: JobFile, result: str, document_id: str | None, told: str) -> None:
    """Record what became of a file, and of its attachments. The job got on by that. Raises LeaseLost."""
    about = or_(job_files.c.number == known.number, job_files.c.part_of == known.number)
    values = {"result": result, "document_id": document_id}
    with staff.writing() as connection:
        _hold(connection, job, attempts=1, leased_until=instant(now() + LEASE), told="")
        connection.execute(update(job_files).where(job_files.c.job_id == job.id, about).values(**values))
        its = (job_files.c.job_id == job.id) & (job_files.c.number == known.number)
        connection.execute(update(job_files).where(its).values(told=told, source=known.source))


def end(staff: Staff, job: Job, told: str = "") -> None:
    """Say that all of a job is done; it waits for a person where a file does. Raises LeaseLost."""
    with staff.writing() as connection:
        asked = select(job_files.c.number).where(job_files.c.job_id == job.id, job_files.c.result == ASKED)
        state = State.ASKING if connection.execute(asked).first() else State.DONE
        _hold(connection, job, state=state, token=None, leased_until=None, ended_at=instant(now()), told=told)


def release(staff: Staff, job: Job, told: str = "", failed: bool = False) -> None:
    """Let others have a job, after a rest where there is something to tell. Raises LeaseLost.

    What ``failed`` counts; a worker that was stopped or a full disk is nothing that the job could help.
    """
    rest = instant(now() + REST) if told else None
    with staff.writing() as connection:
        values: dict[str, object] = {"state": State.WAITING, "token": None, "leased_until": rest, "told": told}
        _hold(connection, job, **values if failed else {**values, "attempts": 0})
        if failed:
            _give_up(connection, jobs.c.id == job.id, now())


def choose(staff: Staff, id: str, number: int, source: str, note: str = "") -> bool:
    """Take in a file that was asked about as a source; return whether it still was. The job goes on.

    ``note`` is the reason for a new version, or since when it goes on; until there is a result it stands where that is
    told.
    """
    asked = (job_files.c.job_id == id) & (job_files.c.number == number) & (job_files.c.result == ASKED)
    parts = (job_files.c.job_id == id) & or_(job_files.c.number == number, job_files.c.part_of == number)
    with staff.writing() as connection:
        if not connection.execute(update(job_files).where(asked).values(source=source, told=note)).rowcount:
            return False
        connection.execute(update(job_files).where(parts).values(result=None, document_id=None))
        idle = (jobs.c.id == id) & (jobs.c.state == State.ASKING)
        values = {"state": State.WAITING, "attempts": 0, "ended_at": None, "told": ""}
        connection.execute(update(jobs).where(idle).values(**values))
        return True


def find(staff: Staff, id: str) -> Job | None:
    with staff.reading() as connection:
        return next(iter(_jobs(connection, jobs.c.id == id)), None)


def files(staff: Staff, id: str) -> list[JobFile]:
    """Return the files of a job, in order."""
    query = select(job_files).where(job_files.c.job_id == id).order_by(job_files.c.number)
    with staff.reading() as connection:
        return [_file(row) for row in connection.execute(query).mappings()]


def of(staff: Staff, person: str, unit: str, folder: bool, limit: int) -> list[Job]:
    """Return the newest jobs of a unit, or of a person without one, the newest first; ``folder``: the folder's too."""
    mine = (jobs.c.kind == Kind.UPLOAD) & _theirs(unit, person)
    with staff.reading() as connection:
        return _jobs(connection, or_(mine, jobs.c.kind == Kind.FOLDER) if folder else mine, limit)


def asking(staff: Staff, person: str, unit: str) -> list[Job]:
    """Return the jobs of a unit, or of a person without one, in which a file that came waits for a person's word."""
    with staff.reading() as connection:
        asked = (jobs.c.state == State.ASKING) & jobs.c.kind.in_(BRINGING)
        return _jobs(connection, asked & _theirs(unit, person))


def maskings(staff: Staff, person: str = "") -> list[Job]:
    """Return the maskings, or a person's, that are not forgotten, the newest first."""
    mine = jobs.c.kind == Kind.MASKING
    with staff.reading() as connection:
        return _jobs(connection, mine & (jobs.c.person == person) if person else mine)


def forget_maskings(staff: Staff, before: datetime) -> int:
    """Delete the maskings that ended, or were shown and not confirmed, before an instant: they say what was masked.

    Returns how many there were.
    """
    old = (jobs.c.kind == Kind.MASKING) & jobs.c.state.not_in(_OPEN) & (jobs.c.ended_at < instant(before))
    with staff.writing() as connection:
        ids = [*connection.scalars(select(jobs.c.id).where(old))]
        connection.execute(delete(job_files).where(job_files.c.job_id.in_(ids)))
        connection.execute(delete(jobs).where(jobs.c.id.in_(ids)))
    return len(ids)


def unfinished(staff: Staff) -> set[str]:
    """Return the ids of the jobs whose files are still needed."""
    with staff.reading() as connection:
        return set(connection.scalars(select(jobs.c.id).where(jobs.c.state.in_((*_OPEN, State.ASKING)))))


def namesake(staff: Staff, job: Job, name: str) -> JobFile | None:
    """Return the newest file of that name from the same unit, or person without one, that an earlier job took in."""
    mine = _theirs(job.unit, job.person)
    query = (
        select(job_files)
        .join(jobs, jobs.c.id == job_files.c.job_id)
        .where(
            mine,
            jobs.c.id != job.id,
            jobs.c.kind == Kind.UPLOAD,
            job_files.c.name == name,
            job_files.c.part_of.is_(None),
        )
        .where(job_files.c.result.in_((Result.TAKEN, Result.CHANGED)), jobs.c.made_at < instant(job.made_at))
        .order_by(jobs.c.made_at.desc(), job_files.c.number.desc())
        .limit(1)
    )
    with staff.reading() as connection:
        row = connection.execute(query).mappings().first()
    return _file(row) if row else None


def _theirs(unit: str, person: str) -> ColumnElement[bool]:
    return jobs.c.unit == unit if unit else (jobs.c.unit == "") & (jobs.c.person == person)


def _give_up(connection: Connection, which: ColumnElement[bool], at: datetime) -> None:
    """Give up the jobs among some that were taken too often without getting on. Their files stay listed."""
    hopeless = which & jobs.c.state.in_(_OPEN) & (jobs.c.attempts >= ATTEMPTS)
    for row in connection.execute(select(jobs.c.id, jobs.c.kind, jobs.c.told).where(hopeless)).all():
        why = row.told.rstrip("。") or "处理时中断"
        left = "没有遮盖" if row.kind == Kind.MASKING else "没有结果的文件没有接收"
        told = f"连续 {ATTEMPTS} 次没有处理成，不再重试：{why}。{left}，请重新提交；仍然不成的，请告诉维护人员。"
        values = {"state": State.GIVEN_UP, "token": None, "leased_until": None, "ended_at": instant(at), "told": told}
        connection.execute(update(jobs).where(jobs.c.id == row.id).values(**values))


def _hold(connection: Connection, job: Job, **values: object) -> None:
    """Change a job that a worker has. Raises LeaseLost if it has it no more."""
    mine = (jobs.c.id == job.id) & (jobs.c.token == job.token) & (jobs.c.state == State.RUNNING)
    if not connection.execute(update(jobs).where(mine).values(**(values or {"token": job.token}))).rowcount:
        raise LeaseLost(job.id)


def _write(connection: Connection, id: str, made: Sequence[JobFile]) -> None:
    if made:
        rows = [
            {
                **{"job_id": id, "number": each.number, "name": each.name, "part_of": each.part_of},
                **{"result": each.result, "source": each.source, "document_id": each.document_id, "told": each.told},
            }
            for each in made
        ]
        connection.execute(insert(job_files), rows)


def _jobs(connection: Connection, whose: ColumnElement[bool], limit: int | None = None) -> list[Job]:
    # For each job that is returned, not for all there have ever been.
    done, total = (
        select(count).where(job_files.c.job_id == jobs.c.id).scalar_subquery()
        for count in (func.count(job_files.c.result), func.count(job_files.c.number))
    )
    query = select(jobs, done.label("done"), total.label("total")).where(whose)
    query = query.order_by(jobs.c.made_at.desc(), jobs.c.id).limit(limit)
    return [_job(row) for row in connection.execute(query).mappings()]


def _job(row: RowMapping) -> Job:
    return Job(
        id=row["id"],
        kind=Kind(row["kind"]),
        payload=row["payload"],
        person=row["person"],
        unit=row["unit"],
        state=State(row["state"]),
        token=row["token"] or "",
        attempts=row["attempts"],
        told=row["told"],
        made_at=datetime.fromisoformat(row["made_at"]),
        ended_at=datetime.fromisoformat(row["ended_at"]) if row["ended_at"] else None,
        leased_until=datetime.fromisoformat(row["leased_until"]) if row["leased_until"] else None,
        done=row["done"] or 0,
        total=row["total"] or 0,
    )


def _file(row: RowMapping) -> JobFile:
    return JobFile(**{name: row[name] for name in JobFile.__dataclass_fields__})
