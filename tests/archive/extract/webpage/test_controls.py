"""What a reader sees in the controls and drawings of a document is in its text, and the page's own is not."""

import pytest

from archive.extract.webpage.html import from_text

BODY = "<p>本办法所称政府信息，是指行政机关在履行职能过程中制作的信息，应当及时、准确公开。</p>"


def lines(content: str, container: str = "<div id=zoom>{}</div>") -> tuple[str, ...]:
    return from_text(f"<html><body>{container.format(BODY + content)}</body></html>").paragraphs[1:]


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("<p>姓名：<input value=张三>，电话：<input type=tel value=12345 readonly></p>", ("姓名：张三，电话：12345",)),
        ("<p>填报于<input type=date value=2024-03-05></p>", ("填报于2024-03-05",)),
        ("<p>结论：<select><option>同意<option selected>不同意</select>。</p>", ("结论：不同意。",)),
        ("<p>结论：<select><option>同意<option>不同意</select></p>", ("结论：同意",)),
        ("<p>结论：<select size=3><option>同意<option>不同意</select></p>", ("结论：",)),
        ("<p>事项：<select multiple><option selected>甲<option>乙<option selected>丙</select></p>", ("事项：甲、丙",)),
        ("<p>意见：<textarea>同意公开。\n按期答复。</textarea></p>", ("意见：同意公开。", "按期答复。")),
        ("<p><input type=checkbox checked>是<input type=checkbox>否</p>", ("☑是☐否",)),
        (
            "<table><tr><td>姓名<td>单位</tr><tr><td><input value=张三><td><input value=县局></tr></table>",
            ("姓名\t单位", "张三\t县局"),
        ),
        ("<form><p>姓名：<input value=张三></p><p>单位：<input value=县局></p></form>", ("姓名：张三", "单位：县局")),
        ("<svg><title>图</title><g><text x=1>收入</text><text>支<tspan>出</tspan></text></g></svg>", ("收入", "支出")),
        ("<svg><foreignObject><div>合计</div></foreignObject></svg>", ("合计",)),
        ("<svg><defs><text id=a>甲</text><symbol id=b><text>乙</text></symbol></defs><use href=#a />"
         "<use xlink:href=#b /><use href=#c /></svg>", ("甲", "乙")),
        ("<svg><foreignObject><div>姓名：<input value=张三><input type=hidden value=1><input type=checkbox>是</div>"
         "</foreignObject></svg>", ("姓名：张三☐是",)),
        ("<svg><rect fill=blue width=9 height=9 /><text fill=white>甲</text></svg>", ("甲",)),
        ("<div style='background:blue'><svg fill=white><text>甲</text></svg></div>", ("甲",)),
        ("<svg><foreignObject><div style='background:blue;color:white'>甲</div></foreignObject></svg>", ("甲",)),
        ("<svg><defs><rect id=a /></defs></svg><svg><use href=#a /><text fill=white>甲</text></svg>", ("甲",)),
        ("<p>进度<progress value=3 max=10>三成</progress>，余<meter min=10 max=20 value=99>多</meter></p>",
         ("进度30%，余100%",)),
        # Not seen.
        ("<p>号：<input type=hidden value=1><input value=2 hidden><input value=3 style='display:none'></p>", ("号：",)),
        ("<p>密码：<input type=password value=1><input type=submit value=提交></p>", ("密码：",)),
        ("<p>提示：<input placeholder=请填写></p>", ("提示：",)),
        ("<style>.x {display:none} .y text {visibility:hidden}</style><svg><text class=x>甲</text><g class=y>"
         "<text>乙</text></g><text>丙<tspan class=x>丁</tspan>戊</text></svg>", ("丙戊",)),
        ("<p>结论：<select><option selected label=同意>1</select></p>", ("结论：同意",)),
        ("<svg><text fill=none stroke=red>印章</text></svg>", ("印章",)),
        ("<svg><defs><text>甲</text></defs><text display=none>乙</text><text opacity=0>丙</text></svg>", ()),
    ],
)  # fmt: skip
def test_what_is_shown_is_read_where_it_stands(content: str, shown: tuple[str, ...]) -> None:
    assert lines(content) == shown


