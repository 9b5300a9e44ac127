"""A look at everything that an installation needs, each thing by itself: what is well in a line, else what to do.

Nothing is written, and what is broken keeps nothing else from being looked at.
"""

import os
import platform
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from stat import S_IRWXO

import click
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from archive import VERSION
from archive.chinese.dates import OFFICE_TIME
from archive.errors import BadSettings, GongkaiError
from archive.extract import Limits, Sandbox
from archive.reasons import why
from archive.registers import migrations as registers
from archive.registers.roles import Role
from archive.registers.staff_tables import accounts
from archive.store import database, folder, migrations, space
from archive.store.tables import audit, changes
from web.commands.installation import reported
from web.commands.sentences import sentence
from web.http import edition
from web.installation import deployment, drills, nights
from web.installation.settings import Settings

# Below so much free space a day's documents or an index beside the live one may no longer fit.
LEAST_ROOM = 2 << 30
# What is due each night is late after this, as at the terminals.
LATE = timedelta(hours=36)
# A drill is due each month.
LATE_DRILL = timedelta(days=40)
_AHEAD = timedelta(minutes=5)
_GIGABYTE = 1 << 30
# Read by this program without being a setting of the installation.
_BESIDE = {"ACTOR", "TEST_POSTGRESQL", "RANKINGS"}
# Read together: one alone is wrong.
_MAIL = ("GONGKAI_MAIL_SERVER", "GONGKAI_MAIL_FROM", "GONGKAI_MAIL_TO")


class Unwell(Exception):
    """What is not well, with what to do."""


@dataclass(frozen=True)
class Patient:
    """What is looked at. ``settings`` are those that can be used; ``wrong`` says what can't."""

    settings: Settings
    wrong: tuple[str, ...] = ()


@click.command()
@reported
def doctor() -> None:
    """Check the whole installation, and say for each thing what to do. Exits with 1 if there is something to mend."""
    patient = examined(os.environ)
    well = True
    for name, check in CHECKS.items():
        found, told = looked_at(check, patient)
        well = well and found
        click.echo(f"{'正常　' if found else '须处理'}　{name}：{told}")
    sys.exit(0 if well else 1)


def looked_at(check: Callable[[Patient], str], patient: Patient) -> tuple[bool, str]:
    """Do one check. Whatever it fails by is a finding in words."""
    try:
        return True, check(patient)
    except Unwell as error:
        return False, str(error)
    except (GongkaiError, OSError, SQLAlchemyError) as error:
        try:
            return False, sentence(error)
        except GongkaiError:
            return False, f"{why(error)}。"
    except Exception as error:  # the next check is done all the same
        return False, f"检查时出错（{type(error).__name__}）。请把这一行告诉维护人员。"


def examined(environment: Mapping[str, str]) -> Patient:
    """Read the settings as far as they can be used."""
    ours = {name: value for name, value in environment.items() if name.startswith("GONGKAI_") and value}
    used, wrong = dict(ours), []
    known = {f"GONGKAI_{name.upper()}" for name in (*Settings.__slots__, *_BESIDE)}
    for name in sorted(ours.keys() - known):
        wrong.append(f"没有 {name} 这个变量，请核对名称。")
    for name in sorted(ours.keys() & known):
        together = _MAIL if name in _MAIL else (name,)
        try:
            Settings.from_environment({each: ours[each] for each in together if each in ours})
        except BadSettings as error:
            if name in used:
                wrong.append(str(error))
            for each in together:
                used.pop(each, None)
    return Patient(Settings.from_environment(used), tuple(wrong))


def _environment(patient: Patient) -> str:
    if patient.wrong:
        raise Unwell(" ".join(patient.wrong) + f"设置写在 {deployment.ENVIRONMENT} 里，或者由运行命令的人给出。")
    if not patient.settings.address:
        raise Unwell("没有设置 GONGKAI_ADDRESS（网站的公开地址），二维码、引用格式、订阅里的网址可能不对。")
    terminals = len(patient.settings.terminals)
    return f"各项可用，网站地址 {patient.settings.address}，" + (
        f"查询终端 {terminals} 处" if terminals else "没有查询终端"
    )


