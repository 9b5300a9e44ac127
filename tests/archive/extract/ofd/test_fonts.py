"""What an embedded font draws nothing for is not seen, and what it has no shape for may not be."""

import io
import struct
from pathlib import Path

import pytest
from fontTools.cffLib import CFFFontSet, FDArrayIndex, FDSelect, FontDict, PrivateDict
from fontTools.fontBuilder import FontBuilder
from fontTools.misc.psCharStrings import T2CharString
from fontTools.pens.basePen import BasePen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from archive.extract import extract_plain
from archive.extract.extraction import Extraction
from archive.extract.mediatype import OFD
from archive.extract.ofd.fonts import Drawn, Font
from tests.archive.extract.ofds import text, write_ofd

# Glyphs by number: none, a drawn one, an empty one, one without any height, one far from its place.
ORDER = [".notdef", "shown", "empty", "flat", "away"]
LETTERS = {
    ord("公"): "shown",
    ord("开"): "shown",
    ord("𠮷"): "shown",
    ord("密"): "empty",
    ord("语"): "flat",
    ord("事"): "away",
}
BOTH = ["TrueType", "CFF"]
RESOURCES = (
    '<ofd:Res xmlns:ofd="http://www.ofdspec.org/2016" BaseLoc="Res"><ofd:Fonts><ofd:Font ID="1" FontName="宋体">'
    "<ofd:FontFile>font.ttf</ofd:FontFile></ofd:Font></ofd:Fonts></ofd:Res>"
)
COMMON = "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"


def square(pen: BasePen, height: int, left: int = 0) -> BasePen:
    pen.moveTo((left, 0))
    for point in ((left + 500, 0), (left + 500, height), (left, height)):
        pen.lineTo(point)
    pen.closePath()
    return pen


def builder(letters: dict[int, str] | None, outlines: str, order: list[str] = ORDER) -> FontBuilder:
    """Begin a font; without ``letters`` it has no map."""
    begun = FontBuilder(1000, isTTF=outlines == "TrueType")
    begun.setupGlyphOrder(order)
    begun.setupCharacterMap(letters or {})
    pens = {name: TTGlyphPen(None) if outlines == "TrueType" else T2CharStringPen(500, None) for name in order}
    squares = {".notdef": (500, 0), "shown": (500, 0), "flat": (0, 0), "away": (500, 9000), "other": (500, 0)}
    for name in {*squares} & {*order}:
        square(pens[name], *squares[name])
    if outlines == "TrueType":
        begun.setupGlyf({name: pen.glyph() for name, pen in pens.items()})
    else:
        begun.setupCFF("Font", {}, {name: pen.getCharString() for name, pen in pens.items()}, {})
    begun.setupHorizontalMetrics(dict.fromkeys(order, (500, 0)))
    begun.setupHorizontalHeader()
    begun.setupPost()
    if letters is None:
        del begun.font["cmap"]
    return begun


def saved(made: TTFont) -> bytes:
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def font(letters: dict[int, str] | None = None, outlines: str = "TrueType") -> bytes:
    """Make a font; "bare" is CFF without OpenType around it."""
    made = saved(builder(letters, outlines).font)
    return bytes(TTFont(io.BytesIO(made)).getTableData("CFF ")) if outlines == "bare" else made


def programmed(*program: int | str) -> Font:
    """Make a font of CFF whose glyph of number 1 is drawn by a program."""
    begun = builder(None, "CFF")
    begun.font.recalcBBoxes = False
    strings = begun.font["CFF "].cff.topDictIndex[0].CharStrings
    strings["shown"] = T2CharString(
        program=[*program], private=strings["shown"].private, globalSubrs=strings.globalSubrs
    )
    return Font(saved(begun.font))


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
        (None, transform("1 2 3 4 1", 5)),
        (LETTERS, transform("1 2 3 4 1", 5)),
        # One glyph for three characters.
        (LETTERS, transform("1", 1) + transform("2", 3, 1) + transform("1", 1, 4)),
    ],
)
@pytest.mark.parametrize("outlines", BOTH)
def test_characters_whose_glyphs_are_empty_are_left_out_and_told(
    tmp_path: Path, letters: dict[int, str] | None, shapes: str, outlines: str
) -> None:
    found = read(tmp_path, "公密语事开", font(letters, outlines), shapes)
    assert found.paragraphs[0].replace(" ", "") == "公开"
    assert found.concealed == ("第 1 页不显示的文字：密语事",)


