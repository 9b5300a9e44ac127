"""Answers that a browser, a harvester or a cache has already: told by the edition, before anything is worked out.

A validator is of one address, one look and one edition. A page says ``no-cache`` to browsers, which then ask each time;
to the web server in front it says how long it may keep it *for this edition* (see ``docs/nginx.conf``, which asks
``/edition`` at each request), so that a withdrawal is out of that cache the moment it is acknowledged.
"""

import hashlib

from flask import Response, g, request

from web.http.current import services
from web.http.edition import Edition, edition
from web.http.visitor import SWITCHES, Visitor

# What shows the collection. Originals have validators of their own, and health is always asked for.
_EDITED = frozenset({"pages", "browse", "api", "feeds", "discovery", "harvest"})
# In seconds. An edition lasts for a day at most.
_KEPT = 3600


def begin() -> Response | None:
    """Before a page is worked out: its edition, or the answer that it has not changed."""
    if request.blueprint not in _EDITED:
        return None
    g.edition = edition(services())
    if request.method not in ("GET", "HEAD") or _own():
        return None
    tag = _tag(g.edition, g.visitor)
    known = request.if_none_match
    # Not "*": whether there is anything at this address is not known yet.
    if not known.star_tag and known.contains_weak(tag):
        return _kept(Response(status=304))
    return None


def finish(response: Response) -> Response:
    """After it: what tells this answer from a later one."""
    if request.blueprint in _EDITED and response.status_code == 200 and not _own():
        _kept(response)
        if "Last-Modified" in response.headers:
            response.make_conditional(request)
    return response


def forbid_caching() -> None:
    """This answer is to be asked for each time: it counts something, or holds what is of this moment."""
    g.uncacheable = True


def _own() -> bool:
    """Whether this answer is only for who asks now."""
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
