"""What a version holds is noted in the sealed log, so that a text that was never public can't be changed unseen."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update

from archive.custody import fixity
from archive.custody.fixity import ROUND, Damage
from archive.custody.rebuild import rebuild
from archive.decisions import corrections
from archive.intake.adding import Item
from archive.intake.attaching import Attachments
from archive.intake.receive import Intake
from archive.store import audit, canonical, held, noted
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.records import _rows
from archive.store.tables import attachments, documents, prechecks, sources, versions
from archive.store.tables import audit as rows
from tests.archive.store.test_seals import inside
from tests.conftest import NewDatabase


@pytest.fixture
def waiting(catalogue: Catalogue, intake: Intake, write: Callable[[str, str], Path]) -> str:
    """Take in a document that nobody has published, with an attachment."""
    item = Item(write("甲.txt", "关于甲的通知\n请落实。\n"), "甲", attachments=(write("表.txt", "名单\n张三\n"),))
    return str(intake.receive(item).document_id)


def night(catalogue: Catalogue, blobs: Blobs) -> set[Damage]:
    """Return what the first night tells on which none of the originals is due, but for triggers and files of nobody."""
    found = (fixity.verify(catalogue, blobs, date(2026, 1, 1) + timedelta(days=n), print) for n in range(ROUND))
    report = next(report for report in found if report.verified == 0)
    return {finding.kind for finding in report.findings} - {Damage.RULES, Damage.UNTRACKED}


def in_line(catalogue: Catalogue, id: str) -> None:
    """Bring a document's record in line with the database, as somebody would who can write to both."""
    with catalogue.reading() as connection:
        catalogue.records._write(id, _rows(connection, id))


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE versions SET text = '假的'",
        "UPDATE versions SET concealed = '[]', warnings = '[\"无\"]'",
        "UPDATE versions SET brought_by = '某某'",
        "UPDATE attachments SET text = '假的'",
        "UPDATE attachments SET file_name = '假的.txt'",
        "DELETE FROM attachments",
    ],
)
def test_what_waits_is_told_if_it_and_its_record_were_changed(
    catalogue: Catalogue, url: str, blobs: Blobs, waiting: str, edit: str
) -> None:
    assert night(catalogue, blobs) == set()
    with inside(url) as connection:
        assert connection.execute(text(edit)).rowcount
    in_line(catalogue, waiting)
    assert night(catalogue, blobs) == {Damage.CONTENT}


def test_a_version_that_nobody_brought_in_is_told(catalogue: Catalogue, url: str, blobs: Blobs, waiting: str) -> None:
    with inside(url) as connection:
        row = connection.execute(select(versions)).mappings().one()
        connection.execute(insert(versions).values(**{**row, "version": 2}))
        connection.execute(text("UPDATE documents SET version = 2"))
    in_line(catalogue, waiting)
    assert night(catalogue, blobs) == {Damage.CONTENT}


def test_a_version_that_was_taken_away_is_told(catalogue: Catalogue, url: str, blobs: Blobs, waiting: str) -> None:
    with inside(url) as connection:
        for table in (attachments, prechecks, sources, versions, documents):
            connection.execute(delete(table))
    catalogue.records.path(waiting).unlink()
    assert Damage.CONTENT in night(catalogue, blobs)


def test_honest_corrections_are_no_differences(
    catalogue: Catalogue, blobs: Blobs, intake: Intake, waiting: str, write: Callable[[str, str], Path]
) -> None:
    corrections.correct(catalogue, waiting, "title", "关于乙的通知", "更正人", "错字")
    Attachments(catalogue, waiting, "更正人", "名称不对").rename(1, "名单.txt")
    # The attachment stays, because a person had arranged it.
    intake.receive(Item(write("甲.txt", "关于甲的通知\n改了。\n"), "甲"))
    with catalogue.reading() as connection:
        kept = [row.file_name for row in connection.execute(select(attachments).order_by(attachments.c.version))]
    assert kept == ["名单.txt", "名单.txt"]
    assert night(catalogue, blobs) == set()


