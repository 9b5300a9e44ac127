"""A JSON file that says of itself whether it is as it was written: it ends with a hash and a seal over the rest.

A generation of the index and the lists for download have one, which names their files with the SHA-256 of each. The
seal is made with the archive's key (see ``seals``), so that whoever can write to the files alone can't make another.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from archive.store import canonical
from archive.store.blobs import sync_folder
from archive.store.seals import Seals

_HASH, _SEAL = "sha256", "seal"


class Unsealed(ValueError):
    """A file that can't be read, or whose seal doesn't fit it. ``reason`` is a short Chinese phrase."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def write(path: Path, about: Mapping[str, object], purpose: str, keys: Seals | None) -> None:
    """Write a sealed file durably, by one rename; without ``keys`` it has only its hash. Raises KeyUnusable."""
    digest = canonical.digest(about)
    proof = {_HASH: digest} | ({_SEAL: keys.sign(purpose, digest.encode())} if keys else {})
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("w", encoding="utf-8") as out:
        json.dump({**about, **proof}, out, ensure_ascii=False, indent=1)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def read(path: Path, purpose: str, keys: Seals | None) -> dict[str, object]:
    """Read what ``write`` wrote for the same purpose. Raises Unsealed, and KeyUnusable where nothing can be checked."""
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        digest, seal = about.pop(_HASH), about.pop(_SEAL, "")
    except (OSError, ValueError, RecursionError, TypeError, KeyError, AttributeError) as error:
        raise Unsealed("没有可读的清单") from error
    if digest != canonical.digest(about):
        raise Unsealed("清单与其哈希不符")
    if keys and not keys.verify(purpose, digest.encode(), str(seal)):
        raise Unsealed("清单没有本档案的封签")
    found: dict[str, object] = about
    return found
