"""The words of the domain, one English word per Chinese term, and the values that pass between the packages.

========== ============ =========================================================================
文号       number       the number an issuer gives a document: 国办发〔2019〕14号
索引号     index_code   the number a disclosure catalogue gives it: 000014349/2019-00032
发布机构   issuer       the agency that made or issued it
体裁       genre        通知, 公告, 年报, 办事指南 …
主题       topic        of the State Council's 22 classes, with its second level: 综合政务/政务公开
栏目       column       where the site shows it, two levels: 法定主动公开内容/规范性文件
成文日期   written_on   the day it was made; 公开日期 published_on, the day it was disclosed
有效性     validity     现行有效, 已废止 …
公开属性   disclosure   主动公开, 依申请公开, 不予公开 (with its ground)
真实性审查 truthfulness one of the two examinations before publication; 保密性审查 confidentiality the other
施行日期   effective_on the day it comes into force; 失效日期 expires_on, the last day it is in force
公开截止日 public_until the last day on which it is public: of lists of persons (公示期满)
========== ============ =========================================================================
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from archive.plain import one_line


class Validity(StrEnum):
    """效力状态 of a normative document, which the county states in its catalogue."""

    IN_FORCE = "现行有效"
    NOT_YET = "尚未施行"
    AMENDED = "已修改"
    PARTLY = "部分失效"
    REPEALED = "已废止"
    EXPIRED = "已失效"


# No longer in force, and no later day changes that by itself.
LAPSED = frozenset({Validity.REPEALED, Validity.EXPIRED})


class Disclosure(StrEnum):
    """公开属性, articles 13 to 16 and 19 of the Regulations on Open Government Information."""

    ACTIVE = "主动公开"
    ON_REQUEST = "依申请公开"
    WITHHELD = "不予公开"


class Status(StrEnum):
    """State of a document's newest version. Whether the public sees any version is up to ``catalogue.public``."""

    WAITING = "waiting"
    PUBLISHED = "published"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What is decided about a version. A takeover makes public what a portal had made public before."""

    APPROVE = "approve"
    TAKE_OVER = "takeover"
    REJECT = "reject"
    WITHDRAW = "withdraw"


# The decisions that make a version public.
PUBLISHING = (Verdict.APPROVE, Verdict.TAKE_OVER)


class Aspect(StrEnum):
    """What is examined before a document may be published: the county's rule has two reviews."""

    TRUTHFULNESS = "truthfulness"
    CONFIDENTIALITY = "confidentiality"


class Outcome(StrEnum):
    """What an examination found, or a look at a forced approval."""

    PASSED = "passed"
    FAILED = "failed"


class Settlement(StrEnum):
    """What a person decides about one finding of the pre-check.

    It may be read by everybody; it is masked in what the public reads; it is not what the rule takes it for.
    """

    KEEP = "keep"
    MASKED = "masked"
    MISTAKEN = "mistaken"


# How the source of a field begins that a person corrected; the name follows, which is for staff alone.
BY_HAND = "人工填写"
# How a warning begins that is only a remark: it says what was not looked at, and calls for nothing by itself.
REMARK = "说明："
# A title or a file's name of which nothing can be seen.
UNNAMED = "（无名）"
_PAGE = re.compile(r"第 (\d+) 页")
_LINES = ("title", "number", "index_code", "issuer", "genre", "topic", "column", "source_url")


