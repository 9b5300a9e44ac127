"""What is seen of a slide and what is not: places, colours on their grounds, covers, what shapes inherit."""

import zipfile
from pathlib import Path

import pytest

from tests.archive.extract.slides import (
    MAIN,
    OFFICE,
    area,
    at,
    ground,
    inked,
    placed,
    read,
    relations,
    shape,
    slide,
    solid,
    write_pptx,
)


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


WHITE, BLUE = solid("FFFFFF"), solid("0000C0")
GRADIENT = "<a:gradFill><a:gsLst><a:gs pos='0'>{}</a:gs><a:gs pos='1'>{}</a:gs></a:gsLst></a:gradFill>"
STYLED = (
    "<p:sp><p:spPr>{}</p:spPr><p:style><a:fillRef idx='1'><a:schemeClr val='{}'/></a:fillRef><a:fontRef idx='minor'>"
    "<a:schemeClr val='lt1'/></a:fontRef></p:style><p:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:txBody></p:sp>"
)


MARKED = "<a:highlight><a:srgbClr val='FFFFFF'/></a:highlight>"
LISTED = f"<a:lstStyle><a:lvl1pPr><a:defRPr>{WHITE}</a:defRPr></a:lvl1pPr></a:lstStyle>"


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
