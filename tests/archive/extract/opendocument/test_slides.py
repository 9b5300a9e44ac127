from pathlib import Path

from archive.extract import extract_plain, media_type
from archive.extract.extraction import Extraction
from archive.extract.mediatype import ODP
from tests.archive.extract.opendocuments import letters_style, write_opendocument


def read(path: Path, body: str, automatic: str = "", named: str = "", masters: str = "") -> Extraction:
    written = write_opendocument(path / "a", "presentation", body, automatic, named, masters)
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


def looks(name: str, properties: str) -> str:
    inside = f"<style:drawing-page-properties {properties}/>"
    return f'<style:style style:name="{name}" style:family="drawing-page">{inside}</style:style>'


def of_master(*frames: str, name: str = "m") -> str:
    prompt = frame("单击此处编辑母版标题样式", 'presentation:class="title"')
    return f'<style:master-page style:name="{name}">{prompt}{"".join(frames)}</style:master-page>'


def test_words_on_the_master_are_read_once_where_slides_show_them(tmp_path: Path) -> None:
    styles = looks("bare", 'presentation:background-objects-visible="false"')
    footer = frame("供热办<presentation:footer/>", 'presentation:class="footer"')
    number = frame("<text:page-number>&lt;number&gt;</text:page-number>", 'presentation:class="page-number"')
    masters = of_master(frame("内部资料"), footer, number) + of_master(frame("模板下载网"), name="unused")
    pages = [page(frame(each), more='draw:master-page-name="m"') for each in "乙丙"]
    bare = page(frame("甲"), more='draw:master-page-name="m" draw:style-name="bare"')
    found = read(tmp_path, "".join([bare, *pages]), styles, masters=masters)
    assert found.paragraphs == ("甲", "乙", "内部资料", "供热办", "丙")
    assert found.concealed == ("没有显示的母版上的文字：模板下载网",)
    found = read(tmp_path, bare, styles, masters=masters)
    assert found.paragraphs == ("甲",) and len(found.concealed) == 3


def test_a_day_that_is_fixed_is_read_and_what_no_slide_shows_is_listed(tmp_path: Path) -> None:
    styles = looks("off", 'presentation:display-date-time="false" presentation:display-footer="false"')
    fields = (
        '<presentation:date-time-decl presentation:name="fixed" presentation:source="fixed">2024年3月1日'
        '</presentation:date-time-decl><presentation:date-time-decl presentation:name="now" '
        'presentation:source="current-date">今天</presentation:date-time-decl>'
        '<presentation:date-time-decl presentation:name="off" presentation:source="fixed">藏日'
        '</presentation:date-time-decl><presentation:footer-decl presentation:name="f">藏脚</presentation:footer-decl>'
    )
    shown = "".join(page(more=f'presentation:use-date-time-name="{name}"') for name in ("fixed", "now"))
    off = 'draw:style-name="off" presentation:use-date-time-name="off" presentation:use-footer-name="f"'
    found = read(tmp_path, fields + shown + page(frame("甲"), more=off), styles)
    assert found.paragraphs == ("甲", "2024年3月1日")
    assert set(found.concealed) == {"没有显示的页脚或日期：藏日", "没有显示的页脚或日期：藏脚"}


def test_shapes_on_a_layer_that_is_not_shown_are_listed(tmp_path: Path) -> None:
    layers = "".join(
        f'<draw:layer draw:name="{name}" {more}/>' for name, more in (("open", ""), ("shut", 'draw:display="none"'))
    )
    frames = frame("甲", 'draw:layer="open"') + frame("藏", 'draw:layer="shut"')
    grouped = frame("组藏", 'draw:layer="shut"')
    title = frame("题", 'presentation:class="title" draw:layer="shut"')
    layer_set = f"<draw:layer-set>{layers}</draw:layer-set>"
    found = read(tmp_path, page(title, frames, f"<draw:g>{grouped}</draw:g>"), masters=layer_set)
    assert found.paragraphs == ("甲",) and not found.title
    assert set(found.concealed) == {f"关闭的图层中的文字：{each}" for each in ("题", "藏", "组藏")}
    assert any("3 处文字看不见" in each for each in found.warnings)
