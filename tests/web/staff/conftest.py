"""A desk with an account in each role, over an archive in which a document waits."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.registers import passwords
from archive.registers.accounts import Accounts
from archive.registers.roles import Role
from archive.registers.staff import Staff
from tests.conftest import Databases, Installation, Mould
from web import server
from web.installation.services import Services, open_services
from web.installation.settings import Settings
from web.staff.desk import create_desk
from web.staff.details import told
from web.staff.words import ACTIONS

PASSWORD = "今天食堂的红烧肉很不错呀"  # noqa: S105 - of the tests
TEXT = "关于做好防汛工作的通知\n\n请落实值班制度。\n\n村民王某13812345678。\n\n云溪县人民政府\n2019年3月1日\n"
PEOPLE = {
    Role.SOURCE: ("source", "甲一", "财政局"),
    Role.REVIEWER: ("reviewer", "乙二", "县政府办"),
    Role.PUBLISHER: ("publisher", "丙三", "县政府办"),
    Role.CLERK: ("clerk", "丁四", "县政府办"),
    Role.HEAD: ("head", "戊五", "县政府办"),
    Role.AUDITOR: ("auditor", "己六", "县政府办"),
    Role.ADMINISTRATOR: ("administrator", "庚七", "县政府办"),
}


# Details that a test or a person words as they like, and ids.
_FREE = frozenset("file reason note basis wanted account other target from by_id replacement documents was now".split())


def unreadable(said: str) -> str:
    """Return a word of what the log shows that only programs know; "" for none. Names of files are people's own."""
    said = re.sub(r"\b[0-9a-f]{32,64}\b|《[^》]*》", "", said)
    found = re.search(r"[A-Za-z]{4,}|\b(?:True|None|key)\b|[\[{]", said)
    return found[0] if found else ""


@dataclass
class Person:
    """Somebody at the desk, with a browser of their own."""

    client: FlaskClient
    name: str
    codes: list[str] = field(default_factory=list)

    def csrf(self, path: str = "/password") -> str:
        found = re.search(r'name="csrf" value="([^"]*)"', self.client.get(path).text)
        return found[1] if found else ""

    def sign_in(self, **more: str) -> TestResponse:
        code = self.codes.pop() if self.codes else ""
        data = {"name": self.name, "password": PASSWORD, "code": code, **more}
        return self.client.post("/sign-in", data=data, base_url="https://localhost")

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, base_url="https://localhost")

    def post(self, path: str, page: str = "/password", **data: str | list[str]) -> TestResponse:
        """Send a form as the page at ``page`` has it; a field may have several values."""
        return self.client.post(path, data={**self.hidden(page), **data}, base_url="https://localhost")

    def hidden(self, page: str) -> dict[str, str]:
        """Return what a form on a page sends unseen."""
        found = re.findall(r'<input type="hidden" name="(csrf|version|last)" value="([^"]*)"', self.get(page).text)
        return dict(found)


@dataclass
class DeskSite:
    """The desk of a mould's copy. ``site[role]`` is somebody of that role, who signs in when first asked for."""

    app: Flask
    services: Services
    staff: Staff
    codes: dict[str, list[str]]
    id: str
    _signed_in: dict[Role, Person] = field(default_factory=dict)

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.staff, self.services.catalogue)

    @property
    def people(self) -> dict[Role, Person]:
        return {role: self[role] for role in PEOPLE}

    def __getitem__(self, role: Role) -> Person:
        if role not in self._signed_in:
            name, _, _ = PEOPLE[role]
            person = Person(self.app.test_client(), name, [*self.codes[name]])
            assert person.sign_in().status_code == 303
            self._signed_in[role] = person
        return self._signed_in[role]


@dataclass(frozen=True)
class DeskMould:
    """A closed installation with accounts and a document that waits, to be copied; codes by the accounts' names."""

    archive: Mould
    staff_url: str
    codes: dict[str, list[str]]


@pytest.fixture(scope="session")
def desk_mould(tmp_path_factory: pytest.TempPathFactory, databases: Databases, installation: Installation) -> DeskMould:
    folder = tmp_path_factory.mktemp("desk")
    services = open_services(installation(folder / "data"))
    staff_url = databases.empty(tmp_path_factory.mktemp("staff") / "staff.sqlite3")
    with closing(services), closing(Staff(staff_url, services.catalogue.keys)) as staff:
        accounts = Accounts(staff, services.catalogue)
        codes: dict[str, list[str]] = {}
        for role, (name, person, unit) in PEOPLE.items():
            _, handed = accounts.add(name, person, [role], unit, "安装人")
            account = accounts.named(name)
            accounts.choose_password(account, handed, PASSWORD)
            codes[name] = []
            if account.needs_second_factor:
                secret = passwords.new_secret()
                codes[name] = accounts.enrol(account, secret, pyotp.TOTP(secret).now())
        id = _brought(services, folder, "waiting", TEXT, "丁四")
    return DeskMould(Mould(folder, services.settings.database_url, {"waiting": id}), staff_url, codes)


@pytest.fixture
def services(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    databases: Databases,
    installation: Installation,
    desk_mould: DeskMould,
) -> Iterator[Services]:
    """Open an installation of its own: that of ``site`` for a test that asks for it, else an empty one."""
    if "site" in request.fixturenames:
        url = desk_mould.archive.copied(tmp_path, databases, "data/catalogue.sqlite3")
        opened = open_services(replace(Settings.at(tmp_path / "data"), database_url=url))
    else:
        opened = open_services(installation(tmp_path / "data"))
    yield opened
    opened.close()


@pytest.fixture
def bring(services: Services, tmp_path: Path) -> Callable[[str, str, str], str]:
    """Take in a text, brought by somebody; return the document's id."""

    return lambda name, text, by: _brought(services, tmp_path, name, text, by)


def _brought(services: Services, folder: Path, name: str, text: str, by: str) -> str:
    path = folder / (name if "." in name else f"{name}.txt")
    path.write_text(text, encoding="utf-8")
    with Sandbox(workers=1) as sandbox:
        intake = Intake(services.catalogue, services.blobs, sandbox, by)
        return str(intake.receive(Item(path, name)).document_id)


@pytest.fixture
def site(services: Services, tmp_path: Path, databases: Databases, desk_mould: DeskMould) -> Iterator[DeskSite]:
    url = databases.copied(desk_mould.staff_url, tmp_path / "staff.sqlite3")
    with closing(Staff(url, services.catalogue.keys)) as staff:
        app = create_desk(services, staff)
        yield DeskSite(app, services, staff, desk_mould.codes, desk_mould.archive.ids["waiting"])
        # Whatever a test does at the desk, the log shows it in words.
        for event in services.catalogue.events():
            given = str(event.details.get("source", "")).startswith("desk")
            details = {
                name: value
                for name, value in event.details.items()
                if name not in _FREE and (name != "source" or given)
            }
            said = told(replace(event, details=details))
            assert event.action in ACTIONS and not unreadable(said), (event, said)
        # Its processes end with it, and not when somebody happens to collect what is left.
        app.extensions["gongkai-desk"].sandbox.close()
        app.extensions["gongkai-desk"].pictures._sandbox.close()


@pytest.fixture
def address(site: DeskSite) -> Iterator[str]:
    """Serve the desk, and yield its address."""
    with server.running(site.app) as address:
        yield address
