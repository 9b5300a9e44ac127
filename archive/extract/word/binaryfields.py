"""Reading the fonts of a Word document from before 2007, and its fields that show what no text says.

Numbers are sections of [MS-DOC].
"""

import struct
from contextlib import suppress
from dataclasses import dataclass, field

from archive.extract.text.carriers import Carriers
from archive.extract.text.symbols import is_symbol_font

# 2.5.7: where the table of fonts is.
_FONTS = 0x112
# 2.9.79: a font's name comes after what is known of its letters.
_NAME = 39
# 2.9.158: the data of a form come after a head of this size, and of which kind they are.
_HEAD, _CHECKBOX, _LIST = 68, 1, 2
# 2.9.78: a box or a list that is as it was designed.
_AS_DESIGNED = 25


class Fonts:
    """The names of symbol fonts by their numbers (2.9.286); others are not kept."""

    def __init__(self, main: bytes, table: bytes) -> None:
        self._names: dict[int, str] = {}
        # What was read until the end of a table that is cut off stays.
        with suppress(struct.error, IndexError):
            at, size = struct.unpack_from("<2I", main, _FONTS)
            fonts = table[at : at + size]
            (count,) = struct.unpack_from("<H", fonts)
            at = 4
            for number in range(count):
                length = fonts[at]
                name = fonts[at + 1 + _NAME : at + 1 + length].decode("utf-16-le", "replace").partition("\0")[0]
                if is_symbol_font(name):
                    self._names[number] = name
                at += 1 + length

    def name(self, number: int) -> str:
        return self._names.get(number, "")


@dataclass(slots=True)
class OpenField:
    """A field whose end is not reached; ``begun`` is how long the line was where its result begins, if that began."""

    instruction: list[str] = field(default_factory=list)
    begun: int | None = None
    ticked: bool | None = None
    chosen: str | None = None


class OpenFields:
    """The fields that are open, the innermost last, and what those show that have no result."""

    def __init__(self, data: bytes, carriers: Carriers) -> None:
        self._data = data
        self._carriers = carriers
        self._open: list[OpenField] = []
        # How many instructions are being read, one within the other.
        self.instructions = 0

    def begin(self) -> None:
        self._open.append(OpenField())
        self.instructions += 1

    def instruct(self, character: str, form: int | None) -> None:
        """Take a character of an instruction; ``form`` is where the data of a form stand, if it has any."""
        # What a field in an instruction yields is part of that.
        reading = next((each for each in reversed(self._open) if each.begun is None), None)
        if reading is not None:
            reading.instruction.append(character)
            if character == "\x01" and form is not None:
                reading.ticked, reading.chosen = self._state(form)

    def separate(self, line: list[str]) -> None:
        if self._open and self._open[-1].begun is None:
            self._open[-1].begun = len(line)
            self.instructions -= 1

    def end(self, line: list[str]) -> tuple[str, str]:
        """End the innermost field; return what it shows beside its result, and the instruction of one that has none."""
        if not self._open:
            return "", ""
        ended = self._open.pop()
        self.instructions -= ended.begun is None
        instruction, shown = "".join(ended.instruction), ""
        if ended.begun is None or not "".join(line[ended.begun :]).strip():
            shown = self._carriers.field(instruction.replace("\x01", ""), ended.ticked, ended.chosen)
        if self.instructions:
            self._open[-1].instruction.append(shown)
            shown = ""
        return shown, instruction if ended.begun is None else ""

    def _state(self, at: int) -> tuple[bool | None, str | None]:
        """Return the state of a box in a form, and the entry chosen in a list (2.9.158, 2.9.78); None for neither."""
        with suppress(struct.error, IndexError):
            version, bits, _, _, named = struct.unpack_from("<IHHHH", self._data, at + _HEAD)
            kind, state = bits & 3, bits >> 2 & 0x1F
            if version != 0xFFFFFFFF or kind not in (_CHECKBOX, _LIST):
                return None, None
            after = at + _HEAD + 12 + 2 * named + 2
            (designed,) = struct.unpack_from("<H", self._data, after)
            state = designed if state == _AS_DESIGNED else state
            return (bool(state), None) if kind == _CHECKBOX else (None, self._entry(after + 2, state))
        return None, None

    def _entry(self, at: int, number: int) -> str:
        """Return an entry of a list, which follows five texts about it (2.9.158) in a table of strings (2.2.4)."""
        for _ in range(5):
            at += 2 + 2 * struct.unpack_from("<H", self._data, at)[0] + 2
        marked, count, extra = struct.unpack_from("<HHH", self._data, at)
        if marked != 0xFFFF or number >= count:
            raise IndexError(number)
        at += 6
        for _ in range(number):
            at += 2 + 2 * struct.unpack_from("<H", self._data, at)[0] + extra
        size = 2 * struct.unpack_from("<H", self._data, at)[0]
        return self._data[at + 2 : at + 2 + size].decode("utf-16-le", "replace")
