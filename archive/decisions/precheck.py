"""The pre-check: what a reviewer must look at before a document becomes public, each place with its reason.

It goes over all that a reader could see: the text, what is stated about it, the attachments and the names of the files.
A machine finds, a person decides: nothing is refused here (see ``stops``). It finds ``marks``, numbers of persons
(``personal``, ``apart``) and their ``addresses``, ``promises`` that a text does not keep, and lists of persons without
an end. Contact data of offices pass (see ``contacts``).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from pathlib import PurePath
from typing import NamedTuple
from urllib.parse import unquote

from archive.chinese import apart, personal
from archive.chinese.legible import legible
from archive.decisions import addresses, contacts, marks, promises
from archive.decisions.history import LABELS
from archive.describe import roll
from archive.document import Attachment, Document, Metadata, label_at
from archive.extract.text.headings import missing_content
from archive.store import canonical

# Recorded with each pre-check and each examination; raised when what is looked for changes.
RULES = "2026-10"


class Concern(StrEnum):
    """What was found."""

    SECRECY = "密级标志"
    INTERNAL = "内部标志"
    IDENTITY = "居民身份证号"
    CARD = "银行卡号"
    MOBILE = "手机号码"
    PAPER = "护照等证件号"
    PLATE = "车牌号"
    ADDRESS = "个人住址"
    CONCEALED = "隐藏内容"
    EMPTY_HEADING = "标题下没有内容"
    UNKEPT_PROMISE = "所称部分没有出现"
    ENDLESS_ROLL = "名单没有公开期限"


# These block a document until a person has dealt with them. The others only need a look.
BLOCKING = frozenset(
    {Concern.SECRECY, Concern.IDENTITY, Concern.CARD, Concern.MOBILE, Concern.PAPER, Concern.ENDLESS_ROLL}
)
# These are about a person. A mark of secrecy is never masked away: who may lift it is for the law to say.
PERSONAL = frozenset({Concern.IDENTITY, Concern.CARD, Concern.MOBILE, Concern.PAPER, Concern.PLATE, Concern.ADDRESS})
_REASONS = {
    Concern.SECRECY: "带有密级标志，公开前须经保密审查。",
    Concern.INTERNAL: "标明内部使用或不公开，请核对公开属性。",
    Concern.IDENTITY: "是居民身份证号，公开时须隐去。",
    Concern.CARD: "符合银行卡号的校验规则，公开时须隐去。",
    Concern.MOBILE: "是手机号码，且不像机关的联系方式，公开时须隐去。",
    Concern.PAPER: "是护照、通行证、军官证等证件的号码，公开时须隐去。",
    Concern.PLATE: "是机动车号牌，请核对能否公开。",
    Concern.ADDRESS: "是具体到门牌的住址，请核对能否公开。",
    Concern.CONCEALED: "文件中有看不见的内容，会随原件一起公开。",
    Concern.EMPTY_HEADING: "标题下没有内容，可能在抽取时丢失了表格，请与原件核对。",
    Concern.UNKEPT_PROMISE: "开头说有这一部分，正文的标题里没有，请与原件核对。",
    Concern.ENDLESS_ROLL: "文件里有个人名单，公示期满应当撤下。请填写公开截止日期；确需长期公开的，请保留并写明理由。",
}
_AROUND = 12
# How much is read on both sides of a line break.
_JOINED = 120
_TO_GO_ON = re.compile(rf"[{personal.DIGIT}０-９\-－—]")
_GOES_ON = re.compile(rf"[{personal.DIGIT}０-９Xx\-－—]")
_LONG = re.compile(rf"[{personal.DIGIT}](?:[\s.·•—–_/\\|*、~…-]{{0,3}}[{personal.DIGIT}Xx]){{6,}}")

# What joins the parts of a file's name or an address.
_JOINT = re.compile(r"[_./=&?#+-]+")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where exactly something stands: in a document (part 0) or an attachment (from 1), in paragraphs from 0.

    Each piece is a paragraph with the start and end in it, or, if ``concealed``, one of the concealed lines.
    """

    part: int
    pieces: tuple[tuple[int, int, int], ...]
    concealed: bool = False

    def words(self, document: Document) -> str:
        """Return what stands there."""
        part = document.attachments[self.part - 1] if self.part else document
        lines = part.concealed if self.concealed else part.text.split("\n")
        return "".join(lines[line][start:end] for line, start, end in self.pieces)


