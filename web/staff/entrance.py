"""Signing in and out, the first password, the second factor, and proofs on the way."""

import json

import segno
from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from archive.errors import AccountRefused, SignInRefused
from archive.registers import drafts, passwords, sessions
from web.http.current import services
from web.staff.arriving import LARGEST_FORM
from web.staff.guard import COOKIE, current, desk, keep_token, page_of, sent_again

entrance = Blueprint("entrance", __name__)


@entrance.get("/sign-in")
def sign_in() -> str | Answer:
    if g.session is not None:
        return redirect("/")
    return render_template("desk/sign-in.html", to=_here(request.args.get("to", "/")), typed={})


@entrance.post("/sign-in")
def signed_in() -> Answer:
    name, to = request.form.get("name", ""), _here(request.form.get("to", "/"))
    typed = _typed(request.form.get("typed", ""))
    try:
        token, session = sessions.sign_in(
            desk().staff,
            name,
            request.form.get("password", ""),
            request.form.get("code", ""),
            request.remote_addr or "",
            request.headers.get("User-Agent", ""),
        )
    except SignInRefused as refused:
        page = render_template("desk/sign-in.html", to=to, typed=typed, name=name, refused=str(refused))
        return make_response(page, 403)
    if typed and sent_again(to):
        g.session = session
        return keep_token(make_response(render_template("desk/proven.html", target=to, typed=typed)), token)
    if typed and to == page_of(to) != "/":
        drafts.keep(desk().staff, session.account.id, to, typed)
        # To the form itself, which may be far down the page.
        to = f"{to}#typed"
    return keep_token(redirect(to, 303), token)


@entrance.post("/sign-out")
def sign_out() -> Answer:
    sessions.end(desk().staff, current().id)
    answer = redirect(url_for("entrance.sign_in"), 303)
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@entrance.get("/password")
def password() -> str:
    return render_template("desk/password.html", least=passwords.LEAST)


@entrance.post("/password")
def choose() -> Answer:
    form = request.form
    account = current().account
    try:
        if form.get("new", "") != form.get("again", ""):
            raise AccountRefused("两次输入的新密码不同，请重新输入。")
        desk().accounts.choose_password(account, form.get("old", ""), form.get("new", ""))
    except AccountRefused as refused:
        return make_response(render_template("desk/password.html", least=passwords.LEAST, refused=str(refused)), 400)
    page = render_template(
        "desk/sign-in.html", to="/", typed={}, name=account.name, told="密码已经改好，请用新密码登录。"
    )
    return make_response(page)


@entrance.get("/second-factor")
def second_factor() -> str:
    return _enrolment(passwords.new_secret())


@entrance.post("/second-factor")
def enrol() -> str | Answer:
    secret, account = request.form.get("secret", ""), current().account
    if account.second_factor:
        # Somebody at an open desk can't replace it: an administrator resets an account.
        return make_response(_enrolment("", "验证器已经设好。手机换了或者丢了，请系统管理员重置账号。"), 400)
    try:
        codes = desk().accounts.enrol(account, secret, request.form.get("code", ""))
    except AccountRefused as refused:
        kept = secret if passwords.is_secret(secret) else passwords.new_secret()
        return make_response(_enrolment(kept, str(refused)), 400)
    return render_template("desk/paper-codes.html", codes=codes, person=account.person)


@entrance.post("/proof")
def proof() -> Answer:
    """Take a proof, and send what was typed again: to the same act, from a page that says what it does."""
    target, typed = _here(request.form.get("target", "/")), _typed(request.form.get("typed", ""))
    try:
        token = sessions.prove(
            desk().staff,
            request.cookies.get(COOKIE, ""),
            request.form.get("password", ""),
            request.form.get("code", ""),
            request.remote_addr or "",
        )
    except SignInRefused as refused:
        posted = request.form.get("posted") == "1"
        page = render_template("desk/proof.html", target=target, posted=posted, typed=typed, refused=str(refused))
        return make_response(page, 403)
    g.session = sessions.find(desk().staff, token)
    if request.form.get("posted") != "1":
        return keep_token(redirect(target, 303), token)
    return keep_token(make_response(render_template("desk/proven.html", target=target, typed=typed)), token)


def _enrolment(secret: str, refused: str = "") -> str:
    account = current().account
    code = ""
    if secret:
        address = passwords.address(secret, account.name, services().settings.site_name)
        code = segno.make(address, micro=False).svg_data_uri(scale=5, border=2)
    return render_template("desk/second-factor.html", secret=secret, code=code, refused=refused)


def _here(to: str) -> str:
    """Return an address of the desk, never another site's."""
    return to if to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable() else "/"


def _typed(text: str) -> dict[str, list[str]]:
    """Read what was typed into a form before, as this desk wrote it into a hidden field."""
    try:
        found = json.loads(text[:LARGEST_FORM]) if text else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    several = {str(name): value if isinstance(value, list) else [value] for name, value in found.items()}
    return {name: each for name, each in several.items() if each and all(isinstance(value, str) for value in each)}
