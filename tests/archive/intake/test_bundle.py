import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from archive.errors import BadManifest, FileRefused
from archive.extract.limits import ZipLimits
from archive.intake.bundle import is_bundle, open_bundle, open_zip
from archive.intake.manifest import place
from tests.archive.extract.rars import Unpacker, unpacker

__all__ = ["unpacker"]


def manifest(*entries: Mapping[str, object]) -> bytes:
    return "\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries).encode()


class OldInfo(zipfile.ZipInfo):
    """A member whose name is written without the flag for UTF-8, as older programs do."""

    encoding = ""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode(self.encoding), self.flag_bits


def write(path: Path, files: Mapping[str, bytes], encoding: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as container:
        for name, content in files.items():
            info = OldInfo(name) if encoding else zipfile.ZipInfo(name)
            if isinstance(info, OldInfo):
                info.encoding = encoding
            info.compress_type = zipfile.ZIP_DEFLATED
            container.writestr(info, content)
    return path


def test_what_the_manifest_names_is_unpacked_and_gone_afterwards(tmp_path: Path) -> None:
    entries = (
        {"path": "文件/a.txt", "title": "标题", "attachments": ["b.txt"]},
        {"path": "b.txt", "source_url": "http://x.example/1"},
    )
    files = {"文件/a.txt": "正文".encode(), "b.txt": b"x", "文件/": b"", "c.txt": b"y"}
    path = write(tmp_path / "报送.zip", files | {"manifest.jsonl": manifest(*entries)})
    assert is_bundle(path)
    with open_bundle(path) as bundle:
        first, second = bundle.items
        assert first.path.read_text("utf-8") == "正文" and first.attachments[0].read_bytes() == b"x"
        assert first.stated == {"title": "标题"}
        assert first.source == f"{place(path)}!文件/a.txt"
        assert second.source == "http://x.example/1"
        assert bundle.unlisted == ("c.txt",)
        folder = first.path.parent
        assert folder.parent.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


def test_a_folder_that_was_packed_whole_has_its_manifest_in_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", {"2020/manifest.jsonl": manifest({"path": "a.txt"}), "2020/a.txt": b"x"})
    assert is_bundle(path)
    with open_bundle(path) as bundle:
        assert bundle.items[0].path.read_bytes() == b"x"
        assert bundle.items[0].source.endswith("a.zip!2020/a.txt")
        assert bundle.unlisted == ()


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_names_of_old_programs_are_read(tmp_path: Path, encoding: str) -> None:
    name = "政府信息公开/关于防火的通知.txt"
    path = write(tmp_path / "a.zip", {name: b"x", "manifest.jsonl": manifest({"path": name})}, encoding)
    with zipfile.ZipFile(path) as container:
        assert name not in container.namelist(), "the test does not test"
    with open_bundle(path) as bundle:
        assert bundle.items[0].path.read_bytes() == b"x" and bundle.unlisted == ()


@pytest.mark.parametrize("named", ["../other.txt", "/etc/hostname", "a/../../other.txt"])
@pytest.mark.parametrize("key", ["path", "attachments"])
def test_a_manifest_that_leads_out_of_the_bundle_is_refused(tmp_path: Path, named: str, key: str) -> None:
    entry = {"path": "a.txt", "attachments": []} | {key: named if key == "path" else [named]}
    path = write(tmp_path / "a.zip", {"manifest.jsonl": manifest(entry), "a.txt": b"x"})
    with pytest.raises(BadManifest, match="之外"), open_bundle(path):
        pass


@pytest.mark.parametrize("name", ["../a.txt", "/a.txt", "C:\\a.txt", "..\\a.txt"])
def test_a_member_that_leads_out_of_the_bundle_is_refused(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "a.zip", {"manifest.jsonl": manifest({"path": "a.txt"}), name: b"x"})
    with pytest.raises(FileRefused, match="之外"), open_bundle(path):
        pass
    assert not (tmp_path / "a.txt").exists()


def test_a_bundle_beyond_the_bounds_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", {"manifest.jsonl": manifest({"path": "a.txt"}), "a.txt": bytes(5_000_000)})
    with pytest.raises(FileRefused, match="压缩炸弹"), open_bundle(path, ZipLimits()):
        pass


@pytest.mark.parametrize("name", ["a.txt/b.txt", "字" * 100 + ".txt"])
def test_names_that_no_folder_takes_are_refused(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "a.zip", {"a.txt": b"x", name: b"y", "manifest.jsonl": manifest({"path": "a.txt"})})
    with pytest.raises(FileRefused, match="不能解压"), open_bundle(path):
        pass


def test_a_bad_line_of_the_manifest_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", {"manifest.jsonl": b'{"path": "a.txt"}\n{"title": "x"}', "a.txt": b"x"})
    with pytest.raises(BadManifest, match="第 2 行"), open_bundle(path):
        pass


def test_what_is_no_bundle_is_none(tmp_path: Path) -> None:
    without = write(tmp_path / "a.zip", {"a.txt": b"x", "x/y/manifest.jsonl": b""})
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04 broken")
    assert not any(is_bundle(path) for path in (without, tmp_path / "b.zip", tmp_path, tmp_path / "missing"))
    with pytest.raises(FileRefused, match="没有清单"), open_bundle(without):
        pass


def test_a_rar_or_7z_with_a_manifest_is_a_bundle(tmp_path: Path, unpacker: Unpacker) -> None:
    files = {"2020/manifest.jsonl": manifest({"path": "a.txt", "title": "标题"}), "2020/a.txt": "正文".encode()}
    path = tmp_path / "a.7z"
    path.write_bytes(b"7z\xbc\xaf\x27\x1c")
    unpacker.holds([*files.items(), ("2020/b.txt", b"y")])
    assert is_bundle(path)
    with open_bundle(path) as bundle:
        assert [item.path.read_text("utf-8") for item in bundle.items] == ["正文"]
        assert bundle.unlisted == ("2020/b.txt",)
    unpacker.holds([("a.txt", b"x")])
    assert not is_bundle(path)
    with open_zip(path) as (inside, hidden):
        assert ([each.name for each in inside], hidden) == (["a.txt"], 0)
