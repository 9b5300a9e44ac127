"""Pictures of the pages of originals, made in a limited process and kept in a folder that may be deleted at any time.

Only the owner reads the folder. Pictures are named by the original's digest and the page. When they take more room than
they may, those that were not looked at for the longest time go.
"""

import hashlib
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from archive.document import File
from archive.errors import ExtractionFailed
from archive.extract import Sandbox
from archive.extract.limits import MIB, Limits
from archive.extract.mediatype import IMAGES, OFD, PDF
from archive.extract.process.tasks import Task
from archive.store.blobs import Blobs

# A page that takes longer is not worth the wait: the text stands below it.
LIMITS = Limits(cpu_seconds=10, wall_seconds=20.0, ocr_seconds=0)
ROOM = 512 * MIB
# Below the data folder.
FOLDER = Path("cache") / "pages"
_PICTURED = IMAGES | {PDF}
# Of an OFD the pages that are scans, whose text was recognised.
_DRAWN = _PICTURED | {OFD}
_PNG = b"\x89PNG\r\n\x1a\n"
_LARGEST_SIDE = 1_000_000
# For how long a file that can't be shown is not tried again, in seconds. It may have been the machine that was busy.
_PATIENCE = 600


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on a page where words stand, in thousandths of the page's width and height."""

    words: int
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: its number from 1, its size in points or pixels, and the places on it."""

    number: int
    width: int
    height: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """The pages of a file, and how many there are beyond those that are shown."""

    sheets: tuple[Sheet, ...]
    more: int


def pictured(file: File) -> bool:
    """Tell whether a file is of a kind that has pages to be shown."""
    return file.media_type in _PICTURED


class Pictures:
    """Pictures of the originals in ``blobs``, kept in ``folder`` up to ``room`` bytes."""

    def __init__(self, blobs: Blobs, sandbox: Sandbox, folder: Path, room: int = ROOM, patience: float = -1) -> None:
        """Set up the pictures. One is made at a time; whoever asks for another waits so many seconds, or until then."""
        self._blobs = blobs
        self._sandbox = sandbox
        self._folder = folder
        self._room = room
        self._patience = patience
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._taken: int | None = None

    def outline(self, file: File, words: Sequence[str] = ()) -> Outline:
        """Return a file's pages and where words stand on them.

        Raises ExtractionFailed with a sentence, and TimeoutError while another picture is being made.
        """
        about = hashlib.sha256(json.dumps(list(words)).encode()).hexdigest()[:16]

        def made() -> bytes:
            path = self._blobs.path(file.digest)
            told, _ = self._sandbox.make(Task.OUTLINE, path, file.media_type, words=list(words))
            return json.dumps(told).encode()

        try:
            return _outline(json.loads(self._kept(file, f"{about}.json", made, pictured(file))), len(words))
        except (ValueError, TypeError, KeyError) as error:
            raise ExtractionFailed("页面的图像没有画成，文件可能已损坏。请核对原件。") from error

    def page(self, file: File, number: int) -> bytes:
        """Return a page, counted from 1, as PNG. Raises as ``outline`` does."""

        def made() -> bytes:
            _, png = self._sandbox.make(Task.PICTURE, self._blobs.path(file.digest), file.media_type, page=number)
            if not png.startswith(_PNG):
                raise ExtractionFailed("页面的图像没有画成，文件可能已损坏。请核对原件。")
            return png

        return self._kept(file, f"{number}.png", made, file.media_type in _DRAWN)

    def _kept(self, file: File, name: str, make: Callable[[], bytes], possible: bool) -> bytes:
        if not possible:
            raise ExtractionFailed("这种文件没有页面的图像。")
        path = self._folder / file.digest[:2] / f"{file.digest[2:]}-{name}"
        if (content := self._known(path)) is not None:
            return content
        if not self._turn.acquire(timeout=self._patience):
            raise TimeoutError("another picture is being made")
        try:
            # Whoever was before may have asked for the same.
            if (content := self._known(path)) is None:
                self._blobs.verify(file.digest)
                content = self._made(path, make)
            return content
        finally:
            self._turn.release()

    def _known(self, path: Path) -> bytes | None:
        """Return what is kept, None for nothing. Raises ExtractionFailed if it could not be made a short time ago."""
        with suppress(OSError):
            content = path.read_bytes()
            # What is looked at goes last.
            os.utime(path)
            return content
        with suppress(OSError):
            if time.time() - (failed := _failed(path)).stat().st_mtime < _PATIENCE:
                raise ExtractionFailed(failed.read_text(encoding="utf-8"))
        return None

    def _made(self, path: Path, make: Callable[[], bytes]) -> bytes:
        try:
            content = make()
        except ExtractionFailed as error:
            self._keep(_failed(path), error.reason.encode())
            raise
        self._keep(path, content)
        return content

    def _keep(self, path: Path, content: bytes) -> None:
        """Keep a picture if that is possible; it is shown in any case."""
        with self._lock, suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            # Readable by the owner alone from the start, and whole or not there.
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".new-", delete=False) as stream:
                stream.write(content)
            if self._taken is None:
                self._taken = sum(size for _, size, _ in self._files()) - len(content)
            Path(stream.name).replace(path)
            self._taken += len(content)
            if self._taken > self._room:
                self._make_room()

    def _files(self) -> list[tuple[float, int, Path]]:
        found = []
        for path in self._folder.rglob("*"):
            with suppress(OSError):
                if path.is_file():
                    found.append(((known := path.stat()).st_mtime, known.st_size, path))
        return found

    def _make_room(self) -> None:
        files = sorted(self._files())
        taken = sum(size for _, size, _ in files)
        for _, size, path in files:
            if taken <= self._room * 3 // 4:
                break
            path.unlink(missing_ok=True)
            taken -= size
        self._taken = taken


def _failed(path: Path) -> Path:
    """Return where it is kept why a picture could not be made."""
    return path.with_suffix(".failed")


def _outline(told: dict[str, object], words: int) -> Outline:
    """Check what a process says that read a stranger's file. Raises ValueError, TypeError or KeyError."""
    pages, marks, more = told["pages"], told["marks"], told["more"]
    if not (isinstance(pages, list) and isinstance(marks, list) and isinstance(more, int) and pages):
        raise ValueError
    on: dict[int, list[Mark]] = {}
    for each in marks:
        page, *rest = map(int, each)
        mark = Mark(*rest)
        if not (0 <= mark.words < words and all(0 <= side <= 1000 for side in rest[1:])):
            raise ValueError
        on.setdefault(page, []).append(mark)
    sheets = []
    for number, (width, height) in enumerate(pages, 1):
        across, down = (min(max(1, round(side)), _LARGEST_SIDE) for side in (width, height))
        sheets.append(Sheet(number, across, down, tuple(on.get(number, ()))))
    return Outline(tuple(sheets), more)
