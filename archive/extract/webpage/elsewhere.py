"""Style sheets elsewhere, which are not read: what of a document's text may look otherwise by them, or not be seen."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from lxml import etree

from archive.document import REMARK
from archive.extract.text.characters import clean, squeezed
from archive.extract.webpage.lines import text_of

# What covers this share of the text is the document's frame: if that were hidden, everybody would miss it.
_FRAME = 0.5
# Names that Word, Excel and WPS give to everything that they save.
_OF_OFFICES = re.compile(r"Mso\w+|xl\d+|font\d+|et\d+|[a-z]{0,2}\d{1,3}", re.ASCII)
_SHOWN, _LONGEST = 3, 30
# Of more names each text would be gathered too often.
_MOST = 100


def sheets_elsewhere(root: etree._Element) -> list[str]:
    """Return where the style sheets lie that a page takes from elsewhere; "" where that is not written."""
    linked = [
        (each.get("href") or "").rpartition("/")[2].partition("?")[0]
        for each in root.iter("link")
        if "stylesheet" in (each.get("rel") or "").lower()
    ]
    imported = any("@import" in text_of(style).lower() for style in root.iter("style"))
    return [*dict.fromkeys(linked), *([""] if imported else [])]


def told_of(sheets: Sequence[str], content: etree._Element) -> Iterator[str]:
    """Yield what the reviewer is told: a remark that names the sheets, and passages to look at, if there are any."""
    names = "、".join(filter(None, sheets[:_SHOWN])) + ("等" if len(sheets) > _SHOWN else "")
    about = f"（{names}）" if names else ""
    yield f"{REMARK}网页另有外部样式表{about}，没有查看其中是否隐藏了文字。"
    if passages := _singled_out(content):
        yield f"网页正文中有几处的样子由没有查看的外部样式表决定，可能不显示，请在浏览器中核对：{passages}。"


def _singled_out(content: etree._Element) -> str:
    """Tell which passages of a document have names of their own, by which a sheet elsewhere may hide just them.

    "" if there are none: then such a sheet hides the document as a whole, or by where a passage stands alone.
    """
    whole = len(squeezed(text_of(content)))
    named: dict[str, list[etree._Element]] = defaultdict(list)
    for element in content.iterdescendants():
        if isinstance(element.tag, str):
            # In the order written, so that the same page is always told of in the same words.
            for name in dict.fromkeys(filter(None, (*element.get("class", "").split(), element.get("id")))):
                if not _OF_OFFICES.fullmatch(name) and (name in named or len(named) < _MOST):
                    named[name].append(element)
    found: dict[str, str] = {}
    for name, elements in named.items():
        inside = set(elements)
        outermost = [each for each in elements if inside.isdisjoint(each.iterancestors())]
        said = clean(" ".join(filter(None, map(text_of, outermost))))
        if any(map(str.isalnum, said)) and len(squeezed(said)) < _FRAME * whole:
            found[name] = said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"
    if not found:
        return ""
    shown = "；".join(f"{name}：“{said}”" for name, said in [*found.items()][:_SHOWN])
    return f"{shown}{'；等' if len(found) > _SHOWN else ''}"
