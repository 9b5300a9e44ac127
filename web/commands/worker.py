"""The worker: takes in what staff bring and what lies in the watched folder, masks, and lets the index follow."""

import logging
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date, timedelta
from time import monotonic
from typing import TYPE_CHECKING

import click
from sqlalchemy.exc import SQLAlchemyError

from archive.decisions import scheduled, validity
from archive.describe import taxonomy
from archive.errors import BadTaxonomy, DiskFull, GongkaiError
from archive.extract import Sandbox
from archive.intake import masked
from archive.registers import cleaning, uploads
from archive.registers import jobs as register
from archive.registers.books import openings, reevaluations
from archive.registers.books.book import Book
from archive.registers.bringing import Bringing
from archive.registers.everything import Everything
from archive.registers.incoming import Watch
from archive.registers.jobs import BRINGING, LEASE, Job, Kind, LeaseLost
from archive.registers.masking import Masking
from archive.registers.requests.findable import FoundAgain
from archive.registers.roles import Act
from archive.registers.staff import Staff
from indexer import lexicon, sync
from indexer.errors import BadLexicon, IndexAhead, IndexDamaged, IndexOutdated
from indexer.lexicon import Lexicon
from web.commands.deciding import hindered
from web.commands.installation import THIS_PROGRAM, reported, services
from web.commands.jobs import may_rebuild, new_recogniser, new_sandbox, say
from web.commands.sentences import sentence
from web.http import edition
from web.installation.services import staff_engine

if TYPE_CHECKING:
    from web.installation.services import Services

# Seconds between looks: for a job, and for what else is to be kept up.
PAUSE, PACE = 0.5, 5.0
# Seconds until what failed is tried again, and until an index is built anew once more.
AGAIN, BUILD_AGAIN = 60.0, 1800.0
_DAY = timedelta(days=1).total_seconds()
log = logging.getLogger(__name__)


@click.command()
@click.option("--parent", type=click.IntRange(1), metavar="PID", help="End when this process, which started it, has.")
@reported
def worker(parent: int | None) -> None:
    """Take in what staff bring at the desk, and let the index follow what they decide, until stopped.

    When it is told to stop (SIGTERM, Ctrl+C) it finishes the file in hand. `desk` starts one by itself.
    """
    stop = threading.Event()
    with (
        services() as opened,
        closing(Staff(opened.settings.staff_database_url, opened.catalogue.keys)) as staff,
    ):
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: stop.set())
        # What is unpacked on the way is nobody else's business, and may be more than the memory behind /tmp holds.
        tempfile.tempdir = str(uploads.place(opened.settings.data))
        say("后台工作已经开始。")
        Worker(opened, staff, lambda: stop.is_set() or (parent is not None and os.getppid() != parent)).run()
    say("后台工作已经停止。")


