"""Replies that become public for all, at the desk: a copy comes in with its entry, and the entry says how far it is."""

import logging
from collections.abc import Mapping

from flask import Response, redirect, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as Answer

from archive.chinese.dates import office_today
from archive.errors import DiskFull, EntryRefused, GongkaiError, KeyUnusable, PersonalDataDamaged
from archive.intake.receive import Intake
from archive.registers.books import openings
from archive.registers.books.book import Entry
from archive.registers.books.columns import text
from archive.registers.books.openings import SPEC, WHY, open_reply
from archive.registers.roles import Act
from archive.registers.uploads import shown
from web.http.current import services
from web.staff import forms
from web.staff.arriving import LARGEST_FILE, arrived
from web.staff.books.opening import book, sent_form
from web.staff.books.pages import FAILED, pages
from web.staff.guard import allowed, desk
from web.staff.requests.opening import actor, register, unreadable

log = logging.getLogger(__name__)


def _about(entry: Entry) -> Mapping[str, object]:
    id = text(entry.facts, "document")
    if named := openings.names(desk().staff, services().catalogue, id):
        return {"heed": [named]}
    try:
        services().catalogue.public(id)
    except GongkaiError:
        work = next((each for each in desk().worklist.all() if each.id == id), None)
        told = f"还没有公开。下一步：{work.step}。" if work else "现在没有公开。"
        if work and work.stops:
            told = (
                f"发布前检查有 {work.stops} 处须处理，处理以前不能公开：请在文件页上遮盖，或者逐处写明可以公开的理由。"
            )
        return {"heed": [told]}
    return {"lines": [("公开情况", "已经公开")]}


replies = pages(SPEC, _about, form=False)


@replies.get("/new")
@allowed(Act.HANDLE_REQUESTS)
def blank() -> Response:
    return _form({"request": request.args.get("request", "")[:40], "on": office_today().isoformat()})


@replies.post("/new")
@allowed(Act.HANDLE_REQUESTS)
def enter() -> Answer:
    """Take the copy in and enter it. The same form a second time leads to the entry that it has made."""
    sent, typed = arrived(), sent_form()
    wrong = {name: why for name, why in book(SPEC).read(typed).wrong.items() if name != "document"}
    if sent.folder is None or len(sent.names) != 1:
        wrong["file"] = "请选择一个文件：答复中可以向所有人公开的那一份。"
    if wrong:
        again = "" if "file" in wrong else "文件请再选择一次。"
        return _form(typed, f"有 {len(wrong)} 处需要改正，没有登记。{again}", 400, wrong)
    token = forms.token_of(typed)
    if not token or sent.folder is None:
        return _form(typed, "表单不完整，没有登记。请再选择文件，提交一次。", 400)
    id = forms.once(token, {**typed, **sent.said_by_files})
    opened, by = services(), actor()
    intake = Intake(opened.catalogue, opened.blobs, desk().sandbox, by.person)
    copy = (sent.folder / "1", shown(sent.names[0]))
    try:
        entry = open_reply(book(SPEC), register(), intake, desk().sandbox, typed, copy, by, id)
    except EntryRefused as refused:
        return _form(typed, refused.reason, 409)
    except (KeyUnusable, PersonalDataDamaged) as error:
        return _form(typed, unreadable(error), 503)
    except DiskFull:
        raise
    except (GongkaiError, SQLAlchemyError, OSError) as error:
        log.error("%s while a reply was made public", type(error).__name__)
        return _form(typed, FAILED, 503)
    return redirect(f"/registers/{SPEC.id}/{entry.id}", 303)


def _form(
    typed: Mapping[str, str], refused: str = "", status: int = 200, wrong: Mapping[str, str] | None = None
) -> Response:
    page = render_template(
        "desk/books/opening.html",
        **{"typed": typed, "wrong": wrong or {}, "refused": refused, "once": forms.token_for(typed)},
        **{"spec": openings.SPEC, "WHY": WHY, "largest": LARGEST_FILE >> 20},
    )
    return Response(page, status)
