"""Masking: first a page that shows how the public copy will be, then the copy as a new version."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as Answer

from archive.decisions import acts
from archive.document import Document
from archive.errors import DecisionRefused
from archive.intake import masked
from archive.registers.roles import Act
from web.http.current import services
from web.staff.acting import done
from web.staff.documents import page
from web.staff.guard import allowed, desk
from web.staff.places import Places
from web.staff.progress import standing

masking = Blueprint("masking", __name__, url_prefix="/documents/<id>/mask")


@masking.post("/preview")
@allowed(Act.EXAMINE)
def preview(id: str) -> str | Answer:
    """Mask and prove without keeping anything, and show what comes of it."""
    known = standing(id)
    document = known.document
    fields = {name: value for name, value in request.form.items() if name != "csrf"}
    try:
        if fields.get("version") != str(document.version):
            raise DecisionRefused(id, "已有新版本，请看过之后再操作。")
        acts.required(id, fields.get("reason", ""), "遮盖必须写明理由。")
        with masked.copies(services().blobs, desk().sandbox, document, _wishes(document)) as made:
            masked.check_reason(made, fields["reason"])
            return render_template("desk/masking.html", known=known, document=document, made=made, fields=fields)
    except DecisionRefused as refused:
        return page(id, refused.reason, 409, fields)


@masking.post("")
@allowed(Act.EXAMINE)
def mask(id: str) -> Answer:
    def act(version: int, person: str) -> object:
        document = standing(id).document
        if version != document.version:
            raise DecisionRefused(id, "已有新版本，请看过之后再操作。")
        opened, reason = services(), request.form.get("reason", "")
        with masked.copies(opened.blobs, desk().sandbox, document, _wishes(document)) as made:
            return masked.bring_in(opened.catalogue, opened.blobs, desk().sandbox, made, person, reason)

    return done(id, act)


def _wishes(document: Document) -> tuple[masked.Wish, ...]:
    known = Places(document, standing(document.id).precheck).maskable
    asked = [name.removeprefix("mask-") for name in request.form if name.startswith("mask-")]
    chosen = [known.get(int(each), "") if each.isdecimal() and len(each) < 9 else "" for each in asked]
    return masked.wished(document, chosen, request.form.get("words", ""))
