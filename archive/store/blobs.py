"""Originals, byte for byte, each a file that only its owner reads and nobody writes, named by the SHA-256 of its bytes.

Before ``put`` returns, a blob is written to a temporary file, synced and renamed into place, and its folder is synced.
So a power failure can't lose a blob that the catalogue already names.
"""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from archive.errors import BlobDamaged, BlobMissing
from archive.store.folder import restrict
from archive.store.space import naming

CHUNK = 1 << 20


def sync_folder(folder: Path) -> None:
    """Make a rename or unlink inside ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network file systems do it by themselves and refuse to be asked.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def digest_of(stream: BufferedReader) -> str:
    """Return the hex SHA-256 of the rest of a stream."""
    return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Blobs:
    """The originals stored under one folder."""

    folder: Path

    def put(self, stream: BinaryIO) -> tuple[str, int]:
        """Store a stream's bytes and return their digest and size in bytes. Identical bytes share one blob."""
        with naming(self.folder):
            return self._put(stream)

    def _put(self, stream: BinaryIO) -> tuple[str, int]:
        self.folder.mkdir(parents=True, exist_ok=True)
        hasher = hashlib.sha256()
        size = 0
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".incoming-", delete=False) as out:
            incoming = Path(out.name)
            try:
                while chunk := stream.read(CHUNK):
                    hasher.update(chunk)
                    size += len(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
                digest = hasher.hexdigest()
                target = self.path(digest)
                if not target.exists():
                    if not target.parent.exists():
                        target.parent.mkdir(exist_ok=True)
                        sync_folder(self.folder)
                    restrict(incoming)
                    incoming.rename(target)
                    sync_folder(target.parent)
            finally:
                incoming.unlink(missing_ok=True)
        return digest, size

    def path(self, digest: str) -> Path:
        """Return the path where a blob with this digest is or would be."""
        return self.folder / digest[:2] / digest[2:]

    def open(self, digest: str) -> BufferedReader:
        """Open a blob for reading. Raises BlobMissing."""
        try:
            return self.path(digest).open("rb")
        except FileNotFoundError as error:
            raise BlobMissing(digest) from error

    def verify(self, digest: str) -> None:
        """Read a whole blob and check its digest. Raises BlobMissing or BlobDamaged."""
        with self.open(digest) as stream:
            found = digest_of(stream)
        if found != digest:
            raise BlobDamaged(digest, found)

    def digests(self) -> Iterator[str]:
        """Yield the digests of all stored files, in order."""
        if self.folder.is_dir():
            for prefix in sorted(p for p in self.folder.iterdir() if p.is_dir()):
                yield from (prefix.name + path.name for path in sorted(prefix.iterdir()))
