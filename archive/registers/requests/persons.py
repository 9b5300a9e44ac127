"""What is personal about requests: who asked for what, and whatever else somebody wrote freely.

It lies in the staff's database, encrypted (AES-256-GCM) by a key of its own, ``persons.key`` beside the archive's keys.
Each value is bound to its request, event and field, so that one can't be put in another's place. The records of
searches are encrypted by the same key. The key is in no
backup; ``gongkai key export`` prints it. Rows without their key are told, and never shown as if there were none.
"""

import base64
import hashlib
import json
import os
import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, tuple_, update

from archive.errors import KeyUnusable, PersonalDataDamaged
from archive.reasons import why
from archive.registers.books.tables import book_persons
from archive.registers.requests.facts import Field
from archive.registers.requests.tables import request_persons, search_records
from archive.store import keyfile
from archive.store.blobs import sync_folder

KEY = "persons.key"
_HEAD = "gongkai persons key, format 1"
_NONCE = 12
RECORD = "检索情况记录"
# Letters are large: no more rows than this are in memory together.
_AT_ONCE = 200
# Beyond this many letters it is no name, number or letter, and the database would swell.
LONGEST = 20_000
# Where what is personal lies: all of it is encrypted by one key.
TABLES = (request_persons, book_persons)


@dataclass(frozen=True, slots=True)
class PersonsKey:
    """A key and those in force before it, without which older backups can't be read."""

    secret: bytes
    former: tuple[bytes, ...] = ()

    @classmethod
    def new(cls) -> "PersonsKey":
        return cls(secrets.token_bytes(32))

    @property
    def id(self) -> str:
        return key_id(self.secret)

    @property
    def known(self) -> Mapping[str, bytes]:
        """Every secret by its id."""
        return {key_id(each): each for each in (self.secret, *self.former)}

    def written(self) -> str:
        """Return the key as text for a file or for paper."""
        former = {f"former {at}": each.hex() for at, each in enumerate(self.former, 1)}
        return keyfile.written(_HEAD, {"key": self.id, "secret": self.secret.hex(), **former})

    @classmethod
    def read(cls, text: str, name: str) -> "PersonsKey | None":
        """Read what ``written`` wrote; None if the text has no such key. Raises KeyUnusable."""
        if not keyfile.holds(_HEAD, text):
            return None
        told = keyfile.read(_HEAD, text, name)
        try:
            former = tuple(bytes.fromhex(value) for field, value in told.items() if field.startswith("former "))
            found = cls(bytes.fromhex(told["secret"]), former)
            for each in (found.secret, *former):
                AESGCM(each)
        except (KeyError, ValueError) as error:
            raise KeyUnusable(f"密钥 {name} 读不出。") from error
        return found


