"""Holding the books against themselves and the audit log: nothing was changed, added or lost unseen."""

from collections import Counter
from collections.abc import Iterator, Mapping

from sqlalchemy import RowMapping

from archive.registers.books.book import ANONYMISED_ON, digest_of
from archive.registers.books.tables import book_entries, book_events, book_persons
from archive.registers.requests import facts, ledger
from archive.registers.requests.facts import Plain
from archive.registers.requests.ledger import NAMED
from archive.registers.staff import Staff
from archive.store import audit
from archive.store.catalogue import Catalogue


def problems(staff: Staff, catalogue: Catalogue) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong with the books. None has anything personal in it.

    Whether what is personal can be read is checked for all registers at once (``requests.checking``).
    """
    with staff.reading() as connection:
        rows, events, kept = ledger.held(connection, book_entries, book_events, book_persons)
    found = [why for row in rows if (why := _wrong(row, events[row["id"]], kept[row["id"]]))]
    yield from found[:NAMED]
    if len(found) > NAMED:
        yield f"另有 {len(found) - NAMED} 条登记与其改动记录不符。"
    yield from _unlogged({row["id"]: row["number"] for row in rows}, events, catalogue)


def _wrong(row: RowMapping, events: list[RowMapping], kept: set[tuple[int, str]]) -> str:
    """Say what is wrong with one entry as it lies there; "" if nothing is."""
    name = f"登记簿里的 {row['number']} "
    told: dict[str, Plain] = {}
    for event in events:
        told = facts.folded(told, event["after"])
    if why := ledger.broken(row, events, digest_of, "改动记录"):
        return name + why
    if told != row["facts"]:
        return f"{name}的内容与其改动记录不符：数据库被改动。请从备份恢复。"
    anonymised = bool(told.get(ANONYMISED_ON))
    why = ledger.lacking_persons(events, kept, anonymised)
    return name + why if why else ""


def _unlogged(
    numbers: Mapping[str, str], events: Mapping[str, list[RowMapping]], catalogue: Catalogue
) -> Iterator[str]:
    """Yield what the books have and the audit log has not, and the other way round."""
    held: dict[str, str] = {}
    for id, told in events.items():
        for event in told:
            if not event["batch"]:
                held[event["digest"]] = str(numbers.get(id))
    with catalogue.reading() as connection:
        log = [*audit.events(connection, actions=("book", "book.import"))]
    known = {str(each.details.get("digest")): str(each.details.get("entry")) for each in log if each.action == "book"}
    for number in sorted({held[each] for each in held.keys() - known.keys()})[:NAMED]:
        yield f"登记簿里的 {number} 有改动在审计日志里没有记录：不是经程序登记的。请查明是谁写进数据库的。"
    for number, count in sorted(Counter(known[each] for each in known.keys() - held.keys()).items())[:NAMED]:
        yield f"审计日志里有 {number} 的 {count} 次登记，而登记簿里没有。从备份恢复的，请按纸质材料补登。"
    for count in ledger.altered_imports(events.values(), log, "book.import"):
        yield f"一批导入的登记（现有 {count} 条）与审计日志不符：有增加、删除或改动。请从备份恢复。"
