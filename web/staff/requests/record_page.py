"""The page of a search's record: what a search found, in groups by how it stands today, and what is said of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import Response, render_template

from archive.chinese.dates import office_minute, office_today
from archive.document import Document
from archive.registers.everything import State
from archive.registers.requests.findable import Findable, FoundAgain
from archive.registers.requests.search_record import Conclusion, Hit, Mark, Record, Scope
from archive.registers.requests.searches import LONGEST
from archive.registers.requests.way import way
from indexer import sync
from indexer.errors import BadQuery, IndexUnusable
from indexer.prior.candidates import ALIKE, likeness
from indexer.snippets import Fragment
from web.http.current import services
from web.search.prior import Prior, scope_of
from web.staff.guard import desk
from web.staff.requests.opening import register
from web.staff.requests.typed import Typed

# How many of each group are shown with their passages.
SHOWN = 8
GROUPS = {Scope.PUBLIC: "已经公开", Scope.HELD: "本机关持有，没有公开", Scope.EARLIER: "以前的申请和答复"}
UNUSABLE = (
    "现在不能检索：工作人员的索引还没有建好，或者正在重建。"
    "后台工作会自动建立，请过一会儿再试；一直这样的，请告诉维护人员。"
)


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was found, with how it stands today and the passages that fit."""

    hit: Hit
    state: str
    passages: list[list[Fragment]]
    mark: Mark | None
    # Where it can be read at the desk, or "".
    url: str
    # The text for a letter, of what is public.
    way: str
    # Whether it is a request that asks for nearly the same.
    alike: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A group of what was found: the first with their passages, then the rest."""

    label: str
    lines: list[Line] = field(default_factory=list)

    @property
    def first(self) -> list[Line]:
        return self.lines[:SHOWN]

    @property
    def rest(self) -> list[Line]:
        return self.lines[SHOWN:]


def searching(id: str) -> Prior:
    """Return what searches for a request, over the desk's own index: for all but itself."""
    return Prior(desk().held, desk().everything, services().synonyms.current(), f"{FoundAgain.kind}/{id}")


def record_page(id: str, record: Record, sent: Typed | None = None, refused: str = "", status: int = 200) -> Response:
    """Draw the page of a record, after a refusal with what was typed."""
    sent = sent or Typed({})
    numbers = {str(each.number): each for each in record.searches}
    search = numbers.get(sent.form.get("search", "")) or record.searches[-1]
    groups, trouble = [], ""
    try:
        groups = _groups(record, search.typed, search.hits)
    except (IndexUnusable, BadQuery):
        trouble = UNUSABLE
    return Response(
        render_template(
            "desk/requests/search.html",
            **{"id": id, "record": record, "search": search, "groups": groups, "trouble": trouble},
            **{"known": register().request(id), "behind": _behind(), "lacks": record.lacks(register().searches.needs)},
            marked=[hit for held, hit in record.found.items() if held in record.marks],
            **{"Mark": Mark, "Scope": Scope, "Conclusion": Conclusion, "LONGEST": LONGEST},
            **{
                "refused": refused,
                "typed": sent.form,
                "wrong": sent.wrong,
                "today": office_today(),
                "when": office_minute,
            },
        ),
        status,
    )


def _groups(record: Record, typed: str, hits: Sequence[Hit]) -> list[Group]:
    """Put what a search found into groups by how it stands today, which may be another than it was then."""
    prior = searching(record.request_id)
    ids = [hit.id for hit in hits]
    states, documents = prior.everything.states(ids), prior.everything.many(ids)
    public = public_now([id for id in ids if states.get(id) is State.PUBLIC])
    earlier = [id.partition("/")[2] for id in ids if id.startswith(f"{FoundAgain.kind}/")]
    others = register().found_again.some(earlier)
    groups = {scope: Group(label) for scope, label in GROUPS.items()}
    read: list[Document] = []
    for hit in hits:
        state, document = states.get(hit.id), documents.get(hit.id)
        group = groups[scope_of(state) if state else Scope.HELD]
        if document and len(group.lines) < SHOWN:
            read.append(document)
        kind, _, entry = hit.id.partition("/")
        url = f"/requests/{entry}" if kind == FoundAgain.kind else f"/documents/{hit.id}"
        line = Line(
            hit,
            state=state.value if state else "已不在档案中",
            passages=[],
            mark=record.marks.get(hit.id),
            url=url if document else "",
            alike=kind == FoundAgain.kind and _alike(record.asked, others.get(entry)),
            way=way([public[hit.id]], services().settings.address) if hit.id in public else "",
        )
        group.lines.append(line)
    passages = prior.passages(typed, read)
    for group in groups.values():
        for each in group.lines:
            each.passages.extend(passages.get(each.hit.id, []))
    return [group for group in groups.values() if group.lines]


def public_now(ids: Sequence[str]) -> dict[str, Document]:
    """Return those of some documents that are public now, in this order."""
    found = services().catalogue.public_many(ids)
    return {id: found[id] for id in ids if id in found}


def _alike(asked: str, other: Findable | None) -> bool:
    """Tell whether another request asks for nearly the same."""
    try:
        return other is not None and likeness(asked, other.asked) >= ALIKE
    except BadQuery:
        return False


def _behind() -> int:
    """Return how many events the index is behind; what they changed may not be found yet."""
    try:
        return sync.behind(desk().everything, desk().held)
    except IndexUnusable:
        return 0
