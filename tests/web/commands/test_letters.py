"""The texts of letters on the command line."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner, Result

from archive.registers.requests.letters.kinds import KINDS, SHARED
from web.commands.cli import cli

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def invoke(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(cli, ["letters", *arguments], env={"GONGKAI_DATA": str(tmp_path / "data")})
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result

    return invoke


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data" / "letters").mkdir(parents=True)
    return tmp_path / "data" / "letters"


def test_check_lists_each_kind_with_its_blanks(run: Run) -> None:
    listed = run("check")
    rows = [line.split("\t") for line in listed.stdout.splitlines() if "\t" in line]
    assert [row[0] for row in rows] == [*SHARED, *KINDS]
    assert all(row[2] == "随软件提供" for row in rows)
    assert "检索记录*" in next(row for row in rows if row[0] == "answer-absent")[3]
    assert "letters.toml" in listed.stderr


def test_check_tells_what_is_wrong_and_fails(run: Run, folder: Path) -> None:
    (folder / "receipt.txt").write_text("标题\n{{申请人}}：\n{{姓名}}\n", encoding="utf-8")
    (folder / "letters.toml").write_text("organ = 1\n", encoding="utf-8")
    (folder / "recipt.txt").touch()
    failed = run("check", code=1)
    for said in ("不认识的空：姓名", "缺少必须有的空：登记号", "letters.toml 中缺少", "recipt.txt 不是任何一种"):
        assert said in failed.stderr
    assert "receipt\t登记回执\t不能用" in failed.stdout
    (folder / "letters.toml").unlink()
    assert "receipt.txt 不能用" in run("show", "receipt", code=1).output


def test_show_prints_a_sample_or_writes_it_and_overwrites_nothing(run: Run, tmp_path: Path) -> None:
    assert "第三十六条第四项" in run("show", "answer-absent").stdout
    target = tmp_path / "样例.docx"
    run("show", "answer-absent", "--output", str(target))
    held = target.read_bytes()
    assert "张明样：" in [each.text for each in docx.Document(BytesIO(held)).paragraphs]
    assert "已经有" in run("show", "answer-absent", "--output", str(target), code=1).output
    assert target.read_bytes() == held


def test_a_text_is_printed_changed_and_used(run: Run, folder: Path) -> None:
    source = run("show", "receipt", "--source").stdout
    assert source.startswith("#") and "{{登记号}}" in source
    (folder / "receipt.txt").write_text(source.replace("登记回执\n", "受理回执\n"), encoding="utf-8")
    assert "receipt\t登记回执\t本单位" in run("check").stdout
    assert "政府信息公开申请受理回执" in run("show", "receipt").stdout
    assert "remedies-a" in run("show", "remedies-a", code=2).output
    assert "{{复议机关}}" in run("show", "remedies-a", "--source").stdout
