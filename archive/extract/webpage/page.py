"""Parsing a web page, removing what is not content, and finding the element that contains the document."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree, html

from archive.errors import ExtractionFailed
from archive.extract.text.characters import clean, squeezed
from archive.extract.webpage.lines import BLOCKS
from archive.extract.webpage.visibility import drop

_DROPPED = (
    "script style noscript template iframe frame object embed applet canvas svg audio video map nav aside "
    "input select button textarea datalist"
).split()
_COMMENT = "data-comment"
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
# The parser compares each attribute of a tag with all before it, so that its time grows with their square.
_MOST_ATTRIBUTES = 1_000
_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?+|'[^']*+'?+|[^\s>]*+))?+"""
# A comment, which may be over at once (``<!-->``) and may end wrongly (``--!>``), or a tag with its name, and where it
# has more attributes than that, the first of those. Scripts and styles are passed over, unless they close themselves.
_TAG = re.compile(
    rf"<!---?>|<!--(?:(?!--!?>).)*+|<(?:(script|style)(?=[ \t\n\r\f/>])|[a-z][^\s/>]*+)"
    rf"(?:{_ATTRIBUTE}){{0,{_MOST_ATTRIBUTES}}}+(?P<more>{_ATTRIBUTE})?+(?(1)(?:\s*+>(?:(?!</\1).)*+)?+)",
    re.IGNORECASE | re.DOTALL,
)

# Ids and classes that the content systems of county sites give to the document's text, the most reliable first.
_CONTAINERS = (
    re.compile(
        r"UCAP-CONTENT|zoom|vsb_content(_\d+)?|v_news_content|TRS_(UE)?Editor|trs_editor_view|ueditor|fontzoom",
        re.IGNORECASE,
    ),
    re.compile(
        r"(article|news|info|detail|text|main|xxgk|page|doc|zw|nr|con|wz)[-_]?(content|con|text|body|article|detail|txt|nr|box)"
        r"|artic(le|al)|zhengwen|zw|wzy?|nr|neirong|pages_content|xl_content|con_con|ewb-article"
        r"|content[-_]?(box|text|body)|Custom_UnionStyle",
        re.IGNORECASE,
    ),
    re.compile(r"content|cont|main|detail", re.IGNORECASE),
)
# How many characters of text can be a document.
_ENOUGH = 200
# Elements that contain parts of a document, not all of it.
_INNER = frozenset(("p", "li", "pre", "tr", "tbody", "thead", "ul", "ol", "dl", "dd", "blockquote"))
_SENTENCE = re.compile(r"[，。；：、,;]")


@dataclass(slots=True)
class _Size:
    """The characters of an element's text and of the links in it, without blanks, and the number of links."""

    text: int = 0
    links: int = 0
    anchors: int = 0

    @property
    def plain(self) -> int:
        return self.text - self.links


