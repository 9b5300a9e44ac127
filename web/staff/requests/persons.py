"""Who asks for what: shown on one answer alone, to those who may, after a proof, and noted in the audit log."""

import logging

from flask import Blueprint, Response, request

from archive.errors import KeyUnusable, PersonalDataDamaged
from archive.registers.roles import Act
from web.staff.guard import allowed
from web.staff.requests.answering import answering_page
from web.staff.requests.opening import actor, register, unreadable
from web.staff.requests.page import page
from web.staff.requests.typed import Typed

log = logging.getLogger(__name__)
persons = Blueprint("persons", __name__, url_prefix="/requests/<id>/persons")


@persons.post("")
@allowed(Act.OPEN_PERSONS)
def opened(id: str) -> Response:
    """Open what is personal. What was typed into the form beside it stays there."""
    sent = Typed(request.form)
    answering = "way" in sent.form
    try:
        found = register().look(id, actor())
    except (KeyUnusable, PersonalDataDamaged) as error:
        told = unreadable(error)
        if answering:
            return answering_page(id, sent, told, 503)
        return page(id, told, 503, sent)
    return answering_page(id, sent, opened=found) if answering else page(id, sent=sent, opened=found)
