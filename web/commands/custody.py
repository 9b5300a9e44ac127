"""Commands that keep the archive safe: fixity, backup, restore, the audit log."""

import os
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from archive.chinese.dates import OFFICE_TIME, office_today
from archive.custody import backup as backups
from archive.custody import bag, sealing
from archive.custody import restore as restoring
from archive.custody.rebuild import rebuild
from archive.errors import CatalogueNotEmpty
from archive.registers import checking as accounts
from archive.registers import staff
from archive.registers.requests import checking as requests
from archive.registers.requests.persons_key import PersonsKeys
from archive.store import audit as log
from archive.store import noted
from archive.store.catalogue import Catalogue
from archive.store.database import holds_documents
from archive.store.folder import require_archive, require_owner, user
from archive.store.seals import Seals
from web.commands import jobs
from web.commands.installation import reported, services, warn_of_readers
from web.commands.key import read_key, read_persons_key
from web.commands.usage import Commands
from web.installation.settings import Settings

_FOLDER = click.Path(path_type=Path)
_LOST = "There is no copy of the key. Nothing is public until `key replace --lost`."
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--rotate", is_flag=True, help="Of the originals check only today's 1/90: all in 90 nights.")
@reported
def verify(rotate: bool) -> None:
    """Check every original against its SHA-256, the audit log against its chain, the index against its manifest.

    What was decided is held against the audit log, the seals and the records.

    Changed, missing and untracked originals are reported separately. Exits with 1 if anything is wrong.
    """
    with services(reading=True) as opened:
        wrong = jobs.verify(opened, office_today() if rotate else None)
    sys.exit(1 if wrong else 0)


@click.command()
@click.argument("destination", type=_FOLDER)
@click.option("--keep", metavar="N", type=click.IntRange(1), help="Then remove all but the newest N backups there.")
@reported
def backup(destination: Path, keep: int | None) -> None:
    """Make a backup in a new folder below DESTINATION; others may go on writing meanwhile.

    Every file is read in the new backup before that is called done, and before --keep removes an older one.
    """
    make_backup(destination, keep)


def make_backup(destination: Path, keep: int | None) -> None:
    """Make a backup below a folder, thin out the older ones, and print what was done."""
    with services(reading=True) as opened, jobs.progress("备份", None) as advance:
        made = backups.backup(
            opened.catalogue,
            opened.blobs,
            opened.settings.data,
            destination,
            advance,
            lambda folder: staff.dump(opened.settings.staff_database_url, folder / staff.DUMP),
        )
    if made.rotten:
        jobs.say(
            f"注意：上一份备份 {made.former} 中有 {len(made.rotten)} 个原件已经改变或读不出（如 {made.rotten[0]}），"
            "这次已由档案重新复制。请检查备份盘。"
        )
    shared = f"与上一份共用 {made.shared} 个，新复制 {made.copied} 个" if made.shared else f"新复制 {made.copied} 个"
    click.echo(f"备份 {made.documents} 件文件、{made.shared + made.copied} 个原件（{shared}），均已逐个核对。")
    for gone in backups.thin_out(made, keep) if keep else ():
        click.echo(f"已删除旧备份 {gone}")
    for each in sorted(destination.glob("gongkai-*")):
        warn_of_readers(each)
    click.echo(f"备份在 {made.folder}")


@click.command()
@click.argument("folder", metavar="BACKUP", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="If the installation has data, move it aside.")
@click.option("--withdrawals", multiple=True, type=_FILE, help="A ledger of withdrawals to add.")
@click.option("--key", "kept", type=_FILE, help="What `key export` printed, if the installation has no keys.")
@click.option("--lost-key", is_flag=True, help=_LOST)
@reported
def restore(folder: Path, replace: bool, withdrawals: tuple[Path, ...], kept: Path | None, lost_key: bool) -> None:
    """Restore an installation from a BACKUP: its files, catalogue and index. Stop the server first."""
    settings = Settings.from_environment()
    key = read_key(kept) if kept else None
    persons = read_persons_key(kept) if kept else None
    begun = not replace and restoring.is_begun(folder, settings.data)
    if begun and holds_documents(settings.database_url):
        # Nothing is put into the place of what is there, which somebody may have worked on since.
        click.echo("上一次恢复这份备份没有做完，现在接着做。")
        if persons:
            PersonsKeys(settings.keys).bring_back(persons)
        with services(settings=settings) as opened:
            jobs.bring_up(opened, full=True, compared=False)
        sys.exit(bring_staff_back(settings))
    inside = settings.database_url.startswith(f"sqlite:///{settings.data}/")
    if not inside and holds_documents(settings.database_url):
        # Before anything is moved: the files would no longer be those of the database.
        raise CatalogueNotEmpty
    with jobs.progress("恢复备份", None) as advance:
        again = replace or begun
        aside = restoring.restore(folder, settings.data, withdrawals, again, advance, key, lost_key, settings.keys)
        if persons:
            PersonsKeys(settings.keys).bring_back(persons)
    click.echo(f"备份恢复到 {settings.data}，属于用户 {user(os.geteuid())}。")
    if aside:
        click.echo(f"原有数据移到 {aside}")
    code = rebuild_catalogue_and_index(settings, lost_key)
    sys.exit(bring_staff_back(settings) or code)


