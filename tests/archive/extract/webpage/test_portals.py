"""Pages of county sites: the document and nothing around it, its title, the files that belong to it, what it states."""

from datetime import date

import pytest

from archive.describe.metadata import describe
from archive.extract.webpage.html import from_text
from tests.archive.extract.webpage.portals import Portal, differences, portals, without_names
from tests.growth import grows

PORTALS = [each for part in ("known", "apart") for each in portals(part)]
BODY = "本办法所称政府信息，是指行政机关在履行职能过程中制作的信息，应当及时、准确公开。"


def page(inside: str, head: str = "", around: str = "") -> str:
    return f"<html><head>{head}</head><body><div id='zoom'>{inside}</div>{around}</body></html>"


@pytest.mark.parametrize("portal", PORTALS, ids=[f"{each.structure}-{each.document.title}" for each in PORTALS])
def test_a_portals_page_gives_its_document_title_and_files(portal: Portal) -> None:
    found = from_text(portal.html)
    assert (found.title, [*differences(portal.document.paragraphs, found.paragraphs)]) == (portal.document.title, [])
    for name in portal.files:
        assert any(f"“{name}”" in warning for warning in found.warnings), name
    assert found.concealed == ()
    assert not any("不显示" in warning or "像是正文" in warning for warning in found.warnings)


@pytest.mark.parametrize("portal", PORTALS, ids=[f"{each.structure}-{each.document.title}" for each in PORTALS])
def test_nothing_of_a_document_is_lost_where_no_name_tells_where_it_is(portal: Portal) -> None:
    found = from_text(without_names(portal.html))
    assert [each for each in differences(portal.document.paragraphs, found.paragraphs) if each.startswith("-")] == []


def test_the_standards_metadata_is_read_and_the_card_is_believed_before_it() -> None:
    fields = {"ContentSource": "云溪县公安局", "ColumnName": "规范性文件", "Url": "http://www.yunxi.example/art/1.html"}
    head = "".join(f'<meta name="{name}" content="{value}">' for name, value in fields.items())
    head += '<meta name="PubDate" content="2024-03-06 10:00"><meta name="ArticleTitle" content="关于停车的通知">'
    found = from_text(page(f"<p>{BODY}</p>", f"<title>云溪县人民政府网站 通知公告</title>{head}"))
    metadata = describe(found, {}, "a.html")
    assert found.title == "关于停车的通知"
    assert found.stated["来源"] == "云溪县公安局"
    assert (metadata.column, metadata.source_url) == ("规范性文件", "http://www.yunxi.example/art/1.html")
    assert metadata.published_on == date(2024, 3, 6)
    card = "<table><tr><td>索引号：</td><td>yx/1</td><td>发布机构：</td><td>县公安局</td></tr>"
    card += "<tr><td>所属栏目：</td><td>通告</td></tr></table>"
    assert describe(from_text(page(f"{card}<p>{BODY}</p>", head)), {}, "a.html").column == "通告"


@pytest.mark.parametrize("address", ["/art/1.html", "javascript:alert(1)", "http://", "http://a.example/<b>", "无"])
def test_an_address_in_the_metadata_that_is_none_is_left(address: str) -> None:
    found = from_text(page(f"<p>{BODY}</p>", f"<meta name='Url' content='{address}'>"))
    assert describe(found, {}, "a.html").source_url is None


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ('<a href="/P0202403.docx">申请表</a>', "申请表.docx"),
        ('<a href="P0202403.PDF?v=1"><img src="pdf.gif"></a>', "P0202403.PDF"),
        ('<a href="/a/%E9%99%84%E8%A1%A8.xls">点击下载</a>', "附表.xls"),
        ('<a href="/download.jsp?wbfileid=12">名单.xlsx</a>', "名单.xlsx"),
        ('<a href="/down?id=1&amp;name=图纸.zip">[下载]</a>', "图纸.zip"),
        ('<a href="/down?id=1" title="公示名单.ofd">公示名单</a>', "公示名单.ofd"),
    ],
)
def test_a_file_that_is_linked_anywhere_on_the_page_is_told(link: str, name: str) -> None:
    for found in (from_text(page(f"<p>{BODY}</p>{link}")), from_text(page(f"<p>{BODY}</p>", around=f"<p>{link}</p>"))):
        assert f"正文提到附件“{name}”，其内容不在本文件中，请一并收取。" in found.warnings


