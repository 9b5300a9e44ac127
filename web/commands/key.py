"""Commands for the keys of the seals, and for bringing an archive of an earlier version up to this one."""

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import click

from archive.custody import backup as backups
from archive.custody import sealing
from archive.registers import checking as accounts
from archive.registers import staff
from archive.registers.requests.checking import unreadable
from archive.registers.requests.persons_key import PersonsKey, PersonsKeys
from archive.registers.roles import Act
from archive.store import held, noted
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.folder import require_archive, require_owner
from archive.store.seals import Key, Seals
from archive.store.transactions import Earlier
from web.commands import jobs
from web.commands.deciding import both, has_accounts, nobody_can_prove
from web.commands.installation import reported, services, warn_of_keys
from web.commands.register import register_of
from web.commands.tables import actor_of
from web.commands.usage import Commands
from web.installation.settings import Settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NAMED = 20


@click.group(cls=Commands)
def key() -> None:
    """The keys by which the archive knows its own decisions again."""


@key.command("export")
@reported
def export() -> None:
    """Print the keys, to be printed on paper or kept on another medium.

    Whoever has them can publish, and read who asked for what. Exits with 1 if one is lacking that the registers need.
    """
    settings = Settings.from_environment()
    require_archive(settings.data)
    warn_of_keys(settings.keys)
    click.echo(Seals(settings.keys).exported().written(), nl=False)
    if (persons := PersonsKeys(settings.keys)).exist():
        click.echo("\n" + persons.current().written(), nl=False)
    click.echo("请把以上内容打印，或存到另外的介质，锁在柜中；不要留在这台机器的其他地方。", err=True)
    if lacking := _lacking(settings):
        click.echo("gongkai: 以上内容不全，恢复时登记簿里的个人信息会读不出：", err=True)
        for sentence in lacking:
            click.echo(f"gongkai: {sentence}", err=True)
        sys.exit(1)


def _lacking(settings: Settings) -> list[str]:
    """Say what in the registers the keys that were printed don't read; [] if they read it all."""
    if not staff.is_there(settings.staff_database_url):
        return []
    with closing(staff.Staff(settings.staff_database_url, Seals(settings.keys))) as known:
        return unreadable(known)


@key.command("import")
@click.argument("file", type=_FILE)
@reported
def import_(file: Path) -> None:
    """Put the keys that `key export` printed back into force: both, or the one that FILE has."""
    settings = Settings.from_environment()
    require_archive(settings.data)
    persons = read_persons_key(file)
    # A copy of the other key alone comes back alone.
    if persons is None or holds_key(file):
        kept = read_key(file)
        sealing.bring_back(settings.database_url, settings.data, Seals(settings.keys), kept)
        former = f"，连同以前的公钥 {len(kept.former)} 把" if kept.former else ""
        click.echo(f"放回了封存决定的密钥 {kept.id}{former}：现在由它封存和核对。")
    if persons:
        there = PersonsKeys(settings.keys).bring_back(persons)
        known = f"，能读的共 {len(there.known)} 把" if there.former else ""
        click.echo(f"放回了申请人信息的密钥 {persons.id}：现在用 {there.id} 加密{known}。")
    if lacking := _lacking(settings):
        click.echo("gongkai: 登记簿里仍有读不出的个人信息：", err=True)
        for sentence in lacking:
            click.echo(f"gongkai: {sentence}", err=True)
    click.echo("请运行 gongkai verify 核对。", err=True)


@key.command("replace")
@click.option(
    "--by", required=True, metavar="NAME", help="One of the two who answer for it: a user name, once there are."
)
@click.option("--and", "second", required=True, metavar="NAME", help="The other one.")
@click.option("--reason", required=True)
@click.option("--lost", is_flag=True, help="There is no copy of the key: what it sealed can't be checked.")
@reported
def replace(by: str, second: str, reason: str, lost: bool) -> None:
    """Make a new key, and seal every public document anew. Stop the server before.

    Once there are accounts both sign in, one after the other; each may approve, decide alone, or look after accounts.
    Exits with 1 when a document was not sealed, and is no longer public, or when an account can't sign in any more.
    """
    with services() as opened:
        sealing.two_persons(by, second, reason)
        # The accounts may be lost, too.
        if not (lost and (not has_accounts(opened) or nobody_can_prove(opened))):
            by, second = both(opened, by, second)
        if staff.is_there(url := opened.settings.staff_database_url):
            with closing(staff.Staff(url, opened.catalogue.keys)) as known:
                # By both keys until the new one is in force: whatever interrupts it, everybody can sign in.
                sealed = sealing.replace(opened.catalogue, by, second, reason, lost, known.encrypt_anew)
                known.encrypt_anew()
                locked_out = [*accounts.unreadable(known)]
        else:
            sealed, locked_out = sealing.replace(opened.catalogue, by, second, reason, lost), []
        jobs.make_anew(opened)
    for sentence in locked_out:
        click.echo(f"gongkai: {sentence}", err=True)
    click.echo("请运行 gongkai key export 重新打印密钥。", err=True)
    sys.exit(_told(sealed) or bool(locked_out))


