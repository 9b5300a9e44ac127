"""The cells of the register's table, read and written: days, words of a list, and those that say several things.

A cell that can't be used raises ``Wrong`` with its column, and never with anything out of it: a name may stand in it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import TypeVar

from archive.registers.notices import day_of
from archive.registers.requests import lawful
from archive.registers.requests.facts import Asked, Court, Dispute, Facts, Position, Result
from archive.registers.requests.fees import Basis
from archive.registers.requests.numbers import Pattern, is_number
from archive.registers.requests.terms import Consulted

E = TypeVar("E", bound=StrEnum)

# What stands between the items of a cell.
_ITEM = re.compile(r"[；;\n]")
_ASKED = re.compile(
    r"(?:(\d+)[.、])?\s*(第三方|其他机关)\s*(\S+?)\s*发出(?:\s*(\S+?)\s*送达)?(?:\s*(\S+?)\s*(同意公开|不同意公开|逾期未提出))?"
)
_DISPUTE = re.compile(
    r"(行政复议|行政诉讼)\s*(\S+?)\s*提出(?:\s*(\S+?)\s*(结果维持|结果纠正|其他结果)(\s*重新答复)?)?"
    r"(?:\s*由(\S+?)受理)?(?:\s*案号(\S+))?"
)
_FEE = re.compile(r"(按件|按量)\s*(\d{1,6})\s*(\d{1,9})\s*元\s*(\S+?)\s*告知(?:\s*(\S+?)\s*缴费)?")


class Wrong(Exception):
    """A cell that can't be used: its column, and what it should be."""


def extended(made: Facts, row: Mapping[str, str]) -> Facts:
    """Return the facts with how long the term was extended, and the reply delayed."""
    if added := _added(row, "延长", 20):
        made = replace(made, extension_days=added[0], extension_told_on=added[1], extension_by=added[2])
    if added := _added(row, "延迟", lawful.LONGEST_DELAY):
        made = replace(made, delay_days=added[0], delay_told_on=added[1], delay_by=added[2])
    return made


def _added(row: Mapping[str, str], name: str, most: int) -> tuple[int, date, str] | None:
    """Return the working days that were added to the term, when that was told, and who approved it."""
    days, told, by = (
        row.get(f"{name}天数", "").strip(),
        day(row, f"{name}告知日"),
        row.get(f"{name}审批人", "").strip(),
    )
    if not days and told is None:
        if by:
            raise Wrong(f"有{name}审批人，而没有{name}天数和{name}告知日。")
        return None
    if not re.fullmatch(r"[1-9]\d{0,2}", days) or int(days) > most or told is None:
        raise Wrong(f"{name}的，应当写明{name}天数（1 至 {most}）和{name}告知日。")
    if len(by) > 64:  # as long as names of staff are
        raise Wrong(f"{name}审批人过长。")
    return int(days), told, by


def charged(made: Facts, row: Mapping[str, str]) -> Facts:
    """Return the facts with the fee."""
    said = row.get("收费", "").strip()
    if not said:
        return made
    found = _FEE.fullmatch(said)
    if not found:
        raise Wrong("收费应写成：按量 250 4700元 2026-03-02 告知 2026-03-10 缴费。")
    return replace(
        made,
        fee_basis=Basis(found[1]),
        fee_count=int(found[2]),
        fee_yuan=int(found[3]),
        fee_told_on=_read_day(found[4], "收费"),
        fee_paid_on=_read_day(found[5], "收费") if found[5] else None,
    )


def write_charge(made: Facts) -> str:
    """Write the fee as ``charged`` reads it."""
    if not made.fee_told_on:
        return ""
    paid = f" {made.fee_paid_on} 缴费" if made.fee_paid_on else ""
    return f"{made.fee_basis} {made.fee_count} {made.fee_yuan}元 {made.fee_told_on} 告知{paid}"


