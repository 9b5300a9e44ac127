"""RTF: encodings, groups without text, tables, titles."""

from pathlib import Path

import pytest

from archive.extract import extract_plain
from archive.extract.extraction import Extraction
from archive.extract.mediatype import RTF, media_type


def read(tmp_path: Path, content: str) -> Extraction:
    path = tmp_path / "a.doc"
    path.write_bytes(content.encode("latin-1"))
    assert media_type(path, path.name) == RTF
    return extract_plain(path, RTF)


def hexed(text: str, encoding: str = "gb18030") -> str:
    return "".join(f"\\'{byte:02x}" for byte in text.encode(encoding))


@pytest.mark.parametrize(
    ("content", "paragraphs"),
    [
        (r"{\rtf1\ansi Hello\par World}", ("Hello", "World")),
        (rf"{{\rtf1\ansi\ansicpg936 {hexed('公开')}\par}}", ("公开",)),
        (rf"{{\rtf1\ansi\ansicpg1252{{\fonttbl{{\f0\fcharset134 SimSun;}}}}\f0 {hexed('公开')}\par}}", ("公开",)),
        (r"{\rtf1\ansi\uc1 \u20844?\u24320?\par}", ("公开",)),
        (r"{\rtf1\ansi\uc2 \u20844\'b9\'ab\u24320??\par}", ("公开",)),
        (r"{\rtf1\ansi\uc0 \u-10174\u-8265 a\par}", ("𠮷a",)),
        (r"{\rtf1 a\~b\_c\{d\}\\e\line f\tab g\par}", ("a b-c{d}\\e", "f g")),
        (r"{\rtf1{\info{\title secret}}{\*\generator x}text\par}", ("text",)),
        (
            r"{\rtf1{\headerl Draft\par Draft\par}{\headerr Draft}text{\footer Page 1}{\footerf a\cell b}\par}",
            ("text", "Draft", "a b"),
        ),
        (r"{\rtf1 {\field{\*\fldinst HYPERLINK x}{\fldrslt link}}\par}", ("link",)),
        (r"{\rtf1 a", ("a",)),
        (r"{\rtf1 a}}}}b\par", ("ab",)),
    ],
)
def test_text_is_read(tmp_path: Path, content: str, paragraphs: tuple[str, ...]) -> None:
    assert read(tmp_path, content).paragraphs == paragraphs


def test_what_is_hidden_in_a_header_is_listed_and_is_no_text(tmp_path: Path) -> None:
    found = read(tmp_path, r"{\rtf1{\header Draft{\v secret}\par}text\par}")
    assert found.paragraphs == ("text", "Draft")
    assert "：secret（" in found.concealed[0] and "6 个字设为隐藏" in found.warnings[0]


def test_what_is_hidden_or_deleted_is_left_out_and_told(tmp_path: Path) -> None:
    found = read(tmp_path, r"{\rtf1 a{\v secret}b{\deleted old}c\par{\pict 00ff}}")
    assert found.paragraphs == ("abc",)
    assert any("9 个字设为隐藏" in each for each in found.warnings)
    assert any("1 幅图片" in each for each in found.warnings)
    assert found.concealed == ("隐藏文字：secret（在开头）", "修订中删除：old（在开头）")


HEAD = (
    r"{\rtf1{\colortbl;\red255\green255\blue255;\red0\green0\blue128;}{\stylesheet{\s0 Normal;}{\s1\v hidden;}"
    r"{\s2\sbasedon1 below;}{\*\cs3 \additive \v words;}{\s4\sbasedon1\v0 shown;}{\s5\vern2 s;}}seen\par "
)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        *((r"\v secret", "隐藏文字"), (r"\s1 secret", "隐藏文字"), (r"\s2 secret", "隐藏文字")),
        *((r"\cs3 secret", "隐藏文字"), (r"{\v{\b secret}}", "隐藏文字"), (r"\deleted secret", "修订中删除")),
        *((r"\sl-20\slmult0 secret", "小到看不见的文字"), (r"\sl-40 secret", "小到看不见的文字")),
        (r"\cf1\shading300 secret", "与底色相同的文字"),
        *((r"\cf1 secret", "与底色相同的文字"), (r"\cf2\cb2 secret", "与底色相同的文字")),
        *((r"\cf1\cbpat1 secret", "与底色相同的文字"), (r"\fs4 secret", "小到看不见的文字")),
        (r"\cf2\shading10000\cfpat2\cbpat1 secret", "与底色相同的文字"),
        (r"\cf2\cfpat2\cbpat2\shading5000 secret", "与底色相同的文字"),
        (r"\cf2\chshdng10000\chcfpat2 secret", "与底色相同的文字"),
        (r"\cf2\chcbpat2 secret", "与底色相同的文字"),
    ],
)
def test_what_is_not_seen_for_any_reason_is_listed_and_is_no_text(tmp_path: Path, content: str, kind: str) -> None:
    found = read(tmp_path, rf"{HEAD}\pard\plain {content}\par\pard\plain after\par}}")
    assert (found.paragraphs, found.concealed) == (("seen", "after"), (f"{kind}：secret（在“seen”之后）",))


@pytest.mark.parametrize(
    "content",
    [
        *(r"\v\v0 words", r"\s1\v0 words", r"\s4 words", r"\s5 words", r"\s0 words"),
        *(r"\cf1\cb2 words", r"\cf1\cbpat2 words", r"\cf2 words", r"\fs5 words", r"\cf1\highlight2 words"),
        *(r"\cf1\shading10000\cfpat2 words", r"\cf2\cfpat2\shading10000\pard words", r"\cf2\cfpat2\cbpat1 words"),
        *(r"\cf1\shading5000 words", r"\sl-240 words", r"\sl20 words", r"\sl-20\pard words", r"\sl0 words"),
    ],
)
def test_what_is_seen_is_text(tmp_path: Path, content: str) -> None:
    found = read(tmp_path, rf"{HEAD}\pard\plain {content}\par}}")
    assert (found.paragraphs, found.concealed, found.warnings) == (("seen", "words"), (), ())


