"""The manifest of a generation: what it is, and the SHA-256 of each of its files."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from archive.store import sealed
from archive.store.sealed import Unsealed
from archive.store.seals import Seals
from indexer.errors import IndexDamaged

NAME = "MANIFEST.json"
_PURPOSE = "generation"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The description of a generation: ``files`` maps names to SHA-256, ``cursor`` is the last change in it.

    ``fingerprint`` names the program's way of indexing and ``words`` the lexicon, which is one of the files.
    ``last_put`` is the id of the last document put into an unfinished generation, otherwise "".
    """

    fingerprint: str
    words: str
    cursor: int
    documents: int
    libraries: Mapping[str, str]
    built_at: str
    files: Mapping[str, str] = field(default_factory=dict)
    last_put: str = ""


def write(folder: Path, manifest: Manifest, keys: Seals | None) -> None:
    """Write a generation's manifest durably, sealed with the archive's ``keys``. Raises KeyUnusable."""
    sealed.write(folder / NAME, asdict(manifest), _PURPOSE, keys)


def read(folder: Path, keys: Seals | None) -> Manifest:
    """Read a generation's manifest. Raises IndexDamaged if it isn't as it was written, KeyUnusable without a key."""
    try:
        about = sealed.read(folder / NAME, _PURPOSE, keys)
    except Unsealed as error:
        raise IndexDamaged(folder.name, error.reason) from error
    # Manifests of before name no lexicon, and their fingerprint is another.
    match {"words": "", **about}:
        case {
            "fingerprint": str(fingerprint),
            "words": str(words),
            "cursor": int(cursor),
            "documents": int(documents),
            "libraries": dict(libraries),
            "built_at": str(built_at),
            "files": dict(files),
            "last_put": str(last_put),
        } if all(_within(name, digest) for name, digest in files.items()):
            return Manifest(fingerprint, words, cursor, documents, libraries, built_at, files, last_put)
    raise IndexDamaged(folder.name, "清单写的不是一代索引")


def _within(name: object, digest: object) -> bool:
    """Tell whether an entry names a file in the folder itself, with a digest."""
    return isinstance(name, str) and isinstance(digest, str) and Path(name).name == name != NAME
