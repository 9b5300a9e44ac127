"""What there is to take in of files that somebody sent: they themselves, a zip's contents, what a manifest lists."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from archive.errors import BadManifest, FileRefused
from archive.extract import media_type
from archive.intake.adding import Item
from archive.intake.bundle import MANIFEST, is_bundle, open_bundle, open_zip
from archive.intake.manifest import read_manifest, strictest_first
from archive.intake.receive import Result
from archive.registers.jobs import JobFile
from archive.registers.uploads import shown

GONE = "上传的文件已经不在（例如由备份恢复之后），没有接收，请重新提交。"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file, an item of a manifest, or what is refused and why."""

    name: str
    path: Path = Path()
    item: Item | None = None
    refused: str = ""


def contents(
    sent: Sequence[tuple[str, Path]], together: bool, note: str, gone: str, opening: ExitStack
) -> tuple[list[JobFile], dict[int, Item], list[str]]:
    """Return the files there are, the items that they make by the first one's number, and notes (Chinese sentences).

    ``together`` makes the first file a document and the others its attachments, but for what a manifest says. Zips are
    unpacked until ``opening`` closes. An item's source is "" where no manifest states one. ``gone`` is said of a
    file that is not there. The same files give the same.
    """
    notes: list[str] = []
    entries = list(_entries(sent, gone, opening, notes))
    if together:
        entries = _together(entries)
    stated = [entry.item for entry in entries if entry.item]
    files: list[JobFile] = []
    items: dict[int, Item] = {}
    for item in strictest_first(stated):
        first = len(files) + 1
        items[first] = item if item.note else replace(item, note=note)
        for at, (_, name) in enumerate(item.files):
            files.append(JobFile(first + at, shown(name), first if at else None))
    for entry in entries:
        if entry.refused:
            files.append(JobFile(len(files) + 1, entry.name, result=Result.REFUSED, told=entry.refused))
    return files, items, notes


def _entries(sent: Sequence[tuple[str, Path]], gone: str, opening: ExitStack, notes: list[str]) -> Iterator[_Entry]:
    manifest = next((path for name, path in sent if name.lower() == MANIFEST), None)
    if manifest:
        yield from _listed(manifest, [each for each in sent if each[1] != manifest])
        return
    for name, path in sent:
        if not path.exists():
            yield _Entry(name, refused=gone)
            continue
        try:
            if is_bundle(path):
                bundle = opening.enter_context(open_bundle(path))
                yield from (_Entry(item.path.name, item=_unplaced(item)) for item in bundle.items)
                yield from (
                    _Entry(shown(left), refused=f"在“{name}”里，而不在它的清单里，没有接收。")
                    for left in bundle.unlisted
                )
            elif _is_zip(name, path):
                inside, hidden = opening.enter_context(open_zip(path))
                yield from (_file(shown(each.name), each) for each in inside)
                if hidden:
                    notes.append(f"“{name}”里有 {hidden} 个系统的隐藏文件，没有接收。")
            else:
                yield _file(name, path)
        except BadManifest as error:
            yield _Entry(name, refused=f"压缩包里的{error}整包没有接收，请改正后重新提交。")
        except FileRefused as refused:
            yield _Entry(name, refused=refused.reason)


def _file(name: str, path: Path) -> _Entry:
    return _Entry(name, path, Item(path, "", names=(name,)))


def _unplaced(item: Item) -> Item:
    """Return an item of a manifest without a source that stands for its place in a folder."""
    return item if "source_url" in item.stated else replace(item, source="")


def _is_zip(name: str, path: Path) -> bool:
    """Tell whether a file is an archive of files, and none that is a document itself, as those of Word are."""
    if not name.lower().endswith((".zip", ".7z", ".rar")):
        return False
    try:
        media_type(path, name)
    except FileRefused:
        return True
    return False


def _listed(manifest: Path, sent: Sequence[tuple[str, Path]]) -> Iterator[_Entry]:
    """Yield what a manifest lists of the files that were sent with it, and the others as refused."""
    try:
        items = read_manifest(manifest)
    except (BadManifest, OSError) as error:
        why = str(error) if isinstance(error, BadManifest) else GONE
        yield _Entry(MANIFEST, refused=why)
        yield from (_Entry(name, refused=f"同批的清单不能采用，没有接收：{why}") for name, _ in sent)
        return
    there = dict(reversed(sent))
    used: set[str] = set()
    for item in items:
        names = [os.path.relpath(path, manifest.parent) for path, _ in item.files]
        asked = [shown(name) for name in names]
        used.update(asked)
        if missing := [name for name in asked if name not in there]:
            yield _Entry(asked[0], refused=f"清单列有“{'、'.join(missing)}”，而没有一起提交，没有接收。")
            continue
        path, *others = (there[name] for name in asked)
        yield _Entry(asked[0], item=replace(_unplaced(item), path=path, attachments=tuple(others), names=tuple(asked)))
    yield from (_Entry(name, refused="不在清单里，没有接收。") for name, _ in sent if name not in used)


def _together(entries: Sequence[_Entry]) -> list[_Entry]:
    """Make the first of the plain files a document, and the others its attachments: all of them, or none."""
    plain = [entry for entry in entries if entry.path != Path() or entry.refused]
    rest = [entry for entry in entries if entry not in plain]
    if refused := [entry for entry in plain if entry.refused]:
        why = f"“{refused[0].name}”不能接收，这一件没有接收。请去掉或换过它，再全部重新提交。"
        return [*rest, *(entry if entry.refused else _Entry(entry.name, refused=why) for entry in plain)]
    if not plain:
        return rest
    names = tuple(entry.name for entry in plain)
    item = Item(plain[0].path, "", attachments=tuple(entry.path for entry in plain[1:]), names=names)
    return [*rest, _Entry(names[0], plain[0].path, item)]
