"""Unpacking what a file has within it, layer by layer, so that nothing packed can hide words from the proof.

What is packed and can't be unpacked is refused: nothing is proven of it.
"""

import base64
import binascii
import email
import email.policy
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from email.message import Message

import olefile

from archive.errors import ExtractionFailed, FileRefused
from archive.extract.containers import compound
from archive.extract.containers.zipguard import members_of
from archive.extract.limits import MIB, ZipLimits

# How a sentence ends that says why a copy is refused.
UNPROVEN = "，不能证明已经遮住，所以没有收入。请用编制它的软件去掉嵌入的内容，另存后再试。"
# As many layers, and as many bytes in all, as one file may have within it.
_DEPTH = 5
_MOST = 256 * MIB
_BASE64 = re.compile(rb"base64,\s*([A-Za-z0-9+/=\s]{16,})")
_BINARY_DATA = re.compile(rb"binaryData[^>]*>\s*([A-Za-z0-9+/=\s]{16,})<")
_MAIL = re.compile(rb"(?:\s*[A-Za-z-]{2,40}:[^\n]*\n){0,40}?\s*(?:mime-version|content-type):", re.IGNORECASE)
_PNG, _GZIP = b"\x89PNG\r\n\x1a\n", b"\x1f\x8b\x08"
_CLOSED = {b"Rar!\x1a\x07": "RAR", b"7z\xbc\xaf\x27\x1c": "7z", b"\xfd7zXZ\x00": "xz", b"BZh": "bz2", b"MSCF\0": "CAB"}
_HEX = re.compile(rb"(?<![A-Za-z])(?:[0-9a-fA-F]\s{0,3}){128,}")
_BEGINNINGS = (compound.MAGIC, _PNG, b"%PDF-", b"{\\rtf", *(mark for mark in _CLOSED if len(mark) > 5))
# How far into what an object holds its file may begin: its name stands before it.
_AHEAD = 2048


class Packed:
    """One file, within bounds for all that is in it."""

    def __init__(self) -> None:
        self._left = _MOST

    def within(self, content: bytes, depth: int = _DEPTH, is_whole: bool = False) -> Iterator[bytes]:
        """Yield the bytes of everything that some bytes hold packed, however deep, and the names of what they hold.

        Raises FileRefused where that can't be done, or not within bounds; the sentence says whether it is the file
        itself, which ``is_whole``, or one in it.
        """
        for each in self._layer(content, is_whole):
            self._left -= len(each)
            if self._left < 0:
                raise FileRefused(f"文件里嵌入的内容解开后超过 {_MOST // MIB} MB，不能逐一查验{UNPROVEN}")
            if not depth:
                raise FileRefused(f"文件里嵌入的内容一层套一层，超过 {_DEPTH} 层，不能逐一查验{UNPROVEN}")
            yield each
            yield from self.within(each, depth - 1)

    def _layer(self, content: bytes, is_whole: bool) -> Iterator[bytes]:
        for match in (*_BASE64.finditer(content), *_BINARY_DATA.finditer(content)):
            try:
                yield base64.b64decode(re.sub(rb"[\s=]", b"", match[1]) + b"==")
            except (ValueError, binascii.Error):
                # Some other text that looks like it: it was searched as it is.
                continue
        if content.startswith(b"{\\rtf"):
            # Objects are written as numbers to base 16.
            for match in _HEX.finditer(content):
                digits = re.sub(rb"\s", b"", match[0])
                yield bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
        content = begun(content)
        if kind := next((name for mark, name in _CLOSED.items() if content.startswith(mark)), ""):
            raise _refused(is_whole, f"文件是 {kind} 压缩文件，不能打开")
        if content.startswith(_GZIP):
            yield self._inflated(content, "gzip 压缩的内容", 16 + zlib.MAX_WBITS)
        elif content.startswith(_PNG):
            yield from self._png(content)
        elif _MAIL.match(content[:8192]):
            yield from _mail(content)
        if content.startswith(compound.MAGIC):
            yield from _compound(content, is_whole)
            return
        # Of a PDF only what follows it: its own streams are read by whoever reads PDF.
        behind = content[content.rfind(b"%%EOF") :] if content.startswith(b"%PDF-") else content
        if zipfile.is_zipfile(io.BytesIO(behind)) or behind.startswith(b"PK\x03\x04"):
            yield from self._zip(behind, is_whole)

    def _zip(self, content: bytes, is_whole: bool) -> Iterator[bytes]:
        limits = ZipLimits(total_size=max(min(self._left, ZipLimits().total_size), 1))
        try:
            for name, inner in members_of(io.BytesIO(content), limits):
                yield name.encode("utf-8", "surrogateescape")
                yield inner
        except ExtractionFailed as error:
            raise _refused(is_whole, "压缩文件打不开") from error

    def _inflated(self, content: bytes, what: str, bits: int = zlib.MAX_WBITS) -> bytes:
        try:
            unpacking = zlib.decompressobj(bits)
            found = unpacking.decompress(content, max(self._left, 1))
        except zlib.error as error:
            raise FileRefused(f"文件里{what}解不开，不能查验{UNPROVEN}") from error
        if not unpacking.eof:
            raise FileRefused(f"文件里{what}不完整或者太大，不能查验{UNPROVEN}")
        return found

    def _png(self, content: bytes) -> Iterator[bytes]:
        """Yield the remarks of a picture that it has packed."""
        at = len(_PNG)
        while at + 8 <= len(content):
            length, kind = struct.unpack_from(">I4s", content, at)
            about = content[at + 8 : at + 8 + length]
            at += 12 + length
            _, _, rest = about.partition(b"\0")
            if kind == b"zTXt":
                yield self._inflated(rest[1:], "图片的说明")
            elif kind == b"iTXt" and rest[:1] == b"\1":
                # Language and translated keyword stand before the text.
                yield self._inflated(rest[2:].split(b"\0", 2)[-1], "图片的说明")


def begun(content: bytes) -> bytes:
    """Return some bytes from where the file in them begins: an object has its name before it."""
    starts = [at for mark in _BEGINNINGS if (at := content.find(mark, 0, _AHEAD)) >= 0]
    return content[min(starts, default=0) :]


def _refused(is_whole: bool, said: str) -> FileRefused:
    if is_whole:
        return FileRefused(f"这个{said}，不能查验，不能证明已经遮住，没有收入。请用编制它的软件另存后再试。")
    return FileRefused(f"文件里嵌入的{said}，不能查验{UNPROVEN}")


def _compound(content: bytes, is_whole: bool) -> Iterator[bytes]:
    """Yield the streams of a compound file, whose sectors may lie anywhere in it."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as opened:
            for path in opened.listdir(streams=True, storages=False):
                if path[-1].lower() == "encryptedpackage":
                    raise _refused(is_whole, "文件加了密")
                yield "/".join(path).encode("utf-8", "surrogatepass")
                yield opened.openstream(path).read()
    except (OSError, ValueError, TypeError, IndexError, struct.error) as error:
        raise _refused(is_whole, "旧版办公文件打不开") from error


def _mail(content: bytes) -> Iterator[bytes]:
    """Yield the parts of a mail or a saved web page, decoded."""
    parsed: Message = email.message_from_bytes(content, policy=email.policy.compat32)
    for part in parsed.walk():
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and payload and payload != content:
            yield payload