class Worker:
    """What does the work of one process: jobs one after another, and upkeep beside them."""

    def __init__(self, opened: "Services", staff: Staff, stopping: Callable[[], bool]) -> None:
        self._opened = opened
        self._staff = staff
        self._stopping = stopping
        self._upkeep = Upkeep(opened, staff)
        self._own = opened.settings.data / taxonomy.OWN_NAME
        self._recogniser = new_recogniser(opened)
        # Those that take in and those that mask, each with when the lists were written that it goes by.
        self._sandboxes: dict[bool, tuple[Sandbox, int | None]] = {}

    def run(self) -> None:
        """Work until told to stop. What fails is told, and never ends it."""
        ended = threading.Event()
        # Somebody waits for a masking: it doesn't stand behind two hundred files.
        beside = [threading.Thread(target=each, args=(ended,), daemon=True) for each in (self._keep_up, self._mask)]
        for each in beside:
            each.start()
        try:
            while not self._stopping():
                if not self.work(BRINGING):
                    ended.wait(PAUSE)
        finally:
            ended.set()
            # An update of the index that is under way is kept as a whole or not at all, and so is a masking.
            until = monotonic() + LEASE.total_seconds()
            for each in beside:
                each.join(max(0, until - monotonic()))
            self.close()

    def close(self) -> None:
        self._upkeep.close()
        if self._recogniser:
            self._recogniser.close()
        for sandbox, _ in self._sandboxes.values():
            sandbox.close()

    def work(self, kinds: Collection[Kind] = tuple(Kind)) -> bool:
        """Take a job of some kinds and do it; return whether there was one."""
        try:
            job = register.take(self._staff, kinds)
        except SQLAlchemyError as error:
            self._upkeep.tell("jobs", sentence(error))
            return False
        if job is None:
            return False
        told, failed = "", False
        try:
            with self._renewing(job):
                self._work_off(job)
                return True
        except LeaseLost:
            log.warning("另一个后台进程接手了 %s，这里不再处理。", job.id)
            return True
        except (DiskFull, BadTaxonomy) as error:
            log.error("处理暂停：%s", error)
            what = "服务器的磁盘已满" if isinstance(error, DiskFull) else "本地的分类表有误"
            told = f"{what}，处理暂停，请告诉维护人员；排除以后自动继续。"
        except (GongkaiError, SQLAlchemyError, OSError) as error:
            log.error("处理没有做成，稍后重试：%s", sentence(error))
            told, failed = "处理时出错，已记入日志，稍后自动重试。", True
        except Exception:
            log.exception("unexpected error")
            told, failed = "处理时出现意外错误，已记入日志，稍后自动重试。", True
        # Where even that can't be written, the lease runs out.
        with suppress(LeaseLost, SQLAlchemyError):
            register.release(self._staff, job, told, failed)
        return True

    def _work_off(self, job: Job) -> None:
        opened, staff = self._opened, self._staff
        sandbox = self._ready(job.kind is Kind.MASKING)
        if job.kind is Kind.MASKING:
            Masking(
                staff, opened.catalogue, opened.blobs, sandbox, lambda who: hindered(opened, staff, who, Act.EXAMINE)
            ).work_off(job)
        else:
            data, recogniser = opened.settings.data, self._recogniser
            bringing = Bringing(staff, opened.catalogue, opened.blobs, sandbox, data, recogniser)
            bringing.work_off(job, self._stopping)

    def _ready(self, masks: bool) -> Sandbox:
        """Return a sandbox, a new one after the lists have changed that its processes go by. Raises BadTaxonomy."""
        taxonomy.use(self._own)
        lists = self._own.stat().st_mtime_ns if self._own.exists() else None
        sandbox, made_with = self._sandboxes.get(masks, (None, None))
        if sandbox and lists == made_with:
            return sandbox
        if sandbox:
            sandbox.close()
        made = Sandbox(workers=1, limits=masked.LIMITS, lists=self._own) if masks else new_sandbox(self._opened)
        self._sandboxes[masks] = made, lists
        return made

    @contextmanager
    def _renewing(self, job: Job) -> Iterator[None]:
        """Renew the lease of a job as long as it is at work."""
        done = threading.Event()

        def renew() -> None:
            while not done.wait(LEASE.total_seconds() / 4):
                try:
                    register.renew(self._staff, job)
                except LeaseLost:
                    return
                except SQLAlchemyError as error:
                    log.warning("%s", sentence(error))

        beside = threading.Thread(target=renew, daemon=True)
        beside.start()
        try:
            yield
        finally:
            done.set()
            beside.join()

    def _mask(self, ended: threading.Event) -> None:
        while not ended.is_set():
            if not self.work((Kind.MASKING,)):
                ended.wait(PAUSE)

    def _keep_up(self, ended: threading.Event) -> None:
        while True:
            self._upkeep.turn()
            if ended.wait(PACE):
                return


