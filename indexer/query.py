"""The query tree: what a search means, apart from how it is typed or carried out. Imports nothing of ours."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Everything:
    """All documents."""


@dataclass(frozen=True, slots=True)
class Text:
    """A run of text as typed, normalised. A document answers it with all of its words or all of its bigrams."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Exactly this run of normalised characters, wherever word cuts fall."""

    text: str


@dataclass(frozen=True, slots=True)
class Key:
    """A document number or index code in canonical form: documents that bear it, then those that cite it."""

    key: str


@dataclass(frozen=True, slots=True)
class And:
    """All parts."""

    parts: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part."""

    parts: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """Not this part; only within an And."""

    part: "Query"


@dataclass(frozen=True, slots=True)
class Some:
    """A good part of what these texts say, by weight of their terms (see ``relevance.RELAXED_SHARE``)."""

    texts: tuple[str, ...]


Query = Everything | Text | Phrase | Key | And | Or | Not | Some


def runs(query: Query) -> tuple[str, ...]:
    """The texts a document is wanted for, in order: what a title is compared with and a snippet marks."""
    match query:
        case Text(text) | Phrase(text):
            return (text,)
        case Some(texts):
            return texts
        case And(parts) | Or(parts):
            return tuple(run for part in parts for run in runs(part))
        case _:
            return ()


def keys(query: Query) -> tuple[str, ...]:
    """The numbers a query asks for."""
    match query:
        case Key(key):
            return (key,)
        case And(parts) | Or(parts):
            return tuple(key for part in parts for key in keys(part))
        case _:
            return ()


def relaxed(query: Query) -> Query | None:
    """The same wish for when nothing answers it whole; None where there is nothing to give up.

    Texts and numbers become one ``Some``; phrases and exclusions stand.
    """
    parts = query.parts if isinstance(query, And) else (query,)
    loose = tuple(part.text if isinstance(part, Text) else part.key for part in parts if isinstance(part, Text | Key))
    if not loose:
        return None
    return And((Some(loose), *(part for part in parts if not isinstance(part, Text | Key))))
