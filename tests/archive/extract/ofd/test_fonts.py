"""What an embedded font draws nothing for is not seen, and what it has no shape for may not be."""

import io
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen

from archive.extract import extract_plain
from archive.extract.extraction import Extraction
from archive.extract.mediatype import OFD
from archive.extract.ofd.fonts import Drawn, Font
from tests.archive.extract.ofds import text, write_ofd

# Glyphs by number: none, a drawn one, an empty one, one without any height.
ORDER = [".notdef", "shown", "empty", "flat"]
LETTERS = {ord("公"): "shown", ord("开"): "shown", ord("𠮷"): "shown", ord("密"): "empty", ord("语"): "flat"}
RESOURCES = (
    '<ofd:Res xmlns:ofd="http://www.ofdspec.org/2016" BaseLoc="Res"><ofd:Fonts><ofd:Font ID="1" FontName="宋体">'
    "<ofd:FontFile>font.ttf</ofd:FontFile></ofd:Font></ofd:Fonts></ofd:Res>"
)
COMMON = "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"


def square(pen: TTGlyphPen, height: int) -> TTGlyphPen:
    pen.moveTo((0, 0))
    for point in ((500, 0), (500, height), (0, height)):
        pen.lineTo(point)
    pen.closePath()
    return pen


def font(letters: dict[int, str] | None = None, outlines: str = "TrueType") -> bytes:
    """Make a font; without ``letters`` it has no map."""
    builder = FontBuilder(1000, isTTF=outlines == "TrueType")
    builder.setupGlyphOrder(ORDER)
    builder.setupCharacterMap(letters or {})
    if outlines == "TrueType":
        heights = {".notdef": 500, "shown": 500, "flat": 0}
        pens = {name: TTGlyphPen(None) for name in ORDER}
        for name, height in heights.items():
            square(pens[name], height)
        builder.setupGlyf({name: pen.glyph() for name, pen in pens.items()})
    else:
        nothing = T2CharStringPen(500, None).getCharString()
        builder.setupCFF("Font", {}, dict.fromkeys(ORDER, nothing), {})
    builder.setupHorizontalMetrics(dict.fromkeys(ORDER, (500, 0)))
    builder.setupHorizontalHeader()
    builder.setupPost()
    if letters is None:
        del builder.font["cmap"]
    made = io.BytesIO()
    builder.save(made)
    return made.getvalue()


def read(path: Path, words: str, embedded: bytes, shapes: str = "") -> Extraction:
    line = text(20, 30, words).replace("<ofd:TextCode", f"{shapes}<ofd:TextCode")
    parts: dict[str, str | bytes] = {"Doc_0/PublicRes.xml": RESOURCES, "Doc_0/Res/font.ttf": embedded}
    return extract_plain(write_ofd(path / "a", [line], COMMON, parts), OFD)


def transform(glyphs: str, count: int, position: int = 0) -> str:
    return (
        f'<ofd:CGTransform CodePosition="{position}" CodeCount="{count}" GlyphCount="{len(glyphs.split())}">'
        f"<ofd:Glyphs>{glyphs}</ofd:Glyphs></ofd:CGTransform>"
    )


@pytest.mark.parametrize(
    ("letters", "shapes"),
    [
        (LETTERS, ""),
        ({code: name for code, name in LETTERS.items() if code < 0x10000}, ""),
        (None, transform("1 2 3 1", 4)),
        (LETTERS, transform("1 2 3 1", 4)),
        # One glyph for two characters.
        (LETTERS, transform("1", 1) + transform("2", 2, 1) + transform("1", 1, 3)),
    ],
)
def test_characters_whose_glyphs_are_empty_are_left_out_and_told(
    tmp_path: Path, letters: dict[int, str] | None, shapes: str
) -> None:
    found = read(tmp_path, "公密语开", font(letters), shapes)
    assert found.paragraphs[0].replace(" ", "") == "公开"
    assert found.concealed == ("第 1 页不显示的文字：密语",)


@pytest.mark.parametrize(
    ("words", "letters", "shapes"),
    [
        ("公事开", LETTERS, ""),
        ("公密开", None, transform("1 0 1", 3)),
        ("公密开", None, transform("1 99 1", 3)),
        ("公密开", None, transform("1", 1) + transform("", 1, 1) + transform("1", 1, 2)),
    ],
)
def test_characters_without_a_glyph_are_kept_and_told(
    tmp_path: Path, words: str, letters: dict[int, str] | None, shapes: str
) -> None:
    found = read(tmp_path, words, font(letters), shapes)
    assert found.paragraphs[0] == words and found.concealed == ()
    assert any("有 1 个字在文件内嵌的字体里没有字形" in each for each in found.warnings)


@pytest.mark.parametrize(
    "embedded", [b"", b"\0\1\0\0\0\xff", font(LETTERS, "CFF"), font(None), font(LETTERS)[:200]], ids=len
)
def test_a_font_that_tells_nothing_hides_nothing(tmp_path: Path, embedded: bytes) -> None:
    found = read(tmp_path, "公密语", embedded)
    assert found.paragraphs[0] == "公密语" and found.concealed == () and found.warnings == ()


def test_a_map_of_all_planes_is_read() -> None:
    known = Font(font(LETTERS))
    assert [known.glyph(letter) for letter in "公𠮷密语事"] == [1, 1, 2, 3, 0]
    kinds = [known.drawn(number) for number in range(4)]
    assert kinds == [Drawn.MISSING, Drawn.SOMETHING, Drawn.NOTHING, Drawn.NOTHING]


@pytest.mark.parametrize("more", ['HScale="0"', 'CTM="0 0 0 1 0 0"'])
def test_text_without_any_width_is_not_seen(tmp_path: Path, more: str) -> None:
    page = text(20, 30, "密语", more=more) + text(20, 60, "公开")
    found = extract_plain(write_ofd(tmp_path / "a", [page]), OFD)
    assert found.paragraphs == ("公开",)
    assert "".join(found.concealed).replace(" ", "") == "第1页小到看不见的文字：密语"
