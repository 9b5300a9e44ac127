"""Finding the files that a page links to or shows in a frame, which are not in the page itself."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from archive.extract.text.boilerplate import FILE_NAME
from archive.extract.text.characters import clean
from archive.extract.webpage.lines import text_of

FRAMES = ("iframe", "frame", "object", "embed")
# A file in an address: at the end of its path, or of a value behind the question mark.
_FILE = re.compile(
    r"(?P<name>[^/\\?&=#]{1,120}\.(?P<kind>docx?|wps|et|dps|xlsx?|csv|pptx?|pdf|ofd|rtf|txt|zip|rar|7z|ceb|gd))(?=$|[?&#])",
    re.IGNORECASE,
)
_LONGEST = 120
# Words of a button, which do not name a file.
_BUTTON = re.compile(r"[\[【（(]?\s*(?:点击)?(?:下载|查看|预览|打开|附件)(?:附件|文件|此处)?\s*[\]】）)]?")


def linked(root: etree._Element) -> list[str]:
    """Return the names of files that a page links to anywhere: as the links show them, with the kind of the file."""
    return list(dict.fromkeys(name for link in root.iter("a") if (name := _linked(link))))


def _linked(link: etree._Element) -> str:
    shown = clean(text_of(link))[:_LONGEST]
    if FILE_NAME.fullmatch(shown):
        return shown
    titled = clean(link.get("download") or link.get("title") or "")
    if FILE_NAME.fullmatch(titled):
        return titled
    found = _in_address(link.get("href") or "")
    if found is None:
        return ""
    return found["name"] if not shown or _BUTTON.fullmatch(shown) else f"{shown}.{found['kind'].lower()}"


def framed(content: etree._Element, whole: etree._Element) -> Iterator[str]:
    """Yield what is told of frames: of each that shows a file, wherever it is, and of others in the document."""
    inside = set(content.iter(*FRAMES))
    for frame in whole.iter(*FRAMES):
        source = clean(frame.get("src") or frame.get("data") or frame.get("data-src") or "")
        if (found := _in_address(source)) is not None:
            yield f"网页中嵌有文件“{found['name']}”，其内容不在本文件中，请一并收取。"
        elif source and (frame in inside or frame.tag == "frame"):
            yield f"网页中嵌有另一个页面（{source[:_LONGEST]}），其内容不在本文件中，请在浏览器中核对。"


def _in_address(address: str) -> re.Match[str] | None:
    return next(_FILE.finditer(unquote(address.strip())), None)