def _versions(patient: Patient) -> str:
    return f"gongkai {VERSION}，Python {platform.python_version()}"


def _owner(patient: Patient) -> str:
    settings = patient.settings
    for place in (settings.data, settings.keys):
        folder.require_owner(place)
    folder.require_archive(settings.data)
    if not (settings.keys / folder.PUBLIC_KEY).exists():
        raise Unwell(f"{settings.keys} 里没有密钥，不能公开，也核对不了封签。请用纸上的密钥运行 gongkai key import。")
    if not (settings.keys / "private.key").exists():
        raise Unwell(f"{settings.keys} 里没有私钥，不能作决定。请用纸上的密钥运行 gongkai key import。")
    return f"{settings.data} 和密钥 {settings.keys} 属于用户 {folder.user(os.geteuid())}"


def _permissions(patient: Patient) -> str:
    settings = patient.settings
    mends = []
    if folder.exposed(settings.data):
        mends.append(f"chmod -R go-rwx {shlex.quote(str(settings.data))}")
    if folder.exposed_keys(settings.keys):
        mends.append(f"chmod -R go-rwx {shlex.quote(str(settings.keys))}")
    if settings.backup and settings.backup.exists() and settings.backup.stat().st_mode & S_IRWXO:
        mends.append(f"chmod go-rwx {shlex.quote(str(settings.backup))}")
    file = deployment.ENVIRONMENT
    if file.exists() and file.stat().st_mode & S_IRWXO:
        mends.append(f"chmod o-rwx {file}")
    if mends:
        raise Unwell(f"这台机器上的其他用户能读到不公开的内容。请运行：{'; '.join(mends)}")
    return "其他用户读不到数据、密钥、备份和设置"


def _room(patient: Patient) -> str:
    told = []
    for what, place in (("数据", patient.settings.data), ("备份", patient.settings.backup)):
        if place:
            free = space.free(place)
            if free < LEAST_ROOM:
                raise Unwell(
                    f"{what}所在的磁盘（{place}）只剩 {free / _GIGABYTE:.1f} GB。请腾出空间或者换大的磁盘"
                    + ("；也可以减少 GONGKAI_BACKUP_KEEP。" if what == "备份" else "。")
                )
            told.append(f"{what} {free / _GIGABYTE:.0f} GB")
    return "剩余" + "，".join(told)


def _database(patient: Patient) -> str:
    with _connected(patient.settings.database_url, "GONGKAI_DATABASE_URL") as connection:
        if connection is None or not migrations.has_begun(connection):
            raise Unwell("没有档案的数据库。曾经有过的，请运行 gongkai rebuild-catalogue；没有的，运行 gongkai init。")
        migrations.refuse_newer(connection)
        if not migrations.is_current(connection):
            raise Unwell("数据库是旧版本的。请先停服务，再运行 gongkai migrate（它先作备份）。")
        last = connection.execute(select(func.max(audit.c.sequence))).scalar() or 0
    return f"打得开，版本与程序一致，审计日志 {last} 条"


def _index(patient: Patient) -> str:
    from web.installation.services import engine_alone

    settings = patient.settings
    with _current(settings) as connection:
        last = connection.execute(select(func.max(changes.c.sequence))).scalar() or 0
    if not settings.index_folder.is_dir():
        raise Unwell("没有索引，公众检索不到。请运行 gongkai reindex。")
    engine = engine_alone(settings)
    try:
        cursor, count = engine.cursor(), engine.count()
    finally:
        engine.close()
    behind = last - cursor
    if behind < 0:
        raise Unwell("索引比数据库新，大概恢复过旧的数据库。请运行 gongkai reindex --full。")
    as_of, doubt = edition.stamped(settings.data)
    if doubt:
        raise Unwell(f"{doubt}请运行 gongkai reindex。")
    age = f"，数据截至 {as_of.astimezone(OFFICE_TIME):%Y-%m-%d %H:%M}" if as_of else ""
    if as_of is None or datetime.now(UTC) - as_of > LATE:
        raise Unwell(f"索引已经很久没有更新{age}，落后 {behind} 号变更。请运行 gongkai reindex，并查看夜间任务。")
    return f"{count} 件，落后 {behind} 号变更{age}"