def test_cff_without_opentype_around_it_is_judged_alike(tmp_path: Path) -> None:
    found = read(tmp_path, "公密语事开", font(None, "bare"), transform("1 2 3 4 1", 5))
    assert found.paragraphs[0].replace(" ", "") == "公开"
    assert found.concealed == ("第 1 页不显示的文字：密语事",)


@pytest.mark.parametrize(
    ("program", "drawn"),
    [
        ([0, 0, "rmoveto", 500, "hlineto", "endchar"], Drawn.NOTHING),
        # Along a slanted line, and back.
        ([0, 0, "rmoveto", 500, 500, -200, -200, "rlineto", "endchar"], Drawn.NOTHING),
        ([0, "hmoveto", 300, 200, 100, -300, "hvcurveto", "endchar"], Drawn.SOMETHING),
        ([0, "vmoveto", 300, 200, 100, -300, "vhcurveto", "endchar"], Drawn.SOMETHING),
        ([0, 0, "rmoveto", 9, 300, 200, 100, 50, "hhcurveto", "endchar"], Drawn.SOMETHING),
        ([0, 0, "rmoveto", 0, 300, 0, 100, 50, "vvcurveto", "endchar"], Drawn.NOTHING),
        ([0, 0, "rmoveto", 100, 100, 50, 100, 100, 100, 100, "hflex", "endchar"], Drawn.SOMETHING),
        # A mask has as many bits as there are hints.
        (
            [0, 9, 20, 9, "hstemhm", 1, 2, "hintmask", b"\xe0", 0, 0, "rmoveto", 50, 90, "hlineto", "endchar"],
            Drawn.SOMETHING,
        ),
        # What is written in a way that is not read may draw something or not.
        ([0, 0, "rmoveto", 50, 90, "drop", "hlineto", "endchar"], Drawn.MISSING),
        ([7, "callsubr", "endchar"], Drawn.MISSING),
        ([0, 0, "rmoveto", *[1, 1, "rlineto"] * 20_000, "endchar"], Drawn.MISSING),
    ],
    ids=range(11),
)
def test_programs_of_cff_are_followed(program: list[int | str], drawn: Drawn) -> None:
    assert programmed(*program).drawn(1) is drawn


def test_a_truetype_glyph_is_judged_by_its_points_and_parts() -> None:
    begun = builder(None, "TrueType")
    made = bytearray(saved(begun.font))
    known = TTFont(io.BytesIO(made))
    # Its head says that it is as high as wide.
    place = known.reader.tables["glyf"].offset + known["loca"][3]
    struct.pack_into(">4h", made, place + 2, 0, 0, 500, 500)
    assert Font(bytes(made)).drawn(3) is Drawn.NOTHING
    glyphs = begun.font["glyf"]
    for name, scale in {"empty": 1.0, "shown": 0.0}.items():
        pen = TTGlyphPen(dict.fromkeys(ORDER))
        pen.addComponent("flat" if name == "empty" else ".notdef", (scale, 0, 0, scale, 0, 0))
        glyphs[name] = pen.glyph()
    pen = TTGlyphPen(dict.fromkeys(ORDER))
    pen.addComponent(".notdef", (1, 0, 0, 1, 20, 20))
    glyphs["away"] = pen.glyph()
    whole = Font(saved(begun.font))
    assert [whole.drawn(glyph) for glyph in (1, 2, 4)] == [Drawn.NOTHING, Drawn.NOTHING, Drawn.SOMETHING]


