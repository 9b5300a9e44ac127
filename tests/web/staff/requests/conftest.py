"""The desk on Tuesday 1 September 2026, with a register whose requests a test enters."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
import time_machine

from archive.chinese.dates import OFFICE_TIME, office_today
from archive.registers.notices import packaged
from archive.registers.requests.facts import Applicant, Field, Form
from archive.registers.requests.register import Register
from archive.registers.requests.request import Actor, Application, Request
from archive.registers.requests.terms import Channel
from archive.registers.workdays import Calendar
from tests.web.staff.conftest import DeskSite

CLERK, HEAD = Actor("丁四", "clerk"), Actor("戊五", "head")
# Of the applicant whom no page may name before it was asked to.
NAME, IDENTITY, CONTACT = "欧阳小芳", "370101199001011234", "13800001111"
TEXT = "申请公开欧阳小芳所在的石门村征地补偿方案。"
Enter = Callable[..., Request]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Let it be ten in the morning; a test may move on."""
    with time_machine.travel(datetime(2026, 9, 1, 10, tzinfo=OFFICE_TIME)) as traveller:
        yield traveller


OFFICE = """organ = "云溪县人民政府办公室"
address = "云溪县云兴路1号"
phone = "0500-5550112"
review = "云溪县人民政府"
court = "云溪县人民法院"

[series]
answers = "云政信公〔{{年}}〕{{序号}}号"
notices = "云依申请告〔{{年}}〕{{序号}}号"
"""


@pytest.fixture
def office(site: DeskSite) -> Path:
    """Let the installation say what letters need; return the folder."""
    folder = site.services.settings.data / "letters"
    folder.mkdir()
    (folder / "letters.toml").write_text(OFFICE, encoding="utf-8")
    return folder


@pytest.fixture
def register(site: DeskSite) -> Register:
    return Register(site.staff, site.services.catalogue, Calendar(packaged()))


@pytest.fixture
def enter(register: Register) -> Enter:
    """Return a function that enters a request, handed in today unless said otherwise."""

    def entered(
        name: str = NAME,
        channel: Channel = Channel.IN_PERSON,
        submitted_on: date | None = None,
        confirmed_on: date | None = None,
    ) -> Request:
        personal = {Field.NAME: name, Field.IDENTITY: IDENTITY, Field.CONTACT: CONTACT, Field.TEXT: TEXT}
        day = submitted_on or office_today()
        made = Application(channel, Applicant.PERSON, day, personal, confirmed_on, Form.PAPER)
        return register.register(made, CLERK)

    return entered
