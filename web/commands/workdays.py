"""Commands that count working days, and that keep the calendar they are counted by. Only adding needs an archive."""

import re
import unicodedata
from datetime import date
from pathlib import Path

import click

from archive.chinese.dates import office_today
from archive.registers import importing
from archive.registers.notices import OWN_NAME, day_of
from archive.registers.workdays import WEEK, Calendar, Day, Span
from archive.store.folder import require_archive
from web.commands.installation import reported, warn_without_archive
from web.commands.usage import Commands
from web.installation.settings import Settings

_COUNT = re.compile(r"[+-]?\d{1,6}", re.ASCII)


def _date(context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    found = day_of(value) if value else None
    if value and found is None:
        raise click.BadParameter(f"“{value}”不是日期，请写成 2020-01-31。", context, parameter)
    return found


def _count_or_date(context: click.Context, parameter: click.Parameter, value: str | None) -> int | date | None:
    if value is None:
        return None
    if _COUNT.fullmatch(said := unicodedata.normalize("NFKC", value)):
        return int(said)
    if (found := day_of(value)) is None:
        raise click.BadParameter(f"“{value}”应为工作日数（+20、-5）或日期（2020-01-31）。", context, parameter)
    return found


# A number of days may begin with a hyphen.
@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("start", metavar="DATE", callback=_date)
@click.argument("to", metavar="[+N|-N|DATE]", required=False, callback=_count_or_date)
@click.option("--as-of", metavar="DATE", callback=_date, help="Count by the notices known on that day.")
@click.option("--explain", is_flag=True, help="Show each day: counted, or why it is not.")
@reported
def workdays(start: date, to: int | date | None, as_of: date | None, explain: bool) -> None:
    """Print the N-th working day after (or before) DATE, or the number of working days from DATE to another.

    DATE itself is not counted. +0 is DATE, or the first working day after it. With DATE alone, say whether it is a
    working day. Exits with 1 if the holidays of a year are not known.
    """
    warn_without_archive("放假安排")
    calendar = Calendar.load(Settings.from_environment().data, as_of)
    if to is None:
        click.echo(_told(calendar.day(start)))
        return
    span, result = _answer(calendar, start, to)
    click.echo(result)
    if explain:
        for line in _derivation(span, to):
            click.echo(line)
        if as_of:
            now = _answer(calendar.known_on(None), start, to)[1]
            same = "与现行日历相同" if now == result else f"按现行日历为 {now}"
            click.echo(f"按 {as_of} 已有的通知计算；{same}。")
    if year := calendar.open_until(span):
        click.echo(f"注意：12 月底的安排可能随 {year} 年的放假通知改变，通知录入后请重新推算。", err=True)


def _answer(calendar: Calendar, start: date, to: int | date) -> tuple[Span, str]:
    if isinstance(to, date):
        span = calendar.between(start, to)
        return span, str(span.count)
    span = calendar.add(start, to)
    return span, str(span.end)


def _derivation(span: Span, to: int | date) -> list[str]:
    """Return each day that was walked through, those counted with their number."""
    if to == 0:
        lines = ["最后一日不是工作日的，顺延至其后第一个工作日（民法典第二百零三条）"]
    else:
        lines = [f"起算日 {span.start} 星期{WEEK[span.start.weekday()]}，不计入（民法典第二百零一条）"]
    counted = 0
    for day in span.days:
        counted += day.works
        lines.append(f"{counted if day.works else '':>4}  {_told(day)}")
    return [*lines, f"共经过 {len(span.days)} 天，其中工作日 {counted} 天。"]


def _told(day: Day) -> str:
    first = f"{day.on} 星期{WEEK[day.on.weekday()]} "
    if day.line is None:
        return first + ("上班" if day.works else "周末")
    return f"{first}{day.line.kind}：{day.line.holiday or '见通知'}，{day.line.notice}"


@click.group(cls=Commands, invoke_without_command=True)
@click.pass_context
@reported
def calendar(context: click.Context) -> None:
    """List the years that working days can be counted in, each with its notices.

    From November on it asks for the notice of the next year.
    """
    if context.invoked_subcommand:
        return
    warn_without_archive("放假安排")
    data = Settings.from_environment().data
    known = Calendar.load(data)
    for year in sorted({line.day.year for line in known.lines}):
        notices = dict.fromkeys(line.notice for line in known.lines if line.day.year == year)
        days = f"工作日 {_working(known, year)} 天" if year in known.years else "待定，没有写明“全年”的一行"
        click.echo(f"{year}  {days}  {'、'.join(notices)}")
    place = data / OWN_NAME
    click.echo(f"本单位录入的通知：{place if place.exists() else '没有'}")
    for year in known.missing(office_today()):
        click.echo(
            f"gongkai: 缺 {year} 年放假安排，涉及该年的期限为待定。国务院办公厅的通知发布后，"
            "请用 gongkai calendar import 录入。",
            err=True,
        )


def _working(known: Calendar, year: int) -> int:
    return known.between(date(year - 1, 12, 31), date(year, 12, 31)).count


@calendar.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the file only; write nothing.")
@reported
def calendar_import(file: Path, dry_run: bool) -> None:
    """Add the lines of a holiday notice from FILE, a table of tabs or commas: all of them, or none.

    Its columns are 日期, 安排, 节日, 文号, 通知日期. Exits with 1 and the reasons if a line can't be added.
    """
    settings = Settings.from_environment()
    data = settings.data
    if not dry_run:
        # In a folder that was mistyped nobody would ever read it.
        require_archive(data)
    former = Calendar.load(data)
    added = (importing.plan if dry_run else importing.add)(data, file, office_today())
    years = "、".join(str(year) for year in sorted({line.day.year for line in added.lines}))
    if not added.lines:
        click.echo(f"没有新的内容：{added.already} 行都已经有了。")
    elif dry_run:
        click.echo(f"检查通过，可以录入 {len(added.lines)} 行（{years} 年）。没有写入。")
    else:
        click.echo(f"录入 {len(added.lines)} 行（{years} 年），写入 {data / OWN_NAME}。")
    if added.lines and added.already:
        click.echo(f"另有 {added.already} 行已经有了，没有重复录入。")
    for hint in added.hints:
        click.echo(f"注意：{hint}")
    if added.lines and not dry_run:
        # Loads the database, which counting days need not wait for.
        from web.commands.register import tell_moved

        if moved := tell_moved(settings, former):
            click.echo(f"{len(moved)} 件正在办理的申请，答复期限随之改变：")
            for line in moved:
                click.echo(f"  {line}")
