"""The search behind a request: what it finds, the marks on it, places outside, the conclusion; and what differs today.

What is asked and typed may name persons: it stands on the answers to forms alone, which no browser keeps, and each
step is in the audit log. One form holds a whole record, so that no button loses what was typed for another.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy.exc import SQLAlchemyError

from archive.chinese import sought
from archive.chinese.dates import office_minute
from archive.errors import GongkaiError, KeyUnusable, PersonalDataDamaged, RequestRefused, UnknownRequest
from archive.extract.mediatype import DOCX
from archive.registers.requests import search_paper
from archive.registers.requests.facts import Field
from archive.registers.requests.findable import own_words
from archive.registers.requests.outcomes import Content
from archive.registers.requests.search_record import Conclusion, Mark, Place, Record, Scope, replay
from archive.registers.requests.searches import LONGEST
from archive.registers.requests.way import way
from archive.registers.roles import Act
from indexer.errors import BadQuery, IndexUnusable
from web.http.current import services
from web.http.download import download
from web.staff import forms
from web.staff.guard import allowed, current, desk
from web.staff.requests.answering import answering_page, way_to
from web.staff.requests.opening import actor, register, unreadable
from web.staff.requests.page import page
from web.staff.requests.record_page import UNUSABLE, public_now, record_page, searching
from web.staff.requests.typed import Typed, content

log = logging.getLogger(__name__)
prior = Blueprint("prior", __name__, url_prefix="/requests/<id>/searches")
FAILED = "现在写不进登记簿，没有进行任何操作。填写的内容还在下面，请告诉维护人员，过一会儿再办。"
NO_ADDRESS = "本站的网址还没有设置。请在下面的获取方式里补上网址，并告诉维护人员。"
# What is typed on the page of a record and would be lost by leaving it.
_UNSAVED = ("typed", "place", "result", "said")
_Doing = Callable[[Record, Typed], Record]


@prior.post("")
@allowed(Act.OPEN_PERSONS)
def begin(id: str) -> Response:
    """Begin a record with what is asked for, and search for it at once."""
    sent = Typed(request.form)
    known, there = register().request(id), register().searches.of(id)
    if sent.form.get("records") != str(len(there)):
        told = "这件申请刚才已经另开了检索情况记录，这次没有再开。请看下面的记录。"
        return page(id, told, 409, sent)
    typed = sent.text("typed", LONGEST)
    if sent.wrong:
        return page(id, f"检索词超过 {LONGEST} 字，请删减。", 400, sent)
    try:
        values = register().look(id, actor()).values
        asked = "\n".join(values[each] for each in (Field.TEXT, Field.WANTED) if each in values)
        if not asked:
            raise RequestRefused("这件申请没有登记申请内容，不能检索。")
        search = searching(id).search(typed or _without_applicant(asked, values), Scope.ALL)
        return record_page(id, register().searches.open(id, asked, search, current().account.person))
    except BadQuery:
        told = "申请内容里没有可以检索的文字，请在“先前公开检索”里填写检索词。"
        return page(known.id, told, 409, sent)
    except (IndexUnusable, GongkaiError, SQLAlchemyError, OSError) as error:
        told, status = _why(error)
        return page(known.id, told, status, sent)


@prior.post("/<record>")
@allowed(Act.OPEN_PERSONS)
def opened(id: str, record: str) -> Response:
    """Open a record; ``search`` says which of its searches is shown."""
    try:
        return record_page(id, _looked(id, record), Typed(request.form))
    except (RequestRefused, KeyUnusable, PersonalDataDamaged) as error:
        told, status = _why(error)
        return page(id, told, status)


@prior.post("/<record>/marks")
@allowed(Act.OPEN_PERSONS)
def mark(id: str, record: str) -> Response:
    return _done(id, record, lambda kept, sent: kept, ())


@prior.post("/<record>/search")
@allowed(Act.OPEN_PERSONS)
def search(id: str, record: str) -> Response:
    def act(kept: Record, sent: Typed) -> Record:
        typed, scope = sent.text("typed", LONGEST), sent.one(Scope, "scope") or Scope.ALL
        since, until = sent.day("since"), sent.day("until")
        if not typed:
            sent.wrong["typed"] = "请填写检索词。"
        if since and until and since > until:
            sent.wrong["until"] = "截止日期早于起始日期，请调换。"
        if sent.wrong:
            return kept
        try:
            found = searching(kept.request_id).search(typed, scope, since, until)
        except BadQuery as refused:
            sent.wrong["typed"] = str(refused)
            return kept
        return register().searches.search(kept.id, found, current().account.person, kept.version)

    return _done(id, record, act, ("typed", "scope", "since", "until", "search"))


@prior.post("/<record>/places")
@allowed(Act.OPEN_PERSONS)
def place(id: str, record: str) -> Response:
    def act(kept: Record, sent: Typed) -> Record:
        where, result, on = sent.text("place", 200), sent.text("result", LONGEST), sent.day("on", "查找的日期")
        searcher = sent.text("searcher", 64) or current().account.person
        for name, value, label in (("place", where, "地点"), ("result", result, "结果")):
            if not value and name not in sent.wrong:
                sent.wrong[name] = f"请填写{label}。"
        if sent.wrong or on is None:
            return kept
        named = Place(where, searcher, on, result)
        return register().searches.place(kept.id, named, current().account.person, kept.version)

    return _done(id, record, act, ("place", "searcher", "on", "result"))


@prior.post("/<record>/conclusion")
@allowed(Act.OPEN_PERSONS)
def conclude(id: str, record: str) -> Response:
    def act(kept: Record, sent: Typed) -> Record:
        chosen, said = sent.one(Conclusion, "conclusion", "结论"), sent.text("said", LONGEST)
        if sent.wrong or chosen is None:
            return kept
        return register().searches.conclude(kept.id, chosen, said, current().account.person, kept.version)

    return _done(id, record, act, ("conclusion", "said"))


@prior.post("/<record>/answer")
@allowed(Act.OPEN_PERSONS)
def answer(id: str, record: str) -> Response:
    """Begin the answer that it is public already with the way to the document that was chosen.

    All that is marked so is told with it, and so is the chosen one from now on.
    """
    chosen = request.form.get("public", "")

    def act(kept: Record, sent: Typed) -> Record:
        if any(sent.form.get(name, "").strip() for name in _UNSAVED):
            raise RequestRefused("这一页上还有没有记下的检索词、地点、结果或者说明。请先记下，或者清空，再写进答复。")
        if not public_now([chosen]):
            raise RequestRefused("这一件现在没有公开，不能写进答复书。请看过现在的情况再办。")
        if kept.marks.get(chosen, Mark.PUBLIC) is Mark.NOT:
            raise RequestRefused("这一件标为“不是”，没有写进答复书。要写的，请先改标记。")
        if kept.frozen or chosen in kept.marks:
            return kept
        return register().searches.mark(kept.id, {chosen: Mark.PUBLIC}, current().account.person, kept.version)

    def begin(kept: Record) -> Response:
        told = [held for held in kept.found if held == chosen or kept.marks.get(held) is Mark.PUBLIC]
        site = services().settings.address
        text = way(public_now(told).values(), site)
        form = Typed({"way": way_to("public"), content(Content.WAY): text})
        return answering_page(id, form, "" if site else NO_ADDRESS)

    return _done(id, record, act, (), begin)


@prior.post("/<record>/replay")
@allowed(Act.OPEN_PERSONS)
def again(id: str, record: str) -> Response:
    """Make the searches of a record once more, and show what differs today."""
    try:
        kept = _looked(id, record)
        changes = replay(kept, searching(id).again)
    except (BadQuery, IndexUnusable, RequestRefused, KeyUnusable, PersonalDataDamaged) as error:
        told, status = _why(error)
        return page(id, told, status)
    ids = {each for change in changes for each in (*change.gone, *change.new, *change.altered)}
    titles = {held: hit.title for held, hit in kept.found.items()}
    titles |= {held: found.metadata.title for held, found in desk().everything.many(ids).items()}
    shown = {"record": kept, "changes": changes, "titles": titles, "when": office_minute, "id": id}
    return Response(render_template("desk/requests/replay.html", **shown))


@prior.post("/<record>/export-docx")
@allowed(Act.EXPORT_PERSONS)
def paper(id: str, record: str) -> Response:
    office = services().county.requests
    name = office.office if office else ""
    return _exported(id, record, "docx", DOCX, lambda kept: search_paper.as_docx(kept, name))


@prior.post("/<record>/export-json")
@allowed(Act.EXPORT_PERSONS)
def data(id: str, record: str) -> Response:
    return _exported(id, record, "json", "application/json", lambda kept: search_paper.as_json(kept).encode())


def _exported(id: str, record: str, kind: str, mimetype: str, write: Callable[[Record], bytes]) -> Response:
    """Hand out a concluded record without its applicant. The audit log has the file's hash."""
    try:
        kept = _looked(id, record)
        if not kept.frozen:
            return record_page(id, kept, refused="还没有定稿，不能导出。", status=409)
        content = write(kept.without(own_words(register().look(id, actor()).values)))
    except (RequestRefused, KeyUnusable, PersonalDataDamaged) as error:
        told, status = _why(error)
        return page(id, told, status)
    details = {"record": kept.number, "digest": sha256(content).hexdigest()}
    register().note(actor(), "request.export", details)
    return download(content, mimetype, f"{kept.number}.{kind}")


