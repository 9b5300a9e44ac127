"""New readings of originals that wait: each with what differs, and deciding about many of them at one look."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request
from sqlalchemy import Connection, select

from archive.compare import readings as comparison
from archive.decisions import corrections, rereadings
from archive.decisions.rereadings import Looked, Waiting
from archive.document import Status
from archive.errors import DecisionRefused, PrecheckFailed, UnknownDocument
from archive.registers.books import openings
from archive.registers.roles import Act
from archive.store import audit
from archive.store.tables import documents, versions
from web.http.current import services
from web.http.parameters import number, page_number
from web.staff.acting import overtaken
from web.staff.guard import allowed, current, desk
from web.staff.queues import confined, may_see
from web.staff.words import without_commands

readings = Blueprint("readings", __name__)
ROWS = 20
# Of one document so many differences are written out, each with so many characters.
SHOWN, LONGEST = 20, 200
LABELS = {
    **corrections.LABELS,
    **{"attachments": "附件", "disclosure": "公开属性", "other_numbers": "其他文号", "cited_numbers": "引用文件"},
}
# What a box on the page sends: the document, its version and its last event that was seen.
Chosen = tuple[str, int, int]
Decide = Callable[[str, int, str, str], str]


@dataclass(frozen=True, slots=True)
class Line:
    """A reading on the page, how many differences of each kind it has, and what its box sends."""

    looked: Looked
    counts: str
    chosen: str


@readings.get("/readings")
@allowed(Act.SEE)
def listed() -> Response:
    return _page()


@readings.post("/readings/examine")
@allowed(Act.EXAMINE)
def examine() -> Response:
    """Record both examinations of the readings that are ticked."""
    catalogue = services().catalogue
    return _decided("审查通过", lambda id, version, who, why: rereadings.examine(catalogue, id, version, who, why))


@readings.post("/readings/approve")
@allowed(Act.APPROVE)
def approve() -> Response:
    """Make the readings that are ticked public."""
    catalogue = services().catalogue

    def act(id: str, version: int, person: str, reason: str) -> str:
        if named := openings.names(desk().staff, catalogue, id):
            raise DecisionRefused(id, named)
        return rereadings.approve(catalogue, id, version, person, reason)

    return _decided("批准公开", act)


@readings.post("/readings/send-back")
@allowed(Act.REFUSE)
def send_back() -> Response:
    """Send the readings that are ticked back; what is public stays."""
    catalogue = services().catalogue
    return _decided("退回", lambda id, version, who, why: rereadings.send_back(catalogue, id, version, who, why))


def _decided(deed: str, act: Decide) -> Response:
    """Decide about each reading that is ticked by itself, and show what became of each."""
    form, person = request.form, current().account.person
    reason = form.get("reason", "")
    chosen = [_chosen(each) for each in dict.fromkeys(form.getlist("chosen"))][: ROWS + 1]
    if not chosen or len(chosen) > ROWS or None in chosen:
        told = "没有选定文件，没有进行任何操作。请在要办理的文件前打勾。" if not chosen else "表单不完整，请重新操作。"
        return _page(told, 400, reason)
    if not reason.strip():
        return _page("没有写明依据或者理由，没有进行任何操作。", 409, reason, form.getlist("chosen"))
    done, left = [], []
    for each in filter(None, chosen):
        id, version, last = each
        title = ""
        try:
            title = services().catalogue.newest(id).metadata.title
            with services().catalogue.reading() as connection:
                since = [
                    one for one in audit.events(connection, id) if one.sequence > last and one.action != audit.VIEW
                ]
            if since:
                raise DecisionRefused(id, overtaken(since, person))
            done.append((id, title, act(id, version, person, reason)))
        except (DecisionRefused, PrecheckFailed, UnknownDocument) as refused:
            left.append((id, title, without_commands(getattr(refused, "reason", "") or str(refused))))
    return _page(status=200 if done else 409, reason="" if not left else reason, deed=deed, done=done, left=left)


def _page(
    refused: str = "",
    status: int = 200,
    reason: str = "",
    ticked: Sequence[str] = (),
    deed: str = "",
    done: Sequence[tuple[str, str, str]] = (),
    left: Sequence[tuple[str, str, str]] = (),
) -> Response:
    catalogue = services().catalogue
    with catalogue.reading() as connection:
        waiting = _seen(connection)
    pages = max(1, -(-len(waiting) // ROWS))
    page = min(page_number(request.args), pages)
    lines = [_line(each) for each in waiting[(page - 1) * ROWS : page * ROWS]]
    together = sum(each.light for each in waiting)
    return Response(
        render_template(
            "desk/readings.html",
            **{"lines": lines, "total": len(waiting), "together": together, "page": page, "pages": pages},
            **{"refused": refused, "reason": reason, "ticked": ticked, "deed": deed, "done": done, "left": left},
            **{"SHOWN": SHOWN, "LONGEST": LONGEST, "LABELS": LABELS},
        ),
        status,
    )


def _line(reading: Waiting) -> Line:
    with services().catalogue.reading() as connection:
        looked = rereadings.look(services().catalogue, connection, reading)
        last = max((each.sequence for each in audit.events(connection, reading.id)), default=0)
    counts = comparison.told(comparison.counted(looked.differences))
    return Line(looked, counts, f"{reading.id}@{reading.version}@{last}")


def _seen(connection: Connection) -> list[Waiting]:
    """List the readings that the account may see: a source unit sees what is its own."""
    found = rereadings.waiting(connection)
    if not found or not confined(current().account):
        return found
    brought: dict[str, list[str]] = {}
    query = select(versions.c.document_id, versions.c.brought_by).join(
        documents, documents.c.id == versions.c.document_id
    )
    query = query.where(documents.c.status == Status.WAITING.value)
    for id, person in connection.execute(query.order_by(versions.c.document_id, versions.c.version)):
        brought.setdefault(id, []).append(person)
    return [each for each in found if may_see(current().account, *brought.get(each.id, ()))]


def _chosen(text: str) -> Chosen | None:
    id, _, rest = text.partition("@")
    version, last = map(number, (rest.partition("@")[0], rest.partition("@")[2]))
    return None if not id.isalnum() or version is None or last is None else (id, version, last)
