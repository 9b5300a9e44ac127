"""Judged queries: written down in files, and made out of the public documents themselves."""

import csv
import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.docnumber import read_query
from archive.document import Document
from archive.errors import GongkaiError
from archive.manifest import read_manifest
from archive.numerals import chinese
from archive.text import HAN, normalise
from indexer.parse import MAX_LENGTH

SUBSTRING = "substring"
QUOTED = "quoted"
# Classes whose relevant documents are all that contain the run, so that recall and precision are exact.
EXACT = frozenset({SUBSTRING, QUOTED})


class BadQueries(GongkaiError):
    """A file of judged queries that can't be read; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A query of a class, with the grade (above 0) of each document that answers it."""

    id: str
    text: str
    kind: str
    relevant: Mapping[str, int]


def read(path: Path, resolve: Callable[[str], str | None]) -> tuple[list[Judged], list[str]]:
    """The queries of a file, and what of it names no public document.

    JSON Lines of ``{"id", "query", "relevant": [id or path, ...], "class"?}``, or a ``queries.tsv`` (id, query, kind)
    with its ``judgements.tsv`` (id, path, grade) beside it. ``resolve`` finds the public document of an id or path. A
    query that no document is left for is left out. Raises BadQueries.
    """
    rows = _tsv(path) if path.suffix == ".tsv" else _jsonl(path)
    judged: list[Judged] = []
    lost: list[str] = []
    for id, text, kind, named in rows:
        found = {resolve(name): grade for name, grade in named.items() if grade > 0}
        lost += [f"{id}: {name}" for name in named if resolve(name) is None]
        relevant = {document: grade for document, grade in found.items() if document is not None}
        if relevant:
            judged.append(Judged(id, text, kind, relevant))
    return judged, lost


def _jsonl(path: Path) -> Iterator[tuple[str, str, str, Mapping[str, int]]]:
    for at, line in enumerate(_text(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            named = dict.fromkeys(map(str, row["relevant"]), 1)
            yield str(row["id"]), str(row["query"]), str(row.get("class", path.stem)), named
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadQueries(f'{path.name} 第 {at} 行：应为 {{"id", "query", "relevant": [...]}} 的 JSON。') from error


def _tsv(path: Path) -> Iterator[tuple[str, str, str, Mapping[str, int]]]:
    beside = path.with_name("judgements.tsv")
    manifest = path.with_name("manifest.jsonl")
    source_of = {}
    if manifest.exists():
        source_of = {str(item.path.relative_to(path.parent)): item.source for item in read_manifest(manifest)}
    grades: dict[str, dict[str, int]] = {}
    try:
        for row in csv.DictReader(_text(beside).splitlines(), delimiter="\t"):
            grades.setdefault(row["id"], {})[source_of.get(row["path"], row["path"])] = int(row["grade"])
        for row in csv.DictReader(_text(path).splitlines(), delimiter="\t"):
            yield row["id"], row["query"], row["kind"], grades.get(row["id"], {})
    except (ValueError, KeyError, TypeError) as error:
        raise BadQueries(f"{path.name} 或 {beside.name} 的列不对：应有 id、query、kind 和 id、path、grade。") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadQueries(f"无法读取 {path}：{error.strerror}。") from error
    except UnicodeDecodeError as error:
        raise BadQueries(f"{path} 不是 UTF-8 编码的文本。") from error


def known(documents: Sequence[Document], count: int, seed: int) -> Iterator[Judged]:
    """``count`` queries of each class that the documents themselves answer: titles, numbers, substrings, quoted ones.

    A title or number that several documents bear is answered by any of them. A substring is 2 to 8 Han characters out
    of a title or paragraph, and is answered by every document that contains it.
    """
    chance = random.Random(seed)  # noqa: S311  # a sample, not a secret
    # Longer titles can't be typed.
    titled = [document for document in documents if 1 < len(document.metadata.title) <= MAX_LENGTH]
    by_title = _by(titled, lambda document: normalise(document.metadata.title))
    for at, document in enumerate(_sample(chance, titled, count)):
        title = document.metadata.title
        yield Judged(f"title-{at}", title, "title", dict.fromkeys(by_title[normalise(title)], 1))
    numbered = [document for document in documents if document.metadata.number]
    by_number = _by(numbered, lambda document: document.metadata.number or "")
    for at, document in enumerate(_sample(chance, numbered, count)):
        number = document.metadata.number or ""
        yield Judged(f"number-{at}", respelt(number, chance), "number", dict.fromkeys(by_number[number], 1))
    texts = {document.id: _contained(document) for document in documents}
    for at, run in enumerate(_runs(documents, chance, count)):
        having = dict.fromkeys((id for id, text in texts.items() if normalise(run) in text), 1)
        yield Judged(f"{SUBSTRING}-{at}", run, SUBSTRING, having)
        yield Judged(f"{QUOTED}-{at}", f"“{run}”", QUOTED, having)


def _by(documents: Iterable[Document], key: Callable[[Document], str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for document in documents:
        found.setdefault(key(document), []).append(document.id)
    return found


def _sample(chance: random.Random, documents: Sequence[Document], count: int) -> list[Document]:
    return chance.sample(documents, min(count, len(documents)))


def _contained(document: Document) -> str:
    attached = (line for part in document.attachments for line in (part.file.name, *part.text.splitlines()))
    lines = (document.metadata.title, *document.metadata.numbers, *document.text.splitlines(), *attached)
    return "\n".join(map(normalise, lines))


def _runs(documents: Sequence[Document], chance: random.Random, count: int) -> Iterator[str]:
    lines = [
        han
        for document in documents
        for line in (document.metadata.title, *document.text.splitlines())
        for han in re.findall(f"[{HAN}]{{2,}}", line)
    ]
    for line in chance.choices(lines, weights=[len(line) for line in lines], k=count) if lines else ():
        length = chance.randint(2, min(8, len(line)))
        start = chance.randrange(len(line) - length + 1)
        yield line[start : start + length]


def respelt(number: str, chance: random.Random) -> str:
    """A document number as somebody may type it: other brackets and widths, blanks, 第, zeros, Chinese numerals."""
    match = re.fullmatch(r"(.+)〔(\d{4})〕(\d+)号", number)
    if match is None:
        return number
    agency, year, serial = match.groups()
    brackets = chance.choice(["〔〕", "[]", "［］", "【】", "()", "（）", "﹝﹞", "〔〕"])
    opening, closing = brackets[0], brackets[1]
    form = chance.choice(["plain", "spaced", "ordinal", "zeros", "chinese", "wide", "loose", "plain"])
    forms = {
        "plain": f"{agency}{opening}{year}{closing}{serial}号",
        "spaced": f"{agency} {opening} {year} {closing} {serial} 号",
        "ordinal": f"{agency}{opening}{year}{closing}第{serial}号",
        "zeros": f"{agency}{opening}{year}{closing}0{serial}号",
        "chinese": f"{agency}{opening}{''.join('〇一二三四五六七八九'[int(each)] for each in year)}{closing}"
        f"{chinese(int(serial)) if int(serial) < 10_000 else serial}号",
        "wide": f"{agency}{opening}{_wide(year)}{closing}{_wide(serial)}号",
        "loose": f"{agency}{year}年{serial}号",
    }
    spelt = forms[form]
    # What only a known agency's code makes sure is no fair question for another.
    return spelt if form != "loose" or any(each.canonical == number for each in read_query(spelt)) else number


def _wide(digits: str) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in digits)
