"""Running heads and feet of pages: each text stays once, after its page, and parts no paragraph or table.

A text is one whatever number of a page it has, if that grows by one with each; any other number makes another text.

A line is one if it stands at the edge of pages in the same place and type, no larger than the text and apart from it:
with the same text on every other page at least, or in a place where most pages have a line that is repeated (chapters).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from archive.extract.pdf.grid import GridRow
from archive.extract.pdf.page import TextLine
from archive.extract.text.characters import clean

_DASHES = r"[\s—\-–－―─~～·•.]"
_NUMERALS = "一二三四五六七八九十百零〇"
_PAGE_NUMBER = re.compile(
    rf"{_DASHES}*\d{{1,4}}{_DASHES}*|[(（\[【]\s*\d{{1,4}}\s*[)）\]】]"
    rf"|{_DASHES}+(?:[{_NUMERALS}]{{1,5}}|[ivxlc]{{1,7}}){_DASHES}+|[ivx]{{2,6}}"
    rf"|第\s*[\d{_NUMERALS}]+\s*页(?:\s*[,，/／]?\s*[(（]?共\s*[\d{_NUMERALS}]+\s*页[)）]?)?"
    rf"|共\s*\d+\s*页\s*[,，/／]?\s*第\s*\d+\s*页|\d{{1,4}}\s*[/／]\s*\d{{1,4}}|Page\s*\d+(?:\s*(?:of|/)\s*\d+)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(rf"\d+|(?<=第)[{_NUMERALS}]+(?=页)")
# Numbers that are none of pages, though they may count on with them: of documents, issues and days.
_OF_DOCUMENT = re.compile(r"\d+(?=[号期年月日])|(?<=号)\d+|(?<=号[:：])\d+")
_LONGEST = 4
# How many lines at the top and the bottom of a page may be heads and feet.
_LINES = 3
# On as many pages at least, and on this share of the odd or the even ones, a line is repeated.
_PAGES, _SHARE = 3, 0.5
# If this share of pages has a line in a place, and this share of these lines is repeated, the others are heads as well.
_PLACE, _REPEATED = 0.5, 0.6
# What is in one place differs by so many points at most, and in size by this share.
_NEAR, _SAME = 2.0, 0.06
# A head in the type of the text is farther from it than its lines are from each other, so many times.
_FAR = 1.25

Line = TextLine | GridRow


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line at the edge of a page, with its text without blanks; ``key`` is that without numbers."""

    page: int
    item: int
    line: TextLine
    is_top: bool
    text: str
    key: str


def is_page_number(text: str) -> bool:
    """Tell whether a line is the number of a page.

    >>> [is_page_number(each) for each in ("— 3 —", "第3页 共10页", "－３－", "- 三 -", "iv", "3件")]
    [True, True, True, True, True, False]
    """
    return _PAGE_NUMBER.fullmatch(clean(text)) is not None


