"""Writing documents with lists as docx, doc and RTF, from one description of the lists."""

import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.sax.saxutils import quoteattr

from archive.extract.text.numberforms import CODES
from archive.extract.text.numbering import LEVELS, Level
from tests.archive.extract.makers import NAMESPACES, blank, with_parts
from tests.archive.extract.worddocuments import Run, write_doc


@dataclass(frozen=True, slots=True)
class Number:
    """A numbering as paragraphs name it: the place of its list, and what it changes of that."""

    of: int = 0
    starts: Mapping[int, int] = field(default_factory=dict)
    levels: Mapping[int, Level] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """A paragraph, and its place in a numbering, counted from 1; 0 for one without a number.

    One of a ``style`` has the place that the style has. A ``row`` is one of a table, with its number in the first cell.
    """

    text: str
    depth: int = 0
    number: int = 1
    style: str = ""
    row: bool = False


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists as their levels, the numberings of them, and the text.

    In a docx only, ``styles`` have a number and a depth, and the lists ``of_style`` have the levels of a list style.
    """

    lists: Sequence[Sequence[Level]]
    items: Sequence[Item]
    numbers: Sequence[Number] = (Number(),)
    styles: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    of_style: Collection[int] = ()


def level(text: str, form: str = "decimal", start: int = 1, legal: bool = False, restart: int | None = None) -> Level:
    """Describe a level by its text, in which %1 is the number of the first level."""
    parts = text.split("%")
    pieces: list[str | int] = [parts[0]] if parts[0] else []
    for part in parts[1:]:
        pieces += [int(part[0]) - 1, *([part[1:]] if part[1:] else [])]
    return Level(start, form, tuple(pieces), legal, restart)


def write(kind: str, path: Path, document: Lists) -> Path:
    """Write a document as "docx", "doc" or "rtf"."""
    return {"docx": write_docx, "doc": write_old, "rtf": write_rtf}[kind](path.with_suffix(f".{kind}"), document)


def write_docx(path: Path, document: Lists) -> Path:
    lists, styles = "", ""
    for at, levels in enumerate(document.lists):
        linked = {
            depth: f'<w:pStyle w:val="{name}"/>'
            for name, (number, depth) in document.styles.items()
            if document.numbers[number - 1].of == at
        }
        content = "".join(_level_xml(depth, each, linked.get(depth, "")) for depth, each in enumerate(levels))
        if at in document.of_style:
            # Its levels stand in another list, which the list style leads to.
            lists += _list_xml(100 + at, f'<w:styleLink w:val="List{at}"/>{content}')
            content = f'<w:numStyleLink w:val="List{at}"/>'
            styles += _style_xml("numbering", f"List{at}", 100 + at)
        lists += _list_xml(at, content)
    numbers = "".join(_number_xml(*each) for each in enumerate(document.numbers, 1))
    numbers += "".join(_number_xml(100 + at, Number(100 + at)) for at in document.of_style)
    styles += "".join(_style_xml("paragraph", name, *place) for name, place in document.styles.items())
    body = "".join(_table_xml(item) if item.row else _paragraph_xml(item, item.text) for item in document.items)
    return write_parts(path, body, lists + numbers, styles)


def _list_xml(identifier: int, content: str) -> str:
    return (
        f'<w:abstractNum w:abstractNumId="{identifier}"><w:nsid w:val="{0x10000000 + identifier:08X}"/>'
        f'<w:multiLevelType w:val="multilevel"/>{content}</w:abstractNum>'
    )


def _style_xml(kind: str, name: str, number: int, depth: int = 0) -> str:
    return (
        f'<w:style w:type="{kind}" w:styleId="{name}"><w:name w:val="{name}"/>'
        f'<w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr></w:pPr></w:style>'
    )


def _paragraph_xml(item: Item, text: str) -> str:
    run = f"<w:r><w:t>{text}</w:t></w:r>" if text else ""
    return f"<w:p>{_numbered_xml(item)}{run}</w:p>"


def _table_xml(item: Item) -> str:
    cells = (_paragraph_xml(item, ""), _paragraph_xml(Item("", number=0), item.text))
    width = '<w:tcPr><w:tcW w:w="2000" w:type="dxa"/></w:tcPr>'
    row = "".join(f"<w:tc>{width}{cell}</w:tc>" for cell in cells)
    grid = '<w:tblGrid><w:gridCol w:w="2000"/><w:gridCol w:w="2000"/></w:tblGrid>'
    # Two tables that touch would be one.
    return f"<w:tbl><w:tblPr/>{grid}<w:tr>{row}</w:tr></w:tbl><w:p/>"


def write_parts(path: Path, body: str, numbering: str, styles: str = "") -> Path:
    """Write a docx with the XML of its body, of its numbering part and of some more styles."""
    source = path.with_name(f"{path.stem}.source.docx")
    blank().save(str(source))
    parts = {
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>".encode(),
        "word/numbering.xml": f"<w:numbering {NAMESPACES}>{numbering}</w:numbering>".encode(),
    }
    with_parts(source, path, parts, {"word/styles.xml": ("</w:styles>", f"{styles}</w:styles>")})
    source.unlink()
    return path


def _numbered_xml(item: Item) -> str:
    if item.style:
        return f'<w:pPr><w:pStyle w:val="{item.style}"/></w:pPr>'
    if not item.number:
        return ""
    return f'<w:pPr><w:numPr><w:ilvl w:val="{item.depth}"/><w:numId w:val="{item.number}"/></w:numPr></w:pPr>'


def level_text(each: Level) -> str:
    return "".join(piece if isinstance(piece, str) else f"%{piece + 1}" for piece in each.text)


def _level_xml(depth: int, each: Level, linked: str = "") -> str:
    restart = "" if each.restart is None else f'<w:lvlRestart w:val="{each.restart}"/>'
    legal = "<w:isLgl/>" if each.legal else ""
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{each.start}"/><w:numFmt w:val="{each.form}"/>'
        f'{restart}{linked}{legal}<w:suff w:val="space"/><w:lvlText w:val={quoteattr(level_text(each))}/></w:lvl>'
    )


def _number_xml(identifier: int, number: Number) -> str:
    overrides = "".join(
        f'<w:lvlOverride w:ilvl="{depth}">'
        + (f'<w:startOverride w:val="{number.starts[depth]}"/>' if depth in number.starts else "")
        + (_level_xml(depth, number.levels[depth]) if depth in number.levels else "")
        + "</w:lvlOverride>"
        for depth in sorted({*number.starts, *number.levels})
    )
    return f'<w:num w:numId="{identifier}"><w:abstractNumId w:val="{number.of}"/>{overrides}</w:num>'


def write_old(path: Path, document: Lists) -> Path:
    runs = [Run(f"{item.text}\r", form=in_list(item.number, item.depth)) for item in document.items]
    return write_doc(path, runs, lists=binary_lists(document))


def in_list(number: int, depth: int = 0) -> bytes:
    """Return the properties of a paragraph in a list, or with 0 in none ([MS-DOC] 2.6.2)."""
    return struct.pack("<HBHH", 0x260A, depth, 0x460B, number)


def binary_lists(document: Lists) -> tuple[bytes, bytes, bytes]:
    """Return the lists, their levels, and the numberings of a doc ([MS-DOC] 2.9.199, 2.9.200)."""
    heads = struct.pack("<h", len(document.lists)) + b"".join(
        struct.pack("<ii18sBB", 1000 + at, 0, b"\xff\x0f" * 9, 0, 0) for at in range(len(document.lists))
    )
    levels = b"".join(
        _level_bytes(each) for found in document.lists for each in [*found, *[Level()] * (LEVELS - len(found))]
    )
    numbers = struct.pack("<I", len(document.numbers))
    changes = b""
    for number in document.numbers:
        changed = sorted({*number.starts, *number.levels})
        numbers += struct.pack("<i8xBBBB", 1000 + number.of, len(changed), 0, 0, 0)
        changes += b"\xff\xff\xff\xff"
        for depth in changed:
            # Where both are given, the level has the number to start with.
            start, own = number.starts.get(depth), number.levels.get(depth)
            flags = depth | (0x10 if start is not None else 0) | (0x20 if own is not None else 0)
            changes += struct.pack("<iI", start or 0, flags)
            if own is not None:
                changes += _level_bytes(own if start is None else replace(own, start=start))
    return heads, levels, numbers + changes


def _code(form: str) -> int:
    return 0xFF if form == "none" else CODES.index(form)


def _level_bytes(each: Level) -> bytes:
    text, places = b"", []
    for piece in each.text:
        if isinstance(piece, int):
            places.append(len(text) // 2 + 1)
        text += piece.encode("utf-16-le") if isinstance(piece, str) else struct.pack("<H", piece)
    flags = (4 if each.legal else 0) | (8 if each.restart is not None else 0)
    head = struct.pack(
        "<iBB9sB8xBBBB", each.start, _code(each.form), flags, bytes(places), 2, 0, 0, each.restart or 0, 0
    )
    return head + struct.pack("<H", len(text) // 2) + text


def write_rtf(path: Path, document: Lists) -> Path:
    lists = "".join(
        f"{{\\list\\listtemplateid{at + 1}{''.join(map(_level_rtf, found))}\\listid{1000 + at}}}\n"
        for at, found in enumerate(document.lists)
    )
    numbers = "".join(_number_rtf(*each) for each in enumerate(document.numbers, 1))
    body = "".join(
        "\\pard\\plain"
        + (f"\\ls{item.number}\\ilvl{item.depth} " if item.number else " ")
        + f"{_escaped(item.text)}\\par\n"
        for item in document.items
    )
    path.write_text(
        f"{{\\rtf1\\ansi\\ansicpg936\\uc1{{\\*\\listtable{lists}}}{{\\*\\listoverridetable{numbers}}}\n{body}}}",
        encoding="ascii",
    )
    return path


def _escaped(text: str) -> str:
    return "".join(each if each.isascii() else f"\\u{ord(each)}?" for each in text)


def _level_rtf(each: Level) -> str:
    text, places = "", ""
    length = sum(1 if isinstance(piece, int) else len(piece) for piece in each.text)
    at = 0
    for piece in each.text:
        if isinstance(piece, int):
            places += f"\\'{at + 1:02x}"
            text += f"\\'{piece:02x}"
            at += 1
        else:
            text += _escaped(piece)
            at += len(piece)
    flags = ("\\levelnorestart1" if each.restart == 0 else "") + ("\\levellegal1" if each.legal else "")
    return (
        f"{{\\listlevel\\levelnfc{_code(each.form)}\\levelnfcn{_code(each.form)}\\leveljc0\\levelfollow1"
        f"\\levelstartat{each.start}{flags}"
        f"{{\\leveltext\\'{length:02x}{text};}}{{\\levelnumbers{places};}}}}"
    )


def _number_rtf(identifier: int, number: Number) -> str:
    # Levels are changed in their order, from the first up to the last that is.
    last = max([*number.starts, *number.levels], default=-1)
    changes = ""
    for depth in range(last + 1):
        start, own = number.starts.get(depth), number.levels.get(depth)
        begun = "" if start is None else f"\\listoverridestartat\\levelstartat{start}"
        # Where both are given, the level has the number to start with.
        own = own if own is None or start is None else replace(own, start=start)
        changed = "" if own is None else f"\\listoverrideformat{_level_rtf(own)}"
        changes += f"{{\\lfolevel{begun}{changed}}}"
    return f"{{\\listoverride\\listid{1000 + number.of}\\listoverridecount{last + 1}{changes}\\ls{identifier}}}\n"
