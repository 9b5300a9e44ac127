"""Words for the keyboard on a terminal's screen, by how they are read: dibao offers 低保.

They are the lexicon's, the synonyms' and the commonest of the language, which are no document's. The keyboard itself
knows single characters.
"""

from collections.abc import Iterable
from functools import cache

from indexer.analyzer import common_words
from indexer.helping.pinyin import spellings
from web.installation.services import Services

_LONGEST = 8
_COMMON = 12_000


def words_by_reading(services: Services) -> dict[str, str]:
    """The words of each reading, without tones or gaps, between blanks; what offices say goes first."""
    pairs = services.synonyms.current().pairs
    found = _read([*services.analyzer.lexicon, *(word for pair in pairs for word in (pair.word, pair.other))])
    common = _common()
    return {
        reading: " ".join(dict.fromkeys([*found.get(reading, ()), *common.get(reading, ())]))
        for reading in dict.fromkeys([*found, *common])
    }


@cache
def _common() -> dict[str, list[str]]:
    return _read(common_words(_COMMON))


def _read(words: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in dict.fromkeys(words):
        if 2 <= len(word) <= _LONGEST:
            for spelling in spellings(word, most=1):
                if reading := "".join(spelling):
                    found.setdefault(reading, []).append(word)
    return found
