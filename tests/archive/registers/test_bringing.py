"""A job's files are taken in as what they are, whatever happens on the way; zips and manifests as their contents."""

import json
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from archive.decisions import review
from archive.document import Status, Verdict
from archive.errors import DiskFull
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake, Result
from archive.registers import jobs, uploads
from archive.registers.bringing import Bringing
from archive.registers.jobs import ASKED, Job, JobFile, Kind, LeaseLost, State
from archive.registers.staff import Staff
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.tables import versions

Send = Callable[..., str]


def text(number: object) -> bytes:
    return f"关于第{number}项工作的通知\n\n请落实第{number}项工作。\n".encode()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1) as opened:
        yield opened


@pytest.fixture
def bringing(staff: Staff, catalogue: Catalogue, tmp_path: Path, sandbox: Sandbox) -> Bringing:
    return Bringing(staff, catalogue, Blobs(tmp_path / "blobs"), sandbox, tmp_path)


@pytest.fixture
def send(staff: Staff, tmp_path: Path) -> Send:
    """Put files where uploads lie and add the job."""

    def sent(
        files: dict[str, bytes], together: bool = False, unit: str = "财政局", note: str = "", person: str = "甲一"
    ) -> str:
        payload = {"files": list(files), "together": together, "note": note}
        id = jobs.add(staff, Kind.UPLOAD, payload, person, unit, files)
        folder = uploads.place(tmp_path, id)
        folder.mkdir()
        for at, content in enumerate(files.values(), 1):
            (folder / str(at)).write_bytes(content)
        return id

    return sent


def zipped(tmp_path: Path, files: dict[str, bytes]) -> bytes:
    path = tmp_path / "made.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return path.read_bytes()


@pytest.fixture
def run(staff: Staff, bringing: Bringing) -> Callable[[str], list[JobFile]]:
    def ran(id: str) -> list[JobFile]:
        job = jobs.take(staff)
        assert job and job.id == id
        bringing.work_off(job)
        return jobs.files(staff, id)

    return ran


Run = Callable[[str], list[JobFile]]


def results(files: list[JobFile]) -> list[tuple[str, str | None]]:
    return [(each.name, each.result) for each in files]


def test_each_file_is_a_document_brought_by_its_person_and_the_folder_is_gone(
    send: Send, run: Run, staff: Staff, catalogue: Catalogue, tmp_path: Path
) -> None:
    id = send({"一.txt": text(1), "空.txt": b"", "二.txt": text(2)})
    files = run(id)
    assert results(files) == [("一.txt", Result.TAKEN), ("空.txt", Result.REFUSED), ("二.txt", Result.TAKEN)]
    assert "0 字节" in files[1].told
    job = jobs.find(staff, id)
    assert job and job.state is State.DONE and (job.done, job.total) == (3, 3)
    document = catalogue.newest(str(files[0].document_id))
    assert document.file.name == "一.txt" and document.metadata.title == "关于第1项工作的通知"
    with catalogue.reading() as connection:
        assert set(connection.scalars(versions.select().with_only_columns(versions.c.brought_by))) == {"甲一"}
    assert list(uploads.place(tmp_path).iterdir()) == []


def test_the_first_is_the_document_and_the_others_are_its_attachments(
    send: Send, run: Run, catalogue: Catalogue
) -> None:
    files = run(send({"正文.txt": text(1), "附件.txt": text(2)}, together=True))
    assert results(files) == [("正文.txt", Result.TAKEN), ("附件.txt", Result.TAKEN)]
    assert files[1].part_of == 1 and files[0].document_id == files[1].document_id
    document = catalogue.newest(str(files[0].document_id))
    assert [each.file.name for each in document.attachments] == ["附件.txt"]


def test_a_document_is_not_taken_in_without_an_attachment_that_is_refused(send: Send, run: Run, tmp_path: Path) -> None:
    for bad in (b"", zipped(tmp_path, {"../x.txt": text(1)})):
        files = run(send({"正文.txt": text(bad), "附件.zip": bad}, together=True))
        assert {each.result for each in files} == {Result.REFUSED}


