"""Pages of picture files. Each file opens as one of the kinds that are taken in, and within a bound of pixels."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageOps

from archive.errors import ExtractionFailed

_KINDS = ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP")
# More than a sheet of A3 at 400 dots per inch. Three bytes each fit into the process twice over.
_MOST = 60_000_000


@contextmanager
def _opened(path: Path | BinaryIO) -> Iterator[Image.Image]:
    # Pillow only warns at its own bound; the one below refuses before anything is decoded.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(path, formats=_KINDS) as image:
            yield image
    except (ExtractionFailed, MemoryError):
        raise
    except Exception as error:
        # Pillow lets many errors through: struct.error, SyntaxError, ValueError …
        raise ExtractionFailed("图片已损坏，或者是少见的格式，在这里显示不出来。请打开原件查看。") from error


def _bounded(image: Image.Image) -> None:
    if image.width * image.height > _MOST:
        raise ExtractionFailed(f"图片超过 {_MOST // 1_000_000} 百万像素，在这里不显示。请打开原件查看。")


def sizes(path: Path, most: int) -> tuple[list[tuple[float, float]], int]:
    """Return each page's size in pixels, up to ``most`` pages, and whether there are more (1 or 0)."""
    found: list[tuple[float, float]] = []
    with _opened(path) as image:
        for number in range(most + 1):
            try:
                image.seek(number)
            except EOFError:
                return found, 0
            _bounded(image)
            if number < most:
                wide = image.getexif().get(0x0112, 1) >= 5
                found.append((image.height, image.width) if wide else (image.width, image.height))
            if image.format != "TIFF":
                # Of what moves, the first picture.
                return found, 0
    return found, 1


def drawn(path: Path | BinaryIO, page: int, width: int, pixels: int) -> Image.Image:
    """Return a page as it is to be seen, upright and on white, within a width and a number of pixels."""
    with _opened(path) as image:
        if page > 1 and image.format != "TIFF":
            raise ExtractionFailed(f"没有第 {page} 页。")
        try:
            image.seek(page - 1)
        except EOFError:
            raise ExtractionFailed(f"没有第 {page} 页。") from None
        _bounded(image)
        scale = min(1.0, width / max(image.width, 1), (pixels / (image.width * image.height)) ** 0.5)
        size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
        # Of a JPEG, only as much is decoded as is needed.
        image.draft("RGB", size)
        small = image.convert("RGBA")
        if small.size != size:
            small = small.resize(size, Image.Resampling.BOX)
        small.info = {}
        sheet = Image.new("RGB", small.size, "white")
        sheet.paste(small, mask=small.getchannel("A"))
        orientation = image.getexif().get(0x0112, 1)
    sheet.getexif()[0x0112] = orientation
    return ImageOps.exif_transpose(sheet)
