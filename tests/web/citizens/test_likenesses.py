"""What a machine recognised is public only with the word that it did, and with the picture of its page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from archive.decisions import review
from archive.document import Verdict
from archive.errors import ExtractionFailed
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.pictures import Pictures
from archive.store.recognitions import Recognitions
from indexer import fields, sync
from tests.archive.extract.ofds import write_scan
from tests.archive.extract.pictures.files import pdf
from tests.archive.test_recognition import Fake
from tests.conftest import publish
from tests.web.conftest import client_of
from web.citizens import likenesses
from web.installation.services import Services

# What pages look like, which is alike over any database.
pytestmark = pytest.mark.page

NOTE = "本页文字由机器识别，可能有误"


@pytest.fixture
def visitor(services: Services) -> Iterator[FlaskClient]:
    client = client_of(services)
    yield client
    drawing_of(client)._sandbox.close()


def drawing_of(client: FlaskClient) -> Pictures:
    found: Pictures = client.application.extensions[likenesses.DRAWN]
    return found


@pytest.fixture
def id(services: Services, tmp_path: Path) -> str:
    """A public document whose first page is a scan and was recognised; so was each attachment's only page."""
    (tmp_path / "a.pdf").write_bytes(pdf([], ["第二页本来就有文字，不必识别。"], scans=(1,)))
    (tmp_path / "b.pdf").write_bytes(pdf([], title="b", scans=(1,)))
    write_scan(tmp_path / "c.ofd")
    with Sandbox(workers=1) as sandbox, Fake(Recognitions.beside(services.blobs)) as fake:
        intake = Intake(services.catalogue, services.blobs, sandbox, "收文员", recogniser=fake)
        id = intake.receive(Item(tmp_path / "a.pdf", "a", {}, (tmp_path / "b.pdf", tmp_path / "c.ofd"))).document_id
    assert id
    return id


@pytest.fixture
def client(services: Services, visitor: FlaskClient, id: str) -> FlaskClient:
    assert visitor.get(f"/documents/{id}/pages/0/1.png").status_code == 404, "it is not public yet"
    publish(services.catalogue, id)
    sync.catch_up(services.catalogue, services.engine)
    return visitor


def test_the_page_says_so_where_it_is_and_shows_the_picture(client: FlaskClient, id: str) -> None:
    page = client.get(f"/documents/{id}").text
    assert page.count(NOTE) == 3
    assert f'<img src="/documents/{id}/pages/0/1.png" alt="正文第 1 页的图像" loading="lazy"' in page
    assert f'<img src="/documents/{id}/pages/1/1.png" alt="附件 1第 1 页的图像"' in page
    for address in ("0/1", "1/1", "2/1"):
        picture = client.get(f"/documents/{id}/pages/{address}.png")
        assert picture.status_code == 200 and picture.data.startswith(b"\x89PNG")
        assert picture.headers["Cache-Control"] == "no-cache"
    # No other page is drawn for strangers.
    for address in ("0/2", "0/3", "1/2", "2/2", "3/1"):
        assert client.get(f"/documents/{id}/pages/{address}.png").status_code == 404


def test_programs_are_told_too(client: FlaskClient, id: str) -> None:
    answer = client.get(f"/api/v1/documents/{id}").get_json()
    assert (answer["recognised"], answer["recognised_pages"]) == (True, [1])
    assert [(part["recognised"], part["recognised_pages"]) for part in answer["attachments"]] == [(True, [1])] * 2
    assert answer["sources"]["number"] == "题下（机器识别，请核对）"


def test_it_is_found_and_ranks_a_little_lower(client: FlaskClient, services: Services, id: str) -> None:
    (hit,) = client.get("/api/v1/search?q=各社区居民委员会").get_json()["hits"]
    assert hit["id"] == id
    entry = fields.entry(services.catalogue.public(id), services.analyzer)
    assert entry.prior == fields.RECOGNISED_PRIOR < 1


@pytest.fixture
def silent(services: Services, tmp_path: Path) -> str:
    """A public document of two pages without any text, with an attachment of two pages that has text on each."""
    (tmp_path / "a.pdf").write_bytes(pdf([], [], scans=(1, 2)))
    (tmp_path / "b.pdf").write_bytes(pdf(["附件第一页写着石榴。"], ["附件第二页写着\t核桃。"]))
    with Sandbox(workers=1) as sandbox:
        intake = Intake(services.catalogue, services.blobs, sandbox, "收文员")
        id = intake.receive(Item(tmp_path / "a.pdf", "a", {"title": "扫描的公告"}, (tmp_path / "b.pdf",))).document_id
    assert id
    publish(services.catalogue, id)
    sync.catch_up(services.catalogue, services.engine)
    return id


