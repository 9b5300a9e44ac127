"""Interprets a typed search: the query tree, expanded with synonyms that the page shows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from archive.chinese import numerals
from archive.chinese.text import normalise
from archive.describe import taxonomy
from indexer.analyzer import Analyzer
from indexer.asking.parse import parse
from indexer.asking.synonyms import SAME, Match, Synonym, Synonyms
from indexer.query import And, Or, Part, Phrase, Query, Synonymous, Text, Within

# Synonyms count less than the words that were typed. Over the 407 questions of ``relevance``, weights below a half
# helped nobody, and between this value and 1 hardly anything changed.
OTHER_WORDS = 0.75

_ORDINAL = re.compile(rf"第(?P<number>\d{{1,4}}|[{numerals.COUNTED}]{{1,7}})(?P<counted>[次届号条章节款项期批季轮])")
# From this number on statutes may write an article's digit by digit.
_BY_DIGITS = 100
_YEARS = {"今年": 0, "去年": -1, "前年": -2, "明年": 1}
_RELATIVE = re.compile("|".join(_YEARS))


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
                    found[each.text] = Expansion(each.text, tuple(other.other for other in each.others))
                return Synonymous(part, tuple(_pieces(text, matches, analyzer))) if matches else part
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


def _matches(text: str, synonyms: Synonyms, analyzer: Analyzer, year: int | None) -> list[Match]:
    """Find words with synonyms, ordinals with another spelling (第14次, 第十四次) and relative years (去年)."""
    respelt = [
        Match(*match.span(), match[0], tuple(Synonym(match[0], other, SAME) for other in others))
        for match in _ORDINAL.finditer(text)
        if (others := _respelt(match["number"], match["counted"]))
    ]
    if year is not None:
        respelt += [
            Match(*match.span(), match[0], (Synonym(match[0], f"{year + _YEARS[match[0]]}年", SAME),))
            for match in _RELATIVE.finditer(text)
        ]
    words = [
        match
        for match in synonyms.within(analyzer.pieces(text))
        if not any(other.start < match.end and match.start < other.end for other in respelt)
    ]
    return sorted((*respelt, *words), key=lambda match: match.start)


def _respelt(number: str, counted: str) -> list[str]:
    """Return the other spellings of an ordinal: of 第101条 also 第一百零一条, 第一百〇一条 and 第一〇一条."""
    value = numerals.value(number)
    if not value or value >= numerals.LIMIT:
        return []
    written = numerals.chinese(value)
    spellings = [str(value), written]
    if value >= _BY_DIGITS:
        spellings += [written.replace("零", "〇"), "".join(map(numerals.chinese, map(int, str(value))))]
    typed = normalise(number)
    return [f"第{each}{counted}" for each in dict.fromkeys(spellings) if each != typed]


def _pieces(text: str, matches: Sequence[Match], analyzer: Analyzer) -> Iterator[Text | Or]:
    """Yield a choice for each match, and the text between matches unless it has only function words."""
    ends = [0, *(match.end for match in matches)]
    starts = [*(match.start for match in matches), len(text)]
    for at, (start, end) in enumerate(zip(ends, starts, strict=True)):
        if analyzer.says_something(text[start:end]):
            yield Text(text[start:end])
        if at < len(matches):
            match = matches[at]
            others = (Phrase(other.other, OTHER_WORDS * other.weight, match.text) for other in match.others)
            yield Or((Text(match.text), *others))
