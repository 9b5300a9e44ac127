"""Masking words in docx files: in every XML part, its texts and attributes, however runs and revisions cut them.

A part is read in several ways, as text boxes, deleted and inserted text, field codes and hidden text may stand within
a word or outside of it. The preview picture of the first page goes, for it shows what is masked.
"""

import io
import posixpath
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from archive.chinese import sought
from archive.extract.containers.zipguard import members, parse_part, refuse_doctype

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STREAMS = ("txbxContent",)
_DELETED = ("del", "moveFrom", "delText", "delInstrText")
_INSERTED = ("ins", "moveTo")
_CODES = ("instrText", "delInstrText")
_XML = (".xml", ".rels", ".vml")
# A length, a colour or an identity that Word gave; a person's number is longer.
_MEASURE = 10
_NOWHERE = "about:blank"
_RELATIONS = "_rels/.rels"


@dataclass(slots=True)
class Slot:
    """A piece of text in a part: an element's own (``tail`` false) or what follows it. ``stream`` is its text box."""

    element: etree._Element
    tail: bool
    stream: int
    deleted: bool
    inserted: bool
    code: bool
    hidden: bool

    @property
    def text(self) -> str:
        if _local(self.element) == "sym" and not self.tail:
            return _symbol(self.element)
        return (self.element.tail if self.tail else self.element.text) or ""

    def put(self, text: str) -> None:
        if self.tail:
            self.element.tail = text
        elif _local(self.element) == "sym":
            self.element.tag = f"{_W}t"
            self.element.attrib.clear()
            self.element.text = text
        else:
            self.element.text = text


_READINGS: tuple[Callable[[Slot], bool], ...] = (
    lambda slot: True,
    lambda slot: not slot.deleted,
    lambda slot: not slot.inserted,
    lambda slot: not slot.code,
    lambda slot: slot.code,
    lambda slot: not slot.deleted and not slot.code,
    lambda slot: not slot.deleted and not slot.code and not slot.hidden,
    lambda slot: slot.deleted,
)


class Habits:
    """What masking minds in files of one kind that are packed as Word's are; of Word's own nothing more."""

    def leaves_out(self, name: str) -> bool:
        """Tell whether a part has no place in the copy."""
        return False

    def prepare(self, root: etree._Element, words: Sequence[str]) -> bool:
        """Change a part before it is searched; return whether that was done."""
        return False

    def mend(self, root: etree._Element) -> None:
        """Let a part in which something was masked be one that programs open."""


_WORDS = Habits()


def mask(path: Path, words: Sequence[str], habits: Habits = _WORDS) -> tuple[list[int], bytes]:
    """Return how often each word was masked, and the copy."""
    parts = dict(members(path))
    refuse_doctype(parts)
    counts = [0] * len(words)
    previews = _previews(parts)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in parts.items():
            if name.lower() in previews or habits.leaves_out(name):
                continue
            if name.lower().endswith(_XML) or name == "[Content_Types].xml":
                found, content = _part(name, content, words, habits)
                counts = [sum(each) for each in zip(counts, found, strict=True)]
            # With one date for all, and nothing else from the container.
            container.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return counts, stream.getvalue()


def _part(name: str, content: bytes, words: Sequence[str], habits: Habits) -> tuple[list[int], bytes]:
    """Return how often each word was masked in a part, and the part."""
    root = parse_part(content)
    counts = [0] * len(words)
    changed = _without_preview(root) if name.endswith(".rels") else False
    changed |= habits.prepare(root, words)
    slots = [*slots_of(root)]
    black: dict[int, set[int]] = {}
    places: list[set[tuple[int, int]]] = [set() for _ in words]
    for chosen in readings(slots):
        origins = [(number, one) for number in chosen for one in range(len(slots[number].text))]
        for word, start, end in sought.find("".join(slots[number].text for number in chosen), words):
            places[word].add(origins[start])
            for number, one in origins[start:end]:
                black.setdefault(number, set()).add(one)
    for number, ones in black.items():
        said = slots[number].text
        slots[number].put(
            "".join(sought.MASK if at in ones and not each.isspace() else each for at, each in enumerate(said))
        )
    for at, found in enumerate(places):
        counts[at] += len(found)
    for element, key, value in attributes(root):
        for written in (value, unquote(value)):
            if in_it := sought.find(written, words):
                for at in {each for each, _, _ in in_it}:
                    counts[at] += 1
                element.set(key, _NOWHERE if key == "Target" else sought.masked(written, words))
                changed = True
                break
    if not changed and not black:
        return counts, content
    habits.mend(root)
    return counts, etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True)


