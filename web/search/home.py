"""The first page: doors to what people mostly come for, what is newest, the columns, and the last yearly reports.

Doors are stated in ``site.toml``. Where none is, those below are offered: each is the column that is named so, or else
the first of its words that a search finds. None leads to nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeAlias

from archive.chinese.dates import office_today
from archive.document import Document
from archive.store import publications
from archive.store.catalogue import Catalogue
from indexer.engine import Sort
from indexer.query import Everything
from indexer.snippets import Marker
from web.http.addresses import document_url
from web.installation.county import Door
from web.installation.services import Services
from web.search.find import Overview, documents_of, matches, overview
from web.search.params import SearchForm
from web.search.results import FacetView, HitView, hit_view
from web.search.views import Link

NEWEST = 8
DOORS = {
    "社保": ("社会保险", "养老保险", "社保"),
    "医保": ("医疗保险", "医疗保障", "医保"),
    "教育": ("义务教育", "招生", "教育"),
    "就业": ("就业创业", "就业"),
    "住房": ("住房保障", "保障性住房", "公租房", "危房改造"),
    "救助": ("社会救助", "最低生活保障", "临时救助"),
    "养老": ("养老服务", "养老"),
    "不动产": ("不动产登记", "不动产"),
    "征地": ("征地补偿", "土地征收", "征收"),
    "办企业": ("企业开办", "营业执照", "市场主体登记", "优化营商环境"),
    "户口": ("户籍管理", "户口登记", "户口"),
    "财政": ("财政预决算", "部门预算", "财政预算"),
}
# Yearly reports, how many are read for the last year's, and how many are listed.
_REPORTS = SearchForm(filters={"genre": ("年报",)}, sort=Sort.NEWEST)
_READ, REPORTS = 200, 3
State: TypeAlias = tuple[str, int, date]
_YEAR = re.compile(r"(20\d\d)\s*年")


@dataclass(frozen=True, slots=True)
class HomePage:
    """What the first page shows. ``browse`` are the columns, or where there are none another way to browse.

    ``reports`` are yearly reports of the last year for which there are any, the county's own first.
    """

    form: SearchForm
    total: int
    doors: Sequence[Link]
    newest: Sequence[HitView]
    browse: FacetView
    reports: Sequence[Link]
    reports_url: str


def home(services: Services) -> HomePage:
    """Build the first page. Raises IndexUnusable."""
    found = overview(services)
    change = services.catalogue.last_change()
    ids = _newest(services.catalogue, change)
    documents = services.catalogue.public_many(ids)
    # Links on the first page start a new search.
    form, marker = SearchForm(), Marker(Everything(), services.analyzer)
    newest = [hit_view(documents[id], marker, form, passages=False) for id in ids if id in documents]
    ways = [found.facet(name) for name in ("column", "genre", "issuer")]
    # What is asked once for each state of the index and the archive.
    state = services.engine.generation(), change, office_today()
    return HomePage(
        form,
        found.total,
        _doors(services, found, state),
        newest,
        next((each for each in ways if each.values), ways[0]),
        _reports(services, state),
        _REPORTS.address(),
    )


@lru_cache(maxsize=2)
def _newest(catalogue: Catalogue, _change: int) -> list[str]:
    """Return the ids of the documents disclosed last, as of a change."""
    return [each.id for each in publications.newest(catalogue, NEWEST)]


def _doors(services: Services, found: Overview, state: State) -> list[Link]:
    columns = [each.value for top in found.facet("column").values for each in (top, *top.children)]
    stated = services.county.doors or _usual(columns)
    return [Link(each.label, form.address()) for each in stated if (form := _opened(services, each, state))]


def _usual(columns: Sequence[str]) -> list[Door]:
    doors = []
    for label, words in DOORS.items():
        named = next((each for word in (label, *words) for each in columns if word in each.rpartition("/")[2]), "")
        doors.append(Door(label, column=named) if named else Door(label, q="|".join(words)))
    return doors


@lru_cache(maxsize=64)
def _opened(services: Services, door: Door, _state: State) -> SearchForm | None:
    """Return the first search of a door that finds something just as it is typed."""
    filters = {name: (value,) for name in ("column", "topic", "genre", "issuer") if (value := getattr(door, name))}
    forms = [SearchForm(q=each.strip(), filters=filters) for each in door.q.split("|")]
    return next((form for form in forms if matches(services, form)), None)


def _reports(services: Services, state: State) -> list[Link]:
    ids = _last_reports(services, state)
    documents = services.catalogue.public_many(ids)
    return [Link(documents[id].metadata.title, document_url(id)) for id in ids if id in documents]


@lru_cache(maxsize=2)
def _last_reports(services: Services, _state: State) -> list[str]:
    """Return the ids of the reports of the last year for which there are any. Reading them all is slow."""
    documents = documents_of(services, _REPORTS, _READ)
    years = {each.id: max(map(int, _YEAR.findall(each.metadata.title)), default=0) for each in documents}
    last = max(years.values(), default=0)
    of_last = sorted((each for each in documents if last and years[each.id] == last), key=_of_county)
    return [each.id for each in of_last[:REPORTS]]


def _of_county(document: Document) -> bool:
    """Order what the county's own government reports before what towns and agencies do."""
    return re.search(r"[县市区旗]人民政府\d", document.metadata.title) is None
