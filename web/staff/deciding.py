"""The acts on a document. Each comes from a form on its page, names the version and the last event that was seen."""

from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, request
from werkzeug.wrappers import Response as Answer

from archive.decisions import returned, review, stops
from archive.decisions.returned import Point
from archive.document import Aspect, Disclosure, Outcome, Settlement, Verdict
from archive.errors import DecisionRefused
from archive.registers.books import openings
from archive.registers.roles import Act
from archive.store.space import lent
from web.http.current import services
from web.staff.acting import another, done
from web.staff.documents import page
from web.staff.guard import allowed, desk

deciding = Blueprint("deciding", __name__, url_prefix="/documents/<id>")
# How many points the form for sending back has.
POINTS = 5
Choice = TypeVar("Choice", bound=StrEnum)


@deciding.post("/classify")
@allowed(Act.EXAMINE)
def classify(id: str) -> Answer:
    form = request.form

    def act(version: int, person: str) -> object:
        disclosure = _one(Disclosure, "disclosure", id)
        return review.classify(
            services().catalogue, id, disclosure, person, form.get("basis", ""), form.get("ground", ""), version
        )

    return done(id, act)


@deciding.post("/settle/<int:number>")
@allowed(Act.EXAMINE)
def settle(id: str, number: int) -> Answer:
    def act(version: int, person: str) -> object:
        how = _one(Settlement, "settlement", id)
        return stops.settle(services().catalogue, id, number, how, person, request.form.get("reason", ""), version)

    return done(id, act)


@deciding.post("/examine/<aspect>")
@allowed(Act.EXAMINE)
def examine(id: str, aspect: str) -> Answer:
    def act(version: int, person: str) -> object:
        about, outcome = Aspect(aspect), _one(Outcome, "outcome", id)
        return review.examine(services().catalogue, id, about, outcome, person, request.form.get("basis", ""), version)

    if aspect not in [each.value for each in Aspect]:
        return page(id, "没有这种审查。", 404)
    return done(id, act)


@deciding.post("/approve")
@allowed(Act.APPROVE)
def approve(id: str) -> Answer:
    return done(id, lambda version, person: _decide(id, Verdict.APPROVE, person, version))


@deciding.post("/approve-alone")
@allowed(Act.FORCE)
def approve_alone(id: str) -> Answer:
    return done(id, lambda version, person: _decide(id, Verdict.APPROVE, person, version, forced=True))


@deciding.post("/refuse")
@allowed(Act.REFUSE)
def refuse(id: str) -> Answer:
    """Send a version back, for a list of points or a reason."""
    form = request.form
    # Each has a name of its own: of some only one half is typed.
    said = [(form.get(f"place-{at}", ""), form.get(f"wrong-{at}", "")) for at in range(1, POINTS + 1)]
    points = [Point(*each) for each in said if any(part.strip() for part in each)]

    def act(version: int, person: str) -> object:
        return returned.send_back(services().catalogue, id, person, points, form.get("reason", ""), version)

    return done(id, act)


@deciding.post("/tick/<int:number>")
@allowed(Act.CORRECT)
def tick(id: str, number: int) -> Answer:
    """Tick off a point for which a version was sent back."""
    note = request.form.get("note", "")
    return done(id, lambda _version, person: returned.tick(services().catalogue, id, number, person, note), "returned")


@deciding.post("/withdraw")
@allowed(Act.WITHDRAW)
def withdraw(id: str) -> Answer:
    """Withdraw what is public, on a full disk, too; another document may stand in for it."""

    def act(_version: int, person: str) -> object:
        reason, other = request.form.get("reason", ""), another(id, request.form.get("replacement", ""))
        # Who looks for the document reads why it was withdrawn.
        if named := openings.named(desk().staff, id, reason, urgent=True):
            raise DecisionRefused(id, f"{named}没有撤回，请改写理由。")
        return review.decide(services().catalogue, id, Verdict.WITHDRAW, person, reason, replacement=other)

    with lent(services().settings.data, whole=True):
        return done(id, act)


def _decide(id: str, verdict: Verdict, person: str, version: int | None, forced: bool = False) -> int:
    reason = request.form.get("reason", "")
    if verdict is Verdict.APPROVE and (named := openings.names(desk().staff, services().catalogue, id)):
        raise DecisionRefused(id, named)
    return review.decide(services().catalogue, id, verdict, person, reason, version, forced=forced)


def _one(kind: type[Choice], name: str, id: str) -> Choice:
    """Return the value that a form's choice names. Raises DecisionRefused where none was chosen."""
    try:
        return kind(request.form.get(name, ""))
    except ValueError:
        raise DecisionRefused(id, "请先选择一项。") from None
