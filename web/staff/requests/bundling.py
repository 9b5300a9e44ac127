"""All papers of a request as one zip, for a review or a lawsuit: one click, after a proof, noted in the audit log."""

import logging

from flask import Blueprint
from werkzeug.wrappers import Response as Answer

from archive.errors import KeyUnusable, PersonalDataDamaged
from archive.registers.requests.letters.case import case
from archive.registers.requests.request import Recorded
from archive.registers.roles import Act
from web.http.current import services
from web.http.download import download
from web.staff.guard import allowed
from web.staff.requests import words
from web.staff.requests.opening import actor, office, register, unreadable
from web.staff.requests.page import page

log = logging.getLogger(__name__)
bundling = Blueprint("bundling", __name__, url_prefix="/requests/<id>/bundle")


@bundling.post("")
@allowed(Act.OPEN_PERSONS)
def bundle(id: str) -> Answer:
    own = office()
    try:
        made = case(register(), id, own.organ if own else services().settings.site_name, actor(), _said)
    except (KeyUnusable, PersonalDataDamaged) as error:
        return page(id, unreadable(error), 503)
    return download(made, "application/zip", f"{register().request(id).number}.zip")


def _said(event: Recorded) -> str:
    changes = words.changes(event)
    return "；".join(
        f"{each.name}：{f'{each.before} → ' if each.before else ''}{each.after or '（空）'}" for each in changes
    )
