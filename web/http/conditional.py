"""Conditional requests: the edition tells, before any work is done, whether a client already has the answer.

A validator belongs to one address, one look and one edition. A page tells browsers ``no-cache``, so they ask each time.
It tells the web server in front how long to keep it *for this edition*. That server asks ``/edition`` at each request
(see ``docs/nginx.conf``), so a withdrawn document leaves its cache the moment the withdrawal is acknowledged.
"""

import hashlib

from flask import Response, g, request

from web.http.current import services
from web.http.edition import Edition, edition
from web.http.visitor import SWITCHES, Visitor

# Blueprints that show the collection. Originals have their own validators, and health is never cached.
_EDITED = frozenset({"pages", "browse", "api", "feeds", "discovery", "harvest", "likenesses"})
# In seconds. An edition lasts a day at most.
_KEPT = 3600


def begin() -> Response | None:
    """Note the edition before a page is made, and answer 304 if the client already has it."""
    if request.blueprint not in _EDITED:
        return None
    g.edition = edition(services())
    if request.method not in ("GET", "HEAD") or _own():
        return None
    tag = _tag(g.edition, g.visitor)
    known = request.if_none_match
    # "*" can't be answered: it is not yet known whether anything exists at this address.
    if not known.star_tag and known.contains_weak(tag):
        return _kept(Response(status=304))
    return None


def finish(response: Response) -> Response:
    """Add the validator that tells this answer from a later one."""
    if request.blueprint in _EDITED and response.status_code == 200 and not _own():
        _kept(response)
        if "Last-Modified" in response.headers:
            response.make_conditional(request)
    return response


def forbid_caching() -> None:
    """Make clients ask for this answer each time, because it is counted or true only at this moment."""
    g.uncacheable = True


def _own() -> bool:
    """Tell whether this answer is only for the current visitor."""
    visitor: Visitor = g.visitor
    return visitor.terminal or g.get("uncacheable", False) or not SWITCHES.isdisjoint(request.args)


def _kept(response: Response) -> Response:
    response.set_etag(_tag(g.edition, g.visitor), weak=True)
    response.headers["X-Accel-Expires"] = str(_KEPT)
    response.vary.add("Cookie")
    return response


def _tag(edition: Edition, visitor: Visitor) -> str:
    about = edition.token, visitor.display.cookie, request.full_path
    return hashlib.sha256("\n".join(about).encode("utf-8", "surrogateescape")).hexdigest()[:24]
