"""A search, from a form to a page of values: what the pages, the API and the command line all call."""

from dataclasses import dataclass, replace
from time import perf_counter

from archive.text import normalise
from indexer.engine import SearchRequest, Sort
from indexer.parse import parse
from indexer.snippets import Marker
from indexer.sync import lag
from web.params import SearchForm
from web.present import FacetView, HitView, SearchPage, search_page
from web.services import Services

NEWEST = 8


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
    # What changed since the index was built is left out of hits and counts; and what the index names is shown only
    # where the catalogue says it is public: two gates.
    request: SearchRequest = form.request(_hidden(services))
    answer = services.engine.search(request)
    documents = services.catalogue.public_many(hit.id for hit in answer.hits)
    page = search_page(form, answer, documents, Marker(parse(form.q), services.analyzer))
    return replace(page, took_ms=round((perf_counter() - started) * 1000, 1))


def suggestions(services: Services, typed: str) -> list[str]:
    """Titles of public documents that contain what was typed so far."""
    return list(services.engine.suggest(normalise(typed), hidden=_hidden(services)))


def home(services: Services) -> HomePage:
    page = find(services, SearchForm(sort=Sort.NEWEST, per_page=NEWEST))
    columns = next(facet for facet in page.facets if facet.name == "column")
    # Links from here start a search of their own.
    return HomePage(SearchForm(), page.total, columns, list(page.hits))


def _hidden(services: Services) -> frozenset[str]:
    """What the index may hold and the public may not see any more."""
    lag(services.catalogue, services.engine)
    return services.catalogue.hidden_since(services.engine.cursor())
