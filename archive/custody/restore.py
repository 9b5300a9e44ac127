"""Restoring: a backup is read as a whole, and only then put into the data folder."""

import logging
import os
import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from archive.custody.backup import LEDGER, Manifest, Progress, digest_at, files_of, named, read_manifest, unused
from archive.custody.sealing import need_key, put_keys
from archive.errors import BackupDamaged, BackupRefused
from archive.reasons import why
from archive.store import canonical
from archive.store.blobs import sync_folder
from archive.store.folder import BACKUP, UNFINISHED, copy_privately, mark, require_maker, unfinished
from archive.store.records import Records
from archive.store.seals import Key, Seals
from archive.store.space import RESERVE
from archive.store.withdrawal_ledger import WithdrawalLedger

log = logging.getLogger(__name__)

# What a restore replaced lies in a folder of the data folder that begins so.
_ASIDE = "before-"
# How many things that are wrong a sentence names; it tells the number of all.
_NAMED = 5
# Says which backup is being restored, from when its files are put into place until all that follows is done.
_BEGUN = ".restore-begun"


def check(folder: Path, progress: Progress) -> Manifest:
    """Read a whole backup, and hold it against its manifest, its names and its records. Raises BackupDamaged."""
    manifest = read_manifest(folder)
    wrong: list[str] = []
    for done, (place, digest) in enumerate(manifest.files.items(), 1):
        if problem := _problem(folder, place, digest):
            wrong.append(f"{place} {problem}")
        progress(done, len(manifest.files))
    if not wrong:
        # Each record is as it was written, so what it names can be believed.
        records = Records(folder / "records")
        ids = [Path(place).stem for place in manifest.files if place.startswith("records/") and place.endswith(".json")]
        needed = {digest for id in ids for digest in named(records, id)}
        there = {place.removeprefix("blobs/").replace("/", "") for place in manifest.files}
        wrong = [f"缺少原件 {digest}" for digest in sorted(needed - there)]
        if len(ids) != manifest.documents:
            wrong.append(f"有 {len(ids)} 件文件的档案记录，而清单说有 {manifest.documents} 件")
    if wrong:
        more = f"；共 {len(wrong)} 处" if len(wrong) > _NAMED else ""
        raise BackupDamaged(folder.name, "；".join(wrong[:_NAMED]) + more)
    return manifest


