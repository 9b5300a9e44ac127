"""Keeping originals byte for byte, and noticing damage to them."""

import errno
import hashlib
import io
import os
from contextlib import nullcontext
from pathlib import Path

import pytest

from archive.errors import BlobDamaged, BlobMissing
from archive.store.blobs import Blobs, sync_folder


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def test_a_blob_is_found_under_the_hash_of_its_bytes(blobs: Blobs) -> None:
    content = "公开".encode() * 1000
    digest, size = blobs.put(io.BytesIO(content))
    assert digest == hashlib.sha256(content).hexdigest()
    assert size == len(content)
    with blobs.open(digest) as stream:
        assert stream.read() == content


def test_the_same_bytes_twice_are_one_blob(blobs: Blobs) -> None:
    assert blobs.put(io.BytesIO(b"a")) == blobs.put(io.BytesIO(b"a"))
    assert len(list(blobs.digests())) == 1


def test_nothing_is_left_behind_when_the_source_fails(blobs: Blobs) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        blobs.put(Broken())
    assert list(blobs.folder.iterdir()) == []


def test_a_flipped_bit_is_damage(blobs: Blobs) -> None:
    digest, _ = blobs.put(io.BytesIO(b"original"))
    path = blobs.path(digest)
    path.chmod(0o644)
    path.write_bytes(b"originaL")
    with pytest.raises(BlobDamaged) as damage:
        blobs.verify(digest)
    assert damage.value.digest == digest
    assert damage.value.found != digest


def test_what_is_not_there_is_missing(blobs: Blobs) -> None:
    with pytest.raises(BlobMissing):
        blobs.verify("0" * 64)
    assert list(blobs.digests()) == []


def test_an_original_is_read_only(blobs: Blobs) -> None:
    digest, _ = blobs.put(io.BytesIO(b"x"))
    assert blobs.path(digest).stat().st_mode & 0o222 == 0


@pytest.mark.parametrize(("number", "raised"), [(errno.EINVAL, False), (errno.ENOTSUP, False), (errno.EIO, True)])
def test_a_file_system_may_refuse_to_sync_a_folder_and_not_fail_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, raised: bool
) -> None:
    def fsync(descriptor: int) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError) if raised else nullcontext():
        sync_folder(tmp_path)
