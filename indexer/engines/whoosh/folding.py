"""Folding a result: documents that say nearly the same, or are versions of one statute, make one line."""

from dataclasses import dataclass

import numpy as np

from indexer.engine import Folds, Sort
from indexer.engines.whoosh.postings import Slots
from indexer.engines.whoosh.snapshot import Scores, Snapshot

_NONE: Slots = np.empty(0, np.intp)


@dataclass(frozen=True, slots=True)
class Folded:
    """The lines of a result, ascending, with their scores.

    Those of several documents are ``members[start:end]`` of ``starts`` and ``ends``, each best first.
    """

    kept: Slots
    scores: Scores
    members: Slots
    starts: Slots
    ends: Slots

    def under(self, slot: int) -> list[int]:
        """Return the documents that fold under one, best first."""
        found: list[int] = []
        for at in np.flatnonzero(self.members[self.starts] == slot).tolist():
            found += self.members[self.starts[at] + 1 : self.ends[at]].tolist()
        return found


def fold(snapshot: Snapshot, chosen: Slots, scores: Scores, folds: Folds | None, sort: Sort) -> Folded:
    """Fold the documents found. ``chosen`` are ascending. A line has the score of its best document."""
    alone = Folded(chosen, scores, _NONE, _NONE, _NONE)
    if folds is None:
        return alone
    groups, former = snapshot.folds(folds)
    found = groups[chosen]
    at = np.flatnonzero(found >= 0)
    at = at[np.bincount(found[at], minlength=1)[found[at]] > 1]
    if not len(at):
        return alone
    slots, group = chosen[at], found[at]
    days = snapshot.days[slots]
    keys = (-scores[at], -days) if sort is Sort.RELEVANCE else (-days, -scores[at])
    if sort is Sort.OLDEST:
        keys = np.where(days > 0, days, np.inf), -scores[at]
    order = np.lexsort((snapshot.ids.place[slots], keys[1], keys[0], former[slots], group))
    at, slots, group = at[order], slots[order], group[order]
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    ends = np.append(starts[1:], len(group))
    best = np.maximum.reduceat(scores[at], starts)
    # Superseded versions alone stay apart: nothing is there for them to fold under.
    folding = ~former[slots[starts]]
    heads = at[starts[folding]]
    scores = scores.copy()
    scores[heads] = best[folding]
    kept = np.ones(len(chosen), bool)
    kept[at[np.repeat(folding, ends - starts)]] = False
    kept[heads] = True
    return Folded(chosen[kept], scores[kept], slots, starts[folding], ends[folding])
