"""What a browser doesn't show of a page's document is no text and is listed; what it shows is never lost."""

import pytest

from archive.document import REMARK
from archive.extract.extraction import Extraction
from archive.extract.webpage.html import from_text
from tests.growth import grows

BODY = "本办法所称政府信息，是指行政机关在履行职能过程中制作的信息，应当及时、准确公开。"


def read(inside: str, head: str = "") -> Extraction:
    return from_text(f"<html><head>{head}</head><body><div id='zoom'><p>{BODY}</p>{inside}</div></body></html>")


def styled(style: str, text: str = "密语") -> str:
    return f"<p style='{style}'>{text}</p>"


@pytest.mark.parametrize(
    ("inside", "head", "kind"),
    [
        *((styled("display:none"), "", "隐藏文字"), (styled("DISPLAY : NONE !important"), "", "隐藏文字")),
        *(("<p hidden>密语</p>", "", "隐藏文字"), ("<p class='x sr-only'>密语</p>", "", "隐藏文字")),
        *((styled("visibility:hidden"), "", "不显示的文字"), (styled("opacity:0"), "", "不显示的文字")),
        *((styled("font-size:0"), "", "小到看不见的文字"), (styled("font-size:0.0px"), "", "小到看不见的文字")),
        *((styled("color:#fff"), "", "与底色相同的文字"), (styled("color:White"), "", "与底色相同的文字")),
        *(
            (styled("color:rgb(255, 255,255)"), "", "与底色相同的文字"),
            ("<font color='#FFFFFF'>密语</font>", "", "与底色相同的文字"),
        ),
        (styled("color:#008;background:#000088"), "", "与底色相同的文字"),
        (f"<table bgcolor='red'><tr><td>{styled('color:#f00')}</td></tr></table>", "", "与底色相同的文字"),
        (styled("position:absolute;left:-9999px"), "", "页面以外的文字"),
        (styled("text-indent:-9999px"), "", "页面以外的文字"),
        (styled("height:0;overflow:hidden"), "", "隐藏文字"),
        ("<p class='a b'>密语</p>", "<style>/* {} */ p.b, #x {display: none}</style>", "隐藏文字"),
        ("<p id='x'>密语</p>", "<style>p.b, #x {color: white}</style>", "与底色相同的文字"),
        ("<p class='b'>密语</p>", "<style>.b {color: red} .b {color: #fff}</style>", "与底色相同的文字"),
        (f"<div style='visibility:hidden'>{styled('font-size:9px')}</div>", "", "不显示的文字"),
        *((styled("color:transparent"), "", "不显示的文字"), (styled("color:rgba(0, 0, 0, 0)"), "", "不显示的文字")),
        *((styled("color:#00000000"), "", "不显示的文字"), (styled("color:rgb(0 0 0 / 0%)"), "", "不显示的文字")),
        *((styled("clip-path:inset(100%)"), "", "不显示的文字"), (styled("filter:opacity(0)"), "", "不显示的文字")),
        *((styled("transform:scale(0)"), "", "不显示的文字"), (styled("font-size:.1px"), "", "小到看不见的文字")),
        (styled("position:absolute;clip:rect(1px, 1px, 1px, 1px)"), "", "不显示的文字"),
        *((styled("margin-left:-9999px"), "", "页面以外的文字"), ("<dialog>密语</dialog>", "", "隐藏文字")),
        (styled("content-visibility:hidden"), "", "隐藏文字"),
        ("<div class='x'><p>密语</p></div>", "<style>div.x p {display:none}</style>", "隐藏文字"),
        ("<div class='x'><b><i>密语</i></b></div>", "<style>.x  i{display:none}</style>", "隐藏文字"),
        ("<div class='x'><p>密语</p></div>", "<style>h1, #zoom > .x>p {display:none}</style>", "隐藏文字"),
        ("<div class='x'><p>密语</p></div>", "<style>.x * {color:#fff}</style>", "与底色相同的文字"),
        ("<p class='b'>密语</p>", "<style>@media  Screen {.b {display:none}}</style>", "隐藏文字"),
        ("<p class='b'>密语</p>", "<style>@media print, only screen {p.b {display:none}}</style>", "隐藏文字"),
        ("<p class='b'>密语</p>", "<style>@charset 'utf-8'; @layer a {.b {display:none}}</style>", "隐藏文字"),
        *((styled("color:#fefefe"), "", "与底色相同的文字"), (styled("color:snow"), "", "与底色相同的文字")),
        (styled("color:rgb(250,250,250)"), "", "与底色相同的文字"),
        (styled("color:hsl(0, 0%, 100%)"), "", "与底色相同的文字"),
        (styled("color:hsl(210deg 50% 99% / 1)"), "", "与底色相同的文字"),
        (styled("color:#fff;background:#fafafa"), "", "与底色相同的文字"),
        (styled("color:hsl(240,100%,50%);background:blue"), "", "与底色相同的文字"),
    ],
)
def test_what_is_not_shown_is_listed_and_is_no_text(inside: str, head: str, kind: str) -> None:
    found = read(f"{inside}<p>以上。</p>", head)
    assert (found.paragraphs, found.concealed) == ((BODY, "以上。"), (f"{kind}：密语",))


