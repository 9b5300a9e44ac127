"""Reading the lists of an RTF file (RTF 1.9.1, Word 97 Through Word 2007 RTF for Bullets and Numbering)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from archive.extract.text.characters import clean
from archive.extract.text.numberforms import LARGEST, by_code
from archive.extract.text.numbering import LEVELS, Counter, Level, Numbered

_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}\r\n]+)|[\r\n]+", re.DOTALL
)
_UNICODE_SKIP = re.compile(rb"\\uc(\d)")
# The longest text of a number that is read.
_LONGEST = 64
# More groups are in no table: a file of Word has a few hundred lists with some forty groups each.
_MOST_GROUPS = 100_000


@dataclass(slots=True)
class _Group:
    """A group of a table: its words with their values, what stands in it as text, and the groups in it."""

    values: dict[bytes, int] = field(default_factory=dict)
    text: list[bytes | str] = field(default_factory=list)
    groups: list["_Group"] = field(default_factory=list)

    def all(self, name: bytes) -> Iterator["_Group"]:
        """Yield the groups that begin with a word."""
        return (each for each in self.groups if name in each.values)


class Items:
    """A counter of the numbered paragraphs of a file, whose text has the given encoding."""

    def __init__(self, data: bytes, encoding: str) -> None:
        self._encoding = encoding
        self._counter = Counter()
        self._lists: dict[int, dict[int, Level]] = {}
        self._numbered: dict[int, Numbered] = {}
        for each in _table(data, b"listtable").all(b"list"):
            self._lists[each.values.get(b"listid", 0)] = self._levels(each)
        for each in _table(data, b"listoverridetable").all(b"listoverride"):
            self._number(each)

    @property
    def unknown(self) -> int:
        """How many numbers are shown in another format than here."""
        return self._counter.unknown

    def label(self, number: int, depth: int, kept: str) -> str:
        """Count a paragraph, and return its number as printed: that which the file ``kept`` if its list is missing."""
        numbered = self._numbered.get(number)
        if numbered is None or depth not in numbered.levels:
            return clean(kept)
        return clean(self._counter.label(str(number), numbered, depth))

    def _levels(self, found: _Group) -> dict[int, Level]:
        levels = [self._level(each) for each in found.all(b"listlevel")][:LEVELS]
        return dict(enumerate(levels * LEVELS if b"listsimple" in found.values and len(levels) == 1 else levels))

    def _number(self, found: _Group) -> None:
        levels, starts = dict[int, Level](), dict[int, int]()
        for depth, each in enumerate([*found.all(b"lfolevel")][:LEVELS]):
            changed = next(each.all(b"listlevel"), None)
            if b"listoverrideformat" in each.values and changed is not None:
                levels[depth] = self._level(changed)
            if b"listoverridestartat" in each.values:
                start = levels[depth].start if depth in levels else each.values.get(b"levelstartat", 1)
                starts[depth] = min(max(start, 0), LARGEST)
        identifier = found.values.get(b"listid", 0)
        if identifier in self._lists:
            whole = {**self._lists[identifier], **levels} if levels else self._lists[identifier]
            self._numbered[found.values.get(b"ls", 0)] = Numbered(str(identifier), whole, starts)

    def _level(self, found: _Group) -> Level:
        values = found.values
        text = next((tuple(self._pieces(each.text)) for each in found.all(b"leveltext")), ())
        return Level(
            start=min(max(values.get(b"levelstartat", 1), 0), LARGEST),
            form=by_code(values.get(b"levelnfc", values.get(b"levelnfcn", 0))),
            text=text,
            legal=values.get(b"levellegal", 0) != 0,
            restart=0 if values.get(b"levelnorestart", 0) else None,
        )

    def _pieces(self, text: list[bytes | str]) -> Iterator[str | int]:
        """Yield the pieces of a number's text, which begins with its length and ends with a semicolon."""
        words, waiting = "", b""
        ended = text[:-1] if text[-1:] == [b";"] else text
        for each in ended[1:_LONGEST]:
            if isinstance(each, bytes) and each[0] >= LEVELS:
                waiting += each
                continue
            words, waiting = words + waiting.decode(self._encoding, "replace"), b""
            if isinstance(each, str):
                words += each
                continue
            if words:
                yield words
                words = ""
            yield each[0]
        words += waiting.decode(self._encoding, "replace")
        if words:
            yield words


def _table(data: bytes, name: bytes) -> _Group:
    """Return the first table of a name; an empty one if there is none."""
    root = _Group()
    found = re.search(rb"\{\\\*\\" + name + rb"\b", data)
    if found is None:
        return root
    start = found.start()
    stack = [root]
    # How many characters stand for one that is given by its number; and how many of them are still to come.
    count = next((int(each[1]) for each in [*_UNICODE_SKIP.finditer(data, 0, start)][-1:]), 1)
    skip = groups = 0
    for match in _TOKEN.finditer(data, start):
        word, number, code, sign, brace, text = match.groups()
        group = stack[-1]
        if brace == b"{":
            inner = _Group()
            group.groups.append(inner)
            stack.append(inner)
            groups += 1
            if groups > _MOST_GROUPS:
                break
        elif brace:
            stack.pop()
            if len(stack) <= 1:
                break
        elif word == b"u" and number:
            group.text.append(chr(int(number) % 0x10000))
            skip = count
            continue
        elif word:
            group.values.setdefault(word, int(number) if number else 1)
            count = int(number) if word == b"uc" and number else count
        elif code or text or sign:
            characters = [bytes.fromhex(code.decode())] if code else [bytes([each]) for each in text or sign]
            group.text += characters[skip:]
            skip = max(0, skip - len(characters))
            continue
        skip = 0
    return root.groups[0] if root.groups else root
