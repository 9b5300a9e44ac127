"""A request at the desk: on top what is next and until when, left what is known of it, right what may be done.

Who asks for what stands on no page but the answer to a form, which no browser keeps.
"""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, render_template, request

from archive.chinese.dates import office_minute, office_today
from archive.registers.requests import board, terms
from archive.registers.requests.facts import Applicant, Delivery, Field, Form, Position, Result
from archive.registers.requests.fees import Basis
from archive.registers.requests.letterbook import Kept
from archive.registers.requests.letters import drafting
from archive.registers.requests.letters.kinds import KINDS, Kind
from archive.registers.requests.request import Offer, Opened, Request
from archive.registers.requests.states import RIGHTS, Event
from archive.registers.requests.terms import Channel, Term
from archive.registers.roles import Act
from archive.registers.workdays import WEEK
from web.staff.guard import allowed, current
from web.staff.requests import onward, typed, words
from web.staff.requests.board import COLOURS
from web.staff.requests.opening import masked_names, register
from web.staff.requests.typed import Typed

showing = Blueprint("showing", __name__, url_prefix="/requests/<id>")
# These have pages of their own: an answer is chosen along the tree, a fee is reckoned first.
# Acts that have a page of their own, or a form at the letter they are about.
ELSEWHERE = {
    **{Event.ANSWER: "/answer", Event.CHARGE: "/fee", Event.AMEND: "/letters", Event.ANSWER_AGAIN: "/answer"},
    Event.DELIVER: "#letters",
}
# These are done by the letters of the page.
_LETTERS = frozenset({Event.DRAFT, Event.LETTER, Event.SERVE_LETTER, Event.VOID_LETTER})


def slug(event: Event) -> str:
    """Return how an event is called in addresses: ``ask-supplement``."""
    return event.name.lower().replace("_", "-")


@showing.app_template_filter()
def of_regulation(article: str) -> str:
    """Return an article with the name of its regulation, which the table leaves out.

    >>> of_regulation("第三十条"), of_regulation("行政复议法第二十条")
    ('条例第三十条', '行政复议法第二十条')
    """
    return f"条例{article}" if article.startswith("第") else article


def _order(first: Event | None) -> Callable[[Offer], tuple[bool, bool]]:
    """Return the order of forms: the next step on top, and what mends a slip last."""
    return lambda offer: (offer.event is not first, offer.event is Event.CORRECT)


def event_of(name: str) -> Event | None:
    return next((each for each in Event if slug(each) == name), None)


def page(
    id: str,
    refused: str = "",
    status: int = 200,
    sent: Typed | None = None,
    opened: Opened | None = None,
) -> Response:
    """Show a request, after a refusal with what was typed, and with its persons where they were opened."""
    sent = sent or Typed({})
    return Response(
        render_template(
            "desk/requests/request.html",
            **about(id, opened),
            **{"typed": sent.form, "wrong": sent.wrong, "refused": refused},
            events=register().events(id),
            **_letters(id),
            **{"changes": words.changes, "applicants": typed.APPLICANTS},
            **{"LONGEST": typed.LONGEST, "FREELY": typed.FREELY},
            **{"Channel": Channel, "Applicant": Applicant, "Form": Form, "Delivery": Delivery, "Result": Result},
            positions=[each for each in Position if each is not Position.SILENT],
        ),
        status,
    )


def about(id: str, opened: Opened | None = None) -> Mapping[str, object]:
    """Return what every page of a request shows: where it stands, what is next, and what may be done."""
    known, today = register().request(id), office_today()
    line = board.line(register(), known, today)
    offers = [each for each in register().offers(known) if each.event not in _LETTERS]
    account = current().account
    names, unreadable = masked_names(register(), [id])
    further = onward.of(line, register().calendar, today)
    return {
        **{"known": known, "facts": known.facts, "stands": line, "term": line.term, "today": today},
        **{"onward": further, "records": register().searches.of(id)},
        "found_again": register().found_again.of(id),
        "offers": sorted((each for each in offers if account.may(each.right)), key=_order(further.event)),
        "late": [each for each in register().late(known) if account.may(each.right)],
        "others": [each for each in offers if not account.may(each.right)],
        **{"when": office_minute, "colours": COLOURS, "ELSEWHERE": ELSEWHERE, "slug": slug},
        **{"name": names.get(id, ""), "unreadable": unreadable},
        **{
            "opened": opened,
            "retold": _retold(opened),
            "spoken": words.spoken,
            "Field": Field,
            "Event": Event,
            "Basis": Basis,
            "RIGHTS": RIGHTS,
        },
    }


def _retold(opened: Opened | None) -> bool:
    """Tell whether something that came with the request was said otherwise later."""
    first = opened.by_event.get(1, {}) if opened else {}
    return opened is not None and any(opened.values.get(field) != value for field, value in first.items())


def _letters(id: str) -> Mapping[str, object]:
    """Return the newest version of each letter, with the event that would send a draft; and what may be drafted now."""
    known = register().request(id)
    offered = {each.event for each in register().offers(known)}
    newest = {each.letter: each for each in register().letters(id)}

    def sends(kept: Kept, kind: Kind) -> Event | None:
        return None if kept.sent else drafting.event_for(kind, known, offered, corrects=kept.replaces is not None)

    kinds = [(each, KINDS[each.kind]) for each in newest.values()]
    served = register().services(id)
    return {
        "served": {
            which: [each for each in served if each.letter == which and not each.void]
            for which in {each.letter for each in served}
        },
        "serving": {each.event: each for each in served},
        "called": {each.letter: f"{KINDS[each.kind].label} {each.number}" for each in newest.values()},
        "written_here": any(each.sent and each.number == known.facts.reply_number for each in newest.values()),
        "letters": [(each, kind, sends(each, kind)) for each, kind in kinds],
        "possible": drafting.possible(register(), known),
        "may_answer": bool({Event.ANSWER, Event.ANSWER_AGAIN} & offered),
        "replaced": {each.replaces for each in newest.values() if each.sent},
        "may_void": Event.VOID_LETTER in offered,
        "may_amend": Event.AMEND in offered,
    }


@showing.get("")
@allowed(Act.SEE_REQUESTS)
def shown(id: str) -> Response:
    return page(id)


@showing.get("/term")
@allowed(Act.SEE_REQUESTS)
def term(id: str) -> str:
    """How the due date came about, day by day, as the notices are known now or were on a day; and the other terms."""
    known = register().request(id)
    asked = Typed(request.args.to_dict())
    as_of = asked.day("as_of")
    return render_template(
        "desk/requests/term.html",
        **about(id),
        **{"derived": register().term(known, as_of), "as_of": as_of, "others_terms": _other_terms(known)},
        **{"typed": asked.form, "wrong": asked.wrong, "WEEK": WEEK},
    )


def _other_terms(known: Request) -> list[tuple[str, Term]]:
    """Return the terms of a request besides that of its answer, each with its name."""
    facts, calendar = known.facts, register().calendar
    found: list[tuple[str, Term | None]] = []
    if facts.received_on:
        found.append(("告知补正", terms.supplement(facts.received_on, calendar)))
        for at, each in enumerate(facts.life.consultations, 1):
            found.append((f"第 {at} 份征求意见书（{each.of}）", terms.opinion(each, facts.received_on, calendar)))
    if facts.fee_told_on:
        found.append(("缴费", terms.payment(facts.fee_told_on, calendar)))
    return [(name, each) for name, each in found if each]
