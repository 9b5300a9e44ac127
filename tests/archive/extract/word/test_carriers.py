"""What readers of an original see is read or told: raised figures, formulas, symbols, boxes, struck text."""

import struct
from pathlib import Path

import pytest
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE

from archive.extract import extract_plain
from archive.extract.extraction import Extraction
from archive.extract.mediatype import DOC, DOCX, RTF
from tests.archive.extract.makers import add_xml, write_docx
from tests.archive.extract.worddocuments import DELETED, HIDDEN, Run, Style, check_box, drop_list, styled, write_doc

MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def word(tmp_path: Path, *inline: str) -> Extraction:
    """Read a docx of one paragraph with this content between 前 and 后."""
    between = "".join(each.replace("<m:oMath>", f"<m:oMath {MATH}>") for each in inline)
    xml = f"<w:p><w:r><w:t>前</w:t></w:r>{between}<w:r><w:t>后。</w:t></w:r></w:p>"
    return extract_plain(write_docx(tmp_path / "a.docx", lambda document: add_xml(document, xml)), DOCX)


def run(text: str, look: str = "") -> str:
    return f"<w:r><w:rPr>{look}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def shifted(text: str, how: str = "superscript") -> str:
    return run(text, f"<w:vertAlign w:val='{how}'/>")


def field(instruction: str, form: str = "", result: str | None = None) -> str:
    shown = "" if result is None else f"<w:r><w:fldChar w:fldCharType='separate'/></w:r>{run(result)}"
    first, second = instruction[:4], instruction[4:]
    return (
        f"<w:r><w:fldChar w:fldCharType='begin'>{form}</w:fldChar></w:r><w:r><w:instrText>{first}</w:instrText></w:r>"
        f"<w:r><w:instrText>{second}</w:instrText></w:r>{shown}<w:r><w:fldChar w:fldCharType='end'/></w:r>"
    )


def box(state: str) -> str:
    return field("FORMCHECKBOX", f"<w:ffData><w:checkBox><w:default w:val='1'/>{state}</w:checkBox></w:ffData>")


def math(name: str, *parts: str, properties: str = "") -> str:
    """Return a structure of a formula; each part is its name and its content (``num a+b``)."""
    inside = "".join(
        f"<m:{part}>{content if '<' in content else f'<m:r><m:t>{content}</m:t></m:r>'}</m:{part}>"
        for part, _, content in (each.partition(" ") for each in parts)
    )
    return f"<m:{name}><m:{name}Pr>{properties}</m:{name}Pr>{inside}</m:{name}>"


def formula(*parts: str) -> str:
    return f"<m:oMath>{''.join(parts)}</m:oMath>"


