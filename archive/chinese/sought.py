"""Finding words in a text however they are spaced, broken over lines, or written wide.

Signs within digits don't hide them either: 138-1234-5678 is found as 13812345678, and １３８ as 138.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from archive.chinese.private import recoded

MASK = "■"
# Blanks and signs without width may stand between any two characters; between digits or letters also what joins them.
_BLANK = r"[\s\u00ad\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060-\u2064\ufeff\ufffe\x00-\x1f]{0,40}"
_JOINT = r"[\s\u00ad\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060-\u2064\ufeff\ufffe\x00-\x1f\-‐‑–—_.·•]{0,40}"
_LEAST, _LEAST_DIGITS, _LONGEST = 2, 5, 200


def unfit(words: str) -> str:
    """Return why words can't be looked for safely: too short ones stand everywhere. "" if they can."""
    key = _key(words)
    if len(key) > _LONGEST:
        return f"一次遮盖的文字最多 {_LONGEST} 个字，请分开填写。"
    if sum(map(str.isalnum, key)) < _LEAST:
        return "要遮盖的文字至少两个字，太短会误遮别处。"
    if key.isascii() and sum(map(str.isalnum, key)) < _LEAST_DIGITS:
        return f"只有数字或字母的，至少 {_LEAST_DIGITS} 位，太短会误遮别处。"
    return ""


def find(text: str, words: Sequence[str]) -> list[tuple[int, int, int]]:
    """Return each place in a text where one of the words stands: which, and its start and end."""
    flat, origins = _flat(text)
    found = []
    for at, each in enumerate(words):
        for match in _pattern(each).finditer(flat):
            start, end = match.span()
            found.append((at, origins[start], origins[end - 1] + 1) if origins else (at, start, end))
    return found


def masked(text: str, words: Sequence[str]) -> str:
    """Return a text with each character of the words masked; blanks stay.

    >>> masked("电话 138-1234 5678，邮编", ["13812345678"])
    '电话 ■■■■■■■■ ■■■■，邮编'
    """
    for _, start, end in find(text, words):
        text = text[:start] + blackened(text[start:end]) + text[end:]
    return text


def blackened(text: str) -> str:
    """Return a text with every character masked that is no blank."""
    return "".join(each if each.isspace() else MASK for each in text)


@lru_cache(maxsize=1000)
def _pattern(words: str) -> re.Pattern[str]:
    key = _key(words)
    if not key:
        raise ValueError("nothing to look for")
    parts = [re.escape(key[0])]
    for before, each in pairwise(key):
        parts.append((_JOINT if _plain(before) and _plain(each) else _BLANK) + re.escape(each))
    return re.compile("".join(parts))


def _plain(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _key(words: str) -> str:
    """Return the characters that count: without blanks, nor what joins digits."""
    flat = re.sub(_BLANK, "", _flat(words)[0])
    return re.sub(r"(?<=[0-9a-z])[\-‐‑–—_.·•]+(?=[0-9a-z])", "", flat)


class _Folds(dict[str, str]):
    def __missing__(self, character: str) -> str:
        self[character] = folded = unicodedata.normalize("NFKC", recoded(character)).casefold()
        return folded


_FOLDS = _Folds()


def _flat(text: str) -> tuple[str, list[int] | None]:
    """Return a text in NFKC without case, and of each character the one it came from; None if that is its own."""
    flat = "".join(map(_FOLDS.__getitem__, text))
    if len(flat) == len(text):
        return flat, None
    return flat, [at for at, each in enumerate(text) for _ in _FOLDS[each]]
