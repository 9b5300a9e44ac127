"""What an event makes of the facts of a request. Nothing here is written or read."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from archive.errors import RequestRefused
from archive.registers.requests import fees, lawful
from archive.registers.requests.facts import Asked, Court, Dispute, Facts, Position, Said
from archive.registers.requests.outcomes import ANSWERS
from archive.registers.requests.states import Event
from archive.registers.requests.terms import Consulted
from archive.registers.workdays import Calendar

# Which fields of what is said an event needs besides its day, and how a person calls them.
NEEDED: Mapping[Event, Mapping[str, str]] = {
    Event.CORRECT: {"note": "更正的理由"},
    Event.ASK_SUPPLEMENT: {"until": "补正的期限", "note": "需要补正的事项"},
    Event.ASK_THIRD_PARTY: {"note": "征求谁的意见"},
    Event.ASK_ORGAN: {"note": "征求哪个机关的意见"},
    Event.SERVE: {"at": "哪一份征求意见书"},
    Event.OPINION: {"at": "哪一份征求意见书", "position": "对方的意见"},
    Event.SILENCE: {"at": "哪一份征求意见书"},
    Event.EXTEND: {"days": "延长几个工作日", "note": "延长的理由"},
    Event.DELAY: {"days": "延迟几个工作日", "note": "申请人说明的理由，和延迟的理由"},
    Event.CHARGE: {"basis": "按件还是按量", "count": "当月第几件，或者页数"},
    Event.ANSWER: {"answer": "答复的种类", "number": "答复的文号"},
    Event.DELIVER: {"delivery": "送达方式"},
    Event.SERVE_LETTER: {"delivery": "送达方式"},
    Event.ARCHIVE: {"number": "归档号"},
    Event.REVIEW_END: {"result": "复议结果"},
    Event.SUIT_END: {"result": "诉讼结果"},
    Event.VOID_DISPUTE: {"at": "哪一件复议或者诉讼", "note": "撤销的理由"},
    Event.ANSWER_AGAIN: {"answer": "重新答复的种类", "number": "重新答复的文号"},
    Event.AMEND: {"answer": "更正后答复的种类", "number": "更正后答复的文号", "note": "更正的理由"},
    Event.LETTER: {"number": "文号"},
    Event.VOID_LETTER: {"note": "作废的理由"},
    Event.VOID_ANSWER: {"note": "作废的理由"},
    Event.VOID: {"note": "作废的理由"},
}
_Change = Callable[[Facts, Said, str], Facts]


def apply(facts: Facts, event: Event, said: Said, person: str, calendar: Calendar, today: date) -> Facts:
    """Return the facts after an event that ``person`` records. Raises RequestRefused with what stands in the way."""
    lacking = [name for field, name in NEEDED.get(event, {}).items() if getattr(said, field) in (None, "")]
    if lacking:
        raise RequestRefused(f"请写明{'、'.join(lacking)}。")
    way = lawful.way(facts, event, said, calendar)
    if isinstance(way, str):
        raise RequestRefused(way)
    if refused := lawful.unlawful(facts, event, said):
        raise RequestRefused(refused)
    changed = replace(_CHANGES[event](facts, said, person), state=way.then)
    if refused := lawful.out_of_order(changed, today):
        raise RequestRefused(refused)
    if said.on > today:
        raise RequestRefused(f"办理日期（{said.on}）还没有到，请核对。")
    if event is Event.CORRECT and (changed.received_on is None) != (facts.received_on is None):
        raise RequestRefused("这样更正会改变是否已经收到申请：请核对收到渠道和确认日，待确认的用“确认收到”。")
    return changed


def _ask(of: Consulted) -> _Change:
    return lambda facts, said, person: replace(facts, asked=(*facts.asked, Asked(of, said.on, number=said.number)))


def _asked(facts: Facts, said: Said, **values: date | Position | None) -> Facts:
    """Change the opinion that is spoken of."""
    asked = list(facts.asked)
    at = said.at or 0
    asked[at] = replace(asked[at], **values)  # type: ignore[arg-type]  # the names of its fields
    return replace(facts, asked=tuple(asked))


def _closed(answer: str) -> _Change:
    row = ANSWERS[answer].row
    return lambda facts, said, person: replace(facts, answer=answer, row=row, closed_on=said.on)


def _filed(court: Court) -> _Change:
    return lambda facts, said, person: replace(
        facts, disputes=(*facts.disputes, Dispute(court, said.on, organ=said.organ, number=said.case))
    )


def _ended(facts: Facts, said: Said, person: str) -> Facts:
    """End the dispute that goes on: the last that was not entered by mistake."""
    at = max(at for at, each in enumerate(facts.disputes) if not each.void)
    this = facts.disputes[at]
    named = replace(this, organ=said.organ or this.organ, number=said.case or this.number)
    return _with_dispute(facts, at, replace(named, ended_on=said.on, result=said.result, redo=said.redo))


def _mistaken(facts: Facts, said: Said, person: str) -> Facts:
    at = said.at or 0
    return _with_dispute(facts, at, replace(facts.disputes[at], void=True))


def _with_dispute(facts: Facts, at: int, dispute: Dispute) -> Facts:
    return replace(facts, disputes=(*facts.disputes[:at], dispute, *facts.disputes[at + 1 :]))


def _charged(facts: Facts, said: Said, person: str) -> Facts:
    if said.basis is None or said.count is None or facts.received_on is None:
        raise RequestRefused("请写明按件还是按量、当月第几件或者页数。")
    yuan = fees.fee(said.basis, said.count, facts.received_on)
    if not yuan:
        raise RequestRefused(f"{said.basis} {said.count}，没有超出免费的数量，不收费（国办函〔2020〕109号）。")
    return replace(facts, fee_basis=said.basis, fee_count=said.count, fee_yuan=yuan, fee_told_on=said.on)


def _extended(facts: Facts, said: Said, person: str) -> Facts:
    return replace(facts, extension_days=said.days or 0, extension_told_on=said.on, extension_by=person)


def _delayed(facts: Facts, said: Said, person: str) -> Facts:
    return replace(facts, delay_days=said.days or 0, delay_told_on=said.on, delay_by=person)


def _answered(facts: Facts, said: Said, person: str) -> Facts:
    return replace(_closed(said.answer)(facts, said, person), reply_number=said.number)


def _another(facts: Facts, said: Said) -> Facts:
    """Put another answer in the place of the former, which stays in the events. It is still to be handed over.

    The request counts once, in the year of its first answer: by this one if that year goes on, else as it was reported.
    """
    later = facts.closed_on is not None and said.on.year > facts.closed_on.year
    reported = facts.counted if later else facts.reported
    changed = replace(facts, answer=said.answer, row=ANSWERS[said.answer].row, reported=reported)
    return replace(changed, reply_number=said.number, delivery=None, delivered_on=None)


def _amended(facts: Facts, said: Said, person: str) -> Facts:
    return replace(_another(facts, said), amended_on=said.on)


def _answered_again(facts: Facts, said: Said, person: str) -> Facts:
    return replace(_another(facts, said), answered_again_on=said.on, revoked_on=None)


def _revoked(facts: Facts, said: Said, person: str) -> Facts:
    """Let an answer be void: the request is at work again, or one that was reported is to be answered anew."""
    if lawful.is_reported(facts, said.on):
        later = facts.closed_on is not None and said.on.year > facts.closed_on.year
        reported = facts.counted if later else facts.reported
        open_again = replace(facts, reported=reported, answered_again_on=None, revoked_on=said.on)
    else:
        open_again = replace(facts, answer="", row=None, closed_on=None)
    open_again = replace(open_again, amended_on=None, archive_number="", archived_on=None)
    return replace(open_again, reply_number="", delivery=None, delivered_on=None)


def _undone(facts: Facts, said: Said, person: str) -> Facts:
    """Take back what a letter did: the clock goes on as if it had not been sent."""
    match said.undoes:
        case Event.ASK_SUPPLEMENT:
            none = replace(facts, supplement_asked_on=None, supplement_until=None, supplement_came_on=None)
            return _unended(none)
        case Event.CHARGE:
            none = replace(facts, fee_basis=None, fee_count=0, fee_yuan=0, fee_told_on=None, fee_paid_on=None)
            return _unended(none)
        case Event.EXTEND:
            return replace(facts, extension_days=0, extension_told_on=None, extension_by="")
        case Event.DELAY:
            return replace(facts, delay_days=0, delay_told_on=None, delay_by="")
        case Event.ASK_THIRD_PARTY | Event.ASK_ORGAN if said.at is not None:
            return replace(facts, asked=(*facts.asked[: said.at], *facts.asked[said.at + 1 :]))
    return facts


def _unended(facts: Facts) -> Facts:
    """Open a request that had ended because nothing came after a letter."""
    return replace(facts, answer="", row=None, closed_on=None, archive_number="", archived_on=None)


def _unchanged(facts: Facts, said: Said, person: str) -> Facts:
    return facts


_CHANGES: Mapping[Event, _Change] = {
    Event.CORRECT: lambda facts, said, person: said.correction.applied(facts) if said.correction else facts,
    Event.CONFIRM: lambda facts, said, person: replace(facts, confirmed_on=said.on),
    Event.ASK_SUPPLEMENT: lambda facts, said, person: replace(
        facts, supplement_asked_on=said.on, supplement_until=said.until
    ),
    Event.SUPPLEMENT: lambda facts, said, person: replace(facts, supplement_came_on=said.on),
    Event.LAPSE: _closed("abandoned"),
    Event.ASK_THIRD_PARTY: _ask(Consulted.THIRD_PARTY),
    Event.ASK_ORGAN: _ask(Consulted.ORGAN),
    Event.SERVE: lambda facts, said, person: _asked(facts, said, served_on=said.on),
    Event.OPINION: lambda facts, said, person: _asked(facts, said, ended_on=said.on, position=said.position),
    Event.SILENCE: lambda facts, said, person: _asked(facts, said, ended_on=said.on, position=Position.SILENT),
    Event.EXTEND: _extended,
    Event.DELAY: _delayed,
    Event.CHARGE: _charged,
    Event.PAY: lambda facts, said, person: replace(facts, fee_paid_on=said.on),
    Event.UNPAID: _closed("unpaid"),
    Event.ANSWER: _answered,
    Event.WITHDRAW: _closed("withdrawn"),
    Event.DELIVER: lambda facts, said, person: replace(facts, delivery=said.delivery, delivered_on=said.on),
    Event.ARCHIVE: lambda facts, said, person: replace(facts, archive_number=said.number, archived_on=said.on),
    Event.REVIEW: _filed(Court.REVIEW),
    Event.REVIEW_END: _ended,
    Event.SUE: _filed(Court.SUIT),
    Event.SUIT_END: _ended,
    Event.VOID_DISPUTE: _mistaken,
    Event.ANSWER_AGAIN: _answered_again,
    Event.AMEND: _amended,
    Event.DRAFT: _unchanged,
    Event.LETTER: _unchanged,
    Event.SERVE_LETTER: _unchanged,
    Event.VOID_LETTER: _undone,
    Event.VOID_ANSWER: _revoked,
    Event.VOID: lambda facts, said, person: replace(facts, voided_on=said.on),
    Event.ANONYMISE: lambda facts, said, person: replace(facts, anonymised_on=said.on),
}
