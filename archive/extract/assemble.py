"""The last steps that every format shares: from the lines found to an Extraction that keeps its promises."""

import re
from collections.abc import Iterable, Mapping

from archive.errors import ExtractionFailed
from archive.extract.boilerplate import attachment_warning, sift
from archive.extract.characters import clean, joined, squeezed
from archive.extract.extraction import Extraction
from archive.extract.headings import missing_content, missing_content_warning
from archive.extract.limits import CHARACTERS, PARAGRAPHS

SCANNED = "扫描件没有文字层，检索不到其内容"
_TITLE_LINES = 4
_TITLE_DEPTH = 12
_QUOTES = re.compile(r"[\s“”\"'‘’《》<>〈〉（）()]")


class Lines:
    """Gathers clean lines; raises ExtractionFailed as soon as there are more than any document has."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._characters = 0

    def add(self, text: str) -> None:
        """One line of text; line breaks in it begin new ones, blank lines are left out."""
        for part in text.splitlines() or [text]:
            self._put(clean(part))

    def add_row(self, line: str) -> None:
        """A table row as ``characters.row`` makes it."""
        self._put(line)

    def _put(self, line: str) -> None:
        if not line:
            return
        self.found.append(line)
        self._characters += len(line)
        if len(self.found) > PARAGRAPHS:
            raise ExtractionFailed(f"文件的段落超过 {PARAGRAPHS} 个，已中止。请检查文件，或拆分后再收。")
        if self._characters > CHARACTERS:
            raise ExtractionFailed(f"文件的文字超过 {CHARACTERS // 10_000} 万字，已中止。请检查文件，或拆分后再收。")


def assemble(
    title: str | None,
    lines: Iterable[str],
    *,
    stated: Mapping[str, str] | None = None,
    warnings: Iterable[str] = (),
    page_date: str = "",
) -> Extraction:
    """An Extraction of clean lines: boilerplate taken out, the title not repeated, what may be missing told."""
    sifted = sift(lines)
    title = clean(title or "") or None
    paragraphs = sifted.lines
    if title:
        title, paragraphs = without_title(title, paragraphs)
    told = list(warnings)
    told += [attachment_warning(name) for name in sifted.attachments]
    told += [missing_content_warning(heading) for heading in missing_content(paragraphs)[:20]]
    if not paragraphs and not any(SCANNED in each for each in told):
        told.append("没有抽取到正文文字，请检查文件是否完整。")
    return Extraction(
        title=title,
        paragraphs=tuple(paragraphs),
        stated={**sifted.stated, **{label: value for label, value in (stated or {}).items() if value}},
        warnings=tuple(dict.fromkeys(told)),
        page_date=page_date or sifted.page_date,
    )


def without_title(title: str, paragraphs: list[str]) -> tuple[str, list[str]]:
    """The paragraphs without the title that stands above them, be it in one line or broken over up to four."""
    wanted = _key(title)
    for start in range(min(_TITLE_DEPTH, len(paragraphs))):
        whole = ""
        for end in range(start, min(start + _TITLE_LINES, len(paragraphs))):
            whole = joined(whole, paragraphs[end])
            if _key(whole) == wanted:
                return title, paragraphs[:start] + paragraphs[end + 1 :]
            if not wanted.startswith(_key(whole)):
                break
    return title, paragraphs


def _key(text: str) -> str:
    return _QUOTES.sub("", squeezed(text))
