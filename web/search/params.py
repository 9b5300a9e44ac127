"""Conversion between addresses and search forms: ``read`` parses parameters, ``SearchForm.address`` writes them."""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from urllib.parse import quote_plus

from werkzeug.datastructures import MultiDict

from archive.chinese.dates import of_iso
from archive.chinese.text import normalise
from archive.plain import lines, one_line
from indexer import facets
from indexer.asking.parse import MAX_LENGTH, check_length
from indexer.engine import Folds, SearchRequest, Sort
from indexer.query import Query
from web.http.parameters import BadParameter, number, whole

PER_PAGE = 10
# This many of the longest hits seen still fit on a page of 60 KB.
MAX_PER_PAGE = 40
MAX_PAGE = 100
_MAX_PART = 9999
MAX_CHOSEN = 20
MAX_VALUE = 100
# Bytes of an address, as it stands in a link. Two hundred Han characters take 1,800.
MAX_ADDRESS = 2000
# WeChat adds from=… to links shared in it. It is not a date.
_SHARED_BY_WECHAT = frozenset({"singlemessage", "groupmessage", "timeline"})
_NAMES = ("q", *facets.NAMES, "from", "to", "sort", "page", "per_page", "literal", "fold")
PARAMETERS = frozenset(_NAMES)
_PARTS = ("year", "month", "day")
# The fields in which a page asks for the two days; a search's address has neither.
TYPED_DAYS = frozenset(f"{name}_{part}" for name in ("from", "to") for part in _PARTS)
# The paragraph that a link leads to: 17, or 2-17 in the second attachment.
_PLACE = re.compile(r"(?:(\d{1,3})-)?(\d{1,7})", re.ASCII)
_KEPT = (*_NAMES, "part", "at")


