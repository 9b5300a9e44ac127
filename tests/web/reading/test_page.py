"""A document's page: long texts in parts, places with searched words, versions, validity, and the printed sheet."""

import json
import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest

from archive.decisions import review, validity
from archive.document import Attachment, File, Place, Validity, Verdict
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.manifest import place, read_manifest
from archive.intake.receive import Intake, Result
from indexer import sync
from indexer.analyzer import Analyzer
from indexer.query import Everything, Or, Text
from indexer.snippets import Marker
from tests.conftest import Mould, make_document, publish
from tests.web.conftest import Site
from web.http.parameters import BadParameter
from web.reading.blocks import PAGE
from web.reading.page import DocumentPage, cite, document_page
from web.search.params import SearchForm

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page


def long_document(paragraphs: int) -> str:
    return "\n".join(f"第{n}条 {'各镇人民政府应当做好防汛工作。' * 8}" for n in range(paragraphs))


def text_of(page: DocumentPage) -> str:
    return "\n".join(
        "".join(piece.text for piece in block.text) for section in page.sections for block in section.blocks
    )


def test_the_card_is_in_the_order_of_the_catalogue(site: Site) -> None:
    page = site.client.get(f"/documents/{site.ids['低保.txt']}").text
    labels = re.findall(r"<dt>(.+?)</dt>", page)
    assert labels[:6] == ["主题", "发布机构", "成文日期", "公开日期", "文号", "是否有效"]


def test_a_long_text_stands_on_several_pages_and_nothing_is_lost(analyzer: Analyzer) -> None:
    document = make_document("long", "防汛办法", long_document(400))
    marker = Marker(Text("第399条"), analyzer)
    first = document_page(document, marker, SearchForm(q="第399条"))
    pages = [document_page(document, marker, SearchForm(), part) for part in range(1, len(first.parts) + 1)]
    assert len(pages) > 3
    assert "\n".join(map(text_of, pages)) == document.text
    assert all(len(text_of(page).encode()) <= PAGE for page in pages)
    assert text_of(document_page(document, marker, SearchForm(), 0)) == document.text
    # The only place is on the last page, and the first page links to it.
    assert (first.marked, first.marked_here, first.marks, first.before) == (1, 0, [], None)
    assert first.after and first.after.url == f"/documents/long?q=%E7%AC%AC399%E6%9D%A1&part={len(pages)}#m1"
    assert pages[-1].after is None and [each.url for each in pages[-1].marks] == ["#m1"]
    # The whole text on one page is a single section, so that its anchors are unique.
    assert [section.begins for section in document_page(document, marker, SearchForm(), 0).sections] == [True]
    assert first.whole_url and first.whole_url.endswith("part=all")
    with pytest.raises(BadParameter, match=f"只有 {len(pages)} 页"):
        document_page(document, marker, SearchForm(), len(pages) + 1)


def test_a_table_longer_than_a_page_goes_on_with_its_heading(analyzer: Analyzer) -> None:
    rows = "\n".join(f"第{n}户\t{'甲' * 20}\t补助{n}元" for n in range(1500))
    document = make_document("table", "名册", f"户名\t地址\t金额\n{rows}独角兽")
    first = document_page(document, Marker(Text("独角兽"), analyzer), SearchForm())
    assert len(first.parts) > 1
    seen = []
    for part in range(1, len(first.parts) + 1):
        page = document_page(document, Marker(Text("独角兽"), analyzer), SearchForm(), part)
        for section in page.sections:
            for block in section.blocks:
                heading, *body = [["".join(piece.text for piece in cell.pieces) for cell in row] for row in block.rows]
                assert heading == ["户名", "地址", "金额"]
                seen += [row[0] for row in body]
    assert seen == [f"第{n}户" for n in range(1500)]
    assert first.marked == 1


def test_every_place_is_reached_from_page_to_page(analyzer: Analyzer) -> None:
    document = make_document("long", "防汛办法", long_document(400))
    marker = Marker(Text("防汛"), analyzer)
    page = document_page(document, marker, SearchForm())
    parts, reached, back = len(page.parts), 0, []
    for part in range(1, parts + 1):
        page = document_page(document, marker, SearchForm(), part)
        numbers = [block.mark for section in page.sections for block in section.blocks if block.mark]
        assert numbers == list(range(reached + 1, reached + page.marked_here + 1))
        assert [each.number for each in page.marks] == numbers[:30]
        if page.before:
            back.append(page.before.number)
            assert page.before.number == reached
        reached += page.marked_here
        assert (page.after.number if page.after else 0) == (reached + 1 if part < parts else 0)
    assert reached == page.marked == 400 and len(back) == parts - 1


