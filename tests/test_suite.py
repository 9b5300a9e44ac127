"""Rules for the tests themselves: which are selected over PostgreSQL, and reasons for skips and silencers."""

import ast
import io
import os
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TESTS, CODE = (
    {path: path.read_text("utf-8") for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))}
    for folders in (("tests",), ("archive", "indexer", "web", "tests"))
)
# Tests that depend on ``databases`` directly, through fixtures, by a mark, by themselves, or not at all.
MADE_UP = """
import pytest

@pytest.fixture
def near(databases): ...

@pytest.fixture
def far(near): ...

def test_direct(databases): ...
def test_indirect(far): ...
@pytest.mark.usefixtures("far")
def test_marked(): ...
@pytest.mark.parametrize("a", [1, 2])
def test_repeated(a, far): ...
def test_without(tmp_path): ...
@pytest.mark.page
def test_page(far): ...
@pytest.mark.page
@pytest.mark.statements
def test_page_of_its_own(far): ...
class TestTogether:
    @pytest.fixture(autouse=True)
    def always(self, far): ...
    def test_automatic(self): ...
"""
CHOSEN = {"test_direct", "test_indirect", "test_marked", "test_repeated", "test_page_of_its_own", "test_automatic"}
_SKIPS = {"skip", "skipif", "xfail", "importorskip"}
_SILENCER = re.compile(r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?|type:\s*ignore(?:\[[\w\-, ]*\])?)(.*)")


def test_over_postgresql_those_tests_are_selected_that_depend_on_databases(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import databases\n", encoding="utf-8")
    (tmp_path / "test_made_up.py").write_text(MADE_UP, encoding="utf-8")
    files = (
        "archive/store/test_audit.py",
        "archive/chinese/test_dates.py",
        "web/test_browser.py",
        "web/test_states.py",
    )
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command += ["--import-mode=importlib", "--rootdir", str(ROOT), *(str(ROOT / "tests" / each) for each in files)]
    # Collecting asks no server.
    environment = {**os.environ, "GONGKAI_TEST_POSTGRESQL": "postgresql+psycopg://nobody@127.0.0.1:1/none"}
    ran = subprocess.run([*command, str(tmp_path)], cwd=ROOT, env=environment, capture_output=True, text=True)  # noqa: S603  # pytest
    assert ran.returncode == 0, ran.stdout + ran.stderr
    selected = re.findall(r"^(\S+\.py)::(?:\w+::)*(\w+)", ran.stdout, re.MULTILINE)
    assert {name for file, name in selected if file == "test_made_up.py"} == CHOSEN
    assert {file for file, _ in selected} == {"test_made_up.py", "tests/archive/store/test_audit.py"}


def test_no_test_asks_for_a_fixture_that_the_selection_cannot_see() -> None:
    assert [path for path, source in TESTS.items() if re.search(r"\.getfixturevalue\(", source)] == []


def skips_without_reason(source: str) -> Iterator[str]:
    """Yield the skips and expected failures in a module that give no reason."""
    tree = ast.parse(source)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in _SKIPS and id(node) not in called:
            yield ast.unparse(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _SKIPS:
            reasons = [each.value for each in node.keywords if each.arg == "reason"]
            # Only ``pytest.skip`` and ``pytest.xfail`` take the reason as their first argument, too.
            if ast.unparse(node.func) in ("pytest.skip", "pytest.xfail", "pytest.mark.skip"):
                reasons += node.args[:1]
            if not any(not isinstance(each, ast.Constant) or each.value for each in reasons):
                yield ast.unparse(node)


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("pytest.skip('one processor')", 0),
        ("pytest.skip(reason=f'no {x}')", 0),
        ("@pytest.mark.skipif(A, reason=WHY)\ndef test_a(): ...", 0),
        ("pytest.importorskip('x', reason='no wheel')", 0),
        ("pytest.skip()", 1),
        ("pytest.skip('')", 1),
        ("@pytest.mark.skip\ndef test_a(): ...", 1),
        ("@pytest.mark.skipif(A)\ndef test_a(): ...", 1),
        ("@pytest.mark.xfail(A)\ndef test_a(): ...", 1),
        ("pytestmark = [pytest.mark.slow, pytest.mark.skipif(A, reason='')]", 1),
        ("pytest.importorskip('x')", 1),
        ("import unittest\n@unittest.skip\ndef test_a(): ...", 1),
    ],
)
def test_a_skip_without_a_reason_is_noticed(source: str, count: int) -> None:
    assert len(list(skips_without_reason(source))) == count


def test_every_skip_gives_a_reason() -> None:
    # Reading a module as a program takes long, and most have none of these words.
    found = {
        path: list(skips_without_reason(source))
        for path, source in TESTS.items()
        if any(word in source for word in _SKIPS)
    }
    assert {path: skips for path, skips in found.items() if skips} == {}


def silencers_without_reason(source: str) -> Iterator[int]:
    """Yield the lines with a ``noqa`` or ``type: ignore`` that has no reason behind it and no comment above it."""
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and (silencer := _SILENCER.search(token.string)):
            at = token.start[0]
            if not silencer[1].strip(" #-") and not (at > 1 and lines[at - 2].lstrip().startswith("#")):
                yield at


@pytest.mark.parametrize(
    ("line", "noticed"),
    [
        ("x = 1  # noqa: S603", True),
        ("x = 1  # noqa", True),
        ("x = 1  # type: ignore[arg-type]", True),
        ("x = 1  # noqa: BLE001, RUF100 -", True),
        ("x = 1  # noqa: BLE001, RUF100 - any error is reported", False),
        ("x = 1  # type: ignore[arg-type]  # a stand-in", False),
        ("# The pattern always matches.\nx = 1  # type: ignore[union-attr]", False),
        ("x = '# noqa'", False),
    ],
)
def test_a_silencer_without_a_reason_is_noticed(line: str, noticed: bool) -> None:
    assert bool(list(silencers_without_reason(line))) is noticed


def test_every_silencer_gives_a_reason() -> None:
    found = {path: list(silencers_without_reason(source)) for path, source in CODE.items() if _SILENCER.search(source)}
    assert {path: at for path, at in found.items() if at} == {}
