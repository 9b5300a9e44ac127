"""XML for programs, valid whatever characters a document's text contains."""

import re
from collections.abc import Mapping

from flask import Response
from lxml import etree

# Characters that XML 1.0 can't represent.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


Element = etree._Element


def root(space: str, name: str, others: Mapping[str, str] | None = None) -> Element:
    """Create a root element in the default namespace ``space``. ``others`` maps prefixes to further namespaces."""
    spaces: dict[str | None, str] = {prefix: other for prefix, other in (others or {}).items()}
    if space not in spaces.values():
        spaces[None] = space
    return etree.Element(f"{{{space}}}{name}", nsmap=spaces)  # type: ignore[arg-type]  # the stubs know no default


def add(parent: Element, name: str, text: str | None = None, attributes: Mapping[str, str] | None = None) -> Element:
    """Add a child to the parent, in the parent's namespace unless its name gives another."""
    space = etree.QName(parent).namespace
    qualified = name if name.startswith("{") or space is None else f"{{{space}}}{name}"
    made = etree.SubElement(parent, qualified)
    for key, value in (attributes or {}).items():
        made.set(key, clean(value))
    if text is not None:
        made.text = clean(text)
    return made


def clean(text: str) -> str:
    return _UNWRITABLE.sub("", text)


def answer(root: Element, media_type: str) -> Response:
    body = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return Response(body, content_type=f"{media_type}; charset=utf-8")
