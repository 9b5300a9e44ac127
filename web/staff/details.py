"""What the events of the audit log say besides who did what, in the words of the office."""

import re
from collections.abc import Callable, Mapping

from archive.decisions import corrections, grounds, stops
from archive.registers.requests.letters import kinds
from archive.store import held, noted
from archive.store.audit import Event
from web.staff.words import OUTCOMES, SETTLEMENTS, kept, without_commands

# By the names that events give their details.
_LABELS = dict(
    pair.split("=")
    for pair in """
        version=版本 reason=理由 file=文件 aspect=审查 outcome=结论 basis=依据 disclosure=公开属性 ground=不予公开的理由
        note=说明 source=来源 digest=校验值 found=发现 stops=须处理 rules=规则 number=第几处 rule=规则 place=位置
        decision=处理 forced=单人特批 replacement=替代文件 until=至 since=自 by_id=依据文件 validity=有效性
        relation=第几条关系 kind=种类 stage=结果 target=对方文件 account=账号所有人 roles=角色 unit=单位 documents=文件
        damaged=损坏 key=密钥 sealed=盖章 refused=不盖章 wanted=条件 rows=条数 field=字段 before=原为 after=改为
        at=时间 masks=遮盖 other=另一件 from=原编号 brought_by=接收人 instead_of=所改的版本
        record=检索情况记录 conclusion=结论 searches=检索次数 places=系统外查找
        request=登记号 event=事项 step=第几步 batch=批次 persons=含申请人信息 requests=申请 letter=文书
        proof=送达凭证 void=作废的文号 book=登记簿 entry=登记号
        of=对照版本 differences=不同之处 was=原为 now=改为 waited=原版本待审 results=结果 masked_copy=遮盖件
    """.split()
)
_STAGES = {"confirmed": "已确认", "refused": "不是这种关系"}
_DIGEST = re.compile("[0-9a-f]{64}")
# The sources that the desk gives: whose they are, and a job's file or what a manifest says.
_BROUGHT = re.compile(r"desk(?:-person)?:(?P<whose>[^/]*)/(?:(?P<own>[0-9a-f]{32}/\d+)|(?P<stated>.*))", re.DOTALL)
_OPENED = "desk:openings/"


def told(event: Event) -> str:
    """Say what an event's details are, but for the network address, which is shown beside them."""
    said = ((name, _value(event, name, value)) for name, value in event.details.items() if name not in _UNSAID)
    return "；".join(f"{_LABELS.get(name, '其他')}：{value}" for name, value in said if value)


_UNSAID = frozenset({"address", held.HOLDS, *noted.DETAILS})


def why(event: Event) -> str:
    """Return the reason of an event. What the program says of itself names commands, which nobody types at the desk."""
    reason = kept(event.details.get("reason")) or ""
    return without_commands(reason) if event.actor == stops.PROGRAM else reason


def _value(event: Event, name: str, value: object) -> str:
    """Return a detail as it is shown; "" for one that says nothing."""
    if value in (None, "", [], {}) and name not in ("before", "after"):
        return ""
    return _SHOWN[name](event, value) if name in _SHOWN else _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, list):
        return "、".join(map(_plain, value))
    if isinstance(value, Mapping):
        return "、".join(f"{name} {count} 处" for name, count in value.items())
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def _one_of(words: Mapping[str, str]) -> Callable[[Event, object], str]:
    return lambda _event, value: words.get(str(value), _plain(value))


def _source(_event: Event, value: object) -> str:
    """Say where a file came from: what the desk takes in has a source of its own making."""
    said = str(value)
    if said.startswith(_OPENED):
        return "转主动公开登记簿"
    found = _BROUGHT.fullmatch(said)
    if not found:
        return said
    whose = f"（{found['whose']}）" if found["whose"] else ""
    return f"工作台提交的文件{whose}" if found["own"] else f"清单所列的 {found['stated']}{whose}"


def _corrected(event: Event, value: object) -> str:
    return corrections.shown(str(event.details.get("field")), kept(value))


def _letter(_event: Event, value: object) -> str:
    """Name a letter by its number or its kind; with what was done about a request its digest is kept."""
    said = str(value)
    if _DIGEST.fullmatch(said):
        return "存有原件"
    return kinds.KINDS[said].label if said in kinds.KINDS else said


def _proof(_event: Event, value: object) -> str:
    return f"第 {value} 步的" if isinstance(value, int) else "存有原件"


_SHOWN: Mapping[str, Callable[[Event, object], str]] = {
    "reason": lambda event, _value: why(event),
    "aspect": _one_of({each.value: word for each, word in grounds.ASPECT_LABELS.items()}),
    "outcome": _one_of({each.value: word for each, word in OUTCOMES.items()}),
    "decision": _one_of({each.value: word for each, word in SETTLEMENTS.items()}),
    "stage": _one_of(_STAGES),
    "source": _source,
    "field": lambda _event, value: corrections.label(str(value)),
    "before": _corrected,
    "after": _corrected,
    "letter": _letter,
    "proof": _proof,
}
