"""What every command needs: the opened installation, and errors reported as sentences with an exit code.

The database and the engine are loaded by commands that open the installation, so that a look-up answers at once.
"""

import functools
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, ParamSpec, TypeVar

import click

from archive.errors import (
    DrillBusy,
    GongkaiError,
    NightBusy,
    NoArchive,
    RecognitionBusy,
    ReportUnreadable,
    WrongUser,
)
from archive.store.folder import PUBLIC_KEY, exposed, exposed_keys, holds_archive
from indexer.errors import IndexerBusy
from web.commands import terminal
from web.installation.settings import Settings

if TYPE_CHECKING:
    from web.installation.services import Services

P = ParamSpec("P")
R = TypeVar("R")

# Of every other error it is 1.
CODES = {
    **dict.fromkeys((NoArchive, WrongUser, ReportUnreadable), 2),
    **dict.fromkeys((IndexerBusy, RecognitionBusy, NightBusy, DrillBusy), 3),
}


# How a process of this very program is started, whatever folder or environment it is called from (-I: no variable of
# Python's makes it load other code).
THIS_PROGRAM = (sys.executable, "-I", "-m", "web.commands.cli")


def reported(command: Callable[P, R]) -> Callable[P, R]:
    """Turn errors that a person can act on into a sentence and an exit code.

    What is typed and what is printed is without characters that act on a terminal, whoever wrote them.
    """

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with terminal.harmless():
            return told(*args, **terminal.typed(kwargs))

    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except BrokenPipeError:
            raise  # click ends quietly, as a tool in a pipe does
        except (GongkaiError, OSError) as error:
            _fail(error)
        except _database_errors() as error:
            _fail(error)

    return run


def _fail(error: Exception) -> NoReturn:
    from web.commands.sentences import sentence

    click.echo(f"gongkai: {sentence(error)}", err=True)
    sys.exit(next((code for kind, code in CODES.items() if isinstance(error, kind)), 1))


def named(text: str) -> tuple[str, int | None]:
    """Read ID or ID@VERSION."""
    id, _, read = text.partition("@")
    if read and not (read.isascii() and read.isdigit()):
        raise click.UsageError(f"{text}：应写编号，或者编号@版本（如 abcdefghijkl@2）。")
    return id, int(read) if read else None


def _database_errors() -> type[Exception]:
    from sqlalchemy.exc import SQLAlchemyError

    return SQLAlchemyError


@contextmanager
def services(serving: bool = False, reading: bool = False, settings: Settings | None = None) -> "Iterator[Services]":
    """Open the installation, or the one of these ``settings``.

    What only is ``reading`` works on a full disk, too: to open a database takes some room.
    """
    from archive.store.space import lent, make_reserve
    from web.installation.services import open_services

    settings = settings or Settings.from_environment()
    with lent(settings.data) if reading else nullcontext():
        opened = open_services(settings, serving)
        # For a withdrawal on a disk that has become full.
        make_reserve(settings.data)
        warn_of_readers(settings.data, settings.keys)
        try:
            yield opened
        finally:
            opened.close()


def warn_without_archive(missing: str) -> None:
    """Say it where GONGKAI_DATA names a folder that holds no archive, and what of its own is therefore ``missing``.

    For commands that do without: a slip in the path must not look like an answer with the installation's own files.
    """
    data = Settings.from_environment().data
    if os.environ.get("GONGKAI_DATA") and not holds_archive(data):
        click.echo(f"注意：{data} 里没有档案，只有随软件提供的{missing}。请核对 GONGKAI_DATA。", err=True)


def warn_of_readers(folder: Path, keys: Path | None = None) -> None:
    """Say it when others may read what lies in a data folder or a backup, or private ``keys``, and how to mend it."""
    if wide := exposed(folder):
        click.echo(
            f"注意：{wide[0]} 的权限是 {_mode(wide[0])}，这台机器上的其他用户也能读到没有公开的文件。"
            f"请运行：chmod -R go-rwx {shlex.quote(str(folder))}",
            err=True,
        )
    if keys:
        warn_of_keys(keys)


def warn_of_keys(keys: Path) -> None:
    """Say it when others may read private keys or exchange them. Refused, a withdrawal would have to wait for it."""
    if wide := exposed_keys(keys):
        told = "、".join(f"{path}（{_mode(path)}）" for path in wide)
        mend = "; ".join(
            f"chmod {'go-w' if path == keys or path.name == PUBLIC_KEY else 'go-rwx'} {shlex.quote(str(path))}"
            for path in wide
        )
        click.echo(
            f"注意：密钥的权限过宽：{told}。这台机器上的其他用户能读取或调换密钥，冒充审查人公开文件。请运行：{mend}。"
            "可能已经被人读过的，再由两人运行 gongkai key replace 更换密钥。",
            err=True,
        )


def _mode(path: Path) -> str:
    return f"{path.stat().st_mode & 0o777:03o}"
