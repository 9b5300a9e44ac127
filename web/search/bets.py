"""What the site itself says about a search, above the results: the best bets of staff, then the places it names."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from archive.chinese.dates import office_today
from archive.document import LAPSED, Document
from indexer.engine import Sort
from web.http.addresses import document_url
from web.installation.best_bets import BestBet, BestBets, Place
from web.installation.services import Services
from web.search.params import SearchForm
from web.search.places import of_site
from web.search.views import BetView

# How many bets of staff are shown at most.
MOST = 3
OF_STAFF = "本站工作人员推荐"


def bets(services: Services, form: SearchForm) -> list[BetView]:
    """Return what the site itself says about a search, on its first page: first of staff, then of ``site.toml``."""
    if form.page != 1 or form.order is not Sort.RELEVANCE or not form.q:
        return []
    return [*_of_staff(services, form), *of_site(services.county, form.q)]


def _of_staff(services: Services, form: SearchForm) -> Iterator[BetView]:
    chosen = services.best_bets.current().of(form.q, office_today())
    documents = _documents(services, chosen)
    for bet in _shown(chosen, documents):
        if bet.place is not Place.DOCUMENT:
            yield BetView(bet.title, bet.address, bet.place is Place.ELSEWHERE, bet.text, (), OF_STAFF)
            continue
        metadata = documents[bet.address].metadata
        yield BetView(
            bet.title,
            form.address(document_url(bet.address)),
            False,
            bet.text,
            (),
            f"{OF_STAFF}的文件",
            "成文" if metadata.written_on else "公开",
            metadata.written_on or metadata.published_on,
            metadata.validity.value if metadata.validity else None,
            metadata.validity in LAPSED,
        )


def _documents(services: Services, chosen: Iterable[BestBet]) -> dict[str, Document]:
    """Return the public documents that bets name."""
    return services.catalogue.public_many(bet.address for bet in chosen if bet.place is Place.DOCUMENT)


def _shown(chosen: Iterable[BestBet], documents: Mapping[str, Document]) -> list[BestBet]:
    """Return those of a search's bets that are shown."""
    return [bet for bet in chosen if bet.place is not Place.DOCUMENT or bet.address in documents][:MOST]


class Unshown(NamedTuple):
    """Why a bet is not shown, and the column that says so."""

    why: str
    field: str


def unshown(services: Services, table: BestBets) -> dict[int, Unshown]:
    """Return by line which bets of a table are not shown today, or should not be, and why."""
    documents = _documents(services, table.all)
    today = office_today()
    found = ((bet.line, _hindrance(table, bet, documents, today)) for bet in table.all)
    return {line: hindrance for line, hindrance in found if hindrance}


def _hindrance(table: BestBets, bet: BestBet, documents: Mapping[str, Document], today: date) -> Unshown | None:
    if bet.until and bet.until < today:
        return Unshown("已经过了截止日期，不再显示", "until")
    if bet.place is Place.DOCUMENT:
        document = documents.get(bet.address)
        if document is None:
            return Unshown(f"文件 {bet.address} 没有公开或者已经撤回，不显示", "address")
        if document.metadata.validity in LAPSED:
            return Unshown(f"文件 {bet.address} {document.metadata.validity}，请改为现行有效的", "address")
    for typed in bet.asked:
        if bet not in _shown(table.of(typed, today), documents):
            return Unshown(f"排在“{typed}”的前 {MOST} 条推荐之后，检索“{typed}”时不显示", "asked")
    return None
