"""Interprets a typed search: the query tree, expanded with synonyms that the page shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from archive.chinese.text import normalise
from archive.describe import taxonomy
from indexer.analyzer import Analyzer
from indexer.asking.offers import said
from indexer.asking.parse import parse
from indexer.asking.spellings import spellings
from indexer.asking.synonyms import SAME, Match, Sought, Synonym, Synonyms
from indexer.query import And, Or, Part, Phrase, Query, Synonymous, Text, Within

# Synonyms count less than the words that were typed. Over the 407 questions of ``relevance``, weights below a half
# helped nobody, and between this value and 1 hardly anything changed.
OTHER_WORDS = 0.75

# Kinds of places before an agency's name, and what one pays, gets or applies for: a fee (暖气费), a card or a licence.
_PLACES = frozenset("省市县区镇")
_HEADS = frozenset("费金款证卡户")


@dataclass(frozen=True, slots=True)
class Expansion:
    """A search for ``word`` looks for the ``others`` as well."""

    word: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interpretation:
    """The ``query`` to carry out, and the ``expansions`` that it has beyond what was typed.

    ``aside`` are words that need not occur (今年, 最新), since they say which documents are wanted: see ``offers``.
    """

    query: Query
    expansions: tuple[Expansion, ...] = ()
    aside: tuple[str, ...] = ()


def interpret(typed: str, synonyms: Synonyms, analyzer: Analyzer, literal: bool = False) -> Interpretation:
    """Interpret a typed search. Raises BadQuery.

    ``literal`` leaves out synonyms and wants every word. Words are expanded, and so are names after
    机构:. Phrases, exclusions, numbers and terms for other parts are meant literally.
    """
    query = parse(typed)
    if literal:
        return Interpretation(query)
    found: dict[str, Expansion] = {}
    aside: dict[str, None] = {}

    def expanded(part: Query) -> Query:
        match part:
            case And(parts):
                kept = tuple(part for part in parts if not _is_aside(part, analyzer))
                if any(isinstance(part, Text | Phrase | Or) for part in kept):
                    aside.update((part.text, None) for part in parts if isinstance(part, Text) and part not in kept)
                    parts = kept
                return And(tuple(map(expanded, parts))) if len(parts) > 1 else expanded(parts[0])
            case Or(parts):
                return Or(tuple(map(expanded, parts)))
            case Text(text):
                matches = _matches(text, synonyms, analyzer)
                # A word that is repeated is wanted once.
                pieces = tuple(dict.fromkeys(_pieces(text, matches, analyzer)))
                if not matches or not pieces:
                    return part
                found.update((each.text, Expansion(each.text, _shown(each))) for each in matches)
                aside.update((each.text, None) for each in matches if not each.others)
                return Synonymous(part, pieces)
            case Within(Part.ISSUER, name):
                # An agency may have several names, and former ones.
                others = _other_names(name, synonyms, analyzer)
                if others:
                    found[name] = Expansion(name, others)
                return Or((part, *(Within(Part.ISSUER, other) for other in others))) if others else part
            case _:
                return part

    query = expanded(query)
    return Interpretation(query, tuple(each for each in found.values() if each.others), tuple(aside))


def _is_aside(part: Query, analyzer: Analyzer) -> bool:
    """Return whether a part is nothing but words that narrow a search."""
    return isinstance(part, Text) and sum(len(each[0]) for each in said(part.text, analyzer)) == len(part.text)


def _other_names(name: str, synonyms: Synonyms, analyzer: Analyzer) -> tuple[str, ...]:
    listed = normalise(taxonomy.issuer(name))
    replaced = (
        name[: match.start] + other.other + name[match.end :]
        for match in synonyms.within(analyzer.pieces(name))
        for other in match.others
    )
    return tuple(dict.fromkeys(other for other in (listed, *replaced) if name not in other))


def _shown(match: Match) -> tuple[str, ...]:
    """Return the others of a word as people write them: GDP, 10km, and 37℃ once, sought with a blank or not."""
    written = (
        each.other.upper() if each.other.isascii() and each.other[0].isalpha() else each.other.replace(" ℃", "℃")
        for each in match.others
    )
    return tuple(each for each in dict.fromkeys(written) if normalise(each) != match.text)


def _matches(text: str, synonyms: Synonyms, analyzer: Analyzer) -> list[Match]:
    """Find words with synonyms, numbers with other spellings, and words that narrow a search, which have no others."""
    pieces = analyzer.pieces(text)
    cuts = {0, *accumulate(map(len, pieces))}
    found = [
        Match(each.start, each.end, word, tuple(Synonym(word, other, SAME, each.how(other)) for other in each.others))
        for each in spellings(text)
        for word in [text[each.start : each.end]]
        # A number in words begins where a word begins: 统一年检 has no 一年.
        if word[0].isascii() or each.start in cuts
    ]
    for word in said(text, analyzer):
        found = [each for each in found if each.end <= word.start() or word.end() <= each.start]
        found.append(Match(*word.span(), word[0], ()))
    for match in synonyms.within(_finely(pieces, synonyms, analyzer)):
        beside = [each for each in found if each.start < match.end and match.start < each.end]
        if not beside:
            found.append(match)
        elif (beside[0].start, beside[0].end) == (match.start, match.end):
            # PM10 is also written PM-10, and is also 可吸入颗粒物.
            found.remove(beside[0])
            found.append(replace(match, others=(*match.others, *beside[0].others)))
    return sorted(found, key=lambda match: match.start)


def _finely(pieces: Sequence[str], synonyms: Synonyms, analyzer: Analyzer) -> Iterator[str]:
    """Cut pieces further where a word with synonyms begins within: 暖气|费, and 县|大|数据|局 cut as 县大|数据|局."""
    for piece in pieces:
        at = 0
        if len(piece) > 1 and piece not in synonyms:
            if piece[0] in _PLACES and not analyzer.is_word(piece):
                at = 1
            elif piece[-1] in _HEADS and piece[:-1] in synonyms:
                at = len(piece) - 1
        yield from filter(None, (piece[:at], piece[at:]))


def _pieces(text: str, matches: Sequence[Match], analyzer: Analyzer) -> Iterator[Text | Or]:
    """Yield a choice for each match, and the text between matches unless it has only function words."""
    ends = [0, *(match.end for match in matches)]
    starts = [*(match.start for match in matches), len(text)]
    for at, (start, end) in enumerate(zip(ends, starts, strict=True)):
        if analyzer.says_something(text[start:end]):
            yield Text(text[start:end])
        if at < len(matches) and (match := matches[at]).others:
            others = map(_wanted, match.others)
            yield Or((Text(match.text), *others))


def _wanted(synonym: Synonym) -> Text | Phrase:
    form, weight = normalise(synonym.other), OTHER_WORDS * synonym.weight
    if synonym.sought is Sought.TEXT:
        return Text(form, weight, synonym.word)
    return Phrase(form, weight, synonym.word, whole=synonym.sought is Sought.WHOLE)
