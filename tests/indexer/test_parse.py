"""What is typed, and what it means."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import BadQuery
from indexer.parse import MAX_LENGTH, parse
from indexer.query import And, Everything, Key, Not, Or, Phrase, Query, Text, keys, relaxed, runs

NUMBER = "云政办发〔2018〕3号"


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
        ("预算 -“部门决算”", And((Not(Phrase("部门决算")), Text("预算")))),
        ("-决算", And((Everything(), Not(Phrase("决算"))))),
        ("云政办发[2018]3号", Key(NUMBER)),
        ("云政办发（2018）第003号 防汛", And((Key(NUMBER), Text("防汛")))),
        ("根据云政办发〔2018〕3号文件", And((Key(NUMBER), Text("根据"), Text("文件")))),
        ("711号令", Or((Key("国务院令第711号"), Text("711号令")))),
        ("yxdr-2019-0010001", Key("YXDR-2019-0010001")),
        ("000014349/2019-00032", Key("000014349/2019-00032")),
        # What is no grammar is text.
        ('"没有合上', Text('"没有合上')),
        ("关于“无废城市”的通知", Text('关于"无废城市"的通知')),
        ("- 预算", Text("预算")),
        ("* 预算 (", Text("预算")),
        ("预算 “，”", Text("预算")),
        ("a OR b", And((Text("a"), Text("or"), Text("b")))),
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
    ],
)
def test_what_goes_too_far_gets_a_sentence(typed: str, says: str) -> None:
    with pytest.raises(BadQuery, match=says):
        parse(typed)


@given(st.text(max_size=MAX_LENGTH))
@settings(max_examples=2000, deadline=None)
def test_every_string_has_a_meaning_or_a_sentence(typed: str) -> None:
    try:
        tree = parse(typed)
    except BadQuery as error:
        assert str(error)
    else:
        assert all(runs(tree)) or isinstance(tree, Everything)
        relaxed(tree)
        keys(tree)


def test_a_relaxed_query_keeps_phrases_and_exclusions() -> None:
    query = parse("预算 “三公经费” -决算")
    loose = relaxed(query)
    assert isinstance(loose, And)
    assert set(loose.parts[1:]) == {Phrase("三公经费"), Not(Phrase("决算"))}
    assert relaxed(Phrase("三公经费")) is None
