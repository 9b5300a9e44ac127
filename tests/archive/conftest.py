"""An archive to take files into."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.extract import Sandbox
from archive.intake.receive import Intake
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from tests.conftest import NewDatabase


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


@pytest.fixture
def url(database: NewDatabase) -> str:
    """Return the URL of the catalogue's database."""
    return database()


@pytest.fixture
def catalogue(url: str, tmp_path: Path) -> Iterator[Catalogue]:
    opened = Catalogue(url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


@pytest.fixture
def intake(catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox) -> Intake:
    return Intake(catalogue, blobs, sandbox, actor="收文员")


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Return a function that writes a text file below a folder of incoming files and returns its path."""

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / "incoming" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write_file
