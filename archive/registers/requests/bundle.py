"""Puts everything about a request into one zip for a review or a lawsuit: in order, with a list and the hash of each.

The organ has ten working days for its answer and evidence, five in the simple procedure (行政复议法, articles 48, 54),
and may collect none afterwards (article 46). So a bundle is made also where something is missing, and its list says so.
Whoever receives it checks it by ``sha256sum -c SHA256SUMS``.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import PurePosixPath

from archive.official import Paper, Table, docx_of, written, zipped
from archive.plain import one_line
from archive.registers.requests.outcomes import Answer, Content


class Part(StrEnum):
    """What a piece proves, in the order of the list."""

    APPLICATION = "申请书"
    RECEIPT = "登记回执"
    SUPPLEMENT = "补正告知和补正材料"
    CONSULTATION = "征求意见材料"
    EXTENSION = "延期告知书"
    SEARCH = "检索情况记录"
    ANSWER = "答复书"
    SERVICE = "送达证明"
    LOG = "办理记录"
    OTHER = "其他材料"


@dataclass(frozen=True, slots=True)
class Piece:
    """A file of the bundle. Only the ending of its own ``name`` is kept."""

    part: Part
    title: str
    name: str
    content: bytes
    dated: date | None = None


LIST, SUMS = "000-目录.docx", "SHA256SUMS"
_ALWAYS = (Part.APPLICATION, Part.RECEIPT, Part.ANSWER, Part.SERVICE, Part.LOG)
_UNFIT = re.compile(r'[\\/:*?"<>|\s]+')
_LONGEST = 40
_WIDTHS = (12, 74, 28, 42)


def needed(answer: Answer | None, *, supplemented: bool, consulted: bool, extended: bool) -> list[Part]:
    """Return what the bundle of a request must hold, by how it was answered and what happened to it before."""
    asked = {
        Part.SUPPLEMENT: supplemented,
        Part.CONSULTATION: consulted,
        Part.EXTENSION: extended,
        Part.SEARCH: answer is not None and Content.SEARCH in answer.needs,
    }
    return [part for part in Part if part in _ALWAYS or asked.get(part, False)]


def missing(pieces: Iterable[Piece], wanted: Iterable[Part]) -> list[Part]:
    """Return what must be in a bundle and isn't. An empty file is none."""
    there = {piece.part for piece in pieces if piece.content}
    return [part for part in wanted if part not in there]


def bundle(
    request: str, organ: str, pieces: Iterable[Piece], wanted: Iterable[Part], notes: Sequence[str] = ()
) -> bytes:
    """Return the zip of a request: its list, the pieces in order, their sums. The same pieces make the same bytes.

    ``notes`` are sentences that the list ends with. Within a part pieces are in the order of their dates, those without
    one last, else in the order given.
    """
    order = list(Part)
    ordered = sorted(pieces, key=lambda piece: (order.index(piece.part), piece.dated or date.max))
    files = [(_named(at, piece), piece.content) for at, piece in enumerate(ordered, 1)]
    listed = _list(request, organ, ordered, [_sum(content) for _, content in files], missing(ordered, wanted), notes)
    files.insert(0, (LIST, docx_of(listed)))
    sums = "".join(f"{_sum(content)}  {name}\n" for name, content in files)
    return zipped([*files, (SUMS, sums.encode())])


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _named(at: int, piece: Piece) -> str:
    """Return a file's name in the bundle: a number and its title, whatever the file was called."""
    title = _UNFIT.sub("_", one_line(piece.title)).strip("._")[:_LONGEST]
    ending = PurePosixPath(piece.name).suffix.lower()
    ending = ending if re.fullmatch(r"\.[a-z0-9]{1,5}", ending) else ".bin"
    return f"{at:03}-{piece.part}{f'-{title}' if title and title != piece.part else ''}{ending}"


def _list(
    request: str,
    organ: str,
    pieces: Sequence[Piece],
    sums: Sequence[str],
    lacking: Sequence[Part],
    notes: Sequence[str],
) -> Paper:
    rows = [("序号", "材料名称", "日期", "SHA-256")]
    for at, (piece, digest) in enumerate(zip(pieces, sums, strict=True), 1):
        name = f"{piece.part}：{one_line(piece.title)}" if piece.title != piece.part else str(piece.part)
        note = "（空文件）" if not piece.content else ""
        # In groups that an eye can compare.
        groups = "\n".join(digest[start : start + 16] for start in range(0, len(digest), 16))
        rows.append((str(at), name + note, written(piece.dated), groups))
    said: list[str | Table] = [f"申请登记号：{request}。共 {len(pieces)} 件，按顺序排列。", Table(tuple(rows), _WIDTHS)]
    if lacking:
        said.append(f"缺少下列材料：{'、'.join(lacking)}。")
    said += notes
    return Paper(("政府信息公开申请案卷材料目录",), body=tuple(said), signed=organ)
