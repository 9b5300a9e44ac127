"""Jobs on an installation that report their progress, for the commands and the demo."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from time import monotonic

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import SQLAlchemyError

from archive import recognition
from archive.chinese.dates import office_now
from archive.custody import fixity
from archive.custody.fixity import Damage
from archive.decisions import validity
from archive.describe import taxonomy
from archive.document import REMARK
from archive.errors import BadManifest, DiskFull, FileRefused, GongkaiError, ListsDamaged, NotRecorded
from archive.extract import Limits, Sandbox
from archive.intake.adding import Item
from archive.intake.bundle import is_bundle, open_bundle
from archive.intake.manifest import items_below, read_manifest, strictest_first
from archive.intake.receive import Intake, Receipt, Result
from archive.plain import one_line
from archive.recognition import Recogniser
from archive.registers import checking, staff
from archive.registers.books import checking as books
from archive.registers.everything import Everything
from archive.registers.requests import checking as requests
from archive.registers.requests.findable import FoundAgain
from archive.store.recognitions import Recognitions
from indexer import lexicon, sync
from indexer.errors import BadLexicon, IndexAhead, IndexDamaged, IndexOutdated, IndexUnusable, of_the_staff
from indexer.lexicon import Lexicon
from web.http import edition
from web.installation.services import Services, staff_engine
from web.installation.settings import Settings
from web.programs import lists
from web.search import golden

# Seconds between progress lines of a job that does not run in a terminal.
LINE_SECONDS = 5.0
_LINK = "是链接，没有接收。请改放文件本身，或者写明它指向的文件。"
_HIDDEN = "是隐藏的，没有接收。要接收的请改名，名称不以点开头。"


def take_in(
    opened: Services,
    paths: tuple[Path, ...],
    manifest: Path | None,
    actor: str,
    already_published: bool,
    note: str = "",
) -> dict[Result, int]:
    """Ingest, with progress and notes on standard error and final counts on standard output.

    With a ``manifest`` only what it lists is taken in; ``paths`` are then searched for files that it leaves out.
    ``note`` gives the reason for new versions if the manifest does not. Raises BadTaxonomy before anything is taken in.
    """
    taxonomy.use(opened.settings.data / taxonomy.OWN_NAME)
    counts = dict.fromkeys(Result, 0)
    waiting: dict[str, Receipt] = {}
    closed: dict[str, Receipt] = {}
    stopped: Exception | None = None
    with ExitStack() as opening:
        passed: list[Path] = []
        if manifest:
            items = read_manifest(manifest)
            unlisted = _unlisted(items, paths, manifest, passed)
        else:
            items, unlisted = [item for path in paths for item in _items(path, opening, passed)], []
        for path in unlisted:
            say(f"{path}: 注意：不在清单里，没有接收。")
        for path in passed:
            say(f"{path}: 注意：{_LINK if path.is_symlink() else _HIDDEN}")
        items = [item if item.note else replace(item, note=note) for item in strictest_first(items)]
        sandbox = opening.enter_context(new_sandbox(opened))
        advance = opening.enter_context(progress("接收", len(items)))
        recogniser = new_recogniser(opened)
        if recogniser:
            opening.enter_context(recogniser)
        intake = Intake(opened.catalogue, opened.blobs, sandbox, actor, already_published, recogniser)
        try:
            for outcome in intake.receive_all(items):
                counts[outcome.result] += 1
                if outcome.stops:
                    waiting[str(outcome.document_id)] = outcome
                elif outcome.left:
                    closed[str(outcome.document_id)] = outcome
                for note in _notes(outcome.reason, outcome.warnings, outcome.result):
                    say(f"{outcome.item.known_as}: {note}")
                advance()
        except (DiskFull, NotRecorded, SQLAlchemyError) as error:
            # Whoever called is told what was done before being told why no more was.
            stopped = error
    left = len(items) - sum(counts.values())
    click.echo(
        f"新接收 {counts[Result.TAKEN]} 件，新版本 {counts[Result.CHANGED]} 件，"
        f"已有 {counts[Result.HELD]} 件，拒收 {counts[Result.REFUSED]} 件"
        + (f"；接收中止，其余 {left} 件没有接收" if stopped else "")
        + (f"；清单未列 {len(unlisted)} 个文件，没有接收" if unlisted else "")
        + (f"；链接和隐藏文件 {len(passed)} 个，没有接收。" if passed else "。")
    )
    if waiting:
        click.echo(f"有拦截没有处理，没有公开，等待审查：{len(waiting)} 件。")
        for id, outcome in waiting.items():
            click.echo(f"{id}  拦截 {outcome.stops} 处  {one_line(outcome.item.known_as)}")
        click.echo(
            "请逐件处理：gongkai review check 编号 查看各处；gongkai review settle 编号 序号 逐处处理，"
            "或遮盖后按原来源重新接收；再经两项审查（examine），由另一人批准（approve）。"
        )
    if closed:
        click.echo(f"因标注或审查决定而没有公开：{len(closed)} 件。")
        for id, outcome in closed.items():
            click.echo(f"{id}  {one_line(f'{outcome.reason}  {outcome.item.known_as}')}")
        click.echo(
            "请逐件核对标注：确可公开的，用 gongkai review classify 编号 --as 主动公开 --reviewer 姓名 --basis 依据"
            " 改标，经两项审查（examine），"
            "由另一人批准（approve）；不能公开的保持原样，并核实门户网站上是否还在公开。"
        )
    if stopped:
        raise stopped
    return counts


def new_sandbox(opened: Services) -> Sandbox:
    """Make what reads files, with the installation's own lists and limits."""
    # Tesseract reads what nothing better does.
    limits = Limits(ocr_seconds=0 if recognition.available() else opened.settings.ocr_seconds)
    return Sandbox(limits=limits, lists=opened.settings.data / taxonomy.OWN_NAME)


