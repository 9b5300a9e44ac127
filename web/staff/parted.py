"""A long text at the desk: shown in parts, with links to all others, to each attachment and to each finding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.document import Document
from web.http.parameters import number
from web.reading.blocks import Section, paged, sections
from web.search.views import FileView
from web.staff.places import Noted, Places

ALL = "all"


@dataclass(frozen=True, slots=True)
class Parted:
    """What of a text is shown: part ``part`` of ``parts``, or all of it (0).

    ``findings`` and ``attachments`` map the numbers of both to the parts in which they begin.
    """

    path: str
    sections: Sequence[Section]
    part: int
    parts: int
    findings: Mapping[int, int]
    attachments: Mapping[int, int]

    @property
    def query(self) -> str:
        """What the address of this part has behind its path, "" for the first."""
        return self._query(self.part)

    def address(self, part: int) -> str:
        """Return the address of a part; 0 is all of them."""
        return f"{self.path}{self._query(part)}"

    def place(self, finding: int) -> str:
        """Return where a finding stands in the text."""
        return f"{self._elsewhere(self.findings.get(finding, self.part))}#place-{finding}"

    def attachment(self, position: int) -> str:
        """Return where an attachment begins."""
        return f"{self._elsewhere(self.attachments[position])}#attachment-{position}"

    def _elsewhere(self, part: int) -> str:
        return "" if self.part in (0, part) else self.address(part)

    def _query(self, part: int) -> str:
        return "" if part == 1 else f"?part={part or ALL}"


def parted(document: Document, files: Sequence[FileView], places: Places, asked: str) -> Parted:
    """Return the part of a text that is asked for: a number, ``ALL``, or the first. After the last comes none."""
    whole = sections(document, files, places)
    pages = paged(whole)
    part = 0 if asked == ALL and len(pages) > 1 else min(max(1, number(asked) or 1), len(pages))
    findings: dict[int, int] = {}
    attachments: dict[int, int] = {}
    for at, page in enumerate(pages, 1):
        for section in page:
            if section.begins:
                attachments[section.position] = at
            for block in section.blocks:
                for cell in (block.text, *(cell.pieces for row in block.rows for cell in row)) if block.mark else ():
                    for piece in cell:
                        if isinstance(piece, Noted):
                            findings.setdefault(piece.finding, at)
    shown = pages[part - 1] if part else whole
    return Parted(f"/documents/{document.id}", shown, part, len(pages), findings, attachments)