@dataclass(frozen=True, slots=True)
class Metadata:
    """Known facts about a document. None means unknown.

    ``sources`` maps the name of each known field to where it was read: "manifest", "card", "title block",
    "signature", "file name" …; of one that a person corrected ``BY_HAND`` and the name.
    ``other_numbers`` are further numbers of the document itself: a statute's earlier decrees, or the second
    number of a joint document. ``cited_numbers`` are numbers of other documents that its text mentions. All are
    canonical.
    """

    title: str
    number: str | None = None
    index_code: str | None = None
    issuer: str | None = None
    genre: str | None = None
    topic: str | None = None
    column: str | None = None
    written_on: date | None = None
    published_on: date | None = None
    effective_on: date | None = None
    expires_on: date | None = None
    public_until: date | None = None
    validity: Validity | None = None
    disclosure: Disclosure | None = None
    source_url: str | None = None
    other_numbers: tuple[str, ...] = ()
    cited_numbers: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Wherever a fact comes from, also from an archive of before, it is one line that does nothing.
        for name in _LINES:
            if (value := getattr(self, name)) and (line := one_line(value)) != value:
                object.__setattr__(self, name, line or None)
        for name in ("other_numbers", "cited_numbers"):
            object.__setattr__(self, name, tuple(filter(None, map(one_line, getattr(self, name)))))
        if not self.title:
            object.__setattr__(self, "title", UNNAMED)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number of the document, the main one first."""
        borne = (self.number, *self.other_numbers, self.index_code)
        return tuple(dict.fromkeys(number for number in borne if number))


@dataclass(frozen=True, slots=True)
class File:
    """An original: ``digest`` is the hex SHA-256 of its bytes, ``size`` counts bytes."""

    digest: str
    name: str
    media_type: str
    size: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", one_line(self.name) or UNNAMED)


class Merged(NamedTuple):
    """A cell over several rows or columns. ``row`` counts from the start of its place, ``column`` from the first.

    Its text stands where it begins; the other cells that it covers are empty.
    """

    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Place:
    """The page or table that a text's paragraphs stand in, from paragraph ``start`` (counted from 0) onwards.

    ``label`` is "第 3 页", "第 3 页 表 1" or "表 2", with tables numbered through the whole text. It is "" after the
    end of a table. ``heads`` says how many of its first rows the file itself marks as the head, and ``merged`` which of
    its cells are merged; neither reaches beyond the place, and no two merged cells overlap. ``recognised`` says that a
    machine recognised the text in a picture of the page.
    """

    start: int
    label: str
    heads: int = 0
    merged: tuple[Merged, ...] = ()
    recognised: bool = False

    @property
    def listed(self) -> list[object]:
        """The place as a list for JSON: start and label, and only if they say something, what is known further."""
        rest = [self.recognised] if self.recognised else []
        more = [self.heads, [list(each) for each in self.merged], *rest] if self.heads or self.merged or rest else []
        return [self.start, self.label, *more]

    @classmethod
    def of(
        cls, start: int, label: str, heads: int = 0, merged: Iterable[Iterable[int]] = (), recognised: bool = False
    ) -> "Place":
        """Return the place that a list says."""
        return cls(start, label, heads, tuple(Merged(*each) for each in merged), recognised)


def label_at(places: Sequence[Place], paragraph: int) -> str:
    """Return the label for a paragraph, given its text's places in ascending order; "" if it has none.

    >>> label_at((Place(2, "表 1"), Place(5, "")), 4)
    '表 1'
    """
    place = place_at(places, paragraph)
    return place.label if place else ""


def place_at(places: Sequence[Place], paragraph: int) -> Place | None:
    """Return the place of a paragraph, given its text's places in ascending order; None if that is not known."""
    at = bisect_right(places, paragraph, key=lambda place: place.start)
    return places[at - 1] if at else None


def recognised_pages(places: Iterable[Place]) -> list[int]:
    """Return the pages, counted from 1, whose text a machine recognised.

    >>> recognised_pages((Place(0, "第 1 页"), Place(4, "第 3 页", recognised=True)))
    [3]
    """
    labels = (place.label for place in places if place.recognised)
    return sorted({int(page[1]) for label in labels if (page := _PAGE.match(label))})


def text_of_page(text: str, places: Sequence[Place], page: int) -> list[str]:
    """Return the paragraphs that begin on a page, counted from 1; none where a text doesn't say on which they are.

    >>> text_of_page("一\\n二\\n三", (Place(0, "第 1 页"), Place(1, "第 2 页，表 1"), Place(2, "第 2 页")), 2)
    ['二', '三']
    """
    paragraphs = text.split("\n")
    found: list[str] = []
    for place, following in pairwise([*places, Place(len(paragraphs), "")]):
        if (on := _PAGE.match(place.label)) and int(on[1]) == page:
            found += paragraphs[place.start : following.start]
    return found


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a document, with its own text and its places (see ``Document``)."""

    file: File
    text: str
    warnings: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    concealed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a document.

    ``text`` holds one paragraph a line; a line with tabs is a table row, its cells between the tabs. ``places`` say on
    which page or in which table the paragraphs stand. ``concealed`` is what the file holds and does not show, for staff
    alone. ``public_number`` counts a public document's versions as the public sees them, from 1: only those that were
    published.
    """

    id: str
    version: int
    metadata: Metadata
    file: File
    text: str
    attachments: tuple[Attachment, ...] = ()
    warnings: tuple[str, ...] = ()
    received_at: datetime | None = None
    status: Status = Status.WAITING
    places: tuple[Place, ...] = ()
    concealed: tuple[str, ...] = ()
    public_number: int | None = None