@dataclass(frozen=True, slots=True)
class SearchForm:
    """What a search page was asked for.

    ``filters`` maps a facet's name to the chosen values, in order. ``literal`` searches for what was typed and adds no
    synonyms. Without ``fold`` each document has a line of its own.
    """

    q: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    sort: Sort | None = None
    page: int = 1
    per_page: int = PER_PAGE
    literal: bool = False
    fold: bool = True

    @property
    def order(self) -> Sort:
        """The requested order. By default it is relevance for a search with words, and newest first without."""
        return self.sort or (Sort.RELEVANCE if self.q.strip() else Sort.NEWEST)

    def request(self, query: Query, hidden: frozenset[str] = frozenset(), folds: Folds | None = None) -> SearchRequest:
        """Return the search request for this form, given what its ``q`` means."""
        return SearchRequest(
            query=query,
            filters={name: frozenset(values) for name, values in self.filters.items()},
            facets=facets.NAMES,
            sort=self.order,
            offset=(self.page - 1) * self.per_page,
            limit=self.per_page,
            since=self.since.toordinal() if self.since else None,
            until=self.until.toordinal() if self.until else None,
            hidden=hidden,
            folds=folds,
        )

    def toggled(self, name: str, value: str) -> "SearchForm":
        """Return this form with one value of a facet switched on or off, back on its first page.

        Values of one facet mean "or". A first level would therefore include its second levels, so choosing either takes
        the other off.
        """
        chosen = self.filters.get(name, ())
        if value in chosen:
            kept = tuple(each for each in chosen if each != value)
        else:
            kept = (*(each for each in chosen if not _within(each, value) and not _within(value, each)), value)
        return replace(self, filters={**self.filters, name: kept}, page=1)

    def turned(self, page: int) -> "SearchForm":
        return replace(self, page=page)

    def sorted_by(self, sort: Sort) -> "SearchForm":
        return replace(self, sort=sort, page=1)

    def literally(self) -> "SearchForm":
        return replace(self, literal=True, page=1)

    def unfolded(self) -> "SearchForm":
        return replace(self, fold=False, page=1)

    def folding(self) -> "SearchForm":
        return replace(self, fold=True, page=1)

    def asking(self, q: str) -> "SearchForm":
        """Return a form for other words, with the same filters and order."""
        return replace(self, q=q, literal=False, page=1)

    def without_dates(self) -> "SearchForm":
        return replace(self, since=None, until=None, page=1)

    def without_filters(self) -> "SearchForm":
        return replace(self, filters={}, since=None, until=None, page=1)

    def pairs(self) -> list[tuple[str, str]]:
        """Return the parameters of this form's address. Defaults are left out."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(name, value) for name in facets.NAMES for value in self.filters.get(name, ())]
        pairs += [(name, day.isoformat()) for name, day in (("from", self.since), ("to", self.until)) if day]
        if self.sort:
            pairs.append(("sort", self.sort.value))
        if self.literal:
            pairs.append(("literal", "1"))
        if not self.fold:
            pairs.append(("fold", "0"))
        if self.page != 1:
            pairs.append(("page", str(self.page)))
        if self.per_page != PER_PAGE:
            pairs.append(("per_page", str(self.per_page)))
        return pairs

    @property
    def quoted(self) -> str:
        """The words in quotation marks. Words that already have them are unchanged."""
        return self.q if any(mark in self.q for mark in '“”"') else f"“{self.q}”"

    def address(self, path: str = "/search") -> str:
        query = "&".join(f"{name}={_quoted(value)}" for name, value in self.pairs())
        return f"{path}?{query}" if query else path


# A page holds hundreds of addresses with the same words.
_quoted = lru_cache(2000)(quote_plus)


def read(arguments: MultiDict[str, str]) -> SearchForm:
    """Read a form from a request's parameters. Unknown ones are ignored. Raises BadParameter, or BadQuery if too long.

    A page repeats its address in every link, so the address is bounded.
    """
    since = _day(arguments, "from", "起始日期") or _typed_day(arguments, "from", "起始日期")
    until = _day(arguments, "to", "截止日期") or _typed_day(arguments, "to", "截止日期")
    if since and until and since > until:
        raise BadParameter(f"起始日期 {since} 晚于截止日期 {until}。请调换后再检索。")
    q = _clean(arguments.get("q", ""))
    check_length(q)
    form = SearchForm(
        q=q,
        filters={name: chosen for name in facets.NAMES if (chosen := _chosen(name, arguments.getlist(name)))},
        since=since,
        until=until,
        sort=_sort(arguments.get("sort", "")),
        page=whole(arguments, "page", 1, 1, MAX_PAGE, "页码"),
        per_page=whole(arguments, "per_page", PER_PAGE, 1, MAX_PER_PAGE, "每页条数"),
        literal=whole(arguments, "literal", 0, 0, 1, "是否只检索原词") == 1,
        fold=whole(arguments, "fold", 1, 0, 1, "是否合并相近的文件") == 1,
    )
    if len(form.address()) > MAX_ADDRESS:
        raise BadParameter("检索词和筛选条件合起来过长。请缩短检索词，或去掉一些筛选条件。")
    return form


def _within(inner: str, outer: str) -> bool:
    return inner.startswith(f"{outer}/")


def _clean(text: str) -> str:
    return lines(text).strip()


def _chosen(name: str, values: Sequence[str]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(value for value in map(one_line, values) if value))
    if len(values) > MAX_CHOSEN or any(len(value) > MAX_VALUE for value in values):
        raise BadParameter(f"筛选条件“{name}”的取值过多或过长，最多 {MAX_CHOSEN} 个，每个最多 {MAX_VALUE} 个字。")
    return chosen


def _day(arguments: MultiDict[str, str], name: str, label: str) -> date | None:
    text = arguments.get(name, "").strip()
    if not text or text in _SHARED_BY_WECHAT:
        return None
    try:
        return of_iso(text)
    except ValueError as error:
        raise BadParameter(f"{label}“{text[:20]}”不是有效的日期。请写成 2019-01-31 的样子。") from error


def _typed_day(arguments: MultiDict[str, str], name: str, label: str) -> date | None:
    """Read a day from the fields of a page. Without a day or a month, it is the first or the last that may be meant."""
    typed = [normalise(arguments.get(f"{name}_{part}", "")).strip() for part in _PARTS]
    if not any(typed):
        return None
    last = name == "to"
    year, month, day = (number(each) for each in typed)
    try:
        if not year or len(typed[0]) != 4 or (typed[1] and not month) or (typed[2] and not (month and day)):
            raise ValueError
        month = month or (12 if last else 1)
        return date(year, month, day or (monthrange(year, month)[1] if last else 1))
    except ValueError as error:
        told = "-".join(each[:8] for each in typed if each)
        raise BadParameter(f"{label}“{told}”不是有效的日期。年份写四位数字，月、日可以不写。") from error


def _sort(text: str) -> Sort | None:
    if not text:
        return None
    try:
        return Sort(text)
    except ValueError as error:
        raise BadParameter(f"没有“{text[:20]}”这种排序。可用：{'、'.join(Sort)}。") from error


def read_part(arguments: MultiDict[str, str]) -> int:
    """Read which page of a document's text is wanted; 0 means all of it ("all"). Raises BadParameter."""
    return 0 if arguments.get("part") == "all" else whole(arguments, "part", 1, 1, _MAX_PART, "页码")


def read_place(arguments: MultiDict[str, str]) -> tuple[int, int] | None:
    """Read which paragraph a link leads to: the position of its text, 0 for the document's own, and its number.

    What is no place is ignored, as a part is that a link of before leads to.
    """
    found = _PLACE.fullmatch(arguments.get("at", ""))
    return (int(found[1] or 0), int(found[2])) if found else None


def kept(arguments: MultiDict[str, str]) -> str:
    """Return what a link to the same page keeps of its parameters, quoted: those that are known and of a usable length.

    Whoever shares a link adds parameters, and anybody may add thousands.
    """
    pairs = [(name, value) for name in _KEPT for value in arguments.getlist(name)[: MAX_CHOSEN + 1]]
    query = "&".join(f"{name}={_quoted(value)}" for name, value in pairs if len(value) <= MAX_LENGTH)
    return query if len(query) <= MAX_ADDRESS else ""
