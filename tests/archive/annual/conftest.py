"""The book in which units' figures are kept, on a day of its own."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from archive.annual.handed_in import SPEC
from archive.registers.books.book import Book
from archive.registers.staff import Staff
from archive.store.catalogue import Catalogue
from tests.conftest import Databases


@pytest.fixture
def book(tmp_path: Path, databases: Databases, catalogue: Catalogue) -> Iterator[Book]:
    with closing(Staff(databases.staff(tmp_path / "staff.sqlite3"), catalogue.keys)) as staff:
        yield Book(SPEC, staff, catalogue, lambda: date(2022, 1, 20))
