import zipfile
from pathlib import Path

import pytest

from archive.errors import ExtractionFailed
from archive.extract import Extraction, extract_plain
from archive.extract.mediatype import OFD
from tests.archive.extract.makers import assert_golden
from tests.archive.extract.ofds import NAMESPACE, page, rule, text, write_ofd

LONG = "根据全县各镇街和县直部门政务公开工作年度报告编制内容包括总体情况主动公开政府信息情况收到和处理申请情况"
XMLNS = f'xmlns:ofd="{NAMESPACE}"'


def read(path: Path) -> Extraction:
    return extract_plain(path, OFD)


def report() -> list[str]:
    table = [rule(25, 70 + 10 * row, 150, 0) for row in range(4)]
    table += [rule(x, 70, 0, 30) for x in (25, 75, 125, 175)]
    cells = [("信息内容", 27, 77), ("本年数量", 77, 77), ("规章", 27, 87), ("0", 77, 87), ("5", 127, 97)]
    first = [
        text(63, 30, "临沭县人民政府2019年政府", 8),
        text(70, 41, "信息公开工作年度报告", 8),
        text(36.2, 55, LONG[:25]),
        text(25, 65, LONG[10:37]),
        text(25, 75, "有关情况报告如下。"),
        text(36.2, 85, "一、总体情况"),
        text(100, 285, "— 1 —", 5),
    ]
    second = [*table, *(text(x, y, words, 4) for words, x, y in cells), text(27, 97, "行政规范性文件", 4)]
    second += [text(36.2, 120, "二、其他"), text(36.2, 130, "无。"), text(130, 150, "2020年1月23日", step=3.4)]
    return ["".join(first), "".join(second)]


def test_lines_are_joined_and_tables_keep_their_rows_as_in_a_pdf(tmp_path: Path) -> None:
    assert_golden("ofd-report", read(write_ofd(tmp_path / "a", report())))


def test_a_matrix_scales_text_and_its_place(tmp_path: Path) -> None:
    scaled = (
        '<ofd:TextObject CTM="0.3528 0 0 0.3528 0 0" Boundary="58 61 99 10" Size="22">'
        '<ofd:TextCode X="0" Y="23" DeltaX="g 5 22">测评要求标题</ofd:TextCode></ofd:TextObject>'
    )
    found = read(write_ofd(tmp_path / "a", [scaled + text(58, 90, "正文的字要小一些。", 4)]))
    assert found.title == "测评要求标题"
    assert found.paragraphs == ("正文的字要小一些。",)


def test_templates_annotations_and_units_are_part_of_a_page(tmp_path: Path) -> None:
    common = '<ofd:TemplatePage ID="7" BaseLoc="Tpls/Tpl_0/Content.xml"/><ofd:PublicRes>PublicRes.xml</ofd:PublicRes>'
    unit = f'<ofd:CompositeGraphicUnit ID="9"><ofd:Content>{text(0, 10, "组合图元中的字", 5)}</ofd:Content>'
    annotation = f'<ofd:Appearance Boundary="20 200 100 20">{text(0, 10, "批准同意", 5)}</ofd:Appearance></ofd:Annot>'
    more = {
        "Doc_0/Tpls/Tpl_0/Content.xml": page(text(20, 40, "模板上的字", 5)),
        "Doc_0/PublicRes.xml": f"<ofd:Res {XMLNS}><ofd:CompositeGraphicUnits>{unit}</ofd:CompositeGraphicUnit>"
        "</ofd:CompositeGraphicUnits></ofd:Res>",
        "Doc_0/Annots/Annotations.xml": f'<ofd:Annotations {XMLNS}><ofd:Page PageID="0"><ofd:FileLoc>Page_0/Annot.xml'
        "</ofd:FileLoc></ofd:Page></ofd:Annotations>",
        "Doc_0/Annots/Page_0/Annot.xml": f'<ofd:PageAnnot {XMLNS}><ofd:Annot Type="Stamp">{annotation}'
        f'<ofd:Annot Type="Watermark">{annotation.replace("批准同意", "严禁复制")}</ofd:PageAnnot>',
    }
    content = (
        '<ofd:Template TemplateID="7"/><ofd:Content><ofd:Layer><ofd:PageBlock>'
        f'{text(20, 80, "页面上的字", 5)}<ofd:CompositeObject Boundary="20 90 100 20" ResourceID="9"/>'
        "</ofd:PageBlock></ofd:Layer></ofd:Content>"
    )
    after = "<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>"
    found = read(write_ofd(tmp_path / "a", [content], common, more, after))
    assert "".join(found.paragraphs) == "模板上的字页面上的字组合图元中的字批准同意"
    assert found.warnings == ("有 4 个水印字没有收入正文。",)


