"""The restore drill: a backup is restored beside the installation, held against it, and taken away again.

It does what a restore after a loss does, by the same functions, in a folder of its own. The installation is only read,
but for a line in ``drills.jsonl`` that tells the result.
"""

import fcntl
import os
import shutil
import signal
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from types import FrameType

import click
from sqlalchemy.exc import SQLAlchemyError

from archive.custody import comparison
from archive.custody import restore as restoring
from archive.custody.backup import complete, files_of, read_manifest
from archive.errors import BackupRefused, DrillBusy, GongkaiError
from archive.store import space
from archive.store.folder import BACKUP, require_archive, require_owner
from archive.store.records import Records
from archive.store.seals import Seals
from web.commands import alerting, custody, jobs
from web.commands.installation import reported, services
from web.commands.sentences import sentence
from web.installation import drills
from web.installation.drills import Drill
from web.installation.settings import Settings
from web.search import golden

# Named like a backup that is being made, whose remains the next backup removes after two days.
PLACE = ".gongkai-drill.partial"
_LOCK = "lock"
# Bytes that stay free beside what a drill writes: backup and archive may lie on the same disk.
SPARE = 1 << 30
# What a catalogue and an index take, as a multiple of the records and the index that they are made like.
_CATALOGUE, _INDEX = 3, 2
_NAMED = 5


@click.command()
@click.argument("backup", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--at", "beside", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="FOLDER",
    help="Restore below FOLDER (default: beside the backup).",
)  # fmt: skip
@reported
def drill(backup: Path | None, beside: Path | None) -> None:
    """Restore a BACKUP beside the installation, compare the two, say how many minutes it took, and remove it again.

    BACKUP is one, or a folder of them, whose newest is taken (default: GONGKAI_BACKUP). The installation goes on as it
    is. Exits with 1 if anything is missing, differs or is not found, and with 3 if another drill is at work.
    """
    settings = Settings.from_environment()
    require_owner(settings.data)
    require_archive(settings.data)
    chosen, began = None, monotonic()
    try:
        chosen = _chosen(backup, settings)
        place = (beside or chosen.parent).resolve() / PLACE
        if place.is_relative_to(settings.data.resolve()):
            raise BackupRefused("演练不能放在数据目录里面，请用 --at 换一个地方。")
        with _alone(place):
            wrong = _drilled(chosen, place / "data", settings)
    except DrillBusy:
        raise
    except (GongkaiError, OSError, SQLAlchemyError) as error:
        wrong = [sentence(error)]
    minutes = (monotonic() - began) / 60
    told = "；".join(each.rstrip("。") for each in wrong)
    name = chosen.name if chosen else ""
    try:
        drills.note(settings.data, Drill(datetime.now(UTC), name, minutes, told))
    except OSError as error:
        click.echo(f"gongkai: 演练的结果没有记下：{sentence(error)}", err=True)
    if not wrong:
        click.echo(f"恢复演练通过：{name}，共 {minutes:.1f} 分钟。")
        return
    lines = [f"恢复演练没有通过（{name or '没有备份'}，{minutes:.1f} 分钟）：", *(f"    {each}" for each in wrong)]
    lines += alerting.tell(settings, "\n".join(lines), "恢复演练没有通过", "gongkai drill")
    for line in lines:
        click.echo(line if line.startswith(" ") else f"gongkai: {line}", err=True)
    sys.exit(1)


def _chosen(backup: Path | None, settings: Settings) -> Path:
    place = backup or settings.backup
    if place is None:
        raise BackupRefused("没有写备份，也没有设置 GONGKAI_BACKUP。请写 gongkai drill 备份所在的文件夹。")
    if (place / BACKUP).exists():
        return place.absolute()
    if not (found := complete(place)):
        raise BackupRefused(f"{place} 里没有完整的备份。请先运行 gongkai backup，或者检查备份盘有没有挂上。")
    return found[0].absolute()


