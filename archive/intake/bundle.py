"""Bundles: a zip, 7z or rar of files with a manifest that describes them, sent from one office to another."""

import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from archive.errors import FileRefused
from archive.extract.containers import archives, zipguard
from archive.extract.containers.zipguard import open_container
from archive.extract.limits import ZipLimits
from archive.intake.adding import Item
from archive.intake.manifest import place, read_manifest
from archive.store.space import disk_full

MANIFEST = "manifest.jsonl"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The items of a bundle's manifest, and the names of the files that the manifest leaves out."""

    items: tuple[Item, ...]
    unlisted: tuple[str, ...]


def is_bundle(path: Path) -> bool:
    """Tell whether a file is an archive with a manifest at its top or in the one folder that was packed."""
    if not path.is_file():
        return False
    try:
        if archives.is_archive(path):
            return _manifest(archives.names(path)) is not None
        with open_container(path) as container:
            return _manifest(container.namelist()) is not None
    except (zipfile.BadZipFile, FileRefused, ValueError, OSError, NotImplementedError):
        return False


@contextmanager
def open_zip(path: Path, limits: ZipLimits | None = None) -> Iterator[tuple[tuple[Path, ...], int]]:
    """Unpack an archive without a manifest into a private folder that is removed at the end.

    Yields its files in order, and how many were left out because systems hide them. Raises FileRefused.
    """
    with tempfile.TemporaryDirectory(prefix="gongkai-zip-") as folder:
        root = Path(folder)
        names = _unpack(path, root, limits)
        seen = [name for name in names if not any(part.startswith((".", "__MACOSX")) for part in name.split("/"))]
        if not seen:
            raise FileRefused("压缩包里没有文件，请检查后重新提交。")
        yield tuple(root / name for name in seen), len(names) - len(seen)


@contextmanager
def open_bundle(path: Path, limits: ZipLimits | None = None) -> Iterator[Bundle]:
    """Unpack a bundle into a private folder that is removed at the end.

    If the manifest states no address for a file, its source is its place in the bundle. So a bundle that is sent again
    under the same name brings new versions of the same documents. Raises FileRefused for a bundle that can't be
    unpacked, and BadManifest, also for a manifest that names files outside the bundle.
    """
    with tempfile.TemporaryDirectory(prefix="gongkai-bundle-") as folder:
        root = Path(folder)
        names = _unpack(path, root, limits)
        manifest = _manifest(names)
        if manifest is None:
            raise FileRefused(f"压缩包中没有清单（{MANIFEST}），不能收入。请补上清单，或解压后提交其中的文件。")
        items = tuple(_inside(item, root, path) for item in read_manifest(root / manifest))
        listed = {_name(each, root) for item in items for each in (item.path, *item.attachments)}
        yield Bundle(items, tuple(sorted(set(names) - listed - {manifest})))


def _manifest(names: Iterable[str]) -> str | None:
    """Find the manifest nearest to the top, at most one folder deep."""
    found = sorted(
        (name.count("/"), name) for name in names if name.rpartition("/")[2] == MANIFEST and name.count("/") < 2
    )
    return found[0][1] if found else None


def _unpack(path: Path, root: Path, limits: ZipLimits | None) -> list[str]:
    """Write the files of an archive below a folder and return their names."""
    names: list[str] = []
    members = archives.members if archives.is_archive(path) else zipguard.members
    for member, content in members(path, limits):
        name = member.replace("\\", "/")
        target = root / name
        if name.endswith("/"):
            continue
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as stream:
                stream.write(content)
        except (OSError, ValueError) as error:
            if full := disk_full(error, root):
                raise full from error
            raise FileRefused(f"压缩包中的文件“{name[:80]}”不能解压（名称过长、重复或含有不能用的字符）。") from error
        names.append(_name(target, root))
    return names


def _inside(item: Item, root: Path, path: Path) -> Item:
    """Give an item a name and a source that outlive the folder."""
    name = _name(item.path, root)
    source = item.source if "source_url" in item.stated else f"{place(path)}!{name}"
    return replace(item, source=source, shown=f"{path}：{name}")


def _name(path: Path, root: Path) -> str:
    return os.path.relpath(path, root)
