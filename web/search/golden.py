"""Golden queries: searches that must find a certain document, listed by the county or by the titles of documents.

The list is ``golden.tsv`` in the data folder: a line for each, what is typed and the document's id, with a tab between
them. Lines with "#" are notes. ::

    # 检索词	编号
    低保怎么申请	3gzu453nyovp

They are asked of an index before it is switched in, each night, and of an archive that a drill has restored.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from archive import maintained
from archive.document import Document
from archive.errors import GongkaiError
from archive.plain import one_line
from archive.store.catalogue import Catalogue
from indexer.asking.parse import MAX_LENGTH
from indexer.engine import Engine
from indexer.errors import BadQuery, IndexUnusable
from web.installation.services import Services
from web.search.find import documents_of
from web.search.params import SearchForm

FILE = "golden.tsv"
# Among how many hits the document must be, and how many titles are tried beside the list.
FIRST, TITLES = 10, 50
MOST_LINES = 1000
# How many queries that fail a sentence names.
_NAMED = 5
_ID = re.compile("[2-7a-z]{12}")


class BadGolden(GongkaiError):
    """A line of the list that can't be used; ``line`` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"{FILE} 第 {line} 行：{reason}")
        self.line = line


class GoldenMissed(GongkaiError):
    """A new index that does not find what the live one finds, and therefore was not switched in."""

    def __init__(self, lost: Sequence["Golden"]) -> None:
        super().__init__(
            f"新建的索引没有换上：{told(lost)}在现有的索引里找得到，在新建的里找不到。检索照旧用现有的索引。"
            f"请核对最近改动的词典（lexicon.txt）、{FILE}，改正后再运行 gongkai reindex --full。"
        )


@dataclass(frozen=True, slots=True)
class Golden:
    """What is typed, and the document that it must find. By its ``title`` another of the same title will do."""

    query: str
    id: str
    title: str = ""

    def __str__(self) -> str:
        return f"“{one_line(self.query)}”（{self.id}）"


def load(path: Path) -> list[Golden]:
    """Read the list, which is empty without a file. Raises BadGolden, or OSError for what is no file."""
    return [_golden(line, said) for line, said in _lines(maintained.read(path) or b"")]


def titles(catalogue: Catalogue, count: int = TITLES) -> list[Golden]:
    """Return the titles of some public documents, by chance, as golden queries."""
    return of(catalogue.public_sample(count))


def of(documents: Iterable[Document]) -> list[Golden]:
    """Return the titles of documents as golden queries."""
    return [Golden(each.metadata.title[:MAX_LENGTH], each.id, each.metadata.title) for each in documents]


def public(catalogue: Catalogue, wanted: Sequence[Golden]) -> list[Golden]:
    """Return those whose document is public today. A withdrawn one is not missed."""
    there = catalogue.public_many({each.id for each in wanted})
    return [each for each in wanted if each.id in there]


def missed(services: Services, wanted: Iterable[Golden]) -> list[Golden]:
    """Return those that a search does not find among the first hits. Raises as ``find`` does, but for a bad query."""
    return [each for each in wanted if not _finds(services, each)]


def check(services: Services) -> Callable[[Engine], None]:
    """Return what is asked of a new index before it is switched in. It raises GoldenMissed, or BadGolden.

    What neither index finds is no reason to keep the old one; each night tells it. Where none answers, any is better.
    """

    def compare(new: Engine) -> None:
        try:
            services.engine.generation()
        except IndexUnusable:
            return
        asked = public(services.catalogue, [*load(services.settings.data / FILE), *titles(services.catalogue)])
        lost = missed(replace(services, engine=new), asked)
        try:
            lost = [each for each in lost if _finds(services, each)]
        except IndexUnusable:
            # It opens, and is damaged farther in.
            return
        if lost:
            raise GoldenMissed(lost)

    return compare


def told(missed: Sequence[Golden]) -> str:
    """Name the first queries of those that failed, and say how many there are."""
    more = f" 等 {len(missed)} 条" if len(missed) > _NAMED else ""
    return "、".join(map(str, missed[:_NAMED])) + more


def _finds(services: Services, wanted: Golden) -> bool:
    try:
        found = documents_of(services, SearchForm(q=wanted.query), FIRST)
    except BadQuery:
        return False
    return any(each.id == wanted.id or wanted.title and each.metadata.title == wanted.title for each in found)


def _lines(raw: bytes) -> Iterator[tuple[int, str]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadGolden(line, "不是 UTF-8 编码，请另存为 UTF-8。") from error
    lines = [(at, said) for at, said in enumerate(text.split("\n"), 1) if said.strip() and not said.startswith("#")]
    if len(lines) > MOST_LINES:
        raise BadGolden(lines[MOST_LINES][0], f"最多 {MOST_LINES} 条，请删去不再需要的。")
    yield from lines


def _golden(line: int, said: str) -> Golden:
    query, _, id = (part.strip() for part in said.strip("\r").partition("\t"))
    if not query or len(query) > MAX_LENGTH or not _ID.fullmatch(id):
        raise BadGolden(line, f"应为检索词（至多 {MAX_LENGTH} 字）、制表符、文件编号（12 位的小写字母和数字）。")
    return Golden(query, id)
