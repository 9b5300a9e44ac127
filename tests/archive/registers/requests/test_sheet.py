"""A table of a register is written whole, or not at all."""

import errno
from pathlib import Path

import pytest

from archive.registers.requests import sheet


@pytest.mark.parametrize("name", ["申请.csv", "申请.xlsx"])
def test_a_full_disk_leaves_no_part_of_a_table_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / name
    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space") as told:
            sheet.write(path, [["申请人"], ["张三"]])
    assert told.value.filename == str(path) and not path.exists()
    sheet.write(path, [["申请人"], ["张三"]])
    # What is there already is neither written over nor removed.
    with pytest.raises(FileExistsError):
        sheet.write(path, [["申请人"], ["李四"]])
    assert path.exists()
