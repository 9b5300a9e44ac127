"""What every command needs: the opened installation, and errors reported as sentences with an exit code.

The database and the engine are loaded by commands that open the installation, so that a look-up answers at once.
"""

import functools
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from archive.errors import GongkaiError, NoArchive
from archive.store.folder import exposed
from archive.store.space import disk_full, make_reserve
from indexer.errors import IndexerBusy
from web.installation.settings import Settings

if TYPE_CHECKING:
    from web.installation.services import Services

P = ParamSpec("P")
R = TypeVar("R")

# Of every other error it is 1.
CODES = {NoArchive: 2, IndexerBusy: 3}


def reported(command: Callable[P, R]) -> Callable[P, R]:
    """Turn errors that a person can act on into a sentence and an exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except GongkaiError as error:
            click.echo(f"gongkai: {error}", err=True)
            sys.exit(next((code for kind, code in CODES.items() if isinstance(error, kind)), 1))
        except BrokenPipeError:
            raise  # click ends quietly, as a tool in a pipe does
        except OSError as error:
            click.echo(f"gongkai: {sentence(error)}", err=True)
            sys.exit(1)
        except _database_errors() as error:
            click.echo(f"gongkai: {sentence(error)}", err=True)
            sys.exit(1)

    return run


def _database_errors() -> type[Exception]:
    from sqlalchemy.exc import SQLAlchemyError

    return SQLAlchemyError


def sentence(error: Exception) -> str:
    """Say what failed in the file system or the database, where, and what to do."""
    if isinstance(error, GongkaiError):
        return str(error)
    from sqlalchemy.engine import make_url

    settings = Settings.from_environment()
    url = make_url(settings.database_url)
    on_server = url.get_backend_name() != "sqlite"
    database = f"数据库 {url.host or ''}/{url.database}" if on_server else str(url.database)
    place = settings.data if on_server or isinstance(error, OSError) else Path(database).parent
    if full := disk_full(error, place, database):
        return str(full)
    if isinstance(error, OSError):
        return f"{error.strerror or error}{f'：{error.filename}' if error.filename else ''}"
    return f"数据库出错（{type(error).__name__}），请检查 {database} 和它所在的磁盘。"


@contextmanager
def services(serving: bool = False) -> "Iterator[Services]":
    from web.installation.services import open_services

    settings = Settings.from_environment()
    opened = open_services(settings, serving)
    # For a withdrawal on a disk that has become full.
    make_reserve(settings.data)
    warn_of_readers(settings.data)
    try:
        yield opened
    finally:
        opened.close()


def warn_of_readers(folder: Path) -> None:
    """Say it when others may read what lies in a data folder or a backup, and how to mend it."""
    if wide := exposed(folder):
        mode = wide[0].stat().st_mode & 0o777
        click.echo(
            f"注意：{wide[0]} 的权限是 {mode:03o}，这台机器上的其他用户也能读到没有公开的文件。"
            f"请运行：chmod -R go-rwx {shlex.quote(str(folder))}",
            err=True,
        )
