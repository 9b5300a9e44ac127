"""The Flask application."""

from flask import Flask, Response, current_app
from flask.json.provider import DefaultJSONProvider

from web.services import Services

# connect-src is for suggestions, which the page's script asks this site for.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def create_app(services: Services) -> Flask:
    """An application over one installation; it opens nothing itself."""
    from web.api import api
    from web.errors import errors
    from web.pages import pages

    app = Flask(__name__)
    app.extensions["gongkai"] = services
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["site_name"] = services.settings.site_name
    app.json = _Json(app)
    for blueprint in (pages, api, errors):
        app.register_blueprint(blueprint)
    app.after_request(_headers)
    return app


def services() -> Services:
    """The installation that the current request is about."""
    found: Services = current_app.extensions["gongkai"]
    return found


class _Json(DefaultJSONProvider):
    """Chinese as itself, keys in the order they were given."""

    ensure_ascii = False
    sort_keys = False


def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    # A withdrawal takes effect at once: nothing but style and script may come from a cache unasked.
    if not response.headers.get("Cache-Control"):
        response.headers["Cache-Control"] = "no-cache"
    return response
