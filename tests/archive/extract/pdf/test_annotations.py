"""What lies on a page is read as it is seen, and told if it can't be; what is hidden is no text and listed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFObject, PDFStream, PDFString
from reportlab.pdfgen.canvas import Canvas

from archive.extract import extract_plain
from archive.extract.extraction import Extraction
from archive.extract.mediatype import PDF
from archive.extract.pdf.annotations import Overlay, set_text
from tests.archive.extract.makers import pdf, picture, put

HIDDEN, NO_VIEW = 2, 32


def value(of: Any) -> Any:
    """Write a Python value as one of PDF: names begin with "/"."""
    if isinstance(of, str):
        return PDFName(of[1:]) if of.startswith("/") else PDFString(of)
    if isinstance(of, dict):
        return PDFDictionary({key: value(each) for key, each in of.items()})
    if isinstance(of, list):
        return PDFArray([value(each) for each in of])
    return of


def lay(canvas: Any, kind: str, box: tuple[float, ...], **entries: Any) -> None:
    """Lay an annotation on the page."""
    about: dict[str, Any] = {"Type": "/Annot", "Subtype": f"/{kind}", "Rect": list(box), "F": 4, **entries}
    canvas._addAnnotation(value(about))


def face(canvas: Any, drawing: str, box: tuple[float, ...] = (0, 0, 200, 20)) -> dict[str, PDFObject]:
    """Return an appearance drawn with the fonts F1 (Latin) and F2 (Chinese)."""
    canvas.setFont("STSong-Light", 12)
    fonts = {"F1": {"Type": "/Font", "Subtype": "/Type1", "BaseFont": "/Helvetica"}}
    song = canvas._doc.fontMapping["STSong-Light"]
    fonts["F2"] = canvas._doc.idToObject["BasicFonts"].dict[song[1:]]
    about = {"Type": "/XObject", "Subtype": "/Form", "BBox": list(box), "Resources": {"Font": fonts}}
    return {"N": canvas._doc.Reference(PDFStream(value(about), drawing))}


def read(path: Path, draw: Callable[[Canvas], object]) -> Extraction:
    def page(canvas: Canvas) -> None:
        put(canvas, 72, 780, "某县行政许可事项申请表，请如实填写并加盖公章。")
        draw(canvas)

    return extract_plain(pdf(path / "a.pdf", page), PDF)


def shown(chinese: str) -> str:
    return f"BT /F2 12 Tf 2 5 Td <{chinese.encode('utf-16-be').hex()}> Tj ET"


FIELDS: dict[str, tuple[str, dict[str, Any]]] = {
    "text": ("申请人：汇丰建材", {"FT": "/Tx", "V": "汇丰建材"}),
    "several lines": ("申请人：汇丰建材有限责任公司", {"FT": "/Tx", "Ff": 1 << 12, "V": "汇丰建材\r有限责任公司"}),
    "choice": ("申请人：法人", {"FT": "/Ch", "V": "2", "Opt": [["1", "自然人"], ["2", "法人"]]}),
    "chosen by place": ("申请人：乙、丙", {"FT": "/Ch", "I": [1, 2, 9], "Opt": ["甲", ["2", "乙"], "丙"]}),
    "several choices": ("申请人：甲、乙", {"FT": "/Ch", "V": ["甲", "乙"], "Opt": ["甲", "乙", "丙"]}),
    "inherited": ("申请人：汇丰建材", {"Parent": {"FT": "/Tx", "V": "汇丰建材", "T": "n"}}),
    "ticked": ("申请人：☑", {"FT": "/Btn", "AS": "/Yes", "V": "/Yes"}),
    "not ticked": ("申请人：☐", {"FT": "/Btn", "AS": "/Off"}),
    "radio": ("申请人：◉", {"FT": "/Btn", "Ff": 1 << 15, "AS": "/a"}),
    "password": ("申请人：", {"FT": "/Tx", "Ff": 1 << 13, "V": "123456"}),
}  # fmt: skip


@pytest.mark.parametrize("name", FIELDS)
def test_the_value_of_a_field_without_an_appearance_is_read(tmp_path: Path, name: str) -> None:
    expected, entries = FIELDS[name]

    def draw(canvas: Canvas) -> None:
        put(canvas, 72, 700, "申请人：", 12)
        x1, y0 = 134 if entries.get("FT") == "/Btn" else 420, 680 if name == "several lines" else 692
        lay(canvas, "Widget", (122, y0, x1, 712), **entries)

    assert "".join(read(tmp_path, draw).paragraphs).replace(" ", "").endswith(expected)


def test_a_form_that_a_program_filled_in_is_read(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        form = canvas.acroForm
        put(canvas, 72, 700, "电话：", 12)
        form.textfield(name="phone", value="0539-6212345", x=110, y=694, width=120, height=18, borderStyle="solid")
        put(canvas, 72, 660, "类型：", 12)
        form.choice(name="kind", value="B", options=[("A", "1"), ("B", "2")], x=110, y=654, width=80, height=18)
        form.checkbox(name="yes", checked=True, x=110, y=614, size=14)
        put(canvas, 130, 617, "同意公开", 12)
        form.checkbox(name="no", checked=False, x=210, y=614, size=14)
        put(canvas, 230, 617, "不同意公开", 12)

    text = "".join(read(tmp_path, draw).paragraphs).replace(" ", "").replace("\t", "")
    assert text == "电话：0539-6212345类型：B☑同意公开☐不同意公开"


def test_a_box_that_is_printed_below_its_state_is_not_read_twice(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, 72, 700, "□同意公开", 12)
        lay(canvas, "Widget", (72, 698, 84, 711), FT="/Btn", AS="/Yes")

    assert read(tmp_path, draw).paragraphs[-1] == "☑同意公开"


def test_an_appearance_is_read_as_it_shows_a_value(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        ap = face(canvas, "BT /F1 12 Tf 2 5 Td (1,234.00) Tj ET")
        lay(canvas, "Widget", (72, 600, 272, 620), FT="/Tx", V="1234", AP=ap)
        lost = face(canvas, "BT /F1 12 Tf 2 5 Td <0102> Tj ET")
        lay(canvas, "Widget", (72, 500, 272, 520), FT="/Tx", V="取水许可", AP=lost)
        lay(canvas, "Widget", (72, 400, 272, 420), FT="/Tx", V="没有显示", AP=face(canvas, "0 g"))

    found = read(tmp_path, draw)
    assert found.paragraphs[1:] == ("1,234.00", "取水许可")
    assert found.concealed == ("第 1 页表单域中没有显示的值：没有显示",)


@pytest.mark.parametrize("kind", ["FreeText", "Stamp", "Line", "Square"])
def test_text_put_on_a_page_is_read_where_it_lies(tmp_path: Path, kind: str) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, 72, 500, "现将有关事项公告如下，联系人见下。", 12)
        lay(canvas, kind, (72, 600, 272, 620), AP=face(canvas, shown("征收范围：东关社区")))

    assert read(tmp_path, draw).paragraphs == ("征收范围：东关社区", "现将有关事项公告如下，联系人见下。")


def test_text_put_on_a_page_without_an_appearance_is_read(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        lay(canvas, "FreeText", (72, 600, 272, 640), Contents="征收范围：东关社区", DA="/F1 12 Tf 0 g")

    assert read(tmp_path, draw).paragraphs[1:] == ("征收范围：东关社区",)


def test_text_put_on_a_turned_page_lies_where_it_is_seen(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        lay(canvas, "FreeText", (300, 100, 320, 400), Contents="征收范围：东关社区", DA="/F1 12 Tf 0 g")

    assert "征收范围：东关社区" in read(tmp_path, draw).paragraphs


@pytest.mark.parametrize("flag", [HIDDEN, NO_VIEW])
def test_what_is_not_shown_is_no_text_and_listed(tmp_path: Path, flag: int) -> None:
    def draw(canvas: Canvas) -> None:
        lay(canvas, "Widget", (72, 600, 272, 620), FT="/Tx", V="内部编号", F=flag)
        lay(canvas, "FreeText", (72, 500, 272, 520), Contents="内部意见", F=flag, AP=face(canvas, shown("内部意见")))

    found = read(tmp_path, draw)
    assert len(found.paragraphs) == 1
    assert found.concealed == ("第 1 页隐藏文字：内部编号", "第 1 页隐藏文字：内部意见")


def test_remarks_and_files_are_told_and_links_say_nothing(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        lay(canvas, "Text", (72, 600, 92, 620), T="张三", Contents="此处待核")
        lay(canvas, "Highlight", (72, 500, 92, 520), Contents="金额有误", AP=face(canvas, "0 g 0 0 200 20 re f"))
        lay(canvas, "Link", (72, 400, 92, 420), Contents="网页", A={"S": "/URI", "URI": "https://example.com"})
        lay(canvas, "FileAttachment", (72, 300, 92, 320), FS={"Type": "/Filespec", "F": "a.xls", "UF": "明细表.xls"})
        lay(canvas, "Screen", (72, 200, 272, 300))
        lay(canvas, "Stamp", (72, 100, 272, 200), Name="/Approved")

    found = read(tmp_path, draw)
    assert len(found.paragraphs) == 1
    assert found.concealed == ("第 1 页批注（张三）：此处待核", "第 1 页批注（未署名）：金额有误")
    told = "".join(found.warnings)
    assert "文件中有 2 条批注" in told and "文件内带有 1 个附件（明细表.xls）" in told
    assert "1 处音频、视频" in told and "1 处注释（图章、文本框等）没有读出" in told


def test_what_is_covered_by_something_laid_on_it_is_not_seen(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, 72, 600, "身份证号", 12)
        lay(canvas, "Square", (70, 595, 270, 615), AP=face(canvas, "0 g 0 0 200 20 re f"))

    found = read(tmp_path, draw)
    assert len(found.paragraphs) == 1 and found.concealed == ("第 1 页被遮盖的文字：身份证号",)


def test_a_scan_with_something_on_it_is_still_a_scan(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(picture()), 0, 0, 595, 842)
        lay(canvas, "FreeText", (72, 600, 472, 640), Contents="征收范围：东关社区和西关社区", DA="/F1 12 Tf 0 g")

    found = extract_plain(pdf(tmp_path / "a.pdf", draw), PDF)
    assert found.paragraphs == ("征收范围：东关社区和西关社区",)
    assert "扫描件没有文字层" in found.warnings[0] and found.unread == (1,)


def test_a_broken_annotation_does_not_take_the_page_with_it(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        lay(canvas, "FreeText", (72, 600), Contents="字")
        lay(canvas, "Stamp", (72, 500, 272, 520), AP=face(canvas, "BT /F9 12 Tf (a) Tj Q Q Q ET"))
        lay(canvas, "FreeText", (72, 400, 272, 420), Contents="联系人见下")

    found = read(tmp_path, draw)
    assert found.paragraphs[-1] == "联系人见下" and any("没有读出" in each for each in found.warnings)


@pytest.mark.parametrize(
    ("box", "listed"),
    [
        ((-500, -500, -300, -480), "第 1 页页面以外的文字：汇丰建材"),
        ((100, 100, 100, 100), "第 1 页表单域中没有显示的值：汇丰建材"),
    ],
)
def test_the_value_of_a_field_beside_the_page_or_without_a_place_is_listed(
    tmp_path: Path, box: tuple[float, ...], listed: str
) -> None:
    found = read(tmp_path, lambda canvas: lay(canvas, "Widget", box, FT="/Tx", V="汇丰建材"))
    assert "汇丰" not in "".join(found.paragraphs)
    assert found.concealed == (listed,)


def test_a_type_size_that_no_letter_has_is_that_of_the_box() -> None:
    set_in = set_text(Overlay((0, 0, 1, 1), "建" * 300, size=1e300, multiline=True), (0, 0, 300, 20))
    assert len(set_in) == 300 and all(size <= 20 for _, _, size in set_in)


def test_a_value_that_says_something_else_than_is_shown_is_listed(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        euros = face(canvas, "BT /F1 12 Tf 2 5 Td (1,234.57) Tj ET")
        share = face(canvas, "BT /F1 12 Tf 2 5 Td (50%) Tj ET")
        lay(canvas, "Widget", (72, 600, 272, 620), FT="/Tx", V="1234.567", AP=euros)
        lay(canvas, "Widget", (72, 570, 272, 590), FT="/Tx", V="0.5", AP=share)
        lay(canvas, "Widget", (72, 540, 272, 560), FT="/Tx", V="5", AP=share)
        lay(canvas, "Widget", (72, 500, 272, 520), FT="/Tx", V="张三 身份证号", AP=face(canvas, shown("张某")))
        lay(canvas, "Widget", (72, 460, 272, 480), FT="/Ch", V=["甲", "丙"], AP=face(canvas, shown("甲乙丙")))
        lay(canvas, "FreeText", (72, 400, 272, 420), Contents="底价一百万", AP=face(canvas, shown("底价另行通知")))
        lay(canvas, "FreeText", (72, 360, 272, 380), Contents="另行\r通知", AP=face(canvas, shown("另行通知")))

    found = read(tmp_path, draw)
    assert "底价另行通知" in found.paragraphs and "底价一百万" not in "".join(found.paragraphs)
    assert found.concealed == (
        "第 1 页与显示的不同的值：5",
        "第 1 页与显示的不同的值：张三 身份证号",
        "第 1 页与显示的不同的值：底价一百万",
    )


def test_what_is_only_written_in_rich_text_is_read_and_told_like_other_text(tmp_path: Path) -> None:
    rich = (
        "<?xml version='1.0'?><body xmlns='http://www.w3.org/1999/xhtml'><p>此处<b>待核</b></p><p>甲&amp;乙</p></body>"
    )

    def draw(canvas: Canvas) -> None:
        lay(canvas, "Text", (72, 600, 92, 620), T="张三", RC=rich)
        lay(canvas, "Text", (72, 550, 92, 570), T="李四", Contents="此处待核\n甲&乙", RC=rich)
        lay(canvas, "FreeText", (72, 500, 272, 540), RC=rich, DA="/F1 12 Tf 0 g")

    found = read(tmp_path, draw)
    assert "".join(found.paragraphs).endswith("此处待核甲&乙")
    assert found.concealed == ("第 1 页批注（张三）：此处待核 甲&乙", "第 1 页批注（李四）：此处待核 甲&乙")


def test_a_long_value_that_many_fields_share_is_not_read_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.extract.pdf.annotations._SAID", 1_000)

    def draw(canvas: Any) -> None:
        above = canvas._doc.Reference(value({"FT": "/Tx", "Ff": 1 << 12, "V": "long " * 60}))
        for number in range(30):
            lay(canvas, "Widget", (72, 100 + number, 500, 700), Parent=above)
        lay(canvas, "Widget", (72, 20, 272, 40), FT="/Tx", V="100", AP=face(canvas, shown("另行通知")))

    found = read(tmp_path, draw)
    assert 0 < "".join(found.paragraphs).count("g") <= 180
    assert any("处注释" in each and "没有读出" in each for each in found.warnings)
