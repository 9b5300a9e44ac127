"""Attachments of a document, from its page: added, renamed, moved, removed, each for a reason."""

from flask import Blueprint, request
from werkzeug.wrappers import Response as Answer

from archive.describe import taxonomy
from archive.errors import DecisionRefused
from archive.extract import Sandbox
from archive.intake.attaching import Attachments, read
from archive.registers.roles import Act
from web.http.current import services
from web.staff.acting import done
from web.staff.arriving import arrived
from web.staff.documents import page
from web.staff.forms import sent
from web.staff.guard import allowed
from web.staff.progress import standing

attaching = Blueprint("attaching", __name__, url_prefix="/documents/<id>")


@attaching.post("/attachments")
@allowed(Act.CORRECT)
def add(id: str) -> Answer:
    """Add the file that a form brings. It is read before anything is decided, which may take a while."""
    standing(id)
    typed = sent()
    given = arrived()
    if given.folder is None:
        return page(id, "请先选择要添加的文件。", 409, typed)
    opened = services()
    lists = opened.settings.data / taxonomy.OWN_NAME
    try:
        with Sandbox(workers=1, lists=lists) as sandbox:
            attachment = read(opened.blobs, sandbox, id, given.folder / "1", given.names[0])
    except DecisionRefused as refused:
        return page(id, refused.reason, 409, typed)
    return done(id, lambda version, person: _of(id, version, person).add(attachment), "attachments")


@attaching.post("/attachments/<int:position>/<any(rename, up, down, remove):act>")
@allowed(Act.CORRECT)
def change(id: str, position: int, act: str) -> Answer:
    """Change one attachment, counted from 1."""

    def change(version: int, person: str) -> object:
        attachments = _of(id, version, person)
        if act == "rename":
            return attachments.rename(position, request.form.get("name", ""))
        if act == "remove":
            return attachments.remove(position)
        return attachments.move(position, position + (1 if act == "down" else -1))

    return done(id, change, "attachments")


def _of(id: str, version: int, person: str) -> Attachments:
    return Attachments(services().catalogue, id, person, request.form.get("reason", ""), version)