class Upkeep:
    """What is looked after beside the jobs: the watched folder, the index, what is in force today, what was left."""

    def __init__(self, opened: "Services", staff: Staff) -> None:
        self._opened = opened
        self._watch = Watch(opened.settings.data, staff)
        self._staff = staff
        self._everything = Everything(opened.catalogue, [FoundAgain(staff, opened.catalogue)])
        self._held = staff_engine(opened)
        # When the lexicon was last written that the staff's index was held against.
        self._words = -1
        self._turned: date | None = None
        self._swept = -_DAY
        self._rest: dict[str, float] = {}
        self._told: dict[str, str] = {}

    def close(self) -> None:
        self._held.close()

    def turn(self) -> None:
        """Do what is due. What fails is told once, and tried again after a while."""
        for name, act in (
            ("folder", self._look),
            ("plans", self._publish),
            ("evaluations", self._evaluate),
            ("index", self._follow),
            ("staff index", self._follow_all),
            ("uploads", self._sweep),
        ):
            if monotonic() < self._rest.get(name, 0):
                continue
            try:
                act()
                self._told.pop(name, None)
            except (GongkaiError, OSError, SQLAlchemyError) as error:
                self._rest[name] = monotonic() + AGAIN
                self.tell(name, sentence(error))
            except Exception:
                self._rest[name] = monotonic() + AGAIN
                log.exception("unexpected error")

    def tell(self, name: str, told: str) -> None:
        """Log a sentence, unless it was the last one about its matter."""
        if self._told.get(name) != told:
            self._told[name] = told
            log.error("%s", told)

    def _look(self) -> None:
        self._watch.look()

    def _publish(self) -> None:
        """Make public what was approved for a time that has come."""
        opened, staff = self._opened, self._staff
        for each in scheduled.due(
            opened.catalogue,
            hindrance=lambda who: hindered(opened, staff, who, Act.APPROVE),
            barred=lambda id: openings.names(staff, opened.catalogue, id),
        ):
            if each.public:
                say(f"{each.id} 第 {each.version} 版《{each.title}》到时公开。")
            else:
                self.tell("plans", f"{each.id} 到时没有公开：{each.told}")

    def _evaluate(self) -> None:
        """Carry out the evaluations whose entering was cut off."""
        for told in reevaluations.carry_out(Book(reevaluations.SPEC, self._staff, self._opened.catalogue)):
            say(told)

    def _follow(self) -> None:
        """Let the index follow what was decided, and the day."""
        catalogue, engine = self._opened.catalogue, self._opened.engine
        if (today := catalogue.today()) != self._turned:
            validity.turn(catalogue, today)
            self._turned = today
        try:
            if sync.lag(catalogue, engine) == 0:
                return
            report = sync.catch_up(catalogue, engine)
        except (IndexDamaged, IndexAhead, IndexOutdated) as error:
            self.tell("index", f"{error.problem}现在重建。")
            if not self._rebuild():
                self._rest["index"] = monotonic() + BUILD_AGAIN
            return
        edition.stamp(self._opened.settings.data)
        say(f"索引写入 {report.put} 件，移出 {report.removed} 件，至第 {report.cursor} 号变更。")

    def _follow_all(self) -> None:
        """Let the staff's index follow whatever happens to any document. Another lexicon makes it anew."""
        if self._other_words() and not self._rebuild("--staff"):
            self._rest["staff index"] = monotonic() + BUILD_AGAIN
            return
        try:
            if sync.behind(self._everything, self._held):
                sync.follow(self._everything, self._held)
        except (IndexDamaged, IndexAhead, IndexOutdated) as error:
            self.tell("staff index", f"工作人员的索引：{error.problem}现在重建。")
            if not self._rebuild("--staff"):
                self._rest["staff index"] = monotonic() + BUILD_AGAIN

    def _other_words(self) -> bool:
        """Tell whether the lexicon has become another one than the staff's index was built with."""
        own = self._opened.settings.data / lexicon.OWN_NAME
        changed = own.stat().st_mtime_ns if own.is_file() else 0
        if changed == self._words or not may_rebuild(self._opened.settings):
            return False
        try:
            other = Lexicon.load(own) != self._held.analyzer().lexicon
        except BadLexicon as error:
            # The index goes on with the words that it has, until the line is mended.
            log.error("%s 工作人员的索引沿用原来的词。", error)
            other = False
        self._words = changed
        return other

    def _rebuild(self, *which: str) -> bool:
        """Build an index anew in a process of its own, which has the lexicon of today. Return whether it is built."""
        settings = self._opened.settings
        environment = {
            **os.environ,
            "GONGKAI_DATA": str(settings.data),
            "GONGKAI_DATABASE_URL": settings.database_url,
            "GONGKAI_ENGINE_URL": settings.engine_url,
            "GONGKAI_KEYS": str(settings.keys),
        }
        command = [*THIS_PROGRAM, "reindex", *which]
        ran = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False)  # noqa: S603  # our own
        return ran.returncode == 0

    def _sweep(self) -> None:
        if monotonic() - self._swept > _DAY:
            cleaning.clean(self._staff, self._opened.settings.data)
            self._swept = monotonic()
