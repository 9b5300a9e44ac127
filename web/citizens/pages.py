"""The public pages."""

import logging
from contextlib import suppress
from dataclasses import replace

from flask import Blueprint, Response, abort, current_app, g, jsonify, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as WerkzeugResponse

from archive.chinese.dates import office_now, office_today
from archive.document import Document
from archive.plain import one_line
from archive.store import publications
from indexer.errors import BadQuery, IndexUnusable
from indexer.query import Everything, Query
from indexer.snippets import Marker
from web.citizens import qr
from web.citizens.keyboard import words_by_cost
from web.http import conditional
from web.http.addresses import document_url
from web.http.current import absolute, services
from web.http.parameters import BadParameter
from web.http.visitor import Visitor
from web.installation.county import QueryPoint
from web.reading.page import described, document_page, sheet_page
from web.search.citations import cited_by, named
from web.search.find import find, interpreted, note_gap, related, similar
from web.search.home import home
from web.search.in_force import ended_by, instead
from web.search.params import MAX_VALUE, TYPED_DAYS, SearchForm, read, read_part, read_place
from web.search.results import sought
from web.search.statistics import statistics as counted

log = logging.getLogger(__name__)
pages = Blueprint("pages", __name__)


@pages.get("/")
def index() -> str:
    return render_template("home.html", page=home(services()))


@pages.get("/search")
def search() -> str | WerkzeugResponse:
    form = read(request.args)
    if not TYPED_DAYS.isdisjoint(request.args):
        # The fields of a day are put together in the address.
        return redirect(form.address())
    page = find(services(), form)
    if page.form.page > page.pages:
        # An old link may lead past the end: show the last page instead.
        return redirect(form.turned(page.pages).address(), 301)
    if (name := request.args.get("facet")) and (typed := one_line(request.args.get("like", ""))[:MAX_VALUE]):
        conditional.forbid_caching()
        page = replace(page, facets=[sought(each, typed) if each.name == name else each for each in page.facets])
    elif not page.total or page.relaxed:
        # Each such search must be counted, and a cache would hide repeats.
        conditional.forbid_caching()
        note_gap(services(), page)
    return render_template("search.html", page=page)


@pages.get("/documents/<id>")
def document(id: str) -> str:
    opened = services()
    found = opened.catalogue.public(id)
    form, part = _carried(), read_part(request.args)
    ending = ended_by(opened, id)
    page = document_page(
        found,
        Marker(_marked(form), opened.analyzer),
        form,
        part,
        similar=_similar(id),
        relations=related(opened, id),
        versions=publications.approved_versions(opened.catalogue, id),
        ended_by=ending,
        instead=None if ending else instead(opened, found),
        cited_by=cited_by(opened, found),
        look=lambda names: named(opened, names, but=id),
        sought=read_place(request.args),
    )
    code = qr.drawn(absolute(page.url), "用手机扫描，打开这份文件")
    return render_template("document.html", page=page, code=code, described=described(found, absolute(page.url)))


@pages.get("/documents/<id>/useful")
def useful(id: str) -> str | WerkzeugResponse:
    """Count whether a document's page was of use, and thank. What is counted is in ``Opinions``."""
    conditional.forbid_caching()
    found = services().catalogue.public(id)
    if (said := request.args.get("answer")) is None:
        return render_template("thanks.html", back=document_url(found.id))
    if said not in ("yes", "no"):
        raise BadParameter("请在文件页上选“有用”或者“没用”。")
    if _meant():
        services().opinions.say(found.id, said == "yes", office_today())
    # So that reloading the page counts nothing.
    return redirect(f"{document_url(found.id)}/useful")


def _meant() -> bool:
    """Tell whether a reader pressed it: not what asks for headers, fetches ahead, or comes from another site."""
    elsewhere = request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin"
    return request.method == "GET" and not elsewhere and "Sec-Purpose" not in request.headers


@pages.get("/documents/<id>/sheet")
def sheet(id: str) -> str:
    """Show one sheet to print: what the document is, where to find it, and how to recognise a copy."""
    conditional.forbid_caching()
    page = sheet_page(services().catalogue.public(id))
    code = qr.drawn(absolute(document_url(id)), "用手机扫描，打开这份文件")
    return render_template("sheet.html", page=page, code=code, now=office_now())


@pages.get("/statistics")
def statistics() -> str:
    """Show how many documents are public, by year, column, agency, genre and validity."""
    return render_template("statistics.html", counted=counted(services()))


@pages.get("/forget")
def forget() -> str:
    """Show the first page to the next person at a terminal. Its headers make the browser forget (see ``web.app``)."""
    conditional.forbid_caching()
    g.visitor = Visitor(terminal=g.visitor.terminal)
    return index()


@pages.get("/keyboard.json")
def keyboard() -> Response:
    """Return the words that a terminal's keyboard knows beside those of the language."""
    return jsonify(words_by_cost(services()))


@pages.get("/offline")
def offline() -> str:
    """Return what a terminal keeps, to show while the server can't be reached."""
    if not g.visitor.terminal:
        abort(404)
    return render_template("offline.html", here=_here())


@pages.get("/terminal-worker.js")
def worker() -> Response:
    """Return the script by which a terminal shows that page. It works for all addresses below its own."""
    if not g.visitor.terminal:
        abort(404)
    return current_app.send_static_file("terminal-worker.js")


@pages.get("/help")
def help() -> str:
    return render_template("help.html", here=_here())


@pages.get("/guide")
def guide() -> str:
    """Explain how to request what is not published here, and where to ask in person."""
    return render_template("guide.html")


@pages.get("/about")
def about() -> str:
    return render_template("about.html", total=services().catalogue.public_count())


@pages.get("/en")
def english() -> str:
    """Tell readers of English what this service is, how to search it, and whom to ask."""
    return render_template("en.html", total=services().catalogue.public_count())


@pages.get("/accessibility")
def accessibility() -> str:
    return render_template("accessibility.html")


def _here() -> QueryPoint | None:
    """Return where the terminal stands that asks."""
    return services().county.standing(request.remote_addr) if g.visitor.terminal else None


def _carried() -> SearchForm:
    """Return the search that led to a document. Parameters added by sites that share links are ignored."""
    for arguments in (request.args, MultiDict({"q": request.args.get("q", "")})):
        with suppress(BadParameter, BadQuery):
            return read(arguments)
    return SearchForm()


def _similar(id: str) -> list[Document]:
    """Find documents like this one. Without an index there are none: the document itself can still be read."""
    try:
        return similar(services(), id)
    except IndexUnusable as error:
        log.error("%s: %s", type(error).__name__, error)
        return []


def _marked(form: SearchForm) -> Query:
    """Return what to mark in a document: nothing for words that a search would refuse."""
    try:
        return interpreted(services(), form).query
    except BadQuery:
        return Everything()
