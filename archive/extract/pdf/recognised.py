"""A recognised page as placed characters, so that its lines become paragraphs like those of any other page."""

import re
from collections.abc import Sequence
from statistics import median

from archive.extract.pdf.page import Glyph, PageContent
from archive.extract.recognition.page import Line, RecognisedPage
from archive.extract.text.characters import HAN, han_count

# A picture's pixels in points, if it has no page whose size is known.
_POINTS = 0.36
# Below this mean confidence a page is a photograph rather than a text.
_SURE = 0.6
# Han characters are as wide as their type is high. As many pairs say it well; a line of fewer goes by its height.
_PAIRS = 4
# Lines whose sizes differ by less are of the same type, by the characters' distances, and by the lines' heights.
_SAME, _LOW, _HIGH = 0.1, 0.7, 1.35
_HAN = re.compile(rf"[{HAN}]")
# The models can't tell how wide a mark is printed.
_WIDE = str.maketrans("(),:;?!<>", "（），：；？！〈〉")
_IN_LATIN = re.compile(r"(?<=[A-Za-z\d])[,:?!;<>](?=[A-Za-z\d])")


def is_text(page: RecognisedPage) -> bool:
    """Tell whether what was recognised is text, and not what is seen in a photograph."""
    return bool(page.lines) and page.confidence >= _SURE


def content(page: RecognisedPage, width: float = 0.0) -> PageContent:
    """Return the characters of a page that is so many points wide."""
    scale = width / page.width if width > 0 else _POINTS
    found = PageContent(page.width * scale, page.height * scale)
    for line, size in zip(page.lines, _sizes(page.lines), strict=True):
        middle = page.height - (line.top + line.bottom) / 2
        low, high = (middle - size / 2) * scale, (middle + size / 2) * scale
        for at, character in enumerate(_written(line.text)):
            left, right = sorted(line.edges[2 * at : 2 * at + 2])
            found.glyphs.append(Glyph(character, left * scale, low, right * scale, high, max(size * scale, 1.0)))
    return found


def _sizes(lines: Sequence[Line]) -> list[float]:
    """Return the type size of each line in pixels; the same for lines that differ as much as a machine errs."""
    advances = [_advance(line) for line in lines]
    heights = [max(float(line.bottom - line.top), 1.0) for line in lines]
    shares = [advance / height for advance, height in zip(advances, heights, strict=True) if advance]
    share = median(shares) if shares else 1.0
    measured = [advance or share * height for advance, height in zip(advances, heights, strict=True)]
    usual = median([size for size, line in zip(measured, lines, strict=True) for _ in line.text] or [1.0])
    return [
        usual
        if (abs(size / usual - 1) < _SAME if advance else _LOW * usual < size < _HIGH * usual)
        else round(size / usual, 1) * usual
        for size, advance in zip(measured, advances, strict=True)
    ]


def _advance(line: Line) -> float:
    """Return the usual distance of neighbouring Han characters, 0 if there are too few."""
    middles = [(left + right) / 2 for left, right in zip(line.edges[::2], line.edges[1::2], strict=True)]
    steps = [
        middles[at + 1] - middles[at]
        for at in range(len(line.text) - 1)
        if _HAN.match(line.text[at]) and _HAN.match(line.text[at + 1])
    ]
    if len(steps) < _PAIRS:
        return 0.0
    usual = median(steps)
    near = [step for step in steps if 0.5 * usual < step < 1.5 * usual]
    return max(sum(near) / len(near), 1.0) if near else 0.0


def _written(text: str) -> str:
    """Return a line with the wide marks of Chinese text, if it is one."""
    if 2 * han_count(text) < sum(each.isalpha() for each in text) or not _HAN.search(text):
        return text
    kept = {match.start() for match in _IN_LATIN.finditer(text)}
    return "".join(each if at in kept else each.translate(_WIDE) for at, each in enumerate(text))
