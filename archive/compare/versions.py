"""What differs between two versions of a document: its facts, its text, and its files with their texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from archive.compare import texts
from archive.compare.alignment import ALIKE, Budget
from archive.compare.texts import TextDifferences
from archive.compare.words import Change, Piece, likeness, pieces
from archive.document import Attachment, Document, File, Metadata

_NOTHING = TextDifferences(())
# Where a fact was read is no fact about the document.
_NO_FACTS = frozenset({"sources"})


@dataclass(frozen=True, slots=True)
class FactDifference:
    """A field of the metadata, by its ``name`` in ``Metadata``."""

    name: str
    pieces: Sequence[Piece]
    change: Change


@dataclass(frozen=True, slots=True)
class FileDifference:
    """An attachment of either version, or of both: renamed, in another place, with other bytes.

    ``before_at`` and ``after_at`` count attachments from 1; 0 stands for a version that lacks it. ``reordered`` tells
    that it changed places with another one that both versions have.
    """

    before: File | None
    after: File | None
    before_at: int = 0
    after_at: int = 0
    text: TextDifferences = _NOTHING
    reordered: bool = False

    @property
    def renamed(self) -> bool:
        return bool(self.before and self.after and self.before.name != self.after.name)

    @property
    def other_bytes(self) -> bool:
        return bool(self.before and self.after and self.before.digest != self.after.digest)

    @property
    def change(self) -> Change:
        if self.before is None:
            return Change.ADDED
        if self.after is None:
            return Change.REMOVED
        return Change.CHANGED if self.renamed or self.other_bytes or self.reordered else Change.SAME


@dataclass(frozen=True, slots=True)
class VersionDifferences:
    """``original`` is the document's own file, whose text differences are ``text``."""

    facts: Sequence[FactDifference]
    original: FileDifference
    text: TextDifferences
    attachments: Sequence[FileDifference]

    @property
    def any(self) -> bool:
        attached = any(each.change is not Change.SAME for each in self.attachments)
        return bool(self.facts) or self.text.any or attached or self.original.change is not Change.SAME

    @property
    def coarse(self) -> bool:
        return any(each.coarse for each in (self.text, *(part.text for part in self.attachments)))


def compare(before: Document, after: Document) -> VersionDifferences:
    """Compare two versions. Equal ones have no differences."""
    return VersionDifferences(
        facts=_facts(before.metadata, after.metadata),
        original=FileDifference(before.file, after.file, 1, 1),
        text=texts.compare(before.text, after.text, before.places, after.places),
        attachments=_files(before.attachments, after.attachments),
    )


def _facts(before: Metadata, after: Metadata) -> list[FactDifference]:
    found = []
    for field in fields(Metadata):
        former, newer = _told(getattr(before, field.name)), _told(getattr(after, field.name))
        if field.name in _NO_FACTS or former == newer:
            continue
        change = Change.ADDED if not former else Change.CHANGED if newer else Change.REMOVED
        found.append(FactDifference(field.name, pieces(former, newer, Budget(len(former) + len(newer))), change))
    return found


def _told(value: object) -> str:
    if isinstance(value, tuple):
        return "、".join(map(str, value))
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return "" if value is None or isinstance(value, Mapping) else str(value)


def _files(before: Sequence[Attachment], after: Sequence[Attachment]) -> list[FileDifference]:
    """Pair attachments: the same bytes first, then the same name, then texts that are alike."""
    pairs: dict[int, int] = {}
    for same in (_same_file, _same_bytes, _same_name, _same_words):
        for at, newer in enumerate(after):
            taken = set(pairs.values())
            free = (one for one in range(len(before)) if one not in taken and at not in pairs)
            found = next((one for one in free if same(before[one], newer)), None)
            if found is not None:
                pairs[at] = found
    order = sorted(pairs)
    rank = {one: at for at, one in enumerate(sorted(pairs.values()))}
    made = []
    for at, newer in enumerate(after):
        if at not in pairs:
            made.append(FileDifference(None, newer.file, 0, at + 1, texts.compare("", newer.text, (), newer.places)))
            continue
        former = before[pairs[at]]
        words = _NOTHING
        if former.text != newer.text:
            words = texts.compare(former.text, newer.text, former.places, newer.places)
        reordered = rank[pairs[at]] != order.index(at)
        made.append(FileDifference(former.file, newer.file, pairs[at] + 1, at + 1, words, reordered))
    gone = [each for each in range(len(before)) if each not in pairs.values()]
    made += [
        FileDifference(before[one].file, None, one + 1, 0, texts.compare(before[one].text, "", before[one].places))
        for one in gone
    ]
    return made


def _same_file(one: Attachment, other: Attachment) -> bool:
    return one.file.digest == other.file.digest and one.file.name == other.file.name


def _same_bytes(one: Attachment, other: Attachment) -> bool:
    return one.file.digest == other.file.digest


def _same_name(one: Attachment, other: Attachment) -> bool:
    return one.file.name == other.file.name


def _same_words(one: Attachment, other: Attachment) -> bool:
    return bool(one.text and other.text) and likeness(one.text, other.text) >= ALIKE
