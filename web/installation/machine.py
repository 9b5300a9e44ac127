"""Bringing a machine to what it should be, step by step: folders, files, commands. What is so already is left alone.

A file is written only where nobody has edited it since: a line of it has the hash of what was written here. What a
person has edited stays, and what would have been written lies beside it, unless it was written here before.
"""

import grp
import hashlib
import os
import pwd
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from stat import S_IMODE
from typing import Protocol

from archive.errors import GongkaiError

_MARK = re.compile(r"^# gongkai install ([0-9a-f]{16})\n", re.MULTILINE)


class NotInstalled(GongkaiError):
    """The services can't be installed on this machine, or not in this way."""


class Machine:
    """The machine: its files below ``root``, its users, and the commands that change it."""

    def __init__(self, root: Path = Path("/")) -> None:
        self.root = root
        # What was written for the first time, and what was written anew.
        self.made: set[Path] = set()
        self.changed: set[Path] = set()
        # Whether the last time was cut off: then nobody knows what was told of what had changed.
        self.cut_off = False

    def at(self, path: Path) -> Path:
        return self.root / path.relative_to("/")

    def run(self, words: Sequence[str]) -> int:
        """Run a command, which prints what it has to say. Return its exit code."""
        return subprocess.run(words, check=False).returncode  # noqa: S603  # the commands of this program's own plan

    def asks(self, words: Sequence[str]) -> bool:
        """Tell whether a command that changes nothing ends well."""
        return shutil.which(words[0]) is not None and (
            subprocess.run(words, capture_output=True, check=False).returncode == 0  # noqa: S603  # as above
        )

    def has_user(self, name: str) -> bool:
        try:
            return pwd.getpwnam(name) is not None
        except KeyError:
            return False

    def owner(self, path: Path) -> tuple[str, str]:
        """Return the names of a file's user and group, or their numbers where they have none."""
        there = self.at(path).stat()
        try:
            return pwd.getpwuid(there.st_uid).pw_name, grp.getgrgid(there.st_gid).gr_name
        except KeyError:
            return str(there.st_uid), str(there.st_gid)

    def give(self, path: Path, user: str, group: str) -> None:
        shutil.chown(path, user, group)


class Step(Protocol):
    def told(self) -> str:
        """Say what the step does, for ``--print``."""

    def do(self, machine: Machine) -> str:
        """Do it, and say what was done or is so already. Raises NotInstalled, OSError."""


@dataclass(frozen=True)
class Folder:
    """A folder of somebody's own. One that is there and another's is refused: it may hold anything."""

    path: Path
    mode: int
    user: str
    group: str

    def told(self) -> str:
        return f"建立文件夹 {self.path}（{self.mode:04o} {self.user}:{self.group}）"

    def do(self, machine: Machine) -> str:
        there = machine.at(self.path)
        made = not there.exists()
        if made:
            _make_above(there.parent)
            there.mkdir(mode=self.mode)
            machine.give(there, self.user, self.group)
        elif not there.is_dir():
            raise NotInstalled(f"{self.path} 应当是文件夹，而它不是。请改名，或者另选一个文件夹。")
        elif (owner := machine.owner(self.path)[0]) != self.user:
            if any(there.iterdir()):
                raise NotInstalled(
                    f"{self.path} 里已有内容，属于用户 {owner}，没有改动。确是本系统的，请先运行 "
                    f"chown -R {self.user}: {shlex.quote(str(self.path))}，再安装一次；否则请换一个文件夹。"
                )
            machine.give(there, self.user, self.group)
            made = True
        if S_IMODE(there.stat().st_mode) == self.mode:
            return f"文件夹 {self.path}：{'已建立' if made else '已有'}"
        there.chmod(self.mode)
        return f"文件夹 {self.path}：{'已建立' if made else f'权限已改为 {self.mode:04o}'}"


