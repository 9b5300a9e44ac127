"""Whether pages were of use to those who read them, counted as searches without hits are (``indexer/gaps.py``).

The same is promised: no person, place or hour is recorded, and what was said of a page can be read only once it was
said ``k`` times on at least two days. A page is known by its document's id.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from indexer.gaps import Gaps

_SAID = {True: "有用", False: "没用"}


@dataclass(frozen=True, slots=True)
class Opinion:
    """How often a document's page was said to be of use, and to be of none. Below the threshold it is 0."""

    id: str
    useful: int
    useless: int


class Opinions(Gaps):
    """The opinions of one installation."""

    name, what = "opinions", "“这页有用吗”"

    def __init__(self, folder: Path, k: int) -> None:
        super().__init__(folder, k)

    def say(self, id: str, useful: bool, today: date) -> None:
        """Count an opinion on a document's page. Raises nothing."""
        self.record(f"{id}{_SAID[useful]}", False, today)

    def told(self) -> list[Opinion]:
        """Return what may be read, the least useful first. Raises GapsUnreadable."""
        times: dict[str, dict[bool, int]] = defaultdict(lambda: {True: 0, False: 0})
        for each in self.listed():
            for useful, said in _SAID.items():
                if each.text.endswith(said):
                    times[each.text.removesuffix(said)][useful] = each.times
        told = [Opinion(id, said[True], said[False]) for id, said in times.items()]
        return sorted(told, key=lambda each: (-each.useless, each.useful, each.id))

    def _may_keep(self, text: str, words: Sequence[str]) -> bool:
        """Keep all: what is said is one of two words, of a document that is public."""
        return True
