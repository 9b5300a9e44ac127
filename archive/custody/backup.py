"""Backups: a folder from which an archive comes back, whatever database it lived in.

What is copied is what the files hold (records, audit log, withdrawals, originals), not the database: restoring is the
same rebuild as after its loss, and is so tested with every rebuild. Records are linked aside while nobody writes, which
takes a moment, and copied while others write on; an original is there before a record names it, and never changes.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from archive import VERSION
from archive.custody.sealing import put_keys
from archive.errors import BackupDamaged, BackupRefused
from archive.store import canonical
from archive.store.blobs import Blobs, digest_of, sync_folder
from archive.store.catalogue import Catalogue
from archive.store.folder import BACKUP, copy_privately, mark
from archive.store.records import Records
from archive.store.seals import Key
from archive.store.withdrawal_ledger import WithdrawalLedger

FORMAT = 1
# What staff wrote into the data folder themselves.
OWN = ("site.toml", "synonyms.tsv")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Manifest:
    """``files`` maps each file's place to the hex SHA-256 of its bytes; originals are named by theirs."""

    format: int
    program: str
    made_at: str
    documents: int
    files: Mapping[str, str]


def backup(catalogue: Catalogue, blobs: Blobs, data: Path, destination: Path, progress: Progress) -> Path:
    """Make a backup below ``destination`` and return its folder. Others may write meanwhile.

    All that was acknowledged before it began is in it. Originals that a former backup there has are shared with it by
    hard links. Raises BackupRefused, BlobMissing, BlobDamaged, RecordDamaged, OSError; then there is no new backup.
    """
    destination = destination.absolute()
    if destination.is_relative_to(data):
        raise BackupRefused("备份不能放在数据目录里面，请换一个地方，最好是另一块磁盘。")
    destination.mkdir(mode=0o700, parents=True, exist_ok=True)
    at = datetime.now(UTC)
    final = destination / f"gongkai-{at:%Y%m%d-%H%M%S}"
    partial = destination / f".{final.name}.partial"
    if final.exists() or partial.exists():
        raise BackupRefused(f"{final} 已经存在，请稍后再试。")
    staged = data / f".backup-{os.getpid()}"
    try:
        _stage(catalogue, staged)
        copy_privately(staged, partial)
        for name in OWN:
            if (data / name).exists():
                copy_privately(data / name, partial / name)
        records = Records(partial / "records")
        ids = list(records.ids())
        formers = sorted(destination.glob("gongkai-*/blobs"))
        digests = sorted({digest for id in ids for digest in named(records, id)})
        for done, digest in enumerate(digests, 1):
            _keep(digest, blobs, Blobs(partial / "blobs"), Blobs(formers[-1]) if formers else None)
            progress(done, len(digests))
        files = {str(path.relative_to(partial)): _digest(path) for path in _files(partial)}
        manifest = asdict(Manifest(FORMAT, VERSION, at.isoformat(timespec="seconds"), len(ids), files))
        manifest["sha256"] = canonical.digest(manifest)
        (partial / BACKUP).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        # One call for thousands of files.
        os.sync()
        partial.rename(final)
        sync_folder(destination)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        shutil.rmtree(partial, ignore_errors=True)
    return final


def check(folder: Path, progress: Progress) -> Manifest:
    """Read a whole backup. Raises BackupDamaged for the first thing that has changed."""
    try:
        kept = json.loads((folder / BACKUP).read_text(encoding="utf-8"))
        digest = kept.pop("sha256")
        manifest = Manifest(**kept)
        expected = dict(manifest.files)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BackupDamaged(folder.name, f"没有可读的 {BACKUP}") from error
    if digest != canonical.digest(kept):
        raise BackupDamaged(folder.name, f"{BACKUP} 与其哈希不符")
    if manifest.format != FORMAT:
        raise BackupDamaged(folder.name, f"格式 {manifest.format} 不是本程序的格式 {FORMAT}")
    for done, (place, digest) in enumerate(expected.items(), 1):
        if not _inside(place):
            raise BackupDamaged(folder.name, f"清单中有不该有的路径 {place}")
        try:
            found = _digest(folder / place)
        except OSError as error:
            raise BackupDamaged(folder.name, f"{place} 缺失或读不出") from error
        if found != digest:
            raise BackupDamaged(folder.name, f"{place} 的内容与清单不符")
        progress(done, len(expected))
    return manifest


