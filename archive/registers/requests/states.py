"""Where a request stands, what may happen to it there, and under which article: a table, and nothing but a table.

``TABLE`` has a transition for each event that is possible in a state; what it doesn't have is not lawful there. Some
need a condition besides, and ``lawful`` says whether it holds. Articles alone are of the 政府信息公开条例 (2019).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from archive.registers.roles import Act


class State(StrEnum):
    CONFIRMING = "待确认"
    HANDLING = "办理中"
    SUPPLEMENTING = "待补正"
    CONSULTING = "征求意见中"
    PAYING = "待缴费"
    CLOSED = "已办结"
    ARCHIVED = "已归档"
    REVIEWED = "复议中"
    SUED = "诉讼中"
    REDOING = "重新办理"
    VOID = "已作废"


# In these a request is not yet answered: it is carried over into the next year.
OPEN = frozenset({State.HANDLING, State.SUPPLEMENTING, State.CONSULTING, State.PAYING})


class Event(StrEnum):
    REGISTER = "登记"
    IMPORT = "导入"
    CORRECT = "更正登记"
    CONFIRM = "确认收到"
    ASK_SUPPLEMENT = "告知补正"
    SUPPLEMENT = "收到补正"
    LAPSE = "逾期不补正"
    ASK_THIRD_PARTY = "征求第三方意见"
    ASK_ORGAN = "征求其他机关意见"
    SERVE = "登记征求意见书送达"
    OPINION = "收到意见"
    SILENCE = "逾期未提出意见"
    EXTEND = "延长答复期限"
    DELAY = "确定延迟答复期限"
    CHARGE = "告知缴费"
    PAY = "收到缴费"
    UNPAID = "逾期未缴费"
    ANSWER = "答复"
    WITHDRAW = "申请人撤回"
    DELIVER = "登记送达"
    ARCHIVE = "归档"
    REVIEW = "申请人申请复议"
    REVIEW_END = "复议审结"
    SUE = "申请人提起诉讼"
    SUIT_END = "诉讼审结"
    VOID_DISPUTE = "撤销误登的复议诉讼"
    ANSWER_AGAIN = "重新答复"
    AMEND = "更正答复"
    DRAFT = "起草文书"
    LETTER = "发出文书"
    SERVE_LETTER = "登记文书送达"
    VOID_LETTER = "文书作废"
    VOID_ANSWER = "答复作废"
    VOID = "登记作废"
    ANONYMISE = "去除个人信息"


class Condition(StrEnum):
    """What must hold besides; the words are said when it doesn't."""

    ONE_SUPPLEMENT = "已经告知过补正。补正应当一次性告知（条例第三十条）。"
    IN_SEVEN_DAYS = "告知补正的 7 个工作日已过（条例第三十条）。"
    SUPPLEMENT_OVERDUE = "补正的期限还没有过。"
    OPINION_OVERDUE = "提出意见的 15 个工作日还没有过（条例第三十二条、第三十四条）。"
    ONE_EXTENSION = "答复期限已经延长过一次（条例第三十三条）。"
    ONE_DELAY = "已经确定过延迟答复的期限（条例第三十五条）。"
    IN_TERM = "答复期限已经届满，不能再延长（条例第三十三条）。"
    ONE_CHARGE = "已经告知过缴费。"
    CHARGEABLE = "2021 年 1 月 1 日以前收到的申请不收费（国办函〔2020〕109号）。"
    PAYMENT_OVERDUE = "缴费的 20 个工作日还没有过（国办函〔2020〕109号）。"
    ANSWERED = "没有答复，或者答复已经作废。"
    UNDISPUTED = "对这份答复有过复议、诉讼，不能作废；有错的，用“更正答复”。"
    DISPUTED = "没有登记过复议、诉讼。"
    RETAINED_LONG_ENOUGH = "保管期限还没有届满，或者个人信息已经去除。"
    # Which of two ways a transition goes; one of them always holds.
    LAST_OPINION = "还有意见没有收到。"
    MORE_OPINIONS = "没有其他意见还要收。"
    REDO = "没有要求重新答复。"
    NO_REDO = "要求重新答复。"
    LAST_DISPUTE = "这一件不决定申请现在的状态。"
    OTHER_DISPUTE = "这一件决定申请现在的状态。"
    OPENED_BY_IT = "这份文书不决定申请现在的状态。"
    NOT_BY_IT = "这份文书决定申请现在的状态。"
    UNREPORTED = "已经统计过的答复作废的，要重新答复。"
    REPORTED = "没有统计过的答复作废的，继续办理。"


# Conditions of which exactly one holds: what a state and an event lead to depends on it.
EITHER = (
    (Condition.LAST_OPINION, Condition.MORE_OPINIONS),
    (Condition.REDO, Condition.NO_REDO),
    (Condition.LAST_DISPUTE, Condition.OTHER_DISPUTE),
    (Condition.OPENED_BY_IT, Condition.NOT_BY_IT),
    (Condition.UNREPORTED, Condition.REPORTED),
)


