"""A search, from a form to a page of values: what the pages, the API and the command line all call."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from time import perf_counter

from archive.chinese.dates import office_today
from archive.chinese.text import normalise
from archive.decisions import relations, validity
from archive.describe import docnumber
from archive.document import LAPSED, Document
from archive.store import publications
from archive.store.catalogue import Catalogue
from indexer.asking.interpret import Interpretation, interpret
from indexer.asking.parse import parse
from indexer.asking.quantities import Question, best
from indexer.engine import SearchRequest, Sort
from indexer.query import Everything, Like, Or, Part, Phrase, Query, Within
from indexer.snippets import Marker
from indexer.sync import lag
from web.installation.services import Services
from web.search.params import SearchForm
from web.search.results import (
    AnswerView,
    FacetView,
    HitView,
    NumberView,
    Relief,
    SearchPage,
    answer_view,
    hit_view,
    loosened,
    number_view,
    search_page,
)
from web.search.views import Link

NEWEST = 8
SIMILAR = 6
# How many of the best documents are read for a number that answers.
ASKED = 10
# How many filters are tried without where nothing answers.
LOOSENED = 6


@dataclass(frozen=True, slots=True)
class HomePage:
    """What the first page shows: how many documents there are, the columns, and the newest documents."""

    form: SearchForm
    total: int
    columns: FacetView
    newest: list[HitView]


def find(services: Services, form: SearchForm) -> SearchPage:
    """Raises BadQuery, and IndexUnusable rather than show an empty page for a failure."""
    started = perf_counter()
    meaning = interpreted(services, form)
    # What changed since the index was built is left out of hits and counts; and what the index names is shown only
    # where the catalogue says it is public: two gates.
    request: SearchRequest = form.request(meaning.query, _hidden(services))
    answer = services.engine.search(request)
    documents = services.catalogue.public_many(hit.id for hit in answer.hits)
    shown = [documents[hit.id] for hit in answer.hits if hit.id in documents]
    marker = Marker(meaning.query, services.analyzer)
    page = search_page(form, answer, shown, marker)
    page = replace(
        page,
        expansions=meaning.expansions,
        corrections=[
            Link(q, form.asking(q).address()) for q in _corrections(services, form, answer.total, answer.relaxed)
        ],
        answer=_answer(services, form, shown, answer.relaxed),
        number=_number(form, answer.total, shown, marker),
        reliefs=_reliefs(services, form, request) if not answer.total else (),
    )
    return replace(page, took_ms=round((perf_counter() - started) * 1000, 1))


def _number(form: SearchForm, total: int, shown: Sequence[Document], marker: Marker) -> NumberView | None:
    """The document of a number, where nothing but a number was asked for."""
    found = docnumber.read_query(form.q) if form.page == 1 and total and form.order is Sort.RELEVANCE else ()
    if len(found) != 1 or not found[0].sure or (form.q[: found[0].start] + form.q[found[0].end :]).strip():
        return None
    return number_view(found[0].canonical, shown, total, marker, form)


def _reliefs(services: Services, form: SearchForm, request: SearchRequest) -> list[Relief]:
    """Which one filter stands in the way of an answer, and what there is without it; most first."""
    found = []
    for label, without in loosened(form)[:LOOSENED]:
        asked = without.request(request.query, request.hidden)
        total = services.engine.search(replace(asked, facets=(), limit=1)).total
        if total:
            found.append(Relief(label, without.address(), total))
    return sorted(found, key=lambda relief: -relief.count)


def ids_of(services: Services, form: SearchForm, limit: int) -> list[str]:
    """The ids of the first ``limit`` documents that answer a form. Raises as ``find``."""
    request = form.request(interpreted(services, form).query, _hidden(services))
    return [hit.id for hit in services.engine.search(replace(request, facets=(), offset=0, limit=limit)).hits]


def documents_of(services: Services, form: SearchForm, limit: int) -> list[Document]:
    """The first ``limit`` documents that answer a form, public as of now. Raises as ``find``."""
    ids = ids_of(services, form, limit)
    documents = services.catalogue.public_many(ids)
    return [documents[id] for id in ids if id in documents]


def interpreted(services: Services, form: SearchForm) -> Interpretation:
    """What a form's words mean. Raises BadQuery."""
    year = office_today().year
    return interpret(form.q, services.synonyms.current(), services.analyzer, form.literal, year)


def _corrections(services: Services, form: SearchForm, total: int, relaxed: bool) -> list[str]:
    """What may have been meant by a search that nothing answers as it stands, where it would be answered."""
    latin = form.q.isascii() and form.q.replace(" ", "").isalpha()
    if form.page != 1 or total and not relaxed and not latin:
        return []
    corrector = services.typing_aids.corrector.current()
    if corrector is None:
        return []
    hidden = _hidden(services)

    typed = form.q.split()

    def answered(q: str) -> bool:
        # Each word by itself: one that stands only in a withdrawn document must not be told beside one that does not.
        return all(_stands(services, parse(word), hidden) for word in q.split() if word not in typed)

    return [q for q in corrector.corrections(form.q) if answered(q)]


