"""What all tests share: an analyzer (its dictionary is loaded once), an empty installation, made-up documents."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from archive import review
from archive.catalogue import Catalogue
from archive.document import Document, File, Metadata, Validity
from archive.settings import Settings
from indexer.analyzer import Analyzer
from web.services import Services, open_services

MakeDocument = Callable[..., Document]
NewDatabase = Callable[[], str]
# A server where the tests of the catalogue may make databases of their own.
POSTGRESQL = os.environ.get("GONGKAI_TEST_POSTGRESQL")
in_a_file = pytest.mark.skipif(bool(POSTGRESQL), reason="about the file of a SQLite database")


@pytest.fixture(scope="session")
def analyzer(tmp_path_factory: pytest.TempPathFactory) -> Analyzer:
    return Analyzer(tmp_path_factory.mktemp("jieba"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[NewDatabase]:
    """Gives URLs of new databases: SQLite files, or with GONGKAI_TEST_POSTGRESQL of a server databases there."""
    server = POSTGRESQL
    made: list[str] = []

    def new() -> str:
        name = f"gongkai_test_{uuid4().hex[:12]}"
        made.append(name)
        if not server:
            return f"sqlite:///{tmp_path}/{name if len(made) > 1 else 'catalogue'}.sqlite3"
        _on_server(server, f"CREATE DATABASE {name}")
        return make_url(server).set(database=name).render_as_string(hide_password=False)

    yield new
    if server:
        for name in made:
            _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def services(tmp_path: Path, database: NewDatabase) -> Iterator[Services]:
    settings = Settings.at(tmp_path / "data")
    if POSTGRESQL:
        settings = replace(settings, database_url=database())
    opened = open_services(settings)
    yield opened
    opened.close()


def publish(catalogue: Catalogue, id: str, reviewer: str = "审查员", reason: str = "") -> None:
    """Make the newest version of a document public, with all that the rules ask for."""
    with catalogue.writing() as connection:
        review.vouch(connection, id, reviewer, reason or "一事一审")


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
