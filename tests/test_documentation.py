"""README and ``docs/``, which must name every variable, command, address and error, and none that is gone."""

import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import click
import pytest
from flask import Flask

from archive.errors import GongkaiError
from archive.intake.manifest import STATED
from tests import documentation as read
from tests.conftest import Installation
from tests.documentation import MANUAL, PACKAGES, PAGES, ROOT
from tests.test_architecture import ROOMS
from web.app import create_app
from web.commands.cli import cli
from web.commands.installation import reported
from web.commands.words import ASPECT, DISCLOSURE, FACETS, FIELD, OUTCOME, RELATION, STATUS, VALIDITY
from web.installation.services import open_services
from web.installation.settings import Settings

TEXTS = {path: path.read_text(encoding="utf-8") for path in PAGES}
MANUAL_TEXT = "\n\n".join(TEXTS[path] for path in MANUAL)
ALL_TEXT = "\n\n".join(TEXTS.values())
SCRIPTS = (ROOT / "run", ROOT / ".ci" / "run", ROOT / ".ci" / "postgresql")
CODE = read.source_files((*PACKAGES, "tests"))
# These paths are invented by the tests of the checks.
MADE_UP = {Path(__file__), ROOT / "tests" / "documentation.py", ROOT / "tests" / "test_architecture.py"}
CONFIGURATION = TEXTS[ROOT / "docs" / "configuration.md"]
COMMANDS = TEXTS[ROOT / "docs" / "commands.md"]
INTERFACES = TEXTS[ROOT / "docs" / "interfaces.md"]
MOMENT = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.fixture(scope="module")
def app(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    opened = open_services(installation(tmp_path_factory.mktemp("documented") / "data"))
    yield create_app(opened)
    opened.close()


def test_every_variable_is_documented_and_none_is_gone() -> None:
    code = [path.read_text(encoding="utf-8") for path in CODE if path not in MADE_UP]
    there = {name for source in code if read.variables(source) for name in read.variables_read(source)}
    there |= {name for path in SCRIPTS for name in read.variables(path.read_text(encoding="utf-8"))}
    assert read.variables(CONFIGURATION) == there
    assert read.variables(ALL_TEXT) == there


def test_a_variable_that_is_read_or_named_is_noticed() -> None:
    assert read.variables_read('import os\nos.environ.get("GONGKAI_NEW")  # not GONGKAI_OLD') == {"GONGKAI_NEW"}
    assert read.variables("Set `GONGKAI_GONE=1`.") == {"GONGKAI_GONE"}


def test_the_table_of_variables_has_the_settings_and_their_defaults() -> None:
    settings, told = Settings.from_environment({}), set()
    for variable, _, default in (cells for cells in read.rows(CONFIGURATION) if len(cells) == 3):
        name = variable.strip("`").removeprefix("GONGKAI_").lower()
        if not variable.startswith("`GONGKAI_"):
            continue
        told.add(name)
        if name in ("site_name", "gaps_k", "cache_mb", "proxies", "rate", "ocr_seconds", "engine_url"):
            assert str(getattr(settings, name)) == default.strip("`"), variable
    assert told == set(Settings.__slots__)
    assert read.variables(cli.help or "") == {f"GONGKAI_{name.upper()}" for name in told}


def test_every_command_and_option_is_documented() -> None:
    there, named = read.commands(cli), read.commands_named(COMMANDS, cli)
    assert there.commands <= named.commands, there.commands - named.commands
    assert there.options <= named.options, there.options - named.options


def test_every_word_of_a_choice_is_documented() -> None:
    documented = re.findall(r"[^\s`|,]+", COMMANDS)
    for kind in (STATUS, DISCLOSURE, ASPECT, OUTCOME, VALIDITY, FIELD, RELATION):
        assert set(kind.choices) <= set(documented)
    assert FACETS.keys() <= set(documented)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_line_can_be_typed(page: Path) -> None:
    assert read.commands_named(TEXTS[page], cli).wrong == []


@click.group()
def made_up() -> None:
    """Stand for the tree of commands."""


@made_up.command()
@click.argument("kind", type=click.Choice(["plain", "fancy"]))
@click.option("--deep", is_flag=True)
@click.option("--as", "role", type=click.Choice(["one", "two"]))
def dig(kind: str, deep: bool, role: str) -> None:
    """Stand for a command."""


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("`gongkai dig plain|fancy [--deep] --as one|two`", []),
        ("`gongkai dig KIND --as ROLE`, `gongkai COMMAND --help`", []),
        ("```sh\n./run gongkai dig plain --deep  # gongkai is --what it is\n```", []),
        ("`install --owner=gongkai /srv && sudo -u gongkai gongkai dig plain`", []),
        ("`gongkai delve`", ["gongkai delve: no command delve"]),
        ("```\n0 2 * * * cd /opt && ./run gongkai dig --far; true\n```", ["gongkai dig --far: no option --far"]),
        ("`gongkai\ndig --as`", ["gongkai dig --as: --as without a value"]),
        ("`gongkai dig --as three`", ["gongkai dig --as three: no three"]),
        ("`gongkai dig ugly`", ["gongkai dig ugly: no ugly"]),
        ("`gongkai dig plain more`", ["gongkai dig plain more: more is too much"]),
        ("`./run judge FILES`", ["gongkai judge FILES: no command judge"]),
    ],
)
def test_a_command_line_that_cannot_be_typed_is_noticed(text: str, wrong: list[str]) -> None:
    assert read.commands_named(text, made_up).wrong == wrong


