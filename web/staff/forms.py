"""What forms carry so that one sent twice makes one thing, and none acts on what its page did not show or is lost."""

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from secrets import token_hex

from flask import request
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict

from web.http.parameters import number

_TOKEN = re.compile("[0-9a-f]{32}")
# Fields of forms in which nobody types, and those that name what was ticked.
_CHOSEN = frozenset(
    "act version last once state do letter serves record records search forced sure at disclosure outcome settlement"
    " how role mask".split()
)
_TICKED = "mark-"


# What was typed into a form, of a field that repeats each value.
Typed = MultiDict[str, str]


def sent() -> Typed:
    """Return what the form of this request holds, but for the proof that the desk made it."""
    return Typed((name, value) for name, value in request.form.items(multi=True) if name != "csrf")


def token_of(form: Mapping[str, str]) -> str:
    """Return the token of a form, by which it is known when it comes again; "" if that isn't whole."""
    token = form.get("once", "")
    return token if _TOKEN.fullmatch(token) else ""


def token_for(form: Mapping[str, str]) -> str:
    """Return the token for a form that is shown, again or for the first time."""
    return token_of(form) or token_hex(16)


def once(token: str, form: Mapping[str, str]) -> str:
    """Return the id of what a form makes: the same for what is sent twice, another for what differs.

    ``token`` is the form's own secret, and nobody else's: the id tells nothing of what was typed.
    """
    parts = [f"{name}={form[name]}" for name in sorted(form) if name not in ("once", "csrf")]
    return sha256("\n".join((token, *parts)).encode()).hexdigest()[:32]


def seen(form: Mapping[str, str]) -> int | None:
    """Return the newest event, or version, that the form's page showed; None for a form that isn't whole."""
    return number(form.get("last", ""))


def lost(typed: Mapping[str, object], page: Markup) -> list[str]:
    """Return what somebody typed into a form that isn't in any form of the page that answers it."""
    said = [
        value
        for name, value in _each(typed)
        if isinstance(value, str) and value.strip() and name not in _CHOSEN and not name.startswith(_TICKED)
    ]
    kept = (">{}</textarea>", "<option selected>{}</option>", '"{}"')
    return [each for each in said if not any(way.format(escape(each)) in page for way in kept)]


def _each(typed: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    yield from typed.items(multi=True) if isinstance(typed, MultiDict) else typed.items()
