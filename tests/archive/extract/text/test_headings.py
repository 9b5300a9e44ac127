import pytest

from archive.extract.text.headings import missing_content

TWO_LOST = ["一、总体情况", "正文。", "二、主动公开情况", "三、申请情况", "四、问题和改进", "正文。"]


@pytest.mark.parametrize(
    ("paragraphs", "missing"),
    [
        (TWO_LOST, ["二、主动公开情况", "三、申请情况"]),
        (["前言。 一、总体情况 正文。", "二、表格", "三、结尾 正文。"], ["二、表格"]),
        (["一、甲", "正文。", "二、乙", "（一）子标题", "正文。", "三、丙", "正文。"], []),
        (["一、甲", "正文。", "二、乙", "规章\t0\t1", "三、丙", "正文。"], []),
        (["第一章 总则", "第一条 正文。", "第二章 表", "第三章 附则", "第二条 正文。"], ["第二章 表"]),
        (["一、甲", "正文。", "二、乙", "正文。", "三、其他需要报告的事项"], ["三、其他需要报告的事项"]),
        # An agenda has no missing content.
        (["一、传达会议精神", "二、研究财政工作", "三、研究人事事项"], []),
        (["一、传达会议精神", "二、研究财政工作", "三、研究人事事项", "出席：全体成员。"], []),
        # These items need no text below them.
        (["一、时间：3月5日", "二、地点：会议室", "三、参加人员", "各镇街。"], []),
        (["一、加强领导。", "二、落实责任；", "三、严格督导。"], []),
        # Tables of contents have no missing content.
        (["目 录", "第一章 总则", "第二章 公开", "第一节 主体", "第三章 附则", "第一章 总则", "第一条 正文。"], []),
        (["第一章 总则", "第二章 公开", "第一节 主体", "第三章 附则", "第一章 总则", "甲。"], []),
        ([], []),
    ],
)
def test_a_heading_with_nothing_below_it_is_found(paragraphs: list[str], missing: list[str]) -> None:
    assert [heading for _, heading in missing_content(paragraphs)] == missing


def test_an_empty_heading_comes_with_its_own_paragraph() -> None:
    # The text names the heading before.
    named = ["分为一、总体情况，二、主动公开情况等。", *TWO_LOST]
    assert missing_content(named) == [(3, "二、主动公开情况"), (4, "三、申请情况")]


def test_a_line_of_numerals_is_no_heading() -> None:
    assert missing_content([f"第{'一' * 5000}章 甲", "第二章 乙", "正文。", "第三章 丙", "正文。"]) == []


@pytest.mark.parametrize(("before", "number", "after"), [("九", "十", "十一"), ("十九", "二十", "二十一")])
def test_numbers_rise_beyond_ten(before: str, number: str, after: str) -> None:
    paragraphs = [f"{before}、甲", "正文。", f"{number}、乙", f"{after}、丙", "正文。"]
    assert [heading for _, heading in missing_content(paragraphs)] == [f"{number}、乙"]
