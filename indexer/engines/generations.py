"""Generations: an index is a folder that never changes once it is finished, and a link says which one is live.

::

    index/
      current -> generations/00000007
      generations/00000006/          the former one, kept to fall back on
      generations/00000007/          its files and MANIFEST.json
      generations/building-…/        under way; after a crash the next build goes on with it or clears it away
      lock                           held by the one process that builds, naming itself

The manifest holds each file's SHA-256 and one of itself, so that a torn or rotten file is noticed before Whoosh, which
has no checksums of its own, reads it (its table of contents is a pickle).
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from archive.store import canonical
from archive.store.blobs import digest_of, sync_folder
from indexer.errors import IndexDamaged, IndexerBusy, IndexMissing

MANIFEST = "MANIFEST.json"
KEPT = 2
# A build from nothing, which may go on where it was stopped, and one of changes, which is begun again.
_ANEW, _CHANGES = "building-anew", "building-changes"
_READERS = 2
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself; ``files`` maps names to SHA-256, ``cursor`` is the last change in it.

    ``last_put`` is the last document put into one that is not finished.
    """

    fingerprint: str
    cursor: int
    documents: int
    libraries: dict[str, str]
    built_at: str
    files: dict[str, str] = field(default_factory=dict)
    last_put: str = ""


@dataclass(frozen=True, slots=True)
class Building:
    """A generation under way in ``folder``; ``base`` says what is in it already.

    ``seal`` makes what is in the folder last; it is promoted as it was sealed last.
    """

    folder: Path
    base: Manifest | None
    seal: Callable[[Manifest], None]


class Generations:
    """The generations below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._all = folder / "generations"
        self._link = folder / "current"
        # What was found in files, by what tells a file that has not changed.
        self._digests: dict[tuple[int, int, int, int], str] = {}

    def live(self) -> Path:
        """The folder that the link names, unchecked. Raises IndexMissing."""
        try:
            # Asked at every search: pathlib takes ten times as long.
            return Path(f"{self._folder}/{os.readlink(self._link)}")  # noqa: PTH115
        except FileNotFoundError as error:
            raise IndexMissing from error
        except OSError as error:
            raise IndexDamaged("current", "不是链接") from error

    def former(self) -> list[Path]:
        """Finished generations other than the live one, newest first."""
        try:
            live = self.live().name
        except IndexMissing:
            live = ""
        return [path for path in self._finished() if path.name != live][::-1]

    def manifest(self, generation: Path) -> Manifest:
        """A generation's manifest, its files unchecked. Raises IndexDamaged."""
        try:
            kept = json.loads((generation / MANIFEST).read_text(encoding="utf-8"))
            digest = kept.pop("sha256")
            found = Manifest(**kept)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise IndexDamaged(generation.name, "没有可读的清单") from error
        if digest != canonical.digest(asdict(found)):
            raise IndexDamaged(generation.name, "清单与其哈希不符")
        return found

    def verify(self, generation: Path, anew: bool = False) -> Manifest:
        """The manifest, after every file was read and found to have its digest. Raises IndexDamaged.

        What this process has read before, in this generation or one that shares the file, is only read again ``anew``.
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
        """A file's digest, or None if it can't be read."""
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
    def building(self, fresh: bool, fingerprint: str) -> Iterator[Building]:
        """A folder to build in, promoted on exit and discarded on error.

        Unless it shall be ``fresh``, it starts as the live generation, read through first, its files shared by hard
        links: a builder adds and unlinks files and never writes into one that is there. A fresh one that was stopped
        after it had been sealed goes on from there, if it is sound and has the ``fingerprint``. Raises IndexerBusy and
        IndexDamaged.
        """
        with self._locked():
            building = self._all / (_ANEW if fresh else _CHANGES)
            for orphan in self._all.glob("building-*"):
                if orphan.name != _ANEW or not (orphan / MANIFEST).exists():
                    shutil.rmtree(orphan)
            # Chosen under the lock: another indexer may have promoted a generation until just now.
            base = self._stopped(building, fingerprint) if fresh else self._sound()
            if base is None and building.exists():
                shutil.rmtree(building)
            building.mkdir(parents=True, exist_ok=True)
            try:
                if base is not None and not fresh:
                    for name in base.files:
                        os.link(self.live() / name, building / name)
                yield Building(building, base, lambda manifest: self._seal(building, manifest))
                self._promote(building)
            except Exception:
                shutil.rmtree(building, ignore_errors=True)
                raise
            self._prune()

    def _stopped(self, building: Path, fingerprint: str) -> Manifest | None:
        """What a build that was stopped had come to, its folder without what came after; None if it is of no use."""
        try:
            manifest = self.verify(building)
        except IndexDamaged:
            return None
        if manifest.fingerprint != fingerprint or not manifest.last_put:
            return None
        for path in building.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in (MANIFEST, *manifest.files):
                path.unlink()
        return manifest

    def _sound(self) -> Manifest | None:
        """The live generation's manifest, its files verified; None when there is none yet. Raises IndexDamaged."""
        try:
            return self.verify(self.live())
        except IndexMissing:
            return None

    def _seal(self, building: Path, manifest: Manifest) -> None:
        files = {}
        for path in sorted(path for path in building.iterdir() if path.is_file() and path.name != MANIFEST):
            digest = self._digest(path, anew=False)
            if digest is None:
                raise IndexDamaged(building.name, f"文件 {path.name} 缺失")
            files[path.name] = digest
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
        fresh = building / f"{MANIFEST}.new"
        with fresh.open("w", encoding="utf-8") as out:
            sealed = replace(manifest, files=files)
            json.dump({**asdict(sealed), "sha256": canonical.digest(asdict(sealed))}, out, ensure_ascii=False, indent=1)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(building / MANIFEST)
        sync_folder(building)

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
            # A copy that was made without links made a folder of it, over which nothing can be renamed.
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
                raise IndexerBusy(lock.read().strip() or "?") from error
            lock.truncate(0)
            lock.write(f"进程 {os.getpid()}，{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC 起")
            lock.flush()
            yield
            lock.truncate(0)
