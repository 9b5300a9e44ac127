"""Reading again what was read by an earlier program: the same files, in the same limited process, as a new version.

What is public was approved as it was read, and stays so. Where a file is read otherwise now, the new reading is a
version of the document that waits for review as every version does; where it is read the same, nothing is made. So a
run that was interrupted is simply repeated, and why readings differ (a better program, pages recognised since, a longer
list of issuers) does not matter here.

What persons decided stays: fields that they corrected, names and order of the attachments, the files (a masked copy is
read itself, never its original), the attribute, and what was settled about findings that still stand there. Nothing
becomes less restricted by it.
"""

from collections.abc import Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, RowMapping, select

from archive.compare import readings
from archive.compare.readings import Difference
from archive.decisions import acts, corrections, four_eyes, grounds, publication, scheduled, stops
from archive.decisions.rereadings import MASKED_COPY
from archive.describe.metadata import MANIFEST
from archive.document import BY_HAND, Aspect, Attachment, Disclosure, Document, Metadata, Outcome, Status, Validity
from archive.errors import BlobDamaged, BlobMissing, DecisionRefused, FileRefused, PrecheckFailed, UnknownDocument
from archive.extract import Sandbox
from archive.extract.extraction import Extraction
from archive.intake.adding import Item, Prepared, add_version
from archive.intake.keeping import FIELD_LABELS
from archive.intake.receive import attachment_of, with_title
from archive.reasons import why
from archive.store import assembly, audit
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.recognitions import Recognitions
from archive.store.tables import attachments, sources, versions

_RANKS = {None: 0, Disclosure.ACTIVE: 1, Disclosure.ON_REQUEST: 2, Disclosure.WITHHELD: 3}
_HALF = "文字或者已知的信息中有无法保存的字符，保留原来的读法。"
_AHEAD = 8
_AT_ONCE = 500


class Result(StrEnum):
    """What came of reading a document again."""

    SAME = "与原来一致"
    # Only what is told to the reviewer of the file differs, which nobody else sees.
    NOTED = "只有读取提示不同"
    MADE = "有不同，待审"
    # A reviewer sent this very reading back.
    REFUSED = "审查退回过同样的读法"
    PASSED = "没有重新读取"
    UNREAD = "读不出"


@dataclass(frozen=True, slots=True)
class Reread:
    """What came of one document; ``told`` says why, or what a person should know. It is about one ``version``."""

    id: str
    title: str
    result: Result
    told: str = ""
    version: int = 0
    differences: Sequence[Difference] = ()


class _Passed(Exception):
    """A document that is not read again, with the reason."""


@dataclass(frozen=True, slots=True)
class _Base:
    """The version that is read again. ``newest`` is the document's newest version, which may be a refused one.

    ``stated`` has the facts as they were read and stated, without what was recorded about them later. ``against`` is
    what a reviewer compares with: the public version where that has the same files, else the version itself.
    """

    row: RowMapping
    stated: Document
    against: Document
    newest: int
    status: Status
    is_masked: bool


