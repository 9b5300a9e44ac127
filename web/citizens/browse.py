"""Browsing without a search: by column, agency, year, and series of document numbers."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TypeAlias

from flask import Blueprint, render_template, request

from archive.chinese.dates import office_today
from archive.describe import docnumber
from archive.describe.docnumber import NumberKind
from archive.document import LAPSED, Validity
from archive.errors import UnknownDocument
from archive.plain import one_line
from archive.store import publications
from archive.store.catalogue import Catalogue
from indexer.asking.parse import MAX_LENGTH
from web.http.addresses import document_url
from web.http.current import services
from web.http.parameters import whole
from web.installation.services import Services
from web.search.find import overview
from web.search.results import has_in_order
from web.search.statistics import years as charted_years

browse = Blueprint("browse", __name__, url_prefix="/browse")
# Rows of a series on one page, chosen to keep it under 60 KB.
_ROWS = 150
# Agencies on one page, likewise.
_AGENCIES = 150
# A series counts from 1. A serial above this counts something else.
_LAST = 5000
# Numbers, ids and titles of public documents by serial: one for each, or several where a number was given twice.
Held: TypeAlias = Mapping[int, Sequence[tuple[str, str, str]]]
_CANONICAL = re.compile(r"(?P<code>[^〔〕]{1,20})〔(?P<year>\d{4})〕(?P<serial>[1-9]\d{0,3})号")


@dataclass(frozen=True, slots=True)
class Series:
    """The numbers of one code and year: 云政发〔2019〕."""

    code: str
    year: int
    count: int
    last: int

    @property
    def url(self) -> str:
        return f"/browse/numbers/{self.code}/{self.year}"


@dataclass(frozen=True, slots=True)
class Row:
    """A number of a series with its document, or a gap: no number from ``first`` to ``last`` is public."""

    first: int
    last: int
    number: str = ""
    title: str = ""
    id: str = ""
    validity: str = ""
    lapsed: bool = False

    @property
    def url(self) -> str:
        return document_url(self.id) if self.id else ""


@browse.get("/columns")
def columns() -> str:
    return render_template("browse.html", facet=overview(services()).facet("column"))


@browse.get("/issuers")
def issuers() -> str:
    typed = one_line(request.args.get("q", ""))[:MAX_LENGTH]
    all_of_them = overview(services()).facet("issuer").values
    named = [each for each in all_of_them if has_in_order(each.label, typed)]
    pages = max(1, -(-len(named) // _AGENCIES))
    page = whole(request.args, "page", 1, 1, pages, "页码")
    return render_template(
        "issuers.html",
        **{"typed": typed, "page": page, "pages": pages, "count": len(named), "all": len(all_of_them)},
        values=named[(page - 1) * _AGENCIES : page * _AGENCIES],
    )


@browse.get("/years")
def years() -> str:
    return render_template("years.html", chart=charted_years(overview(services())))


@browse.get("/numbers")
def numbers() -> str:
    by_code: dict[str, list[Series]] = defaultdict(list)
    for each in series(services()):
        by_code[each.code].append(each)
    return render_template("numbers.html", by_code=by_code)


@browse.get("/numbers/<code>/<int:year>")
def number_series(code: str, year: int) -> str:
    held = _held(services()).get((code, year))
    if held is None:
        raise UnknownDocument(f"{code}〔{year}〕")
    found = rows(held)
    pages = -(-len(found) // _ROWS)
    page = whole(request.args, "page", 1, 1, pages, "页码")
    return render_template(
        "series.html",
        **{"code": code, "year": year, "page": page, "pages": pages, "count": _count(held), "last": max(held)},
        rows=_given_out(found[(page - 1) * _ROWS : page * _ROWS]),
    )


def series(services: Services) -> list[Series]:
    """List every series with a public document, by code and then newest year first."""
    found = [Series(code, year, _count(held), max(held)) for (code, year), held in _held(services).items()]
    return sorted(found, key=lambda each: (each.code, -each.year))


def rows(held: Held) -> list[Row]:
    """List a series from 1 to its last public number. Each run of missing numbers becomes one row."""
    found: list[Row] = []
    before = 0
    for serial in sorted(held):
        if serial > before + 1:
            found.append(Row(before + 1, serial - 1))
        found += [Row(serial, serial, number, title, id) for number, id, title in held[serial]]
        before = serial
    return found


def _given_out(shown: Sequence[Row]) -> list[Row]:
    """Return the gaps, and the documents that the catalogue gives out: not what was only written into the database."""
    public = services().catalogue.public_many(row.id for row in shown if row.id)
    return [
        _standing(row, public[row.id].metadata.validity) if row.id else row
        for row in shown
        if not row.id or (row.id in public and one_line(public[row.id].metadata.title) == row.title)
    ]


def _standing(row: Row, validity: Validity | None) -> Row:
    return replace(row, validity=validity.value, lapsed=validity in LAPSED) if validity else row


def _count(held: Held) -> int:
    return sum(map(len, held.values()))


def _held(services: Services) -> Mapping[tuple[str, int], Held]:
    return _series_of(services.catalogue, services.catalogue.last_change(), office_today())


@lru_cache(maxsize=2)
def _series_of(catalogue: Catalogue, _change: int, _today: date) -> dict[tuple[str, int], Held]:
    """Return the numbers, ids and titles of public documents by code, year and serial, as of a change and a day."""
    found: dict[tuple[str, int], dict[int, list[tuple[str, str, str]]]] = defaultdict(lambda: defaultdict(list))
    for text, id, title in publications.numbers(catalogue):
        canonical = _CANONICAL.fullmatch(text)
        if canonical and _counts_documents(canonical["code"]) and int(canonical["serial"]) <= _LAST:
            found[canonical["code"], int(canonical["year"])][int(canonical["serial"])].append((text, id, title))
    return {key: dict(series) for key, series in found.items()}


@lru_cache(maxsize=10_000)
def _counts_documents(code: str) -> bool:
    """Tell whether numbers with this code belong to documents. Case numbers look the same."""
    number = docnumber.find(f"{code}〔2019〕1号")
    return len(number) == 1 and number[0].kind is NumberKind.DOCUMENT and number[0].agency == code