def test_a_unit_that_holds_itself_ends(tmp_path: Path) -> None:
    inside = "".join(f'<ofd:CompositeObject Boundary="0 0 9 9" ResourceID="{n % 2}"/>' for n in range(20))
    unit = f'<ofd:CompositeGraphicUnit ID="{{}}"><ofd:Content>{inside}</ofd:Content></ofd:CompositeGraphicUnit>'
    units = unit.format(0) + unit.format(1)
    more = {"Doc_0/PublicRes.xml": f"<ofd:Res {XMLNS}>{units}</ofd:Res>"}
    path = write_ofd(tmp_path / "a", [inside], "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>", more)
    with pytest.raises(ExtractionFailed, match="恶意|损坏"):
        read(path)


def test_what_is_not_shown_or_stands_askew_is_told(tmp_path: Path) -> None:
    askew = 'CTM="0.7 0.7 -0.7 0.7 0 0"'
    things = [
        text(20, 40, "看得见的正文。", 5),
        text(20, 60, "看不见的字", 5, more='Visible="false"'),
        text(60, 100, "仅供内部使用切勿复制外传", 5, more=askew),
    ]
    found = read(write_ofd(tmp_path / "a", ["".join(things)]))
    assert found.paragraphs == ("看得见的正文。",)
    assert found.concealed == ("第 1 页隐藏文字：看不见的字",)
    assert "有 5 个字在页面上看不见" in "".join(found.warnings) and "12 个斜排的字" in "".join(found.warnings)


@pytest.mark.parametrize(
    ("unseen", "kind"),
    [
        (text(20, 60, "密语", more='Alpha="0"'), "不显示的文字"),
        (text(20, 60, "密语", more='Fill="false"'), "不显示的文字"),
        (
            text(20, 60, "密语").replace("<ofd:TextCode", '<ofd:FillColor Value="0 0 0" Alpha="0"/><ofd:TextCode'),
            "不显示的文字",
        ),
        (f'<ofd:PageBlock Visible="false">{text(20, 60, "密语")}</ofd:PageBlock>', "隐藏文字"),
        (text(300, 60, "密语"), "页面以外的文字"),
        (text(20, 400, "密语"), "页面以外的文字"),
        (text(20, 60, "密语", 0.3), "小到看不见的文字"),
    ],
)
def test_what_is_not_seen_is_listed_and_is_no_text(tmp_path: Path, unseen: str, kind: str) -> None:
    found = read(write_ofd(tmp_path / "a", [text(20, 40, "看得见的正文。", 5) + unseen]))
    assert (found.paragraphs, found.concealed) == (("看得见的正文。",), (f"第 1 页{kind}：密语",))


def clipped(*paths: str, words: str = "密语", turned: str = "") -> str:
    """Words of which only what lies in all of the areas is shown; each is a path from the object's corner."""
    areas = "".join(
        f'<ofd:Clip><ofd:Area><ofd:Path Boundary="0 0 200 200"><ofd:AbbreviatedData>{path}</ofd:AbbreviatedData>'
        "</ofd:Path></ofd:Area></ofd:Clip>"
        for path in paths
    )
    return text(20, 60, words).replace("<ofd:TextCode", f"<ofd:Clips {turned}>{areas}</ofd:Clips><ofd:TextCode", 1)


NOTHING, AWAY = "M 0 0 L 0 0 L 0 0 C", "M 100 100 L 150 100 L 150 150 L 100 150 C"
ALL = "M -50 -50 L 190 -50 L 190 190 L -50 190 C"
ROUND = "M 0 0 B 50 -90 90 90 150 50 C"


@pytest.mark.parametrize("paths", [(NOTHING,), (AWAY,), (ALL, AWAY)])
def test_what_a_clip_leaves_out_is_listed_and_is_no_text(tmp_path: Path, paths: tuple[str, ...]) -> None:
    found = read(write_ofd(tmp_path / "a", [text(20, 40, "看得见的正文。", 5) + clipped(*paths)]))
    assert (found.paragraphs, found.concealed) == (("看得见的正文。",), ("第 1 页裁剪掉的文字：密语",))


