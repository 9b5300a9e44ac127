"""Interprets a typed search: the query tree, expanded with synonyms that the page shows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from archive.chinese.text import normalise
from archive.describe import taxonomy
from indexer.analyzer import Analyzer
from indexer.asking.parse import parse
from indexer.asking.spellings import spellings
from indexer.asking.synonyms import SAME, Match, Sought, Synonym, Synonyms
from indexer.query import And, Or, Part, Phrase, Query, Synonymous, Text, Within

# Synonyms count less than the words that were typed. Over the 407 questions of ``relevance``, weights below a half
# helped nobody, and between this value and 1 hardly anything changed.
OTHER_WORDS = 0.75

_YEARS = {"今年": 0, "去年": -1, "前年": -2, "明年": 1}
_RELATIVE = re.compile("|".join(_YEARS))
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
    """The ``query`` to carry out, and the ``expansions`` that it has beyond what was typed."""

    query: Query
    expansions: tuple[Expansion, ...] = ()


def interpret(
    typed: str, synonyms: Synonyms, analyzer: Analyzer, literal: bool = False, year: int | None = None
) -> Interpretation:
    """Interpret a typed search. Raises BadQuery.

    ``literal`` leaves out synonyms. ``year`` is the one that 今年 means. Words are expanded, and so are names after
    机构:. Phrases, exclusions, numbers and terms for other parts are meant literally.
    """
    query = parse(typed)
    if literal:
        return Interpretation(query)
    found: dict[str, Expansion] = {}

    def expanded(part: Query) -> Query:
        match part:
            case And(parts) | Or(parts):
                return replace(part, parts=tuple(map(expanded, parts)))
            case Text(text):
                matches = _matches(text, synonyms, analyzer, year)
                for each in matches:
                    found[each.text] = Expansion(each.text, tuple(map(_shown, each.others)))
                # A word that is repeated is wanted once.
                return Synonymous(part, tuple(dict.fromkeys(_pieces(text, matches, analyzer)))) if matches else part
            case Within(Part.ISSUER, name):
                # An agency may have several names, and former ones.
                others = _other_names(name, synonyms, analyzer)
                if others:
                    found[name] = Expansion(name, others)
                return Or((part, *(Within(Part.ISSUER, other) for other in others))) if others else part
            case _:
                return part

    return Interpretation(expanded(query), tuple(found.values()))


def _other_names(name: str, synonyms: Synonyms, analyzer: Analyzer) -> tuple[str, ...]:
    listed = normalise(taxonomy.issuer(name))
    replaced = (
        name[: match.start] + other.other + name[match.end :]
        for match in synonyms.within(analyzer.pieces(name))
        for other in match.others
    )
    return tuple(dict.fromkeys(other for other in (listed, *replaced) if name not in other))


def _shown(synonym: Synonym) -> str:
    """Return a synonym as people write it: GDP, and 10km."""
    return synonym.other.upper() if synonym.other.isascii() and synonym.other[0].isalpha() else synonym.other


def _matches(text: str, synonyms: Synonyms, analyzer: Analyzer, year: int | None) -> list[Match]:
    """Find words with synonyms, numbers with other spellings and relative years (去年)."""
    found = [
        Match(each.start, each.end, word, tuple(Synonym(word, other, SAME, each.sought) for other in each.others))
        for each in spellings(text)
        for word in [text[each.start : each.end]]
    ]
    if year is not None:
        found += [
            Match(*match.span(), match[0], (Synonym(match[0], f"{year + _YEARS[match[0]]}年", SAME),))
            for match in _RELATIVE.finditer(text)
        ]
    for match in synonyms.within(_finely(analyzer.pieces(text), synonyms, analyzer)):
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
        if at < len(matches):
            match = matches[at]
            others = map(_wanted, match.others)
            yield Or((Text(match.text), *others))


def _wanted(synonym: Synonym) -> Text | Phrase:
    form, weight = normalise(synonym.other), OTHER_WORDS * synonym.weight
    if synonym.sought is Sought.TEXT:
        return Text(form, weight, synonym.word)
    return Phrase(form, weight, synonym.word, whole=synonym.sought is Sought.WHOLE)
