"""For the administrator: accounts and who is signed in. No document is seen here."""

from collections.abc import Mapping

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from archive.errors import AccountRefused
from archive.registers import sessions
from archive.registers.accounts import LONGEST, Account
from archive.registers.roles import Act, Role
from web.staff.browsers import short
from web.staff.guard import allowed, current, desk

managing = Blueprint("managing", __name__)


@managing.get("/accounts")
@allowed(Act.MANAGE)
def accounts() -> Response:
    return _accounts()


@managing.post("/accounts")
@allowed(Act.MANAGE)
def add() -> Response:
    form = request.form
    try:
        made = desk().accounts.add(
            form.get("name", ""), form.get("person", ""), _roles(), form.get("unit", ""), current().account.person
        )
    except AccountRefused as refused:
        return _accounts(refused, "new")
    return _accounts(told=made)


@managing.post("/accounts/<name>/<any(change, disable, enable, reset):act>")
@allowed(Act.MANAGE)
def change(name: str, act: str) -> Answer:
    """Change somebody's account. The same form a second time changes nothing more."""
    by, known, seen = current().account.person, desk().accounts, request.form.get("state", "")
    account = known.named(name)
    try:
        if account.id == current().account.id:
            raise AccountRefused("不能在这里改自己的账号，请另一名系统管理员办理。")
        if act == "reset":
            password = known.reset(name, by, seen)
            return _accounts(told=(account, password))
        if act == "change":
            known.change(name, by, _roles(), request.form.get("unit", ""), seen)
        else:
            known.disable(name, by, act == "disable", seen)
    except AccountRefused as refused:
        return _accounts(refused, account.id)
    return redirect("/accounts", 303)


@managing.post("/sessions/<id>/end")
@allowed(Act.MANAGE)
def end(id: str) -> Answer:
    sessions.end(desk().staff, id)
    return redirect("/accounts", 303)


def _roles() -> list[Role]:
    return [each for each in Role if each.value in request.form.getlist("role")]


def _accounts(
    refused: AccountRefused | None = None, acted: str = "", told: tuple[Account, str] | None = None
) -> Response:
    """Return the page. ``acted`` is the account, or "new", whose form was refused; it is shown as it was sent."""
    typed: Mapping[str, object] = {**request.form.to_dict(), "role": request.form.getlist("role")} if refused else {}
    page = render_template(
        "desk/accounts.html",
        **{"accounts": desk().accounts.all(), "open": sessions.all_open(desk().staff), "roles": Role, "told": told},
        **{"browser": short, "LONGEST": LONGEST, "refused": refused, "acted": acted, "typed": typed},
    )
    return Response(page, 409 if refused else 200)
