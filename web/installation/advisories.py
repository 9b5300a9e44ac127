"""Which locked packages have known vulnerabilities, by a list of advisories that somebody has brought along.

The list is in the format of OSV (the Open Source Vulnerability schema): a JSON file with one advisory, or with several
as a list or as ``vulns``; a folder of such files, or a zip of them, as the public export for PyPI is. Nothing is asked
of the network.
"""

import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive.errors import GongkaiError
from archive.plain import one_line
from archive.reasons import why
from web.installation.bill import Package, normalised

_ECOSYSTEM = "PyPI"
# One advisory has some kilobytes. A list in one file may be large.
_LARGEST = 256 << 20
_VERSION = re.compile(
    r"v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)"
    r"(?:[-_.]?(?P<pre>alpha|beta|preview|pre|rc|a|b|c)[-_.]?(?P<pre_number>\d*))?"
    r"(?:(?:[-_.]?(?:post|rev|r)[-_.]?|-)(?P<post>\d*))?(?:[-_.]?dev[-_.]?(?P<dev>\d*))?(?:\+[a-z0-9.]+)?"
)
_STAGES = {"alpha": 0, "a": 0, "beta": 1, "b": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2}
_END = 1 << 30


class BadAdvisories(GongkaiError):
    """A list of advisories that can't be used, so that nothing was looked up."""


@dataclass(frozen=True, slots=True)
class Advisory:
    """An advisory about a package. ``sure`` is False where its range of versions could not be compared."""

    id: str
    package: Package
    summary: str
    others: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    sure: bool = True


@dataclass(slots=True)
class Looked:
    """What was looked through: how many advisories about PyPI, the ``newest`` change, what could not be read."""

    advisories: int = 0
    newest: datetime | None = None
    unreadable: list[str] = field(default_factory=list)
    found: list[Advisory] = field(default_factory=list)


def look(paths: Iterable[Path], packages: Iterable[Package]) -> Looked:
    """Look up packages in lists of advisories. Raises BadAdvisories where there is nothing to look in."""
    by_name: dict[str, list[Package]] = {}
    for package in packages:
        by_name.setdefault(package.name, []).append(package)
    looked = Looked()
    found: dict[tuple[str, Package], Advisory] = {}
    for path in paths:
        before = looked.advisories
        for name, raw in _files(path):
            try:
                for record in _records(json.loads(raw)):
                    _hold(record, by_name, looked, found)
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                looked.unreadable.append(one_line(name))
        if looked.advisories == before and not looked.unreadable:
            raise BadAdvisories(
                f"{path} 里没有 {_ECOSYSTEM} 的安全公告，等于没有查。"
                f"请换成 OSV 格式的 {_ECOSYSTEM} 公告清单（JSON 文件、文件夹或 zip）。"
            )
    looked.found = sorted(found.values(), key=lambda each: (each.package.name, each.id))
    return looked


def _hold(
    record: Mapping[str, Any],
    by_name: Mapping[str, list[Package]],
    looked: Looked,
    found: dict[tuple[str, Package], Advisory],
) -> None:
    ours = [each for each in record["affected"] if _is_python(each.get("package", {}))]
    if not ours:
        return
    id = str(record["id"])
    looked.advisories += 1
    if modified := record.get("modified"):
        at = datetime.fromisoformat(str(modified))
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        # A day that is still to come makes no list new.
        if at <= datetime.now(UTC):
            looked.newest = max(at, looked.newest or at)
    if record.get("withdrawn"):
        return
    for affected in ours:
        for package in by_name.get(normalised(str(affected["package"]["name"])), ()):
            if (affects := _affects(affected, package.version)) is not False:
                said = record.get("summary") or str(record.get("details") or "").partition("\n")[0]
                found[id, package] = Advisory(
                    *(one_line(id), package, one_line(said)[:120]),
                    others=tuple(one_line(str(each)) for each in record.get("aliases", ())),
                    fixed=tuple(_events(affected, "fixed")),
                    sure=affects is True,
                )


def _is_python(package: Mapping[str, Any]) -> bool:
    # Behind a colon may stand which index it is.
    return str(package.get("ecosystem")).partition(":")[0].lower() == _ECOSYSTEM.lower()