def new_recogniser(opened: Services) -> Recogniser | None:
    """Make what reads short scans when they come in; None if it is not installed, or nobody is to wait for it."""
    if not recognition.available() or not opened.settings.ocr_seconds:
        return None
    return Recogniser(Recognitions.beside(opened.blobs))


def _unlisted(items: Iterable[Item], paths: Iterable[Path], manifest: Path, passed: list[Path]) -> list[Path]:
    """List the files in ``paths`` that a manifest leaves out. They are not taken in; links go into ``passed``."""
    listed = {path.resolve() for item in items for path in (item.path, *item.attachments)} | {manifest.resolve()}
    left: list[Path] = []
    there = [item.path for path in paths for item in items_below(path, left=left)]
    # Other than Path.resolve this bears links in a circle.
    passed += [path for path in left if Path(os.path.realpath(path)) not in listed]
    return [path for path in there if path.resolve() not in listed]


def _items(path: Path, opening: ExitStack, passed: list[Path]) -> Iterable[Item]:
    """Return the files of a folder, of a bundle (unpacked until the stack closes), or the file itself.

    Links and hidden files of a folder go into ``passed``.
    """
    if not is_bundle(path):
        return items_below(path, left=passed)
    try:
        bundle = opening.enter_context(open_bundle(path))
    except (BadManifest, FileRefused) as error:
        # Several may be named, and nothing is taken in yet.
        raise FileRefused(f"{path}：{error}没有接收任何文件。") from error
    for name in bundle.unlisted:
        say(f"{path}: 注意：其中的“{name}”不在清单里，没有接收。")
    return bundle.items


def _notes(reason: str, warnings: tuple[str, ...], result: Result) -> list[str]:
    if result is Result.REFUSED:
        return [f"拒收：{reason}"]
    return ([reason] if reason else []) + [f"注意：{each}" for each in warnings if not each.startswith(REMARK)]