@dataclass(frozen=True, slots=True)
class Transition:
    """In ``state`` an ``event`` leads to ``then``, under an ``article``, if all ``conditions`` hold."""

    state: State
    event: Event
    then: State
    article: str
    conditions: tuple[Condition, ...] = ()


_LAW = "行政复议法第二十条、第二十三条"
_SUIT = "行政诉讼法第四十五条、第四十六条"


def _closing() -> Iterable[Transition]:
    for state in (State.HANDLING, State.SUPPLEMENTING, State.CONSULTING, State.PAYING):
        yield Transition(state, Event.WITHDRAW, State.CLOSED, "年度报告格式表三（六）")
    yield Transition(State.HANDLING, Event.ANSWER, State.CLOSED, "第三十三条、第三十六条至第四十条")


def _consulting() -> Iterable[Transition]:
    for state in (State.HANDLING, State.CONSULTING):
        yield Transition(state, Event.ASK_THIRD_PARTY, State.CONSULTING, "第三十二条、第三十三条")
        yield Transition(state, Event.ASK_ORGAN, State.CONSULTING, "第三十三条、第三十四条")
        conditions = (Condition.ONE_EXTENSION, Condition.IN_TERM)
        yield Transition(state, Event.EXTEND, state, "第三十三条", conditions)
    yield Transition(State.CONSULTING, Event.SERVE, State.CONSULTING, "第三十二条、第三十四条")
    for then, which in ((State.HANDLING, Condition.LAST_OPINION), (State.CONSULTING, Condition.MORE_OPINIONS)):
        yield Transition(State.CONSULTING, Event.OPINION, then, "第三十二条、第三十四条", (which,))
        late = (Condition.OPINION_OVERDUE, which)
        yield Transition(State.CONSULTING, Event.SILENCE, then, "第三十二条、第三十四条", late)


def _afterwards() -> Iterable[Transition]:
    # The proof of service often comes when the answer is disputed already.
    for state in (State.CLOSED, State.ARCHIVED, State.REVIEWED, State.SUED):
        yield Transition(state, Event.DELIVER, state, "第四十五条")
    for state in (State.CLOSED, State.ARCHIVED):
        yield Transition(state, Event.REVIEW, State.REVIEWED, _LAW)
        yield Transition(state, Event.SUE, State.SUED, _SUIT)
    yield Transition(State.CLOSED, Event.ARCHIVE, State.ARCHIVED, "第四十五条")
    for then, which in ((State.REDOING, Condition.REDO), (State.CLOSED, Condition.NO_REDO)):
        yield Transition(State.REVIEWED, Event.REVIEW_END, then, "行政复议法第六十二条至第六十九条", (which,))
        yield Transition(State.SUED, Event.SUIT_END, then, "行政诉讼法第六十九条至第七十四条", (which,))
    for state in (State.REVIEWED, State.SUED, State.REDOING):
        for then, which in ((State.CLOSED, Condition.LAST_DISPUTE), (state, Condition.OTHER_DISPUTE)):
            yield Transition(state, Event.VOID_DISPUTE, then, "第四十五条", (which,))
    for state in (State.CLOSED, State.ARCHIVED):
        yield Transition(state, Event.VOID_DISPUTE, state, "第四十五条", (Condition.DISPUTED,))
    yield Transition(State.REDOING, Event.ANSWER_AGAIN, State.CLOSED, "第三十六条至第四十条")


def _void() -> Iterable[Transition]:
    """Yield what follows where a letter that was sent is void and none takes its place."""
    for state in (State.SUPPLEMENTING, State.CONSULTING, State.PAYING, State.CLOSED, State.ARCHIVED):
        for then, which in ((State.HANDLING, Condition.OPENED_BY_IT), (state, Condition.NOT_BY_IT)):
            yield Transition(state, Event.VOID_LETTER, then, "第四十五条", (which,))
    for state in (State.HANDLING, State.REVIEWED, State.SUED, State.REDOING):
        yield Transition(state, Event.VOID_LETTER, state, "第四十五条")
    for state in (State.CLOSED, State.ARCHIVED):
        for then, which in ((State.HANDLING, Condition.UNREPORTED), (State.REDOING, Condition.REPORTED)):
            conditions = (Condition.ANSWERED, Condition.UNDISPUTED, which)
            yield Transition(state, Event.VOID_ANSWER, then, "第三十六条至第四十条", conditions)


# Where letters are written. What one of them does besides is an event of its own, which then sends it.
_WRITTEN = tuple(state for state in State if state not in (State.CONFIRMING, State.VOID))


