"""Parsing what people type into the query that they mean."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.asking.parse import MAX_LENGTH, MAX_TERMS, exclusions, including, parse
from indexer.errors import BadQuery
from indexer.query import (
    And,
    Dated,
    Everything,
    Key,
    Not,
    Or,
    Part,
    Phrase,
    Query,
    Some,
    Text,
    Within,
    keys,
    leaves,
    looser,
    runs,
)

NUMBER = Or((Key("云政办发〔2018〕3号"), Phrase("云政办发〔2018〕3号")))
LOWEST, HIGHEST = date.min.toordinal(), date.max.toordinal()


def spelt(key: str, typed: str) -> Or:
    """Return the query for a document number recognised in the input: the number, or the input as a phrase."""
    return Or((Key(key), Phrase(typed)))


def days(since: str, until: str) -> Dated:
    return Dated(date.fromisoformat(since).toordinal(), date.fromisoformat(until).toordinal())


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("", Everything()),
        ("  \u3000 ", Everything()),
        ("政务公开", Text("政务公开")),
        ("ＰＭ2.5", Text("pm2.5")),
        ("临沭　信息公开 年度报告", And((Text("临沭"), Text("信息公开"), Text("年度报告")))),
        ('"行政机关公开政府信息"', Phrase("行政机关公开政府信息")),
        ("“减税降费”", Phrase("减税降费")),
        ("「减税降费」", Phrase("减税降费")),
        ("“减税 降费” 办法", And((Phrase("减税降费"), Text("办法")))),
        ("预算 -决算", And((Text("预算"), Not(Phrase("决算"))))),
        ("预算 -“部门决算”", And((Text("预算"), Not(Phrase("部门决算"))))),
        ("-决算", And((Everything(), Not(Phrase("决算"))))),
        *((f"预算 {minus}决算", And((Text("预算"), Not(Phrase("决算"))))) for minus in "－﹣−‑"),
        ("−标题:决算", And((Everything(), Not(Within(Part.TITLE, "决算"))))),
        ("−“部门决算”", And((Everything(), Not(Phrase("部门决算"))))),
        # Titles begin with a dash after a blank.
        ("决算 —财政局", And((Text("决算"), Text("-财政局")))),
        # A minus before an amount is its sign.
        ("-5℃", Text("-5°c")),
        ("气温 −5℃", And((Text("气温"), Text("-5°c")))),
        ("气温 －5℃", And((Text("气温"), Text("-5°c")))),
        ("增速 -3.2%", And((Text("增速"), Text("-3.2%")))),
        ("结余 -12,000元", And((Text("结余"), Text("-12,000元")))),
        ("预算 -2019", And((Text("预算"), Not(Phrase("2019"))))),
        ("预算 -2019-11-03", And((Text("预算"), Not(Phrase("2019-11-03"))))),
        ("云政办发[2018]3号", spelt("云政办发〔2018〕3号", "云政办发[2018]3号")),
        ("云政办发（2018）第003号 防汛", And((spelt("云政办发〔2018〕3号", "云政办发(2018)第003号"), Text("防汛")))),
        ("根据云政办发〔2018〕3号文件", And((Text("根据"), NUMBER, Text("文件")))),
        ("711号令", Or((Key("国务院令第711号"), Text("711号令")))),
        ("yxdr-2019-0010001", spelt("YXDR-2019-0010001", "yxdr-2019-0010001")),
        ("000014349/2019-00032", spelt("000014349/2019-00032", "000014349/2019-00032")),
        ("低保 OR 五保 申请", And((Or((Text("低保"), Text("五保"))), Text("申请")))),
        ("低保 OR 五保 OR “特困人员”", Or((Text("低保"), Text("五保"), Phrase("特困人员")))),
        ("低保 OR -五保", And((Text("低保"), Not(Phrase("五保"))))),
        ("标题:招聘 县医院", And((Within(Part.TITLE, "招聘"), Text("县医院")))),
        ("标题：“公开 招聘”", Within(Part.TITLE, "公开招聘")),
        ("标题: 招聘", Within(Part.TITLE, "招聘")),
        ("-机构:财政局 预算", And((Not(Within(Part.ISSUER, "财政局")), Text("预算")))),
        ("文号:云政办发[2018]3号", Within(Part.NUMBER, "云政办发〔2018〕3号")),
        ("文号:云政办发2018", Within(Part.NUMBER, "云政办发2018")),
        ("日期:2019", days("2019-01-01", "2019-12-31")),
        ("日期:二〇一九年", days("2019-01-01", "2019-12-31")),
        ("日期:二OO八年", days("2008-01-01", "2008-12-31")),
        ("日期:二〇一九年十一月三日", days("2019-11-03", "2019-11-03")),
        ("日期:2019年度至二〇二〇年六月", days("2019-01-01", "2020-06-30")),
        ("日期:2020-02", days("2020-02-01", "2020-02-29")),
        ("日期:2019年5月3日", days("2019-05-03", "2019-05-03")),
        ("日期：2019.5..2020.6", days("2019-05-01", "2020-06-30")),
        ("日期:2019至2021", days("2019-01-01", "2021-12-31")),
        ("日期:..2019", Dated(LOWEST, date(2019, 12, 31).toordinal())),
        ("日期:2019..", Dated(date(2019, 1, 1).toordinal(), HIGHEST)),
        ("標題：招聘", Within(Part.TITLE, "招聘")),
        ("低保 -云政办发〔2018〕3号", And((Text("低保"), Not(NUMBER)))),
        ("－711号令", And((Everything(), Not(Or((Key("国务院令第711号"), Text("711号令"))))))),
        ("云政办发2018", Or((Within(Part.NUMBER, "云政办发2018"), Text("云政办发2018")))),
        ("云政办发[2018]", Or((Within(Part.NUMBER, "云政办发[2018]"), Text("云政办发[2018]")))),
        (
            "国发〔2018〕3号、国发〔2018〕4号",
            Or((Key("国发〔2018〕3号"), Phrase("国发〔2018〕3号"), Key("国发〔2018〕4号"), Phrase("国发〔2018〕4号"))),
        ),
        ("政 务 公 开", Text("政务公开")),
        ("水 电", And((Text("水"), Text("电")))),
        # Texts copied from word processors have blanks around numbers.
        ("2019 年 11 月 3 日 预算", And((Text("2019年11月3日"), Text("预算")))),
        ("预算 3月 15日", And((Text("预算"), Text("3月15日")))),
        ("2019 年 2020 年", And((Text("2019年"), Text("2020年")))),
        ("2019 年 12 项 8 30", And((Text("2019年"), Text("12"), Text("项"), Text("8"), Text("30")))),
        ("占 50 % 8 : 30 1 : 500", And((Text("占"), Text("50%"), Text("8:30"), Text("1:500")))),
        ("2 号 3 楼", And((Text("2号"), Text("3"), Text("楼")))),
        ("第 2 年 号", And((Text("第"), Text("2年"), Text("号")))),
        # Whatever is not grammar is text.
        ('"没有合上', Text('"没有合上')),
        ("关于“无废城市”的通知", Text('关于"无废城市"的通知')),
        ("- 预算", Text("预算")),
        ("* 预算 (", Text("预算")),
        ("预算 “，”", Text("预算")),
        ("a or b", And((Text("a"), Text("or"), Text("b")))),
        ("OR", Text("or")),
        ("a OR OR b OR", Or((Text("a"), Text("b")))),
        ("标题:", Text("标题:")),
        ("标题:，", Text("标题:,")),
        ("副标题:招聘", Text("副标题:招聘")),
        ("\ue000\ue000 预算", Text("预算")),
        ("[a TO j]", And((Text("[a"), Text("to"), Text("j]")))),
        ("2019年3月15号", Text("2019年3月15号")),
    ],
)
def test_what_is_typed_has_a_meaning(typed: str, tree: Query) -> None:
    assert parse(typed) == tree


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("长" * (MAX_LENGTH + 1), "最多 200 个字"),
        ("……", "没有文字"),
        ("* ? ( [", "没有文字"),
        ("a " * 17, "最多 16 个"),
        ("日期:昨天", "日期:2019-05"),
        ("日期:2019-13", "无法识别"),
        ("日期:2019..2020..2021", "无法识别"),
        ("日期:0000", "无法识别"),
        ("日期:2020..2019", "起始晚于截止"),
    ],
)
def test_what_goes_too_far_gets_a_sentence(typed: str, says: str) -> None:
    with pytest.raises(BadQuery, match=says):
        parse(typed)


PIECES = st.sampled_from(
    ["OR", " ", "-", "标题:", "文号：", "机构:", "日期:", "“", "”", '"', "2019", ".."]
    + ["公开", "〔2019〕", "3号", "云政发", "\ue000", "水"]
)


@given(st.one_of(st.text(max_size=MAX_LENGTH), st.lists(PIECES, max_size=30).map("".join)))
@settings(deadline=None)
def test_every_string_has_a_meaning_or_a_sentence(typed: str) -> None:
    try:
        tree = parse(typed)
    except BadQuery as error:
        assert str(error)
    else:
        assert all(runs(tree))
        assert len(list(leaves(tree))) <= 2 * MAX_TERMS
        list(looser(tree))
        keys(tree)


@pytest.mark.parametrize(
    ("typed", "excluded", "included"),
    [
        ("预算 -决算", ["决算"], "预算 决算"),
        ("－“部门决算” 预算", ["“部门决算”"], "“部门决算” 预算"),
        ("-机构:财政局 预算", ["机构:财政局"], "机构:财政局 预算"),
        ("低保 -云政办发〔2018〕3号", ["云政办发〔2018〕3号"], "低保 云政办发〔2018〕3号"),
        ("气温 -5℃", [], "气温 -5℃"),
        ("COVID-19 - 预算", [], "COVID-19 - 预算"),
    ],
)
def test_what_is_excluded_can_be_told_and_included(typed: str, excluded: list[str], included: str) -> None:
    assert exclusions(typed) == excluded
    assert including(typed) == included


def test_figures_stay_when_words_go_and_go_only_beside_words() -> None:
    for typed in ("5.2%", "8∶30", "2019年11月3日", "八点半", "KX-200B", "10113"):
        assert list(looser(parse(typed))) == []
    assert list(looser(parse("失业率 5.2% 10113"))) == [
        And((Some((Text("失业率"),)), Text("5.2%"), Text("10113"))),
        And((Some((Text("失业率"),)), Text("10113"))),
    ]
    assert list(looser(parse("失业率5.2%"))) == [And((Some((Text("失业率5.2%"),)),))]


def test_a_looser_query_keeps_phrases_parts_and_exclusions() -> None:
    assert list(looser(parse("预算 “三公经费” -决算 标题:公开"))) == [
        And((Some((Text("预算"),)), Phrase("三公经费"), Not(Phrase("决算")), Within(Part.TITLE, "公开")))
    ]
    assert list(looser(Phrase("三公经费"))) == []


def test_a_number_outlasts_the_words_beside_it() -> None:
    first, second = looser(parse("请问云政办发〔2018〕3号在哪里"))
    assert first == And((NUMBER,))
    assert isinstance(second, And)
    assert isinstance(second.parts[0], Some)
