"""Spelling corrections for words that no document has: by sound, by shape, or for a typing slip.

The model is a noisy channel (Kernighan, Church and Gale, A spelling correction program based on a noisy channel model,
1990). What was typed is cut into words of public documents and words one edit away from those, at the least total cost
of words (rarer ones cost more) and edits. A known word is never edited: 决算 stays, however much commoner 预算 is.
Latin letters are read as pinyin, or as the initials of one word.

What titles say (``phrases``) comes before that: a phrase with two characters wrong is known by the others.

Corrections are only offers. The caller checks whether they find anything.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from pathlib import Path

from archive.chinese.text import HAN, normalise
from indexer.asking.parse import MINUSES, OR
from indexer.helping.phrases import Phrases
from indexer.helping.pinyin import near, readings, syllables_of
from indexer.helping.spelling import Spellings

SHAPES = Path(__file__).parent / "shapes.tsv"
# Longer searches and longer runs of Han in them are pasted, not typed.
LONGEST = 40
LONGEST_RUN = 14
_LONGEST_PINYIN = 60
_LONGEST_WORD = 10
# Costs in nats; a word costs -ln of its share of all words. The likelier an edit, the cheaper it is. A single character
# costs more than a word, because a mistyped word mostly falls apart into single characters.
_CHARACTER = 13.0
_FAMILIAR = 9.0
_FUNCTION = 6.0
_ALONE = 2.0
# How much more than the first suggestion the others may cost.
_BESIDE = 6.0
# The cost of a dictionary word that no document has; the bonus of a county word, and the most that one costs: 临沐
# means 临沭 even where few documents have it yet.
_UNSEEN = 11.0
_OWN = 6.0
_OWN_MOST = 8.5
_SAME_SOUND = 4.0
_SHAPE = 5.0
_NEAR_SOUND = 6.5
# Cheap for an edit, since longer words are rarer and cost more.
_LACKING = 4.0
_DOUBLED = 4.0
_SWAPPED = 5.0
# With one of two characters wrong, little is known about the word that was meant.
_SHORT = 2.5
_RUN = re.compile(f"(?<![{HAN}])[{HAN}]{{2,{LONGEST_RUN}}}(?![{HAN}])")
_WORD = re.compile(f"[{HAN}]+|[a-z]+")
_LATIN = re.compile(r"[a-z]{2,60}")
# A run of so many characters is known by those that are right, and letters by so many.
_LONG = 6
_LEAST_MISSPELT = 5
# Never corrected into each other: 第三十五条 is not 第二十五条.
_NUMERALS = frozenset("〇零一二三四五六七八九十百千万亿两")
# Terms of the grammar, which are meant literally.
_GRAMMAR = re.compile(rf'^[{MINUSES}]|[:："“”「」『』]|^{OR}$')


@dataclass(frozen=True, slots=True)
class _Candidate:
    word: str
    cost: float


class Corrector:
    """Corrects searches by the normalised words of public documents and the number of documents that have each."""

    def __init__(
        self,
        vocabulary: Mapping[str, int],
        function_words: Iterable[str] = (),
        is_word: Callable[[str], bool] = lambda word: False,
        lexicon: Iterable[str] = (),
        titles: Iterable[str] = (),
    ) -> None:
        """Set up the vocabulary.

        ``function_words`` and dictionary words (``is_word``) are correct whether or not a document has them. Only the
        county's own words (``lexicon``) may replace a dictionary word: 临沐 may mean 临沭. What one of the ``titles``
        says is right as well.
        """
        words = {word: count for word, count in vocabulary.items() if count > 0}
        common = max(words.values(), default=1)
        words |= {word: max(common // 10, words.get(word, 1)) for word in function_words}
        self._single = {word: count for word, count in words.items() if len(word) == 1}
        self._function = frozenset(function_words)
        self._known = {
            word: count for word, count in words.items() if 1 < len(word) <= _LONGEST_WORD and _WORD.fullmatch(word)
        }
        self._is_word = is_word
        self._lexicon = frozenset(lexicon)
        self._titles = tuple(titles)
        self._total = sum(self._known.values()) or 1

    def prepare(self) -> None:
        """Load now what the first correction would otherwise wait for."""
        _ = self._spellings, self._characters, self._syllables, self._phrases, _shapes()

    def corrections(self, typed: str, limit: int = 3) -> list[str]:
        """Return whole searches that may have been meant, best first; none if nothing seems wrong."""
        chunks = typed.split()
        latin = [_letters(chunk) for chunk in chunks]
        if chunks and all(map(_LATIN.fullmatch, latin)):
            # Even if documents have these letters: a county's web address is its name in pinyin.
            return [text for text in dict.fromkeys(self._from_pinyin(latin)) if text != typed][:limit]
        if len(typed) > LONGEST:
            return []
        units = list(self._units(chunks))
        best = [self._corrected(unit, limit) for unit in units]
        if not any(best):
            return []
        # First the best form of every unit, then variants with one unit in its next best form.
        tops = [found[0] if found else unit for unit, found in zip(units, best, strict=True)]
        offers = [" ".join(tops)]
        for at, found in enumerate(best):
            offers += [" ".join((*tops[:at], each, *tops[at + 1 :])) for each in found[1:]]
        return list(dict.fromkeys(offers))[:limit]

    def _units(self, chunks: Iterable[str]) -> Iterator[str]:
        """Yield the chunks, joining consecutive chunks of letters: zhengwu gongkai is one word."""
        for letters, run in groupby(chunks, self._is_pinyin):
            if letters:
                yield " ".join(run)
            else:
                yield from run

    def _is_pinyin(self, chunk: str) -> bool:
        letters = _letters(chunk)
        return bool(_LATIN.fullmatch(letters)) and letters not in self._known and not _GRAMMAR.search(chunk)

    def _corrected(self, unit: str, limit: int) -> list[str]:
        if all(map(self._is_pinyin, unit.split())):
            return list(dict.fromkeys(self._from_pinyin(map(_letters, unit.split()))))[:limit]
        if _GRAMMAR.search(unit):
            return []
        text = normalise(unit)
        found = []
        for match in _RUN.finditer(text):
            found += [text[: match.start()] + each + text[match.end() :] for each in self._edited(match[0], limit)]
        return list(dict.fromkeys(found))[:limit]

    def _edited(self, run: str, limit: int) -> list[str]:
        """Return better forms of a run of Han; none if it is best as typed. What a title says comes first."""
        if len(run) > 2 and self._phrases.has(run):
            return []
        titled = [text for text in self._phrases.written(run, _alike) if self._doubtful(run, text)]
        return list(dict.fromkeys((*titled[:2], *self._cut_anew(run, limit))))[:limit]

    def _doubtful(self, run: str, text: str) -> bool:
        """Return whether no known word of a short run is changed. In a longer one what stands beside it tells more."""
        if len(run) >= _LONG:
            return True
        return not any(
            run[start:end] != text[start:end] and run[start:end] in self._known
            for start in range(len(run))
            for end in range(start + 2, len(run) + 1)
        )

    def _cut_anew(self, run: str, limit: int) -> list[str]:
        """Return forms of a run of Han at the least cost of words and edits; none if that is as typed."""
        paths: list[list[tuple[float, str]]] = [[(0.0, "")]]
        for end in range(1, len(run) + 1):
            ending: dict[str, float] = {}
            for start in range(max(0, end - _LONGEST_WORD - 1), end):
                for candidate in self._candidates(run[start:end]):
                    for cost, before in paths[start]:
                        text = before + candidate.word
                        total = cost + candidate.cost
                        if total < ending.get(text, math.inf):
                            ending[text] = total
            best = sorted((cost, text) for text, cost in ending.items())[: limit + 1]
            # Keep what was typed, to compare with.
            if run[:end] in ending and all(text != run[:end] for _, text in best):
                best.append((ending[run[:end]], run[:end]))
            paths.append(best)
        ranked = sorted(paths[-1])
        if not ranked or ranked[0][1] == run:
            return []
        most = ranked[0][0] + _BESIDE
        return [text for cost, text in ranked if text != run and cost <= most]

    def _candidates(self, piece: str) -> Iterator[_Candidate]:
        if len(piece) == 1:
            # Characters such as 县 and 费 end many words.
            yield _Candidate(piece, self._alone(piece))
            return
        if piece in self._known:
            yield _Candidate(piece, self._cost(piece))
            return
        of_the_language = self._is_word(piece)
        if of_the_language:
            yield _Candidate(piece, _UNSEEN)
        for word, edit in self._edits(piece).items():
            short = _SHORT if len(word) == 2 else 0.0
            if word in self._lexicon:
                yield _Candidate(word, min(self._cost(word), _OWN_MOST) + edit + short - _OWN)
            elif not of_the_language:
                yield _Candidate(word, self._cost(word) + edit + short)

    @cached_property
    def _spellings(self) -> Spellings:
        words = [word for word in self._known if not word.isascii()]
        return Spellings(sorted(words, key=lambda word: (-self._known[word], word)))

    @cached_property
    def _phrases(self) -> Phrases:
        return Phrases(self._titles)

    @cached_property
    def _syllables(self) -> Mapping[str, str]:
        """The commonest character of each syllable, of those that may stand alone."""
        found: dict[str, str] = {}
        for character in sorted(self._characters, key=lambda each: (self._alone(each), each)):
            for syllable in readings(character)[:1]:
                found.setdefault(syllable, character)
        return found

    @cached_property
    def _characters(self) -> frozenset[str]:
        """Characters that begin or end so many words that they may stand alone."""
        counts: dict[str, int] = {}
        for word in self._known:
            for character in {word[0], word[-1]}:
                counts[character] = counts.get(character, 0) + 1
        least = max(3, len(self._known) // 2000)
        return frozenset(character for character, count in counts.items() if count >= least)

    def _alone(self, character: str) -> float:
        if character in self._function:
            return _FUNCTION
        unseen = _FAMILIAR if character in self._characters else _CHARACTER
        if count := self._single.get(character):
            return min(unseen, -math.log(count / self._total) + _ALONE)
        return unseen

    def _cost(self, word: str) -> float:
        return -math.log(self._known[word] / self._total)

    def _from_pinyin(self, chunks: Iterable[str]) -> Iterator[str]:
        letters = "".join(chunks)
        if len(letters) > _LONGEST_PINYIN:
            return
        initialled = self._spellings.initialled(letters)
        sounding = self._spellings.sounding(letters)
        yield from initialled[:1]
        yield from sounding[:1]
        if not initialled and not sounding and len(letters) >= _LEAST_MISSPELT and letters not in self._known:
            yield from self._spellings.nearly_sounding(letters)[:2]
            yield from self._phrases.spelt(letters)[:2]
        if read := self._read(letters):
            yield read
        yield from sounding[1:]
        yield from initialled[1:]

    def _read(self, letters: str) -> str | None:
        """Return the likeliest words with these letters as pinyin."""
        paths: list[tuple[float, tuple[str, ...]] | None] = [(0.0, ())]
        for end in range(1, len(letters) + 1):
            best: tuple[float, tuple[str, ...]] | None = None
            for start in range(max(0, end - 6 * _LONGEST_WORD), end):
                before = paths[start]
                if before and (word := self._sounding(letters[start:end])):
                    # Each further word adds a boundary that was not typed.
                    cost = before[0] + (self._cost(word) if len(word) > 1 else self._alone(word)) + 2
                    if best is None or cost < best[0]:
                        best = cost, (*before[1], word)
            paths.append(best)
        return " ".join(paths[-1][1]) if paths[-1] and any(len(word) > 1 for word in paths[-1][1]) else None

    def _sounding(self, letters: str) -> str | None:
        """Return the likeliest word or single character with these letters as pinyin."""
        words = self._spellings.sounding(letters)
        return words[0] if words else self._syllables.get(letters)

    def _edits(self, piece: str) -> dict[str, float]:
        """Return the known words that are one edit away from a piece, with the cost of the edit."""
        found: dict[str, float] = {}
        numerals = _numerals(piece)

        def add(word: str, cost: float) -> None:
            if word in self._known and cost < found.get(word, math.inf) and _numerals(word) == numerals:
                found[word] = cost

        for spelling in syllables_of(piece, 4):
            for word in self._spellings.near(spelling):
                # If more than half of the characters differ, it is another word.
                if 2 * sum(map(str.__ne__, piece, word)) <= len(word):
                    add(word, _sound_cost(piece, word))
        for at, character in enumerate(piece):
            for other in _shapes().get(character, ""):
                add(piece[:at] + other + piece[at + 1 :], _SHAPE)
            if len(piece) > 3:
                if at and piece[at - 1] == character:
                    add(piece[:at] + piece[at + 1 :], _DOUBLED)
                if at:
                    add(piece[: at - 1] + character + piece[at - 1] + piece[at + 1 :], _SWAPPED)
        if len(piece) > 2:
            for word in self._spellings.lacking(piece):
                add(word, _LACKING)
        return found


def _letters(chunk: str) -> str:
    """Normalise a chunk and drop the apostrophes between syllables, as in xi'an."""
    return normalise(chunk).replace("'", "").replace("’", "")


def _alike(typed: str, meant: str) -> bool:
    """Return whether a character is easily taken for another: by its sound or its shape."""
    if typed in _NUMERALS or meant in _NUMERALS:
        return False
    if meant in _shapes().get(typed, "") or typed in _shapes().get(meant, ""):
        return True
    return not set(map(near, readings(typed))).isdisjoint(map(near, readings(meant)))


def _numerals(word: str) -> str:
    return "".join(character for character in word if character in _NUMERALS)


def _sound_cost(piece: str, word: str) -> float:
    """Return the cost by how many characters differ and whether they sound the same or nearly the same."""
    cost = 0.0
    for typed, meant in zip(piece, word, strict=True):
        if typed != meant:
            same = not set(readings(typed)).isdisjoint(readings(meant))
            cost += (_SAME_SOUND if same else _NEAR_SOUND) * (1.0 if cost == 0.0 else 0.6)
    return cost


@cache
def _shapes() -> Mapping[str, str]:
    """Return for each character those it is confused with."""
    lines = (line.split("\t") for line in SHAPES.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {character: others for character, others in lines}
