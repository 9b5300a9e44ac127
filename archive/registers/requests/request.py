"""What is said of a request: what comes in, how it stands, what happened to it, and who did that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from archive.registers.requests.facts import Applicant, Facts, Field, Form, Plain
from archive.registers.requests.states import Event
from archive.registers.requests.terms import Channel, Term
from archive.registers.roles import Act


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: the person's name, and the user name of the account, "" where there are none."""

    person: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """What comes in. ``personal`` has at least the name and the text (article 29)."""

    channel: Channel
    kind: Applicant
    submitted_on: date
    personal: Mapping[Field, str]
    confirmed_on: date | None = None
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it stands. ``last`` is the number of its newest event, which a form sends back as ``seen``."""

    id: str
    number: str
    facts: Facts
    last: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it was recorded. ``personal`` names what was said with it; ``digest`` stands in the audit log too."""

    request_id: str
    number: int
    event: Event
    on: date
    at: str
    person: str
    account: str
    before: Mapping[str, Plain]
    after: Mapping[str, Plain]
    personal: tuple[Field, ...]
    batch: str
    digest: str


@dataclass(frozen=True, slots=True)
class Offer:
    """An act that is lawful now, its article, the right it needs, and which fields of ``Said`` it needs.

    ``late``: its time is over, so it is entered with a day of its own, on which it was done in time.
    """

    event: Event
    article: str
    right: Act
    needs: Mapping[str, str]
    late: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """What is personal about a request: as it is now, and what was said with each event, by its number."""

    values: Mapping[Field, str]
    by_event: Mapping[int, Mapping[Field, str]]


@dataclass(frozen=True, slots=True)
class Moved:
    """An open request whose last day has become another."""

    request: Request
    before: Term
    after: Term
