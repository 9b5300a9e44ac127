"""Backups: made while others write, and restored to an archive."""

import errno
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest
import time_machine

from archive.custody import backup as backups
from archive.custody import restore as restoring
from archive.custody.rebuild import rebuild
from archive.decisions import review
from archive.document import Verdict
from archive.errors import BackupDamaged, BackupRefused, BlobDamaged
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store import canonical
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.folder import BACKUP, STAFF_INDEX, holds_archive
from archive.store.recognitions import Recognitions
from tests.archive.conftest import Moulding, Write
from tests.conftest import Mould, in_a_file, publish


def quiet(done: int, total: int) -> None:
    assert 0 < done <= total


@pytest.fixture(scope="module")
def mould(moulding: Moulding) -> Mould:
    def fill(catalogue: Catalogue, intake: Intake, write: Write) -> dict[str, str]:
        made = {}
        for name in ("甲", "乙", "丙"):
            path = write(f"{name}.txt", f"关于{name}的通知\n请落实。\n")
            item = Item(path, name, {}, (write(f"{name}附.txt", f"{name}附件"),))
            made[name] = str(intake.receive(item).document_id)
        for name in ("甲", "乙"):
            publish(catalogue, made[name])
        return made

    return moulding(fill)


@pytest.fixture
def ids(mould: Mould) -> list[str]:
    return [*mould.ids.values()]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elsewhere")


def opened(folder: Path, empty: bool = False) -> Catalogue:
    return Catalogue(f"sqlite:///{folder}/catalogue.sqlite3", folder, empty=empty)


def test_an_archive_comes_back_out_of_its_backup(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str]
) -> None:
    for name in backups.OWN:
        (data / name).parent.mkdir(exist_ok=True)
        (data / name).write_text(f"# 本单位的 {name}\n", encoding="utf-8")
    (data / "best-bets.tsv").write_text("甲\t标题\t/guide\t说明\n", encoding="utf-8")
    (data / "site.toml").write_text('[requests]\noffice = "政务公开办"\n', encoding="utf-8")
    (data / STAFF_INDEX).mkdir()
    (data / STAFF_INDEX / "current").write_text("made again from the archive", encoding="utf-8")
    made = backups.backup(catalogue, blobs, data, elsewhere / "backups", quiet).folder
    assert not [path for path in made.rglob("*") if STAFF_INDEX in str(path)]
    again = elsewhere / "again"
    assert restoring.restore(made, again, (), False, quiet, catalogue.keys.private()) is None
    assert (again / "best-bets.tsv").read_bytes() == (data / "best-bets.tsv").read_bytes()
    assert (again / "site.toml").read_bytes() == (data / "site.toml").read_bytes()
    restored = opened(again, empty=True)
    assert rebuild(restored).public == 2
    assert {document.id: document for document in restored.public_all()} == {
        document.id: document for document in catalogue.public_all()
    }
    for digest in restored.digests():
        Blobs(again / "blobs").verify(digest)
    for name in backups.OWN:
        assert (again / name).read_bytes() == (data / name).read_bytes()
    restored.close()


def test_what_was_recognised_comes_back_too(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str]
) -> None:
    digest = catalogue.newest(ids[0]).file.digest
    Recognitions.beside(blobs).fail(digest, 1, "超过 120 秒。")
    made = backups.backup(catalogue, blobs, data, elsewhere / "backups", quiet)
    again = elsewhere / "again"
    restoring.restore(made.folder, again, (), False, quiet, catalogue.keys.private())
    assert Recognitions.beside(Blobs(again / "blobs")).of(digest).failed == {1: "超过 120 秒。"}