def _drilled(backup: Path, data: Path, settings: Settings) -> list[str]:
    """Restore a backup into a folder, and return what is wrong with what came of it, in sentences."""
    _need_room(backup, data.parent, settings)
    # Where there is none a restore would make one. Raises KeyUnusable.
    Seals(settings.keys).public()
    # In its own folder everything, whichever database the installation uses; the keys alone are the installation's,
    # because no backup holds any.
    restored = replace(Settings.at(data), keys=settings.keys, cache_mb=settings.cache_mb)
    wrong = []
    with _timed("读出备份并放好"), jobs.progress("恢复备份", None) as advance:
        ledger = settings.data / "withdrawals.jsonl"
        restoring.restore(backup, data, (ledger,) if ledger.exists() else (), False, advance, keys=settings.keys)
    head = comparison.head(Records(data / "records"))
    with _timed("重建目录和索引"):
        damaged = custody.rebuild_catalogue_and_index(restored, lost_key=False)
    with _timed("放回账号和登记簿"):
        damaged = custody.bring_staff_back(restored) or damaged
    if damaged:
        wrong.append("恢复时有没有收入的内容，见上面各行。")
    with _timed("核验"), services(reading=True, settings=restored) as there:
        if count := jobs.verify(there):
            wrong.append(f"恢复以后核验出 {count} 处问题，见上面各行。")
    with (
        _timed("与现有的对照"),
        services(reading=True, settings=restored) as there,
        services(reading=True, settings=settings) as here,
    ):
        found = comparison.compare(here.catalogue, there.catalogue, *head)
        click.echo(f"与现有档案一致 {found.same} 件；备份以后有变动、没有对照的 {len(found.later)} 件。")
        for ids, what in ((found.missing, "缺"), (found.different, "内容不同"), (found.extra, "多出")):
            if ids:
                named = "、".join(ids[:_NAMED]) + (" 等" if len(ids) > _NAMED else "")
                wrong.append(f"恢复出来的档案{what} {len(ids)} 件：{named}。")
        asked = [*golden.load(settings.data / golden.FILE), *golden.titles(here.catalogue)]
        # What is in both, and the same there.
        known = golden.public(there.catalogue, golden.public(here.catalogue, asked))
        asked = [each for each in known if each.id not in found.later]
        missed = golden.missed(there, asked)
        lost = [each for each in missed if each not in golden.missed(here, missed)]
        click.echo(f"检索 {len(asked)} 条，恢复出来的索引找到 {len(asked) - len(missed)} 条。")
        if lost:
            wrong.append(f"现有的索引找得到、恢复出来的找不到：{golden.told(lost)}。")
    return wrong


def _need_room(backup: Path, place: Path, settings: Settings) -> None:
    """Raise BackupRefused unless what is restored fits, with its catalogue and its index, and room is left."""
    sizes = {name: (backup / name).stat().st_size for name in read_manifest(backup).files if (backup / name).exists()}
    records = sum(size for name, size in sizes.items() if not name.startswith("blobs/"))
    live = settings.index_folder / "current"
    index = sum(path.stat().st_size for path in files_of(live.resolve())) if live.exists() else records
    needed = sum(sizes.values()) + _CATALOGUE * records + _INDEX * index + SPARE
    if (free := space.free(place)) < needed:
        raise BackupRefused(
            f"演练要 {needed / 1e9:.1f} GB 的空间，而 {place.parent} 只剩 {free / 1e9:.1f} GB，没有开始。"
            "请腾出空间，或者用 --at 换一块磁盘。"
        )


@contextmanager
def _timed(what: str) -> Iterator[None]:
    began = monotonic()
    yield
    click.echo(f"{what}：{(monotonic() - began) / 60:.1f} 分钟")


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Make the folder of a drill, and remove it whatever happens. What a killed one has left goes first.

    Raises DrillBusy.
    """
    with _stopped_in_order(), ExitStack() as opening:
        _make(place)
        lock = opening.enter_context((place / _LOCK).open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DrillBusy from error
        opening.callback(shutil.rmtree, place, ignore_errors=True)
        shutil.rmtree(place / "data", ignore_errors=True)
        yield


def _make(place: Path) -> None:
    """Make the folder of a drill, which nobody else reads. Raises BackupRefused where another user's lies there."""
    try:
        place.mkdir(mode=0o700)
    except FileExistsError:
        there = place.lstat()
        # On a disk without owners all is whose the folder around it is.
        ours = there.st_uid in (os.geteuid(), place.parent.stat().st_uid)
        if not (ours and stat.S_ISDIR(there.st_mode)):
            raise BackupRefused(
                f"{place} 不是本用户的文件夹，没有开始演练。"
                "请核对是谁放在那里的，删去以后再运行，或者用 --at 换一个地方。"
            ) from None
        with suppress(PermissionError):
            place.chmod(0o700)


@contextmanager
def _stopped_in_order() -> Iterator[None]:
    """Let what tells a process to stop end the drill as an error does, so that it is cleared away."""

    def stop(number: int, _frame: FrameType | None) -> None:
        # A second one must not cut off the clearing away.
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)

    signals = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {each: signal.signal(each, stop) for each in signals}
    try:
        yield
    finally:
        for each, former in before.items():
            signal.signal(each, former)