def restore(
    folder: Path,
    data: Path,
    ledgers: Iterable[Path],
    replace: bool,
    progress: Progress,
    key: Key | None = None,
    lost_key: bool = False,
    keys: Path | None = None,
) -> Path | None:
    """Put a backup's files into an installation's folder; the catalogue is rebuilt out of them afterwards.

    What was in ``data`` is moved into a folder in it when it shall be ``replaced``; where to is returned. Withdrawals
    that the backup does not know, out of what is replaced and out of ``ledgers``, are added to its own. A backup holds
    no key: that of the installation stays, or ``key`` comes into force, in the folder ``keys`` (by default in
    ``data``). A restore that was interrupted while its files were put into place is done again. Raises BackupDamaged,
    BackupRefused, WithdrawalsDamaged, WrongUser; then nothing has changed.
    """
    require_maker(data)
    seals = Seals(keys or data / "keys")
    need_key(folder, seals, key, lost_key)
    whole = 2 * len(read_manifest(folder).files)
    manifest = check(folder, lambda done, _total: progress(done, whole))
    interrupted = unfinished(data)
    present = [path for path in data.iterdir() if _is_replaced(path)] if data.exists() else []
    if present and not (replace or interrupted):
        raise BackupRefused(
            f"{data} 不是空的。要用备份替换，请加 --replace：原有数据会移到其中的一个文件夹，不会删除。"
        )
    known = [WithdrawalLedger(path) for path in (data / LEDGER, *ledgers)]
    if interrupted:
        # By then the ledger had been moved, or lies in what was to be put into its place.
        left = (*data.glob(f"{_ASIDE}*/{LEDGER}"), *(folder / LEDGER for folder in interrupted))
        known += [WithdrawalLedger(path) for path in left]
    lost = {each.token: each for each in chain.from_iterable(ledger.all() for ledger in known)}
    # All of it within the folder, because its owner need not be allowed to write beside it.
    fresh = data / ".restoring"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    data.chmod(0o700)
    try:
        _unpack(folder, manifest, fresh, lambda done: progress(whole // 2 + done, whole))
        ledger = WithdrawalLedger(fresh / LEDGER)
        for token in {each.token for each in ledger.all()}:
            lost.pop(token, None)
        for withdrawal in lost.values():
            ledger.append(withdrawal)
        os.sync()
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    put_keys(seals, key)
    (data / _BEGUN).write_text(_name(folder), encoding="ascii")
    aside = unused(data, f"{_ASIDE}{datetime.now(UTC):%Y%m%d-%H%M%S}") if present else None
    _switch(fresh, data, present, aside)
    return aside


def is_begun(folder: Path, data: Path) -> bool:
    """Tell whether the files of this backup were put into place, and what follows was not ``finish``ed."""
    try:
        return (data / _BEGUN).read_text(encoding="ascii") == _name(folder)
    except (OSError, UnicodeDecodeError):
        return False


def finish(data: Path) -> None:
    """Note that the catalogue, the staff's database and the index are there, too. Raises OSError."""
    (data / _BEGUN).unlink(missing_ok=True)


def _name(folder: Path) -> str:
    return canonical.digest(read_manifest(folder).files)


def _unpack(folder: Path, manifest: Manifest, fresh: Path, progress: Callable[[int], None]) -> None:
    """Copy what a backup's manifest names, and read it where it lies afterwards."""
    mark(fresh)
    listed = {folder / BACKUP}
    for done, (place, digest) in enumerate(manifest.files.items(), 1):
        target = fresh / place
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        copy_privately(folder / place, target)
        listed.add(folder / place)
        if digest_at(target) != digest:
            raise BackupDamaged(folder.name, f"{place} 复制到 {fresh} 以后内容变了，那里的磁盘可能有故障")
        progress(done)
    if beside := [path for path in files_of(folder) if path not in listed]:
        log.warning("备份中有 %d 个文件不在其清单里，没有恢复，如 %s。", len(beside), beside[0])


def _switch(fresh: Path, data: Path, present: Iterable[Path], aside: Path | None) -> None:
    """Put what was unpacked into place. Until it is done no command takes the folder for an archive."""
    earlier = unfinished(data)
    coming = unused(data, UNFINISHED)
    fresh.rename(coming)
    sync_folder(data)
    for folder in earlier:
        shutil.rmtree(folder)
    if aside:
        aside.mkdir(mode=0o700)
        for path in present:
            path.rename(aside / path.name)
        sync_folder(aside)
    for path in sorted(coming.iterdir()):
        path.rename(data / path.name)
    sync_folder(data)
    coming.rmdir()
    sync_folder(data)


def _is_replaced(path: Path) -> bool:
    """Tell whether something in a data folder makes way: not keys, nor what was replaced before."""
    return path.name not in ("keys", RESERVE, "lost+found") and not path.name.startswith((".", _ASIDE))


def _problem(folder: Path, place: str, digest: str) -> str:
    """Say what is wrong with one file of a backup, or ""."""
    parts = Path(place).parts
    if not parts or Path(place).is_absolute() or ".." in parts:
        return "是清单中不该有的路径"
    try:
        found = digest_at(folder / place)
    except OSError as error:
        return f"缺失或读不出（{why(error)}）"
    if found != digest:
        return "的内容与清单不符"
    if parts[0] == "blobs" and "".join(parts[1:]) != found:
        return "的内容不是它的名字所说的原件"
    return ""
