"""Reading what a mail program shows of an invitation in a mail (iCalendar, RFC 5545): what, when, where and who."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from archive.extract.text.characters import clean

_FOLD = re.compile(r"\r?\n[ \t]")
# A name, parameters of which a value in quotes may have any sign, and what it states (RFC 5545, 3.1).
_PROPERTY = re.compile(r'([A-Za-z-]+)((?:;[^":;]*+(?:"[^"]*+"[^":;]*+)*+)*+):(.*)')
_PARAMETER = re.compile(r';([A-Za-z-]+)=(?:"([^"]*)"|([^;]*))')
_ESCAPED = re.compile(r"\\(.)")
_SHOWN = {"SUMMARY": "日程", "LOCATION": "地点", "RRULE": "重复", "ORGANIZER": "组织者", "ATTENDEE": "参加者"}
_EVENTS = ("VEVENT", "VTODO")
_BEIJING = timezone(timedelta(hours=8))
_OURS = frozenset(("Asia/Shanghai", "Asia/Chongqing", "Asia/Hong_Kong", "China Standard Time", "PRC", "中国标准时间"))
_MOST = 100


def lines_of(calendar: str) -> tuple[list[str], int]:
    """Return what a calendar says of its events in lines, and how many events have been left out."""
    lines: list[str] = []
    events = 0
    for stated in _events(calendar):
        events += 1
        if events > _MOST:
            continue
        for name, label in _SHOWN.items():
            if said := "、".join(filter(None, (_said(name, *each) for each in stated.get(name, ())))):
                lines.append(f"{label}：{said}")
            if name == "SUMMARY" and (when := _when(stated)):
                lines.append(f"时间：{when}")
        for _, value in stated.get("DESCRIPTION", ()):
            lines += filter(None, map(clean, _unescaped(value).split("\n")))
        if any(value.strip().upper() == "CANCELLED" for _, value in stated.get("STATUS", ())):
            lines.append("日程已取消。")
    return lines, max(events - _MOST, 0)


Stated = dict[str, list[tuple[dict[str, str], str]]]


def _events(calendar: str) -> Iterator[Stated]:
    """Yield what each event states by itself: not what stands in its reminders."""
    within: list[str] = []
    stated: Stated = {}
    for line in _FOLD.sub("", calendar).splitlines():
        found = _PROPERTY.match(line)
        if found is None:
            continue
        name, value = found[1].upper(), found[3]
        if name == "BEGIN":
            within.append(value.strip().upper())
            stated = {} if within[-1] in _EVENTS else stated
        elif name == "END":
            if within and within.pop() in _EVENTS:
                yield stated
        elif within and within[-1] in _EVENTS:
            about = {each[1].upper(): each[2] or each[3] or "" for each in _PARAMETER.finditer(found[2])}
            stated.setdefault(name, []).append((about, value))


def _said(name: str, about: dict[str, str], value: str) -> str:
    if name not in ("ORGANIZER", "ATTENDEE"):
        return clean(_unescaped(value))
    address = re.sub(r"(?i)^mailto:", "", value.strip())
    person = clean(about.get("CN", ""))
    return f"{person} <{address}>" if person and person != address else address


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def _when(stated: Stated) -> str:
    """Return from when to when an event lasts, in our time where the calendar says which time it is."""
    ends = [stated[name][0] for name in ("DTSTART", "DTEND", "DUE") if name in stated]
    shown = [_time(*each, is_end=number > 0) for number, each in enumerate(ends)]
    return " 至 ".join(dict.fromkeys(filter(None, shown)))


def _time(about: dict[str, str], value: str, is_end: bool) -> str:
    value = value.strip()
    try:
        if re.fullmatch(r"\d{8}", value):
            # A whole day ends where the next begins (RFC 5545, 3.6.1).
            day = datetime.strptime(value, "%Y%m%d").replace(tzinfo=_BEIJING)
            return f"{day - timedelta(days=is_end):%Y-%m-%d}"
        if value.endswith("Z"):
            sent = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            return f"{sent.astimezone(_BEIJING):%Y-%m-%d %H:%M}"
        zone = clean(about.get("TZID", ""))
        there = datetime.strptime(value, "%Y%m%dT%H%M%S").replace(tzinfo=_BEIJING)
        shown = f"{there:%Y-%m-%d %H:%M}"
        return shown if not zone or zone in _OURS else f"{shown}（{zone}）"
    except (ValueError, OverflowError):
        return clean(value)
