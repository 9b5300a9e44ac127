"""Fixtures for all tests: an analyzer, which loads its dictionary once, databases, installations and documents."""

import argparse
import gc
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from cProfile import Profile
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import chain, count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from hypothesis import settings
from sqlalchemy import Connection, Engine, create_engine, inspect, make_url
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from archive import recognition
from archive.decisions import publication, review
from archive.document import Document, File, Metadata, Validity
from archive.extract import Extraction, Sandbox
from archive.extract.process import sandbox
from archive.registers import passwords
from archive.registers.staff import Staff
from archive.store import migrations, space
from archive.store.catalogue import Catalogue
from archive.store.seals import Seals
from indexer import analyzer as analyzers
from indexer.analyzer import Analyzer
from web.installation import typing_aids
from web.installation.making import make
from web.installation.services import Services, open_services
from web.installation.settings import Settings

MakeDocument = Callable[..., Document]
# The numbers of examples for each property. A test that sets its own number keeps it.
USUAL, THOROUGH = 100, 5000
# Of many values that are alike one in so many is tried.
ALIKE = 5
NewDatabase = Callable[[], str]
Installation = Callable[[Path], Settings]
Some = Callable[[list[Any]], list[Any]]
# The URL of a server on which tests of the catalogue may create databases.
POSTGRESQL = os.environ.get("GONGKAI_TEST_POSTGRESQL", "")
in_a_file = pytest.mark.skipif(POSTGRESQL != "", reason="about the file of a SQLite database")


class Databases:
    """Make databases: SQLite files, or databases on GONGKAI_TEST_POSTGRESQL. ``made`` closes the connection to it."""

    def __init__(self, folder: Path, made: ExitStack) -> None:
        self._folder = folder
        self._made = made
        # Names on the server by the file that each would be.
        self._names: dict[Path, list[str]] = {}

    def empty(self, file: Path) -> str:
        """Return the URL of a database without tables. An SQLite database will be at ``file``."""
        return self._on_server(file) if POSTGRESQL else f"sqlite:///{file}"

    def new(self, file: Path) -> str:
        """Return the URL of a database that has the program's tables, all empty."""
        return self.copied(self._migrated, file)

    def staff(self, file: Path) -> str:
        """Return the URL of a staff's database that has the program's tables, all empty."""
        return self.copied(self._migrated_staff, file)

    def copied(self, url: str, file: Path) -> str:
        """Return the URL of a copy of a database. Nobody may have the original open."""
        if POSTGRESQL:
            return self._on_server(file, f" TEMPLATE {make_url(url).database}{self._by_file}")
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(str(make_url(url).database), file)
        return f"sqlite:///{file}"

    @cached_property
    def _migrated(self) -> str:
        url = self.empty(self._folder / "migrated.sqlite3")
        Catalogue(url, self._folder).close()
        return url

    @cached_property
    def _migrated_staff(self) -> str:
        url = self.empty(self._folder / "staff.sqlite3")
        Staff(url, Seals(self._folder)).close()
        return url

    def drop(self, folder: Path) -> None:
        """Drop the server's databases for files in a folder. Each takes 9 MB, be it empty."""
        for file in [file for file in self._names if file.is_relative_to(folder)]:
            for name in self._names.pop(file):
                self._server.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")

    def _on_server(self, file: Path, template: str = "") -> str:
        name = f"gongkai_test_{uuid4().hex}"
        self._server.exec_driver_sql(f"CREATE DATABASE {name}{template}")
        self._names.setdefault(file, []).append(name)
        return make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)

    @cached_property
    def _server(self) -> Connection:
        engine = create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT")
        self._made.callback(engine.dispose)
        return self._made.enter_context(engine.connect())

    @cached_property
    def _by_file(self) -> str:
        """Return the words by which a server copies a database's files. Without them each page goes through its log."""
        version = self._server.exec_driver_sql("SHOW server_version_num").scalar_one()
        return " STRATEGY FILE_COPY" if int(version) >= 150_000 else ""


