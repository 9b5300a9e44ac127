"""The result of every extractor."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from archive.document import Place


@dataclass(frozen=True, slots=True)
class Extraction:
    """A file's text as a reader would see it, and what its format or its page states about it.

    ``title`` is the text that the format marks as title (a heading, ``<h1>``, ``# ``, the largest type), joined into
    one line, or None. ``paragraphs`` are in reading order. None is empty or has a line break, and they do not repeat
    the title. A table row is one paragraph with tabs between its cells. All rows of a table have the same number of
    cells, so that every cell is in its column: a merged cell has its text where it begins and is empty elsewhere, and
    rows and columns without any text are left out. ``places`` say from which paragraph on the text is on which page or
    in which table, and which of its cells are merged; they are in rising order, and each label differs from the one
    before. ``stated`` maps labels of a metadata
    card and a page's header, as printed but without spaces and colon ("索引号", "发文字号", "来源"), to their values,
    none of them empty. ``page_date`` is the ISO date in a page's header, or "". ``warnings`` are Chinese sentences for
    the reviewer ("扫描件没有文字层…"). Text is never missing silently: if there are no paragraphs, there is a warning.
    ``concealed`` are lines for the reviewer about what the file contains but does not show ("批注（张三）：…").
    ``recognised`` are the pages, counted from 1, whose text a machine recognised in a picture of them, and ``unread``
    those on which a reader sees text that only such a machine can read.
    """

    title: str | None
    paragraphs: tuple[str, ...]
    stated: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    page_date: str = ""
    places: tuple[Place, ...] = ()
    concealed: tuple[str, ...] = ()
    recognised: tuple[int, ...] = ()
    unread: tuple[int, ...] = ()