def test_identical_bytes_are_held_and_the_same_name_is_asked_about(
    send: Send, run: Run, staff: Staff, catalogue: Catalogue
) -> None:
    (first,) = run(send({"通知.txt": text(1)}))
    (same,) = run(send({"通知.txt": text(1)}))
    assert (same.result, same.document_id) == (Result.HELD, first.document_id)
    id = send({"通知.txt": text(2)}, note="更正日期")
    (asked,) = run(id)
    assert (asked.result, asked.document_id) == (ASKED, first.document_id)
    found = jobs.find(staff, id)
    assert found and found.state is State.ASKING
    assert jobs.choose(staff, id, 1, first.source, "更正金额")
    (version,) = run(id)
    assert (version.result, version.document_id, version.told) == (Result.CHANGED, first.document_id, "")
    assert "更正金额" in str([each.details for each in catalogue.events(str(first.document_id))])
    # Another unit is not asked: it has never sent such a file.
    (other,) = run(send({"通知.txt": text(3)}, unit="民政局"))
    assert other.result == Result.TAKEN and other.document_id != first.document_id


def test_a_new_version_in_which_nothing_changed_is_told_as_none(
    send: Send, run: Run, staff: Staff, catalogue: Catalogue
) -> None:
    first, _ = run(send({"通知.txt": text(1), "附件.txt": text(2)}, together=True))
    # Without its attachment it is another delivery, of the same file.
    (asked,) = run(id := send({"通知.txt": text(1)}))
    assert asked.result == ASKED and jobs.choose(staff, id, 1, first.source, "附件另发")
    (none,) = run(id)
    assert (none.result, none.document_id) == (Result.HELD, first.document_id)
    assert "没有形成新的一版" in none.told and "沿用原先的附件" in none.told
    newest = catalogue.newest(str(first.document_id))
    assert newest.version == 1 and len(newest.attachments) == 1


def test_a_zip_is_taken_as_its_contents(send: Send, run: Run, tmp_path: Path, staff: Staff) -> None:
    packed = zipped(tmp_path, {"甲/一.txt": text(1), "__MACOSX/._一.txt": b"x", "二.txt": text(2)})
    id = send({"全部.zip": packed, "三.txt": text(3)})
    assert results(run(id)) == [(f"{n}.txt", Result.TAKEN) for n in "一二三"]
    job = jobs.find(staff, id)
    assert job and "1 个系统的隐藏文件" in job.told


def test_a_bundle_is_taken_as_its_manifest_says_and_its_addresses_count_within_the_unit(
    send: Send, run: Run, tmp_path: Path, catalogue: Catalogue
) -> None:
    def bundle(content: bytes) -> bytes:
        line = {"path": "a.txt", "title": "写明的标题", "source_url": "http://x.example/1", "attachments": ["b.txt"]}
        files = {"manifest.jsonl": json.dumps(line).encode(), "a.txt": content, "b.txt": text("附"), "c.txt": b"x"}
        return zipped(tmp_path, files)

    files = run(send({"报送.zip": bundle(text(1))}))
    assert results(files) == [("a.txt", Result.TAKEN), ("b.txt", Result.TAKEN), ("c.txt", Result.REFUSED)]
    assert catalogue.newest(str(files[0].document_id)).metadata.title == "写明的标题"
    again = run(send({"报送.zip": bundle(text(2))}))
    assert (again[0].result, again[0].document_id) == (Result.CHANGED, files[0].document_id)
    foreign = run(send({"报送.zip": bundle(text(3))}, unit="民政局"))
    assert foreign[0].result == Result.TAKEN and foreign[0].document_id != files[0].document_id


