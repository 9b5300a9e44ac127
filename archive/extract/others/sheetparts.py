"""Reading how the cells of an xlsx are seen (ECMA-376 part 1, 18.3 and 18.8)."""

import re
from collections.abc import Iterator, Mapping, Sequence

from lxml import etree

from archive.extract.containers.relations import IDS, relations
from archive.extract.containers.zipguard import parse_part
from archive.extract.others.numberformat import BUILT_IN
from archive.extract.others.sheetview import Comment, Look, SheetView

_WORKBOOK, _STYLES = "xl/workbook.xml", "xl/styles.xml"
_COMMENTS = re.compile(r"xl/(?:[^/]+/)*(?:threaded)?comments?\d*\.xml", re.IGNORECASE)
_TAG = re.compile(rb"<(?:\w+:)?(row|col|c)\b([^<>]*)>")
_GROUNDED = re.compile(rb"<(?:\w+:)?(?:conditionalFormatting|tablePart|picture)\b")
_ATTRIBUTE = re.compile(rb"(?<![\w:])(r|s|ht|width|min|max|hidden)\s*=\s*[\"']([^\"']*)[\"']")
_COLUMNS = 16_384
_WHITE = "FFFFFF"
# 18.8.27: numbers of colours that are white in the palette that nobody changed.
_WHITE_NUMBERS = ("1", "9")


def views(parts: Mapping[str, bytes]) -> list[SheetView]:
    """Return how each sheet is seen, in the order of the workbook."""
    if _WORKBOOK not in parts:
        return []
    looks = _looks(parts)
    targets = relations(parts, _WORKBOOK)
    found: list[SheetView] = []
    places: dict[str, SheetView] = {}
    for sheet in parse_part(parts[_WORKBOOK]).iterfind("{*}sheets/{*}sheet"):
        relation = next((value for key in IDS if (value := sheet.get(key))), "")
        name = targets.get(relation, ("", ""))[1]
        found.append(_view(parts.get(name, b""), looks))
        places |= {target: found[-1] for _, target in relations(parts, name).values()}
    for name, content in parts.items():
        if _COMMENTS.fullmatch(name) and found:
            # One that no sheet refers to is in the file all the same.
            places.get(name, found[0]).comments += _comments(parse_part(content), name in places)
    return found


def _view(content: bytes, looks: Sequence[Look]) -> SheetView:
    view = SheetView(grounded=_GROUNDED.search(content) is not None)
    row = column = -1
    columns = bytearray(_COLUMNS)
    for tag in _TAG.finditer(content):
        kind, text = tag.groups()
        stated = dict(_ATTRIBUTE.findall(text))
        hidden = stated.get(b"hidden") in (b"1", b"true")
        if kind == b"c":
            column = _column(stated[b"r"]) if b"r" in stated else column + 1
            style = stated.get(b"s", b"0")
            look = looks[int(style)] if style.isdigit() and int(style) < len(looks) else None
            if look is not None and not look.is_plain:
                view.looks[row, column] = look
        elif kind == b"row":
            row, column = (int(stated[b"r"]) - 1 if stated.get(b"r", b"").isdigit() else row + 1), -1
            if hidden or _is_nothing(stated.get(b"ht")):
                view.rows.add(row)
        elif hidden or _is_nothing(stated.get(b"width")):
            first, last = (int(value) if (value := stated.get(name, b"")).isdigit() else 0 for name in (b"min", b"max"))
            start, end = min(max(first, 1) - 1, _COLUMNS), min(last, _COLUMNS)
            columns[start:end] = b"\1" * (end - start)
    view.columns.update(number for number, is_hidden in enumerate(columns) if is_hidden)
    return view


def _is_nothing(measure: bytes | None) -> bool:
    try:
        return measure is not None and float(measure) == 0
    except ValueError:
        return False


def _column(place: bytes) -> int:
    """Return the column of a cell such as ``B5``, from 0."""
    number = 0
    for letter in place[:3]:
        if not 65 <= letter <= 90:
            break
        number = number * 26 + letter - 64
    return number - 1


def _looks(parts: Mapping[str, bytes]) -> list[Look]:
    """Return the cell formats by their numbers (18.8.10)."""
    if _STYLES not in parts:
        return []
    root = parse_part(parts[_STYLES])
    codes = {each.get("numFmtId", ""): each.get("formatCode", "") for each in root.iterfind("{*}numFmts/{*}numFmt")}
    inks = [_colour(font.find("{*}color")) for font in root.iterfind("{*}fonts/{*}font")]
    fills = [_fill(each) for each in root.iterfind("{*}fills/{*}fill")]
    found = []
    for each in root.iterfind("{*}cellXfs/{*}xf"):
        ink, fill = _at(inks, each.get("fontId")), _at(fills, each.get("fillId"))
        same = ink is not None and ink == fill
        number = each.get("numFmtId", "")
        code = codes.get(number) or BUILT_IN.get(int(number) if number.isdigit() else 0, "General")
        found.append(Look(code, same=same, white=ink == _WHITE and fill is None))
    return found


def _at(found: Sequence[str | None], number: str | None) -> str | None:
    return found[int(number)] if number and number.isdigit() and int(number) < len(found) else None


def _colour(element: etree._Element | None) -> str | None:
    """Return a colour as its parts, or as what names it; white is always ``FFFFFF``, and None the automatic one."""
    if element is None:
        return None
    if rgb := element.get("rgb"):
        return rgb[-6:].upper()
    tint = float(element.get("tint") or 0)
    # 18.8.3: the first colour of a theme is that of windows, and nobody changes it.
    if element.get("indexed") in _WHITE_NUMBERS or element.get("theme") == "0" and tint == 0:
        return _WHITE
    named = [f"{name} {value}" for name in ("theme", "indexed") if (value := element.get(name))]
    return f"{named[0]} {tint}" if named else None


def _fill(element: etree._Element) -> str | None:
    """Return the colour of a ground; None for none at all, and "" for a pattern."""
    pattern = element.find("{*}patternFill")
    kind = "gradient" if pattern is None else pattern.get("patternType", "none")
    if kind in ("none", "solid"):
        return None if pattern is None or kind == "none" else _colour(pattern.find("{*}fgColor"))
    return ""


def _comments(root: etree._Element, known: bool) -> Iterator[Comment]:
    authors = [each.text or "" for each in root.iterfind("{*}authors/{*}author")]
    for each in root.iter("{*}comment", "{*}threadedComment"):
        text = "".join(part.text or "" for part in each.iter("{*}t", "{*}text"))
        yield Comment(each.get("ref", "") if known else "", _at(authors, each.get("authorId")) or "", text)
