"""Which documents an engine finds, and in which order: the contract, on every engine."""

from collections.abc import Callable
from datetime import date

import pytest

from archive.chinese.text import normalise
from indexer import facets
from indexer.analyzer import Analyzer
from indexer.asking.interpret import interpret
from indexer.asking.parse import parse
from indexer.asking.synonyms import PACKAGED, Synonyms
from indexer.engine import Engine, SearchRequest
from indexer.fields import entry
from indexer.query import Everything, Like, Or, Phrase, Synonymous, Text
from tests.conftest import make_document
from tests.indexer.engines.contract import found


def test_all_words_are_wanted(engine: Engine) -> None:
    assert found(engine, "最低生活保障 财政局") == ["allowance", "former"]
    assert found(engine, "政务公开 报送") == ["office"]


def test_text_is_found_wherever_the_segmenter_cuts(engine: Engine) -> None:
    assert found(engine, "工程") == ["budget"]
    assert found(engine, "处理") == ["budget"]
    assert found(engine, "预算") == ["budget"]


def test_a_phrase_is_found_exactly(engine: Engine) -> None:
    assert found(engine, "“县民政局会同县财政局”") == ["allowance", "former"]
    assert engine.search(SearchRequest(query=Phrase("民政局财政局"))).total == 0


def test_a_phrase_may_span_punctuation(engine: Engine) -> None:
    assert engine.search(SearchRequest(query=Phrase(normalise("工作，按时")))).total == 1


def test_one_character_is_found_within_words(engine: Engine) -> None:
    assert found(engine, "水") == ["undated"]
    assert "office" in found(engine, "报")


def test_a_run_of_digits_is_wanted_whole(make: Callable[[], Engine], analyzer: Analyzer) -> None:
    engine = make()
    texts = {"whole": "公开信息10113余条", "inside": "编号910113", "apart": "101、011、113", "half": "101和13"}
    with engine.rebuilding() as writer:
        for id, text in texts.items():
            writer.put(entry(make_document(id, "说明", text), analyzer))
    assert set(found(engine, "10113")) == {"whole", "inside"}


def _filled(engine: Engine, texts: dict[str, str], analyzer: Analyzer) -> None:
    with engine.rebuilding() as writer:
        for id, text in texts.items():
            writer.put(entry(make_document(id, "说明", text), analyzer))


def _understood(engine: Engine, typed: str, analyzer: Analyzer) -> tuple[set[str], bool]:
    answer = engine.search(SearchRequest(query=interpret(typed, Synonyms([]), analyzer).query))
    return {hit.id for hit in answer.hits}, answer.relaxed


@pytest.mark.parametrize("typed", ["5.2%", "10.5", "12,000", "1:500", "2019-11-03", "8:30", "kx-200b", "5%"])
def test_a_figure_is_wanted_whole(make: Callable[[], Engine], analyzer: Analyzer, typed: str) -> None:
    engine = make()
    texts = {
        "whole": f"数值为{typed}。",
        "inside": f"数值为9{typed}0。" if typed[0].isdigit() else f"数值为z{typed}z。",
        "apart": "证书编号20190511，共5件，每件2份，第12页第000号，8件、30件、1件、500件、10件，3%，kx和200b。",
    }
    texts["inside"] = texts["inside"].replace("%0", "%")
    _filled(engine, texts, analyzer)
    assert _understood(engine, typed, analyzer) == ({"whole"}, False)
    assert _understood(engine, f"数值{typed}", analyzer) == ({"whole"}, False)
    _filled(engine, {"apart": texts["apart"]}, analyzer)
    assert _understood(engine, typed, analyzer) == (set(), False)
    assert _understood(engine, f"共5件 {typed}", analyzer) == ({"apart"}, True)


