"""R12: the order of system calls in one ingest, one publication and one withdrawal, as the kernel saw them.

A file is synced before it is renamed into place, and its folder after. The database's write-ahead log is synced. All
this happens before the command reports anything (its first write to standard output).
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.faults.fault import Trial, write_documents
from tests.faults.length import Length

TITLE = "fsync, rename, fsync of the folder, acknowledgement"
_CALLS = "write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,openat,close"
_LINE = re.compile(r"^(?:\[pid +\d+\] |\d+ +)?(\w+)\((.*)\) += (-?\d+)")
_OPEN_FILE = re.compile(r"\d+<([^>]*)>")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_PROGRAM = "import tests.faults.breaking as b; b.apply(); from web.commands.cli import main; main()"


@dataclass(frozen=True)
class Call:
    """A system call. ``kind`` is write, sync, rename (``path`` to ``target``) or told."""

    kind: str
    path: str
    target: str = ""


def run(folder: Path, length: Length, random: Random) -> Trial:
    trial = Trial()
    strace = shutil.which("strace")
    if not strace or subprocess.run([strace, "-f", "true"], capture_output=True).returncode:  # noqa: S603  # found in PATH
        trial.fail("strace is not installed, or may not trace here: apt-get install strace")
        return trial
    data = folder / "data"
    # Create the tables and one document first, so that only an ingest is traced.
    first, second = write_documents(folder / "incoming", ["先到", "后到"])
    _gongkai(data, "init")
    _gongkai(data, "ingest", str(first.path))
    calls = _traced(strace, folder, data, "ingest", str(second.path))
    trial.cases += 1
    for place in ("blobs", "records"):
        trial.expect(_renames(calls, data / place) != [], f"ingest: nothing was renamed into {place}")
    _judge(trial, calls, data, "ingest")
    listed = _gongkai(data, "review", "list").split()
    id = next(word for word in listed if re.fullmatch(r"[a-z2-7]{12}", word))
    examiner = ("--reviewer", "审查员", "--basis", "一事一审")
    _gongkai(data, "review", "classify", id, "--as", "主动公开", *examiner)
    aspects = ("--aspect", "truthfulness", "--aspect", "confidentiality")
    _gongkai(data, "review", "examine", id, *aspects, "--outcome", "passed", *examiner)
    who = ("--reviewer", "签发人", "--reason", "一事一审")
    for command in (("approve", id, *who), ("withdraw", id, *who)):
        calls = _traced(strace, folder, data, "review", *command)
        trial.cases += 1
        _judge(trial, calls, data, command[0])
    ledger = [call.kind for call in calls if call.path == str(data / "withdrawals.jsonl")]
    trial.expect(ledger[-1:] == ["sync"], f"the ledger of withdrawals was not synced: {ledger}")
    trial.notes.append("ingest, approve, withdraw")
    return trial


def _judge(trial: Trial, calls: Sequence[Call], data: Path, what: str) -> None:
    told = next((at for at, call in enumerate(calls) if call.kind == "told"), None)
    if told is None:
        trial.fail(f"{what}: nothing was told")
        return
    before = calls[:told]
    for at, call in enumerate(before):
        if call.kind != "rename" or not call.target.startswith(str(data)):
            continue
        written = max((n for n in range(at) if before[n] == Call("write", call.path)), default=-1)
        synced = any(before[n] == Call("sync", call.path) for n in range(written + 1, at))
        trial.expect(synced, f"{what}: {Path(call.target).name} was renamed before it was synced")
        folder = Call("sync", str(Path(call.target).parent))
        trial.expect(folder in before[at:], f"{what}: the folder of {Path(call.target).name} was not synced")
    journal = str(data / "catalogue.sqlite3-wal")
    last = max((at for at, call in enumerate(before) if call == Call("write", journal)), default=None)
    trial.expect(last is not None, f"{what}: nothing was written ahead by the database")
    if last is not None:
        trial.expect(Call("sync", journal) in before[last:], f"{what}: the database did not sync what it wrote ahead")
        blobs = [at for at, call in enumerate(before) if call.kind == "rename" and "/blobs/" in call.target]
        trial.expect(all(at < last for at in blobs), f"{what}: the catalogue knew the original before it was kept")


def _renames(calls: Sequence[Call], folder: Path) -> list[Call]:
    return [call for call in calls if call.kind == "rename" and call.target.startswith(f"{folder}/")]


def _environment(data: Path) -> dict[str, str]:
    return {**os.environ, "GONGKAI_DATA": str(data), "GONGKAI_DATABASE_URL": "", "GONGKAI_ACTOR": "收文员"}


def _gongkai(data: Path, *arguments: str) -> str:
    command = [sys.executable, "-c", _PROGRAM, *arguments]
    ran = subprocess.run(command, env=_environment(data), check=True, capture_output=True, text=True)  # noqa: S603  # ours
    return ran.stdout


def _traced(strace: str, folder: Path, data: Path, *arguments: str) -> list[Call]:
    log = folder / "strace.log"
    tracing = [strace, "-f", "-y", "-s", "4096", "-e", f"trace={_CALLS}", "-o", str(log)]
    command = [*tracing, sys.executable, "-c", _PROGRAM, *arguments]
    subprocess.run(command, env=_environment(data), check=True, capture_output=True)  # noqa: S603  # our own program
    return list(_calls(log.read_text(errors="replace").splitlines()))


def _calls(lines: Sequence[str]) -> Iterator[Call]:
    """Read the calls from the log in order of completion. A call interrupted by another thread's is joined again."""
    begun: dict[str, str] = {}
    for line in lines:
        pid, _, rest = line.partition(" ")
        if rest.rstrip().endswith("<unfinished ...>"):
            begun[pid] = rest.strip().removesuffix("<unfinished ...>")
            continue
        if resumed := re.match(r" *<\.\.\. \w+ resumed>(.*)", rest):
            rest = begun.pop(pid, "") + resumed[1]
        found = _LINE.match(rest.strip())
        if not found or found[3].startswith("-"):
            continue
        name, arguments = found[1], found[2]
        opened = _OPEN_FILE.match(arguments)
        if name in ("fsync", "fdatasync") and opened:
            yield Call("sync", opened[1])
        elif name.startswith("rename"):
            source, target = _QUOTED.findall(arguments)[:2]
            yield Call("rename", source, target)
        elif name in ("write", "pwrite64") and opened:
            yield Call("told" if arguments.startswith("1<pipe:") else "write", opened[1])