def test_a_command_or_option_that_is_not_named_is_noticed() -> None:
    there = read.commands(made_up)
    assert there.commands == {("dig",)}
    assert {option for _, option in there.options} == {"--deep", "--as"}
    half = read.commands_named("`gongkai dig --deep`", made_up)
    assert (half.commands, half.options) == ({("dig",)}, {(("dig",), "--deep")})


def test_every_tool_is_documented_and_none_is_gone() -> None:
    cases = (ROOT / "run").read_text(encoding="utf-8").partition("\ncase $command in\n")[2]
    there = {line.removesuffix(")") for line in cases.splitlines() if line.isascii() and line[:-1].isalpha()}
    there.discard("esac")
    named = read.tools_named(MANUAL_TEXT)
    assert {tool for tool, _ in named} == there
    for tool, option in sorted(read.tools_named(ALL_TEXT)):
        assert tool in there
        if option and tool in TOOLS:
            assert f'"{option}"' in (ROOT / TOOLS[tool]).read_text(encoding="utf-8"), f"./run {tool} {option}"


TOOLS = {
    "bench": "tests/bench/__main__.py",
    "fuzz": "tests/fuzz.py",
    "faults": "tests/faults/__main__.py",
    "test": "tests/conftest.py",
}


def test_a_tool_that_is_named_is_noticed() -> None:
    text = "`./run polish --hard` and\n```\n./run bench [--full|--slow] # --not this\n```\n"
    options = {("polish", ""), ("polish", "--hard"), ("bench", ""), ("bench", "--full"), ("bench", "--slow")}
    assert read.tools_named(text) == options


def test_every_field_of_a_manifest_is_documented() -> None:
    told = next(block for block in read.fenced(MANUAL_TEXT) if block.startswith('{"path"'))
    after = MANUAL_TEXT.partition(told)[2].partition("```")[0]
    assert [name for name in STATED if f'"{name}"?' not in told + after] == []


def test_every_route_is_documented_and_none_is_gone(app: Flask) -> None:
    there = {address for rule in app.url_map.iter_rules() for address in read.addresses(rule.rule)}
    assert read.addresses_named(INTERFACES) == there
    for page in PAGES:
        assert read.addresses_named(TEXTS[page]) <= there, page.name


def test_a_route_that_is_there_or_named_is_noticed() -> None:
    assert read.addresses("/a/<b>/<int:c>") == {"/a/<b>/<c>"}
    assert read.addresses("/list.<any(csv, jsonl):kind>") == {"/list.csv", "/list.jsonl"}
    text = "Ask `/gone?after=0` or `/a/<b>`, kept in `/srv/data`:\n```\n/elsewhere\n```\n"
    assert read.addresses_named(text) == {"/gone", "/a/<b>"}