class Rereading:
    """Reading documents of one archive again, in order, a few ahead. ``actor`` is who asks for it."""

    def __init__(self, catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, actor: str) -> None:
        self._catalogue = catalogue
        self._blobs = blobs
        self._sandbox = sandbox
        self._recognitions = Recognitions.beside(blobs)
        self._actor = actor

    def all(self, ids: Iterable[str]) -> Generator[Reread, None, None]:
        """Read documents again. What can't be read is told and never stops the rest.

        A full disk and a database that fails do stop it; what was made before holds.
        """
        waiting = iter(ids)
        pool = ThreadPoolExecutor(max_workers=2)
        queue: list[tuple[str, Future[Reread | tuple[_Base, Prepared]]]] = []
        try:
            while True:
                queue += [(id, pool.submit(self._read, id)) for id in islice(waiting, _AHEAD - len(queue))]
                if not queue:
                    return
                _, future = queue.pop(0)
                found = future.result()
                yield found if isinstance(found, Reread) else self._kept(*found)
        finally:
            pool.shutdown(cancel_futures=True)

    def note(self, results: Mapping[Result, int]) -> None:
        """Add an event that says what came of a run."""
        if results:
            with self._catalogue.writing() as connection:
                about = {"documents": sum(results.values()), "results": told(results)}
                audit.append(connection, self._actor, "reread.run", None, about)

    def _read(self, id: str) -> "Reread | tuple[_Base, Prepared]":
        try:
            with self._catalogue.reading() as connection:
                base = _base(self._catalogue, connection, id)
        except (UnknownDocument, _Passed) as passed:
            return Reread(id, "", Result.PASSED, str(passed))
        title = base.stated.metadata.title
        try:
            return base, self._prepared(base)
        except FileRefused as refused:
            return Reread(id, title, Result.UNREAD, refused.reason, base.stated.version)
        except (BlobDamaged, BlobMissing) as lost:
            return Reread(id, title, Result.UNREAD, str(lost), base.stated.version)
        except OSError as error:
            return Reread(id, title, Result.UNREAD, f"读文件出错：{why(error)}。", base.stated.version)
        except ValueError:
            return Reread(id, title, Result.UNREAD, _HALF, base.stated.version)

    def _prepared(self, base: _Base) -> Prepared:
        known = base.stated
        files = [known.file, *(part.file for part in known.attachments)]
        for each in files:
            self._blobs.verify(each.digest)
        places = [self._blobs.path(each.digest) for each in files]
        kept = [self._recognitions.path(each.digest) for each in files]
        main, described = self._sandbox.read(
            places[0], known.file.media_type, _stated(known.metadata), known.file.name, kept[0]
        )
        others = [
            self._sandbox.extract(path, file.media_type, recognised)
            for path, file, recognised in zip(places[1:], files[1:], kept[1:], strict=True)
        ]
        text, at = with_title(main, described.title)
        parts = tuple(
            attachment_of(file.digest, file.name, file.media_type, file.size, read)
            for file, read in zip(files[1:], others, strict=True)
        )
        _keeps_text(known, [(text, main), *((part.text, read) for part, read in zip(parts, others, strict=True))])
        return Prepared(
            item=Item(Path(known.file.name), ""),
            signature="",
            content=base.row["content"],
            file=known.file,
            metadata=_kept(known.metadata, described, text),
            text=text,
            warnings=main.warnings,
            places=at,
            concealed=main.concealed,
            attachments=parts,
        )

    def _kept(self, base: _Base, prepared: Prepared) -> Reread:
        try:
            return self._put(base, prepared)
        except ValueError:
            # What no database accepts.
            return Reread(base.stated.id, base.stated.metadata.title, Result.UNREAD, _HALF, base.stated.version)

    def _put(self, base: _Base, prepared: Prepared) -> Reread:
        """Compare a reading with the one that is there, and add it as a version where it differs."""
        known = base.stated
        id, title = known.id, known.metadata.title
        fresh = _as_document(known, prepared)
        found = readings.differences(known, fresh)
        masked = MASKED_COPY if base.is_masked else ""
        if not found:
            noted = _notes(fresh) != _notes(known)
            new = [each for each in _notes(fresh) if each not in _notes(known)]
            return Reread(id, title, Result.NOTED if noted else Result.SAME, "；".join(new), known.version)
        with self._catalogue.writing() as connection:
            try:
                acts.newest(connection, id, base.newest)
                again = _base(self._catalogue, connection, id)
            except (DecisionRefused, _Passed) as changed:
                told = changed.reason if isinstance(changed, DecisionRefused) else str(changed)
                return Reread(id, title, Result.PASSED, f"期间有人办理了本件：{told}", known.version)
            if again.stated != known:
                return Reread(id, title, Result.PASSED, "期间有人办理了本件，请再运行一次。", known.version)
            if refused := _refused_before(connection, self._catalogue, base, fresh):
                return Reread(id, title, Result.REFUSED, f"第 {refused} 版", known.version, found)
            if base.against is not known:
                found = readings.differences(base.against, fresh)
            unchecked = self._add(connection, base, prepared, found)
        return Reread(id, title, Result.MADE, "；".join(filter(None, (masked, unchecked))), base.newest + 1, found)

    def _add(self, connection: Connection, base: _Base, prepared: Prepared, found: Sequence[Difference]) -> str:
        """Add a reading as a version, restricted as the version before or more. Return a warning, or ""."""
        id, of = base.stated.id, base.against.version
        counts = readings.counted(found)
        note = f"重新读取原件，与第 {of} 版对照：{readings.told(counts)}"
        if base.is_masked:
            note += f"（{MASKED_COPY}）"
        source = connection.execute(select(sources.c.source).where(sources.c.document_id == id)).scalar() or ""
        item = Item(prepared.item.path, source, note=note)
        # Of two the stricter.
        known = {each: grounds.disclosure_of(connection, id, each) for each in (base.stated.version, base.newest)}
        kept = max(known, key=lambda each: _RANKS[known[each]])
        stated, former = prepared.metadata.disclosure, base.stated.metadata.disclosure
        # Whoever brought the file in is no other person than before.
        made = add_version(
            connection, id, replace(prepared, item=item), self._actor, brought_by=base.row["brought_by"] or self._actor
        )
        if stated == former or _RANKS[stated] <= _RANKS[known[kept]]:
            grounds.carry_over(connection, id, kept, made, self._actor)
        about = {"version": made, "of": of, "instead_of": base.stated.version, "differences": counts}
        about |= {"waited": True} if base.status is Status.WAITING else {}
        about |= {"masked_copy": True} if base.is_masked else {}
        audit.append(connection, self._actor, four_eyes.REREAD, id, about)
        try:
            stops.reread(connection, self._catalogue.newest_in(connection, id), base.stated)
        except PrecheckFailed as failed:
            # The version then counts as stopped.
            return str(failed)
        return ""


