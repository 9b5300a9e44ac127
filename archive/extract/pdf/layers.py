"""Telling which layers (optional content groups) of a PDF are not shown. Sections are those of ISO 32000-1."""

from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdftypes import PDFObjRef, dict_value, resolve1
from pdfminer.psparser import literal_name


def hidden_layers(document: PDFDocument) -> frozenset[int]:
    """Return the numbers of the optional content groups that are not shown when the document is opened (8.11.4.3)."""
    try:
        properties = dict_value(document.catalog.get("OCProperties", {}))
        default = dict_value(properties.get("D", {}))
        groups = _numbers(properties.get("OCGs")) if _name(default.get("BaseState")) == "OFF" else set()
        return frozenset((groups | _numbers(default.get("OFF"))) - _numbers(default.get("ON")))
    except MemoryError:
        raise
    except Exception:
        # pdfminer lets any error through.
        return frozenset()


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
