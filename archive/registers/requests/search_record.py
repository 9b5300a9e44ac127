"""What the record of a search behind a request (检索情况记录) is: what was asked, looked for, found, and concluded.

The record must be there before the letter is: after a review or a lawsuit has begun, no evidence may be collected
(行政复议法 article 46, 行政诉讼法 article 35). Nothing here is written or read.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from archive.chinese import sought
from archive.chinese.text import normalise
from archive.store import canonical

FORM = "gongkai search record 1"
# How many of what a search found are kept with it.
KEPT = 50


class Scope(StrEnum):
    """Which part of all that is held a search looked through."""

    ALL = "全部"
    PUBLIC = "已公开"
    HELD = "未公开"
    EARLIER = "此前答复和申请"


class Mark(StrEnum):
    """What the clerk says of something that was found."""

    IT = "是"
    NOT = "不是"
    PART = "部分"
    PUBLIC = "已主动公开"


class Conclusion(StrEnum):
    """What a record ends with."""

    PUBLIC = "已主动公开"
    FOUND = "查到，未公开"
    PARTLY = "查到一部分"
    ABSENT = "经检索不存在"


# The marks without which a conclusion says something that was not found.
_WANTS = {Conclusion.PUBLIC: {Mark.PUBLIC}, Conclusion.FOUND: {Mark.IT, Mark.PART}, Conclusion.PARTLY: {Mark.PART}}


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be on record before 经检索不存在 (article 36, item 4) may be said; article 36 names no number."""

    queries: int = 2
    places: int = 1


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that a search found, as it was then; ``digest`` is the SHA-256 of the version's file or text."""

    id: str
    title: str
    number: str | None
    day: str | None
    state: str
    version: int
    digest: str


@dataclass(frozen=True, slots=True)
class Search:
    """One search: as it was typed and understood, over what, by which index, and what it found, best first."""

    typed: str
    understood: str
    scope: Scope
    filters: Mapping[str, str]
    generation: str
    sequence: int
    total: int
    hits: Sequence[Hit]
    number: int = 0
    at: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A place outside the system: where, who looked, on which day, and with what result."""

    place: str
    searcher: str
    on: date
    result: str
    person: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record, opened. ``marks`` are by the id of what was found; ``version`` counts its changes.

    A concluded one has ``digest`` and changes no more. ``salt`` is a random value without which nobody can try out
    what the digest was taken over.
    """

    id: str
    request_id: str
    number: str
    version: int
    opened_by: str
    opened_at: str
    asked: str
    salt: str
    searches: tuple[Search, ...] = ()
    marks: Mapping[str, Mark] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    conclusion: Conclusion | None = None
    said: str = ""
    concluded_by: str | None = None
    concluded_at: str | None = None
    digest: str | None = None

    @property
    def frozen(self) -> bool:
        return self.digest is not None

    @property
    def queries(self) -> int:
        """How many different queries there are."""
        return len({normalise(each.typed) for each in self.searches})

    @property
    def found(self) -> dict[str, Hit]:
        """What its searches found, by id; of each the last that was seen."""
        return {hit.id: hit for each in self.searches for hit in each.hits}

    def lacks(self, needs: Needs) -> list[str]:
        """Return what must still be done before 经检索不存在 may be said; [] if nothing."""
        told = []
        if self.queries < needs.queries:
            told.append(f"至少要有 {needs.queries} 次不同检索词的检索，现有 {self.queries} 次。")
        if len(self.places) < needs.places:
            told.append(f"至少要查过系统以外的 {needs.places} 处，现有 {len(self.places)} 处。")
        if not any(each.scope is Scope.ALL for each in self.searches):
            told.append("至少有一次检索的范围要是“全部”。")
        if contrary := [mark for mark in self.marks.values() if mark is not Mark.NOT]:
            told.append(f"有 {len(contrary)} 件标为“是”“部分”或“已主动公开”，与“不存在”不符。")
        return told

    def hinders(self, conclusion: Conclusion, needs: Needs) -> list[str]:
        """Return what stands in the way of a conclusion; [] if nothing."""
        if conclusion is Conclusion.ABSENT:
            return self.lacks(needs)
        if not self.searches:
            return ["还没有检索，不能作结论。"]
        wanted = _WANTS[conclusion]
        if wanted.isdisjoint(self.marks.values()):
            named = "”或“".join(sorted(wanted))
            return [f"结论是“{conclusion}”，而没有一件标为“{named}”。请先在检索结果里标出是哪一件。"]
        return []

    @property
    def plain(self) -> dict[str, object]:
        """The whole record as a JSON value, without its digest, which is taken over it."""
        told = asdict(self)
        # How often it was changed before is told by the audit log.
        del told["digest"], told["version"]
        told["places"] = [{**each, "on": each["on"].isoformat()} for each in told["places"]]
        return {"form": FORM, **told}

    @property
    def sealed(self) -> str:
        """The SHA-256 over all of it."""
        return canonical.digest(self.plain)

    @property
    def contents(self) -> dict[str, object]:
        """What of it is encrypted, as a JSON value; ``read`` reads it."""
        return {name: self.plain[name] for name in _CONTENTS}

    def without(self, words: Collection[str]) -> "Record":
        """Return the record as others may see it: these words of the applicant's are masked wherever they stand.

        If any did, the salt goes too: by it and the digest, names could be tried out for what is masked.
        """
        masked = _masked(self.contents, [each for each in words if not sought.unfit(each)])
        found = replace(self, **read(masked))
        return found if found.contents == self.contents else replace(found, salt="")


_CONTENTS = ("asked", "salt", "searches", "marks", "places", "said")


def read(contents: Any) -> dict[str, Any]:
    """Return the fields of a record that its contents are, as ``contents`` has them."""
    searches = (
        Search(**{**each, "scope": Scope(each["scope"]), "hits": tuple(Hit(**hit) for hit in each["hits"])})
        for each in contents["searches"]
    )
    places = (Place(**{**each, "on": date.fromisoformat(each["on"])}) for each in contents["places"])
    marks = {id: Mark(mark) for id, mark in contents["marks"].items()}
    return {**contents, "searches": tuple(searches), "marks": marks, "places": tuple(places)}


def _masked(value: object, words: Sequence[str]) -> object:
    if isinstance(value, str):
        return sought.masked(value, words)
    if isinstance(value, list | tuple):
        return [_masked(each, words) for each in value]
    if isinstance(value, dict):
        return {name: _masked(each, words) for name, each in value.items()}
    return value


@dataclass(frozen=True, slots=True)
class Change:
    """What differs today in one search of a record. Each list names ids."""

    search: int
    total: int
    total_now: int
    gone: Sequence[str]
    new: Sequence[str]
    altered: Sequence[str]

    @property
    def same(self) -> bool:
        return self.total == self.total_now and not (self.gone or self.new or self.altered)


def replay(record: Record, again: Callable[[Search], Search]) -> list[Change]:
    """Make a record's searches once more by ``again`` and say what differs today: hits, their versions, totals."""
    found = []
    for search in record.searches:
        today = again(search)
        before, after = ({hit.id: hit for hit in each.hits[:KEPT]} for each in (search, today))
        altered = [id for id in before if id in after and _facts(before[id]) != _facts(after[id])]
        gone, new = ([id for id in one if id not in two] for one, two in ((before, after), (after, before)))
        found.append(Change(search.number, search.total, today.total, gone, new, altered))
    return found


def _facts(hit: Hit) -> tuple[object, ...]:
    return hit.version, hit.digest, hit.state, hit.title
