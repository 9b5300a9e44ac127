"""The demo: take in the sample corpus, apply its recorded reviews, index it, and check the running server."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stdout
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import click

from archive.decisions import review
from archive.document import Verdict
from archive.errors import BadManifest, BadSettings, NotMigrated
from archive.intake.manifest import read_manifest
from archive.intake.receive import Result
from archive.registers.accounts import Accounts
from archive.registers.requests.letters import office
from archive.registers.roles import Role
from archive.registers.staff import Staff
from archive.store.catalogue import Catalogue
from web.commands import terminal
from web.commands.installation import THIS_PROGRAM, reported
from web.commands.jobs import bring_up, make_lists, take_in
from web.installation import county
from web.installation.making import make
from web.installation.services import Services, open_services
from web.installation.settings import THREADS, Settings

# For those who try the desk, one in each role. A real installation makes its first by ``gongkai accounts add``.
ACCOUNTS = {
    **{"laiyuan": Role.SOURCE, "shencha": Role.REVIEWER, "fabu": Role.PUBLISHER, "shouli": Role.CLERK},
    **{"fuze": Role.HEAD, "shenji": Role.AUDITOR, "guanli": Role.ADMINISTRATOR},
}
PASSWORD = "yunxi-demo-2020"  # noqa: S105  # of the demo, which serves this machine alone
_PATIENCE = 60.0
_TAKEN = "工作台没有启动（{address}）。端口被占用的，请用 --port 换一个：工作台用它的下一个。"
ACTOR = "演示"
CORPUS = Path(__file__).parents[2] / "corpus"


def introduce(corpus: Path, data: Path) -> None:
    """Copy to the data folder what the sample states: ``site.toml``, and of its office what letters say."""
    for file, folder in ((county.FILE, data), (office.FILE, data / office.FOLDER)):
        if (stated := corpus / file).exists():
            folder.mkdir(exist_ok=True)
            shutil.copyfile(stated, folder / file)


def prepare(opened: Services, corpus: Path) -> None:
    """Bring the demo's archive and index up to date with the corpus. Work already done is not repeated."""
    counts = take_in(opened, (), corpus / "manifest.jsonl", ACTOR, already_published=False)
    if counts[Result.TAKEN] or counts[Result.CHANGED] or not opened.catalogue.last_change():
        apply_reviews(opened, corpus)
    bring_up(opened, full=False)
    make_lists(opened)


@contextmanager
def sample() -> Iterator[Services]:
    """Open the sample corpus, taken in and indexed, in a folder that is gone afterwards."""
    with TemporaryDirectory(prefix="gongkai-") as folder:
        settings = Settings.at(Path(folder) / "data")
        make(settings)
        introduce(CORPUS, settings.data)
        with closing(open_services(settings)) as opened:
            # Standard output is what the caller has to say.
            with redirect_stdout(sys.stderr):
                prepare(opened, CORPUS)
            yield opened


def apply_reviews(opened: Services, corpus: Path) -> None:
    """Apply the recorded decisions not yet applied, in order for each document."""
    sources = {item.path: item.source for item in read_manifest(corpus / "manifest.jsonl")}
    recorded: dict[str, list[dict[str, str]]] = {}
    for number, line in enumerate((corpus / "reviews.jsonl").read_text(encoding="utf-8").splitlines(), 1):
        entry = json.loads(line)
        source = sources.get(corpus / entry["path"])
        id = opened.catalogue.by_source(source) if source else None
        if id is None:
            raise BadManifest(number, f"reviews.jsonl 中的 {entry['path']} 不在清单里，或没有收进来。")
        # Copies of a document are the same document, which is decided once.
        if not recorded.get(id) or recorded[id][-1]["verdict"] != entry["verdict"]:
            recorded.setdefault(id, []).append(entry)
    done = opened.catalogue.decided()
    for id, entries in recorded.items():
        for entry in entries[done.get(id, 0) :]:
            _decide(opened.catalogue, id, Verdict(entry["verdict"]), entry["reviewer"], entry.get("reason", ""))


def make_accounts(opened: Services) -> list[str]:
    """Make the demo's accounts, which an installation has none of; return a line for each, to sign in with."""
    with closing(Staff(opened.settings.staff_database_url, opened.catalogue.keys)) as staff:
        accounts = Accounts(staff, opened.catalogue)
        there = {each.name for each in accounts.all()}
        for name, role in ACCOUNTS.items():
            if name not in there:
                account, handed = accounts.add(name, f"演示{role.value}", [role], "演示", ACTOR)
                accounts.choose_password(account, handed, PASSWORD)
    return [f"  {role.value}  用户名 {name}  密码 {PASSWORD}" for name, role in ACCOUNTS.items()]


