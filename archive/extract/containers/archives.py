"""Reading 7z and rar archives by bsdtar, of Debian's package ``libarchive-tools``, under the limits of a zip.

bsdtar writes nothing but a stream of the members, in the format of tar, which is checked here member by member: so
whatever an archive says, the names, links, numbers and sizes are judged as those of a zip are. It runs with limits on
its memory and time, and without it these archives are refused.
"""

import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

from archive.errors import ExtractionFailed, FileRefused
from archive.extract.containers import rar4
from archive.extract.containers.zipguard import check_name
from archive.extract.limits import INPUT_SIZE, MIB, ZipLimits

_MARKS = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")
_CHUNK = 64 * 1024
_MOST_NAMES = 1 * MIB
_SECONDS = 60
_MEMORY = 1024 * 1024
# Shells of all systems set limits; the program itself takes its place.
_LIMITED = f'ulimit -c 0; ulimit -f 128; ulimit -t {_SECONDS}; ulimit -v {_MEMORY}; exec "$@"'
LACKING = (
    "是 7z 或 rar 压缩包，服务器上没有装读取它的程序，没有收入。请解压后重新压缩为 zip 再提交，"
    "或者请系统管理员安装 libarchive-tools。"
)
_BOMB = "文件解压后大得不合常理，疑似恶意文件（压缩炸弹），没有收入。"
_DAMAGED = "压缩包已损坏、不完整、分了卷或者设有密码，没有收入。请去掉密码，重新压缩为一个 zip 再提交。"
_LOCKED = "压缩包设有密码，无法读取。请去掉密码后重新提交。"


def is_archive(path: Path) -> bool:
    """Tell whether a file is a 7z or a rar."""
    with path.open("rb") as stream:
        return stream.read(8).startswith(_MARKS)


def available() -> bool:
    """Tell whether these archives can be read here."""
    return shutil.which("bsdtar") is not None


def names(path: Path) -> list[str]:
    """Return the names of the members of an archive. Raises FileRefused as ``members`` does."""
    with _running(path, "-t", "-f", str(path.absolute())) as stream:
        listed = stream.read(_MOST_NAMES)
        if stream.read(1):
            raise ExtractionFailed("文件内的部件多得不合常理，疑似恶意文件，没有收入。")
    return listed.decode("utf-8", "surrogateescape").splitlines()


def members(path: Path, limits: ZipLimits | None = None) -> Iterator[tuple[str, bytes]]:
    """Yield the names and bytes of an archive's members, folders with a slash at the end, in order.

    Raises FileRefused where bsdtar is not installed, and if the archive is damaged, encrypted or too large when
    unpacked, or if it contains links, the same name twice, or names that point outside of it.
    """
    sums = _sums(path)
    with _running(path, "-c", "-f", "-", "--format", "pax", f"@{path.absolute()}") as stream:
        try:
            with tarfile.open(fileobj=stream, mode="r|", encoding="utf-8", errors="surrogateescape") as found:
                for name, content in _members(found, path, limits or ZipLimits()):
                    if sums is not None and not name.endswith("/") and zlib.crc32(content) != next(sums, None):
                        raise ExtractionFailed(_DAMAGED)
                    yield name, content
                if sums is not None and next(sums, None) is not None:
                    raise ExtractionFailed(_DAMAGED)
        except (tarfile.TarError, EOFError, ValueError) as error:
            raise ExtractionFailed(_DAMAGED) from error


def _sums(path: Path) -> Iterator[int] | None:
    """Return the sums that an archive states of its files, where bsdtar does not look at them."""
    try:
        found = rar4.sums(path)
    except rar4.Locked as error:
        raise FileRefused(_LOCKED) from error
    except ValueError as error:
        raise ExtractionFailed(_DAMAGED) from error
    return None if found is None else iter(found)


def _members(found: tarfile.TarFile, path: Path, limits: ZipLimits) -> Iterator[tuple[str, bytes]]:
    seen: set[str] = set()
    total = 0
    most = max(limits.ratio_free, limits.ratio * path.stat().st_size)
    for count, member in enumerate(found, 1):
        if count > limits.members:
            raise ExtractionFailed(f"文件内的部件超过 {limits.members:,} 个，疑似恶意文件，没有收入。")
        check_name(member.name, seen)
        if member.isdir():
            yield f"{member.name.rstrip('/')}/", b""
            continue
        if not member.isreg():
            raise ExtractionFailed("文件内含有链接，疑似恶意文件，没有收入。")
        content = _read(found.extractfile(member), min(limits.member_size, most))
        total += len(content)
        if total > most:
            raise ExtractionFailed(_BOMB)
        if total > limits.total_size:
            raise ExtractionFailed(f"文件解压后超过 {limits.total_size // MIB} MB，疑似恶意文件，没有收入。")
        yield member.name, content


def _read(stream: IO[bytes] | None, most: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while stream is not None and (chunk := stream.read(_CHUNK)):
        size += len(chunk)
        if size > most:
            raise ExtractionFailed(_BOMB)
        chunks.append(chunk)
    return b"".join(chunks)


@contextmanager
def _running(path: Path, *arguments: str) -> Iterator[IO[bytes]]:
    """Yield what bsdtar writes. Raises FileRefused at the end if it met what it could not read."""
    program = shutil.which("bsdtar")
    if program is None:
        raise FileRefused(LACKING)
    if path.stat().st_size > INPUT_SIZE:
        raise ExtractionFailed(f"文件超过 {INPUT_SIZE // MIB} MB，请拆分或压缩其中的图片后重新提交。")
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - a program of the system's, and a path that begins with a slash
            ["/bin/sh", "-c", _LIMITED, "sh", program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            env={"LC_ALL": "C.UTF-8", "PATH": os.defpath},
            start_new_session=True,
        )
        timer = threading.Timer(_SECONDS, _kill, [process.pid])
        timer.start()
        failed: ExtractionFailed | None = None
        try:
            with cast("IO[bytes]", process.stdout) as stream:
                yield stream
                # To its end, for only there it says how it went.
                while stream.read(_CHUNK):
                    pass
            status = process.wait()
        except ExtractionFailed as error:
            # A stream that was cut off tells less than the program.
            failed, status = error, process.poll() or 0
        finally:
            timer.cancel()
            _kill(process.pid)
            process.wait()
        said.seek(0)
        told = said.read(_CHUNK).lower()
        if any(word in told for word in (b"crypt", b"passphrase", b"password")):
            raise FileRefused(_LOCKED) from failed
        if failed is not None:
            raise failed
        # It leaves out what it can't write, and says so without failing.
        if status or told.strip():
            raise ExtractionFailed(_DAMAGED)


def _kill(process: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)
