"""Safeguards to remove, to show that the faults notice it. ``GONGKAI_FAULTS_WITHOUT`` names one."""

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from pathlib import Path
from stat import S_ISREG
from types import SimpleNamespace
from unittest.mock import patch

from archive.document import Document
from archive.errors import UnknownDocument
from archive.store.catalogue import Catalogue
from indexer.engines.generations import Generations
from indexer.engines.manifest import Manifest

VARIABLE = "GONGKAI_FAULTS_WITHOUT"


def _without_fsync() -> None:
    """Let an original be renamed into place before its bytes are on disk."""

    def fsync(descriptor: int) -> None:
        if not S_ISREG(os.fstat(descriptor).st_mode):
            os.fsync(descriptor)

    patch("archive.store.blobs.os", SimpleNamespace(**{**vars(os), "fsync": fsync})).start()


def _without_manifest() -> None:
    """Let a generation be opened whatever its files hold."""

    def verify(self: Generations, generation: Path, anew: bool = False) -> Manifest:
        return self.manifest(generation)

    patch.object(Generations, "verify", verify).start()


def _without_gate() -> None:
    """Let a page trust the index without asking the catalogue again."""

    def public_many(self: Catalogue, ids: Iterable[str]) -> dict[str, Document]:
        found = {}
        for id in ids:
            try:
                found[id] = self.newest(id)
            except UnknownDocument:
                continue
        return found

    patch.object(Catalogue, "public_many", public_many).start()


def _without_reading() -> None:
    """Let a backup share what a former one has without reading it."""
    patch("archive.custody.backup._reads_as", lambda path, digest: True).start()


def _without_reserve() -> None:
    """Let a withdrawal find no reserve to give up."""
    patch("web.commands.review.lent", lambda data, whole: nullcontext()).start()
    patch("web.commands.review.release_reserve", lambda data: False).start()


SAFEGUARDS: Mapping[str, Callable[[], None]] = {
    "fsync": _without_fsync,
    "manifest": _without_manifest,
    "gate": _without_gate,
    "reading": _without_reading,
    "reserve": _without_reserve,
}


def removed() -> str:
    """Return the name of the safeguard that this run does without, or ""."""
    return os.environ.get(VARIABLE, "")


def apply() -> None:
    if named := removed():
        SAFEGUARDS[named]()
