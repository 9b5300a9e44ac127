"""A document's page shows the structure of its text: headings, a list of contents, articles, parts named by chapter."""

import re
from dataclasses import replace

import pytest
from werkzeug.datastructures import MultiDict

from archive.document import Attachment, File
from indexer.analyzer import Analyzer
from indexer.query import Everything, Text
from indexer.snippets import Marker
from tests.conftest import make_document
from tests.web.conftest import Site
from web.reading.page import document_page
from web.search.params import SearchForm, read_place
from web.search.results import hit_view

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page

CHINESE = "一二三四五六七八九"


def statute(chapters: int, articles: int, words: int = 8) -> str:
    lines = []
    for chapter in range(chapters):
        lines.append(f"第{CHINESE[chapter]}章 第{chapter + 1}种情形")
        lines += [
            f"第{chapter * articles + at + 1}条 {'各镇人民政府应当做好防汛工作。' * words}" for at in range(articles)
        ]
    return "\n".join(lines)


def test_a_list_of_contents_leads_to_the_headings_of_all_pages(analyzer: Analyzer) -> None:
    document = make_document("long", "防汛办法", statute(5, 60))
    page = document_page(document, Marker(Everything(), analyzer), SearchForm(q="防汛"), 2)
    assert len(page.parts) > 3
    assert [each.label for each in page.contents] == [f"第{CHINESE[at]}章 第{at + 1}种情形" for at in range(5)]
    for entry in page.contents:
        address, _, anchor = entry.url.partition("#")
        part = int((re.findall(r"part=(\d+)", address) or ["1"])[0]) if address else 2
        shown = document_page(document, Marker(Everything(), analyzer), SearchForm(), part)
        (block,) = [each for section in shown.sections for each in section.blocks if each.anchor == anchor]
        assert "".join(piece.text for piece in block.text) == entry.label and block.level == 3


def test_the_parts_of_a_long_text_are_named_by_chapter_and_begin_with_one_where_that_fits(analyzer: Analyzer) -> None:
    document = make_document("long", "防汛办法", statute(4, 65))
    page = document_page(document, Marker(Everything(), analyzer), SearchForm())
    assert [each.name for each in page.parts] == [f"第{CHINESE[at]}章 第{at + 1}种情形" for at in range(4)]
    document = make_document("long", "防汛办法", statute(2, 200))
    names = [each.name for each in document_page(document, Marker(Everything(), analyzer), SearchForm()).parts]
    assert names[:2] == ["第一章 第1种情形", "第一章 第1种情形（续）"] and names[-1] == "第二章 第2种情形（续）"
    plain = make_document("long", "防汛", "\n".join("各镇人民政府应当做好防汛工作。" * 8 for _ in range(300)))
    page = document_page(plain, Marker(Everything(), analyzer), SearchForm())
    assert {each.name for each in page.parts} == {""} and page.contents == []


def test_no_level_is_left_out_whatever_part_of_a_text_is_shown(analyzer: Analyzer) -> None:
    lines = ["一、总体要求", "概述。", "二、重点任务"]
    for at, number in enumerate(CHINESE):
        lines += [f"（{number}）第{at + 1}项任务", "1.任务来源", *["各镇人民政府应当做好防汛工作。" * 60] * 4]
        lines += ["2.任务分工", "各镇负责。"]
    document = make_document("long", "防汛方案", "\n".join(lines))
    parts = len(document_page(document, Marker(Everything(), analyzer), SearchForm()).parts)
    assert parts > 2
    for part in range(parts + 1):
        page = document_page(document, Marker(Everything(), analyzer), SearchForm(), part)
        levels = [2, *(block.level for section in page.sections for block in section.blocks if block.level)]
        assert len(levels) > 3 and all(level <= before + 1 for before, level in zip(levels, levels[1:], strict=False))


