"""The data folder: how it is known that it holds an archive, whose it is, and who else may read it.

A folder holds an archive when one of the things lies in it that ``gongkai init``, and every version before it, makes
there and nothing else does: the catalogue's file, the records, the originals or the ledger of withdrawals. So archives
made before there was ``gongkai init`` are known without a mark. The folder says it also when the catalogue is kept in
PostgreSQL: records and originals are never anywhere else.
"""

import errno
import os
import pwd
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from stat import S_IRWXG, S_IRWXO, S_ISREG, S_IWGRP, S_IWOTH

from archive.errors import NoArchive, WrongUser

CATALOGUE = "catalogue.sqlite3"
KEYS, PUBLIC_KEY = "keys", "public.key"
STAFF = "staff.sqlite3"
# The index of what only staff may find. It is in no backup: it is made again from the archive. The public process does
# not even look whose it is.
STAFF_INDEX = "staff-index"
BACKUP = "backup.json"
# What a restore puts into place lies in a folder whose name begins so, until it is done.
UNFINISHED = ".restored"
LOCK = "records/lock"
_SIGNS = (LOCK, "records/audit.jsonl", "withdrawals.jsonl", "blobs")
# What commands write in a data folder. The rest is what staff put there, who need not be this user.
_WRITTEN = (
    *(CATALOGUE, STAFF, "records", "blobs", "withdrawals.jsonl", "index", "cache", "bulk", "brought-up", "gaps"),
    *("opinions", "uploads", "recognised"),
)
# How file systems say that they make no hard link: not of another owner's file, not on vfat or on a network's disk.
_LINKLESS = {errno.EPERM, errno.EACCES, errno.EXDEV, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL}
# What may lie in a folder before an archive is made in it: what staff maintain, what is made again by itself, and
# what a new disk holds.
_BEFOREHAND = (
    *(
        "synonyms.tsv",
        "best-bets.tsv",
        "golden.tsv",
        "monitoring.tsv",
        "site.toml",
        "lexicon.txt",
        "taxonomy.toml",
        "letters",
        "keys",
    ),
    *("cache", "index", STAFF_INDEX),
    "lost+found",
)


def holds_archive(folder: Path) -> bool:
    """Tell whether a folder holds an archive. A backup is none: it must be restored first."""
    if (folder / BACKUP).exists() or unfinished(folder):
        return False
    catalogue = folder / CATALOGUE
    # A database that was only just opened is an empty file.
    begun = catalogue.exists() and catalogue.stat().st_size > 0
    return begun or any((folder / sign).exists() for sign in _SIGNS)


def unfinished(folder: Path) -> list[Path]:
    """List what restores that were interrupted left in a data folder."""
    return sorted(folder.glob(f"{UNFINISHED}*"))


def require_archive(folder: Path) -> None:
    """Raise NoArchive when a folder doesn't hold one."""
    if not holds_archive(folder):
        raise NoArchive(str(folder), _what(folder))


def require_place(folder: Path) -> None:
    """Raise NoArchive when no archive may be made in a folder, because other things lie there."""
    if (folder / BACKUP).exists() or unfinished(folder):
        raise NoArchive(str(folder), _what(folder))
    names = (path.name for path in folder.iterdir()) if folder.exists() else ()
    if above := next((each for each in folder.absolute().parents if holds_archive(each)), None):
        raise NoArchive(str(folder), f"在另一个档案 {above} 里面，没有在那里建立档案。请核对 GONGKAI_DATA。")
    if others := sorted(name for name in names if name not in _BEFOREHAND and name[0] != "." and CATALOGUE not in name):
        named = "、".join(others[:3]) + ("等" if len(others) > 3 else "")
        raise NoArchive(
            str(folder), f"里有别的内容（{named}），没有在那里建立档案。请核对 GONGKAI_DATA，或者换一个空文件夹。"
        )


def _what(folder: Path) -> str:
    if (folder / BACKUP).exists():
        return "是一份备份，不是档案。请把 GONGKAI_DATA 设为档案的文件夹；要恢复这份备份，请运行 gongkai restore。"
    if unfinished(folder):
        return "里的恢复没有做完。请把 gongkai restore 再运行一次。"
    return (
        "里没有档案，什么也没有写入。请核对 GONGKAI_DATA；第一次使用请先运行 gongkai init 建立档案，"
        "由备份恢复请运行 gongkai restore。"
    )


def require_owner(folder: Path) -> None:
    """Raise WrongUser unless the user who runs this owns a data folder and what is in it; root is no exception.

    What root makes there the service's user can't write to, nor link into a backup.
    """
    try:
        if not folder.exists():
            return
        for path in (folder, *_main(folder)):
            if (owner := path.lstat().st_uid) != os.geteuid():
                raise WrongUser(_whose(path, owner, folder))
    except PermissionError as error:
        there = next(path for path in folder.parents if os.access(path, os.F_OK))
        raise WrongUser(_whose(there, there.stat().st_uid, folder)) from error


