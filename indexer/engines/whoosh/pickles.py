"""Reads the pickles in Whoosh's files as data, without running them.

A pickle is a program: it names functions and calls them, so ``pickle.loads`` on a file that someone else wrote runs
what they like. This reader knows only the instructions that Whoosh's files need. What a pickle would import is only
named (``Name``), and what it would call is only noted (``Made``). Nothing is imported, nothing is called, and the
memory that it takes is in proportion to the bytes that it reads.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_LONGEST_NAME = 256


class Malformed(ValueError):
    """Bytes that are not what this program writes into an index."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a pickle would import."""

    module: str
    name: str


@dataclass(slots=True, eq=False)
class Made:
    """What a pickle would make by calling ``maker``: its arguments, and the state or the items that it would get."""

    maker: Name
    arguments: tuple[object, ...]
    state: object = None
    items: dict[str, object] = field(default_factory=dict)


def read(data: bytes, at: int) -> tuple[object, int]:
    """Read the pickle that begins at a place, and return where it ends too.

    It may have numbers, bytes, text, and tuples, lists, sets and dictionaries of them. Raises Malformed for anything
    else, also for a pickle that breaks off.
    """
    reading = _Reading(data, at)
    try:
        code = data[at]
        while code != _STOP:
            reading.at += 1
            _INSTRUCTIONS[code](reading)
            code = data[reading.at]
        (found,) = reading.stack
    except (LookupError, ValueError, TypeError, struct.error) as error:
        raise Malformed(f"not a pickle of ours: {type(error).__name__} at {reading.at}") from error
    return found, reading.at + 1


class _Reading:
    """A pickle being read: where it is, its stack, the heights of the stack that it marked, what it remembers."""

    __slots__ = ("at", "data", "marks", "memory", "stack")

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at
        self.stack: list[object] = []
        self.marks: list[int] = []
        self.memory: dict[int, object] = {}

    def number(self, form: struct.Struct) -> Any:
        (value,) = form.unpack_from(self.data, self.at)
        self.at += form.size
        return value

    def bytes(self, size: struct.Struct) -> bytes:
        length = size.unpack_from(self.data, self.at)[0]
        self.at += size.size + length
        if self.at > len(self.data):
            raise Malformed("a pickle that breaks off")
        return self.data[self.at - length : self.at]

    def line(self) -> str:
        end = self.data.index(b"\n", self.at, self.at + _LONGEST_NAME)
        line, self.at = self.data[self.at : end], end + 1
        return line.decode()

    def top(self, count: int) -> list[object]:
        """Take the topmost items of the stack."""
        return self.above(len(self.stack) - count)

    def above(self, height: int) -> list[object]:
        """Take what lies above a height of the stack."""
        if not 0 <= height <= len(self.stack):
            raise Malformed("a pickle that takes more than it put")
        taken = self.stack[height:]
        del self.stack[height:]
        return taken

    def remember(self, key: int) -> None:
        self.memory[key] = self.stack[-1]


def _name(reading: _Reading, module: object, name: object) -> None:
    if not (isinstance(module, str) and isinstance(name, str)):
        raise Malformed("a name that is no text")
    reading.stack.append(Name(module, name))


def _make(reading: _Reading) -> None:
    maker, arguments = reading.top(2)
    if not (isinstance(maker, Name) and isinstance(arguments, tuple)):
        raise Malformed("a call of what is no name")
    reading.stack.append(Made(maker, arguments))


def _build(reading: _Reading) -> None:
    made, state = reading.top(2)
    if not isinstance(made, Made):
        raise Malformed("a state for what is no object")
    made.state = state
    reading.stack.append(made)


def _extend(reading: _Reading, items: list[object]) -> None:
    found = reading.stack[-1]
    if not isinstance(found, list):
        raise Malformed("items for what is no list")
    found += items


def _add(reading: _Reading, items: list[object]) -> None:
    found = reading.stack[-1]
    if not (isinstance(found, set) and all(isinstance(item, int) for item in items)):
        raise Malformed("members that are no numbers")
    found.update(items)


def _set(reading: _Reading, items: list[object]) -> None:
    found = reading.stack[-1]
    target = found.items if isinstance(found, Made) else found
    keys = items[::2]
    if not (isinstance(target, dict) and all(isinstance(key, str) for key in keys)):
        raise Malformed("entries for what is no dictionary")
    target.update(zip(keys, items[1::2], strict=True))


_BYTE, _SHORT, _LONG, _INT, _DOUBLE = map(struct.Struct, ("<B", "<H", "<I", "<i", ">d"))
_STOP = ord(".")
# What each instruction does, by the byte that stands for it. ``pickletools`` of the standard library explains them.
_INSTRUCTIONS: Mapping[int, Callable[[_Reading], object]] = {
    code[0]: does
    for code, does in {
        # The protocol and the sizes of frames say nothing about the value.
        b"\x80": lambda r: r.number(_BYTE),
        b"\x95": lambda r: (r.number(_LONG), r.number(_LONG)),
        b"K": lambda r: r.stack.append(r.number(_BYTE)),
        b"M": lambda r: r.stack.append(r.number(_SHORT)),
        b"J": lambda r: r.stack.append(r.number(_INT)),
        b"G": lambda r: r.stack.append(r.number(_DOUBLE)),
        b"N": lambda r: r.stack.append(None),
        b"\x88": lambda r: r.stack.append(True),
        b"\x89": lambda r: r.stack.append(False),
        b"C": lambda r: r.stack.append(r.bytes(_BYTE)),
        b"B": lambda r: r.stack.append(r.bytes(_LONG)),
        b"\x8c": lambda r: r.stack.append(r.bytes(_BYTE).decode()),
        b"X": lambda r: r.stack.append(r.bytes(_LONG).decode()),
        b"(": lambda r: r.marks.append(len(r.stack)),
        b"t": lambda r: r.stack.append(tuple(r.above(r.marks.pop()))),
        b")": lambda r: r.stack.append(()),
        b"\x85": lambda r: r.stack.append(tuple(r.top(1))),
        b"\x86": lambda r: r.stack.append(tuple(r.top(2))),
        b"\x87": lambda r: r.stack.append(tuple(r.top(3))),
        b"]": lambda r: r.stack.append([]),
        b"a": lambda r: _extend(r, r.top(1)),
        b"e": lambda r: _extend(r, r.above(r.marks.pop())),
        b"\x8f": lambda r: r.stack.append(set()),
        b"\x90": lambda r: _add(r, r.above(r.marks.pop())),
        b"}": lambda r: r.stack.append({}),
        b"s": lambda r: _set(r, r.top(2)),
        b"u": lambda r: _set(r, r.above(r.marks.pop())),
        b"q": lambda r: r.remember(r.number(_BYTE)),
        b"r": lambda r: r.remember(r.number(_LONG)),
        b"\x94": lambda r: r.remember(len(r.memory)),
        b"h": lambda r: r.stack.append(r.memory[r.number(_BYTE)]),
        b"j": lambda r: r.stack.append(r.memory[r.number(_LONG)]),
        b"c": lambda r: _name(r, r.line(), r.line()),
        b"\x93": lambda r: _name(r, *r.top(2)),
        b"R": _make,
        b"\x81": _make,
        b"b": _build,
    }.items()
}
