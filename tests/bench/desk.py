"""Measuring the staff's desk: its pages for people who have signed in, over an archive in which much waits.

What staff leave behind is put beside the documents: versions that wait with their findings, the audit log of all that
is public, and the jobs that brought it in.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from time import perf_counter

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, create_engine, func, insert, select

from archive.decisions import precheck, stops
from archive.document import Aspect, Disclosure, Document, Outcome, Status
from archive.registers.accounts import Accounts
from archive.registers.jobs import Kind, State
from archive.registers.roles import Role
from archive.registers.staff import Staff
from archive.registers.staff_tables import job_files, jobs
from archive.store import audit
from archive.store.catalogue import Catalogue
from archive.store.tables import audit as events
from archive.store.tables import classifications, documents, examinations, versions
from tests.bench.bed import Bed
from tests.bench.documents import changed, row
from tests.bench.documents import documents as made_up
from tests.bench.table import Row, p50_p95
from web.installation.services import open_services
from web.staff import likeness
from web.staff.desk import create_desk

# One in so many documents waits: 2,000 beside 50,000.
_WAITING = 25
# What each published document has left in the log, and how many came with one job.
_ACTS = ("receive", "precheck", "classify", "examine", "examine", "approve")
_FILES = 10
_PEOPLE = [f"经办人{at}" for at in range(40)]
_LONG = 60
_ASKED = 40
_AT = "2026-01-01T00:00:00.000000+00:00"
_PASSWORD = "今天食堂的红烧肉很不错呀"  # noqa: S105  # of the bench's own accounts
_SITE = "https://localhost"


def desk_rows(bed: Bed, lines: Sequence[str]) -> list[Row]:
    """Measure each kind of page, asked for with the median and the 95th percentile of what it took."""
    waiting = fill(bed, lines)
    opened = open_services(replace(bed.settings, second_factor=False), serving=True)
    staff = Staff(opened.settings.staff_database_url, opened.catalogue.keys)
    try:
        _jobs(staff, bed.count // _FILES)
        while likeness.keep_up(staff, opened.catalogue):
            pass
        app = create_desk(opened, staff)
        accounts = Accounts(staff, opened.catalogue)
        people = {role: _signed_in(app, accounts, role) for role in (Role.REVIEWER, Role.SOURCE, Role.AUDITOR)}
        return [
            Row(f"desk {name}", f"desk, {name}: p50 / p95 (ms)", p50_p95(_taken(people[role], addresses, bed.repeats)))
            for name, role, addresses in _pages(bed, waiting)
        ]
    finally:
        staff.close()
        opened.close()


def _pages(bed: Bed, waiting: Sequence[Document]) -> Iterator[tuple[str, Role, list[str]]]:
    """Yield each kind of page, who asks for it, and its addresses."""
    long = [each.id for each in waiting if _is_long(each)][:_ASKED]
    short = [each.id for each in waiting if not _is_long(each)][:_ASKED]
    twice = [each.id for each in waiting if each.version > 1][:_ASKED]
    public = [f"d{at * bed.count // _ASKED:06}" for at in range(_ASKED)]
    events = bed.count * len(_ACTS)
    pages = [1 + at * (events // 100) // _ASKED for at in range(_ASKED)]
    yield "first page", Role.REVIEWER, ["/"] * _ASKED
    yield "first page of a source unit", Role.SOURCE, ["/"] * _ASKED
    yield "queue of all that waits", Role.REVIEWER, [f"/queue?page={1 + at % 20}" for at in range(_ASKED)]
    yield "queue of one step", Role.REVIEWER, ["/queue?step=审查真实性"] * _ASKED
    yield "queue by words", Role.REVIEWER, [f"/queue?q={each.metadata.title[2:6]}" for each in waiting[:_ASKED]]
    yield "queue of a source unit", Role.SOURCE, ["/queue"] * _ASKED
    yield "document that waits", Role.REVIEWER, [f"/documents/{id}" for id in short]
    yield f"document that waits, {_LONG} times as long", Role.REVIEWER, [f"/documents/{id}" for id in long]
    yield "document that is public", Role.REVIEWER, [f"/documents/{id}" for id in public]
    yield "differences of two versions", Role.REVIEWER, [f"/documents/{id}/differences" for id in twice]
    yield "preview", Role.REVIEWER, [f"/documents/{id}/preview" for id in short]
    yield f"preview, {_LONG} times as long", Role.REVIEWER, [f"/documents/{id}/preview" for id in long]
    yield f"audit log of {events:,} events, newest", Role.AUDITOR, ["/log"] * _ASKED
    yield "audit log of a person", Role.AUDITOR, [f"/log?person={each}" for each in _PEOPLE]
    yield "audit log of an act and days", Role.AUDITOR, ["/log?act=approve&since=2025-12-31&until=2026-01-02"] * _ASKED
    yield "audit log of a document", Role.AUDITOR, [f"/log?document={id}" for id in public]
    yield "audit log, any of its pages", Role.AUDITOR, [f"/log?page={at}" for at in pages]
    yield "jobs", Role.SOURCE, ["/bring"] * _ASKED
    yield "files of a job", Role.SOURCE, [f"/bring/{0:032x}"] * _ASKED
    yield "sign-ins", Role.AUDITOR, ["/sign-ins"] * _ASKED


def _taken(person: FlaskClient, addresses: Sequence[str], repeats: int) -> list[float]:
    """Return the seconds that each page took after all had been asked for once."""
    taken = []
    for turn in range(repeats + 1):
        for address in addresses:
            before = perf_counter()
            answer = person.get(address, base_url=_SITE)
            seconds = perf_counter() - before
            if answer.status_code != 200:
                raise RuntimeError(f"status {answer.status_code} for {address}")
            if turn:
                taken.append(seconds)
    return taken


def _signed_in(app: Flask, accounts: Accounts, role: Role) -> FlaskClient:
    name = role.name.lower()
    _, handed = accounts.add(name, f"{role.value}甲", [role], "财政局", "安装人")
    accounts.choose_password(accounts.named(name), handed, _PASSWORD)
    client = app.test_client()
    client.post("/sign-in", data={"name": name, "password": _PASSWORD}, base_url=_SITE)
    return client


def fill(bed: Bed, lines: Sequence[str]) -> list[Document]:
    """Put what waits beside the documents of a bed, and the log of all. Return the newest versions of what waits."""
    count = max(_ASKED, bed.count // _WAITING)
    made = list(islice(made_up(bed.count + count, lines), bed.count, None))
    newest = [_of_the_waiting(at, document) for at, document in enumerate(made)]
    opened = open_services(bed.settings)
    try:
        _log(bed, opened.catalogue, bed.count)
        _wait(opened.catalogue, made, newest)
    finally:
        opened.close()
    return newest


def _of_the_waiting(at: int, document: Document) -> Document:
    """Let some be long and some be in their second version."""
    if at % 10 == 0:
        return replace(document, text="\n".join([document.text] * _LONG))
    return changed(document, "新添一句。") if at % 10 == 1 else document


def _is_long(document: Document) -> bool:
    return len(document.text) > _LONG * 1000


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
    with staff.writing() as connection:
        already = connection.execute(select(func.count()).select_from(jobs)).scalar_one()
        names = [f"{number}.docx" for number in range(1, _FILES + 1)]
        made = [
            {
                **{"id": f"{at:032x}", "kind": Kind.UPLOAD.value, "payload": {"files": names}},
                **{"person": _PEOPLE[at % len(_PEOPLE)], "unit": f"第{at % 20}局" if at % 20 else "财政局"},
                **{"state": State.DONE.value, "made_at": _AT, "ended_at": _AT, "attempts": 1, "told": ""},
            }
            for at in range(already, count)
        ]
        files = [
            {
                **{"job_id": job["id"], "number": number, "name": name, "result": "taken"},
                **{"source": "", "document_id": f"d{at * _FILES + number:06}", "told": ""},
            }
            for at, job in enumerate(made)
            for number, name in enumerate(names, 1)
        ]
        for table, rows in ((jobs, made), (job_files, files)):
            if rows:
                connection.execute(insert(table), rows)
