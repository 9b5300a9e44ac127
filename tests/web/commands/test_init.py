"""An archive is made on purpose, and no command makes one by the way."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from archive.registers import notices
from archive.store.folder import holds_archive
from tests.conftest import Databases, in_a_file
from tests.web.commands.conftest import Run, caller
from web.commands.cli import cli
from web.installation.making import make
from web.installation.settings import Settings

pytestmark = pytest.mark.page

NOTICE = Path(notices.__file__).with_name("calendar.tsv")
REPORT = Path(__file__).parents[3] / "corpus/files/政府信息公开年报/云溪县人民政府2021年政府信息公开工作年度报告.html"
# Each with arguments by which it would go on.
BOOKS = ("proposals", "disputes", "corrections", "reevaluations", "handovers", "openings", "findings")
NEEDING = (
    ("ingest", ".", "--actor", "甲"),
    ("review", "list"),
    ("review", "show", "x"),
    ("review", "check"),
    ("review", "classify", "x", "--as", "主动公开", "--reviewer", "甲", "--basis", "乙"),
    ("review", "examine", "x", "--aspect", "truthfulness", "--outcome", "passed", "--reviewer", "甲", "--basis", "乙"),
    ("review", "approve", "x", "--reviewer", "甲"),
    ("review", "reject", "x", "--reviewer", "甲", "--reason", "乙"),
    ("review", "settle", "x", "1", "--as", "保留", "--reviewer", "甲", "--reason", "乙"),
    ("review", "after", "x", "--reviewer", "甲", "--outcome", "passed"),
    ("review", "withdraw", "x", "--reviewer", "甲", "--reason", "乙"),
    ("review", "schedule", "x", "2030-01-31 09:00", "--reviewer", "甲"),
    ("review", "scheduled"),
    ("review", "unschedule", "x", "--reviewer", "甲", "--reason", "乙"),
    ("review", "readings"),
    ("publish-due",),
    ("nightly",),
    ("reread", "--all", "--actor", "甲"),
    ("recognise",),
    ("correct", "x", "标题", "通知", "--as", "甲", "--reason", "乙"),
    ("attachments", "add", "x", __file__, "--as", "甲", "--reason", "乙"),
    ("attachments", "rename", "x", "1", "a.txt", "--as", "甲", "--reason", "乙"),
    ("attachments", "move", "x", "1", "2", "--as", "甲", "--reason", "乙"),
    ("attachments", "remove", "x", "1", "--as", "甲", "--reason", "乙"),
    ("relations", "add", "x", "repeals", "--target", "y", "--person", "甲", "--reason", "乙"),
    ("history", "x"),
    ("validity", "x", "已废止", "--since", "2026-01-31", "--person", "甲", "--reason", "乙"),
    ("relations", "list"),
    ("relations", "confirm", "1", "--target", "x", "--person", "甲"),
    ("relations", "refuse", "1", "--person", "甲"),
    ("reindex",),
    ("reindex", "--full"),
    ("lists",),
    ("search", "通知"),
    ("gaps", "list"),
    ("gaps", "pages"),
    ("gaps", "dismiss", "x"),
    ("gaps", "clear", "--yes"),
    ("serve", "--port", "1"),
    ("desk", "--port", "1"),
    ("worker",),
    ("accounts", "list"),
    ("accounts", "add", "x", "--person", "甲", "--role", "审查员", "--by", "乙"),
    ("accounts", "roles", "x", "--role", "审查员", "--by", "乙"),
    ("accounts", "disable", "x", "--by", "乙"),
    ("accounts", "reset", "x", "--by", "乙"),
    ("verify",),
    ("audit", "verify"),
    ("audit", "list"),
    ("backup", "backups"),
    ("drill",),
    ("monitor",),
    ("findings", "contractor", __file__, "--by", "甲"),
    ("findings", "evidence", "2026-Q3", "evidence.json", "--by", "甲"),
    ("rebuild-catalogue",),
    ("export", "bag", "--bagit"),
    ("key", "export"),
    ("key", "replace", "--by", "甲", "--and", "乙", "--reason", "丙"),
    ("key", "replace-persons", "--by", "甲"),
    ("requests", "import", __file__, "--by", "甲"),
    ("requests", "export", "register.csv", "--by", "甲"),
    ("requests", "anonymise", "--by", "甲"),
    *((book, "import", __file__, "--by", "甲") for book in BOOKS),
    *((book, "export", "book.csv", "--by", "甲") for book in BOOKS),
    *((book, "figures", "2026") for book in BOOKS),
    ("annual-report", "show", "2026"),
    ("annual-report", "due"),
    ("annual-report", "template", "2026", "template.csv", "--unit", "甲局"),
    ("annual-report", "import", __file__, "--by", "甲"),
    ("annual-report", "freeze", "2026", "--by", "甲"),
    ("annual-report", "pass", "2026", "x", "--reason", "乙", "--by", "甲"),
    ("corrections", "anonymise", "--by", "甲"),
    ("reevaluations", "due", "2026"),
    ("handovers", "list", "outstanding.csv", "--to", "公共图书馆", "--by", "甲"),
    ("handovers", "transfer", __file__, "--receiver", "公共图书馆", "--by", "甲"),
    ("handovers", "pack", "1", "batch.zip", "--by", "甲"),
    ("migrate", "backups"),
    ("calendar", "import", str(NOTICE)),
)
NEEDING_NONE = (
    ("--version",),
    ("--help",),
    ("ingest", "--help"),
    ("review", "approve", "--help"),
    ("synonyms", "check"),
    ("best-bets", "check"),
    ("synonyms", "show", "低保"),
    ("lexicon", "check"),
    ("lexicon", "cut", "低保"),
    ("taxonomy", "check"),
    ("workdays", "2020-01-20", "+20"),
    ("calendar",),
    ("letters", "check"),
    ("letters", "show", "receipt"),
    ("annual-report", "check", str(REPORT), "--json"),
)
# What tells of a missing archive itself, or is about the machine.
MACHINE = {("install",), ("uninstall",), ("doctor",), ("sbom",), ("advisories",)}
MAKING = {("key", "import"), ("init",), ("restore",), ("demo",), ("judge",)}


@pytest.fixture
def run(tmp_path: Path, databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line where GONGKAI_DATA was mistyped."""
    monkeypatch.chdir(tmp_path)
    url = databases.empty(tmp_path / "mistyped" / "catalogue.sqlite3")
    return caller({"GONGKAI_DATA": str(tmp_path / "mistyped"), "GONGKAI_DATABASE_URL": url, "GONGKAI_ENGINE_URL": ""})


