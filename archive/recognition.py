"""Recognising the text of scans: at once where a file has few, and else from a queue that is worked off by night.

The queue is nowhere written: it is the newest versions whose originals have pages that only recognising can read, and
that were not tried. So it is the same after a crash, a restore and a rebuild, and each page that was done is kept.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Row, select

from archive.errors import ExtractionFailed
from archive.extract import Limits, Sandbox
from archive.extract.limits import MIB
from archive.extract.mediatype import IMAGES
from archive.extract.process.tasks import Task
from archive.extract.recognition.page import RecognisedPage
from archive.extract.recognition.picture import RECOGNISABLE
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.recognitions import Recognitions
from archive.store.tables import attachments, documents, versions

# A process reads one page. The models take a gigabyte, and address four.
LIMITS = Limits(address_space=4096 * MIB, cpu_seconds=240, wall_seconds=120.0, files=1, ocr_seconds=0)
# A file with so many pages to recognise is recognised while whoever brings it waits.
AT_ONCE = 3
THREADS = 2


def available() -> bool:
    """Tell whether what recognises is installed, without loading it."""
    return all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


class Recogniser:
    """Recognises pages, each in a limited process of its own, and keeps what was recognised, or that it failed."""

    def __init__(self, kept: Recognitions, limits: Limits = LIMITS) -> None:
        self.kept = kept
        self._sandbox = Sandbox(workers=1, limits=limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._sandbox.close()

    def page(self, path: Path, digest: str, media_type: str, number: int) -> bool:
        """Recognise a page of an original, counted from 1. Return whether that was done. Raises OSError."""
        try:
            page = RecognisedPage.of(self._recognise(path, media_type, number))
        except ExtractionFailed as failed:
            self.kept.fail(digest, number, failed.reason)
        except (ValueError, TypeError, KeyError):
            self.kept.fail(digest, number, "识别的结果不合格式。")
        else:
            self.kept.keep(digest, number, page)
            return True
        return False

    def _recognise(self, path: Path, media_type: str, number: int) -> Mapping[str, object]:
        return self._sandbox.make(Task.RECOGNISE, path, media_type, page=number, threads=THREADS)[0]

    def file(self, path: Path, digest: str, media_type: str) -> bool:
        """Recognise what is missing of an original with few such pages. Return whether there is anything new."""
        missing = self.kept.of(digest).missing
        if not missing or len(missing) > AT_ONCE or media_type not in RECOGNISABLE:
            return False
        for number in missing:
            self.page(path, digest, media_type, number)
        return True


@dataclass(frozen=True, slots=True)
class Waiting:
    """An original of the newest version of a document that may have pages to recognise."""

    document_id: str
    name: str
    digest: str
    media_type: str


@dataclass(slots=True)
class Done:
    """How many pages were ``recognised`` and how many ``failed``, in which documents, and how many are ``left``.

    Originals in which nobody has looked yet are not counted. ``ended`` says that the time was over before the queue.
    """

    recognised: int = 0
    failed: int = 0
    left: int = 0
    ended: bool = False
    documents: dict[str, None] = field(default_factory=dict)


def queue(catalogue: Catalogue, ids: Collection[str] = ()) -> list[Waiting]:
    """Return the originals that may have pages to recognise, of the newest documents first; only of ``ids``, if any."""
    newest = (documents.c.id == versions.c.document_id) & (documents.c.version == versions.c.version)
    part = (attachments.c.document_id == versions.c.document_id) & (attachments.c.version == versions.c.version)
    own = versions.join(documents, newest)
    found: list[Row[Any]] = []
    with catalogue.reading() as connection:
        for table, joined in ((versions, own), (attachments, own.join(attachments, part))):
            columns = (table.c[name] for name in ("digest", "file_name", "media_type", "warnings"))
            query = select(documents.c.id, versions.c.received_at, *columns).select_from(joined)
            query = query.where(table.c.media_type.in_(RECOGNISABLE))
            found += connection.execute(query.where(documents.c.id.in_(ids)) if ids else query)
    waiting: dict[str, Waiting] = {}
    for row in sorted(found, key=lambda row: (row.received_at, row.id), reverse=True):
        # Of a file that has text on each page nothing is to be told.
        if row.warnings or row.media_type in IMAGES:
            waiting.setdefault(row.digest, Waiting(row.id, row.file_name, row.digest, row.media_type))
    return list(waiting.values())


def work_off(
    waiting: Iterable[Waiting],
    blobs: Blobs,
    sandbox: Sandbox,
    recogniser: Recogniser,
    over: Callable[[], bool],
    again: bool = False,
    tell: Callable[[Waiting, int, bool], None] = lambda _each, _page, _done: None,
) -> Done:
    """Recognise the pages that wait, or that failed, too, until all are done or the time is ``over``.

    Raises BlobMissing, BlobDamaged, OSError; what was done by then is kept.
    """
    done = Done()
    for each in waiting:
        if not done.ended:
            _survey(each, blobs, sandbox, recogniser.kept)
        known = recogniser.kept.of(each.digest)
        for number in sorted({*known.missing, *(known.failed if again else ())}):
            done.ended = done.ended or over()
            if done.ended:
                done.left += 1
                continue
            success = recogniser.page(blobs.path(each.digest), each.digest, each.media_type, number)
            done.recognised, done.failed = done.recognised + success, done.failed + (not success)
            done.documents[each.document_id] = None
            tell(each, number, success)
        # Looking for pages takes time, too.
        done.ended = done.ended or over()
    return done


def _survey(each: Waiting, blobs: Blobs, sandbox: Sandbox, kept: Recognitions) -> None:
    """Note which pages of an original are to be recognised, unless somebody has looked before."""
    if kept.of(each.digest).wanted is not None:
        return
    blobs.verify(each.digest)
    try:
        unread = sandbox.extract(blobs.path(each.digest), each.media_type).unread
    except ExtractionFailed:
        # It was read when it came in. What can't be opened any more can't be drawn either.
        unread = ()
    kept.want(each.digest, unread)