def test_what_is_no_file_of_the_staffs_is_told_and_the_rest_is_backed_up(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    os.mkfifo(data / "site.toml")
    (data / "lexicon.txt").symlink_to("none")
    (data / "taxonomy.toml").mkdir()
    (data / "synonyms.tsv").write_text("低保\t救济金\t=\t本县\n", encoding="utf-8")
    made = backups.backup(catalogue, blobs, data, elsewhere / "backups", quiet)
    assert made.documents == len(ids)
    told = [record.getMessage() for record in caplog.records if "没有备份" in record.getMessage()]
    assert [name for name in backups.OWN if any(name in each for each in told)] == [
        "site.toml",
        "lexicon.txt",
        "taxonomy.toml",
    ]
    assert (made.folder / "synonyms.tsv").is_file()


def test_what_was_acknowledged_before_it_began_is_in_it_while_others_write(
    catalogue: Catalogue, intake: Intake, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str], write: Write
) -> None:
    paths = [write(f"后{at}.txt", f"第{at}号通知\n内容{at}。\n") for at in range(40)]
    done: list[str] = []
    stop = threading.Event()

    def go() -> None:
        for path in paths:
            id = str(intake.receive(Item(path, path.name)).document_id)
            publish(catalogue, id)
            done.append(id)
            if stop.is_set():
                return

    writer = threading.Thread(target=go)
    writer.start()
    try:
        while len(done) < 5:
            assert writer.is_alive()
        before = set(done)
        made = backups.backup(catalogue, blobs, data, elsewhere / "backups", quiet).folder
    finally:
        stop.set()
        writer.join()
    restoring.restore(made, elsewhere / "again", (), False, quiet, catalogue.keys.private())
    restored = opened(elsewhere / "again", empty=True)
    rebuilt = rebuild(restored)
    assert rebuilt.damaged == ()
    assert rebuilt.broken is None
    assert {document.id for document in restored.public_all()} >= before | set(ids[:2])
    restored.close()


def test_a_second_backup_shares_the_originals_of_the_first(
    catalogue: Catalogue, intake: Intake, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str], write: Write
) -> None:
    first = backups.backup(catalogue, blobs, data, elsewhere, quiet).folder
    first = first.rename(elsewhere / "gongkai-20200101-000000")
    intake.receive(Item(write("丁.txt", "关于丁的通知\n请落实。\n"), "丁"))
    second = backups.backup(catalogue, blobs, data, elsewhere, quiet).folder
    digests = set(Blobs(second / "blobs").digests())
    assert digests - set(Blobs(first / "blobs").digests())
    for digest in Blobs(first / "blobs").digests():
        assert Blobs(second / "blobs").path(digest).samefile(Blobs(first / "blobs").path(digest))
        assert not Blobs(second / "blobs").path(digest).samefile(blobs.path(digest))


@in_a_file
def test_a_withdrawal_after_the_backup_outlives_its_restoration(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str], tmp_path: Path
) -> None:
    made = backups.backup(catalogue, blobs, data, elsewhere / "backups", quiet).folder
    review.decide(catalogue, ids[0], Verdict.WITHDRAW, "审查员", "含个人信息")
    catalogue.close()
    live = elsewhere / "live"
    shutil.copytree(data, live)
    aside = restoring.restore(made, live, (), True, quiet, catalogue.keys.private())
    assert aside is not None
    assert (aside / "catalogue.sqlite3").exists()
    restored = opened(live, empty=True)
    assert rebuild(restored).public == 1
    assert ids[0] not in {document.id for document in restored.public_all()}
    restored.close()
    # On another machine, with the file saved from the one that is lost.
    restoring.restore(made, elsewhere / "other", [data / "withdrawals.jsonl"], False, quiet, catalogue.keys.private())
    other = opened(elsewhere / "other", empty=True)
    assert rebuild(other).public == 1
    other.close()


def test_data_are_not_written_over(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str]
) -> None:
    made = backups.backup(catalogue, blobs, data, elsewhere, quiet).folder
    with pytest.raises(BackupRefused, match="--replace"):
        restoring.restore(made, data, (), False, quiet, catalogue.keys.private())
    assert catalogue.public_count() == 2
    with pytest.raises(BackupRefused, match="数据目录里面"):
        backups.backup(catalogue, blobs, data, data / "backups", quiet)


