"""Word documents from before 2007: pieces, revisions, tables, titles, and files that can't be read."""

import struct
from pathlib import Path

import pytest

from archive.errors import ExtractionFailed
from archive.extract import extract_plain
from archive.extract.extraction import Extraction
from archive.extract.mediatype import DOC, media_type
from tests.archive.extract.compounds import write_compound
from tests.archive.extract.worddocuments import (
    CENTERED,
    DELETED,
    HIDDEN,
    IN_TABLE,
    ROW_END,
    Run,
    Style,
    colour,
    ground,
    lines,
    size,
    styled,
    write_doc,
)


def read(path: Path) -> Extraction:
    assert media_type(path, "a.docx") == DOC
    return extract_plain(path, DOC)


def test_text_is_put_together_of_its_pieces(tmp_path: Path) -> None:
    runs = [Run("第一条 为了规范，\r"), Run("PM2.5 is measured.\r", narrow=True), Run("第二条 𠮷\u000b换行。\r")]
    found = read(write_doc(tmp_path / "a", runs))
    assert found.paragraphs == ("第一条 为了规范，", "PM2.5 is measured.", "第二条 𠮷 换行。")
    assert found.warnings == ()


def test_what_is_deleted_or_hidden_is_left_out_and_told(tmp_path: Path) -> None:
    runs = [Run("应当"), Run("不得", look=DELETED), Run("公开"), Run("（内部）", look=HIDDEN), Run("。\r")]
    found = read(write_doc(tmp_path / "a", runs))
    assert found.paragraphs == ("应当公开。",)
    assert any("修订" in each for each in found.warnings)
    assert any("4 个字设为隐藏" in each for each in found.warnings)
    assert found.concealed == ("修订中删除：不得（在开头）", "隐藏文字：（内部）（在开头）")


WHITE = colour(255, 255, 255)
AS_STYLE, UNLIKE_STYLE, SHOWN = (bytes([0x3C, 0x08, value]) for value in (0x80, 0x81, 0))
# Styles by number: plain, hidden paragraphs and one based on them, hidden characters and some based on them, a banner.
STYLES = (
    *(Style(form=b""), Style(HIDDEN, b""), Style(form=b"", base=1), Style(HIDDEN), Style(base=3)),
    *(Style(SHOWN, base=3), Style(WHITE, ground(0, 0, 128, 0xC64D))),
)


BLUE, PAPER, AUTOMATIC = b"\0\0\x80\0", b"\xff\xff\xff\0", b"\0\0\0\xff"


def patterned(fore: bytes, back: bytes, pattern: int, of: int = 0xCA71) -> bytes:
    return struct.pack("<HB", of, 10) + fore + back + struct.pack("<H", pattern)


def of_old(fore: int, back: int, pattern: int, of: int = 0x4866) -> bytes:
    return struct.pack("<HH", of, fore | back << 5 | pattern << 10)


@pytest.mark.parametrize(
    ("run", "kind"),
    [
        (Run("密语\r", colour(0, 0, 128) + patterned(BLUE, PAPER, 1)), "与底色相同的文字"),
        (Run("密语\r", colour(0, 0, 128), patterned(BLUE, PAPER, 1, 0xC64D)), "与底色相同的文字"),
        (Run("密语\r", colour(0, 0, 128) + patterned(BLUE, BLUE, 14)), "与底色相同的文字"),
        (Run("密语\r", colour(0, 0, 0) + patterned(AUTOMATIC, PAPER, 1)), "与底色相同的文字"),
        (Run("密语\r", b"\x42\x2a\x02" + of_old(2, 8, 1)), "与底色相同的文字"),
        (Run("密语\r", b"\x42\x2a\x02" + of_old(0, 2, 0)), "与底色相同的文字"),
        (Run("密语\r", b"\x42\x2a\x06" + b"\x0c\x2a\x06"), "与底色相同的文字"),
        (Run("密语\r", style=1), "隐藏文字"),
        (Run("密语\r", style=2), "隐藏文字"),
        (Run("密语\r", styled(3)), "隐藏文字"),
        (Run("密语\r", styled(4)), "隐藏文字"),
        (Run("密语\r", AS_STYLE, style=1), "隐藏文字"),
        (Run("密语\r", UNLIKE_STYLE), "隐藏文字"),
        (Run("密语\r", WHITE), "与底色相同的文字"),
        (Run("密语\r", WHITE + ground(255, 255, 255)), "与底色相同的文字"),
        (Run("密语\r", form=lines(-20)), "小到看不见的文字"),
        (Run("密语\r", form=lines(-40)), "小到看不见的文字"),
        (Run("密语\r", colour(0, 0, 128) + ground(0, 0, 128)), "与底色相同的文字"),
        (Run("密语\r", size(2)), "小到看不见的文字"),
    ],
)
def test_what_is_not_seen_for_any_reason_is_listed_and_is_no_text(tmp_path: Path, run: Run, kind: str) -> None:
    found = read(write_doc(tmp_path / "a", [Run("公开的话。\r"), run], styles=STYLES))
    assert (found.paragraphs, found.concealed) == (("公开的话。",), (f"{kind}：密语（在“公开的话。”之后）",))


