"""How an engine explains a score: the contract, on every engine."""

from dataclasses import replace
from datetime import date
from typing import Unpack

import pytest

from indexer.asking.parse import parse
from indexer.engine import Engine, SearchRequest, Sort
from indexer.explanation import Explanation, Says
from indexer.fields import LAPSED_PRIOR, WEIGHTS
from indexer.query import Like, Or, Phrase, Query, Synonymous, Text
from tests.indexer.arithmetic import assert_adds_up, steps
from tests.indexer.engines.contract import Asked


def explained(engine: Engine, query: Query, id: str, **asked: Unpack[Asked]) -> dict[str, list[Explanation]]:
    """Group the steps of a hit's explanation by what they say, after checking that they add up to its score."""
    request = SearchRequest(query=query, **asked)
    score = next(hit.score for hit in engine.search(request).hits if hit.id == id)
    explanation = engine.explain(request, id)
    assert explanation is not None
    assert_adds_up(explanation, score)
    found: dict[str, list[Explanation]] = {}
    for step in steps(explanation):
        found.setdefault(step.says, []).append(step)
    return found


def test_a_hit_is_explained_term_by_term(engine: Engine) -> None:
    found = explained(engine, parse("政务公开 报送"), "office")
    assert [word.of for word in found[Says.WORD]] == ["政务公开", "报送"]
    assert "务公" in [gram.of for gram in found[Says.GRAM]]
    frequency, rarity = found[Says.FREQUENCY][0], found[Says.RARITY][0]
    assert frequency.figures["title"] == 1
    assert frequency.figures["others"] == 1
    assert frequency.figures["count"] == WEIGHTS["title"] + 1
    assert (rarity.figures["occurrences"], rarity.figures["documents"]) == (WEIGHTS["title"] + 1, 1)
    assert found[Says.TITLE_SHARE][0].figures["share"] == pytest.approx(4 / 13)
    assert "请各单位做好政务公开工作" in found[Says.PASSAGE][0].of
    assert {"政务公开"} <= {term.of for term in found[Says.HEADING_TERM]}
    assert {"报送"} <= {term.of for term in found[Says.PASSAGE_TERM]}
    assert [prior.value for prior in found[Says.PRIOR]] == [1.0]


def test_what_stands_in_number_and_issuer_is_told_apart(engine: Engine) -> None:
    figures = explained(engine, parse("财政局"), "budget")[Says.FREQUENCY][0].figures
    assert (figures["title"], figures["issuer"], figures["others"]) == (0, 1, 0)
    figures = explained(engine, Text("2018"), "office")[Says.FREQUENCY][0].figures
    assert (figures["number"], figures["others"]) == (1, 1)


def test_a_number_is_explained_by_whose_it_is(engine: Engine) -> None:
    query = parse("云政办发[2018]3号")
    assert [own.of for own in explained(engine, query, "office")[Says.OWN_NUMBER]] == ["云政办发〔2018〕3号"]
    assert Says.CITED_NUMBER in explained(engine, query, "allowance")


def test_a_repealed_document_is_explained_by_its_prior(engine: Engine) -> None:
    assert explained(engine, parse("最低生活保障"), "former")[Says.PRIOR][0].value == LAPSED_PRIOR


def test_the_best_of_a_choice_counts(engine: Engine) -> None:
    said = Synonymous(Text("低保标准"), (Or((Text("低保"), Phrase("最低生活保障", 0.5))), Text("标准")))
    found = explained(engine, said, "allowance")
    phrase = found[Says.PHRASE][0]
    assert [part.says for part in phrase.parts] == [Says.TERMS, Says.WEIGHT]
    # No document contains 低保 itself.
    assert [part.of for part in found[Says.ANY][0].parts] == ["最低生活保障"]
    assert len(found[Says.SYNONYMS]) == 1


def test_conditions_give_nothing_and_are_told(engine: Engine) -> None:
    found = explained(engine, parse("通知 -最低生活保障 机构:办公室 日期:2018"), "office")
    assert [step.of for step in found[Says.CONDITION]] == ["机构:办公室", "日期:2018-01-01..2018-12-31"]
    assert [step.of for step in found[Says.EXCLUDED]] == ["最低生活保障"]


def test_what_answers_in_part_is_explained_by_what_it_has(engine: Engine) -> None:
    found = explained(engine, parse("最低生活保障 航天飞机"), "allowance")
    assert [text.of for text in found[Says.PARTLY][0].parts] == ["最低生活保障"]


def test_what_is_not_read_is_explained_without_a_passage(engine: Engine) -> None:
    assert Says.PASSAGE not in explained(engine, parse("政务公开 报送"), "office", sort=Sort.NEWEST)
    assert Says.PASSAGE in explained(engine, parse("政务公开 报送"), "office", limit=1)


def test_what_is_alike_is_explained_by_the_words_that_tell(engine: Engine) -> None:
    found = explained(engine, Like("allowance"), "former")
    assert [step.of for step in found[Says.LIKE]] == ["allowance"]
    assert len(found[Says.CHARACTERISTIC]) == len(found[Says.WORD]) > 1


def test_only_what_answers_is_explained(engine: Engine) -> None:
    asked = SearchRequest(query=parse("最低生活保障"))
    assert engine.explain(asked, "office") is None
    assert engine.explain(asked, "nobody") is None
    assert engine.explain(replace(asked, hidden=frozenset({"former"})), "former") is None
    assert engine.explain(replace(asked, filters={"genre": frozenset({"公告"})}), "former") is None
    assert engine.explain(replace(asked, since=date(2018, 1, 1).toordinal()), "former") is None
