"""How staff call the facts of a request, and what an event has made of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from archive.registers.requests.facts import FILES, Field, Plain
from archive.registers.requests.outcomes import ANSWERS, Content
from archive.registers.requests.request import Recorded

FACTS = {
    **{"state": "状态", "channel": "收到渠道", "kind": "申请人类型", "submitted_on": "提交日"},
    **{
        "confirmed_on": "确认日",
        "form": "提供的形式",
        "imported": "由原登记簿导入",
        "supplement_asked_on": "告知补正日",
    },
    **{"supplement_until": "补正期限", "supplement_came_on": "收到补正日", "asked": "征求意见"},
    **{"extension_days": "延长的工作日", "extension_told_on": "告知延期日", "extension_by": "批准延期的人"},
    **{"fee_basis": "收费方式", "fee_count": "件次或者页数", "fee_yuan": "收费（元）", "fee_told_on": "告知缴费日"},
    **{"fee_paid_on": "缴费日", "answer": "答复", "row": "年度报告的行", "reply_number": "答复文号"},
    **{
        "closed_on": "办结日",
        "delivery": "送达方式",
        "delivered_on": "送达日",
        "archive_number": "归档号",
        "archived_on": "归档日",
    },
    **{"recorded_on": "备案日", "disputes": "复议和诉讼", "answered_again_on": "重新答复日", "voided_on": "作废日"},
    **{"delay_days": "延迟的工作日", "delay_told_on": "确定延迟答复日", "delay_by": "批准延迟的人"},
    "amended_on": "更正答复日",
    "revoked_on": "答复作废日",
    "reported": "已经统计的年度报告的行",
    "anonymised_on": "去除个人信息日",
}
# Of an opinion that was asked for, and of a dispute.
_PARTS = {
    **{"of": "向", "sent_on": "发出", "served_on": "送达", "ended_on": "结束", "position": "意见"},
    **{
        "number": "文号",
        "court": "向",
        "filed_on": "提出",
        "result": "结果",
        "redo": "要求重新答复",
        "organ": "受理机关",
        "void": "误登，已经撤销",
    },
}


@dataclass(frozen=True, slots=True)
class Change:
    """A fact by its name, as it was and as it is, in words; "" for what was or is empty."""

    name: str
    before: str
    after: str


def changes(event: Recorded) -> list[Change]:
    """Return what an event has made of the facts. Of the first, what is in it."""
    return [
        Change(FACTS[name], shown(name, event.before.get(name)), shown(name, event.after.get(name)))
        for name in FACTS
        if name in event.after
    ]


def shown(name: str, value: Plain) -> str:
    """Return a fact as a person reads it.

    >>> shown("answer", "absent"), shown("imported", True), shown("asked", [{"of": "第三方", "sent_on": "2026-09-01"}])
    ('经检索，该政府信息不存在', '是', '向第三方，发出 2026-09-01')
    """
    if value is None or value == []:
        return ""
    if value is True:
        return "是"
    if isinstance(value, list):
        return "；".join(map(_part, value))
    return ANSWERS[str(value)].label if name == "answer" and str(value) in ANSWERS else str(value)


def spoken(values: Mapping[Field, str]) -> list[tuple[str, str]]:
    """Return what was written freely with an event, each with its label; a letter's parts one by one."""
    told = []
    for field, value in values.items():
        if field in FILES:
            continue
        if field is Field.LETTER:
            told += [(Content[name].value, text) for name, text in json.loads(value).items()]
        else:
            told.append((field.value, value))
    return told


def _part(each: Plain) -> str:
    if not isinstance(each, dict):
        return str(each)
    # What was asked for bears the number of its letter, a dispute that of the case.
    told = [("案号" if name == "number" and "court" in each else _PARTS[name], value) for name, value in each.items()]
    return "，".join(
        label if value is True else f"{label}{value}" if label == "向" else f"{label} {value}" for label, value in told
    )
