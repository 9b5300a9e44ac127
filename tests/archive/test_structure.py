"""The structure of texts: headings, articles, inner titles, signatures and days, and what only looks like one."""

from dataclasses import dataclass
from time import process_time

import pytest

from archive.document import Place
from archive.structure import Element, Role, structure


@dataclass(frozen=True)
class Read:
    text: str
    places: tuple[Place, ...] = ()


def headings(text: str, title: str = "") -> list[tuple[int, str]]:
    found = structure(Read(text), title)
    return [(each.depth, each.label) for _, each in sorted(found.items()) if each.role is Role.HEADING]


def roles(text: str, title: str = "") -> list[str]:
    """Name the role of each paragraph, "" for a plain one."""
    found = structure(Read(text), title)
    return [found[at].role.value if at in found else "" for at in range(len(text.splitlines()))]


NOTICE = """云政发〔2019〕6号
各镇人民政府、街道办事处，县政府有关部门：
现将《云溪县养犬管理办法》印发给你们，请遵照执行。
附件：1.养犬登记表
2.收费标准
云溪县人民政府
云溪县公安局
2019年9月20日
云溪县养犬管理办法
第一章 总　则
第一条 为了规范养犬行为，制定本办法。
第二章 登　记
第二条 养犬应当登记。登记时提交：
（一）身份证明；
（二）住所证明。
附件1
养犬登记表
姓名\t住址
张某\t滨溪街道"""


def test_a_notice_with_what_it_issues() -> None:
    assert roles(NOTICE, "关于印发云溪县养犬管理办法的通知") == [
        *("note", "salutation", "", "", "", "closing", "closing", "closing"),
        *("title", "heading", "article", "heading", "article", "", "", "heading", "title", "", ""),
    ]
    found = structure(Read(NOTICE), "关于印发云溪县养犬管理办法的通知")
    assert [(each.depth, each.label) for each in found.values() if each.depth] == [
        *((1, "云溪县养犬管理办法"), (1, "附件1 养犬登记表"), (2, "第一章 总 则"), (2, "第二章 登 记")),
    ]
    assert found[10] == Element(Role.ARTICLE, label="第一条", end=3)


def test_headings_of_a_policy_nest_and_a_first_clause_is_one() -> None:
    text = """一、总体要求
（一）指导思想。坚持以人民为中心，统筹推进各项工作。
（二）工作目标
到2025年基本建成。
二、重点任务
（一）加强组织领导，压实工作责任。各镇要高度重视，按时完成。
（二）强化督导检查。县政府办公室每季度通报。
1.开展自查
各镇逐项对照。
2.组织复核
县里逐镇核对。"""
    assert headings(text) == [
        *((1, "一、总体要求"), (2, "（一）指导思想"), (2, "（二）工作目标"), (1, "二、重点任务")),
        *((2, "（一）加强组织领导，压实工作责任"), (2, "（二）强化督导检查"), (3, "1.开展自查"), (3, "2.组织复核")),
    ]
    found = structure(Read(text))
    assert text.splitlines()[1][: found[1].end] == "（一）指导思想。"


@pytest.mark.parametrize(
    "text",
    [
        # A list has nothing below its entries.
        "申请时提交下列材料\n一、身份证\n二、户口本\n三、申请书\n以上材料一式两份。",
        "1.身份证\n2.户口本\n3.申请书",
        # Sentences.
        "一、凡符合条件的居民，应当在规定期限内提出申请；\n二、各镇应当自收到之日起十日内审核；\n三、县里审批。",
        "一、2020年3月5日起，全县开展检查，请各单位积极配合做好准备工作。\n二、将第三条修改为：“县公安局负责。”",
        # Items of an article.
        "第一条 有下列情形之一的：\n（一）逾期未登记\n（二）遗弃犬只\n第二条 本办法自公布之日起施行。",
        # One number alone, and one that nothing precedes.
        "一、关于经费的问题\n已经安排。",
        "情况说明。\n五、关于经费的问题\n已经安排。\n七、关于人员的问题\n已经安排。",
        # Not at the beginning of a paragraph, and only cited.
        "第三章的规定自公布之日起施行\n第五条修改为以下内容\n县政府",
        # A year, a decimal, a range.
        "1.5万元用于修缮\n2.3万元用于采购\n",
        "附件：1.登记表\n2.名单\n云溪县人民政府\n2019年9月20日",
    ],
)
def test_what_only_looks_like_a_heading_is_none(text: str) -> None:
    assert headings(text) == []


def test_a_printed_table_of_contents_is_no_set_of_headings() -> None:
    text = "目 录\n第一章 总则\n第二章 登记\n附 则\n"
    text += "第一章 总则\n第一条 为了养犬。\n第二章 登记\n第二条 应当登记。\n附则\n第三条 自公布之日起施行。"
    assert headings(text) == [(1, "第一章 总则"), (1, "第二章 登记"), (1, "附则")]
    assert structure(Read(text))[4].depth == 1 and 1 not in structure(Read(text))


def test_articles_go_up_and_a_citation_at_the_beginning_of_a_paragraph_is_none() -> None:
    text = "第一条为了养犬。\n第二条 养犬登记。\n第一条规定的犬只，不得入内。\n"
    text += "第二条之一 幼犬除外。\n第五条修改后施行。\n第三条 施行。"
    found = structure(Read(text))
    assert {at: each.label for at, each in found.items()} == {
        **{0: "第一条", 1: "第二条", 3: "第二条之一", 5: "第三条"},
    }


def test_who_signs_and_the_day_stand_apart_and_a_day_in_the_text_does_not() -> None:
    text = "经研究，答复如下。\n检查于下列日期进行：\n2019年9月20日\n感谢您的关心。\n"
    text += "联系人：张某\n云溪县民政局\n二〇一九年十月八日"
    assert roles(text) == ["", "", "", "", "", "closing", "closing"]


def test_a_long_statute_takes_no_time() -> None:
    articles = "\n".join(
        (f"第{'一二三四五六七八九十'[at // 100]}章 登记\n" if at % 100 == 0 else "")
        + f"第{at + 1}条 养犬登记时提交：{'各镇人民政府应当做好工作，' * 6}\n（一）身份证明；\n（二）住所证明。"
        for at in range(800)
    )
    assert len(articles) > 80_000
    begun = process_time()
    found = structure(Read(articles))
    assert process_time() - begun < 0.25
    assert sum(each.role is Role.ARTICLE for each in found.values()) == 800
    # Whoever asks for the next part of it waits even less.
    assert structure(Read(articles)) is found


def test_much_of_anything_takes_time_in_proportion() -> None:
    for line in (
        "第一章 总则",
        "（一）",
        "一、二、",
        "附件1",
        "2019年9月20日",
        "第一条",
        " " * 50,
        "1.1.1.1",
        "第" * 80,
        "云溪县办法",
    ):
        begun = process_time()
        structure(Read("\n".join([line] * 20_000)), "云溪县办法" * 10)
        assert process_time() - begun < 5, line