def test_a_glyph_within_itself_is_not_followed_for_ever() -> None:
    order = [*ORDER, *(f"deep{number}" for number in range(40))]
    begun = builder(None, "TrueType", order)
    begun.font.recalcBBoxes = False
    # One has itself; the deep ones have two of the next each, down to one that has nothing.
    for name, part in {"shown": "shown", **dict(zip(order[5:], [*order[6:], "empty"], strict=True))}.items():
        pen = TTGlyphPen(dict.fromkeys(order))
        for _ in range(2):
            pen.addComponent(part, (1, 0, 0, 1, 0, 0))
        made = begun.font["glyf"].glyphs[name] = pen.glyph()
        made.xMin = made.yMin = made.xMax = made.yMax = 0
    whole = Font(saved(begun.font))
    kinds = [whole.drawn(glyph) for glyph in (1, 5, 44, 2)]
    assert kinds == [Drawn.MISSING, Drawn.MISSING, Drawn.NOTHING, Drawn.NOTHING]


def test_a_subroutine_within_itself_is_not_followed_for_ever() -> None:
    begun = builder(None, "CFF")
    begun.font.recalcBBoxes = False
    top = begun.font["CFF "].cff.topDictIndex[0]
    strings = top.CharStrings
    # A number of -107 is the first subroutine.
    strings.globalSubrs.append(T2CharString(program=[-107, "callgsubr", "return"]))
    strings["shown"] = T2CharString(
        program=[-107, "callgsubr", "endchar"], private=strings["shown"].private, globalSubrs=strings.globalSubrs
    )
    whole = Font(saved(begun.font))
    assert [whole.drawn(glyph) for glyph in (1, 2)] == [Drawn.MISSING, Drawn.NOTHING]


def test_a_letter_with_an_accent_is_drawn_by_two_glyphs() -> None:
    begun = builder(None, "CFF", [".notdef", "A", "acute"])
    begun.font.recalcBBoxes = False
    strings = begun.font["CFF "].cff.topDictIndex[0].CharStrings
    square(pen := T2CharStringPen(500, None), 500)
    strings["A"] = pen.getCharString(strings["A"].private, strings.globalSubrs)
    # 65 and 194 are A and the accent in Adobe's standard encoding.
    program = [0, 0, 65, 194, "endchar"]
    strings["acute"] = T2CharString(program=program, private=strings["A"].private, globalSubrs=strings.globalSubrs)
    assert Font(saved(begun.font)).drawn(1) is Drawn.SOMETHING


def test_a_damaged_glyph_or_map_takes_nothing_else_with_it(caplog: pytest.LogCaptureFixture) -> None:
    made = bytearray(font(LETTERS))
    known = TTFont(io.BytesIO(made))
    tables = known.reader.tables
    # The first glyph has more contours than its table has bytes, the next is neither simple nor of parts.
    for glyph, contours in ((0, 900), (1, 900), (3, -2)):
        struct.pack_into(">h", made, tables["glyf"].offset + known["loca"][glyph], contours)
    # So long a map there is not, nor so many glyphs.
    struct.pack_into(">H", made, tables["cmap"].offset + 2, 99)
    struct.pack_into(">H", made, tables["maxp"].offset + 4, 99)
    whole = Font(bytes(made))
    assert whole.glyph("公") is None
    kinds = [whole.drawn(glyph) for glyph in range(5)]
    assert kinds == [Drawn.MISSING, Drawn.MISSING, Drawn.NOTHING, Drawn.MISSING, Drawn.NOTHING]
    # What the library says of it is for programmers.
    assert caplog.records == []


