"""Choosing passages and marking words in them. The original's characters stay unchanged."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analyzer import Analyzer
from indexer.asking.interpret import interpret
from indexer.asking.parse import parse
from indexer.asking.synonyms import Pair, Synonyms
from indexer.query import Phrase, Text
from indexer.snippets import PASSAGES, WIDTH, Fragment, Marker, opening


def drawn(fragments: Sequence[Fragment]) -> str:
    return "".join(f"[{fragment.text}]" if fragment.marked else fragment.text for fragment in fragments)


@pytest.mark.parametrize(
    ("typed", "text", "marked"),
    [
        ("政务公开", "做好政务公开工作", "做好[政务公开]工作"),
        ("政务公开", "做好政务 公开　工作", "做好[政务 公开]　工作"),
        ("2019", "２０１９年要点", "[２０１９]年要点"),
        ("pm2.5", "ＰＭ2.5和PM2.5", "[ＰＭ2.5]和[PM2.5]"),
        ("预算公开", "预算与公开", "[预算]与[公开]"),
        ("“减税(降费)”", "落实减税（降费）政策", "落实[减税（降费）]政策"),
        ("云政办发[2018]3号", "按照云政办发〔2018〕3号执行", "按照[云政办发〔2018〕3号]执行"),
        ("政務公開", "做好政务公开工作", "做好[政务公开]工作"),
        ("国际论坛", "參加國際論壇", "參加[國際論壇]"),
        ("水", "水是生命之源", "[水]是生命之源"),
        ("预算 -决算", "预算和决算", "[预算]和决算"),
        # A part of another number is not marked, unless it is asked for in quotation marks.
        ("5.2%", "2012年增长5.2%、15.2%，５．２％，5件2份", "2012年增长[5.2%]、15.2%，[５．２％]，5件2份"),
        ("12", "2012年12月，12.5和12,000，共 12 件", "2012年[12]月，12.5和12,000，共 [12] 件"),
        ("2019", "2019.11.3，12019和2019-11-03", "[2019].11.3，12019和[2019]-11-03"),
        ("8:30", "８：３０，18:30", "[８：３０]，18:30"),
        ("-5℃", "气温-5℃、-5 ℃和5℃", "气温[-5℃]、[-5 ℃]和5℃"),
        ("88.5平方米 88.5m2", "88.5㎡、88.5m²", "[88.5㎡]、[88.5m²]"),
        ("2019年11月3日", "2019年11月13日和2019年11月3日", "2019年11月13日和[2019年11月3日]"),
        ("“政务公开标准”", "政务公开标准和政务公开", "[政务公开标准]和政务公开"),
        ("“12”", "2012", "20[12]"),
        # A word typed by itself is marked in others, a word of what was typed is not.
        ("房产证", "房产证明和房产证", "[房产证]明和[房产证]"),
        ("房产证办理", "房产证明和房产证，办理", "房产证明和[房产证]，[办理]"),
        ("", "全文不标", "全文不标"),
    ],
)
def test_marks_fall_on_the_original_text(analyzer: Analyzer, typed: str, text: str, marked: str) -> None:
    assert drawn(Marker(parse(typed), analyzer).fragments(text)) == marked


def test_other_spellings_and_synonyms_are_marked_where_they_stand_whole(analyzer: Analyzer) -> None:
    for typed, text, marked in (
        ("8:30", "八点半，十八点半", "[八点半]，十八点半"),
        ("12000", "12,000和112,000", "[12,000]和112,000"),
        ("不动产权证书", "房产证明和房产证", "房产证明和[房产证]"),
        ("人工智能", "AI和email", "[AI]和email"),
    ):
        pairs = (("不动产权证书", "房产证"), ("人工智能", "ai"))
        synonyms = Synonyms([Pair(*pair, "=", "", at, False) for at, pair in enumerate(pairs)])
        assert drawn(Marker(interpret(typed, synonyms, analyzer).query, analyzer).fragments(text)) == marked


def test_a_passage_shows_what_is_within_other_words_only_if_there_is_nothing_else(analyzer: Analyzer) -> None:
    marker = Marker(parse("10113"), analyzer)
    assert [drawn(each.fragments) for each in marker.passages("编号910113。\n共10113件。")] == ["共[10113]件。"]
    assert [drawn(each.fragments) for each in marker.passages("编号910113。")] == ["编号9[10113]。"]
    assert Marker(parse("12"), analyzer).passages("2012年") == []


def test_the_passage_that_shows_most_of_the_query_is_chosen(analyzer: Analyzer) -> None:
    text = "\n".join(["预算概述。", *["无关的段落。" * 20] * 5, "部门预算按时公开，接受监督。", *["其他。" * 30] * 3])
    passages = Marker(parse("部门预算 公开"), analyzer).passages(text)
    assert drawn(passages[-1].fragments).startswith("[部门预算]按时[公开]，接受监督")


def test_a_passage_begins_with_its_sentence_and_stays_in_its_paragraph(analyzer: Analyzer) -> None:
    text = "第一句话说别的。第二句话说到预算公开的时间。\n下一段。"
    (passage,) = Marker(parse("预算公开"), analyzer).passages(text)
    assert drawn(passage.fragments) == "第二句话说到[预算公开]的时间。"


def test_a_long_sentence_is_cut_with_an_ellipsis_but_never_inside_a_mark(analyzer: Analyzer) -> None:
    text = "很长" * 200 + "政务公开" + "的话" * 200
    (passage,) = Marker(parse("政务公开"), analyzer).passages(text)
    assert "[政务公开]" in drawn(passage.fragments)
    assert drawn(passage.fragments).startswith("…")
    assert drawn(passage.fragments).endswith("…")
    assert len(drawn(passage.fragments)) < 2 * WIDTH


def test_of_several_texts_those_that_show_more_of_the_query_are_chosen_and_the_first_before_the_others(
    analyzer: Analyzer,
) -> None:
    marker = Marker(parse("部门预算 公开时间"), analyzer)
    weak, strong = "说到公开的一句。", "部门预算的公开时间。"
    assert [each.part for each in marker.passages(weak, strong)] == [0, 1]
    assert [each.part for each in marker.passages(strong, strong)] == [0]
    found = marker.passages("无关。", f"开头。\n{strong}\n{strong}")
    assert [(each.part, each.start) for each in found] == [(1, 4), (1, 15)]
    assert [each.part for each in marker.passages(f"{weak}\n{weak}", strong, strong)] == [0, 1]


def test_nothing_found_yields_no_passage(analyzer: Analyzer) -> None:
    assert Marker(parse("没有"), analyzer).passages("别的内容") == []


def test_the_opening_of_a_text_stands_in_where_nothing_was_searched() -> None:
    assert opening("") == []
    assert opening("短文\n两行") == [Fragment("短文 两行", False)]
    assert opening("长" * 500)[0].text.endswith("…")


WORDS = st.sampled_from(["政务", "公开", "预算", "。", "\n", " ", "（", "2019", "Ａ", "\t", "的"])


WANTED = st.sampled_from(["政务公开", "预算", "2019", "公"])


@given(st.lists(WORDS, max_size=80), st.lists(WANTED, min_size=1, max_size=3))
@settings(deadline=None)
def test_fragments_put_together_are_the_text(analyzer: Analyzer, pieces: list[str], wanted: list[str]) -> None:
    text = "".join(pieces)
    marker = Marker(parse(" ".join(wanted)), analyzer)
    assert "".join(fragment.text for fragment in marker.fragments(text)) == re.sub("\t+", " ", text)
    passages = marker.passages(text)
    assert len(passages) <= PASSAGES
    for passage in passages:
        shown = "".join(fragment.text for fragment in passage.fragments).strip("…")
        assert shown in re.sub("\t+", " ", text)
        assert any(fragment.marked for fragment in passage.fragments)
        assert all(fragment.text for fragment in passage.fragments)


def test_a_text_of_only_marks_is_fast_enough_to_be_read(analyzer: Analyzer) -> None:
    assert Marker(Text("公开"), analyzer).passages("公开" * 50_000)
    assert Marker(Phrase("公" * 60), analyzer).passages("公" * 100_000)


def test_a_snippet_never_ends_inside_a_mark(analyzer: Analyzer) -> None:
    run = "最低生活保障标准"
    text = run + "甲" * 98 + run + "乙" * 50
    for passage in Marker(Phrase(run), analyzer).passages(text):
        plain = "".join(each.text for each in passage.fragments if not each.marked)
        assert "最低" not in plain


def test_blanks_and_invisible_characters_within_a_word_do_not_hide_it(analyzer: Analyzer) -> None:
    for text in ("做好政  务  公 开工作", "做好政\u200b务公开工作"):
        assert any(each.marked for each in Marker(Phrase("政务公开"), analyzer).fragments(text))