def _night(patient: Patient) -> str:
    data = patient.settings.data
    found = nights.nights(data, 1)
    if not found:
        if _is_new(data):
            return "还没有过，刚刚安装"
        raise Unwell(f"从来没有运行过。请核对 systemctl status {deployment.TIMER}，没有的运行 ./run install。")
    night = found[0]
    if failed := [nights.label(step.name) for step in night.failed]:
        raise Unwell(f"{nights.when(night)}，没有做成：{'、'.join(failed)}。原因见 gongkai nightly --last。")
    if datetime.now(UTC) - night.began > LATE:
        raise Unwell(f"最近一夜是 {nights.when(night)}，此后没有运行。请核对 systemctl status {deployment.TIMER}。")
    if nights.is_late(nights.last_good(data)):
        raise Unwell(f"{nights.when(night)}。请再运行一次 gongkai nightly。")
    from web.commands import jobs

    began = night.began.astimezone(OFFICE_TIME).time()
    if not jobs.may_rebuild(patient.settings, began):
        raise Unwell(
            f"夜间任务 {began:%H:%M} 开始，不在 GONGKAI_REBUILD_HOURS 的时段里，改了词典的索引一直不会重建。"
            "请改动其中之一，或者运行 gongkai reindex --full。"
        )
    return nights.when(night)


def _backup(patient: Patient) -> str:
    from archive.custody.backup import complete, read_manifest

    settings = patient.settings
    if settings.backup is None:
        raise Unwell("没有设置 GONGKAI_BACKUP，夜间不作备份。请设为另一块磁盘上的文件夹，再运行 ./run install。")
    if not settings.backup.is_dir():
        raise Unwell(f"没有 {settings.backup}，备份的磁盘大概没有挂载。请挂载，或者改正 GONGKAI_BACKUP。")
    if not os.access(settings.backup, os.W_OK | os.X_OK):
        raise Unwell(
            f"用户 {folder.user(os.geteuid())} 不能写 {settings.backup}。请以 root 运行：chown "
            f"{folder.account(os.geteuid())} {shlex.quote(str(settings.backup))}"
        )
    found = complete(settings.backup)
    if not found:
        if _is_new(settings.data):
            return f"{settings.backup} 里还没有，刚刚安装"
        raise Unwell(f"{settings.backup} 里没有完整的备份。请运行 gongkai nightly --step backup。")
    made = datetime.fromisoformat(read_manifest(found[0]).made_at)
    told = f"最近一份 {found[0].name}，{made.astimezone(OFFICE_TIME):%Y-%m-%d %H:%M}，共 {len(found)} 份"
    if datetime.now(UTC) - made > LATE:
        raise Unwell(f"{told}，已经过时。请运行 gongkai nightly --step backup，并查看夜间任务。")
    if same_disk(settings.backup, settings.data):
        raise Unwell(f"{told}，但与数据在同一块磁盘上，磁盘坏了一并丢失。请把 GONGKAI_BACKUP 设在另一块磁盘上。")
    return told


def _drill(patient: Patient) -> str:
    settings = patient.settings
    found = drills.last(settings.data)
    if found is None:
        if settings.backup is None or _is_new(settings.data):
            return "还没有过"
        raise Unwell(
            f"备份从来没有试着恢复过。请运行 gongkai drill，并核对 systemctl status {deployment.DRILL_TIMER}。"
        )
    told = f"{found.ended.astimezone(OFFICE_TIME):%Y-%m-%d %H:%M}，{found.backup}，{found.minutes:.0f} 分钟"
    if found.wrong:
        raise Unwell(f"{told}，没有通过：{found.wrong}。改正以后请再运行 gongkai drill。")
    if datetime.now(UTC) - found.ended > LATE_DRILL:
        raise Unwell(f"最近一次是 {told}。请运行 gongkai drill，并核对 systemctl status {deployment.DRILL_TIMER}。")
    return f"{told}，通过"


