"""Where the findings of a pre-check stand: in the text, cell by cell, and on the pictures of pages."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from archive.decisions import precheck
from archive.decisions.precheck import PERSONAL, Spot
from archive.decisions.stops import Precheck, Stored
from archive.document import Document, label_at
from archive.errors import ExtractionFailed, GongkaiError
from archive.pictures import Mark, Sheet, pictured
from indexer.snippets import Fragment
from web.staff.guard import desk

# So many different words are looked for on the pages of a file. More stand in the text alone.
_WORDS = 200


@dataclass(frozen=True, slots=True)
class Noted(Fragment):
    """A marked piece of text, and which finding it is. ``first`` is its first piece, to which the finding leads."""

    finding: int
    first: bool


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of a file with its picture's address, and the findings that stand on it."""

    sheet: Sheet
    url: str
    marks: Sequence[tuple[int, Mark]]


@dataclass(frozen=True, slots=True)
class Leaves:
    """The pages of a file; ``told`` says what can't be shown, "" if all is."""

    pages: Sequence[Leaf]
    told: str


class Places:
    """The findings of a pre-check in a document's text; marks the text as ``blocks.Marks`` does."""

    def __init__(self, document: Document, checked: Precheck) -> None:
        self._document = document
        self._lines: dict[str, list[list[tuple[int, int, int, bool]]]] = defaultdict(list)
        # In the order of the text, as it is marked.
        self.spots: dict[int, Spot] = {}
        # The digests of those that can be masked.
        self.maskable: dict[int, str] = {}
        numbers: Mapping[str, Stored] = {each.digest: each for each in checked.found}
        by_line: dict[tuple[int, int], list[tuple[int, int, int, bool]]] = defaultdict(list)
        for finding in _findings(_Checked(checked.id, document.id, document.text, document)) if checked.found else ():
            if finding.spot is None or finding.digest not in numbers:
                continue
            number = numbers[finding.digest].number
            self.spots[number] = finding.spot
            if finding.kind in PERSONAL:
                self.maskable[number] = finding.digest
            if not finding.spot.concealed:
                for at, (line, start, end) in enumerate(finding.spot.pieces):
                    by_line[finding.spot.part, line].append((start, end, number, not at))
        parts = [document.text.split("\n"), *(part.text.split("\n") for part in document.attachments)]
        for (part, line), marks in sorted(by_line.items()):
            for cell, before in _cells(parts[part][line]):
                within = [
                    (max(start - before, 0), min(end - before, len(cell)), number, first)
                    for start, end, number, first in sorted(marks)
                    if start < before + len(cell) and end > before
                ]
                if within:
                    self._lines[cell].append(within)

    def words(self, number: int) -> str:
        """Return what a finding found, as it stands in the text; "" where that is no text."""
        spot = self.spots.get(number)
        return spot.words(self._document) if spot else ""

    def page(self, number: int) -> int:
        """Return the page that a finding stands on; 0 where there are none."""
        spot = self.spots[number]
        part = self._document.attachments[spot.part - 1] if spot.part else self._document
        label = label_at(part.places, spot.pieces[0][0])
        page = label.removeprefix("第 ").partition(" 页")[0]
        return int(page) if label.startswith("第 ") and page.isdecimal() else 0

    def fragments(self, text: str) -> list[Fragment]:
        """Cut a paragraph or a cell into pieces. The same text again has the marks of where it stands again."""
        known = self._lines.get(text)
        if not known:
            return [Fragment(text, marked=False)]
        marks = known.pop(0) if len(known) > 1 else known[0]
        pieces: list[Fragment] = []
        at = 0
        for start, end, number, first in marks:
            if end <= max(start, at):
                continue
            if start > at:
                pieces.append(Fragment(text[at:start], marked=False))
            pieces.append(Noted(text[max(start, at) : end], marked=True, finding=number, first=first))
            at = end
        return [*pieces, Fragment(text[at:], marked=False)] if at < len(text) else pieces


@dataclass(frozen=True, slots=True)
class _Checked:
    """A document as it was pre-checked: every change of what is checked has a pre-check of its own."""

    precheck: int
    id: str
    text: str
    document: Document = field(compare=False)


# A person goes on working at the same document, and a long one takes a tenth of a second each time.
@lru_cache(maxsize=64)
def _findings(of: _Checked) -> tuple[precheck.Finding, ...]:
    return precheck.findings(of.document)


def _cells(line: str) -> Iterator[tuple[str, int]]:
    before = 0
    for cell in line.split("\t"):
        yield cell, before
        before += len(cell) + 1


def leaves(document: Document, places: Places) -> list[Leaves]:
    """Return the pages of the original and of each attachment, none for what has no pages."""
    return [_leaves(document, places, part) for part in range(len(document.attachments) + 1)]


def _leaves(document: Document, places: Places, part: int) -> Leaves:
    file = document.attachments[part - 1].file if part else document.file
    if not pictured(file):
        return Leaves((), "")
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, spot in places.spots.items():
        if spot.part == part and not spot.concealed:
            numbers[places.words(number)].append(number)
    words = [*numbers][:_WORDS]
    try:
        outline = desk().pictures.outline(file, words)
    except ExtractionFailed as failed:
        return Leaves((), f"页面的图像没有画出来：{failed.reason}下面是读出的文字。")
    except GongkaiError as error:
        return Leaves((), f"{error}")
    found = []
    for sheet in outline.sheets:
        marks = [(_which(numbers[words[mark.words]], sheet.number, places), mark) for mark in sheet.marks]
        url = f"/documents/{document.id}/files/{part}/pages/{sheet.number}.png"
        found.append(Leaf(sheet, url, marks))
    more = f"另有 {outline.more} 页没有在这里显示，请打开原件查看。" if outline.more else ""
    return Leaves(found, more)


def _which(numbers: Sequence[int], page: int, places: Places) -> int:
    """Choose, of findings of the same words, the one on a page."""
    return next((number for number in numbers if places.page(number) == page), numbers[0])
