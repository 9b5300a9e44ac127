"""A document's metadata for programs, as JSON values or as a row of a table."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from io import StringIO
from itertools import chain

from archive.document import Document
from indexer import facets
from web.http.addresses import document_url

HEADINGS = (
    *("编号", "标题", "文号", "索引号", "发布机构", "体裁", "主题", "栏目"),
    *("成文日期", "公开日期", "有效性", "网址", "公开截止日期"),
)
# A cell that begins with one of these is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# But not a number with its sign, as in 本年增/减; a longer one with a plus is a telephone's.
_SIGNED = re.compile(r"(?:-\d[\d,]*|\+\d{1,9})(?:\.\d+)?%?")


def metadata_of(document: Document) -> dict[str, object]:
    """Return a document's metadata under the API's names; ``id`` comes first."""
    metadata = document.metadata
    return {
        "id": document.id,
        "version": document.public_number,
        "title": metadata.title,
        "number": metadata.number,
        "other_numbers": list(metadata.other_numbers),
        "cited_numbers": list(metadata.cited_numbers),
        "index_code": metadata.index_code,
        "issuer": metadata.issuer,
        "genre": metadata.genre,
        "topic": metadata.topic,
        "column": metadata.column,
        "year": facets.values(document)["year"][0] if facets.day(metadata) else None,
        "written_on": iso(metadata.written_on),
        "published_on": iso(metadata.published_on),
        "effective_on": iso(metadata.effective_on),
        "expires_on": iso(metadata.expires_on),
        "public_until": iso(metadata.public_until),
        "validity": metadata.validity,
        "disclosure": metadata.disclosure,
        "source_url": metadata.source_url,
        "url": document_url(document.id),
    }


def json_line(document: Document, address: Callable[[str], str]) -> str:
    told = metadata_of(document)
    return json.dumps({**told, "url": address(str(told["url"]))}, ensure_ascii=False) + "\n"


def row(document: Document, address: Callable[[str], str]) -> tuple[str, ...]:
    """Return a document's metadata in the order of ``HEADINGS``. ``address`` turns a path into an address."""
    metadata = document.metadata
    return (
        document.id,
        metadata.title,
        metadata.number or "",
        metadata.index_code or "",
        metadata.issuer or "",
        metadata.genre or "",
        metadata.topic or "",
        metadata.column or "",
        str(metadata.written_on or ""),
        str(metadata.published_on or ""),
        metadata.validity.value if metadata.validity else "",
        address(document_url(document.id)),
        str(metadata.public_until or ""),
    )


def csv_lines(rows: Iterable[Sequence[str]], headed: bool = True) -> Iterator[str]:
    """Yield the headings and then a line for each row, with no cell that a spreadsheet takes for a formula."""
    for cells in chain([HEADINGS] if headed else [], rows):
        out = StringIO()
        csv.writer(out).writerow([harmless(cell) for cell in cells])
        yield out.getvalue()


def harmless(cell: str) -> str:
    """Put a cell on one line and make sure that a spreadsheet reads it as text, or as the number that it is.

    >>> harmless("=1+1"), harmless("-1,234.5"), harmless("+3"), harmless("云政发\\n〔2019〕6号")
    ("'=1+1", '-1,234.5', '+3', '云政发 〔2019〕6号')
    """
    line = " ".join("".join(each if each.isprintable() else " " for each in cell).split())
    return f"'{line}" if line.startswith(_FORMULA) and not _SIGNED.fullmatch(line) else line


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