@pytest.mark.parametrize(("paths", "doubtful"), [((ALL,), False), ((ALL, ALL), False), ((ROUND,), True)])
def test_what_a_clip_shows_is_text_and_where_that_is_not_known_it_is_told(
    tmp_path: Path, paths: tuple[str, ...], doubtful: bool
) -> None:
    found = read(write_ofd(tmp_path / "a", [clipped(*paths, words="看得见的正文。")]))
    assert (found.paragraphs, found.concealed) == (("看得见的正文。",), ())
    assert any("7 个字设了裁剪" in each for each in found.warnings) == doubtful


@pytest.mark.parametrize(
    "more", ['Alpha="1"', 'Visible="true"', 'Fill="false" Stroke="true"', 'Alpha="128" Fill="true"']
)
def test_what_is_seen_is_text(tmp_path: Path, more: str) -> None:
    found = read(write_ofd(tmp_path / "a", [text(20, 40, "看得见的正文。", 5, more=more)]))
    assert (found.paragraphs, found.concealed, found.warnings) == (("看得见的正文。",), (), ())


def coloured(words: str, colour: str, more: str = "") -> str:
    return text(20, 60, words, more=more).replace("<ofd:TextCode", f"{colour}<ofd:TextCode")


def filled(
    colour: str, box: str = "10 50 180 20", more: str = "", path: str = "M 0 0 L 180 0 L 180 20 L 0 20 C"
) -> str:
    return (
        f'<ofd:PathObject Boundary="{box}" Fill="true" Stroke="false" {more}>{colour}'
        f"<ofd:AbbreviatedData>{path}</ofd:AbbreviatedData></ofd:PathObject>"
    )


WHITE, BLUE = '<ofd:FillColor Value="255 255 255"/>', '<ofd:FillColor Value="0 0 200"/>'
PALE = '<ofd:FillColor Value="254 253 250"/>'
PICTURE = '<ofd:ImageObject Boundary="10 50 180 20" ResourceID="3" CTM="180 0 0 20 0 0"/>'


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (coloured("密语", WHITE), "与底色相同的文字"),
        (coloured("密语", PALE), "与底色相同的文字"),
        (coloured("密语", '<ofd:FillColor Value="#FF #FF #FF"/>'), "与底色相同的文字"),
        (coloured("密语", '<ofd:FillColor Value="255"/>'), "与底色相同的文字"),
        (coloured("密语", '<ofd:FillColor Value="0 0 0 0"/>'), "与底色相同的文字"),
        (coloured("密语", WHITE.replace("Fill", "Stroke"), 'Fill="false" Stroke="true"'), "与底色相同的文字"),
        (coloured("密语", "", 'DrawParam="8"'), "与底色相同的文字"),
        (f'<ofd:PageBlock DrawParam="9">{coloured("密语", "")}</ofd:PageBlock>', "与底色相同的文字"),
        (filled(BLUE) + coloured("密语", BLUE), "与底色相同的文字"),
        (filled(BLUE) + filled(WHITE) + coloured("密语", WHITE), "与底色相同的文字"),
        (text(20, 60, "密语") + filled(WHITE), "被遮盖的文字"),
        (text(20, 60, "密语") + filled(BLUE), "被遮盖的文字"),
        (text(20, 60, "密语") + filled("", more='DrawParam="8"'), "被遮盖的文字"),
        (text(20, 60, "密语") + PICTURE, "被遮盖的文字"),
        (f'<ofd:PageBlock Alpha="0">{text(20, 60, "密语")}</ofd:PageBlock>', "不显示的文字"),
    ],
)
def test_what_is_painted_out_is_listed_and_is_no_text(tmp_path: Path, page: str, kind: str) -> None:
    found = read(write_ofd(tmp_path / "a", [text(20, 40, "看得见的正文。", 5) + page], COMMON, DRAWN))
    assert (found.paragraphs, found.concealed) == (("看得见的正文。",), (f"第 1 页{kind}：密语",))


COMMON = "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"
DRAWN = {
    "Doc_0/PublicRes.xml": f'<ofd:Res {XMLNS}><ofd:DrawParams><ofd:DrawParam ID="8">{WHITE}</ofd:DrawParam>'
    '<ofd:DrawParam ID="9" Relative="8"/></ofd:DrawParams></ofd:Res>'
}


