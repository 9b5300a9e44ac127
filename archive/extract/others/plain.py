"""Reading plain text, as typed or as scraped from a page."""

import re
from pathlib import Path

from archive.extract.extraction import Extraction
from archive.extract.text.assemble import Lines, assemble
from archive.extract.text.boilerplate import sift
from archive.extract.text.characters import clean, row
from archive.extract.text.charset import decode
from archive.extract.text.titles import with_subject

# Empty layout cells that a scraper printed as bars: "标题 | ||||||"
_BARS_AND_BLANKS = "|｜" + "".join(filter(str.isspace, map(chr, range(0x3001))))
_BAR = re.compile(r"[|｜]")
_SENTENCE_END = re.compile(r"[。；;，,！!？?：:、…]$")
_TITLE_LENGTH = 80


def extract(path: Path) -> Extraction:
    """Extract the text of a plain text file, one paragraph per line."""
    decoded = decode(path.read_bytes())
    return from_text(decoded.text, decoded.warnings)


def from_text(text: str, warnings: tuple[str, ...] = ()) -> Extraction:
    """Make an Extraction of decoded plain text."""
    lines = Lines()
    for line in text.splitlines():
        _add(lines, line)
    own = sift(lines.found[:20]).lines
    title = with_subject(own) if own and looks_like_title(own[0]) else None
    return assemble(title, lines.found, warnings=warnings)


def looks_like_title(line: str) -> bool:
    """Tell whether a line is short, not a table row and not a sentence."""
    return len(line) <= _TITLE_LENGTH and "\t" not in line and not _SENTENCE_END.search(line)


def _add(lines: Lines, line: str) -> None:
    line = line.strip(_BARS_AND_BLANKS)
    if "|" in line or "｜" in line:
        lines.add_row(row(_BAR.split(line)))
    elif "\t" in line:
        lines.add_row(row(line.split("\t")))
    else:
        lines.add(clean(line))
