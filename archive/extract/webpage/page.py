"""Parsing a web page, removing what is not content, and finding the element that contains the document."""

import html as entities
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from archive.errors import ExtractionFailed
from archive.extract.text.characters import clean, squeezed
from archive.extract.webpage import controls
from archive.extract.webpage.lines import BLOCKS, is_data_table, text_of
from archive.extract.webpage.sheets import Sheet
from archive.extract.webpage.visibility import drop

_DROPPED = (
    "script style noscript template applet canvas audio video map nav aside button datalist "
    # The reading of a character is no part of the text.
    "rt rp rtc"
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
_WORDS = "article|arti?|news|info|detail|text|xxgk|gk|doc|zw|nr|wz|xl|bt|rich"
_PARTS = "content|cont?|contxt|text|txt|body|article|detail|nr|view|editor"
_CONTAINERS = (
    re.compile(
        r"UCAP-?CONTENT|zoom(con)?|vsb_content(_\d+)?|v_news_content|TRS_(UE)?(Editor|View)|trs_editor_view|ueditor|"
        r"fontzoom|info_?-?cont|content_article|easysite(Text|-news-text)|ewb-(info|article)-(con|content|text)|"
        r"wp_articlecontent|pages_content|xxgk_?content|(gknbxq|bmxx)_detail",
        re.IGNORECASE,
    ),
    re.compile(
        rf"([a-z]{{2,8}}[-_])?({_WORDS})[-_]?({_PARTS})"
        r"|artic(le|al)|zhengwen|zw|wzy?|nr|neirong|con_con|Custom_UnionStyle",
        re.IGNORECASE,
    ),
)
# Such names of elements that may also contain what stands beside the document.
_BROAD = re.compile(
    rf"content|cont|main|detail|({_WORDS}|main|page|con|left|right|content)[-_]?({_PARTS}|main|box)", re.IGNORECASE
)
# The same of what stands around it. Such an element is left alone if it has sentences.
_FURNITURE = re.compile(
    r"([\w-]*[-_])?(share|bdshare\w*|social|crumbs?|breadcrumbs?|position|location|tools?|toolbar|foot(er)?|ft|copyright|"
    r"pre[-_]?next|prev[-_]?next|pagination|qrcode|erweima|ewm|sidebar|nav(bar)?|menu|gotop|fontsize)",
    re.IGNORECASE,
)
_LONGEST_FURNITURE = 80
# What the foot of every page says of the site.
_OF_SITE = re.compile(
    r"(?:主办|承办|版权)(?:单位|所有)?\s*[:：].{0,40}(?:承办|主办|地址|邮|电话|技术支持)|ICP备|公网安备|网站标识码|版权所有"
    r"|(?:分辨率|浏览器).{0,12}(?:浏览|访问)"
)
_FOOT_LINES = 12
_NO_PAGE = "网页没有内容，或不合格式。请检查后重新提交。"
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_AS_WRITTEN = frozenset(("script", "style", "code", "pre", "textarea"))
# How many characters of text can be a document.
_ENOUGH = 200
# The least text of a table that may belong to a document.
_TABLE = 20
# Elements that contain parts of a document, not all of it.
_INNER = frozenset(("p", "li", "pre", "tr", "tbody", "thead", "ul", "ol", "dl", "dd", "blockquote"))
_SENTENCE = re.compile(r"[，。；、,;]")
# Headings of lists of other pages.
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6", "div", "p", "dt"))
_LONGEST_HEADING = 12


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
    # Blanks to a browser or nothing, and no characters to the tree.
    text = _writable(text)
    # Not the parser of lxml.html: its elements have more methods, none of them used here, and cost twice the time.
    parser = etree.HTMLParser(remove_pis=True, huge_tree=True)
    try:
        root: etree._Element | None = etree.fromstring(_DECLARATION.sub("", text), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ExtractionFailed(_NO_PAGE) from error
    if root is None:
        raise ExtractionFailed(_NO_PAGE)
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise ExtractionFailed("网页的结构嵌套过深，无法读取。请用浏览器打开并另存后再收。")
    for comment in list(root.iter(etree.Comment)):
        parent = comment.getparent()
        if parent is not None:
            place = etree.Element("wbr")
            place.set(_COMMENT, _writable(clean(comment.text or "")))
            place.tail = _writable(comment.tail or "")
            parent.replace(comment, place)
    _resolve(root)
    return root


def _writable(text: str) -> str:
    """Return a text with blanks for characters of control, which the parser lets in and takes from nobody else."""
    return _UNWRITABLE.sub(" ", text)


def _resolve(root: etree._Element) -> None:
    """Replace entities that a portal escaped twice, so that they are left where readers expect their characters."""
    for element in root.iter():
        tag, text, tail = element.tag, element.text, element.tail
        if text and tag not in _AS_WRITTEN and (resolved := _resolved(_writable(text))) != text:
            element.text = resolved
        if tail and (resolved := _resolved(_writable(tail))) != tail:
            if getattr(element.getparent(), "tag", "") not in _AS_WRITTEN:
                element.tail = resolved
        if tag == "meta" and "&" in (content := element.get("content", "")):
            element.set("content", _resolved(content))


def _resolved(text: str) -> str:
    if "&" not in text:
        return text
    return _ENTITY.sub(lambda entity: _character(entity[0]), text)


def _character(entity: str) -> str:
    found = entities.unescape(entity)
    # One of no character that may stand in a text is left.
    return found if found not in ("", "\ufffd") and (found.isprintable() or found == "\xa0") else entity


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


def drop_furniture(root: etree._Element, sheet: Sheet) -> None:
    """Remove what is never content: scripts, navigation, controls, headers and footers, small forms, share bars."""
    controls.set_aside(root, sheet)
    for element in list(root.iter(*_DROPPED)):
        drop(element)
    named = [each for each in root.iter() if isinstance(each.tag, str) and _is_named(each, _FURNITURE)]
    prose, sizes = (_prose(root), _sizes(root)) if named else ({}, {})
    for element in named:
        if element.tag in ("html", "body") or prose.get(element) or element.find(".//h1") is not None:
            continue
        if sizes[element].plain < _LONGEST_FURNITURE or _OF_SITE.search(text_of(element)):
            drop(element)
    forms = list(root.iter("form", "header", "footer"))
    sizes = _sizes(root) if forms else {}
    prose = _prose(root) if any(each.tag == "form" and sizes[each].text < _ENOUGH for each in forms) else {}
    for element in forms:
        size = sizes[element]
        # A whole page may be inside one form (ASP.NET), a short document too, and a document's title inside a header.
        if size.text < _ENOUGH and not (element.tag == "form" and prose.get(element)) or size.links > size.text / 2:
            if (
                element.find(".//h1") is None
                and element.tag not in ("html", "body")
                and not controls.is_filled_in(element)
            ):
                drop(element)


def drop_link_lists(content: etree._Element) -> None:
    """Remove menus and lists of other pages from an element that was only guessed to be the content."""
    sizes = _sizes(content)
    for element in list(content.iter("ul", "ol", "dl", "div", "table", "td", "section")):
        size = sizes[element]
        if element is content or element.getparent() is None:
            continue
        # Beside a link there is the day of what it leads to.
        if size.anchors >= 3 and size.links > 0.5 * size.text and size.plain < _ENOUGH:
            heading = element.getprevious()
            if heading is not None and heading.tag in _HEADINGS and sizes[heading].text <= _LONGEST_HEADING:
                drop(heading)
            drop(element)


def without_foot(lines: Sequence[str]) -> int:
    """Return how many lines there are before those that close a page and tell of its site."""
    end = len(lines)
    last = [at for at in range(max(0, end - _FOOT_LINES), end) if _OF_SITE.search(lines[at])]
    if not last or any("ICP" not in lines[at] and not _OF_SITE.search(lines[at]) for at in range(last[0], end)):
        return end
    return last[0]


def find_content(root: etree._Element) -> tuple[etree._Element, bool]:
    """Return the element that contains the document, and whether its id or class says so.

    Otherwise it is the element where the sentences are.
    """
    body = root.find(".//body")
    body = root if body is None else body
    sizes, prose = _sizes(body), _prose(body)
    # What has no sentences is measured by all of its text.
    measured = prose if prose else {each: size.plain for each, size in sizes.items()}
    total = measured.get(body, 0)
    for pattern in (*_CONTAINERS, _BROAD):
        named = [each for each in body.iter() if isinstance(each.tag, str) and _is_named(each, pattern)]
        sized = [(each, sizes[each].plain) for each in named]
        largest = max((size for _, size in sized), default=0)
        most = max((measured.get(each, 0) for each in named), default=0)
        if most < min(_ENOUGH, total / 4) or not largest or not most:
            continue
        # Take the innermost element with nearly all of the text, because outer ones include buttons.
        found = [each for each, size in sized if size >= 0.9 * largest][-1]
        if pattern is _BROAD:
            return _densest(found, prose, sizes), False
        parts = _outermost(named)
        if sum(measured.get(each, 0) for each in parts) > 1.5 * most:
            # The document stands in several.
            return _common(parts), False
        return found, True
    return _densest(body, prose, sizes), False


def _outermost(elements: Sequence[etree._Element]) -> list[etree._Element]:
    among = set(elements)
    return [each for each in elements if among.isdisjoint(each.iterancestors())]


def _common(elements: Sequence[etree._Element]) -> etree._Element:
    """Return the innermost element that contains all of some that do not contain each other."""
    first, *others = ([*each.iterancestors()][::-1] for each in elements)
    return [above for at, above in enumerate(first) if all(each[at : at + 1] == [above] for each in others)][-1]


def sentences_beside(root: etree._Element, content: etree._Element) -> int:
    """Return how many characters beside a document read like sentences, where they are as many as its own."""
    prose = _prose(root)
    own = prose.get(content, 0)
    beside = prose.get(root, 0) - own
    return beside if beside >= max(_ENOUGH, own) else 0


def _is_named(element: etree._Element, pattern: re.Pattern[str]) -> bool:
    tag, own, classes = element.tag, element.get("id"), element.get("class")
    return (
        own is not None
        and pattern.fullmatch(own) is not None
        or classes is not None
        and any(map(pattern.fullmatch, classes.split()))
        # <ucapcontent> says it by its own name.
        or len(tag) > 10
        and pattern.fullmatch(tag) is not None
    )


def _prose(body: etree._Element) -> dict[etree._Element, int]:
    """Return for an element and all below it how much of their text reads like sentences, where there is any."""
    sentences: dict[etree._Element, int] = {}
    for element in reversed(list(body.iter(etree.Element))):
        own = _own_text(element)
        # Without its blanks it is no longer.
        own = squeezed(own) if len(own) >= 15 else ""
        if len(own) >= 15 and _SENTENCE.search(own) and element.tag != "a" and not _OF_SITE.search(own):
            sentences[element] = sentences.get(element, 0) + len(own)
        parent = element.getparent()
        if parent is not None and element is not body and element in sentences:
            sentences[parent] = sentences.get(parent, 0) + sentences[element]
    return sentences


def _densest(
    body: etree._Element, sentences: Mapping[etree._Element, int], sizes: Mapping[etree._Element, _Size]
) -> etree._Element:
    """Return the smallest element with three quarters of what reads like sentences, and the tables beside it."""
    tables = {each for each in body.iter("table") if sizes[each].plain >= _TABLE and is_data_table(each)}
    around = Counter(above for table in tables for above in table.iterancestors())
    best = body
    while True:
        inner = [child for child in best if sentences.get(child, 0) >= 0.75 * sentences.get(body, 1)]
        if not inner or inner[0].tag not in BLOCKS or around[inner[0]] + (inner[0] in tables) < around[best]:
            break
        best = inner[0]
    # A part of a document, or a line of it.
    while (best.tag in _INNER or _is_line(best)) and best is not body:
        parent = best.getparent()
        if parent is None:
            break
        best = parent
    return best


def _is_line(element: etree._Element) -> bool:
    return not any(each.tag in BLOCKS for each in element.iterdescendants())


def _own_text(element: etree._Element) -> str:
    return (element.text or "") + "".join([child.tail or "" for child in element])


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