def opinions(row: Mapping[str, str]) -> tuple[Asked, ...]:
    """Read whose opinions were asked, in the order in which they are numbered."""
    found: list[tuple[int, Asked]] = []
    for at, said in enumerate(each.strip() for each in _ITEM.split(row.get("征求意见", "")) if each.strip()):
        parts = _ASKED.fullmatch(said)
        if not parts:
            raise Wrong("征求意见应写成：第三方 2026-03-02 发出 2026-03-10 不同意公开；有几份的用分号隔开。")
        days = [_read_day(each, "征求意见") if each else None for each in parts.group(3, 4, 5)]
        position = Position(parts[6]) if parts[6] else None
        asked = Asked(Consulted(parts[2]), must(days[0], "征求意见"), days[1], days[2], position)
        found.append((int(parts[1] or at), asked))
    return tuple(each for _, each in sorted(found, key=lambda one: one[0]))


def write_opinions(made: Facts) -> str:
    """Write whose opinions were asked as ``opinions`` reads it."""

    def one(at: int, each: Asked) -> str:
        served = f" {each.served_on} 送达" if each.served_on else ""
        ended = f" {each.ended_on} {each.position}" if each.ended_on else ""
        return f"{at}.{each.of} {each.sent_on} 发出{served}{ended}"

    return "；".join(one(at, each) for at, each in enumerate(made.asked, 1))


def disputes(row: Mapping[str, str]) -> tuple[Dispute, ...]:
    """Read the reviews and lawsuits."""
    found = []
    for said in (each.strip() for each in _ITEM.split(row.get("复议诉讼", "")) if each.strip()):
        parts = _DISPUTE.fullmatch(said)
        if not parts:
            raise Wrong("复议诉讼应写成：行政复议 2026-03-02 提出 2026-05-06 结果维持；有几次的用分号隔开。")
        filed = _read_day(parts[2], "复议诉讼")
        ended = _read_day(parts[3], "复议诉讼") if parts[3] else None
        result = Result(parts[4]) if parts[4] else None
        made = Dispute(Court(parts[1]), filed, ended, result, bool(parts[5]), parts[6] or "", parts[7] or "")
        if why := lawful.misnamed(made.organ, made.number):
            raise Wrong(why)
        found.append(made)
    return tuple(found)


def write_disputes(made: Facts) -> str:
    """Write the reviews and lawsuits as ``disputes`` reads them."""

    def one(each: Dispute) -> str:
        ended = f" {each.ended_on} {each.result}{' 重新答复' if each.redo else ''}" if each.ended_on else ""
        before = f" 由{each.organ}受理" if each.organ else ""
        return f"{each.court} {each.filed_on} 提出{ended}{before}{f' 案号{each.number}' if each.number else ''}"

    return "；".join(map(one, made.standing))


def of(kind: type[E], row: Mapping[str, str], name: str) -> E:
    """Read a word out of a list."""
    try:
        return kind(row.get(name, "").strip())
    except ValueError:
        raise Wrong(f"{name}应为 {'、'.join(kind)} 之一。") from None


def maybe(kind: type[E], row: Mapping[str, str], name: str) -> E | None:
    """Read a word out of a list, or None from an empty cell."""
    return of(kind, row, name) if row.get(name, "").strip() else None


def day(row: Mapping[str, str], name: str) -> date | None:
    """Read a day, or None from an empty cell."""
    said = row.get(name, "").strip()
    return _read_day(said, name) if said else None


def _read_day(said: str, name: str) -> date:
    return must(day_of(said), name)


def must(day: date | None, name: str) -> date:
    """Return a day that has to be there."""
    if day is None:
        raise Wrong(f"{name}里的日期应写成 2026-03-02。")
    return day


def number(row: Mapping[str, str], name: str, series: Sequence[Pattern]) -> str:
    """Read the number of an answer or of a file, "" from an empty cell."""
    said = row.get(name, "").strip()
    if said and not is_number(said, series):
        raise Wrong(f"{name}应写成 沭公开〔2026〕3号 或 2026-YS-0012 的样子。")
    return said


def written(value: object) -> str:
    """Write a value that one cell holds, "" for none."""
    return "" if value is None else str(value)
