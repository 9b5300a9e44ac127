"""The words of this site for the on-screen keyboard of a terminal, each with what it costs to take letters for it.

They come from the lexicon, the synonyms, what the installation says of its places and contacts, and the titles and
issuers of documents that are public now. What the language has is the keyboard's own (``web/static/keyboard``).
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from weakref import WeakKeyDictionary

from archive.chinese.dates import office_today
from archive.chinese.text import is_han
from archive.store import publications
from archive.store.catalogue import Catalogue
from indexer.analyzer import Analyzer
from web.installation.county import Contact, QueryPoint
from web.installation.services import Services

_LONGEST = 12
# A pair of words that stands in titles more than once is a word, too, if it is no longer than this.
_PAIR = 8
_MOST = 6_000
# What the site's own words count, and words of all titles in which no word counts for much by itself.
_OWN, _SPREAD = 3, 4_000
_PLACE = re.compile(r"(\w{2,4}?)([县市区镇乡])")
# What was counted for each installation, and for which state of its collection.
_counted: "WeakKeyDictionary[Catalogue, tuple[object, dict[str, int]]]" = WeakKeyDictionary()


def words_by_cost(services: Services) -> dict[str, str]:
    """Map each cost to its words, separated by spaces. A hundred of cost is a factor of e**10."""
    counted = Counter(_of_titles(services))
    for word in _stated(services):
        counted[word] += _OWN
    total = counted.total() + _SPREAD
    by_cost: defaultdict[int, list[str]] = defaultdict(list)
    for word, count in counted.most_common(_MOST):
        by_cost[round(-10 * math.log(count / total))].append(word)
    return {str(cost): " ".join(words) for cost, words in by_cost.items()}


def _stated(services: Services) -> Iterator[str]:
    county, pairs = services.county, services.synonyms.current().pairs
    named: list[QueryPoint | Contact] = [*county.query_points, *county.contacts]
    texts = [*services.analyzer.own_words, *(word for pair in pairs for word in (pair.word, pair.other))]
    texts += [name for each in named for name in (each.name, *each.also.split("、"))]
    if county.requests:
        texts += [county.requests.office, *county.requests.also.split("、")]
    yield from filter(_is_word, dict.fromkeys(texts))


def _of_titles(services: Services) -> dict[str, int]:
    """Count words of titles and issuers of what is public now."""
    analyzer, catalogue = services.analyzer, services.catalogue
    state = publications.last(catalogue), office_today(), analyzer
    known = _counted.get(catalogue)
    if known is None or known[0] != state:
        known = _counted[catalogue] = state, _count(analyzer, publications.called(catalogue))
    return known[1]


def _count(analyzer: Analyzer, called: Iterable[tuple[str, str]]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    issuers: Counter[str] = Counter()
    for title, issuer in called:
        words = analyzer.pieces(title)
        counted.update(filter(_is_word, words))
        pairs.update(filter(_is_word, (one + other for one, other in pairwise(words) if len(one) > 1 < len(other))))
        issuers[issuer] += 1
    for issuer, count in issuers.items():
        place = _PLACE.match(issuer)
        names: Iterable[str] = (place[1], place[0], issuer.removeprefix(place[0])) if place else ()
        counted.update({name: count for name in (issuer, *names, *analyzer.pieces(issuer)) if _is_word(name)})
    return counted | {pair: count for pair, count in pairs.items() if count > 1 and len(pair) <= _PAIR}


def _is_word(text: str) -> bool:
    return 2 <= len(text) <= _LONGEST and all(map(is_han, text))
