"""Reading manifests and folders."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.errors import BadManifest
from archive.intake.manifest import items_below, read_manifest

Write = Callable[[str, str], Path]


def test_paths_are_relative_to_the_manifest_and_the_source_is_the_url(write: Write) -> None:
    entry = {
        "path": "文件/a.docx",
        "title": "标题",
        "number": None,
        "attachments": ["b.pdf"],
        "source_url": "http://x.example/1",
    }
    manifest = write("m.jsonl", json.dumps(entry, ensure_ascii=False) + "\n\n" + json.dumps({"path": "c.txt"}) + "\n")
    first, second = read_manifest(manifest)
    assert first.path == manifest.parent / "文件/a.docx"
    assert first.attachments == (manifest.parent / "b.pdf",)
    assert first.source == "http://x.example/1"
    assert first.stated == {"title": "标题", "source_url": "http://x.example/1"}
    assert second.source == f"file:{manifest.parent / 'c.txt'}"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "JSON"),
        ("[]", "path"),
        ('{"title": "x"}', "path"),
        ('{"path": "a", "colour": "red"}', "colour"),
        ('{"path": "a", "title": 3}', "title"),
        ('{"path": "a", "attachments": "b"}', "attachments"),
        ('{"path": "a", "disclosure": "依申请公开", "disclosure": "主动公开"}', "两次"),
        ('{"path": "x/../ok", "disclosure": "依申请公开"}', "第 1 行"),
    ],
)
def test_a_bad_line_is_named(write: Write, line: str, says: str) -> None:
    with pytest.raises(BadManifest, match=says) as bad:
        read_manifest(write("m.jsonl", '{"path": "ok"}\n' + line))
    assert bad.value.line == 2


def test_a_file_is_one_source_however_its_path_is_spelt(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("tree/a.txt", "x")
    monkeypatch.chdir(path.parent)
    spelt = (path, Path("a.txt"), Path("../tree/a.txt"), Path("./a.txt"))
    assert len({item.source for each in spelt for item in items_below(each)}) == 1


def test_a_folder_yields_its_files_in_order_without_hidden_ones_and_links(write: Write) -> None:
    second = write("tree/b/2.txt", "x")
    first = write("tree/a.txt", "x")
    write("tree/.hidden/3.txt", "x")
    (first.parent / "link.txt").symlink_to(first)
    assert [item.path for item in items_below(first.parent)] == [first, second]


@pytest.mark.parametrize("name", ["../above.txt", "{outside}", "linked/inside.txt", "circle/a.txt", "a\\u0000b.txt"])
@pytest.mark.parametrize("as_attachment", [False, True])
def test_a_manifest_reads_nothing_outside_its_folder(tmp_path: Path, name: str, as_attachment: bool) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "portal"
    outside.mkdir()
    folder.mkdir()
    for path in (tmp_path / "above.txt", outside / "inside.txt", folder / "a.txt"):
        path.write_text("关于防汛的通知", encoding="utf-8")
    (folder / "linked").symlink_to(outside)
    (folder / "circle").symlink_to(folder / "circle")
    named = name.format(outside=outside / "inside.txt")
    line = f'{{"path": "a.txt", "attachments": ["{named}"]}}' if as_attachment else f'{{"path": "{named}"}}'
    (folder / "m.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(BadManifest, match="第 1 行"):
        read_manifest(folder / "m.jsonl")


def test_a_line_that_nests_too_deep_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_text("[" * 200_000, encoding="utf-8")
    with pytest.raises(BadManifest, match="第 1 行"):
        read_manifest(tmp_path / "m.jsonl")
