"""What is kept of a report beside its sources: its figures and lists as of the day it was made, and who let pass what.

A report is frozen with its lists and a hash over both. What changes later, as a document that is withdrawn, changes no
figure of it, and is told as a difference.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from archive.annual import numbers
from archive.annual.counting import Computed, Counted
from archive.annual.handed_in import entry_of, kept_as, of_year, place_of
from archive.annual.report import TEXT, Finding, Place
from archive.errors import ReportRefused
from archive.plain import one_line
from archive.registers.books.book import Book
from archive.registers.books.columns import text
from archive.registers.requests.facts import Plain
from archive.registers.requests.request import Actor
from archive.store import canonical

FREEZE, PASS = "冻结", "放行"
_FROZEN, _PASSED = "frozen", "passed"
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Frozen:
    """A report as it was on a day: each figure with what was counted, and the hash over all of it."""

    on: str
    by: str
    digest: str
    figures: Mapping[Place, Counted]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that would be another one today: what it was and is, and what came to its list and went."""

    place: Place
    was: Decimal | None
    now: Decimal | None
    added: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def told(self) -> dict[str, object]:
        """It as JSON has it."""
        table, row, column = self.place
        values = {
            name: None if value is None else numbers.plain(value)
            for name, value in (("was", self.was), ("now", self.now))
        }
        lists = {"added": [*self.added], "gone": [*self.gone]}
        return {"table": table, "row": row, "column": column, **values, **lists}


@dataclass(frozen=True, slots=True)
class Passed:
    """A finding that somebody let pass, and why."""

    finding: str
    message: str
    by: str
    on: str
    reason: str


def freeze(book: Book, computed: Computed, by: Actor) -> Frozen:
    """Keep a report's figures and lists as they are. Raises ReportRefused if that was done, EntryRefused."""
    entry = entry_of(book, computed.year, computed.unit, by)
    if _FROZEN in entry.facts:
        raise ReportRefused(f"{computed.unit} {computed.year} 年度的报告已经冻结过了，没有改动。")
    kept: dict[str, Plain] = {kept_as(place): _written(each) for place, each in computed.every.items()}
    on = book.today().isoformat()
    frozen: dict[str, Plain] = {"on": on, "by": by.person, "digest": canonical.digest(kept), "figures": kept}
    book.make(entry.id, FREEZE, {**entry.facts, _FROZEN: frozen}, by, entry.last)
    found = frozen_of(book, computed.year, computed.unit)
    if found is None:
        raise ReportRefused("冻结没有完成，请再试一次。")
    return found


def _written(figure: Counted) -> dict[str, Plain]:
    value = None if figure.value is None else str(figure.value)
    return {"value": value, "definition": figure.definition, "items": [*figure.items]}


def frozen_of(book: Book, year: int, unit: str) -> Frozen | None:
    """Return a report as it was frozen; None if it was not. Raises ReportRefused if it was changed since."""
    entry = of_year(book, year).get(unit)
    kept = entry.facts.get(_FROZEN) if entry else None
    if not isinstance(kept, dict) or not isinstance(figures := kept.get("figures"), dict):
        return None
    if canonical.digest(figures) != kept.get("digest"):
        raise ReportRefused(f"{unit} {year} 年度冻结的数据与它的散列值不符，请运行 gongkai verify，从备份恢复。")
    told = {place_of(name): _read(each) for name, each in figures.items()}
    return Frozen(text(kept, "on"), text(kept, "by"), text(kept, "digest"), told)


def _read(kept: Plain) -> Counted:
    if not isinstance(kept, dict):
        return Counted(None, "")
    value, items = kept.get("value"), kept.get("items")
    listed = tuple(map(str, items)) if isinstance(items, list) else ()
    return Counted(None if value is None else Decimal(str(value)), text(kept, "definition"), listed)


def as_frozen(computed: Computed, frozen: Frozen | None) -> Computed:
    """Return a report with the figures that were frozen; it as it is if none were."""
    if frozen is None:
        return computed
    figures = {place: each for place, each in frozen.figures.items() if place[0] != TEXT}
    narrated = (replace(each, counted=frozen.figures.get(each.place, each.counted)) for each in computed.narrated)
    return replace(computed, figures=figures, narrated=tuple(narrated))


def differences(frozen: Frozen, now: Computed) -> Iterator[Difference]:
    """Yield the figures that would be other ones today, and those whose lists are others."""
    every = now.every
    for place, was in frozen.figures.items():
        is_now = every.get(place) or Counted(None, "")
        added, gone = (
            tuple(sorted({*these} - {*others}))
            for these, others in ((is_now.items, was.items), (was.items, is_now.items))
        )
        if was.value != is_now.value or added or gone:
            yield Difference(place, was.value, is_now.value, added, gone)


def let_pass(book: Book, computed: Computed, finding: Finding, reason: str, by: Actor) -> Passed:
    """Record that a finding may stay as it is, by whom and why. Raises ReportRefused, EntryRefused."""
    reason = one_line(reason).strip()
    if not 2 <= len(reason) <= _LONGEST:
        raise ReportRefused(f"请写明放行的理由，{_LONGEST} 字以内。")
    entry = entry_of(book, computed.year, computed.unit, by)
    kept = entry.facts.get(_PASSED)
    every: dict[str, Plain] = dict(kept) if isinstance(kept, dict) else {}
    on = book.today().isoformat()
    every[finding.id] = {"message": finding.message, "by": by.person, "on": on, "reason": reason}
    book.make(entry.id, PASS, {**entry.facts, _PASSED: every}, by, entry.last)
    return Passed(finding.id, finding.message, by.person, on, reason)


def passed(book: Book, year: int, unit: str) -> dict[str, Passed]:
    """Return what was let pass, by the findings."""
    entry = of_year(book, year).get(unit)
    kept = entry.facts.get(_PASSED) if entry else None
    if not isinstance(kept, dict):
        return {}
    names = ("message", "by", "on", "reason")
    return {
        id: Passed(id, *(text(each, name) for name in names)) for id, each in kept.items() if isinstance(each, dict)
    }
