"""Books on 1 September 2026, and people who use them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.registers.books.book import Book
from archive.registers.books.spec import Spec
from archive.registers.requests.request import Actor
from archive.registers.staff import Staff
from archive.store.catalogue import Catalogue

CLERK = Actor("丁四", "clerk")
Bring = Callable[..., str]
Open = Callable[[Spec], Book]


@pytest.fixture
def opened(staff: Staff, catalogue: Catalogue) -> Open:
    return lambda spec: Book(spec, staff, catalogue, lambda: date(2026, 9, 1))


@pytest.fixture
def bring(intake: Intake, tmp_path: Path) -> Bring:
    """Return a function that takes in a text from a source of its own, and returns the document's id."""

    def brought(name: str, text: str) -> str:
        path = tmp_path / f"{name}.txt"
        path.write_text(text, encoding="utf-8")
        return str(intake.receive(Item(path, name)).document_id)

    return brought
