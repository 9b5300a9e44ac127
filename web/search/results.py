"""A page of results as plain values. Templates only draw them; the JSON API serialises the same ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from typing import NamedTuple

from archive.chinese.text import normalise
from archive.document import LAPSED, Attachment, Document, Validity, label_at
from indexer import facets
from indexer.asking.interpret import Expansion
from indexer.asking.offers import Offer, span
from indexer.asking.quantities import Found
from indexer.engine import Answer, Sort
from indexer.snippets import Fragment, Marker, opening
from web.http.addresses import document_url
from web.search.params import MAX_PAGE, SearchForm
from web.search.views import BetView, Link, format_of

# How many that fold under one document are listed there at most. A page lists as many as it has lines.
LISTED = 5
# The longest address that each snippet of a page repeats.
_LONG = 500
# Times that are often asked for, as ``indexer.asking.offers`` understands them.
_SHORTCUTS = ("今年", "去年", "近三年")
SORT_LABELS = {Sort.RELEVANCE: "按相关度", Sort.NEWEST: "最新在前", Sort.OLDEST: "最早在前"}


@dataclass(frozen=True, slots=True)
class HitView:
    """A line of a result list. ``lapsed`` means repealed or expired.

    ``places`` say where each snippet is, "" for nowhere in particular. The displayed snippet begins with its place.
    ``leads`` are the addresses of the places in the texts from which the snippets are, "" for none.
    ``duplicate_of`` is the hit above it that it folds under, ``under`` how many fold under it, ``former`` how many of
    these are former versions.
    """

    id: str
    url: str
    title: Sequence[Fragment]
    plain_title: str
    number: str | None
    issuer: str | None
    genre: str | None
    topic: str | None
    column: str | None
    written_on: date | None
    published_on: date | None
    validity: str | None
    lapsed: bool
    formats: Sequence[str]
    snippets: Sequence[Sequence[Fragment]]
    places: Sequence[str]
    leads: Sequence[str] = ()
    duplicate_of: str | None = None
    under: int = 0
    former: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A document of a page, those to be listed under it, and how many fold under it altogether.

    ``former`` of these are former versions, which those that are listed don't tell.
    """

    document: Document
    under: Sequence[Document]
    count: int
    former: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """A hit and what is listed under it."""

    hit: HitView
    under: Sequence[HitView]

    @property
    def kind(self) -> str:
        """What all that folds under it is called."""
        if not self.hit.former:
            return "内容基本相同的文件"
        return "以前的版本" if self.hit.former == self.hit.under else "内容基本相同的文件和以前的版本"


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet. ``url`` switches it on or off. ``children`` are the second level of a two-level facet."""

    value: str
    label: str
    count: int
    selected: bool
    url: str
    children: Sequence["FacetValue"] = ()


@dataclass(frozen=True, slots=True)
class FacetView:
    name: str
    label: str
    values: Sequence[FacetValue]
    # What its values were looked through for.
    sought: str = ""

    @property
    def open(self) -> bool:
        return any(value.selected or any(child.selected for child in value.children) for value in self.values)


@dataclass(frozen=True, slots=True)
class AnswerView:
    """The sentence of a public document that answers a question for a number, with the number marked.

    ``said_on`` is the document's day.
    """

    sentence: Sequence[Fragment]
    title: str
    url: str
    validity: str | None
    said_on: date | None


@dataclass(frozen=True, slots=True)
class Relief:
    """Another search to go on with, and how many documents it finds: without a filter, or narrower."""

    label: str
    url: str
    count: int


@dataclass(frozen=True, slots=True)
class NumberView:
    """The requested document number: its document if that is public, or several that share the number by mistake.

    ``citing`` counts the hits that only mention the number.
    """

    number: str
    hits: Sequence[HitView]
    citing: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of results. ``total`` is exact and counts what folds under others too; ``lines`` counts what does not.

    ``reachable`` says whether all lines can be paged to.

    ``expansions`` are the added words, which ``literal_url`` leaves out. ``aside`` are words that need not occur and
    which it wants, as what they say is offered as a filter. ``excluded`` is what was read as an exclusion,
    and ``including_url`` searches for it. ``offers`` narrow by what a word says, ``misread`` says
    what looks like grammar and was taken as words. ``corrections`` are what may have been
    meant. ``bets`` are what the site itself says about the search. ``reliefs`` say which filter to drop when nothing is
    found. ``shortcuts`` are this search within the last year, and the like.
    """

    form: SearchForm
    total: int
    lines: int
    pages: int
    relaxed: bool
    hits: Sequence[HitView]
    facets: Sequence[FacetView]
    chips: Sequence[Link]
    clear_url: str
    sorts: Sequence[Link]
    page_links: Sequence[Link]
    previous_url: str | None
    next_url: str | None
    literal_url: str
    expansions: Sequence[Expansion] = ()
    aside: Sequence[str] = ()
    excluded: Sequence[str] = ()
    including_url: str = ""
    offers: Sequence[Relief] = ()
    misread: Sequence[str] = ()
    corrections: Sequence[Link] = ()
    bets: Sequence[BetView] = ()
    answer: AnswerView | None = None
    number: NumberView | None = None
    reliefs: Sequence[Relief] = ()
    shortcuts: Sequence[Link] = ()
    took_ms: float = 0.0

    @property
    def groups(self) -> list[Group]:
        """The hits, each with those that fold under it."""
        return [
            Group(hit, [each for each in self.hits if each.duplicate_of == hit.id])
            for hit in self.hits
            if hit.duplicate_of is None
        ]

    @property
    def feed_url(self) -> str:
        return replace(self.form, page=1).address("/search.atom")

    @property
    def table_url(self) -> str:
        return replace(self.form, page=1).address("/search.csv")

    @property
    def reachable(self) -> bool:
        return self.lines <= self.pages * self.form.per_page


