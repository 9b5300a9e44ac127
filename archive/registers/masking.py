"""Masking as work that goes on behind a page: a job shows how the copies will be, and brings them in once confirmed.

What is to be masked is kept encrypted, and forgotten as soon as it is masked. The copies are made anew when they are
confirmed, so that none lies about meanwhile.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from archive.document import Document
from archive.errors import DecisionRefused
from archive.extract import Sandbox
from archive.intake import masked
from archive.intake.receive import Result
from archive.registers import jobs
from archive.registers.jobs import ASKED, Job, JobFile, Kind
from archive.registers.staff import Staff, instant, now
from archive.store import audit
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue

# For how long what was refused or not confirmed can still be looked at.
KEPT = timedelta(days=7)
_CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants masked: findings by their digests, and lines of words.

    ``last`` is the number of the last event of the document that they know of; ``fields`` is the form as it was sent,
    and ``address`` the network's from which it came.
    """

    document: str
    version: int
    last: int
    findings: Sequence[str]
    words: str
    reason: str
    fields: Mapping[str, list[str]]
    address: str

    def wishes(self, document: Document) -> tuple[masked.Wish, ...]:
        """Return what is to be masked in a document. Raises DecisionRefused where it is no longer the one meant."""
        if document.version != self.version:
            raise DecisionRefused(document.id, "已有新版本，请看过之后再操作。")
        found = masked.wished(document, self.findings, self.words)
        masked.check_reason(document.id, found, self.reason)
        return found


@dataclass(frozen=True, slots=True)
class Shown:
    """How a file will be, see ``masked.Copy``; ``places`` is how many were masked in it."""

    name: str
    places: int
    drawn: bool
    unknown: Sequence[int]
    excerpts: Sequence[str]


def start(staff: Staff, asked: Asked, title: str, person: str, unit: str, id: str) -> None:
    """Add the job of a masking, unless there is one with the ``id``."""
    about = {"document": asked.document, "version": asked.version, "last": asked.last}
    payload = {**about, "asked": _sealed(staff, asdict(asked))}
    jobs.add(staff, Kind.MASKING, payload, person, unit, [title], id)


def find(staff: Staff, id: str, document: str, person: str) -> Job | None:
    """Return a person's own masking of a document."""
    job = jobs.find(staff, id)
    own = job and job.kind is Kind.MASKING and job.person == person and job.payload.get("document") == document
    return job if own else None


def newest(staff: Staff, document: Document, events: Sequence[audit.Event], person: str) -> Job | None:
    """Return a person's newest masking of a document as it now is, unless something happened to it since."""
    wanted = {"document": document.id, "version": document.version}
    acted = max((each.sequence for each in events if each.action != audit.VIEW), default=0)
    own = next((each for each in jobs.maskings(staff, person) if wanted.items() <= each.payload.items()), None)
    return own if own and acted <= int(str(own.payload["last"])) else None


def asked_for(staff: Staff, job: Job) -> Asked | None:
    """Return what was to be masked; None once that is done, or under another key of the archive."""
    told = _opened(staff, job.payload.get("asked"))
    return Asked(**told) if told else None


def shown(staff: Staff, job: Job) -> tuple[list[masked.Wish], list[Shown]]:
    """Return what is to be masked, and how each file will be."""
    told = _opened(staff, job.payload.get("shown")) or {"wishes": [], "files": []}
    return [masked.Wish(**each) for each in told["wishes"]], [Shown(**each) for each in told["files"]]


def outcome(staff: Staff, job: Job) -> JobFile:
    """Return what became of a masking."""
    return jobs.files(staff, job.id)[0]


def confirm(staff: Staff, job: Job) -> bool:
    """Let what was shown be brought in; return whether it still waited for that."""
    return jobs.choose(staff, job.id, 1, _CONFIRMED, instant(now()))


def is_left(staff: Staff, job: Job, known: JobFile, late: timedelta) -> bool:
    """Tell whether nobody took a masking up for so long that no worker seems to run: none is at another one, either."""
    since = datetime.fromisoformat(known.told) if known.source and known.told else job.made_at
    return job.is_left(since, late) and not any(each.held for each in jobs.maskings(staff) if each.id != job.id)


class Masking:
    """What does the maskings. ``hindrance`` says why a person may mask no more, "" if they may."""

    def __init__(
        self,
        staff: Staff,
        catalogue: Catalogue,
        blobs: Blobs,
        sandbox: Sandbox,
        hindrance: Callable[[str], str] = lambda _: "",
    ) -> None:
        self._staff = staff
        self._catalogue = catalogue
        self._blobs = blobs
        self._sandbox = sandbox
        self._hindrance = hindrance

    def work_off(self, job: Job) -> None:
        """Make the copies and show how they will be, or bring them in. What can't be masked is an outcome.

        Raises LeaseLost, and whatever ends an intake.
        """
        known, payload = outcome(self._staff, job), dict(job.payload)
        if known.result is None:
            id = str(payload["document"])
            try:
                result, told = self._mask(job, known, payload), ""
            except DecisionRefused as refused:
                result, told = Result.REFUSED, refused.reason
            if result is Result.CHANGED:
                payload.pop("asked", None)
            if result != ASKED:
                payload.pop("shown", None)
            jobs.keep(self._staff, job, payload)
            jobs.record(self._staff, job, replace(known, told=""), result, id, told)
        jobs.end(self._staff, job)

    def _mask(self, job: Job, known: JobFile, payload: dict[str, object]) -> str:
        asked, document = asked_for(self._staff, job), self._catalogue.newest(str(payload["document"]))
        source = f"遮盖/{document.id}/{payload['version']}/{job.id[:8]}"
        if any(each.details.get("source") == source for each in self._catalogue.events(document.id)):
            # Before the outcome could be recorded, the worker was killed.
            return Result.CHANGED
        if asked is None:
            raise DecisionRefused(document.id, "存档的密钥换过了，读不出要遮盖的内容。请重新填写。")
        if why := self._hindrance(job.person):
            raise DecisionRefused(document.id, why)
        wishes = asked.wishes(document)
        with masked.copies(self._blobs, self._sandbox, document, wishes) as made:
            if known.source != _CONFIRMED:
                files = [
                    Shown(each.file.name, sum(each.counts), each.drawn, each.unknown, each.excerpts)
                    for each in made.files
                ]
                told = {"wishes": [asdict(each) for each in wishes], "files": [asdict(each) for each in files]}
                payload["shown"] = _sealed(self._staff, told)
                return ASKED
            address = audit.ADDRESS.set(asked.address)
            try:
                masked.bring_in(
                    self._catalogue, self._blobs, self._sandbox, made, job.person, asked.reason, source, asked.last
                )
            finally:
                audit.ADDRESS.reset(address)
            return Result.CHANGED


def _sealed(staff: Staff, told: object) -> str:
    return staff.encrypted(json.dumps(told, ensure_ascii=False))


def _opened(staff: Staff, sealed: object) -> dict[str, Any] | None:
    told = staff.decrypted(sealed) if isinstance(sealed, str) else None
    found: dict[str, Any] | None = json.loads(told) if told else None
    return found