@dataclass(frozen=True, slots=True)
class Finding:
    """``where`` names the part, the paragraph (from 1) and the page; ``excerpt`` has numbers of persons masked.

    ``digest`` is the hex SHA-256 of what was found and where, by which the same finding is known again. ``spot`` is
    None for what is in no text: a field, a file's name.
    """

    kind: Concern
    where: str
    excerpt: str
    digest: str
    spot: Spot | None = field(default=None, compare=False)

    @property
    def blocks(self) -> bool:
        return self.kind in BLOCKING

    @property
    def reason(self) -> str:
        return _REASONS[self.kind]


# The paragraph, relative to the one that is read, and the start and end in it.
_Pieces = tuple[tuple[int, int, int], ...]
# Kind, where, excerpt, the whole line, and the place in it.
_Found = tuple[Concern, str, str, str, Spot | None]


class _Hit(NamedTuple):
    kind: Concern
    excerpt: str
    pieces: _Pieces


def reason(rule: str) -> str:
    """Return why a place that a rule of today or of before found is to be looked at; "" for a rule no longer known."""
    return _REASONS[Concern(rule)] if rule in list(Concern) else ""


def findings(document: Document) -> tuple[Finding, ...]:
    """All findings: the title's, of what else is stated, of the files' names, then the text's and each attachment's.

    Last comes that a list of persons does not state until when it is public.
    """
    return (*in_metadata(document.metadata), *in_parts(document), *_told(_endless(document)))


def _endless(document: Document) -> Iterator[_Found]:
    """Find that persons are listed for ever. It is the same finding however the list changes."""
    texts = (document.text, *(part.text for part in document.attachments))
    if document.metadata.public_until is None and roll.lists_persons(texts):
        yield Concern.ENDLESS_ROLL, LABELS["public_until"], "没有填写", "", None


def in_metadata(metadata: Metadata) -> tuple[Finding, ...]:
    """Find concerns in what is stated about a document."""

    def found() -> Iterator[_Found]:
        for name, label in LABELS.items():
            value = getattr(metadata, name)
            if isinstance(value, str):
                for kind, excerpt in _in_name(value):
                    yield kind, label, excerpt, value, None

    return _told(found())


# What kind of thing is hidden, the text, and after which words it is: see ``archive.extract.text.concealed``.
_OF_CONCEALED = re.compile(r"[^：]*：(?P<text>.*?)(?:（(?:在“.*”之后|在开头)）)?", re.DOTALL)


def in_parts(document: Document) -> tuple[Finding, ...]:
    """Find concerns in a document's text and in its attachments, and in the names of their files."""

    def found() -> Iterator[_Found]:
        parts: tuple[Document | Attachment, ...] = (document, *document.attachments)
        for part in parts:
            for kind, excerpt in _in_name(part.file.name):
                yield kind, f"文件名《{part.file.name}》", excerpt, part.file.name, None
        for at, part in enumerate(parts):
            name = "正文" if isinstance(part, Document) else f"附件《{part.file.name}》"
            paragraphs = part.text.split("\n")
            for number, hit in _in_paragraphs(paragraphs):
                place = label_at(part.places, number)
                where = f"{name}第 {number + 1} 段" + (f"（{place}）" if place else "")
                pieces = tuple((number + line, start, end) for line, start, end in hit.pieces)
                yield hit.kind, where, hit.excerpt, paragraphs[number], Spot(at, pieces)
            for number, line in enumerate(part.concealed):
                yield Concern.CONCEALED, name, masked(line)[:200], line, None
                # It goes out with the original, so what may not be public stops it here too.
                said = _OF_CONCEALED.fullmatch(line)
                before = said.start("text") if said else 0
                for hit in _in_line(said["text"] if said else line):
                    pieces = tuple((number, before + start, before + end) for _, start, end in hit.pieces)
                    yield hit.kind, f"{name}的隐藏内容", hit.excerpt, line, Spot(at, pieces, concealed=True)

    return _told(found())


