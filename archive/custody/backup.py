"""Backups: a folder from which an archive can be restored, whatever database it used.

What is copied is what the files hold (records, audit log, withdrawals, originals), not the database: restoring is the
same rebuild as after its loss, and is so tested with every rebuild. Records are linked aside while nobody writes, which
takes a moment, and copied while others write on; an original is there before a record names it, and never changes.

Disks rot, so nothing is believed unread: an original that a former backup has is shared only if it still has the
SHA-256 in its name, and each file is read where it lies in the new backup before that is called one.
"""

import json
import logging
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from archive import VERSION
from archive.errors import BackupDamaged, BackupRefused, BlobDamaged
from archive.registers import notices
from archive.registers.requests.letters import texts as letters
from archive.registers.staff import DUMP
from archive.store import canonical, recognitions
from archive.store.blobs import Blobs, digest_of, sync_folder
from archive.store.catalogue import Catalogue
from archive.store.folder import BACKUP, copy_privately, link, opened, restrict
from archive.store.records import Records
from archive.store.space import disk_full, naming

log = logging.getLogger(__name__)

FORMAT = 1
# What staff wrote into the data folder themselves.
OWN = (
    *("site.toml", "best-bets.tsv", "synonyms.tsv", "golden.tsv", "monitoring.tsv", "lexicon.txt", "taxonomy.toml"),
    *(notices.OWN_NAME, *letters.OWN_NAMES),
)
LEDGER = "withdrawals.jsonl"
# Seconds after which what is half made is taken for what an interrupted backup has left.
_ABANDONED = 2 * 86400
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The contents of a backup. ``files`` maps each path to the hex SHA-256 of its bytes. Originals are named by it.

    ``serial`` counts the backups of a folder, since a clock that was set back gives the newest one an older name.
    """

    format: int
    program: str
    made_at: str
    documents: int
    files: Mapping[str, str]
    serial: int = 0


@dataclass(slots=True)
class Made:
    """A backup in ``folder``, and how many originals are in it: ``shared`` with the ``former`` one, or ``copied``.

    ``rotten`` names originals of the former one that have changed since; they were copied anew, out of the archive.
    """

    folder: Path
    former: Path | None
    documents: int = 0
    shared: int = 0
    copied: int = 0
    rotten: list[str] = field(default_factory=list)


def backup(
    catalogue: Catalogue,
    blobs: Blobs,
    data: Path,
    destination: Path,
    progress: Progress,
    add: Callable[[Path], object] = lambda _folder: None,
) -> Made:
    """Make a backup below ``destination``. Others may write meanwhile.

    All that was acknowledged before it began is in it. Originals that a former backup there has are shared with it by
    hard links, where the file system allows that. ``add`` writes what else belongs into its folder. Where the data's
    disk is full, nothing is written there. Raises BackupRefused, BlobMissing, BlobDamaged, RecordDamaged, OSError;
    then there is no new backup.
    """
    destination = destination.absolute()
    if destination.resolve().is_relative_to(data.resolve()):
        raise BackupRefused("备份不能放在数据目录里面，请换一个地方，最好是另一块磁盘。")
    destination.mkdir(mode=0o700, parents=True, exist_ok=True)
    at = datetime.now(UTC)
    final = unused(destination, f"gongkai-{at:%Y%m%d-%H%M%S}")
    partial = destination / f".{final.name}.partial"
    former = next(iter(complete(destination)), None)
    serial = read_manifest(former).serial + 1 if former else 1
    made = Made(final, former)
    if former and read_manifest(former).made_at > at.isoformat(timespec="seconds"):
        log.warning("本机的时钟早于上一份备份 %s 的时间，请校准时钟。本次备份的名称和时间照本机时钟写。", former)
    for left in (*destination.glob(".gongkai-*.partial"), *data.glob(".backup-*")):
        if left.stat().st_mtime < at.timestamp() - _ABANDONED:
            log.warning("删除以前中断的备份留下的 %s。", left)
            shutil.rmtree(left, ignore_errors=True)
    staged = data / f".backup-{os.getpid()}"
    try:
        try:
            with naming(staged):
                _stage(catalogue, staged)
        except OSError as error:
            if not disk_full(error, data):
                raise
            shutil.rmtree(staged, ignore_errors=True)
            # Nobody can write to the data's disk anyway while all is copied.
            with naming(partial):
                _stage(catalogue, partial)
        else:
            copy_privately(staged, partial)
        add(partial)
        for name in OWN:
            if (own := data / name).is_file():
                (partial / name).parent.mkdir(mode=0o700, exist_ok=True)
                copy_privately(own, partial / name)
            elif own.is_symlink() or own.exists():
                log.warning("%s 没有备份：它不是文件，而是文件夹、管道或断了的链接。请改正后再备份一次。", own)
        _add_recognised(data / recognitions.FOLDER, partial / recognitions.FOLDER)
        records = Records(partial / "records")
        ids = list(records.ids())
        # Of an office that keeps only its registers here; an archive that had documents has not lost them all.
        had_none = former is None or read_manifest(former).documents == 0
        if not ids and not (had_none and (partial / DUMP).is_file() and (partial / DUMP).stat().st_size):
            raise BackupRefused(
                f"{data} 的档案里没有一件文件，没有做备份。请核对 GONGKAI_DATA 和 GONGKAI_DATABASE_URL。"
            )
        made.documents = len(ids)
        files = {_place(path, partial): digest_at(path) for path in files_of(partial)}
        digests = sorted({digest for id in ids for digest in named(records, id)})
        copies = Blobs(partial / "blobs")
        for done, digest in enumerate(digests, 1):
            _keep(digest, blobs, copies, made)
            files[_place(copies.path(digest), partial)] = digest
            progress(done, len(digests))
        manifest = asdict(Manifest(FORMAT, VERSION, at.isoformat(timespec="seconds"), len(ids), files, serial))
        manifest["sha256"] = canonical.digest(manifest)
        with naming(partial / BACKUP):
            (partial / BACKUP).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        restrict(partial / BACKUP)
        # One call for thousands of files.
        os.sync()
        partial.rename(final)
        sync_folder(destination)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        shutil.rmtree(partial, ignore_errors=True)
    return made


def complete(destination: Path) -> list[Path]:
    """Return the backups below a folder whose manifest can be read, newest first; their files are not read."""
    found: list[tuple[int, str, Path]] = []
    for folder in destination.glob("gongkai-*"):
        try:
            found.append((read_manifest(folder).serial, folder.name, folder))
        except (BackupDamaged, PermissionError):
            continue
    return [folder for *_, folder in sorted(found, reverse=True)]


def thin_out(made: Made, keep: int) -> list[Path]:
    """Remove the oldest complete backups beside a new one, so that ``keep`` stay; return what was removed.

    Only those of the same archive count, which is known by the beginning of its audit log. The new one, which has been
    read as a whole, is never removed. Raises OSError.
    """
    begin = _beginning(made.folder)
    others = [each for each in complete(made.folder.parent) if each != made.folder and _beginning(each) == begin]
    gone = others[: keep - 2 if keep > 1 else None : -1]
    for folder in gone:
        # A manifest goes first, so that half a backup is never taken for one.
        (folder / BACKUP).unlink()
        shutil.rmtree(folder)
    return gone


def named(records: Records, id: str) -> list[str]:
    """Return the digests of the originals that a document's record names. Raises RecordDamaged."""
    rows = records.read(id)
    return [str(row["digest"]) for table in ("versions", "attachments") for row in rows[table]]


