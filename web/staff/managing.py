"""For the administrator: accounts and who is signed in. No document is seen here."""

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from archive.errors import AccountRefused
from archive.registers import sessions
from archive.registers.roles import Act, Role
from web.staff.browsers import short
from web.staff.guard import allowed, current, desk

managing = Blueprint("managing", __name__)


@managing.get("/accounts")
@allowed(Act.MANAGE)
def accounts() -> str:
    return _accounts()


@managing.post("/accounts")
@allowed(Act.MANAGE)
def add() -> str:
    form = request.form
    try:
        roles = [Role(each) for each in form.getlist("role") if each in [role.value for role in Role]]
        made = desk().accounts.add(
            form.get("name", ""), form.get("person", ""), roles, form.get("unit", ""), current().account.person
        )
    except AccountRefused as refused:
        return _accounts(refused=str(refused), typed=form.to_dict(), chosen=form.getlist("role"))
    return _accounts(told=made)


@managing.post("/accounts/<name>/<any(disable, enable, reset):act>")
@allowed(Act.MANAGE)
def change(name: str, act: str) -> str | Answer:
    by = current().account.person
    if desk().accounts.named(name).id == current().account.id:
        return _accounts(refused="不能在这里改自己的账号，请另一名系统管理员办理。")
    if act == "reset":
        password = desk().accounts.reset(name, by)
        return _accounts(told=(desk().accounts.named(name), password))
    desk().accounts.disable(name, by, disabled=act == "disable")
    return redirect("/accounts", 303)


@managing.post("/sessions/<id>/end")
@allowed(Act.MANAGE)
def end(id: str) -> Answer:
    sessions.end(desk().staff, id)
    return redirect("/accounts", 303)


def _accounts(**more: object) -> str:
    given = {"refused": "", "typed": {}, "chosen": [], "told": None, **more}
    everybody, signed_in = desk().accounts.all(), sessions.all_open(desk().staff)
    return render_template("desk/accounts.html", accounts=everybody, open=signed_in, roles=Role, browser=short, **given)