def test_every_command_is_among_these() -> None:
    def names(group: click.Group, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        for name in group.list_commands(click.Context(group)):
            command = group.get_command(click.Context(group), name)
            if isinstance(command, click.Group):
                yield from names(command, (*above, name))
            else:
                yield (*above, name)

    tried = {*NEEDING, *NEEDING_NONE, *MAKING, *MACHINE}
    assert [name for name in names(cli) if not any(each[: len(name)] == name for each in tried)] == []


@pytest.mark.parametrize("command", NEEDING, ids=" ".join)
def test_without_an_archive_a_command_is_refused_and_makes_nothing(
    run: Run, command: tuple[str, ...], tmp_path: Path
) -> None:
    told = run(*command, code=2).stderr
    assert str(tmp_path / "mistyped") in told
    assert "GONGKAI_DATA" in told and "gongkai init" in told
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", NEEDING_NONE, ids=" ".join)
def test_what_needs_no_archive_does_without_and_makes_none(run: Run, command: tuple[str, ...], tmp_path: Path) -> None:
    told = run(*command).stderr
    # Who mistyped the path learns it all the same, unless nothing of the installation's own was asked for.
    assert ("GONGKAI_DATA" in told) is (not command[-1].startswith("--"))
    assert not list(tmp_path.iterdir())


def test_an_archive_is_made_once(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "mistyped"
    assert str(data) in run("init").output
    assert data.stat().st_mode & 0o777 == 0o700
    run("verify", code=1)  # no index yet
    before = {path: path.stat().st_mtime_ns for path in data.rglob("*")}
    assert "没有改动" in run("init").output
    assert {path: path.stat().st_mtime_ns for path in data.rglob("*")} == before


def test_where_other_things_lie_no_archive_is_made(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "mistyped"
    data.mkdir(mode=0o755)
    (data / "site.toml").touch()
    (data / "best-bets.tsv").touch()
    (data / "照片.jpg").touch()
    assert "照片.jpg" in run("init", code=2).stderr
    assert (data.stat().st_mode & 0o777, len(list(data.iterdir()))) == (0o755, 3)
    (data / "照片.jpg").unlink()
    run("init")
    assert data.stat().st_mode & 0o777 == 0o700


@in_a_file
def test_no_archive_is_made_within_another(run: Run, tmp_path: Path) -> None:
    run("init")
    for place in ("new", "incoming/new"):
        inner = caller({"GONGKAI_DATA": str(tmp_path / "mistyped" / place), "GONGKAI_ENGINE_URL": ""})
        assert str(tmp_path / "mistyped") in inner("init", code=2).stderr
        assert not (tmp_path / "mistyped" / place).exists()


@pytest.mark.parametrize("kept", [pytest.param("catalogue.sqlite3", marks=in_a_file), "records", "blobs"])
def test_an_archive_of_before_is_known_by_what_it_holds(run: Run, tmp_path: Path, kept: str) -> None:
    made = tmp_path / "mistyped"
    (tmp_path / "通知.txt").write_text("关于做好防汛工作的通知\n\n请落实值班制度。\n", encoding="utf-8")
    run("init")
    run("ingest", str(tmp_path / "通知.txt"), "--actor", "收文员")
    for path in [*made.iterdir()]:
        if path.name != kept:
            path.rename(tmp_path / path.name)
    assert holds_archive(made)
    assert "没有改动" in run("init").output


def test_a_backup_is_no_archive(run: Run, tmp_path: Path) -> None:
    (tmp_path / "通知.txt").write_text("关于做好防汛工作的通知\n\n请落实值班制度。\n", encoding="utf-8")
    run("init")
    run("ingest", str(tmp_path / "通知.txt"), "--actor", "收文员")
    made = run("backup", str(tmp_path / "backups")).stdout.split()[-1]
    before = sorted(Path(made).rglob("*"))
    wrong = caller({"GONGKAI_DATA": made, "GONGKAI_DATABASE_URL": "", "GONGKAI_ENGINE_URL": ""})
    for command in ("init", "verify", "rebuild-catalogue"):
        assert "gongkai restore" in wrong(command, code=2).stderr
    assert sorted(Path(made).rglob("*")) == before


@in_a_file
def test_a_mistyped_database_is_not_made(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "mistyped"
    (tmp_path / "通知.txt").write_text("关于做好防汛工作的通知\n\n请落实值班制度。\n", encoding="utf-8")
    run("init")
    run("ingest", str(tmp_path / "通知.txt"), "--actor", "收文员")
    url = f"sqlite:///{tmp_path}/other.sqlite3"
    wrong = caller({"GONGKAI_DATA": str(data), "GONGKAI_DATABASE_URL": url, "GONGKAI_ENGINE_URL": ""})
    assert "GONGKAI_DATABASE_URL" in wrong("review", "list", code=1).stderr
    assert not (tmp_path / "other.sqlite3").exists()


@pytest.mark.slow
def test_without_an_archive_the_sample_is_judged(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("ir_measures", reason="the development environment measures rankings")
    corpus = Path(__file__).parents[3] / "corpus"
    result = run("judge", str(corpus / "queries.tsv"))
    assert "没有档案" in result.stderr
    assert "over 0 documents" not in result.stdout and " documents" in result.stdout
    assert not list(tmp_path.iterdir())


def test_a_folder_is_made_private_whatever_the_umask(tmp_path: Path) -> None:
    assert make(Settings.at(tmp_path / "data"))
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    result = CliRunner().invoke(cli, ["init"], env={"GONGKAI_DATA": str(tmp_path / "data")})
    assert result.exit_code == 0