def _told(found: Iterable[_Found]) -> tuple[Finding, ...]:
    """Make findings of each kind, place, excerpt and whole line; like ones in one place are counted apart."""
    seen: Counter[tuple[Concern, str, str]] = Counter()
    # A line may be as long as a book, and be full of findings.
    hashes: dict[str, str] = {}
    told = []
    for kind, where, excerpt, line, spot in found:
        if line not in hashes:
            hashes[line] = canonical.digest(line)
        seen[kind, where, line] += 1
        digest = canonical.digest([kind, where, hashes[line], seen[kind, where, line]])
        told.append(Finding(kind, masked(where), excerpt, digest, spot))
    return tuple(told)


def _in_name(name: str) -> Iterator[tuple[Concern, str]]:
    """Find concerns in a file's name, an address, a title: also between what joins the parts of one."""
    flat = legible(unquote(name))[0]
    stem = PurePath(flat).stem
    readings = [
        [each[:2] for each in _in_line(name)],
        [each[:2] for each in _in_line(_JOINT.sub("，", flat))],
        [each[:2] for each in _marks(stem, stem)],
        [(Concern.SECRECY, masked(flat)[:60])] if marks.is_secret_name(flat) else [],
    ]
    for kind in Concern:
        # Each reading may find what another does not; the one that finds most has them all.
        yield from max(([each for each in found if each[0] is kind] for found in readings), key=len)


def _in_paragraphs(paragraphs: Sequence[str]) -> Iterator[tuple[int, _Hit]]:
    apart_ones = tuple(_apart(paragraphs))
    # Two lines of such a number are none by themselves.
    read = {number + line for number, hit in apart_ones for line, *_ in hit.pieces}
    # The last paragraph that is not blank.
    earlier = 0
    for number, paragraph in enumerate(paragraphs):
        for hit in _in_line(paragraph):
            yield number, hit
        if number and number not in read:
            for hit in _broken(paragraphs[earlier], paragraph, earlier - number):
                yield number, hit
        earlier = number if paragraph.strip() else earlier
    yield from apart_ones
    for number, heading in missing_content(paragraphs):
        yield number, _Hit(Concern.EMPTY_HEADING, heading, _whole(paragraphs[number]))
    for number, names in promises.unkept(paragraphs):
        yield number, _Hit(Concern.UNKEPT_PROMISE, "、".join(names), _whole(paragraphs[number]))


def _in_line(line: str) -> Iterator[_Hit]:
    flat, _ = legible(line)
    yield from _marks(line, flat)
    # As they are read, and as they stand there: nothing but a tab is read as one.
    cells, written, starts = flat.split("\t"), line.split("\t"), [0]
    for cell in cells:
        starts.append(starts[-1] + len(cell) + 1)
    # The row says whose a number is. It is read once, however many cells it has.
    public: bool | None = None

    def passes(kind: str, start: int, end: int) -> bool:
        nonlocal public
        if kind != personal.MOBILE:
            return False
        if public is None:
            public = contacts.may_be_offices(flat)
        return public and contacts.is_offices(flat, start, end)

    for kind, first, last in apart.over_cells(cells) if len(cells) > 1 else ():
        if not passes(kind, starts[first], starts[last] - 1):
            pieces = [_piece(line, starts[at], starts[at] + len(cells[at])) for at in range(first, last) if cells[at]]
            together = masked("".join(cell.strip() for cell in written[first:last]))
            yield _Hit(Concern[kind], together, tuple(chain(*pieces)))
    for before, cell, shown in zip(starts, cells, written, strict=False):
        for kind, start, end in personal.identifiers(cell):
            if not passes(kind, before + start, before + end):
                yield _Hit(Concern[kind], _around(shown, start, end), _piece(line, before + start, before + end))
        if found := addresses.dwelling(cell):
            town, start, end = found
            # Marked, and masked, with its town.
            yield _Hit(Concern.ADDRESS, _around(shown, start, end), _piece(line, before + town, before + end))


def _whole(line: str) -> _Pieces:
    return ((0, 0, len(line)),)


def _piece(line: str, start: int, end: int) -> _Pieces:
    return ((0, *_span(line, start, end)),)


