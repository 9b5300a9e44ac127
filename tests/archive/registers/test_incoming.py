"""The watched folder: what lies still in it is taken in and moved out, and nothing that is not whole."""

import logging
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.intake.receive import Result
from archive.registers import incoming, jobs, uploads
from archive.registers.bringing import Bringing
from archive.registers.incoming import PERSON, STILL, Watch
from archive.registers.jobs import JobFile, State
from archive.registers.staff import Staff
from tests.archive.registers.test_bringing import bringing, sandbox, text

__all__ = ["bringing", "sandbox"]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(tmp_path: Path, staff: Staff, clock: Clock) -> Watch:
    made = Watch(tmp_path, staff, clock)
    assert made.look() == []
    return made


@pytest.fixture
def folder(watch: Watch) -> Path:
    return watch.data / incoming.FOLDER


Run = Callable[[], list[JobFile]]


@pytest.fixture
def run(watch: Watch, clock: Clock, staff: Staff, bringing: Bringing) -> Run:
    """Look twice, with time enough in between, and take in what there is."""

    def ran() -> list[JobFile]:
        watch.look()
        clock.now += STILL
        watch.look()
        files = []
        while job := jobs.take(staff):
            bringing.work_off(job)
            files += jobs.files(staff, job.id)
        return files

    return ran


def test_the_folder_is_made_for_its_owner_alone(folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700


def test_what_lies_still_is_taken_in_and_moved_out(folder: Path, run: Run, staff: Staff, tmp_path: Path) -> None:
    (folder / "通知.txt").write_bytes(text(1))
    (file,) = run()
    assert (file.name, file.result) == ("通知.txt", Result.TAKEN)
    (job,) = jobs.of(staff, "", "", True, 9)
    assert jobs.of(staff, PERSON, "", False, 9) == []
    assert (job.person, job.state) == (PERSON, State.DONE)
    assert list(folder.iterdir()) == [] and list(uploads.place(tmp_path).iterdir()) == []


def test_a_file_that_changes_waits_until_it_is_whole(folder: Path, watch: Watch, clock: Clock, run: Run) -> None:
    path = folder / "a.txt"
    for size in range(1, 4):
        path.write_bytes(text(1) * size)
        assert watch.look() == []
        clock.now += STILL - 1
    assert watch.look() == []
    clock.now += STILL
    assert len(watch.look()) == 1


def test_a_file_that_somebody_still_writes_is_left_alone(
    folder: Path, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    with (folder / "a.txt").open("wb") as stream:
        stream.write(text(1))
        stream.flush()
        assert run() == [] and "还在写入" in caplog.text
    assert [each.result for each in run()] == [Result.TAKEN]


def test_links_folders_parts_and_empty_files_are_left_alone_and_told_once(
    folder: Path, run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_bytes(text(1))
    (folder / "link.txt").symlink_to(outside)
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")
    for name in (".hidden", "~$a.docx", "a.docx.part", "a.FILEPART"):
        (folder / name).write_bytes(text(name))
    (folder / "empty.txt").touch()
    caplog.set_level(logging.WARNING)
    assert run() == [] and run() == []
    assert len(caplog.records) == 8
    for name, why in (
        ("link.txt", "是链接"),
        ("folder", "是文件夹"),
        ("a.docx.part", "没有传完"),
        ("empty.txt", "是空的"),
    ):
        assert any(name in each.getMessage() and why in each.getMessage() for each in caplog.records)
    assert len(list(folder.iterdir())) == 8 and outside.exists()


def test_what_is_refused_lies_beside_a_text_that_says_why(folder: Path, run: Run) -> None:
    for number in range(2):
        (folder / "坏.pdf").write_bytes(b"\x00\x01\x02 no document" + bytes([number]))
        (file,) = run()
        assert file.result == Result.REFUSED
    refused = folder / incoming.REFUSED
    assert sorted(path.name for path in refused.iterdir()) == ["坏-2.pdf", "坏-2.pdf.txt", "坏.pdf", "坏.pdf.txt"]
    assert file.told in (refused / "坏.pdf.txt").read_text(encoding="utf-8")
    assert (refused / "坏-2.pdf").read_bytes().endswith(b"\x01")
    # What lies there is not taken for new, but for one that is put back by hand.
    assert run() == []
    (refused / "坏.pdf").rename(folder / "坏.pdf")
    assert [each.result for each in run()] == [Result.REFUSED]


def test_a_zip_of_which_a_part_is_refused_is_kept(folder: Path, run: Run) -> None:
    with zipfile.ZipFile(folder / "a.zip", "w") as made:
        made.writestr("好.txt", text(1))
        made.writestr("坏.txt", b"")
    run()
    said = (folder / incoming.REFUSED / "a.zip.txt").read_text(encoding="utf-8")
    assert "坏.txt" in said and "好.txt" not in said


def test_a_name_from_an_old_system_is_readable(folder: Path, run: Run) -> None:
    (folder / os.fsdecode("旧通知.txt".encode("gb18030"))).write_bytes(text(1))
    assert [(each.name, each.result) for each in run()] == [("旧通知.txt", Result.TAKEN)]


def test_two_watchers_add_one_job(folder: Path, watch: Watch, clock: Clock, staff: Staff) -> None:
    other = Watch(watch.data, staff, clock)
    (folder / "a.txt").write_bytes(text(1))
    assert watch.look() == other.look() == []
    clock.now += STILL
    assert sorted(map(len, (watch.look(), other.look(), watch.look()))) == [0, 0, 1]


@pytest.mark.parametrize("step", ["fetch", "put_back", "end"])
def test_a_worker_that_was_killed_on_the_way_loses_no_file(
    folder: Path, run: Run, staff: Staff, bringing: Bringing, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    (folder / "好.txt").write_bytes(text(1))
    (folder / "坏.txt").write_bytes(b"\x00\x01")
    place = jobs if step == "end" else incoming
    real = getattr(place, step)

    def killed(*args: object) -> None:
        real(*args) if step != "end" else None
        raise KeyboardInterrupt

    monkeypatch.setattr(place, step, killed)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            run()
    monkeypatch.undo()
    with staff.writing() as connection:
        connection.exec_driver_sql("UPDATE jobs SET leased_until = NULL")
    assert sorted((each.name, each.result) for each in run()) == [("坏.txt", Result.REFUSED), ("好.txt", Result.TAKEN)]
    assert sorted(path.name for path in (folder / incoming.REFUSED).iterdir()) == ["坏.txt", "坏.txt.txt"]


def test_a_file_that_is_taken_away_or_changed_at_the_last_moment_is_told(
    folder: Path, watch: Watch, clock: Clock, staff: Staff, bringing: Bringing
) -> None:
    path = folder / "a.txt"
    path.write_bytes(text(1))
    watch.look()
    clock.now += STILL
    (id,) = watch.look()
    path.write_bytes(text(2))
    job = jobs.take(staff)
    assert job
    bringing.work_off(job)
    (file,) = jobs.files(staff, id)
    assert file.result == Result.REFUSED and "改动" in file.told
    assert path.read_bytes() == text(2)
