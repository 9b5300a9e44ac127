"""The contract of a search engine, tested on every engine."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypedDict, Unpack

import pytest

from archive.chinese.text import normalise
from archive.document import Document, Validity
from indexer import facets
from indexer.analyzer import Analyzer
from indexer.asking.interpret import interpret
from indexer.asking.parse import parse
from indexer.asking.synonyms import PACKAGED, Synonyms
from indexer.engine import Engine, SearchRequest, Sort
from indexer.engines.memory import MemoryEngine
from indexer.engines.whoosh.engine import WhooshEngine
from indexer.explanation import Explanation, Says
from indexer.fields import LAPSED_PRIOR, WEIGHTS, entry
from indexer.query import Everything, Like, Or, Phrase, Query, Synonymous, Text
from tests.conftest import make_document
from tests.indexer.arithmetic import assert_adds_up, steps

DOCUMENTS = [
    make_document(
        "budget",
        "云溪县2019年县级财政预决算公开说明",
        "一般公共预算收入完成12亿元。\n在建工程和待处理事项另行公告。",
        issuer="云溪县财政局",
        genre="公告",
        topic="财政、金融、审计/财政",
        column="法定主动公开内容/财政信息",
        written_on=date(2019, 2, 1),
    ),
    make_document(
        "allowance",
        "关于印发城乡最低生活保障实施办法的通知",
        "最低生活保障标准由县民政局会同县财政局制定。依据云政办发〔2018〕3号执行。",
        number="云政发〔2019〕6号",
        cited=("云政办发〔2018〕3号",),
        issuer="云溪县人民政府",
        genre="通知",
        topic="民政、扶贫、救灾/社会救助",
        column="法定主动公开内容/规范性文件",
        written_on=date(2019, 9, 20),
        validity=Validity.IN_FORCE,
    ),
    make_document(
        "former",
        "关于印发城乡最低生活保障实施办法的通知",
        "最低生活保障标准由县民政局会同县财政局制定。依据云政办发〔2018〕3号执行。",
        number="云政发〔2014〕8号",
        issuer="云溪县人民政府",
        genre="通知",
        topic="民政、扶贫、救灾/社会救助",
        column="法定主动公开内容/规范性文件",
        written_on=date(2014, 8, 1),
        validity=Validity.REPEALED,
    ),
    make_document(
        "office",
        "关于加强政务公开工作的通知",
        "请各单位做好政务公开工作，按时报送2018年度报告。",
        number="云政办发〔2018〕3号",
        issuer="云溪县人民政府、云溪县人民政府办公室",
        genre="通知",
        column="政府信息公开制度",
        written_on=date(2018, 1, 5),
    ),
    make_document("undated", "节约用水倡议", "水是生命之源。ＰＭ2.5监测", genre="倡议"),
]


@pytest.fixture(params=["memory", "whoosh"])
def make(request: pytest.FixtureRequest, tmp_path: Path, analyzer: Analyzer) -> Iterator[Callable[[], Engine]]:
    """Return a function that opens the engine. Calling it again opens the same index."""
    memory = MemoryEngine(analyzer)
    opened: list[Engine] = []

    def open_engine() -> Engine:
        engine: Engine = memory if request.param == "memory" else WhooshEngine(tmp_path / "index", analyzer)
        opened.append(engine)
        return engine

    yield open_engine
    for engine in opened:
        engine.close()


@pytest.fixture
def engine(make: Callable[[], Engine], analyzer: Analyzer) -> Engine:
    engine = make()
    with engine.rebuilding() as writer:
        for document in DOCUMENTS:
            writer.put(entry(document, analyzer))
        writer.mark(5)
    return engine


class Asked(TypedDict, total=False):
    """What a request may ask for in addition to the words."""

    sort: Sort
    offset: int
    limit: int
    since: int
    until: int


def found(engine: Engine, typed: str, **asked: Unpack[Asked]) -> list[str]:
    answer = engine.search(SearchRequest(query=parse(typed), **asked))
    assert len(answer.hits) <= answer.total
    return [hit.id for hit in answer.hits]


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


def test_nothing_is_found_for_what_is_nowhere(engine: Engine) -> None:
    answer = engine.search(SearchRequest(query=Text("航天飞机"), facets=facets.NAMES))
    assert (answer.total, list(answer.hits)) == (0, [])


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


def test_the_vocabulary_is_what_documents_are_called_and_say(engine: Engine, analyzer: Analyzer) -> None:
    vocabulary = engine.vocabulary()
    assert ("undated", "节约用水倡议") in vocabulary.titles
    assert ("office", "云政办发〔2018〕3号") in vocabulary.numbers
    assert set(vocabulary.issuers) == {"云溪县财政局", "云溪县人民政府", "云溪县人民政府办公室"}
    assert vocabulary.words()["最低生活保障"] == 2
    assert engine.vocabulary() is vocabulary
    with engine.writing() as writer:
        writer.put(entry(make_document("new", "新增文件"), analyzer))
    assert engine.vocabulary() is not vocabulary
    assert ("new", "新增文件") in engine.vocabulary().titles
    assert engine.vocabulary().words()["新增"] == 1


def test_a_change_is_there_for_the_next_search(engine: Engine, analyzer: Analyzer) -> None:
    with engine.writing() as writer:
        writer.put(entry(make_document("undated", "节约用电倡议", "随手关灯。"), analyzer))
        writer.put(entry(make_document("new", "新增文件"), analyzer))
        writer.remove("former")
        writer.remove("never there")
        writer.mark(9)
    assert found(engine, "水") == []
    assert found(engine, "节约用电") == ["undated"]
    assert found(engine, "城乡最低生活保障") == ["allowance"]
    assert engine.count() == 5
    assert engine.cursor() == 9


def test_each_build_makes_another_generation(engine: Engine, analyzer: Analyzer) -> None:
    names = [engine.generation()]
    assert engine.generation() == names[0]
    for building in (engine.writing, engine.rebuilding):
        with building() as writer:
            writer.put(entry(make_document("new", "新增文件"), analyzer))
        names.append(engine.generation())
    with pytest.raises(RuntimeError), engine.writing():
        raise RuntimeError
    assert engine.generation() == names[-1]
    assert len(set(names)) == 3


def test_the_same_document_put_twice_is_there_once(engine: Engine, analyzer: Analyzer) -> None:
    with engine.writing() as writer:
        writer.put(entry(make_document("new", "征求意见稿"), analyzer))
        writer.put(entry(make_document("new", "正式文本"), analyzer))
        writer.put(entry(make_document("gone", "已经作废"), analyzer))
        writer.remove("gone")
    assert found(engine, "征求意见") == []
    assert found(engine, "正式文本") == ["new"]
    assert engine.count() == 6


def test_changes_and_a_rebuild_lead_to_the_same_ranking(
    engine: Engine, make: Callable[[], Engine], analyzer: Analyzer
) -> None:
    with engine.writing() as writer:
        writer.remove("budget")
        for document in DOCUMENTS[:2]:
            writer.put(entry(document, analyzer))
    queries = ["通知", "最低生活保障", "财政", "2019", ""]
    changed = [engine.search(SearchRequest(query=parse(typed), facets=facets.NAMES)) for typed in queries]
    with engine.rebuilding() as writer:
        for document in DOCUMENTS:
            writer.put(entry(document, analyzer))
    rebuilt = [engine.search(SearchRequest(query=parse(typed), facets=facets.NAMES)) for typed in queries]
    assert changed == rebuilt


@pytest.mark.parametrize("how", ["writing", "rebuilding"])
def test_an_error_while_building_leaves_the_index_as_it_was(engine: Engine, how: str, analyzer: Analyzer) -> None:
    before = found(engine, "")
    with pytest.raises(RuntimeError), getattr(engine, how)() as writer:
        writer.put(entry(make_document("new", "半途"), analyzer))
        raise RuntimeError
    assert found(engine, "") == before
    assert engine.cursor() == 5


def test_an_index_opened_again_is_the_same(engine: Engine, make: Callable[[], Engine]) -> None:
    again = make()
    assert found(again, "通知") == found(engine, "通知")
    assert again.cursor() == 5


def _random_documents(seed: int) -> list[Document]:
    chance = random.Random(seed)  # noqa: S311  # made-up text
    words = ["政府", "信息", "公开", "条例", "预算", "决算", "登记", "不动产", "2019", "abc", "水", "工程", "，", "\n"]

    def text(most: int) -> str:
        return "".join(chance.choice(words) for _ in range(chance.randrange(1, most)))

    return [
        make_document(
            f"d{at:03}",
            text(8).replace("\n", "") or "无题",
            text(120),
            genre=chance.choice(["通知", "公告", None]),
            written_on=chance.choice([None, date(2018, 1, 1), date(2019, 5, 6)]),
            validity=chance.choice([None, Validity.REPEALED]),
        )
        for at in range(60)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_whoosh_ranks_as_the_reference_does(seed: int, tmp_path: Path, analyzer: Analyzer) -> None:
    reference, engine = MemoryEngine(analyzer), WhooshEngine(tmp_path, analyzer)
    documents = _random_documents(seed)
    for each in (reference, engine):
        with each.rebuilding() as writer:
            for document in documents[:40]:
                writer.put(entry(document, analyzer))
        with each.writing() as writer:
            for document in documents[20:]:
                writer.put(entry(document, analyzer))
            writer.remove("d003")
    queries = [
        "政府信息公开",
        "预算 -决算",
        "“信息公开条例”",
        "水",
        "不动产登记 2019",
        "公开条例工程abc 航天",
        "条例 OR 工程 -决算",
        "标题:预算 abc",
        "日期:2018 公开 机构:县",
        "请问不动产登记的工程预算和决算怎么公开",
        "，".join(f"不动产登记{at}政府信息公开条例工程{at * 7}" for at in range(9)),
        "",
    ]
    said = Synonymous(Text("工程公开"), (Or((Text("工程"), Phrase("不动产", 0.5))), Text("公开")))
    for typed in (*map(parse, queries), Like("d010"), said):
        for sort in Sort:
            request = SearchRequest(query=typed, facets=facets.NAMES, sort=sort, limit=100)
            expected, got = reference.search(request), engine.search(request)
            assert [hit.id for hit in got.hits] == [hit.id for hit in expected.hits], typed
            assert [hit.score for hit in got.hits] == pytest.approx([hit.score for hit in expected.hits], abs=1e-5)
            assert (got.total, got.facets, got.relaxed) == (expected.total, expected.facets, expected.relaxed)
    engine.close()


def test_everything_is_the_default_query(engine: Engine) -> None:
    assert engine.search(SearchRequest()).total == engine.search(SearchRequest(query=Everything())).total == 5