def error_classes() -> set[type[GongkaiError]]:
    """List every class of error in the three packages, after loading their modules."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            # Alembic runs these modules itself. Importing them would run migrations. What recognises is an extra.
            if ".migrations." not in module.name and module.name != "archive.extract.recognition.rapid":
                import_module(module.name)
    found, new = set(), {GongkaiError}
    while new:
        found |= new
        new = {below for above in new for below in above.__subclasses__()} - found
    return {each for each in found if each.__module__.partition(".")[0] in PACKAGES}


def error_rows(text: str) -> dict[str, list[str]]:
    return {cells[0].strip("`"): cells[1:] for cells in read.rows(text) if len(cells) == 5}


ERRORS = error_rows(TEXTS[ROOT / "docs" / "errors.md"])


def test_every_class_of_error_is_documented_and_none_is_gone() -> None:
    assert ERRORS.keys() == {each.__name__ for each in error_classes()}


def test_a_class_that_is_named_is_noticed() -> None:
    text = "| class | when | code | HTTP | what to do |\n|---|---|---|---|---|\n| `Gone` | once | 1 | — | nothing |\n"
    assert error_rows(text) == {"Gone": ["once", "1", "—", "nothing"]}


def test_errors_end_with_the_documented_exit_codes_and_statuses(app: Flask) -> None:
    for each in error_classes():
        _, code, status, _ = ERRORS[each.__name__]
        error = _made(each)
        with pytest.raises(SystemExit) as left:
            reported(_raising)(error)
        assert str(left.value.code) == code.partition(";")[0], each
        with app.test_request_context("/api/v1/search"):
            answered = app.make_response(app.handle_user_exception(error)).status_code
        assert answered == (500 if status == "—" else int(status)), each


def _raising(error: GongkaiError) -> None:
    raise error


def _made(kind: type[GongkaiError]) -> GongkaiError:
    """Make an error of a class. Facts that an answer shows are invented."""
    error = kind.__new__(kind)
    facts: dict[str, object] = {"reason": "", "at": MOMENT, "replacement": None, "until": MOMENT.date()}
    for name, value in facts.items():
        setattr(error, name, value)
    return error


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert read.broken_links(TEXTS[page], page.parent) == []


def test_a_link_that_leads_nowhere_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# The `first` part\n", encoding="utf-8")
    text = "[a](there.md) ![b](gone.png) [c](https://elsewhere.example/) [d](there.md#the-first-part) [e](there.md#no)"
    assert read.broken_links(text + " [f](#gone)", tmp_path) == ["gone.png", "there.md#no", "#gone"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_paths_in_pages_exist(page: Path) -> None:
    assert read.missing(read.paths(TEXTS[page])) == []
    assert read.file_names(TEXTS[page]) <= {path.name for path in CODE}


def test_paths_and_modules_in_docstrings_and_comments_exist() -> None:
    for path in CODE:
        if path in MADE_UP:
            continue
        said = path.read_text(encoding="utf-8")
        # Reading remarks is slow, so only files that name a missing path or module anywhere are read.
        if not read.missing(read.paths(said)) and not read.unknown_modules(read.modules(said)):
            continue
        said = "\n".join(read.remarks(said))
        assert read.missing(read.paths(said)) == [], path
        assert read.unknown_modules(read.modules(said)) == [], path


def test_a_path_or_module_that_is_gone_is_noticed() -> None:
    text = "See `archive/gone.py`, `archive/document.py`, `archive/nowhere/`, archive/describe/ and `gone.py`."
    assert read.missing(read.paths(text)) == ["archive/gone.py", "archive/nowhere/"]
    assert read.file_names(text) == {"gone.py"}
    said = list(read.remarks('"""See ``web.gone``."""\n# and archive.document.Gone\nx = "web.not_said"\n'))
    assert read.modules("\n".join(said)) == {"web.gone", "archive.document.Gone"}
    named = ("web.gone", "archive.document.Gone", "archive.document.Metadata.title", "web.http", "indexer.query")
    assert read.unknown_modules(named) == ["archive.document.Gone", "web.gone"]


def test_the_layout_lists_every_room_in_the_order_of_imports() -> None:
    ranks = {room: rank for rank, line in enumerate(ROOMS.splitlines()) for room in line.split()}
    listed = read.rooms(TEXTS[ROOT / "README.md"])
    assert {room for room in ranks if room not in PACKAGES} - set(listed) == set()
    assert read.misplaced((room for room in listed if room in ranks), ranks) == []
    folders = {path.parent.relative_to(ROOT) for path in read.source_files(PACKAGES) if path.name == "__init__.py"}
    unlisted = {".".join(folder.parts) for folder in folders} - {*listed, *PACKAGES}
    assert {room for room in unlisted if ".migrations" not in room} == set()


def test_a_room_out_of_its_place_is_noticed() -> None:
    table = "| a | b |\n|---|---|\n| `web/http/` | x |\n| `web/app.py`, `web/search/` | y |\n"
    text = f"# A\n\n## Layout\n\n{table}\n## B\n"
    assert read.rooms(text) == ["web.http", "web.app", "web.search"]
    ranks = {"web.http": 0, "web.search": 1, "web.app": 2}
    assert read.misplaced(read.rooms(text), ranks) == ["web.search"]
    assert read.misplaced(["web.gone"], ranks) == ["web.gone"]
