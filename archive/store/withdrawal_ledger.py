"""The withdrawals, written down beside the database as well: a file that is only added to.

A database can be put back to what it was yesterday, by a restored backup or by somebody's copy; a document that was
withdrawn since would be public again. When an installation is opened, each withdrawal that its database does not know
is carried out again (``review.reapply_withdrawals``). A line is written and synced before the withdrawal is committed:
at worst a withdrawal that was not acknowledged takes effect.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from archive.errors import WithdrawalsDamaged
from archive.store import canonical
from archive.store.blobs import sync_folder


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """``token`` tells it from all others; ``at`` is an ISO instant in UTC; ``reason`` is shown to the public."""

    token: str
    document_id: str
    version: int
    reviewer: str
    reason: str
    replacement: str | None
    at: str


@dataclass(frozen=True, slots=True)
class WithdrawalLedger:
    """The file, one JSON object a line with a hash over itself.

    The caller's writing transaction keeps others from writing at once.
    """

    path: Path

    def all(self) -> list[Withdrawal]:
        """Every withdrawal, oldest first. Raises WithdrawalsDamaged: none of them may be passed over."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        # What follows the last line end was being written when the power went, and was never acknowledged.
        return [self._read(number, line) for number, line in enumerate(lines[:-1], 1)]

    def _read(self, number: int, line: bytes) -> Withdrawal:
        try:
            said = json.loads(line)
            digest = said.pop("sha256")
            found = Withdrawal(**said)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise WithdrawalsDamaged(self.path.name, number) from error
        if digest != canonical.digest(asdict(found)):
            raise WithdrawalsDamaged(self.path.name, number)
        return found

    def append(self, withdrawal: Withdrawal) -> None:
        """Write one down, durably. Raises OSError; then it is not there."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = not self.path.exists()
        said = {**asdict(withdrawal), "sha256": canonical.digest(asdict(withdrawal))}
        line = json.dumps(said, ensure_ascii=False).encode() + b"\n"
        with self.path.open("ab+") as out:
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
        """How many bytes make up whole lines."""
        return self.path.read_bytes().rfind(b"\n") + 1 if size else 0
