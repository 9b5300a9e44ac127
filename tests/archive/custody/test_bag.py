"""Exporting a bag that the standard library for BagIt finds valid."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest

from archive.custody import bag
from archive.errors import BackupRefused, BlobMissing
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from tests.conftest import publish


@pytest.fixture
def id(catalogue: Catalogue, intake: Intake, write: Callable[[str, str], Path]) -> str:
    attachment = write("物资 表%0A.txt", "物资表\n沙袋\n")
    item = Item(write("a.txt", "=1+1的通知\n请落实。\n"), "a", {"number": "云政发〔2020〕1号"}, (attachment,))
    id = str(intake.receive(item).document_id)
    intake.receive(Item(write("b.txt", "不公开的文件\n内部。\n"), "b"))
    publish(catalogue, id)
    return id


def test_the_bag_is_valid_and_holds_what_is_public(
    catalogue: Catalogue, blobs: Blobs, id: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("bags") / "云溪县"
    assert bag.export(catalogue.public_all(), blobs, folder, "云溪县", lambda: None) == 1
    made = bagit.Bag(str(folder))
    assert made.is_valid()
    assert made.info["Source-Organization"] == "云溪县"
    assert made.version_info == (1, 0)
    (line,) = (folder / "data/metadata.jsonl").read_text(encoding="utf-8").splitlines()
    told = json.loads(line)
    assert (told["id"], told["number"]) == (id, "云政发〔2020〕1号")
    assert [each["name"] for each in told["files"]] == ["a.txt", "物资 表%0A.txt"]
    for each in told["files"]:
        assert (folder / "data" / each["path"]).stat().st_size == each["size"]
    with (folder / "data/metadata.csv").open(encoding="utf-8-sig", newline="") as table:
        (row,) = csv.DictReader(table)
    # The apostrophe keeps spreadsheets from reading a title as a formula.
    assert row["title"] == "'=1+1的通知"
    assert "不公开" not in (folder / "data/metadata.jsonl").read_text(encoding="utf-8")


def test_nothing_is_written_over_and_nothing_half_made_stays(
    catalogue: Catalogue, blobs: Blobs, id: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("bags")
    with pytest.raises(BackupRefused):
        bag.export(catalogue.public_all(), blobs, folder, "云溪县", lambda: None)
    blobs.path(catalogue.public(id).file.digest).unlink()
    with pytest.raises(BlobMissing):
        bag.export(catalogue.public_all(), blobs, folder / "bag", "云溪县", lambda: None)
    assert list(folder.iterdir()) == []
