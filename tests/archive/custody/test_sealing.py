"""Keys come back, are replaced by two persons, and are made for an archive from before the seals."""

import errno
import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text, update

from archive.custody import fixity, sealing
from archive.custody.fixity import Damage
from archive.custody.rebuild import rebuild
from archive.errors import KeyRefused, KeyUnusable
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store import approvals
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.records import _rows
from archive.store.seals import Key
from archive.store.tables import audit, audit_head, seals, versions
from tests.archive.conftest import Moulding, Write
from tests.archive.store.test_seals import everything_public, forge_approval, inside
from tests.conftest import Mould, NewDatabase, publish


@pytest.fixture(scope="module")
def mould(moulding: Moulding) -> Mould:
    def fill(catalogue: Catalogue, intake: Intake, write: Write) -> dict[str, str]:
        made = {}
        for name in ("甲", "乙", "丙"):
            item = Item(write(f"{name}.txt", f"关于{name}的通知\n请落实。\n2020年5月1日\n"), name)
            made[name] = str(intake.receive(item).document_id)
        for name in ("甲", "乙"):
            publish(catalogue, made[name])
        return made

    return moulding(fill)


@pytest.fixture
def ids(mould: Mould) -> list[str]:
    return [*mould.ids.values()]


def before_the_seals(catalogue: Catalogue, url: str) -> None:
    """Leave an archive as a version without seals had left it, but for the tables."""
    shutil.rmtree(catalogue.keys.folder)
    with inside(url) as connection:
        connection.execute(seals.delete())
        connection.execute(update(audit).values(seal=""))
        connection.execute(update(audit_head).values(seal=""))
    with catalogue.reading() as connection:
        for id in catalogue.records.ids():
            catalogue.records._write(id, _rows(connection, id))
    log = catalogue.records.log
    kept = [*catalogue.records.events()]
    log.unlink()
    for row in kept:
        del row["seal"]
    catalogue.records._append("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in kept))


def findings(catalogue: Catalogue, blobs: Blobs) -> set[Damage]:
    report = fixity.verify(catalogue, blobs, None, lambda done, total: None)
    return {finding.kind for finding in report.findings}


def test_a_new_key_seals_what_the_former_sealed(catalogue: Catalogue, blobs: Blobs, ids: list[str]) -> None:
    before = catalogue.keys.private()
    assert sealing.replace(catalogue, "甲", "乙", "换人") == sealing.Sealed(2, ())
    assert catalogue.keys.private().id != before.id
    assert catalogue.keys.private().addresses == before.addresses
    assert everything_public(catalogue) == {*ids[:2]}
    assert catalogue.audit_break() is None
    assert findings(catalogue, blobs) == set()
    (event,) = (event for event in catalogue.events() if event.action == "key")
    assert event.actor == "甲、乙" and event.details["former"] == before.id


def test_a_replacement_that_was_interrupted_is_run_again(catalogue: Catalogue, ids: list[str]) -> None:
    catalogue.keys.make()
    with pytest.raises(KeyUnusable):
        catalogue.check_key()
    assert sealing.replace(catalogue, "甲", "乙", "换人").count == 2
    assert everything_public(catalogue) == {*ids[:2]}


@pytest.mark.parametrize("linking", [True, False])
def test_a_replacement_that_fails_leaves_the_former_key_in_force(
    catalogue: Catalogue, ids: list[str], monkeypatch: pytest.MonkeyPatch, linking: bool
) -> None:
    key, files = catalogue.keys.private().id, {*catalogue.keys.folder.iterdir()}

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    if not linking:
        monkeypatch.setattr("archive.store.seals.link", lambda source, target: False)
    monkeypatch.setattr(approvals, "seal", full)
    with pytest.raises(OSError, match="full"):
        sealing.replace(catalogue, "甲", "乙", "换人")
    assert catalogue.keys.private().id == key and everything_public(catalogue) == {*ids[:2]}
    catalogue.check_key()
    assert {*catalogue.keys.folder.glob("*.key")} <= files
    monkeypatch.undo()
    assert sealing.replace(catalogue, "甲", "乙", "换人").count == 2
    assert not [*catalogue.keys.folder.glob(".*")]


@pytest.mark.parametrize("second", ["甲", " 甲", "", "甲 "])
def test_one_person_does_not_replace_a_key(catalogue: Catalogue, ids: list[str], second: str) -> None:
    key = catalogue.keys.private()
    with pytest.raises(KeyRefused):
        sealing.replace(catalogue, "甲", second, "换人")
    assert catalogue.keys.private() == key


def test_what_was_forged_gets_no_new_seal(catalogue: Catalogue, url: str, ids: list[str]) -> None:
    with inside(url) as connection:
        forge_approval(connection, ids[2])
        connection.execute(update(versions).where(versions.c.document_id == ids[0]).values(title="假的"))
    assert sealing.replace(catalogue, "甲", "乙", "换人") == sealing.Sealed(1, tuple(sorted((ids[0], ids[2]))))
    assert everything_public(catalogue) == {ids[1]}


def test_a_lost_key_is_replaced_and_what_disagrees_stays_out(
    catalogue: Catalogue, url: str, ids: list[str], blobs: Blobs
) -> None:
    with inside(url) as connection:
        forge_approval(connection, ids[2])
    shutil.rmtree(catalogue.keys.folder)
    with pytest.raises(KeyUnusable):
        catalogue.public_many(ids)
    assert sealing.replace(catalogue, "甲", "乙", "遗失", lost=True) == sealing.Sealed(2, (ids[2],))
    assert everything_public(catalogue) == {*ids[:2]}
    assert catalogue.audit_break() is None


@pytest.mark.parametrize("lost", [False, True], ids=["database there", "database lost"])
def test_only_the_archive_s_own_key_is_brought_back(
    catalogue: Catalogue, url: str, ids: list[str], tmp_path: Path, database: NewDatabase, lost: bool
) -> None:
    key = catalogue.keys.private()
    shutil.rmtree(catalogue.keys.folder)
    url = database() if lost else url
    with pytest.raises(KeyUnusable, match=key.id):
        sealing.bring_back(url, tmp_path, catalogue.keys, Key.new())
    sealing.bring_back(url, tmp_path, catalogue.keys, Key.read(key.written(), "纸"))
    again = Catalogue(url, tmp_path, empty=True)
    assert not lost or rebuild(again).damaged == ()
    assert everything_public(again) == {*ids[:2]}
    again.close()


def test_an_archive_from_before_the_seals_shows_nothing_until_two_persons_seal_it(
    catalogue: Catalogue, url: str, ids: list[str], blobs: Blobs
) -> None:
    before_the_seals(catalogue, url)
    assert not sealing.is_migrated(catalogue)
    with pytest.raises(KeyUnusable):
        catalogue.public_many(ids)
    assert sealing.seal_all(catalogue, "甲", "乙") == sealing.Sealed(2, ())
    assert everything_public(catalogue) == {*ids[:2]}
    assert sealing.is_migrated(catalogue)
    assert sealing.seal_all(catalogue, "甲", "乙") == sealing.Sealed(0, ())
    assert catalogue.audit_break() is None
    assert findings(catalogue, blobs) <= {Damage.RULES}


def test_an_archive_from_before_the_seals_is_rebuilt_and_waits_for_them(
    catalogue: Catalogue, url: str, ids: list[str], tmp_path: Path, database: NewDatabase
) -> None:
    before_the_seals(catalogue, url)
    catalogue.keys.make()
    again = Catalogue(database(), tmp_path, empty=True)
    assert rebuild(again).damaged == ()
    assert everything_public(again) == set()
    again.close()


def test_another_archive_s_key_rebuilds_nothing(
    catalogue: Catalogue, ids: list[str], tmp_path: Path, database: NewDatabase
) -> None:
    shutil.rmtree(catalogue.keys.folder)
    catalogue.keys.make()
    again = Catalogue(database(), tmp_path, empty=True)
    with pytest.raises(KeyUnusable, match="key import"):
        rebuild(again)
    assert rebuild(again, unsealed=True).documents == 3
    assert sealing.replace(again, "甲", "乙", "遗失", lost=True).count == 2
    assert everything_public(again) == {*ids[:2]}
    again.close()


def test_a_forged_approval_is_found(catalogue: Catalogue, url: str, ids: list[str], blobs: Blobs) -> None:
    assert findings(catalogue, blobs) == set()
    with inside(url) as connection:
        forge_approval(connection, ids[2])
    assert findings(catalogue, blobs) == {Damage.RECORD, Damage.DECISIONS, Damage.SEAL, Damage.RULES}


def test_triggers_that_are_gone_or_put_out_of_action_are_found(
    catalogue: Catalogue, url: str, ids: list[str], blobs: Blobs
) -> None:
    with inside(url) as connection:
        connection.execute(text("SELECT 1"))
    assert findings(catalogue, blobs) == {Damage.RULES}
