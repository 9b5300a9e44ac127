"""Intake: from a file on disk to a document in the archive that waits for review.

A crash may interrupt the intake of a file at any of its steps: the text is extracted in the sandbox → the metadata is
described → the originals are synced to the store → one transaction writes the version, its attachments and the audit
event → the outcome is reported.
"""

import hashlib
import json
import os
from collections.abc import Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from enum import StrEnum
from io import BufferedReader
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from archive.chinese import personal
from archive.chinese.text import normalise
from archive.decisions import corrections, persons, stops
from archive.describe.metadata import MANIFEST
from archive.document import Attachment, File, Metadata, Place, Status
from archive.errors import FileRefused, NotRecorded, PrecheckFailed
from archive.extract import Sandbox, media_type
from archive.extract.extraction import Extraction
from archive.extract.mediatype import EML
from archive.intake.adding import Item, Prepared, add_version
from archive.intake.enclosed import enclosed
from archive.intake.keeping import keeping, tighten
from archive.intake.taking_over import Left, take_over
from archive.reasons import why
from archive.recognition import Recogniser
from archive.store import audit, noted
from archive.store.blobs import Blobs, digest_of
from archive.store.catalogue import Catalogue
from archive.store.folder import opened
from archive.store.recognitions import Recognitions
from archive.store.space import disk_full
from archive.store.tables import documents, sources, versions


