"""How keys are written: as lines that can be printed, and typed in again from paper.

A file may hold several keys, one below another; each begins with its own head.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from itertools import takewhile
from pathlib import Path

from archive.errors import KeyUnusable

_GROUP = 4
# Every head begins so.
_BEGINS = "gongkai "


def written(head: str, told: Mapping[str, str]) -> str:
    """Return a key as lines below its head, with a check sum."""
    lines = [f"{name}: {_grouped(value)}" for name, value in told.items()]
    return "\n".join([head, *lines, f"check: {_check(told.items())}"]) + "\n"


def holds(head: str, text: str) -> bool:
    """Tell whether a text has a key of this kind."""
    return head in _lines(text)


def read(head: str, text: str, name: str) -> dict[str, str]:
    """Read the key below a head, as it was typed from paper too. Raises KeyUnusable, which names the file."""
    lines = _lines(text)
    begin = lines.index(head) + 1 if head in lines else len(lines)
    told = {}
    for line in takewhile(lambda line: not line.startswith(_BEGINS), lines[begin:]):
        field, _, value = line.partition(":")
        told[field.strip()] = value.replace(" ", "")
    check = told.pop("check", "")
    if head not in lines or check != _check(told.items()):
        raise KeyUnusable(f"{name} 不是完整的密钥文件（首行或校验码不对），请核对后重新录入。")
    return told


def put(path: Path, text: str) -> None:
    """Write a key's file whole, readable for its owner only."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)


def _lines(text: str) -> list[str]:
    """Return the lines that say something. Capitals and spaces don't matter to who types them from paper."""
    return [line for line in (" ".join(each.casefold().split()) for each in text.splitlines()) if line]


def _check(told: Iterable[tuple[str, str]]) -> str:
    return hashlib.sha256("\n".join(f"{name}={value}" for name, value in told).encode()).hexdigest()[:8]


def _grouped(value: str) -> str:
    return " ".join(value[at : at + _GROUP] for at in range(0, len(value), _GROUP))
