"""Interpreting a search: what is added to what was typed, and what is never added."""

import pytest

from indexer.analyzer import Analyzer
from indexer.asking.interpret import OTHER_WORDS, Expansion, interpret
from indexer.asking.synonyms import PACKAGED, Synonyms
from indexer.engine import SearchRequest
from indexer.engines.memory import MemoryEngine
from indexer.fields import entry
from indexer.query import And, Or, Part, Phrase, Query, Synonymous, Text, Within
from tests.conftest import make_document

SYNONYMS = Synonyms.load(PACKAGED)
ALLOWANCE = Phrase("最低生活保障", OTHER_WORDS, "低保")


@pytest.mark.parametrize(
    ("typed", "others"),
    [
        ("低保", {"低保": "最低生活保障"}),
        ("怎么申请低保", {"低保": "最低生活保障"}),
        ("低保 OR 临时救助", {"低保": "最低生活保障"}),
        ("第14次常务会议", {"第14次": "第十四次"}),
        ("第十次会议", {"第十次": "第10次"}),
        ("条例第三十三条", {"第三十三条": "第33条"}),
        # These are meant literally.
        ("“低保”", {}),
        ("-低保", {}),
        ("标题:低保", {}),
        ("云政发〔2019〕6号", {}),
        ("临沂", {}),
        ("决算", {"决算": "预决算"}),
        ("复议", {"复议": "行政复议"}),
        ("补助12,000元", {"12,000元": "12000元"}),
        ("二十个工作日内答复", {"二十个工作日": "20个工作日"}),
        ("37摄氏度", {"37摄氏度": "37℃"}),
        ("统一年限", {}),
        ("近三年", {}),
        ("“二十个工作日”", {}),
        ("2019年预算", {"2019年": "二〇一九年", "预算": "预决算"}),
        # Words within longer ones.
        ("暖气费", {"暖气": "供热"}),
        ("养狗办证", {"养狗办证": "犬只登记"}),
        ("县计生委", {"计生委": "卫生健康局"}),
        ("卫计委", {"卫计委": "卫生健康局"}),
        ("云溪县大数据局", {"大数据局": "数据局"}),
        ("预算法", {}),
        # Abbreviations.
        ("GDP增速", {"gdp": "国内生产总值"}),
        ("国内生产总值", {"国内生产总值": "GDP"}),
        ("10公里", {"10公里": "10km"}),
        ("三月十五日", {"三月十五日": "3月15日"}),
        ("PM10浓度", {"pm10": "可吸入颗粒物"}),
        ("“12,000”", {}),
        ("-12000", {}),
    ],
)
def test_words_are_expanded_and_nothing_else(typed: str, others: dict[str, str], analyzer: Analyzer) -> None:
    meaning = interpret(typed, SYNONYMS, analyzer)
    found = {each.word: each.others for each in meaning.expansions}
    assert set(found) == set(others)
    assert all(other in found[word] for word, other in others.items())
    assert interpret(typed, SYNONYMS, analyzer, literal=True).expansions == ()


def test_a_word_that_is_repeated_is_wanted_once(analyzer: Analyzer) -> None:
    match interpret("八点半" * 60, SYNONYMS, analyzer).query:
        case Synonymous(_, pieces):
            assert len(pieces) == 1
        case query:
            pytest.fail(str(query))


def test_an_article_is_found_however_its_number_is_written(analyzer: Analyzer) -> None:
    spellings = {"第101条", "第一百零一条", "第一百〇一条", "第一〇一条"}
    for typed in (*spellings, "第一○一条", "第１０１条"):
        (expansion,) = interpret(f"条例{typed}", SYNONYMS, analyzer).expansions
        assert {expansion.word, *expansion.others} == spellings


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("机构:环保局", "生态环境局"),
        ("机构:县环保局", "县生态环境局"),
        ("机构:国办", "国务院办公厅"),
        ("机构:县府办", "县人民政府办公室"),
    ],
)
def test_an_agency_is_found_under_its_other_names(typed: str, other: str, analyzer: Analyzer) -> None:
    query = interpret(typed, SYNONYMS, analyzer).query
    assert isinstance(query, Or)
    assert Within(Part.ISSUER, other) in query.parts
    assert query.parts[0] == Within(Part.ISSUER, typed.partition(":")[2])


def test_a_text_stands_as_typed_or_piece_by_piece(analyzer: Analyzer) -> None:
    meaning = interpret("低保标准", SYNONYMS, analyzer)
    assert meaning.expansions == (Expansion("低保", ("最低生活保障",)),)
    assert meaning.query == Synonymous(Text("低保标准"), (Or((Text("低保"), ALLOWANCE)), Text("标准")))


def found(query: Query, analyzer: Analyzer) -> tuple[list[str], bool]:
    """Return the titles that a search finds among two, and whether it is relaxed."""
    engine = MemoryEngine(analyzer)
    with engine.rebuilding() as writer:
        for title in ("云溪县年报", "云溪县去年预算"):
            writer.put(entry(make_document(title, title), analyzer))
    answer = engine.search(SearchRequest(query=query))
    return [hit.id for hit in answer.hits], answer.relaxed


@pytest.mark.parametrize("typed", ["去年年报", "去年 年报", "最新年报", "现行有效的年报 近三年", "今年上半年年报"])
def test_what_narrows_a_search_need_not_occur(analyzer: Analyzer, typed: str) -> None:
    meaning = interpret(typed, SYNONYMS, analyzer)
    assert meaning.aside
    assert found(meaning.query, analyzer) == (["云溪县年报"], False)
    literal = interpret(typed, SYNONYMS, analyzer, literal=True)
    assert not literal.aside and found(literal.query, analyzer)[1]


@pytest.mark.parametrize("typed", ["今年", "最新 去年", "今年轻人", "“去年” 云溪", "-今年 云溪"])
def test_what_narrows_nothing_is_wanted_as_it_stands(analyzer: Analyzer, typed: str) -> None:
    meaning = interpret(typed, SYNONYMS, analyzer)
    assert meaning.aside == ()
    assert meaning.query == interpret(typed, SYNONYMS, analyzer, literal=True).query


def test_function_words_beside_a_synonym_are_not_wanted(analyzer: Analyzer) -> None:
    meaning = interpret("低保的", SYNONYMS, analyzer)
    assert isinstance(meaning.query, Synonymous)
    assert meaning.query.pieces == (Or((Text("低保"), ALLOWANCE)),)


def test_only_words_of_a_longer_query_are_expanded(analyzer: Analyzer) -> None:
    query = interpret("低保 “申请表”", SYNONYMS, analyzer).query
    assert isinstance(query, And)
    assert query.parts[1] == Phrase("申请表")
