from pathlib import Path

import pytest

from archive.extract import extract_plain
from archive.extract.others.plain import from_text
from tests.archive.extract.makers import REAL, assert_golden

LINSHU = REAL / "linshu-2019-annual-report.txt"

SCRAPED = """关于做好秋季防火工作的通知 | ||||||||
2020-09-01 点击数: | |||||
|
||||||
沭政办字〔2020〕31号
各镇街： |
\u3000\u3000为做好秋季防火工作，现通知如下。
序号 | 镇街 | 责任人 |
1 | 玉山镇 | 王五 |
一、加强宣传
出动宣传车50台次。
二、责任分工表
三、严格督导 对工作不力的予以通报。
附件【责任分工表(1).xlsx】 |
【关闭窗口】 |
"""


def test_a_scraped_page_gives_its_text_without_bars_and_buttons(tmp_path: Path) -> None:
    path = tmp_path / "scraped.txt"
    path.write_text(SCRAPED, encoding="gb18030")
    assert_golden("plain-scraped", extract_plain(path, "text/plain"))


@pytest.mark.parametrize(
    ("first", "title"),
    [
        ("关于印发方案的通知", "关于印发方案的通知"),
        ("这是一句话，不是标题。", None),
        ("各镇街：", None),
        ("字" * 81, None),
        ("甲\t乙", None),
    ],
)
def test_the_first_line_is_the_title_if_it_looks_like_one(tmp_path: Path, first: str, title: str | None) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"\n\n{first}\n正文。\n", encoding="utf-8")
    extraction = extract_plain(path, "text/plain")
    assert extraction.title == title
    assert extraction.paragraphs[-1] == "正文。"


@pytest.mark.slow
@pytest.mark.skipif(not LINSHU.exists(), reason="the shared real material is not here")
def test_the_seed_report_reads_as_a_document() -> None:
    extraction = extract_plain(LINSHU, "text/plain")
    assert extraction.title == "临沭县人民政府2019年政府信息公开工作年度报告"
    assert extraction.page_date == "2020-01-23"
    assert extraction.paragraphs[0].startswith("县人民政府办公室按照")
    text = "\n".join(extraction.paragraphs)
    assert not any(noise in text for noise in ("点击数", "关闭窗口", "|", "附件"))
    assert text.endswith("六、其他需要报告的事项 无。")
    assert extraction.warnings == (
        "正文提到附件“临沭县人民政府2019年政府信息公开工作年报(1).docx”，其内容不在本文件中，请一并收取。",
        "“二、主动公开政府信息情况”之下没有内容，可能在抽取时丢失了表格。",
        "“三、收到和处理政府信息公开申请情况”之下没有内容，可能在抽取时丢失了表格。",
        "“四、政府信息公开行政复议、行政诉讼情况”之下没有内容，可能在抽取时丢失了表格。",
    )


def test_a_title_on_several_lines_is_one_line() -> None:
    found = from_text("云溪县人民政府办公室\n关于做好防汛工作\n的通知\n各镇：\n")
    assert (found.title, found.paragraphs) == ("云溪县人民政府办公室关于做好防汛工作的通知", ("各镇：",))
