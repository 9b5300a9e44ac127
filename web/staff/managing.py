"""For the administrator: accounts and who is signed in. No document is seen here. For the auditor: the log."""

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from archive.chinese.dates import OFFICE_TIME
from archive.errors import AccountRefused
from archive.registers import sessions
from archive.registers.roles import Act, Role
from web.http.current import services
from web.staff.guard import allowed, current, desk
from web.staff.words import ACTIONS

managing = Blueprint("managing", __name__)
ROWS = 100


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


@managing.get("/log")
@allowed(Act.READ_LOG)
def log() -> str:
    """The audit log, the newest first, by person, act or document."""
    words = request.args.get("q", "").strip()[:100]
    events = [
        each
        for each in reversed(services().catalogue.events())
        if not words or words in (each.actor, each.action, each.document_id, ACTIONS.get(each.action))
    ]
    page = max(1, int(request.args["page"])) if request.args.get("page", "").isdecimal() else 1
    return render_template(
        "desk/log.html",
        **{"events": events[(page - 1) * ROWS : page * ROWS], "words": words, "page": page, "actions": ACTIONS},
        **{"pages": -(-len(events) // ROWS), "total": len(events), "office": OFFICE_TIME},
    )


def _accounts(**more: object) -> str:
    given = {"refused": "", "typed": {}, "chosen": [], "told": None, **more}
    everybody, signed_in = desk().accounts.all(), sessions.all_open(desk().staff)
    return render_template("desk/accounts.html", accounts=everybody, open=signed_in, roles=Role, **given)
