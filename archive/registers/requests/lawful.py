"""Whether something may happen to a request now: the conditions of the table, and the order of its days."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from archive.registers.requests import fees, terms
from archive.registers.requests.facts import Facts, Said
from archive.registers.requests.outcomes import ANSWERS
from archive.registers.requests.states import EITHER, OPEN, Condition, Event, State, Transition, transitions
from archive.registers.requests.terms import Consulted, Term
from archive.registers.workdays import Calendar

# Years after which a closed request keeps nothing personal (文书档案保管期限 10 年).
RETAINED_YEARS = 10
# The law asks for a reasonable time and names none: more working days than a year has are a slip.
LONGEST_DELAY = 250
# What a letter does that only tells something.
_TELLING_ONLY = (None, Event.LETTER)
_DISPUTING = frozenset({Event.REVIEW, Event.REVIEW_END, Event.SUE, Event.SUIT_END})
_ORGAN = re.compile(r"[\u4e00-\u9fff（）]{2,40}(?:政府|法院|[厅局部委署院会办]|办公室|机构)")
_CASE = re.compile(r"[\u4e00-\u9fff]{0,12}[〔（(\[［]20\d\d[〕）)\]］][\u4e00-\u9fff第\d-]{1,20}号")
_Holds = Callable[[Facts, Said, Calendar], bool]


def _over(term: Term | None, on: date) -> bool:
    """Whether a term's last day is known and over."""
    return term is not None and term.due is not None and on > term.due


def _opinion_overdue(facts: Facts, said: Said, calendar: Calendar) -> bool:
    """Whether the opinion that is spoken of is overdue; without one, any."""
    received = facts.received_on or facts.submitted_on
    asked = facts.life.consultations
    spoken = [said.at] if said.at in facts.awaited else facts.awaited
    ends = [terms.opinion(asked[at], received, calendar) for at in spoken if at is not None]
    return any(end is None or _over(end, said.on) for end in ends)


def _decides(facts: Facts, said: Said) -> bool:
    """Whether a request stands where it does because of the dispute that is spoken of."""
    last = max((at for at, each in enumerate(facts.disputes) if not each.void), default=None)
    if last is None or said.at != last:
        return False
    return facts.disputes[last].ended_on is None or facts.disputes[last].redo


def _opened_by(facts: Facts, said: Said) -> bool:
    """Whether a request that waits, or ended by waiting, is at work again without the letter that asked for it."""
    match said.undoes:
        case Event.ASK_SUPPLEMENT:
            return facts.state is State.SUPPLEMENTING or facts.answer == "abandoned"
        case Event.CHARGE:
            return facts.state is State.PAYING or facts.answer == "unpaid"
        case Event.ASK_THIRD_PARTY | Event.ASK_ORGAN:
            return facts.state is State.CONSULTING and facts.awaited == (said.at,)
    return False


def _undisputed(facts: Facts) -> bool:
    """Whether nobody has looked at the answer that stands."""
    last = facts.standing[-1] if facts.standing else None
    return last is None or bool(last.redo and facts.answered_again_on)


def is_reported(facts: Facts, on: date) -> bool:
    """Whether a request goes on as one that is answered anew: its first answer counts already, or was set aside."""
    later = facts.closed_on is not None and on.year > facts.closed_on.year
    return later or facts.answered_again_on is not None


def _retained(facts: Facts, said: Said, calendar: Calendar) -> bool:
    until = retained_until(facts)
    return facts.anonymised_on is None and until is not None and said.on > until