def without_running_heads(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Put the running heads and feet of each page after its other lines, once each for all their page numbers."""
    running = _running(pages)
    kept: list[list[Line]] = []
    texts: set[str] = set()
    last: dict[str, _Edge] = {}
    for number, page in enumerate(pages):
        own = running.get(number, {})
        new = [at for at, each in sorted(own.items()) if each.text not in texts and not _goes_on(each, last)]
        heads = [replace(own[at].line, is_running=True) for at in new]
        texts |= {each.text for each in own.values()}
        last |= {each.key: each for each in own.values()}
        kept.append([*(item for at, item in enumerate(page) if at not in own), *heads])
    return kept


def _goes_on(edge: _Edge, last: Mapping[str, _Edge]) -> bool:
    """Tell whether a text is the last one of its kind but for numbers that grew by one with each page."""
    before = last.get(edge.key)
    if before is None:
        return False
    held = {found.start() for found in _OF_DOCUMENT.finditer(edge.text)}
    pairs = zip(_NUMBER.finditer(before.text), _NUMBER.finditer(edge.text), strict=True)
    return all(
        old[0] == new[0] or new.start() not in held and _is_later(old[0], new[0], edge.page - before.page)
        for old, new in pairs
    )


def _is_later(old: str, new: str, pages: int) -> bool:
    if not (old.isdecimal() and new.isdecimal()):
        return True
    return max(len(old), len(new)) <= _LONGEST and int(new) - int(old) == pages


def _running(pages: Sequence[Sequence[Line]]) -> dict[int, dict[int, _Edge]]:
    """Return the running heads and feet of each page by their places in it."""
    if len(pages) < 2:
        return {}
    sizes = [line.size for page in pages for line in page if isinstance(line, TextLine)]
    usual = median(sizes) if sizes else 0.0
    # Two pages are enough only for lines that are smaller than the text.
    largest = (1 + _SAME if len(pages) >= _PAGES else 1 - _SAME) * usual
    edges = [
        edge
        for number, page in enumerate(pages)
        for edge in _edges(number, page)
        if edge.line.size <= largest and not edge.line.text.rstrip().endswith(("。", "；"))
    ]
    found: dict[int, dict[int, _Edge]] = {}
    for place in _places(edges):
        for edge in _heads(place, len(pages)):
            found.setdefault(edge.page, {})[edge.item] = edge
    if len(pages) < _PAGES:
        # Of two pages with hardly another line nobody knows which the heads are.
        found = {number: own for number, own in found.items() if 2 * len(own) < len(pages[number])}
    return {number: _apart(own, pages[number], usual) for number, own in found.items()}


def _edges(number: int, page: Sequence[Line]) -> Iterator[_Edge]:
    ordered = sorted(
        ((at, line) for at, line in enumerate(page) if isinstance(line, TextLine) and not line.column),
        key=lambda each: -each[1].y1,
    )
    for is_top, lines in ((True, ordered[:_LINES]), (False, ordered[_LINES:][-_LINES:])):
        for at, line in lines:
            text = "".join(clean(line.text).split())
            yield _Edge(number, at, line, is_top, text, _NUMBER.sub("#", text))


def _places(edges: Sequence[_Edge]) -> Iterator[list[_Edge]]:
    """Group lines that stand at the same height in the same type."""
    for is_top in (True, False):
        group: list[_Edge] = []
        for edge in sorted((each for each in edges if each.is_top is is_top), key=lambda each: each.line.y0):
            if group and edge.line.y0 - group[-1].line.y0 > _NEAR:
                yield from _by_size(group)
                group = []
            group.append(edge)
        yield from _by_size(group)


def _by_size(edges: Sequence[_Edge]) -> Iterator[list[_Edge]]:
    group: list[_Edge] = []
    for edge in sorted(edges, key=lambda each: each.line.size):
        if group and edge.line.size > (1 + _SAME) * group[-1].line.size:
            yield group
            group = []
        group.append(edge)
    if group:
        yield group


def _heads(place: Sequence[_Edge], pages: int) -> list[_Edge]:
    """Return the lines in one place that are running heads or feet."""
    counts = Counter(edge.key for edge in place)
    sides: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for edge in place:
        sides[edge.key][edge.page % 2] += 1
    repeated = [edge for edge in place if counts[edge.key] > 1]
    everywhere = {
        key
        for key, count in counts.items()
        if count >= min(_PAGES, pages)
        and max(sides[key][side] / max((pages + 1 - side) // 2, 1) for side in (0, 1)) >= _SHARE
    }
    if len(place) >= max(_PLACE * pages, _PAGES + 1) and len(repeated) >= _REPEATED * len(place):
        return list(place)
    return [edge for edge in place if edge.key in everywhere]


def _apart(own: dict[int, _Edge], page: Sequence[Line], usual: float) -> dict[int, _Edge]:
    """Leave out lines that have others between them and the edge of the page, or are as near to the text as its own."""
    if len(own) == len(page) > 2:
        # Copies of one page.
        return {}
    steps = [
        above.y1 - below.y1
        for above, below in zip(page, page[1:], strict=False)
        if isinstance(above, TextLine) and isinstance(below, TextLine) and above.y1 > below.y1
    ]
    leading = median(steps) if steps else 0.0
    kept: dict[int, _Edge] = {}
    for ordered in (range(len(page)), range(len(page) - 1, -1, -1)):
        outer: list[int] = []
        inside: Line | None = None
        for at in ordered:
            inside = page[at]
            if at not in own:
                break
            outer.append(at)
        else:
            inside = None
        # The innermost ones may be lines of the text that are alike on these pages.
        while outer and not _is_apart(own[outer[-1]].line, inside, leading, usual):
            inside = page[outer.pop()]
        kept |= {at: own[at] for at in outer}
    return kept


def _is_apart(line: TextLine, inside: Line | None, leading: float, usual: float) -> bool:
    smaller = line.size <= (1 - _SAME) * usual
    return smaller or not isinstance(inside, TextLine) or abs(line.y1 - inside.y1) >= _FAR * leading
