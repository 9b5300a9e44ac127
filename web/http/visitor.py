"""What a page depends on about its visitor: the look they chose, and whether they are at a public query terminal.

A link on every page (``?elder=1``) chooses a look, and a cookie keeps it. The cookie holds the choice and nothing that
distinguishes one visitor from another.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Flask, Request, Response
from werkzeug.http import parse_list_header
from werkzeug.middleware.proxy_fix import ProxyFix

from web.http.parameters import BadParameter
from web.installation.settings import Settings, within

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

COOKIE = "display"
TERMINAL_COOKIE = "terminal"
_YEAR = 365 * 24 * 3600
# The address of everybody whose address can't be read: one client together, and none that is spared anything.
NOBODY = "unknown"
_BRACKETED = re.compile(r"\[([^\]]*)\](?::\d*)?")


@dataclass(frozen=True, slots=True)
class Display:
    """How pages look. ``elder`` has large type and targets in one column. ``size`` is 0 to 2 steps of larger type.

    ``simple`` leaves out everything around a page's one purpose.
    """

    elder: int = 0
    contrast: int = 0
    size: int = 0
    simple: int = 0

    @property
    def classes(self) -> str:
        """Return CSS classes for this look: "elder contrast size-2"."""
        switched = [name for name in ("elder", "contrast", "simple") if getattr(self, name)]
        return " ".join([*switched, *([f"size-{self.size}"] if self.size else [])])

    @property
    def cookie(self) -> str:
        """Return one digit for each field ("1020"). Few spellings mean few pages in a cache."""
        return "".join(str(getattr(self, field.name)) for field in fields(self))

    @classmethod
    def of_cookie(cls, text: str) -> "Display":
        """Read such a cookie. Anything else gives the plain look."""
        digits = [int(each) for each in text if each in "012"]
        if len(digits) != len(text) or len(text) != len(_MOST) or any(map(int.__gt__, digits, _MOST.values())):
            return cls()
        return cls(*digits)


_MOST = {"elder": 1, "contrast": 1, "size": 2, "simple": 1}
SWITCHES = frozenset({*_MOST, "terminal"})


@dataclass(frozen=True, slots=True)
class Visitor:
    display: Display = Display()
    terminal: bool = False

    @property
    def classes(self) -> str:
        """Return CSS classes for the look, and for a touch screen."""
        touched = ["touch"] if self.terminal or self.display.elder else []
        return " ".join([*self.display.classes.split(), *touched, *(["terminal"] if self.terminal else [])])


def known(request: Request, settings: Settings) -> Visitor:
    """Identify the visitor by their earlier choice and their location."""
    terminal = request.cookies.get(TERMINAL_COOKIE) == "1" or stands_at_terminal(request.remote_addr, settings)
    return Visitor(Display.of_cookie(request.cookies.get(COOKIE, "")), terminal)


def switched(before: Visitor, request: Request, settings: Settings) -> Visitor:
    """Apply the choices in this request to the visitor. Raises BadParameter."""
    display, terminal = before.display, before.terminal
    for name, most in _MOST.items():
        if name in request.args:
            display = replace(display, **{name: _step(name, request.args[name], most)})
    if "terminal" in request.args:
        terminal = bool(_step("terminal", request.args["terminal"], 1)) or stands_at_terminal(
            request.remote_addr, settings
        )
    return Visitor(display, terminal)


def remember(response: Response, request: Request, visitor: Visitor) -> None:
    """Keep this request's choices in cookies."""
    keep = partial(response.set_cookie, httponly=True, samesite="Lax", secure=request.is_secure)
    if "terminal" in request.args:
        # A session cookie: a phone that followed such a link is back to normal tomorrow.
        keep(TERMINAL_COOKIE, str(int(visitor.terminal)))
    # At a terminal the choice lasts only until the next person.
    age = None if visitor.terminal else _YEAR
    keep(COOKIE, visitor.display.cookie, max_age=age)


def address_with(path: str, query: str, switch: Mapping[str, int]) -> str:
    """Return this page's address with some choices switched. ``query`` is what it keeps of its parameters, quoted."""
    steps = [f"{name}={step}" for name, step in switch.items()]
    return f"{quote(path)}?{'&'.join([*([query] if query else []), *steps])}"


def _step(name: str, text: str, most: int) -> int:
    if text not in [str(step) for step in range(most + 1)]:
        raise BadParameter(f"显示设置“{name}”的值“{text[:20]}”无效，应为 0 到 {most} 之间的整数。")
    return int(text)


def trust(app: Flask, proxies: int) -> None:
    """Let an application believe what so many web servers of one's own in front of it say of the visitor."""
    if proxies:
        # Flask's own way of wrapping an application, which its types forbid.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            addressed(app.wsgi_app, proxies), x_for=proxies, x_proto=proxies, x_host=proxies
        )


def addressed(app: "WSGIApplication", proxies: int) -> "WSGIApplication":
    """Wrap an application so that the visitor's address is one, whatever the web servers in front have passed on.

    What is no address, or passed fewer of them than there are, is asked by NOBODY.
    """

    def asked(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        passed = environ.get("HTTP_X_FORWARDED_FOR", "")
        lacking = bool(passed) and len(parse_list_header(passed)) < proxies
        environ["REMOTE_ADDR"] = (not lacking and address_of(environ.get("REMOTE_ADDR", ""))) or NOBODY
        return app(environ, start_response)

    return asked


def address_of(text: str) -> str | None:
    """Return the address in an element of ``X-Forwarded-For``, which may have a port; None if it has none.

    >>> address_of("192.0.2.7:5432"), address_of("[2001:db8::7]:5432"), address_of("::ffff:192.0.2.7"), address_of("x")
    ('192.0.2.7', '2001:db8::7', '192.0.2.7', None)
    """
    told = text.strip().strip('"')
    if bracketed := _BRACKETED.fullmatch(told):
        told = bracketed[1]
    elif told.count(":") == 1:
        told = told.partition(":")[0]
    try:
        found = ip_address(told)
    except ValueError:
        return None
    return str(found.ipv4_mapped or found) if isinstance(found, IPv6Address) else str(found)


def stands_at_terminal(address: str | None, settings: Settings) -> bool:
    """Tell whether an address is one of the configured terminals."""
    return within(address, settings.terminals)