def test_white_in_a_table_stays_and_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, rf"{HEAD}\trowd\pard\intbl\cf1 head\cell\row\pard\plain after\par}}")
    assert (found.paragraphs, found.concealed) == (("seen", "head", "after"), ())
    assert any("4 个白色的字" in each for each in found.warnings)


@pytest.mark.parametrize(
    ("cell", "ink", "seen"),
    [
        *((r"\clcbpat2", r"\cf2", False), (r"\clcbpat1", r"\cf1", False), (r"\clshdng10000\clcfpat2", r"\cf2", False)),
        *((r"\clcbpat2", r"\cf1", True), (r"\clshdng10000\clcfpat2", r"\cf1", True), ("", r"\cf2", True)),
    ],
)  # fmt: skip
def test_a_cell_has_the_ground_that_its_row_says(tmp_path: Path, cell: str, ink: str, seen: bool) -> None:
    row = rf"\trowd\cellx9{cell}\cellx99\pard\intbl A\cell{ink} words\cell\row\trowd\cellx9\pard\intbl\cf2 B\cell\row"
    found = read(tmp_path, rf"{HEAD}{row}\pard\plain after\par}}")
    concealed = () if seen else ("与底色相同的文字：words（在“A”之后）",)
    assert [each.split() for each in found.paragraphs] == [
        ["seen"],
        ["A", "words"] if seen else ["A"],
        ["B"],
        ["after"],
    ]
    assert found.concealed == concealed
    assert not any("白色的字" in each for each in found.warnings)


def test_comments_are_listed_with_their_authors_and_are_no_text(tmp_path: Path) -> None:
    comment = r"{\*\atnid Z}{\*\atnauthor Zhang}\chatn{\*\annotation{\*\atndate 1}not\par agreed}"
    found = read(tmp_path, rf"{{\rtf1 eight{comment} hundred{{\*\annotation no name}}\par}}")
    assert found.paragraphs == ("eight hundred",)
    assert found.concealed == ("批注（Zhang）：not agreed（在开头）", "批注（未署名）：no name（在开头）")
    assert any("2 条批注" in each for each in found.warnings)


def test_a_table_is_rows(tmp_path: Path) -> None:
    row = r"\trowd\pard\intbl {}\cell {}\cell\row"
    rows = row.format("A", r"one\par two") + row.format("B", "")
    found = read(tmp_path, rf"{{\rtf1 before\par{rows}\pard after\par}}")
    assert found.paragraphs == ("before", "A\tone two", "B\t", "after")
    assert [(place.start, place.label) for place in found.places] == [(1, "表 1"), (3, "")]


def test_the_title_is_the_largest_centered_line(tmp_path: Path) -> None:
    large = rf"\pard\qc\fs44 {hexed('关于防汛工作的通知')}\par"
    found = read(tmp_path, rf"{{\rtf1\ansi\ansicpg936 {large}\pard\plain\fs32 {hexed('各镇：')}\par}}")
    assert found.title == "关于防汛工作的通知"
    assert found.paragraphs == ("各镇：",)


def test_a_title_on_several_lines_is_one_line(tmp_path: Path) -> None:
    issuer, subject, rest = hexed("云溪县人民政府"), hexed("关于防汛工作的通知"), hexed("各镇：")
    for between in (r"\par}{\pard\qc\fs44 ", r"\line "):
        content = rf"{{\pard\qc\fs44 {issuer}{between}{subject}\par}}{{\pard\fs32 {rest}\par}}"
        found = read(tmp_path, rf"{{\rtf1\ansi\ansicpg936 {content}}}")
        assert (found.title, found.paragraphs) == ("云溪县人民政府关于防汛工作的通知", ("各镇：",))


def test_the_title_is_the_largest_line_also_where_another_is_centered(tmp_path: Path) -> None:
    title, middle, rest = hexed("云溪县防汛条例"), hexed("本条例经批准"), hexed("第一条 为了防汛。")
    # LibreOffice gives the size of Han characters as that of an associated font, and ends it with the text.
    for large in (rf"\pard{{\fs44 {title}}}\par", rf"\pard\fs22{{\dbch\afs44 {title}}}\par"):
        content = rf"{large}\pard\qc{{\fs32 {middle}}}\par\pard {{\fs32 {rest}}}\par"
        found = read(tmp_path, rf"{{\rtf1\ansi\ansicpg936 {content}}}")
        assert (found.title, found.paragraphs) == ("云溪县防汛条例", ("本条例经批准", "第一条 为了防汛。"))


def test_a_note_stands_after_the_text_and_not_in_its_sentence(tmp_path: Path) -> None:
    note = rf"\pard\plain {{\super\chftn}}{hexed('说明口径。')}\par {{\v {hexed('隐')}}}{hexed('又一段。')}"
    for group in (r"\footnote", r"\*\footnote", r"\footnote\ftnalt"):
        content = rf"{hexed('前半')}{{\super\chftn{{{group} {note}}}}}{hexed('后半。')}\par {{\footer 1\par}}b\par"
        found = read(tmp_path, rf"{{\rtf1\ansi\ansicpg936 {content}}}")
        assert found.paragraphs == ("前半后半。", "b", "说明口径。", "又一段。")
        assert found.concealed[0].startswith("隐藏文字：隐")


def test_braces_without_end_are_no_trouble(tmp_path: Path) -> None:
    assert read(tmp_path, r"{\rtf1 " + "{" * 100_000 + r"a\par").paragraphs == ("a",)
