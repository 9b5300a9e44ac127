"""Choosing an answer along the tree of questions, and what its letter must say; and reckoning a fee."""

from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from archive.chinese.dates import office_today
from archive.errors import KeyUnusable, PersonalDataDamaged
from archive.registers.requests import fees, outcomes
from archive.registers.requests.fees import Basis
from archive.registers.requests.outcomes import ANSWERS, Answer, Content, Question, Remedy
from archive.registers.requests.request import Opened
from archive.registers.requests.states import Event
from archive.registers.roles import Act
from web.staff.guard import allowed
from web.staff.requests.opening import office, register, unreadable
from web.staff.requests.page import about, page, slug
from web.staff.requests.typed import FREELY, Typed, content

answering = Blueprint("answering", __name__, url_prefix="/requests/<id>")
REMEDIES = {
    Remedy.REVIEW_FIRST: "不服的，应当先申请行政复议，再提起诉讼；答复书要写明（行政复议法第二十三条）。",
    Remedy.EITHER: "不服的，可以申请行政复议，也可以提起行政诉讼；答复书要写明。",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen at a question. ``back`` is the way to the question, to choose otherwise."""

    asked: str
    choice: str
    back: str


@dataclass(frozen=True, slots=True)
class Next:
    """A choice that is still open, and the way that it leads."""

    choice: str
    way: str
    ends: bool


@answering.get("/answer")
@allowed(Act.HANDLE_REQUESTS)
def choose(id: str) -> Response:
    """One question after the other, then the form of the answer that they lead to."""
    return answering_page(id, Typed({"way": request.args.get("way", "")}))


def answering_page(
    id: str, sent: Typed, refused: str = "", status: int = 200, opened: Opened | None = None
) -> Response:
    """Show the question, or the answer's form with what was typed."""
    known = register().request(id)
    offered = {each.event for each in register().offers(known)}
    if not offered & {Event.ANSWER, Event.ANSWER_AGAIN, Event.AMEND}:
        return page(id, refused or f"申请现在“{known.facts.state}”，不能答复。", 409, sent, opened)
    way = sent.form.get("way", "")
    path, then = walked(way)
    answer = ANSWERS[then] if isinstance(then, str) else None
    if answer and content(Content.SEARCH) not in sent.form:
        offer_record(id, answer, sent)
    return Response(
        render_template(
            "desk/requests/answer.html",
            **about(id, opened),
            **{"typed": sent.form, "wrong": sent.wrong, "refused": refused, "path": path, "answer": answer},
            question=then.asked if isinstance(then, Question) else "",
            choices=_open(then, [each.back for each in path], way) if isinstance(then, Question) else [],
            **{"way": way, "remedy": REMEDIES[answer.remedy] if answer else "", "content": content, "FREELY": FREELY},
            **{
                "by_hand": next((slug(each) for each in (Event.ANSWER, Event.ANSWER_AGAIN) if each in offered), ""),
                "amends": Event.AMEND in offered,
                "no_office": office() is None,
            },
        ),
        status,
    )


def offer_record(id: str, answer: Answer, sent: Typed) -> None:
    """Begin a form of "nothing is there" with the newest record that proves it; the clerk may type another."""
    if Content.SEARCH in answer.needs and (proofs := register().searches.proofs(id, office_today())):
        sent.form[content(Content.SEARCH)] = proofs[-1]


def walked(way: str) -> tuple[list[Chosen], Question | str]:
    """Return what was chosen along a way, ``0-1-2``, and where it leads; what is no way leads to the first question."""
    path: list[Chosen] = []
    then: Question | str = outcomes.TREE
    steps = way.split("-") if way else []
    for at, step in enumerate(steps):
        choices = list(then.choices.items()) if isinstance(then, Question) else []
        if not isinstance(then, Question) or step not in map(str, range(len(choices))):
            return [], outcomes.TREE
        choice, further = choices[int(step)]
        path.append(Chosen(then.asked, choice, "-".join(steps[:at])))
        then = further
    return path, then


def way_to(answer: str, question: Question = outcomes.TREE) -> str:
    """Return the way along which the tree leads to an answer, as ``walked`` reads it; "" if none does."""
    for at, then in enumerate(question.choices.values()):
        if then == answer:
            return str(at)
        if isinstance(then, Question) and (rest := way_to(answer, then)):
            return f"{at}-{rest}"
    return ""


def _open(question: Question, path: list[str], way: str) -> list[Next]:
    start = f"{way}-" if path else ""
    return [
        Next(choice, f"{start}{at}", isinstance(then, str))
        for at, (choice, then) in enumerate(question.choices.items())
    ]


@answering.get("/fee")
@allowed(Act.HANDLE_REQUESTS)
def fee(id: str) -> Response:
    """What the request would cost, by items and by pages, and the form to tell the applicant."""
    return fee_page(id, Typed(request.args.to_dict()))


def fee_page(id: str, sent: Typed, refused: str = "", status: int = 200) -> Response:
    known = register().request(id)
    if Event.CHARGE not in {each.event for each in register().offers(known)}:
        return page(id, refused or f"申请现在“{known.facts.state}”，不能告知缴费。", 409, sent)
    try:
        place, lacking = register().count_in_month(id), ""
    except (KeyUnusable, PersonalDataDamaged) as error:
        place, lacking = None, unreadable(error)
    received = known.facts.received_on
    pages = sent.number("pages", "页数") if sent.form.get("pages") else None
    by_pages = fees.fee(Basis.PAGES, pages, received) if pages and received else None
    by_items = fees.fee(Basis.ITEMS, place, received) if place and received else None
    return Response(
        render_template(
            "desk/requests/fee.html",
            **{**about(id), "unreadable": lacking},
            **{"typed": sent.form, "wrong": sent.wrong, "refused": refused, "place": place},
            **{"pages": pages, "by_pages": by_pages, "by_items": by_items},
        ),
        status,
    )
