"""``gongkai search --explain``, run as people run it. Its figures are added up as with pencil and paper."""

import json
import re
from collections.abc import Iterator
from math import prod

import pytest
from click.testing import CliRunner

from indexer import relevance
from tests.web.conftest import Site
from web.commands.cli import cli
from web.search.find import find, ids_of
from web.search.params import SearchForm

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page

# The largest error from rounding to four decimals.
ROUNDED = 0.00005
FIGURE = re.compile(r"-?\d+\.\d{4}")


def explain(site: Site, *arguments: str, code: int = 0) -> str:
    environment = {
        "GONGKAI_DATA": str(site.services.settings.data),
        "GONGKAI_DATABASE_URL": site.services.settings.database_url,
        "GONGKAI_ENGINE_URL": "",
    }
    result = CliRunner().invoke(cli, ["search", *arguments, "--explain"], env=environment)
    assert result.exit_code == code, result.output
    return result.stdout


def figures(text: str) -> list[float]:
    """Return the figures on one side of an equation, ignoring quoted text."""
    return [float(figure) for figure in FIGURE.findall(re.sub("“.*?”", "", text))]


def assert_adds_up(lines: list[str]) -> int:
    """Check each line that says how its figure comes about. Returns the number of these lines."""
    checked = 0
    for at, line in enumerate(lines):
        said = re.sub("“.*?”", "", line).partition("（")[0]
        name, equals, made = said.partition(" = ")
        below = list(_below(lines, at)) if "项之和" in said or "取最高的一项" in said else []
        if equals and "×" in made:
            factors = figures(made)
            if name.strip().startswith("标题覆盖"):
                assert figures(name)[0] == pytest.approx(1 + relevance.TITLE * factors[0], abs=4 * ROUNDED)
            else:
                allowed = ROUNDED * (1 + sum(prod(factors) / factor for factor in factors if factor))
                assert figures(name)[0] == pytest.approx(prod(factors), abs=allowed), line
        elif equals:
            summed = figures(made)
            assert figures(name)[0] == pytest.approx(sum(summed), abs=ROUNDED * (1 + len(summed))), line
        elif "项之和" in said:
            assert figures(said)[0] == pytest.approx(sum(below), abs=ROUNDED * (1 + len(below))), line
        elif "取最高的一项" in said:
            assert figures(said)[0] == max(below), line
        else:
            continue
        checked += 1
    return checked


def _below(lines: list[str], at: int) -> Iterator[float]:
    """Yield the figures of the lines that are one level below another."""
    depth = _depth(lines[at])
    for line in lines[at + 1 :]:
        if _depth(line) <= depth:
            return
        if _depth(line) == depth + 2:
            yield figures(line)[0]


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


@pytest.mark.parametrize(
    "query",
    [
        "最低生活保障",
        "低保标准",
        "“最低生活保障” 申请",
        "云政发〔2019〕6号",
        "财政局 OR 申请",
        "火烈鸟 低保怎么申请",
        "通知 -财政局",
    ],
)
def test_the_figures_that_are_shown_make_the_score_that_is_shown(site: Site, query: str) -> None:
    output = explain(site, query)
    lines = output.splitlines()
    scores = [line for line in lines if line.startswith("     得分")]
    assert len(scores) == min(3, len(find(site.services, SearchForm(q=query)).hits)) > 0
    assert assert_adds_up(lines) >= 2 * len(scores)
    assert "四舍五入" in lines[-1]


def test_each_hit_is_told_with_its_rank_and_its_title(site: Site) -> None:
    lines = explain(site, "最低生活保障").splitlines()
    assert lines[0] == "共 2 件"
    ids = ids_of(site.services, SearchForm(q="最低生活保障"), 2)
    assert f"  1. 关于印发云溪县最低生活保障实施办法的通知  [{ids[0]}]" in lines
    assert f"  2. 关于印发云溪县最低生活保障暂行办法的通知  [{ids[1]}]" in lines
    assert any(line.strip().startswith("词“最低生活保障” ") and "标题 1×6" in line for line in lines)
    assert any("先验 0.6000（已废止或失效，降低）" in line for line in lines)
    lines = explain(site, "标准 调整").splitlines()
    assert any("最佳段落" in line and "最低生活保障标准每年调整一次" in line for line in lines)


def test_the_other_word_that_counted_is_told_and_the_one_that_did_not(site: Site) -> None:
    output = explain(site, "低保标准", "--limit", "1")
    assert "已同时检索：低保（最低生活保障）" in output
    assert "计入：短语“最低生活保障”" in output
    assert "× 权重 0.7500" in output


def test_a_number_says_whose_it_is(site: Site) -> None:
    output = explain(site, "云政发〔2019〕6号")
    assert f"文号“云政发〔2019〕6号” {relevance.OWN:.4f}（为本文件所有）" in output


def test_what_answers_in_part_and_what_only_narrows_is_said(site: Site) -> None:
    assert "（没有文件符合全部条件，以下部分相符）" in explain(site, "低保怎么申请 火烈鸟")
    output = explain(site, "部门预算 机构:财政局 -通知")
    assert "条件“机构:财政局” 0.0000（只作筛选，不计分）" in output
    assert "不含“通知” 0.0000（只作筛选，不计分）" in output


def test_pages_and_filters_choose_what_is_explained(site: Site) -> None:
    second = explain(site, "最低生活保障", "--page", "2", "--limit", "1")
    assert "  2. 关于印发云溪县最低生活保障暂行办法的通知" in second
    assert "  1. " not in second
    assert "共 1 件" in explain(site, "最低生活保障", "--facet", "validity=已废止")


def test_the_tree_for_programs_has_every_part(site: Site) -> None:
    found = json.loads(explain(site, "人民政府", "--json"))
    assert (found["query"], found["total"], found["relaxed"]) == ("人民政府", 2, False)
    assert [hit["rank"] for hit in found["hits"]] == [1, 2]
    hit = found["hits"][0]
    assert hit["id"] == ids_of(site.services, SearchForm(q="人民政府"), 1)[0]
    tree = hit["explanation"]
    assert (tree["says"], tree["how"], tree["value"]) == ("score", "product", hit["score"])
    assert [part["says"] for part in tree["parts"]] == ["content", "title share", "prior"]
    assert prod(part["value"] for part in tree["parts"]) == pytest.approx(hit["score"], abs=2e-6)
    text = tree["parts"][0]["parts"][0]
    word = text["parts"][0]
    assert (word["says"], word["of"]) == ("word", "人民政府")
    assert word["parts"][0]["figures"]["documents"] == 2
    assert sum(part["value"] for part in text["parts"]) == pytest.approx(text["value"])


def test_nothing_found_is_said_and_no_failure(site: Site) -> None:
    assert explain(site, "仙人掌鹦鹉螺", code=1) == "共 0 件\n"
    assert json.loads(explain(site, "仙人掌鹦鹉螺", "--json", code=1))["hits"] == []


def test_a_search_that_is_not_understood_is_refused(site: Site) -> None:
    explain(site, "长" * 201, code=2)
