"""Keeps the records of the searches behind requests, encrypted, until each is concluded and frozen.

What a record says of a request and its persons lies in one encrypted column, by the key of what is personal. Each
change is in the audit log, with counts alone; the conclusion with the record's hash, after which nothing is added.
Whoever continues to look begins another one for the same request.
"""

import json
import re
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, insert, select, update

from archive.chinese.dates import OFFICE_TIME
from archive.decisions.persons import written
from archive.errors import KeyUnusable, PersonalDataDamaged, RequestRefused, UnknownRequest
from archive.registers.requests import applicants, facts, search_record
from archive.registers.requests.persons import Persons
from archive.registers.requests.search_record import KEPT, Conclusion, Mark, Needs, Place, Record, Search
from archive.registers.requests.states import State
from archive.registers.requests.tables import requests, search_records
from archive.registers.staff import Staff, instant, now
from archive.store import audit
from archive.store.catalogue import Catalogue

ACTION = "request.search"
LONGEST = 2000
_SHORT = 200
_PARTS = re.compile(r"[\s,，;；、/:：()（）]+")
# More than this many that are wrong are counted and not named.
_NAMED = 20


class Outline:
    """A record as it is known without opening it: nothing in it is personal."""

    def __init__(self, row: RowMapping) -> None:
        self.id: str = row["id"]
        self.request_id: str = row["request_id"]
        self.number = f"{row['request_number']}-检{row['serial']}"
        self.version: int = row["version"]
        self.queries: int = row["queries"]
        self.places: int = row["places"]
        self.opened_by: str = row["opened_by"]
        self.opened_at: str = row["opened_at"]
        self.conclusion = Conclusion(row["conclusion"]) if row["conclusion"] else None
        self.concluded_by: str | None = row["concluded_by"]
        self.concluded_at: str | None = row["concluded_at"]
        self.digest: str | None = row["digest"]
        # Its contents are gone once the request was made anonymous.
        self.emptied = row["sealed"] is None

    @property
    def frozen_on(self) -> date | None:
        """The office's day on which it was concluded."""
        if self.concluded_at is None or self.digest is None:
            return None
        return datetime.fromisoformat(self.concluded_at).astimezone(OFFICE_TIME).date()

    def proves(self, on: date, needs: Needs) -> bool:
        """Tell whether an answer of a day may rest on it that nothing is there (article 36, item 4)."""
        frozen = self.frozen_on
        enough = self.queries >= needs.queries and self.places >= needs.places
        return self.conclusion is Conclusion.ABSENT and frozen is not None and frozen <= on and enough


