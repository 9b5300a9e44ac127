"""``./run`` and the console script that it makes run the code of the checkout that they lie in, and nothing else."""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
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


# Stands for what builds the two packages that are published as source only.
_BACKEND = """
import zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "source-1.0-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as made:
        made.writestr("source.py", "")
        made.writestr("source-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: source\\nVersion: 1.0\\n")
        made.writestr("source-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        made.writestr("source-1.0.dist-info/RECORD", "")
    return name
"""
_PROJECT = '[build-system]\nrequires = ["backend"]\nbuild-backend = "backend"\n'


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A checkout whose locks name two wheels and a package of source, and beside it, where these are published."""
    folder, index = tmp_path / "first", tmp_path / "published"
    (folder / "web" / "commands").mkdir(parents=True)
    index.mkdir()
    program = "def main():\n    import source, backend, wheel_or_so\n    print('ran')\n"
    (folder / "web" / "commands" / "cli.py").write_text(program)
    shutil.copy2(ROOT / "run", folder)
    (folder / "locks").mkdir()
    for name, text in (("backend", _BACKEND), ("wheel_or_so", "")):
        with zipfile.ZipFile(index / f"{name}-1.0-py3-none-any.whl", "w") as made:
            made.writestr(f"{name}.py", text)
            about = f"{name}-1.0.dist-info"
            made.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
            made.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            made.writestr(f"{about}/RECORD", "")
    with tarfile.open(index / "source-1.0.tar.gz", "w:gz") as made:
        held = {"PKG-INFO": "Metadata-Version: 2.1\nName: source\nVersion: 1.0\n", "pyproject.toml": _PROJECT}
        for name, text in held.items():
            entry = tarfile.TarInfo(f"source-1.0/{name}")
            entry.size = len(text)
            made.addfile(entry, io.BytesIO(text.encode()))
    files = {path.name.partition("-")[0]: path for path in index.iterdir()}
    for lock, names in (("build", ["backend"]), ("runtime", ["source", "wheel_or_so"]), ("ocr", ["wheel_or_so"])):
        lines = [f"{each}==1.0 --hash=sha256:{hashlib.sha256(files[each].read_bytes()).hexdigest()}" for each in names]
        (folder / "locks" / f"{lock}.txt").write_text("\n".join(lines) + "\n")
    # pip takes seconds to be put into an environment. Where the system has it, it installs from outside.
    system = subprocess.run(["python3", "-m", "pip", "--version"], capture_output=True).returncode == 0  # noqa: S607  # the system's
    command = ["python3", "-m", "venv", *(["--without-pip"] if system else []), str(folder / ".venv")]
    subprocess.run(command, check=True)  # noqa: S603  # our own command
    return folder


@pytest.mark.slow
def test_what_was_collected_is_installed_without_a_network(published: Path, tmp_path: Path) -> None:
    index = str(tmp_path / "published")
    known = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": index, "UV_NO_INDEX": "1", "UV_FIND_LINKS": index}
    called(published / "run", "wheelhouse", "wheels", cwd=tmp_path, **known)
    wheels = tmp_path / "wheels"
    assert {path.name for path in wheels.iterdir()} == {path.name for path in (tmp_path / "published").iterdir()}
    _emptied(published)
    apart = [] if subprocess.run(["unshare", "-rn", "true"]).returncode else ["unshare", "-rn"]  # noqa: S607  # util-linux's
    alone = shutil.move(wheels, tmp_path / "stick")
    command = [*apart, published / "run", "--offline", alone, "gongkai"]
    # Nothing that this machine is told elsewhere is used: neither where there is something, nor where there is nothing.
    told = {**os.environ, "PIP_FIND_LINKS": index, "PIP_INDEX_URL": "http://127.0.0.1:9/"}
    ran = subprocess.run(command, env=told, capture_output=True, text=True)  # noqa: S603  # our own command
    assert (ran.returncode, ran.stdout) == (0, "ran\n"), ran.stderr
    _emptied(published)
    source = Path(alone) / "source-1.0.tar.gz"
    source.write_bytes(source.read_bytes() + b" ")
    ran = subprocess.run(command, env=told, capture_output=True, text=True)  # noqa: S603  # our own command
    assert ran.returncode == 1 and "./run wheelhouse FOLDER" in ran.stderr, ran.stderr


def _emptied(checkout: Path) -> None:
    """Take away what is installed, but for pip."""
    (checkout / ".venv" / "stamp-runtime").unlink()
    (packages,) = checkout.glob(".venv/lib/python3*/site-packages")
    for path in packages.iterdir():
        if path.name.startswith(("source", "backend", "wheel_or_so")):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def test_offline_needs_a_folder_and_a_command(checkout: Path, tmp_path: Path) -> None:
    for arguments, said in ((("--offline",), "FOLDER COMMAND"), (("--offline", "gone", "gongkai"), f"{tmp_path}/gone")):
        command = [checkout / "run", *arguments]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)  # noqa: S603  # our own command
        assert ran.returncode == 1 and said in ran.stderr