def test_what_two_programs_read_differently_is_doubtful() -> None:
    begun = builder(None, "CFF")
    top = begun.font["CFF "].cff.topDictIndex[0]
    strings = top.CharStrings
    # Names of its own: what one program takes for glyph 1 is glyph 2 for another.
    top.ROS = ("Adobe", "Identity", 0)
    own = FontDict()
    own.Private = PrivateDict()
    top.FDArray = FDArrayIndex()
    top.FDArray.append(own)
    top.FDSelect = strings.fdSelect = FDSelect()
    top.FDSelect.gidArray = [0] * len(ORDER)
    top.FDSelect.format = 3
    strings.fdArray = top.FDArray
    del top.Private
    names = [".notdef", "cid00002", "cid00001", "cid00003", "cid00004"]
    top.charset = names
    strings.charStrings = {new: strings.charStrings[old] for old, new in zip(ORDER, names, strict=True)}
    begun.font.setGlyphOrder(names)
    begun.font["hmtx"].metrics = dict.fromkeys(names, (500, 0))
    around = saved(begun.font)
    alone = bytes(TTFont(io.BytesIO(around)).getTableData("CFF "))
    assert [Font(around).drawn(glyph) for glyph in (1, 2, 3)] == [Drawn.SOMETHING, Drawn.NOTHING, Drawn.NOTHING]
    assert [Font(alone).drawn(glyph) for glyph in (1, 2, 3)] == [Drawn.MISSING, Drawn.MISSING, Drawn.NOTHING]
    # Where the names are not stated (their place, a number in one byte, is 0), all programs take the number.
    bare = CFFFontSet()
    bare.decompile(io.BytesIO(alone), None)
    stated = bytes([bare[0].rawDict["charset"] + 139, 15])
    assert alone.count(stated) == 1
    unnamed = Font(alone.replace(stated, b"\x8b\x0f"))
    assert [unnamed.drawn(glyph) for glyph in (1, 2, 3)] == [Drawn.SOMETHING, Drawn.NOTHING, Drawn.NOTHING]


@pytest.mark.parametrize(
    ("words", "letters", "shapes"),
    [
        ("公务开", LETTERS, ""),
        ("公密开", None, transform("1 0 1", 3)),
        ("公密开", None, transform("1 99 1", 3)),
        ("公密开", None, transform("1", 1) + transform("", 1, 1) + transform("1", 1, 2)),
    ],
)
@pytest.mark.parametrize("outlines", BOTH)
def test_characters_without_a_glyph_are_kept_and_told(
    tmp_path: Path, words: str, letters: dict[int, str] | None, shapes: str, outlines: str
) -> None:
    found = read(tmp_path, words, font(letters, outlines), shapes)
    assert found.paragraphs[0] == words and found.concealed == ()
    assert any("有 1 个字在文件内嵌的字体里没有字形" in each for each in found.warnings)


def test_characters_drawn_by_the_glyph_of_another_are_kept_and_told(tmp_path: Path) -> None:
    letters = {**LETTERS, ord("秘"): "other", ord("，"): "shown"}
    begun = builder(letters, "TrueType", [*ORDER, "other"])
    # The font draws 公 by glyph 1 and 秘 by glyph 5, the page the other way round. A comma may have several forms.
    found = read(tmp_path, "公秘，秘", saved(begun.font), transform("5 1 5 5", 4))
    assert found.paragraphs[0] == "公秘，秘" and found.concealed == ()
    assert [each for each in found.warnings if "有 2 个字在文件内嵌的字体里画成另外的字形" in each]


@pytest.mark.parametrize(
    "embedded", [b"", b"\0\1\0\0\0\xff", font(None), font(LETTERS)[:200], font(None, "bare")[:60]], ids=len
)
def test_a_font_that_tells_nothing_hides_nothing(tmp_path: Path, embedded: bytes) -> None:
    found = read(tmp_path, "公密语", embedded)
    assert found.paragraphs[0] == "公密语" and found.concealed == () and found.warnings == ()


def test_a_map_of_all_planes_is_read() -> None:
    known = Font(font(LETTERS))
    assert [known.glyph(letter) for letter in "公𠮷密语务"] == [1, 1, 2, 3, 0]
    kinds = [known.drawn(number) for number in range(4)]
    assert kinds == [Drawn.MISSING, Drawn.SOMETHING, Drawn.NOTHING, Drawn.NOTHING]


@pytest.mark.parametrize("more", ['HScale="0"', 'CTM="0 0 0 1 0 0"'])
def test_text_without_any_width_is_not_seen(tmp_path: Path, more: str) -> None:
    page = text(20, 30, "密语", more=more) + text(20, 60, "公开")
    found = extract_plain(write_ofd(tmp_path / "a", [page]), OFD)
    assert found.paragraphs == ("公开",)
    assert "".join(found.concealed).replace(" ", "") == "第1页小到看不见的文字：密语"
