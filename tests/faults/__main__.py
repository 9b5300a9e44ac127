"""Run faults, three at a time, each in a process of its own. Exits with 1 when anything did not hold."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tests.faults.length import Length

# The module and class for each fault's number in the plan. The longest come first.
FAULTS: Mapping[str, str] = {
    "R2": "killed_rebuild",
    "R1": "killed_ingest",
    "R7": "damage.Flipped",
    "R15": "resurrection",
    "R6": "damage.Lost",
    "R8": "crowd",
    "R14": "drill",
    "R12": "order",
    "R18": "rotten_backup",
    "R19": "full_disk",
    "R20": "other_user",
    "R21": "forged",
    "R22": "clock_back",
}
# These kill nothing and follow no system call: for them a disk only takes time.
IN_MEMORY = {"R6", "R7", "R15", "R18", "R20", "R21", "R22"}
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of one's own is made in it
_ROOM = 1 << 30
# The faults that must turn red without each safeguard.
PROOFS: Mapping[str, Sequence[str]] = {
    "fsync": ("R12",),
    "manifest": ("R6", "R7"),
    "gate": ("R15",),
    "reading": ("R18",),
    "reserve": ("R19",),
}
_SHOWN = 5
_AT_ONCE = 3


@dataclass(frozen=True)
class Ran:
    name: str
    held: bool
    said: str


def main() -> None:
    arguments = argparse.ArgumentParser(prog="./run faults", description=__doc__)
    arguments.add_argument("faults", nargs="*", choices=[*FAULTS, []], metavar="R1|R2|…", help="Only these.")
    much = arguments.add_mutually_exclusive_group()
    much.add_argument(
        "--quick",
        dest="length",
        action="store_const",
        const=Length.QUICK,
        help="A tenth to a half of the cases.",
    )
    much.add_argument(
        "--long",
        dest="length",
        action="store_const",
        const=Length.LONG,
        help="Ten times as many: for a night.",
    )
    arguments.set_defaults(length=Length.USUAL)
    arguments.add_argument("--broken", action="store_true", help="Take safeguards out: every proof must turn red.")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--here", type=Path, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.here:
        sys.exit(_here(chosen.faults[0], chosen.here, chosen.length, chosen.seed))
    began = monotonic()
    if chosen.broken:
        jobs = [(name, without) for without, names in PROOFS.items() for name in names]
    else:
        jobs = [(name, "") for name in FAULTS if not chosen.faults or name in chosen.faults]
    # Most of the time they wait: for disks, for locks, for what they killed.
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        held = list(pool.map(lambda job: _run(job[0], job[1], chosen.length, chosen.seed), jobs))
    print(f"{len(jobs)} faults in {monotonic() - began:.0f} s", flush=True)
    sys.exit(0 if all(held) else 1)


def _run(name: str, without: str, length: Length, seed: int) -> bool:
    """Tell whether a fault went as it should. With a safeguard removed, it should fail."""
    memory = name in IN_MEMORY and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    with tempfile.TemporaryDirectory(prefix="gongkai-faults-", dir=_MEMORY if memory else None) as folder:
        command = [sys.executable, "-m", "tests.faults", name, "--here", folder, "--seed", str(seed)]
        environment = {**os.environ, "GONGKAI_FAULTS_FOLDER": folder, "GONGKAI_FAULTS_WITHOUT": without}
        command += [f"--{length}"] * (length is not Length.USUAL)
        ran = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603  # this module
    if not without:
        print(ran.stdout + ran.stderr[-2000:] * (ran.returncode > 0), end="", flush=True)
        return ran.returncode == 0
    # Exit code 1 means that something did not hold, as it should be. Any other failure of the harness proves nothing.
    red = ran.returncode == 1 and ran.stdout.startswith(f"{name}: ")
    verdict = "red, as it must be" if red else f"NOT red: the harness does not notice\n{ran.stderr}"
    print(f"without {without}, {name}: {verdict}\n{ran.stdout}", end="", flush=True)
    return red


def _here(name: str, folder: Path, length: Length, seed: int) -> int:
    from importlib import import_module
    from random import Random

    # Loads the program, which the process that starts others has no need of.
    from tests.faults.fault import TurnedRed

    module, _, part = FAULTS[name].partition(".")
    fault = import_module(f"tests.faults.{module}")
    fault = getattr(fault, part) if part else fault
    began = monotonic()
    try:
        trial = fault.run(folder, length, Random(seed))  # noqa: S311 - which moments, not which keys
    except TurnedRed as red:
        trial = red.trial
    failed = len(trial.failures)
    outcome = "all held" if not failed else f"{failed} FAILURES"
    bound = f"0 of {trial.cases} failed ({trial.bound()})" if not failed else f"{trial.cases} cases"
    print(f"{name}: {fault.TITLE}: {outcome}; {bound}; {monotonic() - began:.0f} s")
    tallied = [f"{count} {what}" for what, count in trial.tallies.items()]
    for line in [*tallied, *trial.notes, *trial.failures[:_SHOWN]]:
        print(f"    {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    main()
