"""What every command needs: the opened installation, and errors reported as sentences with an exit code.

The database and the engine are loaded by commands that open the installation, so that a look-up answers at once.
"""

import functools
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from archive.errors import BadSettings, GongkaiError, NoArchive, WrongUser
from archive.store.folder import exposed, user
from archive.store.space import disk_full, make_reserve
from indexer.errors import IndexerBusy
from web.installation.settings import Settings

if TYPE_CHECKING:
    from web.installation.services import Services

P = ParamSpec("P")
R = TypeVar("R")

# What SQLite says of a file that may not be opened or written.
_SQLITE_BARRED = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")
# Of every other error it is 1.
CODES = {NoArchive: 2, WrongUser: 2, IndexerBusy: 3}


def reported(command: Callable[P, R]) -> Callable[P, R]:
    """Turn errors that a person can act on into a sentence and an exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except GongkaiError as error:
            click.echo(f"gongkai: {sentence(error)}", err=True)
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
    if isinstance(error, BadSettings) and isinstance(error.__cause__, SQLAlchemyError):
        # A database that can't be opened need not be a wrong setting.
        return _barred_database(error.__cause__) or str(error)
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
        named = error.filename2 or error.filename
        barred = _barred(Path(str(named))) if named and isinstance(error, PermissionError) else ""
        return barred or f"{error.strerror or error}{f'：{named}' if named else ''}"
    return _barred_database(error) or f"数据库出错（{type(error).__name__}），请检查 {database} 和它所在的磁盘。"


def _barred_database(error: BaseException) -> str:
    """Say whose a file of SQLite is that may not be opened or written; "" for another failure."""
    url = make_url(Settings.from_environment().database_url)
    name = str(getattr(getattr(error, "orig", None), "sqlite_errorname", ""))
    return _barred(Path(str(url.database))) if name.startswith(_SQLITE_BARRED) else ""


def _barred(path: Path) -> str:
    """Say whose a path is that may not be read or written; "" if it is one's own."""
    path, data = path.absolute(), Settings.from_environment().data
    me = os.geteuid()
    there = next(each for each in (path, *path.parents) if os.access(each, os.F_OK))
    if (owner := there.stat().st_uid) == me:
        return ""
    whole = data if path.is_relative_to(data) else there
    return (
        f"{path} 不能读写：{there} 属于用户 {user(owner)}，而运行命令的是 {user(me)}。"
        f"请以该用户运行，或以 root 运行：chown -R {user(me)} {shlex.quote(str(whole))}"
    )


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
