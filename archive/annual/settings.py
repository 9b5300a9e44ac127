"""What an installation says of its annual report: whose it is, which units report to it, which figures its text has.

It is read from ``annual-report.toml`` in the data folder; without that file the report is 县政府's, no unit is awaited,
and the text has the figures below. ::

    county = "云溪县人民政府"          # whose report sums up those of its units
    office = "云溪县人民政府办公室"    # whose register of requests this is; its figures are computed, not handed in
    units = ["云溪县财政局", "柳河镇人民政府"]

    [[figures]]                        # figures of the text, in its order, instead of those below
    name = "政府常务会议"
    unit = "次"
    qualifier = ""                     # 余, 超过: what is printed beside the number
    definition = "本年度召开并公开的县政府常务会议"
    title = "常务会议"                 # words that the title has
    column = ""                        # a column at either level, a genre, an issuer: "" counts any
    genre = "会议信息"
    issuer = ""
    day = "成文日期"                   # by which day it counts in a year: 成文日期 or 公开日期
"""

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from archive import maintained
from archive.errors import BadSettings
from archive.reasons import why

FILE = "annual-report.toml"
WRITTEN, PUBLISHED = "成文日期", "公开日期"
_LONGEST, _MOST = 60, 500
_COUNTY = "县政府"


@dataclass(frozen=True, slots=True)
class Query:
    """A figure of the text: how many public documents of a year are so."""

    name: str
    unit: str = "件"
    qualifier: str = ""
    definition: str = ""
    title: str = ""
    column: str = ""
    genre: str = ""
    issuer: str = ""
    day: str = PUBLISHED


QUERIES = (
    Query("政府常务会议", "次", definition="本年度公开的政府常务会议", title="常务会议", genre="会议信息"),
    Query("规范性文件", "件", definition="本年度公开的规范性文件", column="规范性文件"),
)


@dataclass(frozen=True, slots=True)
class Reporting:
    """Whose report it is, whose register, and who hands in figures."""

    county: str = _COUNTY
    office: str = _COUNTY
    units: tuple[str, ...] = ()
    queries: tuple[Query, ...] = QUERIES

    def is_county(self, name: str) -> bool:
        """Tell whether a name is the county's: its own, that without 人民, or 县政府 for any.

        Where the settings say none, that of any county is.
        """
        plain = self.county.replace("人民政府", "政府")
        unnamed = self.county == _COUNTY and re.fullmatch(r".{0,20}[县市区旗](?:人民)?政府", name)
        return name in (self.county, plain, "县政府", "县人民政府") or bool(unnamed)


def load(data: Path) -> Reporting:
    """Load ``annual-report.toml``. Raises BadSettings saying what to fix."""
    try:
        stated = tomllib.loads((maintained.read(data / FILE) or b"").decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadSettings(f"{FILE} 读不出来：{why(error)}。") from error
    if unknown := stated.keys() - {"county", "office", "units", "figures"}:
        raise BadSettings(f"{FILE} 中有不认识的部分：{'、'.join(sorted(unknown))}。")
    county = _name(stated.get("county", _COUNTY), "county")
    units = stated.get("units", [])
    if not isinstance(units, list) or len(units) > _MOST:
        raise BadSettings(f"{FILE} 中的 units 应是单位名称的列表，最多 {_MOST} 个。")
    named = [_name(each, "units") for each in units]
    if twice := sorted({each for each in named if named.count(each) > 1}):
        raise BadSettings(f"{FILE} 的 units 中有重复的单位：{'、'.join(twice)}。")
    queries = stated.get("figures")
    return Reporting(
        county,
        _name(stated.get("office", county), "office"),
        tuple(named),
        QUERIES if queries is None else _queries(queries),
    )


def _name(value: object, where: str) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= _LONGEST:
        raise BadSettings(f"{FILE} 中的 {where} 应是 {_LONGEST} 字以内的名称。")
    return value.strip()


def _queries(stated: object) -> tuple[Query, ...]:
    if not isinstance(stated, list):
        raise BadSettings(f"{FILE} 中的数据应写成 [[figures]]。")
    made = tuple(_query(each, f"第 {at} 个 figures") for at, each in enumerate(stated, 1))
    names = [each.name for each in made]
    if twice := sorted({each for each in names if names.count(each) > 1}):
        raise BadSettings(f"{FILE} 中有重名的 figures：{'、'.join(twice)}。")
    return made


def _query(table: Any, where: str) -> Query:
    names = [field.name for field in fields(Query)]
    if not isinstance(table, dict) or not all(isinstance(each, str) for each in table.values()):
        raise BadSettings(f"{FILE} 中 {where} 应是一个表，各项都是文字。")
    if unknown := sorted(table.keys() - {*names}):
        raise BadSettings(f"{FILE} 中 {where} 有不认识的项：{'、'.join(unknown)}，可用：{'、'.join(names)}。")
    if not table.get("name"):
        raise BadSettings(f"{FILE} 中 {where} 缺少 name。")
    if "|" in table["name"]:
        raise BadSettings(f"{FILE} 中 {where} 的 name 不能有“|”。")
    if table.get("day", PUBLISHED) not in (WRITTEN, PUBLISHED):
        raise BadSettings(f"{FILE} 中 {where} 的 day 应为{WRITTEN}或{PUBLISHED}。")
    return Query(**table)
