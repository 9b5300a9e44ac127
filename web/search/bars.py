"""Counts as bars: rows of a table, in which a bar as long as its share of the longest stands between name and number.

Any rows will do. ``templates/bars.html`` draws them: each bar is an SVG of its own, so that names break across lines,
grow with the reader's type and are read aloud as a table, and so that paper and forced colours show the bars too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Per cent. What is counted at all is seen.
_SHORTEST = 0.5


@dataclass(frozen=True, slots=True)
class Bar:
    """A row. ``url`` is "" where nothing more is to be seen; ``width`` is in per cent, "0" for none."""

    label: str
    count: int
    width: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A table of bars. ``name`` is its address on the page, ``what`` is counted by ``title``, ``note`` says more."""

    name: str
    title: str
    bars: Sequence[Bar]
    note: str = ""
    more: str = ""
    more_url: str = ""


def bars(rows: Iterable[tuple[str, int, str]]) -> list[Bar]:
    """Turn labels with counts and addresses into bars, in the order given.

    >>> [each.width for each in bars([("2019", 8, ""), ("2020", 4, ""), ("2021", 0, "")])]
    ['100', '50', '0']
    """
    rows = list(rows)
    most = max((count for _, count, _ in rows), default=0)
    return [Bar(label, count, _width(count, most), url) for label, count, url in rows]


def _width(count: int, most: int) -> str:
    return f"{max(_SHORTEST, 100 * count / most):.4g}" if count > 0 else "0"
