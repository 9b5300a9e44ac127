"""Commands for the registers beside that of requests: each in and out as a table, and its figures of a year."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from archive.chinese.dates import office_today
from archive.errors import SignInRefused, UnknownEntry
from archive.registers.books import contractors, exchange
from archive.registers.books import corrections as _corrections
from archive.registers.books import findings as _findings
from archive.registers.books import handovers as _handovers
from archive.registers.books import openings as _openings
from archive.registers.books import proposals as _proposals
from archive.registers.books import reevaluations as _reevaluations
from archive.registers.books.book import Book
from archive.registers.books.spec import Spec
from archive.registers.requests import disputes as _disputes
from archive.registers.requests import sheet
from archive.registers.roles import Act
from archive.registers.staff import Staff
from web.commands import evidence
from web.commands.deciding import has_accounts
from web.commands.installation import reported, services
from web.commands.register import register_of
from web.commands.tables import BY, DRY, FILE, NEW, actor_of, refuse_there, tell
from web.commands.usage import Commands
from web.commands.words import Words
from web.installation import boards
from web.installation.services import Services

_RECEIVER = Words(
    {
        _handovers.ARCHIVE: ("archive", _handovers.ARCHIVE),
        _handovers.LIBRARY: ("library", _handovers.LIBRARY),
        _handovers.HALL: ("hall", _handovers.HALL),
    }
)
_YEAR = click.IntRange(1949, 2999)


@contextmanager
def book_of(opened: Services, spec: Spec) -> Iterator[Book]:
    """Open a book of an installation. Raises BadSettings."""
    with closing(Staff(opened.settings.staff_database_url, opened.catalogue.keys)) as staff:
        yield Book(spec, staff, opened.catalogue)


def _group(spec: Spec, about: str) -> click.Group:
    """Make the commands of a book."""

    @click.group(spec.id, cls=Commands, help=about)
    def group() -> None:
        pass

    @group.command("import")
    @click.argument("file", type=FILE)
    @BY
    @DRY
    @reported
    def import_(file: Path, by: str, dry_run: bool) -> None:
        """Take rows in from FILE, CSV or xlsx.

        A row that is wrong is refused by its line with the reason, and the rest goes in. Exits with 1 if one was.
        """
        with services() as opened:
            actor = actor_of(opened, by, spec.keep)
            with book_of(opened, spec) as book:
                taken = exchange.take_in(book, file, actor, dry_run)
        tell(taken, dry_run, "条")

    def export(file: Path, by: str, with_persons: bool = False) -> None:
        """Write the register to a new FILE: xlsx if it is named so, else CSV."""
        refuse_there(file)
        with services() as opened:
            if with_persons and not has_accounts(opened):
                raise SignInRefused(
                    "导出个人信息须以账号确认身份，而本机还没有账号。请先用 gongkai accounts add 建立。"
                )
            actor = actor_of(opened, by, Act.EXPORT_PERSONS if with_persons else spec.export)
            with book_of(opened, spec) as book:
                count = exchange.write(book, file, actor, with_persons)
        click.echo(f"导出 {count} 条到 {file}。")
        if with_persons:
            click.echo("文件中有个人信息，用完请删除。", err=True)

    out = BY(reported(export))
    if spec.personal:
        out = click.option("--with-persons", is_flag=True, help="Also who asked; it needs an account.")(out)
    group.command("export")(click.argument("file", type=NEW)(out))

    @group.command("figures")
    @click.argument("year", type=_YEAR)
    @reported
    def figures(year: int) -> None:
        """Say the figures of a YEAR."""
        with services() as opened, book_of(opened, spec) as book:
            for label, value in spec.figures(year, [each.facts for each in book.all()]):
                click.echo(f"{label}\t{value}")

    return group


proposals = _group(_proposals.SPEC, "The register of proposals of deputies and members (建议提案).")

findings = _group(_findings.SPEC, "The register of daily monitoring (日常监测).")


@findings.command("contractor")
@click.argument("file", type=FILE)
@BY
@DRY
@reported
def contractor(file: Path, by: str, dry_run: bool) -> None:
    """Take a contractor's list in from FILE, CSV or xlsx, under the columns that it has.

    A row that is wrong, or open in the register already, is refused by its line, and the rest goes in.
    """
    with services() as opened:
        actor = actor_of(opened, by, _findings.SPEC.keep)
        board = boards.read(opened.settings.data)
        columns = {each.column for each in board.columns} if board else set()
        with book_of(opened, _findings.SPEC) as book:
            taken = contractors.take_in(book, file, columns, actor, dry_run)
    tell(taken, dry_run, "条")


@findings.command("evidence")
@click.argument("quarter")
@click.argument("file", type=NEW)
@BY
@reported
def evidence_(quarter: str, file: Path, by: str) -> None:
    """Write the evidence of a QUARTER (2026-Q3) to a new FILE: nights, columns, findings with all that was done."""
    refuse_there(file)
    with services() as opened:
        actor = actor_of(opened, by, _findings.SPEC.export)
        with book_of(opened, _findings.SPEC) as book:
            count, digest = evidence.write(opened.settings, book, quarter, file, actor)
    click.echo(f"{quarter} 的监测证据写到 {file}：问题 {count} 条，校验值 {digest}（审计日志里也有）。")


corrections = _group(_corrections.SPEC, "The register of corrections that somebody asked for (更正).")


@corrections.command("anonymise")
@BY
@click.option("--dry-run", is_flag=True, help="Say which ones only.")
@reported
def anonymise(by: str, dry_run: bool) -> None:
    """Delete who asked and what was written about corrections whose retention term is over; the rest stays."""
    with services() as opened:
        actor = actor_of(opened, by, Act.OVERSEE_REQUESTS)
        with book_of(opened, _corrections.SPEC) as book:
            due = book.to_anonymise()
            for each in due:
                if not dry_run:
                    book.anonymise(each.id, actor, each.last)
                click.echo(each.number)
    click.echo(f"{len(due)} 条保管期限届满，{'没有改动' if dry_run else '个人信息已经去除'}。")


reevaluations = _group(_reevaluations.SPEC, "The evaluations of what is not for everybody (定期评估, article 18).")


@reevaluations.command("due")
@click.argument("year", type=_YEAR)
@reported
def due(year: int) -> None:
    """List what is to be evaluated in a YEAR, and what was due before: day, attribute, ground, id and title."""
    with services() as opened, book_of(opened, _reevaluations.SPEC) as book:
        found = _reevaluations.withheld(opened.catalogue)
        every = _reevaluations.dues(found, book.all(), opened.settings.reevaluation_months)
    for each in _reevaluations.until(every, year):
        about = each.document
        click.echo("\t".join((each.on.isoformat(), about.disclosure, about.ground, about.id, about.title)))


handovers = _group(_handovers.SPEC, "What is handed over to the archive, the library and service halls (移送).")


@handovers.command("list")
@click.argument("file", type=NEW)
@click.option("--to", type=_RECEIVER, help="What is public and was not provided there yet.")
@click.option("--after-ten-years", "year", type=_YEAR, metavar="YEAR", help="What is ten years old by then.")
@BY
@reported
def outstanding(file: Path, to: str | None, year: int | None, by: str) -> None:
    """Write what is still to be handed over to a new FILE: xlsx if it is named so, else CSV."""
    if (to is None) == (year is None):
        raise click.UsageError("请在 --to 和 --after-ten-years 中选一个。")
    refuse_there(file)
    with services() as opened:
        actor = actor_of(opened, by, _handovers.SPEC.export)
        with book_of(opened, _handovers.SPEC) as book:
            if year:
                found = _handovers.after_ten_years(opened.catalogue, book.all(), year)
                rows = _handovers.to_fill(opened.catalogue, found.first)
            else:
                found = _handovers.outstanding(opened.catalogue, book.all(), str(to))
                told = ((each.id, each.title, each.number, str(each.written_on or "")) for each in found.first)
                rows = [_handovers.TO_FILL[:4], *told]
            book.note(actor, "book.export", {"rows": found.total})
    sheet.write(file, rows)
    click.echo(f"写出 {found.total} 件到 {file}。")
    if found.undated:
        click.echo(f"另有 {found.undated} 件没有成文日期，没有列入，请补上成文日期。", err=True)


@handovers.command("transfer")
@click.argument("file", type=FILE)
@click.option("--receiver", required=True, metavar="NAME", help="The archive that it goes to.")
@click.option("--on", metavar="DATE", default="", help="When it was sent; today unless said otherwise.")
@BY
@reported
def transfer(file: Path, receiver: str, on: str, by: str) -> None:
    """Make a batch for the archive of FILE, which `list --after-ten-years` wrote and somebody filled in."""
    with services() as opened:
        actor = actor_of(opened, by, _handovers.SPEC.keep)
        with book_of(opened, _handovers.SPEC) as book:
            told = {"to": _handovers.ARCHIVE, "kind": _handovers.TRANSFERRED, "receiver": receiver}
            sent = on or office_today().isoformat()
            entry = book.enter({**told, "sent_on": sent, "documents": _handovers.filled(file)}, actor)
    click.echo(f"登记为 {entry.number}，{len(_handovers.items(entry))} 件。")


@handovers.command("pack")
@click.argument("number")
@click.argument("file", type=NEW)
@BY
@reported
def pack(number: str, file: Path, by: str) -> None:
    """Write the batch with a NUMBER into a new zip FILE: its list as CSV and xlsx, the originals, and their hashes."""
    refuse_there(file)
    with services() as opened:
        actor = actor_of(opened, by, _handovers.SPEC.export)
        with book_of(opened, _handovers.SPEC) as book:
            entry = next((each for each in book.all() if each.number == number), None)
            if entry is None:
                raise UnknownEntry(_handovers.SPEC.title)
            count = _handovers.pack(book, entry, opened.blobs, file, actor)
    click.echo(f"{count} 个原件写到 {file}。")


openings = _group(_openings.SPEC, "The replies that were made public for all (转主动公开, article 44).")


@click.group(cls=Commands)
def disputes() -> None:
    """Reviews and lawsuits about requests (行政复议、行政诉讼)."""


@disputes.command("import")
@click.argument("file", type=FILE)
@BY
@DRY
@reported
def import_disputes(file: Path, by: str, dry_run: bool) -> None:
    """Record the disputes of FILE, CSV or xlsx, each at its request.

    A row that is wrong is refused by its line with the reason, and the rest goes in. Exits with 1 if one was.
    """
    with services() as opened:
        actor = actor_of(opened, by, Act.HANDLE_REQUESTS)
        with register_of(opened) as register:
            taken = _disputes.take_in(register, file, actor, office_today(), dry_run)
    tell(taken, dry_run, "条")


@disputes.command("export")
@click.argument("file", type=NEW)
@BY
@reported
def export_disputes(file: Path, by: str) -> None:
    """Write all disputes to a new FILE: xlsx if it is named so, else CSV."""
    refuse_there(file)
    with services() as opened:
        actor = actor_of(opened, by, Act.EXPORT_REQUESTS)
        with register_of(opened) as register:
            count = _disputes.write(register, file, actor)
    click.echo(f"导出 {count} 条到 {file}。")


@disputes.command("figures")
@click.argument("year", type=_YEAR)
@reported
def dispute_figures(year: int) -> None:
    """Say table four of a YEAR's report: its fifteen cells."""
    with services() as opened, register_of(opened) as register:
        for kind, row in _disputes.table_four(year, [each.facts for each in register.disputed()]).items():
            click.echo(kind + "".join(f"\t{cell} {count}" for cell, count in row.items()))