def test_a_manifest_that_is_sent_with_its_files_says_what_they_are(send: Send, run: Run, catalogue: Catalogue) -> None:
    lines = [{"path": "文件/a.txt", "title": "写明的标题"}, {"path": "没有.txt"}]
    manifest = "\n".join(map(json.dumps, lines)).encode()
    files = run(send({"a.txt": text(1), "manifest.jsonl": manifest, "多.txt": text(2)}))
    assert [(each.name, each.result) for each in files] == [
        ("a.txt", Result.TAKEN),
        ("没有.txt", Result.REFUSED),
        ("多.txt", Result.REFUSED),
    ]
    assert "没有一起提交" in files[1].told and "不在清单里" in files[2].told
    assert catalogue.newest(str(files[0].document_id)).metadata.title == "写明的标题"
    outside = run(send({"a.txt": text(3), "manifest.jsonl": b'{"path": "../../etc/passwd"}'}))
    assert {each.result for each in outside} == {Result.REFUSED} and "之外" in outside[0].told


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ({"../x.txt": b"x"}, "文件之外"),
        ({"/x.txt": b"x"}, "文件之外"),
        ({"bomb.txt": b"\0" * (8 << 20)}, "压缩炸弹"),
        ({".hidden": b"x"}, "没有文件"),
    ],
)
def test_a_zip_that_can_do_harm_is_refused(
    send: Send, run: Run, tmp_path: Path, inside: dict[str, bytes], why: str
) -> None:
    files = run(send({"坏.zip": zipped(tmp_path, inside), "好.txt": text(1)}))
    assert dict(results(files)) == {"坏.zip": Result.REFUSED, "好.txt": Result.TAKEN}
    assert why in next(each.told for each in files if each.name == "坏.zip")
    assert not (tmp_path.parent / "x.txt").exists()


def test_what_is_not_a_zip_is_refused_in_a_sentence(send: Send, run: Run) -> None:
    (file,) = run(send({"坏.zip": b"PK\x03\x04 and nothing more"}))
    assert file.result == Result.REFUSED and "损坏" in file.told


