"""Following the fields of a docx, of which some show what no text in the file says (ECMA-376 part 1, 17.16)."""

from dataclasses import dataclass, field

from lxml import etree

from archive.extract.text.carriers import Carriers
from archive.extract.word.styles import W, on


@dataclass(slots=True)
class Field:
    """An open field: the text that it stands in, its instruction, where its result begins, its form's data."""

    pieces: list[str]
    instruction: list[str] = field(default_factory=list)
    at: int | None = None
    form: etree._Element | None = None


class Fields:
    """The fields that are open, the innermost last."""

    def __init__(self, carriers: Carriers) -> None:
        self._carriers = carriers
        self._open: list[Field] = []

    def mark(self, mark: etree._Element, pieces: list[str]) -> None:
        """Take the mark that begins a field, ends its instruction, or ends it."""
        kind = mark.get(f"{W}fldCharType", "")
        if kind == "begin":
            self._open.append(Field(pieces, form=mark.find(f"{W}ffData")))
        elif kind == "separate" and self._open:
            self._open[-1].at = len(self._open[-1].pieces)
        elif kind == "end" and self._open:
            self.show(self._open.pop(), pieces)

    def instruct(self, text: str) -> None:
        if self._open:
            self._open[-1].instruction.append(text)

    def show(self, ended: Field, pieces: list[str]) -> None:
        """Put into the text what a field shows that has no result there."""
        # What a field in an instruction yields is part of that.
        outer = next((each for each in reversed(self._open) if each.at is None), None)
        if outer is not None and ended.at is not None and ended.pieces is pieces:
            outer.instruction += pieces[ended.at :]
            del pieces[ended.at :]
            return
        # One whose result goes on in the next paragraph has one.
        if ended.at is not None and (ended.pieces is not pieces or "".join(pieces[ended.at :]).strip()):
            return
        instruction = "".join(ended.instruction)
        shown = self._carriers.field(instruction, _ticked(ended.form), _chosen(ended.form))
        if outer is not None:
            outer.instruction.append(shown)
        else:
            pieces.append(shown)


def _ticked(form: etree._Element | None) -> bool | None:
    """Return the state of a box in a form (17.16.7); None if the field is none."""
    box = None if form is None else form.find(f"{W}checkBox")
    if box is None:
        return None
    own = box.find(f"{W}checked")
    return on(box.find(f"{W}default") if own is None else own)


def _chosen(form: etree._Element | None) -> str | None:
    """Return what is chosen in a list of a form (17.16.9); None if the field is none."""
    choices = None if form is None else form.find(f"{W}ddList")
    if choices is None:
        return None
    found = (choices.find(f"{W}{name}") for name in ("result", "default"))
    number = next((each.get(f"{W}val", "0") for each in found if each is not None), "0")
    entries = [each.get(f"{W}val", "") for each in choices.iterfind(f"{W}listEntry")]
    return entries[int(number)] if number.isdecimal() and int(number) < len(entries) else None
