"""Taking apart a presentation from before 2007: its records, its slides, the shapes on them ([MS-PPT], [MS-ODRAW]).

Numbers in comments and docstrings are sections of [MS-PPT], unless another is named.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from archive.errors import ExtractionFailed

DAMAGED = "演示文稿（ppt）已损坏或不合格式，无法读取。请用办公软件打开并另存为 pptx 后再提交。"
LOCKED = "演示文稿设有打开密码，无法读取。请去掉密码后重新提交。"

_DOCUMENT, _SLIDES, _PERSISTED = 0x3E8, 0xFF0, 0x3F3
_EDIT, _DIRECTORY, _CURRENT = 0xFF5, 0x1772, 0xFF6
SLIDE, NOTES, _SLIDE_ATOM, _SHOW, _MASTER = 0x3EE, 0x3F0, 0x3EF, 0x3F9, 0x3F8
_DRAWING, _TAGS, _TAG, _BLOB, STRING, _COMMENT = 0x40C, 0x1388, 0x138A, 0x138B, 0xFBA, 0x2EE0
_TEXT_HEADER, _WIDE, _NARROW, _STYLE, _OUTLINE, STYLE_9 = 0xF9F, 0xFA0, 0xFA8, 0xFA1, 0xF9E, 0xFAC
_LISTS, _OUTLINE_9, _OUTLINE_9_HEAD = 0x7D0, 0xFAE, 0xFAF
_FONTS, _FONT = 0x7D5, 0xFB7
_MARGINS, _MARGIN_FLAGS = 0xFD9, 0xFDA
# Signs in a text in whose places the program writes a number, a day, a header or a footer (2.9.48 to 2.9.53).
_FILLED_IN = frozenset((0xFD8, 0xFF7, 0xFF8, 0xFF9, 0xFFA, 0x1015))
# [MS-ODRAW] 2.2: containers of shapes and of groups, and what a shape says of itself.
_DRAWN, _GROUP, _SHAPE = 0xF002, 0xF003, 0xF004
_KIND, _PROPERTIES, _MORE, _CHILD_PLACE, _PLACE, _DATA, _TEXT = 0xF00A, 0xF00B, 0xF122, 0xF00F, 0xF010, 0xF011, 0xF00D
_OBJECT, _PICTURE, _PLACEHOLDER = 0xBC1, 75, 0xBC3
_DELETED = 0x08
_WORD_ART, _TABLE, _HIDING = 0xC0, 0x39F, 0x3BF
_LOCKED_TOKEN = 0xF3D1C4DF
_DEPTH = 40


class Record(NamedTuple):
    """A record: its kind, its instance, and what is in it."""

    kind: int
    instance: int
    content: bytes


@dataclass(slots=True)
class Text:
    """A text with the records that say how it looks; ``filled`` are the places of signs that the program fills in."""

    kind: int = -1
    text: str = ""
    style: bytes = b""
    numbers: bytes = b""
    filled: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Shape:
    """A shape, or a group of some; a box is its left, top, right and bottom, and None where it isn't stated."""

    texts: list[Text] = field(default_factory=list)
    box: tuple[int, int, int, int] | None = None
    inside: "list[Shape]" = field(default_factory=list)
    word_art: str = ""
    is_table: bool = False
    is_hidden: bool = False
    is_picture: bool = False
    is_object: bool = False
    is_child: bool = False
    is_placeholder: bool = False


@dataclass(slots=True)
class Slide:
    """A slide or a master: its shapes, its notes, and its comments with their authors. A broken one has no ``shapes``.

    ``master`` is the identifier of the master whose shapes it shows; 0 for none.
    """

    shapes: list[Shape] | None = None
    notes: list[Shape] = field(default_factory=list)
    comments: list[tuple[str, str]] = field(default_factory=list)
    is_hidden: bool = False
    footer: str | None = None
    master: int = 0


@dataclass(slots=True)
class Presentation:
    """The slides in order, the masters and the names of fonts by their numbers, the width and height of a slide."""

    slides: list[Slide]
    masters: Mapping[int, Slide]
    fonts: Mapping[int, str]
    size: tuple[int, int]


