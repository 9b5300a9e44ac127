"""Measuring the staff's desk: its pages for people who have signed in, over an archive in which much waits.

What staff leave behind is put beside the documents: versions that wait with their findings, the audit log of all that
is public, and the jobs that brought it in.
"""

import gc
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from time import perf_counter, process_time

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, create_engine, insert, select

from archive.decisions import precheck, stops
from archive.decisions.worklist import Step
from archive.document import Aspect, Disclosure, Document, Outcome, Status
from archive.registers.accounts import Accounts
from archive.registers.jobs import Kind, State
from archive.registers.requests.register import Register
from archive.registers.roles import Role
from archive.registers.staff import Staff
from archive.registers.staff_tables import job_files, jobs
from archive.registers.workdays import Calendar
from archive.store import audit
from archive.store.catalogue import Catalogue
from archive.store.tables import audit as events
from archive.store.tables import classifications, documents, examinations, versions
from tests.bench import books, requests
from tests.bench.bed import Bed
from tests.bench.documents import changed, row
from tests.bench.documents import documents as made_up
from tests.bench.table import Row, p50_p95
from web.installation.memory import settle
from web.installation.services import open_services
from web.staff import likeness
from web.staff.desk import create_desk

# One in so many documents waits: 2,000 beside 50,000.
_WAITING = 25
# What each published document has left in the log, and how many came with one job.
_ACTS = ("receive", "precheck", "classify", "examine", "examine", "approve")
_FILES = 10
# A large job, and the accounts of units.
_MANY, _LARGE, _UNITS = 200, "f" * 32, 30
_PEOPLE = [f"经办人{at}" for at in range(40)]
_LONG = 60
# Of ten documents that wait, the one that is long, is in its second version, or looks like a public one.
_LONGER, _SECOND, _TWIN = 0, 1, 2
_ASKED = 40
_AT = "2026-01-01T00:00:00.000000+00:00"
_PASSWORD = "今天食堂的红烧肉很不错呀"  # noqa: S105  # of the bench's own accounts
_SITE = "https://localhost"


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages of one kind: who asks for them, their addresses, and the milliseconds that 95 of 100 may take at most."""

    name: str
    role: Role
    addresses: Sequence[str]
    bound: int = 150
    # Whether they answer a form, as what shows an applicant does.
    form: bool = False


def desk_rows(bed: Bed, lines: Sequence[str], every: int = 1) -> list[Row]:
    """Measure each kind of page: the 95th percentile and the median of what it took, and the median of the processor.

    The other figure is the bound of the 95th percentile, which holds at 50,000 documents on a machine with nothing else
    to do. The processor's time depends less on what else there is.
    """
    waiting = fill(bed, lines)
    opened = open_services(replace(bed.settings, second_factor=False), serving=True)
    staff = Staff(opened.settings.staff_database_url, opened.catalogue.keys)
    try:
        _jobs(staff, bed.count // _FILES)
        while likeness.keep_up(staff, opened.catalogue):
            pass
        app = create_desk(opened, staff)
        accounts = Accounts(staff, opened.catalogue)
        people = {role: _signed_in(app, accounts, role) for role in Role}
        for at in range(1, _UNITS):
            accounts.add(f"unit{at}", f"来源单位{at}", [Role.SOURCE], f"第{at}局", "安装人")
        register = Register(staff, opened.catalogue, Calendar.load(bed.settings.data))
        requests.fill(register, bed)
        books.fill(staff, opened.catalogue, bed)
        held = app.extensions["gongkai-desk"]
        searched = [*requests.search(register, held, opened.synonyms.current())]
        found = (*requests.pages(register), *books.pages(staff, opened.catalogue))
        of_registers = (Pages(name, Role.CLERK, addresses) for name, addresses in found)
        of_records = (Pages(name, Role.CLERK, addresses, form=True) for name, addresses in searched)
        kinds = (*_kinds(bed, waiting), *of_registers, *of_records)
        # As the desk's own process does.
        settle()
        return [_row(kind, *_taken(people[kind.role], kind, bed.repeats, every)) for kind in kinds]
    finally:
        gc.unfreeze()
        staff.close()
        opened.close()


def _row(kind: Pages, taken: Sequence[float], worked: Sequence[float]) -> Row:
    (middle, most), (processor, _) = p50_p95(taken), p50_p95(worked)
    what = f"desk, {kind.name}: p95 / p50 / p50 of the processor (ms)"
    return Row(f"desk {kind.name}", what, (most, middle, processor), "bound", (float(kind.bound),))


def _kinds(bed: Bed, waiting: Sequence[Document]) -> Iterator[Pages]:
    for role in Role:
        yield Pages(f"first page, {role.value}", role, ["/"] * _ASKED)
    yield from _queues(bed, waiting)
    yield from _documents(bed, waiting)
    yield from _lists(bed)


def _queues(bed: Bed, waiting: Sequence[Document]) -> Iterator[Pages]:
    words = [f"/queue?q={each.metadata.title[2:6]}" for each in waiting[:_ASKED]]
    # Further than the last page is the last page.
    for name, role, addresses in (
        ("all that waits", Role.REVIEWER, ["/queue"] * _ASKED),
        ("all that waits, any page", Role.REVIEWER, [f"/queue?page={1 + at}" for at in range(_ASKED)]),
        *((f"{step.value}", Role.REVIEWER, [f"/queue?step={step.value}"] * _ASKED) for step in Step),
        *(
            (f"{step.value}, last page", Role.REVIEWER, [f"/queue?step={step.value}&page=9999"] * _ASKED)
            for step in Step
        ),
        ("by words", Role.REVIEWER, words),
        ("of a source unit", Role.SOURCE, ["/queue"] * _ASKED),
        ("of a source unit, last page", Role.SOURCE, ["/queue?page=9999"] * _ASKED),
        ("to be looked at afterwards", Role.REVIEWER, ["/afterwards"] * _ASKED),
    ):
        yield Pages(f"queue: {name}", role, addresses, 200)


def _documents(bed: Bed, waiting: Sequence[Document]) -> Iterator[Pages]:
    def some(kind: int) -> list[str]:
        return [each.id for at, each in enumerate(waiting) if at % 10 == kind][:_ASKED]

    short, long, twins = some(4), some(_LONGER), some(_TWIN)
    public = [f"d{at * bed.count // _ASKED:06}" for at in range(_ASKED)]
    yield Pages("document that waits", Role.REVIEWER, [f"/documents/{id}" for id in short])
    yield Pages("document that waits, for who may approve", Role.PUBLISHER, [f"/documents/{id}" for id in short])
    yield Pages("document with a likely duplicate", Role.REVIEWER, [f"/documents/{id}" for id in twins])
    yield Pages(f"document that waits, {_LONG} times as long", Role.REVIEWER, [f"/documents/{id}" for id in long])
    yield Pages("document that is public", Role.REVIEWER, [f"/documents/{id}" for id in public])
    differing = [f"/documents/{id}/differences" for id in some(_SECOND)]
    yield Pages("differences of two versions", Role.REVIEWER, differing)
    yield Pages("preview", Role.REVIEWER, [f"/documents/{id}/preview" for id in short])
    yield Pages(f"preview, {_LONG} times as long", Role.REVIEWER, [f"/documents/{id}/preview" for id in long])


def _lists(bed: Bed) -> Iterator[Pages]:
    public = [f"d{at * bed.count // _ASKED:06}" for at in range(_ASKED)]
    events = bed.count * len(_ACTS)
    days = "since=2025-12-31&until=2026-01-02"
    pages = [f"/log?page={1 + at * (events // 100) // _ASKED}" for at in range(_ASKED)]
    yield Pages(f"audit log of {events:,} events, newest", Role.AUDITOR, ["/log"] * _ASKED)
    yield Pages("audit log of a person", Role.AUDITOR, [f"/log?person={each}" for each in _PEOPLE])
    yield Pages("audit log of an act and days", Role.AUDITOR, [f"/log?act=approve&{days}"] * _ASKED)
    yield Pages("audit log of a document", Role.AUDITOR, [f"/log?document={id}" for id in public])
    yield Pages("audit log, any of its pages", Role.AUDITOR, pages)
    yield Pages("sign-ins", Role.AUDITOR, ["/sign-ins"] * _ASKED)
    yield Pages("accounts", Role.ADMINISTRATOR, ["/accounts"] * _ASKED)
    yield Pages("jobs", Role.SOURCE, ["/bring"] * _ASKED)
    yield Pages(f"a job of {_FILES} files", Role.SOURCE, [f"/bring/{0:032x}"] * _ASKED)
    yield Pages(f"a job of {_MANY} files", Role.SOURCE, [f"/bring/{_LARGE}"] * _ASKED)


def _taken(person: FlaskClient, kind: Pages, repeats: int, every: int) -> tuple[list[float], list[float]]:
    """Return the seconds that each page took after all had been asked for once, and those of the processor."""
    taken, worked = [], []
    form = {}
    if kind.form:
        # What shows an applicant needs a proof of the last minutes, and the others took longer.
        _sign_in(person, kind.role)
        form = dict(re.findall(r'type="hidden" name="(csrf)" value="([^"]*)"', person.get("/", base_url=_SITE).text))
    for turn in range(repeats + 1):
        for address in kind.addresses[::every]:
            before, processor = perf_counter(), process_time()
            answer = person.open(address, method="POST" if kind.form else "GET", data=form, base_url=_SITE)
            seconds, work = perf_counter() - before, process_time() - processor
            if answer.status_code != 200:
                raise RuntimeError(f"status {answer.status_code} for {address}")
            if turn:
                taken.append(seconds)
                worked.append(work)
    return taken, worked


def _signed_in(app: Flask, accounts: Accounts, role: Role) -> FlaskClient:
    name = role.name.lower()
    _, handed = accounts.add(name, f"{role.value}甲", [role], "财政局", "安装人")
    accounts.choose_password(accounts.named(name), handed, _PASSWORD)
    client = app.test_client()
    _sign_in(client, role)
    return client


def _sign_in(client: FlaskClient, role: Role) -> None:
    client.post("/sign-in", data={"name": role.name.lower(), "password": _PASSWORD}, base_url=_SITE)


def fill(bed: Bed, lines: Sequence[str]) -> list[Document]:
    """Put what waits beside the documents of a bed, and the log of all. Return the newest versions of what waits."""
    count = max(_ASKED, bed.count // _WAITING)
    made = list(islice(made_up(bed.count + count, lines), bed.count, None))
    public = list(islice(made_up(bed.count, lines), count))
    newest = [_of_the_waiting(at, document, public[at % len(public)]) for at, document in enumerate(made)]
    opened = open_services(bed.settings)
    try:
        _log(bed, opened.catalogue, bed.count)
        _wait(opened.catalogue, made, newest)
    finally:
        opened.close()
    return newest


def _of_the_waiting(at: int, document: Document, public: Document) -> Document:
    """Let some be long, some be in their second version, and some look like a public document."""
    if at % 10 == _LONGER:
        return replace(document, text="\n".join([document.text] * _LONG))
    if at % 10 == _TWIN:
        return replace(document, text=f"{public.text}\n新添一句。")
    return changed(document, "新添一句。") if at % 10 == _SECOND else document


def _log(bed: Bed, catalogue: Catalogue, count: int) -> None:
    """Write the events of what is public, which would take hours one by one: they carry no seals, and no hashes.

    The records are told that they were written, so that only what comes later is.
    """
    engine = create_engine(bed.settings.database_url)
    with engine.begin() as connection:
        for start in range(0, count, 1000):
            rows = [
                {
                    **{"at": _AT, "actor": _PEOPLE[at % len(_PEOPLE)], "action": action, "document_id": f"d{at:06}"},
                    **{"details": {"version": 1, "reason": "材料齐全"}, "previous": audit.GENESIS, "seal": ""},
                    "hash": f"{at:060}{number:04}",
                }
                for at in range(start, min(start + 1000, count))
                for number, action in enumerate(_ACTS)
            ]
            connection.execute(insert(events), rows)
        last = connection.execute(select(events).order_by(events.c.sequence.desc()).limit(1)).mappings().one()
        catalogue.records.folder.mkdir(parents=True, exist_ok=True)
        catalogue.records.log.write_text(json.dumps(dict(last), ensure_ascii=False) + "\n", encoding="utf-8")
    engine.dispose()


def _wait(catalogue: Catalogue, made: Sequence[Document], newest: Sequence[Document]) -> None:
    """Bring in, pre-check and partly examine what waits. A tenth of it is sent back."""
    with catalogue.writing() as connection:
        for at, (first, last) in enumerate(zip(made, newest, strict=True)):
            status = Status.REFUSED if at % 10 == 9 else Status.WAITING
            connection.execute(
                insert(documents).values(id=last.id, version=last.version, status=status.value, received_at=_AT)
            )
            person = "来源单位甲" if at % 4 == 0 else _PEOPLE[at % len(_PEOPLE)]
            for each in (first, last) if last.version > 1 else (last,):
                connection.execute(insert(versions).values({**row(each, _AT), "brought_by": person}))
                audit.append(connection, person, "receive", last.id, {"version": each.version})
            stops.add(connection, last.id, last.version, precheck.findings(last))
            _examine(connection, last, at % 4)


def _examine(connection: Connection, document: Document, steps: int) -> None:
    about = {"document_id": document.id, "version": document.version, "decided_at": _AT, "basis": "材料齐全"}
    if steps:
        attribute = {"disclosure": Disclosure.ACTIVE.value, "ground": "", "person": _PEOPLE[0]}
        connection.execute(insert(classifications).values(**about, **attribute))
    for aspect in [Aspect.TRUTHFULNESS, Aspect.CONFIDENTIALITY][: max(0, steps - 1)]:
        found = {"aspect": aspect.value, "outcome": Outcome.PASSED.value, "reviewer": _PEOPLE[1], "rules": ""}
        connection.execute(insert(examinations).values(**about, **found))


def _jobs(staff: Staff, count: int) -> None:
    """Put jobs beside what they brought in, all of one size but the newest."""
    sizes = {f"{at:032x}": _FILES for at in range(count)} | {_LARGE: _MANY}
    with staff.writing() as connection:
        made = [
            {
                **{"id": id, "kind": Kind.UPLOAD.value, "payload": {"files": [f"{at}.docx" for at in range(size)]}},
                **{
                    "person": _PEOPLE[at % len(_PEOPLE)],
                    "unit": f"第{at % 20}局" if at % 20 and id != _LARGE else "财政局",
                },
                **{"state": State.DONE.value, "made_at": _AT, "ended_at": _AT, "attempts": 1, "told": ""},
            }
            for at, (id, size) in enumerate(sizes.items())
        ]
        files = [
            {
                **{"job_id": id, "number": number, "name": f"{number}.docx", "result": "taken"},
                **{"source": "", "document_id": f"d{(at * _FILES + number) % (count * _FILES):06}", "told": ""},
            }
            for at, (id, size) in enumerate(sizes.items())
            for number in range(1, size + 1)
        ]
        for table, rows in ((jobs, made), (job_files, files)):
            connection.execute(insert(table), rows)
