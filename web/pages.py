"""The public pages."""

import logging

from flask import Blueprint, Response, redirect, render_template, request, send_file
from werkzeug.wrappers import Response as WerkzeugResponse

from archive.document import Document, File
from archive.errors import BadQuery, IndexUnusable, UnknownDocument
from indexer.query import Everything, Query
from indexer.snippets import Marker
from web.app import services
from web.params import SearchForm, read
from web.reading import document_page
from web.search import find, home, interpreted, note_gap, related, similar

log = logging.getLogger(__name__)
pages = Blueprint("pages", __name__)


@pages.get("/")
def index() -> str:
    return render_template("home.html", page=home(services()))


@pages.get("/search")
def search() -> str | WerkzeugResponse:
    form = read(request.args)
    page = find(services(), form)
    if page.form.page > page.pages:
        # A page past the end, from an old link: the last one there is.
        return redirect(form.turned(page.pages).address())
    note_gap(services(), page)
    return render_template("search.html", page=page)


@pages.get("/documents/<id>")
def document(id: str) -> str:
    found = services().catalogue.public(id)
    form = read(request.args)
    marker = Marker(_marked(form), services().analyzer)
    back_url = form.address() if form.pairs() else None
    page = document_page(found, marker, back_url, _similar(id), related(services(), id))
    return render_template("document.html", page=page)


@pages.get("/documents/<id>/original")
def original(id: str) -> Response:
    return _send(services().catalogue.public(id).file)


@pages.get("/documents/<id>/attachments/<int:position>")
def attachment(id: str, position: int) -> Response:
    parts = services().catalogue.public(id).attachments
    if not 1 <= position <= len(parts):
        raise UnknownDocument(id)
    return _send(parts[position - 1].file)


@pages.get("/help")
def help() -> str:
    return render_template("help.html")


@pages.get("/healthz")
def healthz() -> Response:
    services().engine.count()
    return Response("ok\n", mimetype="text/plain")


def _similar(id: str) -> list[Document]:
    """Documents like this one; none while there is no index, since the document itself can be read without."""
    try:
        return similar(services(), id)
    except IndexUnusable as error:
        log.error("%s: %s", type(error).__name__, error)
        return []


def _marked(form: SearchForm) -> Query:
    """What to mark in a document; nothing for words that no search would take."""
    try:
        return interpreted(services(), form).query
    except BadQuery:
        return Everything()


def _send(file: File) -> Response:
    """An original as a download under its own name, once its bytes are found to be what was stored."""
    blobs = services().blobs
    blobs.verify(file.digest)
    response = send_file(
        blobs.path(file.digest),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.name,
        etag=file.digest,
    )
    # When the bytes were kept first may have been with another document, which is hidden.
    del response.headers["Last-Modified"]
    return response
