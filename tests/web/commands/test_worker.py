"""The worker: jobs are done whoever is killed, the index follows, and trouble with it is told and ends nothing."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.decisions import review, scheduled, validity
from archive.decisions.scheduled import Running
from archive.document import Verdict
from archive.errors import DiskFull
from archive.intake.receive import Result
from archive.registers import incoming, jobs, uploads
from archive.registers.accounts import Accounts
from archive.registers.books import openings
from archive.registers.jobs import Kind, State
from archive.registers.masking import Asked, confirm, start
from archive.registers.roles import Role
from archive.registers.staff import Staff
from archive.store.blobs import Blobs
from archive.store.folder import STAFF_INDEX
from archive.store.tables import versions
from indexer import lexicon, sync
from indexer.asking.parse import parse
from indexer.engine import SearchRequest
from indexer.errors import IndexUnusable, of_the_staff
from tests.conftest import Databases, in_a_file, publish
from tests.web.conftest import free_port
from web.commands.worker import Upkeep, Worker
from web.installation.services import Services, staff_engine
from web.search.find import find
from web.search.params import SearchForm

pytestmark = pytest.mark.page


def text(number: object) -> bytes:
    return f"关于第{number}项工作的通知\n\n请落实第{number}项工作。\n".encode()


@pytest.fixture
def staff(services: Services, tmp_path: Path, databases: Databases) -> Iterator[Staff]:
    opened = Staff(databases.staff(tmp_path / "staff.sqlite3"), services.catalogue.keys)
    yield opened
    opened.close()


@pytest.fixture
def worker(services: Services, staff: Staff) -> Iterator[Worker]:
    made = Worker(services, staff, lambda: False)
    yield made
    made.close()


def sent(services: Services, staff: Staff, files: dict[str, bytes]) -> str:
    id = jobs.add(staff, Kind.UPLOAD, {"files": list(files), "together": False, "note": ""}, "甲一", "财政局", files)
    folder = uploads.place(services.settings.data, id)
    folder.mkdir()
    for at, content in enumerate(files.values(), 1):
        (folder / str(at)).write_bytes(content)
    return id


def found(services: Services, words: str) -> list[str]:
    return [hit.id for hit in find(services, SearchForm(q=words)).hits]


@pytest.mark.slow
def test_two_hundred_files_of_one_job_run_to_the_end(services: Services, staff: Staff, worker: Worker) -> None:
    id = sent(services, staff, {f"{n}.txt": text(n) for n in range(200)})
    assert worker.work() and not worker.work()
    job = jobs.find(staff, id)
    assert job and (job.state, job.done, job.total) == (State.DONE, 200, 200)
    assert {each.result for each in jobs.files(staff, id)} == {Result.TAKEN}
    assert len(services.catalogue.ids()) == 200


def test_the_index_follows_what_is_published_and_withdrawn(services: Services, staff: Staff, worker: Worker) -> None:
    sent(services, staff, {"a.txt": text(1)})
    worker.work()
    (id,) = services.catalogue.ids()
    upkeep = Upkeep(services, staff)
    upkeep.turn()
    publish(services.catalogue, id)
    upkeep.turn()
    assert found(services, "落实第1项工作") == [id]
    assert (services.settings.data / "brought-up").exists()
    review.decide(services.catalogue, id, Verdict.WITHDRAW, "签发人", "有误")
    upkeep.turn()
    assert sync.lag(services.catalogue, services.engine) == 0 and services.engine.count() == 0


@pytest.mark.parametrize("named", ["", "文件里有申请人的姓名或名称，不能公开。"])
def test_what_is_set_for_a_time_is_public_and_found_after_it_unless_it_names_who_asked(
    services: Services, staff: Staff, worker: Worker, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openings, "names", lambda *_: named)
    sent(services, staff, {"a.txt": text(1)})
    worker.work()
    (id,) = services.catalogue.ids()
    review.vouch(services.catalogue, id, "审查员", "看过")
    now = datetime.now(UTC)
    # Decided half an hour ago, on a machine that has run since, for five minutes ago.
    begun = Running.now()
    earlier = replace(begun, seconds=begun.seconds - 1800)
    at = now - timedelta(minutes=5)
    scheduled.plan(services.catalogue, id, at, "签发人", "", now=now - timedelta(minutes=30), running=earlier)
    Upkeep(services, staff).turn()
    assert services.catalogue.public_count() == (0 if named else 1)
    # What has nothing public has no index yet.
    assert named or found(services, "落实第1项工作") == [id]
    assert [each.told for each in scheduled.plans(services.catalogue).values()] == ([named] if named else [])


@pytest.mark.statements
def test_validity_turns_with_the_day(
    services: Services, staff: Staff, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned: list[object] = []
    monkeypatch.setattr(validity, "turn", lambda _, today: turned.append(today))
    upkeep = Upkeep(services, staff)
    for _ in range(3):
        upkeep.turn()
    assert turned == [services.catalogue.today()]


def test_a_damaged_index_is_told_in_a_sentence_built_anew_and_ends_nothing(
    services: Services, staff: Staff, worker: Worker, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(services, staff, {"a.txt": text(1), "b.txt": text(2)})
    worker.work()
    first, second = sorted(services.catalogue.ids())
    publish(services.catalogue, first)
    upkeep = Upkeep(services, staff)
    upkeep.turn()
    index = services.settings.data / "index"
    for path in index.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.stat().st_size > 200:
            path.chmod(0o600)
            path.write_bytes(path.read_bytes()[:100])
    publish(services.catalogue, second)
    built: list[int] = []
    monkeypatch.setattr(Upkeep, "_rebuild", lambda _: built.append(1))
    for _ in range(3):
        upkeep.turn()
    assert built == [1], "once, and not again and again"
    assert "索引" in caplog.text and "现在重建" in caplog.text and "Traceback" not in caplog.text
    monkeypatch.undo()
    upkeep._rest.clear()
    upkeep.turn()
    assert sorted(found(services, "工作")) == [first, second]


def test_a_lexicon_with_a_bad_line_keeps_the_index_as_it_is(
    services: Services, staff: Staff, worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    (services.settings.data / lexicon.OWN_NAME).write_bytes(b"\xff\xfe\x00bad")
    sent(services, staff, {"a.txt": text(1)})
    worker.work()
    (id,) = services.catalogue.ids()
    publish(services.catalogue, id)
    Upkeep(services, staff).turn()
    assert found(services, "落实第1项工作") == [id]


def test_a_full_disk_lets_the_job_rest_and_it_is_done_later(
    services: Services, staff: Staff, worker: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    id = sent(services, staff, {"a.txt": text(1)})

    def full(*_: object) -> None:
        raise DiskFull("/srv/gongkai", "/")

    monkeypatch.setattr(Blobs, "put", full)
    assert worker.work() and not worker.work()
    job = jobs.find(staff, id)
    assert job and job.state is State.WAITING and "磁盘已满" in job.told and job.attempts == 0
    monkeypatch.undo()
    with staff.writing() as connection:
        connection.exec_driver_sql("UPDATE jobs SET leased_until = NULL")
    assert worker.work()
    assert [each.result for each in jobs.files(staff, id)] == [Result.TAKEN]


def test_lists_that_cannot_be_used_let_jobs_rest_and_new_ones_are_gone_by(
    services: Services, staff: Staff, worker: Worker
) -> None:
    own = services.settings.data / "taxonomy.toml"
    own.write_text("not toml", encoding="utf-8")
    id = sent(services, staff, {"a.txt": text(1)})
    assert worker.work()
    job = jobs.find(staff, id)
    assert job and job.state is State.WAITING and "分类表" in job.told
    own.unlink()
    with staff.writing() as connection:
        connection.exec_driver_sql("UPDATE jobs SET leased_until = NULL")
    worker.work()
    job = jobs.find(staff, id)
    assert job and job.state is State.DONE


def test_an_unexpected_error_is_logged_and_the_job_given_up_after_three(
    services: Services, staff: Staff, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = sent(services, staff, {"a.txt": text(1)})

    def broken(*_: object) -> None:
        raise RuntimeError("nobody expects this")

    monkeypatch.setattr("web.commands.worker.Bringing.work_off", broken)
    for _ in range(3):
        assert worker.work()
        with staff.writing() as connection:
            connection.exec_driver_sql("UPDATE jobs SET leased_until = NULL")
    assert not worker.work()
    job = jobs.find(staff, id)
    assert job and job.state is State.GIVEN_UP and "nobody" not in job.told and "意外错误" in job.told
    assert list(uploads.place(services.settings.data).iterdir()) != []


def test_a_lease_is_renewed_as_long_as_a_file_takes(
    services: Services, staff: Staff, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(services, staff, {"a.txt": text(1)})
    renewed: list[float] = []

    def slow(*_: object) -> None:
        end = time.monotonic() + 10
        while len(renewed) < 3 and time.monotonic() < end:
            time.sleep(0.01)

    monkeypatch.setattr("web.commands.worker.LEASE", timedelta(seconds=0.1))
    monkeypatch.setattr("web.commands.worker.Bringing.work_off", slow)
    monkeypatch.setattr(jobs, "renew", lambda *_: renewed.append(1))
    assert worker.work() and len(renewed) >= 3
    count = len(renewed)
    time.sleep(0.2)
    assert len(renewed) == count, "it ends with the job"


# From here on with processes that are killed.
Start = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def environment(services: Services, staff: Staff) -> dict[str, str]:
    settings = services.settings
    url = staff._engine.url.render_as_string(hide_password=False)
    return {
        **os.environ,
        "GONGKAI_DATA": str(settings.data),
        "GONGKAI_DATABASE_URL": settings.database_url,
        "GONGKAI_STAFF_DATABASE_URL": url,
    }


@contextmanager
def running(environment: dict[str, str], *arguments: str) -> "Iterator[subprocess.Popen[str]]":
    command = [sys.executable, "-P", "-m", "web.commands.cli", *arguments]
    # As from a terminal, also where these tests are run by something that ignores what ends a program there.
    ignored = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)  # noqa: S603  # our own
    finally:
        signal.signal(signal.SIGINT, ignored)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until(holds: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def done(staff: Staff, id: str) -> int:
    job = jobs.find(staff, id)
    assert job
    return job.total if job.state is State.DONE else min(job.done, job.total - 1)


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 17, *(pytest.param(after, marks=pytest.mark.thorough) for after in (0, 5, 25))])
def test_a_worker_that_is_killed_leaves_a_job_that_another_finishes(
    services: Services, staff: Staff, worker: Worker, environment: dict[str, str], after: int
) -> None:
    id = sent(services, staff, {f"{n}.txt": text(n) for n in range(30)})
    with running(environment, "worker") as first:
        wait_until(lambda: (job := jobs.find(staff, id)) and job.state is State.RUNNING and job.done >= after)
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert not worker.work(), "the lease has not run out"
    with staff.writing() as connection:
        connection.exec_driver_sql("UPDATE jobs SET leased_until = '2000'")
    worker.work()
    files = jobs.files(staff, id)
    assert {each.result for each in files} == {Result.TAKEN}
    with services.catalogue.reading() as connection:
        rows = connection.execute(select(versions.c.document_id, versions.c.version)).all()
    assert len(rows) == 30 and {row.version for row in rows} == {1}
    assert not uploads.place(services.settings.data, id).exists()


@pytest.mark.slow
def test_two_workers_share_jobs_and_stop_after_the_file_in_hand(
    services: Services, staff: Staff, environment: dict[str, str]
) -> None:
    ids = [sent(services, staff, {f"{n}-{m}.txt": text(f"{n}之{m}") for m in range(8)}) for n in range(6)]
    with running(environment, "worker") as first, running(environment, "worker") as second:
        wait_until(lambda: all(done(staff, id) == 8 for id in ids))
        for each in (first, second):
            each.send_signal(signal.SIGTERM)
        for each in (first, second):
            assert each.wait(30) == 0
    with services.catalogue.reading() as connection:
        assert len(connection.execute(select(versions.c.document_id)).all()) == 48


@pytest.mark.slow
@pytest.mark.parametrize(
    "ending",
    [signal.SIGKILL, *(pytest.param(each, marks=pytest.mark.thorough) for each in (signal.SIGTERM, signal.SIGINT))],
)
def test_the_desk_starts_a_worker_again_when_it_dies_and_takes_it_along(
    services: Services, staff: Staff, environment: dict[str, str], ending: signal.Signals
) -> None:
    def workers(of: int) -> list[int]:
        found = []
        for path in Path("/proc").iterdir():
            try:
                words = (path / "cmdline").read_bytes().split(b"\0") if path.name.isdecimal() else []
            except OSError:
                continue
            if b"worker" in words and str(of).encode() in words:
                found.append(int(path.name))
        return found

    with running(environment, "desk", "--port", str(free_port())) as desk:
        wait_until(lambda: workers(desk.pid))
        (first,) = workers(desk.pid)
        wait_until((services.settings.data / incoming.FOLDER).exists)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: (now := workers(desk.pid)) and now != [first])
        desk.send_signal(ending)
        desk.wait(100)
        wait_until(lambda: not workers(desk.pid))


@pytest.mark.slow
def test_a_published_document_is_found_within_a_minute_and_the_folder_is_watched(
    services: Services, staff: Staff, environment: dict[str, str]
) -> None:
    with running(environment, "worker"):
        folder = services.settings.data / incoming.FOLDER
        wait_until(folder.exists)
        (folder / "a.txt").write_bytes(text(1))
        wait_until(lambda: len([*services.catalogue.ids()]) == 1)
        (id,) = services.catalogue.ids()
        publish(services.catalogue, id)
        wait_until(lambda: sync.lag(services.catalogue, services.engine) == 0 and found(services, "落实第1项") == [id])


def test_the_staffs_index_follows_what_nobody_has_decided_yet(services: Services, staff: Staff, worker: Worker) -> None:
    sent(services, staff, {"a.txt": text(1)})
    worker.work()
    (id,) = services.catalogue.ids()
    upkeep = Upkeep(services, staff)
    upkeep.turn()
    with closing(staff_engine(services)) as engine:
        assert [hit.id for hit in engine.search(SearchRequest(query=parse("落实第1项工作"))).hits] == [id]
        generation = engine.generation()
        # Nothing happened: no other generation is made.
        upkeep.turn()
        assert engine.generation() == generation


@pytest.mark.slow
@in_a_file
def test_the_staffs_index_is_made_anew_with_another_lexicon_and_after_damage(
    services: Services, staff: Staff, worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    sent(services, staff, {"a.txt": text(1)})
    worker.work()
    upkeep = Upkeep(services, staff)
    upkeep.turn()
    (services.settings.data / lexicon.OWN_NAME).write_text("第1项工作令\n工作令通知 bad bad\n", encoding="utf-8")
    upkeep.turn()
    with closing(staff_engine(services)) as engine:
        former = engine.generation()
        (services.settings.data / lexicon.OWN_NAME).write_text("落实工作令\n", encoding="utf-8")
        upkeep.turn()
        assert engine.generation() != former and "落实工作令" in engine.analyzer().own_words
        (services.settings.data / STAFF_INDEX / "current").resolve().joinpath("MANIFEST.json").write_text("x")
        sent(services, staff, {"b.txt": text(2)})
        worker.work()
        caplog.clear()
        upkeep.turn()
        assert "工作人员的索引：" in caplog.text and "现在重建" in caplog.text and "--full" not in caplog.text
    with closing(staff_engine(services)) as engine:
        assert engine.count() == 2
        engine.verify()


@in_a_file
def test_the_staffs_index_names_the_command_that_builds_it_anew(
    services: Services, staff: Staff, worker: Worker
) -> None:
    sent(services, staff, {"a.txt": text(1)})
    worker.work()
    Upkeep(services, staff).turn()
    (services.settings.data / STAFF_INDEX / "current").resolve().joinpath("MANIFEST.json").write_text("x")
    with pytest.raises(IndexUnusable, match="工作人员的索引：.*已损坏.*请运行 gongkai reindex --staff 重建。$"):
        with of_the_staff(), closing(staff_engine(services)) as engine:
            engine.count()


def test_a_masking_stands_behind_no_files_that_are_taken_in(
    services: Services, staff: Staff, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(services, staff, {"a.txt": "关于低保的公示\n\n村民王小明，住云溪镇。\n".encode()})
    worker.work()
    (id,) = services.catalogue.ids()
    last = services.catalogue.events(id)[-1].sequence
    wanted = Asked(id, 1, last, [], "王小明", "不须写明姓名", {}, "")
    sent(services, staff, {"b.txt": text(2)})
    ended, taken = threading.Event(), threading.Event()

    def endless(*_: object) -> None:
        taken.set()
        assert ended.wait(60)

    monkeypatch.setattr("web.commands.worker.Bringing.work_off", endless)
    monkeypatch.setattr("web.commands.worker.Upkeep.turn", lambda _: None)
    running = Worker(services, staff, ended.is_set)
    beside = threading.Thread(target=running.run)
    beside.start()
    try:
        assert taken.wait(60)
        start(staff, wanted, "公示", "乙二", "", "m" * 32)
        wait_until(lambda: (job := jobs.find(staff, "m" * 32)) and job.state is State.ASKING)
        job = jobs.find(staff, "m" * 32)
        assert job and confirm(staff, job)
        wait_until(lambda: (job := jobs.find(staff, "m" * 32)) and job.state is State.DONE)
    finally:
        ended.set()
        beside.join(60)
    assert services.catalogue.newest(id).version == 2 and "王小明" not in services.catalogue.newest(id).text
    assert not beside.is_alive()


def test_whoever_lost_the_right_masks_no_more(services: Services, staff: Staff, worker: Worker) -> None:
    sent(services, staff, {"a.txt": "关于低保的公示\n\n村民王小明，住云溪镇。\n".encode()})
    worker.work()
    (id,) = services.catalogue.ids()
    accounts = Accounts(staff, services.catalogue)
    accounts.add("reviewer", "乙二", [Role.REVIEWER], "县政府办", "安装人")
    wanted = Asked(id, 1, services.catalogue.events(id)[-1].sequence, [], "王小明", "不须写明姓名", {}, "")
    start(staff, wanted, "公示", "乙二", "", "m" * 32)
    assert worker.work()
    job = jobs.find(staff, "m" * 32)
    assert job and job.state is State.ASKING and confirm(staff, job)
    accounts.change("reviewer", "安装人", [Role.CLERK])
    assert worker.work() and services.catalogue.newest(id).version == 1
    assert "现在没有" in jobs.files(staff, "m" * 32)[0].told
