"""What an extractor yields."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Extraction:
    """A file's text as a reader would see it, and what its format or its page states about it.

    ``title`` is what the format marks as such (a heading, ``<h1>``, ``# ``), or None. ``paragraphs`` are in
    reading order, none empty, none with a line break; a table row is one paragraph with a tab between its cells.
    ``stated`` maps the labels of a metadata card as printed, without spaces and colon ("索引号", "发文字号",
    "成文日期"), to their values; and ``page_date`` is the ISO date that a page's header shows, or "".
    ``warnings`` are Chinese sentences for the reviewer ("扫描件没有文字层…"); text is never silently missing.
    """

    title: str | None
    paragraphs: tuple[str, ...]
    stated: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    page_date: str = ""
