"""Entering a request: one form. Whatever stands in its way is said at its field, and nothing that was typed is lost."""

import logging

from flask import Blueprint, Response, redirect, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as Answer

from archive.chinese.dates import office_today
from archive.errors import GongkaiError, RequestRefused
from archive.registers.requests.facts import Applicant, Form
from archive.registers.requests.terms import Channel
from archive.registers.roles import Act
from web.staff import forms
from web.staff.guard import allowed
from web.staff.requests import typed
from web.staff.requests.opening import actor, register
from web.staff.requests.typed import Typed

log = logging.getLogger(__name__)
entering = Blueprint("entering", __name__, url_prefix="/requests/new")
FAILED = "现在写不进登记簿，没有登记。填写的内容还在下面，请告诉维护人员，过一会儿再按一次。"


@entering.get("")
@allowed(Act.HANDLE_REQUESTS)
def blank() -> Response:
    return _page(Typed({"submitted": office_today().isoformat()}))


@entering.post("")
@allowed(Act.HANDLE_REQUESTS)
def enter() -> Answer:
    """Enter what was typed. The same form a second time leads to the request that it has made."""
    sent = Typed(request.form)
    application = typed.application(sent)
    if application is None:
        return _page(sent, f"有 {len(sent.wrong)} 处需要改正，改好后再登记。", 400)
    token = forms.token_of(sent.form)
    if not token:
        return _page(sent, "表单不完整，没有登记。请核对后再按一次“登记”。", 400)
    try:
        made = register().register(application, actor(), forms.once(token, sent.form))
    except RequestRefused as refused:
        return _page(sent, refused.reason, 409)
    except (GongkaiError, SQLAlchemyError, OSError) as error:
        log.error("%s while a request was entered", type(error).__name__)
        return _page(sent, FAILED, 503)
    return redirect(f"/requests/{made.id}", 303)


def _page(sent: Typed, refused: str = "", status: int = 200) -> Response:
    return Response(
        render_template(
            "desk/requests/new.html",
            **{"typed": sent.form, "wrong": sent.wrong, "refused": refused},
            once=forms.token_for(sent.form),
            **{"Channel": Channel, "Applicant": Applicant, "Form": Form, "LONGEST": typed.LONGEST},
            **{"FREELY": typed.FREELY, "APPLICANTS": typed.APPLICANTS, "today": office_today()},
        ),
        status,
    )