def parse(text: str) -> etree._Element:
    """Parse a page, in which a ``wbr`` with its text holds the place of each comment.

    Raises ExtractionFailed if it has no content, or is nested too deeply or has too many attributes to be read.
    """
    refuse_crowded(text)
    parser = html.HTMLParser(remove_pis=True, huge_tree=True)
    try:
        root: etree._Element = html.document_fromstring(_DECLARATION.sub("", text), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ExtractionFailed("网页没有内容，或不合格式。请检查后重新提交。") from error
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise ExtractionFailed("网页的结构嵌套过深，无法读取。请用浏览器打开并另存后再收。")
    for comment in list(root.iter(etree.Comment)):
        parent = comment.getparent()
        if parent is not None:
            place = etree.Element("wbr")
            place.set(_COMMENT, clean(comment.text or ""))
            place.tail = comment.tail
            parent.replace(comment, place)
    return root


def refuse_crowded(text: str) -> None:
    """Raise ExtractionFailed if a tag has more attributes than a page's do and the parser can take."""
    if any(tag["more"] for tag in _TAG.finditer(text)):
        raise ExtractionFailed(
            f"网页中有标签的属性超过 {_MOST_ATTRIBUTES:,} 个，无法读取。请用浏览器打开，复制正文另存后再收。"
        )


def comments_in(root: etree._Element) -> Iterator[str]:
    """Yield the comments below an element."""
    for place in root.iter("wbr"):
        if text := place.get(_COMMENT):
            yield text


def drop_furniture(root: etree._Element) -> None:
    """Remove what is never content: scripts, navigation, controls, page headers and footers, small forms."""
    for element in list(root.iter(*_DROPPED)):
        drop(element)
    forms = list(root.iter("form", "header", "footer"))
    sizes = _sizes(root) if forms else {}
    for element in forms:
        size = sizes[element]
        # A whole page may be inside one form (ASP.NET), and a document's title inside a header.
        if size.text < _ENOUGH or size.links > size.text / 2:
            if element.find(".//h1") is None and element.tag not in ("html", "body"):
                drop(element)


def drop_link_lists(content: etree._Element) -> None:
    """Remove menus and lists of other pages from an element that was only guessed to be the content."""
    sizes = _sizes(content)
    for element in list(content.iter("ul", "ol", "dl", "div", "table", "td", "section")):
        size = sizes[element]
        if element is content or element.getparent() is None:
            continue
        if size.anchors >= 3 and size.links > 0.6 * size.text and size.plain < _ENOUGH:
            drop(element)


def find_content(root: etree._Element) -> tuple[etree._Element, bool]:
    """Return the element that contains the document, and whether its id or class says so.

    Otherwise it is the element where the sentences are.
    """
    body = root.find(".//body")
    body = root if body is None else body
    sizes = _sizes(body)
    total = sizes[body].plain
    for pattern in _CONTAINERS:
        named = [each for each in body.iter() if isinstance(each.tag, str) and _is_named(each, pattern)]
        sized = [(each, sizes[each].plain) for each in named]
        largest = max((size for _, size in sized), default=0)
        if largest >= min(_ENOUGH, total / 4) and largest > 0:
            # Take the innermost element with nearly all of the text, because outer ones include buttons.
            return [each for each, size in sized if size >= 0.9 * largest][-1], True
    return _densest(body), False


def _is_named(element: etree._Element, pattern: re.Pattern[str]) -> bool:
    names = [element.get("id", ""), *element.get("class", "").split()]
    return any(pattern.fullmatch(name) for name in names)


def _densest(body: etree._Element) -> etree._Element:
    """Return the smallest element with three quarters of the text that reads like sentences."""
    sentences: dict[etree._Element, int] = {}
    for element in reversed(list(body.iter(etree.Element))):
        own = _own_text(element)
        if len(own) >= 15 and _SENTENCE.search(own) and element.tag != "a":
            sentences[element] = sentences.get(element, 0) + len(own)
        parent = element.getparent()
        if parent is not None and element in sentences:
            sentences[parent] = sentences.get(parent, 0) + sentences[element]
    best = body
    while True:
        inner = [child for child in best if sentences.get(child, 0) >= 0.75 * sentences.get(body, 1)]
        if not inner or inner[0].tag not in BLOCKS:
            break
        best = inner[0]
    while best.tag in _INNER and best is not body:
        parent = best.getparent()
        if parent is None:
            break
        best = parent
    return best


def _own_text(element: etree._Element) -> str:
    return squeezed((element.text or "") + "".join(child.tail or "" for child in element))


def _sizes(root: etree._Element) -> dict[etree._Element, _Size]:
    """Measure an element and all below it, each once, however deeply they are nested."""
    sizes = {each: _Size() for each in root.iter()}
    for element in reversed(sizes):
        size, above = sizes[element], element.getparent()
        size.text += _length(element.text) if isinstance(element.tag, str) else 0
        if element.tag == "a":
            size.links += size.text
            size.anchors += 1
        parent = None if above is None else sizes.get(above)
        if parent is not None:
            parent.text += size.text + _length(element.tail)
            parent.links += size.links
            parent.anchors += size.anchors
    return sizes


def _length(text: str | None) -> int:
    return len(squeezed(text)) if text else 0
