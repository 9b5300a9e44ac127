import pytest

from archive.extract.webpage.card import read_card

STANDARD = {"索引号": "000014349/2019-00007", "发文机关": "国务院", "成文日期": "2019年01月27日"}


@pytest.mark.parametrize(
    "lines",
    [
        ["索 引 号：\t000014349/2019-00007\t主题分类：", "发文机关：\t国务院\t成文日期：\t2019年01月27日"],
        ["索引号\t000014349/2019-00007\t发文机关\t国务院", "成文日期\t2019年01月27日\t主题词"],
        ["索引号：000014349/2019-00007", "发文机关： 国务院", "成文日期: 2019年01月27日", "有效性："],
        ["索引号：000014349/2019-00007 发文机关：国务院 成文日期：2019年01月27日"],
        ["索引号：", "000014349/2019-00007", "发文机关：", "国务院", "成文日期：", "2019年01月27日", "文号："],
        ["【索引号】：000014349/2019-00007", "【发文机关】：国务院", "【成文日期】：2019年01月27日"],
        ["[索引号] 000014349/2019-00007".replace("] ", "]："), "发文机关：国务院", "成文日期：2019年01月27日"],
    ],
)
def test_a_card_is_read_however_it_is_laid_out(lines: list[str]) -> None:
    card = read_card(["公开目录", *lines, "各省、自治区人民政府："])
    assert card.stated == STANDARD
    assert card.rest == ["公开目录", "各省、自治区人民政府："]


@pytest.mark.parametrize(
    "lines",
    [
        ["标题：关于防火的通知", "名称：某某公司"],
        ["发布日期：2020年1月1日", "正文开始。"],
        ["标题\t发文字号\t成文日期", "关于甲的通知\t县发〔2019〕1号\t2019年1月1日"],
        ["有效期：五年。", "本办法自2020年1月1日起施行。"],
        ["来源：财政局", "作者：王五"],
    ],
)
def test_lines_of_a_document_that_look_like_labels_stay(lines: list[str]) -> None:
    card = read_card(lines)
    assert card.stated == {}
    assert card.rest == lines


def test_an_empty_value_takes_nothing_from_the_text_below() -> None:
    lines = ["索引号：\t1", "成文日期：\t2019年1月1日", "主题词：", "国务院关于印发规划的通知", "国发〔2019〕1号"]
    card = read_card(lines)
    assert card.stated == {"索引号": "1", "成文日期": "2019年1月1日"}
    assert card.rest == ["国务院关于印发规划的通知", "国发〔2019〕1号"]
