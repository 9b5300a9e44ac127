"""What a document is to others and to the law, from its page: validity, relations, the look at a forced approval."""

from datetime import date

from flask import Blueprint, request
from werkzeug.wrappers import Response as Answer

from archive.chinese.dates import date_at_start
from archive.decisions import afterwards, relations, validity
from archive.decisions.relations import RelationKind
from archive.document import Outcome, Validity
from archive.errors import DecisionRefused
from archive.registers.roles import Act
from web.http.current import services
from web.http.parameters import number
from web.staff.acting import another, done
from web.staff.guard import allowed

standings = Blueprint("standings", __name__, url_prefix="/documents/<id>")


@standings.post("/validity")
@allowed(Act.VALIDITY)
def turn(id: str) -> Answer:
    """Record that a document's validity changes on a day, or that it stays in force until another."""
    form = request.form

    def act(_version: int, person: str) -> None:
        try:
            to = Validity(form.get("validity", ""))
        except ValueError:
            raise DecisionRefused(id, "请先选择一项。") from None
        since = _day(id, "since", "起始日期")
        if since is None:
            raise DecisionRefused(id, "请写明自哪一天起。")
        until, by = _day(id, "until", "新的失效日期"), another(id, form.get("by", ""))
        reason = form.get("reason", "")
        validity.record(services().catalogue, id, to, person, reason, since, until, by)

    return done(id, act)


@standings.post("/renew")
@allowed(Act.VALIDITY)
def renew(id: str) -> Answer:
    """Let a document hold for five years more."""
    reason = request.form.get("reason", "")
    return done(id, lambda _version, person: validity.renew(services().catalogue, id, person, reason))


@standings.post("/relate/<int:number>")
@allowed(Act.RELATE)
def relate(id: str, number: int) -> Answer:
    """Confirm or refuse a relation that the document states."""
    form = request.form

    def act(_version: int, person: str) -> None:
        catalogue = services().catalogue
        if number not in [each.id for each in relations.proposals(catalogue, id)]:
            raise DecisionRefused(id, "没有这条待确认的关系。")
        reason = form.get("reason", "")
        if not reason.strip():
            raise DecisionRefused(id, "请写明依据或者理由。")
        if form.get("outcome") == "refuse":
            relations.refuse(catalogue, number, person, reason)
            return
        if form.get("outcome") != "confirm":
            raise DecisionRefused(id, "请先选择一项。")
        target = another(id, form.get("target_typed", "") or form.get("target", ""))
        if target is None:
            raise DecisionRefused(id, "请选择或者填写是哪一件文件。")
        since = _day(id, "since", "起始日期") or catalogue.today()
        relations.confirm(catalogue, number, target, person, since, reason)

    return done(id, act)


@standings.post("/relate")
@allowed(Act.RELATE)
def add(id: str) -> Answer:
    """Record a relation that a person knows of."""
    form = request.form

    def act(_version: int, person: str) -> None:
        try:
            kind = RelationKind(form.get("kind", ""))
        except ValueError:
            raise DecisionRefused(id, "请先选择一项。") from None
        target = another(id, form.get("target", ""))
        if target is None:
            raise DecisionRefused(id, "请填写是哪一件文件。")
        catalogue = services().catalogue
        since = _day(id, "since", "起始日期") or catalogue.today()
        relations.add(catalogue, id, kind, target, person, form.get("reason", ""), since)

    return done(id, act)


@standings.post("/look")
@allowed(Act.LOOK)
def look(id: str) -> Answer:
    """Look afterwards at what one person approved alone."""

    def act(_version: int, person: str) -> None:
        try:
            outcome = Outcome(request.form.get("outcome", ""))
        except ValueError:
            raise DecisionRefused(id, "请先选择一项。") from None
        version = number(request.form.get("forced", ""))
        afterwards.look(services().catalogue, id, person, outcome, request.form.get("reason", ""), version)

    return done(id, act)


def _day(id: str, name: str, label: str) -> date | None:
    typed = request.form.get(name, "").strip()
    day = date_at_start(typed) if typed else None
    if typed and day is None:
        raise DecisionRefused(id, f"{label}“{typed[:20]}”不是可用的日期，请写成 2019-01-31 的样子。")
    return day
