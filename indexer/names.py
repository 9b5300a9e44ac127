"""Which documents of an index bear a title or a number: what a text that names another one may mean.

Hundreds of thousands of names take a few megabytes: only their hashes are kept, in order, each with an id. So a name
may lead to a document that does not bear it, and whoever asks compares it with the document's own.
"""

import re
from collections.abc import Iterator

import numpy as np

from archive.chinese.text import normalise
from indexer.engine import Vocabulary

# What a notice issues is cited by its own title: 关于印发《养犬办法》的通知.
_ISSUES = re.compile(r"关于(?:印发|公布|发布|颁布|颁发|下发)《?(?P<title>.{4,}?)》?的(?:通知|公告|决定|通报)$")
_NATION = "中华人民共和国"
# How many documents of one name are offered: more have a name that tells nothing.
_MOST = 8


def key(name: str) -> str:
    """Return a title or a number in the form in which it is compared.

    >>> key("中华人民共和国 政府信息公开条例")
    '政府信息公开条例'
    """
    return normalise(name).strip("《》 ").removeprefix(_NATION)


def keys_of_title(title: str) -> Iterator[str]:
    """Yield what a document with this title is cited by: the title, and that of what it issues.

    >>> list(keys_of_title("关于印发《云溪县养犬办法》的通知"))
    ['关于印发《云溪县养犬办法》的通知', '云溪县养犬办法']
    """
    whole = normalise(title)
    yield key(whole)
    if issued := _ISSUES.search(whole):
        yield key(issued["title"])


class Names:
    """The titles and numbers of the documents of one index."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        titled = [(hash(each), id) for id, title in vocabulary.titles for each in keys_of_title(title)]
        named = [*titled, *((hash(key(number)), id) for id, number in vocabulary.numbers)]
        hashes = np.fromiter((each for each, _ in named), np.int64, len(named))
        order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[order]
        self._ids = np.array([id for _, id in named], dtype=bytes)[order]

    def find(self, name: str) -> list[str]:
        """Return the ids of the documents that may bear a name in the form of ``key``; none if they are many."""
        wanted = np.int64(hash(name))
        start, end = (int(np.searchsorted(self._hashes, wanted, side)) for side in ("left", "right"))
        found = dict.fromkeys(id.decode() for id in self._ids[start : min(end, start + _MOST + 1)].tolist())
        return list(found) if len(found) <= _MOST else []
