"""R19: a disk of 9 MB that becomes full. Outcomes say what holds, intake stops, and a withdrawal goes through."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from random import Random

from click.testing import CliRunner, Result

from archive.intake.adding import Item
from archive.intake.receive import Intake, Receipt
from archive.store.space import RESERVE, free
from tests.faults import breaking
from tests.faults.fault import Trial, TurnedRed, archive_alarm, installation
from tests.faults.length import Length
from web.commands.cli import cli

TITLE = "a disk of 9 MB becomes full"
_DISK = 9 << 20
_DOCUMENTS = 20
_TIMES, _LONG = 2, 60


def run(folder: Path, length: Length, random: Random) -> Trial:
    """Run the cases in a process that has its own mounts, so that the disk is gone with it however that ends."""
    trial = Trial()
    (folder / "disk").mkdir()
    if (may := _who_may_mount(folder / "disk")) is None:
        trial.notes.append("SKIPPED: this machine lets nobody mount a tmpfs, neither as root nor in a user's namespace")
        return trial
    times = _LONG if length is Length.LONG else _TIMES
    command = [*may, sys.executable, "-m", "tests.faults.full_disk", str(folder), str(times), str(random.random())]
    ran = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - ourselves
    if ran.returncode:
        trial.fail(f"it broke: {ran.stderr[-1500:]}")
        return trial
    said = json.loads(ran.stdout)
    trial.cases, trial.failures, trial.notes = said["cases"], said["failures"], said["notes"]
    return trial


def _who_may_mount(place: Path) -> Sequence[str] | None:
    """Return the command before another by which that one may mount, or None."""
    for before in (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]):
        try:
            tried = subprocess.run([*before, *_mounting(place)], capture_output=True)  # noqa: S603 - no shell
        except FileNotFoundError:
            return None
        if tried.returncode == 0:
            return before
    return None


def _mounting(place: Path) -> list[str]:
    return ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "none", str(place)]


def main() -> None:
    place, times, seed = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    breaking.apply()
    random = Random(seed)  # noqa: S311 - which sizes, not which keys
    trial = Trial()
    with suppress(TurnedRed):
        for time in range(times):
            subprocess.run(_mounting(place / "disk"), check=True)  # noqa: S603 - no shell
            _case(trial, place, f"case {time}", random, through_intake=time % 2 == 0)
            subprocess.run(["umount", str(place / "disk")], check=True)  # noqa: S603, S607 - no shell
    print(json.dumps({"cases": trial.cases, "failures": trial.failures, "notes": trial.notes}))


def _case(trial: Trial, place: Path, name: str, random: Random, through_intake: bool) -> None:
    trial.cases += 1
    data = place / "disk" / "data"
    os.environ.update(GONGKAI_DATA=str(data), GONGKAI_DATABASE_URL="")
    incoming = place / "incoming"
    shutil.rmtree(incoming, ignore_errors=True)
    incoming.mkdir()
    items = []
    for number in range(_DOCUMENTS):
        path = incoming / f"{number}.txt"
        body = "".join(chr(random.randrange(0x4E00, 0x9FA5)) for _ in range(random.randrange(5_000, 30_000)))
        path.write_text(f"关于第{number}项工作的通知\n{body}\n", encoding="utf-8")
        items.append(Item(path, f"file:{path}"))
    trial.expect(_call("init").exit_code == 0 and (data / RESERVE).exists(), f"{name}: there is no reserve after init")
    filler = place / "disk" / "filler"
    filler.write_bytes(b"x" * random.randrange(3 << 20, 4 << 20))
    said = _by_intake(trial, data, items, name) if through_intake else _by_command(trial, incoming, name)
    for told in (str(place / "disk"), "磁盘已满"):
        trial.expect(told in said, f"{name}: intake did not say “{told}”: {said[-300:]}")
    with installation(data) as opened:
        public = [document.id for document in opened.catalogue.public_all()]
    after = (
        "and recorded"
        if "没有写成" not in said and "已经公开；" not in said
        else "the last of them committed and not recorded"
    )
    trial.notes.append(f"{name}: full after {len(public)} documents {after}")
    # Whatever is left is taken too, to the last byte.
    more = place / "disk" / "more"
    _fill(more)
    trial.expect(free(data) == 0, f"{name}: the disk is not full")
    saved = _call("backup", str(place / f"backups-{name}"))
    trial.expect(saved.exit_code == 0, f"{name}: no backup from a full disk onto another: {saved.output[-300:]}")
    trial.expect(len([*(data / RESERVE).iterdir()]) >= 7, f"{name}: the backup took more of the reserve than one file")
    withdrawn = random.sample(public, 3)
    who = ("--reviewer", "甲", "--reason", "含个人信息")
    for id in withdrawn:
        done = _call("review", "withdraw", id, *who)
        trial.expect(done.exit_code == 0, f"{name}: not withdrawn on a full disk: {done.output[-300:]}")
        # What that gave back is taken by another program, and the next one goes through all the same.
        _fill(more)
    left = {*public} - {*withdrawn}
    filler.unlink()
    more.unlink()
    # A larger disk, so that the rest goes in.
    subprocess.run(["mount", "-o", f"remount,size={8 * _DISK}", str(place / "disk")], check=True)  # noqa: S603, S607
    again = _call("ingest", str(incoming), "--already-published", "--actor", "移交")
    trial.expect(again.exit_code == 0, f"{name}: the rest is not taken in: {again.output[-300:]}")
    trial.expect((data / RESERVE).exists(), f"{name}: the reserve was not made again")
    with installation(data) as opened:
        public = [document.id for document in opened.catalogue.public_all()]
        trial.expect(len(public) == _DOCUMENTS - 3, f"{name}: {len(public)} are public in the end")
        trial.expect(left <= {*public} and not {*withdrawn} & {*public}, f"{name}: others are public than should be")
        trial.expect(not (alarm := archive_alarm(opened.catalogue, opened.blobs)), f"{name}: {alarm}")


def _by_intake(trial: Trial, data: Path, items: Sequence[Item], name: str) -> str:
    """Take items in until it stops. Each receipt must say what the catalogue has. Returns the error."""
    from archive.errors import DiskFull
    from archive.extract import Sandbox

    receipts: list[Receipt] = []
    error = ""
    with installation(data) as opened, Sandbox(workers=1) as sandbox:
        try:
            intake = Intake(opened.catalogue, opened.blobs, sandbox, "移交", already_published=True)
            for receipt in intake.receive_all(items):
                receipts.append(receipt)
        except DiskFull as full:
            error = str(full)
        told = {receipt.item.source for receipt in receipts if receipt.document_id}
        held = {item.source for item in items if opened.catalogue.by_source(item.source)}
    trial.expect(told == held, f"{name}: {len(held - told)} are in the archive and told otherwise")
    refused = [receipt for receipt in receipts if not receipt.document_id]
    trial.expect(not refused, f"{name}: {len(refused)} are called refused")
    return error + "".join(receipt.reason for receipt in receipts)


def _by_command(trial: Trial, incoming: Path, name: str) -> str:
    done = _call("ingest", str(incoming), "--already-published", "--actor", "移交")
    trial.expect(done.exit_code == 1, f"{name}: intake on a full disk ends with {done.exit_code}")
    trial.expect("拒收 0 件；接收中止" in done.output, f"{name}: intake tells no counts: {done.output[-300:]}")
    trial.expect("Traceback" not in done.output, f"{name}: {done.output[-300:]}")
    return done.output


def _fill(path: Path) -> None:
    with suppress(OSError), path.open("ab", buffering=0) as more:
        while more.write(b"x" * 4096):
            pass


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


if __name__ == "__main__":
    main()