def bring_up(opened: Services, full: bool, compared: bool = True) -> None:
    """Reindex, with progress and a final count. An index of another lexicon than today's is built anew.

    While a line of the lexicon can't be used, changes are brought in with the words that the index has, and then
    BadLexicon is raised. So it is with GoldenMissed where an index of other words finds less than the live one, which
    then stays. Outside the hours for rebuilds (GONGKAI_REBUILD_HOURS) an index that answers waits for them.

    An index that can't take the changes in is replaced whatever the new one finds; so is any where not ``compared``,
    because the archive is another one than the index was made from.
    """
    problem: GongkaiError | None = None
    try:
        renewed = Lexicon.load(opened.settings.data / lexicon.OWN_NAME) != opened.analyzer.lexicon
    except BadLexicon as error:
        if full or not answers(opened):
            raise
        say(f"{error} 索引沿用原来的词。")
        problem, renewed = error, False
    turned = validity.turn(opened.catalogue, opened.catalogue.today())
    if turned:
        say(f"{len(turned)} 件文件的效力状态到期变化。")
    if renewed and not full and answers(opened):
        renewed = may_rebuild(opened.settings)
        say(
            "词典有改动，现在重建索引；建成之前，检索沿用原来的索引。"
            if renewed
            else "词典有改动，索引在 GONGKAI_REBUILD_HOURS 的时段里重建；现在沿用原来的词。要立即重建的，加 --full。"
        )
    with progress("建索引", None) as advance:
        report = None
        if full or renewed:
            try:
                check = golden.check(opened) if compared else None
                report = sync.rebuild(opened.catalogue, opened.engine, advance, check)
            except (golden.GoldenMissed, golden.BadGolden) as error:
                if full:
                    raise
                problem = error
        try:
            report = report or sync.catch_up(opened.catalogue, opened.engine, advance)
        except (IndexDamaged, IndexAhead, IndexOutdated) as error:
            if isinstance(problem, BadLexicon):
                raise problem from error
            say(f"{problem or ''}{error.problem}现在重建。")
            problem, report = None, sync.rebuild(opened.catalogue, opened.engine, advance)
    edition.stamp(opened.settings.data)
    count = opened.engine.count()
    click.echo(f"索引写入 {report.put} 件，移出 {report.removed} 件；现有 {count} 件，至第 {report.cursor} 号变更。")
    if problem:
        raise problem


def may_rebuild(settings: Settings, at: time | None = None) -> bool:
    """Tell whether an index that answers may be built anew now, or at a time of day: it takes the machine's time."""
    if settings.rebuild_hours is None:
        return True
    begin, end = settings.rebuild_hours
    asked = at or office_now().time()
    return begin <= asked < end if begin < end else asked >= begin or asked < end


def bring_up_staff(opened: Services, full: bool) -> None:
    """Bring up the index of what staff find. One of another lexicon than today's, or a damaged one, is built anew.

    Raises BadLexicon while a line of the lexicon can't be used.
    """
    words = Lexicon.load(opened.settings.data / lexicon.OWN_NAME)
    with (
        of_the_staff(),
        ExitStack() as opening,
        closing(staff_engine(opened)) as engine,
        progress("建索引", None) as advance,
    ):
        sources = []
        # An installation without a desk has no register.
        if staff.is_there(url := opened.settings.staff_database_url):
            known = opening.enter_context(closing(staff.Staff(url, opened.catalogue.keys)))
            sources.append(FoundAgain(known, opened.catalogue))
        everything = Everything(opened.catalogue, sources)
        try:
            renewed = full or words != engine.analyzer().lexicon and may_rebuild(opened.settings)
            report = (sync.build if renewed else sync.follow)(everything, engine, advance)
        except (IndexDamaged, IndexAhead, IndexOutdated) as error:
            if full:
                raise
            say(f"工作人员的索引：{error.problem}现在重建。")
            report = sync.build(everything, engine, advance)
        count = engine.count()
    click.echo(f"工作人员的索引写入 {report.put} 件，现有 {count} 件，至审计日志第 {report.cursor} 条。")


def answers(opened: Services) -> bool:
    """Whether there is an index that searches can go on with."""
    try:
        opened.engine.generation()
    except IndexUnusable:
        return False
    return True


def make_anew(opened: Services) -> None:
    """Build the index and the lists anew, which are sealed like what they are made from."""
    bring_up(opened, full=True, compared=False)
    make_lists(opened)


def are_sealed(opened: Services) -> bool:
    """Tell whether the index and the lists, if there are any, are this archive's."""
    try:
        lists.newest(opened.settings.data, opened.catalogue.keys)
    except ListsDamaged:
        return False
    return answers(opened)


def make_lists(opened: Services) -> None:
    """Make the lists of all public metadata that the site offers, with progress and a final count."""
    if not opened.settings.address:
        click.echo("没有设置 GONGKAI_ADDRESS，清单里的网址只写路径。", err=True)
    with progress("元数据清单", None) as advance:
        count = lists.make(opened, advance, lambda path: opened.settings.address + path)
    click.echo(f"元数据清单 {count} 件。")


