from pathlib import Path

import pytest

from archive.extract import extract_plain
from archive.extract.others.markdown import from_text
from tests.archive.extract.makers import assert_golden

DOCUMENT = """# 临沭县**政务公开**办法

2020年1月1日 第1号令公布

<!-- INFO
END -->

## 第一章 总则

第一条 为了_规范_政务公开，制定**本办法**。见[条例](http://www.gov.cn/a(1).htm)第*三*条，5*3*2=30，文件名 a_b_c。

> 引文一段

- 列表一
* 列表二
1. 编号保留

| 事项 | 数量 | 说明 |
|:-----|-----:|------|
| 规章 | 0 |  |
| 规范性文件 | 24 | 含\\|竖线 |

第二条 <br>换行\\*星号\\*<span>标签</span>

---
`代码` ![图示](a.png)
"""


def test_marks_are_taken_away_and_the_text_stays(tmp_path: Path) -> None:
    path = tmp_path / "办法.md"
    path.write_text(DOCUMENT, encoding="utf-8")
    assert_golden("markdown", extract_plain(path, "text/markdown"))


@pytest.mark.parametrize(
    ("source", "title", "paragraphs"),
    [
        ("## 二级\n正文。", None, ("二级", "正文。")),
        ("# 甲 #\n# 乙\n正文。", "甲", ("乙", "正文。")),
        ("正文 # 不是标题", None, ("正文 # 不是标题",)),
        ("#不是标题", None, ("#不是标题",)),
        ("<!-- 没有结束", None, ()),
        ("**“重点”**：内容", None, ("“重点”：内容",)),
    ],
)
def test_headings_and_comments(source: str, title: str | None, paragraphs: tuple[str, ...]) -> None:
    extraction = from_text(source)
    assert (extraction.title, extraction.paragraphs) == (title, paragraphs)


def test_a_separator_within_a_line_ends_no_row_of_a_table() -> None:
    found = from_text("# 防汛\u2028通知\n\n甲\u2028乙\n\n| 名称 | 数 |\r\n|---|---|\r\n| 沙袋\u2028大 | 3 |\r\n")
    assert (found.title, found.paragraphs) == ("防汛 通知", ("甲", "乙", "名称\t数", "沙袋 大\t3"))


def test_comments_that_say_something_are_listed() -> None:
    found = from_text("# 甲\n<!-- INFO END --><!-- 正文开始 -->\n正文。<!-- 内部口径\n暂不公开 -->")
    assert (found.paragraphs, found.concealed) == (("正文。",), ("源代码中的注释：内部口径 暂不公开",))
