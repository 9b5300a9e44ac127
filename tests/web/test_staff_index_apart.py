"""The public process has no part in the staff's index: it opens nothing of it, and needs nothing of it."""

import sys
from contextlib import closing
from pathlib import Path

import pytest

from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.registers.everything import Everything
from archive.store.folder import STAFF_INDEX
from indexer import sync
from tests.conftest import publish
from web.app import create_app
from web.installation.services import Services, open_services, staff_engine

PAGES = ("/", "/search?q=防汛", "/api/search?q=防汛", "/suggest?q=防", "/healthz", "/browse", "/sitemap.xml")
_opened: list[str] = []


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("open", "os.listdir", "os.scandir", "os.readlink") and arguments:
        _opened.append(str(arguments[0]))


@pytest.fixture(scope="module")
def hook() -> None:
    """Note what is opened from now on. Such a hook stays and is called hundreds of times in each later test."""
    sys.addaudithook(_note)


@pytest.fixture
def archive(services: Services, tmp_path: Path) -> Services:
    """One document is public and one waits; both indexes are there."""
    with Sandbox(workers=1) as sandbox:
        intake = Intake(services.catalogue, services.blobs, sandbox, "甲一")
        for word in ("防汛", "防汛物资"):
            path = tmp_path / f"{word}.txt"
            path.write_text(f"关于{word}工作的通知\n\n请做好准备。\n", encoding="utf-8")
            id = str(intake.receive(Item(path, word)).document_id)
    publish(services.catalogue, id)
    sync.catch_up(services.catalogue, services.engine)
    with closing(staff_engine(services)) as engine:
        sync.follow(Everything(services.catalogue), engine)
        assert engine.count() == 2
    return services


def test_the_public_app_opens_no_file_of_it(archive: Services, hook: None) -> None:
    _opened.clear()
    with closing(open_services(archive.settings, serving=True)) as served:
        client = create_app(served).test_client()
        for page in PAGES:
            client.get(page)
    assert any("/index/" in path for path in _opened), "the hook saw nothing"
    assert [path for path in _opened if STAFF_INDEX in path] == []


def test_the_public_app_works_where_nothing_of_it_can_be_read(archive: Services) -> None:
    folder = archive.settings.data / STAFF_INDEX
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to("/nowhere/at/all")
    with closing(open_services(archive.settings, serving=True)) as served:
        answer = create_app(served).test_client().get("/search?q=防汛物资")
        assert answer.status_code == 200 and "<mark>防汛物资</mark>" in answer.text
