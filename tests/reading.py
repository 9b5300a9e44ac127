"""``python -m tests.reading FOLDER``: compare how documents are read with what stands in them.

FOLDER holds Word documents of any kind, which LibreOffice reads, too. Printed is for how many paragraphs both find the
same number, and each difference. LibreOffice shows text that was deleted by a revision, and takes Flat OPC for text:
such files are left out.

Web pages are those of ``portals``, of which the text is known, and those in FOLDER that say by ``CONTENT`` where it
stands. Printed is how many paragraphs are right, of those that should be found and those that should not.
"""

import argparse
import re
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lxml import etree

from archive.errors import FileRefused
from archive.extract import Extraction, extract_plain
from archive.extract.mediatype import HTML, media_type
from archive.extract.webpage.html import from_text
from archive.extract.webpage.lines import text_of
from tests.archive.extract.webpage import portals

SOFFICE = shutil.which("soffice")
_SUFFIXES = {".doc", ".docx", ".rtf", ".wps"}
_NUMERAL = r"[〇○零一二三四五六七八九十百千万\d]+"
_NUMBER = re.compile(
    rf"第{_NUMERAL}[编章节条款项]|{_NUMERAL}[、.．)）]|[（(]{_NUMERAL}[)）]|\d+(?:\.\d+)+|[\u2460-\u249b\u3220-\u3229]"
)
_BLANKS = re.compile(r"[\s\u200b\ufeff]")
# LibreOffice goes on with these where Word's set of circled numbers has run out.
_MORE_CIRCLES = re.compile("[\u3251-\u325f\u32b1-\u32bf]")
# How much of a line is compared, for one reader may break it where the other doesn't.
_COMPARED = 16
_SECONDS = 600
# The id of the element that holds the document on the State Council's pages.
CONTENT = "UCAP-CONTENT"
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """What two readers find in a file, line by line without blanks: cells of tables are lines, too."""

    name: str
    ours: Sequence[str]
    theirs: Sequence[str]

    @property
    def numbered(self) -> list[str]:
        """The lines with a number that the other reader finds."""
        return [line for line in self.theirs if _NUMBER.match(line)]

    @property
    def missed(self) -> list[str]:
        """Those of them that begin otherwise here."""
        beginnings = {line[:_COMPARED] for line in self.ours}
        return [
            line for line in self.numbered
            if line[:_COMPARED] not in beginnings and not any(each.startswith(line[:_COMPARED]) for each in beginnings)
        ]  # fmt: skip

    @property
    def invented(self) -> list[str]:
        """The lines with a number that only this reader finds."""
        beginnings = {line[:_COMPARED] for line in self.theirs}
        return [
            line for line in self.ours
            if _NUMBER.match(line) and line[:_COMPARED] not in beginnings
            and not any(line.startswith(each) for each in beginnings if _NUMBER.match(each))
        ]  # fmt: skip


def readings(paths: Sequence[Path]) -> Iterator[Reading]:
    """Read files twice, and yield what was found in each that both can read."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in zip(paths, _converted(paths, Path(folder)), strict=True):
            try:
                found = extract_plain(path, media_type(path, path.name))
            except FileRefused:
                continue
            if text and not text.startswith("<?xml") and not any("修订" in each for each in found.warnings):
                yield Reading(path.name, _lines("\n".join([found.title or "", *found.paragraphs])), _lines(text))


def _converted(paths: Sequence[Path], folder: Path) -> list[str]:
    """Return the text of each file as LibreOffice reads it, "" if it doesn't."""
    # Files of the same name are told apart by their numbers.
    copies = [folder / f"{number}{path.suffix}" for number, path in enumerate(paths)]
    for path, copy in zip(paths, copies, strict=True):
        shutil.copyfile(path, copy)
    command = [str(SOFFICE), "--headless", f"-env:UserInstallation={(folder / 'office').as_uri()}"]
    command += ["--convert-to", "txt:Text (encoded):UTF8", "--outdir", str(folder), *map(str, copies)]
    subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)  # noqa: S603  # the office of this machine
    texts = [copy.with_suffix(".txt") for copy in copies]
    return [text.read_text(encoding="utf-8-sig") if text.is_file() else "" for text in texts]


