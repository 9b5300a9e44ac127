"""What all tests share: an analyzer (its dictionary is loaded once), an empty installation, made-up documents."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from cProfile import Profile
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from archive.decisions import review
from archive.document import Document, File, Metadata, Validity
from archive.store.catalogue import Catalogue
from indexer.analyzer import Analyzer
from web.installation.services import Services, open_services
from web.installation.settings import Settings

MakeDocument = Callable[..., Document]
NewDatabase = Callable[[], str]
Installation = Callable[[Path], Settings]
# A server where the tests of the catalogue may make databases of their own.
POSTGRESQL = os.environ.get("GONGKAI_TEST_POSTGRESQL", "")
in_a_file = pytest.mark.skipif(POSTGRESQL != "", reason="about the file of a SQLite database")


@pytest.fixture(scope="session")
def analyzer(tmp_path_factory: pytest.TempPathFactory) -> Analyzer:
    return Analyzer(tmp_path_factory.mktemp("jieba"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[NewDatabase]:
    """Gives URLs of new databases: SQLite files, or with GONGKAI_TEST_POSTGRESQL of a server databases there."""
    numbers = count()
    with _databases() as make:
        yield lambda: make(tmp_path / f"catalogue{next(numbers) or ''}.sqlite3")


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """Gives the settings of installations in folders, with new databases as ``database`` has them."""
    with _databases() as make:
        yield lambda data: replace(Settings.at(data), database_url=make(data / "catalogue.sqlite3"))


@contextmanager
def _databases() -> Iterator[Callable[[Path], str]]:
    """Gives the URL of a new database, in a file if it is one of SQLite."""
    with ExitStack() as made:

        def make(file: Path) -> str:
            if not POSTGRESQL:
                return f"sqlite:///{file}"
            name = f"gongkai_test_{uuid4().hex}"
            _on_server(f"CREATE DATABASE {name}")
            made.callback(_on_server, f"DROP DATABASE {name} WITH (FORCE)")
            return make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)

        yield make


def _on_server(statement: str) -> None:
    engine = create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def services(tmp_path: Path, installation: Installation) -> Iterator[Services]:
    opened = open_services(installation(tmp_path / "data"))
    yield opened
    opened.close()


def publish(catalogue: Catalogue, id: str, reviewer: str = "审查员", reason: str = "") -> None:
    """Make the newest version of a document public, with all that the rules ask for."""
    with catalogue.writing() as connection:
        review.add_vouching(connection, id, reviewer, reason or "一事一审")


def calls(function: Callable[[], object]) -> int:
    """How many calls a piece of work makes: what it costs where a clock would measure the machine."""
    profile = Profile()
    profile.runcall(function)
    return sum(int(each.callcount) for each in profile.getstats())


def make_document(
    id: str,
    title: str,
    text: str = "",
    *,
    number: str | None = None,
    others: tuple[str, ...] = (),
    cited: tuple[str, ...] = (),
    issuer: str | None = None,
    genre: str | None = None,
    topic: str | None = None,
    column: str | None = None,
    written_on: date | None = None,
    validity: Validity | None = None,
) -> Document:
    """A document as the catalogue hands it out."""
    return Document(
        id=id,
        version=1,
        metadata=Metadata(
            title=title,
            number=number,
            other_numbers=others,
            issuer=issuer,
            genre=genre,
            topic=topic,
            column=column,
            written_on=written_on,
            validity=validity,
            cited_numbers=cited,
        ),
        file=File("0" * 64, f"{title}.txt", "text/plain", len(text)),
        text=text,
    )
