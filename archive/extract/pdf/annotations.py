"""Reading what lies on a PDF page over its contents: values of form fields, text put on it, stamps, remarks, files.

What has an appearance is drawn by ``painting`` as viewers draw it. For a value without one, which viewers write
themselves, characters are set here. Sections are those of ISO 32000-1.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream, list_value, resolve1
from pdfminer.psparser import PSLiteral, literal_name
from pdfminer.utils import MATRIX_IDENTITY, apply_matrix_rect, decode_text, mult_matrix

from archive.extract.pdf.layers import is_hidden
from archive.extract.pdf.paint import Box, ordered
from archive.extract.text.symbols import OPEN, TICKED

# Bits of an annotation's flags (12.5.3) and of a field's (12.7.3 and 12.7.4).
_HIDDEN, _NO_VIEW = 1 << 1, 1 << 5
_MULTILINE, _PASSWORD, _RADIO, _BUTTON = 1 << 12, 1 << 13, 1 << 15, 1 << 16
# Kinds that mark or link what the page says and add nothing to it; the text of a remark is in a window of its own.
_MARKS = frozenset(
    ("Link", "Popup", "Text", "Highlight", "Underline", "Squiggly", "StrikeOut", "Redact", "FileAttachment", "TrapNet")
)
_MEDIA = frozenset(("Sound", "Movie", "Screen", "RichMedia", "3D"))
# A page with more annotations than this is read as far as these, and the others are counted.
_MOST = 5000
# How much all annotations of a file may say, in bytes: many may share one long text, and each is set anew.
_SAID = 300_000
_LONGEST_NAME = 2_000
# Up to how many characters a value is compared piece by piece.
_COMPARED = 2_000
# How deep fields, and trees of names, may be nested.
_DEEP = 20
_SIZE = re.compile(rb"([\d.]+)\s+Tf")
_USUAL_SIZE, _LEAST_SIZE = 12.0, 4.0
_LEADING = 1.2
_TAG = re.compile(r"<[^<>]*>")
_END_OF_LINE = re.compile(r"</p>|<br\b[^<>]*>", re.IGNORECASE)
_NUMBER = re.compile(r"[¥￥$€£]?(-?[\d,]{1,20}(?:\.(\d{1,9}))?)(%?)元?")
_NOTHING: dict[str, Any] = {}


@dataclass(slots=True)
class Overlay:
    """Something that lies on a page: its appearance, if it has one, and what it says.

    ``matrix`` places the appearance (12.5.5). ``box`` is where it lies. A ``stale`` appearance is written anew from
    ``text`` by viewers; a ``lost`` one gave not all of its characters.
    """

    box: Box
    text: str = ""
    appearance: PDFStream | None = None
    matrix: Any = MATRIX_IDENTITY
    size: float = 0.0
    is_field: bool = False
    is_box: bool = False
    multiline: bool = False
    stale: bool = False
    lost: bool = False


@dataclass(slots=True)
class Annotations:
    """All that lies on a page. ``remarks`` are author and text; ``hidden`` what is there and not shown."""

    overlays: list[Overlay] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    media: int = 0
    # Those without any appearance or text that could be read.
    unread: int = 0


def annotations_of(page: PDFPage, form: "Form", layers: frozenset[int]) -> Annotations:
    """Return what lies on a page; ``layers`` are the groups that are not shown."""
    found = Annotations()
    everything = resolve1(page.annots)
    if not isinstance(everything, list):
        return found
    found.unread = max(len(everything) - _MOST, 0)
    for reference in everything[:_MOST]:
        about = resolve1(reference)
        if not isinstance(about, dict):
            continue
        passed = form.passed
        try:
            _read(found, about, form, layers)
        except MemoryError:
            raise
        except Exception:
            # pdfminer lets any error through; a broken annotation must not take the page with it.
            found.unread += 1
        found.unread += form.passed - passed
    return found


def _read(found: Annotations, about: dict[str, Any], form: "Form", layers: frozenset[int]) -> None:
    kind = _name(about.get("Subtype"))
    # What a link says is of it, and a window shows what the remark says to which it belongs.
    says = "" if kind in ("Widget", "Link", "Popup") else _written(about, form)
    if kind == "FileAttachment":
        found.files.append(_file_name(about.get("FS")))
    found.media += kind in _MEDIA
    if kind != "FreeText" and says:
        found.remarks.append((form.stated(about.get("T")), says))
    if kind in _MARKS or kind in _MEDIA:
        return
    flags = _number(about.get("F"))
    overlay = _field(about, form) if kind == "Widget" else _placed(about, says if kind == "FreeText" else "")
    if overlay is None:
        return
    if flags & (_HIDDEN | _NO_VIEW) or is_hidden(about.get("OC"), layers):
        if not overlay.is_box:
            found.hidden.append(overlay.text)
    elif overlay.appearance is not None or overlay.text:
        found.overlays.append(overlay)
    elif not overlay.is_field:
        found.unread += kind in ("Stamp", "Watermark")


def _written(about: dict[str, Any], form: "Form") -> str:
    """Return what an annotation says: its text, and where rich text says something else, that too (12.5.6.2)."""
    plain, rich = form.stated(about.get("Contents")), form.stated(about.get("RC"))
    rich = html.unescape(_TAG.sub("", _END_OF_LINE.sub("\n", rich))).strip()
    return plain if _key(rich) in _key(plain) else f"{plain}\n{rich}".strip()


def says_else(text: str, shown: str) -> bool:
    """Tell whether a value says something that its appearance does not show, however that is spaced or written."""
    seen = _key(shown)
    if _key(text) in (seen, "") or _is_number_of(text, shown):
        return False
    if len(text) > _COMPARED:
        return _key(text) not in seen
    pieces = filter(None, map(_key, re.split(r"[、\r\n]", text)))
    # A number is none that is a part of another.
    return not all(re.search(rf"(?<!\d){re.escape(piece)}(?!\d)", seen) for piece in pieces)


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).casefold()


def _is_number_of(text: str, shown: str) -> bool:
    """Tell whether a number is shown, be it rounded, grouped, as money or in per cent."""
    value, seen = (_NUMBER.fullmatch(re.sub(r"\s", "", each)) for each in (text, shown))
    if value is None or seen is None or not any(map(str.isdigit, value[1])) or not any(map(str.isdigit, seen[1])):
        return False
    try:
        own, other = (float(each[1].replace(",", "")) / (100 if each[3] else 1) for each in (value, seen))
    except ValueError:
        return False
    half: float = 0.5 * 10.0 ** -(len(seen[2] or "") + 2 * bool(seen[3]))
    return abs(own - other) <= half * 1.001


def _placed(about: dict[str, Any], text: str) -> Overlay:
    """Return an annotation with its appearance, the state of which it names itself (12.5.5)."""
    box: Any = list_value(about["Rect"])
    overlay = Overlay(ordered(resolve1(each) for each in box), text)
    style = resolve1(about.get("DA"))
    if isinstance(style, bytes) and (size := _SIZE.search(style)):
        overlay.size = float(size[1])
    faces = resolve1(about.get("AP"))
    normal = resolve1(faces.get("N")) if isinstance(faces, dict) else None
    if isinstance(normal, dict):
        normal = resolve1(normal.get(_name(about.get("AS"))))
    if not isinstance(normal, PDFStream) or not isinstance(resolve1(normal.get("BBox")), list):
        return overlay
    own: Any = [resolve1(each) for each in list_value(normal["BBox"])]
    matrix: Any = tuple(resolve1(each) for each in list_value(normal.get("Matrix", list(MATRIX_IDENTITY))))
    x0, y0, x1, y1 = ordered(apply_matrix_rect(matrix, own))
    if x0 < x1 and y0 < y1:
        left, bottom, right, top = overlay.box
        across, up = (right - left) / (x1 - x0), (top - bottom) / (y1 - y0)
        overlay.appearance = normal
        overlay.matrix = mult_matrix(matrix, (across, 0, 0, up, left - across * x0, bottom - up * y0))
    return overlay


def _field(about: dict[str, Any], form: "Form") -> Overlay | None:
    """Return a field of a form with its value (12.7.4); None for one that shows nothing."""
    kind, flags, value = (_inherited(about, key) for key in ("FT", "Ff", "V"))
    kind, flags = _name(kind), _number(flags)
    style = _inherited(about, "DA") or form.style
    overlay = _placed({**about, "DA": style}, "")
    overlay.is_field = True
    if kind == "Btn" and not flags & _BUTTON:
        state = _name(about.get("AS")) or _name(value)
        signs = ("○", "◉") if flags & _RADIO else (OPEN, TICKED)
        overlay.text = signs[state not in ("", "Off") and _has_state(about, state)]
        overlay.is_box, overlay.appearance = True, None
    elif kind in ("Tx", "Ch") and not (kind == "Tx" and flags & _PASSWORD):
        options: Any = _inherited(about, "Opt") if kind == "Ch" else None
        chosen = _inherited(about, "I") if value is None and isinstance(options, list) else None
        if isinstance(chosen, list):
            # Which of its entries are chosen, by their places.
            value = [options[at] for each in chosen if isinstance(at := resolve1(each), int) and 0 <= at < len(options)]
            value = [each[0] if isinstance(each := resolve1(entry), list) and each else each for entry in value]
        overlay.text = _values(value, options, form)
        overlay.multiline = bool(kind == "Tx" and flags & _MULTILINE)
        overlay.stale = form.is_stale and bool(overlay.text)
    return overlay


def _has_state(about: dict[str, Any], state: str) -> bool:
    """Tell whether a box shows a state, which of radio buttons with one value only one does."""
    faces = resolve1(about.get("AP"))
    normal = resolve1(faces.get("N")) if isinstance(faces, dict) else None
    return not isinstance(normal, dict) or state in normal


def _values(value: object, options: object, form: "Form") -> str:
    """Return the value of a field, of a choice as it is shown (12.7.4.4)."""
    names = form.names(options) if isinstance(options, list) else {}
    chosen = value if isinstance(value, list) else [value]
    return "、".join(names.get(text, text) for text in map(form.stated, chosen) if text)


def _inherited(about: dict[str, Any], key: str) -> Any:
    """Return an entry of a field or of one above it (12.7.3.1)."""
    for _ in range(_DEEP):
        if key in about:
            return resolve1(about[key])
        above = resolve1(about.get("Parent"))
        if not isinstance(above, dict):
            break
        about = above
    return None


class Form:
    """What a document says of all its fields, and of the files in it."""

    def __init__(self, document: PDFDocument) -> None:
        form = _entries(document.catalog.get("AcroForm"))
        self.style = resolve1(form.get("DA"))
        self.is_stale = resolve1(form.get("NeedAppearances")) is True
        self.passed = 0
        self._room = _SAID
        self._names: dict[int, tuple[object, dict[str, str]]] = {}
        # A form in another language (XFA), whose pages a viewer makes up itself.
        self.is_foreign = "XFA" in form and resolve1(document.catalog.get("NeedsRendering")) is True
        self.files = [
            _file_name(each) for each in _leaves(_entries(document.catalog.get("Names")).get("EmbeddedFiles"), _DEEP)
        ]

    def stated(self, value: object) -> str:
        """Return the text of an annotation; "" where those before said as much as is read, which ``passed`` counts."""
        found = resolve1(value)
        if isinstance(found, PDFStream):
            found = found.get_data()
        size = len(found) if isinstance(found, bytes) else 0
        if size > self._room:
            self.passed += 1
            return ""
        self._room -= size
        return _text(found)

    def names(self, options: list[object]) -> dict[str, str]:
        """Return how the values of a choice are shown; fields share their options."""
        if id(options) not in self._names:
            pairs = (pair for each in options if isinstance(pair := resolve1(each), list) and len(pair) == 2)
            self._names[id(options)] = options, {_text(pair[0]): _text(pair[1]) for pair in pairs}
        return self._names[id(options)][1]


def _leaves(tree: object, deep: int) -> Iterator[object]:
    """Yield the values of a tree of names (7.9.6)."""
    node = _entries(tree)
    names = resolve1(node.get("Names"))
    if isinstance(names, list):
        yield from names[1::2]
    kids = resolve1(node.get("Kids"))
    if isinstance(kids, list) and deep:
        for each in kids[:_MOST]:
            yield from _leaves(each, deep - 1)


def set_text(overlay: Overlay, box: Box) -> list[tuple[str, Box, float]]:
    """Set the text of an overlay in a box on the page, as viewers do: characters with their boxes and size."""
    left, bottom, right, top = box
    if overlay.is_box:
        size = max(min(top - bottom, right - left), 1.0)
        return [(overlay.text, (left, bottom, left + size, bottom + size), size)]
    width, height = right - left, top - bottom
    lines = [line for line in overlay.text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    several = overlay.multiline or not overlay.is_field
    size = overlay.size or (_USUAL_SIZE if several else max(min(_USUAL_SIZE, 0.75 * height), 1.0))
    # A file may state any size, and no letter is higher than its box.
    size = min(size, max(height, _LEAST_SIZE))
    rows = _wrapped(lines, width / size) if several else [" ".join(lines)]
    while several and len(rows) * _LEADING * size > height and size > _LEAST_SIZE:
        size *= 0.9
        rows = _wrapped(lines, width / size)
    found: list[tuple[str, Box, float]] = []
    y = top - size if several else (top + bottom - size) / 2
    for row in rows:
        # A line that is too long is moved by viewers; here it is pressed together, so that it reaches into nothing.
        step = min(size, width / max(_width(row), 1.0)) if width > 0 else size
        x = left
        for character in row:
            end = x + step * _width(character)
            found.append((character, (x, y, end, y + size), size))
            x = end
        y -= _LEADING * size
    return found


def _wrapped(lines: Sequence[str], width: float) -> list[str]:
    """Break lines that are wider than so many times the type size."""
    rows: list[str] = []
    for line in lines:
        row, taken = "", 0.0
        for character in line:
            own = _width(character)
            if row and taken + own > width:
                rows.append(row)
                row, taken = "", 0.0
            row, taken = row + character, taken + own
        rows.append(row)
    return rows


def _width(text: str) -> float:
    return sum(0.5 if each < "\u1100" else 1.0 for each in text)


def _entries(value: object) -> dict[str, Any]:
    found = resolve1(value)
    return found if isinstance(found, dict) else _NOTHING


def _file_name(value: object) -> str:
    about = resolve1(value)
    if isinstance(about, dict):
        about = resolve1(about.get("UF") or about.get("F"))
    return _text(about, _LONGEST_NAME) or "未命名"


def _text(value: object, most: int | None = None) -> str:
    found = resolve1(value)
    if isinstance(found, PDFStream):
        found = found.get_data()
    if isinstance(found, PSLiteral):
        return _name(found)
    if not isinstance(found, bytes):
        return ""
    found = found[:most]
    if found.startswith(b"\xef\xbb\xbf"):
        return found[3:].decode("utf-8", "ignore").strip()
    return decode_text(found).strip()


def _name(value: object) -> str:
    found = resolve1(value)
    return str(literal_name(found)) if isinstance(found, PSLiteral) else ""


def _number(value: object) -> int:
    found = resolve1(value)
    return found if isinstance(found, int) else 0
