"""Words by reading for the on-screen keyboard of a terminal: dibao offers 低保.

They come from the lexicon, the synonyms and the commonest words of the language, never from a document. The keyboard
itself knows single characters.
"""

from collections.abc import Iterable
from functools import cache

from indexer.analyzer import common_words
from indexer.helping.pinyin import syllables_of
from web.installation.services import Services

_LONGEST = 8
_COMMON = 12_000


def words_by_reading(services: Services) -> dict[str, str]:
    """Map each reading, without tones or gaps, to its words, separated by spaces. Official terms come first."""
    pairs = services.synonyms.current().pairs
    found = _read([*services.analyzer.own_words, *(word for pair in pairs for word in (pair.word, pair.other))])
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
            for spelling in syllables_of(word, most=1):
                if reading := "".join(spelling):
                    found.setdefault(reading, []).append(word)
    return found