@pytest.mark.parametrize("step", ["before", "after"])
def test_what_came_in_before_the_outcome_was_recorded_is_told_as_what_it_was(
    send: Send, staff: Staff, bringing: Bringing, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """As if the worker had been killed around the record of the second outcome."""
    send({f"{n}.txt": text(n) for n in range(4)})
    job = jobs.take(staff)
    assert job
    real, count = jobs.record, iter(range(9))

    def record(*args: object) -> None:
        at = next(count)
        if at == 1 and step == "after":
            real(*args)  # type: ignore[arg-type]  # as they come
        if at == 1:
            raise KeyboardInterrupt
        real(*args)  # type: ignore[arg-type]  # as they come

    monkeypatch.setattr(jobs, "record", record)
    with pytest.raises(KeyboardInterrupt):
        bringing.work_off(job)
    monkeypatch.undo()
    jobs.release(staff, job)
    again = jobs.take(staff)
    assert again
    bringing.work_off(again)
    assert results(jobs.files(staff, job.id)) == [(f"{n}.txt", Result.TAKEN) for n in range(4)]


def test_what_is_closed_stays_so_and_the_row_of_the_file_says_it(
    send: Send, run: Run, staff: Staff, catalogue: Catalogue
) -> None:
    line = {"path": "a.txt", "source_url": "http://www.yunxi.example/1.htm", "issuer": "云溪县水利局"}
    sent = {"a.txt": text(1), "manifest.jsonl": json.dumps(line).encode()}
    (first,) = run(send(sent))
    review.decide(catalogue, str(first.document_id), Verdict.REJECT, "审查人", "不该公开")
    otherwise = {**sent, "manifest.jsonl": json.dumps({**line, "issuer": "云溪县农业农村局"}).encode()}
    for files in (sent, otherwise, {"a.txt": text(1)}):
        (again,) = run(send(files))
        assert (again.result, again.document_id) == (Result.HELD, first.document_id), files
        assert "已决定不予发布" in again.told and "没有变化" in again.told, files
    newest = catalogue.newest(str(first.document_id))
    assert (newest.status, newest.version) == (Status.REFUSED, 1)


def stating(number: object) -> dict[str, bytes]:
    line = {"path": "a.txt", "source_url": "http://www.yunxi.example/1.htm"}
    return {"a.txt": text(number), "manifest.jsonl": json.dumps(line).encode()}


def test_of_people_without_a_unit_nobody_brings_a_version_of_anothers_document(
    send: Send, run: Run, catalogue: Catalogue
) -> None:
    (first,) = run(send(stating(1), unit="", person="甲一"))
    (other,) = run(send(stating(2), unit="", person="乙二"))
    assert (other.result, other.document_id != first.document_id) == (Result.TAKEN, True)
    (second,) = run(send(stating(3), unit="", person="甲一"))
    assert (second.result, second.document_id) == (Result.CHANGED, first.document_id)
    assert catalogue.newest(str(other.document_id)).version == 1


def test_what_came_under_a_source_that_all_shared_goes_on_for_who_brought_it_alone(
    send: Send, run: Run, catalogue: Catalogue, tmp_path: Path, sandbox: Sandbox
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text(1))
    with_shared = Item(path, "desk:/http://www.yunxi.example/1.htm", names=("a.txt",))
    id = Intake(catalogue, Blobs(tmp_path / "blobs"), sandbox, "甲一").receive(with_shared).document_id
    (other,) = run(send(stating(2), unit="", person="乙二"))
    (own,) = run(send(stating(3), unit="", person="甲一"))
    assert other.result == Result.TAKEN and other.document_id != id
    assert (own.result, own.document_id) == (Result.CHANGED, id)


def test_a_worker_that_is_stopped_finishes_the_file_in_hand(send: Send, staff: Staff, bringing: Bringing) -> None:
    id = send({f"{n}.txt": text(n) for n in range(4)})
    job = jobs.take(staff)
    assert job
    bringing.work_off(job, stopping=lambda: True)
    assert [each.result for each in jobs.files(staff, id)] == [Result.TAKEN, None, None, None]
    again = jobs.take(staff)
    assert again and again.attempts == 1
    bringing.work_off(again)
    found = jobs.find(staff, id)
    assert found and found.state is State.DONE


def test_a_worker_whose_lease_was_lost_writes_nothing(send: Send, staff: Staff, bringing: Bringing) -> None:
    id = send({"a.txt": text(1)})
    job = jobs.take(staff)
    assert job
    with staff.writing() as connection:
        connection.exec_driver_sql("UPDATE jobs SET token = 'another'")
    with pytest.raises(LeaseLost):
        bringing.work_off(job)
    assert [each.result for each in jobs.files(staff, id)] == [None]


def test_files_that_are_gone_after_a_restore_are_told(send: Send, run: Run, tmp_path: Path) -> None:
    id = send({"a.txt": text(1), "b.txt": text(2)})
    (uploads.place(tmp_path, id) / "2").unlink()
    files = run(id)
    assert sorted(results(files)) == [("a.txt", Result.TAKEN), ("b.txt", Result.REFUSED)]
    assert "请重新提交" in files[1].told


def test_a_file_that_fails_unexpectedly_twice_is_told_and_stops_no_other(
    send: Send, staff: Staff, bringing: Bringing, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = send({f"{n}.txt": text(n) for n in range(4)})
    real = Intake._prepare

    def prepare(self: Intake, item: Item) -> object:
        if item.names == ("1.txt",):
            raise TypeError("nobody expects this")
        return real(self, item)

    monkeypatch.setattr(Intake, "_prepare", prepare)
    for failed in (True, False):
        job = jobs.take(staff)
        assert job
        with pytest.raises(TypeError) if failed else nullcontext():
            bringing.work_off(job)
        if failed:
            jobs.release(staff, job, failed=True)
    job = jobs.take(staff)
    assert job
    bringing.work_off(job)
    files = jobs.files(staff, id)
    assert [each.result for each in files] == [Result.TAKEN, Result.REFUSED, Result.TAKEN, Result.TAKEN]
    assert "意外错误" in files[1].told and "nobody" not in files[1].told


def test_a_full_disk_ends_the_job_for_now(
    send: Send, staff: Staff, bringing: Bringing, monkeypatch: pytest.MonkeyPatch
) -> None:
    send({"a.txt": text(1)})
    job: Job | None = jobs.take(staff)
    assert job

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Blobs, "put", full)
    with pytest.raises(DiskFull):
        bringing.work_off(job)
    assert jobs.files(staff, job.id)[0].result is None


def test_what_nobody_needs_is_swept_a_day_later(tmp_path: Path) -> None:
    for name in ("needed", "left", "new"):
        uploads.place(tmp_path, name).mkdir()
    for name in ("needed", "left"):
        os.utime(uploads.place(tmp_path, name), (0, 0))
    assert [path.name for path in uploads.sweep(tmp_path, {"needed"})] == ["left"]
    assert sorted(path.name for path in uploads.place(tmp_path).iterdir()) == ["needed", "new"]
    assert uploads.place(tmp_path).stat().st_mode & 0o777 == 0o700