@click.command("rebuild-catalogue")
@click.option("--lost-key", is_flag=True, help=_LOST)
@reported
def rebuild_catalogue(lost_key: bool) -> None:
    """Rebuild a lost database from the files in GONGKAI_DATA, then build the index anew. Stop the server first.

    Exits with 1 if a record could not be read. Its document is then not public.
    """
    settings = Settings.from_environment()
    code = rebuild_catalogue_and_index(settings, lost_key)
    # A restore that was interrupted has left it.
    sys.exit(bring_staff_back(settings) or code)


def bring_staff_back(settings: Settings) -> int:
    """Bring back what a restored backup has of the staff's database, the last that a restore does.

    Returns 1 where something of it is not there.
    """
    dump = settings.data / staff.DUMP
    if not dump.exists():
        restoring.finish(settings.data)
        return 0
    with closing(staff.Staff(settings.staff_database_url, Seals(settings.keys))) as known:
        brought = known.load(dump)
        unreadable = [*accounts.unreadable(known), *requests.unreadable(known)]
    dump.unlink()
    restoring.finish(settings.data)
    counts = {name: brought[name] or 0 for name in ("accounts", "requests", "search_records", "book_entries")}
    click.echo(
        f"工作台的账号 {counts['accounts']} 个、依申请公开登记簿 {counts['requests']} 件"
        f"（检索情况记录 {counts['search_records']} 份）、其他登记簿 {counts['book_entries']} 条已恢复，"
        "各人重新登录。"
    )
    left = [name for name, count in brought.items() if count is None]
    stayed = f"工作人员的数据库里原来就有内容的表没有改动，备份里的没有恢复：{'、'.join(left)}。"
    told = [*([stayed] if left else []), *unreadable]
    for sentence in told:
        click.echo(f"gongkai: {sentence}", err=True)
    return 1 if told else 0


def rebuild_catalogue_and_index(settings: Settings, lost_key: bool) -> int:
    """Rebuild an installation's catalogue out of its files, then the index. Returns 1 where something is wrong."""
    require_owner(settings.data)
    require_archive(settings.data)
    catalogue = Catalogue(settings.database_url, settings.data, empty=True, keys=settings.keys)
    try:
        if lost_key and not catalogue.keys.exist():
            catalogue.keys.make()
        with jobs.progress("重建目录", None) as advance:
            rebuilt = rebuild(catalogue, advance, unsealed=lost_key)
        unsealed = not sealing.is_migrated(catalogue)
    finally:
        catalogue.close()
    for error in rebuilt.damaged:
        click.echo(f"gongkai: {error}没有收入，公众看不到。请从备份恢复。", err=True)
    if rebuilt.broken:
        click.echo(f"gongkai: 审计日志第 {rebuilt.broken.sequence} 条{rebuilt.broken.reason}。", err=True)
    click.echo(f"目录重建：{rebuilt.documents} 件，其中公开 {rebuilt.public} 件。")
    if lost_key:
        click.echo("gongkai: 公众现在看不到任何文件。请由两人运行 gongkai key replace --lost 换用新密钥。", err=True)
    elif unsealed:
        click.echo("gongkai: 这是旧版本的档案，公众现在看不到任何文件。请由两人运行 gongkai migrate 加封签。", err=True)
    with services(settings=settings) as opened:
        jobs.bring_up(opened, full=True, compared=False)
    return 1 if rebuilt.damaged or rebuilt.broken or lost_key or unsealed else 0


@click.command()
@click.argument("destination", type=_FOLDER)
@click.option("--bagit", is_flag=True, required=True, help="Export as a BagIt bag (RFC 8493), the only format.")
@click.option("--all", "everything", is_flag=True, help="Include what is not public: each document's newest version.")
@reported
def export(destination: Path, bagit: bool, everything: bool) -> None:
    """Export the public documents with their metadata to DESTINATION, for another archive."""
    with services() as opened, jobs.progress("导出", opened.catalogue.public_count()) as advance:
        catalogue = opened.catalogue
        documents = (catalogue.newest(each.id) for each in catalogue.listed()) if everything else catalogue.public_all()
        count = bag.export(documents, opened.blobs, destination, opened.settings.site_name, advance)
    click.echo(f"导出 {count} 件到 {destination}")


@click.group(cls=Commands)
def audit() -> None:
    """The audit log: who did what and when."""


@audit.command("verify")
@click.option("--expect", metavar="HASH", help="A head noted earlier, which the log must still contain.")
@reported
def audit_verify(expect: str | None) -> None:
    """Find any row that was changed, removed or moved. Exits with 1 if there is one.

    Prints the head of the log. Note it somewhere else.
    """
    with services(reading=True) as opened:
        broken = opened.catalogue.audit_break(expect)
        with opened.catalogue.reading() as connection:
            sequence, digest = log.head(connection)
    if broken:
        click.echo(f"gongkai: 审计日志第 {broken.sequence} 条{broken.reason}。", err=True)
        sys.exit(1)
    click.echo(f"审计日志完整，共至第 {sequence} 条。{digest}")


@audit.command("list")
@click.argument("id", required=False)
@reported
def audit_list(id: str | None) -> None:
    """List what was done, to one document or to all."""
    with services(reading=True) as opened:
        for event in opened.catalogue.events(id):
            click.echo(event_line(event))


def event_line(event: log.Event) -> str:
    """Format an event on one line."""
    at = datetime.fromisoformat(event.at).astimezone(OFFICE_TIME)
    told = "，".join(f"{name} {value}" for name, value in event.details.items() if value and name not in noted.DETAILS)
    about = f"  {event.document_id}" if event.document_id else ""
    return f"{event.sequence:6}  {at:%Y-%m-%d %H:%M}  {event.actor}  {event.action}{about}  {told}"
