"""For the auditor: who did what, who signed in, and both as files to take away."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, datetime

from flask import Blueprint, Response, render_template, request

from archive.chinese.dates import OFFICE_TIME
from archive.registers import looks, sessions
from archive.registers.roles import Act
from archive.store import events
from archive.store.audit import Event
from archive.store.catalogue import Catalogue
from archive.store.events import Wanted
from web.http.current import services
from web.http.parameters import page_number
from web.staff.details import told
from web.staff.guard import allowed, current, desk
from web.staff.words import ACTIONS

watching = Blueprint("watching", __name__)
ROWS = 100
_AT_ONCE = 1000
_COLUMNS = ("序号", "时间（北京）", "人", "操作", "文件", "内容", "网络地址", "校验值")
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@watching.get("/log")
@allowed(Act.READ_LOG)
def log() -> str:
    """The audit log, the newest first, by person, act, document and days."""
    wanted, wrong = _wanted(request.args.to_dict())
    page = page_number(request.args)
    with services().catalogue.reading() as connection:
        total = events.count(connection, wanted)
        pages = max(1, -(-total // ROWS))
        page = min(page, pages)
        found = events.newest(connection, wanted, (page - 1) * ROWS, ROWS)
        happened = events.actions(connection)
    asked = {name: request.args.get(name, "")[:100] for name in ("person", "act", "document", "since", "until")}
    return render_template(
        "desk/log.html",
        **{"events": found, "total": total, "page": page, "pages": pages, "asked": asked, "wrong": wrong},
        **{"actions": ACTIONS, "happened": happened, "told": told, "when": _when},
    )


@watching.post("/log/export")
@allowed(Act.EXPORT_LOG)
def export() -> Response:
    """The same events as a file, the oldest first: CSV for a spreadsheet, or JSON lines as they are kept."""
    wanted, wrong = _wanted(request.form.to_dict())
    kind = request.form.get("kind", "")
    if wrong or kind not in ("csv", "jsonl"):
        return Response(render_template("desk/mistake.html", sentence=wrong or "请选择导出的格式。"), 400)
    catalogue = services().catalogue
    asked = "；".join(f"{_ASKED[name]} {value}" for name, value in request.form.items() if name in _ASKED and value)
    looks.note_export(catalogue, current().account.person, wanted, asked)
    lines, media_type = (_csv, "text/csv") if kind == "csv" else (_jsonl, "application/jsonl")
    name = f"audit-{datetime.now(OFFICE_TIME):%Y%m%d-%H%M}.{kind}"
    answer = Response(
        lines(_oldest_first(catalogue, wanted)), mimetype="text/csv" if kind == "csv" else "application/jsonl"
    )
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@watching.get("/sign-ins")
@allowed(Act.READ_LOG)
def sign_ins() -> str:
    """Who signed in or failed to, the newest first, by user name or network address."""
    words = request.args.get("q", "").strip()[:64]
    page = page_number(request.args)
    total, rows = sessions.tries(desk().staff, words, (page - 1) * ROWS, ROWS)
    return render_template(
        "desk/sign-ins.html",
        **{"tries": rows, "total": total, "words": words, "page": page, "pages": max(1, -(-total // ROWS))},
        **{"outcomes": _OUTCOMES, "when": _when},
    )


_ASKED = {"person": "人", "act": "操作", "document": "文件", "since": "从", "until": "到"}
_OUTCOMES = {
    **{
        "opened": "登录",
        "command": "在命令行确认身份",
        "proven": "再次确认身份",
        "wrong": "密码或验证码不对",
        "unproven": "再次确认身份，没有通过",
    },
    **{"locked": "账号暂停登录", "slowed": "这个地址失败太多"},
}


def _wanted(asked: dict[str, str]) -> tuple[Wanted, str]:
    """Read what is looked for. Returns also a sentence about what can't be read, which then restricts nothing."""
    days: dict[str, date | None] = {"since": None, "until": None}
    wrong = ""
    for name in days:
        if value := asked.get(name, "").strip():
            try:
                days[name] = date.fromisoformat(value)
            except ValueError:
                wrong = f"日期“{value[:20]}”看不懂，请写成 2026-01-31 这样。"
    acts = {word: act for act, word in ACTIONS.items()}
    act = asked.get("act", "").strip()[:64]
    return (
        Wanted(
            actor={"程序": "gongkai"}.get(person := asked.get("person", "").strip()[:64], person),
            action=acts.get(act, act),
            document_id=asked.get("document", "").strip()[:32],
            since=days["since"],
            until=days["until"],
        ),
        wrong,
    )


def _oldest_first(catalogue: Catalogue, wanted: Wanted) -> Iterator[Event]:
    """Yield the events, some thousand at a time, so that no transaction waits for somebody's network."""
    after = 0
    while True:
        with catalogue.reading() as connection:
            found = events.oldest(connection, wanted, after, _AT_ONCE)
        yield from found
        if len(found) < _AT_ONCE:
            return
        after = found[-1].sequence


def _csv(found: Iterator[Event]) -> Iterator[str]:
    written = io.StringIO()
    writer = csv.writer(written)
    # Without the mark, spreadsheets take the text for another encoding.
    writer.writerow(["\ufeff" + _COLUMNS[0], *_COLUMNS[1:]])
    for each in found:
        address = each.details.get("address", "")
        row = (each.actor, ACTIONS.get(each.action, each.action), each.document_id or "", told(each), address)
        writer.writerow([each.sequence, _when(each.at), *map(_harmless, map(str, row)), each.hash])
        yield written.getvalue()
        written.seek(0)
        written.truncate()
    yield written.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _jsonl(found: Iterator[Event]) -> Iterator[str]:
    for each in found:
        kept = {name: getattr(each, name) for name in Event.__slots__}
        yield json.dumps(kept, ensure_ascii=False) + "\n"


def _when(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(OFFICE_TIME).strftime("%Y-%m-%d %H:%M:%S")
