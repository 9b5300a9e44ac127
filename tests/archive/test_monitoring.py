"""What is public is held against terms that are data: days left, blank columns, what has no day, what is missing."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from archive.decisions import precheck
from archive.decisions.precheck import Concern
from archive.decisions.precheck import Finding as Stop
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.monitoring import NO_COLUMN, BadMonitoring, Seen, Standards, look
from archive.registers.books.findings import Problem
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from tests.archive.conftest import Write

TODAY = date(2026, 9, 1)
Publish = Callable[..., str]
OWN = "工作动态\t14天\t县政府办\n政策文件/规范性文件\t6个月\n会议公开\t不限\n招考录用\t30天\t县人社局\n"


@pytest.fixture
def publish(catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, write: Write) -> Publish:
    """Return a function that takes a public document over from a site and returns its id."""
    taking = Intake(catalogue, blobs, sandbox, "移交", already_published=True)

    def published(name: str, text: str = "请落实。", **stated: str) -> str:
        item = Item(write(f"{name}.txt", f"关于{name}的通知\n{text}\n"), name, stated)
        return str(taking.receive(item).document_id)

    return published


def seen(catalogue: Catalogue, blobs: Blobs, own: Path, text: str = OWN) -> Seen:
    own.write_text(text, encoding="utf-8")
    return look(catalogue, blobs, Standards.load(own), TODAY)


def test_each_column_has_its_days_left_and_what_is_late_or_blank_is_found(
    publish: Publish, catalogue: Catalogue, blobs: Blobs, tmp_path: Path
) -> None:
    publish("防汛", column="工作动态", published_on="2026-08-17")
    publish("抗旱", column="工作动态", published_on="2026-08-18")
    publish("预告", column="工作动态", published_on="2026-09-20")
    publish("管理办法", column="政策文件/规范性文件", published_on="2026-02-28")
    publish("会议", column="会议公开", published_on="2019-01-01")
    publish("征兵公告", column="公示公告", published_on="2026-03-31")
    publish("无日期", column="县政要闻")
    publish("无栏目", published_on="2026-01-01")
    found = seen(catalogue, blobs, tmp_path / "own.tsv")
    left = {each.column: (each.count, each.left(TODAY)) for each in found.columns}
    assert left == {
        "政策文件/规范性文件": (1, -4),
        "工作动态": (3, 0),
        "公示公告": (1, 29),
        "县政要闻": (1, None),
        "会议公开": (1, None),
        "招考录用": (0, None),
    }
    assert [each.column for each in found.columns][:3] == ["政策文件/规范性文件", "工作动态", "公示公告"]
    assert {(each.kind, each.where, each.unit) for each in found.findings} == {
        (Problem.STALE, "政策文件/规范性文件", ""),
        (Problem.STALE, "县政要闻", ""),
        (Problem.UNDATED, "县政要闻", ""),
        (Problem.BLANK, "招考录用", "县人社局"),
    }
    assert found.documents == 8 and NO_COLUMN not in left


def test_attachments_that_are_missing_or_only_named_are_found(
    publish: Publish, catalogue: Catalogue, blobs: Blobs, tmp_path: Path
) -> None:
    named = publish("补贴", "附件：1. 补贴发放名单\n", published_on="2026-08-30")
    publish("方案", "附件：实施方案\n\n实施方案\n第一步。", published_on="2026-08-30")
    gone = publish("缺失", published_on="2026-08-30")
    assert {each.where for each in seen(catalogue, blobs, tmp_path / "x", "").findings} == {named}
    blobs.path(catalogue.public(gone).file.digest).unlink()
    found = seen(catalogue, blobs, tmp_path / "x", "").findings
    assert {(each.kind, each.where) for each in found} == {(Problem.ATTACHMENT, named), (Problem.ATTACHMENT, gone)}
    assert all("补贴" not in each.said for each in found), "no words of a document"


def test_a_rule_that_came_later_finds_what_is_public_already(
    publish: Publish, catalogue: Catalogue, blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = publish("名单", published_on="2026-08-30")
    stop = Stop(Concern.MOBILE, "正文第 2 段", "138****5678", "0" * 64)
    mark = Stop(Concern.SECRECY, "正文第 1 段", "机密", "1" * 64)
    look_only = Stop(Concern.ADDRESS, "正文第 2 段", "云溪路", "2" * 64)
    monkeypatch.setattr(precheck, "findings", lambda document: (stop, mark, look_only))
    assert seen(catalogue, blobs, tmp_path / "x", "").findings == [], "its pre-check is by these rules"
    monkeypatch.setattr(precheck, "RULES", "2099-01")
    found = seen(catalogue, blobs, tmp_path / "x", "").findings
    assert {(each.kind, each.where) for each in found} == {(Problem.PERSONAL, id), (Problem.SECRECY, id)}
    assert all("138" not in each.said and "机密" not in each.said for each in found)


@pytest.mark.parametrize(
    "line", ["动态\t两周", "动态\t5个", "=栏目不更新\t14天", "=没有这种\t5个", "动态\t14天\t单位\t多", "\t14天"]
)
def test_a_standard_that_cannot_be_used_is_named(line: str, tmp_path: Path) -> None:
    own = tmp_path / "monitoring.tsv"
    own.write_text(f"# 标准\n{line}\n", encoding="utf-8")
    with pytest.raises(BadMonitoring, match="第 2 行"):
        Standards.load(own)


def test_the_shipped_standards_are_the_official_ones(tmp_path: Path) -> None:
    standards = Standards.load(tmp_path / "none")
    for column, days, months in (("工作动态", 14, 0), ("县政要闻", 14, 0), ("通知公告", 0, 6), ("政策文件", 0, 6)):
        term = standards.term(column)
        assert term and (term.days, term.months) == (days, months), column
    assert standards.limits == {"栏目不更新": 5, "空白栏目": 5} and standards.term("机构职能") is None
