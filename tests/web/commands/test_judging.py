"""``gongkai judge``, run as people run it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

import pytest
from click.testing import CliRunner, Result

from tests.conftest import Databases, Installation, Mould
from web.commands.cli import cli
from web.installation.services import open_services
from web.installation.settings import Settings
from web.search.find import find, ranked
from web.search.params import SearchForm

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page

pytest.importorskip("ir_measures", reason="ir-measures is not installed")

Run = Callable[..., Result]
TEXTS = {
    "防汛.txt": "关于做好防汛工作的通知\n\n请各镇落实值班制度，确保汛期安全。\n",
    "抗旱.txt": "关于做好抗旱工作的通知\n\n请各镇节约用水，落实值班制度。\n",
    "预算.txt": "云溪县财政局2020年部门预算\n\n收入一百二十万元。\n",
}


@pytest.fixture(scope="module")
def mould(tmp_path_factory: pytest.TempPathFactory, installation: Installation) -> Mould:
    """Make an installation with three public documents, indexed."""
    folder = tmp_path_factory.mktemp("judged")
    settings = installation(folder / "data")
    for name, text in TEXTS.items():
        path = folder / "incoming" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    invoke = caller(settings)
    invoke("ingest", folder / "incoming", "--already-published", "--actor", "移交")
    invoke("reindex")
    return Mould(folder, settings.database_url, {})


@pytest.fixture
def settings(tmp_path: Path, mould: Mould, databases: Databases) -> Settings:
    url = mould.copied(tmp_path, databases, "data/catalogue.sqlite3")
    return replace(Settings.at(tmp_path / "data"), database_url=url)


@pytest.fixture
def run(settings: Settings) -> Run:
    """Return the command line of an installation with three public documents, indexed."""
    return caller(settings)


def caller(settings: Settings) -> Run:
    environment = {
        "GONGKAI_DATA": str(settings.data),
        "GONGKAI_DATABASE_URL": settings.database_url,
        "GONGKAI_ENGINE_URL": "",
    }

    def run(*arguments: str | Path, code: int = 0) -> Result:
        result = CliRunner().invoke(cli, list(map(str, arguments)), env=environment)
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    path = tmp_path / "lay.jsonl"
    rows = [
        {"id": "1", "query": "防汛", "relevant": ["incoming/防汛.txt"]},
        {"id": "2", "query": "节约用水", "relevant": ["抗旱.txt"], "class": "按内容"},
        {"id": "3", "query": "密", "relevant": ["不公开.txt"]},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_judged_and_known_queries_are_measured_beside_the_baselines(run: Run, queries: Path) -> None:
    told = json.loads(run("judge", queries, "--known", "5", "--baselines", "--json").stdout)
    ours = told["systems"]["gongkai"]
    assert list(told["systems"]) == ["gongkai", "jieba + Whoosh BM25F", "bigrams + BM25", "FTS5 trigram"]
    assert ours["lay"]["values"]["Success@1"] == ours["按内容"]["values"]["Success@1"] == 1
    assert ours["title"]["values"]["Success@1"] == 1
    assert (ours["substring"]["recall"], ours["quoted"]["recall"], ours["quoted"]["precision"]) == (1, 1, 1)
    assert told["ratio"]["lay"]["ours"] == 1
    assert "quoted" not in told["ratio"]
    assert told["unknown"] == ["3: 不公开.txt"]
    assert told["skipped"] == ["3"]
    assert told["against"] is None


def test_a_name_that_several_files_have_or_a_hidden_one_is_told(run: Run, tmp_path: Path) -> None:
    def put(name: str, *options: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"关于{path.stem}的事项\n\n{name}值班。\n", encoding="utf-8")
        run("ingest", path, "--actor", "移交", *options)

    for name in ("甲/防汛.txt", "乙/防汛.txt", "甲/名单.txt"):
        put(name, "--already-published")
    put("丙/名单.txt")
    run("reindex")
    files = [tmp_path / "甲.jsonl", tmp_path / "丙.jsonl"]
    rows = [("1", "甲值班", "防汛.txt"), ("2", "值班", "/防汛.txt")], [("3", "名单", "名单.txt")]
    for file, asked in zip(files, rows, strict=True):
        lines = [json.dumps({"id": id, "query": query, "relevant": [name]}) + "\n" for id, query, name in asked]
        file.write_text("".join(lines), encoding="utf-8")
    told = json.loads(run("judge", *files, "--json").stdout)
    assert told["unknown"] == ["2: /防汛.txt", "3: 名单.txt"]
    assert told["systems"]["gongkai"]["甲"]["queries"] == 1


def test_the_tables_stand_in_columns(run: Run, queries: Path) -> None:
    lines = run("judge", queries, "--baselines").stdout.splitlines()
    assert lines[:3] == [
        "2 queries over 3 documents",
        "1 judgements name no public document, or more than one, the first: 3: 不公开.txt",
        "1 queries skipped: no public document answers them",
    ]
    header = next(line for line in lines if line.startswith("class"))
    chinese = next(line for line in lines if line.startswith("按内容"))
    # Three Chinese characters take six columns.
    assert len(chinese) == len(header) - 3
    assert any(line.startswith("按内容") and "+ " in line for line in lines[-4:])


def test_a_run_is_kept_and_compared_with(run: Run, queries: Path, tmp_path: Path) -> None:
    kept = tmp_path / "run.json"
    run("judge", queries, "--save", kept)
    saved = json.loads(kept.read_text(encoding="utf-8"))
    saved["ranked"]["1"] = []
    kept.write_text(json.dumps(saved), encoding="utf-8")
    told = json.loads(run("judge", queries, "--against", kept, "--json").stdout)["against"]
    assert {kind: each["gain"] for kind, each in told.items()} == {"lay": 1, "按内容": 0, "all": 0.5}
    assert told["all"]["won"] == [["防汛", 1.0]]
    assert "  +1.000  防汛" in run("judge", queries, "--against", kept).stdout
    assert "has none of these queries" in run("judge", "--known", "3", "--against", kept).stdout


@pytest.mark.parametrize(
    ("kept", "told"),
    [(None, "run.json"), ("{", "--save"), ("[]", "--save"), ('{"ranked": [], "took": {}}', "--save")],
)
def test_what_is_no_kept_run_is_told(run: Run, queries: Path, tmp_path: Path, kept: str | None, told: str) -> None:
    path = tmp_path / "run.json"
    if kept is not None:
        path.write_text(kept, encoding="utf-8")
    assert told in run("judge", queries, "--against", path, code=1).stderr


def test_what_cannot_be_judged_is_a_sentence(
    installation: Installation, mould: Mould, queries: Path, tmp_path: Path
) -> None:
    invoke = caller(installation(tmp_path / "data"))
    assert "请给出文件" in invoke("judge", code=1).stderr
    assert "公开文件共 0 件" in invoke("judge", queries, code=1).stderr
    invoke("ingest", mould.folder / "incoming", "--already-published", "--actor", "移交")
    assert "gongkai reindex" in invoke("judge", queries, code=1).stderr
    assert "无法读取" in invoke("judge", tmp_path / "none.jsonl", code=1).stderr
    invoke("reindex")
    assert "none/run.json" in invoke("judge", queries, "--save", tmp_path / "none" / "run.json", code=1).stderr


def test_an_id_of_a_file_is_none_of_the_known_ones(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps({"id": "title-0", "query": "防汛", "relevant": ["防汛.txt"]}), encoding="utf-8")
    assert "title-0" in run("judge", path, "--known", "1", code=1).stderr


@pytest.mark.parametrize("typed", ["通知", "值班制度", "“值班制度”", "做好工作", "预算 财政局"])
def test_what_is_judged_is_what_a_citizen_sees(run: Run, settings: Settings, typed: str) -> None:
    services = open_services(settings)
    try:
        seen = [hit.id for hit in find(services, SearchForm(q=typed)).hits]
        assert seen
        assert ranked(services, typed, 100) == seen
    finally:
        services.close()


def test_requests_are_judged_by_what_the_desk_finds_beside_the_citizens_search(run: Run, tmp_path: Path) -> None:
    waiting = tmp_path / "停电.txt"
    waiting.write_text("关于停电检修的通知\n\n柳河镇停电两小时。\n", encoding="utf-8")
    run("ingest", waiting, "--actor", "移交")
    asked = [
        {"id": "1", "query": "本人申请公开各镇汛期值班制度的文件", "relevant": ["incoming/防汛.txt"]},
        {"id": "2", "query": "根据《政府信息公开条例》申请公开财政局预算收入", "relevant": ["预算.txt"]},
        {"id": "3", "query": "申请公开柳河镇停电检修的通知", "relevant": ["停电.txt"]},
        {"id": "4", "query": "申请公开没有的", "relevant": ["没有.txt"]},
    ]
    path = tmp_path / "requests.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in asked), encoding="utf-8")
    told = json.loads(run("judge", "--requests", path, "--json").stdout)
    ours, theirs = told["systems"]["gongkai"], told["systems"]["citizens' search"]
    assert list(ours) == ["one half", "other half", "not public", "all"]
    assert all(each["values"]["Success@5"] == 1 for each in ours.values())
    # What waits is found by staff, and by nobody else.
    assert theirs["not public"]["values"]["Success@5"] == 0
    assert (told["documents"], told["skipped"]) == (4, ["4"])
    assert "--known" in run("judge", "--requests", path, "--known", "1", code=2).output


def test_requests_name_the_command_that_builds_the_index_which_is_lacking(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "requests.jsonl"
    path.write_text('{"id": "a", "query": "防汛值班制度", "relevant": ["incoming/防汛.txt"]}\n', encoding="utf-8")
    run("judge", "--requests", path)
    rmtree(settings.data / "index")
    told = run("judge", "--requests", path, code=1).output
    assert "gongkai reindex" in told and "--staff" not in told
    run("reindex")
    assert "citizens' search" in run("judge", "--requests", path).output
