"""The query tree: what a search means, whatever its syntax or engine. Imports no other module of the project."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeGuard

# The weight of a text that must match nearly whole or not at all (see ``Some``).
NEARLY = 0.75


class Part(StrEnum):
    """A part of the metadata that a search can be limited to. The values are the words of the grammar."""

    TITLE = "标题"
    NUMBER = "文号"
    ISSUER = "机构"


@dataclass(frozen=True, slots=True)
class Everything:
    """All documents."""


@dataclass(frozen=True, slots=True)
class Text:
    """A run of text as typed, normalised.

    A few words match a document that has all of them. A whole sentence matches only with all of its bigrams, because
    its words scattered over a long document mean nothing. ``weight`` multiplies the score. ``stands_for`` is the word
    that was typed, if this is another word for it.
    """

    text: str
    weight: float = 1.0
    stands_for: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Exactly this run of normalised characters, regardless of word boundaries.

    ``weight`` and ``stands_for`` are those of a ``Text``.
    """

    text: str
    weight: float = 1.0
    stands_for: str = ""


@dataclass(frozen=True, slots=True)
class Synonymous:
    """A ``Text`` as it stands, or all of its ``pieces``, each a text without synonyms or a choice among synonyms."""

    text: Text
    pieces: "tuple[Text | Or, ...]"

    @property
    def choice(self) -> "Or":
        """The same expressed with Or and And."""
        return Or((self.text, And(self.pieces)))


@dataclass(frozen=True, slots=True)
class Key:
    """A document number or index code in canonical form. Matches documents that have it, then those that cite it."""

    key: str


@dataclass(frozen=True, slots=True)
class Within:
    """This run of characters in one part of a document's metadata; for a number, its pieces in order."""

    part: Part
    text: str


@dataclass(frozen=True, slots=True)
class Dated:
    """A day between two ordinal days, both included."""

    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Like:
    """Other documents about the same as this one."""

    id: str


@dataclass(frozen=True, slots=True)
class And:
    """All parts."""

    parts: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part; the best one counts."""

    parts: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """Not this part; only within an And."""

    part: "Query"


@dataclass(frozen=True, slots=True)
class Some:
    """A good part of the texts in these parts, measured by the weight of their terms (see ``relevance.RELAXED_SHARE``).

    Texts with a weight below 1 are other words for what was asked. Nearly all of one such text is enough. A document
    that matches is scored by as much of each part as it has.
    """

    parts: "tuple[Query, ...]"

    @property
    def texts(self) -> tuple[Text, ...]:
        """The distinct texts in the parts."""
        return tuple(dict.fromkeys(text for part in self.parts for text in _texts(part)))


Query = Everything | Text | Phrase | Synonymous | Key | Within | Dated | Like | And | Or | Not | Some


def leaves(query: Query) -> "Iterator[Query]":
    """Yield the leaves that a document is wanted for, in order: all but excluded ones."""
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case Some():
            yield from query.texts
        case Synonymous(text, pieces):
            yield text
            yield from (other for piece in pieces for other in leaves(piece) if isinstance(other, Phrase))
        case Not():
            return
        case _:
            yield query


def runs(query: Query) -> tuple[str, ...]:
    """Return the distinct texts a document is wanted for, to compare with titles and to mark in snippets.

    Other words in a ``Some`` are left out: a title made up of one of them says little about a whole question.
    """
    found = (leaf.text for leaf in leaves(query) if _is_run(leaf))
    return tuple(dict.fromkeys(found))


def _is_run(leaf: "Query") -> TypeGuard["Text | Phrase | Within"]:
    match leaf:
        case Text(_, weight):
            return weight == 1
        case Within(part, _):
            return part is Part.TITLE
        case _:
            return isinstance(leaf, Phrase)


def keys(query: Query) -> tuple[str, ...]:
    """Return the numbers a query asks for."""
    return tuple(leaf.key for leaf in leaves(query) if isinstance(leaf, Key))


def looser(query: Query) -> Iterator[Query]:
    """Yield looser and looser forms of a query, to try when nothing matches the whole.

    The first drops the words beside a number: whoever types a number wants that document. The next asks for a good
    part of the words. Phrases, exclusions, parts and runs of digits stay, because they were typed on purpose. A number
    that no document bears or cites must occur nearly whole, because its digits occur in many others.
    """
    parts = query.parts if isinstance(query, And) else (query,)
    loose = [part for part in parts if _loose(part)]
    firm = tuple(part for part in parts if not _loose(part))
    numbers = tuple(part for part in loose if keys(part))
    if numbers and len(numbers) < len(loose):
        yield And((*numbers, *firm))
    some = Some(tuple(dict.fromkeys(loose)))
    if some.texts:
        yield And((some, *firm))


def _loose(part: Query) -> bool:
    if isinstance(part, Text):
        return not (part.text.isascii() and any(map(str.isdigit, part.text)))
    return not isinstance(part, Not | Phrase | Within | Dated | Like | Everything)


def nearly(part: Query) -> tuple[Text, ...]:
    """Return a part's numbers as texts that must occur nearly whole, or none if it may be no number at all."""
    sure = any(isinstance(leaf, Phrase) for leaf in leaves(part))
    return tuple(Text(key, NEARLY) for key in keys(part)) if sure else ()


def _texts(part: Query) -> Iterator[Text]:
    if numbers := nearly(part):
        yield from numbers
        return
    for leaf in leaves(part):
        match leaf:
            case Text():
                yield leaf
            case Phrase(text, weight, stands_for):
                yield Text(text, weight, stands_for)
