"""Holding the register of requests against itself and the audit log: nothing was changed, added or lost unseen."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from sqlalchemy import Connection, RowMapping, select

from archive.chinese.dates import office_today
from archive.errors import KeyUnusable, PersonalDataDamaged
from archive.registers.requests import facts, ledger, letterbook, services
from archive.registers.requests.facts import Field, Plain
from archive.registers.requests.findable import FoundAgain
from archive.registers.requests.ledger import NAMED
from archive.registers.requests.persons import TABLES, Persons
from archive.registers.requests.rows import digest_of
from archive.registers.requests.search_record import Needs
from archive.registers.requests.searches import Searches
from archive.registers.requests.states import Event
from archive.registers.requests.tables import (
    letter_numbers,
    letter_services,
    request_events,
    request_letters,
    request_persons,
    requests,
)
from archive.registers.staff import Staff
from archive.store import audit
from archive.store.catalogue import Catalogue


def problems(staff: Staff, catalogue: Catalogue) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong with the register. None has anything personal in it."""
    with staff.reading() as connection:
        rows, events, kept = ledger.held(connection, requests, request_events, request_persons)
    found = [why for row in rows if (why := _wrong(row, events[row["id"]], kept[row["id"]]))]
    yield from found[:NAMED]
    if len(found) > NAMED:
        yield f"另有 {len(found) - NAMED} 件申请与其办理记录不符。"
    yield from unreadable(staff)
    numbers = {row["id"]: row["number"] for row in rows}
    yield from _unlogged(numbers, events, catalogue)
    yield from [*_letters(staff, catalogue, numbers, events)][:NAMED]
    yield from [*_services(staff, catalogue, numbers, events)][:NAMED]
    persons = Persons(staff.keys.folder)
    yield from Searches(staff, catalogue, persons, office_today, Needs()).problems()
    yield from FoundAgain(staff, catalogue).problems()


def unreadable(staff: Staff) -> list[str]:
    """Say why something personal can't be read, in any register; [] if all can, or there is nothing."""
    with staff.reading() as connection:
        return [
            *dict.fromkeys(why for table in TABLES for why in Persons(staff.keys.folder, table).problems(connection))
        ]


def _wrong(row: RowMapping, events: list[RowMapping], kept: set[tuple[int, str]]) -> str:
    """Say what is wrong with one request as it lies there; "" if nothing is."""
    name = f"申请 {row['number']} "
    told: dict[str, Plain] = {}
    for event in events:
        told = facts.folded(told, event["after"])
    if why := ledger.broken(row, events, digest_of, "办理记录"):
        return name + why
    closed = told.get("closed_on")
    if told != row["facts"] or (told.get("state"), closed) != (row["state"], row["closed_on"]):
        return f"{name}的现状与其办理记录不符：数据库被改动。请从备份恢复。"
    anonymised = any(event["event"] == Event.ANONYMISE for event in events)
    why = ledger.lacking_persons(events, kept, anonymised)
    return name + why if why else ""


def _unlogged(
    numbers: Mapping[str, str], events: Mapping[str, list[RowMapping]], catalogue: Catalogue
) -> Iterator[str]:
    """Yield what the register has and the audit log has not, and the other way round."""
    held: Counter[tuple[str, str]] = Counter()
    for id, told in events.items():
        for event in told:
            if not event["batch"]:
                held[str(numbers.get(id)), event["digest"]] += 1
    with catalogue.reading() as connection:
        log = [*audit.events(connection, actions=("request", "request.import"))]
    known = Counter(
        (str(event.details.get("request")), str(event.details.get("digest")))
        for event in log
        if event.action == "request"
    )
    for number, _ in sorted(held - known)[:NAMED]:
        yield f"申请 {number} 有一项办理在审计日志里没有记录：不是经程序登记的。请查明是谁写进数据库的。"
    for number, count in sorted(Counter(number for number, _ in known - held).items())[:NAMED]:
        yield f"审计日志里有申请 {number} 的 {count} 项办理，而登记簿里没有。从备份恢复的，请按纸质材料补登。"
    for count in ledger.altered_imports(events.values(), log, "request.import"):
        yield f"一批导入的申请（现有 {count} 件）与审计日志不符：有增加、删除或改动。请从备份恢复。"