@click.command()
@click.argument("destination", metavar="BACKUPS", type=click.Path(path_type=Path))
@click.option(
    "--by",
    "first",
    default="",
    metavar="NAME",
    help="One of the two who answer for the seals: a user name, once there are.",
)
@click.option("--and", "second", default="", metavar="NAME", help="The other one.")
@reported
def migrate(destination: Path, first: str, second: str) -> None:
    """Bring an archive of an earlier version up to this one, after a backup into BACKUPS. Stop the server before.

    The decisions by which documents are public get seals, for which two persons answer: once there are accounts both
    sign in. The log learns what each version holds. A second time nothing changes.
    """
    settings = Settings.from_environment()
    require_owner(settings.data)
    require_archive(settings.data)
    before = Catalogue(settings.database_url, settings.data, keys=settings.keys, earlier=Earlier.KEPT)
    try:
        done = sealing.is_migrated(before) and held.is_whole(before) and noted.is_whole(before)
        if answered := not done and sealing.needs_seals(before):
            sealing.two_persons(first, second, "升级")
        if not done:
            _back_up(before, settings, destination)
    finally:
        before.close()
    if done:
        click.echo("档案已经是本版本的，没有改动。")
        with services() as opened:
            if not jobs.are_sealed(opened):
                click.echo("索引和元数据清单还是以前的，现在重建。")
                jobs.make_anew(opened)
        return
    catalogue = Catalogue(settings.database_url, settings.data, keys=settings.keys, earlier=Earlier.BROUGHT_UP)
    try:
        # The accounts' own tables are brought up by asking for them, so only after the backup.
        if answered and not nobody_can_prove(archive := _Opened(settings, catalogue)):
            first, second = both(archive, first, second)
        sealed = sealing.seal_all(catalogue, first, second)
        held_now, noted_now = held.take_over(catalogue), noted.take_over(catalogue)
    finally:
        catalogue.close()
    click.echo(f"审计日志登记了 {held_now.count} 个版本的内容，{noted_now.count} 件的经办记录。")
    disagreeing = sorted({*held_now.refused, *noted_now.refused})
    with services() as opened:
        jobs.make_anew(opened)
    if disagreeing:
        click.echo(
            f"gongkai: {len(disagreeing)} 件没有登记内容：{_named(disagreeing)}。"
            "其数据库内容与档案记录不一致，请运行 gongkai verify 查明。",
            err=True,
        )
    sys.exit(_told(sealed) or bool(disagreeing))


class _Opened(NamedTuple):
    """An archive that is being brought up, as far as there is one."""

    settings: Settings
    catalogue: Catalogue


def _back_up(before: Catalogue, settings: Settings, destination: Path) -> None:
    """Make a backup of all that an archive has, unless it has no documents, accounts and registers."""
    url = settings.staff_database_url
    if not before.ids() and not staff.holds_anything(url):
        return
    with jobs.progress("备份", None) as advance:
        made = backups.backup(
            before,
            Blobs(settings.data / "blobs"),
            settings.data,
            destination,
            advance,
            lambda folder: staff.dump(url, folder / staff.DUMP),
        )
    click.echo(f"备份在 {made.folder}")


def read_key(file: Path) -> Key:
    """Read a private key out of a file. Raises KeyUnusable."""
    return Key.read(file.read_text(encoding="utf-8", errors="replace"), file.name)


def holds_key(file: Path) -> bool:
    """Tell whether a file has a private key, whole or not."""
    return Key.stands_in(file.read_text(encoding="utf-8", errors="replace"))


def read_persons_key(file: Path) -> PersonsKey | None:
    """Read the key of what is personal out of a file; None if it has none. Raises KeyUnusable."""
    return PersonsKey.read(file.read_text(encoding="utf-8", errors="replace"), file.name)


@key.command("replace-persons")
@click.option("--by", required=True, metavar="NAME", help="Who does it.")
@reported
def replace_persons(by: str) -> None:
    """Make a new key for what is personal in the register of requests, and encrypt everything by it.

    Print it again with `key export` afterwards. Keep the paper of before as long as there are backups from then.
    """
    with services() as opened:
        actor = actor_of(opened, by, Act.OVERSEE_REQUESTS)
        with register_of(opened) as register:
            count = register.replace_key(actor)
    click.echo(f"申请人信息的密钥已更换，{count} 项重新加密。请运行 gongkai key export 重新打印。")


def _told(sealed: sealing.Sealed) -> int:
    click.echo(f"封存 {sealed.count} 件公开文件。")
    if not sealed.refused:
        return 0
    click.echo(
        f"gongkai: {len(sealed.refused)} 件没有封存，公众看不到：{_named(sealed.refused)}。"
        "其数据库内容与档案记录或审计日志不一致，请运行 gongkai verify 查明，再重新审查、公开。",
        err=True,
    )
    return 1


def _named(ids: Sequence[str]) -> str:
    return "、".join(ids[:_NAMED]) + ("等" if len(ids) > _NAMED else "")
