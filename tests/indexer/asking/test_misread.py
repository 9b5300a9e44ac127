"""What looks like grammar and is taken as words is told, and ordinary words never are."""

import pytest

from indexer.asking.misread import MOST, misread


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("低保 or 五保", "低保 OR 五保"),
        ("低保 Or “五保供养”", "低保 OR “五保供养”"),
        ("低保 | 五保", "低保 OR 五保"),
        ("低保 或者 五保", "低保 OR 五保"),
        ("低保 AND 申请", "低保 申请"),
        ("低保 && 申请", "低保 申请"),
        ("预算 NOT 决算", "-决算"),
        ("not 决算", "-决算"),
        ("低保 OR", "“OR”有一边没有词"),
        ("OR 低保", "“OR”有一边没有词"),
        ("标题:(低保 申请)", "“标题:”后面的括号"),
        ("标题：（低保）", "“标题:”后面的括号"),
        ("(低保 OR 五保) 申请", "请写成 低保 OR 五保"),
        ("机构:", "“机构:”后面没有内容"),
        ("预算 机构：", "机构:财政局"),
        ("部门:财政局 预算", "机构:财政局"),
        ("发文字号：云政发2019", "文号:云政发2019"),
        ("“低保", "引号不成对"),
        ("低保”", "引号不成对"),
        ('"低保 申请', "引号不成对"),
        ('“低保"', "引号不成对"),
        ("标题:“低保", "引号不成对"),
        ("(低保 申请", "括号不成对"),
    ],
)
def test_what_looks_like_grammar_is_told(typed: str, told: str) -> None:
    (sentence,) = misread(typed)
    assert told in sentence and sentence.endswith("。")


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "低保 申请",
            "低保 OR 五保 申请",
            "“低保 or 五保”",
            "标题:招聘",
            "标题:“低保 申请”",
            "机构: 财政局",
            "-机构:财政局",
        ),
        *("Terms and Conditions", "to be or not to be", "“NOT for sale” 公告", "标题:not", "GDP or CPI", "OR"),
        *(
            "关于印发“十三五”规划的通知",
            "云溪县医疗救助办法（试行）",
            "关于印发《医疗救助办法（试行",
            "国办发(2019)14号",
        ),
        *(
            '24" 显示器',
            "1)第一项",
            "(一)总则",
            "联系人:张三",
            "会议时间:8:30",
            "单位:万元",
            "R&D 投入",
            "或者",
            "-预算 决算",
            "",
        ),
        *("一、总则（草案）", "and 低保", "“十四五”规划 和 “十三五”规划", "AB|C"),
    ],
)
def test_ordinary_words_are_told_nothing(typed: str) -> None:
    assert misread(typed) == []


def test_a_few_sentences_are_enough() -> None:
    assert len(misread("标题:(甲 机构:(乙 文号:(丙 部门:丁 戊 or 己 and 庚 机构:")) <= MOST
