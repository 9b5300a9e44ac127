"""Lists that staff maintain: own words, synonyms, taxonomy, and what was searched for in vain."""

import json
from datetime import date
from pathlib import Path

import pytest
import time_machine

from indexer import sync
from indexer.engines.whoosh.engine import _Trial
from indexer.errors import IndexAhead, IndexDamaged
from tests.web.commands.conftest import Run, caller
from tests.web.conftest import Site
from web.installation.opinions import Opinion
from web.installation.services import Services
from web.search import golden

pytestmark = pytest.mark.page


def test_own_words_are_checked_and_tried(run: Run, folder: Path, tmp_path: Path) -> None:
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    run("reindex")
    assert "还没有建立" in run("lexicon", "check").output
    assert run("lexicon", "cut", "云溪新城区征收").output.split()[0] != "云溪新城区"
    own = tmp_path / "data" / "lexicon.txt"
    own.write_text("云溪新城区\n", encoding="utf-8")
    checked = run("lexicon", "check").output
    assert "本单位增加或改写 1 个" in checked and "gongkai reindex" in checked
    assert run("lexicon", "cut", "云溪新城区征收").output == "云溪新城区 征收\n"
    assert "词典有改动" in run("reindex").output
    assert "reindex" not in run("lexicon", "check").output
    draft = tmp_path / "draft.txt"
    draft.write_text("云溪新城区\n镇\n", encoding="utf-8")
    assert "第 2 行" in run("lexicon", "check", str(draft), code=1).output
    own.write_text("镇\n", encoding="utf-8")
    assert "第 1 行" in run("reindex", code=1).output
    assert "共 2 件" in run("search", "通知").output


