"""The books as the desk opens them."""

import re
from collections.abc import Mapping

from flask import request

from archive.registers.books import corrections, findings, handovers, openings, proposals, reevaluations
from archive.registers.books.book import Book
from archive.registers.books.spec import Spec
from web.http.current import services
from web.staff.guard import desk

# In the order of the first page.
SPECS: tuple[Spec, ...] = (
    *(proposals.SPEC, corrections.SPEC, reevaluations.SPEC, handovers.SPEC, openings.SPEC, findings.SPEC),
)


def sent_form() -> dict[str, str]:
    """Return the form that was sent, but for its token."""
    return {name: value for name, value in request.form.items() if name != "csrf"}


def asked_year() -> int | None:
    """Return the year that is asked for; None for none, or for anything else."""
    said = request.args.get("year", "").strip()
    return int(said) if re.fullmatch(r"(19|20)\d\d", said, re.ASCII) else None


def book(spec: Spec) -> Book:
    return Book(spec, desk().staff, services().catalogue)


def figures(spec: Spec, year: int | None = None) -> tuple[int, Mapping[str, str]]:
    """Return a book's figures of a year, or of the newest that it has; of this year if it has none."""
    opened = book(spec)
    year = year or next(iter(opened.years()), opened.today().year)
    return year, dict(spec.figures(year, opened.of_year(year)))