@pytest.mark.parametrize("damage", ["flipped", "missing", "manifest", "path", "pipe", "nested"])
def test_a_damaged_backup_is_not_restored(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str], damage: str
) -> None:
    made = backups.backup(catalogue, blobs, data, elsewhere, quiet).folder
    victims = [path for path in made.rglob("*") if path.is_file() and path.name != BACKUP]
    assert len(victims) > 6
    for victim in victims:
        whole = victim.read_bytes()
        victim.chmod(0o644)
        if damage == "flipped":
            victim.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
        elif damage == "missing":
            victim.unlink()
        elif damage == "pipe":
            victim.unlink()
            os.mkfifo(victim)
        elif damage == "manifest":
            (made / BACKUP).write_text("{}")
        elif damage == "nested":
            (made / BACKUP).write_text("[" * 200_000)
        else:
            manifest = (made / BACKUP).read_text(encoding="utf-8")
            place = str(victim.relative_to(made))
            (made / BACKUP).write_text(manifest.replace(place, f"../{place}"), encoding="utf-8")
        with pytest.raises(BackupDamaged):
            restoring.restore(made, elsewhere / "again", (), False, quiet, catalogue.keys.private())
        assert not (elsewhere / "again").exists()
        victim.unlink(missing_ok=True)
        victim.write_bytes(whole)


def test_a_backup_of_a_damaged_original_is_not_made(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str]
) -> None:
    victim = blobs.path(next(blobs.digests()))
    victim.chmod(0o644)
    victim.write_bytes(b"x")
    with pytest.raises(BlobDamaged):
        backups.backup(catalogue, blobs, data, elsewhere, quiet)
    assert list(elsewhere.iterdir()) == []
    assert not list(data.glob(".backup-*"))


def later(made: Path) -> Path:
    """Make a backup one of an earlier day."""
    return made.rename(made.with_name("gongkai-20260101-000000"))


def flip(path: Path) -> None:
    whole = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])


def test_a_rotten_original_of_the_former_backup_spoils_no_later_one(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str]
) -> None:
    former = later(backups.backup(catalogue, blobs, data, elsewhere, quiet).folder)
    rotten = next(Blobs(former / "blobs").digests())
    flip(Blobs(former / "blobs").path(rotten))
    made = backups.backup(catalogue, blobs, data, elsewhere, quiet)
    assert (made.former, made.rotten, made.copied) == (former, [rotten], 1)
    assert made.shared == len(set(blobs.digests())) - 1
    restoring.restore(made.folder, elsewhere / "again", (), False, quiet, catalogue.keys.private())
    for digest in blobs.digests():
        Blobs(elsewhere / "again" / "blobs").verify(digest)
    with pytest.raises(BackupDamaged, match=rotten[2:]):
        restoring.restore(former, elsewhere / "other", (), False, quiet, catalogue.keys.private())


@pytest.mark.parametrize("number", [errno.EPERM, errno.EXDEV, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS])
def test_where_a_link_is_refused_or_impossible_there_is_a_copy(
    catalogue: Catalogue,
    blobs: Blobs,
    data: Path,
    elsewhere: Path,
    ids: list[str],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    former = later(backups.backup(catalogue, blobs, data, elsewhere, quiet).folder)

    def link(source: Path, target: Path) -> None:
        raise OSError(number, os.strerror(number), str(source), None, str(target))

    monkeypatch.setattr(os, "link", link)
    made = backups.backup(catalogue, blobs, data, elsewhere, quiet)
    assert (made.shared, made.rotten) == (0, [])
    for digest in blobs.digests():
        Blobs(made.folder / "blobs").verify(digest)
        assert not Blobs(made.folder / "blobs").path(digest).samefile(Blobs(former / "blobs").path(digest))
    restoring.check(made.folder, quiet)


def test_on_a_full_disk_a_backup_goes_to_another_one(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.mkdir

    def mkdir(self: Path, *arguments: Any, **named: Any) -> None:
        if ".backup-" in str(self):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))
        real(self, *arguments, **named)

    with monkeypatch.context() as full:
        full.setattr(Path, "mkdir", mkdir)
        made = backups.backup(catalogue, blobs, data, elsewhere, quiet, lambda folder: (folder / "more").touch())
    assert (made.folder / "more").exists()
    restoring.check(made.folder, quiet)
    assert not [*data.glob(".backup-*")]


