"""The query tree: what a search means, whatever its syntax or engine. Imports no other module of the project."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeGuard

# The weight of a text that must match nearly whole or not at all (see ``Some``).
NEARLY = 0.75
# The words in numbers, dates and times.
_IN_NUMBERS = frozenset("年月日号点时分半比之")


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
    its words scattered over a long document mean nothing. Figures in it (5.2%, 8:30) must stand whole, and not within
    another number (see ``figures``). ``weight`` multiplies the score. ``stands_for`` is the word that was typed, if
    this is another word for it.
    """

    text: str
    weight: float = 1.0
    stands_for: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Exactly this run of normalised characters, regardless of word boundaries.

    ``weight`` and ``stands_for`` are those of a ``Text``. ``whole`` wants it as no part of another number or code, as
    other spellings of a figure must be: 12,000 is not in 112,000.
    """

    text: str
    weight: float = 1.0
    stands_for: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Synonymous:
    """A ``Text`` as it stands, or all of its ``pieces``, each a text without synonyms or a choice among synonyms.

    A choice begins with what was typed. Synonyms are phrases, other spellings are whole phrases or texts.
    """

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
    """Yield the leaves that a document is wanted for, in order: all but excluded ones and other spellings.

    Of the spellings of a figure a document has one, so those that it lacks say nothing about its passages.
    """
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case Some():
            yield from query.texts
        case Synonymous(text, pieces):
            yield text
            yield from (other for other in _others(pieces) if isinstance(other, Phrase) and not other.whole)
        case Not():
            return
        case _:
            yield query


def _others(pieces: "tuple[Text | Or, ...]") -> Iterator[Text | Phrase]:
    """Yield what is wanted instead of pieces: in each choice, all after the first."""
    for piece in pieces:
        if isinstance(piece, Or):
            yield from (other for other in piece.parts[1:] if isinstance(other, Text | Phrase))


def respelt(query: Query) -> Iterator[Text | Phrase]:
    """Yield the other spellings of figures, and abbreviations, that a document is wanted for."""
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from respelt(part)
        case Synonymous(_, pieces):
            yield from (other for other in _others(pieces) if isinstance(other, Text) or other.whole)


def runs(query: Query) -> tuple[str, ...]:
    """Return the distinct texts a document is wanted for, to compare with titles and to mark in snippets.

    Other words in a ``Some`` are left out: a title made up of one of them says little about a whole question.
    """
    found = [leaf.text for leaf in leaves(query) if _is_run(leaf)]
    return tuple(dict.fromkeys((*found, *(each.text for each in respelt(query)))))


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
    part of the words. Phrases, exclusions, parts, runs of digits and figures stay, because they were typed on purpose.
    The last one drops the figures beside words. A number that no document bears or cites must occur nearly whole,
    because its digits occur in many others.
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
        firmer = tuple(part for part in firm if not _is_figure(part))
        if len(firmer) < len(firm):
            yield And((some, *firmer))


def _loose(part: Query) -> bool:
    match part:
        case Text(text) | Synonymous(Text(text)):
            return not (any(map(str.isnumeric, text)) and all(map(_of_number, text)))
        case _:
            return not isinstance(part, Not | Phrase | Within | Dated | Like | Everything)


def _of_number(character: str) -> bool:
    """Return whether a character may be of a number, date or time, or of a code: 5.2%, 八点半, KX-200B."""
    return character.isascii() or character.isnumeric() or not character.isalpha() or character in _IN_NUMBERS


def _is_figure(part: Query) -> bool:
    """Return whether a firm part is a number of several parts: 5.2%, 8:30, not 10113."""
    match part:
        case Text(text) | Synonymous(Text(text)):
            return not (text.isascii() and text.isalnum())
        case _:
            return False


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
