"""Numbers of lists, which readers see and no text contains: alike in docx, doc and RTF."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from archive.extract import Extraction, extract_plain
from archive.extract.mediatype import media_type
from tests.archive.extract.listdocuments import Item, Lists, Number, binary_lists, in_list, level, write, write_parts
from tests.archive.extract.worddocuments import DELETED, HIDDEN, IN_TABLE, ROW_END, Run, Style, colour, write_doc

CHAPTERS = (level("第%1章", "chineseCountingThousand"), level("第%2条", "chineseCountingThousand", restart=0))


def lines(kind: str, tmp_path: Path, document: Lists) -> list[str]:
    path = write(kind, tmp_path / "a.docx", document)
    found = extract_plain(path, media_type(path, path.name))
    # In a doc, lines above the first article are taken for the title.
    return [*([found.title] if found.title else []), *found.paragraphs]


ALIKE = pytest.mark.parametrize("kind", ["docx", "doc", "rtf"])


@ALIKE
def test_articles_are_counted_through_the_chapters_if_their_level_never_restarts(kind: str, tmp_path: Path) -> None:
    items = [Item("总则"), Item("甲", 1), Item("乙", 1), Item("职责"), Item("丙", 1)]
    found = lines(kind, tmp_path, Lists([CHAPTERS], items))
    assert found == ["第一章总则", "第一条甲", "第二条乙", "第二章职责", "第三条丙"]


@ALIKE
def test_a_level_restarts_after_every_level_above_it(kind: str, tmp_path: Path) -> None:
    levels = (level("%1、", "chineseCounting"), level("（%2）", "chineseCounting"), level("%3."), level("（%4）"))
    depths = [0, 1, 2, 2, 3, 1, 2, 3, 0, 2, 1]
    found = lines(kind, tmp_path, Lists([levels], [Item("文", depth) for depth in depths]))
    assert found == [
        *("一、文", "（一）文", "1. 文", "2. 文", "（1）文", "（二）文", "1. 文", "（1）文"),
        *("二、文", "1. 文", "（一）文"),
    ]


@ALIKE
def test_a_number_of_several_levels_shows_those_above_in_their_own_formats(kind: str, tmp_path: Path) -> None:
    levels = (level("%1", "upperRoman"), level("%1.%2", "lowerLetter"), level("%1.%2.%3", legal=True))
    found = lines(kind, tmp_path, Lists([levels], [Item("文", depth) for depth in (0, 0, 1, 1, 2, 1)]))
    assert found == ["I文", "II文", "II.a文", "II.b文", "2.2.1 文", "II.c文"]


@ALIKE
def test_a_level_above_that_has_no_item_yet_shows_its_first_number(kind: str, tmp_path: Path) -> None:
    levels = (level("%1.", start=4), level("%1.%2"))
    found = lines(kind, tmp_path, Lists([levels], [Item("文", 1), Item("文", 1), Item("文"), Item("文", 1)]))
    assert found == ["4.1 文", "4.2 文", "4. 文", "4.1 文"]


@ALIKE
def test_numberings_of_one_list_go_on_counting_and_one_with_a_start_restarts_once(kind: str, tmp_path: Path) -> None:
    numbers = (Number(), Number(), Number(starts={0: 7}))
    items = [Item("文", number=number) for number in (1, 1, 2, 0, 3, 3, 1, 3)]
    found = lines(kind, tmp_path, Lists([(level("%1、"),)], items, numbers))
    assert found == ["1、文", "2、文", "3、文", "文", "7、文", "8、文", "9、文", "10、文"]


@ALIKE
def test_a_numbering_may_have_a_level_of_its_own(kind: str, tmp_path: Path) -> None:
    own = Number(starts={0: 3}, levels={0: level("第%1条", "chineseCounting")})
    items = [Item("文"), Item("文", number=2), Item("文", number=2), Item("文")]
    found = lines(kind, tmp_path, Lists([(level("%1."),)], items, (Number(), own)))
    assert found == ["1. 文", "第三条文", "第四条文", "5. 文"]


@ALIKE
def test_lists_are_counted_apart(kind: str, tmp_path: Path) -> None:
    lists = [(level("%1."),), (level("（%1）", "chineseCounting"),)]
    items = [Item("文", number=number) for number in (1, 2, 1, 2)]
    found = lines(kind, tmp_path, Lists(lists, items, (Number(0), Number(1))))
    assert found == ["1. 文", "（一）文", "2. 文", "（二）文"]


@ALIKE
def test_a_numbered_paragraph_without_text_has_its_number(kind: str, tmp_path: Path) -> None:
    assert lines(kind, tmp_path, Lists([(level("%1、"),)], [Item("甲"), Item(""), Item("丙")])) == [
        *("1、甲", "2、", "3、丙"),
    ]


@ALIKE
def test_a_bullet_is_no_text_but_words_in_its_place_are(kind: str, tmp_path: Path) -> None:
    lists = [(level("\uf0b7", "bullet"),), (level("注：", "bullet"),), (level("附件", "none"),)]
    items = [Item("甲", number=number) for number in (1, 2, 3)]
    found = lines(kind, tmp_path, Lists(lists, items, [Number(at) for at in range(3)]))
    assert found == ["甲", "注：甲", "附件甲"]


@ALIKE
def test_a_number_in_an_unknown_format_is_in_digits_and_told(kind: str, tmp_path: Path) -> None:
    document = Lists([(level("%1.", "thaiLetters"),)], [Item("甲"), Item("乙")])
    path = write(kind, tmp_path / "a.docx", document)
    found = extract_plain(path, media_type(path, path.name))
    assert found.paragraphs == ("1. 甲", "2. 乙")
    assert any("2 个自动编号的格式不认识" in each for each in found.warnings)


def docx_lines(tmp_path: Path, body: str, numbering: str, styles: str = "") -> list[str]:
    path = write_parts(tmp_path / "a.docx", body, numbering, styles)
    return list(extract_plain(path, media_type(path, path.name)).paragraphs)


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def listed(number: int, depth: int | None = None) -> str:
    at = "" if depth is None else f'<w:ilvl w:val="{depth}"/>'
    return f'<w:numPr>{at}<w:numId w:val="{number}"/></w:numPr>'


def styled(name: str, properties: str = "", base: str = "") -> str:
    """Describe a style of paragraphs."""
    based = f'<w:basedOn w:val="{base}"/>' if base else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{name}"/>{based}'
        f"<w:pPr>{properties}</w:pPr></w:style>"
    )


def lvl(depth: int, text: str, more: str = "", form: str = "chineseCounting") -> str:
    shown = f'<w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/>{shown}</w:lvl>'


def abstract(identifier: int, *content: str) -> str:
    return f'<w:abstractNum w:abstractNumId="{identifier}">{"".join(content)}</w:abstractNum>'


def num(identifier: int, of: int, more: str = "") -> str:
    return f'<w:num w:numId="{identifier}"><w:abstractNumId w:val="{of}"/>{more}</w:num>'


def test_styles_have_the_levels_that_are_linked_to_them(tmp_path: Path) -> None:
    numbering = abstract(
        *(5, lvl(0, "第%1章", '<w:pStyle w:val="Chapter"/>'), lvl(1, "第%2条", '<w:pStyle w:val="Article"/>')),
        lvl(2, "（%3）"),
    )
    styles = (
        styled("Chapter", listed(9)) + styled("Article", listed(9, 2)) + styled("Own", "", "Article")
        + styled("Plain", listed(0), "Article")
    )  # fmt: skip
    body = "".join(
        paragraph("文", f'<w:pStyle w:val="{style}"/>{more}')
        for style, more in (
            *(("Chapter", ""), ("Article", ""), ("Own", ""), ("Plain", ""), ("Article", listed(0))),
            *(("Article", '<w:numPr><w:ilvl w:val="2"/></w:numPr>'), ("Own", "")),
        )
    )
    found = docx_lines(tmp_path, body, numbering + num(9, 5), styles)
    assert found == ["第一章文", "第一条文", "第二条文", "文", "文", "（一）文", "第三条文"]


def test_a_style_may_have_its_depth_alone_and_its_list_from_the_style_it_is_based_on(tmp_path: Path) -> None:
    numbering = abstract(5, lvl(0, "第%1章", '<w:pStyle w:val="First"/>'), lvl(1, "第%2条")) + num(9, 5)
    styles = styled("First", listed(9)) + styled("Second", '<w:numPr><w:ilvl w:val="1"/></w:numPr>', "First")
    body = "".join(paragraph("文", f'<w:pStyle w:val="{style}"/>') for style in ("First", "Second", "Second", "First"))
    assert docx_lines(tmp_path, body, numbering, styles) == ["第一章文", "第一条文", "第二条文", "第二章文"]


@pytest.mark.parametrize("style", ["", '<w:style w:type="numbering" w:styleId="L"><w:pPr>{}</w:pPr></w:style>'])
def test_a_list_may_have_the_levels_of_a_list_style(style: str, tmp_path: Path) -> None:
    numbering = (
        abstract(3, '<w:numStyleLink w:val="L"/>') + abstract(4, '<w:styleLink w:val="L"/>', lvl(0, "%1、"))
        + num(1, 3) + num(2, 4)
    )  # fmt: skip
    body = paragraph("甲", listed(1, 0)) + paragraph("乙", listed(1, 0))
    assert docx_lines(tmp_path, body, numbering, style.format(listed(2))) == ["一、甲", "二、乙"]


def test_a_list_style_that_leads_back_to_itself_has_no_numbers(tmp_path: Path) -> None:
    numbering = abstract(3, '<w:numStyleLink w:val="L"/>') + num(1, 3)
    style = f'<w:style w:type="numbering" w:styleId="L"><w:pPr>{listed(1)}</w:pPr></w:style>'
    assert docx_lines(tmp_path, paragraph("甲", listed(1, 0)), numbering, style) == ["甲"]


def test_word_ignores_where_a_level_of_a_numbering_of_its_own_restarts(tmp_path: Path) -> None:
    # [MS-OI29500] on lvlRestart.
    kept = lvl(1, "（%2）", '<w:lvlRestart w:val="0"/>')
    own = f'<w:lvlOverride w:ilvl="1">{kept}</w:lvlOverride>'
    body = "".join(paragraph("文", listed(1, depth)) for depth in (0, 1, 1, 0, 1))
    found = docx_lines(tmp_path, body, abstract(3, lvl(0, "%1、"), lvl(1, "%2.")) + num(1, 3, own))
    assert found == ["一、文", "（一）文", "（二）文", "二、文", "（一）文"]


def test_a_column_of_numbers_in_a_table_is_read(tmp_path: Path) -> None:
    cells = [f"<w:tc><w:p><w:pPr>{listed(1, 0)}</w:pPr></w:p></w:tc><w:tc>{paragraph(text)}</w:tc>" for text in "甲乙"]
    head = f"<w:tc>{paragraph('序号')}</w:tc><w:tc>{paragraph('事项')}</w:tc>"
    body = f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in (head, *cells))}</w:tbl>"
    numbering = abstract(3, lvl(0, "%1", form="decimal")) + num(1, 3)
    assert docx_lines(tmp_path, body, numbering) == ["序号\t事项", "1\t甲", "2\t乙"]


def test_an_empty_paragraph_whose_end_is_not_seen_is_not_counted(tmp_path: Path) -> None:
    gone = "".join(
        f"<w:p><w:pPr>{listed(1, 0)}<w:rPr>{mark}</w:rPr></w:pPr>{text}</w:p>"
        for mark, text in (
            ('<w:del w:id="1" w:author="a"/>', "<w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"),
            ("<w:vanish/>", "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r>"),
        )
    )
    body = paragraph("甲", listed(1, 0)) + gone + paragraph("乙", listed(1, 0))
    assert docx_lines(tmp_path, body, abstract(3, lvl(0, "%1、")) + num(1, 3)) == ["一、甲", "二、乙"]


def test_a_paragraph_whose_end_is_deleted_goes_on_with_the_next_and_in_its_list(tmp_path: Path) -> None:
    gone = '<w:rPr><w:del w:id="1" w:author="a"/></w:rPr>'
    body = (
        paragraph("甲", listed(1, 0) + gone) + paragraph("乙", listed(1, 0)) + paragraph("丙", listed(1, 0))
        + paragraph("丁", listed(1, 0) + gone) + paragraph("戊") + paragraph("己", gone) + paragraph("庚", listed(1, 0))
    )  # fmt: skip
    found = docx_lines(tmp_path, body, abstract(3, lvl(0, "%1、")) + num(1, 3))
    assert found == ["一、甲", "乙", "二、丙", "丁", "戊", "三、己", "庚"]


def test_a_number_in_a_cell_that_is_covered_is_not_seen_but_taken(tmp_path: Path) -> None:
    cells = [f"<w:tc><w:tcPr>{merge}</w:tcPr>{paragraph('', listed(1, 0))}</w:tc>" for merge in (
        "", '<w:vMerge w:val="restart"/>', "<w:vMerge/>", "",
    )]  # fmt: skip
    rows = "".join(
        f"<w:tr>{cell}<w:tc>{paragraph(text)}</w:tc></w:tr>" for cell, text in zip(cells, "甲乙丙丁", strict=True)
    )
    found = docx_lines(tmp_path, f"<w:tbl>{rows}</w:tbl>", abstract(3, lvl(0, "%1", form="decimal")) + num(1, 3))
    assert found == ["1\t甲", "2\t乙", "\t丙", "4\t丁"]


def test_a_text_box_in_a_paragraph_whose_end_is_deleted_has_its_numbers(tmp_path: Path) -> None:
    box = f"<w:pict><v:textbox><w:txbxContent>{paragraph('框', listed(1, 0))}</w:txbxContent></v:textbox></w:pict>"
    gone = f'{listed(1, 0)}<w:rPr><w:del w:id="1" w:author="a"/></w:rPr>'
    body = (
        f"<w:p><w:pPr>{gone}</w:pPr><w:r><w:t>甲</w:t></w:r><w:r>{box}</w:r></w:p>" + paragraph("乙", listed(1, 0)) * 2
    )
    found = docx_lines(tmp_path, body, abstract(3, lvl(0, "%1、")) + num(1, 3))
    assert found == ["一、甲", "一、框", "乙", "二、乙"]


def test_text_boxes_are_counted_apart_from_the_text_in_which_they_hang(tmp_path: Path) -> None:
    box = f"<w:pict><v:textbox><w:txbxContent>{paragraph('框', listed(1, 0))}</w:txbxContent></v:textbox></w:pict>"
    body = (
        paragraph("甲", listed(1, 0)) + f"<w:p><w:r><w:t>图</w:t></w:r><w:r>{box}</w:r></w:p>"
        + paragraph("乙", listed(1, 0)) + f"<w:p><w:r>{box}</w:r></w:p>"
    )  # fmt: skip
    found = docx_lines(tmp_path, body, abstract(3, lvl(0, "%1、")) + num(1, 3))
    assert found == ["一、甲", "图", "一、框", "二、乙", "二、框"]


def test_a_format_of_later_versions_stands_in_an_alternative(tmp_path: Path) -> None:
    formats = (
        '<mc:AlternateContent><mc:Choice Requires="w14"><w:numFmt w:val="custom" w:format="001, 002, 003, ..."/>'
        '</mc:Choice><mc:Fallback><w:numFmt w:val="decimal"/></mc:Fallback></mc:AlternateContent>'
    )
    level = f'<w:lvl w:ilvl="0"><w:start w:val="9"/>{formats}<w:lvlText w:val="编号%1"/></w:lvl>'
    body = paragraph("甲", listed(1, 0)) + paragraph("乙", listed(1, 0))
    assert docx_lines(tmp_path, body, abstract(3, level) + num(1, 3)) == ["编号009 甲", "编号010 乙"]


def test_wrong_values_in_the_lists_of_a_docx_are_left_out(tmp_path: Path) -> None:
    numbering = abstract(3, lvl(0, "%1、"), '<w:lvl w:ilvl="x"/><w:lvl w:ilvl="12"/>') + num(1, 3) + num(2, 99)
    body = paragraph("甲", listed(1)) + paragraph("乙", listed(2)) + paragraph("丙", listed(1, 8))
    assert docx_lines(tmp_path, body, numbering) == ["一、甲", "乙", "丙"]


ONE = Lists([(level("第%1条", "chineseCounting"), level("（%2）", "chineseCounting"))], [])


def doc_found(tmp_path: Path, runs: Sequence[Run], styles: Sequence[Style] = (), lists: Lists = ONE) -> Extraction:
    path = write_doc(tmp_path / "a.doc", runs, styles=styles, lists=binary_lists(lists))
    return extract_plain(path, media_type(path, path.name))


def test_a_style_of_a_doc_may_be_numbered(tmp_path: Path) -> None:
    styles = (Style(form=in_list(1)), Style(form=in_list(1, 1)[:3], base=0), Style(form=b"\x0b\x46\0\0", base=0))
    runs = [Run("文\r", style=style) for style in (0, 1, 1, 0, 2)] + [Run("文\r", form=b"\x0b\x46\0\0")]
    assert doc_found(tmp_path, runs, styles).paragraphs == ("第一条文", "（一）文", "（二）文", "第二条文", "文", "文")


def test_a_column_of_numbers_in_a_table_of_a_doc_is_read(tmp_path: Path) -> None:
    lists = Lists([(level("%1"),)], [])
    row = [Run("\x07", form=IN_TABLE + in_list(1)), Run("甲\x07", form=IN_TABLE)]
    end = [Run("\x07", form=IN_TABLE + ROW_END + in_list(1))]
    assert doc_found(tmp_path, [*row, *end, *row, *end, Run("后\r")], lists=lists).paragraphs == (
        "1\t甲",
        "2\t甲",
        "后",
    )


def test_an_empty_paragraph_of_a_doc_whose_end_is_not_seen_is_not_counted(tmp_path: Path) -> None:
    article = in_list(1)
    runs = [
        *(Run("甲\r", form=article), Run("旧\r", DELETED, article), Run("隐\r", HIDDEN, article)),
        *(Run("乙", form=article), Run("\r", HIDDEN, article)),
    ]
    assert doc_found(tmp_path, runs).paragraphs == ("第一条甲", "第二条乙")


@pytest.mark.parametrize("kind", ["doc", "rtf"])
def test_a_paragraph_whose_end_is_deleted_goes_on_with_the_next(kind: str, tmp_path: Path) -> None:
    if kind == "doc":
        runs = [Run("a", form=in_list(1)), Run("\r", DELETED, in_list(1)), Run("b\r", form=in_list(1))]
        assert doc_found(tmp_path, [*runs, Run("c\r", form=in_list(1))]).paragraphs == ("第一条a", "b", "第二条c")
    else:
        found = rtf_lines(tmp_path, r"\pard\ls1 a{\deleted\par}b\par c\par")
        assert found == ["第一条a", "b", "第二条c"]


def test_a_white_end_of_a_paragraph_of_a_doc_is_an_end(tmp_path: Path) -> None:
    end = Run("\r", colour(255, 255, 255), in_list(1))
    found = doc_found(tmp_path, [Run("甲", form=in_list(1)), end, end, Run("乙\r", form=in_list(1))])
    assert found.paragraphs == ("第一条甲", "第二条", "第三条乙")


def test_a_page_break_within_a_paragraph_of_a_doc_does_not_number_it_again(tmp_path: Path) -> None:
    runs = [Run("甲\x0c乙\r", form=in_list(1)), Run("丙\r", form=in_list(1))]
    assert doc_found(tmp_path, runs).paragraphs == ("第一条甲", "乙", "第二条丙")


def test_a_line_break_in_a_doc_ends_a_line_as_in_a_docx_but_in_a_cell_is_a_blank(tmp_path: Path) -> None:
    row = [Run("丙\x0b丁\x07", form=IN_TABLE), Run("\x07", form=IN_TABLE + ROW_END)]
    found = doc_found(tmp_path, [Run("甲\x0b第三条乙\r", form=in_list(1)), *row, Run("后\r")])
    assert found.paragraphs == ("第一条甲", "第三条乙", "丙 丁", "后")


def test_numbers_of_a_doc_whose_list_is_missing_are_told(tmp_path: Path) -> None:
    found = doc_found(
        tmp_path, [Run("甲\r", form=in_list(1)), Run("乙\r", form=in_list(4)), Run("丙\r", form=in_list(9))]
    )
    assert found.paragraphs == ("第一条甲", "乙", "丙")
    assert [each for each in found.warnings if "2 处自动编号没有读出" in each]


def test_damaged_lists_of_a_doc_lose_no_text(tmp_path: Path) -> None:
    heads, levels, numbers = binary_lists(ONE)
    for cut in ((heads[:20], b"", numbers), (heads, levels[:40], numbers), (heads, levels, numbers[:7])):
        path = write_doc(tmp_path / "a.doc", [Run("甲\r", form=in_list(1))], lists=cut)
        found = extract_plain(path, media_type(path, path.name))
        assert found.paragraphs[0].endswith("甲")
        assert found.paragraphs == ("第一条甲",) or any("没有读出" in each for each in found.warnings)


def rtf_lines(tmp_path: Path, body: str) -> list[str]:
    table = (
        r"{\*\listtable{\list{\listlevel\levelnfc39{\leveltext\'03\'b5\'da\'00\'cc\'f5;}{\levelnumbers\'02;}}\listid7}}"
    )
    numbers = r"{\*\listoverridetable{\listoverride\listid7\listoverridecount0\ls1}}"
    path = tmp_path / "a.rtf"
    path.write_bytes(rf"{{\rtf1\ansi\ansicpg936{table}{numbers}{body}}}".encode("ascii"))
    return list(extract_plain(path, media_type(path, path.name)).paragraphs)


def test_the_text_of_a_level_of_an_rtf_is_in_its_encoding(tmp_path: Path) -> None:
    assert rtf_lines(tmp_path, r"\pard\ls1 a\par b\par\pard c\par") == ["第一条a", "第二条b", "c"]


def test_a_number_that_an_rtf_keeps_is_read_where_its_list_is_missing(tmp_path: Path) -> None:
    kept = r"{\listtext\pard\plain 9.\tab}"
    assert rtf_lines(tmp_path, rf"\pard\ls1{kept}a\par\pard\ls5{kept}b\par\pard {kept}c\par") == [
        *("第一条a", "9. b", "9. c"),
    ]


def test_paragraphs_in_a_cell_of_an_rtf_have_their_numbers(tmp_path: Path) -> None:
    cells = r"\trowd\cellx100\cellx200\pard\intbl\ls1\cell\pard\intbl\ls1 a\par b\cell\row\pard c\par"
    assert rtf_lines(tmp_path, cells) == ["第一条\t第二条a 第三条b", "c"]


def test_a_page_break_within_a_paragraph_of_an_rtf_does_not_number_it_again(tmp_path: Path) -> None:
    body = r"\pard\ls1 a\page b\par\page c\par{\v d\par}e\par\sect\pard f\par"
    assert rtf_lines(tmp_path, body) == ["第一条a", "b", "第二条c", "第三条e", "f"]


@pytest.mark.parametrize("field", [" LISTNUM ", "AUTONUMLGL \\\\* Arabic"])
def test_numbers_that_a_field_counts_are_told_in_every_kind(field: str, tmp_path: Path) -> None:
    begun, ended = ('<w:r><w:fldChar w:fldCharType="' + kind + '"/></w:r>' for kind in ("begin", "end"))
    inside = f"{begun}<w:r><w:instrText>{field}</w:instrText></w:r>{ended}"
    body = f'<w:p>{inside}<w:r><w:t>甲</w:t></w:r></w:p><w:p><w:fldSimple w:instr="{field}"/></w:p>'
    old = write_doc(tmp_path / "b.doc", [Run(f"\x13{field}\x15甲\r"), Run("\x13 PAGE \x14LISTNUM\x15\r")])
    rich = tmp_path / "c.rtf"
    rich.write_text(rf"{{\rtf1 {{\field{{\*\fldinst {{ {field}}}}}{{\fldrslt }}}}LISTNUM\par}}", encoding="ascii")
    for path, count in ((write_parts(tmp_path / "a.docx", body, ""), 2), (old, 1), (rich, 1)):
        found = extract_plain(path, media_type(path, path.name))
        assert [f"{count} 处自动编号没有读出" in each for each in found.warnings] == [True], path.name


def test_a_paragraph_in_a_list_as_in_word_6_is_told(tmp_path: Path) -> None:
    found = doc_found(tmp_path, [Run("甲\r", form=in_list(0x7FF)), Run("乙\r", form=in_list(0xF801))])
    assert found.paragraphs == ("甲", "乙")
    assert any("1 处自动编号没有读出" in each for each in found.warnings)
