"""Drafts a letter out of the register, and sends it: in one act the letter gets its number and does what it says.

Which letters are lawful is the register's to say. What it knows is filled in, and only the rest is asked for.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from archive.chinese import sought
from archive.errors import RequestRefused
from archive.official import Paper, docx_of
from archive.plain import one_line
from archive.registers.requests import changing, fees, terms
from archive.registers.requests.facts import Applicant, Field, Position, Said
from archive.registers.requests.facts import Facts as Registered
from archive.registers.requests.fees import Basis
from archive.registers.requests.letterbook import Kept, Outgoing
from archive.registers.requests.letters import anew, checking
from archive.registers.requests.letters.checking import Finding, Weight
from archive.registers.requests.letters.kinds import KINDS, Kind
from archive.registers.requests.letters.office import Office
from archive.registers.requests.letters.texts import Texts
from archive.registers.requests.letters.writing import END, Facts, Letter, write
from archive.registers.requests.outcomes import Content, Row
from archive.registers.requests.register import Register
from archive.registers.requests.request import Actor, Opened, Request
from archive.registers.requests.states import Event, State
from archive.registers.requests.terms import Consulted, Extension, Term

# What a letter does. The others only tell something: they are sent, and that is all that happens.
EVENTS: Mapping[str, Event] = {
    "supplement": Event.ASK_SUPPLEMENT,
    "extension": Event.EXTEND,
    "later": Event.DELAY,
    "charge": Event.CHARGE,
    "third-party-asked": Event.ASK_THIRD_PARTY,
    "organ-asked": Event.ASK_ORGAN,
}
_ANSWERING = (Event.ANSWER, Event.ANSWER_AGAIN, Event.AMEND)
# What is asked for besides the day, by the names of ``Words``, and how a person calls it.
ASKED: Mapping[str, Mapping[str, str]] = {
    "receipt": {},
    "supplement": {"until": "补正的期限", "note": "需要补正的事项"},
    "extension": {"days": "延长几个工作日", "note": "延长的理由"},
    "reasons-asked": {"note": "申请的数量和频次"},
    "later": {"days": "延迟几个工作日", "note": "延迟的理由"},
    "charge": {"basis": "按件还是按量", "count": "当月第几件，或者页数", "paying": "缴纳方式"},
    "third-party-asked": {"whom": "第三方的名称", "concerned": "涉及第三方的信息"},
    "third-party-told": {"whom": "第三方的名称", "disclosed": "决定公开的内容", "note": "决定公开的理由"},
    "organ-asked": {"whom": "其他机关的名称", "concerned": "共同制作的信息"},
}
REASON = "更正的理由"
DECISION = "所依据的复议决定或者判决（机关、日期、文号或者案号）"
# What the register keeps once the act was done: it is not asked for again.
_REGISTERED = frozenset({"until", "days", "basis", "count"})
# The shortest part of a contact that is looked for in letters to others.
_SHORTEST = 5


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody typed for a letter. ``body`` has its paragraphs where they were changed by hand."""

    dated: date
    until: date | None = None
    note: str = ""
    days: int | None = None
    basis: Basis | None = None
    count: int | None = None
    paying: str = ""
    whom: str = ""
    concerned: str = ""
    disclosed: str = ""
    reason: str = ""
    decision: str = ""
    contents: Mapping[Content, str] = field(default_factory=dict)
    body: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Possible:
    """A kind of letter that is lawful now, and the event that sends it."""

    kind: Kind
    event: Event


