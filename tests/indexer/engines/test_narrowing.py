"""Filters, facets, days, orders and pages: the contract, on every engine."""

from datetime import date

from indexer.engine import Engine, SearchRequest, Sort
from tests.indexer.engines.contract import found


def test_facets_count_without_their_own_filter(engine: Engine) -> None:
    chosen = {"genre": frozenset({"公告"})}
    answer = engine.search(SearchRequest(filters=chosen, facets=("genre", "year", "issuer")))
    assert answer.total == 1
    assert answer.facets["genre"] == {"公告": 1, "通知": 3, "倡议": 1}
    assert answer.facets["year"] == {"2019": 1}


def test_values_of_one_facet_mean_or_and_facets_mean_and(engine: Engine) -> None:
    both = {"genre": frozenset({"公告", "倡议"})}
    assert engine.search(SearchRequest(filters=both)).total == 2
    assert engine.search(SearchRequest(filters={**both, "year": frozenset({"2019"})})).total == 1


def test_a_two_level_facet_counts_both_levels(engine: Engine) -> None:
    counts = engine.search(SearchRequest(facets=("column",))).facets["column"]
    assert counts["法定主动公开内容"] == 3
    assert counts["法定主动公开内容/规范性文件"] == 2
    assert counts["政府信息公开制度"] == 1


def test_several_issuers_are_several_values(engine: Engine) -> None:
    counts = engine.search(SearchRequest(facets=("issuer",))).facets["issuer"]
    assert counts["云溪县人民政府"] == 3
    assert counts["云溪县人民政府办公室"] == 1


def test_an_unknown_value_is_no_error(engine: Engine) -> None:
    assert engine.search(SearchRequest(filters={"genre": frozenset({"没有"})})).total == 0


def test_a_range_of_days_includes_its_ends(engine: Engine) -> None:
    day = date(2019, 2, 1).toordinal()
    assert found(engine, "", since=day, until=day) == ["budget"]
    assert set(found(engine, "", since=day)) == {"budget", "allowance"}
    assert set(found(engine, "", until=day)) == {"budget", "former", "office"}


def test_orders_by_day_put_the_unknown_last(engine: Engine) -> None:
    assert found(engine, "", sort=Sort.NEWEST) == ["allowance", "budget", "office", "former", "undated"]
    assert found(engine, "", sort=Sort.OLDEST) == ["former", "office", "budget", "allowance", "undated"]


def test_pages_neither_repeat_nor_skip(engine: Engine) -> None:
    whole = found(engine, "")
    pages = [found(engine, "", offset=at, limit=2) for at in (0, 2, 4)]
    assert [id for page in pages for id in page] == whole
    assert found(engine, "", offset=500) == []


def test_hidden_documents_are_in_no_hit_and_no_count(engine: Engine) -> None:
    answer = engine.search(SearchRequest(facets=("genre",), hidden=frozenset({"office", "nobody"})))
    assert answer.total == 4
    assert "office" not in [hit.id for hit in answer.hits]
    assert answer.facets["genre"]["通知"] == 2
