"""Rebuilding the same archive from its files alone, never with more of it public."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.custody.rebuild import rebuild
from archive.decisions import afterwards, review, stops, validity
from archive.document import Aspect, Outcome, Settlement, Validity, Verdict
from archive.errors import CatalogueLost, CatalogueNotEmpty, DecisionRefused
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store import canonical, noted
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.records import PARTS
from archive.store.tables import audit, documents
from tests.conftest import Databases, Mould, publish

PUBLIC = ("public", "replaced", "forced", "settled", "taken over")
Rows = dict[str, list[dict[str, object]]]


@pytest.fixture(scope="module")
def mould(tmp_path_factory: pytest.TempPathFactory, databases: Databases, sandbox: Sandbox) -> Mould:
    """Take in documents and bring one into each state. Their ids are those of the states."""
    folder = tmp_path_factory.mktemp("former")
    url = databases.new(folder / "catalogue.sqlite3")
    catalogue, blobs = Catalogue(url, folder), Blobs(folder / "blobs")
    intake = Intake(catalogue, blobs, sandbox, "收文员")

    def item(name: str, text: str, note: str = "") -> Item:
        path = folder / f"{name}.txt"
        path.write_text(text, encoding="utf-8")
        return Item(path, name, note=note)

    made: dict[str, str] = {}
    for name in ("public", "waiting", "refused", "withdrawn", "replaced", "failed later", "forced", "settled"):
        text = f"关于{name}的通知\n请落实。\n" + ("王某，手机13812345678。\n" if name == "settled" else "")
        made[name] = str(intake.receive(item(name, text)).document_id)
    for name in ("public", "withdrawn", "replaced", "failed later"):
        publish(catalogue, made[name])
    review.decide(catalogue, made["refused"], Verdict.REJECT, "审查员", "内部资料")
    for name in ("withdrawn", "failed later"):
        review.decide(catalogue, made[name], Verdict.WITHDRAW, "审查员", "有误", replacement=made["public"])
    review.examine(catalogue, made["failed later"], Aspect.CONFIDENTIALITY, Outcome.FAILED, "审查员", "复查")
    intake.receive(item("replaced", "关于replaced的通知\n改正。\n", "改正"))
    publish(catalogue, made["replaced"])
    review.approve_alone(catalogue, made["forced"], "收文员", "只有一人", None, forced=True)
    afterwards.look(catalogue, made["forced"], "复看人", Outcome.PASSED)
    stops.settle(catalogue, made["settled"], 1, Settlement.KEEP, "保密员", "经本人同意")
    publish(catalogue, made["settled"])
    portal = Intake(catalogue, blobs, sandbox, "移交", already_published=True)
    made["taken over"] = str(portal.receive(item("门户", "关于门户的通知\n请落实。\n")).document_id)
    validity.record(catalogue, made["public"], Validity.REPEALED, "法制科", "废止", date(2020, 1, 1))
    catalogue.close()
    return Mould(folder, url, made)


@pytest.fixture
def url(mould: Mould, tmp_path: Path, databases: Databases) -> str:
    return mould.copied(tmp_path, databases)


@pytest.fixture
def ids(mould: Mould) -> dict[str, str]:
    return mould.ids


@pytest.fixture
def empty(catalogue: Catalogue, tmp_path: Path, databases: Databases) -> Iterator[Catalogue]:
    """Open a new database beside the files, as if the former one were lost."""
    opened = Catalogue(databases.new(tmp_path / "new.sqlite3"), tmp_path, empty=True)
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
    assert (rebuilt.documents, rebuilt.public, rebuilt.damaged, rebuilt.broken) == (9, len(PUBLIC), (), None)
    assert rows(empty) == rows(catalogue)
    assert {document.id for document in empty.public_all()} == {ids[name] for name in PUBLIC}
    assert {change.document_id for change in empty.changes_after(0)} == {ids[name] for name in PUBLIC}
    with catalogue.reading() as before, empty.reading() as after:
        carried = before.execute(select(audit).order_by(audit.c.sequence)).all()
        assert after.execute(select(audit).order_by(audit.c.sequence)).all()[:-1] == carried
    assert empty.audit_break() is None


def test_it_goes_on_where_it_was(empty: Catalogue, ids: dict[str, str]) -> None:
    rebuild(empty)
    publish(empty, ids["waiting"])
    assert empty.public_count() == len(PUBLIC) + 1
    assert empty.records.read(ids["waiting"])["documents"][0]["public_version"] == 1
    assert empty.audit_break() is None


def test_a_lost_database_is_not_taken_for_an_empty_archive(
    catalogue: Catalogue, tmp_path: Path, databases: Databases
) -> None:
    with pytest.raises(CatalogueLost, match="rebuild-catalogue"):
        Catalogue(databases.new(tmp_path / "new.sqlite3"), tmp_path)


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
    assert rebuilt.public == len(PUBLIC) - 2


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
    assert rebuilt.public == len(PUBLIC) - 1


def test_a_withdrawal_that_the_record_does_not_know_is_made_again(
    catalogue: Catalogue, empty: Catalogue, ids: dict[str, str]
) -> None:
    files = (catalogue.records.path(ids["public"]), catalogue.records.log)
    before = [path.read_bytes() for path in files]
    review.decide(catalogue, ids["public"], Verdict.WITHDRAW, "审查员", "有误")
    for path, content in zip(files, before, strict=True):
        path.write_bytes(content)
    rebuilt = rebuild(empty)
    assert rebuilt.damaged == ()
    assert rebuilt.public == len(PUBLIC) - 1
    assert ids["public"] not in {document.id for document in empty.public_all()}


def test_an_approval_before_a_clock_that_was_put_back_comes_back(
    catalogue: Catalogue, empty: Catalogue, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    review.vouch(catalogue, ids["waiting"], "审查员", "一事一审")
    with monkeypatch.context() as put_back:
        put_back.setattr("archive.store.audit.now", lambda: "2001-01-01T00:00:00.000000+00:00")
        review.decide(catalogue, ids["waiting"], Verdict.APPROVE, "签发人")
    assert rebuild(empty).damaged == ()


def without(table: str) -> Callable[[Rows], None]:
    return lambda kept: kept.update({table: []})


def saying(table: str, **values: object) -> Callable[[Rows], None]:
    return lambda kept: [row.update(values) for row in kept[table]].clear()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("settled", without("settlements")),
        ("settled", without("findings")),
        ("settled", without("prechecks")),
        ("settled", saying("settlements", person="签发人")),
        ("settled", saying("decisions", verdict="takeover", reviewer="保密员")),
        ("public", saying("decisions", reviewer="审查 员")),
        ("public", saying("versions", brought_by="签发人")),
        ("public", saying("versions", brought_by="")),
        ("public", saying("decisions", rests_on=None, decided_at="9999")),
        ("public", saying("decisions", rests_on=["not", "what", "it", "is"])),
        ("public", saying("decisions", rests_on={})),
        ("forced", saying("decisions", forced=0)),
        ("forced", saying("decisions", reason=" ")),
        ("forced", saying("looks", person="收文员")),
        ("taken over", saying("decisions", reviewer="")),
        ("taken over", without("prechecks")),
    ],
)
def test_a_record_that_breaks_a_rule_of_the_review_is_not_taken(
    empty: Catalogue, ids: dict[str, str], name: str, change: Callable[[Rows], None]
) -> None:
    kept = empty.records.read(ids[name])
    change(kept)
    empty.records._write(ids[name], {table: [plain(row) for row in those] for table, those in kept.items()})
    rebuilt = rebuild(empty)
    assert [error.id for error in rebuilt.damaged] == [ids[name]]
    assert rebuilt.public == len(PUBLIC) - 1


def test_what_came_after_an_approval_does_not_stand_against_it_whatever_the_clock_said(
    catalogue: Catalogue, empty: Catalogue, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    id = ids["settled"]
    review.decide(catalogue, id, Verdict.WITHDRAW, "审查员", "有误")
    # The first approver settles and examines for another, by a clock that was put back.
    with monkeypatch.context() as put_back:
        put_back.setattr("archive.store.audit.now", lambda: "2001-01-01T00:00:00.000000+00:00")
        stops.settle(catalogue, id, 1, Settlement.MISTAKEN, "签发人", "是编号")
        review.examine(catalogue, id, Aspect.TRUTHFULNESS, Outcome.FAILED, "签发人", "有误")
        review.examine(catalogue, id, Aspect.TRUTHFULNESS, Outcome.PASSED, "签发人", "已核实")
    review.decide(catalogue, id, Verdict.APPROVE, "另一人")
    kept = catalogue.records.read(id)
    empty.records._write(id, kept)
    assert rebuild(empty).damaged == ()
    assert empty.public(id).version == 1
    assert empty.records.read(id)["settlements"] == kept["settlements"]


def test_records_of_before_these_rules_come_back_as_they_were(empty: Catalogue, ids: dict[str, str]) -> None:
    """One person did it all, nothing was pre-checked, and the record does not say who brought it in."""
    for name in ("public", "waiting"):
        kept = empty.records.read(ids[name])
        for table in ("prechecks", "findings", "settlements", "looks"):
            del kept[table]
        for row in kept["versions"]:
            del row["brought_by"]
        for row in kept["decisions"]:
            row |= {"reviewer": "审查员", "decided_at": "2020-01-01T00:00:00.000000+00:00"}
            del row["forced"], row["rests_on"]
        path = empty.records.path(ids[name])
        said = {table: [plain(row) for row in those] for table, those in kept.items()}
        form = {"format": 1, "sha256": canonical.digest(said), "rows": said}
        path.write_text(json.dumps(form, ensure_ascii=False), encoding="utf-8")
    log = empty.records.log
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    for event in events:
        for name in noted.DETAILS:
            event["details"].pop(name, None)
    log.write_text("".join(f"{json.dumps(event, ensure_ascii=False)}\n" for event in events), encoding="utf-8")
    # Before these rules there were no seals either.
    rebuilt = rebuild(empty, unsealed=True)
    assert (rebuilt.damaged, rebuilt.public) == ((), len(PUBLIC))
    assert {row["brought_by"] for row in rows(empty)["versions"]} == {"收文员", "移交"}
    # What waited is asked for all that is asked today.
    review.vouch(empty, ids["waiting"], "审查员", "一事一审")
    with pytest.raises(DecisionRefused, match="还没有作"):
        review.decide(empty, ids["waiting"], Verdict.APPROVE, "签发人")
    stops.check(empty, ids["waiting"])
    with pytest.raises(DecisionRefused, match="收文员接收了文件"):
        review.decide(empty, ids["waiting"], Verdict.APPROVE, "收文员")
    assert review.decide(empty, ids["waiting"], Verdict.APPROVE, "签发人") == 1


def plain(row: dict[str, object]) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
