"""The desk's Flask application: its own port, its own sign-in, and no page without one."""

import weakref
from functools import partial

from flask import Flask, Response

from archive import pictures
from archive.decisions.worklist import Worklist
from archive.describe import taxonomy
from archive.document import REMARK
from archive.extract import Sandbox
from archive.intake import masked
from archive.pictures import Pictures
from archive.registers.everything import Everything
from archive.registers.requests.findable import FoundAgain
from archive.registers.staff import Staff
from web.http import visitor
from web.http.edition import design
from web.http.parameters import Number
from web.installation.services import Services, staff_engine
from web.staff.arriving import LARGEST_FORM, DeskRequest, forget, largest_body
from web.staff.attaching import attaching
from web.staff.books.amending import amending
from web.staff.books.disputing import disputing
from web.staff.books.handing import handing
from web.staff.books.monitored import monitored
from web.staff.books.pages import registers
from web.staff.books.proposing import proposing
from web.staff.books.reevaluating import reevaluating
from web.staff.books.replies import replies
from web.staff.bringing import bringing
from web.staff.comparing import comparing
from web.staff.correcting import correcting
from web.staff.deciding import deciding
from web.staff.documents import documents
from web.staff.entrance import entrance
from web.staff.forms import lost
from web.staff.guard import Desk, guard
from web.staff.managing import managing
from web.staff.masking import masking
from web.staff.mistakes import mistakes
from web.staff.nights import nights
from web.staff.pages import pages
from web.staff.preview import preview
from web.staff.queues import queues
from web.staff.readings import readings
from web.staff.recommending import recommending
from web.staff.requests.acting import acting
from web.staff.requests.answering import answering
from web.staff.requests.board import boards
from web.staff.requests.bundling import bundling
from web.staff.requests.entering import entering
from web.staff.requests.finding import finding
from web.staff.requests.lettering import lettering
from web.staff.requests.page import showing
from web.staff.requests.persons import persons
from web.staff.requests.prior import prior
from web.staff.requests.serving import serving
from web.staff.scheduling import scheduling
from web.staff.standing import standings
from web.staff.twins import twins
from web.staff.watching import watching
from web.staff.words import without_commands

# The order is that of the pages' menu, as far as they are in it.
PARTS = (
    entrance,
    queues,
    readings,
    bringing,
    documents,
    pages,
    comparing,
    preview,
    correcting,
    attaching,
    twins,
    masking,
    deciding,
    scheduling,
    standings,
    boards,
    entering,
    showing,
    persons,
    prior,
    finding,
    answering,
    lettering,
    bundling,
    serving,
    acting,
    registers,
    proposing,
    disputing,
    amending,
    reevaluating,
    handing,
    replies,
    monitored,
    recommending,
    managing,
    nights,
    watching,
    mistakes,
)
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer", with which browsers send forms as coming from nowhere.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def create_desk(installation: Services, staff: Staff) -> Flask:
    """Create the desk over one installation and its staff's database.

    It opens nothing itself but the processes that draw pages and read files: they start when first needed and end with
    it.
    """
    app = Flask("web")
    app.request_class = DeskRequest
    app.url_map.converters["int"] = Number
    app.extensions["gongkai"] = installation
    drawing = Sandbox(workers=2, limits=pictures.LIMITS)
    weakref.finalize(app, drawing.close)
    kept = Pictures(installation.blobs, drawing, installation.settings.data / pictures.FOLDER)
    lists = installation.settings.data / taxonomy.OWN_NAME
    working = Sandbox(workers=1, limits=masked.LIMITS, lists=lists)
    weakref.finalize(app, working.close)
    held = staff_engine(installation)
    weakref.finalize(app, held.close)
    catalogue = installation.catalogue
    app.extensions["gongkai-desk"] = Desk(
        staff,
        catalogue,
        Worklist(catalogue),
        kept,
        working,
        held,
        Everything(catalogue, [FoundAgain(staff, catalogue)]),
    )
    # By this the server refuses what is larger, before it is read.
    app.extensions["largest-body"] = partial(largest_body, staff)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FORM
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_FORM
    app.url_map.merge_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(site_name=installation.settings.site_name, remark=REMARK, lost=lost)
    app.jinja_env.filters["without_commands"] = without_commands
    # Failed sign-ins are counted by address, and forms are held against the host.
    visitor.trust(app, installation.settings.proxies)
    guard(app)
    for blueprint in PARTS:
        app.register_blueprint(blueprint)
    app.after_request(_headers)
    app.teardown_request(forget)
    app.context_processor(_context)
    return app


def _context() -> dict[str, object]:
    return {"static": lambda name: f"/static/{name}?v={design()}"}


def _headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.headers.get("Content-Type", "").startswith("text/html") or "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
