"""Looking up the controlled lists of ``taxonomy.toml``: genres, topics, validities, issuers and their number codes.

An installation's own file of the same form adds to them (see ``own_lists``). The list of columns is open: a column is
kept as stated, in the order in which the site first named it.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from archive import maintained
from archive.describe import own_lists
from archive.document import Validity
from archive.errors import BadTaxonomy
from archive.reasons import why

FILE = Path(__file__).with_name("taxonomy.toml")
# The name of an installation's own file, in its data folder.
OWN_NAME = "taxonomy.toml"
_SEPARATOR = re.compile(r"\s*[\\/>›»＞＼／→]+\s*|\s*(?:[-—–－]{1,2})\s*")
_SHORT_GOVERNMENT = re.compile(r"(?<=[\u4e00-\u9fff]{2}[省市县区镇乡])政府(?=$|办公[室厅]$)")
_TRAILING = re.compile(r"\s*[（(][^（）()]{0,24}[）)]$")
_in_use: "Taxonomy | None" = None


@dataclass(frozen=True, slots=True)
class Genre:
    """A kind of document; ``statutory`` for the fifteen kinds in the Party and government rules of 2012."""

    name: str
    statutory: bool
    endings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """A first-level class, with its other names."""

    name: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Issuer:
    """An agency's canonical name, its other names, and the codes of its document numbers."""

    name: str
    aliases: tuple[str, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """The lists, and the tables for looking things up in them.

    ``endings`` maps a title's ending to its genre ("" for none), the longest ending first. ``codes`` maps a number's
    code to its issuer ("" for a code that several share). ``aliases`` maps other names of issuers to the canonical
    one, and ``names`` holds all of them.
    """

    genres: tuple[Genre, ...]
    topics: tuple[Topic, ...]
    issuers: tuple[Issuer, ...]
    validities: tuple[Validity, ...]
    validity_aliases: Mapping[str, Validity]
    endings: Mapping[str, str]
    beginnings: Mapping[str, str]
    statute_endings: tuple[str, ...]
    aliases: Mapping[str, str]
    names: frozenset[str]
    codes: Mapping[str, str]


def load() -> Taxonomy:
    """Return the lists in use: those that ship, with what ``use`` has added."""
    return _in_use or _shipped()


def use(own: Path) -> None:
    """Add an installation's own file to the lists of this process, if there is one.

    Raises BadTaxonomy for a file that can't be used; then the lists that ship are in use.
    """
    global _in_use
    _in_use = None
    _in_use = read(own)


def read(own: Path) -> Taxonomy:
    """Return the lists that ship together with an installation's own file. Raises BadTaxonomy."""
    try:
        if (held := maintained.read(own)) is None:
            return _shipped()
        shipped = tomllib.loads(FILE.read_text(encoding="utf-8"))
        lists = _made(own_lists.joined(shipped, tomllib.loads(held.decode("utf-8-sig"))))
        own_lists.check((each.name, each.aliases, each.codes) for each in lists.issuers)
    except own_lists.Odd as error:
        raise BadTaxonomy(own, str(error)) from error
    except (ValueError, RecursionError, OSError) as error:
        raise BadTaxonomy(own, f"读不出来：{why(error)}。") from error
    return lists


@cache
def _shipped() -> Taxonomy:
    return _made(tomllib.loads(FILE.read_text(encoding="utf-8")))


def _made(data: Mapping[str, Any]) -> Taxonomy:
    genres = tuple(
        Genre(name, kind == "statutory", tuple(endings))
        for kind, listed in data["genres"].items()
        for name, endings in listed.items()
    )
    issuers = tuple(
        Issuer(name, tuple(entry.get("aliases", ())), tuple(entry.get("codes", ())))
        for name, entry in data["issuers"].items()
    )
    endings = {ending: genre.name for genre in genres for ending in genre.endings}
    endings |= dict.fromkeys(data["genre_words"]["without"], "")
    aliases = {alias: each.name for each in issuers for alias in each.aliases}
    return Taxonomy(
        genres=genres,
        topics=tuple(Topic(name, tuple(others)) for name, others in data["topics"].items()),
        issuers=issuers,
        validities=tuple(map(Validity, data["validity"]["order"])),
        validity_aliases={alias: Validity(name) for alias, name in data["validity"]["aliases"].items()},
        endings={ending: endings[ending] for ending in sorted(endings, key=lambda each: (-len(each), each))},
        beginnings=data["genre_words"]["beginnings"],
        statute_endings=tuple(data["genre_words"]["statutes"]),
        aliases=aliases,
        names=frozenset(aliases) | frozenset(each.name for each in issuers),
        codes=dict.fromkeys(data["codes"]["joint"], "") | {code: each.name for each in issuers for code in each.codes},
    )


def issuer(name: str) -> str:
    """Return an agency's canonical name; an unlisted name stays, but a place's 政府 becomes 人民政府.

    >>> issuer("国家税务总局"), issuer("临沭县政府办公室")
    ('税务总局', '临沭县人民政府办公室')
    """
    return load().aliases.get(name) or _SHORT_GOVERNMENT.sub("人民政府", name)


def issuer_of_code(code: str) -> str | None:
    """Return the agency whose numbers have this code, or None if it is unknown or several share it.

    >>> issuer_of_code("沭政办字"), issuer_of_code("财税")
    ('临沭县人民政府办公室', None)
    """
    return load().codes.get(code) or None


def genre_of_title(title: str) -> str | None:
    """Return the genre that the longest matching ending of a title names, or None.

    An ending within 《》 belongs to the inner document, and counts only if nothing stands around the marks.

    >>> genre_of_title("国务院办公厅关于印发2019年政务公开工作要点的通知")
    '通知'
    """
    bare = _bare(title)
    for beginning, genre in load().beginnings.items():
        if bare.startswith(beginning):
            return genre
    if bare.endswith("》") and bare.startswith("《") and bare.count("《") == bare.count("》") == 1:
        bare = _bare(bare[1:-1])
    return next((genre or None for ending, genre in load().endings.items() if bare.endswith(ending)), None)


def _bare(title: str) -> str:
    """Strip （试行）, （2019年修订） and the like from the end of a title."""
    before = ""
    while title != before:
        before, title = title, _TRAILING.sub("", title.strip(' \u3000”"'))
    return title


def topic(printed: str) -> str:
    """Return a topic as "first/second", with the first level's canonical name; what is not listed stays as printed.

    >>> topic("市场监管、安全生产监管\\\\\\\\食品药品监管")
    '市场监管、安全生产监督管理/食品药品监管'
    """
    parts = levels(printed)
    if parts:
        names = {other: each.name for each in load().topics for other in each.aliases}
        parts[0] = names.get(parts[0], parts[0])
    return "/".join(parts)


def levels(printed: str) -> list[str]:
    r"""Split a printed path into its levels, which sites separate by ``\``, ``/``, ``>`` or ``-``."""
    return [part for part in _SEPARATOR.split(printed.strip()) if part]


def in_order(columns: Iterable[str]) -> list[str]:
    """Return the columns, each once, in the order in which they were first stated."""
    return list(dict.fromkeys(columns))


def validity(printed: str) -> Validity | None:
    """Return the validity that a word on a card means, or None if it means none."""
    word = "".join(printed.split())
    listed = load()
    return next((each for each in listed.validities if each.value == word), listed.validity_aliases.get(word))
