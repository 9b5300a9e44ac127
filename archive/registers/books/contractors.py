"""A contractor's list of what is wrong with the site, taken into the register of daily monitoring.

Contractors call their columns as they like: what is known of such lists is below. A row tells a problem with a column
of the site (栏目名称, 未更新天数) or with a link (url, parentUrl). What it names is a finding as any other: the machine
looks again for what it can look for, and notes whether it is there.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from archive.errors import EntryRefused
from archive.registers.books.book import Book
from archive.registers.books.columns import Cells, text
from archive.registers.books.findings import CONTRACTOR, Problem
from archive.registers.requests import taking_in
from archive.registers.requests.request import Actor
from archive.registers.requests.taking_in import BEYOND, TOO_MANY, Refused, Taken

# What lists call each column, ours first.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "kind": ("问题类型", "异常类型", "类型"),
    "sort": ("类别",),
    "column": ("栏目名称", "栏目"),
    "path": ("路径", "栏目路径"),
    "address": ("网址", "url", "URL", "链接地址", "地址", "死链地址"),
    "parent": ("所在页面", "parentUrl", "父页面url", "父页面", "来源页面"),
    "said": ("问题描述", "描述", "说明"),
    "title": ("链接标题", "linkTitle"),
    "found_on": ("发现日", "监测时间", "发现时间", "扫描时间", "检测时间"),
    "since": ("最后更新时间", "最近更新时间"),
    "days": ("未更新天数", "不可用天数"),
    "unit": ("责任单位", "主办单位", "所属单位"),
}
_OTHER = {name: names[0] for names in _NAMES.values() for name in names[1:]}
# Words of a contractor's kind of problem, and what it is here. The first that fits counts.
_KINDS = (
    ("空白", Problem.BLANK),
    ("不更新", Problem.STALE),
    ("未更新", Problem.STALE),
    ("更新", Problem.STALE),
    ("附件", Problem.ATTACHMENT),
    ("链接", Problem.LINK),
    ("死链", Problem.LINK),
    ("站内", Problem.LINK),
    ("域内", Problem.LINK),
    ("域外", Problem.LINK),
    ("页面", Problem.LINK),
    ("错别字", Problem.WORDING),
    ("表述", Problem.WORDING),
    ("内容正确", Problem.WORDING),
    ("隐私", Problem.PERSONAL),
    ("个人信息", Problem.PERSONAL),
)
_DAY = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
_ID = re.compile(r"/documents/([2-7a-z]{12})(?:[/?#]|$)")


def take_in(book: Book, path: Path, columns: Collection[str], by: Actor, dry_run: bool = False) -> Taken:
    """Enter the rows of a list. ``columns`` are the site's, by which a column's name is known to be which path.

    A row that is open in the register already is refused by its line, as one that is wrong is. Raises EntryRefused or
    RequestRefused for a file that can't be used, OSError.
    """
    known = {
        (text(each.facts, "kind"), text(each.facts, "where")): each.number
        for each in book.all()
        if not each.facts.get("closed_on")
    }
    taken = Taken()
    good: list[tuple[str, Cells]] = []
    ours = [names[0] for names in _NAMES.values()]
    for line, row in taking_in.rows(path, ours, _wrong_heading, EntryRefused, _OTHER):
        cells = book.read(_told(row, columns, book.today().isoformat()))
        key = text(cells.facts, "kind"), text(cells.facts, "where")
        reason = TOO_MANY if BEYOND in row else "".join(cells.wrong.values())
        if not reason and key in known:
            reason = f"登记簿里已有没有销号的同一问题（{known[key] or '文件里前面的一行'}），没有重复登记。"
        if reason:
            taken.refused.append(Refused(line, reason))
            continue
        known[key] = ""
        good.append(("", cells))
    taken.rows = len(good)
    if good and not dry_run:
        book.take_in(good, by)
    return taken


def _wrong_heading(heading: Sequence[str]) -> str:
    """End the sentence for a line that names neither a column nor an address, or something twice.

    What is not known is left unread.
    """
    if twice := [names for names in _NAMES.values() if heading.count(names[0]) > 1]:
        return f"。{'、'.join(twice[0])}是一个意思，只能有一列，请删去其余的。"
    if {_NAMES["column"][0], _NAMES["address"][0]} & set(heading):
        return ""
    return "，至少有“栏目名称”或者“网址”（url）。"


def _told(row: Mapping[str, str], columns: Iterable[str], today: str) -> dict[str, str]:
    cells = {name: row.get(names[0], "").strip() for name, names in _NAMES.items()}
    kind = _kind(cells)
    address, column = cells["address"], _path(cells["column"] or cells["path"], columns)
    document = _ID.search(address)
    where = column if kind in (Problem.STALE, Problem.BLANK) and column else document[1] if document else address
    days = f"{cells['days'].removesuffix('天')} 天" if cells["days"] else ""
    elsewhere = address if address and address != where and not (document and where == document[1]) else ""
    more = (
        ("链接", cells["title"]),
        ("网址", elsewhere),
        ("所在页面", cells["parent"]),
        ("最后更新", cells["since"]),
        ("已有", days),
    )
    said = "；".join([*filter(None, [cells["said"]]), *(f"{name} {value}" for name, value in more if value)])
    day = _DAY.search(cells["found_on"])
    return {
        "found_on": day[0] if day else cells["found_on"] or today,
        "source": CONTRACTOR,
        "kind": kind.value,
        "where": where or column,
        "said": said[:500],
        "unit": cells["unit"],
    }


def _kind(cells: Mapping[str, str]) -> Problem:
    if said := cells["kind"] or cells["sort"]:
        return next((kind for words, kind in _KINDS if words in said), Problem.OTHER)
    if cells["parent"]:
        return Problem.LINK
    if cells["since"] or cells["days"]:
        return Problem.STALE
    return Problem.BLANK if cells["column"] or cells["path"] else Problem.OTHER


def _path(name: str, columns: Iterable[str]) -> str:
    """Return the path of the site's column that a list names, if it is one alone; otherwise the name."""
    wanted = re.sub(r"\s*(?:>|›|/|\\|-->)\s*", "/", name).strip("/")
    found = {each for each in columns if each == wanted or each.endswith(f"/{wanted}") or wanted.endswith(f"/{each}")}
    return found.pop() if wanted and len(found) == 1 else wanted