def _stage(catalogue: Catalogue, staged: Path) -> None:
    records = catalogue.records
    shutil.rmtree(staged, ignore_errors=True)
    with records.writing():
        with catalogue.reading() as connection:
            if records.behind(connection):
                records.follow(connection)
        for path in records.folder.glob("??"):
            (staged / "records" / path.name).mkdir(mode=0o700, parents=True)
        for path in records.folder.glob("??/*.json"):
            # A record is replaced as a whole, never written into.
            place = staged / "records" / path.parent.name / path.name
            if not link(path, place):
                copy_privately(path, place)
        staged.mkdir(parents=True, exist_ok=True)
        (staged / "records").mkdir(exist_ok=True)
        for path, where in ((records.log, "records/audit.jsonl"), (catalogue.withdrawal_ledger.path, LEDGER)):
            if path.exists():
                copy_privately(path, staged / where)


def _add_recognised(kept: Path, into: Path) -> None:
    """Copy what was recognised, which takes a machine seconds a page. Lines are only added, so a copy is whole."""
    for path in sorted(kept.glob("??/*.jsonl")):
        place = into / path.relative_to(kept)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        copy_privately(path, place)


def _keep(digest: str, blobs: Blobs, copies: Blobs, made: Made) -> None:
    """Put one original into a backup, and read it there. Raises BlobMissing, BlobDamaged, OSError."""
    target = copies.path(digest)
    former = Blobs(made.former / "blobs").path(digest) if made.former else None
    if former and former.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if link(former, target):
            if _reads_as(target, digest) and restrict(target):
                made.shared += 1
                return
            target.unlink()
        # Another user's may be sound; what can't be read from its disk is not.
        if os.access(former, os.R_OK) and not _reads_as(former, digest):
            made.rotten.append(digest)
    with blobs.open(digest) as stream:
        found, _ = copies.put(stream)
    if found != digest:
        raise BlobDamaged(digest, found)
    if (read := digest_at(target)) != digest:
        raise BackupRefused(
            f"写到 {target} 的原件读回来变了（{read}），那里的磁盘可能有故障，没有做备份。请换一块磁盘。"
        )
    made.copied += 1


def _reads_as(path: Path, digest: str) -> bool:
    try:
        return digest_at(path) == digest
    except OSError:
        return False


def unused(destination: Path, name: str) -> Path:
    """Return a path for a new folder of that name, with a number after it if there was one in the same second."""
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(destination / each for each in names if not (destination / each).exists())


def _beginning(folder: Path) -> bytes:
    """Return the first line of a backup's audit log, which tells one archive from another."""
    try:
        with (folder / "records" / "audit.jsonl").open("rb") as log:
            return log.readline()
    except FileNotFoundError:
        return b""


def read_manifest(folder: Path) -> Manifest:
    """Read a backup's manifest. Raises BackupDamaged, PermissionError."""
    try:
        with opened(folder / BACKUP) as stream:
            kept = json.loads(stream.read())
        digest = kept.pop("sha256")
        manifest = Manifest(**kept)
        _ = dict(manifest.files)
    except PermissionError:
        # It may be sound: whoever runs this may not read it.
        raise
    except (OSError, ValueError, RecursionError, TypeError, KeyError, AttributeError) as error:
        raise BackupDamaged(folder.name, f"没有可读的 {BACKUP}") from error
    if digest != canonical.digest(kept):
        raise BackupDamaged(folder.name, f"{BACKUP} 与其哈希不符")
    if manifest.format != FORMAT:
        raise BackupDamaged(folder.name, f"格式 {manifest.format} 不是本程序的格式 {FORMAT}")
    return manifest


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _place(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder))


def digest_at(path: Path) -> str:
    with opened(path) as stream:
        return digest_of(stream)