@pytest.mark.parametrize(
    ("inside", "head"),
    [
        *(("<p aria-hidden='true'>文字</p>", ""), (styled("display:block", "文字"), "")),
        (f"<div style='visibility:hidden'>{styled('visibility:visible', '文字')}</div>", ""),
        (f"<div style='font-size:0'>{styled('font-size:14px', '文字')}</div>", ""),
        *((styled("font-size:0.8em", "文字"), ""), (styled("opacity:0.5", "文字"), "")),
        (styled("color:#fff;background:#008", "文字"), ""),
        (f"<div style='color:transparent'>{styled('color:#000', '文字')}</div>", ""),
        *((styled("color:#000", "文字"), ""), (styled("color:rgb(0,0,0)", "文字"), "")),
        *((styled("color:#00000080", "文字"), ""), (styled("color:hsl(0,0%,0%)", "文字"), "")),
        *((styled("transform:scale(0.9)", "文字"), ""), (styled("clip-path:inset(0)", "文字"), "")),
        *((styled("color:#fffff0", "文字"), ""), (styled("color:#fefefe;background:#008", "文字"), "")),
        *((styled("color:hsl(0,0%,90%)", "文字"), ""), (styled("color:hsl(0,0%,100%,0.5)", "文字"), "")),
        *((styled("color:#fefefe;background:url(a.png)", "文字"), ""), (styled("color:#ffff00", "文字"), "")),
        *((styled("margin-left:-20px", "文字"), ""), ("<dialog open>文字</dialog>", "")),
        *((styled("font-size:1.2em", "文字"), ""), (styled("clip:rect(0,0,0,0)", "文字"), "")),
        (styled("color:#fff;background:url(a.png)", "文字"), ""),
        (styled("color:#fff;background-color:#fff;background-image:url(a.png)", "文字"), ""),
        (f"<table bgcolor='#000088'><tr><td>{styled('color:#fff', '文字')}</td></tr></table>", ""),
        (f"<div style='background:#008'>{styled('color:#fff', '文字')}</div>", ""),
        (styled("color:rgba(255,255,255,0.1)", "文字"), ""),
        *((styled("text-indent:-2em", "文字"), ""), (styled("position:relative;left:-9999px", "文字"), "")),
        ("<p class='b'>文字</p>", "<style>.b .c {display:none} .bb {display:none} p.c {display:none}</style>"),
        ("<p class='b'>文字</p>", "<style>@media print {.b {display:none}} .b:hover {display:none}</style>"),
        ("<p class='b'>文字</p>", "<style>.b {display:none} .b {display:block}</style>"),
        ("<div class='x'><b><i>文字</i></b></div>", "<style>.x > i {display:none} i .x {display:none}</style>"),
        (
            "<p class='x'>文字</p>",
            "<style>.x p {display:none} p.x > p, #zoom + .x {display:none}</style>",
        ),
        ("<div class='x'><p>文字</p></div>", "<style>.x p {display:none} #zoom .x p {display:block}</style>"),
        ("<p class='b'>文字</p>", "<style>@media screen and (max-width: 600px) {.b {display:none}}</style>"),
        (
            "<p class='b'>文字</p>",
            "<style>@media not screen {p {display:none}} @media print {p {color:#fff}}</style>",
        ),
        ("<p class='b'>文字</p>", "<style>@media print {@media screen {.b {display:none}}}</style>"),
        ("<p class='b' style='display:block'>文字</p>", "<style>.b {display:none}</style>"),
    ],
)
def test_what_is_shown_is_text(inside: str, head: str) -> None:
    found = read(inside, head)
    assert (found.paragraphs, found.concealed, found.warnings) == ((BODY, "文字"), (), ())


def test_white_that_a_sheet_elsewhere_may_give_a_ground_stays_and_is_told() -> None:
    found = read("<p class='banner' style='color:#fff'>文字</p>", "<link rel='stylesheet' href='a.css'>")
    assert (found.paragraphs, found.concealed) == ((BODY, "文字"), ())
    assert any("2 个白色的字" in each for each in found.warnings)


