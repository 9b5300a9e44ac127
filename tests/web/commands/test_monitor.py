"""`gongkai monitor` says what is wrong with what is public, and the night keeps it in the register."""

import json
from pathlib import Path

import pytest

from archive.chinese.dates import office_today
from archive.store import canonical
from archive.store.folder import STAFF
from tests.conftest import Databases
from tests.web.commands.conftest import Run
from web.installation import boards
from web.installation.nights import Outcome, Record, Step
from web.search import golden


@pytest.fixture
def published(run: Run, folder: Path) -> Path:
    """Two documents of a site, one in a column that is late by years; return the data folder."""
    lines = [
        {"path": "a.txt", "column": "工作动态", "published_on": "2019-01-02"},
        {"path": "b.md", "column": "会议公开"},
    ]
    manifest = folder / "portal.jsonl"
    manifest.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    run("ingest", "--manifest", str(manifest), "--already-published", "--actor", "移交")
    return folder.parent / "data"


def test_columns_and_findings_are_told_and_nothing_is_noted(run: Run, published: Path) -> None:
    told = run("monitor", code=1)
    assert "标题检索没有进行" in told.stderr
    run("reindex")
    told = run("monitor", code=1)
    lines = told.stdout.splitlines()
    assert lines[0].startswith("工作动态  1 件  最近 2019-01-02  逾期") and told.stderr == ""
    assert "栏目不更新  工作动态" in told.stdout and "未注明发布时间  会议公开" in told.stdout
    assert lines[-1] == "公开 2 件，栏目 2 个：栏目不更新 1，未注明发布时间 1。"
    assert not (published / boards.FILE).exists()
    (published / "monitoring.tsv").write_text(
        "工作动态\t不限\n" + "".join(f"栏目{number}\t14天\n" for number in range(5)), encoding="utf-8"
    )
    told = run("monitor", "--note", code=1)
    assert "空白栏目达到单项否决的界限（5 个）" in told.stdout and boards.read(published)
    (published / "monitoring.tsv").write_text("工作动态\n", encoding="utf-8")
    assert "monitoring.tsv 第 1 行" in run("monitor", code=1).stderr


def test_the_night_opens_findings_and_notes_what_is_mended(
    run: Run,
    environment: dict[str, str],
    published: Path,
    tmp_path: Path,
    databases: Databases,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment["GONGKAI_STAFF_DATABASE_URL"] = databases.staff(published / STAFF)
    run("reindex")
    with monkeypatch.context() as patch:
        patch.setattr(golden, "_finds", lambda *_: False)
        assert "新登记 4 条" in run("nightly", "--step", "monitor").stdout
    # The titles are searched for again, whichever four are chosen.
    assert "新登记 0 条，复核结果有变化 2 条" in run("nightly", "--step", "monitor").stdout
    table = tmp_path / "findings.csv"
    run("findings", "export", str(table), "--by", "丁四")
    rows = table.read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 5 and sum("标题检索不到" in row and "未复现" in row for row in rows) == 2
    assert "登记簿完好" in run("verify").stdout
    listed = tmp_path / "contractor.csv"
    listed.write_text(
        "栏目名称,问题类型,网址\n招考录用,空白栏目,https://a.example/zk\n会议公开,空白栏目,\n会议公开,栏目不更新,\n"
        "隐私,个人信息,https://a.example/documents/aaaaaaaaaaaa\n",
        encoding="utf-8",
    )
    assert "4 条" in run("findings", "contractor", str(listed), "--by", "丁四").stdout
    assert "复核结果有变化 1 条" in run("nightly", "--step", "monitor").stdout, "what can't be seen is not gone"
    record = Record(published)
    record.begin()
    record.add(Step("monitor", Outcome.DONE, told=("公开 2 件",)))
    year, quarter = office_today().year, (office_today().month + 2) // 3
    made = tmp_path / "evidence.json"
    assert "问题 8 条" in run("findings", "evidence", f"{year}-Q{quarter}", str(made), "--by", "丁四").stdout
    told = json.loads(made.read_text(encoding="utf-8"))
    digest = told.pop("sha256")
    assert digest == canonical.digest(told) and digest in run("audit", "list").stdout
    assert [each["told"] for each in told["nights"]] == [["公开 2 件"]] and len(told["columns"]) == 2
    assert {event["person"] for each in told["findings"] for event in each["events"]} == {"夜间监测", "丁四"}
    run("findings", "evidence", f"{year}-Q{quarter}", str(made), "--by", "丁四", code=1)
    for wrong in ("2026", f"{year + 1}-Q4"):
        run("findings", "evidence", wrong, str(tmp_path / "x.json"), "--by", "丁四", code=1)