class PersonsKeys:
    """The key in a folder. It is read when it is needed, since another process may have replaced it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / KEY

    def exist(self) -> bool:
        return self.path.exists()

    def make(self) -> PersonsKey:
        """Write a new key unless there is one, and return the one in force. Raises OSError, KeyUnusable."""
        return self.current() if self.exist() else self.put(PersonsKey.new())

    def put(self, key: PersonsKey) -> PersonsKey:
        """Put a key into force; those of before stay known. Raises OSError, KeyUnusable."""
        if self.exist():
            key = _joined(key, self.current())
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        keyfile.put(self.path, key.written())
        sync_folder(self.path.parent)
        return key

    def bring_back(self, key: PersonsKey) -> PersonsKey:
        """Let a key that was kept elsewhere be known again; the one in force stays so if it can be read.

        Raises OSError.
        """
        try:
            there = self.current()
        except KeyUnusable:
            if self.exist():
                # Somebody may still be able to read it.
                self.path.replace(self.path.with_name(f"{KEY}.damaged"))
            return self.put(key)
        joined = _joined(there, key)
        if joined != there:
            keyfile.put(self.path, joined.written())
            sync_folder(self.path.parent)
        return joined

    def current(self) -> PersonsKey:
        """Return the key in force. Raises KeyUnusable."""
        try:
            text = self.path.read_text(encoding="ascii", errors="replace")
        except FileNotFoundError as error:
            raise KeyUnusable(
                f"没有申请人信息的密钥 {self.path}，登记簿里的个人信息读不出。"
                "请从保管的副本恢复：gongkai key import FILE。"
            ) from error
        except OSError as error:
            raise KeyUnusable(f"不能读取密钥文件 {self.path}：{why(error)}。请以保管密钥的用户运行。") from error
        key = PersonsKey.read(text, self.path.name)
        if key is None:
            raise KeyUnusable(f"{self.path.name} 不是完整的密钥文件（首行不对），请从保管的副本恢复。")
        return key


class Persons:
    """Writes and reads what is personal in a register's ``table``, within transactions of the staff's database."""

    def __init__(self, keys: PersonsKeys, table: Table = request_persons) -> None:
        self.keys = keys
        self._table = table
        # Whose it is: the first column, of a request or of an entry of a book.
        self._id = next(iter(table.columns))
        self._but_letters = table.c.field != Field.DOCUMENT.value

    def put(self, connection: Connection, id: str, number: int, values: Mapping[Field, str]) -> None:
        """Keep the values of an event. The first ever make the key. Raises KeyUnusable, OSError."""
        if not values:
            return
        key = self._key(connection)
        rows = [
            {
                self._id.name: id,
                "number": number,
                "field": field.value,
                **_sealed(key.secret, _bound((id, number, field)), value),
            }
            for field, value in values.items()
        ]
        connection.execute(insert(self._table), rows)

    def of(self, connection: Connection, id: str) -> dict[int, dict[Field, str]]:
        """Return what is known of a request but its letters, by the numbers of its events.

        Raises KeyUnusable, PersonalDataDamaged.
        """
        return self.of_some(connection, [id]).get(id, {})

    def of_some(self, connection: Connection, ids: Iterable[str]) -> dict[str, dict[int, dict[Field, str]]]:
        """Return the same of several requests, by their ids. Raises KeyUnusable, PersonalDataDamaged."""
        found: dict[str, dict[int, dict[Field, str]]] = {}
        for id, number, field, value in self._read(connection, self._but_letters & self._id.in_([*ids])):
            found.setdefault(id, {}).setdefault(number, {})[field] = value
        return found

    def of_all(self, connection: Connection) -> dict[str, dict[int, dict[Field, str]]]:
        """Return what is known of every request but its letters. Raises KeyUnusable, PersonalDataDamaged."""
        found: dict[str, dict[int, dict[Field, str]]] = {}
        for id, number, field, value in self._read(connection, self._but_letters):
            found.setdefault(id, {}).setdefault(number, {})[field] = value
        return found

    def letter(self, connection: Connection, id: str, number: int) -> str | None:
        """Return the letter that was kept with an event, or None. Raises KeyUnusable, PersonalDataDamaged."""
        at = request_persons.c
        wanted = (at.request_id == id) & (at.number == number) & (at.field == Field.DOCUMENT.value)
        return next((value for _, _, _, value in self._read(connection, wanted)), None)

    def letters(self, connection: Connection) -> Iterator[tuple[str, int, str]]:
        """Yield every letter with its request and event, one after the other: together they may be large.

        Raises KeyUnusable, PersonalDataDamaged.
        """
        for id, number, _, value in self._read(connection, request_persons.c.field == Field.DOCUMENT.value):
            yield id, number, value

    def newest(self, connection: Connection, field: Field, ids: Iterable[str] | None = None) -> dict[str, str]:
        """Return one field of all requests or of some, as it was said last. Raises KeyUnusable, PersonalDataDamaged."""
        wanted = self._table.c.field == field.value
        if ids is not None:
            wanted &= self._id.in_([*ids])
        return {id: value for id, _, _, value in self._read(connection, wanted)}

    def drop(self, connection: Connection, id: str) -> int:
        """Delete what is personal about a request, in its search records too; return how many values that were."""
        _overwrite(connection)
        if self._table is request_persons:
            own = search_records.c.request_id == id
            connection.execute(update(search_records).where(own).values(key=None, sealed=None))
        return connection.execute(delete(self._table).where(self._id == id)).rowcount

    def rotate(self, connection: Connection) -> tuple[PersonsKey, int]:
        """Put a new key into force and encrypt everything by it, of all registers; return it, and how many values.

        The file comes first: if the transaction then fails, the former key in it still reads every row.
        """
        everywhere = [Persons(self.keys, table) for table in TABLES]
        for each in everywhere:
            for _ in each._read(connection):
                # All can be read, or nothing is begun.
                pass
        records = self.records(connection)
        key, count = self.keys.put(PersonsKey.new()), len(records)
        for each in everywhere:
            at = each._table.c
            for one in [*connection.scalars(select(each._id).distinct())]:
                for id, number, field, value in [*each._read(connection, each._id == one)]:
                    connection.execute(
                        update(each._table)
                        .where((each._id == id) & (at.number == number) & (at.field == field.value))
                        .values(_sealed(key.secret, _bound((id, number, field)), value))
                    )
                    count += 1
        for id, value in records.items():
            sealed = _sealed(key.secret, _bound_record(id), value)
            connection.execute(update(search_records).where(search_records.c.id == id).values(sealed))
        return key, count

    def seal_record(self, connection: Connection, id: str, value: str) -> dict[str, str]:
        """Return the columns of a search record with its contents encrypted. Raises KeyUnusable, OSError."""
        _overwrite(connection)
        return _sealed(self._key(connection).secret, _bound_record(id), value)

    def records(self, connection: Connection, wanted: ColumnElement[bool] | None = None) -> dict[str, str]:
        """Return the contents of search records, by their ids. Raises KeyUnusable, PersonalDataDamaged."""
        at = search_records.c
        query = select(at.id, at.key, at.sealed).where(at.sealed.is_not(None))
        rows = connection.execute(query if wanted is None else query.where(wanted)).all()
        if not rows:
            return {}
        known = self._key(connection).known
        return {row.id: _opened(known[row.key], _bound_record(row.id), row.sealed, (row.id, RECORD)) for row in rows}

    def problems(self, connection: Connection) -> Iterator[str]:
        """Yield a sentence for each thing that is wrong with the key or with a value."""
        try:
            for _ in self._read(connection):
                pass
            self.records(connection)
        except (KeyUnusable, PersonalDataDamaged) as error:
            yield str(error)

    def _key(self, connection: Connection) -> PersonsKey:
        """Return the key, made if nothing was ever encrypted. Raises KeyUnusable if it isn't that of the rows."""
        used = {key for each in TABLES for key in connection.scalars(select(each.c.key).distinct())}
        of_records = select(search_records.c.key).where(search_records.c.key.is_not(None))
        used |= {*connection.scalars(of_records.distinct())}
        key = self.keys.current() if used else self.keys.make()
        if strange := sorted(used - key.known.keys()):
            raise KeyUnusable(
                f"登记簿里的个人信息由密钥 {'、'.join(strange)} 加密，而现有的是 {key.id}，读不出。"
                f"请找出 key 一行为 {strange[0]} 的副本，用 gongkai key import FILE 放回。"
            )
        return key

    def _read(
        self, connection: Connection, wanted: ColumnElement[bool] | None = None
    ) -> Iterator[tuple[str, int, Field, str]]:
        known: Mapping[str, bytes] = {}
        order = (self._id, self._table.c.number, self._table.c.field)
        query = select(self._table).order_by(*order).limit(_AT_ONCE)
        if wanted is not None:
            query = query.where(wanted)
        rows = connection.execute(query).all()
        while rows:
            known = known or self._key(connection).known
            for row in rows:
                place = (row[0], row.number, Field(row.field))
                yield *place, _opened(known[row.key], _bound(place), row.sealed, (row[0], place[2].value))
            last = (row[0], row.number, row.field)
            rows = connection.execute(query.where(tuple_(*order) > last)).all() if len(rows) == _AT_ONCE else []


