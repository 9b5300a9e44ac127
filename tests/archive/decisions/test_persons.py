"""Names that are one person's are known as one, by the program and by the database."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, text

from archive.decisions import persons
from tests.archive.decisions.refusals import folded
from tests.conftest import NewDatabase

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


@pytest.fixture
def connection(database: NewDatabase) -> Iterator[Connection]:
    engine = create_engine(database().replace("postgresql:", "postgresql+psycopg:", 1))
    with engine.connect() as opened:
        yield opened
    engine.dispose()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.sampled_from("张三李AaＡａ1１ \u3000\t\u200b\u00a0·.-、★☆※（)“”'/￥…")),
    st.text(st.sampled_from("张三李Aaａ1 \u3000•，*")),
)
def test_the_database_folds_kept_names_as_the_program_does(connection: Connection, one: str, other: str) -> None:
    by = connection.dialect.name
    query = text(f"SELECT {folded(':one', by)} = {folded(':other', by)}")
    told = connection.execute(query, {"one": persons.written(one), "other": persons.written(other)}).scalar()
    assert bool(told) == persons.same(one, other)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_every_mark_that_a_kept_name_may_have_is_folded_away(dialect: str) -> None:
    assert persons.written(f"张{persons.MARKS}三★•") == f"张{persons.MARKS}三 ·"
    said = folded("name", dialect)
    assert all(f"char({ord(mark)})" in said or f"\\u{ord(mark):04x}" in said for mark in persons.MARKS)
