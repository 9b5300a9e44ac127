"""The register as a table, both ways: a row for each request, in the columns of the office's own register.

A row that is wrong is refused by its line with the reason, and the rest goes in. Sentences about a row never quote it,
because a name may stand in any cell that was put in the wrong column.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from archive.errors import RequestRefused
from archive.registers.requests import cells, lawful, sheet, taking_in
from archive.registers.requests.applicants import checked
from archive.registers.requests.facts import Applicant, Court, Delivery, Facts, Field, Form, stated
from archive.registers.requests.numbers import Pattern, is_number
from archive.registers.requests.outcomes import ANSWERS, Row, read_row
from archive.registers.requests.register import Register
from archive.registers.requests.request import Actor, Request
from archive.registers.requests.states import State
from archive.registers.requests.taking_in import Refused, Taken
from archive.registers.requests.terms import Channel

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
_LONGEST_NUMBER = 40


def take_in(register: Register, path: Path, by: Actor, today: date, dry_run: bool = False) -> Taken:
    """Enter the rows of a file. Raises RequestRefused for a file whose columns can't be used, OSError."""
    taken = Taken()
    there = register.numbers()
    good: list[tuple[str, Facts, Mapping[Field, str]]] = []
    for line, row in taking_in.rows(path, (*_COLUMNS, *PERSONAL), _wrong_heading, RequestRefused, _OTHER_NAMES):
        try:
            number, made, values = _parsed(row, today, register.series)
            if number in there:
                raise cells.Wrong("登记号已经有了，没有重复导入。")
        except cells.Wrong as wrong:
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


def _wrong_heading(heading: Sequence[str]) -> str:
    return taking_in.wrong_heading(heading, (*_COLUMNS, *PERSONAL), _NEEDED)


def _parsed(row: Mapping[str, str], today: date, series: Sequence[Pattern]) -> tuple[str, Facts, dict[Field, str]]:
    if taking_in.BEYOND in row:
        raise cells.Wrong(taking_in.TOO_MANY)
    for needed in _NEEDED:
        if not row[needed].strip():
            raise cells.Wrong(f"{needed}空着。")
    number = row[NUMBER].strip()
    if not is_number(number):
        raise cells.Wrong(f"登记号应为 2026-0001 或 2019年第12号 的样子，不超过 {_LONGEST_NUMBER} 字。")
    made = _facts(row, series)
    if disorder := lawful.out_of_order(made, today):
        raise cells.Wrong(disorder)
    try:
        values = checked({of: row.get(name, "") for name, of in PERSONAL.items()})
    except ValueError as error:
        raise cells.Wrong(str(error)) from None
    for name, of in PERSONAL.items():
        if of in (Field.NAME, Field.TEXT) and name in row and of not in values and not made.anonymised_on:
            raise cells.Wrong(f"{name}空着。")
    if made.anonymised_on and values:
        raise cells.Wrong("个人信息已经去除的，不能再有个人信息。")
    return number, made, values


def _facts(row: Mapping[str, str], series: Sequence[Pattern]) -> Facts:
    outcome = row.get("结果代码", "").strip()
    result = read_row(outcome) if outcome else None
    if outcome and result is None:
        raise cells.Wrong("结果代码应为 R03 至 R20、R21.1、R21.2、R21.3 之一。")
    closed = cells.day(row, "答复日")
    if (result is None) != (closed is None):
        raise cells.Wrong("结果代码和答复日应当都有，或者都没有。")
    answer = row.get("答复种类", "").strip()
    if answer and (answer not in ANSWERS or ANSWERS[answer].row is not result):
        raise cells.Wrong("答复种类与结果代码不符。")
    made = Facts(
        State.HANDLING,
        *(
            cells.of(Channel, row, "收到渠道"),
            cells.of(Applicant, row, "申请人类型"),
            cells.must(cells.day(row, "提交日"), "提交日"),
        ),
        confirmed_on=cells.day(row, "确认日"),
        form=cells.maybe(Form, row, "形式要求"),
        imported=_origin(row),
        supplement_asked_on=cells.day(row, "补正告知日"),
        supplement_until=cells.day(row, "补正期限"),
        supplement_came_on=cells.day(row, "补正收到日"),
        asked=cells.opinions(row),
        answer=answer,
        row=result,
        reported=_reported(row, result),
        reply_number=cells.number(row, "答复文号", series),
        closed_on=closed,
        delivery=cells.maybe(Delivery, row, "送达方式"),
        delivered_on=cells.day(row, "送达日"),
        archive_number=cells.number(row, "归档号", series),
        archived_on=cells.day(row, "归档日"),
        recorded_on=cells.day(row, "备案日"),
        disputes=cells.disputes(row),
        answered_again_on=cells.day(row, "重新答复日"),
        revoked_on=cells.day(row, "答复作废日"),
        voided_on=cells.day(row, "作废日"),
        anonymised_on=cells.day(row, "去除个人信息日"),
    )
    made = cells.charged(cells.extended(made, row), row)
    if made.supplement_came_on and not made.supplement_asked_on:
        raise cells.Wrong("有补正收到日，而没有补正告知日。")
    if made.closed_on and made.received_on is None:
        raise cells.Wrong(f"收到渠道为{made.channel}的，答复过的应当有确认日。")
    return _placed(made, row)


