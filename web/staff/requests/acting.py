"""The acts on a request. Each comes from a form on its page, which names the last event that was seen."""

import logging

from flask import Blueprint, abort, redirect, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as Answer

from archive.errors import GongkaiError, RequestRefused, UnknownRequest
from archive.registers.requests.register import OVERTAKEN
from archive.registers.requests.states import RIGHTS, Event
from archive.registers.roles import Act
from web.http.parameters import number
from web.staff import forms
from web.staff.guard import allowed, current
from web.staff.requests import typed
from web.staff.requests.answering import answering_page, fee_page
from web.staff.requests.opening import actor, register
from web.staff.requests.page import event_of, page
from web.staff.requests.typed import Typed

log = logging.getLogger(__name__)
acting = Blueprint("acting", __name__, url_prefix="/requests/<id>")
# These begin a request, or are done with a letter.
ELSEWHERE_ALONE = frozenset({Event.REGISTER, Event.IMPORT, Event.DRAFT, Event.LETTER, Event.SERVE_LETTER, Event.AMEND})
FAILED = "现在写不进登记簿，没有进行任何操作。填写的内容还在表单里，请告诉维护人员，过一会儿再办。"


@acting.post("/acts/<event>")
@allowed(Act.HANDLE_REQUESTS)
def act(id: str, event: str) -> Answer:
    """Do what the clerk may do."""
    return _act(id, event, Act.HANDLE_REQUESTS)


@acting.post("/approvals/<event>")
@allowed(Act.OVERSEE_REQUESTS)
def approve(id: str, event: str) -> Answer:
    """Do what the head of the office alone may do."""
    return _act(id, event, Act.OVERSEE_REQUESTS)


def _act(id: str, name: str, right: Act) -> Answer:
    event = event_of(name)
    if event is None or RIGHTS[event] is not right or event in ELSEWHERE_ALONE:
        abort(404)
    sent = Typed(request.form)
    void = number(sent.form.get("letter", "")) if event is Event.VOID_LETTER else None
    if event is Event.VOID_LETTER and void is None:
        return _again(id, event, sent, "请在“文书”里选要作废的一份。", 400)
    if (seen := forms.seen(sent.form)) is None:
        return _again(id, event, sent, "表单不完整，请在这一页上重新操作。", 400)
    if register().request(id).last != seen:
        return _again(id, event, sent, _overtaken(id), 409)
    said = typed.said(sent, event)
    if said is None:
        return _again(id, event, sent, f"有 {len(sent.wrong)} 处需要改正，没有进行任何操作。", 400)
    try:
        register().act(id, event, said, actor(), seen, void=void)
    except RequestRefused as refused:
        return _again(id, event, sent, refused.reason, 409)
    except UnknownRequest:
        raise
    except (GongkaiError, SQLAlchemyError, OSError) as error:
        # Its sentence may quote what was to be written.
        log.error("%s while a request was acted on", type(error).__name__)
        return _again(id, event, sent, FAILED, 503)
    return redirect(f"/requests/{id}", 303)


def _again(id: str, event: Event, sent: Typed, refused: str, status: int) -> Answer:
    """Show the form again, with what was typed and why nothing was done."""
    if event in (Event.ANSWER, Event.ANSWER_AGAIN):
        return answering_page(id, sent, refused, status)
    if event is Event.CHARGE:
        return fee_page(id, sent, refused, status)
    return page(id, refused, status, sent)


def _overtaken(id: str) -> str:
    """Say what was done to a request after somebody had opened its page."""
    newest = register().events(id)[-1]
    who = "您" if newest.person == current().account.person else newest.person
    return f"{who}已经登记了“{newest.event}”。{OVERTAKEN}"
