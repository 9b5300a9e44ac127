"""A backup is made while others write, and an archive comes back out of it."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.custody import backup as backups
from archive.custody.rebuild import rebuild
from archive.decisions import review
from archive.document import Verdict
from archive.errors import BackupDamaged, BackupRefused, BlobDamaged
from archive.intake.receive import Intake, Item
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.folder import BACKUP
from tests.conftest import in_a_file, publish

Write = Callable[[str, str], Path]


def quiet(done: int, total: int) -> None:
    assert 0 < done <= total


@pytest.fixture
def ids(catalogue: Catalogue, intake: Intake, write: Write) -> list[str]:
    found = []
    for name in ("甲", "乙", "丙"):
        path = write(f"{name}.txt", f"关于{name}的通知\n请落实。\n")
        found.append(str(intake.receive(Item(path, name, {}, (write(f"{name}附.txt", f"{name}附件"),))).document_id))
    for id in found[:2]:
        publish(catalogue, id)
    return found


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
    (data / "synonyms.tsv").write_text("低保\t最低生活保障\t=\t本单位\n", encoding="utf-8")
    (data / "site.toml").write_text('[requests]\noffice = "政务公开办"\n', encoding="utf-8")
    made = backups.backup(catalogue, blobs, data, elsewhere / "backups", quiet)
    again = elsewhere / "again"
    assert backups.restore(made, again, (), False, quiet, catalogue.keys.private()) is None
    assert (again / "site.toml").read_bytes() == (data / "site.toml").read_bytes()
    restored = opened(again, empty=True)
    assert rebuild(restored).public == 2
    assert {document.id: document for document in restored.public_all()} == {
        document.id: document for document in catalogue.public_all()
    }
    for digest in restored.digests():
        Blobs(again / "blobs").verify(digest)
    assert (again / "synonyms.tsv").read_bytes() == (data / "synonyms.tsv").read_bytes()
    restored.close()


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
        made = backups.backup(catalogue, blobs, data, elsewhere / "backups", quiet)
    finally:
        stop.set()
        writer.join()
    backups.restore(made, elsewhere / "again", (), False, quiet, catalogue.keys.private())
    restored = opened(elsewhere / "again", empty=True)
    rebuilt = rebuild(restored)
    assert rebuilt.damaged == ()
    assert rebuilt.broken is None
    assert {document.id for document in restored.public_all()} >= before | set(ids[:2])
    restored.close()


def test_a_second_backup_shares_the_originals_of_the_first(
    catalogue: Catalogue, intake: Intake, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str], write: Write
) -> None:
    first = backups.backup(catalogue, blobs, data, elsewhere, quiet)
    first = first.rename(elsewhere / "gongkai-20200101-000000")
    intake.receive(Item(write("丁.txt", "关于丁的通知\n请落实。\n"), "丁"))
    second = backups.backup(catalogue, blobs, data, elsewhere, quiet)
    digests = set(Blobs(second / "blobs").digests())
    assert digests - set(Blobs(first / "blobs").digests())
    for digest in Blobs(first / "blobs").digests():
        assert Blobs(second / "blobs").path(digest).samefile(Blobs(first / "blobs").path(digest))
        assert not Blobs(second / "blobs").path(digest).samefile(blobs.path(digest))


@in_a_file
def test_a_withdrawal_after_the_backup_outlives_its_restoration(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str], tmp_path: Path
) -> None:
    made = backups.backup(catalogue, blobs, data, elsewhere / "backups", quiet)
    review.decide(catalogue, ids[0], Verdict.WITHDRAW, "审查员", "含个人信息")
    catalogue.close()
    live = elsewhere / "live"
    shutil.copytree(data, live)
    aside = backups.restore(made, live, (), True, quiet, catalogue.keys.private())
    assert aside is not None
    assert (aside / "catalogue.sqlite3").exists()
    restored = opened(live, empty=True)
    assert rebuild(restored).public == 1
    assert ids[0] not in {document.id for document in restored.public_all()}
    restored.close()
    # On another machine, with the file saved from the one that is lost.
    backups.restore(made, elsewhere / "other", [data / "withdrawals.jsonl"], False, quiet, catalogue.keys.private())
    other = opened(elsewhere / "other", empty=True)
    assert rebuild(other).public == 1
    other.close()


def test_data_are_not_written_over(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str]
) -> None:
    made = backups.backup(catalogue, blobs, data, elsewhere, quiet)
    with pytest.raises(BackupRefused, match="--replace"):
        backups.restore(made, data, (), False, quiet)
    assert catalogue.public_count() == 2
    with pytest.raises(BackupRefused, match="数据目录里面"):
        backups.backup(catalogue, blobs, data, data / "backups", quiet)


@pytest.mark.parametrize("damage", ["flipped", "missing", "manifest", "path"])
def test_a_damaged_backup_is_not_restored(
    catalogue: Catalogue, blobs: Blobs, data: Path, elsewhere: Path, ids: list[str], damage: str
) -> None:
    made = backups.backup(catalogue, blobs, data, elsewhere, quiet)
    victims = [path for path in made.rglob("*") if path.is_file() and path.name != BACKUP]
    assert len(victims) > 6
    for victim in victims:
        whole = victim.read_bytes()
        victim.chmod(0o644)
        if damage == "flipped":
            victim.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
        elif damage == "missing":
            victim.unlink()
        elif damage == "manifest":
            (made / BACKUP).write_text("{}")
        else:
            manifest = (made / BACKUP).read_text(encoding="utf-8")
            place = str(victim.relative_to(made))
            (made / BACKUP).write_text(manifest.replace(place, f"../{place}"), encoding="utf-8")
        with pytest.raises(BackupDamaged):
            backups.restore(made, elsewhere / "again", (), False, quiet, catalogue.keys.private())
        assert not (elsewhere / "again").exists()
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
