"""R18: one bit rots in the newest backup. No later backup is spoiled by it, and it is told."""

from pathlib import Path
from random import Random

from archive.custody import backup as backups
from archive.custody import restore as restoring
from archive.custody.rebuild import rebuild
from archive.errors import BackupDamaged
from archive.extract import Sandbox
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from tests.faults.fault import Trial, archive_alarm, installation, take_in, write_documents
from tests.faults.length import Length

TITLE = "a bit rots in the newest backup"
_NIGHTS, _LONG = 5, 200


def run(folder: Path, length: Length, random: Random) -> Trial:
    trial = Trial()
    data, disk = folder / "data", folder / "disk"
    with installation(data) as opened, Sandbox(workers=1) as sandbox:
        key = opened.catalogue.keys.private()
        items = write_documents(folder / "incoming", [f"第{number}项" for number in range(20)])
        ids = set(take_in(opened, items, sandbox=sandbox))
        newest = _backup(opened.catalogue, opened.blobs, data, disk)
        for night in range(_LONG if length is Length.LONG else _NIGHTS):
            trial.cases += 1
            victim = random.choice(sorted(newest.folder.glob("blobs/*/*")))
            _flip(victim, random)
            ids |= set(take_in(opened, write_documents(folder / str(night), [f"第{night}夜"]), sandbox=sandbox))
            former, newest = newest, _backup(opened.catalogue, opened.blobs, data, disk)
            digest = victim.parent.name + victim.name
            trial.expect(newest.rotten == [digest], f"night {night}: told {newest.rotten}, and {digest} has rotted")
            trial.expect(newest.shared > 0, f"night {night}: nothing is shared")
            trial.expect(_refused(former.folder), f"night {night}: the rotten backup is called sound")
    trial.expect(not _refused(newest.folder), "the last backup is not sound")
    if trial.failures:
        return trial
    again = folder / "again"
    restoring.restore(newest.folder, again, (), False, lambda done, total: None, key)
    catalogue = Catalogue(f"sqlite:///{again / 'catalogue.sqlite3'}", again, empty=True)
    rebuild(catalogue)
    trial.expect({*catalogue.ids()} == ids, "what was taken in did not all come back")
    trial.expect(not (alarm := archive_alarm(catalogue, Blobs(again / "blobs"))), alarm)
    catalogue.close()
    return trial


def _backup(catalogue: Catalogue, blobs: Blobs, data: Path, disk: Path) -> backups.Made:
    return backups.backup(catalogue, blobs, data, disk, lambda done, total: None)


def _flip(path: Path, random: Random) -> None:
    """Change one bit where it lies, as a disk does: whatever shares the file has it too."""
    whole = bytearray(path.read_bytes())
    whole[random.randrange(len(whole))] ^= 1 << random.randrange(8)
    path.chmod(0o600)
    path.write_bytes(bytes(whole))
    path.chmod(0o400)


def _refused(folder: Path) -> bool:
    try:
        restoring.check(folder, lambda done, total: None)
    except BackupDamaged:
        return True
    return False
