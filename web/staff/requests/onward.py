"""What is to be done next with a request, by whom, and until when: the first thing that its page says."""

from dataclasses import dataclass
from datetime import date

from archive.registers.requests import terms
from archive.registers.requests.board import Line, Party
from archive.registers.requests.facts import Facts
from archive.registers.requests.states import RIGHTS, Event, State
from archive.registers.roles import ALLOWED
from archive.registers.workdays import Calendar


@dataclass(frozen=True, slots=True)
class Onward:
    """The next step as a person calls it, and a sentence about it. ``event`` does it; None: nothing is to be done."""

    step: str
    told: str = ""
    event: Event | None = None

    @property
    def who(self) -> str:
        """Who does it; "" for what nobody does now."""
        return "、".join(sorted(ALLOWED[RIGHTS[self.event]])) if self.event else ""


# What is done when somebody who is waited for has let the time pass.
_LATE = {
    Party.SUPPLEMENT: (Event.LAPSE, "补正的期限已过。没有正当理由的，视为放弃申请，不再处理（条例第三十条）。"),
    Party.PAYMENT: (Event.UNPAID, "缴费的期限已过，视为放弃申请，不再处理（国办函〔2020〕109号）。"),
    Party.THIRD_PARTY: (
        Event.SILENCE,
        "第三方提出意见的期限已过：登记逾期未提出，由本机关决定是否公开（条例第三十二条）。",
    ),
    Party.ORGAN: (Event.SILENCE, "其他机关提出意见的期限已过：登记逾期未提出，视为同意公开（条例第三十四条）。"),
}
_CAME = {
    Party.SUPPLEMENT: Event.SUPPLEMENT,
    Party.PAYMENT: Event.PAY,
    Party.THIRD_PARTY: Event.OPINION,
    Party.ORGAN: Event.OPINION,
}


def of(line: Line, calendar: Calendar, today: date) -> Onward:
    """Return the next step for a request on a day."""
    known = line.request.facts
    if late := next((each for each in line.awaits if each.over), None):
        event, told = _LATE[late.party]
        return Onward(event.value, told, event)
    match known.state:
        case State.CONFIRMING:
            told = "平信、传真、互联网的，与申请人确认之日为收到之日；挂号的，签收之日为收到之日（条例第三十一条）。"
            return Onward("与申请人确认收到", told, Event.CONFIRM)
        case State.HANDLING:
            return Onward("检索，选定答复", _handling(known, calendar, today), Event.ANSWER)
        case State.SUPPLEMENTING | State.PAYING | State.CONSULTING if line.awaits:
            whom = "；".join(f"{each.party}" + (f"，至 {each.until}" if each.until else "") for each in line.awaits)
            return Onward(f"等待{whom}", "收到以后在这里登记。", _CAME[line.awaits[0].party])
        case State.CLOSED | State.ARCHIVED if known.amended_on and known.delivered_on is None:
            told = f"更正后的答复 {known.reply_number} 还没有登记送达。"
            return Onward("送达答复，登记送达", told, Event.DELIVER)
        case State.CLOSED if known.delivered_on is None and not known.imported and known.reply_number:
            return Onward("送达答复，登记送达", f"答复 {known.reply_number} 还没有登记送达。", Event.DELIVER)
        case State.CLOSED if not known.imported:
            return Onward("归档", "", Event.ARCHIVE)
        case State.REVIEWED:
            return Onward("等待复议决定", "收到以后在这里登记。", Event.REVIEW_END)
        case State.SUED:
            return Onward("等待人民法院裁判", "收到以后在这里登记。", Event.SUIT_END)
        case State.REDOING:
            return Onward("按复议决定或者裁判重新答复", "期限以决定或者裁判写明的为准。", Event.ANSWER_AGAIN)
    return Onward("已经办完，没有待办")


def _handling(known: Facts, calendar: Calendar, today: date) -> str:
    """Say until when a supplement may be asked for, while it may."""
    if known.received_on is None or known.supplement_asked_on:
        return ""
    term = terms.supplement(known.received_on, calendar)
    if term is None or term.due is None or today > term.due:
        return ""
    return f"申请内容不明确的，{term.due} 以前一次性告知补正（条例第三十条）。"