_CONDITIONS: Mapping[Condition, _Holds] = {
    Condition.ONE_SUPPLEMENT: lambda facts, said, calendar: facts.supplement_asked_on is None,
    Condition.IN_SEVEN_DAYS: lambda facts, said, calendar: (
        not (facts.received_on and _over(terms.supplement(facts.received_on, calendar), said.on))
    ),
    Condition.SUPPLEMENT_OVERDUE: lambda facts, said, calendar: bool(
        facts.supplement_until and said.on > facts.supplement_until
    ),
    Condition.OPINION_OVERDUE: _opinion_overdue,
    Condition.ONE_EXTENSION: lambda facts, said, calendar: facts.extension_told_on is None,
    Condition.ONE_DELAY: lambda facts, said, calendar: facts.delay_told_on is None,
    Condition.IN_TERM: lambda facts, said, calendar: not _over(terms.reply(facts.life, calendar), said.on),
    Condition.ONE_CHARGE: lambda facts, said, calendar: facts.fee_told_on is None,
    Condition.CHARGEABLE: lambda facts, said, calendar: (facts.received_on or date.min) >= fees.SINCE,
    Condition.PAYMENT_OVERDUE: lambda facts, said, calendar: bool(
        facts.fee_told_on and _over(terms.payment(facts.fee_told_on, calendar), said.on)
    ),
    Condition.RETAINED_LONG_ENOUGH: _retained,
    Condition.LAST_OPINION: lambda facts, said, calendar: len(facts.awaited) == 1,
    Condition.MORE_OPINIONS: lambda facts, said, calendar: len(facts.awaited) > 1,
    Condition.OPENED_BY_IT: lambda facts, said, calendar: _opened_by(facts, said),
    Condition.NOT_BY_IT: lambda facts, said, calendar: not _opened_by(facts, said),
    Condition.ANSWERED: lambda facts, said, calendar: bool(facts.reply_number),
    Condition.UNDISPUTED: lambda facts, said, calendar: _undisputed(facts),
    Condition.UNREPORTED: lambda facts, said, calendar: not is_reported(facts, said.on),
    Condition.REPORTED: lambda facts, said, calendar: is_reported(facts, said.on),
    Condition.DISPUTED: lambda facts, said, calendar: bool(facts.standing),
    Condition.LAST_DISPUTE: lambda facts, said, calendar: _decides(facts, said),
    Condition.OTHER_DISPUTE: lambda facts, said, calendar: not _decides(facts, said),
    Condition.REDO: lambda facts, said, calendar: said.redo,
    Condition.NO_REDO: lambda facts, said, calendar: not said.redo,
}
_CHOICES = frozenset(condition for pair in EITHER for condition in pair)


def way(facts: Facts, event: Event, said: Said, calendar: Calendar) -> Transition | str:
    """Return where an event leads, or the sentence that says why it may not happen."""
    ways = transitions(facts.state, event)
    if not ways:
        return f"申请现在“{facts.state}”，不能办理“{event}”。"
    refused = ""
    for each in ways:
        failed = [one for one in each.conditions if not _CONDITIONS[one](facts, said, calendar)]
        if not failed:
            return each
        refused = next((str(one) for one in failed if one not in _CHOICES), refused)
    return refused


def unlawful(facts: Facts, event: Event, said: Said) -> str:
    """Return why what is said with an event can't be, apart from the table; "" if it can."""
    if event is Event.EXTEND:
        most = terms.rule(facts.received_on or facts.submitted_on).extension
        if not 1 <= (said.days or 0) <= most:
            return f"延长的期限为 1 至 {most} 个工作日（条例第三十三条）。"
    if event is Event.DELAY:
        if terms.rule(facts.received_on or facts.submitted_on).opinion is None:
            return "2019 年 5 月 15 日以前收到的申请没有延迟答复的规定。"
        if not 1 <= (said.days or 0) <= LONGEST_DELAY:
            return f"延迟的期限应当合理，这里可写 1 至 {LONGEST_DELAY} 个工作日（条例第三十五条）。"
    if event in (Event.OPINION, Event.SILENCE, Event.SERVE) and said.at not in facts.awaited:
        return "没有这样一份等待答复的征求意见书。"
    if event in (Event.ANSWER, Event.ANSWER_AGAIN, Event.AMEND):
        return _unanswerable(facts, said)
    if event is Event.VOID_LETTER:
        return _needed(facts, said)
    if event in _DISPUTING:
        return misnamed(said.organ, said.case)
    return _irrevocable(facts, said) if event is Event.VOID_DISPUTE else ""


def _needed(facts: Facts, said: Said) -> str:
    """Return why a letter can't be void by itself; "" if it can."""
    if said.undoes in (Event.ANSWER, Event.ANSWER_AGAIN, Event.AMEND):
        return "答复书由“答复作废”作废。"
    if said.undoes in _TELLING_ONLY or facts.state in OPEN:
        return ""
    if not _opened_by(facts, said):
        return "申请已经办结，这份文书是办理的依据，不能单独作废。答复有错的，先作废答复，或者更正答复。"
    if is_reported(facts, said.on):
        return "这件申请已经计入以前年度的报告，这份文书不能作废。"
    return ""


def misnamed(organ: str, number: str) -> str:
    """Return why the organ or the number of a dispute can't be; "" if they can. Neither may hold a person's name."""
    if organ and not _ORGAN.fullmatch(organ):
        return "复议机关或者法院应写全称，如 云溪县人民政府、云溪县人民法院。"
    if number and not _CASE.fullmatch(number):
        return "案号应写成 （2026）鲁1329行初12号 或者 云政复〔2026〕3号 的样子。"
    return ""


