"""Reviews and lawsuits about requests (行政复议、行政诉讼): the annual report's table four, and a table in and out.

They are what the register of requests says of them, and nothing is kept twice. A dispute counts in the year in which it
ended, by its result, and as not ended in each year before, from that in which it was brought.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from archive.errors import RequestRefused, UnknownRequest
from archive.registers.notices import day_of
from archive.registers.requests import changing, sheet, taking_in
from archive.registers.requests.facts import Court, Dispute, Facts, Result, Said
from archive.registers.requests.register import Register
from archive.registers.requests.request import Actor, Request
from archive.registers.requests.states import Event
from archive.registers.requests.taking_in import Refused, Taken


class Kind(StrEnum):
    """How a request is disputed: the three groups of table four."""

    REVIEW = "复议"
    DIRECT = "直诉"
    AFTER = "复议后诉"


COURTS: Mapping[Kind, Court] = {Kind.REVIEW: Court.REVIEW, Kind.DIRECT: Court.SUIT, Kind.AFTER: Court.SUIT}
RESULTS: Mapping[Result, str] = {Result.UPHELD: "维持", Result.CORRECTED: "纠正", Result.OTHER: "其他"}
OPEN, TOTAL = "未结", "总计"
CELLS = (*RESULTS.values(), OPEN, TOTAL)
_HEADING = ("申请登记号", "种类", "提出日", "审结日", "结果", "重新答复", "受理机关", "案号")
_NEEDED = _HEADING[:3]
_BEGIN = {Court.REVIEW: Event.REVIEW, Court.SUIT: Event.SUE}
_END = {Court.REVIEW: Event.REVIEW_END, Court.SUIT: Event.SUIT_END}


@dataclass(frozen=True, slots=True)
class Case:
    """A dispute about a request, and its kind."""

    request: Request
    kind: Kind
    dispute: Dispute

    @property
    def cell(self) -> str:
        """How it stands today."""
        return RESULTS[self.dispute.result] if self.dispute.result else OPEN


def kinds(disputes: Iterable[Dispute]) -> list[Kind]:
    """Return the kind of each dispute about one request, in their order.

    A suit comes after a review if the answer that the review had looked at still stands: where it had to be given anew,
    the new one is sued at once. A suit that goes on in a higher court is of the kind of the one before.
    """
    found: list[Kind] = []
    last: tuple[Dispute, Kind] | None = None
    for each in disputes:
        if each.court is Court.REVIEW:
            kind = Kind.REVIEW
        elif last is None or last[0].redo:
            kind = Kind.DIRECT
        else:
            kind = Kind.DIRECT if last[1] is Kind.DIRECT else Kind.AFTER
        found.append(kind)
        last = each, kind
    return found


def cases(every: Iterable[Request]) -> list[Case]:
    """Return all disputes about these requests, the newest first."""
    found = [
        Case(request, kind, dispute)
        for request in every
        for kind, dispute in zip(kinds(request.facts.standing), request.facts.standing, strict=True)
    ]
    return sorted(found, key=lambda each: (each.dispute.filed_on, each.request.number), reverse=True)


def cell(dispute: Dispute, year: int) -> str | None:
    """Return in which cell of a year a dispute counts; None if it came later or had ended before."""
    ended = dispute.ended_on
    if dispute.filed_on.year > year or (ended and ended.year < year):
        return None
    return RESULTS[dispute.result or Result.OTHER] if ended and ended.year == year else OPEN


def table_four(year: int, every: Iterable[Facts]) -> dict[str, dict[str, int]]:
    """Return the fifteen cells of a year: by kind, and in it by result, not ended (未结), and 总计."""
    table = {kind.value: dict.fromkeys(CELLS, 0) for kind in Kind}
    for facts in every:
        for kind, dispute in zip(kinds(facts.standing), facts.standing, strict=True):
            if at := cell(dispute, year):
                table[kind][at] += 1
                table[kind][TOTAL] += 1
    return table


def take_in(register: Register, path: Path, by: Actor, today: date, dry_run: bool = False) -> Taken:
    """Record the disputes of a table, each at its request. What is there already gets its end, if that is new.

    Raises RequestRefused for a file whose columns can't be used, KeyUnusable, OSError.
    """
    taken = Taken()
    # What becomes of the requests, also where nothing is written.
    known: dict[str, tuple[Request, Facts]] = {}
    for line, row in taking_in.rows(path, _HEADING, _wrong_heading, RequestRefused):
        begun = False
        try:
            number, kind, dispute = _parsed(row)
            if number not in known:
                found = register.numbered(number)
                known[number] = found, found.facts
            request, made = known[number]
            acts = _acts(made, kind, dispute)
            for event, said in acts:
                made = changing.apply(made, event, said, by.person, register.calendar, today)
            for event, said in () if dry_run else acts:
                request = register.act(request.id, event, said, by)
                begun = True
        except UnknownRequest:
            taken.refused.append(Refused(line, "登记簿里没有这个登记号的申请。"))
            continue
        except RequestRefused as refused:
            taken.refused.append(Refused(line, refused.reason + ("提出已经登记，审结没有登记。" if begun else "")))
            # Somebody else may have acted on it: the next row of it reads it anew.
            if not dry_run:
                known.pop(row.get("申请登记号", "").strip(), None)
            continue
        known[number] = request, made
        taken.rows += 1
    return taken


def write(register: Register, path: Path, by: Actor) -> int:
    """Write all disputes to a new file, the oldest first; return how many. Raises OSError."""
    found = cases(register.disputed())[::-1]
    register.note(by, "request.export", {"rows": len(found)})
    sheet.write(path, [_HEADING, *map(_cells, found)])
    return len(found)


def _cells(each: Case) -> Sequence[str]:
    dispute = each.dispute
    ended = dispute.ended_on.isoformat() if dispute.ended_on else ""
    result = RESULTS[dispute.result] if dispute.result else ""
    told = (each.request.number, each.kind, dispute.filed_on.isoformat(), ended, result, "是" if dispute.redo else "")
    return *told, dispute.organ, dispute.number


def _acts(made: Facts, kind: Kind, wanted: Dispute) -> list[tuple[Event, Said]]:
    """Return what must happen to a request so that it has a dispute. Raises RequestRefused."""
    for of, there in zip(kinds(made.standing), made.standing, strict=True):
        if (there.court, there.filed_on) == (wanted.court, wanted.filed_on):
            if of is not kind:
                raise RequestRefused(f"种类与登记簿不符：登记簿里是{of}。")
            if there.ended_on or not wanted.ended_on:
                raise RequestRefused("这一件已经有了，没有重复导入。")
            return [_ending(wanted)]
    follows = kinds((*made.standing, wanted))[-1]
    if follows is not kind:
        raise RequestRefused(f"种类与登记簿不符：按这件申请已经登记的复议、诉讼，应为{follows}。")
    begun = (_BEGIN[wanted.court], Said(wanted.filed_on, organ=wanted.organ, case=wanted.number))
    return [begun, _ending(wanted)] if wanted.ended_on else [begun]


def _ending(dispute: Dispute) -> tuple[Event, Said]:
    ended = dispute.ended_on or dispute.filed_on
    said = Said(ended, result=dispute.result, redo=dispute.redo, organ=dispute.organ, case=dispute.number)
    return _END[dispute.court], said


def _wrong_heading(heading: Sequence[str]) -> str:
    if set(heading) - {*_HEADING} or set(_NEEDED) - {*heading} or len({*heading}) < len(heading):
        return f"：{'、'.join(_HEADING)}，前三列必有，每列一次。"
    return ""


def _parsed(row: Mapping[str, str]) -> tuple[str, Kind, Dispute]:
    told = {name: row.get(name, "").strip() for name in _HEADING}
    if taking_in.BEYOND in row:
        raise RequestRefused(taking_in.TOO_MANY)
    if lacking := [name for name in _NEEDED if not told[name]]:
        raise RequestRefused(f"{'、'.join(lacking)}空着。")
    if told["种类"] not in list(Kind):
        raise RequestRefused(f"种类应为 {'、'.join(Kind)} 之一。")
    filed, ended = (day_of(told[name]) for name in ("提出日", "审结日"))
    if filed is None or (told["审结日"] and ended is None):
        raise RequestRefused("日期应写成 2026-03-02。")
    said = re.sub("^结果|结果$", "", told["结果"])
    result = next((each for each, word in RESULTS.items() if word == said), None)
    if (ended is None) != (not said) or (said and result is None):
        raise RequestRefused(f"审结的，写明审结日和结果（{'、'.join(RESULTS.values())}）；没有审结的，两项都不填。")
    if told["重新答复"] not in ("", "是", "否") or (told["重新答复"] == "是" and ended is None):
        raise RequestRefused("重新答复应为 是，或者空着；没有审结的不填。")
    kind = Kind(told["种类"])
    made = Dispute(COURTS[kind], filed, ended, result, told["重新答复"] == "是", told["受理机关"], told["案号"])
    return told["申请登记号"], kind, made
