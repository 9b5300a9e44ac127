"""Rate limits by address, so that one program does not keep everyone else waiting.

Terminals are exempt because many people share one. So is this machine: behind a web server that does not pass on client
addresses, everybody would otherwise count as one. The limit holds over all processes that serve together.
"""

from ipaddress import IPv6Address, ip_address

from flask import Flask, abort, request

from web.http import visitor
from web.http.together import Together
from web.http.visitor import stands_at_terminal
from web.installation.settings import Settings

_FREE = frozenset({"static", "health.healthz", "health.readyz", "health.edition", None})


def limit(app: Flask, settings: Settings, together: Together) -> None:
    """Answer 429 to an address that asks for more than ``settings.rate`` in a minute."""
    if not settings.rate:
        return

    @app.before_request
    def count() -> None:
        # Go by the address, since anybody can claim to be a terminal.
        asking = request.remote_addr
        if request.endpoint in _FREE or stands_at_terminal(asking, settings) or _is_loopback(asking):
            return
        # A moving minute allows no burst at the turn of one.
        if not together.admit(_counted(), settings.rate):
            abort(429)


def _counted() -> str:
    """Return the address a request is counted under; for IPv6, only its /64 network.

    Whoever has one IPv6 address has all the others in its /64 (RFC 6177).
    """
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return visitor.NOBODY
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or address.packed[:8].hex())


def _is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