def require_maker(folder: Path) -> None:
    """Raise WrongUser unless the user who runs this owns a data folder, or may make it where it is to be."""
    require_owner(folder)
    if folder.exists():
        return
    me = os.geteuid()
    there = next(path for path in folder.parents if path.exists())
    if not os.access(there, os.W_OK, effective_ids=True):
        made = f"install -d -m 700 -o {account(me)} {shlex.quote(str(folder))}"
        raise WrongUser(f"{folder} 还没有，而用户 {user(me)} 不能在 {there} 里建立。请以 root 运行：{made}")
    if me == 0 and (owner := there.stat().st_uid) != 0:
        raise WrongUser(_whose(there, owner, folder))


def user(number: int) -> str:
    """Return a user's name, or the number in the form that ``sudo -u`` takes for one without a name."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"#{number}"


def account(number: int) -> str:
    """Return a user's name, or the number, as ``chown`` and ``install -o`` take it."""
    return user(number).removeprefix("#")


def _main(folder: Path) -> Iterator[Path]:
    """Yield what commands write in a data folder, and one level below: a folder of another owner bars every writer."""
    for path in folder.iterdir():
        if path.name.startswith(_WRITTEN) and not _barred(path):
            yield path
            # Its owner was seen before it is entered.
            if path.is_dir() and not path.is_symlink():
                yield from path.iterdir()


def _barred(path: Path) -> bool:
    """Tell whether a service manager has put something that nobody may open in a path's place.

    It does so for one process, which is not to see what is there (InaccessiblePaths of systemd).
    """
    there = path.lstat()
    return there.st_uid == 0 and not there.st_mode & 0o777


def _whose(path: Path, owner: int, folder: Path) -> str:
    me, theirs = user(os.geteuid()), user(owner)
    given = f"请以 root 运行：chown -R {account(os.geteuid())} {shlex.quote(str(folder))}"
    if path == folder or not path.is_relative_to(folder):
        how = f"请以该用户运行：sudo -u {shlex.quote(theirs)} gongkai …"
        if me != "root" and _may_be_taken_over(folder):
            how += f"；要改归 {me}，{given}"
        elif me != "root":
            how += "。也请核对 GONGKAI_DATA"
    else:
        how = f"大概有命令曾以 {theirs} 运行。{given}"
    return f"{path} 属于用户 {theirs}，而运行命令的是 {me}。{how}"


def _may_be_taken_over(folder: Path) -> bool:
    """Tell whether a folder has nothing but an archive in it, as far as can be seen: it may be /etc, mistyped."""
    try:
        return holds_archive(folder) or not any(folder.iterdir())
    except PermissionError:
        return False


def mark(folder: Path) -> None:
    """Make a folder known as one that holds an archive, with nothing in it."""
    lock = folder / LOCK
    lock.parent.mkdir(exist_ok=True)
    lock.touch()


def exposed(folder: Path) -> list[Path]:
    """List what users other than the owner may enter or read: a data folder and the main things in it, or a backup.

    Drafts and refused documents lie there, so it should be nothing.
    """
    main = (
        folder,
        *sorted(folder.glob(f"{CATALOGUE}*")),
        *(folder / sign.partition("/")[0] for sign in (*_SIGNS, KEYS, STAFF_INDEX)),
    )
    return [path for path in dict.fromkeys(main) if path.exists() and path.stat().st_mode & (S_IRWXG | S_IRWXO)]


def exposed_keys(keys: Path) -> list[Path]:
    """List what users other than the owner may read of the private keys in a folder, or exchange in it.

    They may enter it and read the public key, which is for everybody.
    """
    public = (keys, keys / PUBLIC_KEY)
    barred = {path: S_IWGRP | S_IWOTH for path in public if path.exists()}
    private = (path for path in sorted(keys.glob("*")) if path not in public and path.is_file())
    barred |= dict.fromkeys(private, S_IRWXG | S_IRWXO)
    return [path for path, bits in barred.items() if path.stat().st_mode & bits]


@contextmanager
def opened(path: Path, within: Path | None = None) -> Iterator[BufferedReader]:
    """Open a regular file for reading, and nothing that could keep its reader waiting, such as a pipe.

    What was opened lies below ``within``, whatever links lead there now. Raises OSError.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as stream:
        if not S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.ENXIO, os.strerror(errno.ENXIO), str(path))
        if within is not None and not Path(f"/proc/self/fd/{handle}").readlink().is_relative_to(within):
            raise OSError(errno.ELOOP, "在文件夹之外，期间被换成了链接，没有读取", str(path))
        yield stream


def copy_privately(source: Path, target: Path) -> None:
    """Copy a file or a whole folder; only the owner may read the copy, or write into it if the source may be.

    Raises OSError.
    """
    if source.is_dir():
        target.mkdir(mode=0o700)
        for path in sorted(source.iterdir()):
            copy_privately(path, target / path.name)
    else:
        target.touch(mode=0o600)
        shutil.copyfile(source, target)
        restrict(target, source.stat().st_mode)


def link(source: Path, target: Path) -> bool:
    """Make a hard link, or return False where that is refused or impossible. Raises OSError for all else."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _LINKLESS:
            raise
        return False
    return True


def restrict(path: Path, mode: int = 0o400) -> bool:
    """Let only the owner read a file, and write into it if ``mode`` lets them. Return False where that is refused."""
    try:
        path.chmod(mode & 0o600 | 0o400)
    except PermissionError:
        # Another owner's, or on a file system that has no permissions of its own; the result is told (``exposed``).
        return False
    return True