def records(content: bytes) -> Iterator[Record]:
    """Yield the records in a container; one that reaches beyond its end is the last (2.3.1)."""
    at = 0
    while at + 8 <= len(content):
        version, kind, size = struct.unpack_from("<HHI", content, at)
        yield Record(kind, version >> 4, content[at + 8 : at + 8 + size])
        at += 8 + size


def _at(stream: bytes, place: int | None) -> Record:
    """Return the record at a place of a stream; one without a kind where there is none."""
    if place is None or place + 8 > len(stream):
        return Record(0, 0, b"")
    version, kind, size = struct.unpack_from("<HHI", stream, place)
    return Record(kind, version >> 4, stream[place + 8 : place + 8 + size])


def read(stream: bytes, current: bytes) -> Presentation:
    """Read the streams of a presentation. Raises ExtractionFailed for one that is locked or broken."""
    try:
        return _read(stream, current)
    except (struct.error, IndexError, RecursionError) as error:
        raise ExtractionFailed(DAMAGED) from error


def _read(stream: bytes, current: bytes) -> Presentation:
    # 2.3.2: the token, and where the newest edit is described.
    token, newest = struct.unpack_from("<II", current, 12)
    if token == _LOCKED_TOKEN:
        raise ExtractionFailed(LOCKED)
    places, first = _directory(stream, newest)
    document = _at(stream, places.get(first))
    if document.kind != _DOCUMENT:
        raise ExtractionFailed(DAMAGED)
    size, fonts, footer, numbers = (0, 0), dict[int, str](), "", list[tuple[int, int, bytes]]()
    listed: dict[int, list[Record]] = {}
    for each in records(document.content):
        if each.kind == 0x3E9 and len(each.content) >= 8:
            size = struct.unpack_from("<2i", each.content)
        elif each.kind == _SLIDES:
            listed[each.instance] = [*records(each.content)]
        elif each.kind == 0x3F2:
            fonts = _fonts(each.content)
        elif each.kind == _MARGINS and each.instance == 3:
            footer = _footer(each.content)
        elif each.kind == _LISTS:
            for tags in records(each.content):
                numbers += _outline_numbers(tags)
    notes = {identifier: place for place, identifier, _ in _persisted(listed.get(2, []))}
    found: list[Slide] = []
    for place, identifier, listed_texts in _persisted(listed.get(0, [])):
        slide = Slide()
        found.append(slide)
        with suppress(struct.error, IndexError):
            outline = list(_texts(listed_texts, ()))
            for at, kind, numbered in numbers:
                text = next((each for each in outline if at == identifier and each.kind == kind), None)
                if text is not None and not text.numbers:
                    text.numbers = numbered
            _read_slide(slide, stream, places, place, outline, notes)
        if slide.footer is None:
            slide.footer = footer
    masters: dict[int, Slide] = {}
    for place, identifier, _ in _persisted(listed.get(1, [])):
        masters[identifier] = Slide()
        with suppress(struct.error, IndexError):
            _read_slide(masters[identifier], stream, places, place, [], {})
    return Presentation(found, masters, fonts, size)


def _directory(stream: bytes, newest: int) -> tuple[dict[int, int], int]:
    """Return where each part lies by its number, and the number of the document (2.3.3 to 2.3.5)."""
    places: dict[int, int] = {}
    document, seen, at = -1, set[int](), newest
    while at not in seen and (at or not seen):
        seen.add(at)
        edit = _at(stream, at)
        if edit.kind != _EDIT:
            raise ExtractionFailed(DAMAGED)
        before, directory, number = struct.unpack_from("<8xIII", edit.content)
        if len(edit.content) >= 32 and struct.unpack_from("<I", edit.content, 28)[0]:
            raise ExtractionFailed(LOCKED)
        document = number if document < 0 else document
        listed = _at(stream, directory)
        content = listed.content if listed.kind == _DIRECTORY else b""
        start = 0
        while start + 4 <= len(content):
            (head,) = struct.unpack_from("<I", content, start)
            first, count = head & 0xFFFFF, head >> 20
            for number, place in enumerate(struct.unpack_from(f"<{count}I", content, start + 4), first):
                places.setdefault(number, place)
            start += 4 + 4 * count
        at = before
        if not at:
            break
    return places, document


