"""Pages of an OFD that are scans (GB/T 33190-2016): the pictures on a page, where they stand on it.

Text and lines are not drawn: a page that has any is read, and no picture of it is needed to recognise it.
"""

import io
import posixpath
from collections.abc import Iterator
from pathlib import Path

from lxml import etree
from PIL import Image

from archive.errors import ExtractionFailed
from archive.extract.containers.ofdpackage import Package
from archive.extract.containers.zipguard import members, refuse_doctype
from archive.extract.pictures import raster

_INCH = 25.4
_A4 = (0.0, 0.0, 210.0, 297.0)


def drawn(path: Path, page: int, dots: int, pixels: int) -> Image.Image:
    """Return the pictures of a page, counted from 1, on white, with so many dots to an inch and at most ``pixels``.

    Raises ExtractionFailed where it has none, or one that can't be shown.
    """
    parts = dict(members(path))
    refuse_doctype(parts)
    package = Package(parts)
    try:
        for number, (document, name, part) in enumerate(_pages(package), 1):
            if number == page:
                return _sheet(package, document, name, part, dots, pixels)
    except ValueError as error:
        raise ExtractionFailed(f"第 {page} 页已损坏，在这里显示不出来。请打开原件查看。") from error
    raise ExtractionFailed(f"没有第 {page} 页。")


def _pages(package: Package) -> Iterator[tuple[etree._Element, str, str | None]]:
    """Yield the pages: the document that each is in, that one's name, and the name of the page's part."""
    root = package.find("OFD.xml")
    for location in package.tree(root).iterfind("{*}DocBody/{*}DocRoot"):
        name = package.find(location.text or "", root or "")
        document = package.tree(name)
        for each in document.iterfind("{*}Pages/{*}Page"):
            yield document, name or "", package.find(each.get("BaseLoc", ""), name or "")


def _sheet(
    package: Package, document: etree._Element, name: str, part: str | None, dots: int, pixels: int
) -> Image.Image:
    page = package.tree(part)
    box = page.findtext("{*}Area/{*}PhysicalBox") or document.findtext("{*}CommonData/{*}PageArea/{*}PhysicalBox")
    _, _, width, height = _numbers(box) if box else _A4
    if not 0 < width * height < 1e8:
        width, height = _A4[2:]
    scale = min(dots / _INCH, (pixels / (width * height)) ** 0.5)
    files = {
        **_media(package, document.iterfind("{*}CommonData/{*}PublicRes"), name),
        **_media(package, document.iterfind("{*}CommonData/{*}DocumentRes"), name),
        **_media(package, page.iterfind("{*}PageRes"), part or ""),
    }
    sheet = Image.new("RGB", (max(1, round(width * scale)), max(1, round(height * scale))), "white")
    found = False
    for each in page.iterfind("{*}Content//{*}ImageObject"):
        file = files.get(each.get("ResourceID", ""))
        left, top, wide, high = (side * scale for side in _numbers(each.get("Boundary")))
        if file is None or wide < 1 or high < 1:
            continue
        image = raster.drawn(io.BytesIO(package.content(file)), 1, sheet.width, pixels)
        # What reaches beyond the page is not seen.
        size = (min(round(wide), 2 * sheet.width), min(round(high), 2 * sheet.height))
        sheet.paste(image.resize(size), (round(left), round(top)))
        found = True
    if not found:
        raise ExtractionFailed("这一页没有能显示的图片，请打开原件查看。")
    return sheet


def _media(package: Package, places: Iterator[etree._Element], beside: str) -> dict[str, str]:
    """Return the names of the parts that resources call pictures, by their IDs (7.9)."""
    found: dict[str, str] = {}
    for place in places:
        name = package.find(place.text or "", beside)
        if name is None:
            continue
        root = package.tree(name)
        for each in root.iter("{*}MultiMedia"):
            location = (each.findtext("{*}MediaFile") or "").strip()
            inside = posixpath.join(root.get("BaseLoc", ""), location)
            if location and (file := package.find(inside, name) or package.find(location, name)):
                found[each.get("ID", "")] = file
    return found


def _numbers(text: str | None) -> tuple[float, float, float, float]:
    left, top, width, height = map(float, (text or "").replace(",", " ").split()[:4])
    return left, top, width, height