@dataclass(frozen=True)
class Mould:
    """A closed archive to be copied. Copying it takes a hundredth of the time that making it takes."""

    folder: Path
    database_url: str
    ids: dict[str, str]

    def copied(self, folder: Path, databases: Databases, file: str = "catalogue.sqlite3") -> str:
        """Copy its files into a folder, and its database. Returns the URL of the copy; ``file`` is SQLite's."""
        shutil.copytree(self.folder, folder, symlinks=True, dirs_exist_ok=True)
        return databases.copied(self.database_url, folder / file)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that choose how much is run. ``./run test`` passes them on."""
    group = parser.getgroup("gongkai")
    group.addoption(
        "--slow",
        action="store_true",
        help="Only the slow kinds: a browser, killed processes, timed growth, pages' states, nginx, real material.",
    )
    group.addoption(
        "--thorough",
        action="store_true",
        help=f"{THOROUGH} examples of each property instead of {USUAL}; with --slow each unit of text at a megabyte.",
    )
    group.addoption("--pictures", action="store_true", help="Keep a picture of each page's states in .artefacts.")
    group.addoption("--without-slow", action="store_true", help=argparse.SUPPRESS)


def pytest_configure(config: pytest.Config) -> None:
    """Set the number of examples, and leave out slow tests unless they were named by path."""
    config.addinivalue_line("markers", "slow: what --slow runs, or its path alone")
    config.addinivalue_line("markers", "thorough: what only --thorough runs, besides more examples")
    config.addinivalue_line("markers", f"alike: of these values one in {ALIKE} is run, and with --thorough each")
    config.addinivalue_line("markers", "page: how answers look and work, which is alike over any database")
    config.addinivalue_line("markers", "statements: executes SQL that no test outside of files marked page does")
    settings.register_profile("usual", max_examples=USUAL)
    settings.register_profile("thorough", max_examples=THOROUGH)
    settings.load_profile("thorough" if config.option.thorough else "usual")
    # Workers receive the paths as if they had been named on the command line, so the decision is passed as an option.
    if config.args_source is not pytest.Config.ArgsSource.ARGS and not config.option.slow:
        config.option.without_slow = True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out slow or fast tests as asked, and over PostgreSQL those without a database. pytest tells how many.

    Most values of a test are left to ``--thorough`` over PostgreSQL, where they execute the same statements, and where
    they are marked ``alike``.
    """
    left_out = []
    values = Counter[str]()
    for item in items:
        slow = item.get_closest_marker("slow") is not None
        out = slow if config.option.without_slow else config.option.slow and not slow
        out = out or (item.get_closest_marker("thorough") is not None and not config.option.thorough)
        out = out or POSTGRESQL != "" and not asks_the_database(item)
        if not out and not config.option.thorough and (POSTGRESQL or item.get_closest_marker("alike")):
            name = item.nodeid.partition("[")[0]
            out = values[name] % ALIKE != 0
            values[name] += 1
        if out:
            left_out.append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what was loaded by now, which is much, and stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_sessionfinish() -> None:
    """Look through the garbage once. pytest does so five times after this, for other Pythons."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Drop a server's databases with the test that made them, when whoever had them open has closed them."""
    yield
    made = getattr(item, "funcargs", {})
    if POSTGRESQL and {"databases", "tmp_path"} <= made.keys():
        made["databases"].drop(made["tmp_path"])


def asks_the_database(item: pytest.Item) -> bool:
    """Tell whether a test depends on ``databases``, however indirectly, and executes what no other such test does.

    A file marked ``page`` is about answers, made of statements that other files' tests execute over both databases. Its
    tests marked ``statements`` are those that execute further ones.
    """
    of_its_own = item.get_closest_marker("page") is None or item.get_closest_marker("statements") is not None
    return of_its_own and "databases" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session", autouse=True)
def small_reserve() -> Iterator[None]:
    """Let the archives of hundreds of tests, which lie in memory, keep little in reserve."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(space, "_SIZE", 4096)
        yield


@pytest.fixture(scope="session", autouse=True)
def nothing_recognised() -> Iterator[None]:
    """Let tests be the same where the recogniser is installed. Those that are about it ask for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recognition, "available", lambda: False)
        yield


