"""A small indexed installation with public and hidden documents, and a client for it."""

import ctypes.util
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.test import TestResponse

from archive.decisions import review
from archive.document import Verdict
from archive.extract import Sandbox
from archive.intake.manifest import read_manifest
from archive.intake.receive import Intake, Result
from indexer import sync
from indexer.analyzer import Analyzer
from tests.conftest import Databases, Installation, Mould, publish
from web.app import create_app
from web.installation import county
from web.installation.services import Services, open_services
from web.installation.settings import Settings
from web.server import running

LINES = (
    {
        "path": "低保.txt",
        "text": "关于印发云溪县最低生活保障实施办法的通知\n\n各镇人民政府：\n最低生活保障标准每年调整一次。"
        "申请人应当向户籍所在地镇人民政府提出申请，15个工作日内答复。\n",
        "number": "云政发〔2019〕6号",
        "issuer": "云溪县人民政府",
        "genre": "通知",
        "topic": "民政、扶贫、救灾/社会救助",
        "column": "法定主动公开内容/规范性文件",
        "written_on": "2019-09-20",
        "published_on": "2019-09-25",
        "validity": "现行有效",
        "attachments": ["申请表.txt"],
    },
    {
        "path": "旧办法.txt",
        "text": "关于印发云溪县最低生活保障暂行办法的通知\n\n最低生活保障由民政部门负责。\n",
        "number": "云政发〔2014〕8号",
        "issuer": "云溪县人民政府",
        "genre": "通知",
        "column": "法定主动公开内容/规范性文件",
        "written_on": "2014-03-01",
        "validity": "已废止",
    },
    {
        "path": "预算.txt",
        "text": "云溪县财政局2020年部门预算\n\n收入\t120万元\n支出\t120万元\n<script>alert(1)</script>三公经费下降。\n",
        "issuer": "云溪县财政局",
        "genre": "预算",
        "topic": "财政、金融、审计/财政",
        "column": "法定主动公开内容/财政信息",
        "written_on": "2020-02-01",
    },
    {"path": "待审.txt", "text": "云溪县矿区搬迁初步方案\n\n仙人掌计划尚未审定。\n", "written_on": "2020-03-01"},
    {"path": "不予.txt", "text": "云溪县应急演练脚本\n\n火烈鸟预案仅供内部。\n", "written_on": "2020-03-02"},
    {"path": "撤回.txt", "text": "云溪县救助对象名单\n\n独角兽名单含个人信息。\n", "written_on": "2020-03-03"},
)
HIDDEN_WORDS = ("仙人掌", "火烈鸟", "独角兽")
# The shell draws and runs scripts as Chromium does, without the windows that no test looks at. A page takes it a third
# of the processor's time.
CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
# Marks for modules with tests that drive Debian's Chromium through Playwright.
IN_A_BROWSER = [
    pytest.mark.page,
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None or ctypes.util.find_library("atomic") is None,
        reason="Chromium or its driver's library is not installed (apt-get install chromium-headless-shell libatomic1)",
    ),
    # Playwright leaves the sockets of its event loop to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
CORPUS = Path(__file__).parent.parent.parent / "corpus"
# Whatever tests wait for takes a second, or longer on a busy machine. No test waits for something not to happen.
expect.set_options(timeout=20_000)


class Client(FlaskClient):
    """A client that reads answers to the end, so that sent files are closed."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        return super().open(*arguments, **{"buffered": True, **options})


@dataclass(frozen=True)
class Site:
    """An installation with a client. ``ids`` has the documents' ids by file name."""

    services: Services
    client: FlaskClient
    ids: dict[str, str]


