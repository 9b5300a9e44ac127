"""Measures of search quality. Expected values are worked out by hand from the definitions."""

from math import log2

import pytest

from indexer.judging.measures import ALL, NDCG, Run, chance_of, differences, per_query, run, scores
from indexer.judging.queries import Judged

pytest.importorskip("ir_measures", reason="ir-measures is not installed")


def done(queries: list[Judged], ranked: dict[str, list[str]], took: float = 1.0) -> Run:
    return Run({query.id: query.text for query in queries}, ranked, dict.fromkeys(ranked, took))


@pytest.mark.parametrize(
    ("relevant", "ranked", "expected"),
    [
        ({"a": 1}, ["a", "b"], {"Success@1": 1, "RR": 1, NDCG: 1, "R@100": 1}),
        ({"a": 1}, ["x", "a"], {"Success@1": 0, "Success@3": 1, "RR": 1 / 2, NDCG: 1 / log2(3)}),
        ({"a": 1}, ["x", "x2", "x3", "a"], {"Success@3": 0, "Success@5": 1, "RR": 1 / 4}),
        ({"a": 1, "b": 1}, ["a"], {NDCG: 1 / (1 + 1 / log2(3)), "R@100": 1 / 2}),
        # The document with the better grade comes second.
        ({"a": 3, "b": 1}, ["b", "a"], {NDCG: (1 + 3 / log2(3)) / (3 + 1 / log2(3)), "Success@1": 1}),
        ({"a": 1}, [f"x{at}" for at in range(100)] + ["a"], {"R@100": 0, "RR": 0}),
        ({"a": 1}, [], {"Success@5": 0, "RR": 0, NDCG: 0, "R@100": 0}),
    ],
)
def test_a_ranking_is_worth_what_the_definitions_say(
    relevant: dict[str, int], ranked: list[str], expected: dict[str, float]
) -> None:
    query = Judged("q", "问", "words", relevant)
    values = per_query([query], done([query], {"q": ranked}))["q"]
    assert {name: values[name] for name in expected} == pytest.approx(expected)


def test_classes_are_apart_and_exact_ones_have_recall_and_precision() -> None:
    queries = [
        Judged("1", "甲", "words", {"a": 1}),
        Judged("2", "乙", "words", {"b": 1}),
        Judged("3", "丙", "lay", {"c": 1}),
        Judged("4", "丁", "quoted", {"a": 1, "b": 1}),
        Judged("5", "戊", "quoted", {"c": 1}),
    ]
    found = scores(queries, done(queries, {"1": ["a"], "2": ["a"], "3": ["c"], "4": ["a"], "5": ["c", "d"]}))
    assert {kind: each.queries for kind, each in found.items()} == {"words": 2, "lay": 1, "quoted": 2, ALL: 3}
    assert found["words"].values["Success@1"] == 0.5
    assert found["words"].recall is None
    assert found["quoted"].recall == pytest.approx((1 / 2 + 1) / 2)
    assert found["quoted"].precision == pytest.approx((1 + 1 / 2) / 2)
    assert not found["quoted"].values
    assert found[ALL].values["Success@1"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("took", "p50", "p95"),
    [([7.0], 7, 7), ([1.0, 2.0], 2, 1.95), ([float(each) for each in range(1, 102)], 51, 96)],
)
def test_times_are_never_over_the_slowest(took: list[float], p50: float, p95: float) -> None:
    queries = [Judged(str(at), "问", "words", {"a": 1}) for at in range(len(took))]
    asked = {query.id: query.text for query in queries}
    each = scores(queries, Run(asked, {id: ["a"] for id in asked}, dict(zip(asked, took, strict=True))))["words"]
    assert (each.p50, each.p95) == pytest.approx((p50, p95))


def test_classes_that_count_all_answers_are_asked_for_all() -> None:
    limits: dict[str, int] = {}

    def search(text: str, limit: int) -> list[str]:
        limits[text] = limit
        return ["a"]

    queries = [Judged("1", "甲", "words", {"a": 1}), Judged("2", "乙", "substring", {"a": 1})]
    ran = run(search, queries, 5000)
    assert limits == {"甲": 100, "乙": 5000}
    assert ran.asked == {"1": "甲", "2": "乙"}
    assert ran.ranked == {"1": ["a"], "2": ["a"]}
    assert all(ran.took[id] >= 0 for id in ("1", "2"))


def test_runs_differ_by_class_with_who_won_and_lost() -> None:
    queries = [
        Judged("1", "同", "words", {"a": 1}),
        # The same text with other judgements is another query.
        Judged("2", "同", "words", {"b": 1}),
        Judged("3", "别", "lay", {"c": 1}),
        Judged("4", "引", "quoted", {"c": 1}),
    ]
    before = done(queries, {"1": [], "2": [], "3": ["c"], "4": []})
    now = done(queries, {"1": ["a"], "2": ["b"], "3": ["x", "c"], "4": ["c"]})
    found = differences(queries, now, before)
    assert {kind: each.queries for kind, each in found.items()} == {"words": 2, "lay": 1, ALL: 3}
    assert found["words"].gain == 1
    assert found["words"].won == [("同", 1.0), ("同", 1.0)]
    assert found["lay"].gain == pytest.approx(1 / log2(3) - 1)
    assert [text for text, _ in found[ALL].lost] == ["别"]


def test_a_query_is_not_compared_with_another_of_its_id() -> None:
    one, other = Judged("title-0", "甲", "title", {"a": 1}), Judged("title-0", "乙", "title", {"a": 1})
    assert differences([one], done([one], {"title-0": ["a"]}), done([other], {"title-0": []})) == {}


def test_chance_tells_a_steady_gain_from_luck() -> None:
    assert chance_of([0.0] * 10) == 1
    # With ten equal gains, 2 of the 1,024 ways to choose their signs give a mean as far from zero.
    assert chance_of([0.1] * 10) == pytest.approx(2 / 1024, abs=0.003)
    assert chance_of([0.1] * 40) < 0.001
    assert chance_of([0.5, -0.5, 0.3, -0.3]) == 1
    assert chance_of([0.1, -0.1, 0.2]) > 0.3
