"""The letters of a request: drafting one, seeing it as it will look, keeping it, and sending it with what it does.

A letter names the applicant. So each page that shows one answers a form, after a proof, and is in the audit log.
"""

import logging
from collections.abc import Mapping

from flask import Blueprint, Response, abort, redirect, render_template, request
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as Answer

from archive.chinese.dates import office_today
from archive.errors import BadLetters, GongkaiError, KeyUnusable, PersonalDataDamaged, RequestRefused, UnknownRequest
from archive.extract.mediatype import DOCX
from archive.official import docx_of
from archive.registers.requests.fees import Basis
from archive.registers.requests.letterbook import Kept
from archive.registers.requests.letters import drafting
from archive.registers.requests.letters import texts as files
from archive.registers.requests.letters.drafting import Draft, Source
from archive.registers.requests.letters.kinds import KINDS, Kind
from archive.registers.requests.letters.preview import previewed
from archive.registers.requests.outcomes import Content
from archive.registers.requests.states import RIGHTS, Event
from archive.registers.roles import Act
from web.http.current import services
from web.http.download import download
from web.http.parameters import number
from web.staff import forms
from web.staff.guard import allowed, current
from web.staff.requests import typed
from web.staff.requests.acting import FAILED
from web.staff.requests.answering import offer_record
from web.staff.requests.opening import actor, office, register, unreadable
from web.staff.requests.page import about, page
from web.staff.requests.typed import Typed

log = logging.getLogger(__name__)
lettering = Blueprint("lettering", __name__, url_prefix="/requests/<id>/letters")
NO_OFFICE = "本机关的名称、文号还没有填写，或者填写有误，不能起草文书。请维护人员填写 letters.toml，并用命令核对。"
# What of a form is no part of the letter.
_OF_FORM = frozenset({"last", "do", "way", "version", "replaces", "made"})


@lettering.get("")
@allowed(Act.SEE_REQUESTS)
def listed(id: str) -> Answer:
    """The letters stand on the request's page. Each is opened by a form."""
    register().request(id)
    return redirect(f"/requests/{id}#letters", 303)


@lettering.post("")
@allowed(Act.OPEN_PERSONS)
def drafted(id: str) -> Answer:
    """Draft a letter: show it, or keep it, send it, or hand it out as docx."""
    sent = Typed(request.form)
    kind = KINDS.get(sent.form.get("kind", "") or f"answer-{sent.form.get('answer', '')}")
    if kind is None:
        abort(404)
    return _drafted(id, kind, sent)


@lettering.post("/<int:number>/open")
@allowed(Act.OPEN_PERSONS)
def opened(id: str, number: int) -> Answer:
    """Open a version: a draft is worked on, and of one that was sent another may take the place."""
    kept = _kept(id, number)
    try:
        content = register().letter(id, number, actor())
    except RequestRefused as refused:
        return page(id, refused.reason, 409)
    except (KeyUnusable, PersonalDataDamaged) as error:
        return page(id, unreadable(error), 503)
    form = {**content.typed, "last": str(register().request(id).last)}
    form |= {"replaces": str(kept.letter)} if kept.sent else {"version": str(kept.letter)}
    if kept.replaces and not kept.sent:
        form["replaces"] = str(kept.replaces)
    return _drafted(id, KINDS[kept.kind], Typed(form))


@lettering.post("/<int:number>/file")
@allowed(Act.OPEN_PERSONS)
def file(id: str, number: int) -> Answer:
    """Hand out a version as docx."""
    kept = _kept(id, number)
    try:
        return _docx(register().letter(id, number, actor()).docx, kept.number or register().request(id).number)
    except RequestRefused as refused:
        return page(id, refused.reason, 409)
    except (KeyUnusable, PersonalDataDamaged) as error:
        return page(id, unreadable(error), 503)


@lettering.post("/<int:number>/approval")
@allowed(Act.OVERSEE_REQUESTS)
def approval(id: str, number: int) -> Answer:
    """Show the head of the office a draft without who asked, and send it when they approve."""
    kept = _kept(id, number)
    sent = Typed(request.form)
    if any(each.letter == kept.letter and each.version > kept.version for each in register().letters(id)):
        return page(id, "这份文书已有更新的一版，请看过最新的一版再批准。", 409)
    try:
        content = register().letter(id, number, actor())
        of_draft = Typed({**content.typed, "on": office_today().isoformat()})
        made = _made(id, KINDS[kept.kind], of_draft, kept)
        if made is None or RIGHTS[made.event] is not Act.OVERSEE_REQUESTS:
            return page(id, "这份文书现在不由机构负责人批准。", 409)
        if sent.form.get("do") == "send":
            drafting.send(made, _typed(of_draft), actor(), _seen(sent), kept.letter)
            return redirect(f"/requests/{id}#letters", 303)
    except RequestRefused as refused:
        return page(id, refused.reason, 409)
    except BadLetters as error:
        return page(id, str(error), 409)
    except (KeyUnusable, PersonalDataDamaged) as error:
        return page(id, unreadable(error), 503)
    except (GongkaiError, SQLAlchemyError, OSError) as error:
        log.error("%s while a letter was approved", type(error).__name__)
        return page(id, FAILED, 503)
    return Response(
        render_template(
            "desk/requests/approval.html",
            **{**about(id), "kept": kept, "kind": KINDS[kept.kind], "draft": made, "event": made.event},
            preview=Markup(previewed(made.for_approval())),  # noqa: S704  # everything in it is escaped there
        )
    )


