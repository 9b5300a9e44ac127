"""What an extractor yields."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Extraction:
    """A file's text as a reader would see it, and what its format or its page states about it.

    ``title`` is what the format marks as such (a heading, ``<h1>``, ``# ``, the largest type), in one line however it
    was broken, or None. ``paragraphs`` are in reading order, none empty, none with a line break, and the title is not
    repeated among them; a table row is one paragraph with a tab between its cells, where a merged cell stands only at
    its beginning and empty cells at either end are left out. ``stated`` maps the labels of a metadata card and of a
    page's header as printed, without spaces and colon ("索引号", "发文字号", "成文日期", "来源"), to their values, none
    empty; and ``page_date`` is the ISO date that a page's header shows, or "". ``warnings`` are Chinese sentences for
    the reviewer ("扫描件没有文字层…"); text is never silently missing: without paragraphs there is a warning.
    """

    title: str | None
    paragraphs: tuple[str, ...]
    stated: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    page_date: str = ""
