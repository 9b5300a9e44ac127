"""``python -m tests.recognition FOLDER``: how well pages are recognised, and how fast.

FOLDER holds PDF files that have text. Their pages are rendered at 200 dots per inch, plain and then as a poor scan
(turned by one degree, with grain, saved as JPEG), and what is recognised is compared with the text of the file, blanks
and widths of characters aside. It needs what ``./run ocr`` installs, and some ten seconds a page on two cores.
"""

import argparse
import io
import random
import sys
import time
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from archive.extract.pictures import pdfium

_DOTS = 200
_INCH = 72
_PIXELS = 9_000_000
# A page with less text says nothing about a share of characters.
_LEAST = 200
_ASKEW = 1.0
_QUALITY = 40
_GRAIN = 12
LABELS = ("plain", "as a poor scan")


def pages(folder: Path, most: int) -> Iterator[tuple[str, Image.Image, str]]:
    """Yield a name, the picture and the text of pages of the files, from all of them as evenly as ``most`` allows."""
    found = []
    for path in sorted(folder.rglob("*.pdf")):
        with pdfium.opened(path) as document:
            found += [(path, number) for number in range(1, len(document) + 1)]
    random.Random(19).shuffle(found)  # noqa: S311  # a choice of pages
    for path, number in found:
        if not most:
            return
        with pdfium.opened(path) as document:
            text = pdfium.text_of(pdfium.page_of(document, number))
            if len(plain(text)) < _LEAST:
                continue
            width, _ = document.get_page_size(number - 1)
            image = pdfium.drawn(document, number, round(width * _DOTS / _INCH), _PIXELS)
        most -= 1
        yield f"{path.stem} {number}", image, text


def scanned(image: Image.Image) -> Image.Image:
    """Return a picture as a poor scanner makes it."""
    turned = image.convert("L").rotate(_ASKEW, Image.Resampling.BICUBIC, fillcolor=255)
    grain = np.random.default_rng(19).normal(0, _GRAIN, (turned.height, turned.width))
    noisy = Image.fromarray(np.clip(np.asarray(turned) + grain, 0, 255).astype(np.uint8))
    stream = io.BytesIO()
    noisy.save(stream, "JPEG", quality=_QUALITY)
    return Image.open(stream).convert("RGB")


def plain(text: str) -> str:
    """Return a text without blanks, and with one width for the characters that have two."""
    return "".join(each for each in unicodedata.normalize("NFKC", text) if not each.isspace() and each.isprintable())


def distance(one: str, other: str) -> int:
    """Return how many characters are to be put in, left out or changed to make one text of the other."""
    row = list(range(len(other) + 1))
    for at, left in enumerate(one, 1):
        before, row[0] = row[0], at
        for number, right in enumerate(other, 1):
            before, row[number] = row[number], min(before + (left != right), row[number] + 1, row[number - 1] + 1)
    return row[-1]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args(arguments)
    try:
        from archive.extract.recognition import rapid
    except ImportError:
        print("The recogniser is not installed: run ./run ocr.", file=sys.stderr)
        return 2
    wrong, whole = [0, 0], [0, 0]
    seconds = used = 0.0
    count = 0
    for name, image, text in pages(chosen.folder, chosen.pages):
        count += 1
        for kind, sheet in enumerate((image, scanned(image))):
            began, busy = time.monotonic(), time.process_time()
            found = rapid.recognise(sheet, chosen.threads)
            seconds, used = seconds + time.monotonic() - began, used + time.process_time() - busy
            said = plain("".join(line.text for line in found.lines))
            wrong[kind] += (missed := distance(said, plain(text)))
            whole[kind] += len(plain(text))
            print(f"{name} {LABELS[kind]}: {missed} of {len(plain(text))} characters wrong", flush=True)
    for label, missed, of in zip(LABELS, wrong, whole, strict=True):
        print(f"{label}: {1 - missed / max(of, 1):.3%} of {of} characters right ({missed} wrong) on {count} pages")
    if count:
        print(f"{2 * count * 60 / seconds:.1f} pages a minute, {used / (2 * count):.1f} CPU seconds a page")
    return 0


if __name__ == "__main__":
    sys.exit(main())
