"""Judged queries: read from files, or generated from the public documents themselves."""

import csv
import json
import random
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.chinese.numerals import LIMIT, chinese
from archive.chinese.text import HAN, normalise
from archive.document import Document
from archive.errors import GongkaiError
from archive.intake.manifest import read_manifest
from archive.reasons import NOT_UTF_8, why
from indexer.asking.parse import MAX_LENGTH

SUBSTRING = "substring"
QUOTED = "quoted"
# In these classes every document that contains the run is relevant, so recall and precision are exact.
EXACT = frozenset({SUBSTRING, QUOTED})
# The brackets that offices and readers write around the year of a document number.
BRACKETS = tuple(zip("〔﹝[［【(（〖{<", "〕﹞]］】)）〗}>", strict=True))


class BadQueries(GongkaiError):
    """A file of judged queries that can't be read; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A query, its class (``kind``), and the grade (above 0) of each document that answers it."""

    id: str
    text: str
    kind: str
    relevant: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from files.

    ``judged`` are the queries with a relevant public document, ``skipped`` the ids of those without. ``unknown`` are
    judgements that name no public document, or more than one, as "query id: name".
    """

    judged: Sequence[Judged]
    skipped: Sequence[str]
    unknown: Sequence[str]


def read(paths: Iterable[Path], resolve: Callable[[str], str | None], among: Container[str] | None = None) -> Reading:
    """Read judged queries from files. ``resolve`` finds the document of an id or path; only some may count, if given.

    Each file is JSON Lines of ``{"id", "query", "relevant": [id or path, ...], "class"?}``, or a ``queries.tsv`` (id,
    query, kind) with its ``judgements.tsv`` (id, path, grade) beside it. Raises BadQueries, also if two queries share
    an id, since their rankings would be mixed up. A path may begin at the folder that is named as the file of queries.
    """
    judged: dict[str, Judged] = {}
    skipped: list[str] = []
    unknown: list[str] = []
    for path in paths:
        for id, text, kind, named in _tsv(path) if path.suffix == ".tsv" else _jsonl(path):
            if id in judged or id in skipped:
                raise BadQueries(f"{path.name}：编号 {id} 的检索词不止一条，编号不得重复。")
            relevant: dict[str, int] = {}
            for name, grade in named.items():
                # Files beside each other may have folders whose files have the same names.
                document = resolve(f"{path.stem}/{name}") or resolve(name)
                if document is None or among is not None and document not in among:
                    unknown.append(f"{id}: {name}")
                elif grade > 0:
                    relevant[document] = max(grade, relevant.get(document, 0))
            if relevant:
                judged[id] = Judged(id, text, kind, relevant)
            else:
                skipped.append(id)
    return Reading(list(judged.values()), skipped, unknown)


def _sources_beside(path: Path) -> dict[str, str]:
    """Map the paths that a manifest beside a file lists to their sources."""
    manifest = path.with_name("manifest.jsonl")
    if not manifest.exists():
        return {}
    return {str(item.path.relative_to(path.parent)): item.source for item in read_manifest(manifest)}


def _jsonl(path: Path) -> Iterator[tuple[str, str, str, Mapping[str, int]]]:
    source_of = _sources_beside(path)
    for at, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            relevant = row["relevant"]
            if not isinstance(relevant, list):
                raise TypeError(relevant)
            named = dict.fromkeys((source_of.get(name, name) for name in map(str, relevant)), 1)
            yield str(row["id"]), str(row["query"]), str(row.get("class", path.stem)), named
        except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
            raise BadQueries(f'{path.name} 第 {at} 行：应为 {{"id", "query", "relevant": [...]}} 的 JSON。') from error


def _tsv(path: Path) -> Iterator[tuple[str, str, str, Mapping[str, int]]]:
    beside = path.with_name("judgements.tsv")
    source_of = _sources_beside(path)
    grades: dict[str, dict[str, int]] = {}
    try:
        for id, named, grade in _columns(beside, "id", "path", "grade"):
            grades.setdefault(id, {})[source_of.get(named, named)] = int(grade)
        for id, text, kind in _columns(path, "id", "query", "kind"):
            yield id, text, kind, grades.get(id, {})
    except (ValueError, KeyError, csv.Error) as error:
        raise BadQueries(f"{path.name} 或 {beside.name} 的列不对：应有 id、query、kind 和 id、path、grade。") from error


def _columns(path: Path, *names: str) -> Iterator[list[str]]:
    # Quotes belong to the query: they mark a phrase.
    for row in csv.DictReader(_lines(path), delimiter="\t", quoting=csv.QUOTE_NONE):
        cells = [row[name] for name in names]
        if None in cells:
            raise ValueError(row)
        yield cells


def _lines(path: Path) -> list[str]:
    # Split at line feeds only: str.splitlines would also split at U+2028 inside a query.
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise BadQueries(f"无法读取 {path}：{why(error)}。") from error
    except UnicodeDecodeError as error:
        raise BadQueries(f"{path} {NOT_UTF_8}。") from error


def known(documents: Sequence[Document], count: int, seed: int) -> Iterator[Judged]:
    """Generate ``count`` queries of each class from the documents: titles, numbers, substrings, quoted substrings.

    If several documents share a title or number, any of them answers it. A substring is 2 to 8 Han characters from a
    title or paragraph, and every document that contains it answers it.
    """
    chance = random.Random(seed)  # noqa: S311  # a sample, not a secret
    # The grammar does not accept longer ones.
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
    """Respell a document number as typed by hand: other brackets and widths, blanks, 第, zeros, Chinese numerals.

    Numbers of decrees and announcements (国务院令第412号) are respelt too; any other form is returned unchanged.
    """
    bracketed = re.fullmatch(r"(.+)〔(\d{4})〕(\d+)号", number)
    counted = re.fullmatch(r"(.+?)(?:(\d{4})年)?第(\d+)号", number)
    if bracketed:
        opening, closing = chance.choice(BRACKETS)
        return chance.choice(_bracketed(bracketed[1], opening, bracketed[2], closing, bracketed[3]))
    return chance.choice(_counted(counted[1], counted[2] or "", counted[3])) if counted else number


def _bracketed(agency: str, opening: str, year: str, closing: str, serial: str) -> list[str]:
    before = f"{agency}{opening}{year}{closing}"
    return [
        f"{before}{serial}号",
        f"{agency} {opening} {year} {closing} {serial} 号",
        f"{before}\n{serial}号",
        f"{before}第{serial}号",
        f"{before}0{serial}号",
        f"{agency}{opening}{_digits(year)}{closing}{_chinese(serial)}号",
        f"{agency}{opening}{_wide(year)}{closing}{_wide(serial)}号",
        f"{agency}{year}年{serial}号",
    ]


def _counted(before: str, year: str, serial: str) -> list[str]:
    said = before + (f"{year}年" if year else "")
    return [
        f"{said}第{serial}号",
        f"{before} {year}年 第 {serial} 号" if year else f"{before} 第 {serial} 号",
        f"{said}\n第{serial}号",
        f"{said}{serial}号",
        f"{said}第0{serial}号",
        f"{said}第{_chinese(serial)}号",
        f"{before}{_wide(said[len(before) :])}第{_wide(serial)}号",
    ]


def _digits(year: str) -> str:
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in year)


def _chinese(serial: str) -> str:
    return chinese(int(serial)) if int(serial) < LIMIT else serial


def _wide(text: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) if each.isdecimal() else each for each in text)
