"""The Flask application."""

import weakref

from flask import Flask, Response, g, request, url_for
from flask.json.provider import DefaultJSONProvider
from flask_compress import Compress

from archive import pictures
from archive.extract import Sandbox
from archive.pictures import Pictures
from web.citizens.application import application
from web.citizens.browse import browse
from web.citizens.files import files
from web.citizens.likenesses import DRAWN, PATIENCE, likenesses
from web.citizens.pages import pages
from web.http import conditional, visitor
from web.http.current import absolute, services
from web.http.edition import design
from web.http.errors import errors
from web.http.health import health
from web.http.limits import limit
from web.http.metrics import observe
from web.http.parameters import Number
from web.http.together import Together
from web.installation.services import Services
from web.programs.api import api
from web.programs.bulk import bulk
from web.programs.discovery import discovery
from web.programs.feeds import feeds
from web.programs.harvest import harvest
from web.search.params import kept

# connect-src lets the page's script fetch suggestions from this site.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_PACKED = [
    *("text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml", "text/plain", "text/csv"),
    *("application/json", "application/ld+json", "application/xml", "text/xml", "application/atom+xml"),
    "application/opensearchdescription+xml",
]
_FOR_EVER = "public, max-age=31536000, immutable"


def create_app(installation: Services, together: Together | None = None) -> Flask:
    """Create an application over one installation. It counts with the processes that it serves ``together`` with.

    It opens nothing itself but the process that draws recognised pages, which starts when one is first asked for.
    """
    app = Flask(__name__)
    together = together or Together()
    app.extensions["gongkai"] = installation
    drawing = Sandbox(workers=1, limits=pictures.LIMITS)
    weakref.finalize(app, drawing.close)
    app.extensions[DRAWN] = Pictures(
        installation.blobs, drawing, installation.settings.data / pictures.FOLDER, patience=PATIENCE
    )
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.config["COMPRESS_ALGORITHM"] = ["gzip"]
    app.config["COMPRESS_STREAMS"] = False
    app.config["COMPRESS_MIMETYPES"] = _PACKED
    # "/browse//columns" must not lead to a page.
    app.url_map.converters["int"] = Number
    app.url_map.merge_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(site_name=installation.settings.site_name, county=installation.county)
    app.json = _Json(app)
    visitor.trust(app, installation.settings.proxies)
    # After-request handlers run in reverse order: validators, headers, compression, and finally the log.
    app.extensions["metrics"] = observe(app, installation, together)
    Compress(app)
    app.before_request(_know_visitor)
    app.after_request(_headers)
    limit(app, installation.settings, together)
    app.before_request(_remember_choice)
    app.before_request(conditional.begin)
    app.after_request(conditional.finish)
    shown = (pages, application, browse, files, likenesses)
    for blueprint in (*shown, bulk, api, feeds, discovery, harvest, health, errors):
        app.register_blueprint(blueprint)
    app.context_processor(_context)
    return app


class _Json(DefaultJSONProvider):
    """JSON with Chinese characters unescaped and keys in insertion order."""

    ensure_ascii = False
    sort_keys = False


def _know_visitor() -> None:
    """Identify the visitor first, so that even an error page has the look they chose."""
    g.visitor = visitor.known(request, services().settings)


def _remember_choice() -> None:
    if request.endpoint != "static" and not visitor.SWITCHES.isdisjoint(request.args):
        g.visitor = visitor.switched(g.visitor, request, services().settings)
        g.chosen = True


def _context() -> dict[str, object]:
    def static(name: str) -> str:
        """Return a static file's address, which changes with the file so that a browser may keep it for ever."""
        return url_for("static", filename=name, v=design())

    def switch(**steps: int) -> str:
        # An error page repeats nothing of its address, so that hidden and unknown documents look alike.
        known = request.url_rule is not None and not g.get("failed", False)
        return visitor.address_with(request.path if known else "/", kept(request.args) if known else "", steps)

    return {"visitor": g.visitor, "edition": g.get("edition"), "static": static, "switch": switch, "absolute": absolute}


def _headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    if request.endpoint == "pages.forget":
        # Even after an error, the next person at a terminal must find nothing left by this one.
        response.delete_cookie(visitor.COOKIE)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    elif g.get("chosen", False):
        visitor.remember(response, request, g.visitor)
    if request.endpoint == "static" and request.args.get("v") == design() and response.status_code in (200, 304):
        response.headers["Cache-Control"] = _FOR_EVER
    elif g.visitor.terminal and request.endpoint != "static":
        # The next person at this terminal must not find what this one read.
        response.headers["Cache-Control"] = "no-store"
    # A withdrawal takes effect at once, so only style and script may come from a cache without revalidation.
    elif not response.headers.get("Cache-Control"):
        response.headers["Cache-Control"] = "no-cache"
    return response
