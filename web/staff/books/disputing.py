"""Reviews and lawsuits at the desk: all of them, table four of a year, and a form that records one at its request."""

import logging

from flask import Blueprint, Response, redirect, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as Answer

from archive.chinese.dates import office_today
from archive.errors import GongkaiError, RequestRefused, UnknownRequest
from archive.registers.requests.disputes import CELLS, COURTS, OPEN, Kind, cases, cell, kinds, table_four
from archive.registers.requests.facts import Court, Dispute, Facts, Said
from archive.registers.requests.states import Event
from archive.registers.roles import Act
from web.http.parameters import page_number
from web.staff.books.opening import asked_year, sent_form
from web.staff.books.pages import FAILED, ROWS
from web.staff.guard import allowed
from web.staff.requests.opening import actor, register
from web.staff.requests.typed import Typed

log = logging.getLogger(__name__)
disputing = Blueprint("disputing", __name__, url_prefix="/registers/disputes")


@disputing.get("")
@allowed(Act.SEE_REQUESTS)
def listed() -> str:
    """All disputes, or those of a year, of a kind, or in a cell of table four; each leads to its request."""
    every = register().disputed()
    found = cases(every)
    asked = {name: request.args.get(name, "").strip()[:20] for name in ("year", "kind", "cell")}
    year = asked_year()
    shown = [
        each
        for each in found
        if (not asked["kind"] or each.kind.value == asked["kind"])
        and (year is None or cell(each.dispute, year))
        and (not asked["cell"] or asked["cell"] == (cell(each.dispute, year) if year else each.cell))
    ]
    at = page_number(request.args)
    of = year or max((each.dispute.filed_on.year for each in found), default=office_today().year)
    first = min((each.dispute.filed_on.year for each in found), default=of)
    return render_template(
        "desk/books/disputes.html",
        **{"cases": shown[(at - 1) * ROWS : at * ROWS], "total": len(shown), "page": at, "asked": asked, "of": of},
        **{"pages": max(1, -(-len(shown) // ROWS)), "years": range(office_today().year, first - 1, -1)},
        **{"table": table_four(of, [each.facts for each in every]), "CELLS": CELLS, "Kind": Kind, "OPEN": OPEN},
    )


@disputing.get("/new")
@allowed(Act.HANDLE_REQUESTS)
def blank() -> Response:
    return _form(Typed({"number": request.args.get("number", "")[:40]}))


@disputing.post("/new")
@allowed(Act.HANDLE_REQUESTS)
def enter() -> Answer:
    """Record a review or a suit at the request with a number; how it ends is recorded there."""
    sent = Typed(sent_form())
    number, kind, filed = sent.text("number", 40), sent.one(Kind, "kind", "种类"), sent.day("filed", "提出日")
    if not number:
        sent.wrong["number"] = "请填写申请的登记号。"
    if sent.wrong or kind is None or filed is None:
        return _form(sent, f"有 {len(sent.wrong)} 处需要改正，没有登记。", 400)
    try:
        known = register().numbered(number)
    except UnknownRequest:
        sent.wrong["number"] = "登记簿里没有这个登记号的申请。"
        return _form(sent, "没有登记。", 404)
    if refused := _other_kind(known.facts, kind, Dispute(COURTS[kind], filed)):
        sent.wrong["kind"] = refused
        return _form(sent, "没有登记。", 409)
    event = Event.REVIEW if COURTS[kind] is Court.REVIEW else Event.SUE
    try:
        register().act(
            known.id, event, Said(filed, organ=sent.text("organ", 60), case=sent.text("case", 40)), actor(), known.last
        )
    except RequestRefused as refused_act:
        return _form(sent, refused_act.reason, 409)
    except (GongkaiError, SQLAlchemyError, OSError) as error:
        log.error("%s while a dispute was entered", type(error).__name__)
        return _form(sent, FAILED, 503)
    return redirect(f"/requests/{known.id}", 303)


def _other_kind(facts: Facts, kind: Kind, dispute: Dispute) -> str:
    follows = kinds((*facts.standing, dispute))[-1]
    return "" if follows is kind else f"按这件申请已经登记的复议、诉讼，应为{follows}。"


def _form(sent: Typed, refused: str = "", status: int = 200) -> Response:
    page = render_template(
        "desk/books/dispute.html", typed=sent.form, wrong=sent.wrong, refused=refused, Kind=Kind, today=office_today()
    )
    return Response(page, status)