def test_what_has_no_text_is_looked_at_page_by_page(visitor: FlaskClient, silent: str) -> None:
    at = f"/documents/{silent}/pages"
    page = visitor.get(f"/documents/{silent}").text
    assert "没有可以检索的文字" in page and f'src="{at}/0/1.png"' in page and f'href="{at}/0/1"' in page
    leaf = visitor.get(f"{at}/0/1").text
    assert "第 1 页，共 2 页" in leaf and f'href="{at}/0/2"' in leaf and "上一页" not in leaf and "noindex" in leaf
    assert f'<img class="leaf" src="{at}/0/1.png" alt="原件第 1 页的图像">' in leaf and "本页没有可以检索的文字" in leaf
    assert visitor.get(f"{at}/0/2.png").data.startswith(b"\x89PNG")
    assert [visitor.get(f"{at}/{each}").status_code for each in ("0/0", "0/3", "0/3.png", "2/1")] == [404] * 4
    assert not list(drawing_of(visitor)._folder.rglob("*.failed")), "no page that the file doesn't have was tried"
    # What has text is read, or fetched as a file.
    assert visitor.get(f"{at}/1/1").status_code == visitor.get(f"{at}/1/1.png").status_code == 404


def test_a_terminal_which_has_no_downloads_shows_the_pages_of_any_pdf(visitor: FlaskClient, silent: str) -> None:
    at = f"/documents/{silent}/pages"
    page = visitor.get(f"/documents/{silent}?terminal=1").text
    assert f'href="{at}/1/1">逐页看附件 1 的原样' in page and f'href="{at}/0/1">逐页看原件（PDF）' in page
    leaf = visitor.get(f"{at}/1/2").text
    assert "附件第二页写着" in leaf and "石榴" not in leaf and f'href="{at}/1/1"' in leaf and "下一页" not in leaf
    assert visitor.get(f"{at}/1/2.png").headers["Cache-Control"] == "no-store"


def test_pictures_are_gone_with_the_document(services: Services, visitor: FlaskClient, silent: str) -> None:
    at = f"/documents/{silent}/pages"
    kept = {"If-None-Match": visitor.get(f"{at}/0/1.png").headers["ETag"]}
    assert visitor.get(f"{at}/0/1.png", headers=kept).status_code == 304
    review.decide(services.catalogue, silent, Verdict.WITHDRAW, "审查员", "含个人信息")
    for address in (f"{at}/0/1.png", f"{at}/0/1"):
        assert visitor.get(address, headers=kept).status_code == 410
    assert visitor.get(f"{at}/1/1?terminal=1").status_code == 410


def test_one_picture_is_made_at_a_time(visitor: FlaskClient, silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at = f"/documents/{silent}/pages"
    drawing = drawing_of(visitor)
    monkeypatch.setattr(drawing, "_patience", 0)
    with drawing._turn:
        for address in (f"{at}/0/1.png", f"{at}/0/1"):
            answer = visitor.get(address)
            assert answer.status_code == 503 and "请稍候再试" in answer.text
    leaf = visitor.get(f"{at}/0/1")
    assert leaf.status_code == 200
    # What is kept needs no turn.
    with drawing._turn:
        assert visitor.get(f"{at}/0/1").status_code == 200


def test_a_file_that_cant_be_drawn_says_what_to_do(visitor: FlaskClient, silent: str) -> None:
    at = f"/documents/{silent}/pages"
    sandbox = drawing_of(visitor)._sandbox
    with pytest.MonkeyPatch.context() as patch:

        def failing(*about: object, **more: object) -> object:
            raise ExtractionFailed("这一页已损坏，画不出来。请核对原件。")

        patch.setattr(sandbox, "make", failing)
        answer = visitor.get(f"{at}/0/1")
    page = answer.text
    assert "ETag" not in answer.headers, "it is tried again later, with the collection as it was"
    assert "这一页已损坏，画不出来" in page and "请下载原件查看" in page and "<img class" not in page