@pytest.mark.parametrize(
    "page",
    [
        filled(BLUE) + coloured("文字", WHITE),
        PICTURE + coloured("文字", WHITE),
        filled(BLUE, path="M 0 0 L 180 0 Q 180 20 90 20 L 0 20 C") + coloured("文字", WHITE),
        filled('<ofd:FillColor><ofd:AxialShd StartPoint="0 0" EndPoint="9 9"/></ofd:FillColor>')
        + coloured("文字", WHITE),
        filled(WHITE) + text(20, 60, "文字"),
        text(20, 60, "文字") + filled(WHITE, more='Alpha="100"'),
        text(20, 60, "文字") + filled(""),
        text(20, 60, "文字") + filled(WHITE, more='Visible="false"'),
        text(20, 60, "文字") + filled(WHITE, "10 100 180 20"),
        text(20, 60, "文字") + filled(WHITE, path="M 0 0 L 90 20 L 180 0 C"),
        text(20, 60, "文字") + filled(WHITE).replace('Fill="true"', 'Fill="false"'),
        coloured("文字", WHITE, 'Stroke="true"'),
        coloured("文字", '<ofd:FillColor Value="200 200 200"/>'),
        coloured("文字", '<ofd:FillColor Value="x"/>'),
        coloured("文字", "", 'DrawParam="7"'),
    ],
)
def test_what_stands_on_another_ground_is_text(tmp_path: Path, page: str) -> None:
    found = read(write_ofd(tmp_path / "a", [text(20, 40, "看得见的正文。", 5) + page], COMMON, DRAWN))
    assert ("".join(found.paragraphs), found.concealed) == ("看得见的正文。文字", ())


@pytest.mark.parametrize(("order", "seen"), [("Foreground", False), ("Background", True), ("", True)])
def test_a_template_covers_what_is_below_it(tmp_path: Path, order: str, seen: bool) -> None:
    common = f'<ofd:TemplatePage ID="7" BaseLoc="Tpls/Tpl_0.xml" ZOrder="{order}"/>'
    layer = f"<ofd:Layer>{filled(BLUE)}</ofd:Layer>"
    more = {"Doc_0/Tpls/Tpl_0.xml": f"<ofd:Page {XMLNS}><ofd:Content>{layer}</ofd:Content></ofd:Page>"}
    words = text(20, 40, "看得见的正文。", 5) + text(20, 60, "文字")
    page = f'<ofd:Template TemplateID="7"/><ofd:Content><ofd:Layer>{words}</ofd:Layer></ofd:Content>'
    found = read(write_ofd(tmp_path / "a", [page], common, more))
    assert found.concealed == (() if seen else ("第 1 页被遮盖的文字：文字",))


def test_remarks_and_annotations_that_are_not_shown_are_listed(tmp_path: Path) -> None:
    words = text(0, 10, "密语", 5)
    note = (
        f'<ofd:Annot Type="Note" Creator="张三" Visible="false"><ofd:Remark>暂不公开</ofd:Remark>'
        f'<ofd:Appearance Boundary="20 200 100 20">{words}</ofd:Appearance></ofd:Annot>'
    )
    place = '<ofd:Page PageID="0"><ofd:FileLoc>Annot.xml</ofd:FileLoc></ofd:Page>'
    more = {
        "Doc_0/Annotations.xml": f"<ofd:Annotations {XMLNS}>{place}</ofd:Annotations>",
        "Doc_0/Annot.xml": f"<ofd:PageAnnot {XMLNS}>{note}</ofd:PageAnnot>",
    }
    after = "<ofd:Annotations>Annotations.xml</ofd:Annotations>"
    found = read(write_ofd(tmp_path / "a", [text(20, 40, "正文。", 5)], more=more, after=after))
    assert found.paragraphs == ("正文。",)
    assert found.concealed == ("第 1 页批注（张三）：暂不公开", "第 1 页隐藏文字：密语")


def test_a_page_whose_text_is_all_hidden_and_no_scan_has_no_text(tmp_path: Path) -> None:
    found = read(write_ofd(tmp_path / "a", [text(20, 60, "密语", more='Visible="false"')]))
    assert (found.paragraphs, found.concealed) == ((), ("第 1 页隐藏文字：密语",))


def test_text_that_was_recognised_behind_a_scan_is_read(tmp_path: Path) -> None:
    scan = '<ofd:ImageObject Boundary="0 0 210 297" ResourceID="3"/>'
    layer = text(20, 40, "扫描件背后识别出的文字一共十几个", 5, more='Visible="false"')
    found = read(write_ofd(tmp_path / "a", [scan + layer]))
    assert (found.paragraphs, found.concealed) == (("扫描件背后识别出的文字一共十几个",), ())
    assert any("取自图片背后识别出的一层" in each for each in found.warnings)