def test_what_is_marked_in_a_heading_or_an_article_keeps_both_addresses(analyzer: Analyzer) -> None:
    document = make_document("short", "防汛办法", statute(3, 2, 1))
    page = document_page(document, Marker(Text("种情形"), analyzer), SearchForm(q="种情形"))
    blocks = [block for section in page.sections for block in section.blocks]
    assert [(block.mark, block.anchor) for block in blocks if block.mark] == [(1, "s1"), (2, "s2"), (3, "s3")]
    assert [block.anchor for block in blocks if block.lead and not block.level][:2] == ["第一条", "第二条"]
    twice = make_document("short", "防汛办法", statute(1, 2, 1) + "\n附件\n防汛规定\n" + statute(1, 2, 1))
    page = document_page(twice, Marker(Everything(), analyzer), SearchForm())
    anchors = [block.anchor for section in page.sections for block in section.blocks if block.anchor]
    assert len(set(anchors)) == len(anchors) and "第一条-2" in anchors


def test_attachments_are_in_the_list_of_contents(analyzer: Analyzer) -> None:
    attachment = Attachment(
        File("0" * 64, "预案.pdf", "application/pdf", 1), "防汛预案\n一、目标\n不淹。\n二、措施\n筑堤。"
    )
    document = replace(make_document("attached", "关于防汛的通知", "请执行。"), attachments=(attachment,))
    page = document_page(document, Marker(Everything(), analyzer), SearchForm())
    assert [(each.label, each.depth, each.url) for each in page.contents] == [
        *(("附件 1：预案.pdf", 1, "#attachment-1"), ("一、目标", 2, "#s1"), ("二、措施", 2, "#s2")),
    ]


def test_a_list_of_contents_is_never_long(analyzer: Analyzer) -> None:
    text = "\n".join(f"{statute(9, 1, 1)}\n附件{at}\n防汛规定" for at in range(1, 60))
    document = make_document("long", "防汛办法", text)
    for q in ("", "防汛" * 100):
        page = document_page(document, Marker(Everything(), analyzer), SearchForm(q=q))
        assert sum(len(each.url) + 3 * len(each.label) + 50 for each in page.contents) <= 9_000
    assert document_page(document, Marker(Everything(), analyzer), SearchForm()).contents


def test_a_hit_leads_to_the_place_in_the_text(analyzer: Analyzer) -> None:
    lines = statute(4, 65).splitlines()
    lines[200] += "独角兽"
    attachment = Attachment(
        File("0" * 64, "预案.txt", "text/plain", 1), "\n".join([*["各镇应当做好防汛工作。" * 90] * 60, "火烈鸟"])
    )
    document = replace(make_document("long", "防汛办法", "\n".join(lines)), attachments=(attachment,))
    for word, at in (("独角兽", "200"), ("火烈鸟", "1-60")):
        marker = Marker(Text(word), analyzer)
        (lead,) = hit_view(document, marker, SearchForm(q=word)).leads
        address, anchor = lead.split("#")
        assert anchor == "at" and f"at={at}" in address
        page = document_page(document, marker, SearchForm(q=word), sought=read_place(MultiDict({"at": at})))
        (block,) = [each for section in page.sections for each in section.blocks if each.sought]
        assert block.marked and page.part > 2
    # A link from before a correction leads to the document all the same, and so does one that anybody made up.
    for told in ("99999", "7-1", "x", "-1", "1" * 400):
        page = document_page(document, marker, SearchForm(), sought=read_place(MultiDict({"at": told})))
        assert page.sections
    assert hit_view(document, marker, SearchForm(q="火烈鸟" * 60)).leads == [""]


def test_a_document_without_text_says_so_instead_of_showing_nothing(own: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    public = own.services.catalogue.public
    monkeypatch.setattr(type(own.services.catalogue), "public", lambda self, id: replace(public(id), text=""))
    page = own.client.get(f"/documents/{own.ids['预算.txt']}").text
    assert "本件没有可以显示的文字，请下载原件查看。" in page
    page = own.client.get(f"/documents/{own.ids['预算.txt']}?terminal=1").text
    assert "本件没有可以显示的文字，请向工作人员索取原件。" in page
