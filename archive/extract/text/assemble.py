"""Making an Extraction from the lines found, the last step of every format."""

import re
from collections.abc import Iterable, Mapping, Sequence

from archive.chinese.private import private_told
from archive.errors import ExtractionFailed
from archive.extract.extraction import Extraction
from archive.extract.limits import CHARACTERS, PARAGRAPHS
from archive.extract.text.boilerplate import attachment_warnings, sift
from archive.extract.text.characters import clean, joined, lines_of, squeezed
from archive.extract.text.headings import missing_content, missing_content_warning
from archive.extract.text.mojibake import is_garbled
from archive.extract.text.tables import Row, placed, remaining

NO_TEXT = "没有抽取到正文文字，请检查文件是否完整。"
SCANNED = "扫描件没有文字层，检索不到其内容"
_PAGE = re.compile(r"第 (\d+) 页")
_TITLE_LINES = 4
_TITLE_DEPTH = 12
# How many warnings of one kind are written out.
_TOLD = 20
_QUOTES = re.compile(r"[\s“”\"'‘’《》<>〈〉（）()]")


class Lines:
    """A collector of clean lines; raises ExtractionFailed as soon as there are more than any document has.

    ``told`` is what a reviewer should know of them.
    """

    def __init__(self) -> None:
        self.found: list[str] = []
        self.told: list[str] = []
        # For each line, the number of the table it is a row of, or 0.
        self.tables: list[int] = []
        # The rows that have merged cells or are heads, by the numbers of their lines.
        self.rows: dict[int, Row] = {}
        self._characters = 0

    def add(self, text: str) -> None:
        """Add text; a line break in it begins a new line, and blank lines are left out."""
        for part in lines_of(text):
            self._put(clean(part), 0)

    def add_row(self, line: str, table: int = 0) -> None:
        """Add a table row made by ``characters.row``."""
        self._put(line, table)

    def add_set(self, row: Row, table: int) -> None:
        """Add a row made by ``tables.Setter`` to the table with that number; one of a single cell is a paragraph."""
        is_row = "\t" in row.text
        if is_row and (row.merged or row.head):
            self.rows[len(self.found)] = row
        self._put(row.text, table if is_row else 0)

    def _put(self, line: str, table: int) -> None:
        if not line:
            return
        self.found.append(line)
        self.tables.append(table)
        self._characters += len(line)
        if len(self.found) > PARAGRAPHS:
            raise ExtractionFailed(f"文件的段落超过 {PARAGRAPHS} 个，已中止。请检查文件，或拆分后再收。")
        if self._characters > CHARACTERS:
            raise ExtractionFailed(f"文件的文字超过 {CHARACTERS // 10_000} 万字，已中止。请检查文件，或拆分后再收。")


def assemble(
    title: str | None,
    lines: Iterable[str],
    *,
    labels: Sequence[str] = (),
    rows: Mapping[int, Row] | None = None,
    stated: Mapping[str, str] | None = None,
    warnings: Iterable[str] = (),
    page_date: str = "",
    concealed: Iterable[str] = (),
) -> Extraction:
    """Make an Extraction of clean lines: remove boilerplate and the repeated title, and warn of what may be missing.

    ``labels`` say for each line where it stands (see ``Place``); empty if that is not known. ``rows`` are the table
    rows that have merged cells or are heads, by the numbers of their lines.
    """
    readable, garbled = _without_garbled(lines)
    sifted = sift(text for _, text in readable)
    title = clean(title or "")
    title = None if not title or is_garbled(title) else title
    paragraphs = sifted.lines
    told = list(warnings)
    if garbled:
        pages = [labels[number] for number, _ in garbled] if labels else []
        told.append(_garbled_warning([text for _, text in garbled], pages, paragraphs))
    numbers = [readable[number][0] for number in sifted.kept] if labels else []
    labels = [labels[number] for number in numbers]
    if title:
        start, end = title_span(title, paragraphs)
        paragraphs = paragraphs[:start] + paragraphs[end:]
        labels, numbers = labels[:start] + labels[end:], numbers[:start] + numbers[end:]
    told += attachment_warnings(sifted.attachments)
    told += [missing_content_warning(heading) for _, heading in missing_content(paragraphs)[:_TOLD]]
    told += private_told([title or "", *(stated or {}).values(), *sifted.stated.values(), *paragraphs])
    if not paragraphs and not garbled and not any(SCANNED in each for each in told):
        told.append(NO_TEXT)
    return Extraction(
        title=title,
        paragraphs=tuple(paragraphs),
        stated={**sifted.stated, **{label: value for label, value in (stated or {}).items() if value}},
        warnings=tuple(dict.fromkeys(told)),
        page_date=page_date or sifted.page_date,
        places=tuple(placed(labels, remaining(rows or {}, numbers))),
        concealed=tuple(concealed),
    )


def _without_garbled(lines: Iterable[str]) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Split the lines, each with its number, into readable and garbled ones."""
    readable: list[tuple[int, str]] = []
    garbled: list[tuple[int, str]] = []
    for number, line in enumerate(lines):
        (garbled if is_garbled(line) else readable).append((number, line))
    return readable, garbled


def _garbled_warning(garbled: Sequence[str], labels: Sequence[str], rest: Sequence[str]) -> str:
    count = sum(len(squeezed(text)) for text in garbled)
    if not rest:
        return f"全文 {count} 个字都是乱码，无法识别，检索不到。请核对原件，重新导出或另存后再提交。"
    pages = page_list(dict.fromkeys(page[1] for label in labels if (page := _PAGE.match(label))))
    where = f"第 {pages} 页" if pages else "正文"
    return f"{where}有 {len(garbled)} 段共 {count} 个字是乱码，没有收入正文，检索不到，请核对原件。"


def page_list(pages: Iterable[int | str]) -> str:
    """Write page numbers for a warning: the first twenty, and the count if there are more."""
    known = list(pages)
    shown = "、".join(map(str, known[:20]))
    return f"{shown} 等 {len(known)}" if len(known) > 20 else shown


def table_labels(tables: Iterable[int]) -> list[str]:
    """Label lines by their tables (0 for none), numbered from 1 in order of appearance: 表 1, 表 2 …"""
    known: dict[int, str] = {0: ""}
    return [known.setdefault(table, f"表 {len(known)}") for table in tables]


def title_span(title: str, paragraphs: Sequence[str]) -> tuple[int, int]:
    """Return the range (start, end) of the one to four lines near the top that make up the title; (0, 0) if none do."""
    wanted = _key(title)
    for start in range(min(_TITLE_DEPTH, len(paragraphs))):
        whole = ""
        for end in range(start, min(start + _TITLE_LINES, len(paragraphs))):
            whole = joined(whole, paragraphs[end])
            if _key(whole) == wanted:
                return start, end + 1
            if not wanted.startswith(_key(whole)):
                break
    return 0, 0


def _key(text: str) -> str:
    return _QUOTES.sub("", squeezed(text))
