"""The command line, run as people run it."""

import json
import shutil
from pathlib import Path

import pytest

from archive.decisions import review
from archive.document import Verdict
from tests.conftest import in_a_file
from tests.web.commands.conftest import Run, caller
from web.app import create_app
from web.installation.services import open_services
from web.installation.settings import Settings

pytestmark = pytest.mark.page


def approve(run: Run, id: str) -> str:
    """Examine and approve the newest version of a document by two persons; what the approval says."""
    who = ("--reviewer", "审查员", "--basis", "一事一审")
    run("review", "classify", id, "--as", "主动公开", *who)
    aspects = ("--aspect", "truthfulness", "--aspect", "confidentiality")
    run("review", "examine", id, *aspects, "--outcome", "passed", *who)
    return run("review", "approve", id, "--reviewer", "签发人").output


def test_the_whole_walk(run: Run, folder: Path) -> None:
    assert "新接收 2 件" in run("ingest", str(folder)).output
    listed = run("review", "list").stdout.splitlines()
    assert len(listed) == 2
    first, second = (line.split()[0] for line in listed)
    shown = run("review", "show", first).stdout
    assert "文件类型\t通知\t标题" in shown
    assert "请落实值班制度。" in shown
    approve(run, first)
    run("review", "reject", second, "--reviewer", "审查员", "--reason", "内容不实")
    assert "索引写入 1 件" in run("reindex").output
    found = json.loads(run("search", "通知", "--json").stdout)
    assert [hit["id"] for hit in found["hits"]] == [first]
    # What the page says of the search, the command says too.
    said = run("search", "通知 or 二十个工作日 -预算").output
    for each in ("已同时检索：", "20个工作日", "已按减号排除：预算", "“or”按普通的词检索"):
        assert each in said
    run("review", "withdraw", first, "--reviewer", "审查员", "--reason", "有误")
    assert "共 0 件" in run("search", "通知", code=1).output
    assert "完好" in run("verify").output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ingest",), "请写明要接收的文件"),
        (("ingest", ".", "--already-published", "--actor", "\u3000"), "--actor"),
        (("ingest", "/no/such/file"), "/no/such/file"),
        (("review", "approve", "x"), "--reviewer"),
        (("review", "reject", "x", "--reviewer", "y"), "--reason"),
        (("search", "x", "--facet", "colour=red"), "colour"),
        (("search", "x", "--facet", "genre"), "名称=值"),
        (("search", "长" * 201), "最多 200 个字"),
        (("serve", "--port", "0"), "port"),
        (("nonsense",), "nonsense"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_why(run: Run, arguments: tuple[str, ...], says: str) -> None:
    if arguments[0] == "search":
        run("reindex", "--full")
    assert says in run(*arguments, code=2).output


def test_a_decision_may_name_the_version_that_was_read(run: Run, folder: Path) -> None:
    run("ingest", str(folder / "a.txt"))
    (id,) = (line.split()[0] for line in run("review", "list").stdout.splitlines())
    (folder / "a.txt").write_text("关于做好防汛工作的通知\n\n另一种说法。\n", encoding="utf-8")
    run("ingest", str(folder / "a.txt"))
    assert "新版本" in run("review", "approve", f"{id}@1", "--reviewer", "审查员", code=1).output
    assert "第 2 版" in approve(run, f"{id}@2")
    assert id in run("review", "list", "--status", "published").output
    run("review", "approve", f"{id}@x", "--reviewer", "审查员", code=2)


@in_a_file
def test_an_index_that_knows_more_than_the_archive_is_rebuilt(run: Run, folder: Path, tmp_path: Path) -> None:
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    run("reindex")
    for path in (tmp_path / "data").glob("catalogue.sqlite3*"):
        path.unlink()
    shutil.rmtree(tmp_path / "data" / "records")
    assert "--full" in run("search", "通知", code=1).output
    run("verify", code=1)
    assert "现在重建" in run("reindex").output
    assert "共 0 件" in run("search", "通知", code=1).output


def test_a_decision_about_an_unknown_document_exits_with_1(run: Run) -> None:
    assert "没有编号为" in run("review", "approve", "nobody", "--reviewer", "审查员", code=1).output


def test_a_search_without_an_index_says_what_to_run(run: Run) -> None:
    assert "gongkai reindex" in run("search", "通知", code=1).output


def test_facets_narrow_a_search(run: Run, folder: Path) -> None:
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    run("reindex")
    assert "共 2 件" in run("search", "通知", "--facet", "genre=通知").output
    assert "共 0 件" in run("search", "通知", "--facet", "genre=公告", code=1).output


def test_verify_finds_a_changed_a_missing_and_an_untracked_original(run: Run, folder: Path, tmp_path: Path) -> None:
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    run("reindex")
    blobs = sorted((tmp_path / "data" / "blobs").glob("*/*"))
    blobs[0].chmod(0o644)
    blobs[0].write_bytes(b"changed")
    blobs[1].rename(blobs[1].with_name("0" * 62))
    result = run("verify", code=1)
    assert "改变 1，缺失 1，未登记 1" in result.output


def test_an_engine_that_is_not_there_is_named(folder: Path, tmp_path: Path) -> None:
    run = caller({"GONGKAI_DATA": str(tmp_path / "data"), "GONGKAI_ENGINE_URL": "solr://x"})
    for command in (("init",), ("search", "x")):
        assert "GONGKAI_ENGINE_URL" in run(*command, code=1).output
    assert not (tmp_path / "data").exists()


def test_reindex_rebuilds_an_index_of_another_version(run: Run, folder: Path, tmp_path: Path) -> None:
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    run("reindex")
    manifest = tmp_path / "data" / "index" / "current" / "MANIFEST.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"fingerprint": "', '"fingerprint": "0'), "utf-8")
    assert "--full" in run("search", "防汛", code=1).output
    assert "现在重建" in run("reindex").output
    assert "共 1 件" in run("search", "防汛").output


def test_judge_measures_compares_and_says_what_it_cannot_read(run: Run, folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("ir_measures", reason="ir-measures is not installed")
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    run("reindex")
    questions = tmp_path / "asked.jsonl"
    lines = [
        {"id": "1", "query": "防汛值班", "relevant": ["incoming/a.txt"]},
        {"id": "2", "query": "节约用水", "relevant": ["incoming/a.txt"], "class": "wrong"},
        {"id": "3", "query": "没有这样的文件", "relevant": ["incoming/none.txt"]},
    ]
    questions.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    saved = tmp_path / "run.json"
    told = json.loads(
        run("judge", str(questions), "--known", "5", "--baselines", "--save", str(saved), "--json").stdout
    )
    ours = told["systems"]["gongkai"]
    assert set(told["systems"]) == {"gongkai", "jieba + Whoosh BM25F", "bigrams + BM25", "FTS5 trigram"}
    assert (ours["asked"]["queries"], ours["asked"]["values"]["Success@1"]) == (1, 1.0)
    assert ours["wrong"]["values"]["nDCG@10"] == 0.0
    assert ours["title"]["values"]["Success@1"] == 1.0
    assert (ours["substring"]["recall"], ours["quoted"]["recall"], ours["quoted"]["precision"]) == (1.0, 1.0, 1.0)
    assert told["unknown"] == ["3: incoming/none.txt"]
    again = run("judge", str(questions), "--against", str(saved)).stdout
    after = again.partition("against the saved run")[2].splitlines()
    assert [line.split()[:3] for line in after[2:]] == [
        [kind, n, "+0.0000"] for kind, n in (("asked", "1"), ("wrong", "1"), ("all", "2"))
    ]
    assert "没有可评测的检索词" in run("judge", code=1).output
    questions.write_text("{}\n", "utf-8")
    assert "第 1 行" in run("judge", str(questions), code=1).output
    assert "无法读取" in run("judge", str(tmp_path / "none.jsonl"), code=1).output
    assert "不是以 --save" in run("judge", "--known", "1", "--against", str(questions), code=1).output


def test_a_document_is_classified_examined_and_approved_step_by_step(run: Run, folder: Path) -> None:
    run("ingest", str(folder / "a.txt"))
    (id,) = (line.split()[0] for line in run("review", "list").stdout.splitlines())
    who = ("--reviewer", "保密审查员", "--basis", "一事一审")
    assert "真实性" in run("review", "approve", id, "--reviewer", "审查员", code=1).output
    for aspect in ("truthfulness", "confidentiality"):
        run("review", "examine", id, "--aspect", aspect, "--outcome", "passed", *who)
    assert "公开属性" in run("review", "approve", id, "--reviewer", "审查员", code=1).output
    assert "理由" in run("review", "classify", id, "--as", "不予公开", *who, code=1).output
    run("review", "classify", id, "--as", "主动公开", *who)
    assert "已公开" in run("review", "approve", id, "--reviewer", "审查员").output
    assert "先用 withdraw" in run("review", "classify", id, "--as", "依申请公开", *who, code=1).output
    run("review", "approve", id, "--reviewer", "审查员", "--vouch", code=2)


def test_the_history_tells_versions_and_events(run: Run, folder: Path) -> None:
    run("ingest", str(folder / "a.txt"))
    (id,) = (line.split()[0] for line in run("review", "list").stdout.splitlines())
    approve(run, id)
    (folder / "a.txt").write_text("关于做好防汛工作的通知\n\n另一种说法。\n", encoding="utf-8")
    run("ingest", str(folder / "a.txt"), "--note", "措辞更正")
    told = run("history", id).output
    for each in ("第 2 版", "原因：措辞更正", "增加 1 段，删去 1 段", "approve", "confidentiality", "审查员"):
        assert each in told
    assert "没有编号为" in run("history", "nobody", code=1).output


def test_a_documents_force_is_recorded(run: Run, folder: Path) -> None:
    run("ingest", str(folder / "a.txt"))
    (id,) = (line.split()[0] for line in run("review", "list").stdout.splitlines())
    who = ("--person", "法制科", "--reason", "云政发〔2025〕3号")
    run("validity", id, "已废止", "--since", "2025-13-01", *who, code=2)
    assert "自 2025-03-01 起已废止" in run("validity", id, "已废止", "--since", "2025-03-01", *who).output
    assert "已废止" in run("review", "show", id).output


def test_what_must_be_looked_at_is_listed(run: Run, folder: Path) -> None:
    (folder / "c.txt").write_text("关于救助的公示\n王某，身份证号11010519491231002X。\n", encoding="utf-8")
    run("ingest", str(folder))
    said = run("review", "check", code=1).output
    assert said.count("没有发现") == 2
    assert "1. 拦截  居民身份证号  正文第 1 段" in said
    assert "11010519491231002X" not in said


def test_a_stated_repeal_is_confirmed_and_shown(run: Run, folder: Path, environment: dict[str, str]) -> None:
    (folder / "c.txt").write_text("关于废止《关于做好防汛工作的通知》的决定\n现予公布。\n", encoding="utf-8")
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    number, deciding = run("relations", "list").stdout.split()[:2]
    old = run("relations", "list").stdout.split("可能是：")[1].split()[0]
    run("relations", "confirm", number, "--target", "x", "--person", "法制科", code=1)
    run("relations", "confirm", number, "--target", old, "--person", "法制科", "--since", "2020-01-01")
    run("relations", "refuse", number, "--person", "法制科", code=1)
    assert "已废止" in run("review", "show", old).stdout
    run("reindex")
    opened = open_services(Settings.from_environment(environment))
    client = create_app(opened).test_client()
    assert f'废止本件：<a href="/documents/{deciding}">' in client.get(f"/documents/{old}").text
    assert f'本件废止：<a href="/documents/{old}">' in client.get(f"/documents/{deciding}").text
    review.decide(opened.catalogue, deciding, Verdict.WITHDRAW, "审查员", "有误")
    assert "废止本件" not in client.get(f"/documents/{old}").text
    opened.close()


@in_a_file
def test_what_is_lost_comes_back(run: Run, folder: Path, tmp_path: Path) -> None:
    run("ingest", str(folder / "a.txt"))
    (id,) = (line.split()[0] for line in run("review", "list").stdout.splitlines())
    approve(run, id)
    run("reindex")
    before = json.loads(run("search", "防汛", "--json").stdout)["hits"]
    data = tmp_path / "data"
    for path in data.glob("catalogue.sqlite3*"):
        path.unlink()
    shutil.rmtree(data / "index")
    assert "rebuild-catalogue" in run("review", "list", code=1).output
    assert "其中公开 1 件" in run("rebuild-catalogue").output
    assert json.loads(run("search", "防汛", "--json").stdout)["hits"] == before
    assert "完好" in run("verify").output
    assert "完好" in run("verify", "--rotate").output
    run("rebuild-catalogue", code=1)

    made = run("backup", str(tmp_path / "backups")).stdout.split()[-1]
    run("review", "withdraw", id, "--reviewer", "审查员", "--reason", "有误")
    assert "--replace" in run("restore", made, code=1).output
    assert "其中公开 0 件" in run("restore", made, "--replace").output
    run("search", "防汛", code=1)
    assert "审计日志完整" in run("audit", "verify").output
    assert "审计日志" in run("audit", "verify", "--expect", "f" * 64, code=1).output
    assert "withdraw" in run("audit", "list", id).output
    assert "导出 1 件" in run("export", str(tmp_path / "bag"), "--bagit", "--all").output


@pytest.mark.statements
def test_a_document_without_findings_has_none_to_settle(run: Run, folder: Path) -> None:
    run("ingest", str(folder / "a.txt"))
    id = run("review", "list").stdout.split()[0]
    run("review", "check", id)
    told = run("review", "settle", id, "1", "--as", "误报", "--reviewer", "甲", "--reason", "误报", code=1).stderr
    assert "没有发现问题" in told and "只有 0" not in told