def _span(line: str, start: int, end: int) -> tuple[int, int]:
    """Return where a part of a line, as it is read, stands in the line itself."""
    origins = _origins(line)
    return origins[start], origins[end - 1] + 1


# A line may be as long as a table, and be full of findings; a number may stand over as many lines as it has digits.
@lru_cache(maxsize=32)
def _origins(line: str) -> Sequence[int]:
    return legible(line)[1]


def _marks(line: str, flat: str) -> Iterator[_Hit]:
    """Find marks in a line that is read as ``flat``."""
    if marks.is_secret(flat):
        yield _Hit(Concern.SECRECY, masked(line.strip())[:60], _whole(line))
    elif marks.is_internal(flat):
        yield _Hit(Concern.INTERNAL, masked(line.strip())[:60], _whole(line))


def _broken(before: str, after: str, away: int) -> Iterator[_Hit]:
    """Find numbers that a line break cut in two. ``away`` is the number of the line before, from this one."""
    kept, blank = before.rstrip(), len(after) - len(after.lstrip())
    if not _TO_GO_ON.search(kept[-1:]) or not _GOES_ON.match(after, blank):
        return
    tail, head = kept[-_JOINED:], after[blank : blank + _JOINED]
    start, end = (legible(each)[0] for each in (tail, head))
    whole = start + end
    for kind, first, last in personal.identifiers(whole):
        # Figures in the rows of a table follow each other, too.
        if kind == personal.MOBILE and ("\t" in whole or contacts.is_offices(whole, first, last)):
            continue
        if first < len(start) < last:
            above, below = _span(tail, first, len(start)), _span(head, 0, last - len(start))
            shown = _excerpt(tail + head, above[0], len(tail) + below[1])
            pieces = _moved(((0, *above),), away, len(kept) - len(tail)) + _moved(((0, *below),), 0, blank)
            yield _Hit(Concern[kind], shown, pieces)


def _apart(paragraphs: Sequence[str]) -> Iterator[tuple[int, _Hit]]:
    """Find numbers that stand over three lines or more, or down a column of a table."""
    flat = [legible(each)[0] for each in paragraphs]
    for kind, (over, begin, end), pieces in (*apart.over_lines(flat), *apart.down_columns(flat)):
        first = pieces[0].line
        before = flat[over][begin:end]
        written = "".join(flat[line][start:end].strip() for line, start, end in pieces)
        if kind == personal.MOBILE and contacts.is_offices(
            f"{before}{written}", len(before), len(before) + len(written)
        ):
            continue
        there = [(line, *_span(paragraphs[line], start, end)) for line, start, end in pieces]
        stands = "".join(paragraphs[line][start:end].strip() for line, start, end in there)
        above = paragraphs[over][slice(*_span(paragraphs[over], begin, end))] if before else ""
        shown = masked(f"{above}{stands}")[max(0, len(above) - _AROUND) :]
        yield first, _Hit(Concern[kind], shown, _moved(there, -first, 0))


def _moved(pieces: Iterable[tuple[int, int, int]], lines: int, characters: int) -> _Pieces:
    return tuple((line + lines, start + characters, end + characters) for line, start, end in pieces)


def _around(line: str, start: int, end: int) -> str:
    """Return the excerpt for a part of a line as it is read."""
    return _excerpt(line, *_span(line, start, end))


def _excerpt(line: str, start: int, end: int) -> str:
    # Masked before it is cut: half of a number is not known as one.
    return masked(line)[max(0, start - _AROUND) : end + _AROUND].strip()


def is_mark(line: str) -> bool:
    """Tell whether a line bears a mark of secrecy, or says that it is internal."""
    return any(_marks(line, legible(line)[0]))


# A line may be as long as a table, and be full of findings.
@lru_cache(maxsize=32)
def masked(text: str) -> str:
    """Mask the middle of each long number, because a list of findings may itself be left in the open.

    All else stays as it is written, and in its place.
    """
    read, origins = legible(text)
    numbers = [match.span() for match in _LONG.finditer(read)]
    black = {origins[at] for start, end in numbers for at in range(start + 3, end - 2)}
    shown = "".join("*" if at in black else each for at, each in enumerate(text)) if black else text
    return personal.masked(shown)
