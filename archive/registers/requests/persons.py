"""What is personal about requests: who asked for what, and whatever else somebody wrote freely.

It lies in the staff's database, encrypted (AES-256-GCM) by a key of its own (see ``persons_key``). Each value is bound
to its request, event and field, so that one can't be put in another's place. The records of searches are encrypted by
the same key. Rows without their key are told, and never shown as if there were none.
"""

import base64
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, tuple_, update

from archive.errors import KeyUnusable, PersonalDataDamaged
from archive.registers.books.tables import book_persons
from archive.registers.requests.facts import FILES, Field
from archive.registers.requests.persons_key import PersonsKey, PersonsKeys, key_id
from archive.registers.requests.tables import request_persons, search_records

# Bytes, as AES-GCM takes them.
_NONCE = 12
# What a search record is called where one can't be read.
_RECORD = "检索情况记录"
# No more rows than this are in memory together, and of files, which are large, than that.
_AT_ONCE, _FILES_AT_ONCE = 200, 4
# Where what is personal lies: all of it is encrypted by one key.
TABLES = (request_persons, book_persons)


class Persons:
    """Writes and reads what is personal in a register's ``table``, within transactions of the staff's database.

    ``folder`` is that of the keys.
    """

    def __init__(self, folder: Path, table: Table = request_persons) -> None:
        self._folder = folder
        self.keys = PersonsKeys(folder)
        self._table = table
        # Whose it is: the first column, of a request or of an entry of a book.
        self._id = next(iter(table.columns))
        self._files = table.c.field.in_([field.value for field in FILES])

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
        """Return what is known of a request but its files, by the numbers of its events.

        Raises KeyUnusable, PersonalDataDamaged.
        """
        return self.of_some(connection, [id]).get(id, {})

    def of_some(self, connection: Connection, ids: Iterable[str]) -> dict[str, dict[int, dict[Field, str]]]:
        """Return the same of several requests, by their ids. Raises KeyUnusable, PersonalDataDamaged."""
        found: dict[str, dict[int, dict[Field, str]]] = {}
        for id, number, field, value in self._read(connection, ~self._files & self._id.in_([*ids])):
            found.setdefault(id, {}).setdefault(number, {})[field] = value
        return found

    def of_all(self, connection: Connection) -> dict[str, dict[int, dict[Field, str]]]:
        """Return what is known of every request but its files. Raises KeyUnusable, PersonalDataDamaged."""
        found: dict[str, dict[int, dict[Field, str]]] = {}
        for id, number, field, value in self._read(connection, ~self._files):
            found.setdefault(id, {}).setdefault(number, {})[field] = value
        return found

    def file(self, connection: Connection, id: str, number: int, field: Field) -> str | None:
        """Return the file that was kept with an event, or None. Raises KeyUnusable, PersonalDataDamaged."""
        at = request_persons.c
        wanted = (at.request_id == id) & (at.number == number) & (at.field == field.value)
        return next((value for _, _, _, value in self._read(connection, wanted)), None)

    def files(self, connection: Connection, field: Field) -> Iterator[tuple[str, int, str]]:
        """Yield every file of a kind with its request and event, one after the other: together they may be large.

        Raises KeyUnusable, PersonalDataDamaged.
        """
        wanted = request_persons.c.field == field.value
        for id, number, _, value in self._read(connection, wanted, _FILES_AT_ONCE):
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
        everywhere = [Persons(self._folder, table) for table in TABLES]
        for each in everywhere:
            for _ in each._every(connection):
                # All can be read, or nothing is begun.
                pass
        records = self.records(connection)
        key, count = self.keys.put(PersonsKey.new()), len(records)
        for each in everywhere:
            at = each._table.c
            for id, number, field, value in each._every(connection):
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
        return {row.id: _opened(known[row.key], _bound_record(row.id), row.sealed, (row.id, _RECORD)) for row in rows}

    def problems(self, connection: Connection) -> Iterator[str]:
        """Yield a sentence for each thing that is wrong with the key or with a value."""
        try:
            for _ in self._every(connection):
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

    def _every(self, connection: Connection) -> Iterator[tuple[str, int, Field, str]]:
        yield from self._read(connection, ~self._files)
        yield from self._read(connection, self._files, _FILES_AT_ONCE)

    def _read(
        self, connection: Connection, wanted: ColumnElement[bool], most: int = _AT_ONCE
    ) -> Iterator[tuple[str, int, Field, str]]:
        known: Mapping[str, bytes] = {}
        order = (self._id, self._table.c.number, self._table.c.field)
        query = select(self._table).where(wanted).order_by(*order).limit(most)
        rows = connection.execute(query).all()
        while rows:
            known = known or self._key(connection).known
            for row in rows:
                place = (row[0], row.number, Field(row.field))
                yield *place, _opened(known[row.key], _bound(place), row.sealed, (row[0], place[2].value))
            last = (row[0], row.number, row.field)
            rows = connection.execute(query.where(tuple_(*order) > last)).all() if len(rows) == most else []


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
