"""The first page: how much waits for whom; and the queues, what came first on top."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, g, render_template, request
from sqlalchemy import select

from archive.chinese.dates import OFFICE_TIME
from archive.decisions import afterwards, persons
from archive.decisions.afterwards import Forced
from archive.decisions.worklist import Step, Work
from archive.describe import taxonomy
from archive.document import Disclosure, Status
from archive.registers import jobs
from archive.registers.accounts import Account
from archive.registers.roles import Act, Role
from archive.store.tables import versions
from web.http.current import services
from web.http.parameters import page_number
from web.staff import deadlines
from web.staff.deadlines import Deadline
from web.staff.guard import allowed, current, desk
from web.staff.requests.board import COLOURS, summary
from web.staff.words import ENDED, STATES

queues = Blueprint("queues", __name__)
ROWS = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a queue. ``due`` is the last day for disclosure, None for what has none."""

    work: Work
    received: str
    due: Deadline | None


@queues.get("/")
def first() -> str:
    account = current().account
    if not account.may(Act.SEE):
        return render_template("desk/first.html", counts={}, mine=0, afterwards=0, readings=0, states={})
    seen = _seen(account)
    works = [work for work in seen if not work.reading]
    counts = Counter(work.step for work in works)
    states = services().catalogue.count_by_status() if not confined(account) else {}
    return render_template(
        "desk/first.html",
        counts={step: counts[step] for step in Step},
        asking=jobs.asking(desk().staff, account.person, account.unit) if account.may(Act.BRING) else [],
        label=_label(account),
        mine=sum(persons.same(work.brought_by, account.person) for work in works),
        afterwards=len(_forced(account)),
        readings=len(seen) - len(works),
        states=_told(states) if states else {},
        **{"requests": summary(account), "colours": COLOURS},
    )


def _told(states: Mapping[Status, int]) -> dict[str, int]:
    """Return how many documents are in each state, in its words. What has ended is published, and not public."""
    ended = services().catalogue.count_ended()
    counts = {STATES[status]: states.get(status, 0) for status in Status}
    public = STATES[Status.PUBLISHED]
    return counts | {public: counts[public] - ended} | ({ENDED: ended} if ended else {})


@queues.get("/help")
def guide() -> str:
    """How to use the desk, for the roles of whoever asks."""
    return render_template("desk/help.html")


