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
    """A heading, or text of rank 0; a ``bare`` heading has nothing after it in its line."""

    rank: int
    number: int
    text: str
    bare: bool


def missing_content(paragraphs: Sequence[str]) -> list[str]:
    """Return the headings with no text, table or sub-heading below them, where others of their kind have some.

    A list of titles (an agenda, a table of contents) has no missing content: all its entries, or all but the last, are
    bare.
    """
    pieces = _without_contents(list(_pieces(paragraphs)))
    missing: list[tuple[int, str]] = []
    for rank, _ in _KINDS:
        for sequence in _sequences(pieces, rank):
            empty = [index for index in sequence if _is_empty(pieces, index)]
            full = [index for index in sequence if _has_text(pieces, index)]
            if empty and full and full != sequence[-1:] and len(empty) <= len(full) + 3:
                missing += [(index, pieces[index].text) for index in empty]
    return [text for _, text in sorted(missing)]


def missing_content_warning(heading: str) -> str:
    """Write the warning about a heading without content."""
    return f"“{heading}”之下没有内容，可能在抽取时丢失了表格。"


def _pieces(paragraphs: Sequence[str]) -> Iterator[_Piece]:
    for paragraph in paragraphs:
        if "\t" in paragraph:
            yield _Piece(0, 0, paragraph, False)
            continue
        for part in _INLINE.split(paragraph):
            part = part.strip()
            if part:
                yield _piece(part)


def _without_contents(pieces: list[_Piece]) -> list[_Piece]:
    """Leave out a table of contents: everything from 目录 to where its first heading appears again."""
    for start, piece in enumerate(pieces):
        if not _CONTENTS.fullmatch(piece.text):
            continue
        entries = pieces[start + 1 :]
        first = next((each for each in entries[:3] if each.rank), None)
        if first is not None:
            after = entries.index(first) + 1
            for index, each in enumerate(entries[after:], after):
                if (each.rank, each.number) == (first.rank, first.number):
                    return pieces[:start] + entries[index:]
    return pieces


def _piece(part: str) -> _Piece:
    for rank, pattern in _KINDS:
        found = pattern.match(part)
        if found:
            rest = part[found.end() :].strip()
            bare = 0 < len(rest) and len(part) <= _MAXIMUM and not _COMPLETE.search(rest)
            return _Piece(rank, numerals.value(found[1]) or 0, part, bare)
    return _Piece(0, 0, part, False)


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


def _has_text(pieces: Sequence[_Piece], index: int) -> bool:
    """Tell whether anything other than bare headings follows a heading within its section."""
    if not pieces[index].bare:
        return True
    for piece in pieces[index + 1 :]:
        if 0 < piece.rank <= pieces[index].rank:
            return False
        if not piece.bare:
            return True
    return False


def _is_empty(pieces: Sequence[_Piece], index: int) -> bool:
    if not pieces[index].bare:
        return False
    following = pieces[index + 1] if index + 1 < len(pieces) else None
    return following is None or 0 < following.rank <= pieces[index].rank
