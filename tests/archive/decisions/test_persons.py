"""Names that are one person's are known as one, by the program and by the database."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.decisions import persons
from tests.archive.decisions.refusals import folded_in_sqlite

ONE = [
    ("张三", "张三 "),
    ("张三", "张\u3000三"),
    ("张三", "\t张三\n"),
    ("张三", "张\u200b三\ufeff"),
    ("Li Wei", "ＬＩ　ｗｅｉ"),
    ("A1", "ａ１"),
    ("Straße", "STRASSE"),
    ("ﬁn", "FIN"),
    ("张三", "张\ufe0f三"),
    ("张三", "张三\u3164"),
    ("张三", "张三\u2800"),
]


@pytest.mark.parametrize(("one", "other"), ONE)
def test_blanks_capitals_and_widths_make_no_other_person(one: str, other: str) -> None:
    assert persons.same(one, other) and persons.same(other, one)


@pytest.mark.parametrize("marked", ["张三。", "张·三", "“张三”", "(张三)", "-张三-"])
def test_points_and_marks_make_no_other_person(marked: str) -> None:
    assert persons.same("张三", marked)


@pytest.mark.parametrize("name", [".", "，", "\u2800", "-", "　"])
def test_marks_alone_are_no_name(name: str) -> None:
    assert persons.written(name) == ""


@pytest.mark.parametrize(("one", "other"), [("张三", "张三丰"), ("张三", "李三"), ("张一三", "张三")])
def test_other_names_are_other_persons(one: str, other: str) -> None:
    assert not persons.same(one, other)


@given(st.text())
def test_a_kept_name_is_the_same_persons_and_is_kept_as_it_is(name: str) -> None:
    kept = persons.written(name)
    assert persons.written(kept) == kept
    assert persons.same(name, kept)


@given(
    st.text(st.sampled_from("张三李AaＡａ1１ \u3000\t\u200b\u00a0")),
    st.text(st.sampled_from("张三李Aaａ1 \u3000")),
)
def test_the_database_folds_kept_names_as_the_program_does(one: str, other: str) -> None:
    folded = f"SELECT {folded_in_sqlite('?')} = {folded_in_sqlite('?')}"
    with sqlite3.connect(":memory:") as database:
        told = database.execute(folded, (persons.written(one), persons.written(other))).fetchone()[0]
    assert bool(told) == persons.same(one, other)
