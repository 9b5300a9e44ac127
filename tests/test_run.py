"""``./run`` and the console script that it makes run the code of the checkout that they lie in, and nothing else."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from web.commands.installation import THIS_PROGRAM

ROOT = Path(__file__).parent.parent
# A program that says where it lies stands for the whole.
_PROGRAM = "def main():\n    print(__file__)\n    import lxml_or_so\n    print(lxml_or_so.__file__)\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with an environment that holds what is locked, as far as ``run`` can tell."""
    folder = tmp_path / "first"
    (folder / "web" / "commands").mkdir(parents=True)
    (folder / "web" / "commands" / "cli.py").write_text(_PROGRAM)
    (folder / "lxml_or_so.py").touch()
    shutil.copy2(ROOT / "run", folder)
    shutil.copytree(ROOT / "locks", folder / "locks")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)  # noqa: S603  # our own command
    locks = b"".join((folder / "locks" / name).read_bytes() for name in ("build.txt", "runtime.txt"))
    (folder / ".venv" / "stamp-runtime").write_text(f"{hashlib.sha256(locks).hexdigest()} \n")
    return folder


def called(command: Path, *arguments: str, cwd: Path, **variables: str) -> list[str]:
    environment = {**os.environ, **variables}
    environment.pop("PYTHON", None)
    ran = subprocess.run([command, *arguments], cwd=cwd, env=environment, capture_output=True, text=True)  # noqa: S603  # our own command
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split()


def own(checkout: Path) -> list[str]:
    return [str(checkout / "web" / "commands" / "cli.py"), str(checkout / "lxml_or_so.py")]


def test_a_checkout_that_is_copied_or_moved_runs_its_own_code(checkout: Path, tmp_path: Path) -> None:
    assert called(checkout / "run", "gongkai", cwd=tmp_path) == own(checkout)
    copied = shutil.copytree(checkout, tmp_path / "second", symlinks=True)
    for command in ((copied / ".venv" / "bin" / "gongkai",), (copied / "run", "gongkai")):
        assert called(*command, cwd=tmp_path) == own(copied)
    moved = checkout.rename(tmp_path / "third")
    for command in ((moved / ".venv" / "bin" / "gongkai",), (moved / "run", "gongkai")):
        assert called(*command, cwd=tmp_path) == own(moved)


def test_what_a_former_version_wrote_there_is_repaired(checkout: Path, tmp_path: Path) -> None:
    environment = checkout / ".venv"
    script = environment / "bin" / "gongkai"
    script.write_text(f'#!/bin/sh\nexec "{tmp_path}/gone/.venv/bin/python" -m web.commands.cli "$@"\n')
    (packages,) = environment.glob("lib/python3*/site-packages")
    (packages / "gongkai.pth").write_text(f"{tmp_path}/gone\n")
    assert called(checkout / "run", "gongkai", cwd=tmp_path) == own(checkout)
    before = script.stat().st_mtime_ns
    assert called(checkout / "run", "gongkai", cwd=tmp_path) == own(checkout)
    assert script.stat().st_mtime_ns == before


def test_what_lies_in_the_folder_one_is_in_is_not_run(checkout: Path, tmp_path: Path) -> None:
    trap = tmp_path / "incoming"
    (trap / "web" / "commands").mkdir(parents=True)
    for place in ("web/cli.py", "web/commands/cli.py", "lxml_or_so.py", "sys.py", "site.py"):
        (trap / place).write_text("raise SystemExit('trapped')\n")
    called(checkout / "run", "gongkai", cwd=tmp_path)
    script = checkout / ".venv" / "bin" / "gongkai"
    assert called(script, cwd=trap) == own(checkout)
    assert called(script, cwd=trap, PYTHONPATH=str(trap)) == own(checkout)
    link = tmp_path / "link"
    link.symlink_to(script)
    assert called(link, cwd=trap) == own(checkout)
    assert called(Path("gongkai"), cwd=trap, PATH=f"{script.parent}:{os.environ['PATH']}") == own(checkout)


def test_a_link_to_run_is_run_and_no_variable_of_python_changes_what_is(checkout: Path, tmp_path: Path) -> None:
    trap = tmp_path / "incoming"
    trap.mkdir()
    for name in ("sitecustomize.py", "lxml_or_so.py", "hashlib.py"):
        (trap / name).write_text("raise SystemExit('trapped')\n")
    link = tmp_path / "bin" / "gongkai-run"
    link.parent.mkdir()
    link.symlink_to(checkout / "run")
    assert called(link, "gongkai", cwd=trap) == own(checkout)
    assert called(link, "gongkai", cwd=trap, PYTHONPATH=str(trap)) == own(checkout)
    assert called(link, "gongkai", cwd=trap, PYTHONHOME=str(trap)) == own(checkout)
    assert not (link.parent / ".venv").exists()


def test_what_the_program_starts_of_itself_runs_no_other_code(tmp_path: Path) -> None:
    for name in ("sitecustomize.py", "jieba.py", "click.py"):
        (tmp_path / name).write_text("raise SystemExit('trapped')\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [*THIS_PROGRAM, "synonyms", "show", "低保"]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)  # noqa: S603  # our own command
    assert ran.returncode == 0 and "最低生活保障" in ran.stdout, ran.stderr
