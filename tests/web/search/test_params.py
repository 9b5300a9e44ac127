"""Converting search forms to addresses and back."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.urls import iri_to_uri

from archive.plain import one_line
from indexer import facets
from indexer.engine import Sort
from web.http.parameters import BadParameter
from web.search.params import MAX_PER_PAGE, SearchForm, read


def test_a_form_is_read_from_its_parameters() -> None:
    form = read(
        MultiDict(
            [
                ("q", " 预算\x00 "),
                ("genre", "通知"),
                ("genre", "公告"),
                ("genre", "通知"),
                ("year", ""),
                ("from", "2019-01-01"),
                ("to", "2019-12-31"),
                ("sort", "newest"),
                ("page", "3"),
                ("utm", "x"),
            ]
        )
    )
    assert form == SearchForm(
        q="预算",
        filters={"genre": ("通知", "公告")},
        since=date(2019, 1, 1),
        until=date(2019, 12, 31),
        sort=Sort.NEWEST,
        page=3,
    )


def test_days_are_typed_in_plain_fields() -> None:
    def days(**typed: str) -> tuple[date | None, date | None]:
        form = read(MultiDict(typed))
        return form.since, form.until

    assert days(from_year="2019", from_month="3", to_year="２０２０") == (date(2019, 3, 1), date(2020, 12, 31))
    assert days(to_year="2020", to_month="2") == (None, date(2020, 2, 29))
    assert days(from_year="2019", from_month="03", from_day="09", from_="x") == (date(2019, 3, 9), None)
    assert days(from_year=" ", from_month="") == (None, None)
    for typed in (
        {"from_month": "3"},
        {"from_year": "2019", "from_day": "3"},
        {"to_year": "2019", "to_month": "13"},
        {"to_year": "今年"},
        {"from_year": "2019", "from_month": "2", "from_day": "30"},
    ):
        with pytest.raises(BadParameter, match="月、日可以不写"):
            read(MultiDict(typed))


# What a form holds has no invisible characters, some of which are letters.
TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=8).filter(
    lambda text: one_line(text) == text
)
FORMS = st.builds(
    SearchForm,
    q=TEXTS,
    filters=st.dictionaries(
        st.sampled_from(facets.NAMES), st.lists(TEXTS, min_size=1, max_size=3, unique=True).map(tuple)
    ),
    since=st.none() | st.dates(date(1950, 1, 1), date(2000, 1, 1)),
    until=st.none() | st.dates(date(2001, 1, 1), date(2030, 1, 1)),
    sort=st.none() | st.sampled_from(Sort),
    page=st.integers(1, 100),
    per_page=st.integers(1, MAX_PER_PAGE),
)


@given(FORMS)
def test_an_address_read_back_is_the_form(form: SearchForm) -> None:
    assert read(MultiDict(form.pairs())) == form
    assert iri_to_uri(form.address()) == form.address()


@given(FORMS, TEXTS)
def test_switching_a_value_twice_leads_back(form: SearchForm, value: str) -> None:
    # Choosing one level of a facet deselects the other for good, so these cases are left out.
    chosen = (each for each in form.filters.get("genre", ()) if each != value)
    assume(not any(f"{each}/".startswith(f"{value}/") or f"{value}/".startswith(f"{each}/") for each in chosen))
    twice = form.toggled("genre", value).toggled("genre", value)
    assert set(twice.filters.get("genre", ())) == set(form.filters.get("genre", ()))
    assert form.toggled("genre", value).page == 1


def test_a_second_level_replaces_its_first_level_and_the_other_way_round() -> None:
    form = SearchForm(filters={"column": ("甲", "乙")})
    inner = form.toggled("column", "甲/一")
    assert inner.filters["column"] == ("乙", "甲/一")
    assert inner.toggled("column", "甲/二").filters["column"] == ("乙", "甲/一", "甲/二")
    assert inner.toggled("column", "甲").filters["column"] == ("乙", "甲")


def test_without_words_the_newest_stand_first() -> None:
    assert SearchForm().order is Sort.NEWEST
    assert SearchForm(q="预算").order is Sort.RELEVANCE
    assert SearchForm(q="预算", sort=Sort.OLDEST).order is Sort.OLDEST


@pytest.mark.parametrize("values", [[str(at) for at in range(21)], ["长" * 101]])
def test_a_facet_takes_only_so_many_values(values: list[str]) -> None:
    with pytest.raises(BadParameter, match="genre"):
        read(MultiDict([("genre", value) for value in values]))


@pytest.mark.parametrize("page", ["0", "-1", "1000000000", "99999999999999999999", "1.5", "one", "１", "²"])
def test_a_bad_page_is_refused(page: str) -> None:
    with pytest.raises(BadParameter, match="页码"):
        read(MultiDict([("page", page)]))