def _looked(id: str, record: str) -> Record:
    """Open a record of this request, after the look is in the log."""
    _belongs(id, record)
    return register().searches.look(record, current().account.person)


def _belongs(id: str, record: str) -> None:
    try:
        there = register().searches.outline(record).request_id == id
    except UnknownRequest:
        there = False
    if not there:
        abort(404)


def _done(
    id: str, record: str, act: _Doing, typed: Sequence[str], then: Callable[[Record], Response] | None = None
) -> Response:
    """Keep the marks of a form, then do what its button asks for. ``typed`` are the fields that are then empty again.

    ``then`` shows another page than that of the record. Whatever stands in the way is said, and nothing that was typed
    is lost.
    """
    _belongs(id, record)
    sent, searches, person = Typed(request.form), register().searches, current().account.person
    if (seen := forms.seen(sent.form)) is None:
        abort(400)
    try:
        kept = searches.look(record, person)
        try:
            if kept.version != seen:
                raise RequestRefused("您打开这一页之后，这份记录有了变化，这次没有进行。请看过现在的情况再办。")
            if changed := _marks(sent.form, kept):
                kept = searches.mark(record, changed, person, kept.version)
            kept = act(kept, sent)
        except (IndexUnusable, GongkaiError, SQLAlchemyError, OSError) as error:
            told, status = _why(error)
            return record_page(id, kept, sent, told, status)
    except (KeyUnusable, PersonalDataDamaged, RequestRefused) as error:
        told, status = _why(error)
        return page(id, told, status, sent)
    if sent.wrong:
        return record_page(id, kept, sent, f"有 {len(sent.wrong)} 处需要改正，没有进行。标记已经保存。", 400)
    for name in typed:
        sent.form.pop(name, None)
    return then(kept) if then else record_page(id, kept, sent)


def _marks(form: Mapping[str, str], kept: Record) -> dict[str, Mark | None]:
    """Return the marks of a form that are other ones than those that are kept."""
    chosen = {
        name.removeprefix("mark-"): Mark(said) if said in list(Mark) else None
        for name, said in form.items()
        if name.startswith("mark-")
    }
    return {held: mark for held, mark in chosen.items() if kept.marks.get(held) is not mark}


def _why(error: Exception) -> tuple[str, int]:
    """Return what to say of an error, and the answer's status. What somebody typed is not quoted in the log."""
    if isinstance(error, RequestRefused):
        return error.reason, 409
    if isinstance(error, IndexUnusable):
        return UNUSABLE, 503
    if isinstance(error, KeyUnusable | PersonalDataDamaged):
        return unreadable(error), 503
    log.error("%s at the record of a search", type(error).__name__)
    return FAILED, 503


def _without_applicant(asked: str, values: Mapping[Field, str]) -> str:
    """Return what is asked for as the first search has it: without the applicant, as long as a search is."""
    return sought.masked(asked, own_words(values)).replace(sought.MASK, " ")[:LONGEST]
