"""How the texts of presentations from before 2007 look: runs of letters, numbers of paragraphs ([MS-PPT] 2.9)."""

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from archive.extract.others.sliderecords import Text
from archive.extract.text.concealed import WHITISH

# The sizes of what a paragraph may state, in the order in which it stands, by the bits that say so (2.9.20).
_OF_PARAGRAPHS = (
    *((0x0F, 2), (0x80, 2), (0x10, 2), (0x40, 2), (0x20, 4), (0x800, 2), (0x1000, 2), (0x2000, 2), (0x4000, 2)),
    *((0x100, 2), (0x400, 2), (0x8000, 2)),
)
_TABS, _AFTER_TABS = 0x100000, ((0x10000, 2), (0xE0000, 2), (0x200000, 2))
# The same for letters (2.9.14).
_STYLED, _FONT, _SYMBOL_FONT, _SIZE, _COLOUR, _SHIFT = 0x3EB7, 0x10000, 0x800000, 0x20000, 0x40000, 0x80000
_OF_LETTERS = (
    *((_STYLED, "style"), (_FONT, "font"), (0x200000, ""), (0x400000, ""), (_SYMBOL_FONT, "symbols"), (_SIZE, "size")),
    *((_COLOUR, "colour"), (_SHIFT, "shift")),
)
_OWN_COLOUR = 0xFE
# 2.13.33: how paragraphs are numbered, by the names that newer presentations have for it.
_SCHEMES = (
    "alphaLcPeriod alphaUcPeriod arabicParenR arabicPeriod romanLcParenBoth romanLcParenR romanLcPeriod romanUcPeriod "
    "alphaLcParenBoth alphaLcParenR alphaUcParenBoth alphaUcParenR arabicParenBoth arabicPlain romanUcParenBoth "
    "romanUcParenR ea1ChsPlain ea1ChsPeriod circleNumDbPlain circleNumWdWhitePlain circleNumWdBlackPlain ea1ChtPlain "
    "ea1ChtPeriod arabic1Minus arabic2Minus hebrew2Minus ea1JpnKorPlain ea1JpnKorPeriod arabicDbPlain arabicDbPeriod"
).split()


@dataclass(frozen=True, slots=True)
class Letters:
    """How letters look: their fonts by number (-1 for none), their size in points, whether they are white or shifted.

    ``number`` is which of the text's numberings their paragraph has.
    """

    font: int = -1
    symbols: int = -1
    size: int = 0
    white: bool = False
    shift: int = 0
    number: int = 0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: its runs of letters, its depth, and its numbering with the first number, None without one."""

    runs: tuple[tuple[str, Letters], ...]
    depth: int = 0
    scheme: str | None = None
    start: int = 1

    @property
    def text(self) -> str:
        return "".join(run for run, _ in self.runs)


def paragraphs(text: Text) -> Iterator[Paragraph]:
    """Yield the paragraphs of a text; without what the program fills in, as the numbers of slides."""
    depths: list[tuple[int, int]] = []
    looks: list[tuple[int, Letters]] = []
    with suppress(struct.error):
        _read_styles(text, depths, looks)
    numberings = list(_numberings(text.numbers))
    at = 0
    ends, until_depths = [until for until, _ in looks], [until for until, _ in depths]
    for line in text.text.split("\r"):
        runs = tuple(
            _runs(line, at, looks[bisect_right(ends, at) : bisect_left(ends, at + len(line)) + 1], text.filled)
        )
        place = bisect_right(until_depths, at)
        depth = depths[place][1] if place < len(depths) else 0
        first = runs[0][1].number if runs else 0
        scheme, start = numberings[first] if first < len(numberings) else (None, 1)
        yield Paragraph(runs, depth, scheme, start)
        at += len(line) + 1


def _runs(line: str, at: int, looks: list[tuple[int, Letters]], filled: set[int]) -> Iterator[tuple[str, Letters]]:
    start, end = at, at + len(line)
    for until, look in [*looks, (end, Letters())]:
        if start >= end:
            return
        if until > start:
            stop = min(until, end)
            places = range(start, stop)
            kept = "".join(line[each - at] for each in places if each not in filled)
            yield kept.replace("\v", "\n"), look
            start = stop


def _read_styles(text: Text, depths: list[tuple[int, int]], looks: list[tuple[int, Letters]]) -> None:
    """Read the runs of paragraphs and of letters, each with the place where it ends (2.9.44)."""
    content, at, until = text.style, 0, 0
    while until <= len(text.text) and at < len(content):
        count, depth, mask = struct.unpack_from("<IHI", content, at)
        at += 10 + sum(size for bits, size in _OF_PARAGRAPHS if mask & bits)
        if mask & _TABS:
            at += 2 + 4 * struct.unpack_from("<H", content, at)[0]
        at += sum(size for bits, size in _AFTER_TABS if mask & bits)
        until += count
        depths.append((until, depth))
    until = 0
    while until <= len(text.text) and at < len(content):
        count, mask = struct.unpack_from("<II", content, at)
        at += 8
        said: dict[str, int] = {}
        for bits, name in _OF_LETTERS:
            if mask & bits:
                form = "<I" if name == "colour" else "<h" if name == "shift" else "<H"
                (said[name],) = struct.unpack_from(form, content, at)
                at += struct.calcsize(form)
        until += count
        colour = said.get("colour", 0)
        own = colour >> 24 == _OWN_COLOUR
        looks.append(
            (
                until,
                Letters(
                    font=said.get("font", -1),
                    symbols=said.get("symbols", -1),
                    size=said.get("size", 0),
                    white=own and all(colour >> each & 0xFF >= WHITISH for each in (0, 8, 16)),
                    shift=said.get("shift", 0),
                    number=said.get("style", 0) >> 10 & 0x0F,
                ),
            )
        )


def _numberings(content: bytes) -> Iterator[tuple[str | None, int]]:
    """Yield the numberings of a text (2.9.67)."""
    at = 0
    with suppress(struct.error):
        while at + 12 <= len(content):
            (mask,) = struct.unpack_from("<I", content, at)
            at += 4 + 2 * bool(mask & 0x800000)
            is_numbered, scheme, start = False, 3, 1
            if mask & 0x1000000:
                is_numbered = bool(struct.unpack_from("<H", content, at)[0])
                at += 2
            if mask & 0x2000000:
                scheme, start = struct.unpack_from("<2H", content, at)
                at += 4
            at += 4 + 4 * bool(struct.unpack_from("<I", content, at)[0] & 0x100000)
            (special,) = struct.unpack_from("<I", content, at)
            at += 4 + 2 * (special & 7).bit_count() + 4 * bool(special & 0x20) + 2 * bool(special & 0x40)
            if special & 0x200:
                at += 4 + 4 * struct.unpack_from("<I", content, at)[0]
            name = _SCHEMES[scheme] if scheme < len(_SCHEMES) else f"other {scheme}"
            yield name if is_numbered else None, max(start, 1)
