"""What an installation says about its county: where to ask in person, and how to request what is not disclosed.

It is read from ``site.toml`` in the data folder. Without that file, pages leave it out. ::

    [requests]                    # the office that takes 依申请公开, worded as it should be shown
    office = "云溪县政务公开工作办公室"
    address = "…"
    phone = "…"

    [[query_points]]              # 查阅点, in the order in which to list them
    name = "云溪县图书馆政府信息查阅点"
    address = "…"
    phone = "…"
    hours = "…"
"""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from archive import maintained
from archive.errors import BadSettings
from archive.reasons import why

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


@dataclass(frozen=True, slots=True)
class QueryPoint:
    """A place where anybody may read disclosed documents."""

    name: str
    address: str
    phone: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class County:
    requests: Office | None = None
    query_points: tuple[QueryPoint, ...] = ()


def load(data: Path) -> County:
    """Load ``site.toml``. Raises BadSettings saying what to fix."""
    path = data / FILE
    try:
        stated = tomllib.loads((maintained.read(path) or b"").decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadSettings(f"{FILE} 读不出来：{why(error)}。") from error
    if unknown := stated.keys() - {"requests", "query_points"}:
        raise BadSettings(f"{FILE} 中有不认识的部分：{'、'.join(sorted(unknown))}。")
    points = stated.get("query_points", [])
    if not isinstance(points, list):
        raise BadSettings(f"{FILE} 中的查阅点应写成 [[query_points]]。")
    return County(
        _read(Office, stated["requests"], "requests") if "requests" in stated else None,
        tuple(_read(QueryPoint, each, f"第 {at} 个 query_points") for at, each in enumerate(points, 1)),
    )


def _read(kind: Any, table: object, where: str) -> Any:
    names = [field.name for field in fields(kind)]
    if not isinstance(table, dict):
        raise BadSettings(f"{FILE} 中 {where} 应是一个表。")
    for name, value in table.items():
        if name not in names:
            raise BadSettings(f"{FILE} 中 {where} 有不认识的项“{name}”，可用：{'、'.join(names)}。")
        if not isinstance(value, str) or len(value) > _LONGEST:
            raise BadSettings(f"{FILE} 中 {where} 的“{name}”应是 {_LONGEST} 字以内的文字。")
    try:
        return kind(**table)
    except TypeError as error:
        raise BadSettings(f"{FILE} 中 {where} 缺少必填的项（{error.args[0].rpartition(': ')[2]}）。") from error