@pytest.mark.parametrize(
    ("typed", "written", "others"),
    [
        ("12000", "补助12,000元", "补助112,000元"),
        ("补助１２，０００元", "补助12000元", "补助120001元"),
        ("0539-6211234", "电话05396211234", "电话053962112345"),
        ("KX200B", "型号KX-200B", "型号KX-200BC"),
        ("8:30", "上午八点半", "下午十八点半"),
        ("2019-11-03", "二〇一九年十一月三日", "二〇一九年十一月三十日"),
        ("二OO八年", "2008年", "1208年"),
        ("5%", "百分之五", "百分之五十"),
    ],
)
def test_one_thing_is_found_in_either_spelling(
    make: Callable[[], Engine], analyzer: Analyzer, typed: str, written: str, others: str
) -> None:
    engine = make()
    _filled(engine, {"written": written, "others": others}, analyzer)
    assert _understood(engine, typed, analyzer) == ({"written"}, False)
    assert engine.search(SearchRequest(query=parse(f"“{typed}”"))).total == 0


def test_width_and_case_do_not_matter(engine: Engine) -> None:
    assert found(engine, "pm2.5") == ["undated"]


def test_traditional_characters_find_simplified_ones(engine: Engine) -> None:
    assert found(engine, "政務公開") == found(engine, "政务公开") != []


def test_a_number_finds_its_document_before_those_that_cite_it(engine: Engine) -> None:
    assert found(engine, "云政办发[2018]3号") == ["office", "allowance"]


def test_a_number_finds_whose_own_it_is_before_who_was_first_made_under_it(
    make: Callable[[], Engine], analyzer: Analyzer
) -> None:
    engine = make()
    documents = [
        make_document("later", "条例", number="国令第796号", others=("国务院令第487号",), written_on=date(2024, 1, 1)),
        make_document("first", "条例", number="国务院令第487号", written_on=date(2007, 1, 1)),
    ]
    with engine.rebuilding() as writer:
        for document in documents:
            writer.put(entry(document, analyzer))
    assert found(engine, "国务院令第487号") == ["first", "later"]


def test_what_is_excluded_is_not_found(engine: Engine) -> None:
    assert found(engine, "通知 -最低生活保障") == ["office"]
    assert "office" not in found(engine, "-政务公开")


def test_a_valid_document_stands_before_its_repealed_twin(engine: Engine) -> None:
    assert found(engine, "城乡最低生活保障实施办法") == ["allowance", "former"]


def test_a_part_answers_when_nothing_answers_the_whole(engine: Engine) -> None:
    whole = engine.search(SearchRequest(query=parse("最低生活保障")))
    part = engine.search(SearchRequest(query=parse("最低生活保障 航天飞机")))
    assert not whole.relaxed
    assert part.relaxed
    assert [hit.id for hit in part.hits] == ["allowance", "former"]


def test_words_stand_scattered_and_sentences_in_one_piece(engine: Engine) -> None:
    assert found(engine, "财政局民政局") == ["allowance", "former"]
    sentence = "最低生活保障标准由县民政局会同县财政局制定"
    assert found(engine, sentence) == ["allowance", "former"]
    assert engine.search(SearchRequest(query=parse(f"县财政局会同{sentence}"))).relaxed


def test_one_of_two_words_is_enough_beside_or(engine: Engine) -> None:
    assert set(found(engine, "节约用水 OR 预决算")) == {"undated", "budget"}
    assert found(engine, "节约用水 OR 预决算 收入") == ["budget"]


def test_what_nobody_says_beside_or_takes_nothing_from_the_others(engine: Engine, analyzer: Analyzer) -> None:
    assert found(engine, "火星年报 OR 预算") == found(engine, "预算") != []
    # Both sides have synonyms, and a synonym of one side contains what the other side asks for.
    for typed in ("申请低保 OR 办理低保", "外星人低保标准 OR 医保报销", "鑫淼犇低保 OR 通知"):
        meaning = interpret(typed, Synonyms.load(PACKAGED), analyzer)
        assert meaning.expansions
        assert "allowance" in [hit.id for hit in engine.search(SearchRequest(query=meaning.query)).hits]


