"""A register of requests on 8 November 2026, and people who use it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from archive.registers.notices import packaged
from archive.registers.requests.facts import Applicant, Field, Form
from archive.registers.requests.numbers import Pattern
from archive.registers.requests.register import Register
from archive.registers.requests.request import Actor, Application, Request
from archive.registers.requests.terms import Channel
from archive.registers.staff import Staff
from archive.registers.workdays import Calendar
from archive.store.catalogue import Catalogue

CLERK, HEAD = Actor("丁四", "clerk"), Actor("戊五", "head")
NOTICES = Pattern("云依申请告〔{{年}}〕{{序号}}号")
# No letter before the year that the register would take for a number by itself.
ANSWERS = Pattern("云政信公〔{{年}}〕{{序号}}号")
DAY = timedelta(days=1)
Apply = Callable[..., Application]


class Today:
    """The office's day, which a test may move on."""

    def __init__(self) -> None:
        self.day = date(2026, 9, 1)

    def __call__(self) -> date:
        return self.day


@pytest.fixture
def today() -> Today:
    return Today()


@pytest.fixture
def register(staff: Staff, catalogue: Catalogue, today: Today) -> Register:
    return Register(staff, catalogue, Calendar(packaged()), today, series=(NOTICES, ANSWERS))


@pytest.fixture
def made(register: Register, application: Apply) -> Request:
    """Enter a request that was handed in today."""
    return register.register(application(), CLERK)


@pytest.fixture
def application(today: Today) -> Apply:
    """Return a function that makes an application, handed in today unless said otherwise."""

    def made(
        name: str = "张三丰",
        channel: Channel = Channel.IN_PERSON,
        kind: Applicant = Applicant.PERSON,
        submitted_on: date | None = None,
        confirmed_on: date | None = None,
        **more: str,
    ) -> Application:
        personal = {
            Field.NAME: name,
            Field.IDENTITY: "370101199001011234",
            Field.CONTACT: "13800001111",
            Field.TEXT: f"申请公开{name}所在村的征地补偿方案。",
            **{Field[field.upper()]: value for field, value in more.items()},
        }
        return Application(channel, kind, submitted_on or today.day, personal, confirmed_on, Form.PAPER)

    return made
