"""What may happen to a request: every cell of the table, written out once more."""

from collections.abc import Callable

import pytest

from archive.registers.requests.states import (
    BEGINNINGS,
    OPEN,
    RIGHTS,
    TABLE,
    Condition,
    Event,
    State,
    Transition,
    faults,
    transitions,
)
from archive.registers.roles import Act

# Where each event leads from each state; a dot: it isn't lawful there. Of two, the condition decides.
CELLS = """
待确认 办理中 待补正 征求意见中 待缴费 已办结 已归档 复议中 诉讼中 重新办理 已作废
登记 . . . . . . . . . . .
导入 . . . . . . . . . . .
更正登记 待确认 办理中 待补正 征求意见中 待缴费 已办结 已归档 复议中 诉讼中 重新办理 .
确认收到 办理中 . . . . . . . . . .
告知补正 . 待补正 . . . . . . . . .
收到补正 . . 办理中 . . . . . . . .
逾期不补正 . . 已办结 . . . . . . . .
征求第三方意见 . 征求意见中 . 征求意见中 . . . . . . .
征求其他机关意见 . 征求意见中 . 征求意见中 . . . . . . .
登记征求意见书送达 . . . 征求意见中 . . . . . . .
收到意见 . . . 办理中/征求意见中 . . . . . . .
逾期未提出意见 . . . 办理中/征求意见中 . . . . . . .
延长答复期限 . 办理中 . 征求意见中 . . . . . . .
确定延迟答复期限 . 办理中 . . . . . . . . .
告知缴费 . 待缴费 . . . . . . . . .
收到缴费 . . . . 办理中 . . . . . .
逾期未缴费 . . . . 已办结 . . . . . .
答复 . 已办结 . . . . . . . . .
申请人撤回 . 已办结 已办结 已办结 已办结 . . . . . .
登记送达 . . . . . 已办结 已归档 复议中 诉讼中 . .
归档 . . . . . 已归档 . . . . .
申请人申请复议 . . . . . 复议中 复议中 . . . .
复议审结 . . . . . . . 重新办理/已办结 . . .
申请人提起诉讼 . . . . . 诉讼中 诉讼中 . . . .
诉讼审结 . . . . . . . . 重新办理/已办结 . .
撤销误登的复议诉讼 . . . . . 已办结 已归档 已办结/复议中 已办结/诉讼中 已办结/重新办理 .
重新答复 . . . . . . . . . 已办结 .
更正答复 . . . . . 已办结 已归档 复议中 诉讼中 . .
起草文书 . 办理中 待补正 征求意见中 待缴费 已办结 已归档 复议中 诉讼中 重新办理 .
发出文书 . 办理中 待补正 征求意见中 待缴费 已办结 已归档 复议中 诉讼中 重新办理 .
登记文书送达 . 办理中 待补正 征求意见中 待缴费 已办结 已归档 复议中 诉讼中 重新办理 .
文书作废 . 办理中 办理中/待补正 办理中/征求意见中 办理中/待缴费 办理中/已办结 办理中/已归档 复议中 诉讼中 重新办理 .
答复作废 . . . . . 办理中/重新办理 办理中/重新办理 . . . .
登记作废 已作废 已作废 . . . . . . . . .
去除个人信息 . . . . . 已办结 已归档 . . . 已作废
"""
HEAD, *ROWS = [line.split() for line in CELLS.strip().splitlines()]
EVERY = [(State(state), Event(row[0]), cell) for row in ROWS for state, cell in zip(HEAD, row[1:], strict=True)]


@pytest.mark.parametrize(("state", "event", "cell"), EVERY)
def test_an_event_leads_where_the_table_says(state: State, event: Event, cell: str) -> None:
    assert "/".join(each.then for each in transitions(state, event)) == cell.replace(".", "")


def test_the_cells_are_all() -> None:
    assert len(EVERY) == len(State) * len(Event) == len({cell[:2] for cell in EVERY})


def test_the_table_is_sound() -> None:
    assert faults(TABLE) == []
    assert set(RIGHTS) == set(Event)
    assert {event for event, right in RIGHTS.items() if right is Act.OVERSEE_REQUESTS} == {
        Event.EXTEND,
        Event.DELAY,
        Event.VOID,
        Event.AMEND,
        Event.VOID_DISPUTE,
        Event.VOID_LETTER,
        Event.VOID_ANSWER,
        Event.ANONYMISE,
    }
    assert set(BEGINNINGS) == {Event.REGISTER, Event.IMPORT}
    assert State.CONFIRMING not in OPEN


def _without(*events: Event) -> tuple[Transition, ...]:
    return tuple(each for each in TABLE if each.event not in events)


@pytest.mark.parametrize(
    ("spoilt", "fault"),
    [
        (
            lambda: (*TABLE, Transition(State.HANDLING, Event.ANSWER, State.VOID, "第三十六条")),
            "办理中 答复: not one way",
        ),
        (lambda: TABLE + TABLE[:1], "待确认 确认收到: not one way"),
        (lambda: (*TABLE, Transition(State.VOID, Event.CORRECT, State.VOID, "")), "已作废 更正登记: no article"),
        (lambda: _without(Event.CHARGE), "待缴费: nobody gets there"),
        (lambda: _without(Event.ANSWER_AGAIN, Event.VOID_DISPUTE), "重新办理: nobody gets out"),
        (lambda: _without(Event.DELIVER), "登记送达: never happens"),
        (
            lambda: tuple(each for each in TABLE if Condition.MORE_OPINIONS not in each.conditions),
            "征求意见中 收到意见: not one way",
        ),
    ],
)
def test_a_spoilt_table_is_told(spoilt: Callable[[], tuple[Transition, ...]], fault: str) -> None:
    assert fault in faults(spoilt())


def test_an_extension_comes_once_and_in_time() -> None:
    (way,) = transitions(State.HANDLING, Event.EXTEND)
    assert way.conditions == (Condition.ONE_EXTENSION, Condition.IN_TERM)
    assert way.article == "第三十三条"
