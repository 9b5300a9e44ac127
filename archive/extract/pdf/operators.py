"""Reading the operators of a content stream with their operands (ISO 32000-1, 7.8.2), which pdfminer does slowly."""

import re
from collections.abc import Iterator
from typing import Any

from pdfminer.pdftypes import PDFStream
from pdfminer.psparser import LIT, PSLiteral

_BLANK = rb"\x00\t\n\x0c\r "
_WORD = rb"[^()<>\[\]{}/%" + _BLANK + rb"]"
_TOKEN = re.compile(
    rb"[" + _BLANK + rb"]*(?:"
    rb"([+-]?(?:\d+\.?\d*|\.\d+))(?!" + _WORD + rb")"
    rb"|\(([^()\\]*(?:\\.[^()\\]*)*)\)"
    rb"|<([0-9A-Fa-f" + _BLANK + rb"]*)>"
    rb"|/(" + _WORD + rb"*)"
    rb"|(" + _WORD + rb"+)"
    rb"|(<<|\[)|(>>|\])|(\()|%[^\r\n]*|[<>{})]|$)",
    re.DOTALL,
)
_NUMBER, _STRING, _HEX, _NAME, _OPERATOR, _OPEN, _CLOSE, _NESTED = range(1, 9)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\r\n": b"", b"\r": b"", b"\n": b""}
_HASH = re.compile(rb"#([0-9A-Fa-f]{2})")
_LOOSE = re.compile(rb"[+-]*(\d*\.?\d*)")
_PLAIN: dict[bytes, Any] = {b"true": True, b"false": False, b"null": None}
_END = re.compile(rb"[" + _BLANK + rb"]EI(?![^" + _BLANK + rb"])")
_ASCII_85 = ("ASCII85Decode", "A85")
# Arrays and dictionaries nested deeper, and operands beyond so many, are an attack.
_DEEP, _OPERANDS, _DIGITS = 50, 100_000, 40


def operations(data: bytes) -> Iterator[tuple[bytes, list[Any]]]:
    """Yield each operator with the operands before it; an inline image is the operand of ``EI``.

    >>> list(operations(b"BT /F1 9.5 Tf [(a\\\\)) -3 <41>] TJ"))
    [(b'BT', []), (b'Tf', [/'F1', 9.5]), (b'TJ', [[b'a)', -3, b'A']])]
    """
    operands: list[Any] = []
    # The arrays and dictionaries that are open, from without.
    outer: list[list[Any]] = []
    at, end = 0, len(data)
    match = _TOKEN.match
    while at < end:
        token = match(data, at)
        if token is None:
            at += 1
            continue
        at = token.end()
        kind = token.lastindex
        if kind is None:
            continue
        value = token[kind]
        if kind == _NUMBER:
            # Longer numbers are none that anything is drawn with.
            if len(value) <= _DIGITS:
                operands.append(float(value) if b"." in value else int(value))
        elif kind == _STRING:
            operands.append(_unescaped(value))
        elif kind == _HEX:
            operands.append(_from_hex(value))
        elif kind == _NAME:
            operands.append(_name(value))
        elif kind == _OPEN:
            if len(outer) < _DEEP:
                outer.append(operands)
                operands = []
        elif kind == _CLOSE:
            if outer:
                inner, operands = operands, outer.pop()
                operands.append(inner if value == b"]" else _pairs(inner))
        elif kind == _NESTED:
            text, at = _nested(data, at)
            operands.append(text)
        elif value in _PLAIN:
            operands.append(_PLAIN[value])
        elif value == b"ID":
            image, at = _image(data, at, _pairs(operands))
            yield b"EI", [image]
            operands, outer = [], []
        elif (number := _LOOSE.fullmatch(value)) is not None and number[1].strip(b".") and len(value) <= _DIGITS:
            # A number with two signs, as some programs write it.
            operands.append(float(number[1]) * (-1 if value.startswith(b"-") else 1))
        elif outer:
            # What is no value in an array is left out.
            continue
        else:
            if value != b"BI":
                yield value, operands
            operands = []
        if len(operands) > _OPERANDS:
            operands = operands[-_OPERANDS // 2 :]


def _unescaped(text: bytes) -> bytes:
    return text if b"\\" not in text else _ESCAPE.sub(_meant, text)


def _meant(escape: re.Match[bytes]) -> bytes:
    code = escape[1]
    return bytes((int(code, 8) & 0xFF,)) if code.isdigit() and code < b"8" else _ESCAPED.get(code, code)


def _from_hex(text: bytes) -> bytes:
    digits = b"".join(text.replace(b"\x00", b"").split())
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())


def _name(text: bytes) -> PSLiteral:
    raw = _HASH.sub(lambda code: bytes.fromhex(code[1].decode()), text)
    try:
        return LIT(raw.decode())
    except UnicodeDecodeError:
        # As pdfminer has it for the names in a page's resources.
        return LIT(raw)


def _pairs(values: list[Any]) -> dict[str, Any]:
    pairs = zip(values[::2], values[1::2], strict=False)
    return {str(key.name): value for key, value in pairs if isinstance(key, PSLiteral) and value is not None}


def _nested(data: bytes, start: int) -> tuple[bytes, int]:
    """Return a string with brackets in it, and where it ends."""
    open_brackets = 1
    at = start
    while at < len(data):
        character = data[at : at + 1]
        if character == b"\\":
            at += 1
        elif character == b"(":
            open_brackets += 1
        elif character == b")":
            open_brackets -= 1
            if not open_brackets:
                break
        at += 1
    return _unescaped(data[start:at]), at + 1


def _image(data: bytes, start: int, about: dict[str, Any]) -> tuple[PDFStream, int]:
    """Return an inline image (8.9.7), whose data begin after one blank, and where it ends."""
    filters = about.get("F", about.get("Filter"))
    first = filters[0] if isinstance(filters, list) and filters else filters
    start += 1
    if isinstance(first, PSLiteral) and first.name in _ASCII_85 and (tail := data.find(b"~>", start)) >= 0:
        found = _END.search(data, tail)
        return PDFStream(about, data[start : tail + 2]), found.end() if found else tail + 2
    found = _END.search(data, start)
    return PDFStream(about, data[start : found.start() if found else len(data)]), found.end() if found else len(data)
