"""The query tree: what a search means, apart from how it is typed or carried out. Imports nothing of ours."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeGuard

# The weight of what is wanted nearly whole or not at all (see ``Some``).
NEARLY = 0.75


class Part(StrEnum):
    """What a search can be narrowed to; the values are the words of the grammar."""

    TITLE = "标题"
    NUMBER = "文号"
    ISSUER = "机构"


@dataclass(frozen=True, slots=True)
class Everything:
    """All documents."""


@dataclass(frozen=True, slots=True)
class Text:
    """A run of text as typed, normalised.

    A document answers a few words with all of them, and a whole sentence only with all of its bigrams: scattered over a
    long document, the words of a sentence say nothing. ``weight`` multiplies what it scores.
    """

    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """Exactly this run of normalised characters, wherever word cuts fall."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Synonymous:
    """A ``Text`` as it stands, or all of its ``pieces``: what of it has no synonym, and a choice where there is one."""

    text: Text
    pieces: "tuple[Text | Or, ...]"

    @property
    def choice(self) -> "Or":
        """The same in simpler terms."""
        return Or((self.text, And(self.pieces)))


@dataclass(frozen=True, slots=True)
class Key:
    """A document number or index code in canonical form: documents that bear it, then those that cite it."""

    key: str


@dataclass(frozen=True, slots=True)
class Within:
    """This run of characters in one part of a document's metadata; the pieces of a number in their order."""

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
    """A good part of what these texts say, by weight of their terms (see ``relevance.RELAXED_SHARE``).

    Texts of less weight than 1 are other words for what was asked: nearly all of one will do as well.
    """

    texts: tuple[Text, ...]


Query = Everything | Text | Phrase | Synonymous | Key | Within | Dated | Like | And | Or | Not | Some


def leaves(query: Query) -> "Iterator[Query]":
    """What a document is wanted for, in order: all leaves but excluded ones."""
    match query:
        case And(parts) | Or(parts) | Some(parts):
            for part in parts:
                yield from leaves(part)
        case Synonymous(text, pieces):
            yield text
            yield from (other for piece in pieces for other in leaves(piece) if isinstance(other, Phrase))
        case Not():
            return
        case _:
            yield query


def runs(query: Query) -> tuple[str, ...]:
    """The distinct texts a document is wanted for: what a title is compared with and a snippet marks.

    Not the other words of a ``Some``: a title out of one of those says little about a whole question.
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
    """The numbers a query asks for."""
    return tuple(leaf.key for leaf in leaves(query) if isinstance(leaf, Key))


def looser(query: Query) -> Iterator[Query]:
    """The same wish, giving up more and more, for when nothing answers it whole.

    First the words beside a number: whoever names it wants it. Then all words for a good part of them. Phrases,
    exclusions, parts and runs of digits stand: who typed those means them. Of a number that nobody bears or cites
    nearly all has to stand there: its digits stand in many others.
    """
    parts = query.parts if isinstance(query, And) else (query,)
    loose = [part for part in parts if _loose(part)]
    firm = tuple(part for part in parts if not _loose(part))
    numbers = tuple(part for part in loose if keys(part))
    if numbers and len(numbers) < len(loose):
        yield And((*numbers, *firm))
    texts = tuple(dict.fromkeys(text for part in loose for text in _texts(part)))
    if texts:
        yield And((Some(texts), *firm))


def _loose(part: Query) -> bool:
    if isinstance(part, Text):
        return not (part.text.isascii() and any(map(str.isdigit, part.text)))
    return not isinstance(part, Not | Phrase | Within | Dated | Like | Everything)


def _texts(part: Query) -> Iterator[Text]:
    sure = keys(part) and any(isinstance(leaf, Phrase) for leaf in leaves(part))
    if sure:
        yield from (Text(key, NEARLY) for key in keys(part))
        return
    for leaf in leaves(part):
        match leaf:
            case Text():
                yield leaf
            case Phrase(text, weight):
                yield Text(text, weight)
