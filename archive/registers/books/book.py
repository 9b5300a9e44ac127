"""A book: one of the registers beside that of requests. What is in it is its events, as there.

Each event is written with the facts that it changed, before and after, in one transaction with its event in the
archive's audit log. What is personal is encrypted as that of requests is, and stands in neither.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import uuid4
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from archive.chinese.dates import office_today
from archive.errors import EntryRefused, UnknownDocument, UnknownEntry
from archive.registers.books.columns import Cells, Facts, Kind, read, text
from archive.registers.books.spec import Spec
from archive.registers.books.tables import book_entries, book_events, book_persons
from archive.registers.requests import applicants
from archive.registers.requests import facts as changing
from archive.registers.requests.facts import Field, Plain
from archive.registers.requests.persons import Persons
from archive.registers.requests.request import Actor, Opened
from archive.registers.staff import Staff, instant, now
from archive.store import audit, canonical
from archive.store.catalogue import Catalogue

ENTER, CHANGE, IMPORT, ANONYMISE = "登记", "改动", "导入", "去除个人信息"
# The fact by which an entry has nothing personal any more.
ANONYMISED_ON = "anonymised_on"
OVERTAKEN = "您打开这一页之后，这一条已有新的改动，这次没有保存。请看过现在的内容再改。"
Told = tuple[str, ...]
_PARTS = ("entry_id", "number", "event", "at", "person", "account", "before", "after", "personal", "batch")
_NUMBER = re.compile(r"(\d{4})-(\d{4,6})", re.ASCII)
# The entries of each book as a process read them last, with how many there were and how many events they had.
_READ: WeakKeyDictionary[Staff, dict[str, tuple[int, int, tuple["Entry", ...]]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands. ``last`` is the number of its newest event, which a form sends back as ``seen``."""

    id: str
    number: str
    facts: Facts
    last: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it was recorded. ``personal`` names what was said with it."""

    number: int
    event: str
    at: str
    person: str
    before: Facts
    after: Facts
    personal: tuple[str, ...]


class Book:
    """A book of one installation. ``today`` says which day it is at the office."""

    def __init__(
        self, spec: Spec, staff: Staff, catalogue: Catalogue, today: Callable[[], date] = office_today
    ) -> None:
        self.spec = spec
        self.today = today
        self.catalogue = catalogue
        self._staff = staff
        self.persons = Persons(staff.keys.folder, book_persons)

    def read(self, told: Mapping[str, str]) -> Cells:
        """Read what was typed by the columns' names, and hold it against itself and the archive."""
        cells = read(self.spec.columns, told)
        for name, sentence in self.spec.problems(cells.facts, self.today()):
            cells.wrong.setdefault(name, sentence)
        for each in self.spec.columns:
            id = text(cells.facts, each.name) if each.kind is Kind.DOCUMENT else ""
            if id and not self._is_there(id):
                cells.wrong[each.name] = f"{each.label}：档案里没有这个编号的文件。编号写在文件页的标题下面。"
        for name, sentence in self.spec.held(cells.facts, self.catalogue):
            cells.wrong.setdefault(name, sentence)
        return cells

    def read_change(self, told: Mapping[str, str]) -> Cells:
        """Read what was typed to change an entry: what is personal may be left empty, and stays."""
        cells = self.read(told)
        stays = {each.name for each in self.spec.columns if each.personal and not told.get(each.name, "").strip()}
        # What is entered once was right on its day.
        stays |= {each.name for each in self.spec.columns if each.fixed and told.get(each.name)}
        return replace(cells, wrong={name: why for name, why in cells.wrong.items() if name not in stays})

    def enter(self, told: Mapping[str, str], by: Actor, id: str = "", also: Facts | None = None) -> Entry:
        """Enter what was typed. ``id`` is that of a form: when it comes a second time, nothing more is entered.

        ``also`` are facts besides the columns.

        Raises EntryRefused, KeyUnusable.
        """
        cells = self._fit(self.read(told))
        made = {**self._made(cells), **(also or {})}
        if self.spec.apart and made.get(self.spec.apart[0]):
            raise EntryRefused(f"{self._label(self.spec.apart[0])}由另一人登记，不能在登记时一并填写。")
        with self._staff.writing() as connection:
            query = select(book_entries).where(book_entries.c.id == id, book_entries.c.book == self.spec.id)
            if there := connection.execute(query).mappings().first():
                return _entry(there)
            row = self._insert(connection, made, id, "")
            self._record(connection, row, ENTER, made, cells.personal, by)
        return self.entry(row["id"])

    def change(self, id: str, told: Mapping[str, str], by: Actor, seen: int | None = None) -> Entry:
        """Replace what the columns say; what is personal stays where nothing is typed.

        Raises EntryRefused, UnknownEntry, KeyUnusable.
        """
        before = self.entry(id).facts
        known = {each.name for each in self.spec.columns if not each.personal}
        cells = self._fit(self.read_change(told))
        for each in self.spec.columns:
            if each.fixed and cells.facts.get(each.name) != before.get(each.name):
                raise EntryRefused(f"{each.label}登记以后不能改，请另外登记一条。")
        made = {**{name: value for name, value in before.items() if name not in known}, **cells.facts}
        return self.make(id, CHANGE, made, by, seen, cells.personal)

    def make(
        self,
        id: str,
        event: str,
        made: Facts,
        by: Actor,
        seen: int | None = None,
        personal: Mapping[Field, str] | None = None,
    ) -> Entry:
        """Record an event that makes these facts of an entry. Raises EntryRefused, UnknownEntry, KeyUnusable."""
        personal = personal or {}
        with self._staff.writing() as connection:
            row = self._row(connection, id)
            if seen is not None and row["last"] != seen:
                raise EntryRefused(OVERTAKEN)
            if dict(made) == row["facts"] and not personal:
                raise EntryRefused("没有改动，没有保存。")
            if self.spec.named and (number := self.spec.named(made)) != row["number"]:
                self._refuse_taken(connection, number)
                connection.execute(update(book_entries).where(book_entries.c.id == id).values(number=number))
                row = self._row(connection, id)
            self._refuse_alone(connection, row, made, by)
            if row["facts"].get(ANONYMISED_ON) and personal:
                raise EntryRefused("这一条的个人信息已经去除，不再登记新的。")
            if event == ANONYMISE:
                self.persons.drop(connection, id)
            self._record(connection, row, event, made, personal, by)
        if event == ANONYMISE:
            self._staff.leave_no_trace()
        return self.entry(id)

    def to_anonymise(self) -> list[Entry]:
        """Return the entries whose retention term is over and that still have something personal."""
        if self.spec.retained_until is None:
            return []
        today = self.today()
        ends = ((each, self.spec.retained_until(each.facts)) for each in self.all())
        return [each for each, end in ends if end and today > end and not each.facts.get(ANONYMISED_ON)]

    def anonymise(self, id: str, by: Actor, seen: int) -> Entry:
        """Delete what is personal about an entry whose term is over. Raises EntryRefused, UnknownEntry."""
        if id not in {each.id for each in self.to_anonymise()}:
            raise EntryRefused("保管期限还没有届满，或者个人信息已经去除。")
        made = {**self.entry(id).facts, ANONYMISED_ON: self.today().isoformat()}
        return self.make(id, ANONYMISE, made, by, seen)

    def entry(self, id: str) -> Entry:
        """Return an entry. Raises UnknownEntry."""
        with self._staff.reading() as connection:
            return _entry(self._row(connection, id))

    def all(self, fits: Callable[[Entry], bool] = lambda entry: True) -> list[Entry]:
        """Return every entry, or those that fit, the newest year first, within a year by number.

        They are read again only after something happened to one: each event adds one to ``last``, and no entry goes.
        """
        at = book_entries.c
        query = select(func.count(), func.coalesce(func.sum(at.last), 0)).where(at.book == self.spec.id)
        with self._staff.reading() as connection:
            count, events = connection.execute(query).one()
            known = _READ.setdefault(self._staff, {}).get(self.spec.id)
            if known is None or known[:2] != (count, events):
                rows = connection.execute(select(book_entries).where(at.book == self.spec.id)).mappings()
                found = sorted(map(_entry, rows), key=lambda each: (-self.spec.year(each.facts), _natural(each.number)))
                # Of what another wrote between the two queries, the rows have more: then it is read once more.
                known = (len(found), sum(each.last for each in found), tuple(found))
                _READ[self._staff][self.spec.id] = known
        return [*filter(fits, known[2])]

    def years(self) -> list[int]:
        """Return the years that there are entries of, the newest first."""
        year = func.substr(book_entries.c.facts[self.spec.dated].as_string(), 1, 4)
        query = select(year).where(book_entries.c.book == self.spec.id).distinct()
        with self._staff.reading() as connection:
            return sorted(map(int, connection.scalars(query)), reverse=True)

    def of_year(self, year: int) -> list[Facts]:
        """Return the facts of a year's entries, in no order: no others are read."""
        of = func.substr(book_entries.c.facts[self.spec.dated].as_string(), 1, 4)
        query = select(book_entries.c.facts).where(book_entries.c.book == self.spec.id, of == str(year))
        with self._staff.reading() as connection:
            return [*connection.scalars(query)]

    def events(self, id: str) -> list[Recorded]:
        """Return what happened to an entry, in order."""
        query = select(book_events).where(book_events.c.entry_id == id).order_by(book_events.c.number)
        with self._staff.reading() as connection:
            return [
                Recorded(
                    *(row["number"], row["event"], row["at"], row["person"], row["before"], row["after"]),
                    tuple(row["personal"]),
                )
                for row in connection.execute(query).mappings()
            ]

    def told(self) -> dict[Told, str]:
        """Map what the columns said of each entry, now and when it was entered, as ``in_columns``, to its number."""
        first = select(book_entries.c.number, book_events.c.after).join(book_events)
        first = first.where(book_entries.c.book == self.spec.id, book_events.c.number == 1)
        with self._staff.reading() as connection:
            known = {self.in_columns(made): number for number, made in connection.execute(first)}
        return known | {self.in_columns(each.facts): each.number for each in self.all()}

    def in_columns(self, facts: Facts) -> Told:
        """Return what stands in the columns that are not personal: by this a row without a number is known again."""
        return tuple(text(facts, each.name) for each in self.spec.columns if not each.personal)

    def masked_names(self, ids: Iterable[str]) -> dict[str, str]:
        """Return names as lists show them, 张**, by the entries' ids. Raises KeyUnusable, PersonalDataDamaged."""
        with self._staff.reading() as connection:
            found = self.persons.newest(connection, Field.NAME, ids)
        return {id: applicants.masked(name) for id, name in found.items()}

    def look(self, id: str, by: Actor) -> Opened:
        """Return what is personal about an entry, after the look is in the audit log.

        Whoever calls this has asked for ``Act.OPEN_PERSONS``. Raises UnknownEntry, KeyUnusable, PersonalDataDamaged.
        """
        number = self.entry(id).number
        with self._staff.reading() as connection:
            found = self.persons.of(connection, id)
        self.note(by, "book.view", {"entry": number})
        return Opened(applicants.latest(found), found)

    def look_at_all(self, by: Actor) -> dict[str, dict[Field, str]]:
        """Return what is personal about every entry, by its id, after this is in the audit log.

        Whoever calls this has asked for ``Act.EXPORT_PERSONS``. Raises KeyUnusable, PersonalDataDamaged.
        """
        ids = [each.id for each in self.all()]
        with self._staff.reading() as connection:
            found = {id: applicants.latest(said) for id, said in self.persons.of_some(connection, ids).items()}
        self.note(by, "book.export", {"rows": len(found), "persons": True})
        return found

    def take_in(self, rows: Iterable[tuple[str, Cells]], by: Actor) -> str:
        """Enter rows of a table with their numbers, "" for the next one, all in one transaction; return the batch's id.

        A number that is there already raises EntryRefused, and nothing is entered.
        """
        batch, digests = uuid4().hex, []
        with self._staff.writing() as connection:
            for number, cells in rows:
                fit = self._fit(cells)
                made = self._made(fit)
                row = self._insert(connection, made, "", number)
                digests.append(self._write(connection, row, IMPORT, made, fit.personal, by, batch))
            if digests:
                with self._staff.logging(self.catalogue) as log:
                    told = {"batch": batch, "rows": len(digests), "digest": canonical.digest(sorted(digests))}
                    audit.append(log, by.person, "book.import", None, {"book": self.spec.title, **told})
        return batch

    def note(self, by: Actor, action: str, details: Mapping[str, object]) -> None:
        """Record something in the audit log. Nothing personal may be in it."""
        with self.catalogue.writing() as log:
            audit.append(log, by.person, action, None, {"book": self.spec.title, **details})

    def _made(self, cells: Cells) -> dict[str, Plain]:
        return {**cells.facts, **self.spec.more(cells.facts, self.catalogue)}

    def _fit(self, cells: Cells) -> Cells:
        if cells.wrong:
            raise EntryRefused("".join(cells.wrong.values()))
        return cells

    def _is_there(self, id: str) -> bool:
        try:
            self.catalogue.newest(id)
        except UnknownDocument:
            return False
        return True

    def _row(self, connection: Connection, id: str) -> RowMapping:
        query = select(book_entries).where(book_entries.c.id == id, book_entries.c.book == self.spec.id)
        row = connection.execute(query).mappings().first()
        if row is None:
            raise UnknownEntry(self.spec.title)
        return row

    def _refuse_alone(self, connection: Connection, row: RowMapping, made: Facts, by: Actor) -> None:
        """Raise EntryRefused where one person states what two have to (``Spec.apart``)."""
        if self.spec.apart is None:
            return
        fact, by_another = self.spec.apart
        if not made.get(fact) or made.get(fact) == row["facts"].get(fact):
            return
        at = book_events.c
        stated = connection.execute(select(at.person, at.after).where(at.entry_id == row["id"])).all()
        others = {person for person, after in stated if after.get(by_another)}
        if made.get(by_another) != row["facts"].get(by_another) or by.person in others:
            raise EntryRefused(f"{self._label(by_another)}由您登记，{self._label(fact)}须由另一人登记。")

    def _label(self, name: str) -> str:
        return next(each.label for each in self.spec.columns if each.name == name)

    def _refuse_taken(self, connection: Connection, number: str) -> None:
        at = book_entries.c
        if connection.execute(select(at.id).where(at.book == self.spec.id, at.number == number)).first():
            raise EntryRefused(f"{number}已经登记过了。")

    def _insert(self, connection: Connection, made: Facts, id: str, number: str) -> RowMapping:
        year = serial = None
        if self.spec.named:
            number = self.spec.named(made)
        elif not number:
            year, at = self.today().year, book_entries.c
            highest = select(func.max(at.serial)).where(at.book == self.spec.id, at.year == year)
            serial = (connection.execute(highest).scalar() or 0) + 1
            number = f"{year}-{serial:04}"
        elif found := _NUMBER.fullmatch(number):
            year, serial = int(found[1]), int(found[2])
        self._refuse_taken(connection, number)
        id = id or uuid4().hex
        row = {"id": id, "book": self.spec.id, "number": number, "year": year, "serial": serial}
        connection.execute(insert(book_entries).values(**row, facts=dict(made), last=0))
        return self._row(connection, id)

    def _record(
        self,
        connection: Connection,
        row: RowMapping,
        event: str,
        made: Facts,
        personal: Mapping[Field, str],
        by: Actor,
    ) -> None:
        digest = self._write(connection, row, event, made, personal, by, "")
        told = {"entry": row["number"], "event": event, "step": row["last"] + 1, "digest": digest}
        with self._staff.logging(self.catalogue) as log:
            audit.append(log, by.person, "book", None, {"book": self.spec.title, **told})

    def _write(
        self,
        connection: Connection,
        row: RowMapping,
        event: str,
        made: Facts,
        personal: Mapping[Field, str],
        by: Actor,
        batch: str,
    ) -> str:
        """Write an event and what it makes of the entry; return its digest."""
        number = row["last"] + 1
        was, became = changing.changes({} if number == 1 else row["facts"], made)
        told: dict[str, object] = {
            **{"entry_id": row["id"], "number": number, "event": event, "at": instant(now())},
            **{"person": by.person, "account": by.account, "before": was, "after": became},
            **{"personal": sorted(field.value for field in personal), "batch": batch},
        }
        digest = digest_of(told)
        connection.execute(insert(book_events).values(**told, digest=digest))
        kept: dict[str, Plain] = dict(made)
        connection.execute(update(book_entries).where(book_entries.c.id == row["id"]).values(facts=kept, last=number))
        self.persons.put(connection, row["id"], number, personal)
        return digest


def _natural(number: str) -> list[tuple[int, str]]:
    """Return by what numbers are sorted, so that 第9号 comes before 第10号.

    >>> sorted(["2019年人大建议第10号", "2019年人大建议第9号"], key=_natural)
    ['2019年人大建议第9号', '2019年人大建议第10号']
    """
    return [(int(digits or 0), other) for digits, other in re.findall(r"(\d+)|(\D+)", number)]


def digest_of(row: Mapping[str, object]) -> str:
    """Return the hash over an event's row, which the audit log has too."""
    return canonical.digest({name: row[name] for name in _PARTS})


def _entry(row: RowMapping) -> Entry:
    return Entry(row["id"], row["number"], row["facts"], row["last"])
