"""The board of requests: what is overdue or due soon, and what waits for others; all by state and number."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request

from archive.chinese.dates import office_today
from archive.errors import BadCalendar
from archive.registers.accounts import Account
from archive.registers.requests import board
from archive.registers.requests.board import Line, Party, Unserved, Urgency
from archive.registers.requests.states import State
from archive.registers.roles import Act
from web.http.parameters import page_number
from web.staff.guard import allowed
from web.staff.requests.opening import masked_names, register

boards = Blueprint("boards", __name__, url_prefix="/requests")
ROWS = 50
# The classes by which a style colours what the words say.
COLOURS = {Urgency.OVERDUE: "overdue", Urgency.SOON: "soon", Urgency.LATER: "later", Urgency.WAITING: "waiting"}


@dataclass(frozen=True, slots=True)
class Summary:
    """How many requests are how urgent, and for whom they wait; or why that can't be told."""

    urgencies: dict[Urgency, int]
    parties: dict[Party, int]
    missing: tuple[int, ...] = ()
    unserved: tuple[Unserved, ...] = ()
    wrong: str = ""


def summary(account: Account) -> Summary | None:
    """Return the counts for the first page; None for accounts that don't see requests."""
    if not account.may(Act.SEE_REQUESTS):
        return None
    try:
        return _summary(board.lines(register(), office_today()))
    except (BadCalendar, OSError):
        return Summary({}, {}, wrong="放假安排的文件有误，申请的期限现在算不出，请维护人员核对。")


def _summary(lines: list[Line]) -> Summary:
    urgencies, parties = board.counts(lines)
    today = office_today()
    return Summary(urgencies, parties, register().calendar.missing(today), tuple(board.unserved(register(), today)))


@boards.get("")
@allowed(Act.SEE_REQUESTS)
def requests() -> str:
    """What is on the board; by urgency, by whom it waits for, by state, or by digits of the number."""
    today = office_today()
    all_lines = board.lines(register(), today)
    urgency = next((each for each in Urgency if each.value == request.args.get("due")), None)
    party = next((each for each in Party if each.value == request.args.get("party")), None)
    state = next((each for each in State if each.value == request.args.get("state")), None)
    digits = "".join(each for each in request.args.get("number", "") if each in "0123456789-")[:20]
    page = page_number(request.args)
    if state or digits or request.args.get("all"):
        total, found = register().listed((state,) if state else (), digits, (page - 1) * ROWS, ROWS)
        shown = [board.line(register(), each, today) for each in found]
    else:
        chosen = [
            line
            for line in all_lines
            if (urgency is None or line.urgency is urgency)
            and (party is None or party in {each.party for each in line.awaits})
        ]
        total, shown = len(chosen), chosen[(page - 1) * ROWS : page * ROWS]
    names, unreadable = masked_names(register(), [line.request.id for line in shown])
    return render_template(
        "desk/requests/board.html",
        **{"lines": shown, "total": total, "page": page, "pages": max(1, -(-total // ROWS))},
        **{"names": names, "unreadable": unreadable, "summary": _summary(all_lines), "colours": COLOURS},
        **{"urgency": urgency, "party": party, "state": state, "digits": digits, "every": request.args.get("all")},
        **{"State": State, "today": today},
    )
