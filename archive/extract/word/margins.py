"""Headers and footers of Word documents: text that stands on each page, of which each line counts once."""

import re
from collections.abc import Iterable

from archive.extract.text.characters import squeezed

_PAGE_NUMBER = re.compile(r"[\s\-—–－―─━·.〇,/第页共页码ofPpage\d一二三四五六七八九十PAGENUMS]*")


def margin_lines(lines: Iterable[str], body: Iterable[str]) -> list[str]:
    """Return the lines of headers and footers, each once, without page numbers and those that the body has too."""
    known = {squeezed(line) for line in body}
    found: list[str] = []
    for line in lines:
        key = squeezed(line)
        if key not in known and not _PAGE_NUMBER.fullmatch(line):
            known.add(key)
            found.append(line)
    return found
