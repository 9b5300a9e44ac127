"""A version with a stop that nobody has settled is not made public: by the code, and by the database itself."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError

from archive.decisions import precheck, publication, review, stops
from archive.document import Document, Settlement, Verdict
from archive.errors import DecisionRefused, PrecheckFailed, UnknownDocument
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake, Receipt
from archive.store import audit
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.tables import findings, metadata, prechecks, settlements
from tests.archive.decisions.refusals import allowed, refused

Write = Callable[[str, str], Path]
# Two stops: a mark of secrecy and a mobile number; and a place to look at, a plate.
STOPPED = "机密★10年\n关于防汛的通知\n联系人王某，手机13812345678。\n车牌浙A12345。\n"
STOPS, PLACES = (1, 2), 3


@pytest.fixture
def id(intake: Intake, write: Write) -> str:
    return str(intake.receive(Item(write("a.txt", STOPPED), "a")).document_id)


@pytest.fixture
def ready(catalogue: Catalogue, id: str) -> str:
    """The document with all but the stops settled and the approval."""
    review.vouch(catalogue, id, "审查员", "一事一审")
    return id


def settle(catalogue: Catalogue, id: str, *numbers: int) -> None:
    for number in numbers:
        stops.settle(catalogue, id, number, Settlement.KEEP, "保密员", "已解密，并经本人同意")


def test_what_was_found_is_kept_with_the_version(catalogue: Catalogue, id: str) -> None:
    with catalogue.reading() as connection:
        stored = stops.of(connection, id, 1)
    assert stored is not None and stored.whole and stored.rules == precheck.RULES
    assert [(each.number, each.rule, each.blocks) for each in stored.found] == [
        (1, "密级标志", True),
        (2, "手机号码", True),
        (3, "车牌号", False),
    ]
    assert [each.number for each in stored.open] == [*STOPS]
    assert stops.count_open(catalogue) == {id: 2}
    kept = catalogue.records.read(id)
    assert (len(kept["prechecks"]), len(kept["findings"])) == (1, 3)
    assert "13812345678" not in str([row["excerpt"] for row in kept["findings"]])


@pytest.mark.parametrize("way", ["approve", "forced", "alone"])
def test_no_approval_passes_an_open_stop(catalogue: Catalogue, ready: str, way: str) -> None:
    with pytest.raises(DecisionRefused, match="2 处拦截没有处理（第 1、2 处）"):
        if way == "alone":
            review.approve_alone(catalogue, ready, "审查员", "只有一人", None, forced=True)
        else:
            review.decide(catalogue, ready, Verdict.APPROVE, "签发人", "依据", forced=way == "forced")
    assert catalogue.public_many([ready]) == {}


@pytest.mark.parametrize(("verdict", "forced"), [("approve", 0), ("approve", 1), ("takeover", 0)])
def test_the_database_itself_passes_no_open_stop(catalogue: Catalogue, ready: str, verdict: str, forced: int) -> None:
    refused(catalogue, ready, "签发人", "each stop", verdict, forced=forced)
    settle(catalogue, ready, 1)
    refused(catalogue, ready, "签发人", "each stop", verdict, forced=forced)
    settle(catalogue, ready, 2)
    allowed(catalogue, ready, "签发人", verdict, forced=forced)


def test_each_stop_is_settled_by_itself_with_name_reason_and_time(catalogue: Catalogue, ready: str) -> None:
    settle(catalogue, ready, 1)
    with pytest.raises(DecisionRefused, match="1 处拦截没有处理（第 2 处）"):
        review.decide(catalogue, ready, Verdict.APPROVE, "签发人")
    stops.settle(catalogue, ready, 2, Settlement.MISTAKEN, "保密员", "是项目编号")
    settled = [each.settled for each in stops.check(catalogue, ready).precheck.found]
    assert [each and (each.settlement, each.person, each.reason) for each in settled] == [
        (Settlement.KEEP, "保密员", "已解密，并经本人同意"),
        (Settlement.MISTAKEN, "保密员", "是项目编号"),
        None,
    ]
    assert all(each.at <= audit.now() for each in settled if each)
    event = catalogue.events(ready)[-1]
    assert (event.action, event.actor, event.details["number"], event.details["decision"]) == (
        "settle",
        "保密员",
        2,
        "mistaken",
    )
    # A place that does not block needs no settlement.
    assert review.decide(catalogue, ready, Verdict.APPROVE, "签发人") == 1
    assert stops.count_open(catalogue) == {}


@pytest.mark.parametrize(
    ("number", "person", "reason", "version", "says"),
    [
        (1, " ", "已解密", None, "经办人"),
        (1, "保密员", "\u3000", None, "理由"),
        (PLACES + 1, "保密员", "已解密", None, "共 3 处，没有第 4 处"),
        (1, "保密员", "已解密", 2, "新版本"),
    ],
)
def test_a_settlement_against_the_rules_records_nothing(
    catalogue: Catalogue, id: str, number: int, person: str, reason: str, version: int | None, says: str
) -> None:
    before = catalogue.events(id)
    with pytest.raises(DecisionRefused, match=says):
        stops.settle(catalogue, id, number, Settlement.KEEP, person, reason, version)
    assert catalogue.events(id) == before
    with pytest.raises(UnknownDocument):
        stops.settle(catalogue, "nobody", 1, Settlement.KEEP, "保密员", "已解密")


@pytest.mark.parametrize("values", [{"person": " "}, {"reason": ""}, {"version": 2}, {"decision": "forget"}])
def test_the_database_itself_takes_no_settlement_without_a_person_and_a_reason(
    catalogue: Catalogue, id: str, values: dict[str, object]
) -> None:
    row: dict[str, object] = {"finding_id": 1, "document_id": id, "version": 1, "decision": "keep"}
    row |= {"person": "保密员", "reason": "已解密", "decided_at": audit.now()}
    with pytest.raises(IntegrityError), catalogue.writing() as connection:
        connection.execute(insert(settlements).values(**{**row, **values}))


def test_what_still_stands_there_is_not_masked(catalogue: Catalogue, intake: Intake, id: str, write: Write) -> None:
    with pytest.raises(DecisionRefused, match="没有遮盖"):
        stops.settle(catalogue, id, 2, Settlement.MASKED, "保密员", "已遮盖")
    masked = STOPPED.replace("机密★10年\n", "").replace("13812345678", "138****5678")
    intake.receive(Item(write("a.txt", masked), "a"))
    assert stops.check(catalogue, id).precheck.open == ()


def test_a_new_version_is_checked_anew(catalogue: Catalogue, intake: Intake, ready: str, write: Write) -> None:
    settle(catalogue, ready, *STOPS)
    intake.receive(Item(write("a.txt", STOPPED + "补充。\n"), "a"))
    review.vouch(catalogue, ready, "审查员", "一事一审")
    with pytest.raises(DecisionRefused, match="第 2 版有 2 处拦截没有处理"):
        review.decide(catalogue, ready, Verdict.APPROVE, "签发人")


def broken(document: Document) -> tuple[precheck.Finding, ...]:
    raise RecursionError(document.id)


def test_a_precheck_that_came_to_no_end_counts_as_open(
    catalogue: Catalogue, intake: Intake, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(precheck, "findings", broken)
        received = intake.receive(Item(write("b.txt", "关于值班的通知\n请落实。\n"), "b"))
        id = str(received.document_id)
        assert any("发布前检查没有做成" in warning for warning in received.warnings)
        with pytest.raises(PrecheckFailed, match="RecursionError"):
            stops.check(catalogue, id)
    review.vouch(catalogue, id, "审查员", "一事一审")
    with pytest.raises(DecisionRefused, match="还没有作，请先运行 gongkai review check"):
        review.decide(catalogue, id, Verdict.APPROVE, "签发人")
    refused(catalogue, id, "签发人", "whole pre-check")
    assert stops.check(catalogue, id).precheck.found == ()
    assert review.decide(catalogue, id, Verdict.APPROVE, "签发人") == 1


def test_a_precheck_that_lacks_a_finding_counts_as_open(catalogue: Catalogue, ready: str) -> None:
    settle(catalogue, ready, *STOPS)
    row = {"document_id": ready, "version": 1, "rules": precheck.RULES, "found": 4, "checked_at": audit.now()}
    with catalogue.writing() as connection:
        connection.execute(insert(prechecks).values(**row))
    with pytest.raises(DecisionRefused, match="不完整"):
        review.decide(catalogue, ready, Verdict.APPROVE, "签发人")
    refused(catalogue, ready, "签发人", "whole pre-check")


def test_a_precheck_by_older_rules_is_made_again_and_told(
    catalogue: Catalogue, ready: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(catalogue, ready, *STOPS)
    former = precheck.RULES
    monkeypatch.setattr(precheck, "RULES", "2099-1")
    monkeypatch.setattr(precheck, "BLOCKING", {*precheck.BLOCKING, precheck.Concern.PLATE})
    found = precheck.findings
    new = precheck.Finding(precheck.Concern.INTERNAL, "栏目", "内部", "0" * 64)
    monkeypatch.setattr(precheck, "findings", lambda document: (new, *found(document)[1:]))
    with pytest.raises(DecisionRefused, match="按旧规则"):
        review.decide(catalogue, ready, Verdict.APPROVE, "签发人")
    with pytest.raises(DecisionRefused, match="按旧规则"):
        stops.settle(catalogue, ready, 3, Settlement.KEEP, "保密员", "公车")
    checked = stops.check(catalogue, ready)
    assert checked.renewed == stops.Renewed(former, 1, 1)
    # What was settled and stands there as before stays settled; what blocks by the new rules is open.
    assert [each.rule for each in checked.precheck.open] == ["车牌号"]
    assert stops.check(catalogue, ready).renewed is None
    number = checked.precheck.open[0].number
    stops.settle(catalogue, ready, number, Settlement.KEEP, "保密员", "公车")
    assert review.decide(catalogue, ready, Verdict.APPROVE, "签发人") == 1


@pytest.mark.parametrize("table", ["prechecks", "findings", "settlements", "rules"])
def test_what_was_found_and_settled_is_history(catalogue: Catalogue, id: str, table: str) -> None:
    settle(catalogue, id, 1)
    rows = metadata.tables[table]
    column = next(iter(rows.c))
    for statement in (update(rows).values({column.name: column}), delete(rows)):
        with pytest.raises(IntegrityError, match="only added to"), catalogue.writing() as connection:
            connection.execute(statement)


def taken_over(catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, item: Item, actor: str = "移交") -> Receipt:
    return Intake(catalogue, blobs, sandbox, actor, already_published=True).receive(item)


@pytest.mark.parametrize(
    "item",
    [
        Item(Path("a.txt"), "text"),
        Item(Path("b.txt"), "title", {"title": "关于王某13812345678的通知"}),
        Item(Path("b.txt"), "column", {"column": "公示/王某13812345678"}),
        Item(Path("b.txt"), "url", {"source_url": "http://a.example/x?phone=13812345678"}),
        Item(Path("王某13812345678.txt"), "file name"),
        Item(Path("【机密】通知.txt"), "marked file name"),
        Item(Path("b.txt"), "attachment", {}, (Path("a.txt"),)),
        Item(Path("b.txt"), "attachment's name", {}, (Path("王某_13812345678_表.txt"),)),
    ],
    ids=lambda item: item.source,
)
@pytest.mark.parametrize("before", [False, True])
def test_a_takeover_leaves_what_has_stops_for_review(
    catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, write: Write, intake: Intake, item: Item, before: bool
) -> None:
    for path in (item.path, *item.attachments):
        write(path.name, STOPPED if path.name == "a.txt" else f"关于{path.stem[:2]}的通知\n请落实值班制度。\n")
    folder = write("x.txt", "x").parent
    there = Item(folder / item.path, item.source, item.stated, tuple(folder / each for each in item.attachments))
    if before:
        intake.receive(there)
    received = taken_over(catalogue, blobs, sandbox, there)
    assert received.stops >= 1
    assert "没有公开，等待审查" in received.reason
    assert list(catalogue.public_all()) == []
    assert [each.status for each in catalogue.listed()] == ["waiting"]
    with pytest.raises(DecisionRefused), catalogue.writing() as connection:
        publication.take_over(connection, str(received.document_id), "移交", "既有公开信息")


def test_what_was_settled_is_taken_over_by_another_only(
    catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, id: str, tmp_path: Path
) -> None:
    item = Item(tmp_path / "incoming" / "a.txt", "a")
    settle(catalogue, id, *STOPS)
    review.vouch(catalogue, id, "审查员", "一事一审")
    assert "由保密 员处理" in taken_over(catalogue, blobs, sandbox, item, "保密 员").reason
    refused(catalogue, id, "保密 员", "passes no reviewer", "takeover")
    assert taken_over(catalogue, blobs, sandbox, item).reason == ""
    assert catalogue.public(id).id == id


def test_findings_are_known_again_by_what_was_found_and_where(catalogue: Catalogue, id: str) -> None:
    document = catalogue.newest(id)
    first, second = precheck.findings(document), precheck.findings(document)
    assert first == second
    assert len({each.digest for each in first}) == len(first)
    with catalogue.reading() as connection:
        kept = {row.digest for row in connection.execute(findings.select())}
    assert kept == {each.digest for each in first}