@dataclass(frozen=True, slots=True)
class Source:
    """What letters of a request are made of: the office's words and texts, and what is personal about the request."""

    register: Register
    request: Request
    opened: Opened
    office: Office
    texts: Texts


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as it would be sent: ``said`` goes to the register with its event. ``found`` is what checks say."""

    source: Source
    event: Event
    words: Words
    letter: Letter
    facts: Facts
    said: Said
    found: tuple[Finding, ...]
    # Which sent letter it puts right.
    replaces: int | None = None

    @property
    def may_be_sent(self) -> bool:
        """Whether nothing is left that must be mended."""
        return all(each.weight is not Weight.MEND for each in self.found)

    def for_approval(self) -> Paper:
        """Return the letter as somebody sees it who may not know who asked for what."""
        wanted = one_line(self.facts.wanted).rstrip(END)
        paper = self.letter.paper
        body = tuple(
            part.replace(wanted, "（略）") if wanted and isinstance(part, str) else part for part in paper.body
        )
        return checking.public_copy(replace(self.letter, paper=replace(paper, body=body)), self.facts).paper

    def outgoing(self, typed: Mapping[str, str], send: bool, letter: int | None = None) -> Outgoing:
        """Return the letter for the register; ``letter`` is which one this is a version of."""

        def made(number: str) -> bytes:
            return docx_of(_written(self.source, self.letter.kind, self.facts, self.words, number).paper)

        pattern = self.source.office.pattern(self.letter.kind) if send else None
        return Outgoing(self.letter.kind.id, self.words.dated, made, typed, pattern, letter, self.replaces)


def possible(register: Register, request: Request) -> list[Possible]:
    """Return the letters before the answer, and besides it, that are lawful now."""
    offered = {each.event for each in register.offers(request)}
    found = ((kind, event_for(kind, request, offered)) for kind in KINDS.values() if kind.answer is None)
    return [Possible(kind, event) for kind, event in found if event]


def event_for(kind: Kind, request: Request, offered: Collection[Event], corrects: bool = False) -> Event | None:
    """Return the event that a letter of a kind does now; None where it isn't lawful.

    What was done without a letter can still be told by one. ``corrects``: it takes the place of one that was sent.
    """
    if kind.answer:
        return next((each for each in _ANSWERING if each in offered), None)
    own = EVENTS.get(kind.id)
    if own in offered and not corrects:
        return own
    return Event.LETTER if Event.LETTER in offered and (corrects or _done(kind, request)) else None


def _done(kind: Kind, request: Request) -> bool:
    """Tell whether there is something that a letter can tell."""
    facts = request.facts
    match kind.id:
        case "receipt":
            return facts.state in (State.HANDLING, State.CONSULTING)
        case "supplement":
            return facts.supplement_asked_on is not None
        case "extension":
            return facts.extension_told_on is not None
        case "reasons-asked":
            return facts.state is State.HANDLING and facts.delay_told_on is None
        case "later":
            return facts.delay_told_on is not None
        case "charge":
            return facts.fee_told_on is not None
        case "third-party-told":
            objections = (each for each in facts.asked if each.position is Position.OBJECTS)
            return _may_disclose(facts) and any(each.of is Consulted.THIRD_PARTY for each in objections)
    return False


def _may_disclose(facts: Registered) -> bool:
    """Tell whether something was made public by the answer, or still may be by one that is to come."""
    undecided = facts.row is None or facts.state is State.REDOING
    return undecided or (facts.row in (Row.OPEN, Row.PARTLY) and facts.answer != "public")


def asked(kind: Kind, event: Event, request: Request) -> dict[str, str]:
    """Return what is asked for a letter, by the names of ``Words``, besides the contents of an answer."""
    fields = dict(ASKED.get(kind.id, {}))
    if event is Event.LETTER:
        fields = {name: label for name, label in fields.items() if name not in _REGISTERED}
    fields |= {"decision": DECISION} if kind.answer and anew.ground(request.facts) else {}
    return fields | ({"reason": REASON} if event is Event.AMEND else {})


def registered(kind: Kind, request: Request, opened: Opened, events: Iterable[tuple[int, Event]]) -> dict[str, str]:
    """Return what the register already says of what is asked for, to begin a form with."""
    notes = {event: opened.by_event.get(at, {}).get(Field.NOTE, "") for at, event in events}
    found = {
        "supplement": {"note": notes.get(Event.ASK_SUPPLEMENT, "")},
        "extension": {"note": notes.get(Event.EXTEND, "")},
        "later": {"note": notes.get(Event.DELAY, "")},
        "third-party-told": {"whom": notes.get(Event.ASK_THIRD_PARTY, "")},
    }
    follows = anew.ground(request.facts) if kind.answer else None
    told = {**found.get(kind.id, {}), "decision": anew.named(follows) if follows else ""}
    return {name: value for name, value in told.items() if value}


def draft(source: Source, kind: Kind, event: Event, words: Words, by: Actor, replaces: int | None = None) -> Draft:
    """Write a letter and check it, under the number that it would be given now. Raises BadLetters.

    What stands in the way of its act is told beside what is wrong with its text.
    """
    register, request = source.register, source.request
    facts = _facts(source, kind, words)
    number = register.upcoming(source.office.pattern(kind), words.dated.year)
    letter = _written(source, kind, facts, words, number)
    note = words.reason if event is Event.AMEND or replaces else words.note or words.whom
    said = Said(
        words.dated,
        until=words.until,
        days=words.days,
        basis=words.basis,
        count=words.count,
        answer=kind.answer.id if kind.answer else "",
        contents=words.contents,
        number=number,
        note=note,
    )
    today = register.today()
    others = register.names_of_others(request.id)
    found = checking.check(letter, facts, source.office, source.texts, today, others)
    follows = anew.ground(request.facts) if kind.answer else None
    if follows and words.decision and (told := anew.differs(words.decision, follows)):
        found.append(Finding(Weight.CONFIRM, told))
    if replaces and not words.reason.strip():
        found.insert(0, Finding(Weight.MEND, f"请写明{REASON}。"))
    try:
        changing.apply(request.facts, event, said, by.person, register.calendar, today)
    except RequestRefused as refused:
        found.insert(0, Finding(Weight.MEND, refused.reason))
    return Draft(source, event, words, letter, facts, said, tuple(dict.fromkeys(found)), replaces)


def send(made: Draft, typed: Mapping[str, str], by: Actor, seen: int, letter: int | None = None) -> Request:
    """Send a letter, and do what it does. Whoever calls this has asked for the right to its event.

    Raises RequestRefused also while a check says that something must be mended; KeyUnusable.
    """
    if not made.may_be_sent:
        count = sum(each.weight is Weight.MEND for each in made.found)
        raise RequestRefused(f"还有 {count} 处须改正，没有发出。")
    said = replace(made.said, number="")
    return made.source.register.act(
        made.source.request.id, made.event, said, by, seen, made.outgoing(typed, send=True, letter=letter)
    )


def keep(made: Draft, typed: Mapping[str, str], by: Actor, seen: int, letter: int | None = None) -> Request:
    """Keep a letter as a version, whatever its checks say. Raises RequestRefused, KeyUnusable."""
    outgoing = made.outgoing(typed, send=False, letter=letter)
    return made.source.register.act(
        made.source.request.id, Event.DRAFT, Said(made.source.register.today()), by, seen, outgoing
    )


def answering(letters: Iterable[Kept]) -> Kept | None:
    """Return the answer that was sent last."""
    return next((each for each in reversed([*letters]) if each.sent and KINDS[each.kind].answer), None)


def _written(source: Source, kind: Kind, facts: Facts, words: Words, number: str) -> Letter:
    letter = write(kind.id, facts, source.office, source.texts, number, words.dated)
    return replace(letter, paper=replace(letter.paper, body=words.body)) if words.body else letter


def _facts(source: Source, kind: Kind, words: Words) -> Facts:
    known, values = source.request.facts, source.opened.values
    contact = re.split(r"[\s，,；;、]+", f"{values.get(Field.IDENTITY, '')} {values.get(Field.CONTACT, '')}")
    due, extended = _days(source, kind, words)
    told = {
        "supplement": {"supplement": words.note, "supplement_by": words.until or known.supplement_until},
        "extension": {"days": words.days or known.extension_days or None, "extended": extended, "ground": words.note},
        "reasons-asked": {"ground": words.note},
        "later": {"days": words.days or known.delay_days or None, "extended": extended, "ground": words.note},
        "charge": {"fee": _fee(source.request, words), "paying": words.paying},
        "third-party-asked": {"third_party": words.whom, "concerned": words.concerned},
        "third-party-told": {"third_party": words.whom, "disclosed": words.disclosed, "ground": words.note},
        "organ-asked": {"other_organ": words.whom, "concerned": words.concerned},
    }
    return replace(
        Facts(
            searched=_searched(source, kind, words),
            request=source.request.number,
            applicant=values.get(Field.NAME, ""),
            organisation=known.kind is not Applicant.PERSON,
            personal=tuple(each for each in contact if len(each) >= _SHORTEST and not sought.unfit(each)),
            wanted=values.get(Field.WANTED) or values.get(Field.TEXT, ""),
            submitted=known.submitted_on,
            received=known.received_on,
            due=due,
            contents=words.contents,
            decision=words.decision if kind.answer and anew.ground(known) else None,
        ),
        **told.get(kind.id, {}),  # type: ignore[arg-type]  # the fields of Facts, by their names
    )


def _searched(source: Source, kind: Kind, words: Words) -> list[str] | None:
    """Return the records that prove for this day that nothing is there; None where none is asked for."""
    if source.request.facts.imported or kind.answer is None or Content.SEARCH not in kind.answer.needs:
        return None
    return source.register.searches.proofs(source.request.id, words.dated)


def _days(source: Source, kind: Kind, words: Words) -> tuple[date | None, date | None]:
    """Return until when the reply is due, and of an extension also until when it is then."""
    calendar, life = source.register.calendar, source.request.facts.life
    now: Term = terms.reply(life, calendar)
    if kind.id not in ("extension", "later"):
        return now.due, None
    delays = kind.id == "later"
    if life.delay if delays else life.extension:
        without = replace(life, delay=None) if delays else replace(life, extension=None)
        return terms.reply(without, calendar).due, now.due
    if not words.days:
        return now.due, None
    added = Extension(words.days, words.dated)
    then = replace(life, delay=added) if delays else replace(life, extension=added)
    return now.due, terms.reply(then, calendar).due


def _fee(request: Request, words: Words) -> str:
    """Say what a request costs and why, as the notice needs it; "" while that isn't known."""
    known = request.facts
    basis, count = words.basis or known.fee_basis, words.count or known.fee_count
    if basis is None or not count or known.received_on is None:
        return ""
    yuan = fees.fee(basis, count, known.received_on)
    if basis is Basis.ITEMS:
        rate = "10件以内免费，第11件至第30件每件100元，第31件以上每增加10件每件再加100元"
        return f"按件计收：本件是{known.received_on.month}月内的第{count}件申请（同一自然月内{rate}），应缴{yuan}元。"
    rate = "30页以内免费，第31页至第100页每页10元，第101页至第200页每页20元，第201页以上每页40元"
    return f"按量计收：提供{count}页（{rate}），应缴{yuan}元。"