@pytest.fixture(scope="session", autouse=True)
def left_as_garbage() -> Iterator[None]:
    """Let the sites of tests not look through all that the tests' process holds, which is much, and is frozen."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typing_aids, "settle", lambda: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Let passwords of tests take no time: how many rounds a hash takes is the library's affair."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session", autouse=True)
def statements_compiled_once() -> Iterator[None]:
    """Let all databases share what SQLAlchemy has made of a statement. Each test opens its own, and they are alike."""
    shared = LRUCache[Any, Any](5000)
    made = Engine.__init__

    def make(engine: Engine, *arguments: Any, **named: Any) -> None:
        made(engine, *arguments, **named)
        engine._compiled_cache = shared

    with pytest.MonkeyPatch.context() as patch:
        for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
            patch.setattr(dialect, "__eq__", lambda one, other: type(one) is type(other))
            patch.setattr(dialect, "__hash__", lambda dialect: hash(type(dialect)))
        patch.setattr(Engine, "__init__", make)
        yield


@pytest.fixture(scope="session", autouse=True)
def tables_made_once() -> Iterator[None]:
    """Let a new file of SQLite take the tables that the migrations made in the first one, which takes a tenth."""
    upgrade, made = migrations.upgrade, dict[migrations.Scripts, list[str]]()

    def quick(connection: Connection, scripts: migrations.Scripts = migrations.CATALOGUE) -> None:
        new = connection.dialect.name == "sqlite" and not inspect(connection).get_table_names()
        if new and scripts in made:
            for statement in made[scripts]:
                connection.exec_driver_sql(statement)
            return
        upgrade(connection, scripts)
        driver = connection.connection.driver_connection
        if new and driver is not None:
            made[scripts] = [each for each in driver.iterdump() if each not in {"BEGIN TRANSACTION;", "COMMIT;"}]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "upgrade", quick)
        yield


@pytest.fixture(scope="session", autouse=True)
def dictionary_read_once() -> Iterator[None]:
    """Let the reference segmenters of all tests copy jieba's dictionary, which takes a second to read."""
    load, read = analyzers.load, list[Any]()

    def quick(tokenizer: Any) -> None:
        if not read:
            load(tokenizer)
            read.append((dict(tokenizer.FREQ), tokenizer.total))
        words, tokenizer.total = read[0]
        tokenizer.FREQ, tokenizer.initialized = dict(words), True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(analyzers, "load", quick)
        yield


@pytest.fixture(scope="session", autouse=True)
def rules_compiled_once() -> Iterator[None]:
    """Let all applications share what werkzeug makes of a rule: it writes and compiles a function for each."""
    compile_ = Rule._compile_builder
    made: dict[object, Callable[..., tuple[str, str]]] = {}

    def quick(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        alike = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if alike not in made:
            made[alike] = compile_(rule, append_unknown)
        return made[alike]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", quick)
        yield


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """Set that of a usual machine, by which everybody may read; commands set their own, also those called in a test."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def some(pytestconfig: pytest.Config) -> Some:
    """Choose every third of many values that are alike; with ``--thorough`` all of them."""
    return lambda values: values[:: 1 if pytestconfig.option.thorough else 3]


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    return Analyzer()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Make databases. ``asks_the_database`` recognises tests that need one by this fixture."""
    with ExitStack() as made:
        databases = Databases(tmp_path_factory.mktemp("databases"), made)
        yield databases
        databases.drop(Path("/"))


@pytest.fixture
def database(tmp_path: Path, databases: Databases) -> NewDatabase:
    """Return a function that makes a database with the program's tables and returns its URL."""
    files = (tmp_path / f"catalogue{number or ''}.sqlite3" for number in count())
    return lambda: databases.new(next(file for file in files if not file.exists()))


@pytest.fixture(scope="session")
def installation(databases: Databases) -> Installation:
    """Gives the settings of installations in folders, with new databases as ``database`` has them."""

    def made(data: Path) -> Settings:
        settings = replace(Settings.at(data), database_url=databases.new(data / "catalogue.sqlite3"))
        # A new database in the folder is an archive already; the folder of one in PostgreSQL is made here.
        make(settings)
        return settings

    return made


class _KeptProcesses:
    """Keeps the processes that read files from one test to the next. Starting one takes longer than most files do."""

    def __init__(self) -> None:
        self._idle: dict[str, list[sandbox._Zygote]] = defaultdict(list)
        self._take, self._close = Sandbox._take, Sandbox.close
        self.used = True

    def take(self, asking: Sandbox) -> sandbox._Zygote:
        if self.used and not asking._closed and not asking._idle and (idle := self._idle[_alike(asking)]):
            return idle.pop()
        return self._take(asking)

    def close(self, closed: Sandbox) -> None:
        # What reads with an installation's own lists is of use to that installation only.
        if self.used and not (closed._lists and closed._lists.exists()):
            with closed._lock:
                self._idle[_alike(closed)] += [each for each in closed._idle if each.alive]
                closed._idle = []
        self._close(closed)

    def end(self) -> None:
        for each in chain.from_iterable(self._idle.values()):
            each.stop()


def _alike(asking: Sandbox) -> str:
    """Return what two sandboxes have in common that may read with each other's processes."""
    own = asking._lists if asking._lists and asking._lists.exists() else ""
    return f"{asking._limits} {own}"


@pytest.fixture(scope="session", autouse=True)
def kept_processes() -> Iterator[_KeptProcesses]:
    kept = _KeptProcesses()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sandbox, "_take", lambda asking: kept.take(asking))
        patch.setattr(Sandbox, "close", lambda closed: kept.close(closed))
        yield kept
        kept.end()