def _affects(affected: Mapping[str, Any], version: str) -> bool | None:
    """Tell whether an entry is about a version; None where that can't be compared."""
    ours = key(version)
    listed = [str(each) for each in affected.get("versions", ())]
    if version in listed or ours is not None and ours in map(key, listed):
        return True
    unclear = False
    for each in affected.get("ranges", ()):
        if each.get("type") != "ECOSYSTEM":
            # Of revisions in a repository an index knows nothing; what is released is listed beside.
            unclear = unclear or not listed
            continue
        within = _within(each.get("events", ()), ours)
        if within:
            return True
        unclear = unclear or within is None
    return None if unclear or not listed and not affected.get("ranges") else False


def _within(events: Iterable[Mapping[str, str]], ours: tuple[int, ...] | None) -> bool | None:
    """Follow the events of a range in their order up to a version; None where one of them can't be compared."""
    points: list[tuple[tuple[int, ...], str]] = []
    for event in events:
        for kind, value in event.items():
            at = () if value == "0" and kind == "introduced" else key(value)
            if at is None:
                return None
            points.append((at, kind))
    if ours is None:
        return None
    inside = False
    for at, kind in sorted(points):
        if kind == "introduced" and at <= ours:
            inside = True
        elif kind == "fixed" and at <= ours or kind == "last_affected" and at < ours:
            inside = False
    return inside


def key(version: str) -> tuple[int, ...] | None:
    """Return what versions of Python packages are ordered by; None for what is none."""
    read = _VERSION.fullmatch(version.strip().lower())
    if not read:
        return None
    release = [int(each) for each in read["release"].split(".")]
    while len(release) > 1 and not release[-1]:
        release.pop()
    pre, post, dev = read["pre"], read["post"], read["dev"]
    # 1.0.dev1 < 1.0a1 < 1.0 < 1.0.post1, each with its own developments before it.
    stage = (_END, 0)
    if pre:
        stage = (_STAGES[pre], int(read["pre_number"] or 0))
    elif dev is not None and post is None:
        stage = (-1, 0)
    return (
        int(read["epoch"] or 0),
        *(release + [-1] * (8 - len(release)))[:8],
        *stage,
        int(post or 0) + 1 if post is not None else 0,
        int(dev or 0) if dev is not None else _END,
    )


def _events(affected: Mapping[str, Any], kind: str) -> Iterator[str]:
    for each in affected.get("ranges", ()):
        if each.get("type") == "ECOSYSTEM":
            yield from (one_line(str(event[kind])) for event in each.get("events", ()) if kind in event)


def _records(told: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the advisories in a JSON value: one, a list, ``vulns``, or ``results`` with ``vulns`` each."""
    if isinstance(told, list):
        for each in told:
            yield from _records(each)
    elif "vulns" in told or "results" in told:
        yield from _records([*told.get("vulns", ()), *told.get("results", ())])
    elif "affected" in told or "id" in told:
        yield {"affected": (), **told}
    elif told:
        raise ValueError(told)


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the JSON files of a list with their names. Raises BadAdvisories."""
    try:
        if path.is_dir():
            # One that may not be read is told; a pattern would pass over it.
            for each in sorted(path.iterdir()):
                if each.is_dir() or each.suffix.lower() in (".json", ".zip"):
                    yield from _files(each)
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as zipped:
                for info in zipped.infolist():
                    if info.filename.lower().endswith(".json"):
                        # What is too large is none that can be read, and told as that.
                        yield info.filename, zipped.read(info) if info.file_size <= _LARGEST else b""
        else:
            yield path.name, _read(path)
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
        reason = why(error) if isinstance(error, OSError) else "压缩文件损坏"
        raise BadAdvisories(f"读不出安全公告清单 {path}：{reason}。没有查完，不能说没有。") from error


def _read(path: Path) -> bytes:
    if path.stat().st_size > _LARGEST:
        raise BadAdvisories(f"{path} 超过 {_LARGEST >> 20} 兆字节，没有查。请改用分成多个文件的清单。")
    return path.read_bytes()
