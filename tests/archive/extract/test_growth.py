"""Reading a file takes time that grows with its size and no faster, and what it may unfold into is bounded."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from archive.errors import ExtractionFailed
from archive.extract import extract_plain
from archive.extract.mediatype import MHT, ODS, PPT
from archive.extract.others import markdown, plain
from archive.extract.text.numbering import Counter
from archive.extract.webpage import html, page
from archive.extract.word import richtext
from archive.extract.word.numbering import Numbering
from archive.extract.word.styles import Styles
from tests.archive.extract.messages import page as saved
from tests.archive.extract.opendocuments import write_opendocument
from tests.archive.extract.presentations import drawing, shape, text, write_ppt
from tests.archive.extract.worddocuments import IN_TABLE, Run, write_doc
from tests.growth import EACH, grows, text_of

pytestmark = [pytest.mark.slow, pytest.mark.alike]

PAGE = (
    *("<style>p{color:red}</style><p>甲</p>", "<!--甲-->乙", "<p style='color:#fff'>甲", "<p hidden>甲", "<style>p{"),
    *(
        "<td>甲",
        "<td colspan=100 rowspan=65534>甲",
        "<tr><td>甲",
        "<table><tr><td>甲<td>乙</table>",
        "<caption>甲</caption>",
    ),
    *(
        "<form>甲</form>",
        "<header>甲</header>",
        "<ul><li><a>甲</a><a>乙</a><a>丙</a></ul>",
        "<a>甲%d.doc</a>",
        "<img src=a>",
    ),
    *(
        "<div class=content>甲</div>",
        "<p class=title>甲",
        "<h2>甲乙丙丁</h2>",
        "<div hidden>甲</div>",
        "<pre>甲\n</pre>",
    ),
    *(
        "<p>索引号：甲</p>",
        "<p>索引号：</p>",
        "<p>标题</p>",
        "<p>这是一个句子，有一些字。",
        "<!--",
        "<![CDATA[",
        *("<!-->", "<!--->甲", "<!-- --!>甲", "<?", "<?甲>", "<![CDATA[甲]]>"),
        "&#",
        "<",
        "&lt;",
    ),
    *(
        "<script>",
        "<style>",
        "<style>.c%d{display:none}</style>",
        "<p class=c%d>甲",
        "<p style='display:none'>甲</p>",
        " a=b",
    ),
)
# Within elements that are nested as deeply as a page may be.
WITHIN = (
    "<div>",
    "<div class=content>",
    "<div class=title>",
    "<div hidden>",
    "<ul>",
    "<header>",
    "<div><a>",
    "<table><tr><td>",
)
MARKDOWN = (
    *(
        "# " + " " * 20 + "甲",
        "![",
        "[",
        "[a](",
        "[a]((",
        "**a **",
        " **a",
        " __a",
        "`` a ` ",
        "*a ",
        "- ",
        "|-|-",
        "a|b\n",
    ),
    *("```\n", "<!-- ", "<a", "> ", "#", "|--", "--:", "| ", "|", "  ", "a|b|", "\t", "_", "\\*"),
)
RTF = (
    *("\\cell ", "\\row ", "甲\\cell\\row ", "{", "{}", "\\par ", "\\v a", "\\u20000?", "\\'b9", "\\f1 ", "\\uc9"),
    *("\\intbl a\\par ", "{\\stylesheet{\\s1\\v a;}}\\s1 a", "{\\s1 ", "{\\s1\\sbasedon1;}", "{\\*\\annotation a}"),
)


def check(work: Callable[[str], object], unit: str) -> None:
    assert grows(work, text_of(unit, 5_000), text_of(unit, 40_000), most=16)


@pytest.mark.parametrize("unit", (*PAGE, *EACH[::4]), ids=ascii)
def test_a_web_page(unit: str) -> None:
    check(lambda text: html.from_text(f"<html><body>{text}</body></html>"), unit)


@pytest.mark.parametrize("around", WITHIN)
def test_a_web_page_within_many_elements(around: str) -> None:
    check(lambda text: html.from_text(around * (600 // around.count("<")) + text), "<p>甲乙，</p><a>丙</a>")


@pytest.mark.parametrize("tag", ["<p {}>甲", "<script {}></script>", "<p title='<script>'><!--<script>--><p {}>甲"])
@pytest.mark.parametrize("unit", [" a%d='>'", ' a%d="x"', " a%d", "/a%d = x "])
def test_a_tag_with_many_attributes(tag: str, unit: str) -> None:
    assert grows(lambda text: html.from_text(tag.format(text)), text_of(unit, 20_000), text_of(unit, 160_000), most=16)


@pytest.mark.parametrize(
    "before",
    [
        *("<!-->", "<!--->", "<!-- --!>", "<!--甲--!>", "<![CDATA[", "<![CDATA[甲>", "<?", "<?甲>", "<!", "</", "</>"),
        *("<script/>", "<script a />", "<style/>", "<script\x0b>", "<script></script>", "<title>", "<xmp>", "<p/"),
    ],
)
def test_a_tag_with_many_attributes_after_what_parsers_read_differently(before: str) -> None:
    text = f"<p>甲</p>{before}<p {{}}>乙"
    assert grows(
        lambda attributes: html.from_text(text.format(attributes)),
        *(text_of(" a%d", size) for size in (50_000, 400_000)),
        most=16,
    )


@pytest.mark.parametrize("unit", ["<!-->", "<!--->甲", "<![CDATA[", "<?"])
def test_many_signs_that_parsers_read_differently(unit: str) -> None:
    assert grows(html.from_text, text_of(unit, 100_000), text_of(unit, 800_000), most=16)


@pytest.mark.parametrize("unit", ["<!--", "<script>", "<a ", "<a b='", "<a b=\"'", "<a b", "<style a='"])
def test_looking_for_tags_with_many_attributes(unit: str) -> None:
    assert grows(page.refuse_crowded, text_of(unit, 400_000), text_of(unit, 3_200_000), most=16)


@pytest.mark.parametrize("unit", (*MARKDOWN, *EACH[::4]), ids=ascii)
def test_markdown_and_plain_text(unit: str) -> None:
    check(lambda text: (markdown.from_text(text), plain.from_text(text)), unit)


@pytest.mark.parametrize("around", ["# a{}b", "# {}x", "a|b\n|{}x", ">{}x", "a{}b"])
def test_a_long_run_of_blanks_in_markdown_and_plain_text(around: str) -> None:
    check(lambda text: (markdown.from_text(around.format(text)), plain.from_text(around.format(text))), " ")


@pytest.mark.parametrize("unit", RTF)
def test_rich_text(unit: str, tmp_path: Path) -> None:
    def work(text: str) -> None:
        path = tmp_path / "a.rtf"
        path.write_text(f"{{\\rtf1\\ansi {text}}}", encoding="gb18030")
        extract_plain(path, "application/rtf")

    check(work, unit)


@pytest.mark.parametrize("unit", ["甲\r", "\x13\x14", "甲\x07"], ids=ascii)
def test_an_old_word_document(unit: str, tmp_path: Path) -> None:
    def work(text: str) -> None:
        runs = [Run(text.replace("\n", ""), form=IN_TABLE), Run("公开\r")]
        extract_plain(write_doc(tmp_path / "a.doc", runs), "application/msword")

    check(work, unit)


def test_a_cell_that_spans_everything_is_bounded_and_told() -> None:
    wide = "<tr>" + "<td colspan=100 rowspan=65534>甲" * 1_000 + "<tr><td>乙" * 4_000
    page = f"<table><tr><th colspan=2>第一张<tr><td>丙<td>丁</table><table>{wide}</table>"
    start = time.process_time()
    found = html.from_text(page, whole=True)
    assert time.process_time() - start < 20
    assert any("合并单元格超出限额" in each for each in found.warnings)
    assert sum("乙" in each for each in found.paragraphs) == 4_000
    ordinary = html.from_text(
        "<table><tr><td colspan=3>甲<tr><td rowspan=2>乙<td>丙<td>丁<tr><td>戊<td>己</table>", whole=True
    )
    assert ordinary.paragraphs == ("甲\t\t", "乙\t丙\t丁", "\t戊\t己")
    assert ordinary.warnings == ()


def test_a_table_of_few_kilobytes_that_fills_more_than_any_document_is_refused() -> None:
    rows = "".join(f"<tr>{'<td>' * at}甲" for at in range(10))
    assert html.from_text(f"<table>{rows}</table>", whole=True).paragraphs
    wide = "<tr>" + "<td>甲" * 8_000 + "<tr><td>乙" * 8_000
    start = time.process_time()
    with pytest.raises(ExtractionFailed, match="表格达 8,001 行 8,000 列"):
        html.from_text(f"<table>{wide}</table>", whole=True)
    assert time.process_time() - start < 20


def test_lists_share_their_levels_and_roman_numerals_do_not_unfold() -> None:
    def work(text: str) -> None:
        many = len(text)
        level = (
            '<w:lvl w:ilvl="0"><w:start w:val="3999"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>'
        )
        number = '<w:num w:numId="{}"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"/></w:num>'
        numbers = "".join(map(number.format, range(1, many)))
        space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
        numbering = Numbering(
            etree.fromstring(
                f'<w:numbering xmlns:w="{space}"><w:abstractNum w:abstractNumId="0">{level * many}</w:abstractNum>'
                f"{numbers}</w:numbering>"
            ),
            Styles(None),
        )
        properties = f'<w:p xmlns:w="{space}"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:p>'
        place, counter = numbering.place(etree.fromstring(properties)), Counter()
        assert place is not None
        assert [counter.label(*place), counter.label(*place)] == ["MMMCMXCIX.", "4000."]

    assert grows(work, "甲" * 400, "甲" * 3_200, most=16)


def test_tables_of_lists_that_never_end_are_read_once(tmp_path: Path) -> None:
    def work(text: str) -> None:
        path = tmp_path / "a.rtf"
        path.write_bytes(rb"{\rtf1 " + rb"{\*\listtable{\*\listoverridetable" * len(text) + rb"}\pard\ls1 a\par}")
        richtext.extract(path)

    assert grows(work, "甲" * 2_000, "甲" * 16_000, most=16)


def test_hidden_rows_and_merged_cells_of_a_sheet_are_judged_by_ranges(tmp_path: Path) -> None:
    def work(words: str) -> None:
        cell = "<table:table-cell table:number-rows-spanned='1000000'><text:p>甲</text:p></table:table-cell>"
        rows = f"<table:table-row table:visibility='collapse'>{cell}</table:table-row>" * len(words)
        columns = "<table:table-column/>" * len(words)
        body = f"<table:table table:name='a'>{columns}{rows}</table:table>"
        extract_plain(write_opendocument(tmp_path / "a", "spreadsheet", body), ODS)

    assert grows(work, "甲" * 400, "甲" * 3_200, most=16)


def test_runs_of_letters_on_a_slide_are_gone_through_once(tmp_path: Path) -> None:
    def work(words: str) -> None:
        many = text("甲\r" * len(words), runs=[(1, 0, b"")] * (2 * len(words)))
        extract_plain(write_ppt(tmp_path / "a", [drawing(shape(many))]), PPT)

    assert grows(work, "甲" * 400, "甲" * 3_200, most=16)


def test_a_style_sheet_of_a_saved_page_is_put_into_it_once(tmp_path: Path) -> None:
    def work(words: str) -> None:
        parts = (("text/html", "b", "<link href=a>" * len(words)), ("text/css", "a", ".a{color:red}" * len(words)))
        (tmp_path / "a").write_bytes(saved(*parts))
        extract_plain(tmp_path / "a", MHT)

    assert grows(work, "甲" * 400, "甲" * 3_200, most=16)
