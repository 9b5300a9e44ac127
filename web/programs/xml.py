"""XML that programs read: elements with Chinese text, whatever characters a document holds."""

import re
from collections.abc import Mapping

from flask import Response
from lxml import etree

# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


Element = etree._Element


def root(space: str, name: str, others: Mapping[str, str] | None = None) -> Element:
    """An element in a namespace that its document need not name; ``others`` are prefixes of further ones."""
    spaces: dict[str | None, str] = {prefix: other for prefix, other in (others or {}).items()}
    if space not in spaces.values():
        spaces[None] = space
    return etree.Element(f"{{{space}}}{name}", nsmap=spaces)  # type: ignore[arg-type]  # the stubs know no default


def add(parent: Element, name: str, text: str | None = None, attributes: Mapping[str, str] | None = None) -> Element:
    """A child of the parent, in the parent's namespace unless its name says another."""
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
