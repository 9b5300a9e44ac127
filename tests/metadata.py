"""``python -m tests.metadata FOLDER``: measure how much metadata of real documents is read right, and list misses.

FOLDER holds published numbers, titles, pages and statutes with what is known of each (see its README). Numbers that
were already published wrong (no year, no serial, a wrong bracket) are recognised by a rule and counted separately.
"""

import argparse
import csv
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from archive.chinese import dates
from archive.chinese.text import normalise
from archive.describe import issuers as issuing
from archive.describe.docnumber import canonicals, find
from archive.describe.metadata import describe
from archive.extract import extract_plain
from archive.extract.mediatype import media_type
from tests.archive.describe import letters as writing

SOURCES = ("state-council", "guangdong", "shanghai", "yunnan")
# Every document number has a year and a serial. Anything without one of them is no document number.
_YEAR = re.compile(r"(?:19|20)\d\d|[〔\[(（【]\d{2}[〕\])）】]")
_SERIAL = re.compile(r"\d\s*号|第[〇零一二三四五六七八九十百千\d]+号")
# The form required by GB/T 9704-2012. The canonical form must be the same except for the brackets.
_REGULAR = re.compile(r"[\u4e00-\u9fff]{2,14}[〔\[(](?:19|20)\d\d[〕\])]\d{1,5}号")
_SHOWN = 6
# Chooses which of many files are read.
Some = Callable[[list[Path]], list[Path]]


@dataclass
class Measure:
    """How often a field was right when the answer is ``known``. Answers that are ``wrong`` are counted separately."""

    name: str
    known: int = 0
    right: int = 0
    wrong: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, right: bool, what: str) -> None:
        self.known += 1
        self.right += right
        if not right:
            self.misses.append(what)

    @property
    def share(self) -> float:
        return self.right / self.known if self.known else 1.0


def numbers(folder: Path) -> Measure:
    """Measure whether published numbers are found, and regular ones in their canonical form."""
    measure = Measure("document numbers")
    for source in SOURCES:
        lines = (folder / "docnumbers" / f"{source}.tsv").read_text(encoding="utf-8").splitlines()[1:]
        for published in (line.split("\t")[0].strip() for line in lines):
            if not published:
                continue
            form = normalise(published)
            if not (_YEAR.search(form) or "令" in form) or not _SERIAL.search(form):
                measure.wrong += 1
                continue
            forms = list(canonicals(find(published)))
            right = [_plain(published)] == [_plain(each) for each in forms] if _REGULAR.fullmatch(form) else forms != []
            measure.add(right, f"{source}: {published}: {forms}")
    return measure


def _plain(number: str) -> str:
    return re.sub(r"[〔〕\[\]()（）]", "|", normalise(number))