def verify(opened: Services, day: date | None = None) -> int:
    """Check originals, records, audit log, withdrawals, database and index. Report problems and return their number.

    With a ``day``, of the originals only those due on it are checked (see ``fixity``).
    """
    with progress("核验", None) as advance:
        found = fixity.verify(opened.catalogue, opened.blobs, day, advance)
    for finding in found.findings:
        click.echo(finding.sentence, err=True)
    accounts = _account_problems(opened)
    for sentence in accounts:
        click.echo(sentence, err=True)
    problem = _index_problem(opened)
    changed, missing, untracked = map(found.count, (Damage.CHANGED, Damage.MISSING, Damage.UNTRACKED))
    rest = [f"{kind}{'有问题' if found.count(kind) else '完好'}" for kind in Damage if kind not in fixity.ORIGINALS]
    click.echo(
        f"原件 {found.originals} 件，核验 {found.verified} 件：完好 {found.verified - changed - missing}，"
        f"改变 {changed}，缺失 {missing}，未登记 {untracked}；{'；'.join(rest)}；"
        f"{'账号、登记簿有问题' if accounts else '账号、登记簿完好'}；{problem or '索引完好'}。"
    )
    return found.losses + len(accounts) + bool(problem)


def _account_problems(opened: Services) -> list[str]:
    """Say what is wrong with the accounts of staff and their registers, where there are any."""
    url = opened.settings.staff_database_url
    left = opened.settings.data / staff.DUMP
    if left.exists():
        return [f"恢复备份时中断了：{left} 里的账号、登记簿还没有放回。请重新运行 gongkai restore … --replace。"]
    if not staff.is_there(url):
        return []
    with closing(staff.Staff(url, opened.catalogue.keys)) as known:
        parts = (checking, requests, books)
        return [problem for each in parts for problem in each.problems(known, opened.catalogue)]


def _index_problem(opened: Services) -> str:
    """Say what is wrong with the index. The result is "" also if it merely has changes to catch up with."""
    try:
        opened.engine.verify()
        behind = sync.lag(opened.catalogue, opened.engine)
        indexed, public = opened.engine.count(), opened.catalogue.public_count()
    except GongkaiError as error:
        return str(error).rstrip("。")
    if behind:
        say(f"索引落后 {behind} 条变更，请运行 gongkai reindex。")
        return ""
    return f"索引有 {indexed} 件而应有 {public} 件" if indexed != public else ""


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Callable[..., None]]:
    """Show a bar on a terminal, plain lines elsewhere. Call the result to advance by one, or with (done, total)."""
    if not sys.stderr.isatty():
        yield _Lines(label, total)
        return
    parts = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*parts, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(label, total=total)

        def advance(done: int | None = None, whole: int | None = None) -> None:
            if done is None:
                progress.advance(task)
            else:
                progress.update(task, completed=done, total=whole)

        yield advance


class _Lines:
    """Progress lines for a log file, with the time left at the present rate."""

    def __init__(self, label: str, total: int | None) -> None:
        self._label = label
        self._done, self._total = 0, total
        self._said_at = monotonic()
        self._began: tuple[float, int] | None = None

    def __call__(self, done: int | None = None, whole: int | None = None) -> None:
        self._done = self._done + 1 if done is None else done
        self._total = self._total if whole is None else whole
        now = monotonic()
        # A resumed rebuild begins with much of the work already done.
        since, before = self._began = self._began or (now, self._done)
        if now - self._said_at >= LINE_SECONDS:
            self._said_at = now
            left = f"，约剩 {_spell(rest)}" if (rest := self._left(now - since, self._done - before)) else ""
            say(f"{self._label} {self._done}/{self._total or '?'}{left}")

    def _left(self, seconds: float, done: int) -> float:
        return (self._total - self._done) * seconds / done if self._total and done else 0.0


def _spell(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} 分钟" if minutes else f"{max(1, round(seconds))} 秒"


def say(line: str) -> None:
    """Print a line for a person on standard error, without terminal control characters."""
    # Use print, not click: a progress bar redirects sys.stderr so that lines appear above it.
    print(one_line(line), file=sys.stderr)
