"""An archive to take files into."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.extract import Sandbox
from archive.intake.receive import Intake
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from tests.conftest import Databases, Mould, NewDatabase

Write = Callable[[str, str], Path]
Fill = Callable[[Catalogue, Intake, Write], dict[str, str]]
Moulding = Callable[[Fill], Mould]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


@pytest.fixture(scope="session")
def moulding(tmp_path_factory: pytest.TempPathFactory, databases: Databases, sandbox: Sandbox) -> Moulding:
    """Return a function that makes a mould of what another puts into an archive; that returns the ids by name."""

    def made(fill: Fill) -> Mould:
        folder = tmp_path_factory.mktemp("mould")
        url = databases.new(folder / "catalogue.sqlite3")
        with closing(Catalogue(url, folder)) as catalogue:
            ids = fill(catalogue, Intake(catalogue, Blobs(folder / "blobs"), sandbox, "收文员"), _writer(folder))
        return Mould(folder, url, ids)

    return made


@pytest.fixture(scope="module")
def mould() -> Mould | None:
    """Return what the module's tests that ask for ``ids`` or ``id`` find in their archive; a module may have one."""
    return None


@pytest.fixture
def url(
    request: pytest.FixtureRequest, database: NewDatabase, databases: Databases, mould: Mould | None, tmp_path: Path
) -> str:
    """Return the URL of the catalogue's database: of one like the module's mould, or of a new one."""
    if mould and {"id", "ids"} & {*request.fixturenames}:
        return mould.copied(tmp_path, databases)
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
def write(tmp_path: Path) -> Write:
    """Return a function that writes a text file below a folder of incoming files and returns its path."""
    return _writer(tmp_path)


def _writer(folder: Path) -> Write:
    def write_file(name: str, text: str) -> Path:
        path = folder / "incoming" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write_file
