"""That a letter was handed over: by which way, when, and the proof of it, which is handed out as letters are."""

import logging

from flask import Blueprint, redirect
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as Answer

from archive.errors import GongkaiError, KeyUnusable, PersonalDataDamaged, RequestRefused, UnknownRequest
from archive.registers.requests.facts import Delivery, Said
from archive.registers.requests.services import ENDINGS, Serving, event_for
from archive.registers.roles import Act
from web.http import parameters
from web.http.download import download
from web.staff import forms
from web.staff.arriving import arrived
from web.staff.guard import allowed
from web.staff.requests.acting import FAILED
from web.staff.requests.opening import actor, register, unreadable
from web.staff.requests.page import page
from web.staff.requests.typed import Typed

log = logging.getLogger(__name__)
serving = Blueprint("serving", __name__, url_prefix="/requests/<id>/services")


@serving.post("")
@allowed(Act.HANDLE_REQUESTS)
def enter(id: str) -> Answer:
    """Record the delivery of a letter, with its proof if that was chosen."""
    came = arrived()
    sent = Typed(came.form)
    if (seen := forms.seen(sent.form)) is None:
        return page(id, "表单不完整，请在这一页上重新操作。", 400, sent)
    on = sent.day("on", "送达日")
    delivery = sent.one(Delivery, "delivery", "送达方式")
    proof = came.held.getvalue() if came.held is not None else b""
    if sent.form.get("do") == "proof" and came.held is None:
        sent.wrong["proof"] = "请选择送达回证的文件；没有的，按“没有回证，只登记送达”。"
    if sent.wrong or on is None or delivery is None:
        return page(id, f"有 {len(sent.wrong)} 处需要改正，没有登记送达。{' '.join(sent.wrong.values())}", 400, sent)
    known, letters = register().request(id), register().letters(id)
    which = parameters.number(sent.form.get("letter", ""))
    letter = next((each for each in letters if each.letter == which and each.sent), None)
    if which is not None and letter is None:
        return page(id, "这份文书没有发出，不能登记送达。", 409, sent)
    event, at = event_for(known.facts, letters, letter)
    try:
        if came.held is not None and not proof:
            raise RequestRefused("送达回证是空文件，没有登记。请重新扫描或者拍照。")
        register().act(
            id,
            event,
            Said(on, at=at, delivery=delivery, note=sent.text("note")),
            actor(),
            seen,
            serving=Serving(which, proof, parameters.number(sent.form.get("replaces", ""))),
        )
    except RequestRefused as refused:
        return page(id, refused.reason, 409, sent)
    except UnknownRequest:
        raise
    except (GongkaiError, SQLAlchemyError, OSError) as error:
        log.error("%s while a delivery was recorded", type(error).__name__)
        return page(id, FAILED, 503, sent)
    return redirect(f"/requests/{id}#letters", 303)


@serving.post("/<int:number>/file")
@allowed(Act.OPEN_PERSONS)
def file(id: str, number: int) -> Answer:
    """Hand out what proves that a letter was handed over."""
    try:
        served, content = register().proof(id, number, actor())
    except RequestRefused as refused:
        return page(id, refused.reason, 409)
    except (KeyUnusable, PersonalDataDamaged) as error:
        return page(id, unreadable(error), 503)
    return download(content, served.kind, f"{register().request(id).number} 送达回证 {number}{ENDINGS[served.kind]}")