def _drafted(id: str, kind: Kind, sent: Typed) -> Answer:
    do = sent.form.get("do", "")
    try:
        made = _made(id, kind, sent)
    except BadLetters as error:
        return page(id, str(error), 409)
    except RequestRefused as refused:
        return page(id, refused.reason, 409)
    except (KeyUnusable, PersonalDataDamaged) as error:
        return page(id, unreadable(error), 503)
    if made is None:
        return _page(id, kind, sent, None, "有填写不对的地方，请改正后再预览。" if do else "", 400 if do else 200)
    if do == "docx":
        register().note(actor(), "request.view", {"request": register().request(id).number, "letter": kind.id})
        return _docx(docx_of(made.letter.paper), register().request(id).number)
    if do not in ("keep", "send"):
        return _page(id, kind, sent, made)
    if do == "send" and not current().account.may(RIGHTS[made.event]):
        return _page(id, kind, sent, made, f"“{made.event}”由机构负责人批准：请保存，再由负责人批准发出。", 403)
    letter = number(sent.form.get("version", ""))
    act = drafting.send if do == "send" else drafting.keep
    try:
        act(made, _typed(sent), actor(), _seen(sent), letter)
    except RequestRefused as refused:
        return _page(id, kind, sent, made, refused.reason, 409)
    except UnknownRequest:
        raise
    except (GongkaiError, SQLAlchemyError, OSError) as error:
        # Its sentence may quote what was to be written.
        log.error("%s while a letter was kept", type(error).__name__)
        return _page(id, kind, sent, made, FAILED, 503)
    return redirect(f"/requests/{id}" if do == "send" else f"/requests/{id}#letters", 303)


def _made(id: str, kind: Kind, sent: Typed, kept: Kept | None = None) -> Draft | None:
    """Return the letter that was typed; None while a field of it can't be used. Raises BadLetters, RequestRefused."""
    known, own = register().request(id), office()
    if own is None:
        raise BadLetters(NO_OFFICE)
    replaces = number(sent.form.get("replaces", ""))
    offered = {each.event for each in register().offers(known)}
    event = drafting.event_for(kind, known, offered, corrects=replaces is not None)
    if event is None:
        raise RequestRefused(f"申请现在“{known.facts.state}”，不能发“{kind.label}”。")
    if event is Event.AMEND and (former := drafting.answering(register().letters(id))):
        replaces = former.letter
    found = register().look(id, actor())
    asked = drafting.asked(kind, event, known) | ({"reason": drafting.REASON} if replaces else {})
    sent.form.setdefault("on", office_today().isoformat())
    if "do" not in sent.form and kept is None:
        events = [(each.number, each.event) for each in register().events(id)]
        sent.form = {**drafting.registered(kind, known, found, events), **sent.form}
        if kind.answer and not sent.form.get(typed.content(Content.SEARCH)):
            offer_record(id, kind.answer, sent)
    if kind.id == "charge" and "count" in asked and not sent.form.get("count"):
        sent.form |= {"count": str(register().count_in_month(id)), "basis": sent.form.get("basis") or Basis.ITEMS}
    words = typed.words(sent, kind, asked)
    if words is None:
        return None
    texts, _ = files.load(services().settings.data)
    return drafting.draft(Source(register(), known, found, own, texts), kind, event, words, actor(), replaces)


def _page(id: str, kind: Kind, sent: Typed, made: Draft | None, refused: str = "", status: int = 200) -> Response:
    known = register().request(id)
    offered = {each.event for each in register().offers(known)}
    replaces = sent.form.get("replaces") or (made.replaces if made else None)
    event = drafting.event_for(kind, known, offered, corrects=bool(sent.form.get("replaces")))
    asked = drafting.asked(kind, event, known) if event else {}
    asked |= {"reason": drafting.REASON} if replaces else {}
    needed = [*asked, *(typed.content(each) for each in (kind.answer.needs if kind.answer else ()))]
    body = "\n".join(part for part in made.letter.paper.body if isinstance(part, str)) if made else ""
    preview = previewed(made.letter.paper) if made else ""
    return Response(
        render_template(
            "desk/requests/letter.html",
            **{**about(id), "kind": kind, "draft": made, "event": event, "refused": refused},
            **{"typed": sent.form, "wrong": sent.wrong, "body": body, "replaces": replaces or ""},
            **{"asked": asked, "content": typed.content},
            **{"way": sent.form.get("way", ""), "FREELY": typed.FREELY},
            begun="do" not in sent.form and not all(sent.form.get(name) for name in needed),
            by_hand=bool(made and made.words.body),
            may_send=event is not None and current().account.may(RIGHTS[event]),
            preview=Markup(preview),  # noqa: S704  # everything in it is escaped there
        ),
        status,
    )


def _kept(id: str, number: int) -> Kept:
    found = next((each for each in register().letters(id) if each.event == number), None)
    if found is None:
        register().request(id)
        abort(404)
    return found


def _typed(sent: Typed) -> Mapping[str, str]:
    """Return what of a form is kept with a letter, by which it can be worked on again."""
    form = {name: value for name, value in sent.form.items() if name not in _OF_FORM and value}
    if form.get("body", "").replace("\r\n", "\n") == sent.form.get("made", "").replace("\r\n", "\n"):
        form.pop("body", None)
    return form


def _seen(sent: Typed) -> int:
    if (seen := forms.seen(sent.form)) is None:
        raise RequestRefused("表单不完整，请在这一页上重新操作。")
    return seen


def _docx(content: bytes, name: str) -> Response:
    return download(content, DOCX, f"{name}.docx")
