"""What differs between two paragraphs or cells, by numbers, dates, words and runs of Han characters."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import groupby

from archive.chinese.sought import MASK
from archive.compare.alignment import Budget, matches


class Change(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    # Has parts that were added or removed.
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text: in both versions, or only in the newer (``ADDED``) or the older (``REMOVED``)."""

    text: str
    change: Change = Change.SAME


# A date and a number are one token each, so that a changed sum is one mark; of Han each character is one.
_TOKEN = re.compile(
    r"(?:\d{2,4}年)?\d{1,2}月(?:\d{1,2}日)?|\d{2,4}年|\d+(?:[,，]\d{3})*(?:[.．]\d+)?[%％‰]?|[A-Za-z]+|\s+|■+|.",
    re.DOTALL,
)

# If less of a paragraph stayed, it is told as a whole rather than in splinters.
_KEPT = 0.3
# Characters by which two texts are compared as wholes.
_READ = 400


def pieces(before: str, after: str, budget: Budget) -> list[Piece]:
    """Return what both texts have and what differs, in order: what was removed before what was added.

    >>> [(piece.change.value, piece.text) for piece in pieces("预算1,200万元", "预算1,350万元", Budget(9))]
    [('same', '预算'), ('removed', '1,200'), ('added', '1,350'), ('same', '万元')]
    """
    if before == after:
        return [Piece(before)] if before else []
    left, right = _TOKEN.findall(before), _TOKEN.findall(after)
    found: list[tuple[str, str, str]] = []
    start = begin = 0
    for one, other in (*matches(left, right, budget), (len(left), len(right))):
        if one > start or other > begin:
            found.append(("", "".join(left[start:one]), "".join(right[begin:other])))
        if one < len(left):
            found.append((left[one], "", ""))
        start, begin = one + 1, other + 1
    same = sum(len(kept) for kept, _, _ in found)
    # What is masked stands where it stood; the rest shows whether this is the same text.
    masked = max(before.count(MASK), after.count(MASK))
    if same < _KEPT * (max(len(before), len(after)) - masked) or not same:
        return _written([("", before, after)])
    return _written(_joined(found))


def likeness(one: str, other: str) -> float:
    """Return how much two texts have in common, from 0 to 1, by their pairs of characters. Their beginnings suffice.

    What is masked in one of them is left out.
    """
    if MASK in one + other and len(one) == len(other) and _differ_in_masks(one, other):
        return 1.0
    ours, theirs = _pairs(one[:_READ]), _pairs(other[:_READ])
    masked = sum(count for pair, count in (ours | theirs).items() if MASK in pair)
    total = ours.total() + theirs.total() - 2 * masked
    return min(1.0, 2 * (ours & theirs).total() / total) if total > 0 else float(one == other)


def _differ_in_masks(one: str, other: str) -> bool:
    """Tell whether two texts of one length are the same but for what is masked: a sign for each character."""
    return all(ours == theirs or MASK in (ours, theirs) for ours, theirs in zip(one, other, strict=True))


@lru_cache(256)
def _pairs(text: str) -> Counter[str]:
    return (
        Counter(map("".join, zip(text, text[1:], strict=False))) if len(text) > 1 else Counter([text] if text else [])
    )


def _joined(found: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Join what is kept and next to each other; and a change, one kept character and a change into one change."""
    runs: list[tuple[str, str, str]] = []
    for is_kept, group in groupby(found, key=lambda each: bool(each[0])):
        same = [*group]
        runs += [("".join(each[0] for each in same), "", "")] if is_kept else same
    joined: list[tuple[str, str, str]] = []
    for at, (kept, removed, added) in enumerate(runs):
        if len(kept) == 1 and 0 < at < len(runs) - 1:
            _, former, newer = joined.pop()
            joined.append(("", former + kept, newer + kept))
        elif not kept and joined and not joined[-1][0]:
            _, former, newer = joined.pop()
            joined.append(("", former + removed, newer + added))
        else:
            joined.append((kept, removed, added))
    return joined


def _written(found: Sequence[tuple[str, str, str]]) -> list[Piece]:
    return [
        Piece(text, change)
        for kept, removed, added in found
        for text, change in ((kept, Change.SAME), (removed, Change.REMOVED), (added, Change.ADDED))
        if text
    ]
