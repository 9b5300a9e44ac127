"""Recording whether a document is in force, and how that changes with the calendar."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.decisions import validity
from archive.document import Validity
from archive.errors import DecisionRefused, UnknownDocument
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store.catalogue import Catalogue
from archive.store.tables import validities
from tests.conftest import publish

TODAY = date(2025, 6, 1)


@pytest.fixture
def id(intake: Intake, catalogue: Catalogue, write: Callable[[str, str], Path]) -> str:
    catalogue.today = lambda: TODAY
    item = Item(write("a.txt", "云溪县供热管理办法\n第一条 为规范供热制定。\n"), "a", {"validity": "现行有效"})
    id = str(intake.receive(item).document_id)
    publish(catalogue, id)
    return id


def test_what_a_person_records_shows_from_its_day_on(catalogue: Catalogue, id: str) -> None:
    cursor = catalogue.last_change()
    validity.record(catalogue, id, Validity.REPEALED, "法制科", "云政发〔2025〕3号", TODAY + timedelta(days=1))
    assert catalogue.public(id).metadata.validity is Validity.IN_FORCE
    assert catalogue.hidden_since(cursor) == {id}
    catalogue.today = lambda: TODAY + timedelta(days=1)
    assert catalogue.public(id).metadata.validity is Validity.REPEALED
    assert catalogue.newest(id).metadata.validity is Validity.REPEALED
    assert [document.metadata.validity for document in catalogue.public_all()] == [Validity.REPEALED]


def test_a_document_turns_on_its_day_and_once(catalogue: Catalogue, id: str) -> None:
    assert validity.turn(catalogue, TODAY) == []
    validity.record(catalogue, id, Validity.IN_FORCE, "法制科", "续期", TODAY, until=TODAY + timedelta(days=9))
    cursor = catalogue.last_change()
    assert validity.turn(catalogue, TODAY + timedelta(days=9)) == []
    assert validity.turn(catalogue, TODAY + timedelta(days=30)) == [id]
    assert [change.document_id for change in catalogue.changes_after(cursor)] == [id]
    assert validity.turn(catalogue, TODAY + timedelta(days=30)) == []


def test_a_clock_that_was_put_back_turns_nothing(catalogue: Catalogue, id: str) -> None:
    validity.turn(catalogue, TODAY)
    validity.record(catalogue, id, Validity.REPEALED, "法制科", "废止", TODAY + timedelta(days=5))
    assert validity.turn(catalogue, TODAY - timedelta(days=3650)) == []
    assert validity.turn(catalogue, TODAY + timedelta(days=5)) == [id]


def test_a_clock_that_had_been_ahead_turns_back_what_it_had_turned(catalogue: Catalogue, id: str) -> None:
    validity.turn(catalogue, TODAY)
    validity.record(catalogue, id, Validity.REPEALED, "法制科", "废止", TODAY + timedelta(days=5))
    ahead = TODAY + timedelta(days=3650)
    assert validity.turn(catalogue, ahead) == [id]
    assert validity.turn(catalogue, TODAY) == [id]
    assert validity.turn(catalogue, TODAY + timedelta(days=5)) == [id]


@pytest.mark.parametrize(
    ("person", "reason", "until"),
    [(" ", "废止", None), ("法制科", " ", None), ("法制科", "续期", TODAY - timedelta(days=1))],
)
def test_a_record_without_person_reason_or_sense_is_refused(
    catalogue: Catalogue, id: str, person: str, reason: str, until: date | None
) -> None:
    with pytest.raises(DecisionRefused):
        validity.record(catalogue, id, Validity.IN_FORCE, person, reason, TODAY, until)
    with catalogue.reading() as connection:
        assert not connection.execute(select(validities)).all()


def test_unknown_documents_are_unknown(catalogue: Catalogue, id: str) -> None:
    with pytest.raises(UnknownDocument):
        validity.record(catalogue, "nobody", Validity.REPEALED, "法制科", "废止", TODAY)
    with pytest.raises(UnknownDocument):
        validity.record(catalogue, id, Validity.REPEALED, "法制科", "废止", TODAY, by_id="nobody")