def test_a_link_that_fails_otherwise_is_told(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(source), None, str(target))

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(OSError, match="No space"):
        backups.backup(catalogue, blobs, data, elsewhere, quiet)
    assert list(elsewhere.iterdir()) == []


def test_what_is_not_read_back_as_it_was_written_is_no_backup(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Blobs.put

    def forgetful(self: Blobs, stream: BinaryIO) -> tuple[str, int]:
        stored = put(self, stream)
        flip(self.path(stored[0]))
        return stored

    monkeypatch.setattr(Blobs, "put", forgetful)
    with pytest.raises(BackupRefused, match="磁盘"):
        backups.backup(catalogue, blobs, data, elsewhere, quiet)
    assert list(elsewhere.iterdir()) == []


def test_a_backup_that_was_made_out_of_a_rotten_one_is_not_restored(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str]
) -> None:
    made = backups.backup(catalogue, blobs, data, elsewhere, quiet).folder
    victim = Blobs(made / "blobs").path(next(blobs.digests()))
    flip(victim)
    # As versions of before did: the manifest has the hash of what is there, under a name that says another.
    manifest = json.loads((made / BACKUP).read_text(encoding="utf-8"))
    manifest["files"][str(victim.relative_to(made))] = hashlib.sha256(victim.read_bytes()).hexdigest()
    seal(made, manifest)
    with pytest.raises(BackupDamaged, match="名字"):
        restoring.restore(made, elsewhere / "again", (), False, quiet, catalogue.keys.private())


def seal(made: Path, manifest: dict[str, object]) -> None:
    manifest.pop("sha256")
    (made / BACKUP).write_text(json.dumps({**manifest, "sha256": canonical.digest(manifest)}), encoding="utf-8")


@pytest.mark.parametrize("place", ["blobs/*/*", "records/??/*.json"])
def test_a_backup_without_what_its_records_name_is_not_restored(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str], place: str
) -> None:
    made = backups.backup(catalogue, blobs, data, elsewhere, quiet).folder
    victim = next(made.glob(place))
    victim.unlink()
    manifest = json.loads((made / BACKUP).read_text(encoding="utf-8"))
    del manifest["files"][str(victim.relative_to(made))]
    seal(made, manifest)
    with pytest.raises(BackupDamaged):
        restoring.restore(made, elsewhere / "again", (), False, quiet, catalogue.keys.private())
    assert not (elsewhere / "again").exists()


def test_everything_that_is_wrong_with_a_backup_is_counted(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str]
) -> None:
    made = backups.backup(catalogue, blobs, data, elsewhere, quiet).folder
    for path in made.glob("blobs/*/*"):
        flip(path)
    with pytest.raises(BackupDamaged, match=f"共 {len(set(blobs.digests()))} 处"):
        restoring.check(made, quiet)