class Searches:
    """The records in the staff's database. ``needs`` is what one must have before it says that nothing is there."""

    def __init__(
        self, staff: Staff, catalogue: Catalogue, kept: Persons, today: Callable[[], date], needs: Needs
    ) -> None:
        self._staff = staff
        self._catalogue = catalogue
        self._persons = kept
        self._today = today
        self.needs = needs

    def open(self, request_id: str, asked: str, search: Search, person: str) -> Record:
        """Begin a record for a request, with its first search. Raises RequestRefused, UnknownRequest, KeyUnusable."""
        asked = _said(asked, "申请的内容", 2 * applicants.LONGEST)
        with self._staff.writing() as connection:
            row = connection.execute(select(requests).where(requests.c.id == request_id)).mappings().first()
            if row is None:
                raise UnknownRequest(request_id)
            known = facts.read(row["facts"])
            if known.anonymised_on or known.state is State.VOID:
                raise RequestRefused("这件申请已经作废或者去除了个人信息，不再检索。")
            at = search_records.c
            highest = select(func.max(at.serial)).where(at.request_id == request_id)
            serial = (connection.execute(highest).scalar() or 0) + 1
            record = Record(
                id=uuid4().hex,
                request_id=request_id,
                number=f"{row['number']}-检{serial}",
                version=1,
                opened_by=_by(person),
                opened_at=instant(now()),
                asked=asked,
                salt=secrets.token_hex(32),
            )
            record = _searched(record, search, person)
            connection.execute(insert(search_records).values(serial=serial, **self._columns(connection, record)))
            self._note(record, "检索", person, {})
        return record

    def search(self, id: str, search: Search, person: str, seen: int | None = None) -> Record:
        """Put another search on record. ``seen`` is the version that the person saw: after another nothing is done.

        Raises RequestRefused, KeyUnusable, PersonalDataDamaged, as all that change a record do.
        """
        return self._change(id, seen, person, "检索", lambda record: _searched(record, search, person))

    def mark(self, id: str, marks: Mapping[str, Mark | None], person: str, seen: int | None = None) -> Record:
        """Say of some of what was found whether it is what was asked for; None takes a mark back."""

        def changed(record: Record) -> Record:
            if marks.keys() - record.found.keys():
                raise RequestRefused("有一件不在检索到的文件里，没有标记。请看过现在的结果再标。")
            joined = {**record.marks, **marks}
            return replace(record, marks={held: mark for held, mark in joined.items() if mark is not None})

        return self._change(id, seen, person, "标记", changed)

    def place(self, id: str, place: Place, person: str, seen: int | None = None) -> Record:
        """Put on record where else was looked."""
        kept = replace(
            place,
            place=_said(place.place, "地点", _SHORT),
            searcher=_said(place.searcher, "查找人", 64),
            result=_said(place.result, "结果", LONGEST),
            person=_by(person),
            at=instant(now()),
        )
        if place.on > self._today():
            raise RequestRefused(f"查找日期（{place.on}）还没有到，请核对。")
        return self._change(
            id, seen, person, "系统以外的查找", lambda record: replace(record, places=(*record.places, kept))
        )

    def conclude(self, id: str, conclusion: Conclusion, said: str, person: str, seen: int | None = None) -> Record:
        """End a record: it is frozen, and the audit log has its hash. What is lacking is said all at once."""
        told = said.strip()
        if len(told) > LONGEST:
            raise RequestRefused(f"说明有 {len(told)} 个字，最多 {LONGEST} 个字。")

        def changed(record: Record) -> Record:
            if hindered := record.hinders(conclusion, self.needs):
                raise RequestRefused("".join(hindered))
            ended = replace(
                record, conclusion=conclusion, said=told, concluded_by=_by(person), concluded_at=instant(now())
            )
            return replace(ended, digest=ended.sealed)

        return self._change(id, seen, person, "定稿", changed)

    def look(self, id: str, person: str) -> Record:
        """Return a record, opened, after the look is in the audit log.

        Whoever calls this has asked for ``Act.OPEN_PERSONS``. Raises UnknownRequest, KeyUnusable, PersonalDataDamaged.
        """
        with self._staff.reading() as connection:
            record = self._opened(connection, _row(connection, id))
        with self._catalogue.writing() as log:
            audit.append(log, person, "request.view", None, {"request": _of(record), "record": record.number})
        return record

    def outline(self, id: str) -> Outline:
        """Return a record without opening it. Raises UnknownRequest."""
        with self._staff.reading() as connection:
            return Outline(_row(connection, id))

    def of(self, request_id: str) -> list[Outline]:
        """Return the records of a request, in order."""
        return self._outlines(search_records.c.request_id == request_id)

    def proofs(self, request_id: str, on: date) -> list[str]:
        """Return the numbers of the records on which an answer of a day may rest that nothing is there."""
        return [each.number for each in self.of(request_id) if each.proves(on, self.needs)]

    def unproven(self, connection: Connection, request_id: str, number: str, on: date) -> str:
        """Say why an answer of a day that nothing is there may not rest on the record with this number; "" if it may.

        What was typed is not quoted: a name may stand in it.
        """
        rows = connection.execute(_rows().where(search_records.c.request_id == request_id)).mappings()
        fit = [each.number for each in map(Outline, rows) if each.proves(on, self.needs)]
        if number.strip() in fit:
            return ""
        what = (
            f"答复“经检索不存在”，要写明这件申请的检索情况记录：在答复日以前定稿，结论是“{Conclusion.ABSENT}”，"
            f"至少有 {self.needs.queries} 次不同的检索和 {self.needs.places} 处系统以外的查找（条例第三十六条第四项）。"
        )
        return what + (f"可以写的是：{'、'.join(fit)}。" if fit else "现在还没有这样的记录，请先检索。")

    def problems(self) -> Iterator[str]:
        """Yield a sentence for each record that is not what was concluded, or is missing. None is personal."""
        with self._catalogue.reading() as log:
            events = [*audit.events(log, actions=[ACTION])]
        told = {str(each.details.get("record")): (each.actor, each.details) for each in events}
        with self._staff.reading() as connection:
            rows = connection.execute(_rows()).mappings().all()
            gone = {row["id"]: "anonymised_on" in row["facts"] for row in rows}
            try:
                opened = {row["id"]: self._opened(connection, row) for row in rows if row["sealed"] is not None}
            except (KeyUnusable, PersonalDataDamaged):
                # Said already of all that is personal; what needs no key is still held.
                opened = {}
        held = {Outline(row).number: Outline(row) for row in rows}
        found = [
            f"检索情况记录 {number} 在审计日志里有，登记簿里没有。从备份恢复的，请按纸质材料重作。"
            for number in sorted(told.keys() - held.keys())
        ]
        for number, each in held.items():
            actor, details = told.get(number, ("", {}))
            if wrong := _wrong(each, opened.get(each.id), actor, details, gone[each.id]):
                found.append(f"检索情况记录 {number} {wrong}")
        yield from found[:_NAMED]
        if len(found) > _NAMED:
            yield f"另有 {len(found) - _NAMED} 份检索情况记录与审计日志不符。"

    def _outlines(self, *conditions: ColumnElement[bool]) -> list[Outline]:
        with self._staff.reading() as connection:
            query = _rows().where(*conditions).order_by(search_records.c.opened_at)
            return [Outline(row) for row in connection.execute(query).mappings()]

    def _change(self, id: str, seen: int | None, person: str, step: str, change: Callable[[Record], Record]) -> Record:
        with self._staff.writing() as connection:
            row = _row(connection, id)
            outline = Outline(row)
            if outline.digest:
                raise RequestRefused(f"检索情况记录 {outline.number} 已经定稿，不能再改。需要续查的，请另开一份。")
            if outline.emptied:
                raise RequestRefused(f"检索情况记录 {outline.number} 的内容已经随申请的个人信息去除。")
            if seen is not None and seen != outline.version:
                raise RequestRefused("您打开这一页之后，这份记录有了变化，这次没有进行。请看过现在的情况再办。")
            changed = replace(change(self._opened(connection, row)), version=outline.version + 1)
            own = search_records.c.id == id
            connection.execute(update(search_records).where(own).values(self._columns(connection, changed)))
            details = {"conclusion": changed.conclusion, "digest": changed.digest} if changed.digest else {}
            self._note(changed, step, person, details)
        return changed

    def _note(self, record: Record, step: str, person: str, details: Mapping[str, object]) -> None:
        counts = {"searches": record.queries, "places": len(record.places)}
        told = {"request": _of(record), "record": record.number, "event": step, **counts, **details}
        with self._staff.logging(self._catalogue) as log:
            audit.append(log, _by(person), ACTION, None, told)

    def _columns(self, connection: Connection, record: Record) -> dict[str, object]:
        return {
            **{name: getattr(record, name) for name in ("id", "request_id", "version", "opened_by", "opened_at")},
            **{name: getattr(record, name) for name in ("concluded_by", "concluded_at", "digest")},
            "conclusion": record.conclusion.value if record.conclusion else None,
            "queries": record.queries,
            "places": len(record.places),
            **self._persons.seal_record(connection, record.id, json.dumps(record.contents, ensure_ascii=False)),
        }

    def _opened(self, connection: Connection, row: RowMapping) -> Record:
        outline = Outline(row)
        told = self._persons.records(connection, search_records.c.id == outline.id)
        if outline.id not in told:
            raise RequestRefused(f"检索情况记录 {outline.number} 的内容已经随申请的个人信息去除。")
        names = ("id", "request_id", "number", "version", "opened_by", "opened_at")
        ended = ("conclusion", "concluded_by", "concluded_at", "digest")
        plain = {name: getattr(outline, name) for name in (*names, *ended)}
        return Record(**plain, **search_record.read(json.loads(told[outline.id])))


