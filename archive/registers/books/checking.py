"""Holding the books against themselves and the audit log: nothing was changed, added or lost unseen."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from sqlalchemy import RowMapping, select

from archive.registers.books.book import ANONYMISED_ON, digest_of
from archive.registers.books.tables import book_entries, book_events, book_persons
from archive.registers.requests import facts
from archive.registers.requests.facts import Plain
from archive.registers.staff import Staff
from archive.store import audit, canonical
from archive.store.catalogue import Catalogue

# More than this many of a kind are counted and not named.
_NAMED = 20


def problems(staff: Staff, catalogue: Catalogue) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong with the books. None has anything personal in it.

    Whether what is personal can be read is checked for all registers at once (``requests.checking``).
    """
    with staff.reading() as connection:
        rows = connection.execute(select(book_entries).order_by(book_entries.c.number)).mappings().all()
        events: dict[str, list[RowMapping]] = defaultdict(list)
        for row in connection.execute(select(book_events).order_by(book_events.c.number)).mappings():
            events[row["entry_id"]].append(row)
        at = book_persons.c
        kept: dict[str, set[tuple[int, str]]] = defaultdict(set)
        for id, number, field in connection.execute(select(at.entry_id, at.number, at.field)):
            kept[id].add((number, field))
    found = [why for row in rows if (why := _wrong(row, events[row["id"]], kept[row["id"]]))]
    yield from found[:_NAMED]
    if len(found) > _NAMED:
        yield f"另有 {len(found) - _NAMED} 条登记与其改动记录不符。"
    yield from _unlogged({row["id"]: row["number"] for row in rows}, events, catalogue)


def _wrong(row: RowMapping, events: list[RowMapping], kept: set[tuple[int, str]]) -> str:
    """Say what is wrong with one entry as it lies there; "" if nothing is."""
    name = f"登记簿里的 {row['number']} "
    told: dict[str, Plain] = {}
    for event in events:
        told = facts.folded(told, event["after"])
    if [event["number"] for event in events] != [*range(1, row["last"] + 1)]:
        return f"{name}的改动记录不连续：有的被删除或添加。请从备份恢复。"
    if any(event["digest"] != digest_of(dict(event)) for event in events):
        return f"{name}的改动记录被改动。请从备份恢复。"
    if told != row["facts"]:
        return f"{name}的内容与其改动记录不符：数据库被改动。请从备份恢复。"
    anonymised = bool(told.get(ANONYMISED_ON))
    said = set() if anonymised else {(event["number"], field) for event in events for field in event["personal"]}
    if kept != said:
        return f"{name}的个人信息{'应当已经去除，却还有' if anonymised else '有缺失或多余'}。请从备份恢复，并查明原因。"
    return ""


def _unlogged(
    numbers: Mapping[str, str], events: Mapping[str, list[RowMapping]], catalogue: Catalogue
) -> Iterator[str]:
    """Yield what the books have and the audit log has not, and the other way round."""
    held: dict[str, str] = {}
    batches: dict[str, list[str]] = defaultdict(list)
    for id, told in events.items():
        for event in told:
            if event["batch"]:
                batches[event["batch"]].append(event["digest"])
            else:
                held[event["digest"]] = str(numbers.get(id))
    with catalogue.reading() as connection:
        log = [*audit.events(connection, actions=("book", "book.import"))]
    known = {str(each.details.get("digest")): str(each.details.get("entry")) for each in log if each.action == "book"}
    imports = {
        str(each.details.get("batch")): each.details.get("digest") for each in log if each.action == "book.import"
    }
    for number in sorted({held[each] for each in held.keys() - known.keys()})[:_NAMED]:
        yield f"登记簿里的 {number} 有改动在审计日志里没有记录：不是经程序登记的。请查明是谁写进数据库的。"
    for number, count in sorted(Counter(known[each] for each in known.keys() - held.keys()).items())[:_NAMED]:
        yield f"审计日志里有 {number} 的 {count} 次登记，而登记簿里没有。从备份恢复的，请按纸质材料补登。"
    for batch in sorted(batches.keys() | imports.keys()):
        if imports.get(batch) != canonical.digest(sorted(batches.get(batch, []))):
            count = len(batches.get(batch, []))
            yield f"一批导入的登记（现有 {count} 条）与审计日志不符：有增加、删除或改动。请从备份恢复。"
