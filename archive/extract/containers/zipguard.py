"""Reading the parts of a zip container under limits that do not rely on its headers."""

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from archive.errors import ExtractionFailed
from archive.extract.limits import INPUT_SIZE, MIB, ZipLimits

_CHUNK = 64 * 1024
# Room for several thousand entries with names of usual length.
_MAX_DIRECTORY = 1 * MIB
_END, _END_MARK = 22, b"PK\x05\x06"
_TAIL = _END + (1 << 16)
# Parts that can contain text. Pictures and fonts are counted but not kept.
_KEPT = (".xml", ".rels", ".mht", ".mhtml", ".html", ".htm", ".xhtml", ".txt", ".docx", ".rtf")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# Strict Open XML uses different namespaces; python-docx knows only the older, transitional ones.
_STRICT = (
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
)
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
# What the library raises for a damaged or locked container, whose every byte may be anything.
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, ValueError),
    *(NotImplementedError, OSError, RuntimeError),
)
_DAMAGED = "文件已损坏或不完整，请重新获取，或用办公软件打开并另存后再提交。"


def open_container(path: Path) -> zipfile.ZipFile:
    """Open a container if its directory has a plausible size. Raises ExtractionFailed, and whatever zipfile raises.

    zipfile makes an object of every entry before the caller can count them: a million entries, in a file of 50 MB, take
    it half a gigabyte and almost a minute.
    """
    if _directory_size(path) > _MAX_DIRECTORY:
        raise ExtractionFailed("文件内的部件多得不合常理，疑似恶意文件，没有收入。")
    return zipfile.ZipFile(path)


def _directory_size(path: Path) -> int:
    """Return the size of a container's directory in bytes, found as zipfile finds it; 0 if zipfile will find none."""
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - _TAIL, 0))
        tail = stream.read()
    end = len(tail) - _END
    if not (tail[-_END:].startswith(_END_MARK) and tail.endswith(b"\x00\x00")):
        end = tail.rfind(_END_MARK)
    if end < 0 or end + _END > len(tail):
        return 0
    # Zip64 files have a larger record before this one, and between the two a pointer to it.
    large = end - 20 - 56
    if large >= 0 and tail.startswith(b"PK\x06\x07", end - 20) and tail.startswith(b"PK\x06\x06", large):
        return int.from_bytes(tail[large + 40 : large + 48], "little")
    return int.from_bytes(tail[end + 12 : end + 16], "little")


def read_parts(path: Path, limits: ZipLimits | None = None, beginnings: tuple[bytes, ...] = ()) -> dict[str, bytes]:
    """Return the parts of a container that can contain text, by name; all members count against the limits.

    Those with one of the ``beginnings`` are returned too.

    Raises ExtractionFailed if the container is damaged, encrypted or too large when unpacked, or if it contains links,
    the same name twice, or names that point outside of it.
    """
    return {
        name: content
        for name, content in members(path, limits)
        if name.lower().endswith(_KEPT) or content.startswith(beginnings)
    }


def members(path: Path, limits: ZipLimits | None = None) -> Iterator[tuple[str, bytes]]:
    """Yield the names and bytes of a container's members, including folders, in order. Raises as ``read_parts``."""
    limits = limits or ZipLimits()
    if path.stat().st_size > INPUT_SIZE:
        raise ExtractionFailed(f"文件超过 {INPUT_SIZE // MIB} MB，请拆分或压缩其中的图片后重新提交。")
    try:
        with open_container(path) as container:
            yield from _members(container, limits)
    except _UNREADABLE as error:
        raise ExtractionFailed(_DAMAGED) from error


def members_of(stream: BinaryIO, limits: ZipLimits) -> Iterator[tuple[str, bytes]]:
    """Yield the members of a container within another one. Raises as ``read_parts``."""
    try:
        with zipfile.ZipFile(stream) as container:
            yield from _members(container, limits)
    except _UNREADABLE as error:
        raise ExtractionFailed(_DAMAGED) from error


