"""A search, from a form to a page of values. The pages, the API and the command line all call it."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from itertools import chain
from time import perf_counter

from archive.chinese.dates import office_today
from archive.chinese.text import normalise
from archive.decisions import relations
from archive.describe import docnumber
from archive.document import LAPSED, Document
from indexer.asking.interpret import Expansion, Interpretation, interpret
from indexer.asking.misread import misread
from indexer.asking.offers import offers
from indexer.asking.parse import exclusions, including, parse
from indexer.asking.quantities import Question, best
from indexer.engine import Folds, Hit, SearchRequest, Sort
from indexer.errors import BadQuery
from indexer.explanation import Explanation
from indexer.query import Everything, Like, Or, Part, Phrase, Query, Within
from indexer.snippets import Marker
from indexer.sync import lag
from web.installation.services import Services
from web.search.bets import OF_STAFF, bets
from web.search.params import SearchForm
from web.search.results import (
    LISTED,
    AnswerView,
    FacetView,
    Line,
    NumberView,
    Relief,
    SearchPage,
    answer_view,
    facet_views,
    loosened,
    number_view,
    offered,
    search_page,
    shortcuts,
)
from web.search.views import Link

SIMILAR = 6
# How many of the best documents are read for a number that answers the question.
ASKED = 10
# How many filters are switched off, one at a time, when nothing is found.
LOOSENED = 6


@dataclass(frozen=True, slots=True)
class Overview:
    """How many documents are public, altogether and by each value of each facet, with links to begin a search."""

    total: int
    facets: Sequence[FacetView]

    def facet(self, name: str) -> FacetView:
        return next(each for each in self.facets if each.name == name)


@dataclass(frozen=True, slots=True)
class ExplainedHit:
    """A hit with its rank, counted from 1, and how its score is computed."""

    rank: int
    id: str
    title: str
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class ExplainedPage:
    """The explained hits of a page. The other fields are those of a ``SearchPage``."""

    form: SearchForm
    total: int
    relaxed: bool
    expansions: Sequence[Expansion]
    hits: Sequence[ExplainedHit]


def find(services: Services, form: SearchForm) -> SearchPage:
    """Search for a form. Raises BadQuery, and IndexUnusable rather than show an empty page for a failure."""
    started = perf_counter()
    meaning = interpreted(services, form)
    # Two gates: documents no longer public since the index was built are left out of hits and counts, and a hit is
    # shown only if the catalogue says it is public.
    folds = _folds(services, form)
    request: SearchRequest = form.request(meaning.query, _hidden(services), folds)
    answer = services.engine.search(request)
    lines = _lines(services, form, answer.hits, folds.former if folds else frozenset())
    shown = [line.document for line in lines]
    marker = Marker(meaning.query, services.analyzer)
    said = bets(services, form)
    # What the site says of itself today is nearer than a sentence of some document.
    by_site = any(not each.source.startswith(OF_STAFF) for each in said)
    page = search_page(form, answer, lines, marker)
    page = replace(
        page,
        expansions=meaning.expansions,
        aside=meaning.aside,
        excluded=exclusions(form.q),
        including_url=replace(form, q=including(form.q), page=1).address(),
        offers=_offers(services, form),
        shortcuts=shortcuts(form, office_today()),
        misread=misread(form.q),
        corrections=[
            Link(q, form.asking(q).address()) for q in _corrections(services, form, answer.total, answer.relaxed)
        ],
        bets=said,
        answer=None if by_site else _answer(services, form, shown, answer.relaxed),
        number=_number(form, answer.total, shown, marker),
        reliefs=_reliefs(services, form, request) if not answer.total else (),
    )
    return replace(page, took_ms=round((perf_counter() - started) * 1000, 1))


def _offers(services: Services, form: SearchForm) -> list[Relief]:
    """List the narrower searches that words of this one say, each with how many it finds, if any."""
    found = []
    for each in offers(form.q, services.analyzer, office_today()):
        narrowed = offered(each, form)
        try:
            total = _count(services, narrowed)
        except BadQuery:
            # Nothing but marks is left without the word.
            continue
        if total:
            found.append(Relief(each.label, narrowed.address(), total))
    return found


def _count(services: Services, form: SearchForm) -> int:
    """Count what a form finds. Raises BadQuery."""
    request = form.request(interpreted(services, form).query, _hidden(services))
    return services.engine.search(replace(request, facets=(), offset=0, limit=1)).total


def _folds(services: Services, form: SearchForm) -> Folds | None:
    """Return what folds: nothing for a number, which asks for one document, and until it is worked out."""
    return services.folds.current() if form.fold and not docnumber.read_query(form.q) else None


def _lines(services: Services, form: SearchForm, hits: Sequence[Hit], former: Set[str]) -> list[Line]:
    """Read the documents of a page. Of what folds under another only as many are read as are listed."""
    left, listed = form.per_page, {}
    for hit in hits:
        listed[hit.id] = hit.under[: min(LISTED, left)]
        left -= len(listed[hit.id])
    documents = services.catalogue.public_many(chain(listed, *listed.values()))
    lines = []
    for hit in hits:
        public = [documents[id] for id in (hit.id, *listed[hit.id]) if id in documents]
        if public:
            # What has ended since the index was built is not counted.
            gone = {hit.id, *listed[hit.id]} - documents.keys()
            under = {hit.id, *hit.under} - gone - {public[0].id}
            lines.append(Line(public[0], public[1:], len(under), len(under & former)))
    return lines


def _number(form: SearchForm, total: int, shown: Sequence[Document], marker: Marker) -> NumberView | None:
    """Return the document of a number, if the search was for nothing else."""
    found = docnumber.read_query(form.q) if form.page == 1 and total and form.order is Sort.RELEVANCE else ()
    if len(found) != 1 or not found[0].sure or (form.q[: found[0].start] + form.q[found[0].end :]).strip():
        return None
    return number_view(found[0].canonical, shown, total, marker, form)


def _reliefs(services: Services, form: SearchForm, request: SearchRequest) -> list[Relief]:
    """List the filters that prevent any answer, each with what is found without it. The largest count comes first."""
    found = []
    for label, without in loosened(form)[:LOOSENED]:
        asked = without.request(request.query, request.hidden)
        total = services.engine.search(replace(asked, facets=(), limit=1)).total
        if total:
            found.append(Relief(label, without.address(), total))
    return sorted(found, key=lambda relief: -relief.count)


def explained(services: Services, form: SearchForm) -> ExplainedPage:
    """Explain why the hits of a page are ranked where they are. Raises as ``find`` does."""
    meaning = interpreted(services, form)
    request = replace(form.request(meaning.query, _hidden(services)), facets=())
    answer = services.engine.search(request)
    documents = services.catalogue.public_many(hit.id for hit in answer.hits)
    hits = [
        ExplainedHit(rank, hit.id, documents[hit.id].metadata.title, explanation)
        for rank, hit in enumerate(answer.hits, request.offset + 1)
        # A build may have removed it meanwhile.
        if hit.id in documents and (explanation := services.engine.explain(request, hit.id))
    ]
    return ExplainedPage(form, answer.total, answer.relaxed, meaning.expansions, hits)


def ids_of(services: Services, form: SearchForm, limit: int) -> list[str]:
    """Return the ids of the first ``limit`` documents for a form. Raises as ``find`` does."""
    request = form.request(interpreted(services, form).query, _hidden(services))
    return [hit.id for hit in services.engine.search(replace(request, facets=(), offset=0, limit=limit)).hits]


def documents_of(services: Services, form: SearchForm, limit: int) -> list[Document]:
    """Return the first ``limit`` documents for a form that are public now. Raises as ``find`` does."""
    ids = ids_of(services, form, limit)
    documents = services.catalogue.public_many(ids)
    return [documents[id] for id in ids if id in documents]


def interpreted(services: Services, form: SearchForm) -> Interpretation:
    """Work out what a form's words mean. Raises BadQuery."""
    return interpret(form.q, services.synonyms.current(), services.analyzer, form.literal)


