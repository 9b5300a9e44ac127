"""Jobs: one worker at a time, by a lease and a token; what fails too often is given up and says so."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from archive.intake.receive import Result
from archive.registers import jobs
from archive.registers.jobs import ASKED, ATTEMPTS, LEASE, REST, JobFile, Kind, LeaseLost, State
from archive.registers.staff import Staff

LATER = LEASE.total_seconds() + 1


def added(staff: Staff, *names: str, unit: str = "财政局", person: str = "甲一") -> str:
    return jobs.add(staff, Kind.UPLOAD, {"together": False}, person, unit, names or ("a.txt",))


def taken(staff: Staff) -> jobs.Job:
    job = jobs.take(staff)
    assert job
    return job


def test_a_job_is_taken_once_the_oldest_first(staff: Staff) -> None:
    first, second = added(staff), added(staff, "b.txt", "c.txt")
    assert [taken(staff).id, taken(staff).id] == [first, second]
    assert jobs.take(staff) is None
    found = jobs.find(staff, second)
    assert found and (found.state, found.done, found.total) == (State.RUNNING, 0, 2)


def test_workers_that_ask_at_once_never_get_the_same_job(staff: Staff) -> None:
    ids = {added(staff) for _ in range(8)}
    with ThreadPoolExecutor(8) as pool:
        got = [job.id for job in pool.map(lambda _: jobs.take(staff), range(16)) if job]
    assert sorted(got) == sorted(ids)


def test_when_the_lease_has_run_out_another_takes_over_and_the_first_can_write_nothing(staff: Staff) -> None:
    id = added(staff, "a.txt", "b.txt")
    first = taken(staff)
    jobs.record(staff, first, JobFile(1, "a.txt", source="s"), Result.TAKEN, "doc", "")
    with time_machine.travel(timedelta(seconds=LATER)):
        second = taken(staff)
        assert (second.id, second.done) == (id, 1) and second.token != first.token
        acts: list[Callable[[], None]] = [
            lambda: jobs.renew(staff, first),
            lambda: jobs.plan(staff, first, []),
            lambda: jobs.record(staff, first, JobFile(2, "b.txt"), Result.REFUSED, None, "x"),
            lambda: jobs.release(staff, first),
            lambda: jobs.end(staff, first),
        ]
        for act in acts:
            with pytest.raises(LeaseLost):
                act()
        assert [each.result for each in jobs.files(staff, id)] == [Result.TAKEN, None]
        jobs.record(staff, second, JobFile(2, "b.txt"), Result.REFUSED, None, "空的")
        jobs.end(staff, second)
    done = jobs.find(staff, id)
    assert done and done.state is State.DONE and done.ended_at
    with pytest.raises(LeaseLost):
        jobs.end(staff, second)


def test_a_lease_that_is_renewed_does_not_run_out(staff: Staff) -> None:
    added(staff)
    job = taken(staff)
    with time_machine.travel(timedelta(seconds=LATER - 10)):
        jobs.renew(staff, job)
    with time_machine.travel(timedelta(seconds=LATER)):
        assert jobs.take(staff) is None


@pytest.mark.parametrize("killed", [True, False])
def test_what_fails_three_times_is_given_up_and_says_so(staff: Staff, killed: bool) -> None:
    id = added(staff)
    for attempt in range(ATTEMPTS):
        with time_machine.travel(timedelta(seconds=attempt * LATER)):
            job = taken(staff)
            if not killed:
                jobs.release(staff, job, "没有做成。", failed=True)
                assert jobs.take(staff) is None, "it rests"
    with time_machine.travel(timedelta(seconds=ATTEMPTS * LATER)):
        assert jobs.take(staff) is None
    found = jobs.find(staff, id)
    assert found and found.state is State.GIVEN_UP
    assert "连续 3 次" in found.told and "请重新提交" in found.told and ("没有做成" in found.told) is not killed


def test_a_job_that_gets_on_and_then_fails_each_time_is_not_given_up(staff: Staff) -> None:
    added(staff, *"abcdef")
    for number in range(1, 7):
        job = taken(staff)
        jobs.record(staff, job, JobFile(number, "x"), Result.TAKEN, "doc", "")
        jobs.release(staff, job, failed=True)


def test_a_job_that_gets_on_each_time_is_not_given_up(staff: Staff) -> None:
    added(staff, *"abcdef")
    for number in range(1, 7):
        with time_machine.travel(timedelta(seconds=number * LATER)):
            jobs.record(staff, taken(staff), JobFile(number, "x"), Result.TAKEN, "doc", "")


def test_a_worker_that_was_stopped_and_a_full_disk_count_as_no_failure(staff: Staff) -> None:
    id = added(staff)
    for _ in range(ATTEMPTS + 2):
        jobs.release(staff, taken(staff))
    jobs.release(staff, taken(staff), "磁盘已满。")
    assert jobs.take(staff) is None
    with time_machine.travel(REST + timedelta(seconds=1)):
        assert taken(staff).told == "磁盘已满。"
    assert jobs.unfinished(staff) == {id}


def test_planning_again_changes_nothing_that_is_known(staff: Staff) -> None:
    id = added(staff, "a.zip")
    planned = [JobFile(1, "a.txt"), JobFile(2, "b.txt"), JobFile(3, "c.txt", part_of=2)]
    job = taken(staff)
    for _ in range(2):
        jobs.plan(staff, job, planned)
        assert [each.name for each in jobs.files(staff, id)] == ["a.txt", "b.txt", "c.txt"]
    jobs.record(staff, job, JobFile(2, "b.txt", source="s"), Result.TAKEN, "doc", "提示")
    jobs.plan(staff, job, planned)
    known = jobs.files(staff, id)
    assert [each.result for each in known] == [None, Result.TAKEN, Result.TAKEN]
    assert known[1] == JobFile(2, "b.txt", None, Result.TAKEN, "s", "doc", "提示")


def test_a_file_that_is_asked_about_waits_for_a_person_and_goes_on_once(staff: Staff) -> None:
    id = added(staff)
    job = taken(staff)
    jobs.record(staff, job, JobFile(1, "a.txt"), ASKED, "doc", "")
    jobs.end(staff, job)
    found = jobs.find(staff, id)
    assert found and found.state is State.ASKING and jobs.take(staff) is None
    assert [jobs.choose(staff, id, 1, "chosen") for _ in range(2)] == [True, False]
    assert jobs.files(staff, id) == [JobFile(1, "a.txt", source="chosen")]
    job = taken(staff)
    assert job.id == id
    jobs.plan(staff, job, [JobFile(1, "a.txt")])
    assert jobs.files(staff, id) == [JobFile(1, "a.txt", source="chosen")]


def test_a_namesake_is_of_the_same_unit_or_else_the_same_person(staff: Staff) -> None:
    added(staff)
    jobs.record(staff, taken(staff), JobFile(1, "a.txt", source="first"), Result.TAKEN, "doc", "")

    def named(name: str, unit: str, person: str) -> JobFile | None:
        job = jobs.find(staff, added(staff, name, unit=unit, person=person))
        assert job
        return jobs.namesake(staff, job, name)

    found = named("a.txt", "财政局", "乙二")
    assert found and (found.source, found.document_id) == ("first", "doc")
    assert named("a.txt", "民政局", "甲一") is None and named("b.txt", "财政局", "甲一") is None
    assert named("a.txt", "", "甲一") is None


def test_jobs_are_in_the_dump_that_a_backup_takes(staff: Staff, tmp_path: Path) -> None:
    id = added(staff, "a.txt", "b.txt")
    count = staff.dump(tmp_path / "staff.jsonl")
    assert count == 3
    assert id in (tmp_path / "staff.jsonl").read_text(encoding="utf-8")


def test_maskings_are_taken_apart_from_what_is_brought_and_go_after_a_while(staff: Staff) -> None:
    brought = jobs.add(staff, Kind.UPLOAD, {"files": ["a"]}, "甲一", "财政局", ["a"])
    shown, failed = (jobs.add(staff, Kind.MASKING, {"document": each}, "乙二", "", ["公示"]) for each in "xy")
    for id, result in ((shown, ASKED), (failed, "refused")):
        job = jobs.take(staff, [Kind.MASKING])
        assert job and job.id == id and [each.id for each in jobs.maskings(staff) if each.held] == [id]
        jobs.keep(staff, job, {"document": "z"})
        jobs.record(staff, job, jobs.files(staff, id)[0], result, None, "")
        jobs.end(staff, job)
    assert jobs.take(staff, [Kind.MASKING]) is None
    assert [each.id for each in jobs.maskings(staff, "乙二")] == [failed, shown] and jobs.maskings(staff, "甲一") == []
    # Who brings files in is asked about those alone.
    assert jobs.asking(staff, "乙二", "") == []
    found = jobs.find(staff, shown)
    assert found and found.payload == {"document": "z"} and found.ended_at
    jobs.forget_maskings(staff, found.ended_at + timedelta(days=1))
    assert not jobs.find(staff, shown) and not jobs.find(staff, failed) and jobs.files(staff, shown) == []
    job = jobs.take(staff, jobs.BRINGING)
    assert job and job.id == brought
