"""Doing what a form on a document's page asks for: once, for the person who sees what there is to be decided on."""

from collections.abc import Callable
from threading import Lock
from urllib.parse import quote

from flask import redirect, request
from werkzeug.wrappers import Response as Answer

from archive.errors import DecisionRefused, DoubtfulValue, PrecheckFailed, UnknownDocument
from archive.registers import drafts
from archive.store import audit
from web.http.current import services
from web.http.parameters import number
from web.staff.documents import page
from web.staff.forms import sent
from web.staff.guard import current, desk
from web.staff.progress import standing
from web.staff.words import deed, without_commands

Ask = Callable[[int, str], object]
# Of two who send at the same moment one comes second, and is told so.
_ONE_AT_A_TIME = Lock()


def done(id: str, act: Ask, place: str = "", onward: str = "") -> Answer:
    """Do an act for the person who is signed in. A second time, or after another's act, it is refused and shown why.

    ``act`` is told the version and the person. ``place`` is the part of the page that is shown afterwards, if not the
    page at the address ``onward``.
    """
    with _ONE_AT_A_TIME:
        return _done(id, act, place, onward)


def _done(id: str, act: Ask, place: str, onward: str) -> Answer:
    known, person = standing(id), current().account.person
    typed = sent()
    version, last = (number(request.form.get(name, "")) for name in ("version", "last"))
    if version is None or last is None:
        return page(id, "表单不完整，请在这一页上重新操作。", 400, typed)
    since = [each for each in known.events if each.sequence > last and each.action != audit.VIEW]
    if since:
        return page(id, overtaken(since, person), 409, typed)
    try:
        act(version, person)
    except DoubtfulValue as doubtful:
        typed["doubtful"] = "1"
        return page(id, doubtful.reason, 409, typed)
    except DecisionRefused as refused:
        return page(id, without_commands(refused.reason), 409, typed)
    except PrecheckFailed as failed:
        return page(id, without_commands(str(failed)), 409, typed)
    drafts.drop(desk().staff, current().account.id, f"/documents/{id}")
    if onward:
        return redirect(onward, 303)
    part = request.args.get("part", "")
    return redirect(f"/documents/{id}{f'?part={quote(part)}' if part else ''}{f'#{place}' if place else ''}", 303)


def another(id: str, typed: str) -> str | None:
    """Return the id of another document that is typed as its id or its address, or None for nothing.

    Raises DecisionRefused if there is none.
    """
    name = typed.strip().rstrip("/").rpartition("/")[2]
    if not name:
        return None
    try:
        services().catalogue.newest(name)
    except UnknownDocument:
        raise DecisionRefused(id, f"没有编号为“{name[:20]}”的文件。编号写在文件页的标题下面。") from None
    return name


def overtaken(since: list[audit.Event], person: str) -> str:
    """Say what was done to a document after somebody had opened its page: the last that a person did."""
    newest = next((each for each in reversed(since) if each.action != "precheck"), since[-1])
    who = "您" if newest.actor == person else newest.actor
    return f"您打开这一页之后，{who}已经对本件作了“{deed(newest)}”，这次操作没有进行。请看过现在的情况再决定。"
