import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from archive.errors import ExtractionFailed
from archive.extract import Extraction, extract_plain
from archive.extract.mediatype import PPTX

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)


def relations(targets: Mapping[str, tuple[str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="{id}" Type="{OFFICE}/{kind}" Target="{target}"/>' for id, (kind, target) in targets.items()
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )


def write_pptx(path: Path, slides: Sequence[str], more: Mapping[str, str] | None = None) -> Path:
    """Write a presentation that shows its slides in the reverse order of their parts; each is given as its shapes."""
    numbers = range(len(slides), 0, -1)
    listed = "".join(f'<p:sldId id="{255 + n}" r:id="rId{n}"/>' for n in numbers)
    parts = {
        "ppt/presentation.xml": f'<p:presentation {MAIN} xmlns:r="{OFFICE}"><p:sldIdLst>{listed}</p:sldIdLst>'
        '<p:sldSz cx="1000" cy="500"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relations({f"rId{n}": ("slide", f"slides/slide{n}.xml") for n in numbers}),
        **{
            f"ppt/slides/slide{n}.xml": content if content.startswith("<p:sld ") else slide(content)
            for n, content in zip(numbers, slides, strict=True)
        },
        **(more or {}),
    }
    with zipfile.ZipFile(path, "w") as container:
        for name, content in parts.items():
            container.writestr(name, content)
    return path


def slide(shapes: str, more: str = "") -> str:
    return f"<p:sld {MAIN} {more}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"


def shape(*paragraphs: str, kind: str = "body") -> str:
    inside = "".join(f"<a:p><a:r><a:t>{each}</a:t></a:r></a:p>" for each in paragraphs)
    return f'<p:sp><p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr><p:txBody>{inside}</p:txBody></p:sp>'


def cell(text: str, more: str = "") -> str:
    return f"<a:tc {more}><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"


def read(path: Path) -> Extraction:
    return extract_plain(path, PPTX)


def test_slides_are_read_in_the_order_they_are_shown_and_the_first_has_the_title(tmp_path: Path) -> None:
    first = shape("政务公开", "工作培训", kind="ctrTitle") + shape("县政府办公室")
    found = read(write_pptx(tmp_path / "a", [first, shape("目录", kind="title"), shape("一、总则")]))
    assert found.title == "政务公开工作培训"
    assert found.paragraphs == ("县政府办公室", "目录", "一、总则")
    assert found.warnings == ()


def test_tables_are_rows_and_a_merged_cell_stands_once(tmp_path: Path) -> None:
    rows = [
        cell("机关", 'rowSpan="2"') + cell("办理", 'gridSpan="2"') + cell("", 'hMerge="1"'),
        cell("", 'vMerge="1"') + cell("申请") + cell("办结"),
    ]
    table = "".join(f"<a:tr>{row}</a:tr>" for row in rows)
    frame = f"<p:graphicFrame><a:graphic><a:tbl>{table}</a:tbl></a:graphic></p:graphicFrame>"
    assert read(write_pptx(tmp_path / "a", [frame])).paragraphs == ("机关\t办理\t", "\t申请\t办结")


def test_broken_lines_are_one_paragraph_and_fields_and_doubles_are_left_out(tmp_path: Path) -> None:
    lines = "<a:p><a:r><a:t>上半</a:t></a:r><a:br/><a:r><a:t>下半</a:t></a:r><a:fld><a:t>12</a:t></a:fld></a:p>"
    once = shape("只读一次")
    both = f"<mc:Choice>{once}</mc:Choice><mc:Fallback>{once}</mc:Fallback>"
    double = f"<mc:AlternateContent>{both}</mc:AlternateContent>"
    found = read(write_pptx(tmp_path / "a", [f"<p:sp>{lines}</p:sp>{double}"]))
    assert found.paragraphs == ("上半 下半", "只读一次")


def test_hidden_slides_notes_and_pictures_are_told_and_diagrams_are_read(tmp_path: Path) -> None:
    more = {
        "ppt/slides/_rels/slide2.xml.rels": relations(
            {"rId1": ("notesSlide", "../notesSlides/n.xml"), "rId2": ("diagramData", "/ppt/diagrams/d.xml")}
        ),
        "ppt/notesSlides/n.xml": slide(shape("只给讲的人看")),
        "ppt/diagrams/d.xml": f"<x {MAIN}><a:p><a:r><a:t>流程图中的字</a:t></a:r></a:p></x>",
    }
    found = read(write_pptx(tmp_path / "a", [shape("公开") + "<p:pic/>", slide(shape("不讲"), 'show="0"')], more))
    assert found.paragraphs == ("公开", "流程图中的字")
    assert len(found.warnings) == 3
    assert all(word in told for word, told in zip(("设为隐藏", "备注", "1 幅图片"), found.warnings, strict=True))


def test_a_broken_slide_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    found = read(write_pptx(tmp_path / "a", [shape("甲"), "<p:sld ", shape("丙")]))
    assert found.paragraphs == ("甲", "丙")
    assert found.warnings == ("有 1 张幻灯片已损坏，没有读出文字，请核对原件。",)


@pytest.mark.parametrize("part", ["ppt/presentation.xml", "ppt/_rels/presentation.xml.rels", "ppt/slides/slide1.xml"])
def test_what_is_no_presentation_is_a_reason(tmp_path: Path, part: str) -> None:
    with pytest.raises(ExtractionFailed, match="损坏"):
        read(write_pptx(tmp_path / "a", [shape("甲")], {part: "<broken"}))


def placed(text: str, place: str = "", properties: str = "", run: str = "") -> str:
    return (
        f"<p:sp><p:nvSpPr><p:cNvPr id='1' name='x' {properties}/></p:nvSpPr><p:spPr>{place}</p:spPr>"
        f"<p:txBody><a:p><a:r>{run}<a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def at(x: int, y: int, width: int = 100, height: int = 50, more: str = "") -> str:
    return f"<a:xfrm {more}><a:off x='{x}' y='{y}'/><a:ext cx='{width}' cy='{height}'/></a:xfrm>"


@pytest.mark.parametrize(
    ("unseen", "kind"),
    [
        (placed("密语", properties="hidden='1'"), "隐藏文字"),
        (placed("密语", properties="hidden='true'"), "隐藏文字"),
        (
            f"<p:grpSp><p:nvGrpSpPr><p:cNvPr id='2' name='g' hidden='1'/></p:nvGrpSpPr>{placed('密语')}</p:grpSp>",
            "隐藏文字",
        ),
        (placed("密语", at(1000, 0)), "页面以外的文字"),
        (placed("密语", at(-100, 0)), "页面以外的文字"),
        (placed("密语", at(0, 500)), "页面以外的文字"),
        (placed("密语", at(0, -50)), "页面以外的文字"),
        (placed("密语", at(0, -200, more="rot='5400000'")), "页面以外的文字"),
        (placed("密语", run="<a:rPr><a:noFill/></a:rPr>"), "不显示的文字"),
        (
            placed(
                "密语",
                run="<a:rPr><a:solidFill><a:srgbClr val='0'><a:alpha val='0'/></a:srgbClr></a:solidFill></a:rPr>",
            ),
            "不显示的文字",
        ),
        (placed("密语", run="<a:rPr sz='100'/>"), "小到看不见的文字"),
    ],
)
def test_what_is_not_seen_of_a_slide_is_listed_and_is_no_text(tmp_path: Path, unseen: str, kind: str) -> None:
    found = read(write_pptx(tmp_path / "a", [shape("一"), unseen + shape("二")]))
    assert (found.paragraphs, found.concealed) == (("一", "二"), (f"第 2 张幻灯片{kind}：密语",))
    assert any("1 处文字看不见" in each for each in found.warnings)


@pytest.mark.parametrize(
    "seen",
    [
        placed("文字", at(999, 499)),
        placed("文字", at(-99, -49)),
        placed("文字", at(-100, 0, more="rot='5400000'")),
        placed("文字", "", "hidden='0'"),
        f"<p:grpSp><p:grpSpPr>{at(0, 0)}</p:grpSpPr>{placed('文字', at(5000, 5000))}</p:grpSp>",
        placed("文字", run="<a:rPr sz='1200'><a:ln><a:noFill/></a:ln></a:rPr>"),
        placed("文字", run="<a:rPr><a:noFill/><a:ln/></a:rPr>"),
    ],
)
def test_what_is_seen_of_a_slide_is_text(tmp_path: Path, seen: str) -> None:
    found = read(write_pptx(tmp_path / "a", [shape("一") + seen]))
    assert (found.paragraphs, found.concealed, found.warnings) == (("一", "文字"), (), ())


def solid(colour: str, more: str = "") -> str:
    kind = "srgbClr" if len(colour) == 6 else "schemeClr"
    return f"<a:solidFill><a:{kind} val='{colour}'>{more}</a:{kind}></a:solidFill>"


def inked(colour: str, more: str = "") -> str:
    return f"<a:rPr>{more}{solid(colour)}</a:rPr>"


def area(fill: str, place: str = "", form: str = "rect") -> str:
    place = place or at(0, 0, 1000, 500)
    return f"<p:sp><p:spPr>{place}<a:prstGeom prst='{form}'/>{fill}</p:spPr></p:sp>"


WHITE, BLUE = solid("FFFFFF"), solid("0000C0")
GRADIENT = "<a:gradFill><a:gsLst><a:gs pos='0'>{}</a:gs><a:gs pos='1'>{}</a:gs></a:gsLst></a:gradFill>"
STYLED = (
    "<p:sp><p:spPr>{}</p:spPr><p:style><a:fillRef idx='1'><a:schemeClr val='{}'/></a:fillRef><a:fontRef idx='minor'>"
    "<a:schemeClr val='lt1'/></a:fontRef></p:style><p:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:txBody></p:sp>"
)


MARKED = "<a:highlight><a:srgbClr val='FFFFFF'/></a:highlight>"
LISTED = f"<a:lstStyle><a:lvl1pPr><a:defRPr>{WHITE}</a:defRPr></a:lvl1pPr></a:lstStyle>"


def ground(fill: str) -> str:
    return f"<p:bg><p:bgPr>{fill}</p:bgPr></p:bg>"


def cells(text: str, fill: str = "", style: str = "") -> str:
    inside = f"<a:txBody><a:p><a:r>{inked('FFFFFF')}<a:t>{text}</a:t></a:r></a:p></a:txBody><a:tcPr>{fill}</a:tcPr>"
    table = f"<a:tbl><a:tblPr>{style}</a:tblPr><a:tr><a:tc>{inside}</a:tc></a:tr></a:tbl>"
    return f"<p:graphicFrame><a:graphic>{table}</a:graphic></p:graphicFrame>"


def write(path: Path, shapes: str, bg: str = "", layout: str = "", master: str = "", drawn: str = "") -> Path:
    """Write one slide with the backgrounds of itself, its layout and its master, on which something is ``drawn``."""
    colours = "".join(
        f"<a:{name}><a:srgbClr val='{value}'/></a:{name}>"
        for name, value in {
            "dk1": "000000",
            "lt1": "FFFFFF",
            "dk2": "1F497D",
            "lt2": "EEECE1",
            "accent1": "4F81BD",
        }.items()
    )
    root = f"{MAIN}><p:cSld>{{}}<p:spTree>{{}}</p:spTree></p:cSld>"
    follows = "ppt/slides/_rels/slide1.xml.rels"
    more = {
        follows: relations({"a": ("slideLayout", "../slideLayouts/layout1.xml")}),
        "ppt/slideLayouts/layout1.xml": f"<p:sldLayout {root.format(layout, '')}</p:sldLayout>",
        "ppt/slideLayouts/_rels/layout1.xml.rels": relations({"a": ("slideMaster", "../slideMasters/master1.xml")}),
        "ppt/slideMasters/master1.xml": f"<p:sldMaster {root.format(master, drawn)}"
        "<p:clrMap bg1='lt1' tx1='dk1' bg2='lt2' tx2='dk2' accent1='accent1'/></p:sldMaster>",
        "ppt/slideMasters/_rels/master1.xml.rels": relations({"a": ("theme", "../theme/theme1.xml")}),
        "ppt/theme/theme1.xml": f"<a:theme {MAIN}><a:themeElements><a:clrScheme>{colours}</a:clrScheme>"
        "</a:themeElements></a:theme>",
    }
    words = placed("看得见", run=inked("C00000"))
    return write_pptx(path, [f"<p:sld {root.format(bg, words + shapes)}</p:sld>"], more)


PAGES = {
    "on the paper": {},
    "on the slide": {"bg": ground(WHITE), "master": ground(BLUE)},
    "on the layout": {"layout": ground(WHITE), "master": ground(BLUE)},
    "on the master": {"master": ground(solid("bg1"))},
    "on the theme": {"master": "<p:bg><p:bgRef idx='1001'><a:schemeClr val='bg1'/></p:bgRef></p:bg>"},
    "on a pale gradient": {"bg": ground(GRADIENT.format("<a:srgbClr val='FFFFFF'/>", "<a:srgbClr val='FAFAFA'/>"))},
    "on a pale page": {"bg": ground(solid("FAFAFA"))},
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("ink", ["FFFFFF", "FDFDFE", "bg1", "lt1"])
def test_white_on_white_is_listed_and_is_no_text(tmp_path: Path, page: str, ink: str) -> None:
    found = read(write(tmp_path / "a", placed("密语", at(10, 10), run=inked(ink)), **PAGES[page]))
    assert (found.paragraphs, found.concealed) == (("看得见",), ("第 1 张幻灯片与底色相同的文字：密语",))


@pytest.mark.parametrize(
    ("shapes", "kind"),
    [
        (area(BLUE) + placed("密语", at(10, 10), run=inked("0000C0")), "与底色相同的文字"),
        (area(BLUE) + area(WHITE) + placed("密语", at(10, 10), run=inked("FFFFFF")), "与底色相同的文字"),
        (placed("密语", at(10, 10) + BLUE, run=inked("0000C0")), "与底色相同的文字"),
        (placed("密语", at(10, 10), run=inked("FFFFFF").replace("</a:rPr>", f"{MARKED}</a:rPr>")), "与底色相同的文字"),
        (area(BLUE, at(500, 0)) + placed("密语", at(10, 10), run=inked("FFFFFF")), "与底色相同的文字"),
        (cells("密语"), "与底色相同的文字"),
        (cells("密语", WHITE), "与底色相同的文字"),
        (placed("密语", at(10, 10)).replace("<a:p>", f"{LISTED}<a:p>"), "与底色相同的文字"),
        (STYLED.format(at(10, 10) + WHITE, "accent1", "密语"), "与底色相同的文字"),
        (placed("密语", at(10, 10)) + area(WHITE), "被遮盖的文字"),
        (placed("密语", at(10, 10)) + area(BLUE), "被遮盖的文字"),
    ],
)  # fmt: skip
def test_letters_like_their_ground_or_covered_are_listed(tmp_path: Path, shapes: str, kind: str) -> None:
    found = read(write(tmp_path / "a", shapes))
    assert (found.paragraphs, found.concealed) == (("看得见",), (f"第 1 张幻灯片{kind}：密语",))


TIMED = "<p:timing><p:tnLst><p:par><p:cTn id='1' nodeType='tmRoot'>{}</p:cTn></p:par></p:tnLst></p:timing>"
MOVED = "<p:childTnLst><p:set><p:cBhvr><p:tgtEl><p:spTgt spid='3'/></p:tgtEl></p:cBhvr></p:set></p:childTnLst>"
IN_WHITE = placed("文字", at(10, 10), run=inked("FFFFFF"))


@pytest.mark.parametrize(
    ("shapes", "pages", "doubtful"),
    [
        (IN_WHITE, {"bg": ground(BLUE)}, False),
        (IN_WHITE, {"layout": ground(BLUE), "master": ground(WHITE)}, False),
        (IN_WHITE, {"master": ground(solid("tx2"))}, False),
        (IN_WHITE, {"bg": ground("<a:blipFill/>")}, True),
        (IN_WHITE, {"master": "<p:bg><p:bgRef idx='1003'><a:schemeClr val='bg1'/></p:bgRef></p:bg>"}, True),
        (IN_WHITE, {"drawn": area(BLUE)}, False),
        (IN_WHITE, {"drawn": "<p:pic/>"}, True),
        (area(BLUE) + IN_WHITE, {}, False),
        (area(BLUE, at(0, 0, 50, 50)) + IN_WHITE, {}, True),
        (area(BLUE, form="ellipse") + IN_WHITE, {}, True),
        (f"<p:pic><p:spPr>{at(0, 0, 500, 500)}</p:spPr></p:pic>{IN_WHITE}", {}, True),
        (placed("文字", at(10, 10) + BLUE, run=inked("FFFFFF")), {}, False),
        (placed("文字", at(10, 10), run=inked("FFFFFF", "<a:ln><a:solidFill/></a:ln>")), {}, False),
        (STYLED.format(at(10, 10), "accent1", "文字"), {}, False),
        (cells("文字", BLUE), {}, False),
        (cells("文字", style="<a:tableStyleId>{x}</a:tableStyleId>"), {}, True),
        (placed("文字", at(10, 10)) + area("<a:noFill/>"), {}, False),
        (placed("文字", at(10, 10)) + area(WHITE, at(0, 0, 50, 50)), {}, False),
        (placed("文字", at(10, 10)) + area(solid("FFFFFF", "<a:alpha val='50000'/>")), {}, False),
        (placed("文字", at(10, 10), run=inked("D0D0D0")), {}, False),
        (placed("文字", at(10, 10), run=inked("accent1")), {}, False),
    ],
)
def test_letters_that_stand_out_are_text(tmp_path: Path, shapes: str, pages: dict[str, str], doubtful: bool) -> None:
    found = read(write(tmp_path / "a", shapes, **pages))
    assert (found.paragraphs, found.concealed) == (("看得见", "文字"), ())
    assert any("2 个字看不看得见不能确定" in each for each in found.warnings) == doubtful


def held(text: str, kind: str = "body", place: str = "") -> str:
    """A placeholder, whose place and letters the layout or the master may say."""
    return (
        f"<p:sp><p:nvSpPr><p:nvPr><p:ph type='{kind}'/></p:nvPr></p:nvSpPr><p:spPr>{place}</p:spPr>"
        f"<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def model(ink: str, kind: str = "body", place: str = "") -> str:
    stated = f"<a:lstStyle><a:lvl1pPr><a:defRPr>{ink}</a:defRPr></a:lvl1pPr></a:lstStyle>"
    return (
        f"<p:sp><p:nvSpPr><p:nvPr><p:ph type='{kind}'/></p:nvPr></p:nvSpPr><p:spPr>{place or at(0, 0)}</p:spPr>"
        f"<p:txBody>{stated}</p:txBody></p:sp>"
    )


def grouped(inside: str, scale: int = 1, more: str = "") -> str:
    """A group twice as large as what is in it is measured in, if the scale is 2."""
    place = f"<a:xfrm {more}><a:off x='0' y='0'/><a:ext cx='{200 * scale}' cy='{200 * scale}'/>"
    place += "<a:chOff x='0' y='0'/><a:chExt cx='200' cy='200'/></a:xfrm>"
    return f"<p:grpSp><p:nvGrpSpPr/><p:grpSpPr>{place}</p:grpSpPr>{inside}</p:grpSp>"


def picture(name: str, more: str = "", place: str = "") -> str:
    blip = f"<a:blip xmlns:r='{OFFICE}' r:embed='{name}'>{more}</a:blip>"
    form = "<a:prstGeom prst='rect'/>"
    return f"<p:pic><p:blipFill>{blip}</p:blipFill><p:spPr>{place or at(0, 0, 1000, 500)}{form}</p:spPr></p:pic>"


FADING = "<a:srgbClr val='0'><a:alpha val='0'/></a:srgbClr>"
PLAIN = placed("密语", at(10, 10))
STYLES = "<p:txStyles><p:titleStyle>{0}</p:titleStyle><p:bodyStyle>{0}</p:bodyStyle></p:txStyles>"
LEVEL = f"<a:lvl1pPr><a:defRPr>{WHITE}</a:defRPr></a:lvl1pPr>"
PATTERN = "<a:pattFill prst='pct5'><a:fgClr><a:srgbClr val='0'/></a:fgClr></a:pattFill>"


def follow(path: Path, shapes: str, layout: str = "", master: str = "", styles: str = "") -> Path:
    """Write one slide that follows a layout and a master, with pictures."""
    more = {
        "ppt/slides/_rels/slide1.xml.rels": relations(
            {
                "a": ("slideLayout", "../slideLayouts/l.xml"),
                "photo": ("image", "../media/photo.jpeg"),
                "drawing": ("image", "../media/drawing.png"),
            }
        ),
        "ppt/slideLayouts/l.xml": f"<p:sldLayout {MAIN}><p:cSld><p:spTree>{layout}</p:spTree></p:cSld></p:sldLayout>",
        "ppt/slideLayouts/_rels/l.xml.rels": relations({"a": ("slideMaster", "../slideMasters/m.xml")}),
        "ppt/slideMasters/m.xml": f"<p:sldMaster {MAIN}><p:cSld><p:spTree>{master}</p:spTree></p:cSld>"
        f"{styles}</p:sldMaster>",
    }
    return write_pptx(path, [placed("看得见", run=inked("C00000")) + shapes], more)


@pytest.mark.parametrize(
    ("shapes", "parts", "kind"),
    [
        (held("密语"), {"layout": model(WHITE)}, "与底色相同的文字"),
        (held("密语"), {"master": model(WHITE)}, "与底色相同的文字"),
        (held("密语"), {"styles": STYLES.format(LEVEL)}, "与底色相同的文字"),
        (held("密语", "title"), {"styles": STYLES.format(LEVEL)}, "与底色相同的文字"),
        (held("密语"), {"layout": model("<a:noFill/>")}, "不显示的文字"),
        (held("密语") + area(BLUE), {"layout": model(BLUE)}, "被遮盖的文字"),
        (grouped(placed("密语", at(10, 10), run=inked("FFFFFF"))), {}, "与底色相同的文字"),
        (grouped(area(BLUE) + placed("密语", at(10, 10), run=inked("0000C0"))), {}, "与底色相同的文字"),
        (grouped(PLAIN + area(BLUE, at(0, 0, 150, 90))), {}, "被遮盖的文字"),
        (grouped(PLAIN, 2) + area(BLUE, at(0, 0, 230, 130)), {}, "被遮盖的文字"),
        (PLAIN + grouped(area(BLUE, at(0, 0, 60, 40)), 2), {}, "被遮盖的文字"),
        (PLAIN + area(solid("bg1", "<a:lumMod val='95000'/>")), {}, "被遮盖的文字"),
        (PLAIN + area(GRADIENT.format("<a:srgbClr val='FF0000'/>", "<a:srgbClr val='00FF00'/>")), {}, "被遮盖的文字"),
        (PLAIN + area(PATTERN), {}, "被遮盖的文字"),
        (PLAIN + picture("photo"), {}, "被遮盖的文字"),
    ],
)  # fmt: skip
def test_what_is_inherited_grouped_or_covered_is_listed(
    tmp_path: Path, shapes: str, parts: dict[str, str], kind: str
) -> None:
    found = read(follow(tmp_path / "a", shapes, **parts))
    assert (found.paragraphs, found.concealed) == (("看得见",), (f"第 1 张幻灯片{kind}：密语",))


@pytest.mark.parametrize(
    ("shapes", "parts", "doubtful"),
    [
        (held("密语"), {"layout": model(BLUE), "styles": STYLES.format(LEVEL)}, False),
        (held("密语"), {"styles": STYLES.format(LEVEL), "master": area(BLUE) + model("")}, False),
        (grouped(PLAIN, 2) + area(BLUE, at(0, 0, 120, 130)), {}, False),
        (grouped(PLAIN, 1, "rot='900000'") + area(BLUE), {}, False),
        (PLAIN + area(solid("bg1", "<a:alpha val='40000'/>")), {}, False),
        (PLAIN + picture("photo", place=at(0, 0, 50, 50)), {}, False),
        (PLAIN + picture("photo", "<a:alphaModFix amt='20000'/>"), {}, True),
        (PLAIN + picture("drawing"), {}, True),
        (PLAIN + area(GRADIENT.format(FADING, "<a:srgbClr val='0'/>")), {}, True),
    ],
)  # fmt: skip
def test_what_is_seen_though_others_say_its_look_or_something_lies_on_it(
    tmp_path: Path, shapes: str, parts: dict[str, str], doubtful: bool
) -> None:
    found = read(follow(tmp_path / "a", shapes, **parts))
    assert (found.paragraphs, found.concealed) == (("看得见", "密语"), ())
    assert any("2 个字看不看得见不能确定" in each for each in found.warnings) == doubtful


CHART = (
    "<c:chartSpace xmlns:c='http://schemas.openxmlformats.org/drawingml/2006/chart'"
    " xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'><c:chart><c:title><c:tx><c:rich><a:p><a:r>"
    "<a:t>各镇受理量</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser>"
    "<c:tx><c:strRef><c:strCache><c:pt idx='0'><c:v>2025年</c:v></c:pt></c:strCache></c:strRef></c:tx>"
    "<c:cat><c:strRef><c:strCache><c:pt idx='0'><c:v>城关镇</c:v></c:pt>"
    "<c:pt idx='1'><c:v>河口镇</c:v></c:pt>"
    "</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache><c:pt idx='0'><c:v>12</c:v></c:pt>"
    "<c:pt idx='1'><c:v>7</c:v>"
    "</c:pt></c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>"
)


@pytest.mark.parametrize("properties", ["", "hidden='1'"])
def test_a_chart_s_texts_are_read_where_the_chart_is_seen(tmp_path: Path, properties: str) -> None:
    frame = (
        f"<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id='3' name='x' {properties}/></p:nvGraphicFramePr>"
        f"<a:graphic><a:graphicData><c:chart xmlns:c='c' xmlns:r='{OFFICE}' r:id='rId9'/></a:graphicData></a:graphic>"
        "</p:graphicFrame>"
    )
    more = {
        "ppt/slides/_rels/slide1.xml.rels": relations({"rId9": ("chart", "../charts/chart1.xml")}),
        "ppt/charts/chart1.xml": CHART,
    }
    found = read(write_pptx(tmp_path / "a", [shape("受理情况") + frame], more))
    texts = ("各镇受理量", "2025年", "城关镇 河口镇", "12 7")
    if properties:
        assert found.paragraphs == ("受理情况",)
        assert found.concealed == tuple(f"第 1 张幻灯片看不见的图表：{each}" for each in texts)
    else:
        assert (found.paragraphs, found.concealed) == (("受理情况", *texts), ())


def test_what_a_cover_hides_that_may_move_away_stays_and_is_told(tmp_path: Path) -> None:
    shapes = placed("文字", at(10, 10)) + area(WHITE)
    path = write_pptx(tmp_path / "a", [slide(shapes).replace("</p:sld>", f"{TIMED.format(MOVED)}</p:sld>")])
    found = read(path)
    assert (found.paragraphs, found.concealed) == (("文字",), ())
    assert "幻灯片上有 2 个字看不看得见不能确定" in found.warnings[0]
    path = write_pptx(tmp_path / "a", [slide(shapes).replace("</p:sld>", f"{TIMED.format('')}</p:sld>")])
    assert (read(path).paragraphs, read(path).concealed) == ((), ("第 1 张幻灯片被遮盖的文字：文字",))


def test_what_an_empty_placeholder_covers_stays_and_is_told(tmp_path: Path) -> None:
    holder = area(WHITE).replace("<p:sp>", "<p:sp><p:nvSpPr><p:nvPr><p:ph type='body' idx='9'/></p:nvPr></p:nvSpPr>")
    found = read(write(tmp_path / "a", placed("文字", at(10, 10)) + holder))
    assert found.paragraphs == ("看得见", "文字") and "不能确定" in found.warnings[0]


@pytest.mark.parametrize("level", [1, 2])
def test_letters_are_coloured_as_the_presentation_says_where_nothing_nearer_does(tmp_path: Path, level: int) -> None:
    text = placed("密语", at(10, 10)).replace("<a:p>", f'<a:p><a:pPr lvl="{level - 1}"/>')
    path = write_pptx(tmp_path / "a", [slide(text + placed("看得见", run=inked("C00000")))])
    style = f"<p:defaultTextStyle><a:lvl{level}pPr><a:defRPr>{WHITE}</a:defRPr></a:lvl{level}pPr></p:defaultTextStyle>"
    with zipfile.ZipFile(path) as container:
        parts = {name: container.read(name).decode() for name in container.namelist()}
    parts["ppt/presentation.xml"] = parts["ppt/presentation.xml"].replace(
        "</p:presentation>", f"{style}</p:presentation>"
    )
    with zipfile.ZipFile(path, "w") as container:
        for name, content in parts.items():
            container.writestr(name, content)
    assert (read(path).paragraphs, read(path).concealed) == (("看得见",), ("第 1 张幻灯片与底色相同的文字：密语",))


def test_hidden_slides_notes_and_comments_are_listed_and_are_no_text(tmp_path: Path) -> None:
    old = "<p:cmLst {}><p:cm authorId='0'><p:text>再核</p:text></p:cm></p:cmLst>"
    new = (
        "<p:cmLst {}><p:cm authorId='{{A}}'><p:replyLst><p:reply authorId='x'><p:txBody><a:p><a:r>"
        "<a:t>同意</a:t></a:r></a:p></p:txBody></p:reply></p:replyLst><p:txBody><a:p><a:r><a:t>缓发</a:t></a:r></a:p></p:txBody></p:cm></p:cmLst>"
    )
    more = {
        "ppt/slides/_rels/slide2.xml.rels": relations(
            {
                "a": ("notesSlide", "../notesSlides/notesSlide1.xml"),
                "b": ("comments", "../comments/comment1.xml"),
                "c": ("comments", "../comments/modernComment1.xml"),
            }
        ),
        "ppt/notesSlides/notesSlide1.xml": slide(shape("内部口径", "不得外传")),
        "ppt/comments/comment1.xml": old.format(MAIN),
        "ppt/comments/modernComment1.xml": new.format(MAIN),
        "ppt/commentAuthors.xml": f"<p:cmAuthorLst {MAIN}><p:cmAuthor id='0' name='张三'/></p:cmAuthorLst>",
        "ppt/authors.xml": f"<p:authorLst {MAIN}><p:author id='{{A}}' name='李四'/></p:authorLst>",
    }
    found = read(write_pptx(tmp_path / "a", [shape("一"), slide(shape("底稿"), "show='0'")], more))
    assert found.paragraphs == ("一",)
    assert found.concealed == (
        "第 1 张幻灯片备注：内部口径 不得外传",
        "第 1 张幻灯片批注（张三）：再核",
        "第 1 张幻灯片批注（李四）：缓发",
        "第 1 张幻灯片批注（未署名）：同意",
        "隐藏的第 2 张幻灯片：底稿",
    )
    assert any("3 条批注" in each for each in found.warnings)


def numbered(*paragraphs: tuple[str, str], styles: str = "") -> str:
    """Return a shape of paragraphs, each with its properties and its text."""
    inside = "".join(f"<a:p>{look}<a:r><a:t>{text}</a:t></a:r></a:p>" for look, text in paragraphs)
    return f"<p:sp><p:nvSpPr><p:nvPr/></p:nvSpPr><p:txBody><a:lstStyle>{styles}</a:lstStyle>{inside}</p:txBody></p:sp>"


def bullet(scheme: str, depth: int = 0, start: str = "") -> str:
    return f'<a:pPr lvl="{depth}"><a:buAutoNum type="{scheme}" {start}/></a:pPr>'


@pytest.mark.parametrize(
    ("paragraphs", "lines"),
    [
        ([(bullet("arabicPeriod"), "甲"), (bullet("arabicPeriod"), "乙")], ["1. 甲", "2. 乙"]),
        ([(bullet("ea1ChsPeriod", start='startAt="3"'), "甲"), (bullet("ea1ChsPeriod", start='startAt="3"'), "乙")],
         ["三. 甲", "四. 乙"]),
        ([(bullet("arabicParenBoth"), "甲"), ("", "文"), (bullet("arabicParenBoth"), "乙")],
         ["(1) 甲", "文", "(1) 乙"]),
        ([(bullet("romanUcPlain"), "甲"), (bullet("alphaLcParenR", 1), "子"), ('<a:pPr lvl="2"/>', "注"),
          (bullet("alphaLcParenR", 1), "丑"), (bullet("romanUcPlain"), "乙"), (bullet("alphaLcParenR", 1), "寅")],
         ["I甲", "a) 子", "注", "b) 丑", "II乙", "a) 寅"]),
        ([(bullet("circleNumDbPlain"), "甲"), (bullet("circleNumDbPlain"), ""), (bullet("circleNumDbPlain"), "丙")],
         ["① 甲", "② 丙"]),
    ],
)  # fmt: skip
def test_paragraphs_have_their_automatic_numbers(
    paragraphs: list[tuple[str, str]], lines: list[str], tmp_path: Path
) -> None:
    path = write_pptx(tmp_path / "a.pptx", [numbered(*paragraphs)])
    assert list(extract_plain(path, PPTX).paragraphs) == lines


def test_a_text_may_number_its_levels_and_a_paragraph_go_without(tmp_path: Path) -> None:
    styles = '<a:lvl1pPr><a:buAutoNum type="arabicPeriod"/></a:lvl1pPr>'
    content = numbered(("", "甲"), ("<a:pPr><a:buNone/></a:pPr>", "乙"), ("", "丙"), styles=styles)
    path = write_pptx(tmp_path / "a.pptx", [content])
    assert extract_plain(path, PPTX).paragraphs == ("1. 甲", "乙", "1. 丙")


def test_a_numbering_of_slides_in_an_unknown_format_is_told(tmp_path: Path) -> None:
    found = extract_plain(write_pptx(tmp_path / "a.pptx", [numbered((bullet("thaiNumPeriod"), "甲"))]), PPTX)
    assert found.paragraphs == ("1. 甲",)
    assert any("1 处自动编号的格式不认识" in each for each in found.warnings)


M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
HALF = "<m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>c</m:t></m:r></m:den></m:f>"


def text_of(look: str, text: str, more: str = "") -> str:
    return f"<a:r><a:rPr {look}>{more}</a:rPr><a:t>{text}</a:t></a:r>"


@pytest.mark.parametrize(
    ("inline", "text", "warning"),
    [
        (text_of("", "10") + text_of('baseline="30000"', "4") + text_of('baseline="-25000"', "2"), "10⁴₂", ""),
        (f"<m:oMathPara {M}><m:oMath>{HALF}</m:oMath></m:oMathPara>", "(a+b)/c", ""),
        (
            f"<mc:AlternateContent><mc:Choice><m:oMath {M}>{HALF}</m:oMath></mc:Choice>"
            "<mc:Fallback><a:r><a:t>half</a:t></a:r></mc:Fallback></mc:AlternateContent>",
            "(a+b)/c",
            "",
        ),
        (text_of("", "\uf0fe是", '<a:sym typeface="Wingdings"/>'), "☑是", ""),
        (text_of("", "\uf061是", '<a:sym typeface="Webdings"/>'), "是", "1 个符号字体的符号没有读出"),
        (text_of('strike="sngStrike"', "旧") + text_of('strike="noStrike"', "新"), "旧新", "1 个字带删除线"),
    ],
)
def test_a_slide_reads_as_it_is_shown(tmp_path: Path, inline: str, text: str, warning: str) -> None:
    content = f"<p:sp><p:txBody><a:p><a:r><a:t>前</a:t></a:r>{inline}<a:r><a:t>后</a:t></a:r></a:p></p:txBody></p:sp>"
    found = extract_plain(write_pptx(tmp_path / "a.pptx", [content]), PPTX)
    assert found.paragraphs == (f"前{text}后",)
    assert [warning in each for each in found.warnings] == [True] * bool(warning)
    assert found.concealed == (("第 1 张幻灯片带删除线的文字（仍在正文中）：旧",) if "旧" in text else ())


def test_an_object_of_another_program_on_a_slide_is_told(tmp_path: Path) -> None:
    objects = "<p:graphicFrame><a:graphic><a:graphicData><p:oleObj/></a:graphicData></a:graphic></p:graphicFrame>"
    found = extract_plain(write_pptx(tmp_path / "a.pptx", [shape("标题") + objects]), PPTX)
    assert any("1 个嵌入对象" in each for each in found.warnings)


def words(text: str, run: str = "", place: str = at(0, 0)) -> str:
    return placed(text, place, run=run)


def following(layout: str, master: str, about_layout: str = "", slides: int = 1, ground: str = "") -> dict[str, str]:
    """Return the parts of a layout and a master that slides follow, and of a layout that none does."""
    prompt = shape("单击此处编辑母版标题样式", kind="title")

    def part(kind: str, drawn: str, more: str = "") -> str:
        tree = f"<p:cSld>{ground}<p:spTree>{prompt}{drawn}</p:spTree></p:cSld>"
        return f"<p:{kind} {MAIN} {more}>{tree}</p:{kind}>"

    up = {"a": ("slideMaster", "../slideMasters/m.xml")}
    return {
        **{
            f"ppt/slides/_rels/slide{n}.xml.rels": relations({"a": ("slideLayout", "../slideLayouts/l.xml")})
            for n in range(1, slides + 1)
        },
        "ppt/slideLayouts/l.xml": part("sldLayout", layout, about_layout),
        "ppt/slideLayouts/_rels/l.xml.rels": relations(up),
        "ppt/slideLayouts/unused.xml": part("sldLayout", words("模板下载网")),
        "ppt/slideMasters/m.xml": part("sldMaster", master),
        "ppt/slideMasters/_rels/m.xml.rels": relations({"b": ("slideLayout", "../slideLayouts/l.xml")}),
    }


def test_words_on_the_master_and_the_layout_are_read_once_after_the_first_slide(tmp_path: Path) -> None:
    more = following(words("内部资料"), words("云溪县供热办") + words("内部资料") + "<p:pic/>", slides=2)
    found = read(write_pptx(tmp_path / "a", [shape("甲"), shape("乙")], more))
    assert found.paragraphs == ("甲", "内部资料", "云溪县供热办", "乙")
    assert found.concealed == ("没有显示的母版或版式上的文字：模板下载网",)
    assert any("1 幅图片" in each for each in found.warnings)


@pytest.mark.parametrize(
    ("of_slide", "of_layout", "shown"),
    [('showMasterSp="0"', "", ()), ("", 'showMasterSp="false"', ("版式",)), ('show="0"', "", ())],
)
def test_what_the_slide_or_the_layout_hides_of_the_master_is_not_read(
    tmp_path: Path, of_slide: str, of_layout: str, shown: tuple[str, ...]
) -> None:
    more = following(words("版式"), words("母版"), of_layout)
    found = read(write_pptx(tmp_path / "a", [slide(shape("甲"), of_slide)], more))
    assert found.paragraphs == (*(() if "show=" in of_slide else ("甲",)), *shown)
    assert "没有显示的母版或版式上的文字：母版" in found.concealed


def test_words_on_the_master_are_judged_by_what_they_stand_on_and_what_covers_them(tmp_path: Path) -> None:
    white = "<a:rPr><a:solidFill><a:srgbClr val='FFFFFF'/></a:solidFill></a:rPr>"
    blue = "<a:solidFill><a:srgbClr val='0000FF'/></a:solidFill>"
    more = following("", words("白字", white) + words("供热办"), slides=2)
    cover = f"<p:sp><p:nvSpPr/><p:spPr>{at(0, 0, 1000, 500)}<a:prstGeom prst='rect'/>{blue}</p:spPr></p:sp>"
    found = read(write_pptx(tmp_path / "a", [cover + shape("甲"), shape("乙")], more))
    assert found.paragraphs == ("甲", "乙", "供热办")
    assert any("母版上" in each and "白字" in each for each in found.concealed)
    assert not any("供热办" in each for each in found.concealed)
    dark = following("", words("白字", white), ground=f"<p:bg><p:bgPr>{blue}</p:bgPr></p:bg>")
    assert read(write_pptx(tmp_path / "a", [shape("甲")], dark)).paragraphs == ("甲", "白字")
