"""What a machine recognised is public only with the word that it did, and with the picture of its page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store.recognitions import Recognitions
from indexer import fields, sync
from tests.archive.extract.ofds import write_scan
from tests.archive.extract.pictures.files import pdf
from tests.archive.test_recognition import Fake
from tests.conftest import publish
from tests.web.conftest import client_of
from web.installation.services import Services

# What pages look like, which is alike over any database.
pytestmark = pytest.mark.page

NOTE = "本页文字由机器识别，可能有误"


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
def client(services: Services, id: str) -> Iterator[FlaskClient]:
    made = client_of(services)
    assert made.get(f"/documents/{id}/pages/0/1.png").status_code == 404, "it is not public yet"
    publish(services.catalogue, id)
    sync.catch_up(services.catalogue, services.engine)
    yield made


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