def test_a_search_may_be_about_one_part(engine: Engine) -> None:
    assert found(engine, "标题:政务公开") == ["office"]
    assert found(engine, "标题:财政局") == []
    assert set(found(engine, "机构:财政局 OR 机构:办公室")) == {"budget", "office"}
    assert set(found(engine, "文号:云政发")) == {"allowance", "former"}
    assert found(engine, "文号:云政发 2014") == ["former"]
    assert found(engine, "文号:云政发6号") == ["allowance"]
    assert found(engine, "文号:政办发[2018]3") == ["office"]


def test_a_search_may_be_about_a_time(engine: Engine) -> None:
    assert set(found(engine, "日期:2019")) == {"budget", "allowance"}
    assert found(engine, "日期:2019-03..2019-12 通知") == ["allowance"]
    assert found(engine, "日期:..2014-08-01") == ["former"]


def test_a_number_is_found_among_the_words_of_a_question(engine: Engine) -> None:
    assert found(engine, "请问云政办发〔2018〕3号在哪里可以下载")[0] == "office"


def test_an_unknown_number_finds_nothing_rather_than_its_digits(engine: Engine) -> None:
    assert found(engine, "云政办发〔2018〕99号") == []
    assert found(engine, "云政办发2018") == ["office"]
    assert set(found(engine, "云政发[2019]6号、云政办发[2018]3号")) == {"allowance", "office"}
    assert "office" not in found(engine, "通知 -云政办发〔2018〕3号")


def test_part_of_a_number_narrows(engine: Engine) -> None:
    assert found(engine, "云政发 2014")[0] == "former"
    assert found(engine, "云政发 6号")[0] == "allowance"


def test_documents_about_the_same_are_alike_and_itself_is_none_of_them(engine: Engine) -> None:
    answer = engine.search(SearchRequest(query=Like("allowance")))
    assert [hit.id for hit in answer.hits][0] == "former"
    assert "allowance" not in [hit.id for hit in answer.hits]
    assert "undated" not in [hit.id for hit in answer.hits]
    hidden = engine.search(SearchRequest(query=Like("allowance"), hidden=frozenset({"former"})))
    assert "former" not in [hit.id for hit in hidden.hits]
    assert engine.search(SearchRequest(query=Like("nobody"))).total == 0


def test_other_words_for_a_text_answer_it(engine: Engine) -> None:
    said = Synonymous(Text("低保标准"), (Or((Text("低保"), Phrase("最低生活保障", 0.5))), Text("标准")))
    answer = engine.search(SearchRequest(query=said))
    assert ([hit.id for hit in answer.hits], answer.relaxed) == (["allowance", "former"], False)


def test_terms_close_together_go_before_terms_far_apart(make: Callable[[], Engine], analyzer: Analyzer) -> None:
    engine = make()
    filler = "各有关单位要认真贯彻落实上级部署要求。" * 12
    near = f"{filler}\n申请公租房的家庭应当提交收入证明。\n{filler}"
    far = f"申请人应当到场。\n{filler}\n公租房另行规定。\n{filler[:-16]}\n收入证明。"
    with engine.rebuilding() as writer:
        for at, text in enumerate((far, near, far, near)):
            writer.put(entry(make_document(f"d{at}", "办事须知", text), analyzer))
    assert set(found(engine, "公租房 申请 收入证明")[:2]) == {"d1", "d3"}


def test_nothing_is_found_for_what_is_nowhere(engine: Engine) -> None:
    answer = engine.search(SearchRequest(query=Text("航天飞机"), facets=facets.NAMES))
    assert (answer.total, list(answer.hits)) == (0, [])


def test_everything_is_the_default_query(engine: Engine) -> None:
    assert engine.search(SearchRequest()).total == engine.search(SearchRequest(query=Everything())).total == 5
