"""What a text cites of the documents that are public, and which of them cite a document.

Names are looked up in the index, all at once, and whatever is found there the catalogue is asked again: nothing that
is not public, or no longer, is linked, counted or named.
"""

import logging
import re
from collections.abc import Collection, Iterator, Set
from datetime import date
from functools import lru_cache

from archive.describe import docnumber
from archive.document import LAPSED, Document
from archive.store import publications
from archive.store.catalogue import Catalogue
from indexer.engine import Engine, SearchRequest
from indexer.errors import IndexUnusable
from indexer.names import key, keys_of_title
from indexer.query import Key, Or, Phrase, Query
from web.http.addresses import document_url
from web.installation.services import Services

log = logging.getLogger(__name__)
_TITLE = re.compile(r"《([^《》]{2,100})》")
# A shorter title, such as 通知, names nothing.
_SHORTEST = 4
# How many names of a page are looked up, how many documents are read for those that cite one, and how many are listed.
_MOST, _READ, LISTED = 200, 30, 10


def mentions(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the titles in 《》 and the document numbers of a text: where they begin and end, and what they are called.

    >>> list(mentions("按照《养犬管理办法》（云政发〔2019〕6号）办理"))
    [(2, 10, '养犬管理办法'), (11, 22, '云政发〔2019〕6号')]
    """
    found = [(each.start(), each.end(), key(each[1])) for each in _TITLE.finditer(text)] if "《" in text else []
    if "号" in text:
        found += [(each.start, each.end, key(each.canonical)) for each in docnumber.find(text)]
    at = 0
    for start, end, name in sorted(found):
        if start >= at and len(name) >= _SHORTEST:
            yield start, end, name
            at = end


def named(services: Services, names: Collection[str], but: str = "") -> dict[str, str]:
    """Return the addresses of the public documents that are called so, by name; ``but`` is the id of one to leave out.

    Of several with the same name it is the newest.
    """
    try:
        known = services.names.current()
    except IndexUnusable as error:
        log.error("%s: %s", type(error).__name__, error)
        return {}
    if known is None:
        return {}
    candidates = {name: known.find(name) for name in sorted(names)[:_MOST]}
    borne: dict[str, list[tuple[date, str]]] = {}
    for each in publications.borne(services.catalogue, {id for ids in candidates.values() for id in ids} - {but}):
        rank = each.written_on or date.min, each.id
        for name in {*keys_of_title(each.title), *map(key, each.numbers)}:
            if each.id in candidates.get(name, ()):
                borne.setdefault(name, []).append(rank)
    return {name: document_url(max(ranks)[1]) for name, ranks in borne.items()}


def cited_by(services: Services, document: Document) -> list[Document]:
    """Return the public documents that name this one in 《》 or by its number, those in force and the newest first."""
    metadata = document.metadata
    numbers = frozenset(each for each in (metadata.number, *metadata.other_numbers) if each)
    titles = frozenset(each for each in keys_of_title(metadata.title) if len(each) > _SHORTEST)
    try:
        generation = services.engine.generation()
        ids = _citing(services.engine, services.catalogue, generation, document.id, titles, numbers)
    except IndexUnusable as error:
        log.error("%s: %s", type(error).__name__, error)
        return []
    # The catalogue says what is public now, and whether it still cites the document.
    read = services.catalogue.public_many(ids).values()
    citing = [each for each in read if _cites(each, titles, numbers)]
    return sorted(citing, key=_order)


@lru_cache(1000)
def _citing(
    engine: Engine, catalogue: Catalogue, _generation: str, id: str, titles: frozenset[str], numbers: frozenset[str]
) -> list[str]:
    """Return the ids of the first that cite a document in a generation of the index."""
    asked: list[Query] = [*map(Key, sorted(numbers)), *(Phrase(f"《{each}》") for each in sorted(titles))]
    if not asked:
        return []
    answer = engine.search(SearchRequest(query=Or(tuple(asked)), facets=(), limit=_READ))
    if answer.relaxed:
        return []
    read = catalogue.public_many(hit.id for hit in answer.hits if hit.id != id)
    citing = [each for each in read.values() if _cites(each, titles, numbers)]
    return [each.id for each in sorted(citing, key=_order)[:LISTED]]


def _order(document: Document) -> tuple[bool, int, str]:
    return document.metadata.validity in LAPSED, -_day(document).toordinal(), document.id


def _cites(document: Document, titles: Set[str], numbers: Set[str]) -> bool:
    if not numbers.isdisjoint(document.metadata.cited_numbers):
        return True
    texts = (document.metadata.title, document.text, *(each.text for each in document.attachments))
    return any(key(each[1]) in titles for text in texts for each in _TITLE.finditer(text))


def _day(document: Document) -> date:
    return document.metadata.written_on or document.metadata.published_on or date.min