def _stands(services: Services, query: Query, hidden: frozenset[str]) -> bool:
    """Whether a public document answers this as it stands."""
    answer = services.engine.search(SearchRequest(query=query, limit=1, hidden=hidden))
    return answer.total > 0 and not answer.relaxed


def note_gap(services: Services, page: SearchPage) -> None:
    """Count a citizen's search that no document answers; filters and further pages are no searches of their own."""
    if page.form == SearchForm(q=page.form.q) and page.form.q and (not page.total or page.relaxed):
        services.gaps.record(page.form.q, page.relaxed, office_today())


def ranked(services: Services, typed: str, limit: int) -> list[str]:
    """The ids that a citizen's search for this leads to, best first: what ``gongkai judge`` measures."""
    form = SearchForm(q=typed)
    return ids_of(services, form, limit)


def similar(services: Services, id: str) -> list[Document]:
    """Public documents about the same as this one, nearest first."""
    request = SearchRequest(query=Like(id), limit=SIMILAR, hidden=_hidden(services))
    hits = services.engine.search(request).hits
    documents = services.catalogue.public_many(hit.id for hit in hits)
    return [documents[hit.id] for hit in hits if hit.id in documents]


def related(services: Services, id: str) -> list[tuple[relations.RelationKind, bool, Document]]:
    """Confirmed relations of a document to public ones."""
    found = relations.confirmed(services.catalogue, id)
    documents = services.catalogue.public_many(other for _, _, other in found)
    return [(kind, out, documents[other]) for kind, out, other in found if other in documents]


def ended_by(services: Services, id: str) -> Document | None:
    """The public document that amended or repealed this one, where that was recorded."""
    other = validity.ended_by(services.catalogue, id)
    return services.catalogue.public_many([other]).get(other) if other else None


def _answer(services: Services, form: SearchForm, shown: Sequence[Document], relaxed: bool) -> AnswerView | None:
    """The sentence of a document on the first page that answers a question for a number."""
    if form.page != 1 or form.order is not Sort.RELEVANCE:
        return None
    question = Question(form.q, services.synonyms.current(), services.analyzer)
    if not question.asks:
        return None
    # Of two that answer as well, not the one that is repealed.
    asked = sorted(shown[:ASKED], key=lambda document: document.metadata.validity in LAPSED)
    found = best(
        (rank, each)
        for rank, document in enumerate(asked)
        for each in question.answers(document.metadata.title, document.text, beside_only=relaxed)
    )
    return answer_view(asked[found[0]], found[1], form) if found else None


def suggestions(services: Services, typed: str) -> list[str]:
    """Titles, numbers, agencies and words of public documents that go with what was typed so far."""
    suggester = services.typing_aids.suggester.current()
    if suggester is None:
        return []
    hidden = _hidden(services)
    found = suggester.suggest(typed, hidden=hidden)
    # The second gate: what documents are called today, and the title as its author wrote it.
    documents = services.catalogue.public_many(each.id for each in found if each.id)
    offered = []
    for each in found:
        form = normalise(each.text)
        if each.id is None:
            # Words and agencies are no document's: one that only hidden documents have is nobody's.
            said = Or((Phrase(form), Within(Part.ISSUER, form)))
            if not hidden or _stands(services, said, hidden):
                offered.append(each.text)
        elif each.id in documents:
            metadata = documents[each.id].metadata
            if normalise(metadata.title) == form:
                offered.append(metadata.title)
            elif any(normalise(number) == form for number in metadata.numbers):
                offered.append(each.text)
    return offered


def home(services: Services) -> HomePage:
    page = find(services, SearchForm(per_page=1))
    columns = next(facet for facet in page.facets if facet.name == "column")
    ids = _newest(services.catalogue, services.catalogue.last_change())
    documents = services.catalogue.public_many(ids)
    # Links from here start a search of their own.
    form, marker = SearchForm(), Marker(Everything(), services.analyzer)
    newest = [hit_view(documents[id], marker, form) for id in ids if id in documents]
    return HomePage(form, page.total, columns, newest)


@lru_cache(maxsize=2)
def _newest(catalogue: Catalogue, _change: int) -> list[str]:
    """The ids of what was disclosed last, as of a change."""
    return [each.id for each in publications.newest(catalogue, NEWEST)]


def _hidden(services: Services) -> frozenset[str]:
    """What the index may hold and the public may not see any more."""
    if not lag(services.catalogue, services.engine):
        return frozenset()
    return services.catalogue.hidden_since(services.engine.cursor())