def _lines(text: str) -> list[str]:
    lines = (_BLANKS.sub("", line) for line in re.split(r"[\n\t]", text))
    return [_MORE_CIRCLES.sub(lambda sign: unicodedata.normalize("NFKC", sign[0]), line) for line in lines if line]


@dataclass(slots=True)
class Pages:
    """How many paragraphs of web pages are right, of those that stand there and those that were found besides."""

    name: str
    right: int = 0
    known: int = 0
    titles: int = 0
    pages: int = 0
    differences: list[str] = field(default_factory=list)

    def add(self, expected: Sequence[str], found: Extraction, title: str | None) -> None:
        wrong = [*portals.differences(expected, found.paragraphs)]
        missed = sum(each.startswith("-") for each in wrong)
        self.right += len(expected) - missed
        self.known += len(expected) + len(wrong) - missed
        self.titles += title is not None and found.title == title
        self.pages += 1
        self.differences += wrong

    @property
    def share(self) -> float:
        return self.right / self.known if self.known else 1.0


def made_pages() -> Iterator[Pages]:
    """Measure the made pages, with and without the names by which their systems tell where the document is."""
    for part in ("known", "apart"):
        for how, changed in (("by name", str), ("by density of text", portals.without_names)):
            measure = Pages(f"made pages, {part}, {how}")
            for each in portals.portals(part):
                measure.add(each.document.paragraphs, from_text(changed(each.html)), each.document.title)
            yield measure


def real_pages(paths: Sequence[Path]) -> Pages:
    """Measure pages that say where their document is: by the lines of its paragraphs, read as plainly as can be."""
    measure = Pages("real pages")
    for path in paths:
        root = etree.parse(path, etree.HTMLParser(encoding="utf-8")).getroot()
        for content in (each for each in root.iter() if each.get("id") == CONTENT):
            for line_break in content.iter("br"):
                line_break.tail = f"\n{line_break.tail or ''}"
            outside = [each for each in content.iter("p") if content is next(each.iterancestors("td"), content)]
            lines = _lines("\n".join(text_of(each) for each in outside))
            found = extract_plain(path, HTML)
            title = _BLANKS.sub("", found.title or "")
            seen = [_BLANKS.sub("", line) for line in found.paragraphs if "\t" not in line]
            while lines and lines[0] in title:
                del lines[0]
            measure.add(lines, replace(found, paragraphs=tuple(seen)), None)
    return measure


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.reading", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    everything = sorted(parser.parse_args().folder.rglob("*"))
    for pages in (*made_pages(), real_pages([path for path in everything if path.suffix.lower() in (".html", ".htm")])):
        print(f"{pages.name}: {pages.right} of {pages.known} paragraphs right ({100 * pages.share:.2f} %)", end="")
        print(f", {pages.titles} of {pages.pages} titles" if pages.titles else "")
        for difference in pages.differences[:_SHOWN]:
            print(f"    {difference[:60]}")
    paths = [path for path in everything if path.suffix.lower() in _SUFFIXES]
    if paths and SOFFICE is None:
        parser.error("LibreOffice (soffice) is not installed")
    if not paths:
        return
    numbered = missed = invented = files = alike = 0
    for each in readings(paths):
        files += 1
        alike += not each.missed and not each.invented
        numbered += len(each.numbered)
        missed += len(each.missed)
        invented += len(each.invented)
        for sign, lines in (("-", each.missed), ("+", each.invented)):
            for line in lines:
                print(f"{each.name}: {sign} {line[:40]}")
    print(f"{len(paths)} files, {files} read by both, {alike} with the same numbers")
    print(f"{numbered - missed} of {numbered} numbered paragraphs agree ({invented} are numbered here alone)")


if __name__ == "__main__":
    main()
