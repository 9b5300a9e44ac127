"""`gongkai ingest`: trees, manifests, bundles and takeovers."""

import json
import os
import re
import zipfile
from pathlib import Path

import pytest

from tests.web.commands.conftest import Run

pytestmark = pytest.mark.page


def test_an_ingest_of_the_same_tree_twice_changes_nothing(run: Run, folder: Path) -> None:
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    assert "已有 2 件" in run("ingest", str(folder), "--already-published", "--actor", "移交").output
    run("reindex", "--full")
    assert "索引写入 0 件" in run("reindex").output


def test_of_copies_in_one_manifest_a_restricted_one_keeps_all_from_the_public(run: Run, tmp_path: Path) -> None:
    for name in ("a.txt", "copy.txt"):
        (tmp_path / name).write_text("关于防汛的通知\n\n请做好防汛准备，落实值班制度。\n", encoding="utf-8")
    manifest = tmp_path / "m.jsonl"
    manifest.write_text('{"path": "a.txt"}\n{"path": "copy.txt", "disclosure": "依申请公开"}\n', encoding="utf-8")
    run("ingest", "--manifest", str(manifest), "--already-published", "--actor", "移交")
    assert "共 1 件" in run("review", "list", "--status", "waiting").output


@pytest.mark.parametrize("listed", [False, True])
def test_links_and_hidden_files_in_a_folder_are_left_and_named(run: Run, tmp_path: Path, *, listed: bool) -> None:
    portal = tmp_path / "portal"
    (portal / ".hidden").mkdir(parents=True)
    for path in (portal / "a.txt", portal / ".hidden/b.txt", tmp_path / "outside.txt"):
        path.write_text("关于值班的通知\n\n请落实值班制度。\n", encoding="utf-8")
    (portal / "linked.txt").symlink_to(tmp_path / "outside.txt")
    (portal / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    (portal / "circle.txt").symlink_to(portal / "circle.txt")
    (tmp_path / "m.jsonl").write_text('{"path": "portal/a.txt"}\n', encoding="utf-8")
    told = run("ingest", str(portal), *(["--manifest", str(tmp_path / "m.jsonl")] if listed else []))
    assert "新接收 1 件" in told.stdout and "链接和隐藏文件 4 个，没有接收" in told.stdout
    for name, why in (("linked.txt", "链接"), ("gone.txt", "链接"), ("circle.txt", "链接"), (".hidden", "隐藏")):
        assert re.search(rf"{re.escape(name)}: 注意：是{why}", told.stderr)


def test_a_name_with_a_line_break_stays_on_its_line_in_what_is_listed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a\r\nb\x1b[2J.txt").write_text("机密★10年\n\n关于值班的通知\n", encoding="utf-8")
    (tmp_path / "c\nd.txt").write_text("关于防汛的通知\n", encoding="utf-8")
    manifest = tmp_path / "m.jsonl"
    manifest.write_text(
        '{"path": "a\\r\\nb\\u001b[2J.txt"}\n{"path": "c\\nd.txt", "disclosure": "依申请公开"}\n', encoding="utf-8"
    )
    told = run("ingest", "--manifest", str(manifest), "--already-published", "--actor", "移交").stdout
    assert "\x1b" not in told
    assert len(re.findall(r"(?m)^[a-z0-9]{12}  .*(?:a b\[2J|c d)\.txt$", told)) == 2


def test_a_bundle_is_taken_in_as_its_manifest_says_and_sent_again_it_is_the_same(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "报送.zip"

    def pack(body: str) -> None:
        with zipfile.ZipFile(path, "w") as bundle:
            bundle.writestr("manifest.jsonl", json.dumps({"path": "通知.txt", "title": "关于值班的通知"}))
            bundle.writestr("通知.txt", body)
            bundle.writestr("另一份.txt", "不在清单里。")

    pack("请落实值班制度。")
    told = run("ingest", str(path)).output
    assert "新接收 1 件" in told and "“另一份.txt”不在清单里" in told
    assert "关于值班的通知" in run("review", "list").stdout
    assert "已有 1 件" in run("ingest", str(path)).output
    pack("请落实值班制度，加强巡查。")
    assert "新版本 1 件" in run("ingest", str(path)).output


def test_what_is_said_of_a_bundle_names_it_and_its_member(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "报送.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        lines = (
            {"path": "2020/空.txt"},
            {"path": "没有.txt"},
            {"path": "密.txt"},
            {"path": "限.txt", "disclosure": "不予公开"},
        )
        bundle.writestr("manifest.jsonl", "\n".join(map(json.dumps, lines)))
        for name, body in {
            "2020/空.txt": "",
            "密.txt": "通知\n手机13812345678。\n",
            "限.txt": "通知\n内容。\n",
        }.items():
            bundle.writestr(name, body)
    told = run("ingest", str(path), "--already-published", "--actor", "移交", code=1).output
    assert f"{path}：2020/空.txt: 拒收：文件是空的" in told and f"{path}：没有.txt: 拒收" in told
    assert re.search(rf"(?m)^[a-z0-9]{{12}}  拦截 1 处  {path}：密.txt$", told)
    assert re.search(rf"(?m)^[a-z0-9]{{12}}  .*{path}：限.txt$", told)
    assert "gongkai-bundle" not in told
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("manifest.jsonl", '{"path": "../a.txt"}')
    told = run("ingest", str(path), code=1).stderr
    assert f"{path}：清单第 1 行" in told and "没有接收任何文件" in told and "gongkai-bundle" not in told


def test_a_zip_without_a_manifest_is_refused_with_what_to_do(run: Run, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("通知.txt", "请落实值班制度。")
    assert "没有清单" in run("ingest", str(tmp_path / "a.zip"), code=1).output


def test_progress_is_plain_lines_where_there_is_no_terminal(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.commands.jobs.LINE_SECONDS", 0.0)
    lines = run("ingest", str(folder), "--already-published", "--actor", "移交").stderr.splitlines()
    assert lines[:2] == ["接收 1/2", "接收 2/2"]
    assert "建索引 2/2" in run("reindex", "--full").stderr


def test_one_bad_file_does_not_stop_the_rest(run: Run, folder: Path) -> None:
    (folder / "空.txt").touch()
    result = run("ingest", str(folder), code=1)
    assert "新接收 2 件" in result.output
    assert "拒收 1 件" in result.output
    assert "空.txt: 拒收：" in result.output


def test_a_bad_manifest_is_refused_before_anything_is_taken_in(run: Run, folder: Path) -> None:
    manifest = folder / "m.jsonl"
    manifest.write_text('{"path": "a.txt"}\nnonsense\n', encoding="utf-8")
    assert "第 2 行" in run("ingest", "--manifest", str(manifest), code=1).output
    assert run("review", "list").stdout == ""


@pytest.mark.parametrize("address", ["", "http://portal.example/a.htm"])
def test_a_takeover_takes_in_what_its_manifest_lists_and_as_it_is_marked(run: Run, folder: Path, address: str) -> None:
    (folder / "c.txt").write_text("关于供水的通知\n\n供水公司负责。\n", encoding="utf-8")
    lines = [
        {"path": "incoming/a.txt", "disclosure": "依申请公开", **({"source_url": address} if address else {})},
        {"path": "incoming/b.md", "validity": "已废止", "number": "云政发〔2009〕8号", "written_on": "2009-05-01"},
    ]
    manifest = folder.parent / "portal.jsonl"
    manifest.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in lines), encoding="utf-8")
    command = ("ingest", str(folder), "--manifest", str(manifest), "--already-published", "--actor", "移交")
    told = run(*command)
    assert "c.txt" in told.stderr
    assert "新接收 2 件，新版本 0 件" in told.stdout
    assert "清单未列 1 个文件，没有接收" in told.stdout
    # Repeat it. Then take in the folder alone, like somebody who has forgotten the manifest.
    run(*command)
    (folder / "c.txt").unlink()
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    run("reindex")
    [hit] = json.loads(run("search", "通知", "--json").stdout)["hits"]
    assert (hit["number"], hit["validity"]) == ("云政发〔2009〕8号", "已废止")


def test_a_takeover_counts_and_lists_what_its_restriction_keeps_from_the_public(run: Run, folder: Path) -> None:
    manifest = folder / "portal.jsonl"
    lines = ({"path": "a.txt", "disclosure": "依申请公开"}, {"path": "b.md"})
    manifest.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    for _ in range(2):
        told = run("ingest", "--manifest", str(manifest), "--already-published", "--actor", "移交").stdout
        assert "没有公开：1 件" in told
        (line,) = (line for line in told.splitlines() if "a.txt" in line)
        assert "依申请公开" in line and "review classify" in told


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("关于防汛的通知".encode("gb18030"), "另存为 UTF-8"),
        ('{"path": "通知"}'.encode("utf-16"), "另存为 UTF-8"),
        (b'{"path": "a.txt", }', "第 1 行"),
        (b"{'path': 'a.txt'}", "JSON"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_told_in_the_reader_s_words(
    run: Run, folder: Path, content: bytes, said: str
) -> None:
    manifest = folder / "portal.jsonl"
    manifest.write_bytes(content)
    told = run("ingest", "--manifest", str(manifest), code=1).stderr
    assert said in told and not re.search("codec|decode|Expecting|column|property", told)


def test_manifests_that_were_joined_are_read(run: Run, folder: Path) -> None:
    manifest = folder / "portal.jsonl"
    manifest.write_bytes(b"".join(b'\xef\xbb\xbf{"path": "%s"}\n' % name for name in (b"a.txt", b"b.md")))
    assert "新接收 2 件" in run("ingest", "--manifest", str(manifest)).stdout


def test_what_is_no_file_is_not_told_as_an_empty_one(run: Run, folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    told = run("ingest", str(folder), code=1)
    assert "管道" in told.stderr and "空的" not in told.stderr
    assert "新接收 2 件" in told.stdout
