"""The order of imports between packages and rooms, and the places where libraries may be used."""

import ast
import subprocess
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("archive", "indexer", "web")
# The rooms, the lowest first, also within a line. Each imports only itself and rooms listed before it. A room is a
# folder or a module. A package's own name stands for its ``__init__`` alone.
ROOMS = """
archive archive.plain archive.reasons archive.maintained archive.document archive.errors archive.in_force archive.tables
archive.chinese
archive.structure
archive.compare
archive.extract.extraction archive.extract.limits
archive.extract.containers archive.extract.mediatype
archive.extract.text
archive.extract.pictures
archive.extract.recognition
archive.extract.pdf archive.extract.webpage
archive.extract.others archive.extract.ofd
archive.extract.word
archive.extract.opendocument
archive.describe
archive.extract.formats archive.masking archive.extract.process archive.extract
archive.official
archive.store
archive.pictures archive.recognition
archive.decisions
archive.intake
archive.registers.staff_tables archive.registers.requests.tables archive.registers.books.tables
archive.registers
archive.registers.requests
archive.registers.requests.letters
archive.registers.books
archive.annual
archive.custody
archive.monitoring

indexer indexer.errors indexer.query indexer.relevance indexer.figures indexer.gaps
indexer.lexicon indexer.analyzer indexer.reading indexer.facets indexer.fields indexer.explanation indexer.engine
indexer.snippets indexer.duplicates indexer.folding indexer.names indexer.sync
indexer.asking
indexer.helping
indexer.prior
indexer.engines
indexer.judging

web web.installation
web.http
web.search
web.reading
web.citizens
web.programs
web.staff
web.app web.workers web.server
web.commands
"""
ONLY_IN = {
    # The baselines show how others use jieba and Whoosh.
    "whoosh": {"indexer/engines/whoosh/", "indexer/judging/baselines.py"},
    "jieba": {"indexer/analyzer.py", "indexer/judging/baselines.py"},
    "rjieba": {"indexer/analyzer.py"},
    "pypinyin": {"indexer/helping/pinyin.py"},
    "ir_measures": {"indexer/judging/measures.py"},
    "flask": {"web"},
    "waitress": {"web"},
    "click": {"web/commands"},
    "docx": {"archive/extract", "archive/official.py"},
    "pdfminer": {"archive/extract", "archive/masking"},
    "fontTools": {"archive/extract/ofd/outlines.py"},
    "pypdfium2": {"archive/extract/pictures", "archive/masking"},
    "PIL": {"archive/extract/pictures", "archive/extract/recognition", "archive/masking"},
    "rapidocr": {"archive/extract/recognition/rapid.py"},
    "lxml": {"archive/extract", "archive/masking", "web/programs/xml.py"},
    "segno": {"web/citizens/qr.py", "web/staff/entrance.py"},
    "argon2": {"archive/registers/passwords.py"},
    "pyotp": {"archive/registers/passwords.py"},
    "prometheus_client": {"web/http/metrics.py"},
}


def _modules() -> dict[str, Path]:
    """List every module by its name. A folder's own module has the folder's name."""
    found = {}
    for path in sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = _modules()


@cache
def _nodes(source: str) -> Sequence[ast.AST]:
    return tuple(ast.walk(ast.parse(source)))


@cache
def _imported(source: str) -> Sequence[str]:
    """List the names that a module imports anywhere in it: ``a.b.c`` for ``from a.b import c``."""
    found: list[str] = []
    for node in _nodes(source):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            found += (f"{node.module}.{alias.name}" for alias in node.names)
    return found


