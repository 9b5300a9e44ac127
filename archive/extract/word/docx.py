"""Reading Word documents (docx)."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from zipfile import BadZipFile

import docx
from docx.document import Document
from docx.opc.exceptions import OpcError
from docx.opc.part import Part
from lxml import etree

from archive.errors import ExtractionFailed
from archive.extract.containers.zipguard import read_parts, refuse_doctype, repack
from archive.extract.extraction import Extraction
from archive.extract.others import plain, webarchive
from archive.extract.text.assemble import assemble, table_labels
from archive.extract.text.charset import decode
from archive.extract.text.concealed import Concealed, comments_told, doubtful_told, hidden_told, revisions_told
from archive.extract.text.numbering import Counter, unknown_told, unread_told
from archive.extract.text.tables import covered_told
from archive.extract.text.titles import DEPTH, Look, find_title, joined_title, may_be_title
from archive.extract.webpage import html
from archive.extract.word.colours import Palette
from archive.extract.word.concealed import add_comments, add_properties
from archive.extract.word.margins import margin_lines
from archive.extract.word.numbering import Numbering
from archive.extract.word.styles import Styles, W
from archive.extract.word.text import Line, Reader, Seen
from archive.extract.word.visibility import Visibility

_DAMAGED = "文件（docx）不合格式，无法读取。请用办公软件打开并另存后再提交。"
_TITLE_STYLES = re.compile(r"(?:title|标题|.*(?:公文|文章|文件|大|主)标题)", re.IGNORECASE)
_HEADING_STYLES = re.compile(r"(?:heading 1|标题 ?1)", re.IGNORECASE)


def extract(path: Path) -> Extraction:
    """Extract the text of a Word document as it reads with all revisions accepted."""
    return from_parts(read_parts(path))


def from_parts(parts: dict[str, bytes]) -> Extraction:
    """Extract the text of a Word document given as its parts by their names in the container."""
    refuse_doctype(parts)
    try:
        document = docx.Document(repack(parts))
        return _Docx(document).extraction()
    except (LookupError, ValueError, AttributeError, TypeError, OpcError, BadZipFile, etree.LxmlError) as error:
        if "memory" in str(error).lower() or str(error).startswith("unknown error"):
            # A parser that runs out of memory reports only an unknown error.
            raise MemoryError from error
        raise ExtractionFailed(_DAMAGED) from error


class _Docx:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._chunks: dict[str, Extraction] = {}
        self._concealed = Concealed()
        styles = Styles(self._root("styles"))
        kinds = ("header", "footer", "footnotes", "endnotes")
        beside = [_parse(part.blob) for kind in kinds for part in self._parts(kind)]
        visibility = Visibility(styles, [document.element, *beside], Palette(self._root("theme")))
        numbering = Numbering(self._root("numbering"), styles)
        self._reader = Reader(styles, visibility, self._concealed, numbering, self._chunk)

    def extraction(self) -> Extraction:
        self._concealed.near = ""
        body = self._reader.lines(self._document.element.body)
        self._concealed.near = None
        seen = self._reader.seen
        body_seen = replace(seen, carriers=replace(seen.carriers))
        unknown = self._reader.counter.unknown
        title = title_of(body) or next((each.title for each in self._chunks.values() if each.title), None)
        lines = [line.text for line in body]
        lines += self._notes()
        lines += margin_lines(self._margins(), [*lines, title or ""])
        labels = table_labels(line.table for line in body) + [""] * (len(lines) - len(body))
        rows = {at: line.row for at, line in enumerate(body) if line.row is not None}
        stated = {label: value for each in self._chunks.values() for label, value in each.stated.items()}
        page_date = next((each.page_date for each in self._chunks.values() if each.page_date), "")
        warnings = [warning for each in self._chunks.values() for warning in each.warnings] + self._warnings(body_seen)
        warnings += self._reader.setter.told + ([unknown_told(unknown)] if unknown else [])
        for line in (line for each in self._chunks.values() for line in each.concealed):
            kind, _, text = line.partition("：")
            self._concealed.add(kind, text)
        comments = self._root("comments")
        add_comments(self._concealed, () if comments is None else comments)
        add_properties(self._concealed, self._document)
        return assemble(
            title,
            lines,
            labels=labels,
            rows=rows,
            stated=stated,
            warnings=warnings,
            page_date=page_date,
            concealed=self._concealed.lines,
        )

    def _parts(self, kind: str) -> list[Part]:
        """Return the parts of a kind, each once, however many relationships lead to it."""
        found = [
            relation.target_part
            for relation in self._document.part.rels.values()
            if not relation.is_external and relation.reltype.endswith(f"/{kind}")
        ]
        return list(dict.fromkeys(found))

    def _root(self, kind: str) -> etree._Element | None:
        for part in self._parts(kind):
            return _parse(part.blob)
        return None

    def _notes(self) -> list[str]:
        """Return the lines of footnotes and endnotes, in the order of their numbers."""
        lines: list[str] = []
        for kind in ("footnotes", "endnotes"):
            root, counter = self._root(kind), Counter()
            for note in () if root is None else root:
                if note.get(f"{W}type", "normal") == "normal":
                    lines += [line.text for line in self._reader.lines(note, counter)]
        return lines

    def _margins(self) -> list[str]:
        parts, counter = self._parts("header") + self._parts("footer"), Counter()
        return [line.text for part in parts for line in self._reader.lines(_parse(part.blob), counter)]

    def _chunk(self, identifier: str) -> Extraction:
        """Read a document embedded as a whole (altChunk): a web page, web archive or plain text."""
        relation = self._document.part.rels.get(identifier)
        if relation is None or relation.is_external:
            raise ExtractionFailed("文件的正文存放在文件之外，无法读取。请用办公软件打开并另存后再提交。")
        if identifier not in self._chunks:
            self._chunks[identifier] = _read_chunk(relation.target_part)
        return self._chunks[identifier]

    def _warnings(self, seen: Seen) -> list[str]:
        told: list[str] = []
        if seen.hidden:
            told.append(hidden_told(seen.hidden))
        if seen.covered:
            told.append(covered_told(seen.covered))
        if seen.hidden_rows:
            told.append(f"文档中有 {seen.hidden_rows} 行表格标为隐藏，未必真看不见，仍收入正文，请与原件核对。")
        if seen.doubtful:
            told.append(doubtful_told(seen.doubtful))
        if seen.revisions:
            told.append(revisions_told(seen.revisions))
        comments = self._root("comments")
        if comments is not None and len(comments):
            told.append(comments_told("文档中", len(comments)))
        if seen.pictures:
            told.append(f"正文含有 {seen.pictures} 幅图片或图形，其中的文字检索不到。")
        if seen.unread_numbers:
            told.append(unread_told(seen.unread_numbers))
        told += seen.carriers.told()
        return told


def _parse(blob: bytes) -> etree._Element:
    return etree.fromstring(blob, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def _read_chunk(part: Part) -> Extraction:
    data: bytes = part.blob
    name = str(part.partname).lower()
    if name.endswith((".mht", ".mhtml")) or data.lstrip()[:13].lower() == b"mime-version:":
        return webarchive.from_bytes(data.lstrip(), whole=True)
    if name.endswith((".html", ".htm", ".xhtml")):
        return _from_bytes(data, "text/html", None)
    elif name.endswith(".txt"):
        return _from_bytes(data, "text/plain", None)
    raise ExtractionFailed("文件的正文以不认识的格式嵌在文件中，无法读取。请用办公软件打开并另存后再提交。")


def _from_bytes(data: bytes, kind: str, charset: str | None) -> Extraction:
    decoded = decode(data, charset)
    if kind == "text/html":
        return html.from_text(decoded.text, decoded.warnings, whole=True)
    return plain.from_text(decoded.text, decoded.warnings)


def title_of(body: Sequence[Line]) -> str | None:
    """Find the title by its style, else by its looks."""
    top, lines = body[:DEPTH], [line.text for line in body]
    for pattern, depth in ((_TITLE_STYLES, DEPTH), (_HEADING_STYLES, 1)):
        for index, line in enumerate(top[:depth]):
            if line.look is not None and pattern.fullmatch(line.look.style):
                alike = [at for at, each in enumerate(top) if each.look == line.look and may_be_title(each.text)]
                return joined_title(lines, index, alike)
    return find_title(lines, [Look(line.look.centered, line.look.size) if line.look else None for line in body])