@pytest.fixture
def processes_of_its_own(kept_processes: _KeptProcesses) -> Iterator[None]:
    """Start and end the sandbox's processes as an installation does, for tests of just that."""
    kept_processes.used = False
    yield
    kept_processes.used = True


@pytest.fixture
def services(tmp_path: Path, installation: Installation) -> Iterator[Services]:
    opened = open_services(installation(tmp_path / "data"))
    yield opened
    opened.close()


def publish(
    catalogue: Catalogue, id: str, reviewer: str = "审查员", reason: str = "", approver: str = "签发人"
) -> None:
    """Make the newest version of a document public, with all that the rules ask for, and by two persons."""
    with catalogue.writing() as connection:
        review.add_vouching(connection, id, reviewer, reason or "一事一审")
        publication.approve(connection, id, approver, reason or "一事一审")


@contextmanager
def earlier(*lost: str) -> Iterator[None]:
    """Take in as an earlier program would, which loses words of a file's text."""

    def change(found: Extraction) -> Extraction:
        text = "\n".join(found.paragraphs)
        for each in lost:
            text = text.replace(each, "")
        return replace(found, paragraphs=tuple(text.split("\n")))

    whole = Sandbox.read

    def read(self: Sandbox, *about: object) -> tuple[Extraction, Metadata]:
        found, metadata = whole(self, *about)  # type: ignore[arg-type]  # as given
        return change(found), metadata

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sandbox, "read", read)
        yield


def calls(function: Callable[[], object]) -> int:
    """Count the function calls that some work makes. Unlike time, this number does not depend on the machine."""
    profile = Profile()
    profile.runcall(function)
    return sum(int(each.callcount) for each in profile.getstats())


def make_document(
    id: str,
    title: str,
    text: str = "",
    *,
    number: str | None = None,
    others: tuple[str, ...] = (),
    cited: tuple[str, ...] = (),
    issuer: str | None = None,
    genre: str | None = None,
    topic: str | None = None,
    column: str | None = None,
    written_on: date | None = None,
    validity: Validity | None = None,
) -> Document:
    """Make a document like those that the catalogue returns."""
    return Document(
        id=id,
        version=1,
        metadata=Metadata(
            title=title,
            number=number,
            other_numbers=others,
            issuer=issuer,
            genre=genre,
            topic=topic,
            column=column,
            written_on=written_on,
            validity=validity,
            cited_numbers=cited,
        ),
        file=File("0" * 64, f"{title}.txt", "text/plain", len(text)),
        text=text,
    )