def _module(name: str, modules: Iterable[str]) -> str | None:
    """Find the module of this program that an imported name is, or is in."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name or None


def _arrows(sources: dict[str, str]) -> dict[str, set[str]]:
    """Map each module to the modules that it imports."""
    return {
        module: {found for name in _imported(source) if (found := _module(name, sources)) and found != module}
        for module, source in sources.items()
    }


def _room(module: str, rooms: Iterable[str]) -> str:
    """Find the innermost listed room that a module is in."""
    room = module
    while room not in rooms or (room in PACKAGES and room != module):
        room = room.rpartition(".")[0]
        assert room, f"{module} is in no room"
    return room


def wrong_arrows(sources: dict[str, str], listed: str) -> list[str]:
    """List imports of a room that is listed below the importing one."""
    rank = {room: (at, place) for at, line in enumerate(listed.splitlines()) for place, room in enumerate(line.split())}
    wrong = []
    for module, imported in _arrows(sources).items():
        here = _room(module, rank)
        for other in sorted(imported):
            there = _room(other, rank)
            if here != there and rank[there] > rank[here]:
                wrong.append(f"{module} imports {other}")
    return wrong


@cache
def _sources() -> dict[str, str]:
    return {module: path.read_text(encoding="utf-8") for module, path in MODULES.items()}


def test_a_room_imports_only_rooms_listed_above_it() -> None:
    assert wrong_arrows(_sources(), ROOMS) == []


def test_an_import_upward_is_told() -> None:
    sources = {
        "web.http": "",
        "web.http.errors": "from web.search import find",
        "web.search.find": "import web.http.errors",
    }
    assert wrong_arrows(sources, "web.http\nweb.search\nweb") == ["web.http.errors imports web.search.find"]


def test_every_folder_is_a_listed_room_or_in_one() -> None:
    listed = set(ROOMS.split())
    assert {_room(module, listed) for module in MODULES} == listed


def test_no_modules_import_each_other_in_a_circle() -> None:
    try:
        tuple(TopologicalSorter(_arrows(_sources())).static_order())
    except CycleError as error:
        pytest.fail(f"a circle: {error.args[1]}")


@pytest.mark.parametrize("module", MODULES)
def test_a_library_is_imported_where_it_belongs(module: str) -> None:
    place = str(MODULES[module].relative_to(ROOT))
    for name in _imported(_sources()[module]):
        top = name.partition(".")[0]
        if top in ONLY_IN:
            assert any(place.startswith(where) for where in ONLY_IN[top]), f"{place} imports {name}"


def test_the_query_tree_imports_nothing_of_ours() -> None:
    assert not _arrows(_sources())["indexer.query"]


def test_only_the_wiring_names_an_engine() -> None:
    for module, imported in _arrows(_sources()).items():
        if module.startswith("web.") and not module.startswith("web.installation."):
            assert not any(name.startswith("indexer.engines") for name in imported), module


def _loaded(*arguments: str) -> set[str]:
    """List the modules that a command of the command line loads."""
    say = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); "
    code = f"{say}from web.commands.cli import main; sys.argv[1:] = {list(arguments)}; main()"
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  # our own program
    return set(ran.stderr.split())


def test_the_command_line_loads_what_serves_pages_only_to_serve_them() -> None:
    loaded = _loaded("--help")
    assert "web.commands.serving" in loaded
    assert not {"flask", "waitress", "web.app"} & loaded


def test_serving_loads_nothing_that_takes_in_or_decides_for_staff() -> None:
    loaded = _loaded("serve", "--help")
    assert "web.commands.serving" in loaded
    assert not {"web.commands.demo", "web.commands.jobs", "archive.intake", "archive.registers", "rich"} & loaded


def test_saying_the_version_loads_no_library_but_the_command_lines() -> None:
    assert not {"sqlalchemy", "numpy", "whoosh", "jieba", "lxml", "fontTools"} & _loaded("--version")


def test_counting_working_days_loads_neither_database_nor_engine() -> None:
    assert not {"sqlalchemy", "numpy", "whoosh", "jieba", "lxml", "flask", "rich"} & _loaded(
        "workdays", "2020-01-20", "+20"
    )


def _writes(source: str) -> list[str]:
    """List what in a module opens a connection for writing or makes a statement that changes rows."""
    found = [
        f"sqlalchemy.{name}" for name in ("insert", "update", "delete") if f"sqlalchemy.{name}" in _imported(source)
    ]
    for node in _nodes(source):
        # An engine writes to the index, not to the archive.
        if isinstance(node, ast.Attribute) and node.attr == "writing" and ast.unparse(node.value) != "engine":
            found.append(ast.unparse(node))
    return found


def test_only_the_archive_writes_to_the_archive() -> None:
    assert _writes("from sqlalchemy import insert\nopened.catalogue.writing()") == [
        "sqlalchemy.insert",
        "opened.catalogue.writing",
    ]
    sources = _sources()
    assert {m: found for m in sources if not m.startswith("archive") and (found := _writes(sources[m]))} == {}


def _loads(source: str) -> list[str]:
    """What in a module could run a file's content by loading it; writing pickles for Whoosh is no such thing."""
    names = (*("pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"), "numpy.load", "pandas.read_pickle")
    found = [name for name in _imported(source) if name.partition(".")[0] in names and name != "pickle"]
    for node in _nodes(source):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            said = ast.unparse(node).replace("np.", "numpy.", 1)
            if said in names or (said.startswith("pickle.") and said != "pickle.dumps"):
                found.append(said)
    return found


def test_nothing_is_unpickled() -> None:
    """Whoosh would unpickle its files; ``indexer.engines.whoosh.pickles`` reads them as data."""
    source = "import pickle, numpy as np\nfrom marshal import load\npickle.dumps(1)\npickle.loads(b'')\nnp.load('x')"
    assert _loads(source) == ["marshal.load", "pickle.loads", "numpy.load"]
    sources = _sources()
    assert {module: found for module in sources if (found := _loads(sources[module]))} == {}