def _irrevocable(facts: Facts, said: Said) -> str:
    """Return why a dispute can't be said to have been entered by mistake; "" if it can."""
    if said.at is None or not 0 <= said.at < len(facts.disputes) or facts.disputes[said.at].void:
        return "没有这样一件复议或者诉讼。"
    this = facts.disputes[said.at]
    if this.redo and this.ended_on and facts.answered_again_on and facts.answered_again_on >= this.ended_on:
        return "已经按这一件的结果重新答复，不能撤销。"
    return ""


def _unanswerable(facts: Facts, said: Said) -> str:
    answer = ANSWERS.get(said.answer)
    if answer is None or not answer.by_letter:
        return "请选定一种答复。"
    if lacks := answer.lacks(said.contents):
        return f"“{answer.label}”的答复必须写明（{answer.article}）：{'；'.join(lacks)}。"
    if answer.id == "unclear" and facts.supplement_came_on is None:
        return "没有收到过补正，不能以“补正后申请内容仍不明确”答复；请先告知补正（条例第三十条）。"
    if answer.id == "third-party" and not any(each.of is Consulted.THIRD_PARTY for each in facts.asked):
        return "以保护第三方合法权益为由不予公开的，应当先书面征求第三方的意见（条例第三十二条）。"
    return ""


def out_of_order(facts: Facts, today: date) -> str:
    """Return a sentence about two days that contradict each other, or one that is still to come; "" if none does."""
    for first, earlier, second, later in _pairs(facts):
        if earlier and later and later < earlier:
            return f"{second}（{later}）早于{first}（{earlier}），请核对。"
    for name, day in _past(facts):
        if day and day > today:
            return f"{name}（{day}）还没有到，请核对。"
    return ""


def _pairs(facts: Facts) -> Iterator[tuple[str, date | None, str, date | None]]:
    received, closed = facts.received_on, facts.closed_on
    yield "提交日", facts.submitted_on, "确认日", facts.confirmed_on
    supplement = "告知补正日", facts.supplement_asked_on
    yield "收到申请日", received, *supplement
    yield *supplement, "补正期限", facts.supplement_until
    yield *supplement, "收到补正日", facts.supplement_came_on
    yield "收到申请日", received, "告知延期日", facts.extension_told_on
    yield "收到申请日", received, "确定延迟答复日", facts.delay_told_on
    fee = "告知缴费日", facts.fee_told_on
    yield "收到申请日", received, *fee
    yield *fee, "缴费日", facts.fee_paid_on
    for each in facts.asked:
        sent = "征求意见书发出日", each.sent_on
        yield "收到申请日", received, *sent
        yield *sent, "送达日", each.served_on
        yield *sent, "收到意见日", each.ended_on
        yield "收到意见日", each.ended_on or each.sent_on, "办结日", closed
    done = (received, facts.supplement_asked_on, facts.supplement_came_on, facts.extension_told_on, facts.fee_told_on)
    for day in (*done, facts.delay_told_on, facts.fee_paid_on):
        yield "办理中的日期", day, "办结日", closed
    for name, day in (("归档日", facts.archived_on), ("送达日", facts.delivered_on), ("备案日", facts.recorded_on)):
        yield "办结日", closed, name, day
    yield "办结日", closed, "更正答复日", facts.amended_on
    yield "办结日", closed, "答复作废日", facts.revoked_on
    yield "更正答复日", facts.amended_on, "送达日", facts.delivered_on
    yield "提交日", facts.submitted_on, "作废日", facts.voided_on
    for dispute in facts.standing:
        yield "办结日", closed, f"{dispute.court}提出日", dispute.filed_on
        yield f"{dispute.court}提出日", dispute.filed_on, f"{dispute.court}审结日", dispute.ended_on
        yield (
            f"{dispute.court}审结日",
            dispute.ended_on if dispute.redo else None,
            "重新答复日",
            facts.answered_again_on,
        )


def _past(facts: Facts) -> Iterator[tuple[str, date | None]]:
    """Yield the days that can't be in the future: all but the time that was given for a supplement."""
    yield "提交日", facts.submitted_on
    for _, _, name, day in _pairs(facts):
        if name != "补正期限":
            yield name, day


def retained_until(facts: Facts) -> date | None:
    """Return until when what is personal is kept: ten years after all has ended; None while something is open."""
    days = (
        facts.closed_on,
        facts.voided_on,
        facts.answered_again_on,
        facts.amended_on,
        *(each.ended_on for each in facts.standing),
    )
    ended = [day for day in days if day]
    if not ended or any(each.ended_on is None for each in facts.standing):
        return None
    # To the end of that year, as files are kept.
    return date(max(ended).year + RETAINED_YEARS, 12, 31)