def _clock(patient: Patient) -> str:
    now = datetime.now(UTC)
    with _current(patient.settings) as connection:
        newest = connection.execute(select(func.max(audit.c.at))).scalar()
    if newest and (at := datetime.fromisoformat(newest)) > now + _AHEAD:
        raise Unwell(
            f"现在是 {now.astimezone(OFFICE_TIME):%Y-%m-%d %H:%M}，而审计日志已经记到 "
            f"{at.astimezone(OFFICE_TIME):%Y-%m-%d %H:%M}：时钟慢了，或者曾经快过。请核对时钟（timedatectl）。"
        )
    if now.astimezone().utcoffset() != now.astimezone(OFFICE_TIME).utcoffset():
        raise Unwell(
            "机器的时区不是北京时间，日志里的时刻对不上，由 cron 运行的夜间任务也不在夜里。"
            "请运行 timedatectl set-timezone Asia/Shanghai。"
        )
    return f"{now.astimezone(OFFICE_TIME):%Y-%m-%d %H:%M}，北京时间"


def _sandbox(patient: Patient) -> str:
    words = "关于检查安装的通知"
    with tempfile.TemporaryDirectory() as place, Sandbox(workers=1, limits=Limits(ocr_seconds=0)) as sandbox:
        file = Path(place) / "x.txt"
        file.write_text(f"{words}\n\n请落实。\n", encoding="utf-8")
        read = sandbox.extract(file, "text/plain")
    if words not in (read.title, *read.paragraphs):
        raise Unwell("读出的文字与文件不同。请重新安装程序（删除 .venv 后运行 ./run）。")
    return "在受限的进程里读得出文件"


def _desk(patient: Patient) -> str:
    first = "请运行 gongkai accounts add 用户名 --person 姓名 --role 系统管理员 --by 安装人。"
    with _connected(patient.settings.staff_database_url, "GONGKAI_STAFF_DATABASE_URL") as connection:
        if connection is None or registers.STAFF.revision(connection) is None:
            raise Unwell(f"还没有账号。{first}")
        if not migrations.is_current(connection, registers.STAFF):
            raise Unwell("工作人员的数据库是旧版本的。请先停服务，再运行 gongkai migrate。")
        rows = connection.execute(select(accounts.c.roles).where(accounts.c.disabled_at.is_(None))).scalars().all()
    administrators = sum(Role.ADMINISTRATOR.value in roles or Role.ADMINISTRATOR.name in roles for roles in rows)
    if not administrators:
        raise Unwell(f"没有系统管理员，没有人能管理账号。{first}")
    return f"在用账号 {len(rows)} 个，其中系统管理员 {administrators} 个"


CHECKS: Mapping[str, Callable[[Patient], str]] = {
    "设置": _environment,
    "版本": _versions,
    "属主": _owner,
    "权限": _permissions,
    "磁盘": _room,
    "数据库": _database,
    "索引": _index,
    "夜间任务": _night,
    "备份": _backup,
    "恢复演练": _drill,
    "时钟": _clock,
    "读取文件": _sandbox,
    "工作台": _desk,
}


@contextmanager
def _connected(url: str, variable: str) -> Iterator[Connection | None]:
    """Open a view of a database as it is; None for one that has not been made."""
    opened = database.engine(url, variable)
    try:
        if database.is_absent_file(opened.url):
            yield None
            return
        with opened.connect() as connection, connection.begin():
            yield connection
    finally:
        opened.dispose()


@contextmanager
def _current(settings: Settings) -> Iterator[Connection]:
    with _connected(settings.database_url, "GONGKAI_DATABASE_URL") as connection:
        if connection is None or not migrations.is_current(connection):
            raise Unwell("数据库不能用，没有检查。请先按“数据库”一行处理。")
        yield connection


def same_disk(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev


def _is_new(data: Path) -> bool:
    """Tell whether an archive was made so lately that no night has passed."""
    lock = data / folder.LOCK
    return lock.exists() and datetime.now(UTC) - datetime.fromtimestamp(lock.stat().st_mtime, UTC) < LATE