@pytest.mark.parametrize(
    "run",
    [
        *(Run("文字\r", SHOWN, style=1), Run("文字\r", UNLIKE_STYLE, style=1), Run("文字\r", styled(3), style=1)),
        *(Run("文字\r", styled(5)), Run("文字\r", style=99), Run("文字\r", styled(99)), Run("文字\r", style=6)),
        *(
            Run("文字\r", colour(0, 0, 128) + patterned(BLUE, PAPER, 14)),
            Run("文字\r", WHITE + patterned(BLUE, PAPER, 1)),
        ),
        *(Run("文字\r", b"\x42\x2a\x02" + of_old(2, 8, 14)), Run("文字\r", WHITE + of_old(9, 0, 1))),
        *(Run("文字\r", form=lines(-240)), Run("文字\r", form=lines(20)), Run("文字\r", form=lines(240, 1))),
        *(Run("文字\r", WHITE + ground(0, 0, 128)), Run("文字\r", WHITE, ground(0, 0, 128, 0xC64D))),
        Run("文字\r", WHITE + ground(0, 0, 0).replace(b"\0\0\0\0\0\0", b"\0\0\0\xff\0\0"), ground(0, 0, 128, 0xC64D)),
        *(Run("文字\r", WHITE + b"\x0c\x2a\x02"), Run("文字\r", size(3)), Run("文字\r", colour(255, 255, 0))),
    ],
)
def test_what_is_seen_is_text_whatever_styles_say(tmp_path: Path, run: Run) -> None:
    found = read(write_doc(tmp_path / "a", [Run("公开的话。\r"), run], styles=STYLES))
    assert (found.paragraphs, found.concealed, found.warnings) == (("公开的话。", "文字"), (), ())


def test_white_on_a_ground_that_is_not_known_stays_and_is_told(tmp_path: Path) -> None:
    cell, end = Run("表头\x07", WHITE, IN_TABLE), Run("\x07", form=IN_TABLE + ROW_END)
    for path in (
        write_doc(tmp_path / "a", [cell, end, Run("正文。\r")]),
        write_doc(tmp_path / "b", [Run("表头\r", WHITE), Run("正文。\r")], drawing=bytes(8)),
    ):
        found = read(path)
        assert (found.paragraphs, found.concealed) == (("表头", "正文。"), ())
        assert any("2 个白色的字" in each for each in found.warnings)


def test_a_text_box_is_no_picture_but_one_in_a_group_of_boxes_is(tmp_path: Path) -> None:
    floating = [Run("\x08正文。\r")]
    assert any("1 幅图片" in each for each in read(write_doc(tmp_path / "a", floating)).warnings)
    assert read(write_doc(tmp_path / "b", floating, boxes=1)).warnings == ()
    found = read(write_doc(tmp_path / "c", floating, boxes=2, drawing=b"\x04\x41\x01\0\0\0"))
    assert any("1 幅图片" in each for each in found.warnings)


def test_comments_are_listed_with_their_authors_and_are_no_text(tmp_path: Path) -> None:
    comments = [("张三", "与常委会意见不一致\r暂不公开"), ("李四", "见附件")]
    found = read(write_doc(tmp_path / "a", [Run("补助标准。\r"), Run("页眉\r")], beyond=1, comments=comments))
    assert found.paragraphs == ("补助标准。", "页眉")
    assert found.concealed == ("批注（张三）：与常委会意见不一致 暂不公开", "批注（李四）：见附件")
    assert any("2 条批注" in each for each in found.warnings)


def test_a_field_shows_what_it_yields(tmp_path: Path) -> None:
    runs = [Run('见\x13 HYPERLINK "http://x" \x14附件一\x13 PAGE \x143\x15页\x15。\x01\r')]
    found = read(write_doc(tmp_path / "a", runs))
    assert found.paragraphs == ("见附件一3页。",)
    assert any("1 幅图片" in each for each in found.warnings)


def test_a_table_is_rows_with_their_cells_in_their_columns(tmp_path: Path) -> None:
    runs = [Run("情况如下：\r")]
    for cells in (("机关", "件数", "备注"), ("财政局", "3", ""), ("教体局", "", "未报")):
        runs += [Run(f"{cell}\x07", form=IN_TABLE) for cell in cells]
        runs += [Run("\x07", form=IN_TABLE + ROW_END)]
    found = read(write_doc(tmp_path / "a", [*runs, Run("特此通知。\r")]))
    assert found.paragraphs == ("情况如下：", "机关\t件数\t备注", "财政局\t3\t", "教体局\t\t未报", "特此通知。")
    assert [(place.start, place.label) for place in found.places] == [(1, "表 1"), (4, "")]


def test_a_cell_of_several_paragraphs_is_one(tmp_path: Path) -> None:
    runs = [
        *(Run("县财政局\r", form=IN_TABLE), Run("预算科\x07", form=IN_TABLE), Run("3\x07", form=IN_TABLE)),
        *(Run("\x07", form=IN_TABLE + ROW_END), Run("以上。\r")),
    ]
    assert read(write_doc(tmp_path / "a", runs)).paragraphs == ("县财政局预算科\t3", "以上。")


