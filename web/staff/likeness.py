"""Documents that look like one that waits: the same file, number or title, or nearly the same text; public or not."""

import hashlib
import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from archive.chinese.text import normalise
from archive.document import UNNAMED, Document, Status
from archive.errors import GongkaiError
from archive.plain import one_line
from archive.registers import traces
from archive.registers.staff import Staff
from archive.registers.traces import Traced
from archive.store import audit
from archive.store.catalogue import Catalogue
from archive.store.tables import attachments, documents, sources, versions
from indexer.duplicates import READ, alike, sketch

log = logging.getLogger(__name__)
# Seconds between two batches in the background, in which pages are answered.
_PAUSE = 0.05
# The smallest hashes of a text are the most likely to be shared: of two texts that are alike by four fifths, nearly
# all. Two of so many are asked for, so that no phrase that stands in many documents makes each a candidate.
_SMALLEST = 12
_LEAST = 2
# Candidates whose texts are compared, and documents that are shown.
_COMPARED = 30
SHOWN = 10
_SHORTEST_TITLE = 4


class Sign(StrEnum):
    """Why two documents may be one, the surest first."""

    FILE = "文件完全相同"
    NUMBER = "文号相同"
    TEXT = "内容基本相同"
    TITLE = "标题相同"


@dataclass(frozen=True, slots=True)
class Twin:
    """A document that looks like the one that waits."""

    id: str
    title: str
    issuer: str
    number: str
    status: Status
    public_version: int | None
    version: int
    brought_by: str
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Likenesses:
    """``copies`` counts further sources that brought the very same files, and ``bringers`` names who did.

    ``behind`` tells that not all was compared.
    """

    twins: tuple[Twin, ...]
    copies: int
    bringers: tuple[str, ...]
    behind: bool


def keep_up(staff: Staff, catalogue: Catalogue) -> int:
    """Let the next documents leave their traces; return how many events are still ahead."""
    return traces.keep_up(staff, catalogue, _leaves, READ)


@contextmanager
def catching_up(staff: Staff, catalogue: Catalogue) -> Iterator[None]:
    """Let all documents leave their traces in the background, which takes a minute for 50,000 the first time."""
    stopped = threading.Event()

    def catch_up() -> None:
        try:
            while not stopped.wait(_PAUSE) and keep_up(staff, catalogue):
                pass
        except (GongkaiError, SQLAlchemyError) as error:
            # Pages go on from where this ended, and say that not all was compared.
            log.error("重复文件的比对没有做完：%s", error)

    thread = threading.Thread(target=catch_up, name="likeness", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def of(staff: Staff, catalogue: Catalogue, document: Document) -> Likenesses:
    """Find what looks like a document, of all that the archive has, also what is not public: for staff only."""
    ahead = keep_up(staff, catalogue)
    metadata = document.metadata
    ids: dict[str, set[Sign]] = {}
    for sign, sought in (
        (Sign.NUMBER, [_trace("number", each) for each in metadata.numbers]),
        (Sign.TITLE, _title(metadata.title)),
    ):
        for id in traces.shared(staff, document.id, sought) if sought else ():
            ids.setdefault(id, set()).add(sign)
    own = sketch(document.text)
    near = traces.shared(staff, document.id, _smallest(document.text), _LEAST, _COMPARED) if len(own) else {}
    with catalogue.reading() as connection:
        for table in (versions, attachments):
            query = select(table.c.document_id).where(
                table.c.digest == document.file.digest, table.c.document_id != document.id
            )
            for id in connection.scalars(query.distinct().limit(SHOWN)):
                ids.setdefault(id, set()).add(Sign.FILE)
        newest = (documents.c.id == versions.c.document_id) & (documents.c.version == versions.c.version)
        rows = connection.execute(
            select(
                *(documents.c.id, documents.c.status, documents.c.public_version, documents.c.version),
                *(versions.c.title, versions.c.issuer, versions.c.number, versions.c.brought_by),
                func.substr(versions.c.text, 1, READ).label("text"),
            )
            .select_from(documents.join(versions, newest))
            .where(documents.c.id.in_([*(ids.keys() | near.keys())]))
        ).all()
        copied = select(func.count()).where(sources.c.document_id == document.id, sources.c.original == 0)
        copies = connection.execute(copied).scalar_one()
        bringers = [each.actor for each in audit.events(connection, document.id, ("copy",))] if copies else []
    found = []
    for row in rows:
        signs = ids.get(row.id, set()) | ({Sign.TEXT} if alike(own, sketch(row.text or "")) else set())
        if signs:
            found.append(
                Twin(
                    *(row.id, one_line(row.title) or UNNAMED, one_line(row.issuer or ""), row.number or ""),
                    *(Status(row.status), row.public_version, row.version, row.brought_by or ""),
                    tuple(sign for sign in Sign if sign in signs),
                )
            )
    order = [*Sign]
    found.sort(key=lambda twin: (order.index(twin.signs[0]), -len(twin.signs), twin.id))
    return Likenesses(tuple(found), copies, tuple(dict.fromkeys(bringers)), ahead > 0)


def _leaves(document: Traced) -> Iterable[int]:
    yield from (_trace("number", each) for each in document.numbers)
    yield from _title(document.title)
    yield from _smallest(document.text)


def _smallest(text: str) -> list[int]:
    # A database's integers have a sign.
    return [int(each) - (1 << 63) for each in sketch(text)[:_SMALLEST]]


def _title(title: str) -> list[int]:
    same = "".join(normalise(title).split())
    return [_trace("title", same)] if len(same) >= _SHORTEST_TITLE and title != UNNAMED else []


def _trace(kind: str, value: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{kind} {value}".encode()).digest()[:8], "big", signed=True)
