from pathlib import Path

import pytest

from archive.extract.containers.compound import MAGIC, root_entries
from tests.archive.extract.compounds import Entries, write_compound


def test_what_is_embedded_does_not_stand_at_the_top(tmp_path: Path) -> None:
    inner: Entries = {"WordDocument": b"x", "Deeper": {"Book": b"x"}}
    path = write_compound(tmp_path / "a", {"Workbook": b"x" * 9000, "MBD01": inner, "\x05SummaryInformation": b""})
    assert root_entries(path) == {"workbook", "mbd01", "\x05summaryinformation"}


@pytest.mark.parametrize("length", [8, 100, 511, 512, 600, 4700])
def test_a_file_that_ends_early_has_the_entries_that_are_found(tmp_path: Path, length: int) -> None:
    path = write_compound(tmp_path / "a", {"Workbook": b"x"})
    path.write_bytes(path.read_bytes()[:length])
    assert root_entries(path) <= {"workbook"}


@pytest.mark.parametrize("position", [30, 48, 68, 76])
def test_numbers_that_lead_in_circles_or_nowhere_end(tmp_path: Path, position: int) -> None:
    path = write_compound(tmp_path / "a", {"Workbook": b"x"})
    content = bytearray(path.read_bytes())
    for value in (0, 1, 9, 200, 0x7FFFFFFF):
        content[position : position + 4] = value.to_bytes(4, "little")
        path.write_bytes(content)
        assert all(len(name) < 33 for name in root_entries(path))


def test_any_bytes_after_the_mark_give_names_or_none(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(MAGIC + bytes(range(256)) * 40)
    assert isinstance(root_entries(path), frozenset)
