"""The register as a table, both ways: a row for each request, in the columns of the office's own register.

A row that is wrong is refused by its line with the reason, and the rest goes in. Sentences about a row never quote it,
because a name may stand in any cell that was put in the wrong column.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from archive.errors import RequestRefused
from archive.registers.notices import day_of
from archive.registers.requests import lawful, sheet
from archive.registers.requests.facts import (
    Applicant,
    Asked,
    Court,
    Delivery,
    Dispute,
    Facts,
    Field,
    Form,
    Position,
    Result,
    stated,
)
from archive.registers.requests.fees import Basis
from archive.registers.requests.numbers import Pattern, is_number
from archive.registers.requests.outcomes import ANSWERS, read_row
from archive.registers.requests.register import Register
from archive.registers.requests.request import Actor, Request
from archive.registers.requests.states import State
from archive.registers.requests.terms import Channel, Consulted

E = TypeVar("E", bound=StrEnum)

# What is personal, by its column; only an export that was asked for it has these.
PERSONAL: Mapping[str, Field] = {
    "姓名或名称": Field.NAME,
    "证件": Field.IDENTITY,
    "联系方式": Field.CONTACT,
    "申请内容": Field.TEXT,
    "所需文号": Field.WANTED,
    "获取方式": Field.OBTAIN,
}
NUMBER, ORIGIN, DUE = "登记号", "来源", "截止日"
_NEEDED = (NUMBER, "收到渠道", "提交日", "申请人类型")
_IMPORTED, _REGISTERED = "导入", "登记"
# Names of columns as older registers have them.
_OTHER_NAMES = {"姓名": "姓名或名称", "名称": "姓名或名称", "结果": "结果代码", "补正收到日期": "补正收到日"}
_ITEM = re.compile(r"[；;\n]")
_ASKED = re.compile(
    r"(?:(\d+)[.、])?\s*(第三方|其他机关)\s*(\S+?)\s*发出(?:\s*(\S+?)\s*送达)?(?:\s*(\S+?)\s*(同意公开|不同意公开|逾期未提出))?"
)
_DISPUTE = re.compile(r"(行政复议|行政诉讼)\s*(\S+?)\s*提出(?:\s*(\S+?)\s*(结果维持|结果纠正|其他结果)(\s*重新答复)?)?")
_FEE = re.compile(r"(按件|按量)\s*(\d{1,6})\s*(\d{1,9})\s*元\s*(\S+?)\s*告知(?:\s*(\S+?)\s*缴费)?")
_LONGEST_NUMBER = 40


class _Wrong(Exception):
    """A cell that can't be used: its column, and what it should be."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken in. ``reason`` is a Chinese sentence without anything out of the row."""

    line: int
    reason: str


@dataclass(slots=True)
class Taken:
    """What came of an import: how many rows went in, or would; those refused; and whether persons came along."""

    rows: int = 0
    refused: list[Refused] = field(default_factory=list)


def take_in(register: Register, path: Path, by: Actor, today: date, dry_run: bool = False) -> Taken:
    """Enter the rows of a file. Raises RequestRefused for a file whose columns can't be used, OSError."""
    taken = Taken()
    there = register.numbers()
    good: list[tuple[str, Facts, Mapping[Field, str]]] = []
    for line, row in _rows(path):
        try:
            number, made, values = _parsed(row, today, register.series)
            if number in there:
                raise _Wrong("登记号已经有了，没有重复导入。")
        except _Wrong as wrong:
            taken.refused.append(Refused(line, str(wrong)))
            continue
        there.add(number)
        good.append((number, made, values))
    taken.rows = len(good)
    if good and not dry_run:
        register.take_in(good, by)
    return taken