@queues.get("/queue")
@allowed(Act.SEE)
def queue() -> str:
    """A queue by its next step, or by words in title, issuer or id."""
    account = current().account
    step = next((each for each in Step if each.value == request.args.get("step")), None)
    words = request.args.get("q", "").strip()[:100]
    mine = request.args.get("mine") == "1"
    genre, unit = (request.args.get(name, "").strip()[:100] for name in ("genre", "unit"))
    # What was sent back is a source unit's to put right. Its people are all of one unit.
    back = confined(account)
    units = {} if back else {each.person: each.unit for each in desk().accounts.all()}
    seen = _seen(account)
    works = [
        work
        for work in seen
        # New readings of what is public would hide what is new. Whoever looks for one finds it.
        if (words or not work.reading)
        and (work.step is step if step else back or not work.returned)
        and (not mine or persons.same(work.brought_by, account.person))
        and (not words or words in work.title or words in work.issuer or words == work.id)
        and (not genre or work.genre == genre)
        and (not unit or units.get(work.brought_by, "") == unit)
    ]
    pages = max(1, -(-len(works) // ROWS))
    page = min(page_number(request.args), pages)
    return render_template(
        "desk/queue.html",
        **{"step": step, "words": words, "mine": mine, "page": page, "pages": pages, "total": len(works)},
        **{"genre": genre, "unit": unit, "units": sorted({each for each in units.values() if each})},
        **{"genres": [each.name for each in taxonomy.load().genres], "label": _label(account)},
        lines=_lines(works, (page - 1) * ROWS),
        readings=0 if words else sum(work.reading for work in seen),
        steps=Step,
    )


@queues.get("/afterwards")
@allowed(Act.SEE)
def forced() -> str:
    return render_template("desk/afterwards.html", waiting=_forced(current().account))


def _forced(account: Account) -> list[Forced]:
    """Return the forced approvals that wait for a look, as far as an account may see their documents."""
    found = afterwards.waiting(services().catalogue)
    if not found or not confined(account):
        return found
    bringers: dict[str, list[str | None]] = {}
    of = versions.c
    query = select(of.document_id, of.brought_by).where(of.document_id.in_({each.id for each in found}))
    with services().catalogue.reading() as connection:
        for id, person in connection.execute(query.order_by(of.document_id, of.version)):
            bringers.setdefault(id, []).append(person)
    return [each for each in found if may_see(account, *bringers[each.id])]


def _seen(account: Account) -> list[Work]:
    """Return what waits or was sent back, as far as an account may see it: a source unit sees what is its own."""
    works = desk().worklist.all()
    if not confined(account):
        return works
    units = _units(account)
    return [work for work in works if units.own(work.bringers)]


def _label(account: Account) -> Callable[[Step], str]:
    """Return the name of a queue for an account: what was sent back is the source unit's to put right."""
    return lambda step: "退回给我单位" if step is Step.RETURNED and confined(account) else step.value


def may_see(account: Account, *bringers: str | None) -> bool:
    """Tell whether an account may see a document, by who brought its versions in, the newest last."""
    return not confined(account) or _units(account).own([each for each in bringers if each])


@dataclass(frozen=True, slots=True)
class _Units:
    """The people of an account's unit, and those who bring in for other units, by their names as compared.

    An account from when no unit was asked for is a unit of its own.
    """

    ours: frozenset[str]
    others: frozenset[str]

    def own(self, bringers: Sequence[str]) -> bool:
        """Tell whether a document is the unit's own: its people brought a version in, and no other unit's the newest.

        A version that the office made of it, masked or corrected, is the unit's still.
        """
        names = [*map(persons.folded, bringers)]
        return not self.ours.isdisjoint(names) and self.others.isdisjoint(names[-1:])


def _units(account: Account) -> _Units:
    """Return the people of an account's unit and of the others, which are read once for a request."""
    known: dict[str, _Units] = g.setdefault("units", {})
    if account.id not in known:
        everybody = desk().accounts.all()
        ours = [each for each in everybody if each.id == account.id or (account.unit and each.unit == account.unit)]
        others = [each for each in everybody if confined(each) and each not in ours]
        people = ([each.person for each in part] for part in (ours, others))
        known[account.id] = _Units(*(frozenset(map(persons.folded, names)) for names in people))
    return known[account.id]


def confined(account: Account) -> bool:
    """Tell whether an account sees its own unit's documents only."""
    return account.roles <= {Role.SOURCE}


def _lines(works: Sequence[Work], start: int) -> list[Line]:
    """Return a page of a queue: what is due first on top, then what came first. What has no day stands last."""
    known = deadlines.calendar(services().settings.data)
    # Many were made on the same day, and only a page of them is written out.
    days = {_dated(work) for work in works}
    due = {each: None if each[2] else deadlines.deadline(*each[:2], known) for each in days}
    ranks = {each: _rank(found) for each, found in due.items()}
    first = sorted(works, key=lambda work: (ranks[_dated(work)], work.received_at))
    return [
        Line(work, work.received_at.astimezone(OFFICE_TIME).strftime("%Y-%m-%d"), due[_dated(work)])
        for work in first[start : start + ROWS]
    ]


def _dated(work: Work) -> tuple[date | None, Disclosure | None, bool]:
    return work.written_on, work.disclosure, work.public


def _rank(due: Deadline | None) -> tuple[int, str]:
    if due is None:
        return 2, ""
    return int(not due.known), due.last
