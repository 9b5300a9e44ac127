"""Masking words in plain text, Markdown, CSV and web pages: in the source itself, so that all else stays as it is.

A web page or a Markdown file has several readings: as written; with its character references, percent signs and escapes
resolved; and each of these without tags and comments, which may stand within a word. What is found in any reading is
masked in the source.
"""

import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from archive.chinese import sought
from archive.errors import ExtractionFailed
from archive.extract.mediatype import HTML, MARKDOWN
from archive.extract.text.charset import decode
from archive.extract.webpage.html import declared_charset

# Of each character several readings are kept in memory.
_LONGEST = 1_500_000
# What stands for a masked character where the encoding has no square.
_PLAIN_MASK = "*"
_TAG = re.compile(r"<[!/?a-zA-Z][^<>]*>")
_REFERENCE = re.compile(r"&(?:#[xX][0-9a-fA-F]{1,6}|#\d{1,7}|[a-zA-Z]\w{1,30});?")
_ESCAPE = re.compile(
    r"&(?:#[xX][0-9a-fA-F]{1,6}|#\d{1,7}|[a-zA-Z]\w{1,30});?"
    r"|(?:%[0-9a-fA-F]{2})+|\\u\{[0-9a-fA-F]{1,6}\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}"
)
# Signs of Markdown that may stand within a word and are not seen.
_MARKDOWN = re.compile(r"[*_`~\\]+")
# A character that a source stands for, with the start and end of what stands for it.
Character = tuple[str, int, int]
# A reading: its characters, and where each comes from in the source.
Reading = tuple[str, list[tuple[int, int]]]


def mask(path: Path, media_type: str, words: Sequence[str]) -> tuple[list[int], bytes]:
    """Return how often each word was masked, and the copy."""
    data = path.read_bytes()
    encoding, text = _decoded(data, media_type)
    counts, copy = masked_source(text, media_type, words)
    for mark in (sought.MASK, _PLAIN_MASK):
        try:
            return counts, copy.replace(sought.MASK, mark).encode(encoding, "surrogateescape")
        except UnicodeEncodeError:
            continue
    raise AssertionError("an asterisk is in every encoding")


def masked_source(text: str, media_type: str, words: Sequence[str]) -> tuple[list[int], str]:
    """Return how often each word was masked in a text, and the text with them masked."""
    places: list[list[tuple[int, int]]] = [[] for _ in words]
    black = bytearray(len(text))
    for reading, origins in readings(text, media_type):
        for at, start, end in sought.find(reading, words):
            places[at].append((origins[start][0], origins[end - 1][1]) if origins else (start, end))
            for one in range(start, end):
                if not reading[one].isspace():
                    low, high = origins[one] if origins else (one, one + 1)
                    # One mark for each character, however it is written.
                    black[low], black[low + 1 : high] = 1, b"\2" * (high - low - 1)
    counts = [_apart(each) for each in places]
    shown = "".join(sought.MASK if mark else each for each, mark in zip(text, black, strict=True) if mark < 2)
    return counts, shown


def readings(text: str, media_type: str) -> Iterator[Reading]:
    """Yield the ways in which a source can be read. No origins: each character is its own."""
    yield text, []
    if media_type not in (HTML, MARKDOWN):
        return
    for pattern in (_REFERENCE, _ESCAPE):
        whole = [*_resolved(text, pattern)]
        yield _reading(whole)
        # Tags are known as they are written: what a reference stands for makes no tag.
        spans = sorted([*_comments(text), *(match.span() for match in _TAG.finditer(text))])
        bare = [*_outside(whole, spans)]
        yield _reading(bare)
        if media_type == MARKDOWN:
            spans = sorted([*spans, *(match.span() for match in _MARKDOWN.finditer(text))])
            yield _reading([*_outside(whole, spans)])


def _comments(text: str) -> Iterator[tuple[int, int]]:
    """Yield the comments of a source. A search for both ends at once would grow with the square of their number."""
    start = text.find("<!--")
    while start >= 0 and (end := text.find("-->", start + 4)) >= 0:
        yield start, end + 3
        start = text.find("<!--", end + 3)


def _reading(pieces: Sequence[Character]) -> Reading:
    return "".join(each for each, _, _ in pieces), [(low, high) for _, low, high in pieces]


def _resolved(text: str, pattern: re.Pattern[str]) -> Iterator[Character]:
    """Yield each character that a source stands for, with the start and end of what stands for it."""
    at = 0
    for match in pattern.finditer(text):
        yield from ((text[one], one, one + 1) for one in range(at, match.start()))
        yield from _characters(match[0], match.start())
        at = match.end()
    yield from ((text[one], one, one + 1) for one in range(at, len(text)))


def _characters(written: str, at: int) -> Iterator[Character]:
    if written[0] == "%":
        raw = bytes.fromhex(written.replace("%", ""))
        for encoding in ("utf-8", "gb18030"):
            try:
                decoded = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            for each in decoded:
                size = 3 * len(each.encode(encoding))
                yield each, at, at + size
                at += size
            return
        told = written
    elif written[0] == "\\":
        code = int(written[2:].strip("{}"), 16)
        told = chr(code) if code < 0x110000 else written
    else:
        told = html.unescape(written)
    if len(told) == len(written):
        yield from ((each, at + one, at + one + 1) for one, each in enumerate(told))
    else:
        yield from ((each, at, at + len(written)) for each in told)


def _outside(pieces: Sequence[Character], spans: Sequence[tuple[int, int]]) -> Iterator[Character]:
    """Yield what is in none of some spans, which are in order."""
    waiting = iter(spans)
    low, high = next(waiting, (1 << 62, 1 << 62))
    for each in pieces:
        while each[1] >= high:
            low, high = next(waiting, (1 << 62, 1 << 62))
        if not low <= each[1] < high:
            yield each


def _apart(places: Sequence[tuple[int, int]]) -> int:
    """Count places, those that overlap once."""
    count, end = 0, -1
    for start, stop in sorted(places):
        count += start >= end
        end = max(end, stop)
    return count


def _decoded(data: bytes, media_type: str) -> tuple[str, str]:
    """Return the encoding and the text, of which no byte is lost."""
    decoded = decode(data, declared_charset(data) if media_type == HTML else None)
    encoding = decoded.encoding
    text = data.decode(encoding, "surrogateescape")
    if text.encode(encoding, "surrogateescape") != data:
        raise ExtractionFailed("文件中有无法识别的字节，遮盖后不能保证其余内容不变。请另存为 UTF-8 编码后再遮盖。")
    if len(text) > _LONGEST:
        raise ExtractionFailed("文件过大，不能在这里遮盖。请用原来的软件遮盖后，作为新版本收入。")
    return encoding, text
