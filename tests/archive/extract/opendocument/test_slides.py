from pathlib import Path

from archive.extract import extract_plain, media_type
from archive.extract.extraction import Extraction
from archive.extract.mediatype import ODP
from tests.archive.extract.opendocuments import letters_style, write_opendocument


def read(path: Path, body: str, automatic: str = "", named: str = "") -> Extraction:
    written = write_opendocument(path / "a", "presentation", body, automatic, named)
    assert media_type(written, "a.pptx") == ODP
    return extract_plain(written, ODP)


def frame(text: str, more: str = "") -> str:
    return f"<draw:frame {more}><draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame>"


def page(*shapes: str, more: str = "") -> str:
    return f"<draw:page {more}>{''.join(shapes)}</draw:page>"


def test_slides_are_read_in_order_with_the_title_of_the_first(tmp_path: Path) -> None:
    cells = "".join(f"<table:table-cell><text:p>{text}</text:p></table:table-cell>" for text in ("收入", "5"))
    table = f"<draw:frame><table:table><table:table-row>{cells}</table:table-row></table:table></draw:frame>"
    first = page(frame("供热工作<text:line-break/>汇报", 'presentation:class="title"'), frame("一、概况"), table)
    group = f"<draw:g>{frame('组中')}</draw:g><draw:custom-shape><text:p>形状</text:p></draw:custom-shape>"
    found = read(tmp_path, first + page(group))
    assert found.title == "供热工作汇报"
    assert found.paragraphs == ("一、概况", "收入\t5", "组中", "形状")
    assert [place.label for place in found.places] == ["表 1", ""]
    assert not found.warnings


def test_what_is_not_seen_is_listed_and_told(tmp_path: Path) -> None:
    styles = (
        letters_style("off", 'text:display="none"')
        + letters_style("white", 'fo:color="#ffffff"')
        + (
            '<style:style style:name="hidden" style:family="drawing-page">'
            '<style:drawing-page-properties presentation:visibility="hidden"/></style:style>'
        )
    )
    size = '<style:page-layout-properties fo:page-width="28cm" fo:page-height="21cm"/>'
    layout = f"<style:page-layout>{size}</style:page-layout>"
    note = f"<presentation:notes>{frame('讲稿')}</presentation:notes>"
    comment = "<office:annotation><dc:creator>张三</dc:creator><text:p>再议</text:p></office:annotation>"
    outside = frame("外", 'svg:x="29cm" svg:y="1cm" svg:width="2cm" svg:height="1cm"')
    seen = page(
        frame("公开<text:span text:style-name='off'>藏</text:span><text:span text:style-name='white'>白</text:span>"),
        outside, comment, note, more='presentation:use-footer-name="f"',
    )  # fmt: skip
    footer = '<presentation:footer-decl presentation:name="f">云溪县供热办</presentation:footer-decl>'
    hidden = page(frame("内部"), more='draw:style-name="hidden"')
    found = read(tmp_path, footer + seen + hidden, styles, layout)
    assert found.paragraphs == ("公开白", "云溪县供热办")
    assert set(found.concealed) == {
        "隐藏文字：藏", "第 1 张幻灯片页面以外的文字：外", "第 1 张幻灯片备注：讲稿",
        "第 1 张幻灯片批注（张三）：再议", "隐藏的第 2 张幻灯片：内部",
    }  # fmt: skip
    told = "".join(found.warnings)
    for word in ("1 张幻灯片设为隐藏", "2 处文字看不见", "1 张幻灯片带有备注", "1 条批注", "1 个字看不看得见"):
        assert word in told


def test_the_picture_of_a_table_beside_it_is_none_to_tell(tmp_path: Path) -> None:
    cells = "".join(f"<table:table-cell><text:p>{text}</text:p></table:table-cell>" for text in ("收入", "5"))
    table = f"<table:table><table:table-row>{cells}</table:table-row></table:table><draw:image xlink:href='a.svm'/>"
    found = read(tmp_path, page(f"<draw:frame>{table}</draw:frame>"))
    assert found.paragraphs == ("收入\t5",) and not found.warnings
