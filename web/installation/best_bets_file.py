"""Changes the file of best bets a line at a time. Notes, order and what a person wrote by hand stay as they are.

The file is the truth: each change is held against the file as it was seen, so that of two persons the second is told.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock

from archive import maintained
from web.installation.best_bets import MOST_LINES, BadBestBets, BestBet, BestBets, bet_of, lines_of

# Of two who send at the same moment one comes second.
_ONE_AT_A_TIME = Lock()


class Overtaken(Exception):
    """The file is no longer as it was seen."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the file with its columns, and the bet that it is or why it is none."""

    line: int
    columns: tuple[str, ...]
    bet: BestBet | None = None
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the file holds, and the state by which a change of it is told."""

    entries: tuple[Entry, ...]
    state: str

    @property
    def table(self) -> BestBets:
        return BestBets(each.bet for each in self.entries if each.bet)


def look(path: Path) -> Seen:
    """Read the file line by line. Raises BadBestBets for what is no text at all, or OSError."""
    raw = maintained.read(path) or b""
    return Seen(tuple(_entry(at, said) for at, said in lines_of(raw)), _state(raw))


def change(
    path: Path, seen: str, line: int | None, columns: tuple[str, ...] | None, before: Callable[[], None]
) -> None:
    """Put ``columns`` in the place of a line; without a line add them at the end, without columns take the line away.

    ``before`` is called when all else is done: if it raises, nothing has changed. Raises Overtaken, BadBestBets or
    OSError.
    """
    with _ONE_AT_A_TIME:
        raw = maintained.read(path) or b""
        if _state(raw) != seen:
            raise Overtaken
        known = [at for at, _ in lines_of(raw)]
        if line is not None and line not in known:
            raise Overtaken
        if line is None and len(known) >= MOST_LINES:
            raise BadBestBets(len(known), f"已有 {MOST_LINES} 条，请先删去不再需要的。")
        _write(path, _changed(raw, line, columns), before)


def _changed(raw: bytes, line: int | None, columns: tuple[str, ...] | None) -> bytes:
    new = "\t".join(columns).rstrip("\t").encode() if columns is not None else b""
    if line is None:
        return raw + (b"\n" if raw and not raw.endswith(b"\n") else b"") + new + b"\n"
    lines = raw.split(b"\n")
    if columns is None:
        kept = lines.pop(line - 1)
        if line == 1 and kept.startswith(_MARK) and lines:
            lines[0] = _MARK + lines[0]
    else:
        kept = lines[line - 1]
        lines[line - 1] = (_MARK if kept.startswith(_MARK) else b"") + new + (b"\r" if kept.endswith(b"\r") else b"")
    return b"\n".join(lines)


# The mark of byte order that editors on Windows write.
_MARK = b"\xef\xbb\xbf"


def _write(path: Path, raw: bytes, before: Callable[[], None]) -> None:
    """Replace the file at once, by one rename. What a link leads to is replaced, not the link."""
    path = path.resolve()
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as stream:
        try:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
            with suppress(FileNotFoundError):
                os.fchmod(stream.fileno(), path.stat().st_mode & 0o777)
            before()
            Path(stream.name).replace(path)
        except BaseException:
            Path(stream.name).unlink()
            raise


def _entry(at: int, said: str) -> Entry:
    columns = tuple(said.split("\t"))
    try:
        return Entry(at, columns, bet_of(at, said))
    except BadBestBets as error:
        return Entry(at, columns, wrong=error.reason)


def _state(raw: bytes) -> str:
    return sha256(raw).hexdigest()[:16]