def _joined(key: PersonsKey, other: PersonsKey) -> PersonsKey:
    """Return a key that knows also what another one knows."""
    kept = dict.fromkeys((*key.former, other.secret, *other.former))
    return replace(key, former=tuple(each for each in kept if each != key.secret))


def masked(name: str) -> str:
    """Return a name as lists show it.

    >>> masked("张三丰"), masked("临沭县某某公司"), masked("")
    ('张**', '临**', '')
    """
    return f"{name[0]}**" if name else ""


def key_id(secret: bytes) -> str:
    """Return the name of a key: 8 hex digits of a hash."""
    return hashlib.sha256(b"gongkai persons key\n" + secret).hexdigest()[:8]


def _overwrite(connection: Connection) -> None:
    """Let what is deleted or replaced be overwritten in the file, encrypted as it is."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON").close()


def _sealed(secret: bytes, bound: bytes, value: str) -> dict[str, str]:
    nonce = os.urandom(_NONCE)
    # Lengths of names tell something: they are filled up.
    text = json.dumps(value, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 32)
    return {
        "key": key_id(secret),
        "sealed": base64.b64encode(nonce + AESGCM(secret).encrypt(nonce, text, bound)).decode(),
    }


def _opened(secret: bytes, bound: bytes, sealed: str, called: tuple[str, str]) -> str:
    try:
        raw = base64.b64decode(sealed, validate=True)
        return str(json.loads(AESGCM(secret).decrypt(raw[:_NONCE], raw[_NONCE:], bound)))
    except (InvalidTag, ValueError) as error:
        raise PersonalDataDamaged(*called) from error


def _bound(place: tuple[str, int, Field]) -> bytes:
    id, number, field = place
    return f"gongkai request\n{id}\n{number}\n{field.value}".encode()


def _bound_record(id: str) -> bytes:
    return f"gongkai search record\n{id}".encode()


def checked(values: Mapping[Field, str]) -> dict[Field, str]:
    """Return the values that say something, without blanks around them. Raises ValueError for one that is too long."""
    kept = {field: plain for field, value in values.items() if (plain := _plainly(value))}
    for field, value in kept.items():
        if len(value) > LONGEST:
            raise ValueError(f"{field.value}超过 {LONGEST} 字，请删减。")
    return kept


def _plainly(value: str) -> str:
    """Return text with one kind of line's end and nothing that no file of a table can hold."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in lines if each in "\n\t" or not _unwritable(each)).strip()


