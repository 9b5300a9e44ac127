"""A result in which several documents make one line, by each engine: nothing is lost, and nothing is found twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from indexer.analyzer import Analyzer
from indexer.asking.parse import parse
from indexer.engine import Answer, Engine, Folds, SearchRequest, Sort
from indexer.fields import entry
from tests.conftest import make_document
from tests.indexer.engines.contract import DOCUMENTS

ID = "d{:02}".format
# Three near-duplicates, a statute with two former versions, and two former versions alone.
FOLDS = Folds({**dict.fromkeys(map(ID, (3, 8, 20)), 0), **dict.fromkeys(map(ID, (5, 6, 7)), 1), ID(30): 2, ID(31): 2})
FOLDS = Folds(FOLDS.groups, frozenset(map(ID, (5, 6, 30, 31))))


@pytest.fixture
def many(make: Callable[[], Engine], analyzer: Analyzer) -> Engine:
    engine = make()
    with engine.rebuilding() as writer:
        for at in range(40):
            text = "供热补贴。" * (1 + at * 7 % 6) + "其他事项另行通知。" * (at * 11 % 10)
            day = date(2010 + at * 3 % 10, 1, 1) if at % 7 else None
            writer.put(
                entry(make_document(ID(at), f"第{at}号通知", text, written_on=day, issuer=f"第{at % 3}局"), analyzer)
            )
        writer.mark(40)
    return engine


def pages(engine: Engine, limit: int, folds: Folds | None, asked: SearchRequest | None = None) -> list[Answer]:
    """Return the pages of a search, to the first empty one."""
    asked = replace(asked or SearchRequest(), query=parse("供热补贴"), limit=limit, folds=folds)
    found: list[Answer] = []
    while not found or found[-1].hits:
        found.append(engine.search(replace(asked, offset=limit * len(found))))
    return found


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("limit", [1, 3, 10, 50])
def test_over_all_pages_each_document_is_there_once(many: Engine, sort: Sort, limit: int) -> None:
    plain = [hit.id for answer in pages(many, 50, None, SearchRequest(sort=sort)) for hit in answer.hits]
    folded = pages(many, limit, FOLDS, SearchRequest(sort=sort))
    lines = [hit for answer in folded for hit in answer.hits]
    assert {(answer.total, answer.folded) for answer in folded} == {(40, 4)}
    assert len(lines) == 36 and all(len(answer.hits) == limit for answer in folded[: 36 // limit])
    told = [id for hit in lines for id in (hit.id, *hit.under)]
    assert sorted(told) == sorted(plain) and len(plain) == 40
    under = {hit.id: hit.under for hit in lines if hit.under}
    # The best of near-duplicates, and of a statute what is no former version.
    best = min(map(ID, (3, 8, 20)), key=plain.index)
    assert set(under) == {best, ID(7)}
    assert [*under[best]] == sorted(set(map(ID, (3, 8, 20))) - {best}, key=plain.index)
    assert [*under[ID(7)]] == sorted(map(ID, (5, 6)), key=plain.index)
    # What does not fold is in the order of before.
    apart = [id for id in plain if id not in FOLDS.groups or id in (ID(30), ID(31))]
    assert [hit.id for hit in lines if hit.id in apart] == apart


def test_counts_of_facets_are_of_documents(many: Engine) -> None:
    (answer, *_), (plain, *_) = (pages(many, 5, each, SearchRequest(facets=("issuer",))) for each in (FOLDS, None))
    assert answer.facets == plain.facets and sum(answer.facets["issuer"].values()) == 40
    assert (plain.folded, [hit.under for hit in plain.hits]) == (0, [()] * 5)


def test_what_is_hidden_or_filtered_out_folds_nothing(many: Engine) -> None:
    without = pages(many, 50, FOLDS, SearchRequest(hidden=frozenset({ID(7), ID(3)})))[0]
    assert (without.total, without.folded) == (38, 1)
    assert {hit.id: hit.under for hit in without.hits if hit.under}.keys() <= {ID(8), ID(20)}
    assert {ID(5), ID(6)} <= {hit.id for hit in without.hits}
    one = pages(many, 50, FOLDS, SearchRequest(filters={"issuer": frozenset({"第2局"})}))[0]
    assert {ID(8), ID(20)} <= {id for hit in one.hits for id in (hit.id, *hit.under)} and one.folded == 1


def test_a_line_stands_where_its_best_document_would(many: Engine) -> None:
    plain = pages(many, 50, None)[0].hits
    lowest = plain[-1].id
    folded = pages(many, 50, Folds({plain[0].id: 0, lowest: 0}, frozenset({plain[0].id})))[0].hits
    assert (folded[0].id, folded[0].under) == (lowest, (plain[0].id,))


def test_folds_of_another_generation_name_what_is_gone(many: Engine) -> None:
    answer = pages(many, 50, Folds({"gone": 0, ID(1): 0}))[0]
    assert (answer.total, answer.folded) == (40, 0)


def test_a_vocabulary_tells_texts_and_values(engine: Engine) -> None:
    vocabulary = engine.vocabulary()
    texts = dict(vocabulary.texts(20))
    assert texts["allowance"] == "最低生活保障标准由县民政局会同县财政局制定"[:20] and len(texts) == len(DOCUMENTS)
    assert texts["undated"] == "水是生命之源。pm2.5监测"
    assert dict(vocabulary.texts(5, {"budget", "nobody"})) == {"budget": "一般公共预"}
    values = {id: tuple(found) for id, found in vocabulary.values("validity").items()}
    assert values == {"allowance": ("现行有效",), "former": ("已废止",)}
