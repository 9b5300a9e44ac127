"""What is handed over: public information to the library and the archive (article 25), and files after ten years.

A batch is a list of documents as they were on the day, with the hash of each file, and later a receipt. With what goes
to the archive for good (档案法, article 15; 实施条例, articles 20, 30) come for each document the opinion on opening
it, whether it was public, and how its secrecy changed.
"""

import hashlib
import os
import re
import tempfile
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from sqlalchemy import ColumnElement, Connection, not_, select

from archive.document import Document, Status
from archive.errors import EntryRefused
from archive.plain import one_line
from archive.registers.books.book import Book, Entry
from archive.registers.books.columns import Column, Facts, Kind, in_order, text
from archive.registers.books.reevaluations import Withheld, withheld
from archive.registers.books.spec import Figure, Spec
from archive.registers.requests import sheet
from archive.registers.requests.facts import Plain
from archive.registers.requests.request import Actor
from archive.registers.roles import Act
from archive.store.blobs import Blobs
from archive.store.catalogue import BATCH, Catalogue
from archive.store.public import ended
from archive.store.tables import documents, versions

ARCHIVE, LIBRARY, HALL = "国家档案馆", "公共图书馆", "政务服务场所"
RECEIVERS = (ARCHIVE, LIBRARY, HALL)
PROVIDED, TRANSFERRED = "提供公开信息", "移交档案"
OPENINGS = ("到期开放", "延期开放")
YEARS = 10
# How many documents a batch has at most.
MOST = 500
LIST = ("文件编号", "版次", "标题", "文号", "成文日期", "公开情况", "到期开放意见", "密级变更", "原件", "SHA-256")
TO_FILL = ("文件编号", "标题", "文号", "成文日期", "公开情况", "到期开放意见", "密级变更")
_PARTS = re.compile(r"[，,\t]")
_SENT = Column("sent_on", "移送日", Kind.DAY, needed=True, listed=True)
_RECEIVED = Column("received_on", "签收日", Kind.DAY, listed=True)
_STATUS = {Status.WAITING: "待审", Status.REFUSED: "不予发布", Status.WITHDRAWN: "已撤回", Status.PUBLISHED: "待审"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document as a line of a batch names it. Both are "" where the line doesn't say."""

    id: str
    opening: str
    secrecy: str


@dataclass(frozen=True, slots=True)
class Held:
    """A document that is to be handed over."""

    id: str
    title: str
    number: str
    written_on: date | None


def lines(told: str) -> list[Wanted]:
    """Read the documents of a batch: a line each, with the id, the opinion and the change of secrecy between commas."""
    found = []
    for line in filter(None, map(str.strip, told.splitlines())):
        id, opening, secrecy = ([part.strip() for part in _PARTS.split(line, 2)] + ["", ""])[:3]
        found.append(Wanted(id.rstrip("/").rpartition("/")[2], opening, secrecy))
    return found


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What is still to be handed over: the first of it, what was made first on top, and how much there is in all.

    ``undated`` documents have no day and are not counted: nobody knows whether they are old enough.
    """

    first: Sequence[Held]
    total: int
    undated: int = 0


def outstanding(catalogue: Catalogue, entries: Iterable[Entry], to: str, most: int | None = None) -> Outstanding:
    """Return what is public and was not provided to a receiver yet: all, or ``most`` of it."""
    done = _documents(each for each in entries if each.facts.get("to") == to)
    shown = versions.c.version == documents.c.public_version
    with catalogue.reading() as connection:
        ids = _but(connection, done, shown, not_(ended(catalogue.today())))
        return Outstanding(_held(connection, ids[:most], shown), len(ids))


def after_ten_years(catalogue: Catalogue, entries: Iterable[Entry], year: int, most: int | None = None) -> Outstanding:
    """Return what was made ten years or more before the end of a year and was not transferred, whatever its state."""
    done = _documents(each for each in entries if each.facts.get("kind") == TRANSFERRED)
    newest = versions.c.version == documents.c.version
    # The last day that is old enough. No calendar begins before the year 1.
    last = date(max(1, year - YEARS), 12, 31)
    with catalogue.reading() as connection:
        ids = _but(connection, done, newest, versions.c.written_on <= last)
        undated = _but(connection, done, newest, versions.c.written_on.is_(None))
        return Outstanding(_held(connection, ids[:most], newest), len(ids), len(undated))


def items(entry: Entry) -> list[Mapping[str, Plain]]:
    """Return the documents of a batch as they were when it was made."""
    found = entry.facts.get("items")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def table(entry: Entry) -> list[Sequence[str]]:
    """Return the list of a batch: a row for each file, under the names of its columns."""
    rows: list[Sequence[str]] = [LIST]
    for each in items(entry):
        files = each["files"]
        for file in files if isinstance(files, list) else []:
            name, digest = (str(file[key]) for key in ("name", "sha256")) if isinstance(file, dict) else ("", "")
            known = (text(each, key) for key in ("id", "version", "title", "number", "written_on", "public"))
            rows.append((*known, text(each, "opening"), text(each, "secrecy"), name, digest))
    return rows


def pack(book: Book, entry: Entry, blobs: Blobs, path: Path, by: Actor) -> int:
    """Write a batch with its originals and lists into a new zip; return how many files it has.

    ``manifest-sha256.txt`` has the hash of each, for ``sha256sum -c``. Raises BlobMissing, BlobDamaged, OSError; then
    there is no zip.
    """
    count = 0
    sums: list[str] = []
    with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".handover-") as folder:
        made = Path(folder) / "batch.zip"
        # A stick has neither links nor modes that could be set afterwards.
        with os.fdopen(_new(made), "wb") as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as out:
            for name in ("目录.csv", "目录.xlsx"):
                sheet.write(Path(folder) / name, table(entry))
                _add(out, name, (Path(folder) / name).read_bytes(), sums)
            for each in items(entry):
                files = each["files"]
                for at, file in enumerate(files if isinstance(files, list) else []):
                    if isinstance(file, dict):
                        digest = str(file["sha256"])
                        blobs.verify(digest)
                        with blobs.open(digest) as original:
                            _add(out, _place(text(each, "id"), at, str(file["name"])), original.read(), sums)
                        count += 1
            out.writestr("manifest-sha256.txt", "".join(sums))
        book.note(by, "book.export", {"entry": entry.number, "rows": count})
        # No file that is there is written over.
        os.close(_new(path))
        made.replace(path)
    return count


def _new(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def _add(out: zipfile.ZipFile, name: str, content: bytes, sums: list[str]) -> None:
    out.writestr(name, content)
    sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")


def _place(id: str, at: int, name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    kept = suffix if re.fullmatch(r"\.[a-z0-9]{1,7}", suffix) else ""
    return f"documents/{id}/{f'attachment-{at}' if at else 'original'}{kept}"


def _documents(entries: Iterable[Entry]) -> set[str]:
    return {text(item, "id") for each in entries for item in items(each)}


def _but(
    connection: Connection, done: set[str], version: ColumnElement[bool], wanted: ColumnElement[bool]
) -> list[str]:
    """Return the ids of documents whose ``version`` is as ``wanted``, but for what is done, the oldest first."""
    at = versions.c
    query = select(at.document_id).join(documents, (at.document_id == documents.c.id) & version).where(wanted)
    # Databases differ in whether what has no day comes first.
    found = connection.scalars(query.order_by(at.written_on.is_not(None), at.written_on, at.document_id))
    return [id for id in found if id not in done]


def _held(connection: Connection, ids: Sequence[str], version: ColumnElement[bool]) -> list[Held]:
    at = versions.c
    query = select(at.document_id, at.title, at.number, at.written_on)
    query = query.join(documents, (at.document_id == documents.c.id) & version)
    found: dict[str, Held] = {}
    for start in range(0, len(ids), BATCH):
        for row in connection.execute(query.where(at.document_id.in_(ids[start : start + BATCH]))):
            found[row.document_id] = Held(row.document_id, one_line(row.title), row.number or "", row.written_on)
    return [found[id] for id in ids]


def standings(catalogue: Catalogue, ids: Collection[str]) -> dict[str, str]:
    """Return for documents whether they are public today, and if not why (公开情况)."""
    public, grounds = catalogue.public_many(ids), {each.id: each for each in withheld(catalogue)}
    return {
        id: _public(public[id]) if id in public else _hidden(document, grounds.get(id))
        for id, document in catalogue.newest_many(ids).items()
    }


def _public(document: Document) -> str:
    since = document.metadata.published_on
    return f"已公开{f'（{since}）' if since else ''}"


def _hidden(document: Document, kept: Withheld | None) -> str:
    return f"{kept.disclosure}{'：' if kept.ground else ''}{kept.ground}" if kept else _STATUS[document.status]


def to_fill(catalogue: Catalogue, found: Sequence[Held]) -> list[Sequence[str]]:
    """Return the list after ten years as a table in which opinions and changes of secrecy are filled in."""
    told = standings(catalogue, [each.id for each in found])
    rows = ((each.id, each.title, each.number, str(each.written_on or ""), told.get(each.id, "")) for each in found)
    return [TO_FILL, *((*row, "", "") for row in rows)]


def filled(path: Path) -> str:
    """Return the documents of a table that ``to_fill`` made and somebody filled in, as lines of a batch.

    Rows without an opinion are left out. Raises EntryRefused, RequestRefused for no table, OSError.
    """
    rows = sheet.read(path)
    _, heading = next(rows, (1, [""]))
    if lacking := [name for name in ("文件编号", "到期开放意见") if name not in heading]:
        raise EntryRefused(f"第一行应为列名，缺少{'、'.join(lacking)}列：请用 gongkai handovers list 写出的表格填写。")
    told = (dict(zip(heading, cells, strict=False)) for _, cells in rows)
    return "\n".join(
        f"{row.get('文件编号', '')}，{row['到期开放意见']}，{one_line(row.get('密级变更', ''))}"
        for row in told
        if row.get("到期开放意见")
    )


def _more(facts: Facts, catalogue: Catalogue) -> Facts:
    """Return the documents of a batch as they are now. Raises EntryRefused for one that is gone."""
    wanted = lines(text(facts, "documents"))
    ids = [each.id for each in wanted]
    # What is provided is what the public sees; what is transferred is the newest version.
    there = catalogue.public_many(ids) if facts.get("kind") == PROVIDED else catalogue.newest_many(ids)
    told = standings(catalogue, ids)
    found: list[Plain] = []
    for each in wanted:
        document = there.get(each.id)
        if document is None:
            raise EntryRefused(f"文件 {each.id} 已经不在。")
        files: list[Plain] = [
            {"name": file.name, "sha256": file.digest, "size": file.size}
            for file in (document.file, *(part.file for part in document.attachments))
        ]
        found.append(
            {
                **{"id": document.id, "version": document.version, "title": one_line(document.metadata.title)},
                **{"number": document.metadata.number or "", "public": told.get(each.id, ""), "files": files},
                "written_on": document.metadata.written_on.isoformat() if document.metadata.written_on else "",
                **{"opening": each.opening, "secrecy": each.secrecy},
            }
        )
    return {"items": found}


def _against(facts: Facts, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Hold the documents of a batch against the archive."""
    ids = [each.id for each in lines(text(facts, "documents"))]
    public = facts.get("kind") == PROVIDED
    there = catalogue.public_many(ids) if public else catalogue.newest_many(ids)
    if gone := [at for at, id in enumerate(ids, 1) if id not in there]:
        named = "、".join(map(str, gone[:20]))
        yield "documents", f"第 {named} 行的文件{'没有公开，不能提供' if public else '档案里没有'}。"


def _problems(facts: Facts, today: date) -> Iterator[tuple[str, str]]:
    yield from in_order(facts, today, _SENT, _RECEIVED)
    if bool(facts.get("received_on")) != bool(facts.get("signed_by")):
        yield "signed_by", "签收日和签收人应当都有，或者都没有。"
    if facts.get("receipt") and not facts.get("received_on"):
        yield "received_on", "有回执的，请写明签收日。"
    transferred = facts.get("kind") == TRANSFERRED
    if transferred and facts.get("to") != ARCHIVE:
        yield "kind", f"{TRANSFERRED}只能移交{ARCHIVE}（档案法第十五条）。"
    if problem := _wrong_lines(lines(text(facts, "documents")), transferred):
        yield "documents", problem


def _wrong_lines(wanted: Sequence[Wanted], transferred: bool) -> str:
    ids = [each.id for each in wanted]
    if len(ids) > MOST:
        return f"一批最多 {MOST} 件，现在有 {len(ids)} 件，请分几批。"
    if len({*ids}) < len(ids):
        return "有的文件写了两次。"
    for at, each in enumerate(wanted, 1):
        if transferred and each.opening not in OPENINGS:
            return f"第 {at} 行没有写明到期开放意见（{'、'.join(OPENINGS)}），应写成：编号，到期开放，密级变更情况。"
        if not transferred and (each.opening or each.secrecy):
            return f"第 {at} 行只写编号：到期开放意见、密级变更情况只在{TRANSFERRED}时写。"
    return ""


def figures(year: int, every: Collection[Facts]) -> list[Figure]:
    found = [each for each in every if SPEC.year(each) == year]

    def count(kind: str) -> int:
        lists = (each.get("items") for each in found if each.get("kind") == kind)
        return sum(len(each) for each in lists if isinstance(each, list))

    return [
        ("移送", f"{len(found)} 批"),
        ("已签收", f"{sum(bool(each.get('received_on')) for each in found)} 批"),
        *((kind, f"{count(kind)} 件") for kind in (PROVIDED, TRANSFERRED)),
    ]


SPEC = Spec(
    "handovers",
    "移送登记簿",
    (
        Column("to", "移送对象", Kind.ONE, RECEIVERS, needed=True, listed=True, fixed=True),
        Column("kind", "种类", Kind.ONE, (PROVIDED, TRANSFERRED), needed=True, listed=True, fixed=True),
        Column("receiver", "接收单位", needed=True, listed=True, most=100),
        _SENT,
        Column(
            *("documents", "文件", Kind.AREA),
            needed=True,
            hint="每行一件，写编号；移交档案的写成：编号，到期开放（或者延期开放），密级变更情况。",
            most=60_000,
            fixed=True,
        ),
        _RECEIVED,
        Column("signed_by", "签收人", most=64, listed=True),
        Column("receipt", "回执", Kind.DOCUMENT, hint="回执扫描后收文，这里写它的编号或者地址。"),
    ),
    *("sent_on", figures),
    *(Act.SEE_BOOKS, Act.KEEP_BOOKS, Act.EXPORT_BOOKS),
    problems=_problems,
    views={
        "未签收": lambda facts: not facts.get("received_on"),
        "已签收": lambda facts: bool(facts.get("received_on")),
        PROVIDED: lambda facts: facts.get("kind") == PROVIDED,
        TRANSFERRED: lambda facts: facts.get("kind") == TRANSFERRED,
    },
    held=_against,
    more=_more,
)
