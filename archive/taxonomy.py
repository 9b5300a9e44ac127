"""The controlled lists of ``taxonomy.toml``: genres, topics, issuers, codes of document numbers."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("taxonomy.toml")


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """``endings`` map a title's end to its genre, the longest first; ``codes`` map to "" without one issuer."""

    endings: Mapping[str, str]
    topics: tuple[str, ...]
    aliases: Mapping[str, str]
    codes: Mapping[str, str]


@cache
def load() -> Taxonomy:
    """The lists, read once."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    endings = {ending: genre for genre, endings in data["genres"].items() for ending in endings}
    return Taxonomy(
        endings={ending: endings[ending] for ending in sorted(endings, key=lambda each: (-len(each), each))},
        topics=tuple(data["topics"]["names"]),
        aliases={alias: issuer for issuer, aliases in data["issuers"].items() for alias in aliases},
        codes=data["codes"],
    )


def issuer(name: str) -> str:
    """An agency's one name.

    >>> issuer("国家税务总局")
    '税务总局'
    """
    return load().aliases.get(name, name)


def genre_of_title(title: str) -> str | None:
    """What kind of document a title says it is: the longest ending that says so, or None.

    >>> genre_of_title("国务院办公厅关于印发2019年政务公开工作要点的通知")
    '通知'
    """
    bare = title.rstrip("》”\"）)】 ")
    return next((genre for ending, genre in load().endings.items() if bare.endswith(ending)), None)