def _unwritable(letter: str) -> bool:
    """Whether XML has no place for a letter. Those of private use stay: rare names are written with them."""
    return unicodedata.category(letter) in ("Cc", "Cs") or letter in "\ufffe\uffff"


def same(one: Mapping[Field, str], other: Mapping[Field, str]) -> bool:
    """Tell whether two applicants are one: the same identity, or, where one has none, the same name and contact."""
    if one.get(Field.IDENTITY) and other.get(Field.IDENTITY):
        return _plain(one[Field.IDENTITY]) == _plain(other[Field.IDENTITY])
    pairs = [(one.get(field, ""), other.get(field, "")) for field in (Field.NAME, Field.CONTACT)]
    return all(left and _plain(left) == _plain(right) for left, right in pairs)


def stands_in(value: str, text: str) -> bool:
    """Tell whether a text has somebody's name, or a part of what they gave, in any width and spacing.

    >>> stands_in("欧阳小芳", "欧 阳小芳：您好"), stands_in("电话13800001111，南街 3 号", "请拨 138-0000-1111")
    (True, True)
    >>> stands_in("王", "王庄镇"), stands_in("", "任何文字")
    (False, False)
    """
    within = _bare(text)
    parts = [_bare(part) for part in re.split(r"[\s,，、;；:：/()（）]+", unicodedata.normalize("NFKC", value))]
    numbers = re.findall(r"[0-9][0-9x]{6,}", _bare(value))
    return any(len(part) > 1 and part in within for part in (_bare(value), *numbers, *(p for p in parts if len(p) > 3)))


def _bare(value: str) -> str:
    """Return the letters and digits of a text, in one width and case."""
    return "".join(each for each in unicodedata.normalize("NFKC", value).casefold() if each.isalnum())


def _plain(value: str) -> str:
    return "".join(value.split()).casefold()


def latest(events: Mapping[int, Mapping[Field, str]], fields: Iterable[Field] = tuple(Field)) -> dict[Field, str]:
    """Return each field as it was said last."""
    found = {field: value for number in sorted(events) for field, value in events[number].items()}
    return {field: found[field] for field in fields if field in found}