def _persisted(listed: Sequence[Record]) -> Iterator[tuple[int, int, list[Record]]]:
    """Yield the number, the identifier and the texts of each slide in a list (2.4.14.3)."""
    heads = [at for at, each in enumerate(listed) if each.kind == _PERSISTED and len(each.content) >= 16]
    for at, until in zip(heads, [*heads[1:], len(listed)], strict=False):
        place, identifier = struct.unpack_from("<I8xI", listed[at].content)
        yield place, identifier, [*listed[at + 1 : until]]


def _fonts(environment: bytes) -> dict[int, str]:
    found: dict[int, str] = {}
    for each in records(environment):
        if each.kind == _FONTS:
            for font in records(each.content):
                if font.kind == _FONT:
                    name = font.content[:64].decode("utf-16-le", "replace")
                    found[font.instance] = name.partition("\0")[0]
    return found


def _footer(content: bytes) -> str:
    """Return the footer that slides show; "" if they show none (2.4.15)."""
    is_shown, text = False, ""
    for each in records(content):
        if each.kind == _MARGIN_FLAGS:
            is_shown = bool(struct.unpack_from("<2xH", each.content)[0] & 0x20)
        elif each.kind == STRING and each.instance == 2:
            text = each.content.decode("utf-16-le", "replace")
    return text if is_shown else ""


def _read_slide(
    slide: Slide,
    stream: bytes,
    places: Mapping[int, int],
    place: int,
    outline: Sequence[Text],
    notes: Mapping[int, int],
) -> None:
    content = _at(stream, places.get(place))
    if content.kind not in (SLIDE, _MASTER):
        return
    shapes: list[Shape] = []
    for each in records(content.content):
        if each.kind == _DRAWING:
            shapes += _drawn(each.content, outline)
        elif each.kind == _SHOW:
            slide.is_hidden = bool(struct.unpack_from("<10xH", each.content)[0] & 0x04)
        elif each.kind == _MARGINS:
            slide.footer = _footer(each.content)
        elif each.kind == _TAGS:
            slide.comments += _comments(each)
        elif each.kind == _SLIDE_ATOM:
            master, identifier, flags = struct.unpack_from("<12x2IH", each.content)
            slide.master = master if flags & 1 else 0
            noted = _at(stream, places.get(notes.get(identifier, -1)))
            for part in records(noted.content) if noted.kind == NOTES else ():
                if part.kind == _DRAWING:
                    slide.notes += _drawn(part.content, [])
    slide.shapes = shapes


def _tagged(tags: Record) -> Iterator[Record]:
    """Yield what newer programs added to a part (2.11.13, 2.11.25)."""
    for tag in records(tags.content) if tags.kind == _TAGS else ():
        for blob in records(tag.content) if tag.kind == _TAG else ():
            yield from records(blob.content) if blob.kind == _BLOB else ()


def _comments(tags: Record) -> Iterator[tuple[str, str]]:
    """Yield the authors and texts of comments (2.5.24)."""
    for each in _tagged(tags):
        if each.kind == _COMMENT:
            parts = [part for part in records(each.content) if part.kind == STRING]
            said = {part.instance: part.content.decode("utf-16-le", "replace") for part in parts}
            yield said.get(0, ""), said.get(1, "")


def _outline_numbers(tags: Record) -> Iterator[tuple[int, int, bytes]]:
    """Yield the numbers of paragraphs in outlines: the slide, the kind of text, and how they look (2.9.68)."""
    for each in _tagged(tags):
        about: tuple[int, int] | None = None
        for part in records(each.content) if each.kind == _OUTLINE_9 else ():
            if part.kind == _OUTLINE_9_HEAD:
                about = struct.unpack_from("<2I", part.content)
            elif part.kind == STYLE_9 and about is not None:
                yield *about, part.content


