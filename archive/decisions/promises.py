"""What a text promises and does not hold: sections that its preamble names and no heading does."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

# How many paragraphs may hold the preamble, and how many characters of each are read.
_PREAMBLE, _LONGEST = 12, 3000
# How many headings are compared with what a preamble promises, more than any document has.
_HEADINGS = 1000
_PROMISE = re.compile(
    r"(?:内容|全文|报告|本文)[^。:]{0,12}?(?:包括|包含|分为|由)(?P<list>[^。\n]{4,400}?)"
    r"(?:等(?:内容|方面)|(?:等)?(?:共)?(?:\d{1,2}|[一二三四五六七八九十]{1,3})个?(?:部分|方面|项内容))"
)
_COUNT = "[一二三四五六七八九十]{1,3}"
# In scraped texts a heading may be run into the paragraph before it.
_HEADING = re.compile(rf"(?:^|[\s。;；:：)）])(?:第?{_COUNT}[、章节.．]|[(（]{_COUNT}[)）])\s*(.{{2,40}})")


def unkept(paragraphs: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Find the sections that the preamble names but no heading does, with the number of its paragraph, from 0."""
    for number, paragraph in enumerate(paragraphs[:_PREAMBLE]):
        names = promised(paragraph)
        if not names:
            continue
        found = (match[1] for line in paragraphs[number:] for match in _HEADING.finditer(line))
        headings = list(islice(found, _HEADINGS))
        lacking = [name for name in names if not akin(name, headings)]
        if len(names) >= 3 and headings and lacking:
            yield number, lacking
        return


def promised(paragraph: str) -> list[str]:
    """Return the parts that a paragraph says the text has; [] if it says nothing of the kind."""
    promise = _PROMISE.search(paragraph, 0, _LONGEST)
    if not promise:
        return []
    names = [name.strip(' “”"和及与以') for name in re.split(r"[、;；,，]|以及", promise["list"])]
    return [name for name in names if 2 <= len(name) <= 40]


def akin(name: str, headings: Sequence[str]) -> bool:
    """Tell whether a heading says the same, which means that it has most of the character pairs."""
    name = name.replace(" ", "")
    pairs = {name[at : at + 2] for at in range(len(name) - 1)}
    return any(sum(pair in heading for pair in pairs) >= 0.6 * len(pairs) for heading in headings)