@contextmanager
def desk(opened: Services, port: int) -> Iterator[str]:
    """Run the desk as a process of its own, as an installation does, and yield its address once it answers."""
    settings = opened.settings
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GONGKAI_")},
        **{"GONGKAI_DATA": str(settings.data), "GONGKAI_SITE_NAME": settings.site_name},
        **{"GONGKAI_DATABASE_URL": settings.database_url, "GONGKAI_STAFF_DATABASE_URL": settings.staff_database_url},
        # Who tries the demo has no telephone at hand that belongs to its accounts.
        "GONGKAI_SECOND_FACTOR": "optional",
    }
    command = [*THIS_PROGRAM, "desk", "--port", str(port)]
    if not _is_free(port):
        raise BadSettings(_TAKEN.format(address=f"http://127.0.0.1:{port}"))
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603  # this program
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers. Raises BadSettings where it ended instead, having said why."""
    until = monotonic() + _PATIENCE
    while process.poll() is None and monotonic() < until:
        try:
            with urlopen(f"{address}/sign-in", timeout=5):  # noqa: S310  # our own http address
                return
        except OSError:
            sleep(0.1)
    raise BadSettings(_TAKEN.format(address=address))


def _is_free(port: int) -> bool:
    """Tell whether nothing answers on a port: it would be taken for the desk that is started."""
    with socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) != 0


def _decide(catalogue: Catalogue, id: str, verdict: Verdict, reviewer: str, reason: str) -> None:
    if verdict is Verdict.APPROVE:
        # Who brought a document in may examine it; the approval is another's.
        review.vouch(catalogue, id, ACTOR, reason or "一事一审")
    review.decide(catalogue, id, verdict, reviewer, reason)


def check_server(opened: Services, port: int) -> bool:
    """Start the server, ask for a search, a facet, a document and a file, report the answers, and stop it."""
    from web.app import create_app
    from web.server import running

    with running(create_app(opened), port) as address:
        click.echo(f"检查 {address}")
        try:
            _ask(address)
        except (OSError, ValueError, LookupError) as error:
            click.echo(f"失败：{error}", err=True)
            return False
    click.echo("检查通过。")
    return True


def _ask(address: str) -> None:
    """Check a server's answers. Raises ValueError saying what is wrong."""

    def get(path: str) -> bytes:
        with urlopen(address + path, timeout=30) as response:  # noqa: S310  # our own http address
            body: bytes = response.read()
            return body

    def read(path: str) -> Any:
        return json.loads(get(path))

    found = read(f"/api/v1/search?q={quote('最低生活保障')}")
    _expect(found["total"] > 0, "检索“最低生活保障”没有结果")
    click.echo(f"检索  “最低生活保障”共 {found['total']} 件，首条《{found['hits'][0]['title']}》")
    page = get(f"/search?q={quote('最低生活保障')}").decode()
    _expect(found["hits"][0]["url"] in page and "<mark>" in page, "检索页没有列出首条结果")

    facet = next(each for each in found["facets"] if each["values"])
    value = facet["values"][0]
    narrowed = read(f"/api/v1/search?q={quote('最低生活保障')}&{facet['name']}={quote(value['value'])}")
    _expect(narrowed["total"] == value["count"], f"分面“{value['label']}”的件数与筛选结果不符")
    click.echo(f"分面  {facet['label']}“{value['label']}”{value['count']} 件，筛选后 {narrowed['total']} 件")

    document = read(f"/api/v1/documents/{found['hits'][0]['id']}")
    _expect(document["title"] in get(document["url"]).decode(), "文件页没有显示标题")
    click.echo(f"文件  《{document['title']}》正文 {len(document['text'])} 字，附件 {len(document['attachments'])} 个")

    feed, harvest = get("/search.atom").decode(), get("/oai?verb=ListRecords&metadataPrefix=oai_dc").decode()
    lists = get("/documents.jsonl").decode().splitlines()
    _expect(document["title"] in harvest and "<entry>" in feed, "订阅或收割没有列出公开文件")
    click.echo(f"程序  订阅 {feed.count('<entry>')} 条，收割首页 {harvest.count('<record>')} 条，清单 {len(lists)} 条")

    original = document["original"]
    body = get(original["url"])
    _expect(len(body) == original["size"], "下载的原件大小不符")
    click.echo(f"原件  {original['name']}，{len(body)} 字节，与登记的大小一致")


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65534), help="The desk has the next.")
@click.option("--check", is_flag=True, help="Send requests to the server, print its answers, and stop.")
@click.option(
    "--corpus",
    default=CORPUS,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The sample documents (default: those in the source tree).",
)
@click.option(
    "--data",
    default=CORPUS.parent / ".demo",
    type=click.Path(file_okay=False, path_type=Path),
    help="The demo's own data folder. GONGKAI_DATA is not used.",
)
@reported
def demo(port: int, check: bool, corpus: Path, data: Path) -> None:
    """Take in the sample corpus, apply its review decisions, index it and serve it.

    The desk runs beside it, on the next port, with accounts that only the demo has.
    """
    from web import server

    settings = Settings.at(data)
    make(settings)
    introduce(corpus, data)
    try:
        opened = open_services(settings, serving=True)
    except NotMigrated as error:
        # A sample is not worth a migration.
        raise BadSettings(f"{data} 是旧版本建立的演示数据，请删除这个文件夹，再重新运行 ./run demo。") from error
    try:
        prepare(opened, corpus)
        terminal.log_lines()
        told = make_accounts(opened)
        # Whoever stops this stops the desk with it.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with desk(opened, port + 1) as address:
            if check:
                good = check_server(opened, port)
                click.echo(f"工作台  {address}/ 有登录页")
                sys.exit(0 if good else 1)
            click.echo("\n".join([f"工作台    {address}/", *told]))
            server.serve(opened, "127.0.0.1", port, THREADS)
    finally:
        opened.close()