def search_page(form: SearchForm, answer: Answer, lines: Sequence[Line], marker: Marker) -> SearchPage:
    """Build the page of an answer with these lines."""
    count = answer.total - answer.folded
    pages = min(MAX_PAGE, max(1, ceil(count / form.per_page)))
    return SearchPage(
        form=form,
        total=answer.total,
        lines=count,
        pages=pages,
        relaxed=answer.relaxed,
        hits=[
            hit
            for line in lines
            for hit in (
                replace(hit_view(line.document, marker, form), under=line.count, former=line.former),
                *(
                    replace(hit_view(each, marker, form, passages=False), duplicate_of=line.document.id)
                    for each in line.under
                ),
            )
        ],
        facets=facet_views(answer, form),
        chips=_chips(form),
        clear_url=form.without_filters().address(),
        sorts=[Link(SORT_LABELS[sort], form.sorted_by(sort).address(), sort is form.order) for sort in Sort],
        page_links=[Link(str(n), form.turned(n).address(), n == form.page) for n in _near(form.page, pages)],
        previous_url=form.turned(form.page - 1).address() if 1 < form.page <= pages else None,
        next_url=form.turned(form.page + 1).address() if form.page < pages else None,
        literal_url=form.literally().address(),
    )


def offered(offer: Offer, form: SearchForm) -> SearchForm:
    """Return the form that narrows a search by what one of its words says, instead of searching for the word."""
    narrowed = replace(form, q=offer.typed, page=1)
    if offer.newest:
        return narrowed.sorted_by(Sort.NEWEST)
    if offer.in_force:
        return replace(narrowed, filters={**form.filters, "validity": (Validity.IN_FORCE.value,)})
    return replace(narrowed, since=offer.since, until=offer.until)


def answer_view(document: Document, found: Found, form: SearchForm) -> AnswerView:
    """Show the sentence as written in the document, with its number marked."""
    start, end = found.quantity
    pieces = (
        Fragment(document.text[found.start : start].lstrip(), False),
        Fragment(document.text[start:end], True),
        Fragment(document.text[end : found.end].rstrip(), False),
    )
    sentence = [piece for piece in pieces if piece.text]
    validity = document.metadata.validity
    return AnswerView(
        sentence,
        document.metadata.title,
        form.address(document_url(document.id)),
        validity.value if validity else None,
        document.metadata.written_on or document.metadata.published_on,
    )


def hit_view(document: Document, marker: Marker, form: SearchForm, passages: bool = True) -> HitView:
    metadata = document.metadata
    url = document_url(document.id)
    snippets = _snippets(document, marker) if passages else []
    return HitView(
        id=document.id,
        url=form.address(url),
        title=marker.fragments(metadata.title),
        plain_title=metadata.title,
        number=metadata.number,
        issuer=metadata.issuer,
        genre=metadata.genre,
        topic=metadata.topic,
        column=metadata.column,
        written_on=metadata.written_on,
        published_on=metadata.published_on,
        validity=metadata.validity.value if metadata.validity else None,
        lapsed=metadata.validity in LAPSED,
        formats=list(dict.fromkeys(map(format_of, (document.file, *(part.file for part in document.attachments))))),
        snippets=[each.pieces for each in snippets],
        places=[each.place for each in snippets],
        leads=[_lead(form.address(url), each.at) for each in snippets],
    )


class _Snippet(NamedTuple):
    """A passage to show, with its place also by itself, and ``at`` for a link ("17", "2-17")."""

    place: str
    pieces: list[Fragment]
    at: str = ""


