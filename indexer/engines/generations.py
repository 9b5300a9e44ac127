"""Generations: an index is a folder that never changes once it is finished, and a link says which one is live.

::

    index/
      current -> generations/00000007
      generations/00000006/          the former one, kept to fall back on
      generations/00000007/          its files and MANIFEST.json
      generations/building-…/        under way; an orphan of a crash is cleared away by the next build
      lock                           held by the one process that builds, naming itself

The manifest holds each file's SHA-256, so that a torn or rotten file is noticed before Whoosh, which has no checksums
of its own, reads it (its table of contents is a pickle).
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.blobs import digest_of, sync_folder
from archive.errors import IndexDamaged, IndexerBusy, IndexMissing

MANIFEST = "MANIFEST.json"
KEPT = 2


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself; ``files`` maps names to SHA-256, ``cursor`` is the last change in it."""

    fingerprint: str
    cursor: int
    documents: int
    libraries: dict[str, str]
    built_at: str
    files: dict[str, str]


class Generations:
    """The generations below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._all = folder / "generations"
        self._link = folder / "current"

    def live(self) -> Path:
        """The folder that the link names, unchecked. Raises IndexMissing."""
        try:
            return self._folder / self._link.readlink()
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
            found = Manifest(**json.loads((generation / MANIFEST).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise IndexDamaged(generation.name, "没有可读的清单") from error
        if not isinstance(found.files, dict) or not isinstance(found.cursor, int):
            raise IndexDamaged(generation.name, "清单的格式不对")
        return found

    def verify(self, generation: Path) -> Manifest:
        """The manifest, after every file was read and found to have its digest. Raises IndexDamaged."""
        manifest = self.manifest(generation)
        for name, expected in manifest.files.items():
            try:
                with (generation / name).open("rb") as stream:
                    found = digest_of(stream)
            except OSError as error:
                raise IndexDamaged(generation.name, f"文件 {name} 缺失") from error
            if found != expected:
                raise IndexDamaged(generation.name, f"文件 {name} 的内容与清单不符")
        return manifest

    @contextmanager
    def building(
        self, fresh: bool, finish: Callable[[Path], Manifest], check: Callable[[Path], None]
    ) -> Iterator[tuple[Path, Manifest | None]]:
        """A new folder to build in and the manifest of what is in it, promoted on exit and discarded on error.

        Unless it shall be ``fresh``, it starts as the live generation, read through first, its files shared by hard
        links: a builder adds and unlinks files and never writes into one that is there. ``finish`` says what was
        built; ``check`` opens it and raises if it does not answer. Raises IndexerBusy and IndexDamaged.
        """
        with self._locked():
            for orphan in self._all.glob("building-*"):
                shutil.rmtree(orphan)
            # Chosen under the lock: another indexer may have promoted a generation until just now.
            base = None if fresh else self._sound()
            building = self._all / f"building-{os.getpid()}"
            building.mkdir(parents=True)
            try:
                if base is not None:
                    for name in base.files:
                        os.link(self.live() / name, building / name)
                yield building, base
                self._seal(building, finish(building))
                check(building)
                self._promote(building)
            finally:
                shutil.rmtree(building, ignore_errors=True)
            self._prune()

    def _sound(self) -> Manifest | None:
        """The live generation's manifest, its files verified; None when there is none yet. Raises IndexDamaged."""
        try:
            return self.verify(self.live())
        except IndexMissing:
            return None

    def _seal(self, building: Path, manifest: Manifest) -> None:
        files = {}
        for path in sorted(building.iterdir()):
            with path.open("rb") as stream:
                files[path.name] = digest_of(stream)
                os.fsync(stream.fileno())
        with (building / MANIFEST).open("w", encoding="utf-8") as out:
            json.dump({**asdict(manifest), "files": files}, out, ensure_ascii=False, indent=1)
            out.flush()
            os.fsync(out.fileno())
        sync_folder(building)

    def _promote(self, building: Path) -> None:
        last = max((int(path.name) for path in self._finished()), default=0)
        target = self._all / f"{last + 1:08}"
        building.rename(target)
        sync_folder(self._all)
        fresh = self._folder / f".current-{os.getpid()}"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(target.relative_to(self._folder))
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