def built(
    folder: Path, installation: Installation, lines: Sequence[Mapping[str, object]]
) -> tuple[Services, dict[str, str]]:
    """Take in documents, none public yet. Returns the installation and their ids by file name."""
    with (folder / "manifest.jsonl").open("w", encoding="utf-8") as manifest:
        for line in lines:
            entry = dict(line)
            (folder / str(entry["path"])).write_text(str(entry.pop("text")), encoding="utf-8")
            manifest.write(json.dumps(entry, ensure_ascii=False) + "\n")
    services = open_services(installation(folder / "data"))
    ids = {}
    with Sandbox() as sandbox:
        intake = Intake(services.catalogue, services.blobs, sandbox, "收文员")
        for outcome in intake.receive_all(read_manifest(folder / "manifest.jsonl")):
            assert outcome.result is Result.TAKEN, outcome.reason
            ids[outcome.item.path.name] = str(outcome.document_id)
    return services, ids


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def client_of(services: Services) -> FlaskClient:
    app = create_app(services)
    app.test_client_class = Client
    return app.test_client()


@pytest.fixture(scope="session", autouse=True)
def headers_that_can_be_sent() -> Iterator[None]:
    """Refuse an answer whose headers the server could not send, which Flask's client takes."""
    real = FlaskClient.open

    def opened(self: FlaskClient, *arguments: Any, **named: Any) -> TestResponse:
        answer = real(self, *arguments, **named)
        for name, value in answer.headers:
            f"{name}: {value}".encode("latin-1")
        return answer

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(FlaskClient, "open", opened)
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compile templates once for all applications in tests. Doing it each time took most of their time."""
    with pytest.MonkeyPatch.context() as patch:
        cache = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": cache})
        yield


@pytest.fixture(scope="session")
def mould(tmp_path_factory: pytest.TempPathFactory, installation: Installation) -> Mould:
    """Make the installation with all documents, the public ones published and indexed."""
    folder = tmp_path_factory.mktemp("mould")
    (folder / "申请表.txt").write_text("最低生活保障申请表\n家庭成员情况\n", encoding="utf-8")
    services, ids = built(folder, installation, LINES)
    for name in ("低保.txt", "旧办法.txt", "预算.txt", "撤回.txt"):
        publish(services.catalogue, ids[name])
    sync.catch_up(services.catalogue, services.engine)
    services.close()
    return Mould(folder, services.settings.database_url, ids)


@contextmanager
def cast(mould: Mould, folder: Path, databases: Databases, analyzer: Analyzer) -> Iterator[Site]:
    """Open a copy of the mould's installation in a folder of its own."""
    url = mould.copied(folder, databases, "data/catalogue.sqlite3")
    services = open_services(replace(Settings.at(folder / "data"), database_url=url), analyzer=analyzer)
    yield Site(services, client_of(services), mould.ids)
    services.close()


@pytest.fixture(scope="session")
def site(
    tmp_path_factory: pytest.TempPathFactory, mould: Mould, databases: Databases, analyzer: Analyzer
) -> Iterator[Site]:
    with cast(mould, tmp_path_factory.mktemp("site"), databases, analyzer) as site:
        catalogue = site.services.catalogue
        review.decide(catalogue, site.ids["不予.txt"], Verdict.REJECT, "审查员", "内部资料")
        # It is withdrawn after the index was built, so the index still holds it.
        review.decide(catalogue, site.ids["撤回.txt"], Verdict.WITHDRAW, "审查员", "含个人信息")
        yield site


@pytest.fixture
def own(tmp_path: Path, mould: Mould, databases: Databases, analyzer: Analyzer) -> Iterator[Site]:
    """Open an installation with the same documents for one test alone, which may change it."""
    with cast(mould, tmp_path, databases, analyzer) as site:
        yield site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    """Serve ``site`` with the sample's county information and yield the address."""
    with running(create_app(replace(site.services, county=county.load(CORPUS)))) as address:
        yield address


def watched(page: Page, address: str) -> list[str]:
    """Collect what goes wrong on a page from now on: requests to other sites, and errors."""
    wrong: list[str] = []
    page.on("request", lambda request: wrong.append(request.url) if not request.url.startswith(address) else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    return wrong


@pytest.fixture
def scripted(browser: Browser, address: str) -> Iterator[Page]:
    """Open a page on a desktop's screen. No error may occur on it, and no request may go to another site."""
    context = browser.new_context(viewport={"width": 1280, "height": 1024})
    page = context.new_page()
    wrong = watched(page, address)
    page.goto(address)
    yield page
    context.close()
    assert wrong == []
