"""Books on 1 September 2026, and people who use them."""

from collections.abc import Callable
from datetime import date

import pytest

from archive.registers.books.book import Book, Spec
from archive.registers.requests.register import Actor
from archive.registers.staff import Staff
from archive.store.catalogue import Catalogue

CLERK = Actor("丁四", "clerk")
Open = Callable[[Spec], Book]


@pytest.fixture
def opened(staff: Staff, catalogue: Catalogue) -> Open:
    return lambda spec: Book(spec, staff, catalogue, lambda: date(2026, 9, 1))
