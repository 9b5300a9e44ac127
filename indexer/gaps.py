"""Searches without hits, recorded for staff as candidates for synonyms and for disclosure.

An operator may promise the following about what is kept:

- A text is kept readable only once it was searched for at least ``k`` times on at least two days. Until then there is
  only its HMAC under this installation's own key, with a count and the days of the first and last search.
- Nothing records who searched, from where or at what hour.
- A text that seems to contain a person's number, address or name is not kept in any form. A name is recognised by its
  surname, where no dictionary word explains the characters. Texts of Latin letters alone and long texts are not kept
  either.
- A digest is forgotten after ``DIGEST_DAYS`` days without another search, a text after ``TEXT_DAYS``. Beyond ``MOST``
  digests, those not seen for longest are forgotten.

The file is separate from the catalogue: losing it loses nothing else, and a fault in it never stops a search.
"""

import hmac
import logging
import os
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from archive.chinese.personal import has_identifier, may_be_name
from archive.chinese.text import HAN, normalise
from archive.errors import GongkaiError

_HAN = re.compile(f"[{HAN}]+")
K = 3
LONGEST = 40
DAYS = 2
DIGEST_DAYS = 90
TEXT_DAYS = 365
MOST = 20_000
# How long a search waits for the file's lock before it goes on unrecorded.
BUSY_SECONDS = 0.2
_TABLES = """
CREATE TABLE IF NOT EXISTS digests (
    digest BLOB PRIMARY KEY, times INTEGER NOT NULL, days INTEGER NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS digests_last ON digests (last);
CREATE TABLE IF NOT EXISTS gaps (
    text TEXT PRIMARY KEY, times INTEGER NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL, partly INTEGER NOT NULL
) WITHOUT ROWID;
"""

log = logging.getLogger(__name__)


