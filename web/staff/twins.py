"""What a person decides about a document that looks like the one that waits."""

from collections.abc import Callable

from flask import Blueprint, request
from werkzeug.wrappers import Response as Answer

from archive.errors import DecisionRefused
from archive.intake import twins as acts
from archive.registers.roles import Act
from web.http.current import services
from web.staff.acting import another, done
from web.staff.documents import page
from web.staff.forms import sent
from web.staff.guard import allowed
from web.staff.progress import standing

twins = Blueprint("twins", __name__)
CHOICES: dict[str, Callable[..., object]] = {
    "separate": acts.separate,
    "same": acts.same,
    "version": acts.next_version,
    "attachment": acts.attachment,
}


@twins.post("/documents/<id>/twins/<other>")
@allowed(Act.EXAMINE)
def decide(id: str, other: str) -> Answer:
    """Decide: two documents, the same one, or this one is the other's next version."""
    # Raises UnknownDocument for one that the account may not see.
    standing(other)

    return _decided(id, other, request.form.get("how", ""))


@twins.post("/documents/<id>/twins")
@allowed(Act.EXAMINE)
def attach(id: str) -> Answer:
    """Decide that this one is an attachment of another, which need not look like it and is named by its id."""
    try:
        other = another(id, request.form.get("target", ""))
        if other is None:
            raise DecisionRefused(id, "请填写是哪一件文件的附件。")
        standing(other)
    except DecisionRefused as refused:
        return page(id, refused.reason, 409, sent())
    return _decided(id, other, "attachment")


def _decided(id: str, other: str, how: str) -> Answer:
    def act(version: int, person: str) -> object:
        choice = CHOICES.get(how)
        if choice is None:
            raise DecisionRefused(id, "请先选择一项。")
        return choice(services().catalogue, id, other, person, request.form.get("reason", ""), version)

    return done(id, act)