class Result(StrEnum):
    TAKEN = "taken"
    CHANGED = "changed"
    HELD = "held"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an item. ``reason`` says why it was refused, or what else the person should know.

    Where it should have been taken over as public and was not, it is ``left``, and ``stops`` counts the open stops for
    which it waits for review.
    """

    item: Item
    result: Result
    document_id: str | None = None
    reason: str = ""
    warnings: tuple[str, ...] = ()
    stops: int = 0
    left: bool = False


_COPY = "与已有文件内容相同，记为同一文件的另一来源"
_UNEXPLAINED = "新版本没有写明更正原因"
_UNCHANGED = "内容没有变化，没有形成新的一版"
_ATTACHED = corrections.label(corrections.ATTACHMENTS)
# What the same content can't open again, whoever delivers it: only a person does, or what was changed.
_CLOSED = {
    Status.REFUSED: "该文件已决定不予发布，这次送来的内容没有变化，维持原来的决定；"
    "要重新送审的，请在文件页更正信息，或者送来改过的文件",
    Status.WITHDRAWN: "该文件已经撤回，这次送来的内容没有变化，仍然撤回；要重新公开的，请送来改过的文件，重新审查",
}


@dataclass(frozen=True, slots=True)
class _Held:
    item: Item
    document_id: str
    content: str


class _Placed(NamedTuple):
    """Where a prepared file belongs, and what the person should know. ``content`` is that of the version it is in."""

    id: str
    result: Result
    content: str
    reason: str = ""


class Intake:
    """Intake of files into one archive. ``actor`` is who brings them in; another approves them.

    With ``already_published`` (a portal's back catalogue) each document is also taken over as public, on the word of
    the actor; never one that a reviewer refused or withdrew before, or that has stops of the pre-check. With a
    ``recogniser`` short scans are read at once; other scans wait in its queue. Raises ValueError for an actor without a
    name.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        blobs: Blobs,
        sandbox: Sandbox,
        actor: str,
        already_published: bool = False,
        recogniser: Recogniser | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._blobs = blobs
        self._sandbox = sandbox
        self._actor = persons.written(actor)
        if not self._actor:
            raise ValueError("who brings files in has a name")
        self._already_published = already_published
        self._recogniser = recogniser
        self._recognitions = Recognitions.beside(blobs)

    def holds(self, item: Item) -> bool:
        """Tell whether a version of any document has the bytes of a file and its attachments. Raises OSError."""
        content = _hash([_digest(path) for path, _ in item.files])
        with self._catalogue.reading() as connection:
            query = select(versions.c.document_id).where(versions.c.content == content).limit(1)
            return connection.execute(query).first() is not None

    def originated(self, source: str) -> Result | None:
        """Tell what a source brought that no other had: a document, or a new version of one. None if neither."""
        query = (
            select(documents.c.version)
            .join(sources, sources.c.document_id == documents.c.id)
            .where(sources.c.source == source, sources.c.original == 1)
        )
        with self._catalogue.reading() as connection:
            version = connection.execute(query).scalar()
        return None if version is None else Result.TAKEN if version == 1 else Result.CHANGED

    def bringer(self, source: str) -> str:
        """Return who brought in the first version of the document that a source originated; "" for no such source."""
        query = (
            select(versions.c.brought_by)
            .join(sources, sources.c.document_id == versions.c.document_id)
            .where(sources.c.source == source, sources.c.original == 1, versions.c.version == 1)
        )
        with self._catalogue.reading() as connection:
            return connection.execute(query).scalar() or ""

    def receive(self, item: Item) -> Receipt:
        """Take in one file. A refusal is an outcome, not an error."""
        return next(self.receive_all([item]))

    def receive_all(self, items: Iterable[Item], ahead: int = 8) -> Generator[Receipt, None, None]:
        """Take in files in order, extracting a few ahead; a file that is refused never stops the rest.

        A full disk and a database that fails do stop it, at once. What had been done about the item by then is told
        before, as the catalogue has it: an outcome says what holds. Raises DiskFull, NotRecorded, SQLAlchemyError.
        """
        waiting = iter(items)
        pool = ThreadPoolExecutor(max_workers=2)
        queue: list[tuple[Item, Future[Prepared | _Held]]] = []
        try:
            while True:
                for item in islice(waiting, ahead - len(queue)):
                    queue.append((item, pool.submit(self._prepare, item)))
                if not queue:
                    return
                item, future = queue.pop(0)
                prepared: Prepared | _Held | None = None
                try:
                    prepared = future.result()
                    if isinstance(prepared, _Held):
                        yield self._held(prepared)
                    else:
                        yield self._record(prepared)
                except FileRefused as refused:
                    yield Receipt(item, Result.REFUSED, reason=refused.reason)
                except (OSError, NotRecorded, SQLAlchemyError) as error:
                    full = disk_full(error, self._blobs.folder)
                    standing = self._standing(prepared, str(full or why(error))) if prepared else None
                    if standing:
                        yield standing
                    if full:
                        raise full from error
                    if not isinstance(error, OSError):
                        raise
                    if not standing:
                        which = f"（{Path(str(error.filename)).name}）" if error.filename else ""
                        yield Receipt(item, Result.REFUSED, reason=f"读写文件出错{which}：{why(error)}。")
                except ValueError:
                    # A name or a stated value that no database accepts: a NUL, or half of a character.
                    yield Receipt(
                        item, Result.REFUSED, reason="文件名或清单中有无法保存的字符，请改名或改正清单后再收。"
                    )
        finally:
            pool.shutdown(cancel_futures=True)

    def _standing(self, prepared: "Prepared | _Held", why: str) -> Receipt | None:
        """Read back what the catalogue has of an item after an error; None if it has nothing of it."""
        item = prepared.item
        query = (
            select(sources.c.original, documents)
            .join(documents, sources.c.document_id == documents.c.id)
            .where(sources.c.source == item.source)
        )
        if isinstance(prepared, Prepared):
            query = query.where(sources.c.signature == prepared.signature)
        with self._catalogue.reading() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        if isinstance(prepared, _Held) or not row["original"]:
            result = Result.HELD
        else:
            result = Result.TAKEN if row["version"] == 1 else Result.CHANGED
        state = "已经公开" if row["public_version"] == row["version"] else "没有公开"
        return Receipt(item, result, str(row["id"]), f"第 {row['version']} 版已在档案中，{state}；{why}")

    def _prepare(self, item: Item) -> "Prepared | _Held":
        """Do everything that needs no writing transaction. Stop early if the archive already has the same file."""
        with ExitStack() as stack:
            # Opened once and read under that handle: what lies at the path may be changed for another at any moment.
            streams = [stack.enter_context(_opened(path, item.within)) for path, _ in item.files]
            own = f"/proc/{os.getpid()}/fd"
            names = [name for _, name in item.files]
            files = [(Path(f"{own}/{each.fileno()}"), name) for each, name in zip(streams, names, strict=True)]
            for path, name in list(files):
                if media_type(path, name) == EML:
                    folder = stack.enter_context(TemporaryDirectory(prefix="gongkai-mail-"))
                    files += enclosed(self._sandbox, path, Path(folder))
            return self._read(item, files)

    def _read(self, item: Item, files: list[tuple[Path, str]]) -> "Prepared | _Held":
        types = [media_type(path, name) for path, name in files]
        digests = [_digest(path) for path, _ in files]
        content = _hash(digests)
        signature = _hash([content, *sorted(f"{key}={value}" for key, value in item.stated.items())])
        held = self._find(item.source, signature)
        if held is not None:
            return _Held(item, held, content)
        # Text first, so that a file that is refused leaves nothing in the store.
        main, metadata = self._read_main(item, *files[0], types[0], digests[0])
        parts = zip(files[1:], types[1:], digests[1:], strict=True)
        others = [self._read_attachment(path, kind, digest) for (path, _), kind, digest in parts]
        kept = [self._keep(*each) for each in zip(files, types, digests, strict=True)]
        text, places = with_title(main, metadata.title)
        return Prepared(
            item=item,
            signature=signature,
            content=content,
            file=kept[0],
            metadata=metadata,
            text=text,
            warnings=main.warnings,
            places=places,
            concealed=main.concealed,
            attachments=tuple(_attachment(*each) for each in zip(kept[1:], others, strict=True)),
        )

    def _read_main(self, item: Item, path: Path, name: str, kind: str, digest: str) -> tuple[Extraction, Metadata]:
        kept = self._recognitions.path(digest)
        found = self._sandbox.read(path, kind, item.stated, name, kept)
        if self._recognised(found[0], path, kind, digest):
            found = self._sandbox.read(path, kind, item.stated, name, kept)
        return found

    def _read_attachment(self, path: Path, kind: str, digest: str) -> Extraction:
        kept = self._recognitions.path(digest)
        found = self._sandbox.extract(path, kind, kept)
        if self._recognised(found, path, kind, digest):
            found = self._sandbox.extract(path, kind, kept)
        return found

    def _recognised(self, found: Extraction, path: Path, kind: str, digest: str) -> bool:
        """Note which pages of a file are to be recognised. Return whether that was done at once, for there are few."""
        if found.unread and self._recognitions.of(digest).wanted is None:
            self._recognitions.want(digest, found.unread)
        return bool(found.unread and self._recogniser and self._recogniser.file(path, digest, kind))

    def _keep(self, named: tuple[Path, str], kind: str, expected: str) -> File:
        path, name = named
        with path.open("rb") as stream:
            digest, size = self._blobs.put(stream)
        if digest != expected:
            raise FileRefused("文件在接收过程中被改动，请待其写完后重新接收。")
        return File(digest, name, kind, size)

    def _find(self, source: str, signature: str) -> str | None:
        query = select(sources.c.document_id).where(sources.c.source == source, sources.c.signature == signature)
        with self._catalogue.reading() as connection:
            return connection.execute(query).scalar()

    def _held(self, held: _Held) -> Receipt:
        kept = Left()
        if self._already_published:
            with self._catalogue.writing() as connection:
                kept = take_over(self._catalogue, connection, held.document_id, held.content, self._actor)
        with self._catalogue.reading() as connection:
            reason = kept.reason or _closed(connection, held.document_id, held.content)
        return Receipt(held.item, Result.HELD, held.document_id, reason, stops=kept.stops, left=kept.reason != "")

    def _record(self, prepared: Prepared) -> Receipt:
        with self._catalogue.writing() as connection:
            id, result, content, reason = self._place(connection, prepared)
            unchecked = self._precheck(connection, id)
            taken = Left()
            if self._already_published:
                taken = take_over(self._catalogue, connection, id, content, self._actor)
        warnings = prepared.warnings + tuple(w for part in prepared.attachments for w in part.warnings) + unchecked
        return Receipt(prepared.item, result, id, taken.reason or reason, warnings, taken.stops, taken.reason != "")

    def _precheck(self, connection: Connection, id: str) -> tuple[str, ...]:
        """Pre-check the newest version. Return a warning if that came to no end: it then counts as stopped."""
        try:
            stops.bring_up(connection, self._catalogue.newest_in(connection, id))
        except PrecheckFailed as failed:
            return (str(failed),)
        return ()

    def _place(self, connection: Connection, prepared: Prepared) -> _Placed:
        """Find or create the document that a prepared file belongs to, and add its version if it is new."""
        source, content = prepared.item.source, prepared.content
        known = connection.execute(select(sources).where(sources.c.source == source)).mappings().first()
        if known is not None and known["signature"] == prepared.signature:
            id = str(known["document_id"])
            return _Placed(id, Result.HELD, content, _closed(connection, id, content))
        if prepared.item.replaces:
            return self._replace(connection, prepared, *prepared.item.replaces)
        if known is not None and known["original"]:
            id = str(known["document_id"])
            if closed := _closed(connection, id, content):
                return _Placed(id, Result.HELD, content, closed)
            metadata, kept = keeping(connection, id, prepared.metadata)
            former, attached = corrections.newest(connection, id)
            kept = kept if prepared.attachments or not attached else (*kept, _ATTACHED)
            if _is_unchanged(former, prepared, metadata):
                return _Placed(id, Result.HELD, former["content"], "；".join(filter(None, (_UNCHANGED, _kept(kept)))))
            add_version(connection, id, replace(prepared, metadata=metadata), self._actor)
            return _Placed(id, Result.CHANGED, content, _changed(prepared, kept))
        if known is not None:
            # A copy that differs from now on becomes a document of its own.
            connection.execute(delete(sources).where(sources.c.source == source))
            told = {"source": source, **noted.gone(sources, source)}
            audit.append(connection, self._actor, "uncopy", known["document_id"], told)
        twin = connection.execute(
            select(versions.c.document_id)
            .where(versions.c.content == prepared.content)
            .order_by(versions.c.received_at)
        ).scalar()
        id = str(twin) if twin else self._catalogue.keys.address(prepared.content)
        if twin is None:
            add_version(connection, id, prepared, self._actor)
            return _Placed(id, Result.TAKEN, content)
        copy = {"source": source, "document_id": id, "signature": prepared.signature, "original": 0}
        connection.execute(insert(sources).values(**copy))
        wrote = noted.rows(connection, (sources, sources.c.source == source))
        audit.append(connection, self._actor, "copy", id, {"source": personal.masked(source), **wrote})
        reason = _closed(connection, id, content) or _COPY
        if set(prepared.item.stated) - {"source_url"}:
            reason += f"；{tighten(connection, id, prepared.metadata.disclosure, self._actor)}"
        return _Placed(id, Result.HELD, content, reason)

    def _replace(self, connection: Connection, prepared: Prepared, id: str, version: int) -> _Placed:
        """Add the next version of a document. Its other sources go on to mean what they brought."""
        newest = connection.execute(select(documents.c.version).where(documents.c.id == id)).scalar()
        if newest != version:
            raise FileRefused(f"期间有了第 {newest} 版，请看过之后再操作。")
        if prepared.item.last is not None:
            for each in audit.events(connection, id):
                if each.sequence > prepared.item.last and each.action != audit.VIEW:
                    raise FileRefused(f"期间{each.actor}又办理了本件，请看过现在的情况再操作。")
        metadata, kept = keeping(connection, id, prepared.metadata)
        add_version(connection, id, replace(prepared, metadata=metadata), self._actor)
        return _Placed(id, Result.CHANGED, prepared.content, _changed(prepared, kept))


def _is_unchanged(former: Mapping[str, Any], prepared: Prepared, metadata: Metadata) -> bool:
    """Tell whether what comes again is the newest version, ``former``, and nothing else is stated about it.

    ``metadata`` is that with what is kept. What isn't stated is no change, attachments neither.
    """
    content = former["content"] == prepared.content
    alone = not prepared.attachments and former["digest"] == prepared.file.digest
    stated = [name for name, read_from in prepared.metadata.sources.items() if read_from == MANIFEST]
    return (content or alone) and all(getattr(metadata, name) == former[name] for name in stated)


def _changed(prepared: Prepared, kept: Sequence[str]) -> str:
    """Say what a new version does not state: why it is there, and what it keeps."""
    return "；".join(filter(None, ("" if prepared.item.note else _UNEXPLAINED, _kept(kept))))


def _kept(labels: Sequence[str]) -> str:
    return f"本次没有写明，沿用原先的{'、'.join(labels)}" if labels else ""


def _closed(connection: Connection, id: str, content: str) -> str:
    """Say that a document is closed and that a content doesn't open it, for it had that before; "" if it may."""
    status = connection.execute(select(documents.c.status).where(documents.c.id == id)).scalar_one()
    had = select(versions.c.version).where(versions.c.document_id == id, versions.c.content == content).limit(1)
    return _CLOSED.get(Status(status), "") if connection.execute(had).first() else ""


def attachment_of(digest: str, name: str, kind: str, size: int, part: Extraction) -> Attachment:
    """Return an attachment that was read from a file, which is kept under its digest."""
    return _attachment(File(digest, name, kind, size), part)


def _attachment(file: File, part: Extraction) -> Attachment:
    text, places = with_title(part)
    return Attachment(file, text, part.warnings, places, part.concealed)


def with_title(extraction: Extraction, shown: str = "") -> tuple[str, tuple[Place, ...]]:
    """Return the text and its places, with its own title on top unless that is ``shown`` as the document's."""
    own, places = extraction.title, extraction.places
    if not own or normalise(own) in normalise(shown):
        return "\n".join(extraction.paragraphs), places
    # A place that starts at the first line now starts at the title. A table does not, as the title is not part of it.
    moved = tuple(
        place if not place.start and "表" not in place.label else replace(place, start=place.start + 1)
        for place in places
    )
    return "\n".join((own, *extraction.paragraphs)), moved


def _opened(path: Path, within: Path | None) -> AbstractContextManager[BufferedReader]:
    try:
        if not path.is_file():
            # Says what it is instead.
            media_type(path, path.name)
    except FileNotFoundError:
        pass
    return opened(path, within)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return digest_of(stream)


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256(json.dumps(list(parts), ensure_ascii=False).encode()).hexdigest()
