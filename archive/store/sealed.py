"""A JSON file that says of itself whether it is as it was written: its last entry is a seal over all others.

A generation of the index and the lists for download have one, which names their files with the SHA-256 of each.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from archive.store import canonical
from archive.store.blobs import sync_folder

_SEAL = "sha256"


class Unsealed(ValueError):
    """A file that can't be read, or whose seal doesn't fit it. ``reason`` is a short Chinese phrase."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def write(path: Path, about: Mapping[str, object]) -> None:
    """Write a sealed file durably, by one rename."""
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("w", encoding="utf-8") as out:
        json.dump({**about, _SEAL: _seal(about)}, out, ensure_ascii=False, indent=1)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def read(path: Path) -> dict[str, object]:
    """Read a sealed file, without its seal. Raises Unsealed."""
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        seal = about.pop(_SEAL)
    except (OSError, ValueError, RecursionError, TypeError, KeyError, AttributeError) as error:
        raise Unsealed("没有可读的清单") from error
    if not _fits(about, seal):
        raise Unsealed("清单与其哈希不符")
    found: dict[str, object] = about
    return found


def _seal(about: Mapping[str, object]) -> str:
    return canonical.digest(about)


def _fits(about: Mapping[str, object], seal: object) -> bool:
    return seal == _seal(about)
