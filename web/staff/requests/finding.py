"""Preparing the masked text by which a request and its reply are found again, and confirming it."""

import logging

from flask import Blueprint, Response, redirect, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as Answer

from archive.errors import GongkaiError, KeyUnusable, PersonalDataDamaged, RequestRefused, UnknownRequest
from archive.registers.requests.facts import Field
from archive.registers.requests.findable import proposed
from archive.registers.requests.request import Opened
from archive.registers.requests.states import Event
from archive.registers.roles import Act
from web.staff.guard import allowed, current
from web.staff.requests.acting import FAILED
from web.staff.requests.opening import actor, register, unreadable
from web.staff.requests.page import about, page
from web.staff.requests.typed import FREELY, Typed

log = logging.getLogger(__name__)
finding = Blueprint("finding", __name__, url_prefix="/requests/<id>/findable")


@finding.post("")
@allowed(Act.OPEN_PERSONS)
def propose(id: str) -> Response:
    """Show what was asked and answered beside the same with persons masked, which the clerk corrects."""
    sent = Typed({})
    try:
        opened = register().look(id, actor())
    except (KeyUnusable, PersonalDataDamaged) as error:
        return page(id, unreadable(error), 503, sent)
    made = proposed(opened.values, _third_parties(id, opened))
    kept = register().found_again.of(id)
    sent.form.update(asked=kept.asked if kept else made.asked, answered=made.answered)
    return _shown(id, sent, opened)


@finding.post("/confirm")
@allowed(Act.OPEN_PERSONS)
def confirm(id: str) -> Answer:
    """Keep the text, or say what of a person still stands in it."""
    sent = Typed(request.form)
    asked, answered = sent.text("asked", FREELY), sent.text("answered", FREELY)
    try:
        if sent.wrong:
            raise RequestRefused(f"有 {len(sent.wrong)} 处需要改正，没有保存。")
        if sent.form.get("sure") != "1":
            raise RequestRefused("请看过以后，勾选“里面没有任何个人的姓名、证件、联系方式、住址”。")
        register().found_again.confirm(id, asked, answered, current().account.person)
    except RequestRefused as refused:
        return _again(id, sent, refused.reason, 409)
    except UnknownRequest:
        raise
    except (GongkaiError, SQLAlchemyError, OSError) as error:
        log.error("%s while a text was confirmed", type(error).__name__)
        return _again(id, sent, FAILED, 503)
    return redirect(f"/requests/{id}#findable", 303)


def _again(id: str, sent: Typed, refused: str, status: int) -> Response:
    """Show the form again with what was typed, beside who asked for what if that can be read."""
    try:
        return _shown(id, sent, register().look(id, actor()), refused, status)
    except (GongkaiError, SQLAlchemyError, OSError) as error:
        return _shown(id, sent, None, f"{refused}{unreadable(error)}", status)


def _third_parties(id: str, opened: Opened) -> list[str]:
    """Return whom the office asked for an opinion, as the clerk wrote it."""
    asked = [each.number for each in register().events(id) if each.event is Event.ASK_THIRD_PARTY]
    return [opened.by_event.get(number, {}).get(Field.NOTE, "") for number in asked]


def _shown(id: str, sent: Typed, opened: Opened | None, refused: str = "", status: int = 200) -> Response:
    shown = {**about(id, opened), "typed": sent.form, "wrong": sent.wrong, "refused": refused, "FREELY": FREELY}
    return Response(render_template("desk/requests/findable.html", **shown), status)
