"""The ledger of withdrawals: an append-only file beside the database.

A restored backup or somebody's copy can return a database to yesterday's state. A document withdrawn since then would
be public again. So when an installation is opened, each withdrawal that its database does not know is applied again
(``review.reapply_withdrawals``). A line is written and synced before the withdrawal is committed. At worst, a
withdrawal that was never acknowledged takes effect.
"""

import json
import os
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from archive.errors import WithdrawalsDamaged
from archive.store import canonical
from archive.store.blobs import sync_folder
from archive.store.space import naming


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A withdrawal: ``token`` is unique; ``at`` is an ISO instant in UTC; ``reason`` is shown to the public."""

    token: str
    document_id: str
    version: int
    reviewer: str
    reason: str
    replacement: str | None
    at: str


@dataclass(frozen=True, slots=True)
class WithdrawalLedger:
    """The ledger's file: one JSON object per line, with a hash over itself.

    The caller's writing transaction keeps others from writing at the same time.
    """

    path: Path

    def all(self) -> list[Withdrawal]:
        """Return every withdrawal, oldest first. Raises WithdrawalsDamaged, because none may be skipped."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        # Anything after the last newline was cut off by a crash, and was never acknowledged.
        return [self._read(number, line) for number, line in enumerate(lines[:-1], 1)]

    def tokens(self) -> dict[str, frozenset[str]]:
        """Return the tokens of each document's withdrawals; the file is read again when it has changed."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return {}
        return _tokens(self, found.st_mtime_ns, found.st_size)

    def _read(self, number: int, line: bytes) -> Withdrawal:
        try:
            said = json.loads(line)
            digest = said.pop("sha256")
            found = Withdrawal(**said)
        except (ValueError, RecursionError, TypeError, KeyError, AttributeError) as error:
            raise WithdrawalsDamaged(self.path.name, number) from error
        if digest != canonical.digest(asdict(found)):
            raise WithdrawalsDamaged(self.path.name, number)
        return found

    def append(self, withdrawal: Withdrawal) -> None:
        """Append one withdrawal durably. Raises OSError; then nothing is appended."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = not self.path.exists()
        said = {**asdict(withdrawal), "sha256": canonical.digest(asdict(withdrawal))}
        line = json.dumps(said, ensure_ascii=False).encode() + b"\n"
        with naming(self.path), self.path.open("ab+") as out:
            whole = self._whole_lines(out.tell())
            out.truncate(whole)
            try:
                out.write(line)
                out.flush()
                os.fsync(out.fileno())
            except OSError:
                out.truncate(whole)
                raise
        if fresh:
            sync_folder(self.path.parent)

    def _whole_lines(self, size: int) -> int:
        """Return how many bytes make up whole lines."""
        return self.path.read_bytes().rfind(b"\n") + 1 if size else 0


@lru_cache(maxsize=4)
def _tokens(ledger: WithdrawalLedger, _changed: int, _size: int) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for each in ledger.all():
        found.setdefault(each.document_id, set()).add(each.token)
    return {id: frozenset(tokens) for id, tokens in found.items()}
