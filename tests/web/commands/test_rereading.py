"""``gongkai reread`` and ``gongkai review readings``, as a person runs them."""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive.store.recognitions import Recognitions
from tests.conftest import earlier
from tests.web.commands.conftest import Run, caller

# The archive's own tests execute the same statements over either database, but for those of the one that is marked.
pytestmark = pytest.mark.page

TEXT = "{}办法\n\n第一条 为了{}，制定本办法。\n\n第二条 按时报送，期限 10 日。\n\n云溪县人民政府\n2019年3月1日\n"
NAMES = ("防汛", "抗旱", "值班")


@pytest.fixture
def ids(run: Run, tmp_path: Path) -> list[str]:
    """Three public documents: numbers of articles were lost in two, in the third a figure too."""
    folder = tmp_path / "incoming"
    folder.mkdir()
    for name in NAMES:
        (folder / f"{name}.txt").write_text(TEXT.format(name, name), encoding="utf-8")
    with earlier("第一条 ", "第二条 "):
        run("ingest", *(str(folder / f"{name}.txt") for name in NAMES[:2]), "--already-published")
    with earlier("第一条 ", " 10"):
        run("ingest", str(folder / f"{NAMES[2]}.txt"), "--already-published")
    listed = run("review", "list", "--status", "published").stdout
    return [next(line[:12] for line in listed.splitlines() if name in line) for name in NAMES]


@pytest.mark.statements
def test_originals_are_read_again_and_what_differs_is_decided_about(run: Run, ids: list[str]) -> None:
    first, second, third = ids
    told = run("reread", "--all").stdout
    assert re.search(f"{first}  第 2 版  防汛办法：有不同，待审；编号 2 处", told)
    assert re.search(f"{third}  第 2 版  值班办法：有不同，待审；编号 1 处、数字 1 处", told)
    assert "有不同，待审 3 件" in told and "不同之处：编号 5 处、数字 1 处。" in told
    assert "只有编号、表格不同的 2 件，可以一并审看；其余 1 件逐件审查" in told
    assert "与原来一致 3 件" in run("reread", "--all").stdout
    listed = run("review", "readings").stdout
    assert f"{first}@2  防汛办法  与第 1 版对照：编号 2 处  等待审查" in listed
    assert "编号：“为了防汛，制定本办法。” → “第一条 为了防汛，制定本办法。”" in listed
    assert f"{third}@2" in listed and "逐件审查：有数字的不同。" in listed
    both = (f"{first}@2", f"{second}@2")
    decide = ("review", "readings", f"{first}@2", f"{second}@2", f"{third}@2")
    refused = run(*decide, "--examine", "--reviewer", "审查员", "--reason", "逐条对照原件", code=1)
    assert "不能与别的一并办理：有数字的不同。请打开这一件，逐件审查。" in refused.stderr
    assert refused.stdout.count("两项审查通过（一并审看：同一原件重新读取，与公开的第 1 版只差编号 2 处，") == 2
    # Whoever examined them does not approve them.
    alone = run("review", "readings", *both, "--approve", "--reviewer", "审查员", "--reason", "同意", code=1)
    assert "须是另一人" in alone.stderr
    assert (
        run("review", "readings", *both, "--approve", "--reviewer", "签发人", "--reason", "同意").stdout.count("已公开")
        == 2
    )
    assert f"{first}" not in run("review", "readings").stdout
    assert "第一条" in run("review", "show", first).stdout
    assert run("review", "readings", third, "--send-back", "--reviewer", "审查员", "--reason", "不符").stdout
    assert "审查退回过同样的读法 1 件" in run("reread", "--all").stdout
    checked = run("verify", code=1).stdout
    assert "内容完好；决定完好" in checked and "还没有建立索引" in checked
    run("audit", "verify")


def test_a_run_that_was_interrupted_goes_on(run: Run, ids: list[str], environment: dict[str, str]) -> None:
    place = Path(environment["GONGKAI_DATA"]) / "cache" / "reread.json"
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps({"after": sorted(ids)[0], "begun": time.time() + 60}), encoding="utf-8")
    went_on = run("reread", "--all")
    assert "从第 2 件继续" in went_on.stderr and "有不同，待审 2 件" in went_on.stdout
    assert not place.exists()
    # A place that can't be read costs time only.
    place.write_text("{", encoding="utf-8")
    assert "有不同，待审 1 件" in run("reread", "--all").stdout and not place.exists()


