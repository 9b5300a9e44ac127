"""What is checked of every register alike: its rows against their events, and its imports against the audit log.

A table's first column says whose a row of it is.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, Table, select

from archive.store import audit, canonical

# More than this many of a kind are counted and not named.
NAMED = 20


class Held(NamedTuple):
    """What a register has: its rows, and by their ids their events, and of what is personal the event and field."""

    rows: Sequence[RowMapping]
    events: defaultdict[str, list[RowMapping]]
    kept: defaultdict[str, set[tuple[int, str]]]


def held(connection: Connection, rows: Table, events: Table, persons: Table) -> Held:
    """Read a register's tables. What is personal stays encrypted."""
    by_id: defaultdict[str, list[RowMapping]] = defaultdict(list)
    for row in connection.execute(select(events).order_by(events.c.number)).mappings():
        by_id[row[events.columns[0].name]].append(row)
    kept: defaultdict[str, set[tuple[int, str]]] = defaultdict(set)
    for id, number, field in connection.execute(select(persons.columns[0], persons.c.number, persons.c.field)):
        kept[id].add((number, field))
    return Held(connection.execute(select(rows).order_by(rows.c.number)).mappings().all(), by_id, kept)


def broken(
    row: RowMapping, events: Sequence[RowMapping], digest_of: Callable[[Mapping[str, object]], str], called: str
) -> str:
    """Say what is wrong with a row's events, which are ``called`` so; "" if nothing is."""
    if [event["number"] for event in events] != [*range(1, row["last"] + 1)]:
        return f"的{called}不连续：有的被删除或添加。请从备份恢复。"
    if any(event["digest"] != digest_of(dict(event)) for event in events):
        return f"的{called}被改动。请从备份恢复。"
    return ""


def lacking_persons(events: Sequence[RowMapping], kept: set[tuple[int, str]], anonymised: bool) -> str:
    """Say that other things are kept of persons than the events name; "" if it is the same."""
    said = set() if anonymised else {(event["number"], field) for event in events for field in event["personal"]}
    if kept != said:
        return f"的个人信息{'应当已经去除，却还有' if anonymised else '有缺失或多余'}。请从备份恢复，并查明原因。"
    return ""


def altered_imports(events: Iterable[Sequence[RowMapping]], log: Iterable[audit.Event], action: str) -> Iterator[int]:
    """Yield how many rows there are now of each import that isn't as the audit log has it under an action."""
    batches: dict[str, list[str]] = defaultdict(list)
    for told in events:
        for event in told:
            if event["batch"]:
                batches[event["batch"]].append(event["digest"])
    imports = {str(each.details.get("batch")): each.details.get("digest") for each in log if each.action == action}
    for batch in sorted(batches.keys() | imports.keys()):
        found = batches.get(batch, [])
        if imports.get(batch) != canonical.digest(sorted(found)):
            yield len(found)