def holding(catalogue: Catalogue, digests: Iterable[str]) -> set[str]:
    """Return the documents that have one of these files, in any version."""
    wanted = sorted(digests)
    found: set[str] = set()
    with catalogue.reading() as connection:
        for at in range(0, len(wanted), _AT_ONCE):
            for table in (versions, attachments):
                query = select(table.c.document_id).where(table.c.digest.in_(wanted[at : at + _AT_ONCE]))
                found.update(connection.scalars(query))
    return found


def told(results: Mapping[Result, int]) -> list[str]:
    """Say how many documents came to each result."""
    return [f"{result} {results[result]} 件" for result in Result if results.get(result)]


def _base(catalogue: Catalogue, connection: Connection, id: str) -> _Base:
    """Return the version of a document that is read again: the newest, or if that was refused, the public one."""
    about = acts.newest(connection, id, None)
    status, version = Status(about["status"]), int(about["version"])
    if status is Status.WITHDRAWN:
        raise _Passed("已经撤回")
    if status is Status.REFUSED and about["public_version"] is None:
        raise _Passed("已经退回")
    if status is Status.WAITING:
        _passed_over(catalogue, connection, id, version)
    if publication.withdrawn(connection, id, version):
        # Its reading waits, or was sent back.
        raise _Passed("已经撤回")
    base = int(about["public_version"]) if status is Status.REFUSED else version
    row, document = _version(catalogue, connection, id, base)
    against = document
    if (public := about["public_version"]) not in (None, base):
        shown, other = _version(catalogue, connection, id, int(public))
        against = other if shown["content"] == row["content"] else document
    return _Base(row, document, against, version, status, _is_masked(connection, id, row["content"]))


def _passed_over(catalogue: Catalogue, connection: Connection, id: str, version: int) -> None:
    """Raise _Passed for a version that waits, and about which a person decided what a new version would undo."""
    plan = scheduled.plans(catalogue, id=id).get(id)
    if plan and plan.version == version and not plan.told:
        raise _Passed(f"已定于 {plan.when} 公开，公开以后再读")
    if any(grounds.outcome_of(connection, id, version, aspect) is Outcome.FAILED for aspect in Aspect):
        raise _Passed("审查不通过，等待退回")