def test_cells_of_a_table_within_a_cell_stand_apart_and_are_told(tmp_path: Path) -> None:
    inner, row = IN_TABLE + b"\x4b\x24\x01", IN_TABLE + b"\x4b\x24\x01\x4c\x24\x01"
    runs = [
        *(Run("甲\x07", form=IN_TABLE), Run("子\r", form=inner), Run("丑\r", form=inner), Run("\r", form=row)),
        *(Run("\x07", form=IN_TABLE), Run("\x07", form=ROW_END), Run("以上。\r")),
    ]
    found = read(write_doc(tmp_path / "a", runs))
    assert found.paragraphs == ("甲\t子 丑", "以上。")
    assert any("其中 2 个单元格的文字接在一起" in each for each in found.warnings)


def test_the_title_is_the_large_centered_lines(tmp_path: Path) -> None:
    large = size(22)
    runs = [
        *(Run("云政发〔2020〕1号\r", form=CENTERED, look=size(16)), Run("云溪县人民政府\r", form=CENTERED, look=large)),
        *(Run("关于防汛工作的通知\r", form=CENTERED, look=large), Run("各镇人民政府：\r"), Run("第一条 落实责任。\r")),
    ]
    found = read(write_doc(tmp_path / "a", runs))
    assert found.title == "云溪县人民政府关于防汛工作的通知"
    assert found.paragraphs == ("云政发〔2020〕1号", "各镇人民政府：", "第一条 落实责任。")


def test_a_title_may_begin_with_a_year_and_need_not_be_centered(tmp_path: Path) -> None:
    runs = [
        *(Run("2019年政务公开报告\r", look=size(22)), Run("县政府办公室\r", form=CENTERED, look=size(16))),
        *(Run("2020年1月23日\r", look=size(16)), Run("一、总体情况\r", look=size(16))),
    ]
    found = read(write_doc(tmp_path / "a", runs))
    assert (found.title, found.paragraphs) == ("2019年政务公开报告", ("县政府办公室", "2020年1月23日", "一、总体情况"))


def test_without_a_look_the_title_is_what_stands_above_the_text(tmp_path: Path) -> None:
    runs = [Run("云溪县供热管理办法\r"), Run("（2020年5月1日县人民政府通过）\r"), Run("第一章 总则\r", form=CENTERED)]
    assert read(write_doc(tmp_path / "a", runs)).title == "云溪县供热管理办法"


def test_headers_and_the_boxes_in_them_are_read_last_and_each_line_once(tmp_path: Path) -> None:
    runs = [Run("正文。\r"), Run("\x03\r\x04\r内部资料\x08\r正文。\r第 \x13 PAGE \x143\x15 页\r内部资料\r")]
    found = read(write_doc(tmp_path / "a", runs, beyond=1, beside=[Run("云溪县\x01印\r"), Run("云溪县印\r")]))
    assert found.paragraphs == ("正文。", "内部资料", "云溪县印") and found.warnings == ()


def test_what_is_hidden_in_a_header_or_a_box_of_it_is_listed(tmp_path: Path) -> None:
    runs = [Run("正文。\r"), Run("页眉"), Run("不外传", HIDDEN), Run("\r")]
    boxes = [Run("删去的话", DELETED), Run("\r"), Run("看不见", size(1)), Run("\r")]
    found = read(write_doc(tmp_path / "a", runs, beyond=3, beside=boxes))
    assert found.paragraphs == ("正文。", "页眉")
    assert found.concealed == ("隐藏文字：不外传", "修订中删除：删去的话", "小到看不见的文字：看不见")


@pytest.mark.parametrize(
    ("flags", "magic", "reason"), [(0x0300, 0xA5EC, "打开密码"), (0x0200, 0xA5DC, "Word 95"), (0, 0xA5EC, "已损坏")]
)
def test_what_cannot_be_read_says_why(tmp_path: Path, flags: int, magic: int, reason: str) -> None:
    path = write_doc(tmp_path / "a", [Run("正文。\r")], flags, magic)
    with pytest.raises(ExtractionFailed, match=reason):
        read(path)


def test_a_document_cut_off_or_overwritten_anywhere_is_no_traceback(tmp_path: Path) -> None:
    whole = write_doc(tmp_path / "a", [Run("正文。\r"), Run("表\x07", form=IN_TABLE)]).read_bytes()
    for at in range(0, len(whole), 97):
        before, after = whole[:at], whole[at + 8 :]
        for damaged in (before, before + b"\xff" * 8 + after, before + bytes(8) + after):
            path = tmp_path / "b"
            path.write_bytes(damaged)
            try:
                found = extract_plain(path, DOC)
            except ExtractionFailed:
                continue
            assert found.paragraphs or found.warnings or found.title


def test_a_container_without_a_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExtractionFailed, match="已损坏"):
        extract_plain(write_compound(tmp_path / "a", {"WordDocument": b"x"}), DOC)
