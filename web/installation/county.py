"""What an installation says about its county: where to ask in person, and how to request what is not disclosed.

It is read from ``site.toml`` in the data folder. Without that file, pages leave it out. A search for a place by one of
its names shows what is said of it above the results (``web/search/bets.py``); ``also`` has further names, divided by
"、". ::

    name = "云溪县"               # whose site it is; the pages are called 云溪县政府信息公开检索, unless
                                  # GONGKAI_SITE_NAME names them
    host = "云溪县人民政府办公室"  # 主办单位, shown below each page
    as_of = 2026-03-01            # when all of this was last checked; if it is not stated, the day of the file

    [requests]                    # the office that takes 依申请公开, worded as it should be shown
    office = "云溪县政务公开工作办公室"
    address = "…"
    phone = "…"

    [[query_points]]              # 查阅点, in the order in which to list them
    name = "云溪县图书馆政府信息查阅点"
    address = "…"
    phone = "…"
    hours = "…"
    staff = "一楼大厅东侧服务台"    # where somebody who helps is, shown at the point's terminals
    terminals = "10.1.7.0/24"     # which of the query terminals stand there, between commas

    [[contacts]]                  # 机关联系方式, in the order in which to list them
    name = "云溪县教育和体育局"
    also = "教育局、教体局"
    phone = "…"

    [[doors]]                     # what people mostly come for, on the first page, in the order in which to show it
    label = "社保"
    q = "社会保险|养老保险"        # the first of these searches that finds something; or one of column, topic,
                                  # genre, issuer, with a value just as the filters have it
"""

import tomllib
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from archive import maintained
from archive.chinese.dates import OFFICE_TIME
from archive.errors import BadSettings
from archive.reasons import why
from web.installation.settings import networks, within

FILE = "site.toml"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Office:
    """The office that takes requests. A field not stated is ""."""

    office: str
    address: str = ""
    postcode: str = ""
    phone: str = ""
    email: str = ""
    hours: str = ""
    also: str = ""


@dataclass(frozen=True, slots=True)
class QueryPoint:
    """A place where anybody may read disclosed documents."""

    name: str
    address: str
    phone: str = ""
    hours: str = ""
    also: str = ""
    staff: str = ""
    terminals: str = ""

    def has_terminal(self, address: str | None) -> bool:
        """Tell whether a terminal with this address stands here."""
        return within(address, networks(self.terminals))


@dataclass(frozen=True, slots=True)
class Contact:
    """Another agency, and how to reach it."""

    name: str
    address: str = ""
    phone: str = ""
    hours: str = ""
    also: str = ""


@dataclass(frozen=True, slots=True)
class Door:
    """A search that the first page offers: words, with "|" between those to be tried in turn, or a facet's value."""

    label: str
    q: str = ""
    column: str = ""
    topic: str = ""
    genre: str = ""
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class County:
    """What is stated, as of a day."""

    requests: Office | None = None
    query_points: tuple[QueryPoint, ...] = ()
    contacts: tuple[Contact, ...] = ()
    doors: tuple[Door, ...] = ()
    as_of: date | None = None
    name: str = ""
    host: str = ""

    def standing(self, address: str | None) -> QueryPoint | None:
        """Return where a terminal stands. With one point there is no question."""
        if len(self.query_points) == 1:
            return self.query_points[0]
        return next((each for each in self.query_points if each.has_terminal(address)), None)


_LISTS = {
    "query_points": ("查阅点", QueryPoint),
    "contacts": ("机关联系方式", Contact),
    "doors": ("常用主题", Door),
}
_MOST_DOORS = 20


def load(data: Path) -> County:
    """Load ``site.toml``. Raises BadSettings saying what to fix."""
    path = data / FILE
    try:
        stated = tomllib.loads((maintained.read(path) or b"").decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadSettings(f"{FILE} 读不出来：{why(error)}。") from error
    if unknown := stated.keys() - {"name", "host", "as_of", "requests", *_LISTS}:
        raise BadSettings(f"{FILE} 中有不认识的部分：{'、'.join(sorted(unknown))}。")
    return County(
        _read(Office, stated["requests"], "requests") if "requests" in stated else None,
        _several("query_points", stated),
        _several("contacts", stated),
        _doors(stated),
        _as_of(stated, path),
        _text("name", stated),
        _text("host", stated),
    )


def _several(part: str, stated: dict[str, Any]) -> tuple[Any, ...]:
    what, kind = _LISTS[part]
    tables = stated.get(part, [])
    if not isinstance(tables, list):
        raise BadSettings(f"{FILE} 中的{what}应写成 [[{part}]]。")
    return tuple(_read(kind, each, f"第 {at} 个 {part}") for at, each in enumerate(tables, 1))


def _doors(stated: dict[str, Any]) -> tuple[Door, ...]:
    doors: tuple[Door, ...] = _several("doors", stated)
    for at, each in enumerate(doors, 1):
        said = [name for name in ("q", "column", "topic", "genre", "issuer") if getattr(each, name).strip()]
        if not each.label.strip() or len(said) != 1:
            raise BadSettings(
                f"{FILE} 中第 {at} 个 doors 应写明 label，以及 q、column、topic、genre、issuer 中的一项。"
            )
    if len(doors) > _MOST_DOORS:
        raise BadSettings(f"{FILE} 中的常用主题（doors）最多 {_MOST_DOORS} 个。")
    return doors


def _text(name: str, stated: dict[str, Any]) -> str:
    text = stated.get(name, "")
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise BadSettings(f"{FILE} 中的 {name} 应是 {_LONGEST} 字以内的文字，加引号。")
    return text.strip()


def _as_of(stated: dict[str, Any], path: Path) -> date | None:
    day = stated.get("as_of")
    if day is None:
        return datetime.fromtimestamp(path.stat().st_mtime, OFFICE_TIME).date() if stated else None
    # A moment of TOML is a datetime, which is also a date.
    if type(day) is not date:
        raise BadSettings(f"{FILE} 中的 as_of 应是一个日期，写成 2026-03-01 的样子，不加引号。")
    return day


def _read(kind: Any, table: object, where: str) -> Any:
    names = [field.name for field in fields(kind)]
    if not isinstance(table, dict):
        raise BadSettings(f"{FILE} 中 {where} 应是一个表。")
    for name, value in table.items():
        if name not in names:
            raise BadSettings(f"{FILE} 中 {where} 有不认识的项“{name}”，可用：{'、'.join(names)}。")
        if not isinstance(value, str) or len(value) > _LONGEST:
            raise BadSettings(f"{FILE} 中 {where} 的“{name}”应是 {_LONGEST} 字以内的文字。")
    if "terminals" in table:
        try:
            networks(table["terminals"])
        except ValueError as error:
            raise BadSettings(
                f"{FILE} 中 {where} 的“terminals”应是以逗号隔开的地址或网段，如 10.1.2.3,10.1.7.0/24。"
            ) from error
    try:
        return kind(**table)
    except TypeError as error:
        raise BadSettings(f"{FILE} 中 {where} 缺少必填的项（{error.args[0].rpartition(': ')[2]}）。") from error
