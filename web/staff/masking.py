"""Masking: the form makes a job for the worker, whose page shows the public copy, and makes it the new version."""

import hashlib
import json
from datetime import timedelta
from secrets import token_hex

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from archive.document import Document
from archive.errors import DecisionRefused
from archive.intake.receive import Result
from archive.registers import jobs
from archive.registers import masking as maskings
from archive.registers.jobs import Job, State
from archive.registers.masking import Asked
from archive.registers.roles import Act
from web.http.parameters import number
from web.staff.acting import done
from web.staff.documents import page
from web.staff.forms import Typed, sent
from web.staff.guard import allowed, current, desk
from web.staff.places import Places
from web.staff.progress import standing

masking = Blueprint("masking", __name__, url_prefix="/documents/<id>/mask")
# After which a masking that nobody takes, while no other is done, is a sign that no worker runs.
_LATE = timedelta(seconds=10)


@masking.post("")
@allowed(Act.EXAMINE)
def mask(id: str) -> Answer:
    """Make a job of what is to be masked; sending the same form twice makes one."""
    document, account = standing(id).document, current().account
    fields = sent()
    version, last = (number(fields.get(name, "")) for name in ("version", "last"))
    if version is None or last is None:
        return page(id, "表单不完整，请在这一页上重新操作。", 400, fields)
    words, reason = fields.get("words", ""), fields.get("reason", "")
    asked = Asked(id, version, last, _chosen(document), words, reason, dict(fields.lists()), address=current().address)
    try:
        # What can be said at once is not left to the worker.
        asked.wishes(document)
    except DecisionRefused as refused:
        return page(id, refused.reason, 409, fields)
    job = hashlib.sha256(json.dumps([account.id, id, asked.fields], sort_keys=True).encode()).hexdigest()[:32]
    if (known := jobs.find(desk().staff, job)) and known.state in (State.DONE, State.GIVEN_UP):
        job = token_hex(16)
    maskings.start(desk().staff, asked, document.metadata.title, account.person, account.unit, job)
    return redirect(f"/documents/{id}/mask/{job}", 303)


@masking.get("/<job>")
@allowed(Act.EXAMINE)
def masked(id: str, job: str) -> Answer | str:
    """Show how far a masking is, then the copy; after a refusal the document, with what was typed."""
    document, found = standing(id).document, _own(id, job)
    known, asked = maskings.outcome(desk().staff, found), maskings.asked_for(desk().staff, found)
    if known.result == Result.CHANGED:
        return redirect(f"/documents/{id}", 303)
    typed = Typed(asked.fields if asked else {})
    if known.result == Result.REFUSED or found.state is State.GIVEN_UP:
        return page(id, known.told or found.told, 200, typed)
    if found.state is State.ASKING and document.version != found.payload["version"]:
        return page(id, "已有新版本，请看过之后再操作。", 200, typed)
    wishes, files = maskings.shown(desk().staff, found)
    return render_template(
        "desk/masking.html",
        **{"known": standing(id), "document": document, "job": found, "asked": asked},
        **{"wishes": wishes, "files": files, "confirmed": bool(known.source)},
        late=maskings.is_left(desk().staff, found, known, _LATE),
    )


@masking.post("/<job>")
@allowed(Act.EXAMINE)
def confirm(id: str, job: str) -> Answer:
    """Have what was shown brought in. A second time it changes nothing."""
    found = _own(id, job)

    def act(version: int, person: str) -> object:
        if version != found.payload["version"] or version != standing(id).document.version:
            raise DecisionRefused(id, "已有新版本，请看过之后再操作。")
        return maskings.confirm(desk().staff, found)

    return done(id, act, onward=f"/documents/{id}/mask/{job}")


def _own(id: str, job: str) -> Job:
    """Return a masking that one started oneself, of a document that one may see."""
    found = maskings.find(desk().staff, job, standing(id).document.id, current().account.person)
    if found is None:
        abort(404)
    return found


def _chosen(document: Document) -> list[str]:
    """Return the digests of the findings that are ticked, "" for what is none that can be masked."""
    known = Places(document, standing(document.id).precheck).maskable.values()
    return [each if each in known else "" for each in request.form.getlist("mask")]
