"""The names of persons who act on documents: how one is kept, and when two are one person's.

The database's triggers compare names too (see migration 0004), but see another person in a point or a mark. SQLite
knows no NFKC, and capitals of ASCII alone: it relies on names being kept as ``written`` gives them.
"""

import unicodedata

from archive.plain import UNSEEN

# Controls, invisible marks, halves of characters.
_UNSEEN = ("Cc", "Cf", "Cs")


def written(name: str) -> str:
    """Return a name as it is kept: in NFKC, without what can't be seen, its blanks single and none at the ends.

    What has no letter and no digit is no name, and "" is returned.

    >>> written(" 张三\\u3000（审查） "), written("ＬＩ\\u200b\\t Wei")
    ('张三 (审查)', 'LI Wei')
    """
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    seen = "".join(each for each in plain if unicodedata.category(each) not in _UNSEEN and not UNSEEN.match(each))
    name = " ".join(seen.split())
    return name if _folded(name) else ""


def same(one: str, other: str) -> bool:
    """Tell whether two names are one person's: blanks, capitals and widths of characters make no other person.

    >>> same("张三", "张\\u3000三 "), same("Li Wei", "ｌｉ ｗｅｉ"), same("张三", "张三丰")
    (True, True, False)
    """
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(each for each in plain if each.isalnum() and not UNSEEN.match(each))
