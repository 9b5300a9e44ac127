"""R20: a command is run as root, or was once. It is refused, or what it left stops no work of the service's user.

Python may lie where only root may enter. So the two change places here: the service's user is root without any
capability, to whom the same permissions apply as to everybody, and who may do all is another user with all of them.
"""

import ctypes
import os
import shutil
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random

from click.testing import CliRunner

from archive.store.seals import Seals
from tests.faults.fault import Trial, child, write_documents
from tests.faults.length import Length
from web.commands.cli import cli

TITLE = "commands of root in the service's folder"
_SERVICE, _MIGHTY = 0, 65534
# capset(2), version 3, and prctl(2).
_VERSION, _PR_SET_KEEPCAPS = 0x20080522, 8
_REFUSED = ("init", "review list", "verify", "reindex", "lists", "backup {disk}", "ingest {more}", "rebuild-catalogue")


def run(folder: Path, length: Length, random: Random) -> Trial:
    trial = Trial()
    if os.geteuid() != 0:
        trial.notes.append("SKIPPED: only root can run commands as one user and as another")
        return trial
    service, data, disk = folder / "service", folder / "service" / "data", folder / "service" / "disk"
    for path in (service, disk):
        path.mkdir()
    incoming, more = folder / "incoming", folder / "more"
    write_documents(incoming, [f"第{number}项" for number in range(5)])
    write_documents(more, ["另一项"])
    os.environ.update(GONGKAI_DATA=str(data), GONGKAI_DATABASE_URL="", GONGKAI_ACTOR="收文员")

    def expect(user: int, code: int, words: str, *told: str) -> str:
        trial.cases += 1
        line = words.format(disk=disk, more=more, incoming=incoming)
        ended, said = _as_user(user, line.split())
        named = f"{'the service' if user == _SERVICE else 'root'}: {line}"
        trial.expect(ended == code, f"{named} ended with {ended}: {said[-400:]}")
        for each in told:
            trial.expect(each in said, f"{named} does not say “{each}”: {said[-400:]}")
        return said

    expect(_SERVICE, 0, "init")
    expect(_SERVICE, 0, "ingest {incoming} --already-published --actor 移交")
    expect(_SERVICE, 0, "reindex")
    expect(_SERVICE, 0, "backup {disk}")
    if trial.failures:
        return trial
    former = max(disk.iterdir())
    for command in (*_REFUSED, f"restore {former} --replace"):
        expect(_MIGHTY, 2, command, str(data), "sudo -u")
    left = [path for path in (data, *data.rglob("*")) if path.lstat().st_uid != _SERVICE]
    trial.expect(not left, f"root left {left[:3]}")
    # What an earlier version let root leave: a record, an original in the backup, and the database's journal.
    record, original = next(data.glob("records/??/*.json")), next(former.glob("blobs/*/*"))
    for path in (record, original):
        os.chown(path, _MIGHTY, _MIGHTY)
        path.chmod(0o644)
    expect(_SERVICE, 0, "backup {disk}")
    original.chmod(0o600)
    expect(_SERVICE, 0, "backup {disk}")
    record.chmod(0o600)
    expect(_SERVICE, 1, "backup {disk}", str(record), f"chown -R root {data}")
    os.chown(record, _SERVICE, _SERVICE)
    journal = data / "catalogue.sqlite3"
    os.chown(journal, _MIGHTY, _MIGHTY)
    expect(_SERVICE, 2, "review list", str(journal), f"chown -R root {data}")
    os.chown(journal, _SERVICE, _SERVICE)
    expect(_SERVICE, 0, "verify")
    # A restore needs its folder, and not the one above.
    os.chown(service, _MIGHTY, _MIGHTY)
    service.chmod(0o755)
    key = folder / "paper.txt"
    key.write_text(Seals(data / "keys").private().written(), encoding="ascii")
    for path in data.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    expect(_SERVICE, 0, f"restore {max(disk.iterdir())} --key {key}")
    expect(_SERVICE, 0, f"restore {max(disk.iterdir())} --replace")
    expect(_SERVICE, 0, "ingest {more} --actor 移交")
    expect(_SERVICE, 0, "verify")
    return trial


def _as_user(number: int, arguments: list[str]) -> tuple[int, str]:
    told = child(_run, number, arguments).told()
    return (int(str(told[0][0])), str(told[0][1])) if told else (-1, "it ended without a word")


def _run(number: int, arguments: list[str], tell: Callable[[object], None]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if number == _MIGHTY:
        libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
        # access(2) goes by the real user, to whom it leaves the capabilities only if that is root.
        os.setresuid(0, number, number)
    # Effective, permitted and inheritable ones, each in two words.
    word = 0 if number == _SERVICE else 0xFFFFFFFF
    header = (ctypes.c_uint32 * 2)(_VERSION, 0)
    permitted = _permitted()
    sets = [each for half in (permitted & 0xFFFFFFFF, permitted >> 32) for each in (half & word, half & word, 0)]
    if libc.capset(header, (ctypes.c_uint32 * 6)(*sets)):
        raise OSError(ctypes.get_errno(), "capset")
    done = CliRunner().invoke(cli, arguments)
    broke = done.exception and not isinstance(done.exception, SystemExit)
    tell((done.exit_code, done.output + ("".join(traceback.format_exception(done.exception)) if broke else "")))


def _permitted() -> int:
    """Return the capabilities that this process may have, as one number."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("CapPrm")), 16)
