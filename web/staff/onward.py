"""What is to be done next with a document, by whom, and until when: the first thing that its page says."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.decisions import worklist
from archive.decisions.returned import Objection
from archive.decisions.worklist import Step
from archive.document import Status
from archive.registers.accounts import Account
from archive.registers.roles import ALLOWED, Act
from archive.registers.workdays import Calendar
from web.staff.deadlines import Deadline, deadline
from web.staff.progress import Standing
from web.staff.relating import Proposed


@dataclass(frozen=True, slots=True)
class Onward:
    """The next step, and a sentence on who does it. ``place`` is where on the page, "" for whoever can't do it."""

    step: str
    who: str
    place: str = ""


# Who does a step, and the part of the page where it is done.
_WAITING = {
    Step.CLASSIFY: (Act.EXAMINE, "classify"),
    Step.SETTLE: (Act.EXAMINE, ""),
    Step.TRUTHFULNESS: (Act.EXAMINE, "truthfulness"),
    Step.CONFIDENTIALITY: (Act.EXAMINE, "confidentiality"),
    Step.APPROVE: (Act.APPROVE, "approve"),
    Step.KEEP_BACK: (Act.REFUSE, "refuse"),
}
# Those who had a hand in a version are not the other person whom these need.
_ANOTHER = frozenset({Act.APPROVE, Act.LOOK})


def of(
    account: Account, known: Standing, objections: Sequence[Objection], proposals: Sequence[Proposed]
) -> Onward | None:
    """Return the next step for a document, as an account sees it; None if nothing is to be done."""
    match known.document.status:
        case Status.WAITING:
            return _waiting(account, known)
        case Status.REFUSED:
            place = "returned" if objections else "known"
            reason = next((str(each.details.get("reason", "")) for each in known.events if each.action == "reject"), "")
            told = "" if objections or not reason else f"退回的意见：{reason}"
            return _for(account, known, "改好后再送，或者在这里更正信息、调整附件", Act.CORRECT, place, told)
    if known.forced:
        return _for(account, known, "事后复看", Act.LOOK, "look")
    if proposals and known.public_version:
        return _for(account, known, "确认与其他文件的关系", Act.RELATE, f"relation-{proposals[0].id}")
    return None


def until(known: Standing, calendar: Calendar | None) -> Deadline | None:
    """Return the last day for disclosing a document; None for what is public, or is not to be."""
    due = known.document.status in (Status.WAITING, Status.REFUSED) and not known.public_version
    return deadline(known.document.metadata.written_on, known.disclosure, calendar) if due else None


def _waiting(account: Account, known: Standing) -> Onward:
    outcomes = {aspect: outcome for aspect, outcome in known.outcomes.items() if outcome}
    step = worklist.next_step(known.disclosure, outcomes, len(known.precheck.open), known.plan)
    if step is Step.SCHEDULED and known.plan:
        return Onward(f"到 {known.plan.when} 公开", "到时由程序再核对一遍条件后公开，现在不必办理。")
    act, place = _WAITING[step]
    if step is Step.SETTLE:
        place = f"finding-{known.precheck.open[0].number}"
    return _for(account, known, step.value, act, place)


def _for(account: Account, known: Standing, step: str, act: Act, place: str, told: str = "") -> Onward:
    if act in _ANOTHER and known.obstacles.get(act):
        return Onward(step, "不能由您办理。" + "".join(known.obstacles[act]))
    roles = "来源单位" if act is Act.CORRECT else "、".join(sorted(ALLOWED[act]))
    which = "没有经手本件的" if act in _ANOTHER else ""
    return Onward(step, f"由{which}{roles}办理。{told}", place if account.may(act) else "")
