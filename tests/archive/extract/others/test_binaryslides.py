import struct
from pathlib import Path

import pytest

from archive.errors import FileRefused
from archive.extract import extract_plain, media_type
from archive.extract.extraction import Extraction
from archive.extract.mediatype import PPT
from tests.archive.extract.presentations import (
    TITLE,
    drawing,
    group,
    record,
    shape,
    string,
    tags,
    text,
    write_ppt,
)


def read(path: Path, *slides: bytes, **more: object) -> Extraction:
    written = write_ppt(path / "a", slides, **more)  # type: ignore[arg-type] # each test gives what it needs
    assert media_type(written, "a.dps") == PPT
    return extract_plain(written, PPT)


def test_slides_are_read_in_order_with_the_title_of_the_first(tmp_path: Path) -> None:
    first = drawing(shape(text("供热工作\v汇报", TITLE)), shape(text("一、概况\r二、安排")))
    second = drawing(group(shape(), shape(text("组中"))), shape(text("其他")))
    found = read(tmp_path, first, second)
    assert found.title == "供热工作汇报"
    assert found.paragraphs == ("一、概况", "二、安排", "组中", "其他")
    assert not found.warnings


def test_texts_of_the_outline_stand_where_shapes_refer_to_them(tmp_path: Path) -> None:
    refers = [shape(record(0xF9E, struct.pack("<I", at))) for at in (1, 0, 7)]
    found = read(tmp_path, drawing(*refers), outlines=[text("标题", TITLE) + text("正文")])
    assert found.title == "标题"
    assert found.paragraphs == ("正文",)


def test_bytes_are_letters_and_what_the_program_fills_in_is_no_text(tmp_path: Path) -> None:
    narrow = record(0xF9F, struct.pack("<I", 4)) + record(0xFA8, b"PM2.5 \xb5g")
    numbered = text("第*页概况", more=record(0xFD8, struct.pack("<I", 1)))
    assert read(tmp_path, drawing(shape(narrow), shape(numbered))).paragraphs == ("PM2.5 µg", "第页概况")


def test_raised_letters_symbols_and_word_art_are_written_as_they_are_shown(tmp_path: Path) -> None:
    runs = [(4, 0, b""), (1, 0x80000, struct.pack("<h", 30)), (1, 0x800000, struct.pack("<H", 3))]
    art = shape(properties={0xC0: "艺术字\0".encode("utf-16-le"), 4: 0})
    found = read(tmp_path, drawing(shape(text("5×104\uf0fe", runs=runs)), art))
    assert found.paragraphs == ("5×10⁴☑", "艺术字")


def numbering(*schemes: int) -> bytes:
    """Return how the paragraphs of a text are numbered: one way for each number that their letters may name."""
    found = b""
    for scheme in schemes:
        found += struct.pack("<IHHHII", 0x3000000, 1, scheme, 1, 0, 0) if scheme >= 0 else struct.pack("<III", 0, 0, 0)
    return record(0xFAC, found)


def test_paragraphs_are_numbered_as_they_are_shown(tmp_path: Path) -> None:
    first = [(2, 0, b""), (2, 0x400, struct.pack("<H", 1 << 10)), (2, 0x400, struct.pack("<H", 1 << 10))]
    own = shape(text("甲\r乙\r丙", runs=first), data=tags("___PPT9", numbering(-1, 0x11)))
    found = read(tmp_path, drawing(own))
    assert found.paragraphs == ("甲", "一. 乙", "二. 丙")
    header = record(0xFAF, struct.pack("<II", 256, 4))
    document = record(0x7D0, tags("___PPT9", record(0xFAE, header + numbering(3))))
    refers = shape(record(0xF9E, struct.pack("<I", 0)))
    found = read(tmp_path, drawing(refers), outlines=[text("甲\r乙")], document=document)
    assert found.paragraphs == ("1. 甲", "2. 乙")
    odd = shape(text("甲"), data=tags("___PPT9", numbering(0x17)))
    assert any("自动编号的格式不认识" in each for each in read(tmp_path, drawing(odd)).warnings)


def test_a_table_has_its_cells_in_rows_and_columns(tmp_path: Path) -> None:
    head = record(0xF004, record(0xF00A, struct.pack("<II", 1, 1)) + record(0xF122, struct.pack("<HI", 0x39F, 1), 1))
    cells = [((0, 0, 200, 50), "收支"), ((0, 50, 100, 90), "收入"), ((100, 50, 200, 90), "5")]
    line = shape(child=(0, 50, 200, 50), kind=20)
    found = read(tmp_path, drawing(group(head, *(shape(text(words), child=box) for box, words in cells), line)))
    assert found.paragraphs == ("收支\t", "收入\t5")
    assert found.places[0].merged == ((0, 0, 1, 2),)