def words_of(values: Collection[str]) -> list[str]:
    """Return the words of what an applicant said of themselves, by which a text is looked through for them."""
    parts = [part for value in values for part in (value, *_PARTS.split(value))]
    return [each for each in dict.fromkeys(part.strip() for part in parts) if each]


def _wrong(each: Outline, opened: Record | None, actor: str, details: Mapping[str, object], anonymised: bool) -> str:
    """Say what is wrong with a record, against the last event of the log about it; "" if nothing is."""
    if each.emptied and not anonymised:
        return "的内容缺失。请从备份恢复，并查明原因。"
    if anonymised and not each.emptied:
        return "的内容应当已经随申请的个人信息去除，却还有。请查明原因。"
    if each.digest and not details.get("digest"):
        return "写着已经定稿，审计日志里却没有：不是经程序定稿的。请查明是谁写进数据库的。"
    kept = (each.digest, each.conclusion, each.queries, each.places)
    logged = tuple(details.get(name) for name in ("digest", "conclusion", "searches", "places"))
    by_another = each.digest is not None and each.concluded_by != actor
    changed = opened is not None and (
        (each.queries, each.places) != (opened.queries, len(opened.places))
        or (each.digest is not None and each.digest != opened.sealed)
    )
    if kept != logged or by_another or changed:
        return "与审计日志不符：被改动过。请从备份恢复，并查明是谁改的。"
    return ""


def _rows() -> Select[tuple[object, ...]]:
    joined = search_records.join(requests, requests.c.id == search_records.c.request_id)
    return select(search_records, requests.c.number.label("request_number"), requests.c.facts).select_from(joined)


def _row(connection: Connection, id: str) -> RowMapping:
    row = connection.execute(_rows().where(search_records.c.id == id)).mappings().first()
    if row is None:
        raise UnknownRequest(id)
    return row


def _of(record: Record) -> str:
    """Return the number of the request that a record belongs to."""
    return record.number.rpartition("-检")[0]


def _searched(record: Record, search: Search, person: str) -> Record:
    typed, hits, number = _said(search.typed, "检索词", LONGEST), tuple(search.hits[:KEPT]), len(record.searches) + 1
    kept = replace(search, typed=typed, hits=hits, number=number, person=_by(person), at=instant(now()))
    return replace(record, searches=(*record.searches, kept))


def _said(text: str, label: str, most: int) -> str:
    said = text.strip()
    if not said:
        raise RequestRefused(f"请填写{label}。")
    if len(said) > most:
        raise RequestRefused(f"{label}有 {len(said)} 个字，最多 {most} 个字。")
    return said


def _by(person: str) -> str:
    name = written(person)
    if not name:
        raise RequestRefused("请写明由谁办理。")
    return name