def slots_of(root: etree._Element) -> Iterator[Slot]:
    """Yield the texts of a part in order, also those of comments in the XML."""
    streams = [0]

    def walk(
        element: etree._Element, stream: int, deleted: bool, inserted: bool, code: bool, hidden: bool
    ) -> Iterator[Slot]:
        name = _local(element)
        if name in _STREAMS:
            streams[0] += 1
            stream = streams[0]
        deleted |= name in _DELETED
        inserted |= name in _INSERTED
        code |= name in _CODES
        hidden |= name == "r" and element.find(f"{_W}rPr/{_W}vanish") is not None
        if ((element.text or "").strip() and not _is_index(element, name)) or name == "sym":
            yield Slot(element, False, stream, deleted, inserted, code, hidden)
        for child in element:
            yield from walk(child, stream, deleted, inserted, code, hidden)
            if (child.tail or "").strip():
                yield Slot(child, True, stream, deleted, inserted, code, hidden)

    yield from walk(root, 0, False, False, False, False)


def _is_index(element: etree._Element, name: str) -> bool:
    """Tell whether an element is a workbook's number of a shared string, which stands elsewhere."""
    parent = element.getparent() if name == "v" else None
    return parent is not None and _local(parent) == "c" and parent.get("t") == "s"


def readings(slots: Sequence[Slot]) -> Iterator[list[int]]:
    """Yield the ways in which the texts of a part follow each other, as the numbers of the texts."""
    seen = set()
    streams = {slot.stream for slot in slots}
    for choose in _READINGS:
        chosen = [at for at, slot in enumerate(slots) if choose(slot)]
        by_stream = [[at for at in chosen if slots[at].stream == each] for each in streams] if len(streams) < 50 else []
        for each in (chosen, *by_stream):
            if each and tuple(each) not in seen:
                seen.add(tuple(each))
                yield each


def attributes(root: etree._Element) -> Iterator[tuple[etree._Element, str, str]]:
    """Yield each attribute of a part that may hold what somebody wrote, with its element."""
    for element in root.iter(etree.Element):
        for key, value in element.attrib.items():
            if not (len(value) <= _MEASURE and value.isascii() and value.isalnum()):
                yield element, str(key), str(value)


def _is_preview(name: str) -> bool:
    return name.lower().startswith("docprops/thumbnail.")


def _shows(relation: etree._Element) -> bool:
    """Tell whether a relation leads to a picture of the first page, whatever that is called."""
    kind = relation.get("Type", "").lower()
    return kind.endswith("/thumbnail") or _is_preview(relation.get("Target", "").lstrip("/"))


def _previews(parts: Mapping[str, bytes]) -> set[str]:
    """Return the names, in lower case, of the pictures of the first page."""
    found = {name.lower() for name in parts if _is_preview(name)}
    if _RELATIONS in parts:
        found |= {
            posixpath.normpath(each.get("Target", "").lstrip("/")).lower()
            for each in parse_part(parts[_RELATIONS])
            if isinstance(each.tag, str) and _shows(each)
        }
    return found


def _without_preview(root: etree._Element) -> bool:
    gone = [each for each in root if isinstance(each.tag, str) and _shows(each)]
    for each in gone:
        root.remove(each)
    return bool(gone)


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _symbol(element: etree._Element) -> str:
    code = element.get(f"{_W}char", "")
    try:
        return chr(int(code, 16)) if 0x20 < int(code, 16) < 0xD800 else ""
    except ValueError:
        return ""
