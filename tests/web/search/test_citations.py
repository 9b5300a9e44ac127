"""What a text cites leads to the documents that are public, and these say who cites them; nothing hidden is linked."""

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import event

from archive.decisions import review
from archive.document import Verdict
from indexer import sync
from tests.conftest import Installation, publish
from tests.web.conftest import Site, built, client_of
from web.search import citations

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page

LAW = "中华人民共和国政府信息公开条例"
LINES = (
    {"path": "条例.txt", "text": f"{LAW}\n\n第一条 为了公开。\n", "written_on": "2019-04-03"},
    {
        "path": "办法.txt",
        "text": "关于印发云溪县养犬办法的通知\n\n各镇：\n现将《云溪县养犬办法》印发给你们。\n",
        "number": "云政发〔2019〕12号",
        "written_on": "2019-05-01",
    },
    {"path": "旧办法.txt", "text": "云溪县养犬办法\n\n第一条 为了养犬。\n", "written_on": "2014-05-01"},
    {
        "path": "通知.txt",
        "text": "关于开展检查的通知\n\n按照《政府信息公开条例》《云溪县养犬办法》和云政发[2019]12号、"
        "云政发〔2019〕99号、"
        "《云溪县秘密方案》的要求，落实云政发〔2019〕12号。\n依据\t《云溪县秘密方案》\n文件\t云政发〔2019〕12号\n",
        "written_on": "2020-05-01",
    },
    {"path": "引用.txt", "text": "云溪县秘密汇报\n\n依据《云溪县养犬办法》。\n", "written_on": "2020-06-01"},
    {"path": "秘密.txt", "text": "云溪县秘密方案\n\n依据云政发〔2019〕12号。\n", "written_on": "2020-03-02"},
)


@pytest.fixture
def citing(tmp_path_factory: pytest.TempPathFactory, installation: Installation) -> Iterator[Site]:
    services, ids = built(tmp_path_factory.mktemp("citing"), installation, LINES)
    with closing(services):
        for name in ("条例.txt", "办法.txt", "旧办法.txt", "通知.txt", "引用.txt"):
            publish(services.catalogue, ids[name])
        sync.catch_up(services.catalogue, services.engine)
        yield Site(services, client_of(services), ids)


def text_of(site: Site, name: str) -> str:
    return site.client.get(f"/documents/{site.ids[name]}").text


def paper_of(page: str) -> str:
    return page.split('class="paper"')[1].split('class="archive"')[0]


def test_titles_and_numbers_in_a_text_are_links_to_what_is_public(citing: Site) -> None:
    ids, page = citing.ids, text_of(citing, "通知.txt")
    paper = paper_of(page)
    assert f'<a href="/documents/{ids["条例.txt"]}">《政府信息公开条例》</a>' in paper
    # Of two with the same name the newer one, each name once, in whatever spelling.
    assert f'<a href="/documents/{ids["办法.txt"]}">《云溪县养犬办法》</a>' in paper
    assert f'<a href="/documents/{ids["办法.txt"]}">云政发[2019]12号</a>' in paper
    assert len(re.findall('<a href="/documents/[^"]{12}">', paper)) == 3
    assert "云政发〔2019〕99号</a>" not in page and ids["秘密.txt"] not in page
    card = page.split('class="card"')[1].split("</dl>")[0]
    assert f'<a href="/documents/{ids["办法.txt"]}">云政发〔2019〕12号</a>、云政发〔2019〕99号' in card


def test_a_link_keeps_the_marks_within_it(citing: Site) -> None:
    page = citing.client.get(f"/documents/{citing.ids['通知.txt']}?q=养犬").text
    assert f'<a href="/documents/{citing.ids["办法.txt"]}">《云溪县<mark>养犬</mark>办法》</a>' in page
    assert "检索词出现在 1 处" in page


def test_a_document_lists_the_public_ones_that_cite_it(citing: Site) -> None:
    page = text_of(citing, "办法.txt").split('id="cited-by"')[1].split("</aside>")[0]
    assert re.findall(r'href="/documents/(\w+)"', page) == [citing.ids["引用.txt"], citing.ids["通知.txt"]]
    assert 'id="cited-by"' not in text_of(citing, "通知.txt")
    # A notice that issues something names that itself.
    assert citing.ids["办法.txt"] not in text_of(citing, "办法.txt").split('class="paper"')[1].split("<aside")[0]


def test_what_was_withdrawn_is_no_longer_linked_or_named_before_any_reindex(citing: Site) -> None:
    review.decide(citing.services.catalogue, citing.ids["引用.txt"], Verdict.WITHDRAW, "审查员", "有误")
    review.decide(citing.services.catalogue, citing.ids["条例.txt"], Verdict.WITHDRAW, "审查员", "有误")
    page = text_of(citing, "办法.txt")
    assert citing.ids["引用.txt"] not in page and "云溪县秘密汇报" not in page
    assert citing.ids["条例.txt"] not in text_of(citing, "通知.txt")


def test_all_names_are_looked_up_in_a_fixed_number_of_statements(citing: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    citing.services.names.current()
    engine = citing.services.catalogue._engine
    event.listen(engine, "before_cursor_execute", note)
    counts = []
    for names in (
        {"政府信息公开条例"},
        {"政府信息公开条例", "云溪县养犬办法", "云政发〔2019〕12号", *map(str, range(100))},
    ):
        said.clear()
        assert citations.named(citing.services, names)
        counts.append(len(said))
    event.remove(engine, "before_cursor_execute", note)
    assert counts[0] == counts[1] <= 8
