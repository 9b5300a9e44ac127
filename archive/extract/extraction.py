"""What an extractor yields."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from archive.document import Place


@dataclass(frozen=True, slots=True)
class Extraction:
    """A file's text as a reader would see it, and what its format or its page states about it.

    ``title`` is what the format marks as such (a heading, ``<h1>``, ``# ``, the largest type), in one line however it
    was broken, or None. ``paragraphs`` are in reading order, none empty, none with a line break, and the title is not
    repeated among them. A table row is one paragraph with a tab between its cells; all rows of a table have as many,
    so that every cell stands in its column: a merged one where it begins, the others that it covers are empty, and
    rows and columns without any text are left out. ``places`` say from which paragraph on the text stands on which
    page or in which table, in rising order, each another one than the one before. ``stated`` maps the labels of a
    metadata card and of a page's header as printed, without spaces and colon ("索引号", "发文字号", "来源"), to their
    values, none empty; and ``page_date`` is the ISO date that a page's header shows, or "". ``warnings`` are Chinese
    sentences for the reviewer ("扫描件没有文字层…"); text is never silently missing: without paragraphs there is a
    warning. ``concealed`` are lines for the reviewer about what the file holds and does not show ("批注（张三）：…").
    """

    title: str | None
    paragraphs: tuple[str, ...]
    stated: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    page_date: str = ""
    places: tuple[Place, ...] = ()
    concealed: tuple[str, ...] = ()
