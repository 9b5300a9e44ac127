"""What an answer follows that is given anew: the decision or the judgment, as the letter names it."""

from archive.official import written
from archive.registers.requests.facts import Court, Dispute, Facts

_CALLED = {Court.REVIEW: "行政复议决定", Court.SUIT: "行政判决"}


def ground(facts: Facts) -> Dispute | None:
    """Return the last dispute by which the office had to answer again; None if there is none."""
    return next((each for each in reversed(facts.standing) if each.redo and each.ended_on), None)


def named(dispute: Dispute) -> str:
    """Return organ, day, number and kind of what was decided; "" while the register lacks organ or number."""
    if not dispute.organ or not dispute.number:
        return ""
    return f"{dispute.organ}{written(dispute.ended_on)}作出的{dispute.number}{_CALLED[dispute.court]}"


def differs(said: str, dispute: Dispute) -> str:
    """Return a sentence about what a letter says otherwise than the register; "" if nothing."""
    kept = (dispute.organ, written(dispute.ended_on), dispute.number)
    lacking = [each for each in kept if each and each not in "".join(said.split())]
    if not lacking:
        return ""
    return f"所依据的决定或者判决与登记簿不一致。登记簿里这件{dispute.court}写的是：{'，'.join(lacking)}。"
