"""Finding a page's title in its card, metadata or headings, and telling it from the name of the site."""

import re
from collections.abc import Mapping, Sequence

from lxml import etree

from archive.extract.text.assemble import title_span
from archive.extract.text.characters import clean, joined, squeezed
from archive.extract.webpage.lines import lines_of

_CARD_LABELS = ("标题", "信息名称", "文件名称", "文件标题", "名称")
_META = ("articletitle", "og:title", "title", "dc.title")
_DATE_META = ("pubdate", "publishdate", "article:published_time", "dc.date")
# The standard for government sites (政府网站发展指引) has these, by what a card calls them.
_STATED = {"contentsource": "来源", "columnname": "所属栏目", "url": "原文网址"}
_TITLE_NAMES = re.compile(r".*(title|headline|biaoti|bt|tit|[-_]tt)\d?(_\w+)?", re.IGNORECASE)
_ANY_HEADING = "h1 h2 h3 h4"
_SEPARATORS = re.compile(r"[_|｜]|\s[-–—]+\s|--+|>+|[-–—](?=[^-–—]*(?:网|网站|政府|门户|平台|信息公开)$)")
_SITE = re.compile(
    r".{0,20}(?:网|网站|人民政府|门户|平台|频道|栏目|首页|信息公开|政务公开|公开目录|委员会|办公室|办公厅|局|厅)|中国.{2,4}|首页|通知公告|公告公示|(?:信息|内容|新闻|文章)?(?:正文|详情|内容)页?"
)
_CUT = re.compile(r"(?:\.{2,}|…+)$")
_SHORTEST = 4
# A heading that nothing else bears out must be longer than those of lists and boxes.
_NAMED_ALONE = 7
_ENDING = re.compile(r".{2,}(?:公告|通告|公示|通知|通报|决定|办法|规定|意见|方案|条例)")
_LONGEST = 1000


def find_title(
    root: etree._Element, stated: Mapping[str, str], content: Sequence[str], lines: Sequence[str]
) -> str | None:
    """Return the document's title, or None; the document's lines (``content``) complete a title that was cut.

    ``lines`` are those of the whole page.
    """
    for label in _CARD_LABELS:
        if len(stated.get(label, "")) >= _SHORTEST:
            return _completed(stated[label], content)
    page = _without_site(clean("".join(root.findtext(".//title") or "")))
    # 某县人民政府 通知公告 关于…: what is left of it counts if a heading or a line bears it out.
    rest = " ".join(part for part in page.split() if not _SITE.fullmatch(part))
    for candidate in (*_meta(root, _META[:1]), *_headings(root, page, rest)):
        if len(candidate) >= _SHORTEST and not _SITE.fullmatch(candidate):
            return _completed(candidate, content)
    if rest != page and (rest in lines or title_span(rest, content) != (0, 0)):
        return rest
    if page:
        return _completed(page, content)
    return None


def stated_by_meta(root: etree._Element) -> dict[str, str]:
    """Return what a page's metadata states of the document, by the labels of cards."""
    return {label: found[0] for name, label in _STATED.items() if (found := _meta(root, (name,)))}


def meta_date(root: etree._Element) -> str:
    """Return the publication date in a page's metadata, as written there, or ""."""
    return next(iter(_meta(root, _DATE_META)), "")


def _meta(root: etree._Element, names: Sequence[str]) -> list[str]:
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = (element.get("name") or element.get("property") or "").lower()
        value = clean(element.get("content") or "")
        if name in names and value:
            found.setdefault(name, value)
    return [found[name] for name in names if name in found]


def _headings(root: etree._Element, page: str, rest: str) -> list[str]:
    """Return headings that may be the title, first those that agree with the page's own title.

    Where that is only the site's, a heading counts that is named as one.
    """
    firsts = [_text(each) for each in root.iter("h1") if _is_short(each)]
    named = [
        _text(each)
        for each in root.iter("h2", "h3", "div", "p", "td", "span")
        if any(_TITLE_NAMES.fullmatch(name) for name in (each.get("id", ""), *each.get("class", "").split()))
        and _is_short(each)
        and (each.tag in _ANY_HEADING.split() or next(each.iter(*_ANY_HEADING.split()), None) is None)
    ]
    seconds = (_text(each) for each in root.iter("h2") if _is_short(each))
    others = [text for text in (*named, *seconds) if text and len(text) <= 120]
    borne_out = [text for each in (page, rest) for text in (*firsts, *others) if text and _agree(text, each)]
    alone = [text for text in named if _NAMED_ALONE <= len(text) <= 120 or _ENDING.fullmatch(text)] if not rest else []
    return [*borne_out, *(text for text in firsts if text), *alone]


def _agree(heading: str, page: str) -> bool:
    first, second = squeezed(heading), squeezed(_CUT.sub("", page))
    return bool(second) and len(first) >= _SHORTEST and (first.startswith(second) or second.startswith(first))


def _is_short(element: etree._Element) -> bool:
    """Tell whether an element's text may be a title, without reading much of it: such elements may be nested."""
    length = 0
    for part in element.itertext():
        length += len(part.strip())
        if length > _LONGEST:
            return False
    return True


def _text(element: etree._Element) -> str:
    whole = ""
    for line in lines_of(element):
        whole = joined(whole, line)
    return whole


def _without_site(title: str) -> str:
    """Strip the site's names from a title, leaving "" if it names nothing else.

    关于印发方案的通知_通知公告_临沭县人民政府 becomes 关于印发方案的通知.
    """
    parts = [part.strip() for part in _SEPARATORS.split(title) if part.strip()]
    own = [part for part in parts if not _SITE.fullmatch(part)]
    return max(own, key=len, default="")


def _completed(title: str, content: Sequence[str]) -> str:
    """Complete a title that ends in dots from the document's first lines, if they have the rest."""
    if not _CUT.search(title):
        return title
    start = squeezed(_CUT.sub("", title))
    for first in range(min(8, len(content))):
        whole = ""
        for line in content[first : first + 3]:
            whole = joined(whole, line)
            if squeezed(whole).startswith(start) and len(squeezed(whole)) > len(start):
                return whole
    return title