def restore(
    folder: Path,
    data: Path,
    ledgers: Iterable[Path],
    replace: bool,
    progress: Progress,
    key: Key | None = None,
    lost_key: bool = False,
) -> Path | None:
    """Put a backup's files into an installation's folder; the catalogue is rebuilt out of them afterwards.

    What was in ``data`` is moved aside when it shall be ``replaced``; where to is returned. Withdrawals that the backup
    does not know, out of what is replaced and out of ``ledgers``, are added to its own. The keys are those of what is
    replaced, or ``key`` (see ``sealing.put_keys``). Raises BackupDamaged,
    BackupRefused, WithdrawalsDamaged; then nothing has changed.
    """
    check(folder, progress)
    occupied = data.exists() and any(data.iterdir())
    if occupied and not replace:
        raise BackupRefused(f"{data} 不是空的。要用备份替换，请加 --replace：原有数据会移到旁边，不会删除。")
    known = [WithdrawalLedger(path) for path in (data / "withdrawals.jsonl", *ledgers)]
    lost = {each.token: each for each in chain.from_iterable(ledger.all() for ledger in known)}
    fresh = data.with_name(f".{data.name}.restoring")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    for each in sorted(folder.iterdir()):
        if each.name != BACKUP:
            copy_privately(each, fresh / each.name)
    mark(fresh)
    put_keys(folder, fresh / "keys", data / "keys", key, lost_key)
    ledger = WithdrawalLedger(fresh / "withdrawals.jsonl")
    for token in {each.token for each in ledger.all()}:
        lost.pop(token, None)
    for withdrawal in lost.values():
        ledger.append(withdrawal)
    os.sync()
    aside = None
    if occupied:
        aside = data.with_name(f"{data.name}-before-{datetime.now(UTC):%Y%m%d-%H%M%S}")
        data.rename(aside)
    elif data.exists():
        data.rmdir()
    fresh.rename(data)
    sync_folder(data.parent)
    return aside


def named(records: Records, id: str) -> list[str]:
    """Return the digests of the originals that a document's record names. Raises RecordDamaged."""
    rows = records.read(id)
    return [str(row["digest"]) for table in ("versions", "attachments") for row in rows[table]]


def _stage(catalogue: Catalogue, staged: Path) -> None:
    records = catalogue.records
    shutil.rmtree(staged, ignore_errors=True)
    with records.writing():
        with catalogue.reading() as connection:
            records.follow(connection)
        for path in records.folder.glob("??"):
            (staged / "records" / path.name).mkdir(parents=True)
        for path in records.folder.glob("??/*.json"):
            # A record is replaced as a whole, never written into.
            os.link(path, staged / "records" / path.parent.name / path.name)
        staged.mkdir(parents=True, exist_ok=True)
        (staged / "records").mkdir(exist_ok=True)
        for path, place in (
            (records.log, "records/audit.jsonl"),
            (catalogue.withdrawal_ledger.path, "withdrawals.jsonl"),
        ):
            if path.exists():
                shutil.copy2(path, staged / place)


def _keep(digest: str, blobs: Blobs, copies: Blobs, former: Blobs | None) -> None:
    target = copies.path(digest)
    if former is not None and former.path(digest).exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(former.path(digest), target)
        target.chmod(0o400)
        return
    blobs.verify(digest)
    with blobs.open(digest) as stream:
        copies.put(stream)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _inside(place: str) -> bool:
    parts = Path(place).parts
    return bool(parts) and not Path(place).is_absolute() and ".." not in parts


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return digest_of(stream)