def write(register: Register, path: Path, by: Actor, persons: bool = False) -> int:
    """Write the register to a new file; return how many rows. With ``persons`` everything personal is in it.

    Whoever calls this has asked for the right: ``Act.EXPORT_REQUESTS``, or with ``persons`` ``Act.EXPORT_PERSONS``. It
    is in the audit log before the file is written. Raises KeyUnusable, PersonalDataDamaged, OSError.
    """
    every = register.all()
    values = register.look_at_all(by) if persons else {}
    if not persons:
        register.note(by, "request.export", {"rows": len(every)})
    names = [*_COLUMNS] if not persons else [*_COLUMNS, *PERSONAL]
    rows = [_cells(register, each, names, values.get(each.id, {})) for each in every]
    sheet.write(path, [names, *rows])
    return len(every)


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield the rows of a file as cells by column. Raises RequestRefused."""
    heading: list[str] = []
    for line, cells in sheet.read(path):
        if not heading:
            heading = [_OTHER_NAMES.get(cell, cell) for cell in map(str.strip, cells)]
            while heading and not heading[-1]:
                heading.pop()
            if why := _wrong_heading(heading):
                raise RequestRefused(f"第 {line} 行应为列名。{why}")
            continue
        told = dict(zip(heading, cells, strict=False))
        if any(cells[len(heading) :]):
            told[""] = "more"
        yield line, told
    if not heading:
        raise RequestRefused(f"文件是空的；第一行应为列名：{'、'.join([*_COLUMNS, *PERSONAL])}。")


def _wrong_heading(heading: Sequence[str]) -> str:
    known = (*_COLUMNS, *PERSONAL)
    if unknown := [at for at, cell in enumerate(heading, 1) if cell not in known]:
        return f"第 {'、'.join(map(str, unknown[:10]))} 列的列名不认识；可用的有：{'、'.join(known)}。"
    if twice := [cell for cell in known if heading.count(cell) > 1]:
        return f"有两列{'、'.join(twice)}。"
    if lacking := [cell for cell in _NEEDED if cell not in heading]:
        return f"缺少{'、'.join(lacking)}列。"
    return ""


def _parsed(row: Mapping[str, str], today: date, series: Sequence[Pattern]) -> tuple[str, Facts, dict[Field, str]]:
    if "" in row:
        raise _Wrong("比列名多出几栏。")
    for needed in _NEEDED:
        if not row[needed].strip():
            raise _Wrong(f"{needed}空着。")
    number = row[NUMBER].strip()
    if not is_number(number):
        raise _Wrong(f"登记号应为 2026-0001 或 2019年第12号 的样子，不超过 {_LONGEST_NUMBER} 字。")
    made = _facts(row, series)
    if disorder := lawful.out_of_order(made, today):
        raise _Wrong(disorder)
    values = {of: row[name] for name, of in PERSONAL.items() if row.get(name, "").strip()}
    for name, of in PERSONAL.items():
        if of in (Field.NAME, Field.TEXT) and name in row and of not in values and not made.anonymised_on:
            raise _Wrong(f"{name}空着。")
    if made.anonymised_on and values:
        raise _Wrong("个人信息已经去除的，不能再有个人信息。")
    return number, made, values


def _facts(row: Mapping[str, str], series: Sequence[Pattern]) -> Facts:
    outcome = row.get("结果代码", "").strip()
    result = read_row(outcome) if outcome else None
    if outcome and result is None:
        raise _Wrong("结果代码应为 R03 至 R20、R21.1、R21.2、R21.3 之一。")
    closed = _day(row, "答复日")
    if (result is None) != (closed is None):
        raise _Wrong("结果代码和答复日应当都有，或者都没有。")
    answer = row.get("答复种类", "").strip()
    if answer and (answer not in ANSWERS or ANSWERS[answer].row is not result):
        raise _Wrong("答复种类与结果代码不符。")
    made = Facts(
        State.HANDLING,
        *(_of(Channel, row, "收到渠道"), _of(Applicant, row, "申请人类型"), _must(_day(row, "提交日"), "提交日")),
        confirmed_on=_day(row, "确认日"),
        form=_maybe(Form, row, "形式要求"),
        imported=_origin(row),
        supplement_asked_on=_day(row, "补正告知日"),
        supplement_until=_day(row, "补正期限"),
        supplement_came_on=_day(row, "补正收到日"),
        asked=_opinions(row),
        answer=answer,
        row=result,
        reply_number=_number(row, "答复文号", series),
        closed_on=closed,
        delivery=_maybe(Delivery, row, "送达方式"),
        delivered_on=_day(row, "送达日"),
        archive_number=_number(row, "归档号", series),
        archived_on=_day(row, "归档日"),
        recorded_on=_day(row, "备案日"),
        disputes=_disputes(row),
        answered_again_on=_day(row, "重新答复日"),
        voided_on=_day(row, "作废日"),
        anonymised_on=_day(row, "去除个人信息日"),
    )
    made = _charged(_extended(made, row), row)
    if made.supplement_came_on and not made.supplement_asked_on:
        raise _Wrong("有补正收到日，而没有补正告知日。")
    if made.closed_on and made.received_on is None:
        raise _Wrong(f"收到渠道为{made.channel}的，答复过的应当有确认日。")
    return _placed(made, row)


def _placed(made: Facts, row: Mapping[str, str]) -> Facts:
    """Return the facts in the state that they say, which the row may name."""
    follows = _state(made)
    named = _maybe(State, row, "状态")
    # A file that was in dispute lies in the archive or doesn't: no day says which.
    if named and named is not follows and {named, follows} != {State.ARCHIVED, State.CLOSED}:
        raise _Wrong(f"状态与各日期不符：按日期应为“{follows}”。")
    return stated(made, named or follows)


def _state(made: Facts) -> State:
    if made.voided_on:
        return State.VOID
    if made.received_on is None:
        return State.CONFIRMING
    if made.closed_on:
        return _state_afterwards(made)
    if made.supplement_asked_on and not made.supplement_came_on:
        return State.SUPPLEMENTING
    if made.fee_told_on and not made.fee_paid_on:
        return State.PAYING
    return State.CONSULTING if made.awaited else State.HANDLING


def _state_afterwards(made: Facts) -> State:
    last = made.disputes[-1] if made.disputes else None
    if last and last.ended_on is None:
        return State.REVIEWED if last.court is Court.REVIEW else State.SUED
    if last and last.redo and last.ended_on and (made.answered_again_on or date.min) < last.ended_on:
        return State.REDOING
    return State.ARCHIVED if made.archived_on else State.CLOSED


def _origin(row: Mapping[str, str]) -> bool:
    said = row.get(ORIGIN, "").strip() or _IMPORTED
    if said not in (_IMPORTED, _REGISTERED):
        raise _Wrong(f"{ORIGIN}应为 {_IMPORTED} 或 {_REGISTERED}。")
    return said == _IMPORTED


def _extended(made: Facts, row: Mapping[str, str]) -> Facts:
    if added := _added(row, "延长", 20):
        made = replace(made, extension_days=added[0], extension_told_on=added[1], extension_by=added[2])
    if added := _added(row, "延迟", lawful.LONGEST_DELAY):
        made = replace(made, delay_days=added[0], delay_told_on=added[1], delay_by=added[2])
    return made


def _added(row: Mapping[str, str], name: str, most: int) -> tuple[int, date, str] | None:
    """Return the working days that were added to the term, when that was told, and who approved it."""
    days, told, by = (
        row.get(f"{name}天数", "").strip(),
        _day(row, f"{name}告知日"),
        row.get(f"{name}审批人", "").strip(),
    )
    if not days and told is None:
        if by:
            raise _Wrong(f"有{name}审批人，而没有{name}天数和{name}告知日。")
        return None
    if not re.fullmatch(r"[1-9]\d{0,2}", days) or int(days) > most or told is None:
        raise _Wrong(f"{name}的，应当写明{name}天数（1 至 {most}）和{name}告知日。")
    if len(by) > 64:  # as long as names of staff are
        raise _Wrong(f"{name}审批人过长。")
    return int(days), told, by


def _charged(made: Facts, row: Mapping[str, str]) -> Facts:
    said = row.get("收费", "").strip()
    if not said:
        return made
    found = _FEE.fullmatch(said)
    if not found:
        raise _Wrong("收费应写成：按量 250 4700元 2026-03-02 告知 2026-03-10 缴费。")
    return replace(
        made,
        fee_basis=Basis(found[1]),
        fee_count=int(found[2]),
        fee_yuan=int(found[3]),
        fee_told_on=_read_day(found[4], "收费"),
        fee_paid_on=_read_day(found[5], "收费") if found[5] else None,
    )


def _opinions(row: Mapping[str, str]) -> tuple[Asked, ...]:
    found: list[tuple[int, Asked]] = []
    for at, said in enumerate(each.strip() for each in _ITEM.split(row.get("征求意见", "")) if each.strip()):
        parts = _ASKED.fullmatch(said)
        if not parts:
            raise _Wrong("征求意见应写成：第三方 2026-03-02 发出 2026-03-10 不同意公开；有几份的用分号隔开。")
        days = [_read_day(each, "征求意见") if each else None for each in parts.group(3, 4, 5)]
        position = Position(parts[6]) if parts[6] else None
        asked = Asked(Consulted(parts[2]), _must(days[0], "征求意见"), days[1], days[2], position)
        found.append((int(parts[1] or at), asked))
    return tuple(each for _, each in sorted(found, key=lambda one: one[0]))


def _disputes(row: Mapping[str, str]) -> tuple[Dispute, ...]:
    found = []
    for said in (each.strip() for each in _ITEM.split(row.get("复议诉讼", "")) if each.strip()):
        parts = _DISPUTE.fullmatch(said)
        if not parts:
            raise _Wrong("复议诉讼应写成：行政复议 2026-03-02 提出 2026-05-06 结果维持；有几次的用分号隔开。")
        filed = _read_day(parts[2], "复议诉讼")
        ended = _read_day(parts[3], "复议诉讼") if parts[3] else None
        found.append(Dispute(Court(parts[1]), filed, ended, Result(parts[4]) if parts[4] else None, bool(parts[5])))
    return tuple(found)


def _of(kind: type[E], row: Mapping[str, str], name: str) -> E:
    try:
        return kind(row.get(name, "").strip())
    except ValueError:
        raise _Wrong(f"{name}应为 {'、'.join(kind)} 之一。") from None


def _maybe(kind: type[E], row: Mapping[str, str], name: str) -> E | None:
    return _of(kind, row, name) if row.get(name, "").strip() else None


def _day(row: Mapping[str, str], name: str) -> date | None:
    said = row.get(name, "").strip()
    return _read_day(said, name) if said else None


def _read_day(said: str, name: str) -> date:
    return _must(day_of(said), name)


def _must(day: date | None, name: str) -> date:
    if day is None:
        raise _Wrong(f"{name}里的日期应写成 2026-03-02。")
    return day


def _number(row: Mapping[str, str], name: str, series: Sequence[Pattern]) -> str:
    said = row.get(name, "").strip()
    if said and not is_number(said, series):
        raise _Wrong(f"{name}应写成 沭公开〔2026〕3号 或 2026-YS-0012 的样子。")
    return said


def _cells(register: Register, request: Request, names: Sequence[str], values: Mapping[Field, str]) -> list[str]:
    told = {name: say(request.facts) for name, say in _FACTS.items()}
    told |= {NUMBER: request.number, DUE: register.term(request).said}
    told |= {name: values.get(of, "") for name, of in PERSONAL.items()}
    return [told[name] for name in names]


def _written(value: object) -> str:
    return "" if value is None else str(value)


def _write_asked(made: Facts) -> str:
    def one(at: int, each: Asked) -> str:
        served = f" {each.served_on} 送达" if each.served_on else ""
        ended = f" {each.ended_on} {each.position}" if each.ended_on else ""
        return f"{at}.{each.of} {each.sent_on} 发出{served}{ended}"

    return "；".join(one(at, each) for at, each in enumerate(made.asked, 1))


def _write_disputes(made: Facts) -> str:
    def one(each: Dispute) -> str:
        ended = f" {each.ended_on} {each.result}{' 重新答复' if each.redo else ''}" if each.ended_on else ""
        return f"{each.court} {each.filed_on} 提出{ended}"

    return "；".join(map(one, made.disputes))


def _write_fee(made: Facts) -> str:
    if not made.fee_told_on:
        return ""
    paid = f" {made.fee_paid_on} 缴费" if made.fee_paid_on else ""
    return f"{made.fee_basis} {made.fee_count} {made.fee_yuan}元 {made.fee_told_on} 告知{paid}"


# How each column is written out of the facts. The number and the last day come from the register.
_FACTS: Mapping[str, Callable[[Facts], str]] = {
    ORIGIN: lambda made: _IMPORTED if made.imported else _REGISTERED,
    "状态": lambda made: made.state,
    "收到渠道": lambda made: made.channel,
    "提交日": lambda made: made.submitted_on.isoformat(),
    "确认日": lambda made: _written(made.confirmed_on),
    "申请人类型": lambda made: made.kind,
    "形式要求": lambda made: _written(made.form),
    "补正告知日": lambda made: _written(made.supplement_asked_on),
    "补正期限": lambda made: _written(made.supplement_until),
    "补正收到日": lambda made: _written(made.supplement_came_on),
    "征求意见": _write_asked,
    "延长审批人": lambda made: made.extension_by,
    "延长天数": lambda made: _written(made.extension_days or None),
    "延长告知日": lambda made: _written(made.extension_told_on),
    "延迟审批人": lambda made: made.delay_by,
    "延迟天数": lambda made: _written(made.delay_days or None),
    "延迟告知日": lambda made: _written(made.delay_told_on),
    "收费": _write_fee,
    "结果代码": lambda made: _written(made.row),
    "答复种类": lambda made: made.answer,
    "答复文号": lambda made: made.reply_number,
    "答复日": lambda made: _written(made.closed_on),
    "送达方式": lambda made: _written(made.delivery),
    "送达日": lambda made: _written(made.delivered_on),
    "复议诉讼": _write_disputes,
    "重新答复日": lambda made: _written(made.answered_again_on),
    "归档号": lambda made: made.archive_number,
    "归档日": lambda made: _written(made.archived_on),
    "备案日": lambda made: _written(made.recorded_on),
    "作废日": lambda made: _written(made.voided_on),
    "去除个人信息日": lambda made: _written(made.anonymised_on),
}
_COLUMNS = (NUMBER, *_FACTS, DUE)
