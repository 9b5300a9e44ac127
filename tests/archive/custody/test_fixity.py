"""Checking fixity: anything in the archive that differs from what was written is reported."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from archive.custody import fixity
from archive.custody.fixity import ROUND, Damage
from archive.custody.rebuild import rebuild
from archive.decisions import review, validity
from archive.document import Validity, Verdict
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.records import _rows
from tests.archive.conftest import Moulding, Write
from tests.archive.store.test_seals import inside
from tests.conftest import Mould, NewDatabase, in_a_file, publish

# How a page of a SQLite database begins that holds the ends of an index.
INDEX_LEAF = 0x0A


@pytest.fixture(scope="module")
def mould(moulding: Moulding) -> Mould:
    def fill(catalogue: Catalogue, intake: Intake, write: Write) -> dict[str, str]:
        made = {}
        for name in ("甲", "乙", "丙"):
            item = Item(write(f"{name}.txt", f"关于{name}的通知\n请落实。\n"), name)
            made[name] = str(intake.receive(item).document_id)
            publish(catalogue, made[name])
        review.decide(catalogue, made["丙"], Verdict.WITHDRAW, "审查员", "有误")
        return made

    return moulding(fill)


@pytest.fixture
def ids(mould: Mould) -> list[str]:
    return [*mould.ids.values()]


def kinds(catalogue: Catalogue, blobs: Blobs, day: date | None = None) -> list[Damage]:
    report = fixity.verify(catalogue, blobs, day, lambda done, total: None)
    assert report.originals == 3
    return [finding.kind for finding in report.findings]


def test_a_sound_archive_has_nothing_to_tell(catalogue: Catalogue, blobs: Blobs, ids: list[str]) -> None:
    assert kinds(catalogue, blobs) == []


def test_every_original_is_read_once_in_a_round_and_all_else_each_night(
    catalogue: Catalogue, blobs: Blobs, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A round of ninety nights takes a minute over PostgreSQL.
    monkeypatch.setattr(fixity, "ROUND", 7)
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(7)]
    verified = [fixity.verify(catalogue, blobs, day, lambda done, total: None).verified for day in days]
    assert sum(verified) == 3
    catalogue.records.path(ids[0]).write_text("{")
    assert [each for day in days[:3] for each in kinds(catalogue, blobs, day)] == [Damage.RECORD] * 3


# What somebody who can write to the database alone does to documents 甲, public, and 丙, withdrawn; and what is told.
EDITS = {
    "UPDATE decisions SET reason = '机密' WHERE verdict = 'withdraw'": {Damage.WITHDRAWALS, Damage.DECISIONS},
    "UPDATE decisions SET reviewer = '某某' WHERE document_id = :first": {Damage.SEAL, Damage.DECISIONS},
    "UPDATE classifications SET person = '某某' WHERE document_id = :first": {Damage.DECISIONS},
    "UPDATE classifications SET basis = '不详' WHERE document_id = :first": {Damage.DECISIONS},
    "DELETE FROM classifications WHERE document_id = :withdrawn": {Damage.DECISIONS},
    "UPDATE examinations SET outcome = 'failed' WHERE document_id = :first": {Damage.DECISIONS},
    "UPDATE examinations SET basis = '不详' WHERE document_id = :first": {Damage.DECISIONS},
    "DELETE FROM examinations WHERE document_id = :withdrawn": {Damage.DECISIONS},
    "UPDATE validities SET reason = '不详' WHERE document_id = :first": {Damage.DECISIONS},
    "UPDATE documents SET public_version = NULL, public_decision = NULL, public_verdict = NULL WHERE id = :first": {
        Damage.DECISIONS
    },
    "UPDATE documents SET public_version = 1, public_decision ="
    " (SELECT MIN(id) FROM decisions WHERE document_id = :withdrawn), public_verdict = 'approve'"
    " WHERE id = :withdrawn": {Damage.DECISIONS, Damage.SEAL},
    "UPDATE versions SET text = '假的' WHERE document_id = :first": {Damage.SEAL, Damage.CONTENT},
    "UPDATE versions SET text = '假的' WHERE document_id = :withdrawn": {Damage.CONTENT},
    "UPDATE versions SET title = '假的' WHERE document_id = :withdrawn": {Damage.CONTENT},
    "UPDATE versions SET brought_by = '某某' WHERE document_id = :withdrawn": {Damage.CONTENT},
    "DELETE FROM changes WHERE document_id = :first": {Damage.CHANGES},
    "DELETE FROM changes WHERE sequence = (SELECT MAX(sequence) FROM changes)": {Damage.CHANGES},
    "UPDATE changes SET document_id = :first": {Damage.CHANGES},
}


@pytest.mark.parametrize("record", ["as it was", "brought into line"])
@pytest.mark.parametrize(("edit", "told"), EDITS.items())
def test_an_edit_in_the_database_is_told_the_same_night(
    catalogue: Catalogue, url: str, blobs: Blobs, ids: list[str], edit: str, told: set[Damage], record: str
) -> None:
    validity.record(catalogue, ids[0], Validity.REPEALED, "登记员", "另有规定", date(2026, 1, 1))
    with inside(url) as connection:
        about = {"first": ids[0], "withdrawn": ids[2]}
        assert connection.execute(text(edit), {name: id for name, id in about.items() if f":{name}" in edit}).rowcount
    if record == "brought into line":
        with catalogue.reading() as connection:
            for id in ids:
                catalogue.records._write(id, _rows(connection, id))
    elif "changes" not in edit:
        told = told | {Damage.RECORD}
    # A night on which none of the originals is due.
    found = (fixity.verify(catalogue, blobs, date(2026, 1, 1) + timedelta(days=n), print) for n in range(ROUND))
    report = next(report for report in found if report.verified == 0)
    # Whoever did it put the triggers out of action, which is told too.
    assert {finding.kind for finding in report.findings} - {Damage.RULES} == told


def test_what_happened_since_a_rebuild_is_expected_of_the_changes(
    catalogue: Catalogue, blobs: Blobs, ids: list[str], database: NewDatabase, tmp_path: Path
) -> None:
    again = Catalogue(database(), tmp_path, empty=True)
    rebuild(again)
    assert kinds(again, blobs) == []
    review.decide(again, ids[0], Verdict.WITHDRAW, "审查员", "有误")
    assert kinds(again, blobs) == []
    again.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents SET public_version = NULL, public_decision = NULL, public_verdict = NULL",
        "UPDATE sources SET signature = 'x'",
        "DELETE FROM sources",
    ],
)
def test_a_row_that_its_record_does_not_know_is_told(
    catalogue: Catalogue, blobs: Blobs, ids: list[str], statement: str
) -> None:
    with catalogue.writing() as connection:
        key = "id" if "documents" in statement else "document_id"
        connection.execute(text(f"{statement} WHERE {key} = :id"), {"id": ids[0]})
    assert kinds(catalogue, blobs)[0] == Damage.RECORD


def test_a_copy_of_the_audit_log_that_differs_is_told(catalogue: Catalogue, blobs: Blobs, ids: list[str]) -> None:
    log = catalogue.records.log
    log.write_bytes(log.read_bytes().replace("审查员".encode(), "某某某".encode(), 1))
    assert kinds(catalogue, blobs) == [Damage.AUDIT]
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    assert kinds(catalogue, blobs) == [Damage.AUDIT]


@pytest.mark.parametrize("kept", ["", "{}\n", "changed"])
def test_a_ledger_of_withdrawals_that_differs_is_told(
    catalogue: Catalogue, blobs: Blobs, ids: list[str], kept: str
) -> None:
    path = catalogue.withdrawal_ledger.path
    path.write_text(path.read_text().replace("有误", "无误") if kept == "changed" else kept)
    assert kinds(catalogue, blobs) == [Damage.WITHDRAWALS]


def test_records_that_were_put_aside_are_told_until_they_are_gone(
    catalogue: Catalogue, blobs: Blobs, ids: list[str]
) -> None:
    folder = catalogue.records.folder
    aside = folder.with_name(f"{folder.name}-20260101-000000")
    aside.mkdir()
    assert kinds(catalogue, blobs) == [Damage.RECORD]
    aside.rmdir()
    assert kinds(catalogue, blobs) == []


@in_a_file
def test_a_damaged_database_file_is_told(
    catalogue: Catalogue, blobs: Blobs, ids: list[str], tmp_path: Path, url: str
) -> None:
    # The cells of an index, which no query of ours goes through here.
    with catalogue.reading() as connection:
        root = connection.scalar(text("SELECT rootpage FROM sqlite_master WHERE name = 'ix_changes_document_id'"))
        size = connection.scalar(text("PRAGMA page_size"))
    catalogue.close()
    with (tmp_path / "catalogue.sqlite3").open("rb+") as file:
        at = file.read().find(ids[1].encode(), (root - 1) * size)
        assert at < root * size
        file.seek(at)
        file.write(b"?")
    again = Catalogue(url, tmp_path)
    assert Damage.DATABASE in kinds(again, blobs) or Damage.RECORD in kinds(again, blobs)
    again.close()
