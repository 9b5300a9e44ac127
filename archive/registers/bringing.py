"""Taking in what a job brought: its files one after another, each outcome recorded as soon as it is known.

A worker may be killed at any step. What had come into the archive by then is found there by its source, which is the
job's own, and is told as what it was.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from archive.decisions import persons
from archive.errors import FileRefused, GongkaiError
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake, Receipt, Result
from archive.recognition import Recogniser
from archive.registers import incoming, jobs, uploads
from archive.registers.contents import GONE, contents
from archive.registers.jobs import ASKED, Job, JobFile, Kind, LeaseLost
from archive.registers.staff import Staff
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue

UNEXPECTED = "读取这个文件时两次出现意外错误，没有接收。错误已记入日志，请告诉维护人员。"
log = logging.getLogger(__name__)


class Bringing:
    """What takes in the files of jobs, with one sandbox for all of them, and what recognises short scans, if any."""

    def __init__(
        self,
        staff: Staff,
        catalogue: Catalogue,
        blobs: Blobs,
        sandbox: Sandbox,
        data: Path,
        recogniser: Recogniser | None = None,
    ) -> None:
        self._staff = staff
        self._catalogue = catalogue
        self._blobs = blobs
        self._sandbox = sandbox
        self._data = data
        self._recogniser = recogniser

    def work_off(self, job: Job, stopping: Callable[[], bool] = lambda: False) -> None:
        """Take in the files of a job that are left, and end it; after the file in hand once ``stopping`` says so.

        A file that can't be taken in is an outcome. Raises LeaseLost, and whatever ends an intake.
        """
        if job.kind is Kind.FOLDER:
            incoming.fetch(self._data, job)
        notes: list[str] = []
        if any(each.result is None for each in jobs.files(self._staff, job.id)):
            notes = self._take_in(job, stopping)
        known = jobs.files(self._staff, job.id)
        if any(each.result is None for each in known):
            jobs.release(self._staff, job)
            return
        if not any(each.result == ASKED for each in known):
            # Before the job ends, or what is left to be moved would be forgotten.
            if job.kind is Kind.FOLDER:
                incoming.put_back(self._data, job, known)
            uploads.drop(self._data, job.id)
        jobs.end(self._staff, job, "".join(notes))

    def _take_in(self, job: Job, stopping: Callable[[], bool]) -> list[str]:
        intake = Intake(self._catalogue, self._blobs, self._sandbox, job.person, recogniser=self._recogniser)
        in_hand: deque[JobFile] = deque()
        with ExitStack() as opening:
            together, note = bool(job.payload.get("together")), str(job.payload.get("note", ""))
            gone = incoming.GONE if job.kind is Kind.FOLDER else GONE
            files, items, notes = contents(_sent(self._data, job), together, note, gone, opening)
            jobs.plan(self._staff, job, files)
            left = self._left(job, items, intake, in_hand)
            try:
                for receipt in opening.enter_context(closing(intake.receive_all(left))):
                    known = in_hand.popleft()
                    result, told = _told(receipt, intake)
                    jobs.record(self._staff, job, known, result, receipt.document_id, told)
                    if stopping():
                        break
            except (GongkaiError, SQLAlchemyError, OSError, LeaseLost):
                raise
            except Exception:
                if job.attempts < 2 or not in_hand:
                    raise
                # A second time at the same file: that one is told, and the others go on.
                log.exception("unexpected error")
                jobs.record(self._staff, job, in_hand[0], Result.REFUSED, None, UNEXPECTED)
        return notes

    def _left(self, job: Job, items: dict[int, Item], intake: Intake, in_hand: deque[JobFile]) -> Iterator[Item]:
        """Yield the items without an outcome, each with its source. Of one like an earlier file a person is asked."""
        known = {each.number: each for each in jobs.files(self._staff, job.id)}
        for number, item in items.items():
            file = known[number]
            if file.result is not None:
                continue
            if not file.source and not item.source and job.kind is Kind.UPLOAD:
                earlier = jobs.namesake(self._staff, job, file.name)
                if earlier and not _is_held(intake, item):
                    jobs.record(self._staff, job, file, ASKED, earlier.document_id, "")
                    continue
            source = file.source or (_stated(job, item, intake) if item.source else own_source(job, file.number))
            in_hand.append(replace(file, source=source))
            yield replace(item, source=source, note=file.told if file.source and file.told else item.note)


def own_source(job: Job, number: int) -> str:
    """Return the source of a file that is no version of another: no other job has it."""
    return f"desk:{job.unit}/{job.id}/{number}"


def _stated(job: Job, item: Item, intake: Intake) -> str:
    """Return the source that a manifest states, as it counts: within the unit, or for a person without one.

    So nobody brings versions of another's documents. What a person brought when all without a unit shared one beginning
    goes on under that.
    """
    source = f"desk:{job.unit}/{item.source}"
    bringer = "" if job.unit else intake.bringer(source)
    if job.unit or bringer and persons.same(bringer, job.person):
        return source
    return f"desk-person:{job.person.replace('/', '／')}/{item.source}"


def _sent(data: Path, job: Job) -> list[tuple[str, Path]]:
    """Return the files of a job as they were sent, by name."""
    names = job.payload["files"]
    folder = uploads.place(data, job.id)
    return [(str(name), folder / str(at)) for at, name in enumerate(names if isinstance(names, list) else [], 1)]


def _is_held(intake: Intake, item: Item) -> bool:
    try:
        return intake.holds(item)
    except (OSError, FileRefused):
        # Which the intake will say itself.
        return True


def _told(receipt: Receipt, intake: Intake) -> tuple[Result, str]:
    """Return what became of a file, and what its person should know of that, a sentence a line."""
    result, reason = receipt.result, receipt.reason
    if result is Result.HELD and not reason and "source_url" not in receipt.item.stated:
        # Before the outcome could be recorded, the worker was killed. Of what is held for another reason that is told.
        result = intake.originated(receipt.item.source) or result
    if result is Result.REFUSED:
        return result, reason
    return result, "\n".join(filter(None, (reason, *receipt.warnings)))
