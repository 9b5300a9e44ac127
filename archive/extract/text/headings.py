"""Finding headings of official documents whose content was lost."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.chinese import numerals

_NUMERALS = "一二三四五六七八九十百"
# Rank and pattern; a heading of lower rank ends the sections of those of higher rank. The bounds keep a line of
# numerals from being read as one number.
_KINDS = (
    (1, re.compile(rf"第([{_NUMERALS}]{{1,9}})编")),
    (2, re.compile(rf"第([{_NUMERALS}]{{1,9}})(?:章|部分)")),
    (3, re.compile(rf"第([{_NUMERALS}]{{1,9}})节")),
    (4, re.compile(rf"([{_NUMERALS}]{{1,3}})\s*、")),
)
# A numbered heading within a line: scraped texts run headings into the paragraph before.
_INLINE = re.compile(rf"(?<=[。；;：:)）”])\s*(?=[{_NUMERALS}]{{1,3}}、)|\s(?=[{_NUMERALS}]{{1,3}}、)")
_CONTENTS = re.compile(r"目\s*[录次]")
_MAXIMUM = 40
_COMPLETE = re.compile(r"[。；;！!？?：:，,、…》]$|略[）)]?$|[：:]\s*\S|\d$|…{2,}|\.{4,}")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A heading, or text of rank 0, in a ``paragraph``; a ``bare`` heading has nothing after it in its line."""

    paragraph: int
    rank: int
    number: int
    text: str
    bare: bool


def missing_content(paragraphs: Sequence[str]) -> list[tuple[int, str]]:
    """Return the headings with no text, table or sub-heading below them, where others of their kind have some.

    Each comes with its paragraph, counted from 0. A list of titles (an agenda, a table of contents) has no missing
    content: all its entries, or all but the last, are bare.
    """
    pieces = _without_contents(list(_pieces(paragraphs)))
    sections = _section_ends(pieces)
    texts = _next_texts(pieces)
    missing: list[int] = []
    for rank, _ in _KINDS:
        for sequence in _sequences(pieces, rank):
            empty = [index for index in sequence if _is_empty(pieces, index)]
            full = [index for index in sequence if texts[index] < sections[index]]
            if empty and full and full != sequence[-1:] and len(empty) <= len(full) + 3:
                missing += empty
    return [(pieces[index].paragraph, pieces[index].text) for index in sorted(missing)]


def missing_content_warning(heading: str) -> str:
    """Write the warning about a heading without content."""
    return f"“{heading}”之下没有内容，可能在抽取时丢失了表格。"


def _pieces(paragraphs: Sequence[str]) -> Iterator[_Piece]:
    for number, paragraph in enumerate(paragraphs):
        if "\t" in paragraph:
            yield _Piece(number, 0, 0, paragraph, False)
            continue
        for part in _INLINE.split(paragraph):
            part = part.strip()
            if part:
                yield _piece(number, part)


def _without_contents(pieces: list[_Piece]) -> list[_Piece]:
    """Leave out a table of contents: everything from 目录 to where its first heading appears again."""
    last = {(piece.rank, piece.number): at for at, piece in enumerate(pieces)}
    for start, piece in enumerate(pieces):
        if not _CONTENTS.fullmatch(piece.text):
            continue
        first = next((at for at in range(start + 1, min(start + 4, len(pieces))) if pieces[at].rank), None)
        if first is None:
            continue
        heading = pieces[first].rank, pieces[first].number
        if last[heading] > first:
            again = next(at for at in range(first + 1, len(pieces)) if (pieces[at].rank, pieces[at].number) == heading)
            return pieces[:start] + pieces[again:]
    return pieces


def _piece(number: int, part: str) -> _Piece:
    for rank, pattern in _KINDS:
        found = pattern.match(part)
        if found:
            rest = part[found.end() :].strip()
            bare = 0 < len(rest) and len(part) <= _MAXIMUM and not _COMPLETE.search(rest)
            return _Piece(number, rank, numerals.value(found[1]) or 0, part, bare)
    return _Piece(number, 0, 0, part, False)


def _sequences(pieces: Sequence[_Piece], rank: int) -> Iterator[list[int]]:
    """Yield runs of headings of one rank with rising numbers and no heading of a lower rank between them."""
    run: list[int] = []
    for index, piece in enumerate(pieces):
        if piece.rank == 0 or piece.rank > rank:
            continue
        if piece.rank < rank or (run and piece.number <= pieces[run[-1]].number):
            yield run
            run = []
        if piece.rank == rank:
            run.append(index)
    yield run


def _section_ends(pieces: Sequence[_Piece]) -> list[int]:
    """Return where each piece's section ends: at the next heading of the same or a lower rank."""
    ends = [0] * len(pieces)
    following = [len(pieces)] * (len(_KINDS) + 1)
    for index in reversed(range(len(pieces))):
        rank = pieces[index].rank
        ends[index] = min(following[1 : rank + 1], default=0)
        following[rank] = index
    return ends


def _next_texts(pieces: Sequence[_Piece]) -> list[int]:
    """Return for each piece the first one from it on that is more than a bare heading."""
    found = [len(pieces)] * len(pieces)
    following = len(pieces)
    for index in reversed(range(len(pieces))):
        following = following if pieces[index].bare else index
        found[index] = following
    return found


def _is_empty(pieces: Sequence[_Piece], index: int) -> bool:
    if not pieces[index].bare:
        return False
    following = pieces[index + 1] if index + 1 < len(pieces) else None
    return following is None or 0 < following.rank <= pieces[index].rank
