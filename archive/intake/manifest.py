"""What to take in: folders, files, and the lines of a manifest.

A manifest is JSON Lines. Each line names a file and states what is known about it, under the keys in ``STATED``. Paths
are relative to the manifest's own folder and must stay inside it.
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from archive.document import Disclosure
from archive.errors import BadManifest
from archive.intake.adding import Item, readable
from archive.plain import one_line
from archive.reasons import NOT_UTF_8, why

STATED = (
    "title",
    "number",
    "index_code",
    "issuer",
    "genre",
    "topic",
    "column",
    "written_on",
    "published_on",
    "effective_on",
    "expires_on",
    "public_until",
    "validity",
    "disclosure",
    "source_url",
)


def items_below(path: Path, within: Path | None = None, left: list[Path] | None = None) -> Iterator[Item]:
    """Yield a file, or the files below a folder by name. Hidden files and links are left out, and put into ``left``."""
    if not path.is_dir():
        yield Item(path, place(path), within=within)
        return
    within = within or path.resolve()
    try:
        children = sorted(path.iterdir())
    except OSError:
        # A folder that can't be listed is refused like a file that can't be read, and does not stop the rest.
        yield Item(path, place(path))
        return
    for child in children:
        if not child.name.startswith(".") and not child.is_symlink():
            yield from items_below(child, within, left)
        elif left is not None:
            left.append(child)


def read_manifest(manifest: Path) -> list[Item]:
    """Read the items of a manifest. Raises BadManifest at the first bad line, before anything is taken in."""
    try:
        lines = manifest.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise BadManifest(1, f"清单{NOT_UTF_8}。") from error
    items: list[Item] = []
    first: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(lines, 1):
        # One that was joined from several files has a byte order mark in its middle.
        line = line.lstrip("\ufeff")
        if not line.strip():
            continue
        item = _item(manifest.parent, number, line)
        disclosure = item.stated.get("disclosure", "").strip()
        before, said = first.setdefault(item.source, (number, disclosure))
        if said != disclosure:
            raise BadManifest(number, f"与第 {before} 行是同一文件，公开属性却不同。请只留一行，或者写成一致。")
        items.append(item)
    return items


def strictest_first(items: Iterable[Item]) -> list[Item]:
    """Return items in order, but those that a manifest restricts before the others.

    Copies of one file may stand in several columns of a portal. So a restriction of any of them is known before one is
    taken over as public.
    """
    return sorted(items, key=lambda item: item.stated.get("disclosure", "").strip() in ("", Disclosure.ACTIVE))


def _item(folder: Path, number: int, line: str) -> Item:
    try:
        entry = json.loads(line, object_pairs_hook=lambda pairs: _once(number, pairs))
    except (ValueError, RecursionError) as error:
        raise BadManifest(number, f"读不出来：{why(error)}。") from error
    if not isinstance(entry, dict) or not isinstance(entry.get("path"), str) or not entry["path"]:
        raise BadManifest(number, "缺少 path（文件路径）。")
    unknown = sorted(set(entry) - {*STATED, "path", "attachments", "note"})
    if unknown:
        raise BadManifest(number, f"不认识的字段：{'、'.join(unknown)}。可用：{'、'.join(STATED)}、attachments、note。")
    stated = {key: entry[key] for key in STATED if entry.get(key) not in (None, "")}
    wrong = [key for key, value in stated.items() if not isinstance(value, str)]
    attachments = entry.get("attachments") or []
    if not isinstance(attachments, list) or not all(isinstance(each, str) for each in attachments):
        wrong.append("attachments")
    note = entry.get("note") or ""
    if not isinstance(note, str):
        wrong.append("note")
    if wrong:
        raise BadManifest(number, f"字段 {'、'.join(wrong)} 的值类型不对。")
    path = _below(folder, number, entry["path"])
    source = stated.get("source_url") or place(path)
    beside = tuple(_below(folder, number, each) for each in attachments)
    return Item(path, source, stated, beside, one_line(note), within=folder.resolve())


def _once(number: int, pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return what an object of a line states. Raises BadManifest for a field stated twice: only one could hold."""
    entry = dict(pairs)
    if len(entry) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadManifest(number, f"字段 {twice[:80]} 写了两次，请只留一个。")
    return entry


def _below(folder: Path, number: int, name: str) -> Path:
    """Return a file that a line names. Raises BadManifest unless it is below the manifest's folder, links resolved."""
    path = folder / name
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError) as error:
        # For example a NUL, or links in a circle.
        raise BadManifest(number, f"“{name[:80]}”不是能用的路径。") from error
    if not inside:
        raise BadManifest(number, f"“{name[:80]}”在清单所在的文件夹之外。请把文件放到清单旁边，路径相对清单书写。")
    return path


def place(path: Path) -> str:
    """Return the source that stands for a file's location. It is the same however the path is spelled."""
    return f"file:{readable(os.path.normpath(path.absolute()))}"