def _snippets(document: Document, marker: Marker) -> list[_Snippet]:
    """Return the passages to show. Each begins with its place, also given ("附件《收支表.pdf》第 3 页", "表 2", "")."""
    parts: tuple[Document | Attachment, ...] = (document, *document.attachments)
    shown: list[_Snippet] = []
    for passage in marker.passages(*(part.text for part in parts)):
        part = parts[passage.part]
        # A passage may begin with the end of the paragraph before the one that has the words.
        before = next((at for at, each in enumerate(passage.fragments) if each.marked), 0)
        words = sum(len(each.text) for each in passage.fragments[:before] if each.text != "…")
        paragraph = part.text.count("\n", 0, passage.start)
        place = label_at(part.places, paragraph)
        if isinstance(part, Attachment):
            place = f"附件《{part.file.name}》{place}"
        at = part.text.count("\n", 0, passage.start + words)
        pieces = [*([Fragment(f"{place}：", False)] if place else ()), *passage.fragments]
        shown.append(_Snippet(place, pieces, f"{passage.part}-{at}" if passage.part else f"{at}"))
    return shown or [_Snippet("", piece) for piece in [opening(document.text)] if piece]


def _lead(address: str, at: str) -> str:
    """Return the address of a place in a text; "" for none, and after a search so long that its links fill the page."""
    return f"{address}{'&' if '?' in address else '?'}at={at}#at" if at and len(address) <= _LONG else ""


def shortcuts(form: SearchForm, today: date) -> list[Link]:
    """Return this search within times that are often asked for."""
    forms = [
        (word, replace(form, since=found[0], until=found[1], page=1))
        for word in _SHORTCUTS
        if (found := span(word, today))
    ]
    return [Link(word, each.address(), each == replace(form, page=1)) for word, each in forms]


def has_in_order(name: str, typed: str) -> bool:
    """Tell whether a name has the characters typed in their order, as 教育和体育局 has those of 教育局."""
    rest = iter(normalise(name))
    return all(each in rest for each in normalise(typed))


def sought(view: FacetView, typed: str) -> FacetView:
    """Return a facet with the values only that are called like what was typed, and those that are chosen."""
    values = []
    for top in view.values:
        children = [each for each in top.children if each.selected or has_in_order(each.label, typed)]
        if children or top.selected or has_in_order(top.label, typed):
            values.append(replace(top, children=children))
    return replace(view, values=values, sought=typed)


def facet_views(answer: Answer, form: SearchForm) -> list[FacetView]:
    """Build the facets of an answer, in the order of the page."""
    return [_facet(facet, answer.facets.get(facet.name, {}), form) for facet in facets.FACETS]


def _facet(facet: facets.Facet, counts: Mapping[str, int], form: SearchForm) -> FacetView:
    chosen = form.filters.get(facet.name, ())
    # A chosen value stays visible even with no documents, so that it can be taken off.
    counts = {**dict.fromkeys(chosen, 0), **counts}

    def view(value: str, children: Sequence[FacetValue] = ()) -> FacetValue:
        label = value.partition("/")[2] or value if facet.levels == 2 else value
        url = form.toggled(facet.name, value).address()
        return FacetValue(value, label, counts.get(value, 0), value in chosen, url, children)

    def order(value: str) -> tuple[int, str]:
        return (-int(value), "") if facet.name == "year" and value.isdigit() else (-counts.get(value, 0), value)

    if facet.levels == 1:
        return FacetView(facet.name, facet.label, [view(value) for value in sorted(counts, key=order)])
    first = dict.fromkeys(value.partition("/")[0] for value in sorted(counts, key=order))
    return FacetView(
        facet.name,
        facet.label,
        [
            view(top, [view(value) for value in sorted(counts, key=order) if value.startswith(f"{top}/")])
            for top in first
        ],
    )


def number_view(number: str, documents: Sequence[Document], total: int, marker: Marker, form: SearchForm) -> NumberView:
    """Describe a number. ``documents`` are the first page of hits in a search for it; ``total`` counts all hits."""
    own = [document for document in documents if number in document.metadata.numbers]
    return NumberView(number, [hit_view(document, marker, form) for document in own], total - len(own))


def loosened(form: SearchForm) -> list[tuple[str, SearchForm]]:
    """List a form's filters, each as a label with the form that lacks it."""
    found = [
        (f"{facet.label}：{value.replace('/', ' › ')}", form.toggled(facet.name, value))
        for facet in facets.FACETS
        for value in form.filters.get(facet.name, ())
    ]
    if form.since or form.until:
        found.append((f"日期：{form.since or '…'} 至 {form.until or '…'}", form.without_dates()))
    return found


def _chips(form: SearchForm) -> list[Link]:
    return [Link(label, without.address()) for label, without in loosened(form)]


def _near(page: int, pages: int) -> list[int]:
    """List the page numbers to offer: the first, the last, and those around the current one."""
    return sorted({1, pages, *range(max(1, page - 3), min(pages, page + 3) + 1)})
