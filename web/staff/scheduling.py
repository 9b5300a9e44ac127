"""Publication at a time, from a document's page: set by a publisher, and cancelled for a reason."""

from datetime import datetime

from flask import Blueprint, request
from werkzeug.wrappers import Response as Answer

from archive.decisions import scheduled
from archive.errors import DecisionRefused
from archive.registers.books import openings
from archive.registers.roles import Act
from web.http.current import services
from web.staff.acting import done
from web.staff.guard import allowed, desk

scheduling = Blueprint("scheduling", __name__, url_prefix="/documents/<id>")


@scheduling.post("/schedule")
@allowed(Act.APPROVE)
def schedule(id: str) -> Answer:
    form = request.form

    def act(version: int, person: str) -> object:
        if named := openings.names(desk().staff, services().catalogue, id):
            raise DecisionRefused(id, named)
        at = _instant(id, form.get("day", ""), form.get("clock", ""))
        return scheduled.plan(services().catalogue, id, at, person, form.get("reason", ""), version)

    return done(id, act)


@scheduling.post("/unschedule")
@allowed(Act.APPROVE)
def unschedule(id: str) -> Answer:
    reason = request.form.get("reason", "")
    return done(id, lambda version, person: scheduled.cancel(services().catalogue, id, person, reason, version))


def _instant(id: str, day: str, clock: str) -> datetime:
    try:
        return scheduled.instant(day, clock)
    except ValueError:
        raise DecisionRefused(
            id, f"“{day[:20]} {clock[:20]}”不是可用的时间，请写成 2026-01-31 和 09:00 的样子。"
        ) from None
