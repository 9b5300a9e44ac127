"""``python -m tests.reading FOLDER``: compare how documents are read with LibreOffice, an independent reader.

FOLDER holds Word documents of any kind. Printed is for how many paragraphs both find the same number, and each
difference. LibreOffice shows text that was deleted by a revision, and takes Flat OPC for text: such files are left out.
"""

import argparse
import re
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.errors import FileRefused
from archive.extract import extract_plain
from archive.extract.mediatype import media_type

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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.reading", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    paths = [path for path in sorted(parser.parse_args().folder.rglob("*")) if path.suffix.lower() in _SUFFIXES]
    if SOFFICE is None:
        parser.error("LibreOffice (soffice) is not installed")
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
