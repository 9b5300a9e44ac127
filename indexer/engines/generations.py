"""Generations: a finished index is a folder that never changes, and a link says which one is live.

::

    index/
      current -> generations/00000007
      generations/00000006/          the previous one, kept as a fallback
      generations/00000007/          its files and MANIFEST.json
      generations/building-…/        in progress; after a crash the next build resumes it or removes it
      lock                           held by the one process that builds, and names it

The manifest (``manifest``) has the SHA-256 of each file and a seal, so that a torn or corrupted file is noticed before
Whoosh reads it. Whoosh has no checksums of its own.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from archive.store.blobs import digest_of, sync_folder
from archive.store.folder import copy_privately, link
from archive.store.seals import Seals
from archive.store.space import naming
from indexer.engines import manifest as manifests
from indexer.engines.manifest import Manifest
from indexer.errors import IndexDamaged, IndexerBusy, IndexMissing

KEPT = 2
# A build from scratch can be resumed after an interruption; a build of changes starts over.
_ANEW, _CHANGES = "building-anew", "building-changes"
_READERS = 2
_REMEMBERED = 10_000
_LONGEST_HOLDER = 200


@dataclass(frozen=True, slots=True)
class Building:
    """A generation in progress in ``folder``. ``base`` describes what it already has.

    ``seal`` makes the folder's contents durable. The generation is promoted as it was last sealed.
    """

    folder: Path
    base: Manifest | None
    seal: Callable[[Manifest], None]


class Generations:
    """The generations in one folder."""

    def __init__(self, folder: Path, keys: Seals | None = None) -> None:
        self._folder = folder
        self._keys = keys
        self._all = folder / "generations"
        self._link = folder / "current"
        # Digests of files already read, by device, inode, size and modification time.
        self._digests: dict[tuple[int, int, int, int], str] = {}

    def live(self) -> Path:
        """Return the folder that the link names, unchecked. Raises IndexMissing, or IndexDamaged if it is no link."""
        try:
            # This runs at every search, and pathlib takes ten times as long.
            return Path(f"{self._folder}/{os.readlink(self._link)}")  # noqa: PTH115
        except FileNotFoundError as error:
            raise IndexMissing from error
        except OSError as error:
            raise IndexDamaged("current", "不是链接") from error

    def former(self) -> list[Path]:
        """Return the finished generations other than the live one, newest first."""
        try:
            live = self.live().name
        except IndexMissing:
            live = ""
        return [path for path in self._finished() if path.name != live][::-1]

    def manifest(self, generation: Path) -> Manifest:
        """Return a generation's manifest without checking its files. Raises IndexDamaged."""
        return manifests.read(generation, self._keys)

    def verify(self, generation: Path, anew: bool = False) -> Manifest:
        """Check the digest of every file and return the manifest. Raises IndexDamaged.

        Files that this process has read before, in this generation or another that shares them, are only read again if
        ``anew``.
        """
        manifest = self.manifest(generation)
        with ThreadPoolExecutor(_READERS) as pool:
            digests = pool.map(lambda name: self._digest(generation / name, anew), manifest.files)
            for (name, expected), found in zip(manifest.files.items(), digests, strict=True):
                if found is None:
                    raise IndexDamaged(generation.name, f"文件 {name} 缺失")
                if found != expected:
                    raise IndexDamaged(generation.name, f"文件 {name} 的内容与清单不符")
        return manifest

    def _digest(self, path: Path, anew: bool) -> str | None:
        """Return a file's digest, or None if it can't be read."""
        try:
            with path.open("rb") as stream:
                about = os.fstat(stream.fileno())
                same = about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns
                if anew or same not in self._digests:
                    if len(self._digests) >= _REMEMBERED:
                        self._digests.clear()
                    self._digests[same] = digest_of(stream)
                return self._digests[same]
        except OSError:
            return None

    @contextmanager
    def building(self, fresh: bool, fingerprint: str, words: str) -> Iterator[Building]:
        """Yield a folder to build in. Promotes it on exit and discards it on error.

        Unless ``fresh``, it starts as a copy of the live generation, which is verified first. The files are shared by
        hard links, so a builder may add and unlink files but must never write into existing ones. An interrupted fresh
        build resumes from its last seal if it is sound and of the same ``fingerprint`` and ``words``.

        Raises IndexerBusy and IndexDamaged.
        """
        with self._locked():
            building = self._all / (_ANEW if fresh else _CHANGES)
            for orphan in self._all.glob("building-*"):
                if orphan.name != _ANEW or not self._can_go_on(orphan):
                    shutil.rmtree(orphan)
            # Choose the base under the lock: another indexer may have just promoted a generation.
            base = self._stopped(building, fingerprint, words) if fresh else self._sound()
            if base is None and building.exists():
                shutil.rmtree(building)
            building.mkdir(parents=True, exist_ok=True)
            try:
                if base is not None and not fresh:
                    for name in base.files:
                        former = self.live() / name
                        if not link(former, building / name):
                            copy_privately(former, building / name)
                with naming(building):
                    yield Building(building, base, lambda manifest: self._seal(building, manifest))
                    self._promote(building)
            except Exception:
                shutil.rmtree(building, ignore_errors=True)
                raise
            self._prune()

    def _can_go_on(self, building: Path) -> bool:
        """Tell whether a build was cut off after a seal; one cut off between its end and its promotion begins anew."""
        try:
            return bool(self.manifest(building).last_put)
        except IndexDamaged:
            return False

    def _stopped(self, building: Path, fingerprint: str, words: str) -> Manifest | None:
        """Return the manifest of an interrupted build and remove unsealed files; None if it can't be resumed."""
        try:
            manifest = self.verify(building)
        except IndexDamaged:
            return None
        if (manifest.fingerprint, manifest.words) != (fingerprint, words):
            return None
        for path in building.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in (manifests.NAME, *manifest.files):
                path.unlink()
        return manifest

    def _sound(self) -> Manifest | None:
        """Verify the live generation and return its manifest, or None if there is none yet. Raises IndexDamaged."""
        try:
            return self.verify(self.live())
        except IndexMissing:
            return None

    def _seal(self, building: Path, manifest: Manifest) -> None:
        files = {}
        for path in sorted(path for path in building.iterdir() if path.is_file() and path.name != manifests.NAME):
            digest = self._digest(path, anew=False)
            if digest is None:
                raise IndexDamaged(building.name, f"文件 {path.name} 缺失")
            files[path.name] = digest
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
        manifests.write(building, replace(manifest, files=files), self._keys)

    def _promote(self, building: Path) -> None:
        last = max((int(path.name) for path in self._finished()), default=0)
        target = self._all / f"{last + 1:08}"
        building.rename(target)
        sync_folder(self._all)
        for orphan in self._folder.glob(".current-*"):
            orphan.unlink()
        fresh = self._folder / f".current-{os.getpid()}"
        fresh.symlink_to(target.relative_to(self._folder))
        if self._link.is_dir() and not self._link.is_symlink():
            # A copy that did not keep links turned this one into a folder, which a rename can't replace.
            shutil.rmtree(self._link)
        fresh.replace(self._link)
        sync_folder(self._folder)

    def _prune(self) -> None:
        for old in self._finished()[:-KEPT]:
            shutil.rmtree(old)

    def _finished(self) -> list[Path]:
        return sorted(path for path in self._all.glob("[0-9]*") if path.is_dir())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._all.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("a+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                lock.seek(0)
                raise IndexerBusy(lock.read(_LONGEST_HOLDER).strip() or "?") from error
            lock.truncate(0)
            lock.write(f"进程 {os.getpid()}，{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC 起")
            lock.flush()
            yield
            lock.truncate(0)