def test_what_is_not_seen_is_listed_and_told(tmp_path: Path) -> None:
    flat = shape(text("微", runs=[(2, 0x20000, struct.pack("<H", 1))]))
    hidden = shape(text("藏"), properties={0x3BF: 0x20002})
    outside = shape(text("外"), box=(6000, 0, 7000, 100))
    deleted = shape(text("删"), flags=8)
    said = record(0x2EE0, string("张三") + string("再议", 1))
    seen = drawing(shape(text("公开")), flat, hidden, outside, deleted) + tags("___PPT10", said)
    noted = drawing(shape(text("讲稿")))
    found = read(tmp_path, seen, drawing(shape(text("内部"))), hidden=[1], notes={0: noted})
    assert found.paragraphs == ("公开",)
    assert set(found.concealed) == {
        "第 1 张幻灯片小到看不见的文字：微",
        "第 1 张幻灯片隐藏文字：藏",
        "第 1 张幻灯片页面以外的文字：外",
        "第 1 张幻灯片备注：讲稿",
        "第 1 张幻灯片批注（张三）：再议",
        "隐藏的第 2 张幻灯片：内部",
    }
    told = "".join(found.warnings)
    for word in ("1 张幻灯片设为隐藏", "3 处文字看不见", "1 张幻灯片带有备注", "1 条批注"):
        assert word in told


def test_white_letters_pictures_objects_and_footers_are_told_or_read(tmp_path: Path) -> None:
    white = shape(text("白字", runs=[(3, 0x40000, struct.pack("<I", 0xFEFFFFFF))]))
    footer = record(0xFD9, record(0xFDA, struct.pack("<hH", 0, 0x20)) + string("云溪县供热办", 2), 3)
    objects = shape(data=record(0xBC1, bytes(4)), kind=75)
    found = read(tmp_path, drawing(white, shape(kind=75), objects), document=footer)
    assert found.paragraphs == ("白字", "云溪县供热办")
    told = "".join(found.warnings)
    for word in ("2 个字看不看得见不能确定", "1 幅图片", "1 个嵌入对象"):
        assert word in told


def test_words_on_the_master_are_read_once_where_slides_show_them(tmp_path: Path) -> None:
    prompt = shape(text("单击此处编辑母版标题样式", TITLE), data=record(0xBC3, struct.pack("<iBBH", 0, 1, 0, 0)))
    drawn = [
        shape(text("云溪县供热办")),
        shape(text("内部资料"), data=record(0xBC3, struct.pack("<iBBH", -1, 0, 0, 0))),
    ]
    slides = [drawing(shape(text(each))) for each in "甲乙丙"]
    masters = [drawing(prompt, *drawn), drawing(prompt, shape(text("模板下载网")))]
    found = read(tmp_path, *slides, masters=masters, follows=[False, True, True])
    assert found.paragraphs == ("甲", "乙", "云溪县供热办", "内部资料", "丙")
    assert found.concealed == ("没有显示的母版上的文字：模板下载网",)
    found = read(tmp_path, *slides, masters=masters)
    assert found.paragraphs == ("甲", "乙", "丙") and len(found.concealed) == 3


def test_a_slide_that_is_not_there_is_told(tmp_path: Path) -> None:
    path = write_ppt(tmp_path / "a", [drawing(shape(text("甲"))), drawing(shape(text("乙")))])
    data = path.read_bytes()
    # Another kind of record in place of the second slide.
    at = data.rindex(struct.pack("<HH", 0, 0x3EE))
    path.write_bytes(data[:at] + struct.pack("<HH", 0, 0x3EC) + data[at + 4 :])
    found = extract_plain(path, PPT)
    assert found.paragraphs == ("甲",)
    assert any("1 张幻灯片已损坏" in each for each in found.warnings)


def test_a_locked_presentation_and_a_broken_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="密码"):
        read(tmp_path, drawing(), token=0xF3D1C4DF)
    path = write_ppt(tmp_path / "a", [drawing(shape(text("甲")))])
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<HH", 0, 0xFF5), struct.pack("<HH", 0, 0xFF4)))
    with pytest.raises(FileRefused, match="损坏"):
        extract_plain(path, PPT)
