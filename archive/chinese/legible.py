"""Text as a person reads it, for finding in it what is written to be read and not to be found.

Forms of one character are one (NFKC), the digits of every script are 0 to 9, and what nobody sees or what only stands
on a letter is gone.
"""

import re
import unicodedata
from collections.abc import Sequence

from archive.chinese.private import recoded
from archive.plain import UNSEEN

# A digit in a circle, in brackets, with a point, raised or lowered numbers something, and is no part of the number
# after it: ①13812345678. As many of them as a number has are one.
_MARKED = "[²³¹⁰⁴-⁹₀-₉①-⒛⓪⓫-⓿❶-➓㈠-㈩㉈-㉏㉑-㉟㊀-㊉㊱-㊿🄀-🄌]"
_MARKED_ONE = re.compile(_MARKED)
_MARKED_ONES = re.compile(_MARKED + "{11,}")
_HYPHENS = dict.fromkeys("‐‒−⁃", "-")
_STAND_ON = frozenset({"Mn", "Me"})
# A single character that says 秘密.
_SIGNS = {"㊙": "秘密"}


class _Readings(dict[str, str]):
    """How each character is read by itself."""

    def __missing__(self, character: str) -> str:
        sign = _SIGNS.get(character, recoded(character))
        self[character] = read = "".join(map(_read, unicodedata.normalize("NFKC", sign)))
        return read


def _read(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if unicodedata.category(character) in _STAND_ON or UNSEEN.match(character):
        return ""
    return _HYPHENS.get(character, character)


_READINGS = _Readings()


def legible(text: str) -> tuple[str, Sequence[int]]:
    """Return a text as it is read, and of each of its characters the place of the one it comes from.

    >>> legible("①１３٨\\u200b-٩")[0]
    '(1)138-9'
    """
    if text.isascii() and text.isprintable():
        return text, range(len(text))
    read = [_READINGS[each] for each in text]
    marked = list(_MARKED_ONE.finditer(text))
    if marked:
        for match in marked:
            number = re.sub(r"\D", "", read[match.start()]) or str(int(unicodedata.numeric(match[0])))
            read[match.start()] = f"({number})"
        for run in _MARKED_ONES.finditer(text):
            for at in range(*run.span()):
                read[at] = read[at][1:-1]
    return "".join(read), [at for at, each in enumerate(read) for _ in each]