def test_a_paragraph_longer_than_a_page_is_cut_after_a_sentence(analyzer: Analyzer) -> None:
    sentence = "各镇人民政府应当做好防汛工作。"
    document = make_document("one", "办法", sentence * 4000 + "无句号" * 9000)
    marker = Marker(Text("防汛"), analyzer)
    first = document_page(document, marker, SearchForm())
    pages = [document_page(document, marker, SearchForm(), part) for part in range(1, len(first.parts) + 1)]
    blocks = [block for page in pages for section in page.sections for block in section.blocks]
    assert "".join(piece.text for block in blocks for piece in block.text) == document.text
    assert all(block.weight <= PAGE // 2 + 100 for block in blocks)
    assert "".join(piece.text for piece in blocks[0].text).endswith("。")


def test_a_sparse_or_a_wide_table_goes_onto_pages_too(analyzer: Analyzer) -> None:
    sparse = "\n".join(["年份" + "\t" * 41 + "合计"] * 300)
    wide = "\t" * 2000 + "\n" + "一\t二\n" * 300
    for rows in (sparse, wide):
        document = make_document("table", "表", rows)
        whole = document_page(document, Marker(Everything(), analyzer), SearchForm(), 0)
        pieces = [block for section in whole.sections for block in section.blocks]
        assert len(whole.parts) > 1
        assert all(block.weight <= 54_000 for block in pieces)
        assert sum(len(block.rows) - 1 for block in pieces) == len(rows.splitlines()) - 1


def test_no_page_of_a_long_document_is_heavy(own: Site, tmp_path: object) -> None:
    path = own.services.settings.data / "长.txt"
    path.write_text("云溪县防汛办法\n\n" + long_document(900), encoding="utf-8")
    with Sandbox() as sandbox:
        taken = Intake(own.services.catalogue, own.services.blobs, sandbox, "收文员").receive(Item(path, "长", {}))
    publish(own.services.catalogue, str(taken.document_id))
    sync.catch_up(own.services.catalogue, own.services.engine)
    address = f"/documents/{taken.document_id}"
    page = own.client.get(f"{address}?q=防汛工作")
    last = max(int(n) for n in re.findall(r"part=(\d+)", page.text))
    for part in (1, 2, last):
        assert len(own.client.get(f"{address}?q=防汛工作&part={part}").data) <= 60 * 1024
    assert own.client.get(f"{address}?part={last + 1}").status_code == 400
    assert own.client.get(f"{address}?part=all").text.count("各镇人民政府应当做好防汛工作") == 900 * 8
    assert re.search(r"检索词出现在 900 处，本页 \d+ 处，列出前 30 处", page.text)
    # A printed part says that it is a part, and links to the whole text.
    assert f"这是全文 {last} 页中的第 1 页" in page.text and "part=all#print" in page.text
    # How much paper that takes is said before it is printed: 900 lines of 8 times 15 characters.
    assert 115 <= int(*re.findall(r"打印全文（约 (\d+) 页纸）", page.text)) <= 135
    assert "这是全文" not in own.client.get(f"{address}?part=all").text


def test_places_with_searched_words_are_listed_and_reached(site: Site) -> None:
    page = site.client.get(f"/documents/{site.ids['低保.txt']}?q=最低生活保障").text
    places = re.findall(r'<a href="#m(\d+)" aria-label="第 \d+ 处，([^"]+)">', page)
    assert [int(number) for number, _ in places] == list(range(1, len(places) + 1))
    assert places[-1][1] == "附件《申请表.txt》"
    assert all(f'id="m{number}"' in page for number, _ in places)
    table = site.client.get(f"/documents/{site.ids['预算.txt']}?q=120万元").text
    assert "<td><mark>120万元</mark></td>" in table or "<mark>120万元</mark></th>" in table


def test_a_place_says_its_page_and_table(analyzer: Analyzer) -> None:
    attachment = Attachment(
        File("0" * 64, "收支表.pdf", "application/pdf", 1),
        "单位概况\n公用经费\t12.5\n公务接待从简",
        places=(Place(0, "第 1 页"), Place(1, "第 3 页 表 1"), Place(2, "第 4 页")),
    )
    document = replace(make_document("places", "预算", "公用经费不变。"), attachments=(attachment,))
    page = document_page(document, Marker(Or((Text("公用经费"), Text("公务接待"))), analyzer), SearchForm())
    labels = [each.label for each in page.marks]
    assert labels == ["正文", "附件《收支表.pdf》第 3 页 表 1", "附件《收支表.pdf》第 4 页"]


def test_a_repealed_document_names_what_repealed_it(own: Site) -> None:
    old, new = own.ids["旧办法.txt"], own.ids["低保.txt"]
    validity.record(own.services.catalogue, old, Validity.REPEALED, "经办人", "新办法", date(2019, 9, 20), by_id=new)
    page = own.client.get(f"/documents/{old}").text
    assert re.search(rf'已废止</strong>依据《<a href="/documents/{new}">关于印发', page)
    # A withdrawn document is not named.
    review.decide(own.services.catalogue, new, Verdict.WITHDRAW, "审查员", "含个人信息")
    assert "依据《" not in own.client.get(f"/documents/{old}").text


def test_a_corrected_document_tells_its_versions(own: Site, mould: Mould) -> None:
    id = own.ids["预算.txt"]
    assert "版本</h2>" not in own.client.get(f"/documents/{id}").text
    folder = own.services.settings.data.parent
    (folder / "预算.txt").write_text("云溪县财政局2020年部门预算\n\n更正后的预算。\n", encoding="utf-8")
    with Sandbox() as sandbox:
        intake = Intake(own.services.catalogue, own.services.blobs, sandbox, "收文员")
        # The files keep their first source.
        lines = read_manifest(folder / "manifest.jsonl")
        items = [replace(item, source=place(mould.folder / item.path.name)) for item in lines]
        outcomes = list(intake.receive_all(items))
    assert [each.document_id for each in outcomes if each.result is Result.CHANGED] == [id]
    assert "第 2 版" not in own.client.get(f"/documents/{id}").text
    publish(own.services.catalogue, id)
    page = own.client.get(f"/documents/{id}").text
    assert re.search(r"第 2 版，.*公开（当前）", page) and "已由后来的版本更正" in page


def test_a_document_can_be_cited_and_taken_home(site: Site) -> None:
    id = site.ids["低保.txt"]
    document = site.services.catalogue.public(id)
    assert cite(document) == (
        "云溪县人民政府：《关于印发云溪县最低生活保障实施办法的通知》（云政发〔2019〕6号），2019年9月20日"
    )
    page = site.client.get(f"/documents/{id}").text
    assert cite(document) in page and f"http://localhost/documents/{id}" in page
    assert re.search(r'<svg role="img" aria-label="[^"]+"', page)
    assert "已归档" in page and "存入档案" in page
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    told = json.loads(data)
    assert told["@type"] == "DigitalDocument" and told["dateCreated"] == "2019-09-20"
    assert told["identifier"] == ["云政发〔2019〕6号"]


def test_the_sheet_says_what_identifies_the_copy(site: Site) -> None:
    id = site.ids["低保.txt"]
    sheet = site.client.get(f"/documents/{id}/sheet").text
    for said in (id, "云政发〔2019〕6号", f"http://localhost/documents/{id}", "取得时间", "内容概述"):
        assert said in sheet
    assert site.services.catalogue.public(id).file.digest in sheet
    assert site.client.get(f"/documents/{site.ids['待审.txt']}/sheet").status_code == 404
    assert site.client.get(f"/documents/{site.ids['撤回.txt']}/sheet").status_code == 410


def test_a_number_that_was_asked_for_is_answered_first(site: Site) -> None:
    page = site.client.get("/search?q=云政发[2019]6号").text
    assert re.search(r'id="number">云政发〔2019〕6号</h2>\s*<p class="sentence"><a href="/documents/', page)
    assert 'id="number"' not in site.client.get("/search?q=云政发〔2019〕6号 申请").text
    assert 'id="number"' not in site.client.get("/search?q=云政发〔2019〕6号&sort=newest").text


def test_help_says_which_filter_to_drop_and_what_that_gives(site: Site) -> None:
    page = site.client.get("/search?q=最低生活保障&issuer=云溪县财政局&genre=通知").text
    assert "没有找到" in page
    relief = re.search(r'<a href="([^"]+)">去掉“发布机构：云溪县财政局”</a>，有 2 件', page)
    assert relief
    assert "<strong>2</strong>" in site.client.get(relief[1].replace("&amp;", "&")).text
    assert "去掉“文件类型：通知”" not in page


def test_the_code_reads_back_as_the_address(site: Site) -> None:
    """Compare the path in the SVG with the one that segno draws for the same address."""
    import segno

    from web.citizens import qr

    address = "https://gongkai.example/documents/abc"
    out = BytesIO()
    segno.make_qr(address, error="m").save(out, kind="svg", border=4, omitsize=True)
    (path,) = re.findall(r' d="([^"]+)"', out.getvalue().decode())
    assert path in qr.drawn(address, "码")
    assert 'aria-label="&lt;码&gt;"' in qr.drawn(address, "<码>")
