"""Words for the keyboard on a terminal's screen, by how they are read: dibao offers 低保.

They are the lexicon's and the synonyms', which are no document's. The keyboard itself knows single characters.
"""

from collections import defaultdict

from indexer.pinyin import spellings
from web.services import Services

_LONGEST = 8


def words_by_reading(services: Services) -> dict[str, str]:
    """The words of each reading, without tones or gaps, between blanks."""
    pairs = services.synonyms.current().pairs
    words = dict.fromkeys([*services.analyzer.lexicon, *(word for pair in pairs for word in (pair.word, pair.other))])
    found: dict[str, list[str]] = defaultdict(list)
    for word in words:
        if 2 <= len(word) <= _LONGEST:
            for spelling in spellings(word, most=1):
                found["".join(spelling)].append(word)
    return {reading: " ".join(words) for reading, words in found.items() if reading}
