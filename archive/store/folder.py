"""The data folder: how it is known that it holds an archive, and who else may read it.

A folder holds an archive when one of the things lies in it that ``gongkai init``, and every version before it, makes
there and nothing else does: the catalogue's file, the records, the originals or the ledger of withdrawals. So archives
made before there was ``gongkai init`` are known without a mark. The folder says it also when the catalogue is kept in
PostgreSQL: records and originals are never anywhere else.
"""

import shutil
from pathlib import Path
from stat import S_IRWXG, S_IRWXO

from archive.errors import NoArchive

CATALOGUE = "catalogue.sqlite3"
BACKUP = "backup.json"
LOCK = "records/lock"
_SIGNS = (LOCK, "records/audit.jsonl", "withdrawals.jsonl", "blobs")
# What may lie in a folder before an archive is made in it: what staff maintain, what is made again by itself, and
# what a new disk holds.
_BEFOREHAND = ("synonyms.tsv", "site.toml", "lexicon.txt", "taxonomy.toml", "keys", "cache", "index", "lost+found")


def holds_archive(folder: Path) -> bool:
    """Tell whether a folder holds an archive. A backup is none: it must be restored first."""
    if (folder / BACKUP).exists():
        return False
    catalogue = folder / CATALOGUE
    # A database that was only just opened is an empty file.
    begun = catalogue.exists() and catalogue.stat().st_size > 0
    return begun or any((folder / sign).exists() for sign in _SIGNS)


def require_archive(folder: Path) -> None:
    """Raise NoArchive when a folder doesn't hold one."""
    if not holds_archive(folder):
        raise NoArchive(str(folder), (folder / BACKUP).exists())


def mark(folder: Path) -> None:
    """Make a folder known as one that holds an archive, with nothing in it."""
    lock = folder / LOCK
    lock.parent.mkdir(exist_ok=True)
    lock.touch()


def exposed(folder: Path) -> list[Path]:
    """List what users other than the owner may enter or read: a data folder and the main things in it, or a backup.

    Drafts and refused documents lie there, so it should be nothing.
    """
    main = (folder, *sorted(folder.glob(f"{CATALOGUE}*")), *(folder / sign.partition("/")[0] for sign in _SIGNS))
    return [path for path in dict.fromkeys(main) if path.exists() and path.stat().st_mode & (S_IRWXG | S_IRWXO)]


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
        target.chmod(source.stat().st_mode & 0o600 | 0o400)


def foreign(folder: Path) -> list[str]:
    """Name what lies in a folder that holds no archive and was not put there for one."""
    if not folder.exists():
        return []
    there = (path.name for path in folder.iterdir())
    return sorted(name for name in there if name not in _BEFOREHAND and name[0] != "." and CATALOGUE not in name)
