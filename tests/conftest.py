"""What all tests share: an analyzer (its dictionary is loaded once), an empty installation, made-up documents."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from archive import review
from archive.catalogue import Catalogue
from archive.document import Document, File, Metadata, Validity
from archive.settings import Settings
from indexer.analyzer import Analyzer
from web.services import Services, open_services

MakeDocument = Callable[..., Document]


@pytest.fixture(scope="session")
def analyzer(tmp_path_factory: pytest.TempPathFactory) -> Analyzer:
    return Analyzer(tmp_path_factory.mktemp("jieba"))


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = open_services(Settings.at(tmp_path / "data"))
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