def test_a_correction_without_its_event_is_told(catalogue: Catalogue, url: str, blobs: Blobs, waiting: str) -> None:
    corrections.correct(catalogue, waiting, "title", "关于乙的通知", "更正人", "错字")
    with inside(url) as connection:
        connection.execute(text("UPDATE corrections SET reason = '别的'"))
    in_line(catalogue, waiting)
    assert night(catalogue, blobs) == {Damage.DECISIONS}


def test_a_record_whose_text_was_changed_is_not_rebuilt(
    catalogue: Catalogue, database: NewDatabase, tmp_path: Path, waiting: str
) -> None:
    rows = catalogue.records.read(waiting)
    changed = {name: [dict(row) for row in each] for name, each in rows.items()}
    changed["versions"][0]["text"] = "假的"
    catalogue.records._write(waiting, changed)
    assert catalogue.records.read(waiting)["versions"][0]["text"] == "假的"
    again = Catalogue(database(), tmp_path, empty=True)
    rebuilt = rebuild(again)
    again.close()
    assert rebuilt.documents == 0
    assert [error.id for error in rebuilt.damaged] == [waiting]


# What events of before did not tell.
Details = dict[str, Any]
_LATER = (held.HOLDS, *noted.DETAILS)


def _without(details: Details) -> Details:
    return {name: value for name, value in details.items() if name not in _LATER}


def as_an_earlier_program_left_it(
    catalogue: Catalogue, url: str, told: Callable[[Details], Details] = _without
) -> None:
    """Take what versions hold, or what ``told`` leaves out, out of the log, and seal it anew."""
    with inside(url) as connection:
        previous = audit.GENESIS
        for row in connection.execute(select(rows).order_by(rows.c.sequence)).mappings().all():
            details = told(row["details"])
            fresh = {**row, "details": details, "previous": previous}
            fresh["hash"] = previous = canonical.digest({name: fresh[name] for name in audit._HASHED})
            fresh["seal"] = catalogue.keys.sign(audit.PURPOSE, previous.encode())
            connection.execute(update(rows).where(rows.c.sequence == row["sequence"]).values(**fresh))
            last = row["sequence"]
        seal = catalogue.keys.sign(audit.HEAD, f"{last} {previous}".encode())
        connection.execute(text("UPDATE audit_head SET hash = :hash, seal = :seal"), {"hash": previous, "seal": seal})
    catalogue.records.log.unlink()
    catalogue.record()


def test_an_archive_of_before_says_so_until_it_is_brought_up(
    catalogue: Catalogue, url: str, blobs: Blobs, intake: Intake, waiting: str, write: Callable[[str, str], Path]
) -> None:
    other = str(intake.receive(Item(write("乙.txt", "关于乙的通知\n请落实。\n"), "乙")).document_id)
    as_an_earlier_program_left_it(catalogue, url)
    assert not held.is_whole(catalogue)
    assert night(catalogue, blobs) == {Damage.CONTENT, Damage.DECISIONS}
    noted.take_over(catalogue)
    assert night(catalogue, blobs) == {Damage.CONTENT}
    with inside(url) as connection:
        connection.execute(text("UPDATE versions SET text = '假的' WHERE document_id = :id"), {"id": other})
    # Its record says something else: nobody may answer for it.
    assert held.take_over(catalogue) == held.TakenOver(1, (other,))
    with catalogue.reading() as connection:
        assert [each.id for each in held.Known(connection).differences(connection)] == [other]
    in_line(catalogue, other)
    assert held.take_over(catalogue) == held.TakenOver(1, ())
    assert held.is_whole(catalogue)
    assert night(catalogue, blobs) == set()
    with inside(url) as connection:
        connection.execute(text("UPDATE versions SET text = '又改' WHERE document_id = :id"), {"id": waiting})
    in_line(catalogue, waiting)
    assert night(catalogue, blobs) == {Damage.CONTENT}
