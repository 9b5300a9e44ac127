"""The last day on which a document is public (公示期满): after it the public sees it no more, by the calendar alone."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import text

from archive.custody.rebuild import rebuild
from archive.decisions import corrections, publication, review, validity
from archive.document import Verdict
from archive.errors import DecisionRefused, DocumentWithdrawn, DoubtfulValue
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store import publications
from archive.store.catalogue import Catalogue
from tests.conftest import Databases, publish

Write = Callable[[str, str], Path]
TODAY = date(2025, 6, 1)
LAST = date(2025, 6, 30)
AFTER = LAST + timedelta(days=1)
LIST = "云溪县低保对象公示\n序号\t姓名\t金额\n1\t王小明\t300\n2\t李*\t300\n3\t赵某某\t300\n文号 云民发〔2025〕3号\n"


@pytest.fixture(autouse=True)
def clock(catalogue: Catalogue) -> None:
    catalogue.today = lambda: TODAY


@pytest.fixture
def id(intake: Intake, catalogue: Catalogue, write: Write) -> str:
    stated = {"public_until": "2025-06-30", "number": "云民发〔2025〕3号"}
    taken = intake.receive(Item(write("list.txt", LIST), "list", stated))
    with time_machine.travel("2025-06-01T08:00:00+08:00"):
        publish(catalogue, str(taken.document_id))
    return str(taken.document_id)


def test_after_its_last_day_no_reader_finds_it_and_the_original_stays(catalogue: Catalogue, id: str) -> None:
    cursor = catalogue.last_change()
    catalogue.today = lambda: LAST
    validity.turn(catalogue, LAST)
    assert catalogue.public(id).metadata.public_until == LAST
    assert catalogue.hidden_since(cursor) == frozenset() and catalogue.public_count() == 1
    # At midnight, before anything has run.
    catalogue.today = lambda: AFTER
    with pytest.raises(DocumentWithdrawn) as gone:
        catalogue.public(id)
    assert gone.value.reason == "公开期限到 2025-06-30 为止，已满。" and str(gone.value.at.date()) == str(AFTER)
    assert catalogue.public_many([id]) == {} and [*catalogue.public_all()] == []
    assert catalogue.hidden_since(cursor) == {id} and catalogue.public_count() == 0 and catalogue.by_name() == {}
    assert [*publications.numbers(catalogue)] == [] and publications.newest(catalogue, 9) == []
    assert publications.latest(catalogue, 9) == [] and publications.after(catalogue, withdrawn=False) == []
    # A harvester is told that it is gone.
    assert [each.public for each in publications.after(catalogue)] == [False]
    assert catalogue.newest(id).text.startswith("序号") or "王小明" in catalogue.newest(id).text


def test_the_calendar_tells_the_index_and_the_log_once(catalogue: Catalogue, id: str) -> None:
    validity.turn(catalogue, TODAY)
    cursor = catalogue.last_change()
    catalogue.today = lambda: AFTER
    assert validity.turn(catalogue, AFTER) == [id]
    assert [each.document_id for each in catalogue.changes_after(cursor)] == [id]
    (ended,) = [each for each in catalogue.events(id) if each.action == "ended"]
    assert ended.details == {"version": 1, "until": str(LAST)} and ended.actor == "gongkai"
    assert catalogue.hidden_since(catalogue.last_change()) == frozenset()
    catalogue.today = lambda: AFTER + timedelta(days=1)
    assert validity.turn(catalogue, AFTER + timedelta(days=1)) == []
    # A clock that had been ahead is put right.
    catalogue.today = lambda: TODAY
    assert validity.turn(catalogue, TODAY) == [id] and catalogue.public(id).id == id
    assert len([each for each in catalogue.events(id) if each.action == "ended"]) == 1


def test_a_day_that_is_changed_or_taken_away_under_the_seal_publishes_nothing(catalogue: Catalogue, id: str) -> None:
    for value in ("'2099-01-01'", "NULL"):
        with catalogue._engine.connect() as connection, connection.begin():
            if connection.dialect.name == "sqlite":
                connection.execute(text("DROP TRIGGER IF EXISTS versions_no_update"))
            else:
                connection.execute(text("ALTER TABLE versions DISABLE TRIGGER ALL"))
            connection.execute(text(f"UPDATE versions SET public_until = {value}"))  # noqa: S608  # of the test
        catalogue.today = lambda: AFTER
        assert catalogue.public_many([id]) == {}
        catalogue.today = lambda: TODAY
        assert catalogue.public_many([id]) == {}
        with catalogue._engine.connect() as connection, connection.begin():
            connection.execute(text("UPDATE versions SET public_until = '2025-06-30'"))
        assert [*catalogue.public_many([id])] == [id]


def test_an_intake_that_states_less_keeps_the_day(intake: Intake, catalogue: Catalogue, id: str, write: Write) -> None:
    intake.receive(Item(write("list.txt", LIST + "补充一行。\n"), "list"))
    assert catalogue.newest(id).version == 2 and catalogue.newest(id).metadata.public_until == LAST
    with time_machine.travel("2025-06-01T08:00:00+08:00"):
        corrections.correct(catalogue, id, "public_until", "2025-06-20", "李四", "公示期改短")
    intake.receive(Item(write("list.txt", LIST + "又补充一行。\n"), "list"))
    assert catalogue.newest(id).version == 3 and str(catalogue.newest(id).metadata.public_until) == "2025-06-20"


def test_what_has_ended_is_not_published_and_a_past_day_is_asked_about(
    intake: Intake, catalogue: Catalogue, write: Write
) -> None:
    stated = {"public_until": "2025-06-30"}
    id = str(intake.receive(Item(write("late.txt", LIST), "late", stated)).document_id)
    with time_machine.travel("2025-07-01T08:00:00+08:00"):
        with pytest.raises(DecisionRefused, match="公开截止日期 2025-06-30 已经过去"):
            publish(catalogue, id)
        with catalogue.writing() as connection, pytest.raises(DecisionRefused, match="公开截止日期"):
            publication.take_over(connection, id, "赵六", "门户已经公开")
        with pytest.raises(DoubtfulValue, match="已经过去"):
            corrections.correct(catalogue, id, "public_until", "2025-06-29", "李四", "看错")
        corrections.correct(catalogue, id, "public_until", "2025-07-31", "李四", "延长公示")
        publish(catalogue, id)
    assert str(catalogue.public(id).metadata.public_until) == "2025-07-31"


def test_a_withdrawal_afterwards_says_its_own_reason(catalogue: Catalogue, id: str) -> None:
    catalogue.today = lambda: AFTER
    review.decide(catalogue, id, Verdict.WITHDRAW, "王五", "名单有误")
    with pytest.raises(DocumentWithdrawn) as gone:
        catalogue.public(id)
    assert gone.value.reason == "名单有误"


def test_a_rebuilt_catalogue_knows_the_day(catalogue: Catalogue, id: str, tmp_path: Path, databases: Databases) -> None:
    catalogue.close()
    empty = Catalogue(databases.new(tmp_path / "rebuilt.sqlite3"), tmp_path, lambda: TODAY, empty=True)
    rebuild(empty)
    assert empty.public(id).metadata.public_until == LAST
    empty.today = lambda: AFTER
    assert empty.public_many([id]) == {}
    empty.close()
