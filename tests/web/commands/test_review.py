"""Reviewing on the command line: stops settled one by one, two persons, one document a call."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
import time_machine
from click.testing import CliRunner, Result

from archive.chinese.dates import OFFICE_TIME
from archive.decisions import precheck
from archive.decisions.scheduled import Running
from tests.conftest import Databases
from web.commands.cli import cli
from web.installation.settings import Settings

pytestmark = pytest.mark.page

Run = Callable[..., Result]
ASPECTS = ("--aspect", "truthfulness", "--aspect", "confidentiality", "--outcome", "passed")
EXAMINER = ("--reviewer", "审查员", "--basis", "一事一审")
STOPPED = "机密★10年\n关于防汛的通知\n联系人王某，手机13812345678。\n"


@pytest.fixture
def run(tmp_path: Path, databases: Databases) -> Run:
    data = tmp_path / "data"
    settings = replace(Settings.at(data), database_url=databases.empty(data / "catalogue.sqlite3"))
    environment = {"GONGKAI_DATA": str(data), "GONGKAI_DATABASE_URL": settings.database_url, "GONGKAI_ACTOR": ""}

    def invoke(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(cli, arguments, env=environment)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result

    invoke("init")
    return invoke


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "incoming"
    folder.mkdir()
    (folder / "a.txt").write_text(STOPPED, encoding="utf-8")
    (folder / "b.txt").write_text("关于抗旱工作的通知\n请节约用水。\n", encoding="utf-8")
    return folder


def ids(run: Run, status: str = "waiting") -> list[str]:
    lines = run("review", "list", "--status", status).stdout.splitlines()
    return [line.split()[0] for line in lines if not line.startswith(" ")]


def test_a_file_is_brought_in_by_somebody(run: Run, folder: Path) -> None:
    assert "请用 --actor" in run("ingest", str(folder), code=2).output
    assert "请用 --actor" in run("ingest", str(folder), "--already-published", "--actor", " ", code=2).output
    run("ingest", str(folder), "--actor", "收文员")
    assert "收文员" in run("review", "show", ids(run)[0]).stdout


def test_a_takeover_counts_and_lists_what_waits_and_says_what_to_do(run: Run, folder: Path) -> None:
    told = run("ingest", str(folder), "--already-published", "--actor", "县政府办公室").stdout
    (waiting,) = ids(run)
    assert "没有公开，等待审查：1 件" in told
    assert f"{waiting}  拦截 2 处  {folder / 'a.txt'}" in told
    for command in ("review check", "review settle", "examine", "approve"):
        assert command in told
    assert len(ids(run, "published")) == 1
    # The same again: it is still told.
    assert "等待审查：1 件" in run("ingest", str(folder), "--already-published", "--actor", "县政府办公室").stdout
    assert "2 处拦截没有处理" in run("review", "list").stdout


@pytest.mark.parametrize("again", ["examined", "taken over"])
def test_each_stop_is_settled_by_name_before_it_is_public(run: Run, folder: Path, again: str) -> None:
    takeover = ("ingest", str(folder / "a.txt"), "--already-published", "--actor", "县政府办公室")
    run(*takeover)
    (id,) = ids(run)
    run("review", "classify", id, "--as", "主动公开", *EXAMINER)
    run("review", "examine", id, *ASPECTS, *EXAMINER)
    said = run("review", "check", id, code=1).stdout
    assert "1. 拦截  密级标志" in said and "2. 拦截  手机号码" in said
    approval = ("review", "approve", id, "--reviewer", "签发人")
    for also in ((), ("--force", "--reason", "着急"), ("--vouch", "--force", "--reason", "着急")):
        assert "2 处拦截没有处理" in run(*approval, *also, code=1).output
    settle = ("review", "settle", id, "--reviewer", "保密员", "--reason", "已解密")
    assert "没有遮盖" in run(*settle, "1", "--as", "masked", code=1).output
    assert "没有第 9 处" in run(*settle, "1", "9", "--as", "保留", code=1).output
    assert "1 处拦截没有处理（第 2 处）" in run(*approval, code=1).output
    assert "第 2 处（手机号码，正文第 2 段）误报" in run(*settle, "2", "--as", "mistaken").output
    said = run("review", "check", id).stdout
    assert "已处理：保留  保密员" in said and "已处理：误报  保密员" in said
    if again == "examined":
        assert "第 1 版已公开" in run(*approval).output
    else:
        run(*takeover)
        assert ids(run, "published") == [id]


def test_two_persons_and_one_document_a_call(run: Run, folder: Path) -> None:
    (folder / "a.txt").write_text("关于防汛工作的通知\n请落实。\n", encoding="utf-8")
    run("ingest", str(folder), "--actor", "收文员")
    both = ids(run)
    run("review", "examine", *both, "--aspect", "truthfulness", "--outcome", "passed", *EXAMINER)
    confidential = ("review", "examine", *both, "--aspect", "confidentiality", "--outcome", "passed", *EXAMINER)
    assert "一次只写一个编号" in run(*confidential, code=2).output
    for flag in ("--vouch", "--force"):
        said = run("review", "approve", *both, "--reviewer", "签发人", flag, "--reason", "着急", code=2).output
        assert "一次只写一个编号" in said
        assert "--reason" in run("review", "approve", both[0], "--reviewer", "签发人", flag, code=2).output
    for id in both:
        run("review", "classify", id, "--as", "主动公开", *EXAMINER)
        run("review", "examine", id, "--aspect", "confidentiality", "--outcome", "passed", *EXAMINER)
    for person in ("收文员", " 收 文员", "审查员"):
        assert "须是另一人" in run("review", "approve", *both, "--reviewer", person, code=1).output
    assert ids(run, "published") == []
    run("review", "approve", *both, "--reviewer", "签发人")
    assert sorted(ids(run, "published")) == sorted(both)


def test_an_office_of_one_forces_it_and_another_looks_afterwards(run: Run, folder: Path) -> None:
    run("ingest", str(folder / "b.txt"), "--actor", "张三")
    (id,) = ids(run)
    alone = ("review", "approve", id, "--reviewer", "张三", "--vouch", "--reason", "本单位只有一人")
    assert "须是另一人" in run(*alone, code=1).output
    assert ids(run, "published") == []
    told = run(*alone, "--force").output
    assert "第 1 版已公开" in told and f"review after {id}" in told
    assert "等待复看 1 件" in run("review", "after").output
    assert "本单位只有一人" in run("review", "after").output
    look = ("review", "after", id, "--outcome")
    run("review", "after", id, code=2)
    assert "复看的须是另一人" in run(*look, "passed", "--reviewer", "张三 ", code=1).output
    assert "有异议的必须写明理由" in run(*look, "failed", "--reviewer", "李四", code=1).output
    assert "review withdraw" in run(*look, "failed", "--reviewer", "李四", "--reason", "不妥").output
    assert "有异议（李四：不妥）" in run("review", "after").output
    run(*look, "passed", "--reviewer", "王五")
    assert "等待复看 0 件" in run("review", "after").output
    assert "没有等待复看" in run(*look, "passed", "--reviewer", "王五", code=1).output


def test_new_rules_are_told_and_what_is_public_is_checked_too(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("ingest", str(folder / "b.txt"), "--already-published", "--actor", "县政府办公室")
    assert "没有发现" in run("review", "check", "--status", "published").stdout
    found = precheck.Finding(precheck.Concern.MOBILE, "正文第 2 段", "138*****78", "0" * 64)
    former = precheck.RULES
    monkeypatch.setattr(precheck, "RULES", "2099-1")
    monkeypatch.setattr(precheck, "findings", lambda document: (found,))
    assert "有 1 件没有按现行规则检查" in run("review", "check").stderr
    said = run("review", "check", "--status", "published", code=1).stdout
    assert "有 1 件有拦截没有处理" in run("review", "check").stderr
    assert f"检查规则已由 {former} 改为 2099-1，已重新检查：新增 1 处，不再有 0 处" in said
    assert "（已经公开）" in said
    assert len(ids(run, "published")) == 1


def test_a_precheck_that_fails_is_told_and_the_rest_goes_on(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(document: object) -> tuple[precheck.Finding, ...]:
        raise RecursionError

    (folder / "a.txt").unlink()
    with monkeypatch.context() as patched:
        patched.setattr(precheck, "findings", broken)
        told = run("ingest", str(folder), "--already-published", "--actor", "县政府办公室")
        assert "发布前检查没有做成" in told.stderr
        assert "没有公开，等待审查：1 件" in told.stdout
        assert "发布前检查没有做成" in run("review", "check", code=1).output
    assert ids(run, "published") == []
    assert "没有发现" in run("review", "check").output


@pytest.mark.statements
def test_a_field_is_corrected_by_one_and_approved_by_another(run: Run, folder: Path) -> None:
    (folder / "a.txt").write_text("关于防汛的通知\n请值班。\n2019年3月1日\n", encoding="utf-8")
    run("ingest", str(folder), "--actor", "收文员")
    id = run("review", "list").stdout.split()[0]
    told = run("correct", f"{id}@1", "成文日期", "2019-03-02", "--as", "更正员", "--reason", "与原件不符").output
    assert "第 1 版成文日期由“无”改为“2019-03-02”" in told
    assert "人工填写：更正员" in run("review", "show", id).output
    slip = ("correct", id, "number", "三号", "--as", "更正员", "--reason", "补登")
    assert "不像文号" in run(*slip, code=1).output
    run(*slip, "--sure")
    assert "已有新版本" in run("correct", f"{id}@2", "genre", "公告", "--as", "更正员", "--reason", "x", code=1).output
    run("review", "approve", id, "--vouch", "--force", "--reason", "一人", "--reviewer", "更正员")
    told = run("correct", id, "genre", "", "--as", "更正员", "--reason", "不是公文").output
    assert "第 2 版体裁由“通知”改为“无”" in told and "等待审查" in told


def test_a_document_is_approved_for_a_time_and_made_public_then(run: Run, folder: Path) -> None:
    (folder / "a.txt").write_text("关于防汛的通知\n请值班。\n", encoding="utf-8")
    run("ingest", str(folder), "--actor", "收文员")
    id = run("review", "list").stdout.split()[0]
    run("review", "classify", id, "--as", "主动公开", *EXAMINER)
    run("review", "examine", id, *ASPECTS, *EXAMINER)
    at = datetime.now(OFFICE_TIME) + timedelta(hours=3)
    schedule = ("review", "schedule", id, f"{at:%Y-%m-%d %H:%M}", "--reviewer", "签发人")
    assert "不是时间" in run("review", "schedule", id, "明天", "--reviewer", "签发人", code=2).output
    assert f"定于 {at:%Y-%m-%d %H:%M} 公开" in run(*schedule).output
    assert "已定于" in run(*schedule, code=1).output
    assert "签发人" in run("review", "scheduled").output
    run("review", "unschedule", id, "--reviewer", "签发人", "--reason", "改期")
    assert "共 0 件" in run("review", "scheduled").output
    run(*schedule)
    assert run("publish-due").output == ""
    with time_machine.travel(at + timedelta(minutes=1)):
        # The machine has not run so long: it is its clock that was put forward.
        assert "时钟" in run("review", "scheduled").output and run("publish-due").output == ""
        with mock.patch.object(Running, "now", lambda: Running("another", 5)):
            assert f"{id}  第 1 版  关于防汛的通知：已公开" in run("publish-due").output
            assert run("publish-due").output == ""
    assert "已公开" in run("review", "list", "--status", "all").output


@pytest.mark.statements
def test_a_relation_that_no_text_states_is_recorded(run: Run, folder: Path) -> None:
    for name in ("预算", "收费"):
        (folder / f"{name}.txt").write_text(f"关于{name}的通知\n请值班。\n", encoding="utf-8")
    run("ingest", str(folder), "--actor", "收文员")
    listed = run("review", "list").stdout.splitlines()
    first, second = (line.split()[0] for line in listed if "预算" in line or "收费" in line)
    add = ("relations", "add", first, "废止", "--target", second, "--person", "法制科", "--reason", "会议纪要")
    assert f"已登记：废止 {second}" in run(*add).output
    assert "已有这条关系" in run(*add, code=1).output
    assert "已废止" in run("review", "show", second).output


def test_attachments_are_changed_for_a_reason(run: Run, folder: Path) -> None:
    run("ingest", str(folder), "--actor", "收文员")
    id = run("review", "list").stdout.split()[0]
    (folder / "表.txt").write_text("物资表\n", encoding="utf-8")
    (folder / "单.txt").write_text("名单\n", encoding="utf-8")
    why = ("--as", "更正员", "--reason", "补送")
    run("attachments", "add", id, str(folder / "表.txt"), *why)
    assert "1. 表.txt\n2. 单.txt\n" in run("attachments", "add", f"{id}@1", str(folder / "单.txt"), *why).output
    assert "1. 单.txt\n2. 表.txt\n" in run("attachments", "move", id, "2", "1", *why).output
    assert "2. 物资.txt\n" in run("attachments", "rename", id, "2", "物资.txt", *why).output
    assert "仍以“.txt”结尾" in run("attachments", "rename", id, "2", "物资.pdf", *why, code=1).output
    assert run("attachments", "remove", id, "1", *why).stdout == "1. 物资.txt\n"