def _corrections(services: Services, form: SearchForm, total: int, relaxed: bool) -> list[str]:
    """Suggest what may have been meant by a search that finds nothing as typed. Each suggestion finds something."""
    latin = form.q.isascii() and form.q.replace(" ", "").isalpha()
    if form.page != 1 or total and not relaxed and not latin:
        return []
    corrector = services.typing_aids.corrector.current()
    if corrector is None:
        return []
    hidden = _hidden(services)

    typed = form.q.split()

    def answered(q: str) -> bool:
        # Check each word by itself: one that occurs only in a withdrawn document must not slip in beside a public one.
        return all(_stands(services, parse(word), hidden) for word in q.split() if word not in typed)

    return [q for q in corrector.corrections(form.q) if answered(q)]


def _stands(services: Services, query: Query, hidden: frozenset[str]) -> bool:
    """Tell whether a public document matches this query as typed."""
    answer = services.engine.search(SearchRequest(query=query, limit=1, hidden=hidden))
    return answer.total > 0 and not answer.relaxed


def note_gap(services: Services, page: SearchPage) -> None:
    """Count a citizen's search that nothing answers as typed. Adding filters or turning pages is not a new search."""
    if page.form == SearchForm(q=page.form.q) and page.form.q and (not page.total or page.relaxed):
        services.gaps.record(page.form.q, page.relaxed, office_today())


