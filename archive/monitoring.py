"""Daily monitoring: what is public, held against the rules by which public sites are inspected.

How often a column must be updated is data (``monitoring.tsv``, and the installation's own of the same name): a column's
newest day of publication and the term that applies give the days that are left. A document without a day of publication
updates nothing. What a later pre-check would stop in what is public already is found, too.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from archive import maintained
from archive.decisions import precheck, stops
from archive.decisions.precheck import Concern
from archive.document import Document, File
from archive.errors import GongkaiError
from archive.plain import one_line
from archive.registers.books.findings import Finding, Problem
from archive.registers.books.reevaluations import later
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue

OWN_NAME = "monitoring.tsv"
PACKAGED = Path(__file__).with_name(OWN_NAME)
_TERM = re.compile(r"([1-9]\d{0,3})(天|个月|个)")
_UNLIMITED = "不限"
# Where documents stand that state no column.
NO_COLUMN = "没有写明栏目的文件"
_TERM_OF_ANSWERS = "整改期限"
# A line that names attachments, and what they are called.
_NAMED = re.compile(r"^附件\s*\d{0,2}\s*[:：]\s*(?:\d{1,2}[.．、]\s*)?(\S.{1,80})$", re.MULTILINE)
_SECRECY = frozenset({Concern.SECRECY, Concern.INTERNAL})


class BadMonitoring(GongkaiError):
    """A line of the monitoring's standards that can't be used; ``line`` counts from 1."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"监测标准 {path} 第 {line} 行：{reason}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Term:
    """How long a column may go without an update, and which unit it belongs to. Neither days nor months: for ever."""

    days: int = 0
    months: int = 0
    unit: str = ""

    def after(self, on: date) -> date | None:
        """Return the last day by which something new is due; None for none."""
        if self.months:
            return later(on, self.months)
        return on + timedelta(days=self.days) if self.days else None


@dataclass(frozen=True, slots=True)
class Standards:
    """Terms by ``words`` of a column's path, and by the whole paths of an installation's ``own`` columns."""

    words: Mapping[str, Term]
    own: Mapping[str, Term]
    limits: Mapping[str, int]
    answers: int

    @classmethod
    def load(cls, own: Path) -> "Standards":
        """Read what is shipped and the installation's own file, if there is one. Raises BadMonitoring, OSError."""
        words, limits, days = _read(PACKAGED)
        paths, own_limits, own_days = _read(own)
        return cls(words, paths, {**limits, **own_limits}, own_days or days or 7)

    def term(self, column: str) -> Term | None:
        """Return the term that applies to a column: its own, or that of the longest word in its path."""
        if column in self.own:
            return self.own[column]
        return self.words.get(max((word for word in self.words if word in column), key=len, default=""))


@dataclass(frozen=True, slots=True)
class Freshness:
    """A column: how many documents it has, the newest day of one, and by when something new is due."""

    column: str
    count: int
    newest: date | None
    due: date | None
    unit: str = ""

    def left(self, today: date) -> int | None:
        """Return how many days are left, less than 0 after the last one; None where nothing is due."""
        return (self.due - today).days if self.due else None


@dataclass(slots=True)
class Seen:
    """What was looked at: every column, in the order of the days left, and what is wrong."""

    today: date
    documents: int = 0
    columns: list[Freshness] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def count(self, kind: Problem) -> int:
        return sum(each.kind is kind for each in self.findings)


def look(catalogue: Catalogue, blobs: Blobs, standards: Standards, today: date) -> Seen:
    """Look at all that is public."""
    seen = Seen(today)
    newest: dict[str, date | None] = dict.fromkeys(standards.own)
    counts = dict.fromkeys(standards.own, 0)
    undated: dict[str, int] = {}
    units = {column: term.unit for column, term in standards.own.items()}
    for document in catalogue.public_all():
        seen.documents += 1
        column, on = document.metadata.column or "", document.metadata.published_on
        if column:
            counts[column] = counts.get(column, 0) + 1
            known = newest.get(column)
            # A day that is still to come updates nothing before it has.
            newest[column] = max(on, known or on) if on and on <= today else known
        if on is None:
            undated[column] = undated.get(column, 0) + 1
        seen.findings += _of_document(catalogue, blobs, document, units.get(column, ""))
    for column, last in newest.items():
        term = standards.term(column)
        due = term.after(last) if term and last else None
        seen.columns.append(Freshness(column, counts[column], last, due, term.unit if term else ""))
    seen.columns.sort(key=lambda each: (each.due is None, each.due or today, each.column))
    seen.findings += _of_columns(seen, standards)
    # One for each column: there may be thousands of documents.
    for column, count in sorted(undated.items()):
        said = f"有 {count} 件文件没有发布日期，视为不更新。"
        seen.findings.append(Finding(Problem.UNDATED, column or NO_COLUMN, said, units.get(column, "")))
    return seen


