"""What a command says when the file system or the database fails it: what, where, and what to do."""

import os
import shlex
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from archive.errors import BadSettings, GongkaiError
from archive.reasons import why
from archive.store.folder import account, user
from archive.store.space import disk_full
from web.installation.settings import Settings

# What SQLite says of a file that may not be opened or written.
_SQLITE_BARRED = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")


def sentence(error: Exception) -> str:
    """Say what failed in the file system or the database, where, and what to do."""
    if isinstance(error, BadSettings) and isinstance(error.__cause__, SQLAlchemyError):
        # A database that can't be opened need not be a wrong setting.
        return _barred_database(error.__cause__) or str(error)
    if isinstance(error, GongkaiError):
        return str(error)
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
        return barred or f"{named or ''}{' ' if named else ''}{why(error)}。"
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
    said = f"{path} 不能读写：{there} 属于用户 {user(owner)}，而运行命令的是 {user(me)}。"
    if path.is_relative_to(data):
        return f"{said}请以该用户运行，或以 root 运行：chown -R {account(me)} {shlex.quote(str(data))}"
    # It may be /etc or a disk that others use too.
    return (
        f"{said}请换一个属于 {user(me)} 的文件夹；还没有的，请以 root 建立：install -d -m 700 -o {account(me)} 文件夹"
    )