def pages(folder: Path) -> Iterator[Measure]:
    """Measure titles, issuers, numbers and index codes of the State Council's pages."""
    answers = (folder / "policies" / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    found = {name: Measure(f"pages: {name}") for name in ("title", "issuer", "number", "index_code")}
    for answer in map(json.loads, answers):
        path = folder / "policies" / answer["file"]
        metadata = describe(extract_plain(path, media_type(path, path.name)), {}, path.name)
        for name, measure in found.items():
            if answer.get(name):
                said = str(getattr(metadata, name) or "")
                measure.add(normalise(said) == normalise(answer[name]), f"{said} for {answer[name]}")
    yield from found.values()


def statutes(folder: Path, some: Some) -> Iterator[Measure]:
    """Measure titles and days of statutes. The day is in the file's name; it counts only if the text has it too."""
    title, day = Measure("statutes: title"), Measure("statutes: day")
    for path in some(sorted((folder / "laws").rglob("*.md"))):
        extraction = extract_plain(path, "text/markdown")
        # This file name reveals nothing.
        metadata = describe(extraction, {}, "x.md")
        heading = next((line[2:] for line in path.read_text("utf-8").splitlines() if line.startswith("# ")), "")
        title.add(normalise(metadata.title) == normalise(heading), f"{metadata.title} for {heading}")
        if match := re.search(r"\((\d{4}-\d\d-\d\d)\)", path.name):
            known = date.fromisoformat(match[1])
            if known in {each for line in extraction.paragraphs[:12] for each, _, _ in dates.find(line)}:
                day.add(metadata.written_on == known, f"{path.name}: {metadata.written_on}")
            else:
                day.wrong += 1
    yield title
    yield day


def issuers(folder: Path) -> Measure:
    """Measure issuers read from titles that begin with the name of the source's own government."""
    measure = Measure("titles: issuer")
    names = {"Guangdong": "广东", "Shanghai": "上海", "Yunnan": "云南"}
    with (folder / "titles" / "policy-titles.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            place = names.get(row["source"].split()[0], "")
            match = re.match(rf"({place}[省市]?(?:人民政府|人民政府办公厅))关于", row["title"]) if place else None
            if match:
                measure.add(issuing.of_title(row["title"]) == match[1], row["title"][:40])
    return measure


def regulations(folder: Path, some: Some) -> Iterator[Measure]:
    """Measure issuers and days of the provinces' and cities' regulations, for every second file apart.

    The issuer is the congress of the place in the file's name, or its standing committee, by what passed the first; the
    day is the last on which anything was done, by the words of the head. Rules were chosen by the first half.
    """
    halves = [[Measure(f"regulations, {half}: {name}") for name in ("issuer", "day")] for half in ("known", "apart")]
    for number, path in enumerate(some(sorted((folder / "regulation-files").iterdir()))):
        extraction = extract_plain(path, media_type(path, path.name))
        metadata = describe(extraction, {}, f"x{path.suffix}")
        head = re.split("目录|第一[章条]", re.sub(r"\s", "", "".join(extraction.paragraphs[:12])))[0]
        issuer, day = halves[number % 2]
        place = re.search(r"_(.+?(?:省|市|自治区|自治州)|.+?(?=经济特区))", path.name)
        approved = re.match(r".{2,8}?(?=人民代表大会常务委员会关于批准)", metadata.title)
        known = (approved[0] if approved else place[1]) if place else ""
        known = known if known.endswith(("省", "市", "区", "州")) else f"{known}市"
        standing = "常务委员会" if re.search(r"常务?委员?会", head.partition("通过")[0]) else ""
        issuer.add(metadata.issuer == f"{known}人民代表大会{standing}", f"{path.name}: {metadata.issuer}")
        done = [date(*map(int, each)) for each in re.findall(r"(\d{4})年(\d+)月(\d+)日(?!起?施行)", head)]
        day.add(metadata.written_on == max(done), f"{path.name}: {metadata.written_on} for {max(done)}")
    yield from (measure for half in halves for measure in half)


def letters() -> Iterator[Measure]:
    """Measure issuers and days of letters that are written for it, in five layouts and each in one of four formats."""
    with tempfile.TemporaryDirectory() as folder:
        for half, places in writing.PARTS.items():
            issuer, day = Measure(f"letters, {half}: issuer"), Measure(f"letters, {half}: day")
            for number, letter in enumerate(each for place in places for each in writing.letters(place)):
                kind = writing.FORMATS[number % len(writing.FORMATS)]
                path = writing.write(letter, kind, Path(folder) / f"{half}{number}")
                metadata = describe(extract_plain(path, media_type(path, path.name)), {}, f"x.{kind}")
                told = f"{letter.layout}.{kind}: {metadata.issuer} {metadata.written_on}"
                issuer.add(metadata.issuer == letter.issuer, f"{told} for {letter.issuer}")
                day.add(metadata.written_on == letter.written_on, f"{told} for {letter.written_on}")
            yield issuer
            yield day


def measures(folder: Path, some: Some = list) -> Sequence[Measure]:
    """Measure each field of the real documents. Of many statutes and regulations only some may be read."""
    known = (numbers(folder), *pages(folder), *statutes(folder, some), issuers(folder))
    return (*known, *regulations(folder, some))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    for measure in (*measures(arguments.parse_args().folder), *letters()):
        wrong = f"; {measure.wrong} more whose answer is none, or not in the text" if measure.wrong else ""
        print(f"{measure.name}: {measure.right} of {measure.known} right ({100 * measure.share:.2f} %){wrong}")
        for miss in measure.misses[:_SHOWN]:
            print(f"    {miss}")


if __name__ == "__main__":
    main()