@pytest.mark.parametrize(
    ("inline", "text"),
    [
        ((run("5×10"), shifted("4"), run("公顷")), "5×10⁴公顷"),
        ((run("10"), shifted("-"), shifted("6"), run(" m"), shifted("2")), "10⁻⁶ m²"),
        ((run("H"), shifted("2", "subscript"), run("O")), "H₂O"),
        ((run("10"), shifted("n+1")), "10ⁿ⁺¹"),
        ((run("10"), shifted("2k+1")), "10^(2k+1)"),
        ((run("办法"), shifted("①"), shifted("[1]"), run("5"), shifted("th"), shifted("注")), "办法①[1]5th注"),
        ((formula(math("f", "num 3", "den 4")),), "3/4"),
        ((formula(math("f", "num a+b", "den c"), "<m:r><m:t>=1</m:t></m:r>"),), "(a+b)/c=1"),
        ((formula(math("sSub", "e 𝑎", "sub 𝑛")),), "aₙ"),
        ((formula(math("rad", "deg ", "e x")),), "√(x)"),
        ((formula(math("sSup", "e x", "sup 2"), math("sSubSup", "e y", "sub i", "sup n")),), "x²yᵢⁿ"),
        ((formula(math("nary", "sub i=1", "sup n", "e xi", properties="<m:chr m:val='∑'/>")),), "∑_(i=1)^n xi"),
        ((formula(math("d", "e a", "e b", properties="<m:begChr m:val='['/><m:endChr m:val=']'/>")),), "[a|b]"),
        ((field(r" EQ \f(3,4) "),), "3/4"),
        ((field(r" eq \o\ac(○,5) ", result=""),), "⑤"),
        ((field(rf" eq \o\ac(○,{'</w:instrText></w:r>' + field('=  5', result='5') + '<w:r><w:instrText>'})"),), "⑤"),
        ((field("DATE", result="今日"),), "今日"),
        (("<w:fldSimple w:instr=' EQ \\r(x) '/>",), "√(x)"),
        ((field(r' SYMBOL 254 \f "Wingdings" \s 10 ', result=""),), "☑"),
        (("<w:r><w:sym w:font='Wingdings' w:char='F0A8'/></w:r>", run("否")), "☐否"),
        ((run("þ", "<w:rFonts w:ascii='Wingdings' w:hAnsi='Wingdings'/>"), run("是")), "☑是"),
        ((box(""), box("<w:checked w:val='0'/>"), box("<w:checked/>")), "☑☐☑"),
        (
            (
                field(
                    "FORMDROPDOWN",
                    "<w:ffData><w:ddList><w:result w:val='1'/><w:listEntry w:val='甲'/>"
                    "<w:listEntry w:val='乙'/></w:ddList></w:ffData>",
                ),
            ),
            "乙",
        ),
    ],
)
def test_a_word_document_reads_as_it_is_shown(tmp_path: Path, inline: tuple[str, ...], text: str) -> None:
    found = word(tmp_path, *inline)
    assert found.paragraphs == (f"前{text}后。",)
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("inline", "text", "warning"),
    [
        (
            (run("旧", "<w:strike/>"), run("文", "<w:dstrike/>"), run("新", "<w:strike w:val='0'/>")),
            "旧文新",
            "2 个字带删除线",
        ),
        (("<w:r><w:sym w:font='Webdings' w:char='F061'/></w:r>",), "", "1 个符号字体的符号没有读出"),
        ((field("FORMCHECKBOX"),), "☐", "1 个复选框的状态没有读出"),
        ((field(r"EQ \a(1,2)"),), "[1; 2]", "1 处公式"),
        ((formula(math("m", f"mr {math('e', 'r <m:t>a</m:t>')}{math('e', 'r <m:t>b</m:t>')}")),), "[a, b]", "1 处公式"),
        (("<w:r><w:object><w:control/></w:object></w:r>",), "", "1 个嵌入对象"),
    ],
)
def test_what_a_word_document_shows_and_its_text_lacks_is_told(
    tmp_path: Path, inline: tuple[str, ...], text: str, warning: str
) -> None:
    found = word(tmp_path, *inline)
    assert found.paragraphs == (f"前{text}后。",)
    assert [warning in each for each in found.warnings] == [True]


def test_struck_text_is_listed_with_its_words(tmp_path: Path) -> None:
    found = word(tmp_path, run("三十", "<w:strike/>"), run("万元", "<w:strike/>"), run("五十万元"))
    assert found.paragraphs == ("前三十万元五十万元后。",)
    assert "带删除线的文字（仍在正文中）：三十万元（在开头）" in found.concealed


RAISED, LOWERED, STRUCK = b"\x48\x2a\x01", b"\x48\x2a\x02", b"\x37\x08\x01"
FONTS = ("SimSun", "Wingdings", "Webdings")


def symbol(font: int, code: int) -> Run:
    return Run("(", struct.pack("<HHH", 0x6A09, font, code))


def old_box(at: int) -> Run:
    return Run("\x01", struct.pack("<HI", 0x6A03, at))


