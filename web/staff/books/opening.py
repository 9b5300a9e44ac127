"""The books as the desk opens them."""

from collections.abc import Mapping

from archive.registers.books import proposals
from archive.registers.books.book import Book, Spec
from web.http.current import services
from web.staff.guard import desk

# In the order of the first page.
SPECS: tuple[Spec, ...] = (proposals.SPEC,)


def book(spec: Spec) -> Book:
    return Book(spec, desk().staff, services().catalogue)


def figures(spec: Spec, year: int | None = None) -> tuple[int, Mapping[str, str]]:
    """Return a book's figures of a year, or of the newest that it has; of this year if it has none."""
    opened = book(spec)
    every = [each.facts for each in opened.all()]
    year = year or max(map(spec.year, every), default=opened.today().year)
    return year, dict(spec.figures(year, every))
