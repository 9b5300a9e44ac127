"""Outcomes: the rows of both forms, the tree to them, and what each letter needs; and the fees."""

import doctest
from datetime import date

import pytest

from archive.registers.requests import fees, outcomes
from archive.registers.requests.fees import Basis
from archive.registers.requests.outcomes import ANSWERS, FORMS, TREE, Content, Remedy, Row, form, read_row

# Each answer with its row, the text on remedies, and what its letter must contain.
LETTERS = """
public       R03   B WAY
provided     R03   B INFORMATION
partly       R04   A OPEN_PART,REASONS
secret       R05   A REASONS
forbidden    R06   A LAW,REASONS
security     R07   A REASONS
third-party  R08   A REASONS
internal     R09   A REASONS
process      R10   A REASONS
case-file    R11   A REASONS
enquiry      R12   B LAW
absent       R13   B SEARCH
elsewhere    R13   B REASONS,ORGAN
not-made     R14   B REASONS
unclear      R15   B REASONS
petition     R16   B CHANNEL
repeated     R17   B EARLIER
publication  R18   B WHERE
excessive    R19   B REASONS
reissue      R20   B REASONS
other        R21.3 B REASONS
abandoned    R21.1 B -
unpaid       R21.2 B -
withdrawn    R21.3 B -
"""


@pytest.mark.parametrize("line", LETTERS.strip().splitlines(), ids=lambda line: line.split()[0])
def test_an_answer_has_its_row_and_contents(line: str) -> None:
    id, row, remedy, contents = line.split()
    answer = ANSWERS[id]
    assert (answer.row, answer.remedy) == (row, remedy)
    assert [each.name for each in answer.needs] == ([] if contents == "-" else contents.split(","))
    assert answer.article
    # Each thing it needs is missed by itself, also where blanks stand for it.
    whole = {each: "写明" for each in answer.needs}
    assert answer.lacks(whole) == []
    for each in answer.needs:
        assert answer.lacks({**whole, each: " \n"}) == [each]


def test_the_answers_are_all_and_lead_to_every_row() -> None:
    assert [line.split()[0] for line in LETTERS.strip().splitlines()] == list(ANSWERS)
    assert {answer.row for answer in ANSWERS.values()} == set(Row)
    assert {answer.row for answer in ANSWERS.values() if answer.remedy is Remedy.REVIEW_FIRST} == {
        Row(f"R{number:02}") for number in range(4, 12)
    }


def test_the_tree_leads_once_to_each_answer_that_is_a_letter() -> None:
    ends = [path[-1] for path in TREE.paths()]
    assert sorted(ends) == sorted(id for id, answer in ANSWERS.items() if answer.by_letter)
    assert len(ends) == len(set(ends))


def test_the_forms_have_23_and_25_lines() -> None:
    assert [line.code for line in FORMS[2019]] == [f"R{number:02}" for number in range(1, 24)]
    assert len(FORMS[2021]) == 25
    assert [line.code for line in FORMS[2021][20:]] == ["R21.1", "R21.2", "R21.3", "R22", "R23"]
    for lines in FORMS.values():
        counted = [row for line in lines for row in line.rows]
        assert sorted(counted) == sorted(Row)
    assert (form(2018), form(2019), form(2020)) == (None, FORMS[2019], FORMS[2019])
    assert form(2021) == form(2026) == FORMS[2021]


@pytest.mark.parametrize(
    ("typed", "row"),
    [
        ("R03", Row.OPEN),
        ("r3", Row.OPEN),
        ("行R13", Row.NOT_HELD),
        ("R21", Row.OTHER),
        ("R21.1", Row.ABANDONED),
        *(
            (wrong, None)
            for wrong in ("", "R", "R00", "R01", "R02", "R22", "R23", "R21.4", "3", "R3.1", "予以公开", "R٣")
        ),
    ],
)
def test_a_typed_row_is_one_of_the_results(typed: str, row: Row | None) -> None:
    assert read_row(typed) is row


def test_the_examples_hold() -> None:
    for module in (outcomes, fees):
        assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("count", "cost"),
    [(0, 0), (10, 0), (11, 100), (30, 2000), (31, 2200), (35, 3000), (40, 4000), (41, 4300), (51, 7400)],
)
def test_fees_by_items_of_a_month(count: int, cost: int) -> None:
    assert fees.by_items(count) == cost


@pytest.mark.parametrize(
    ("count", "cost"), [(0, 0), (30, 0), (31, 10), (100, 700), (101, 720), (200, 2700), (201, 2740), (250, 4700)]
)
def test_fees_by_pages(count: int, cost: int) -> None:
    assert fees.by_pages(count) == cost


def test_nothing_was_charged_before_2021() -> None:
    assert fees.fee(Basis.PAGES, 250, date(2020, 12, 31)) == 0
    assert fees.fee(Basis.PAGES, 250, date(2021, 1, 1)) == 4700
    assert fees.fee(Basis.ITEMS, 31, date(2021, 1, 1)) == 200


def test_what_a_letter_asks_for_is_said_in_chinese() -> None:
    assert all(not each.value.isascii() for each in Content)
