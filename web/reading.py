"""A document's page, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from archive.dates import OFFICE_TIME
from archive.document import Attachment, Document, label_at
from archive.relations import Kind
from indexer import facets
from indexer.duplicates import alike, sketch
from indexer.snippets import Fragment, Marker
from web.params import SearchForm
from web.present import LAPSED, FileView, document_url, file_view


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (``rows`` empty) or a table; ``name`` is what a hit in it calls it ("表 2"), "" if it has none."""

    text: Sequence[Fragment] = ()
    rows: Sequence[Sequence[str]] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class CardLine:
    """A line of the metadata card; ``read_from`` says where a reviewer finds it."""

    label: str
    value: str
    url: str | None = None
    read_from: str = ""


@dataclass(frozen=True, slots=True)
class AttachmentView:
    file: FileView
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class SimilarView:
    """A document about the same; ``nearly``: it says nearly the same."""

    title: str
    url: str
    issuer: str | None
    day: date | None
    validity: str | None
    lapsed: bool
    nearly: bool


@dataclass(frozen=True, slots=True)
class RelationView:
    """A confirmed relation to another public document: "废止了", "被其废止"."""

    label: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class DocumentPage:
    id: str
    url: str
    title: str
    card: Sequence[CardLine]
    validity: str | None
    lapsed: bool
    original: FileView
    blocks: Sequence[Block]
    attachments: Sequence[AttachmentView]
    received_on: date | None
    back_url: str | None = None
    similar: Sequence[SimilarView] = ()
    relations: Sequence[RelationView] = ()


def document_page(
    document: Document,
    marker: Marker,
    back_url: str | None,
    similar: Sequence[Document] = (),
    relations: Sequence[tuple[Kind, bool, Document]] = (),
) -> DocumentPage:
    """``relations``: the kind, whether it goes out from this document, and the other one."""
    metadata = document.metadata
    own = sketch(document.text)
    return DocumentPage(
        id=document.id,
        url=document_url(document.id),
        title=metadata.title,
        card=card(document),
        validity=metadata.validity.value if metadata.validity else None,
        lapsed=metadata.validity in LAPSED,
        original=file_view(document.file, f"/documents/{document.id}/original"),
        blocks=blocks(document, marker),
        attachments=[
            AttachmentView(
                file_view(part.file, f"/documents/{document.id}/attachments/{at}"), blocks(part, marker)
            )
            for at, part in enumerate(document.attachments, 1)
        ],
        received_on=document.received_at.astimezone(OFFICE_TIME).date() if document.received_at else None,
        back_url=back_url,
        similar=[_similar(each, alike(own, sketch(each.text))) for each in similar],
        relations=[
            RelationView(f"本件{kind}" if out else f"{kind}本件", other.metadata.title, document_url(other.id))
            for kind, out, other in relations
        ],
    )


def _similar(document: Document, nearly: bool) -> SimilarView:
    metadata = document.metadata
    return SimilarView(
        title=metadata.title,
        url=document_url(document.id),
        issuer=metadata.issuer,
        day=facets.day(metadata),
        validity=metadata.validity.value if metadata.validity else None,
        lapsed=metadata.validity in LAPSED,
        nearly=nearly,
    )


def card(document: Document) -> list[CardLine]:
    """The metadata in the order of a disclosure catalogue; what is unknown is left out."""
    metadata = document.metadata

    def only(name: str, *values: str | None) -> str | None:
        chosen = tuple(value for value in values if value)
        return SearchForm(filters={name: chosen}).address() if chosen else None

    lines = (
        ("index_code", "索引号", metadata.index_code, None),
        ("number", "文号", metadata.number, None),
        ("issuer", "发布机构", metadata.issuer, only("issuer", *(metadata.issuer or "").split("、"))),
        ("genre", "体裁", metadata.genre, only("genre", metadata.genre)),
        ("topic", "主题", metadata.topic, only("topic", metadata.topic)),
        ("column", "栏目", metadata.column, only("column", metadata.column)),
        ("written_on", "成文日期", _chinese(metadata.written_on), None),
        ("published_on", "公开日期", _chinese(metadata.published_on), None),
        ("effective_on", "施行日期", _chinese(metadata.effective_on), None),
        ("expires_on", "有效期至", _chinese(metadata.expires_on), None),
        ("validity", "有效性", metadata.validity.value if metadata.validity else None, None),
        ("disclosure", "公开属性", metadata.disclosure.value if metadata.disclosure else None, None),
        ("source_url", "原文网址", metadata.source_url, None),
        ("cited_numbers", "引用文件", "、".join(metadata.cited_numbers[:10]) or None, None),
    )
    return [
        CardLine(label, value, url, metadata.sources.get(name, "")) for name, label, value, url in lines if value
    ]


def blocks(part: Document | Attachment, marker: Marker) -> list[Block]:
    """A text as paragraphs and tables: lines with tabs that follow each other are rows of one table, by its place."""
    found: list[Block] = []
    numbered = enumerate(part.text.splitlines())
    for (is_row, name), lines in groupby(numbered, lambda line: ("\t" in line[1], _table_at(part, *line))):
        if is_row:
            found.append(_table(name, [line.split("\t") for _, line in lines]))
        else:
            found += [Block(text=marker.fragments(line)) for _, line in lines]
    return found


def _table_at(part: Document | Attachment, number: int, line: str) -> str:
    """The table that a row stands in, whatever its page; "" where its place does not say."""
    _, table, count = label_at(part.places, number).partition("表 ") if "\t" in line else ("", "", "")
    return table + count


def _table(name: str, rows: Sequence[Sequence[str]]) -> Block:
    width = max(len(row) for row in rows)
    return Block(rows=[(*row, *[""] * (width - len(row))) for row in rows], name=name)


def _chinese(day: date | None) -> str | None:
    return f"{day.year}年{day.month}月{day.day}日" if day else None
