"""Pinyin readings of Han characters, for suggestions and corrections only, never for matching (景点 is not 经典).

Tones are left out; ü is written v. The only user of pypinyin.
"""

import os
from collections.abc import Iterator
from functools import cache
from itertools import islice, product

# How many readings of a character are kept, commonest first.
READINGS = 3
# Sounds that dialects and input methods confuse.
_NEAR_BEGINNINGS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("h", "f"))
_NEAR_ENDINGS = (("ang", "an"), ("eng", "en"), ("ing", "in"))


@cache
def readings(character: str) -> tuple[str, ...]:
    """Return the syllables a character is read as, commonest first; none if it is not Han.

    >>> readings("行"), readings("沭"), readings("a")
    (('xing', 'hang', 'heng'), ('shu',), ())
    """
    # Skip the readings of whole words: 44 MB that single characters do not need.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore", v_to_u=False)
    return tuple(dict.fromkeys(found[0]))[:READINGS] if found else ()


def syllables_of(word: str, most: int = 4) -> Iterator[tuple[str, ...]]:
    """Yield the readings of a word, syllable by syllable, likeliest first; none if a character has no reading."""
    return islice(product(*map(readings, word)), most)


@cache
def near(syllable: str) -> str:
    """Return one common form for syllables that sound nearly alike.

    >>> [near(each) for each in ("zhang", "zan", "lin", "ning", "shen")]
    ['zan', 'zan', 'lin', 'lin', 'sen']
    """
    for full, short in _NEAR_BEGINNINGS:
        if syllable.startswith(full):
            syllable = short + syllable[len(full) :]
            break
    for full, short in _NEAR_ENDINGS:
        if syllable.endswith(full):
            return syllable[: -len(full)] + short
    return syllable
