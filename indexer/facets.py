"""The facets that can narrow a result list, and a document's values in each."""

from dataclasses import dataclass
from datetime import date

from archive.document import Document, Metadata


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet: ``name`` is used in URLs and the API, ``label`` on pages, in the words of those who read them.

    In a facet of two levels a document has a value for each: 法定主动公开内容 and 法定主动公开内容/规范性文件.
    """

    name: str
    label: str
    levels: int = 1


FACETS = (
    Facet("column", "栏目", levels=2),
    Facet("genre", "文件类型"),
    Facet("issuer", "发布机构"),
    Facet("topic", "主题", levels=2),
    Facet("year", "年份"),
    Facet("validity", "是否有效"),
)
NAMES = tuple(facet.name for facet in FACETS)
LABELS = {facet.name: facet.label for facet in FACETS}


def day(metadata: Metadata) -> date | None:
    """Return the day used for years, ranges and order: when the document was written, else when it was disclosed."""
    return metadata.written_on or metadata.published_on


def values(document: Document) -> dict[str, tuple[str, ...]]:
    """Return a document's values in each facet; an empty tuple where unknown."""
    metadata = document.metadata
    when = day(metadata)
    stated = {
        "column": metadata.column,
        "genre": metadata.genre,
        "issuer": metadata.issuer,
        "topic": metadata.topic,
        "year": str(when.year) if when else None,
        "validity": metadata.validity.value if metadata.validity else None,
    }
    return {facet.name: _levels(facet, stated[facet.name]) for facet in FACETS}


def _levels(facet: Facet, value: str | None) -> tuple[str, ...]:
    if not value:
        return ()
    if facet.name == "issuer":
        return tuple(dict.fromkeys(part for part in value.split("、") if part))
    if facet.levels == 1:
        return (value,)
    first, _, second = value.partition("/")
    return (first, value) if second else (first,)