def ranked(services: Services, typed: str, limit: int) -> list[str]:
    """Return the ids that a citizen's search finds, best first. ``gongkai judge`` measures this."""
    form = SearchForm(q=typed)
    return ids_of(services, form, limit)


def similar(services: Services, id: str) -> list[Document]:
    """Find public documents on the same subject as this one, nearest first."""
    request = SearchRequest(query=Like(id), limit=SIMILAR, hidden=_hidden(services))
    hits = services.engine.search(request).hits
    documents = services.catalogue.public_many(hit.id for hit in hits)
    return [documents[hit.id] for hit in hits if hit.id in documents]


def related(services: Services, id: str) -> list[tuple[relations.RelationKind, bool, Document]]:
    """Return a document's confirmed relations to public documents."""
    found = relations.confirmed(services.catalogue, id)
    documents = services.catalogue.public_many(other for _, _, other in found)
    return [(kind, out, documents[other]) for kind, out, other in found if other in documents]


def _answer(services: Services, form: SearchForm, shown: Sequence[Document], relaxed: bool) -> AnswerView | None:
    """Find the sentence, in a document on the first page, that answers a question for a number."""
    if form.page != 1 or form.order is not Sort.RELEVANCE:
        return None
    question = Question(form.q, services.synonyms.current(), services.analyzer)
    if not question.asks:
        return None
    # Nobody should act on what is repealed, however well it answers.
    asked = [document for document in shown[:ASKED] if document.metadata.validity not in LAPSED]
    found = best(
        (rank, each)
        for rank, document in enumerate(asked)
        for each in question.answers(document.metadata.title, document.text, beside_only=relaxed)
    )
    return answer_view(asked[found[0]], found[1], form) if found else None


def suggestions(services: Services, typed: str) -> list[str]:
    """Suggest titles, numbers, agencies and words of public documents that match what was typed so far."""
    suggester = services.typing_aids.suggester.current()
    if suggester is None:
        return []
    hidden = _hidden(services)
    found = suggester.suggest(typed, hidden=hidden)
    # The second gate, which also gives today's title, as its author wrote it.
    documents = services.catalogue.public_many(each.id for each in found if each.id)
    offered = []
    for each in found:
        form = normalise(each.text)
        if each.id is None:
            # Words and agencies name no document. One that only hidden documents contain must not be suggested.
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


def overview(services: Services) -> Overview:
    """Count everything public by one search. Raises IndexUnusable."""
    form = SearchForm()
    request = replace(form.request(Everything(), _hidden(services)), limit=1)
    answer = services.engine.search(request)
    return Overview(answer.total, facet_views(answer, form))


def matches(services: Services, form: SearchForm) -> bool:
    """Tell whether a form finds something as it is typed. Raises IndexUnusable."""
    try:
        request = form.request(interpreted(services, form).query, _hidden(services))
    except BadQuery:
        return False
    answer = services.engine.search(replace(request, facets=(), limit=1))
    return answer.total > 0 and not answer.relaxed


def _hidden(services: Services) -> frozenset[str]:
    """Return the ids that the index may still hold but the public may no longer see."""
    if not lag(services.catalogue, services.engine):
        return frozenset()
    return services.catalogue.hidden_since(services.engine.cursor())