def test_a_scan_is_a_warning_and_never_an_empty_success(tmp_path: Path) -> None:
    scan = '<ofd:ImageObject Boundary="0 0 210 297" ResourceID="3"/>'
    found = read(write_ofd(tmp_path / "a", [scan, scan]))
    assert found.paragraphs == ()
    assert found.warnings == ("扫描件没有文字层，检索不到其内容。",)


def test_characters_without_a_meaning_are_counted(tmp_path: Path) -> None:
    shapes = (
        '<ofd:TextObject Boundary="20 90 9 9" Size="5"><ofd:CGTransform CodeCount="1" GlyphCount="3">'
        "<ofd:Glyphs>7 8 9</ofd:Glyphs></ofd:CGTransform><ofd:TextCode X='0' Y='5'/></ofd:TextObject>"
    )
    found = read(write_ofd(tmp_path / "a", [text(20, 40, "可读\ue001\ue002", 5) + shapes]))
    assert found.paragraphs == ("可读",)
    assert "5 个字的字体没有给出编码" in found.warnings[0]


def test_a_broken_page_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    pages = [text(20, 40, f"第{n}页的文字。", 5) for n in "一二三四"]
    more = {
        "Doc_0/Pages/Page_1/Content.xml": "<ofd:Page",
        "Doc_0/Pages/Page_2/Content.xml": page(text(20, 40, "位置不是数字").replace('"20 ', '"x ')),
        "Doc_0/Pages/Page_3/Content.xml": "",
    }
    found = read(write_ofd(tmp_path / "a", pages, more=more))
    assert found.paragraphs == ("第一页的文字。",)
    assert found.warnings == ("第 2、3、4 页已损坏，没有读出文字，请核对原件。",)


@pytest.mark.parametrize("name", ["OFD.xml", "Doc_0/Document.xml", "Doc_0/Pages/Page_0/Content.xml"])
@pytest.mark.parametrize("content", ["", "<broken", "<other/>"])
def test_what_is_no_document_is_a_reason(tmp_path: Path, name: str, content: str) -> None:
    path = write_ofd(tmp_path / "a", [text(20, 40, "文字")], more={name: content})
    if name.endswith("Content.xml") and content == "<other/>":
        assert read(path).warnings == ("没有抽取到正文文字，请检查文件是否完整。",)
        return
    with pytest.raises(ExtractionFailed, match="损坏"):
        read(path)


def test_an_encrypted_document_asks_to_take_the_password_off(tmp_path: Path) -> None:
    more = {"Encryptions.xml": "<x/>", "Doc_0/Pages/Page_0/Content.xml": ""}
    with pytest.raises(ExtractionFailed, match="加密"):
        read(write_ofd(tmp_path / "a", [text(20, 40, "文字")], more=more))


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExtractionFailed, match="DOCTYPE"):
        read(write_ofd(tmp_path / "a", ["x"], more={"Doc_0/x.xml": "<!DOCTYPE x><x/>"}))


def test_attached_files_are_told(tmp_path: Path) -> None:
    more = {
        "Doc_0/Attachs/Attachments.xml": f'<ofd:Attachments {XMLNS}><ofd:Attachment ID="1" Name="收支表.xlsx"/>'
        '<ofd:Attachment ID="2" Name="invoice" Visible="false"/></ofd:Attachments>'
    }
    after = "<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>"
    found = read(write_ofd(tmp_path / "a", [text(20, 40, "正文。")], more=more, after=after))
    assert found.warnings == ("文件内带有 1 个附件（收支表.xlsx），没有收入，请另行提交。",)


def test_names_are_found_however_they_are_spelt_and_whatever_the_namespace(tmp_path: Path) -> None:
    path = write_ofd(tmp_path / "a", [text(20, 40, "正文。")], namespace="http://www.ofdspec.org")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b", "w") as new:
        for name in old.namelist():
            content = old.read(name).replace(b">Doc_0/Document.xml", b">/doc_0/./Document.xml")
            new.writestr(name, content.replace(b'"Pages/Page_0', b'"Doc_0/Pages\\Page_0'))
    assert read(tmp_path / "b").paragraphs == ("正文。",)