TABLE: tuple[Transition, ...] = (
    Transition(State.CONFIRMING, Event.CONFIRM, State.HANDLING, "第三十一条"),
    Transition(State.HANDLING, Event.DELAY, State.HANDLING, "第三十五条", (Condition.ONE_DELAY, Condition.IN_TERM)),
    Transition(
        *(State.HANDLING, Event.ASK_SUPPLEMENT, State.SUPPLEMENTING, "第三十条"),
        (Condition.ONE_SUPPLEMENT, Condition.IN_SEVEN_DAYS),
    ),
    Transition(State.SUPPLEMENTING, Event.SUPPLEMENT, State.HANDLING, "第三十条"),
    Transition(State.SUPPLEMENTING, Event.LAPSE, State.CLOSED, "第三十条", (Condition.SUPPLEMENT_OVERDUE,)),
    *_consulting(),
    Transition(
        *(State.HANDLING, Event.CHARGE, State.PAYING, "第四十二条、国办函〔2020〕109号"),
        (Condition.ONE_CHARGE, Condition.CHARGEABLE),
    ),
    Transition(State.PAYING, Event.PAY, State.HANDLING, "国办函〔2020〕109号"),
    Transition(State.PAYING, Event.UNPAID, State.CLOSED, "国办函〔2020〕109号", (Condition.PAYMENT_OVERDUE,)),
    *_closing(),
    *_afterwards(),
    *_void(),
    # An office may mend its own answer, also while it is disputed (行政复议法实施条例第三十九条、行政诉讼法第六十二条).
    *(
        Transition(state, Event.AMEND, state, "第三十六条至第四十条")
        for state in (State.CLOSED, State.ARCHIVED, State.REVIEWED, State.SUED)
    ),
    *(
        Transition(state, event, state, "第四十五条")
        for state in _WRITTEN
        for event in (Event.DRAFT, Event.LETTER, Event.SERVE_LETTER)
    ),
    *(Transition(state, Event.CORRECT, state, "第四十五条") for state in State if state is not State.VOID),
    *(Transition(state, Event.VOID, State.VOID, "第四十五条") for state in (State.CONFIRMING, State.HANDLING)),
    *(
        Transition(
            *(state, Event.ANONYMISE, state, "个人信息保护法第十九条、第四十七条"), (Condition.RETAINED_LONG_ENOUGH,)
        )
        for state in (State.CLOSED, State.ARCHIVED, State.VOID)
    ),
)
# With what a request begins, and where it then stands: by its channel, or, if imported, as its row says.
BEGINNINGS: Mapping[Event, frozenset[State]] = {
    Event.REGISTER: frozenset({State.CONFIRMING, State.HANDLING}),
    Event.IMPORT: frozenset({State.CONFIRMING, State.HANDLING, State.CLOSED}),
}
# Which right an event asks of whoever does it. The others are the clerk's.
RIGHTS: Mapping[Event, Act] = {event: Act.HANDLE_REQUESTS for event in Event} | {
    Event.EXTEND: Act.OVERSEE_REQUESTS,
    Event.DELAY: Act.OVERSEE_REQUESTS,
    Event.VOID: Act.OVERSEE_REQUESTS,
    Event.AMEND: Act.OVERSEE_REQUESTS,
    Event.VOID_DISPUTE: Act.OVERSEE_REQUESTS,
    Event.VOID_LETTER: Act.OVERSEE_REQUESTS,
    Event.VOID_ANSWER: Act.OVERSEE_REQUESTS,
    Event.ANONYMISE: Act.OVERSEE_REQUESTS,
}


def transitions(state: State, event: Event) -> tuple[Transition, ...]:
    """Return where an event may lead from a state; () where it isn't lawful."""
    return tuple(each for each in TABLE if (each.state, each.event) == (state, event))


def faults(table: Iterable[Transition]) -> list[str]:
    """Say what is wrong with a table: two ways without a choice, a state nobody reaches or leaves, no article."""
    table = tuple(table)
    found = [f"{each.state} {each.event}: no article" for each in table if not each.article]
    for (state, event), count in Counter((each.state, each.event) for each in table).items():
        ways = [each for each in table if (each.state, each.event) == (state, event)]
        rests = {frozenset(each.conditions) - {one for pair in EITHER for one in pair} for each in ways}
        chosen = [one for each in ways for one in each.conditions if any(one in pair for pair in EITHER)]
        alone = count == 1 and not chosen
        if not alone and (len(rests) != 1 or not any(sorted(chosen) == sorted(pair) for pair in EITHER)):
            found.append(f"{state} {event}: not one way")
    begun = {state for states in BEGINNINGS.values() for state in states}
    reached = set(begun)
    while more := {each.then for each in table if each.state in reached} - reached:
        reached |= more
    found += [f"{state}: nobody gets there" for state in State if state not in reached]
    ends = {State.CLOSED, State.VOID}
    while more := {each.state for each in table if each.then in ends} - ends:
        ends |= more
    found += [f"{state}: nobody gets out" for state in State if state not in ends]
    used = {each.event for each in table} | set(BEGINNINGS)
    return found + [f"{event}: never happens" for event in Event if event not in used]
