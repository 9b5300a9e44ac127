import json
from pathlib import Path

import pytest

from archive.errors import ExtractionFailed
from archive.extract import extract_plain, media_type
from archive.extract.webpage.html import from_text
from tests.archive.extract.makers import REAL, assert_golden

POLICIES = REAL / "policies"

PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>关于印发农村供水管理办法的通知_规范性文件_临沭县人民政府</title>
<style>p {color: red}</style><script>document.write("点击")</script></head>
<body>
<div class="nav"><a href="/">首页</a> | <a href="/a">政务公开</a> | <a href="/b">办事服务</a></div>
<div>当前位置：<a href="/">首页</a> &gt; 规范性文件</div>
<ul class="card">
 <li><b>索 引 号：</b><span>LS001/2020-00012</span></li>
 <li><b>发布机构：</b><span>临沭县人民政府</span></li>
 <li><b>发文字号：</b><span>沭政发〔2020〕8号</span></li>
 <li><b>主 题 词：</b><span></span></li>
</ul>
<h1>关于印发农村供水管理办法<br>的通知</h1>
<div class="info">发布时间：2020-05-06 10:11&nbsp;&nbsp;来源：县水利局　浏览次数：<span id="hits"></span>
 字体：<a>大</a> <a>中</a> <a>小</a></div>
<div id="zoom">
 <p align="center">关于印发农村供水管理办法</p><p align="center">的通知</p>
 <!-- 注释不是正文 -->
 <p>各镇街，<b>县直</b>各部
门：<br>现将办法印发给你们。</p>
 <div style="display:none">这是一段不应当显示出来的隐藏文字内容</div>
 <table border="1">
  <tr><th>序号</th><th colspan="2">水价</th></tr>
  <tr><td rowspan="2">1</td><td><p>居民</p></td><td>2.5元</td></tr>
  <tr><td>单位</td><td></td></tr>
 </table>
 <table><tr><td><p>布局表格里的第一段。</p><table><tr><td>甲</td><td>乙</td></tr></table></td></tr></table>
 <ul><li>列表一</li><li>列表二</li></ul>
 <p><img src="map.jpg" width="600"></p>
 <p>附件【供水申请表.docx】</p>
