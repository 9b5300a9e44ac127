"""Reading the text of OpenDocument paragraphs as it is seen: spans, fields, formulas, what hangs in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from archive.extract.opendocument.package import Package, attribute, count, local
from archive.extract.opendocument.styles import Styles, is_struck, shift, unseen
from archive.extract.text.carriers import Carriers
from archive.extract.text.characters import clean
from archive.extract.text.concealed import Concealed, Unseen
from archive.extract.text.symbols import OPEN, TICKED, is_symbol_font
from archive.extract.webpage.mathml import MathML

# Not text of the document: what describes, marks or acts, the reading of characters, the sources of lists.
_SKIPPED = frozenset(
    "annotation-end title desc event-listeners script ruby-text tracked-changes forms sequence-decls variable-decls "
    "user-field-decls dde-connection-decls note-citation soft-page-break".split()
)
_CHARACTERS = {"tab": " ", "line-break": "\n"}
SHAPES = frozenset(
    "frame rect custom-shape ellipse circle line polyline polygon regular-polygon path connector caption measure g "
    "control scene".split()
)
# What fields of a form are, and whether they show what was typed or what stands on them.
_TYPED = frozenset("text textarea formatted-text number date time combobox file".split())
_TICKABLE = frozenset(("checkbox", "radio"))
_MOST_BLANKS = 100


@dataclass(slots=True)
class Seen:
    """Counts of what was met while reading, and the comments and notes, which stand elsewhere."""

    hidden: int = 0
    doubtful: int = 0
    pictures: int = 0
    covered: int = 0
    comments: int = 0
    carriers: Carriers = field(default_factory=Carriers)
    notes: list[etree._Element] = field(default_factory=list)


@dataclass(slots=True)
class Piece:
    """What a paragraph holds: its text in pieces, the shapes that hang in it, and the texts that are not seen."""

    pieces: list[str] = field(default_factory=list)
    shapes: list[etree._Element] = field(default_factory=list)
    unseen: dict[Unseen, list[str]] = field(default_factory=dict)
    doubtful: int = 0
    is_hidden: bool = False


class Inline:
    """A reader of the paragraphs of one part of a document, with the styles of that part."""

    def __init__(self, package: Package, styles: Styles, concealed: Concealed, seen: Seen) -> None:
        self._package = package
        self._styles = styles
        self._concealed = concealed
        self._seen = seen

    def read(self, paragraph: etree._Element, ground: str, base: Mapping[str, str] | None = None) -> Piece:
        """Read a paragraph that stands on a ground; ``base`` is what holds for all letters around it, as in a cell."""
        stated = {
            **self._styles.default("paragraph"),
            **(base or {}),
            **self._styles.stated("paragraph", attribute(paragraph, "style-name")),
        }
        found = Piece()
        self._walk(paragraph, stated, ground, found)
        return found

    def _walk(self, element: etree._Element, stated: Mapping[str, str], ground: str, found: Piece) -> None:
        self._put(element.text or "", stated, ground, found)
        for child in element:
            self._child(child, stated, ground, found)
            self._put(child.tail or "", stated, ground, found)

    def _child(self, child: etree._Element, stated: Mapping[str, str], ground: str, found: Piece) -> None:
        kind = local(child)
        if kind in _CHARACTERS:
            found.pieces.append(_CHARACTERS[kind])
        elif kind == "s":
            found.pieces.append(" " * min(count(child, "c"), _MOST_BLANKS))
        elif kind == "annotation":
            self.comment(child)
        elif kind == "note":
            self._seen.notes += child.iterfind("{*}note-body")
        elif kind == "hidden-paragraph":
            found.is_hidden |= attribute(child, "is-hidden") == "true"
        elif kind == "hidden-text" and attribute(child, "is-hidden") != "false":
            text = attribute(child, "string-value")
            self._conceal(Unseen.HIDDEN, text, found)
        elif kind in ("fieldmark", "fieldmark-start"):
            found.pieces.append(_form_field(child))
        elif kind in SHAPES:
            self._shape(child, found)
        elif kind == "a" and any(local(each) in SHAPES for each in child):
            for each in child:
                self._child(each, stated, ground, found)
        elif kind == "span":
            inner = self._styles.stated("text", attribute(child, "style-name"))
            self._walk(child, {**stated, **inner} if inner else stated, ground, found)
        elif kind and kind not in _SKIPPED:
            self._walk(child, stated, ground, found)

    def _put(self, text: str, stated: Mapping[str, str], ground: str, found: Piece) -> None:
        if not text:
            return
        # Line breaks and tabs of the source are blanks (part 3, 6.1.2).
        text = text.replace("\n", " ").replace("\t", " ")
        reason, doubtful = unseen(stated, ground)
        if reason is not None:
            self._conceal(reason, text, found)
            return
        font = stated.get("text:font-name", "")
        if is_symbol_font(font):
            text = self._seen.carriers.written_in(font, text)
        if doubtful:
            found.doubtful += len(clean(text))
            self._seen.doubtful += len(clean(text))
        if is_struck(stated):
            self._seen.carriers.strike(text)
            found.unseen.setdefault(Unseen.STRUCK, []).append(text)
        found.pieces.append(shift(stated)(text))

    def _conceal(self, reason: Unseen, text: str, found: Piece) -> None:
        self._seen.hidden += len(clean(text))
        found.unseen.setdefault(reason, []).append(text)

    def _shape(self, shape: etree._Element, found: Piece) -> None:
        """Write a formula in its place; what else is drawn comes after the paragraph."""
        embedded = shape.find("{*}object") if local(shape) == "frame" else None
        formula = None if embedded is None else self._formula(embedded)
        if formula is None:
            found.shapes.append(shape)
            return
        writer = MathML()
        written = writer.written(formula)
        self._seen.carriers.formulas += writer.odd > 0
        self._seen.carriers.unwritten += not written
        found.pieces.append(written)

    def _formula(self, embedded: etree._Element) -> etree._Element | None:
        inside = next(embedded.iter("{*}math"), None)
        if inside is not None:
            return inside
        content = self._package.object(attribute(embedded, "href"))
        return content if content is not None and local(content) == "math" else None

    def comment(self, annotation: etree._Element, place: str = "") -> None:
        """List a comment with its author, and its place where that is known."""
        author = clean("".join(each.text or "" for each in annotation.iterfind("{*}creator"))) or "未署名"
        self._concealed.add(f"{place}批注（{author}）", text_of(annotation))
        self._seen.comments += 1


def text_of(element: etree._Element) -> str:
    """Return all text of the paragraphs below an element, seen or not."""
    if local(element) in ("p", "h"):
        return "".join(str(part) for part in element.itertext())
    return " ".join(filter(None, map(text_of, element)))


def _form_field(mark: etree._Element) -> str:
    """Return what a field of a form as in Word shows where no text of the file says it."""
    kind = attribute(mark, "type")
    stated = {attribute(each, "name"): attribute(each, "value") for each in mark.iterfind("{*}param")}
    if kind.endswith("FORMCHECKBOX"):
        return TICKED if stated.get("Checkbox_Checked") == "true" else OPEN
    if kind.endswith("FORMDROPDOWN"):
        entries = [attribute(each, "value") for each in mark.iterfind("{*}param") if "Entry" in attribute(each, "name")]
        chosen = stated.get("Dropdown_Selected", "0")
        return entries[int(chosen)] if chosen.isdecimal() and int(chosen[:6]) < len(entries) else ""
    return ""


def control_text(control: etree._Element) -> str:
    """Return what a field of a form shows: what is typed or chosen in it, or its label with its tick."""
    kind = local(control)
    if kind in _TYPED:
        return attribute(control, "current-value") or attribute(control, "value")
    label = attribute(control, "label")
    if kind in _TICKABLE:
        ticked = attribute(control, "current-state") or attribute(control, "state")
        ticked = ticked or attribute(control, "current-selected") or attribute(control, "selected")
        return f"{TICKED if ticked in ('checked', 'true') else OPEN}{label}"
    if kind == "listbox":
        return "、".join(attribute(each, "label") for each in control.iterfind("{*}option") if _is_chosen(each))
    return "" if kind in ("hidden", "value-range", "grid") else label


def controls_in(body: etree._Element) -> dict[str, etree._Element]:
    """Return the fields of a document's forms by their identifiers."""
    return {attribute(each, "id"): each for form in body.iter("{*}forms") for each in form.iter("{*}*")}


def unseen_in(control: etree._Element) -> str:
    """Return what a field of a form holds and shows nobody; "" for nothing."""
    return (
        attribute(control, "current-value") or attribute(control, "value")
        if local(control) in ("password", "hidden")
        else ""
    )


def _is_chosen(option: etree._Element) -> bool:
    return (attribute(option, "current-selected") or attribute(option, "selected")) == "true"