def _drawn(content: bytes, outline: Sequence[Text]) -> Iterator[Shape]:
    for drawing in records(content):
        for each in records(drawing.content) if drawing.kind == _DRAWN else ():
            if each.kind == _GROUP:
                # The first shape of the outermost group is the slide itself.
                yield from _group(each.content, outline, 0).inside
            elif each.kind == _SHAPE and (shape := _shape(each.content, outline)) is not None:
                # The ground of the slide has no text.
                if shape.texts or shape.word_art:
                    yield shape


def _group(content: bytes, outline: Sequence[Text], depth: int) -> Shape:
    """Read a group: its first shape says what holds for all of it ([MS-ODRAW] 2.2.16)."""
    found: Shape | None = None
    for each in records(content):
        if each.kind == _GROUP and depth < _DEPTH:
            inner: Shape | None = _group(each.content, outline, depth + 1)
        elif each.kind == _SHAPE:
            inner = _shape(each.content, outline)
        else:
            continue
        if found is None:
            found = inner or Shape()
        elif inner is not None:
            found.inside.append(inner)
    return found or Shape()


def _shape(content: bytes, outline: Sequence[Text]) -> Shape | None:
    shape = Shape()
    numbers = b""
    for each in records(content):
        if each.kind == _KIND:
            if struct.unpack_from("<4xI", each.content)[0] & _DELETED:
                return None
            shape.is_picture = each.instance == _PICTURE
        elif each.kind in (_PROPERTIES, _MORE):
            _read_properties(shape, each)
        elif each.kind == _PLACE:
            form = "<4h" if len(each.content) == 8 else "<4i"
            top, left, right, bottom = struct.unpack_from(form, each.content)
            shape.box = left, top, right, bottom
        elif each.kind == _CHILD_PLACE:
            shape.box, shape.is_child = struct.unpack_from("<4i", each.content), True
        elif each.kind == _DATA:
            for part in records(each.content):
                shape.is_object |= part.kind == _OBJECT
                # 2.7.8: one at no position is none.
                shape.is_placeholder |= part.kind == _PLACEHOLDER and part.content[:4] != b"\xff\xff\xff\xff"
                numbers = next((one.content for one in _tagged(part) if one.kind == STYLE_9), numbers)
        elif each.kind == _TEXT:
            shape.texts += _texts([*records(each.content)], outline)
    for text in shape.texts:
        text.numbers = text.numbers or numbers
    return shape


def _read_properties(shape: Shape, record: Record) -> None:
    """Read the properties of a shape, of which some have their values behind all of them ([MS-ODRAW] 2.2.7, 2.3)."""
    behind = 6 * record.instance
    for at in range(0, min(behind, len(record.content) - 5), 6):
        name, value = struct.unpack_from("<HI", record.content, at)
        kind = name & 0x3FFF
        if name & 0x8000:
            if kind == _WORD_ART:
                text = record.content[behind : behind + value].decode("utf-16-le", "replace")
                shape.word_art = text.partition("\0")[0]
            behind += value
        elif kind == _TABLE:
            shape.is_table = bool(value & 1)
        elif kind == _HIDING:
            shape.is_hidden = value & 0x20002 == 0x20002


def _texts(listed: Sequence[Record], outline: Sequence[Text]) -> Iterator[Text]:
    """Yield texts, each of which begins with a record on its kind, or refers to one of the outline (2.9.41)."""
    text: Text | None = None
    for each in listed:
        if each.kind == _TEXT_HEADER or each.kind == _OUTLINE:
            if text is not None:
                yield text
            (number,) = struct.unpack_from("<I", each.content)
            if each.kind == _TEXT_HEADER:
                text = Text(number)
            else:
                text = outline[number] if number < len(outline) else None
        elif text is None:
            continue
        elif each.kind == _WIDE:
            text.text = each.content.decode("utf-16-le", "surrogatepass")
        elif each.kind == _NARROW:
            # Each byte is the lower half of a character.
            text.text = each.content.decode("latin-1")
        elif each.kind == _STYLE:
            text.style = each.content
        elif each.kind in _FILLED_IN:
            text.filled.add(struct.unpack_from("<I", each.content)[0])
    if text is not None:
        yield text
