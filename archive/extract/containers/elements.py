"""Looking at the elements of XML parts without their namespaces, which differ between editions of a format."""

from lxml import etree


def kind_of(element: etree._Element) -> str:
    """Return an element's name without its namespace; "" for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child_of(element: etree._Element, name: str) -> etree._Element | None:
    """Return the first child of a name: what ``find`` would, at a fraction of the time."""
    return next(element.iterchildren(f"{{*}}{name}"), None)