def old(tmp_path: Path, *runs: Run, styles: tuple[Style, ...] = (), data: bytes = b"") -> Extraction:
    every = [Run("前"), *runs, Run("后。\r")]
    return extract_plain(write_doc(tmp_path / "a.doc", every, styles=styles, fonts=FONTS, data_stream=data), DOC)


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ((Run("5×10"), Run("4", RAISED), Run("公顷")), "5×10⁴公顷"),
        ((Run("H"), Run("2", LOWERED), Run("O")), "H₂O"),
        ((Run("m"), Run("2", styled(1))), "m²"),
        ((Run("办法"), Run("[1]", RAISED)), "办法[1]"),
        ((Run("\x13 EQ \\f(a+b,c) \x15"),), "(a+b)/c"),
        ((Run("\x13 eq \\o\\ac(○,\x13 = 5 \x145\x15) \x14\x15"),), "⑤"),
        ((Run('\x13 SYMBOL 254 \\f "Wingdings" \x14\x15'),), "☑"),
        ((symbol(1, 0xF0FE), Run("是"), symbol(1, 0xA8)), "☑是☐"),
        ((Run("\uf0fe", struct.pack("<HH", 0x4A4F, 1)),), "☑"),
        ((Run("\x13 EQ \\f(1,2) \x15", HIDDEN), Run("\x13 EQ \\f(1,2) \x15", DELETED)), ""),
    ],
)
def test_an_old_word_document_reads_as_it_is_shown(tmp_path: Path, runs: tuple[Run, ...], text: str) -> None:
    found = old(tmp_path, *runs, styles=(Style(form=b""), Style(RAISED)))
    assert found.paragraphs == (f"前{text}后。",)
    if text:
        assert found.warnings == ()


def test_boxes_in_forms_of_old_word_documents_have_their_states(tmp_path: Path) -> None:
    states = check_box(True), check_box(False, designed=True), check_box(None, designed=True)
    places = (0, len(states[0]), len(states[0] + states[1]))
    runs = [each for at in places for each in (Run("\x13 FORMCHECKBOX "), old_box(at), Run("\x14\x15"))]
    found = old(tmp_path, *runs, data=b"".join(states))
    assert (found.paragraphs, found.warnings) == (("前☑☐☑后。",), ())


def test_lists_in_forms_of_old_word_documents_show_what_is_chosen(tmp_path: Path) -> None:
    lists = drop_list(1, "同意", "不同意"), drop_list(None, "甲", "乙", designed=0), drop_list(3, "甲")
    places = (0, len(lists[0]), len(lists[0] + lists[1]))
    runs = [each for at in places for each in (Run("\x13 FORMDROPDOWN "), old_box(at), Run("\x15"))]
    found = old(tmp_path, *runs, data=b"".join(lists))
    assert found.paragraphs == ("前不同意甲后。",)
    assert ["1 处下拉列表没有读出" in each for each in found.warnings] == [True]


def test_a_style_may_give_the_font_of_symbols(tmp_path: Path) -> None:
    wingdings = b"\x4f\x4a\x01\x00"
    found = old(tmp_path, Run("þ", styled(1)), styles=(Style(form=b""), Style(wingdings)))
    assert found.paragraphs == ("前☑后。",)
    (tmp_path / "a.rtf").write_text(
        r"{\rtf1{\fonttbl{\f0 Arial;}{\f1\fcharset2 Wingdings;}}{\stylesheet{\s0\f0 Normal;}{\s5\f1 A;}{\*\cs6\f1 B;}"
        r"{\s7\sbasedon5 C;}}\pard\plain\s5 \'fe\par\pard\plain\s7 \'fe\par\pard\plain\s0 a{\cs6 \'fe}\par}",
        encoding="latin-1",
    )
    assert extract_plain(tmp_path / "a.rtf", RTF).paragraphs == ("☑", "☑", "a☑")

    def draw(document: Document) -> None:
        for kind, name in ((WD_STYLE_TYPE.CHARACTER, "a"), (WD_STYLE_TYPE.PARAGRAPH, "b")):
            document.styles.add_style(name, kind).font.name = "Wingdings"
        document.add_paragraph("是").add_run("\uf0fe", "a")
        document.add_paragraph("þ", "b")

    assert extract_plain(write_docx(tmp_path / "a.docx", draw), DOCX).paragraphs == ("是☑", "☑")


