"""Measuring resources: the memory of a process with its children, and bytes on disk."""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep

ROOT = Path(__file__).parent.parent.parent
MB = 1 << 20
_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Done:
    """The output of a child process, and the most bytes of memory that it and its children had at once."""

    said: str
    peak: int


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of memory of a process and its children. ``proportional`` divides shared memory among its users."""

    resident: int
    proportional: int
    anonymous: int


class ChildFailed(Exception):
    """A child process that failed. The text is the last line of its error output."""


def measured(module: str, *arguments: str) -> Done:
    """Run one of this package's modules in a process of its own. Raises ChildFailed."""
    child = subprocess.Popen(  # noqa: S603  # our own module
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    peak = 0
    try:
        while child.poll() is None:
            started = perf_counter()
            peak = max(peak, memory(child.pid).proportional)
            # Inspecting a large process slows it down, so do it at most a twentieth of the time.
            sleep(max(_PAUSE, 20 * (perf_counter() - started)))
    finally:
        child.kill()
        said, complained = child.communicate()
    if child.returncode:
        raise ChildFailed((complained.strip().splitlines() or [f"exit code {child.returncode}"])[-1])
    return Done(said, peak)


def memory(pid: int) -> Memory:
    """Measure the memory of a process and its children now. Processes that have ended count as nothing."""
    total = [0, 0, 0]
    for each in _family(pid):
        with suppress(OSError):
            lines = Path(f"/proc/{each}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
            kilobytes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
            for at, name in enumerate(("Rss", "Pss", "Anonymous")):
                total[at] += kilobytes[name] * 1024
    return Memory(*total)


def processor_seconds(pid: int) -> float:
    """Return the processor seconds that a process and its children have used so far."""
    ticks = 0
    for each in _family(pid):
        with suppress(OSError):
            fields = Path(f"/proc/{each}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def files(folder: Path) -> dict[tuple[int, int], int]:
    """Return the size of each file below a folder by inode and time, so that hard links count once."""
    found: dict[tuple[int, int], int] = {}
    # A build may remove files and folders meanwhile.
    for parent, _, names in os.walk(folder):
        for path in (Path(parent, name) for name in names):
            with suppress(FileNotFoundError):
                if not path.is_symlink():
                    status = path.stat()
                    found[status.st_ino, status.st_mtime_ns] = status.st_size
    return found


def size(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder."""
    return sum(files(path).values()) if path.is_dir() else path.stat().st_size


def _family(pid: int) -> Sequence[int]:
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found
