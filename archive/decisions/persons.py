"""The names of persons who act on documents: how one is kept, and when two are one person's.

The database's triggers compare names by the same rule (see migration 0006). SQLite knows no NFKC, capitals of ASCII
alone, and no marks but ``MARKS``: it relies on names being kept as ``written`` gives them. That is enough: whoever
writes look-alike names past the code, by SQL, needs none, because what was not sealed is not public (``store.seals``).
"""

import unicodedata
from functools import lru_cache

from archive.plain import UNSEEN

# Marks that may stand in a name. Points of other kinds become the first, other marks blanks.
MARKS = "·.-'(),、/&"
_POINTS = str.maketrans("•‧・∙⋅", "·" * 5)


def written(name: str) -> str:
    """Return a name as it is kept: in NFKC, of letters, digits and ``MARKS``, its blanks single and none at the ends.

    What has no letter and no digit is no name, and "" is returned.

    >>> written(" 张三\\u3000（审查） "), written("ＬＩ\\u200b\\t Wei")
    ('张三 (审查)', 'LI Wei')
    """
    plain = unicodedata.normalize("NFKC", name).translate(_POINTS)
    name = " ".join("".join(map(_kept, plain)).split())
    return name if folded(name) else ""


def _kept(each: str) -> str:
    """Return a character as it is kept in a name, or a blank, or nothing in the place of one that can't be seen."""
    if UNSEEN.match(each):
        return ""
    return each if each in MARKS or unicodedata.category(each)[0] in "LMN" else " "


def same(one: str, other: str) -> bool:
    """Tell whether two names are one person's: blanks, marks, capitals and widths make no other person.

    >>> same("张三", "张\\u3000三 "), same("Li Wei", "ｌｉ ｗｅｉ"), same("张三", "张三丰")
    (True, True, False)
    """
    return folded(one) == folded(other)


@lru_cache(maxsize=4096)  # the same few persons are compared for each document of a queue
def folded(name: str) -> str:
    """Return what two names have in common if, and only if, they are one person's (see ``same``)."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(each for each in plain if each.isalnum() and not UNSEEN.match(each))
