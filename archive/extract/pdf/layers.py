"""Telling which layers (optional content groups) of a PDF are not shown. Sections are those of ISO 32000-1."""

from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdftypes import PDFObjRef, resolve1
from pdfminer.psparser import literal_name


def hidden_layers(document: PDFDocument) -> frozenset[int] | None:
    """Return the numbers of the optional content groups that are not shown when the document is opened (8.11.4.3).

    None if what the document says of them can't be read.
    """
    try:
        properties = resolve1(document.catalog.get("OCProperties"))
        if properties is None:
            return frozenset()
        default = resolve1(properties.get("D"))
        if default is None:
            return frozenset()
        lists = [resolve1(each) for each in (properties.get("OCGs"), default.get("OFF"), default.get("ON"))]
        if not all(each is None or isinstance(each, list) for each in lists):
            return None
        groups, off, on = map(_numbers, lists)
        return frozenset((groups if _name(default.get("BaseState")) == "OFF" else set()) | off) - on
    except MemoryError:
        raise
    except Exception:
        # pdfminer lets any error through, and what is no dictionary has no entries.
        return None


def is_hidden(reference: object, hidden: frozenset[int]) -> bool:
    """Tell whether an optional content group is hidden, or the groups of a membership dictionary (8.11.2.2) all are."""
    if isinstance(reference, PDFObjRef) and reference.objid in hidden:
        return True
    group = resolve1(reference)
    members = group.get("OCGs") if isinstance(group, dict) else None
    numbers = _numbers(members if isinstance(resolve1(members), list) else [members]) if members is not None else set()
    return bool(numbers) and numbers <= hidden


def _numbers(references: object) -> set[int]:
    found = resolve1(references)
    return {each.objid for each in found if isinstance(each, PDFObjRef)} if isinstance(found, list) else set()


def _name(value: object) -> str:
    found = resolve1(value)
    return "" if found is None else str(literal_name(found))