def _version(catalogue: Catalogue, connection: Connection, id: str, version: int) -> tuple[RowMapping, Document]:
    """Return the row of a version and the document that it is, with the facts as they were stated."""
    of = (versions.c.document_id == id) & (versions.c.version == version)
    row = connection.execute(select(versions).where(of)).mappings().one()
    document = next(each for each in catalogue.versions(connection, id) if each.version == version)
    stated = replace(
        document.metadata,
        validity=Validity(row["validity"]) if row["validity"] else None,
        disclosure=Disclosure(row["disclosure"]) if row["disclosure"] else None,
        sources=row["sources"],
    )
    return row, replace(document, metadata=stated)


def _is_masked(connection: Connection, id: str, content: str) -> bool:
    """Tell whether the files of a version are masked copies."""
    masked = {event.details.get("version") for event in audit.events(connection, id, ("mask",))}
    query = select(versions.c.version).where(versions.c.document_id == id, versions.c.content == content)
    return bool(masked) and not masked.isdisjoint(connection.scalars(query))


def _stated(metadata: Metadata) -> dict[str, str]:
    """Return what was stated about a document when it came, as a manifest states it."""
    told = {}
    for name in ("title", *FIELD_LABELS):
        value = getattr(metadata, name)
        if value is not None and metadata.sources.get(name) == MANIFEST:
            told[name] = value.isoformat() if isinstance(value, date) else str(value)
    return told


def _kept(former: Metadata, fresh: Metadata, text: str) -> Metadata:
    """Return what is known by a new reading, with what persons corrected, and no later end of being public."""
    by_hand = [name for name in corrections.LABELS if former.sources.get(name, "").startswith(BY_HAND)]
    kept = {name: getattr(former, name) for name in by_hand}
    told = {**fresh.sources, **{name: former.sources[name] for name in by_hand}}
    until = former.public_until
    if until and "public_until" not in by_hand and (fresh.public_until is None or fresh.public_until > until):
        kept["public_until"] = until
        told["public_until"] = former.sources.get("public_until", "")
    known = replace(fresh, **kept, sources=told)
    if {"title", "number"} & {*by_hand}:
        row = {**assembly.metadata_columns(known), "text": text}
        found = {name: tuple(value) for name, value in corrections.numbers(row).items()}
        known = replace(known, **found)  # type: ignore[arg-type]  # fields by their names
    return known


def _keeps_text(known: Document, read: Sequence[tuple[str, Extraction]]) -> None:
    """Raise FileRefused where nothing is read any more: a program that is missing here is no better reading."""
    parts: list[Document | Attachment] = [known, *known.attachments]
    for part, (text, extraction) in zip(parts, read, strict=True):
        if part.text.strip() and not text.strip():
            why = "".join(extraction.warnings[:1])
            raise FileRefused(f"《{part.file.name}》这次没有读出文字，保留原来的读法。{why}")


def _as_document(known: Document, prepared: Prepared) -> Document:
    return replace(
        known,
        metadata=prepared.metadata,
        text=prepared.text,
        warnings=prepared.warnings,
        places=prepared.places,
        concealed=prepared.concealed,
        attachments=prepared.attachments,
    )


def _notes(document: Document) -> list[str]:
    return [*document.warnings, *(each for part in document.attachments for each in part.warnings)]


def _refused_before(connection: Connection, catalogue: Catalogue, base: _Base, fresh: Document) -> int:
    """Return the version that was the same reading and was sent back; 0 if there is none."""
    if base.status is not Status.REFUSED:
        return 0
    query = select(versions.c.version).where(
        versions.c.document_id == base.stated.id,
        versions.c.version > base.stated.version,
        versions.c.content == base.row["content"],
    )
    for version in connection.scalars(query).all():
        _, refused = _version(catalogue, connection, base.stated.id, version)
        if not readings.differences(refused, fresh):
            return int(version)
    return 0
