"""Reading the lists of a Word document from before 2007.

Numbers are sections of [MS-DOC].
"""

import struct
from collections.abc import Iterator
from contextlib import suppress

from archive.extract.text.characters import clean
from archive.extract.text.numberforms import LARGEST, by_code
from archive.extract.text.numbering import LEVELS, Counter, Level, Numbered
from archive.extract.word.binarystyles import STYLE, Looks, Properties

# 2.5.6: where the offsets and sizes of the lists and of their overrides are.
_LISTS, _OVERRIDES = 0x2E2, 0x2EA
# 2.6.2: numbers of properties; the list of a paragraph, and its level there.
_DEPTH, _OVERRIDE = 0x260A, 0x460B
# 2.6.2: the greatest number of a list in a property; the next one is that of a list as in Word 6, which is not read,
# and greater ones say that a paragraph is in none.
_MOST_OVERRIDES, _OLD_LIST = 0x7FE, 0x7FF
_LIST_SIZE, _OVERRIDE_SIZE, _LEVEL_SIZE, _CHANGE_SIZE = 28, 16, 28, 8
# The longest text of a number that is read.
_LONGEST = 64


class Lists:
    """The lists of a document; empty if it has none that can be read."""

    def __init__(self, main: bytes, table: bytes) -> None:
        # For each list its levels; for each number that paragraphs name, its numbering.
        self._levels: dict[int, dict[int, Level]] = {}
        self._numbered: dict[int, Numbered] = {}
        # What was read until the end of a table that is cut off stays.
        with suppress(struct.error, IndexError):
            self._read_lists(table, *struct.unpack_from("<2I", main, _LISTS))
        with suppress(struct.error, IndexError):
            self._read_overrides(table, *struct.unpack_from("<2I", main, _OVERRIDES))

    def place(self, form: Properties, style: Properties) -> tuple[str, Numbered, int] | None:
        """Return the numbering of a paragraph by its name, its levels and its depth in it; None if it has no number.

        Raises LookupError if it is in a list that the file doesn't have, or in one as in Word 6.
        """
        both = {**style, **form}
        number = both.get(_OVERRIDE, 0)
        if not 0 < number <= _OLD_LIST:
            return None
        return str(number), self._numbered[number], min(both.get(_DEPTH, 0), LEVELS - 1)

    def _read_lists(self, table: bytes, at: int, size: int) -> None:
        """Read the lists (2.9.199), and behind them their levels."""
        if size < 2:
            return
        lists = table[at : at + size]
        (count,) = struct.unpack_from("<h", lists)
        heads = [struct.unpack_from("<i22xB", lists, 2 + _LIST_SIZE * number) for number in range(count)]
        at += size
        for identifier, flags in heads:
            # A simple list has one level, which serves for all.
            levels: list[Level] = []
            for _ in range(1 if flags & 1 else LEVELS):
                level, at = _level(table, at)
                levels.append(level)
            self._levels[identifier] = dict(enumerate(levels * LEVELS if flags & 1 else levels))

    def _read_overrides(self, table: bytes, at: int, size: int) -> None:
        """Read what paragraphs name: lists with what is changed of them (2.9.200)."""
        if size < 4:
            return
        (count,) = struct.unpack_from("<I", table, at)
        count = min(count, _MOST_OVERRIDES)
        heads = [struct.unpack_from("<i8xB", table, at + 4 + _OVERRIDE_SIZE * number) for number in range(count)]
        for number, (identifier, _) in enumerate(heads, 1):
            if identifier in self._levels:
                self._numbered[number] = Numbered(str(identifier), self._levels[identifier])
        at += 4 + _OVERRIDE_SIZE * count
        for number, (identifier, changes) in enumerate(heads, 1):
            at += 4
            levels: dict[int, Level] = {}
            starts: dict[int, int] = {}
            for _ in range(changes):
                start, flags = struct.unpack_from("<iI", table, at)
                at += _CHANGE_SIZE
                depth = flags & 0xF
                if flags & 0x20:
                    levels[depth], at = _level(table, at)
                    start = levels[depth].start
                if flags & 0x10:
                    starts[depth] = min(max(start, 0), LARGEST)
            if (levels or starts) and identifier in self._levels:
                self._numbered[number] = Numbered(str(identifier), {**self._levels[identifier], **levels}, starts)


class Items:
    """A counter of the numbered paragraphs in one part of a document; ``unread`` are those without their list."""

    def __init__(self, lists: Lists, looks: Looks) -> None:
        self._lists = lists
        self._looks = looks
        self._counter = Counter()
        self.unread = 0

    @property
    def unknown(self) -> int:
        """How many numbers are shown in another format than here."""
        return self._counter.unknown

    def label(self, form: Properties) -> str:
        """Count a paragraph of these properties, and return its number as printed, "" for none."""
        try:
            place = self._lists.place(form, self._looks.style(form.get(STYLE, 0)))
        except LookupError:
            self.unread += 1
            return ""
        return clean(self._counter.label(*place)) if place else ""


def _level(table: bytes, at: int) -> tuple[Level, int]:
    """Return the level that stands at an offset, and the offset behind it (2.9.149, 2.9.150)."""
    start, code, flags = struct.unpack_from("<iBB", table, at)
    places = table[at + 6 : at + 15]
    characters, paragraphs, restart = struct.unpack_from("<3B", table, at + 24)
    at += _LEVEL_SIZE + characters + paragraphs
    (length,) = struct.unpack_from("<H", table, at)
    text = struct.unpack_from(f"<{length}H", table, at + 2)
    level = Level(
        start=min(max(start, 0), LARGEST),
        form=by_code(code),
        text=tuple(_pieces(text[:_LONGEST], places)),
        legal=bool(flags & 4),
        restart=restart if flags & 8 else None,
    )
    return level, at + 2 + 2 * length


def _pieces(text: tuple[int, ...], places: bytes) -> Iterator[str | int]:
    """Yield the pieces of a number's text; at the ``places``, counted from 1, stand depths of levels."""
    words: list[int] = []
    for place, unit in enumerate(text, 1):
        if place in places and unit < LEVELS:
            if words:
                yield _decoded(words)
                words = []
            yield unit
        else:
            words.append(unit)
    if words:
        yield _decoded(words)


def _decoded(units: list[int]) -> str:
    return struct.pack(f"<{len(units)}H", *units).decode("utf-16-le", "replace")