def _of_columns(seen: Seen, standards: Standards) -> Iterator[Finding]:
    for each in seen.columns:
        term = standards.term(each.column)
        if not each.count:
            yield Finding(Problem.BLANK, each.column, "栏目里没有一件公开的文件。", each.unit)
        elif term and (term.days or term.months) and each.newest is None:
            yield Finding(Problem.STALE, each.column, "栏目里的文件都没有注明发布时间，视为不更新。", each.unit)
        elif each.due and each.due < seen.today:
            said = f"最近一件是 {each.newest} 发布的，应当在 {each.due} 以前更新。"
            yield Finding(Problem.STALE, each.column, said, each.unit)


def _of_document(catalogue: Catalogue, blobs: Blobs, document: Document, unit: str) -> Iterator[Finding]:
    missing = [each.name for each in _files(document) if not blobs.path(each.digest).exists()]
    if missing:
        yield Finding(Problem.ATTACHMENT, document.id, f"有 {len(missing)} 个文件的原件不在，公众打不开。", unit)
    elif not document.attachments and (named := _unattached(document.text)):
        yield Finding(Problem.ATTACHMENT, document.id, f"正文写明有附件（{len(named)} 个），文件没有附件。", unit)
    for kind, count in _stopped(catalogue, document).items():
        said = f"按现行规则（{precheck.RULES}）预检，有 {count} 处拦截没有人处理；公开时用的是以前的规则。"
        yield Finding(kind, document.id, said, unit)


def _files(document: Document) -> Iterator[File]:
    yield document.file
    yield from (each.file for each in document.attachments)


def _unattached(text: str) -> Sequence[str]:
    """Return the attachments that a text names and that do not stand in it, as one that follows the text does."""
    lines = {line.strip() for line in text.split("\n")}
    return [name for name in _NAMED.findall(text) if name.strip() not in lines]


def _stopped(catalogue: Catalogue, document: Document) -> dict[Problem, int]:
    """Count what the rules of today would stop in a version that older rules let pass, and nobody has settled."""
    with catalogue.reading() as connection:
        stored = stops.of(connection, document.id, document.version)
    if stored and stored.rules == precheck.RULES:
        return {}
    settled = {each.digest for each in stored.found if each.settled} if stored else set()
    counts: dict[Problem, int] = {}
    for each in precheck.findings(document):
        if each.blocks and each.digest not in settled:
            kind = Problem.SECRECY if each.kind in _SECRECY else Problem.PERSONAL
            counts[kind] = counts.get(kind, 0) + 1
    return counts


def _read(path: Path) -> tuple[dict[str, Term], dict[str, int], int]:
    """Read terms, limits and the days for answers, 0 if they are not stated. Raises BadMonitoring, OSError."""
    terms: dict[str, Term] = {}
    limits: dict[str, int] = {}
    answers = 0
    for line, cells in _lines(path, maintained.read(path) or b""):
        name, said, unit = (*cells, "", "")[:3]
        found = _TERM.fullmatch(said)
        if not name or len(cells) > 3 or not (found or said == _UNLIMITED):
            raise BadMonitoring(
                path, line, "应为栏目、期限（如 14天、6个月、不限）、责任单位（可以不写），以制表符分隔。"
            )
        many, of = (int(found[1]), found[2]) if found else (0, "")
        if name == f"={_TERM_OF_ANSWERS}" and of == "天":
            answers = many
        elif name.startswith("="):
            if of != "个" or name[1:] not in {each.value for each in Problem}:
                raise BadMonitoring(path, line, "以 = 开头的应为问题类型和个数（如 5个），或者“=整改期限”和天数。")
            limits[name[1:]] = many
        elif of == "个":
            raise BadMonitoring(path, line, "期限应写作 14天、6个月或者不限。")
        else:
            terms[name] = Term(many if of == "天" else 0, many if of == "个月" else 0, unit)
    return terms, limits, answers


def _lines(path: Path, raw: bytes) -> Iterable[tuple[int, list[str]]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadMonitoring(path, line, "不是 UTF-8 编码，请另存为 UTF-8。") from error
    for at, said in enumerate(text.split("\n"), 1):
        if said.strip() and not said.startswith("#"):
            yield at, [one_line(each).strip() for each in said.split("\t")]
