"""The command line, run as a person runs it, in an archive of its own."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.conftest import Databases, Installation
from web.commands.cli import cli
from web.installation.settings import Settings

Run = Callable[..., Result]


@pytest.fixture
def environment(tmp_path: Path, databases: Databases) -> dict[str, str]:
    """Of an archive that is not made yet."""
    data = tmp_path / "data"
    settings = replace(Settings.at(data), database_url=databases.empty(data / "catalogue.sqlite3"))
    return {
        "GONGKAI_DATA": str(settings.data),
        "GONGKAI_DATABASE_URL": settings.database_url,
        "GONGKAI_ENGINE_URL": "",
        "GONGKAI_ACTOR": "收文员",
    }


@pytest.fixture
def run(environment: dict[str, str], installation: Installation) -> Run:
    """Run commands in an archive that is there: a copy, because ``init`` takes longer than most commands."""
    made = installation(Path(environment["GONGKAI_DATA"]))
    # As init leaves them, whatever the umask of a test is.
    for path in (made.data, *made.data.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o077)
    environment["GONGKAI_DATABASE_URL"] = made.database_url
    return caller(environment)


def caller(environment: dict[str, str]) -> Run:
    """Run commands as a person does, and hold their exit codes against ``code``."""

    def invoke(*arguments: str, code: int = 0, input: str = "") -> Result:
        result = CliRunner().invoke(cli, arguments, env=environment, input=input)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result

    return invoke


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "incoming"
    folder.mkdir()
    (folder / "a.txt").write_text("关于做好防汛工作的通知\n\n请落实值班制度。\n", encoding="utf-8")
    (folder / "b.md").write_text("# 关于抗旱工作的通知\n\n请节约用水。\n", encoding="utf-8")
    return folder