@pytest.mark.parametrize(
    "link", ['<a href="/art/1.html">通知</a>', '<a href="http://a.example.com">网站</a>', "<a>空</a>"]
)
def test_a_link_to_a_page_is_no_file(link: str) -> None:
    assert from_text(page(f"<p>{BODY}</p>{link}")).warnings == ()


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        ('<iframe src="/pdfjs/viewer.html?file=/u/plan.pdf"></iframe>', "网页中嵌有文件“plan.pdf”"),
        ('<object data="plan.pdf"><p>请安装阅读器，以便查看本文件的内容。</p></object>', "网页中嵌有文件“plan.pdf”"),
        ('<embed src="../plan.ofd">', "网页中嵌有文件“plan.ofd”"),
        ('<iframe src="/form/12.html"></iframe>', "网页中嵌有另一个页面（/form/12.html）"),
    ],
)
def test_a_frame_in_a_document_is_told(frame: str, told: str) -> None:
    found = from_text(page(f"<p>{BODY}</p>{frame}"))
    assert found.paragraphs == (BODY,)
    assert [each.startswith(told) for each in found.warnings] == [True]


def test_frames_beside_a_document_are_told_only_if_they_show_a_file() -> None:
    around = '<iframe src="/share.html"></iframe><iframe src="/u/plan.pdf"></iframe>'
    told = from_text(page(f"<p>{BODY}</p>", around=around)).warnings
    assert told == ("网页中嵌有文件“plan.pdf”，其内容不在本文件中，请一并收取。",)


def test_the_readings_of_characters_are_no_text() -> None:
    ruby = "<ruby>沭<rp>（</rp><rt>shù</rt><rp>）</rp>河</ruby>大桥位于<ruby>郯<rt>tán</ruby>城界，由县交通局管养。"
    assert from_text(page(f"<p>{ruby}</p>")).paragraphs == ("沭河大桥位于郯城界，由县交通局管养。",)


def test_what_a_portal_escaped_twice_is_read_and_code_stays() -> None:
    written = "推进&amp;ldquo;一网通办&amp;rdquo;，落实&amp;lt;b&amp;gt;要求&amp;#12290;&amp;nbsp;强化"
    written += "监督&amp;#0;&amp;#1;&amp;none;"
    found = from_text(
        page(
            f"<p>{written}</p><pre>&amp;lt;甲&amp;gt;</pre>",
            "<title>深化&amp;ldquo;放管服&amp;rdquo;改革的意见</title>",
        )
    )
    assert found.title == "深化“放管服”改革的意见"
    assert found.paragraphs == ("推进“一网通办”，落实<b>要求。 强化监督&#0;&#1;&none;", "&lt;甲&gt;")


def test_a_hidden_copy_is_no_alarm_and_what_only_it_says_is() -> None:
    copy = f"<div style='display:none'><p>{BODY}</p></div>"
    assert from_text(page(f"<p>{BODY}</p>{copy}")).concealed == ()
    more = f"<div style='display:none'><p>{BODY}</p><p>密语</p></div>"
    assert from_text(page(f"<p>{BODY}</p>{more}")).concealed != ()


def test_a_document_in_several_containers_is_read_whole() -> None:
    parts = "".join(f"<div class='TRS_Editor'><p>{number}、{BODY * 2}</p></div>" for number in "一二三")
    assert len(from_text(f"<body><div>{parts}</div></body>").paragraphs) == 3


def test_sentences_beside_the_document_that_are_as_many_as_its_own_are_told() -> None:
    beside = f"<div><p>{BODY * 8}</p></div>"
    found = from_text(page(f"<p>{BODY * 7}</p>", around=beside))
    assert found.paragraphs == (BODY * 7,)
    assert [each for each in found.warnings if "像是正文" in each] == [
        f"网页中另有 {len(BODY) * 8} 个字像是正文，没有收入，请与原网页核对。"
    ]
    assert from_text(page(f"<p>{BODY * 9}</p>", around=beside)).warnings == ()


def test_a_table_beside_the_sentences_belongs_to_the_document() -> None:
    rows = "".join(f"<tr><td>{number}</td><td>青石镇东街村委会</td><td>36500</td></tr>" for number in range(3))
    body = f"<div><div><div>{BODY}</div></div><div><table>{rows}</table></div></div>"
    assert len(from_text(f"<body><ul><li><a href='/'>首页</a></li></ul>{body}</body>").paragraphs) == 4


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        f"<div class='share'><a href='a.pdf'>甲</a></div><p>{BODY}</p>",
        "<p style='display:none'>密语</p><p>正文</p>",
        f"<div class='TRS_Editor'><table><tr><td>甲</td><td>{BODY}</td></tr></table></div>",
    ],
    ids=["furniture", "hidden", "containers"],
)
def test_the_work_on_a_page_grows_with_it_and_no_faster(piece: str) -> None:
    assert grows(lambda text: from_text(f"<body>{text}</body>"), piece * 300, piece * 1_200, most=10)