def _letters(
    staff: Staff, catalogue: Catalogue, numbers: Mapping[str, str], events: Mapping[str, list[RowMapping]]
) -> Iterator[str]:
    """Yield what is wrong with the letters: against their events, the audit log, their contents, and their numbers."""
    with staff.reading() as connection:
        rows = connection.execute(select(request_letters)).mappings().all()
        given = {row["number"]: row for row in connection.execute(select(letter_numbers)).mappings()}
        held = _held(staff, connection, Field.DOCUMENT, lambda told: letterbook.digest(letterbook.opened(told).docx))
    logged = _logged(catalogue, "letter")
    yield from _astray(rows, logged, numbers, "文书")
    anonymised = _anonymised(events)
    with catalogue.reading() as connection:
        declared = {
            (str(each.details.get("request")), str(each.details["void"])): each.details.get("step")
            for each in audit.events(connection, actions=("request",))
            if "void" in each.details
        }
    replaced = {(row["request_id"], row["replaces"]): row["event"] for row in rows if row["sent"] and row["replaces"]}
    sent = set()
    for row in rows:
        id, name = row["request_id"], f"申请 {numbers.get(row['request_id'])} 的文书 {row['number'] or row['kind']} "
        if row["digest"] != logged.get((str(numbers.get(id)), row["event"]), row["digest"]):
            yield f"{name}被改动：与审计日志不符。请从备份恢复。"
        digest = held.get((id, row["event"])) if held is not None else None
        if digest not in (None, row["digest"]):
            yield f"{name}的内容与登记的校验值不符。请从备份恢复。"
        if held is not None and (digest is None) != (id in anonymised):
            yield f"{name}的内容{'应当已经去除，却还有' if digest else '缺失'}。请从备份恢复。"
        if not row["sent"]:
            continue
        sent.add(row["number"])
        issued = given.get(row["number"])
        if issued is None or (issued["request_id"], issued["event"]) != (id, row["event"]):
            yield f"{name}的文号没有发号的记录。请从备份恢复，并查明原因。"
        elif issued["voided"] != replaced.get((id, row["letter"]), declared.get((str(numbers.get(id)), row["number"]))):
            yield f"{name}的文号是否作废与登记的不符。请从备份恢复，并查明原因。"
    for number, row in given.items():
        if row["kind"] and number not in sent:
            yield f"文号 {number} 发出过，而没有它的文书。请从备份恢复，并查明原因。"


def _services(
    staff: Staff, catalogue: Catalogue, numbers: Mapping[str, str], events: Mapping[str, list[RowMapping]]
) -> Iterator[str]:
    """Yield what is wrong with the proofs of service: against the audit log, and their contents."""
    with staff.reading() as connection:
        rows = connection.execute(select(letter_services)).mappings().all()
        held = _held(staff, connection, Field.RECEIPT, lambda told: services.digest(services.opened(told)))
    logged = _logged(catalogue, "proof")
    yield from _astray(rows, logged, numbers, "送达登记")
    anonymised = _anonymised(events)
    for row in rows:
        id, name = row["request_id"], f"申请 {numbers.get(row['request_id'])} 第 {row['event']} 项的送达回证"
        if row["digest"] != logged.get((str(numbers.get(id)), row["event"]), row["digest"]):
            yield f"{name}被改动：与审计日志不符。请从备份恢复。"
        if held is None:
            continue
        digest = held.get((id, row["event"]), "")
        wanted = "" if id in anonymised else row["digest"]
        if digest != wanted:
            told = "应当已经去除，却还有" if not wanted else "的内容与登记的校验值不符" if digest else "缺失"
            yield f"{name}{told}。请从备份恢复。"


def _logged(catalogue: Catalogue, name: str) -> dict[tuple[str, int], str]:
    """Return what the audit log says of something under a ``name``, by the request's number and its event."""
    with catalogue.reading() as connection:
        return {
            (str(each.details.get("request")), int(str(each.details.get("step")))): str(each.details[name])
            for each in audit.events(connection, actions=("request",))
            if name in each.details
        }


def _held(
    staff: Staff, connection: Connection, field: Field, digest: Callable[[str], str]
) -> dict[tuple[str, int], str] | None:
    """Return the digest of each file of a kind, by its request's id and its event; None if one can't be read.

    Which ``unreadable`` has told.
    """
    try:
        files = Persons(staff.keys.folder).files(connection, field)
        return {(id, at): digest(told) for id, at, told in files}
    except (KeyUnusable, PersonalDataDamaged):
        return None


def _astray(
    rows: Iterable[RowMapping], logged: Mapping[tuple[str, int], str], numbers: Mapping[str, str], called: str
) -> Iterator[str]:
    """Yield of which requests there are more or fewer rows of a kind than the audit log has."""
    known = {(str(numbers.get(row["request_id"])), row["event"]) for row in rows}
    for number in sorted({place[0] for place in known ^ logged.keys()}):
        yield f"申请 {number} 的{called}与审计日志不符：有的被删除或添加。请从备份恢复。"


def _anonymised(events: Mapping[str, list[RowMapping]]) -> set[str]:
    return {id for id, told in events.items() if any(each["event"] == Event.ANONYMISE for each in told)}
