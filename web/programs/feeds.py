"""Files to take away: an Atom feed that keeps reporting what is new, and result lists and tables for a spreadsheet."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from flask import Blueprint, Response, abort, g, request

from archive.document import Attachment, Document
from archive.errors import UnknownDocument
from archive.store import publications
from archive.store.publications import Publication
from archive.tables import tables
from indexer.engine import Sort
from web.http.addresses import document_url
from web.http.current import absolute, services
from web.programs import xml
from web.programs.metadata import csv_lines, row
from web.programs.workbook import MEDIA_TYPE, workbook
from web.search.find import documents_of, ids_of
from web.search.params import PER_PAGE, SearchForm, read
from web.search.statistics import statistics

feeds = Blueprint("feeds", __name__)
ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 30
ROWS = 1000


@feeds.get("/search.atom")
def atom() -> Response:
    """Feed the latest publications and changes that a search finds. Without words, cover a column or everything."""
    form = replace(read(request.args), sort=None, page=1, per_page=PER_PAGE)
    found = _latest(form)
    documents = services().catalogue.public_many(each.id for each in found)
    root = xml.root(ATOM, "feed")
    root.set("{http://www.w3.org/XML/1998/namespace}lang", "zh-CN")
    name = services().settings.site_name
    xml.add(root, "title", f"{_described(form)} - {name}")
    here = absolute(form.address("/search.atom"))
    xml.add(root, "id", here)
    xml.add(root, "link", attributes={"rel": "self", "type": "application/atom+xml", "href": here})
    there = absolute(form.address())
    xml.add(root, "link", attributes={"rel": "alternate", "type": "text/html", "href": there})
    # Leave out documents withdrawn since the list was read.
    entries = [(documents[each.id], each.at) for each in found if each.id in documents]
    newest = max((at for _, at in entries), default=None) or datetime(1970, 1, 1, tzinfo=UTC)
    xml.add(root, "updated", _instant(newest))
    xml.add(xml.add(root, "author"), "name", name)
    for document, at in entries:
        _entry(root, document, at)
    return xml.answer(root, "application/atom+xml")


@feeds.get("/search.csv")
def table() -> Response:
    """Return the metadata of up to ``ROWS`` documents that a search finds, in the order of the result list."""
    if g.visitor.terminal:
        abort(403)
    form = read(request.args)
    documents = documents_of(services(), replace(form, page=1), ROWS)
    return _csv(csv_lines(row(each, absolute) for each in documents), "search.csv")


@feeds.get("/statistics.csv")
def counts() -> Response:
    """Return the counts of the statistics page, of all agencies."""
    if g.visitor.terminal:
        abort(403)
    rows = (("分类方式", "名称", "件数"), *((by, name, str(n)) for by, name, n in statistics(services()).rows))
    return _csv(csv_lines(rows, headed=False), "statistics.csv")


@feeds.get("/documents/<id>/tables/<int:number>.<any(csv, xlsx):kind>")
def own_table(id: str, number: int, kind: str) -> Response:
    """Return a table of a document's text. In CSV the places that a merged cell covers are empty but for the first."""
    return _table(services().catalogue.public(id), number, kind, f"{id}-{number}")


@feeds.get("/documents/<id>/attachments/<int:position>/tables/<int:number>.<any(csv, xlsx):kind>")
def attached_table(id: str, position: int, number: int, kind: str) -> Response:
    """Return a table of an attachment's text."""
    attachments = services().catalogue.public(id).attachments
    if not 1 <= position <= len(attachments):
        raise UnknownDocument(id)
    return _table(attachments[position - 1], number, kind, f"{id}-{position}-{number}")


def _table(part: Document | Attachment, number: int, kind: str, name: str) -> Response:
    if g.visitor.terminal:
        abort(403)
    found = tables(part)
    if not 1 <= number <= len(found):
        abort(404)
    if kind == "csv":
        return _csv(csv_lines(found[number - 1].rows, headed=False), f"{name}.csv")
    response = Response(workbook(found[number - 1]), content_type=MEDIA_TYPE)
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.xlsx")
    return response


def _csv(lines: Iterable[str], name: str) -> Response:
    # Without the byte order mark, spreadsheets assume the machine's own encoding.
    response = Response("\ufeff" + "".join(lines), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _latest(form: SearchForm) -> list[Publication]:
    """Return a feed's publications, latest first. A document published today may have a date of any year.

    If a search finds more than ``ROWS`` documents, only those with the newest dates are considered.
    """
    catalogue = services().catalogue
    columns = form.filters.get("column", ())
    if replace(form, filters={}) == SearchForm() and set(form.filters) <= {"column"} and len(columns) < 2:
        return publications.latest(catalogue, ENTRIES, *columns)
    found = publications.of_each(catalogue, ids_of(services(), replace(form, sort=Sort.NEWEST), ROWS)).values()
    public = (each for each in found if each.public)
    return sorted(public, key=lambda each: -each.sequence)[:ENTRIES]


def _entry(root: xml.Element, document: Document, at: datetime) -> None:
    metadata = document.metadata
    entry = xml.add(root, "entry")
    address = absolute(document_url(document.id))
    xml.add(entry, "title", metadata.title)
    xml.add(entry, "id", address)
    xml.add(entry, "link", attributes={"rel": "alternate", "type": "text/html", "href": address})
    xml.add(entry, "updated", _instant(at))
    if metadata.published_on:
        xml.add(entry, "published", f"{metadata.published_on}T00:00:00+08:00")
    if metadata.issuer:
        xml.add(xml.add(entry, "author"), "name", metadata.issuer)
    if metadata.column:
        xml.add(entry, "category", attributes={"term": metadata.column})
    summary = " ".join(document.text.split())
    xml.add(entry, "summary", summary[:200], {"type": "text"})


def _described(form: SearchForm) -> str:
    chosen = [value for values in form.filters.values() for value in values]
    return "、".join([*([f"检索{form.quoted}"] if form.q else []), *chosen]) or "最新公开"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
