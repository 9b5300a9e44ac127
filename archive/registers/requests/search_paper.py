"""A record of a search on paper: the 检索情况记录 as an official docx, and as JSON.

Whoever asks for either has masked the applicant in it (``Record.without``).
"""

import json
from datetime import datetime

from archive.chinese.dates import OFFICE_TIME
from archive.official import Paper, Table, docx_of
from archive.registers.requests.search_record import Record, Search

# The form of the list of what a search found: its rows' widths in millimetres.
_WIDTHS = (8, 58, 34, 22, 18, 16)
_HEAD = ("", "标题", "文号", "日期", "状态", "标记")
# How many of the hits without a mark are written out; all are in the JSON.
_UNMARKED = 10


def as_json(record: Record) -> str:
    """Return the whole record, with the hash that the audit log has too.

    Of a record with nothing masked the hash can be taken again, over the rest in canonical JSON; of another it can't.
    """
    masked = {"masked": "申请人的信息已经遮盖，校验值是对没有遮盖的全文计算的。"} if not record.salt else {}
    return json.dumps({**record.plain, "digest": record.digest, **masked}, ensure_ascii=False, indent=2)


def as_docx(record: Record, office: str = "") -> bytes:
    """Return the record as a paper of the office. Raises ValueError for one that is not concluded."""
    if record.concluded_at is None or record.conclusion is None:
        raise ValueError("not concluded")
    body: list[str | Table] = ["一、申请的内容", record.asked, "二、在本系统中的检索"]
    for search in record.searches:
        body += _told(record, search)
    body.append("三、在本系统以外的查找")
    if record.places:
        rows = tuple((each.place, each.searcher, each.on.isoformat(), each.result) for each in record.places)
        body.append(Table((("地点", "查找人", "日期", "结果"), *rows), (46, 26, 26, 58)))
    else:
        body.append("没有。")
    body += ["四、结论", f"{record.conclusion}。{record.said}"]
    body.append(
        f"本记录由{record.concluded_by}于{_when(record.concluded_at)}定稿，校验值（SHA-256）：{record.digest}。"
    )
    dated = datetime.fromisoformat(record.concluded_at).astimezone(OFFICE_TIME).date()
    paper = Paper(title=("检索情况记录",), number=record.number, body=tuple(body), signed=office, dated=dated)
    return docx_of(paper)


def _told(record: Record, search: Search) -> list[str | Table]:
    filters = "，".join(f"{name} {value}" for name, value in search.filters.items())
    told = (
        f"（{search.number}）{_when(search.at)}，{search.person}检索“{search.typed}”。\n"
        f"理解为：{search.understood}\n"
        f"范围：{search.scope}{f'；限于{filters}' if filters else ''}。索引 {search.generation}，至审计日志第"
        f" {search.sequence} 条。共 {search.total} 件"
    )
    marked = [hit for hit in search.hits if hit.id in record.marks]
    others = [hit for hit in search.hits if hit.id not in record.marks][:_UNMARKED]
    shown = {hit.id for hit in (*marked, *others)}
    rows = tuple(
        (
            str(at),
            hit.title,
            hit.number or "",
            hit.day or "",
            hit.state,
            record.marks[hit.id].value if hit.id in record.marks else "",
        )
        for at, hit in enumerate(search.hits, 1)
        if hit.id in shown
    )
    if not rows:
        return [f"{told}。"]
    return [f"{told}，列出有标记的和前 {_UNMARKED} 件没有标记的：", Table((_HEAD, *rows), _WIDTHS)]


def _when(at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone(OFFICE_TIME):%Y-%m-%d %H:%M}"
