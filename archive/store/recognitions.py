"""What was recognised in pictures of pages: a file for each original, by the SHA-256 of its bytes.

It is derived, and so neither in the catalogue nor under a seal: only what is read with it becomes a version, which
waits for review. It lies beside the originals, so that a rebuilt catalogue has it, and it is in backups, for it takes a
machine seconds a page. What is lost is recognised again.
"""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from archive.errors import RecognitionBusy
from archive.extract.recognition.page import Kept, RecognisedPage, read
from archive.store.blobs import Blobs
from archive.store.space import append_line, naming

FOLDER = "recognised"


@dataclass(frozen=True, slots=True)
class Recognitions:
    """The files below one folder."""

    folder: Path

    @classmethod
    def beside(cls, blobs: Blobs) -> "Recognitions":
        """Return those of the originals in ``blobs``."""
        return cls(blobs.folder.parent / FOLDER)

    def path(self, digest: str) -> Path:
        """Return where the file of an original is or would be."""
        return self.folder / digest[:2] / f"{digest[2:]}.jsonl"

    def of(self, digest: str) -> Kept:
        return read(self.path(digest))

    def since(self, when: float) -> set[str]:
        """Return the originals of which something was kept at that time, in seconds of the clock, or later."""
        found = set()
        for path in self.folder.glob("??/*.jsonl"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime >= when:
                    found.add(f"{path.parent.name}{path.stem}")
        return found

    def want(self, digest: str, pages: Sequence[int]) -> None:
        """Note on which pages a reader of the original sees text that only recognising gives; maybe on none."""
        if self.of(digest).wanted != tuple(pages):
            self._add(digest, {"wanted": list(pages)})

    def keep(self, digest: str, number: int, page: RecognisedPage) -> None:
        self._add(digest, {"page": number, **page.told})

    def fail(self, digest: str, number: int, why: str) -> None:
        """Note that a page could not be recognised, and why."""
        self._add(digest, {"page": number, "failed": why})

    @contextmanager
    def working(self) -> Iterator[None]:
        """Lock out others that work off the queue. Raises RecognitionBusy."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RecognitionBusy from error
            yield

    def _add(self, digest: str, told: dict[str, object]) -> None:
        path = self.path(digest)
        with naming(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            append_line(path, told)