@dataclass(frozen=True)
class File:
    """A file that this program writes. ``once``: a person's from then on, who alone changes it."""

    path: Path
    text: str
    mode: int = 0o644
    group: str = "root"
    once: bool = False

    def told(self) -> str:
        lines = "".join(f"    {line}".rstrip() + "\n" for line in self.text.splitlines())
        return f"写入 {self.path}（{self.mode:04o} root:{self.group}）：\n{lines.rstrip()}"

    @property
    def marked(self) -> str:
        """The text with the line by which it is known later whether somebody has edited it."""
        if self.once:
            return self.text
        mark = f"# gongkai install {_hash(self.text)}\n"
        first, newline, rest = self.text.partition("\n")
        return f"{first}{newline}{mark}{rest}" if first.startswith("#!") else mark + self.text

    def do(self, machine: Machine) -> str:
        there = machine.at(self.path)
        if not there.exists():
            self._write(there, machine)
            machine.made.add(self.path)
            return f"{self.path}：已写入"
        if self.once:
            return f"{self.path}：已有，沿用"
        found = there.read_text(encoding="utf-8", errors="replace")
        if found == self.marked:
            return f"{self.path}：已是这样"
        if not edited(found):
            self._write(there, machine)
            machine.changed.add(self.path)
            return f"{self.path}：已更新"
        mark = _MARK.search(found)
        if mark and mark[1] == _hash(self.text):
            return f"{self.path}：有人改过，保留"
        beside = there.with_name(there.name + _suffix(self.path))
        told = self.path.with_name(beside.name)
        if beside.exists() and beside.read_text(encoding="utf-8", errors="replace") == self.marked:
            return f"{self.path}：有人改过，保留；新的内容已在 {told}，请对照着改"
        self._write(beside, machine)
        return f"{self.path}：有人改过，保留；新的内容写在 {told}，请对照着改"

    def _write(self, there: Path, machine: Machine) -> None:
        _make_above(there.parent)
        fresh = there.with_name(f".{there.name}.part")
        fresh.unlink(missing_ok=True)
        # Never for a moment readable by others than it is meant for.
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(self.marked)
            out.flush()
            os.fsync(out.fileno())
        machine.give(fresh, "root", self.group)
        fresh.chmod(self.mode)
        fresh.replace(there)


@dataclass(frozen=True)
class Command:
    """A command. ``needless`` says on which machine it has nothing left to do, and why."""

    words: tuple[str, ...]
    what: str
    needless: Callable[[Machine], str] = lambda machine: ""
    # What there is to do where it fails; "" goes on.
    mend: str = ""

    def told(self) -> str:
        return f"运行 {shlex.join(self.words)}（{self.what}）"

    def do(self, machine: Machine) -> str:
        if reason := self.needless(machine):
            return f"{self.what}：{reason}"
        if code := machine.run(self.words):
            raise NotInstalled(f"{self.what}没有成功（{shlex.join(self.words)}，退出码 {code}）。{self.mend}")
        return f"{self.what}：已完成"


def edited(text: str) -> bool:
    """Tell whether a person has edited what was written here; what was never written here is a person's own."""
    mark = _MARK.search(text)
    return mark is None or _hash(text[: mark.start()] + text[mark.end() :]) != mark[1]


def remove(path: Path, machine: Machine) -> str:
    """Remove a file that was written here. What somebody has edited is kept under another name, which nothing reads."""
    there = machine.at(path)
    if not there.exists():
        return f"{path}：没有"
    if edited(there.read_text(encoding="utf-8", errors="replace")):
        kept = path.with_name(f"{path.name}.dpkg-old")
        there.replace(machine.at(kept))
        return f"{path}：有人改过，改名为 {kept}"
    there.unlink()
    return f"{path}：已删除"


def _suffix(path: Path) -> str:
    # logrotate reads whatever lies in its folder, but for a few endings.
    return ".dpkg-new" if path.parent.name == "logrotate.d" else ".new"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _make_above(folder: Path) -> None:
    """Make a folder with those above it so that everybody may enter, whatever the umask."""
    for path in (*reversed(folder.parents), folder):
        if not path.exists():
            path.mkdir()
            path.chmod(0o755)