LINKED = "<link rel='stylesheet' href='/css/a.css?v=1'>"


@pytest.mark.parametrize(
    ("head", "named"),
    [
        (LINKED, "外部样式表（a.css），"),
        (LINKED + "<link rel='alternate stylesheet' href='b.css'>" * 2, "外部样式表（a.css、b.css），"),
        ("<style>@import url(a.css);</style>", "外部样式表，"),
    ],
)
def test_a_sheet_elsewhere_is_remarked_once_as_not_looked_at(head: str, named: str) -> None:
    (told,) = read("<p class='MsoNormal'>文字</p>", head).warnings
    assert told.startswith(f"{REMARK}网页另有{named}没有查看")


@pytest.mark.parametrize(
    ("inside", "passages"),
    [
        ("<p class='x'>密语</p>", "x：“密语”。"),
        ("<p>前<b id='k'>密语</b>后</p>", "k：“密语”。"),
        ("<div class='x'><p class='x'>密</p><p>语</p></div>", "x：“密语”。"),
        ("<p class='x'>甲</p><p class='x y'>乙</p>", "x：“甲 乙”；y：“乙”。"),
        ("<p class='remark note aside' id='last'>密语</p>", "remark：“密语”；note：“密语”；aside：“密语”；等。"),
        ("".join(f"<p class='x-{n}'>{n}号</p>" for n in range(5)), "x-0：“0号”；x-1：“1号”；x-2：“2号”；等。"),
    ],
)
def test_passages_that_a_sheet_elsewhere_may_hide_by_themselves_are_named(inside: str, passages: str) -> None:
    (alarm,) = (each for each in read(inside, LINKED).warnings if not each.startswith(REMARK))
    assert "请在浏览器中核对" in alarm and alarm.endswith(passages)
    assert read(inside).warnings == ()


@pytest.mark.parametrize(
    "inside",
    [
        f"<div class='view TRS_UEDITOR'><p>{BODY}</p><p>{BODY}</p></div>",
        "<p class='MsoNormal'>文字</p><table><tr><td class='xl65'>表</td></tr></table>",
        "<p class='x'> </p><p>文字</p><p class='x'><img src='a.png'></p>",
    ],
)
def test_the_frame_of_a_document_and_the_names_of_offices_are_no_alarm(inside: str) -> None:
    assert all(each.startswith(REMARK) or "图片" in each for each in read(inside, LINKED).warnings)


@pytest.mark.slow
def test_many_names_take_time_in_proportion() -> None:
    def work(text: str) -> None:
        names = " ".join(f"name-{n}" for n in range(len(text)))
        read(f"<p class='{names}'>{text}</p>", LINKED)

    work("密语")
    assert grows(work, "密语" * 2_500, "密语" * 10_000, most=10)


@pytest.mark.slow
def test_many_rules_of_several_parts_take_time_in_proportion() -> None:
    rules = "".join(f".a{n} .b p {{color:red}} * * .c{n} {{color:red}}" for n in range(400))

    def work(text: str) -> None:
        read(text, f"<style>{rules}</style>")

    piece = "<div class='a1 a2'><div class='b c1'><p>甲</p></div></div>"
    work(piece)
    assert grows(work, piece * 150, piece * 600, most=10)


def test_a_document_that_its_page_hides_until_a_script_runs_is_text() -> None:
    page = f"<div style='display:none;visibility:hidden'><div id='zoom' style='display:none'><p>{BODY}</p></div></div>"
    found = from_text(f"<html><body>{page}</body></html>")
    assert (found.paragraphs, found.concealed) == ((BODY,), ())


def test_comments_that_say_something_are_listed() -> None:
    comments = (
        "<!-- 内部口径：暂不公开\x01 -->",
        "<!--正文开始-->",
        "<!--[if gte mso 9]>甲<![endif]-->",
        "<!-- zoom -->",
    )
    found = read("".join(comments) + "<p>甲<!--13800001234-->乙</p>")
    assert found.paragraphs == (BODY, "甲乙")
    assert found.concealed == ("源代码中的注释：内部口径：暂不公开", "源代码中的注释：13800001234")


def test_scripts_and_menus_are_not_listed() -> None:
    menu = "<div style='display:none'><a href='/'>首页</a></div><script>var 甲 = '乙'</script><!-- 导航 -->"
    assert from_text(f"<html><body>{menu}<div id='zoom'><p>{BODY}</p></div></body></html>").concealed == ()