def _reported(row: Mapping[str, str], result: Row | None) -> Row | None:
    said = row.get("年报结果代码", "").strip()
    reported = read_row(said) if said else None
    if said and (reported is None or result is None):
        raise cells.Wrong("年报结果代码应为 R03 至 R20、R21.1、R21.2、R21.3 之一，有结果代码的才填。")
    return reported


def _placed(made: Facts, row: Mapping[str, str]) -> Facts:
    """Return the facts in the state that they say, which the row may name."""
    follows = _state(made)
    named = cells.maybe(State, row, "状态")
    # A file that was in dispute lies in the archive or doesn't: no day says which.
    if named and named is not follows and {named, follows} != {State.ARCHIVED, State.CLOSED}:
        raise cells.Wrong(f"状态与各日期不符：按日期应为“{follows}”。")
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
    last = made.standing[-1] if made.standing else None
    if last and last.ended_on is None:
        return State.REVIEWED if last.court is Court.REVIEW else State.SUED
    if last and last.redo and last.ended_on and (made.answered_again_on or date.min) < last.ended_on:
        return State.REDOING
    if made.revoked_on:
        return State.REDOING
    return State.ARCHIVED if made.archived_on else State.CLOSED


def _origin(row: Mapping[str, str]) -> bool:
    said = row.get(ORIGIN, "").strip() or _IMPORTED
    if said not in (_IMPORTED, _REGISTERED):
        raise cells.Wrong(f"{ORIGIN}应为 {_IMPORTED} 或 {_REGISTERED}。")
    return said == _IMPORTED


def _cells(register: Register, request: Request, names: Sequence[str], values: Mapping[Field, str]) -> list[str]:
    told = {name: say(request.facts) for name, say in _FACTS.items()}
    told |= {NUMBER: request.number, DUE: register.term(request).said}
    told |= {name: values.get(of, "") for name, of in PERSONAL.items()}
    return [told[name] for name in names]


# How each column is written out of the facts. The number and the last day come from the register.
_FACTS: Mapping[str, Callable[[Facts], str]] = {
    ORIGIN: lambda made: _IMPORTED if made.imported else _REGISTERED,
    "状态": lambda made: made.state,
    "收到渠道": lambda made: made.channel,
    "提交日": lambda made: made.submitted_on.isoformat(),
    "确认日": lambda made: cells.written(made.confirmed_on),
    "申请人类型": lambda made: made.kind,
    "形式要求": lambda made: cells.written(made.form),
    "补正告知日": lambda made: cells.written(made.supplement_asked_on),
    "补正期限": lambda made: cells.written(made.supplement_until),
    "补正收到日": lambda made: cells.written(made.supplement_came_on),
    "征求意见": cells.write_opinions,
    "延长审批人": lambda made: made.extension_by,
    "延长天数": lambda made: cells.written(made.extension_days or None),
    "延长告知日": lambda made: cells.written(made.extension_told_on),
    "延迟审批人": lambda made: made.delay_by,
    "延迟天数": lambda made: cells.written(made.delay_days or None),
    "延迟告知日": lambda made: cells.written(made.delay_told_on),
    "收费": cells.write_charge,
    "结果代码": lambda made: cells.written(made.row),
    "答复种类": lambda made: made.answer,
    "年报结果代码": lambda made: cells.written(made.reported),
    "答复文号": lambda made: made.reply_number,
    "答复日": lambda made: cells.written(made.closed_on),
    "送达方式": lambda made: cells.written(made.delivery),
    "送达日": lambda made: cells.written(made.delivered_on),
    "复议诉讼": cells.write_disputes,
    "重新答复日": lambda made: cells.written(made.answered_again_on),
    "答复作废日": lambda made: cells.written(made.revoked_on),
    "归档号": lambda made: made.archive_number,
    "归档日": lambda made: cells.written(made.archived_on),
    "备案日": lambda made: cells.written(made.recorded_on),
    "作废日": lambda made: cells.written(made.voided_on),
    "去除个人信息日": lambda made: cells.written(made.anonymised_on),
}
_COLUMNS = (NUMBER, *_FACTS, DUE)
