"""Record files beside the database, which follow its changes. Damage to them is noticed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.decisions import review
from archive.document import Verdict
from archive.errors import RecordDamaged
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store.audit import VIEW, append
from archive.store.catalogue import Catalogue
from archive.store.records import PARTS, Records
from archive.store.tables import audit, documents
from tests.conftest import NewDatabase, publish


@pytest.fixture
def id(intake: Intake, write: Callable[[str, str], Path]) -> str:
    attachment = write("表.txt", "物资表\n沙袋\n")
    item = Item(write("a.txt", "防汛通知\n请落实值班制度。\n2020年5月1日\n"), "a", {}, (attachment,))
    return str(intake.receive(item).document_id)


def in_database(catalogue: Catalogue, id: str) -> dict[str, list[dict[str, object]]]:
    with catalogue.reading() as connection:
        own = connection.execute(select(documents).where(documents.c.id == id)).mappings()
        rows = {"documents": [dict(row) for row in own]}
        for table in PARTS:
            query = select(table).where(table.c.document_id == id).order_by(*table.primary_key.columns)
            rows[table.name] = [dict(row) for row in connection.execute(query).mappings()]
    return rows


def test_a_record_holds_what_the_database_holds_after_each_step(
    catalogue: Catalogue, intake: Intake, id: str, write: Callable[[str, str], Path]
) -> None:
    assert catalogue.records.read(id) == in_database(catalogue, id)
    publish(catalogue, id)
    assert catalogue.records.read(id) == in_database(catalogue, id)
    intake.receive(Item(write("a.txt", "防汛通知\n改正。\n"), "a"))
    review.decide(catalogue, id, Verdict.WITHDRAW, "审查员", "有误")
    kept = catalogue.records.read(id)
    assert kept == in_database(catalogue, id)
    assert len(kept["versions"]) == 2
    assert list(catalogue.records.ids()) == [id]


def test_the_audit_log_is_carried_along(catalogue: Catalogue, id: str) -> None:
    publish(catalogue, id)
    with catalogue.reading() as connection:
        rows = [dict(row) for row in connection.execute(select(audit).order_by(audit.c.sequence)).mappings()]
    assert list(catalogue.records.events()) == rows


def test_a_look_is_in_the_log_and_leaves_the_record_as_it_is(catalogue: Catalogue, id: str) -> None:
    written = catalogue.records.path(id).stat()
    with catalogue.writing() as connection:
        append(connection, "乙二", VIEW, id, {"version": 1})
    # A record that is written again is another file.
    assert catalogue.records.path(id).stat().st_ino == written.st_ino
    assert [row["action"] for row in catalogue.records.events()][-1] == VIEW
    catalogue.check_record(id)
    with catalogue.reading() as connection:
        assert not catalogue.records.behind(connection)
    # What happens next is in the record again.
    publish(catalogue, id)
    assert catalogue.records.read(id) == in_database(catalogue, id)


def test_what_was_rolled_back_is_not_recorded(catalogue: Catalogue, id: str) -> None:
    before = catalogue.records.path(id).read_bytes()
    with pytest.raises(ZeroDivisionError), catalogue.writing() as connection:
        review.add_vouching(connection, id, "审查员", "一事一审")
        raise ZeroDivisionError
    assert catalogue.records.path(id).read_bytes() == before


@pytest.mark.parametrize("kept", ["nothing", "log cut in a line", "log without its last lines", "record torn"])
def test_what_a_crash_left_out_is_made_up_for_when_the_catalogue_is_opened(
    catalogue: Catalogue, id: str, tmp_path: Path, url: str, kept: str
) -> None:
    records = catalogue.records
    before = records.log.read_bytes()
    publish(catalogue, id)
    whole, log = records.path(id).read_bytes(), records.log.read_bytes()
    if kept == "nothing":
        records.path(id).unlink()
        records.log.unlink()
    elif kept == "log cut in a line":
        records.log.write_bytes(log[: len(before) + 40])
    elif kept == "log without its last lines":
        records.log.write_bytes(before)
    else:
        records.log.write_bytes(before)
        records.path(id).with_suffix(".new").write_text("{")
        records.path(id).write_bytes(whole[:100])
    again = Catalogue(url, tmp_path)
    assert records.path(id).read_bytes() == whole
    assert records.log.read_bytes() == log
    assert again.records.read(id) == in_database(again, id)
    again.close()


def test_files_of_another_database_are_put_aside(
    catalogue: Catalogue, id: str, tmp_path: Path, database: NewDatabase
) -> None:
    other = Catalogue(database(), tmp_path, empty=True)
    assert catalogue.records.path(id).exists()
    with other.writing() as connection:
        append(connection, "收文员", "note", None, {})
    assert not catalogue.records.path(id).exists()
    (aside,) = tmp_path.glob("records-*")
    assert Records(aside).read(id)["documents"][0]["id"] == id
    other.close()


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (lambda text: text.replace("请落实", "不落实"), "哈希"),
        (lambda text: text[:-20], "读不出"),
        (lambda text: "[]", "读不出"),
        (lambda text: "[" * 200_000, "读不出"),
        (lambda text: text.replace('"format": 3', '"format": 9'), "格式"),
    ],
)
def test_a_record_that_is_not_what_it_was_is_told(
    catalogue: Catalogue, id: str, damage: Callable[[str], str], what: str
) -> None:
    path = catalogue.records.path(id)
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(RecordDamaged, match=what):
        catalogue.records.read(id)


def test_a_log_line_longer_than_what_is_read_at_once_is_found(catalogue: Catalogue, id: str) -> None:
    with catalogue.writing() as connection:
        append(connection, "收文员", "note", None, {"what": "长" * 200_000})
    with catalogue.writing() as connection:
        append(connection, "收文员", "note", None, {})
    lines = [json.loads(line) for line in catalogue.records.log.read_text(encoding="utf-8").splitlines()]
    assert [line["sequence"] for line in lines] == [1, 2, 3, 4]
