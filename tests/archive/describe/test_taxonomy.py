"""Looking things up in the controlled lists."""

import pytest

from archive.describe import taxonomy
from archive.document import Validity

GENRES = [
    ("国务院办公厅关于印发2019年政务公开工作要点的通知", "通知"),
    ("国务院关于加快推进农业机械化的指导意见", "意见"),
    ("临沭县人民政府2019年政府信息公开工作年度报告", "年报"),
    ("县财政局2021年政府信息公开年报", "年报"),
    ("2019年国民经济和社会发展统计公报", "统计公报"),
    ("云溪河二期工程专题协调会议纪要", "纪要"),
    ("中华人民共和国国务院令", "令"),
    ("国务院办公厅关于科技节水建议的复函", "函"),
    ("国务院办公厅对十届全国人大四次会议第7240号建议的答复", "建议提案答复"),
    ("关于《供热办法（修订）》的政策解读", "政策解读"),
    ("一图读懂《关于养犬管理的规定》", "政策解读"),
    ("关于公布2019年度考核结果的通报（第2期）", "通报"),
    ("关于印发《农村公路养护办法（试行）》的通知", "通知"),
    ("《关于促进消费的实施意见》", "意见"),
    ("县政府印发《关于促进消费的实施意见》", None),
    ("关于供热管理办法公开征求意见", None),
    ("城镇供热管理办法", None),
    ("中华人民共和国统计法", None),
    ("不动产登记办事指南", "办事指南"),
    ("", None),
]


@pytest.mark.parametrize(("title", "genre"), GENRES)
def test_a_titles_longest_ending_tells_its_genre(title: str, genre: str | None) -> None:
    assert taxonomy.genre_of_title(title) == genre


@pytest.mark.parametrize(
    ("printed", "topic"),
    [
        ("综合政务\\政务公开", "综合政务/政务公开"),
        ("公安、安全、司法\\\\司法", "公安、安全、司法/司法"),
        ("民政、扶贫、救灾 > 扶贫", "民政、扶贫、救灾/扶贫"),
        ("财政、金融、审计-财政", "财政、金融、审计/财政"),
        ("市场监管、安全生产监管/食品药品监管", "市场监管、安全生产监督管理/食品药品监管"),
        ("其他", "其他"),
        ("本县专题/稀有事项", "本县专题/稀有事项"),
    ],
)
def test_a_topic_has_two_levels_and_the_lists_name(printed: str, topic: str) -> None:
    assert taxonomy.topic(printed) == topic


@pytest.mark.parametrize(
    ("code", "issuer"),
    [
        ("国发", "国务院"),
        ("国办发", "国务院办公厅"),
        ("鲁政办发", "山东省人民政府办公厅"),
        ("临政办字", "临沂市人民政府办公室"),
        ("沭政发", "临沭县人民政府"),
        ("沭政办字", "临沭县人民政府办公室"),
        ("沭政办发", "临沭县人民政府办公室"),
        ("财税", None),
        ("某某发", None),
    ],
)
def test_a_code_tells_its_issuer(code: str, issuer: str | None) -> None:
    assert taxonomy.issuer_of_code(code) == issuer


@pytest.mark.parametrize(
    ("name", "one"),
    [("国家税务总局", "税务总局"), ("临沭县政府", "临沭县人民政府"), ("县政府", "县政府"), ("某某局", "某某局")],
)
def test_an_agency_has_one_name(name: str, one: str) -> None:
    assert taxonomy.issuer(name) == one


@pytest.mark.parametrize(
    ("printed", "validity"),
    [
        ("有效", Validity.IN_FORCE),
        ("现行有效", Validity.IN_FORCE),
        ("废 止", Validity.REPEALED),
        ("不详", None),
        ("", None),
    ],
)
def test_a_cards_word_tells_the_validity(printed: str, validity: Validity | None) -> None:
    assert taxonomy.validity(printed) == validity


def test_the_lists_are_those_of_the_rules() -> None:
    lists = taxonomy.load()
    assert sum(genre.statutory for genre in lists.genres) == 15
    assert len(lists.topics) == 22
    assert set(lists.validities) == set(Validity)
    codes = [code for issuer in lists.issuers for code in issuer.codes]
    assert len(codes) == len(set(codes))
    names = [name for issuer in lists.issuers for name in (issuer.name, *issuer.aliases)]
    assert len(names) == len(set(names))


def test_columns_keep_the_order_in_which_they_were_stated() -> None:
    assert taxonomy.in_order(["年报", "规范性文件", "年报"]) == ["年报", "规范性文件"]