def test_a_new_index_that_finds_less_is_not_switched_in_and_changes_come_in_all_the_same(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    run("reindex")
    id = run("review", "list", "--status", "published").stdout.split()[0]
    data = tmp_path / "data"
    (data / "golden.tsv").write_text(f"值班制度\t{id}\n没有这样的话\t{id}\n", encoding="utf-8")
    live = (data / "index" / "current").resolve()
    assert "索引写入 2 件" in run("reindex", "--full").output, "what no index finds keeps none from being switched in"
    (data / "lexicon.txt").write_text("云溪新城区\n", encoding="utf-8")
    (folder / "c.txt").write_text("关于植树造林工作的通知\n\n请护林防火。\n", encoding="utf-8")
    run("ingest", str(folder / "c.txt"), "--already-published", "--actor", "移交")
    finds = golden._finds
    monkeypatch.setattr(
        golden, "_finds", lambda at, each: finds(at, each) and (at.engine.count() != 3 or each.query != "值班制度")
    )
    told = run("reindex", code=1)
    assert f"“值班制度”（{id}）" in told.stderr and "没有换上" in told.stderr and "没有这样的话" not in told.stderr
    assert "索引写入 1 件" in told.stdout and "共 1 件" in run("search", "护林防火").output
    monkeypatch.setattr(golden, "_finds", finds)
    (data / "golden.tsv").write_text("值班制度\n", encoding="utf-8")
    assert "golden.tsv 第 1 行" in run("reindex", "--full", code=1).stderr
    assert (data / "index" / "current").resolve() != live and "共 3 件" in run("search", "通知").output


def test_what_is_asked_keeps_no_index_that_is_damaged_or_of_another_archive(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    run("reindex")
    id = run("review", "list", "--status", "published").stdout.split()[0]
    data = tmp_path / "data"
    (data / "golden.tsv").write_text(f"没有这样的话\t{id}\n", encoding="utf-8")
    finds = golden._finds

    def damaged(at: Services, each: golden.Golden) -> bool:
        if not isinstance(at.engine, _Trial):
            raise IndexDamaged("current", "第 1 段不全")
        return finds(at, each)

    with monkeypatch.context() as patch:
        patch.setattr(golden, "_finds", damaged)
        assert "索引写入 2 件" in run("reindex", "--full").output
    (data / "golden.tsv").write_text("值班制度\n", encoding="utf-8")
    for path in data.glob("catalogue.sqlite3*"):
        path.unlink()
    assert "索引写入 2 件" in run("rebuild-catalogue").output

    def ahead(*_: object) -> None:
        raise IndexAhead(9, 2)

    with monkeypatch.context() as patch:
        patch.setattr(sync, "catch_up", ahead)
        assert "索引写入 2 件" in run("reindex").output
        (data / "lexicon.txt").write_text("云溪新城区\n", encoding="utf-8")
        told = run("reindex")
        assert "索引写入 2 件" in told.stdout and "golden.tsv 第 1 行" in told.stderr


def test_a_changed_lexicon_waits_for_its_hours(
    run: Run, environment: dict[str, str], folder: Path, tmp_path: Path
) -> None:
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    run("reindex")
    (tmp_path / "data" / "lexicon.txt").write_text("云溪新城区\n", encoding="utf-8")
    environment["GONGKAI_REBUILD_HOURS"] = "22:00-06:00"
    with time_machine.travel("2026-06-01T02:00:00Z"):
        told = run("reindex")
        assert "GONGKAI_REBUILD_HOURS" in told.stderr and "索引写入 0 件" in told.stdout
    with time_machine.travel("2026-06-01T15:00:00Z"):
        assert "索引写入 2 件" in run("reindex").stdout


def test_best_bets_are_checked_and_lines_that_show_nothing_named(run: Run, folder: Path, tmp_path: Path) -> None:
    run("ingest", str(folder / "a.txt"))
    (id,) = (line.split()[0] for line in run("review", "list").stdout.splitlines())
    assert "还没有建立" in run("best-bets", "check").output
    own = tmp_path / "data" / "best-bets.tsv"
    own.write_text(
        f"甲、乙\t标题\t/guide\t说明\n丙\t标题\t{id}\t说明\n丁\t标题\t/help\t说明\t2020-01-01\n", encoding="utf-8"
    )
    told = run("best-bets", "check").output
    assert "共 3 条推荐，4 个检索词" in told
    assert "第 1 行" not in told and "第 2 行文件" in told and "没有公开" in told and "第 3 行已经过了截止日期" in told
    own.write_text("甲\t标题\t/guide\t说明\n" * 3 + "甲、乙\t标题\t/help\t说明\n", encoding="utf-8")
    assert "注意：第 4 行排在“甲”的前 3 条推荐之后，检索“甲”时不显示。" in run("best-bets", "check").output
    own.write_text("甲\t标题\n", encoding="utf-8")
    assert "第 1 行" in run("best-bets", "check", code=1).output
    assert "共 1 条" in run("best-bets", "check", str(draft(tmp_path)), code=0).output


def draft(folder: Path) -> Path:
    path = folder / "draft.tsv"
    path.write_text("甲\t标题\t/guide\t说明\n", encoding="utf-8")
    return path


def test_own_lists_are_checked(run: Run, folder: Path, tmp_path: Path) -> None:
    assert "还没有建立" in run("taxonomy", "check").output
    own = tmp_path / "data" / "taxonomy.toml"
    own.write_text('[issuers]\n"云溪县大数据局" = { codes = ["云数发"] }\n', encoding="utf-8")
    assert "发布机构" in run("taxonomy", "check").output
    own.write_text('[issuers]\n"云溪县大数据局" = { codes = ["云政发"] }\n', encoding="utf-8")
    assert "写了两次" in run("taxonomy", "check", code=1).output
    assert "写了两次" in run("ingest", str(folder), code=1).output
    assert run("review", "list").exit_code == 0


def test_synonyms_are_checked_and_shown(run: Run, tmp_path: Path) -> None:
    assert "还没有建立" in run("synonyms", "check").output
    shown = run("synonyms", "show", "低保").output
    assert "低保 = 最低生活保障" in shown
    assert "时同时检索：最低生活保障\n" in shown and "  最低生活保障\t同义词表，随软件提供第 " in shown
    # Not only what the table says: other spellings, words within longer ones, and names of agencies.
    shown = run("synonyms", "show", "二十个工作日").output
    assert "时同时检索：20个工作日\n" in shown and "  20个工作日\t同一数字、日期或型号的其他写法" in shown
    assert "检索“暖气”时同时检索：" in run("synonyms", "show", "暖气费").output
    assert "检索“gdp”时同时检索：国内生产总值" in run("synonyms", "show", "GDP").output
    assert "机构:" not in run("synonyms", "show", "低保").output
    assert "按“机构:县府办”检索时同时检索：县人民政府办公室" in run("synonyms", "show", "县府办").output
    assert "没有“白日做梦”" in run("synonyms", "show", "白日做梦", code=1).output

    own = tmp_path / "data" / "synonyms.tsv"
    own.write_text("!低保\t最低生活保障\n白日做梦\t幻想\t~\t本县\n! 没有\t这对\n", encoding="utf-8")
    checked = run("synonyms", "check").output
    assert "本单位增加或改写 1 对" in checked
    assert "第 3 行要去掉的一对不在表里" in checked
    assert "白日做梦 ~ 幻想\t本县\t本单位第 2 行" in run("synonyms", "show", "白日做梦").output
    assert "最低生活保障" not in run("synonyms", "show", "低保", code=1).output

    draft = tmp_path / "draft.tsv"
    draft.write_text("# 说明\n预算\t决算\t=\t本县\n", encoding="utf-8")
    assert "第 2 行：“预算”与“决算”意义不同" in run("synonyms", "check", str(draft), code=1).output
    run("synonyms", "check", str(tmp_path / "none.tsv"), code=2)


def test_what_was_said_of_pages_is_listed_from_the_threshold_on(own: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    low, budget, hidden = (own.ids[name] for name in ("低保.txt", "预算.txt", "待审.txt"))
    for day in (1, 2, 2):
        monkeypatch.setattr("web.citizens.pages.office_today", lambda day=day: date(2026, 11, day))
        for id, said in ((low, "no"), (budget, "yes"), (hidden, "no")):
            answer = own.client.get(f"/documents/{id}/useful?answer={said}")
            assert answer.status_code == (404 if id == hidden else 302)
        # Nobody pressed these: what asks for headers, what fetches ahead, an image on another site.
        own.client.head(f"/documents/{budget}/useful?answer=no")
        for header in ({"Sec-Purpose": "prefetch"}, {"Sec-Fetch-Site": "cross-site"}):
            own.client.get(f"/documents/{budget}/useful?answer=no", headers=header)
    own.client.get(f"/documents/{budget}/useful?answer=no")
    assert "谢谢您的意见" in own.client.get(f"/documents/{low}/useful").text
    assert own.client.get(f"/documents/{low}/useful?answer=maybe").status_code == 400
    assert f'action="/documents/{low}/useful"' in own.client.get(f"/documents/{low}").text
    assert own.services.opinions.told() == [Opinion(low, 0, 3), Opinion(budget, 3, 0)]
    environment = {"GONGKAI_DATA": str(own.services.settings.data)}
    environment["GONGKAI_DATABASE_URL"] = own.services.settings.database_url
    told = caller(environment)("gaps", "pages").stdout
    assert told.splitlines()[0].startswith(f"没用    3  有用    0  {low}") and len(told.splitlines()) == 2
    own.services.opinions.clear()
    assert not list(own.services.settings.data.glob("opinions*"))


def test_searches_in_vain_are_listed_and_dismissed(run: Run, tmp_path: Path) -> None:
    from indexer.gaps import Gaps

    for day in (1, 2, 2):
        Gaps(tmp_path / "data").record("停车收费", False, date(2026, 11, day))
    assert "3  2026-11-01 至 2026-11-02  没有结果  停车收费" in run("gaps", "list").output
    assert json.loads(run("gaps", "list", "--json").stdout)[0]["text"] == "停车收费"
    run("gaps", "dismiss", "停车收费")
    assert "清单里没有" in run("gaps", "dismiss", "停车收费", code=1).output
    assert run("gaps", "list").stdout == ""
    run("gaps", "clear", "--yes")
    assert not list((tmp_path / "data").glob("gaps*"))