class GapsUnreadable(GongkaiError):
    """The file of what is counted for staff can't be read. Nothing else needs it."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"无法读取{what}的记录 {path}。可以删除该文件，会从头记起，其他功能不受影响。")


@dataclass(frozen=True, slots=True)
class Gap:
    """A text searched for ``times`` times without a full match; ``partly`` if some documents matched a part of it."""

    text: str
    times: int
    first: date
    last: date
    partly: bool


class Gaps:
    """The record of one installation. Safe to use from several threads and processes.

    ``name`` is that of its files, and ``what`` is counted in it.
    """

    name, what = "gaps", "无结果检索"

    def __init__(self, folder: Path, k: int = K, is_word: Callable[[str], bool] = lambda text: False) -> None:
        """Set up the record in ``folder``. ``is_word`` tells dictionary words from names of persons."""
        self._path = folder / f"{self.name}.sqlite3"
        self._key_path = folder / f"{self.name}.key"
        self._k = k
        self._is_word = is_word
        self._told = False

    def record(self, typed: str, partly: bool, today: date) -> None:
        """Count a search. Raises nothing: a search that can't be counted must still be answered."""
        # Normalise word by word first: the whole text would lose its blanks between Han.
        words = [normalise(word) for word in typed.split()]
        text = normalise(typed)
        if not self._may_keep(text, words):
            return
        try:
            with self._open() as connection:
                self._forget(connection, today)
                self._count(connection, text, partly, today.isoformat())
        except (sqlite3.Error, OSError) as error:
            if not self._told:
                log.error("%s未能记录：%s", self.what, error)
            self._told = True

    def listed(self) -> list[Gap]:
        """Return the texts that may be read, most searched first. Raises GapsUnreadable."""
        try:
            with self._open() as connection:
                rows = connection.execute("SELECT text, times, first, last, partly FROM gaps ORDER BY times DESC, text")
                return [
                    Gap(text, times, date.fromisoformat(first), date.fromisoformat(last), bool(partly))
                    for text, times, first, last, partly in rows
                ]
        except (sqlite3.Error, OSError) as error:
            raise GapsUnreadable(self._path, self.what) from error

    def dismiss(self, text: str) -> bool:
        """Take a text off the list until it has been searched for ``k`` times again; return whether it was listed.

        Raises GapsUnreadable.
        """
        try:
            with self._open() as connection:
                return connection.execute("DELETE FROM gaps WHERE text = ?", (normalise(text),)).rowcount > 0
        except (sqlite3.Error, OSError) as error:
            raise GapsUnreadable(self._path, self.what) from error

    def clear(self) -> None:
        """Forget everything, including the key."""
        for path in (self._path, self._key_path, *(Path(f"{self._path}{end}") for end in ("-wal", "-shm"))):
            path.unlink(missing_ok=True)

    def _may_keep(self, text: str, words: list[str]) -> bool:
        if not 1 < len(text) <= LONGEST or text.isascii() and not any(map(str.isdigit, text)) or has_identifier(text):
            return False
        runs = [run for part in (text, *words) for run in _HAN.findall(part)]
        return not any(may_be_name(left) for run in runs for left in self._unexplained(run))

    def _unexplained(self, run: str) -> Iterator[str]:
        """Yield the parts of a run of Han that no dictionary word explains, taking the longest words first."""
        left, at = "", 0
        while at < len(run):
            sizes = range(min(6, len(run) - at), 1, -1)
            length = next((size for size in sizes if self._is_word(run[at : at + size])), 0)
            if length:
                yield left
                left, at = "", at + length
            else:
                left, at = left + run[at], at + 1
        # A name may be followed by something else, as in 王小明的.
        yield from (left[:size] for size in range(2, len(left) + 1))

    def _count(self, connection: sqlite3.Connection, text: str, partly: bool, today: str) -> None:
        known = connection.execute(
            "UPDATE gaps SET times = times + 1, last = max(last, ?), partly = ? WHERE text = ?", (today, partly, text)
        )
        if known.rowcount:
            return
        digest = hmac.digest(self._key(), text.encode(), "sha256")
        times, days, first = connection.execute(
            "INSERT INTO digests VALUES (?, 1, 1, ?, ?) ON CONFLICT (digest) DO UPDATE SET times = times + 1,"
            " days = days + (last < excluded.last), last = max(last, excluded.last) RETURNING times, days, first",
            (digest, today, today),
        ).fetchone()
        if times >= self._k and days >= DAYS:
            connection.execute("DELETE FROM digests WHERE digest = ?", (digest,))
            connection.execute("INSERT INTO gaps VALUES (?, ?, ?, ?, ?)", (text, times, first, today, partly))

    def _forget(self, connection: sqlite3.Connection, today: date) -> None:
        for table, days in (("digests", DIGEST_DAYS), ("gaps", TEXT_DAYS)):
            oldest = (today - timedelta(days=days)).isoformat()
            connection.execute(f"DELETE FROM {table} WHERE last < ?", (oldest,))  # noqa: S608  # one of two names
        surplus = connection.execute("SELECT count(*) FROM digests").fetchone()[0] - MOST
        if surplus > 0:
            # Delete a tenth more than the surplus, so that a flood does not make every search delete.
            connection.execute(
                "DELETE FROM digests WHERE digest IN (SELECT digest FROM digests ORDER BY last LIMIT ?)",
                (surplus + MOST // 10,),
            )

    def _key(self) -> bytes:
        try:
            return self._key_path.read_bytes()
        except FileNotFoundError:
            fresh = self._key_path.with_name(f".{self._key_path.name}-{os.getpid()}-{secrets.token_hex(4)}")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(secrets.token_bytes(32))
            try:
                # The first process wins: a link never replaces an existing key.
                os.link(fresh, self._key_path)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
            return self._key_path.read_bytes()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        new = not self._path.exists()
        with closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            if new:
                self._path.chmod(0o600)
            connection.executescript(_TABLES)
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise
