"""Finding requests and replies again: by a masked text that a clerk has confirmed, and by nothing else of the register.

The text is proposed with the applicant, and whatever the pre-check's rules find, masked. It lies in the staff's
database in plain, because it names nobody; whoever confirms it is held to that as far as a program can tell.
"""

import json
import logging
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, Select, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from archive.chinese import personal, sought
from archive.decisions import precheck
from archive.document import Document, File, Metadata
from archive.errors import GongkaiError, RequestRefused, UnknownRequest
from archive.plain import one_line
from archive.registers.everything import Entry, State
from archive.registers.requests import facts
from archive.registers.requests.applicants import latest
from archive.registers.requests.facts import Field
from archive.registers.requests.outcomes import Content
from archive.registers.requests.persons import Persons
from archive.registers.requests.searches import words_of
from archive.registers.requests.tables import findable, requests
from archive.registers.staff import Staff, instant, now
from archive.store import audit, canonical
from archive.store.catalogue import BATCH, Catalogue

logger = logging.getLogger(__name__)
ACTION = "request.findable"
LONGEST = 20_000
# How much of what was asked stands in a list.
_TITLE = 40
_OWN = (Field.NAME, Field.IDENTITY, Field.CONTACT, Field.OBTAIN)
# After these words a name is likely, and one is proposed to be masked.
_CALLED = re.compile(
    r"(?:申请人|第三方|第三人|村民|居民|户主|姓名|本人|职工|教师|学生|死者|其父|其母|其妻|其夫)[:：为是]?"
)


@dataclass(frozen=True, slots=True)
class Findable:
    """What a request is found again by: what was asked, and what was answered, "" while there is no reply."""

    asked: str
    answered: str
    confirmed_by: str = ""
    confirmed_at: str = ""

    @property
    def digest(self) -> str:
        """The SHA-256 over the texts, which the audit log has too."""
        return canonical.digest([self.asked, self.answered])


class FoundAgain:
    """The masked texts in the staff's database; for the staff's index a source beside the documents."""

    kind = "request"
    actions: Collection[str] = (ACTION,)

    def __init__(self, staff: Staff, catalogue: Catalogue) -> None:
        self._staff = staff
        self._catalogue = catalogue
        self._persons = Persons(staff.keys.folder)

    def confirm(self, id: str, asked: str, answered: str, person: str) -> Findable:
        """Keep a text that somebody confirms as naming nobody. Raises RequestRefused with what it still has.

        Raises UnknownRequest, KeyUnusable, PersonalDataDamaged.
        """
        made = Findable(asked.strip(), answered.strip(), person, instant(now()))
        with self._staff.writing() as connection:
            row = connection.execute(select(requests).where(requests.c.id == id)).mappings().first()
            if row is None:
                raise UnknownRequest(id)
            if facts.read(row["facts"]).anonymised_on:
                raise RequestRefused("这件申请的个人信息已经去除，不再供检索。")
            values = latest(self._persons.of(connection, id))
            if told := hindrances(made, own_words(values)):
                raise RequestRefused("".join(told))
            connection.execute(delete(findable).where(findable.c.request_id == id))
            columns = ("asked", "answered", "confirmed_by", "confirmed_at")
            connection.execute(
                insert(findable).values(request_id=id, **{name: getattr(made, name) for name in columns})
            )
            with self._staff.logging(self._catalogue) as log:
                self.note(log, str(row["number"]), person, made)
        self.note_again(str(row["number"]), person, made)
        return made

    def note(self, log: Connection, number: str, person: str, made: Findable | None) -> None:
        """Put in the log that a text is there, or gone, or that its request has changed: the index follows this.

        It is part of the transaction that does so: no cut between the two leaves an index as it was.
        """
        audit.append(log, person, ACTION, None, {"request": number, "digest": made.digest if made else ""})

    def note_again(self, number: str, person: str, made: Findable | None) -> None:
        """Put the same in the log after the transaction: an index that follows the log may have come too early.

        What was done is done: that this fails is no reason to say otherwise.
        """
        try:
            with self._catalogue.writing() as log:
                self.note(log, number, person, made)
        except (GongkaiError, SQLAlchemyError, OSError) as error:
            logger.error("%s after a request was found by other words", type(error).__name__)

    def drop(self, connection: Connection, id: str) -> None:
        """Delete the text of a request."""
        connection.execute(delete(findable).where(findable.c.request_id == id))

    def of(self, id: str) -> Findable | None:
        """Return what a request is found again by; None if nothing was confirmed."""
        with self._staff.reading() as connection:
            return self.held(connection, id)

    def some(self, ids: Collection[str]) -> dict[str, Findable]:
        """Return the same of several requests, by their ids; of those alone that have it."""
        with self._staff.reading() as connection:
            rows = connection.execute(_rows().where(findable.c.request_id.in_([*ids]))).mappings()
            return {row["request_id"]: _read(row) for row in rows}

    def held(self, connection: Connection, id: str) -> Findable | None:
        """Return the same within a transaction."""
        row = connection.execute(_rows().where(findable.c.request_id == id)).mappings().first()
        return _read(row) if row else None

    def touched(self, action: str, details: Mapping[str, object]) -> str | None:
        """Return the id of the request that an event of the log is about."""
        if action != ACTION:
            return None
        with self._staff.reading() as connection:
            query = select(requests.c.id).where(requests.c.number == str(details.get("request")))
            return connection.execute(query).scalar()

    def ids(self) -> Iterable[str]:
        with self._staff.reading() as connection:
            return [*connection.scalars(select(findable.c.request_id))]

    def entries(self, ids: Collection[str]) -> Iterable[Entry]:
        """Return those of these requests that are found again."""
        wanted, rows = [*ids], list[RowMapping]()
        with self._staff.reading() as connection:
            # A statement holds only so many values.
            for start in range(0, len(wanted), BATCH):
                query = _rows().where(findable.c.request_id.in_(wanted[start : start + BATCH]))
                rows += connection.execute(query).mappings()
        return [_entry(row) for row in rows]

    def problems(self) -> Iterator[str]:
        """Yield a sentence for each text that is not the one that was confirmed."""
        with self._catalogue.reading() as log:
            events = [*audit.events(log, actions=[ACTION])]
        told = {str(each.details.get("request")): str(each.details.get("digest")) for each in events}
        with self._staff.reading() as connection:
            held = {row["number"]: _read(row).digest for row in connection.execute(_rows()).mappings()}
        for number in sorted(
            number for number in told.keys() | held.keys() if told.get(number, "") != held.get(number, "")
        ):
            yield f"申请 {number} 供检索的文字与审计日志不符：被改动过，或者没有记下。请重新确认，并查明原因。"


def proposed(values: Mapping[Field, str], others: Iterable[str] = ()) -> Findable:
    """Return the texts with persons masked: the applicant, ``others``, and what the pre-check's rules find."""
    words = [*own_words(values), *words_of([*others])]
    asked = "\n".join(values[each] for each in (Field.TEXT, Field.WANTED) if each in values)
    letter: dict[str, str] = json.loads(values.get(Field.LETTER, "{}"))
    answered = "\n".join(text for name, text in letter.items() if name != Content.SEARCH.name)
    return Findable(_masked(asked, words), _masked(answered, words))


def own_words(values: Mapping[Field, str]) -> list[str]:
    """Return the words of an applicant's own that may stand in no text by which a request is found again."""
    return [each for each in words_of([values[each] for each in _OWN if each in values]) if not sought.unfit(each)]


def hindrances(made: Findable, words: Sequence[str]) -> list[str]:
    """Say what of a person still stands in texts, without telling what it is; [] if nothing is found."""
    text = f"{made.asked}\n{made.answered}"
    told = []
    if not made.asked:
        told.append("请填写申请内容。")
    if len(made.asked) > LONGEST or len(made.answered) > LONGEST:
        told.append(f"每一段最多 {LONGEST} 字，请删减。")
    if sought.find(text, words):
        told.append("这里还有申请人的姓名、证件、联系方式或者地址，请遮盖。")
    if personal.has_identifier(text) or _spots(text):
        told.append("这里还有像证件号、手机号、银行卡号、车牌或者门牌的内容，请遮盖。")
    return told


def _masked(text: str, words: Sequence[str]) -> str:
    text = sought.masked(text, words)
    lines = text.split("\n")
    for line, start, end in _spots(text):
        lines[line] = lines[line][:start] + sought.blackened(lines[line][start:end]) + lines[line][end:]
    return "\n".join(map(_unnamed, lines))


def _unnamed(line: str) -> str:
    """Mask what looks like a name after a word that announces one."""
    for called in _CALLED.finditer(line):
        for length in (4, 3, 2):
            name = line[called.end() : called.end() + length]
            if len(name) == length and personal.may_be_name(name) and (length < 4 or name[:2] in personal.DOUBLE):
                line = line[: called.end()] + sought.blackened(name) + line[called.end() + length :]
                break
    return line


def _spots(text: str) -> list[tuple[int, int, int]]:
    """Return where the pre-check finds persons: a paragraph, and the start and end in it."""
    document = Document("", 1, Metadata(title=""), File("0" * 64, "", "text/plain", 0), text)
    found = [each for each in precheck.in_parts(document) if each.kind in precheck.PERSONAL and each.spot]
    return [piece for each in found if each.spot for piece in each.spot.pieces]


def _rows() -> Select[tuple[object, ...]]:
    joined = findable.join(requests, requests.c.id == findable.c.request_id)
    return select(findable, requests.c.number, requests.c.facts).select_from(joined)


def _read(row: RowMapping) -> Findable:
    return Findable(row["asked"], row["answered"], row["confirmed_by"], row["confirmed_at"])


def _entry(row: RowMapping) -> Entry:
    made, known = _read(row), facts.read(row["facts"])
    asked = one_line(made.asked)
    return Entry(
        kind=FoundAgain.kind,
        id=row["request_id"],
        title=f"申请 {row['number']}：{asked[:_TITLE]}{'…' if len(asked) > _TITLE else ''}",
        text="\n".join(each for each in (made.asked, made.answered) if each),
        state=State.ANSWERED if known.closed_on else State.ASKED,
        number=known.reply_number or None,
        day=known.closed_on or known.received_on or known.submitted_on,
    )
