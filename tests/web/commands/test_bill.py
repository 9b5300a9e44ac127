"""The bill of materials has every locked package, and advisories are found, or it is said that they could not be."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner

from archive.errors import GongkaiError
from web.commands.cli import cli
from web.installation import advisories, bill
from web.installation.advisories import key, look
from web.installation.bill import Package

FLASK = Package("runtime", "flask", "3.1.3", ("0" * 64,))


def record(name: str = "Flask", *events: dict[str, str], versions: tuple[str, ...] = (), **more: object) -> Any:
    affected: dict[str, object] = {"package": {"ecosystem": "PyPI", "name": name}}
    if events:
        affected["ranges"] = [{"type": "ECOSYSTEM", "events": list(events)}]
    if versions:
        affected["versions"] = list(versions)
    return {"id": "PYSEC-2026-1", "modified": "2026-01-30T00:00:00Z", "affected": [affected], **more}


def found(told: object, tmp_path: Path) -> list[advisories.Advisory]:
    file = tmp_path / "osv.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    return look([file], [FLASK]).found


def test_the_bill_has_every_package_once_and_is_the_same_each_time() -> None:
    first, second = (CliRunner().invoke(cli, ["sbom"]).stdout for _ in range(2))
    told = json.loads(first)
    assert first == second and (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.5")
    scopes = {each["name"]: each["scope"] for each in told["components"]}
    assert scopes["flask"] == scopes["jieba"] == "required"
    assert (scopes["onnxruntime"], scopes["setuptools"]) == ("optional", "excluded") and "pytest" not in scopes
    addresses = [each["purl"] for each in told["components"]]
    assert len(addresses) == len({*addresses}) and all(each.startswith("pkg:pypi/") for each in addresses)
    in_locks = (bill.LOCKS / "runtime.txt").read_text(encoding="utf-8").count("--hash=sha256:")
    hashes = sum(len(each["properties"]) - 1 for each in told["components"] if each["scope"] == "required")
    assert hashes == in_locks


def test_a_lock_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(bill.LocksMissing, match="runtime.txt"):
        bill.locked(tmp_path)
    (tmp_path / "runtime.txt").write_text("flask>=3\n", encoding="utf-8")
    with pytest.raises(bill.LocksMissing, match="flask>=3"):
        bill.locked(tmp_path)


@pytest.mark.parametrize(
    ("events", "versions", "affects"),
    [
        ([{"introduced": "0"}, {"fixed": "3.1.4"}], (), True),
        ([{"introduced": "0"}, {"fixed": "3.1.3"}], (), False),
        ([{"introduced": "3.2"}], (), False),
        ([{"introduced": "3.0rc1"}, {"last_affected": "3.1.3"}], (), True),
        ([{"introduced": "0"}, {"last_affected": "3.1.2"}], (), False),
        ([{"introduced": "0"}, {"fixed": "2.0"}, {"introduced": "3.1.0"}, {"fixed": "3.10"}], (), True),
        ([], ("3.1.2", "3.1.3.0"), True),
        ([], ("3.1.2",), False),
        ([], (), None),
        ([{"introduced": "0"}, {"fixed": "unknown"}], (), None),
    ],
)
def test_versions_are_compared_as_pip_does(
    events: list[dict[str, str]], versions: tuple[str, ...], affects: bool | None, tmp_path: Path
) -> None:
    there = found(record("Flask", *events, versions=versions), tmp_path)
    assert [each.sure for each in there] == ([] if affects is False else [affects is True])


def test_versions_have_the_order_of_python() -> None:
    order = "1.0.dev1 1.0a1.dev2 1.0a1 1.0b2 1.0rc1 1.0 1.0.post1.dev3 1.0.post1 1.0.1 1.1 1.10 1!0.1".split()
    keys = [key(each) for each in order]
    assert None not in keys and keys == sorted(keys, key=lambda each: each or ())
    assert key("1.0") == key("v1") == key("1.0.0+local") and key("nightly") is None


def test_withdrawn_and_other_advisories_are_left_out_and_every_form_of_a_list_is_read(tmp_path: Path) -> None:
    ours = record("flask", {"introduced": "0"}, aliases=["CVE-2026-1"], summary="a\x1b[2Jb")
    (only,) = found([record("flask", withdrawn="2026-01-30T00:00:00Z"), record("werkzeug"), ours], tmp_path)
    assert (only.id, only.others, only.summary) == ("PYSEC-2026-1", ("CVE-2026-1",), "a[2Jb")
    assert len(found({"results": [{}, {"vulns": [ours]}]}, tmp_path)) == 1
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as zipped:
        zipped.writestr("PYSEC-2026-1.json", json.dumps(ours))
        zipped.writestr("torn.json", "{")
    looked = look([tmp_path / "all.zip"], [FLASK])
    assert len(looked.found) == 1 and looked.unreadable == ["torn.json"] and looked.advisories == 1
    for path in tmp_path.glob("*.json"):
        path.unlink()
    assert len(look([tmp_path], [FLASK]).found) == 1, "a zip in a folder"
    ours["affected"][0]["package"]["ecosystem"] = "pypi:mirror"
    assert len(found([ours], tmp_path)) == 1


def _other(folder: Path) -> None:
    other = record() | {"affected": [{"package": {"ecosystem": "npm", "name": "flask"}}]}
    (folder / "list.json").write_text(json.dumps(other), encoding="utf-8")


def _torn_zip(folder: Path) -> None:
    with zipfile.ZipFile(folder / "all.zip", "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("a.json", json.dumps([record(f"x{number}") for number in range(50)]))
    raw = bytearray((folder / "all.zip").read_bytes())
    raw[50:90] = bytes(each ^ 0xFF for each in raw[50:90])
    (folder / "all.zip").write_bytes(raw)


def _of_the_future(folder: Path) -> None:
    (folder / "list.json").write_text(json.dumps(record("x") | {"modified": "2999-01-01T00:00:00Z"}), encoding="utf-8")


WITHOUT: dict[str, tuple[str, Callable[[Path], object]]] = {
    "an empty folder": ("等于没有查", lambda folder: None),
    "of another ecosystem": ("等于没有查", _other),
    "no JSON": ("读不出，没有查", lambda folder: (folder / "list.json").write_text("<html>")),
    "a torn zip": ("不能说没有", _torn_zip),
    "of the future": ("清单不新", _of_the_future),
    "a list of long ago": ("清单不新", lambda folder: (folder / "list.json").write_text(json.dumps(record("x")))),
}


@pytest.mark.parametrize("name", WITHOUT)
def test_where_nothing_could_be_looked_up_it_is_never_said_that_there_is_nothing(name: str, tmp_path: Path) -> None:
    said, make = WITHOUT[name]
    make(tmp_path)
    with time_machine.travel("2026-06-01"):
        ran = CliRunner().invoke(cli, ["advisories", str(tmp_path)])
    assert ran.exit_code == 1 and said in ran.stderr and "没有发现" not in ran.output


def test_what_is_found_is_listed_and_what_is_not_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(record("nothing-of-ours", {"introduced": "0"})), encoding="utf-8")
    with time_machine.travel("2026-02-01"):
        ran = CliRunner().invoke(cli, ["advisories", str(tmp_path)])
        assert ran.exit_code == 0 and "没有发现" in ran.stdout and "安全公告 1 条，最新的一条 2026-01-30" in ran.stdout
        flask = record("flask", {"introduced": "0"}, {"fixed": "99"}, summary="会话泄露")
        (tmp_path / "b.json").write_text(json.dumps(flask), encoding="utf-8")
        ran = CliRunner().invoke(cli, ["advisories", str(tmp_path)])
    assert ran.exit_code == 1 and "PYSEC-2026-1" in ran.stdout and "修复于 99" in ran.stdout
    with pytest.raises(GongkaiError):
        look([tmp_path / "gone.json"], [FLASK])
