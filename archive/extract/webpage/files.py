"""Finding the files that a page links to or shows in a frame, which are not in the page itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urldefrag, urljoin

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


@dataclass(frozen=True, slots=True)
class Saved:
    """What is saved in one file with a page: the address of the page, and those of all parts and of the pages."""

    base: str = ""
    parts: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()

    def address(self, written: str) -> str:
        """Return the address that a page means by what it writes."""
        joined = address_from(self.base, written)
        return joined if joined in self.parts else address_from("", written)


def address_from(base: str, written: str) -> str:
    """Resolve an address that is written relative to another, without the place within the page that it names."""
    try:
        return unquote(urldefrag(urljoin(base, written.strip())).url)
    except ValueError:
        return written


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


def framed(content: etree._Element, whole: etree._Element, saved: Saved) -> Iterator[str]:
    """Yield what is told of frames: of each that shows a file, wherever it is, and of others in the document."""
    inside = set(content.iter(*FRAMES))
    for frame in whole.iter(*FRAMES):
        source = clean(frame.get("src") or frame.get("data") or frame.get("data-src") or "")
        found, address = _in_address(source), saved.address(source)
        if address in saved.parts:
            # That there are other pages is told of all of them.
            if found is not None:
                yield f"网页中嵌有文件“{found['name']}”，没有收入正文，请另存后一并收取。"
            elif address not in saved.pages or frame.tag not in ("frame", "iframe"):
                yield f"网页中嵌有另一份内容（{source[:_LONGEST]}），没有收入正文，请在浏览器中核对。"
        elif found is not None:
            yield f"网页中嵌有文件“{found['name']}”，其内容不在本文件中，请一并收取。"
        elif source and (frame in inside or frame.tag == "frame"):
            yield f"网页中嵌有另一个页面（{source[:_LONGEST]}），其内容不在本文件中，请在浏览器中核对。"


def _in_address(address: str) -> re.Match[str] | None:
    return next(_FILE.finditer(unquote(address.strip())), None)