def test_what_a_drawing_hides_is_listed_and_a_picture_in_it_told() -> None:
    drawing = (
        "<svg><text display=none>内部</text><text>收<tspan style='opacity:0'>秘<a>密</a>文</tspan>入</text>{}</svg>"
    )
    found = from_text(f"<div id=zoom>{BODY}{drawing.format('<image href=a.png width=400 height=300 />')}</div>")
    assert found.paragraphs[1:] == ("收入",)
    assert found.concealed == ("隐藏文字：内部", "隐藏文字：秘密文")
    assert any("1 幅图片" in each for each in found.warnings)
    assert not from_text(f"<div id=zoom>{BODY}{drawing.format('')}</div>").warnings


@pytest.mark.parametrize(("size", "told"), [("width=400 height=300", True), ("width=16 height=16", False), ("", False)])
def test_a_drawing_without_words_is_a_picture_if_it_says_it_is_large(size: str, told: bool) -> None:
    found = from_text(f"<div id=zoom>{BODY}<svg {size}><path d=M0,0 /></svg></div>")
    assert any("1 幅图片" in each for each in found.warnings) is told


def test_in_a_document_that_is_only_guessed_the_search_of_the_page_is_none_of_it() -> None:
    search = "<form><p>站内搜索：<input name=keyword value=请输入关键字><select><option>全部</select></p></form>"
    labelled = f"<div>{search}<input value=查>{BODY * 3}<p>姓名：<input value=张三></p></div>"
    found = from_text(f"<html><body>{labelled}</body></html>").paragraphs
    assert found[-1] == "姓名：张三" and not any("关键字" in each or "查" in each or "全部" in each for each in found)


def test_text_struck_by_a_class_of_the_pages_own_sheet_is_told() -> None:
    page = "<style>.x {text-decoration: line-through red} .y u {text-decoration-line: line-through}</style>"
    found = from_text(f"{page}<div id=zoom>{BODY}<p class=x>删去</p><p class=y>甲<u>乙</u></p></div>")
    assert any("3 个字带删除线" in each for each in found.warnings)
    assert [each for each in found.concealed if "删去" in each] and found.paragraphs[1:] == ("删去", "甲乙")


def test_the_work_grows_with_the_page_and_no_faster() -> None:
    many = "<svg>" + "<g>" * 150 + "<text>甲</text>" + "</g>" * 150 + "</svg>"
    assert lines(many * 20) == ("甲",) * 20


def test_words_of_a_drawing_white_on_white_or_of_no_size_and_the_text_of_a_gauge_are_listed() -> None:
    drawing = (
        "<style>.w {fill: #fefefe}</style><svg><rect fill=white /><g class=w>"
        "<text>白字<tspan fill=red>红字</tspan></text>"
        "</g><text font-size=0>没有大小</text><foreignObject><p style='color:white'>纸色</p></foreignObject></svg>"
        "<p>进度<progress>快完成了</progress></p>"
    )
    found = from_text(f"<div id=zoom>{BODY}{drawing}</div>")
    assert found.paragraphs[1:] == ("红字", "进度")
    listed = ("白字", "没有大小", "纸色", "快完成了")
    assert found.concealed == tuple(f"隐藏文字：{each}" for each in listed)


@pytest.mark.parametrize("inner", ["<use href=#a />" * 2, "<text>甲</text>" * 50 + "<use href=#a />" * 50])
def test_a_drawing_that_uses_itself_comes_to_an_end(inner: str) -> None:
    found = from_text(f"<div id=zoom>{BODY}<svg><g id=a>{inner}</g></svg></div>")
    assert any("1 幅图片" in each for each in found.warnings)