def test_what_was_recognised_between_two_halves_of_a_run_is_read_with_the_second(
    run: Run, ids: list[str], environment: dict[str, str], tmp_path: Path
) -> None:
    data = Path(environment["GONGKAI_DATA"])
    place = data / "cache" / "reread.json"
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps({"after": max(ids), "begun": time.time()}), encoding="utf-8")
    file = tmp_path / "incoming" / f"{NAMES[0]}.txt"
    Recognitions(data / "recognised").want(hashlib.sha256(file.read_bytes()).hexdigest(), [])
    went_on = run("reread", "--all")
    assert "从第 4 件继续" in went_on.stderr and "前面有 1 件在这期间识别出了新的文字" in went_on.stderr
    assert f"{ids[0]}  第 2 版" in went_on.stdout and "有不同，待审 1 件" in went_on.stdout


def test_readings_are_no_lines_of_the_ordinary_list(run: Run, ids: list[str]) -> None:
    run("reread", "--all")
    listed = run("review", "list")
    assert listed.stdout == "" and "共 0 件。" in listed.stderr
    assert "另有重新读取待审 3 件，请用 gongkai review readings 查看。" in listed.stderr


@pytest.mark.statements
def test_readings_that_wait_are_restored_from_a_backup(run: Run, ids: list[str], tmp_path: Path) -> None:
    run("reread", "--all")
    made = run("backup", str(tmp_path / "backups")).stdout.split()[-1]
    (paper := tmp_path / "paper.txt").write_text(run("key", "export").stdout, encoding="utf-8")
    elsewhere = caller(
        {
            "GONGKAI_DATA": str(tmp_path / "again"),
            "GONGKAI_DATABASE_URL": "",
            "GONGKAI_ENGINE_URL": "",
            "GONGKAI_ACTOR": "收文员",
        }
    )
    elsewhere("restore", made, "--key", str(paper))
    assert elsewhere("review", "readings").stdout == run("review", "readings").stdout
    assert "与原来一致 3 件" in elsewhere("reread", "--all").stdout
    assert "内容完好；决定完好" in elsewhere("verify").stdout


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_and_makes_nothing_twice(
    run: Run, tmp_path: Path, environment: dict[str, str]
) -> None:
    folder = tmp_path / "incoming"
    folder.mkdir()
    for at in range(30):
        (folder / f"{at}.txt").write_text(TEXT.format(f"第{at}项", at), encoding="utf-8")
    with earlier("第一条 "):
        run("ingest", str(folder), "--already-published")
    command = [sys.executable, "-I", "-m", "web.commands.cli", "reread", "--all"]
    with subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        assert process.stdout
        for _ in range(5):
            assert "有不同，待审" in process.stdout.readline()
        process.kill()
    run("reread", "--all")
    assert run("review", "readings").stdout.count("与第 1 版对照") == 30
    assert "有不同" not in run("reread", "--all").stdout
    assert "内容完好；决定完好" in run("verify", code=1).stdout


def test_what_is_not_read_is_told(run: Run, ids: list[str], environment: dict[str, str]) -> None:
    data = Path(environment["GONGKAI_DATA"])
    blob = max((data / "blobs").rglob("*"), key=lambda path: path.is_file() and "防汛" in path.read_text("utf-8"))
    blob.unlink()
    run("review", "withdraw", ids[1], "--reviewer", "审查员", "--reason", "有误")
    told = run("reread", "--all", code=1).stdout
    assert f"{ids[0]}  第 1 版  防汛办法：读不出；原件缺失" in told and "读不出 1 件" in told
    assert "没有编号为“nothing”的文件" in run("reread", "nothing", code=1).stdout
    assert "没有重新读取：已经撤回 1 件。" in told


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("reread",), "请写明编号，或者用 --all 重新读取全部文件。"),
        (("reread", "abcdefghijkl", "--all"), "请写明编号，或者用 --all"),
        (("reread", "abcdefghijkl", "--restart"), "--restart 与 --all 一起使用。"),
        (("reread", "--all", "--actor", " "), "请用 --actor"),
        (("review", "readings", "--approve"), "一并办理，须写明编号"),
        (("review", "readings", "--reviewer", "审查员"), "请写明办理什么"),
    ],
)
def test_a_wrong_use_says_what_to_do(run: Run, typed: tuple[str, ...], told: str) -> None:
    assert told in run(*typed, code=2).stderr