@pytest.mark.parametrize(
    ("runs", "text", "warning"),
    [
        ((Run("旧", STRUCK), Run("文", b"\x53\x2a\x01"), Run("新")), "旧文新", "2 个字带删除线"),
        ((symbol(2, 0xF061),), "", "1 个符号字体的符号没有读出"),
        ((Run("\x13 FORMCHECKBOX \x14\x15"),), "☐", "1 个复选框的状态没有读出"),
        ((Run("\x13 EQ \\a(1,2) \x15"),), "[1; 2]", "1 处公式"),
    ],
)
def test_what_an_old_word_document_shows_and_its_text_lacks_is_told(
    tmp_path: Path, runs: tuple[Run, ...], text: str, warning: str
) -> None:
    found = old(tmp_path, *runs)
    assert found.paragraphs == (f"前{text}后。",)
    assert [warning in each for each in found.warnings] == [True]
    assert [each.split("（")[0] for each in found.concealed] == (["带删除线的文字"] if "旧" in text else [])


def rich(tmp_path: Path, content: str) -> Extraction:
    path = tmp_path / "a.rtf"
    fonts = r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fnil\fcharset2{\*\panose 05}Wingdings;}{\f2\fcharset2 Webdings;}}"
    path.write_bytes(rf"{{\rtf1\ansi\ansicpg936{fonts}\f0 before {content} after\par}}".encode("latin-1"))
    return extract_plain(path, RTF)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (r"5 {\super 4}x10{\super -}{\super 6}\super n\nosupersub m", "5 ⁴x10⁻⁶ⁿm"),
        (r"H{\sub 2}O", "H₂O"),
        (r"word{\super [1]}", "word[1]"),
        (r"{\field{\*\fldinst EQ \\f(a+b,c)}{\fldrslt }}", "(a+b)/c"),
        (r"{\field{\*\fldinst { SYMBOL 254 \\f \"Wingdings\" \\s 10}}{\fldrslt\f1\fs20}}", "☑"),
        (r"{\field{\*\fldinst { SYMBOL 254 \\f \"Wingdings\" \\s 10}}{\fldrslt{\f1\'fe}}}", "☑"),
        (r"{\f1\'fe\'a8\u-3842?\'9f}", "☑☐☑•"),
        (r"{\field{\*\fldinst FORMCHECKBOX {\*\formfield{\fftype1\ffres25\ffdefres1}}}{\fldrslt }}", "☑"),
        (r"{\field{\*\fldinst FORMCHECKBOX {\*\formfield{\fftype1\ffres0\ffdefres1}}}{\fldrslt }}", "☐"),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt here}}", "here"),
    ],
)
def test_rich_text_reads_as_it_is_shown(tmp_path: Path, content: str, text: str) -> None:
    found = rich(tmp_path, content)
    assert (found.paragraphs, found.warnings) == ((f"before {text} after",), ())


@pytest.mark.parametrize(
    ("content", "text", "warning"),
    [
        (r"{\strike old}{\striked1 er}{\strike0 new}", "oldernew", "5 个字带删除线"),
        (r"x{\f2 a}", "x", "1 个符号字体的符号没有读出"),
        (r"{\field{\*\fldinst FORMCHECKBOX}{\fldrslt }}", "☐", "1 个复选框的状态没有读出"),
        (r"x{\mmath{\*\moMath{\mr a}}}", "x", "1 处公式没有读出"),
        (r"x{\object\objemb{\*\objdata 00}{\result{\pict 00}}}", "x", "1 个嵌入对象"),
    ],
)
def test_what_rich_text_shows_and_its_text_lacks_is_told(tmp_path: Path, content: str, text: str, warning: str) -> None:
    found = rich(tmp_path, content)
    assert found.paragraphs == (f"before {text} after",)
    assert [warning in each for each in found.warnings] == [True]
