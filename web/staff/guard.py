"""Who is asking: the session behind each request, the rights it gives, and the forms that are really the desk's own."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from hmac import compare_digest
from typing import ParamSpec
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from archive.decisions.worklist import Worklist
from archive.extract import Sandbox
from archive.pictures import Pictures
from archive.registers import sessions
from archive.registers.accounts import Accounts
from archive.registers.everything import Everything
from archive.registers.roles import STEPPED_UP, Act
from archive.registers.sessions import Session
from archive.registers.staff import Staff
from archive.store import audit
from archive.store.catalogue import Catalogue
from indexer.engine import Engine
from web.http.current import services

COOKIE = "__Host-desk"
# Fields that are compared, letter by letter, with what was typed elsewhere. No page keeps them.
SECRETS = frozenset({"password", "old", "new", "again"})
# What needs no session. Every other address leads to the sign-in.
OPEN = frozenset({"static", "entrance.sign_in", "entrance.signed_in"})
# What somebody reaches whose password was handed over, or whose second factor is still to be set up.
UNFINISHED = frozenset(
    {"entrance.password", "entrance.choose", "entrance.second_factor", "entrance.enrol", "entrance.sign_out"}
)
P = ParamSpec("P")
View = Callable[P, str | Answer]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the desk has besides the installation."""

    staff: Staff
    catalogue: Catalogue
    worklist: Worklist
    pictures: Pictures
    # What reads files for people who wait.
    sandbox: Sandbox
    # The index of everything that staff may find, and what it follows.
    held: Engine
    everything: Everything

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.staff, self.catalogue)


def desk() -> Desk:
    found: Desk = current_app.extensions["gongkai-desk"]
    return found


def current() -> Session:
    """Return the session of this request. Only open addresses have none."""
    found: Session | None = g.get("session")
    if found is None:
        abort(403)
    return found


def guard(app: Flask) -> None:
    """Let nobody in without a session, and take no form that the desk did not make."""
    app.before_request(_note_address)
    app.teardown_request(_forget_address)
    app.before_request(_enter)
    app.context_processor(lambda: {"session": g.get("session"), "Act": Act, "csrf": _field})


def allowed(act: Act) -> Callable[[View[P]], View[P]]:
    """Let a view be used by accounts whose roles allow an act, after a proof where the act needs one."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> str | Answer:
            session = current()
            if not session.account.may(act):
                abort(403)
            if act in STEPPED_UP and not session.proven:
                return unproven()
            return view(*args, **kwargs)

        checked.act = act  # type: ignore[attr-defined]  # read by the test of every address and role
        return checked

    return decorate


def unproven() -> Response:
    """Ask for the password or a code, with what was typed, which is sent again afterwards."""
    page = render_template("desk/proof.html", target=request.path, posted=request.method == "POST", typed=_typed())
    return Response(page, 403)


def keep_token(answer: Answer, token: str) -> Answer:
    answer.set_cookie(COOKIE, token, secure=True, httponly=True, samesite="Strict", path="/")
    return answer


def _field() -> Markup:
    """Return the hidden field by which a form shows that the desk made it for this session."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(g.session.csrf if g.get("session") else "")


def _note_address() -> None:
    audit.ADDRESS.set(request.remote_addr or "")


def _forget_address(_: BaseException | None) -> None:
    audit.ADDRESS.set("")


def _enter() -> Answer | None:
    if request.method not in ("GET", "HEAD") and not _from_here():
        abort(400)
    if request.endpoint is None or request.endpoint == "static":
        return None
    token = request.cookies.get(COOKIE, "")
    g.session = sessions.find(desk().staff, token) if token else None
    if request.endpoint in OPEN:
        return None
    if g.session is None:
        return _ended()
    if request.method == "POST" and not compare_digest(request.form.get("csrf", ""), g.session.csrf):
        abort(400)
    account = g.session.account
    if request.endpoint not in UNFINISHED:
        if account.given:
            return redirect(url_for("entrance.password"))
        if services().settings.second_factor and account.needs_second_factor and not account.second_factor:
            return redirect(url_for("entrance.second_factor"))
    return None


def _ended() -> Answer:
    """Lead to the sign-in. What was typed into a form is taken along, and is there again afterwards."""
    if request.method != "POST":
        return redirect(url_for("entrance.sign_in", to=request.full_path.rstrip("?")))
    to = request.path if sent_again(request.path) else page_of(request.path)
    # Nothing of any other form.
    typed = _typed() if to != "/" else {}
    return Response(render_template("desk/sign-in.html", to=to, typed=typed, ended=True), 403)


def _typed() -> dict[str, list[str]]:
    """Return what was typed into a form, but no password: of a field that was ticked several times, each."""
    return {name: values for name, values in request.form.lists() if name not in {"csrf", "code", *SECRETS}}


def sent_again(path: str) -> bool:
    """Tell whether a form that came too late is sent again after the sign-in, and kept by the browser alone until then.

    Of requests and other registers, who asks for what stands in the forms, and drafts are not encrypted. Of accounts,
    what is sent again is held against how the account is then; of readings and best bets, against what was
    seen of each.
    """
    return path == "/accounts" or path.startswith(
        ("/requests/", "/registers/", "/accounts/", "/readings/", "/best-bets/")
    )


def page_of(path: str) -> str:
    """Return the page whose forms are kept as drafts: acts on a document are below its address. Else the first page."""
    parts = path.split("/")
    return "/".join(parts[:3]) if parts[1:2] == ["documents"] and len(parts) > 2 else "/"


def _from_here() -> bool:
    """Tell whether a form comes from a page of the desk. Browsers say so; what says nothing has a session's token."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host
