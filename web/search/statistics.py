"""How many public documents there are, by year, column, agency, genre and validity: one search counts all of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer import facets
from web.installation.services import Services
from web.search.bars import Chart, bars
from web.search.find import Overview, overview
from web.search.results import FacetValue

# Agencies on the page. All are on pages of their own and in the table.
ISSUERS = 20
_TITLES = {name: f"按{facets.LABELS[name]}" for name in ("year", "column", "issuer", "genre", "validity")}
# What a document without a value counts as.
_UNKNOWN = {"year": "日期不详", "column": "没有栏目", "genre": "没有注明", "validity": "没有标注"}


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the page shows. ``rows`` are those of the table to take away: by what, name, count."""

    total: int
    charts: Sequence[Chart]
    rows: Sequence[tuple[str, str, int]]


def statistics(services: Services) -> Statistics:
    """Count everything public. Raises IndexUnusable."""
    found = overview(services)
    charts = [years(found), *(_chart(found, name) for name in _TITLES if name != "year")]
    return Statistics(found.total, [each for each in charts if each.bars], [*_rows(found)])


def years(found: Overview) -> Chart:
    """Chart the years, the newest first. Years in a row without a document become one line, as numbers do."""
    held = sorted((each for each in found.facet("year").values if each.value.isdigit()), key=lambda each: each.value)
    rows = []
    for earlier, later in pairwise([None, *held]):
        if earlier and later and int(later.value) > int(earlier.value) + 1:
            first, last = int(earlier.value) + 1, int(later.value) - 1
            rows.append((f"{first} 年" if first == last else f"{first} 至 {last} 年", 0, ""))
        if later:
            rows.append((f"{later.value} 年", later.count, later.url))
    return _charted(found, "year", rows[::-1], "年份按成文日期，没有成文日期的按公开日期。")


def _chart(found: Overview, name: str) -> Chart:
    values = found.facet(name).values
    if name != "issuer":
        return _charted(found, name, [*_leaves(values)])
    rows = [(each.label, each.count, each.url) for each in values]
    note = "几个机关联合发文的，分别计入各机关，各行之和可能大于总数。"
    if len(rows) <= ISSUERS:
        return _charted(found, name, rows, note)
    return _charted(found, name, rows[:ISSUERS], note, f"全部 {len(rows):,} 个机构")


def _charted(found: Overview, name: str, rows: Sequence[tuple[str, int, str]], note: str = "", more: str = "") -> Chart:
    lacking = _lacking(found, name)
    unknown = [(_UNKNOWN[name], lacking, "")] if lacking else []
    return Chart(name, _TITLES[name], bars([*rows, *unknown]), note, more, "/browse/issuers" if more else "")


def _lacking(found: Overview, name: str) -> int:
    """Count the documents without a value. Of several agencies each is counted, so nothing follows from their sum."""
    return max(0, found.total - sum(each.count for each in found.facet(name).values)) if name in _UNKNOWN else 0


def _leaves(values: Sequence[FacetValue]) -> Iterator[tuple[str, int, str]]:
    """Yield the values of the second level, and of the first what is in none of these.

    Two of the second level that are called alike are told apart by their first.
    """
    names = Counter(each.label for top in values for each in (top.children or [top]))
    for top in values:
        if (rest := top.count - sum(each.count for each in top.children)) > 0 or not top.children:
            # No search finds the rest alone.
            yield (f"{top.label}（其他）", rest, "") if top.children else (top.label, rest, top.url)
        for each in top.children:
            label = each.label if names[each.label] == 1 else f"{top.label} › {each.label}"
            yield label, each.count, each.url


def _rows(found: Overview) -> Iterator[tuple[str, str, int]]:
    yield "全部", "公开文件", found.total
    for name, title in _TITLES.items():
        values = found.facet(name).values
        yield from ((title, each.value, each.count) for top in values for each in (top, *top.children))
        if lacking := _lacking(found, name):
            yield title, _UNKNOWN[name], lacking
