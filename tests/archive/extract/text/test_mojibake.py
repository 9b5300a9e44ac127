"""Text decoded wrongly is recognised however it came about, and real text is never taken for it."""

from pathlib import Path

import pytest

from archive.extract import extract_plain
from archive.extract.mediatype import MARKDOWN
from archive.extract.text.assemble import assemble
from archive.extract.text.mojibake import is_garbled

SENTENCES = (
    "政府信息公开工作年度报告，包括2019年",
    "各镇街道办事处，县直各部门：",
    "关于印发《办法》的通知（国办发〔2019〕14号）",
    "一、总体情况",
)
WRONG = (
    ("gbk", "latin-1"),
    ("gbk", "cp1252"),
    ("utf-8", "latin-1"),
    ("utf-8", "cp1252"),
    ("utf-8", "gbk"),
    ("gbk", "utf-8"),
)


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize(("written", "read"), WRONG)
def test_text_in_a_wrong_encoding_is_garbled(text: str, written: str, read: str) -> None:
    assert is_garbled(text.encode(written, "ignore").decode(read, "replace"))


@pytest.mark.parametrize(
    "text",
    [
        *SENTENCES,
        "",
        "Open Government Information",
        "联通公司、移通公司",
        "锟字少见，屯田、烫伤也是常用词。",
        "浠水县、滕州市、溱潼镇、洹河",
        "Ménière 综合征 naïveté, ÅNGSTRÖM",
        "± 0.5 ℃，10 µm，§ 3，½",
        "① ② ③ → ■ □ ☑",
        "資訊公開條例（臺灣）",
        "информация о деятельности",
        "情報公開の手引き",
    ],
)
def test_text_is_not_garbled_however_rare_its_characters_are(text: str) -> None:
    assert not is_garbled(text)


def test_garbled_paragraphs_are_taken_out_and_the_reviewer_is_told_where(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# 标题\n\n第一段。\n\nÖÐ»ªÈËÃñ¹²ºÍ¹ú\n\n第二段。\n", encoding="utf-8")
    found = extract_plain(path, MARKDOWN)
    assert found.paragraphs == ("第一段。", "第二段。")
    assert found.warnings == ("正文有 1 段共 14 个字是乱码，没有收入正文，检索不到，请核对原件。",)


def test_places_are_right_after_garbled_paragraphs_were_taken_out() -> None:
    found = assemble(
        None,
        ["ÖÐ»ªÈËÃñ", "第一段。", "å…¬å¼€ä¿¡æ¯", "第二段。", "第三段。"],
        labels=["第 1 页", "第 1 页", "第 2 页 表 1", "第 2 页", "第 3 页"],
    )
    assert found.paragraphs == ("第一段。", "第二段。", "第三段。")
    assert [(place.start, place.label) for place in found.places] == [(0, "第 1 页"), (1, "第 2 页"), (2, "第 3 页")]
    assert found.warnings[0].startswith("第 1、2 页有 2 段共 ")


def test_a_file_of_nothing_else_is_unreadable_and_has_no_title() -> None:
    found = assemble("ÖÐ»ªÈËÃñ", ["ÖÐ»ªÈËÃñ", "¹²ºÍ¹ú¹²ºÍ"])
    assert (found.title, found.paragraphs) == (None, ())
    assert found.warnings == ("全文 18 个字都是乱码，无法识别，检索不到。请核对原件，重新导出或另存后再提交。",)
