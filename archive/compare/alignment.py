"""Finding which items of two sequences belong together, in a time that grows with their length.

``difflib`` alone is exact, and takes the square or the cube of the length where items repeat (CPython's issues 106865
and 119105). So what both have once is matched first (patience diff), and difflib gets what is left between, as far as
the ``Budget`` goes. What it doesn't reach counts as changed as a whole.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TypeVar

# Steps for each item that is compared, and at least so many: short sequences are compared exactly.
_EACH = 60
_LEAST = 200_000
# Below this share in common, an item is another one, not a changed one.
ALIKE = 0.5
# How many pairs of items a gap may have to be compared one by one.
_PAIRS = 2_500

Item = TypeVar("Item")
Pair = tuple[int, int]
Gap = tuple[int, int, int, int]


class Budget:
    """The steps that a comparison may take. ``over`` tells that something was left out."""

    def __init__(self, items: int) -> None:
        self.left = _LEAST + _EACH * items
        self.over = False

    def spend(self, steps: int) -> bool:
        """Take steps. Return False, and take none, if there aren't so many."""
        if steps > self.left:
            self.over = True
            return False
        self.left -= steps
        return True


def matches(before: Sequence[Hashable], after: Sequence[Hashable], budget: Budget) -> list[Pair]:
    """Return the pairs of places with the same item, ascending on both sides."""
    found: list[Pair] = []
    waiting: list[Gap] = [(0, len(before), 0, len(after))]
    while waiting:
        start, end, begin, finish = waiting.pop()
        while start < end and begin < finish and before[start] == after[begin]:
            found.append((start, begin))
            start, begin = start + 1, begin + 1
        while start < end and begin < finish and before[end - 1] == after[finish - 1]:
            end, finish = end - 1, finish - 1
            found.append((end, finish))
        if start == end or begin == finish or not budget.spend(end - start + finish - begin):
            continue
        gap = (start, end, begin, finish)
        if anchors := _anchors(before, after, gap):
            found += anchors
            waiting += _between(anchors, gap)
        else:
            found += _exact(before, after, gap, budget)
    return sorted(found)


def aligned(
    before: Sequence[Item],
    after: Sequence[Item],
    keys: Sequence[Callable[[Item], Hashable]],
    likeness: Callable[[Item, Item], float],
    budget: Budget,
) -> list[tuple[int | None, int | None]]:
    """Pair the items of two sequences, in order; None stands for an item that the other side lacks.

    Items with the same first key are paired first, between these those with the same second key, and so on; what is
    left is paired where it is alike at least by half.
    """
    pairs: list[Pair] = []
    gaps: list[Gap] = [(0, len(before), 0, len(after))]
    for key in keys:
        left, right = [key(each) for each in before], [key(each) for each in after]
        remaining: list[Gap] = []
        for gap in gaps:
            start, end, begin, finish = gap
            found = matches(left[start:end], right[begin:finish], budget)
            placed = [(start + one, begin + other) for one, other in found]
            pairs += placed
            remaining += _between(placed, gap)
        gaps = remaining
    for gap in gaps:
        pairs += _likest(before, after, gap, likeness, budget)
    return _complete(sorted(pairs), len(before), len(after))


def _complete(pairs: Sequence[Pair], before: int, after: int) -> list[tuple[int | None, int | None]]:
    steps: list[tuple[int | None, int | None]] = []
    start = begin = 0
    for one, other in (*pairs, (before, after)):
        steps += [(at, None) for at in range(start, one)]
        steps += [(None, at) for at in range(begin, other)]
        if one < before:
            steps.append((one, other))
        start, begin = one + 1, other + 1
    return steps


def _between(pairs: Sequence[Pair], gap: Gap) -> list[Gap]:
    """Return the gaps that pairs leave in a gap, where both sides have something left."""
    start, end, begin, finish = gap
    edges = [(start - 1, begin - 1), *pairs, (end, finish)]
    return [
        (one + 1, next_one, other + 1, next_other)
        for (one, other), (next_one, next_other) in pairwise(edges)
        if one + 1 < next_one and other + 1 < next_other
    ]


def _anchors(before: Sequence[Hashable], after: Sequence[Hashable], gap: Gap) -> list[Pair]:
    """Pair the items that both sides have once: the longest run of them in the same order."""
    start, end, begin, finish = gap
    left, right = _single(before, start, end), _single(after, begin, finish)
    pairs = [(at, right[item]) for item, at in left.items() if item in right]
    # The longest ascending run by patience sorting; each pair remembers the one below it.
    tops: list[int] = []
    ends: list[int] = []
    below: list[int] = []
    for at, (_, place) in enumerate(pairs):
        pile = bisect_left(tops, place)
        below.append(ends[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(place)
            ends.append(at)
        else:
            tops[pile], ends[pile] = place, at
    run: list[Pair] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        run.append(pairs[at])
        at = below[at]
    return run[::-1]


def _single(items: Sequence[Hashable], start: int, end: int) -> dict[Hashable, int]:
    counted = Counter(items[start:end])
    return {items[at]: at for at in range(start, end) if counted[items[at]] == 1}


def _exact(before: Sequence[Hashable], after: Sequence[Hashable], gap: Gap, budget: Budget) -> list[Pair]:
    start, end, begin, finish = gap
    left, right = before[start:end], after[begin:finish]
    ours, theirs = Counter(left), Counter(right)
    meetings = sum(count * theirs[item] for item, count in ours.items())
    # difflib looks at each meeting once for every block that it finds, of which there are no more than items.
    if not meetings or not budget.spend(meetings * min(len(left), len(right), meetings)):
        return []
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    return [(start + block.a + at, begin + block.b + at) for block in blocks for at in range(block.size)]


def _likest(
    before: Sequence[Item], after: Sequence[Item], gap: Gap, likeness: Callable[[Item, Item], float], budget: Budget
) -> list[Pair]:
    """Pair what is alike so that all pairs together are as alike as can be; in a large gap, place by place."""
    start, end, begin, finish = gap
    rows, columns = end - start, finish - begin
    if rows * columns > _PAIRS or not budget.spend(rows * columns):
        # Their order is the only hint.
        places = [(start + at, begin + at) for at in range(min(rows, columns))]
        return [(one, other) for one, other in places if likeness(before[one], after[other]) >= ALIKE]
    alike = [[likeness(before[start + one], after[begin + other]) for other in range(columns)] for one in range(rows)]
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for one in reversed(range(rows)):
        for other in reversed(range(columns)):
            skipped = max(best[one + 1][other], best[one][other + 1])
            paired = best[one + 1][other + 1] + alike[one][other] if alike[one][other] >= ALIKE else 0.0
            best[one][other] = max(skipped, paired)
    found: list[Pair] = []
    one = other = 0
    while one < rows and other < columns:
        if best[one][other] == best[one + 1][other]:
            one += 1
        elif best[one][other] == best[one][other + 1]:
            other += 1
        else:
            found.append((start + one, begin + other))
            one, other = one + 1, other + 1
    return found