</div>
<p>【打印】【关闭窗口】</p>
<p>上一篇：<a href="/1">关于甲的通知</a></p>
<footer>版权所有 临沭县人民政府 鲁ICP备05012345号</footer>
</body></html>"""


def test_a_page_gives_document_card_date_and_warnings(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(PAGE, encoding="utf-8")
    assert_golden("html-page", extract_plain(path, media_type(path, "a.html")))


def test_a_page_is_the_same_in_every_encoding(tmp_path: Path) -> None:
    expected = from_text(PAGE)
    for encoding, declared in (("gb18030", "gb2312"), ("utf-16", "utf-8"), ("gb18030", "utf-8"), ("utf-8-sig", "big5")):
        path = tmp_path / f"{encoding}.html"
        path.write_bytes(PAGE.replace("utf-8", declared, 1).encode(encoding))
        assert extract_plain(path, "text/html") == expected


BODY = "本办法所称政府信息，是指行政机关在履行职能过程中制作的信息，应当及时、准确公开。"


@pytest.mark.parametrize(
    "container",
    [
        '<div id="UCAP-CONTENT">{}</div>',
        '<td class="b12c" id="vsb_content_2">{}</td>',
        '<div class="TRS_Editor">{}</div>',
        '<div class="article-content main">{}</div>',
        "<article>{}</article>",
        '<div class="anything">{}</div>',
    ],
)
def test_the_content_is_found_among_menus(container: str) -> None:
    menu = "".join(f'<li><a href="/{n}">某某县关于第{n}项工作的通知公告</a></li>' for n in range(30))
    content = container.format(f"<p>{BODY}</p>" * 3)
    page = f"<ul>{menu}</ul><table><tr><td>{content}</td><td><ul>{menu}</ul></td></tr></table>"
    assert from_text(f"<body>{page}</body>").paragraphs == (BODY,) * 3


def test_controls_are_blanks_or_nothing_and_keep_no_page_from_being_read() -> None:
    found = from_text(f"<h1>关于\x0c通知\x01</h1><p>{BODY}\x0b</p><p>甲\u2028乙</p>")
    assert (found.title, found.paragraphs) == ("关于 通知", (BODY, "甲", "乙"))


def test_a_page_in_one_big_form_is_read() -> None:
    page = f"<body><form><input value='查'><div><p>{BODY}</p><p>{BODY * 5}</p></div></form></body>"
    assert from_text(page).paragraphs == (BODY, BODY * 5)


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>关于甲的通知-临沭县政府网站</title>", "", "关于甲的通知"),
        ("<title>临沭县人民政府</title>", "<h1>关于甲的通知</h1>", "关于甲的通知"),
        ('<meta name="ArticleTitle" content="关于甲的通知"><title>详情</title>', "", "关于甲的通知"),
        ("<title>临沭县人民政府 - 通知公告 - 关于甲的通知</title>", "", "关于甲的通知"),
        ("<title>关于甲的通知</title>", "<h1>临沭县人民政府</h1><div class='title'>关于甲的通知</div>", "关于甲的通知"),
        ("<title>“十三五”规划（2016-2020年）</title>", "", "“十三五”规划（2016-2020年）"),
        ("<title>关于推进农村...</title>", "<h1>临沭县政府网</h1>", "关于推进农村供水工程的通知"),
        ("<title>临沭县人民政府门户网站</title>", "", None),
    ],
)
def test_the_title_is_the_documents_and_not_the_sites(head: str, body: str, title: str | None) -> None:
    broken = "<p>关于推进农村</p><p>供水工程的通知</p>" if "..." in head else ""
    content = f"<div id='zoom'>{broken}<p>{BODY * 6}</p></div>"
    page = f"<html><head>{head}</head><body>{body}{content}</body></html>"
    extraction = from_text(page)
    assert extraction.title == title
    assert extraction.paragraphs == (BODY * 6,)


def test_the_published_date_of_the_metadata_is_a_last_resort() -> None:
    head = '<meta name="PubDate" content="2020-03-04 08:00">'
    assert from_text(f"<html><head>{head}</head><body><p>{BODY}</p></body></html>").page_date == "2020-03-04"


def test_a_page_without_text_says_so() -> None:
    extraction = from_text("<html><body><img src='scan.jpg' width='900'></body></html>")
    assert extraction.paragraphs == ()
    assert "正文含有 1 幅图片，图片中的文字检索不到。" in extraction.warnings


def test_ten_thousand_nested_elements_are_read_or_refused() -> None:
    try:
        extraction = from_text("<div>" * 10_000 + "正文在最里面。" + "</div>" * 10_000)
    except ExtractionFailed as failed:
        assert "嵌套过深" in failed.reason
    else:
        assert extraction.paragraphs == ("正文在最里面。",)


def test_a_tag_with_more_attributes_than_can_be_read_is_refused() -> None:
    def page(many: int) -> str:
        script, inside = ("".join(f" a{at}='>'" for at in range(count)) for count in (2_000, many))
        return f"<html><body><script>if (i<n {script})</script><!-- <p {script}> --><p {inside}>正文。</body></html>"

    assert from_text(page(1_000)).paragraphs == ("正文。",)
    with pytest.raises(ExtractionFailed, match="属性超过 1,000 个"):
        from_text(page(1_001))


@pytest.mark.slow
@pytest.mark.skipif(not POLICIES.exists(), reason="the shared real material is not here")
def test_every_policy_page_has_its_card_and_title() -> None:
    answers = [json.loads(line) for line in (POLICIES / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
    for answer in answers:
        extraction = extract_plain(POLICIES / answer["file"], "text/html")
        stated = extraction.stated
        found = {
            "file": answer["file"],
            "index_code": stated.get("索引号"),
            "title": extraction.title,
            "issuer": stated.get("发文机关"),
            "number": stated.get("发文字号", ""),
            "url": answer["url"],
        }
        assert found == {**answer, "number": answer["number"] or ""}
        assert {"主题分类", "成文日期", "标题", "发布日期"} <= set(stated)
        assert "索引号" not in "".join(extraction.paragraphs[:3])
        assert not any("扫一扫" in line for line in extraction.paragraphs)
        assert extraction.paragraphs[0] != extraction.title
    assert len(answers) == 30


@pytest.mark.parametrize("control", ["\x01", "\x0b", "\ufffe", "&#1;", "&#11;"])
def test_a_character_of_control_is_a_blank_and_refuses_no_page(control: str) -> None:
    found = from_text(f"<p>公开{control}信息&amp;lt;<!--x{control}-->y{control}</p>", whole=True)
    assert found.paragraphs == ("公开 信息<y",)
