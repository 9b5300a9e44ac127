"""The list of publications, in the order of their last change."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TypedDict, Unpack

import pytest

from archive.decisions import review, validity
from archive.document import Validity, Verdict
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store import publications
from archive.store.catalogue import Catalogue
from tests.conftest import Installation, publish
from web.installation.services import Services, open_services


@pytest.fixture
def opened(tmp_path: Path, installation: Installation) -> Iterator[Services]:
    services = open_services(installation(tmp_path / "data"))
    yield services
    services.close()


def taken(services: Services, folder: Path, *names: str) -> list[str]:
    ids: list[str] = []
    with Sandbox() as sandbox:
        for name in names:
            path = folder / f"{name}.txt"
            path.write_text(f"云溪县{name}办法\n\n正文{name}。\n", encoding="utf-8")
            stated = {"column": f"公开/{name}", "number": f"云政发〔2019〕{len(ids) + 1}号"}
            outcome = Intake(services.catalogue, services.blobs, sandbox, "收文员").receive(Item(path, name, stated))
            ids.append(str(outcome.document_id))
    return ids


class Wanted(TypedDict, total=False):
    """Conditions that narrow the list."""

    limit: int
    column: str
    since: datetime
    until: datetime
    withdrawn: bool


def seen(catalogue: Catalogue, after: int = 0, **wanted: Unpack[Wanted]) -> list[tuple[str, bool]]:
    return [(each.id, each.public) for each in publications.after(catalogue, after, **wanted)]


def test_who_goes_on_after_a_place_misses_nothing_and_sees_what_is_gone(opened: Services, tmp_path: Path) -> None:
    one, two, three = taken(opened, tmp_path, "甲", "乙", "丙")
    catalogue = opened.catalogue
    publish(catalogue, one)
    publish(catalogue, two)
    first = publications.after(catalogue)
    assert [each.id for each in first] == [one, two]
    place = first[-1].sequence
    assert seen(catalogue, place) == []
    # A document that changes during a harvest moves to the end.
    validity.record(catalogue, one, Validity.REPEALED, "经办人", "新办法", date(2020, 1, 1))
    publish(catalogue, three)
    review.decide(catalogue, two, Verdict.WITHDRAW, "审查员", "含个人信息")
    assert seen(catalogue, place) == [(one, True), (three, True), (two, False)]
    assert seen(catalogue) == seen(catalogue, place)
    assert seen(catalogue, withdrawn=False) == [(one, True), (three, True)]
    assert seen(catalogue, limit=1) == [(one, True)]
    assert publications.last(catalogue)[0] == publications.after(catalogue)[-1].sequence


def test_a_hidden_document_leaves_no_trace_in_the_order(opened: Services, tmp_path: Path) -> None:
    one, two = taken(opened, tmp_path, "甲", "乙")
    publish(opened.catalogue, one)
    before = publications.last(opened.catalogue)
    review.decide(opened.catalogue, two, Verdict.REJECT, "审查员", "内部资料")
    validity.record(opened.catalogue, two, Validity.REPEALED, "经办人", "依据", date(2020, 1, 1))
    assert publications.last(opened.catalogue) == before
    assert publications.of(opened.catalogue, two) is None
    assert seen(opened.catalogue) == [(one, True)]
    assert [number for number, _, _ in publications.numbers(opened.catalogue)] == ["云政发〔2019〕1号"]


def test_a_column_has_its_own_at_either_level_and_keeps_what_is_gone(opened: Services, tmp_path: Path) -> None:
    one, two = taken(opened, tmp_path, "甲", "乙")
    publish(opened.catalogue, one)
    publish(opened.catalogue, two)
    review.decide(opened.catalogue, two, Verdict.WITHDRAW, "审查员", "含个人信息")
    assert seen(opened.catalogue, column="公开/甲") == [(one, True)]
    assert seen(opened.catalogue, column="公开/乙") == [(two, False)]
    assert seen(opened.catalogue, column="公开") == [(one, True), (two, False)]
    assert seen(opened.catalogue, column="公") == seen(opened.catalogue, column="公开/%") == []


def test_bounds_of_time_include_their_seconds(opened: Services, tmp_path: Path) -> None:
    (one,) = taken(opened, tmp_path, "甲")
    publish(opened.catalogue, one)
    at = publications.after(opened.catalogue)[0].at
    second = at.replace(microsecond=0)
    assert seen(opened.catalogue, since=second, until=second) == [(one, True)]
    assert seen(opened.catalogue, since=second.replace(year=second.year + 1)) == []
    assert seen(opened.catalogue, until=second.replace(year=second.year - 1)) == []
    assert publications.first_at(opened.catalogue) == at


def test_places_cut_the_order_into_pages(opened: Services, tmp_path: Path) -> None:
    assert publications.places(opened.catalogue, 2) == [0]
    for id in taken(opened, tmp_path, "甲", "乙", "丙", "丁"):
        publish(opened.catalogue, id)
    order = publications.after(opened.catalogue)
    assert publications.places(opened.catalogue, 2) == [0, order[1].sequence]
    assert publications.places(opened.catalogue, 3) == [0, order[2].sequence]
    assert publications.places(opened.catalogue, 4) == [0]


def test_the_public_versions_of_a_document_are_those_since_it_was_last_withdrawn(
    opened: Services, tmp_path: Path
) -> None:
    (one,) = taken(opened, tmp_path, "甲")
    publish(opened.catalogue, one)
    review.decide(opened.catalogue, one, Verdict.WITHDRAW, "审查员", "含个人信息")
    assert publications.approved_versions(opened.catalogue, one) == []
    with Sandbox() as sandbox:
        (tmp_path / "甲.txt").write_text("云溪县甲办法\n\n更正的正文。\n", encoding="utf-8")
        Intake(opened.catalogue, opened.blobs, sandbox, "收文员").receive(Item(tmp_path / "甲.txt", "甲", {}))
    assert publications.approved_versions(opened.catalogue, one) == []
    publish(opened.catalogue, one)
    assert [each.version for each in publications.approved_versions(opened.catalogue, one)] == [2]