def test_what_is_not_in_the_manifest_is_not_restored_and_told(
    catalogue: Catalogue,
    blobs: Blobs,
    data: Path,
    elsewhere: Path,
    ids: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = backups.backup(catalogue, blobs, data, elsewhere, quiet).folder
    (made / "records" / "zz").mkdir(exist_ok=True)
    (made / "records" / "zz" / "zzzz.json").write_text("{}")
    restoring.restore(made, elsewhere / "again", (), False, quiet, catalogue.keys.private())
    assert not (elsewhere / "again" / "records" / "zz" / "zzzz.json").exists()
    assert "zzzz.json" in caplog.text


def test_what_an_interrupted_backup_left_is_removed_after_a_while(
    catalogue: Catalogue,
    blobs: Blobs,
    data: Path,
    elsewhere: Path,
    ids: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    old, new = elsewhere / ".gongkai-20260101-000000.partial", elsewhere / ".gongkai-20260102-000000.partial"
    staged = data / ".backup-1"
    for path in (old, new, staged):
        (path / "blobs").mkdir(parents=True)
    for path in (old, staged):
        os.utime(path, (0, 0))
    backups.backup(catalogue, blobs, data, elsewhere, quiet)
    assert (old.exists(), staged.exists(), new.exists()) == (False, False, True)
    assert str(old) in caplog.text


def test_an_empty_archive_is_no_backup(catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path) -> None:
    with pytest.raises(BackupRefused, match="GONGKAI_DATA"):
        backups.backup(catalogue, blobs, data, elsewhere, quiet)
    assert list(elsewhere.iterdir()) == []


def test_the_oldest_complete_backups_of_the_same_archive_are_removed(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str]
) -> None:
    made = [backups.backup(catalogue, blobs, data, elsewhere, quiet) for _ in range(6)]
    folders = [each.folder for each in made]
    assert sorted(folders) == folders
    # Of another archive, half of one, and somebody's notes.
    log = (folders[0] / "records" / "audit.jsonl").read_bytes()
    (folders[0] / "records" / "audit.jsonl").write_bytes(log.replace(b"2", b"3", 1))
    (folders[1] / BACKUP).unlink()
    (elsewhere / "gongkai-notes").mkdir()
    assert backups.thin_out(made[-1], 2) == [folders[2], folders[3]]
    assert {*folders[:2], *folders[4:], elsewhere / "gongkai-notes"} == {*elsewhere.iterdir()}
    assert backups.thin_out(made[-1], 2) == []
    restoring.check(folders[5], quiet)
    # Never the one that was just made.
    assert backups.thin_out(made[4], 1) == [folders[5]]


def test_a_clock_that_is_set_back_keeps_the_newest_backups_and_is_told(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with time_machine.travel("2026-02-01T03:00:00+08:00"):
        old = [backups.backup(catalogue, blobs, data, elsewhere, quiet) for _ in range(2)]
    assert "时钟" not in caplog.text
    with time_machine.travel("2000-01-01T03:00:00+08:00"):
        new = [backups.backup(catalogue, blobs, data, elsewhere, quiet) for _ in range(2)]
    assert "请校准时钟" in caplog.text and str(old[-1].folder) in caplog.text
    assert [each.former for each in (*old, *new)] == [None, old[0].folder, old[1].folder, new[0].folder]
    assert backups.thin_out(new[-1], 2) == [old[0].folder, old[1].folder]


def test_what_an_interrupted_restore_left_is_no_archive_until_it_is_done(
    catalogue: Catalogue,
    blobs: Blobs,
    data: Path,
    elsewhere: Path,
    ids: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = backups.backup(catalogue, blobs, data, elsewhere / "backups", quiet).folder
    review.decide(catalogue, ids[0], Verdict.WITHDRAW, "审查员", "含个人信息")
    catalogue.close()
    rename = Path.rename
    for moment in range(20):
        live = elsewhere / f"live{moment}"
        shutil.copytree(data, live, ignore=shutil.ignore_patterns("catalogue*"))
        left = iter(range(moment))

        def interrupted(self: Path, target: Path, live: Path = live, left: Iterator[int] = left) -> Path:
            if self.is_relative_to(live) and next(left, None) is None:
                raise KeyboardInterrupt
            return rename(self, target)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "rename", interrupted)
            try:
                restoring.restore(made, live, (), True, quiet, catalogue.keys.private())
            except KeyboardInterrupt:
                # Either nothing has changed, or it says that it is not done.
                whole = (live / "records" / "audit.jsonl").exists() and not (live / ".restored").exists()
                assert holds_archive(live) == whole
            else:
                break
        restoring.restore(made, live, (), True, quiet, catalogue.keys.private())
        restored = opened(live, empty=True)
        assert rebuild(restored).public == 1
        assert restoring.is_begun(made, live)
        restoring.finish(live)
        assert not list(live.glob(".rest*"))
        restored.close()
    assert 5 < moment < 19
