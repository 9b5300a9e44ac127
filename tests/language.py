"""Makes what the terminals' keyboard knows of the language: ``.venv/bin/python -m tests.language``.

Words and their frequency come from jieba's dictionary, readings from pypinyin's of characters and of words. The file
is the same each time, as long as the locked packages are.
"""

import json
import math
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

FILE = Path(__file__).parents[1] / "web" / "static" / "keyboard" / "language.json"
WORDS = 45_000
LONGEST = 8
# So many of the commonest words are also found by their first letters, some for the same ones.
SHORTENED, _MOST = 6_000, 5
# Words of public affairs, and what each of them counts beside its frequency: as much as 补偿 has in jieba's dictionary.
AFFAIRS = Path(__file__).with_name("affairs.txt")
_OF_AFFAIRS = 3_000
# Numbers of articles and days (六十二), which no dictionary has.
_DIGITS = "一二三四五六七八九"
_NUMBERS = [f"{ten}十{one}" for ten in ("", *_DIGITS[1:]) for one in ("", *_DIGITS) if ten or one]
_OF_NUMBERS = 150
# How often a character has its first, second and third reading, as far as no word tells.
_ORDER = (1, 0.005, 0.002)


def made() -> str:
    """Return what ``web/static/keyboard/convert.js`` reads.

    ``letters`` and ``words`` are beside each other: at gongjijin, 公积金 and what it costs. A hundred of cost means
    that a word is one in e**10. ``usual`` has the characters that are mostly read so, ``special`` the words that are
    not read as their characters mostly are (银行), and ``initials`` what the first letters of common words stand for.
    """
    frequencies = _frequencies()
    total = sum(frequencies.values())
    words = sorted((word for word in frequencies if len(word) > 1), key=lambda word: (-frequencies[word], word))[:WORDS]
    read = {word: _read(word) for word in words}
    shares = _shares(frequencies, read)
    found: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for character, of in shares.items():
        for reading, share in of.items():
            found[reading].append((_cost(frequencies[character] * share / total), character))
    for word in words:
        found["".join(read[word])].append((_cost(frequencies[word] / total), word))
    mostly = {character: max(of, key=lambda reading: of[reading]) for character, of in shares.items()}
    usual: defaultdict[str, str] = defaultdict(str)
    for character, reading in sorted(mostly.items()):
        usual[reading] += character
    special = {
        word: "'".join(read[word]) for word in sorted(words) if read[word] != tuple(mostly[each] for each in word)
    }
    initials: defaultdict[str, list[str]] = defaultdict(list)
    for word in words[:SHORTENED]:
        first = "".join(syllable[0] for syllable in read[word])
        if len(initials[first]) < _MOST:
            initials[first].append(word)
    letters = sorted(found)
    return _written(
        letters=" ".join(letters),
        words="\n".join(" ".join(f"{word}{cost}" for cost, word in sorted(found[each])) for each in letters),
        usual=dict(sorted(usual.items())),
        special=special,
        initials={first: " ".join(initials[first]) for first in sorted(initials)},
    )


def _written(**parts: object) -> str:
    return json.dumps(parts, ensure_ascii=False, indent=0) + "\n"


def _frequencies() -> dict[str, int]:
    found = {}
    with (files("jieba") / "dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, frequency, *_ = line.split()
            if len(word) <= LONGEST and _simplified(word):
                found[word] = max(1, int(frequency))
    for word in AFFAIRS.read_text(encoding="utf-8").partition("\n")[2].split():
        found[word] = found.get(word, 0) + _OF_AFFAIRS
    for word in _NUMBERS:
        found[word] = max(found.get(word, 0), _OF_NUMBERS)
    # Some characters stand in words alone.
    return {**dict.fromkeys("".join(found), 1), **found}


def _simplified(word: str) -> bool:
    """Tell whether a word has only the 6,763 characters of GB 2312."""
    try:
        return all(each >= "\u4e00" and bytes(each, "gb2312")[0] >= 0xB0 for each in word)
    except UnicodeEncodeError:
        return False


def _read(word: str) -> tuple[str, ...]:
    # A setting of the indexer's, which has no use for words.
    os.environ.pop("PYPINYIN_NO_PHRASES", None)
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(word, style=Style.NORMAL, v_to_u=False))


def _shares(frequencies: Mapping[str, int], read: Mapping[str, tuple[str, ...]]) -> dict[str, dict[str, float]]:
    """Return how often each character has each reading: a third by the words, the rest by the dictionary's order."""
    from pypinyin import Style, pinyin

    told: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for word, syllables in read.items():
        for character, syllable in zip(word, syllables, strict=True):
            told[character][syllable] += frequencies[word]
    shares = {}
    for character in (word for word in frequencies if len(word) == 1):
        listed: Iterable[str] = pinyin(character, style=Style.NORMAL, heteronym=True, v_to_u=False)[0]
        order = dict(zip(listed, _ORDER, strict=False))
        words = told[character]
        share = {
            reading: (words[reading] / words.total() if words else 1) + 2 * order.get(reading, 0)
            for reading in dict.fromkeys([*order, *words])
            if reading.isascii() and reading.isalpha()
        }
        shares[character] = {reading: each / sum(share.values()) for reading, each in share.items()}
    return shares


def _cost(likelihood: float) -> int:
    return round(-10 * math.log(likelihood))


if __name__ == "__main__":
    FILE.write_text(made(), encoding="utf-8")