def _members(container: zipfile.ZipFile, limits: ZipLimits) -> Iterator[tuple[str, bytes]]:
    listed = container.infolist()
    if len(listed) > limits.members:
        raise ExtractionFailed(f"文件内的部件超过 {limits.members:,} 个，疑似恶意文件，没有收入。")
    seen: set[str] = set()
    total = 0
    for member in listed:
        name = readable_name(member)
        _check(member, name, seen)
        content = _unpack(container, member, limits)
        total += len(content)
        if total > limits.total_size:
            raise ExtractionFailed(f"文件解压后超过 {limits.total_size // MIB} MB，疑似恶意文件，没有收入。")
        yield name, content


def readable_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; zipfile assumes CP437 where no flag says UTF-8, but Chinese Windows writes GB 18030."""
    if member.flag_bits & 0x800:
        return member.filename
    raw = member.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def _check(member: zipfile.ZipInfo, name: str, seen: set[str]) -> None:
    check_name(name, seen)
    if stat.S_ISLNK(member.external_attr >> 16):
        raise ExtractionFailed("文件内含有链接，疑似恶意文件，没有收入。")
    if member.flag_bits & 1:
        raise ExtractionFailed("文件经过加密，无法读取。请去掉密码后重新提交。")


def check_name(name: str, seen: set[str]) -> None:
    """Raise ExtractionFailed for a member's name that points outside or was ``seen``; else it is seen now."""
    name = name.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or re.match(r"[A-Za-z]:", name) or "\x00" in name:
        raise ExtractionFailed("文件内的部件指向文件之外的位置，疑似恶意文件，没有收入。")
    if name.lower() in seen:
        raise ExtractionFailed("文件内有重名的部件，疑似恶意文件，没有收入。")
    seen.add(name.lower())


def _unpack(container: zipfile.ZipFile, member: zipfile.ZipInfo, limits: ZipLimits) -> bytes:
    """Return a member's bytes, counted while reading, because the size in the directory may be false."""
    bound = min(limits.member_size, max(limits.ratio_free, limits.ratio * max(member.compress_size, 1)))
    chunks: list[bytes] = []
    size = 0
    with container.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > bound:
                raise ExtractionFailed("文件解压后大得不合常理，疑似恶意文件（压缩炸弹），没有收入。")
            chunks.append(chunk)
    return b"".join(chunks)


def refuse_doctype(parts: Mapping[str, bytes]) -> None:
    """Raise ExtractionFailed if a part declares a document type: text in its entities would be lost silently."""
    for name, content in parts.items():
        if name.lower().endswith((".xml", ".rels")) and (
            _DOCTYPE.search(content) or (b"\x00" in content[:200] and _DOCTYPE.search(content.replace(b"\x00", b"")))
        ):
            raise ExtractionFailed(f"文件的部件 {name} 含有文档类型声明（DOCTYPE），疑似恶意文件，没有收入。")


def parse_part(content: bytes) -> etree._Element:
    """Parse an XML part without reading anything outside of it. Raises ExtractionFailed if it is broken."""
    try:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        raise ExtractionFailed(_DAMAGED) from error


def repack(parts: Mapping[str, bytes]) -> io.BytesIO:
    """Return a container of just these parts, without relationships that lead to other parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as container:
        for name, content in parts.items():
            for strict, older in _STRICT:
                content = content.replace(strict, older)
            if name.lower().endswith(".rels"):
                content = _without_dangling(name, content, parts)
            container.writestr(name, content)
    stream.seek(0)
    return stream


def _without_dangling(name: str, content: bytes, parts: Mapping[str, bytes]) -> bytes:
    root = parse_part(content)
    folder = name.rpartition("_rels/")[0]
    for relation in root.findall(_RELATIONSHIP):
        target = relation.get("Target", "")
        if relation.get("TargetMode") == "External":
            continue
        if _resolved(folder, target) not in parts:
            root.remove(relation)
    return etree.tostring(root)


def _resolved(folder: str, target: str) -> str:
    steps = [] if target.startswith("/") else folder.split("/")
    for step in target.split("/"):
        if step == ".." and steps:
            steps = [each for each in steps if each][:-1]
        elif step not in (".", "..", ""):
            steps.append(step)
    return "/".join(step for step in steps if step)
