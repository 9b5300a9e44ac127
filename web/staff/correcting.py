"""Correcting what is known of a document, field by field, from its page."""

from flask import Blueprint, request
from werkzeug.wrappers import Response as Answer

from archive.decisions import corrections
from archive.errors import DecisionRefused
from archive.registers.books import openings
from archive.registers.roles import Act
from web.http.current import services
from web.staff.acting import done
from web.staff.guard import allowed, desk

correcting = Blueprint("correcting", __name__, url_prefix="/documents/<id>")


@correcting.post("/correct/<field>")
@allowed(Act.CORRECT)
def correct(id: str, field: str) -> Answer:
    """Correct one field; what looks like a slip is asked about once more."""
    form = request.form

    def act(version: int, person: str) -> object:
        value, reason, sure = form.get("value", ""), form.get("reason", ""), form.get("sure") == "1"
        if named := openings.named(desk().staff, id, value, reason):
            raise DecisionRefused(id, f"{named}没有更正。")
        return corrections.correct(services().catalogue, id, field, value, person, reason, version, sure)

    return done(id, act, f"field-{field}")
