"""Rebuilding the same archive from its files alone, never with more of it public."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.custody.rebuild import rebuild
from archive.decisions import review, validity
from archive.document import Aspect, Outcome, Validity, Verdict
from archive.errors import CatalogueLost, CatalogueNotEmpty
from archive.intake.receive import Intake, Item
from archive.store.catalogue import Catalogue
from archive.store.records import PARTS
from archive.store.tables import audit, documents
from tests.conftest import NewDatabase, publish


@pytest.fixture
def ids(catalogue: Catalogue, intake: Intake, write: Callable[[str, str], Path]) -> dict[str, str]:
    """Take in documents and bring one into each state. Returns their ids by state."""
    made: dict[str, str] = {}
    for name in ("public", "waiting", "refused", "withdrawn", "replaced", "failed later"):
        text = f"关于{name}的通知\n请落实。\n"
        made[name] = str(intake.receive(Item(write(f"{name}.txt", text), name)).document_id)
    for name in ("public", "withdrawn", "replaced", "failed later"):
        publish(catalogue, made[name])
    review.decide(catalogue, made["refused"], Verdict.REJECT, "审查员", "内部资料")
    for name in ("withdrawn", "failed later"):
        review.decide(catalogue, made[name], Verdict.WITHDRAW, "审查员", "有误", replacement=made["public"])
    review.examine(catalogue, made["failed later"], Aspect.CONFIDENTIALITY, Outcome.FAILED, "审查员", "复查")
    intake.receive(Item(write("replaced.txt", "关于replaced的通知\n改正。\n"), "replaced", {}, (), "改正"))
    publish(catalogue, made["replaced"])
    validity.record(catalogue, made["public"], Validity.REPEALED, "法制科", "废止", date(2020, 1, 1))
    return made


@pytest.fixture
def empty(catalogue: Catalogue, ids: dict[str, str], tmp_path: Path, database: NewDatabase) -> Iterator[Catalogue]:
    """Open a new database beside the files, as if the former one were lost."""
    opened = Catalogue(database(), tmp_path, empty=True)
    yield opened
    opened.close()


def rows(catalogue: Catalogue) -> dict[str, list[dict[str, object]]]:
    with catalogue.reading() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in (documents, *PARTS)
        }


def test_the_same_archive_comes_back(catalogue: Catalogue, empty: Catalogue, ids: dict[str, str]) -> None:
    rebuilt = rebuild(empty)
    assert (rebuilt.documents, rebuilt.public, rebuilt.damaged, rebuilt.broken) == (6, 2, (), None)
    assert rows(empty) == rows(catalogue)
    assert {document.id for document in empty.public_all()} == {ids["public"], ids["replaced"]}
    assert {change.document_id for change in empty.changes_after(0)} == {ids["public"], ids["replaced"]}
    with catalogue.reading() as before, empty.reading() as after:
        carried = before.execute(select(audit).order_by(audit.c.sequence)).all()
        assert after.execute(select(audit).order_by(audit.c.sequence)).all()[:-1] == carried
    assert empty.audit_break() is None


def test_it_goes_on_where_it_was(empty: Catalogue, ids: dict[str, str]) -> None:
    rebuild(empty)
    publish(empty, ids["waiting"])
    assert empty.public_count() == 3
    assert empty.records.read(ids["waiting"])["documents"][0]["public_version"] == 1
    assert empty.audit_break() is None


def test_a_lost_database_is_not_taken_for_an_empty_archive(
    ids: dict[str, str], tmp_path: Path, database: NewDatabase
) -> None:
    with pytest.raises(CatalogueLost, match="rebuild-catalogue"):
        Catalogue(database(), tmp_path)


def test_a_catalogue_with_documents_is_not_written_over(catalogue: Catalogue, ids: dict[str, str]) -> None:
    before = rows(catalogue)
    with pytest.raises(CatalogueNotEmpty):
        rebuild(catalogue)
    assert rows(catalogue) == before


def test_a_torn_record_is_told_and_its_document_is_not_public(empty: Catalogue, ids: dict[str, str]) -> None:
    path = empty.records.path(ids["public"])
    path.write_bytes(path.read_bytes()[:-9])
    empty.records.path(ids["replaced"]).unlink()
    rebuilt = rebuild(empty)
    assert [error.id for error in rebuilt.damaged] == [ids["public"]]
    assert rebuilt.public == 0


def test_a_record_that_says_more_than_its_decisions_is_not_taken(empty: Catalogue, ids: dict[str, str]) -> None:
    kept = empty.records.read(ids["waiting"])
    for name in ("public_version", "public_decision"):
        kept["documents"][0][name] = 1
    kept["documents"][0]["public_verdict"] = "approve"
    empty.records._write(ids["waiting"], kept)
    decided = empty.records.read(ids["public"])
    decided["examinations"] = decided["examinations"][:1]
    decided["validities"] = []
    empty.records._write(ids["public"], decided)
    rebuilt = rebuild(empty)
    assert {error.id for error in rebuilt.damaged} == {ids["waiting"], ids["public"]}
    assert rebuilt.public == 1


def test_a_withdrawal_that_the_record_does_not_know_is_made_again(
    catalogue: Catalogue, empty: Catalogue, ids: dict[str, str]
) -> None:
    path = catalogue.records.path(ids["public"])
    before = path.read_bytes()
    review.decide(catalogue, ids["public"], Verdict.WITHDRAW, "审查员", "有误")
    path.write_bytes(before)
    rebuilt = rebuild(empty)
    assert rebuilt.public == 1
    assert ids["public"] not in {document.id for document in empty.public_all()}


def test_an_approval_before_a_clock_that_was_put_back_comes_back(empty: Catalogue, ids: dict[str, str]) -> None:
    kept = empty.records.read(ids["replaced"])
    kept["decisions"][0]["decided_at"] = "2001-01-01T00:00:00.000000+00:00"
    empty.records._write(ids["replaced"], kept)
    assert rebuild(empty).damaged == ()
