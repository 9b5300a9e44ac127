"""A document's page as plain values."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from archive.chinese.dates import OFFICE_TIME
from archive.decisions.relations import RelationKind
from archive.document import LAPSED, Document
from archive.store.publications import PublicVersion
from indexer import facets
from indexer.duplicates import alike, sketch
from indexer.names import key
from indexer.snippets import Marker
from web.http.addresses import document_url
from web.http.parameters import BadParameter
from web.reading.blocks import Block, Section, paged, sections
from web.reading.linking import Look, linked
from web.search.params import SearchForm
from web.search.views import FileView, Link, file_view

# Characters in a sheet's summary and in the longest line of its card.
_SUMMARY = 200
_SHEET_LINE = 80
# How many of the numbers that it cites a card has, and how it calls them.
_CITED, _CITES = 10, "引用文件"
# How many places with searched words a page lists.
_LISTED = 30
# The fewest headings that make a list of contents, the bytes that it may have with those around each entry, and the
# characters of an entry.
_FEWEST = 3
_CONTENTS, _ENTRY = 9_000, 50
_LABEL = 40
# Characters that a sheet of paper holds, with headings and short lines as texts have them.
_ON_PAPER = 900
# The title of a page is a heading of level 1, a text's hidden one of level 2, and HTML ends with 6.
_HIGHEST, _LOWEST = 2, 6


@dataclass(frozen=True, slots=True)
class CardLine:
    """A line of the metadata card. ``read_from`` says where a reviewer finds the value.

    ``values`` are several, each with its address, if it has one.
    """

    label: str
    value: str
    url: str | None = None
    read_from: str = ""
    values: Sequence[tuple[str, str | None]] = ()


@dataclass(frozen=True, slots=True)
class MarkView:
    """A place with searched words. ``label`` says where it is ("附件《收支表.pdf》第 3 页")."""

    number: int
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class PartView:
    """A page of a long text, by its number and the heading that it begins with or goes on with, "" for none."""

    number: int
    name: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class EntryView:
    """A line of the list of contents. ``depth`` counts from 1, also where a level has nothing above it."""

    label: str
    depth: int
    url: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version and the day it was made public. ``current`` marks the one shown."""

    version: int
    on: date
    current: bool


@dataclass(frozen=True, slots=True)
class SimilarView:
    """A document on the same subject. ``nearly`` marks one whose text is nearly the same."""

    title: str
    url: str
    issuer: str | None
    day: date | None
    validity: str | None
    lapsed: bool
    nearly: bool


@dataclass(frozen=True, slots=True)
class RelationView:
    """A confirmed relation to another public document: "本件废止", "废止本件"."""

    label: str
    title: str
    url: str
    validity: str | None = None
    lapsed: bool = False


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """A page of a document. ``sections`` are its content; ``parts`` link to the other pages of a long text.

    ``contents`` lists the headings of all pages, as deep as there is room.

    ``ended_by`` is the document that amended or repealed it, if known and public; ``instead`` is otherwise a search for
    what is in force on the same subject. ``marked`` counts the places with searched words in the whole document and
    ``marked_here`` those on this page; ``marks`` lists the first of these. ``before`` and ``after`` link to
    the nearest places on other pages. ``paper`` is about how many sheets it takes.
    """

    id: str
    url: str
    title: str
    issuer: str | None
    number: str | None
    day: date | None
    card: Sequence[CardLine]
    validity: str | None
    lapsed: bool
    original: FileView
    attachments: Sequence[FileView]
    sections: Sequence[Section]
    digest: str
    cite: str
    source_url: str | None
    received_at: datetime | None
    form: SearchForm
    part: int = 1
    parts: Sequence[PartView] = ()
    contents: Sequence[EntryView] = ()
    whole_url: str | None = None
    back_url: str | None = None
    marks: Sequence[MarkView] = ()
    marked_here: int = 0
    marked: int = 0
    before: MarkView | None = None
    after: MarkView | None = None
    similar: Sequence[SimilarView] = ()
    relations: Sequence[RelationView] = ()
    cited_by: Sequence[SimilarView] = ()
    versions: Sequence[VersionView] = ()
    ended_by: RelationView | None = None
    instead: Link | None = None
    paper: int = 1


@dataclass(frozen=True, slots=True)
class SheetPage:
    """What fits on one sheet of paper. ``summary`` is the beginning of the text."""

    id: str
    url: str
    title: str
    card: Sequence[CardLine]
    validity: str | None
    lapsed: bool
    summary: str
    original: FileView
    digest: str


def document_page(
    document: Document,
    marker: Marker,
    form: SearchForm,
    part: int = 1,
    similar: Sequence[Document] = (),
    relations: Sequence[tuple[RelationKind, bool, Document]] = (),
    versions: Sequence[PublicVersion] = (),
    ended_by: Document | None = None,
    instead: SearchForm | None = None,
    cited_by: Sequence[Document] = (),
    look: Look = lambda names: {},
    sought: tuple[int, int] | None = None,
) -> DocumentPage:
    """Build a document's page. ``part`` 0 is the whole text on one page.

    A relation is its kind, whether it starts from this document, and the other one. ``look`` finds the addresses of the
    documents that the text names, and ``cited_by`` are those that name this one. ``sought`` is the position of a text
    and a paragraph in it, whose part is shown unless another one is asked for. Raises BadParameter for a part that does
    not exist.
    """
    metadata = document.metadata
    own = sketch(document.text)
    url = document_url(document.id)
    files = [file_view(each.file, f"{url}/attachments/{at}") for at, each in enumerate(document.attachments, 1)]
    whole = sections(document, files, marker)
    pages = paged(whole)
    if sought:
        found_on, pages = _seek(pages, *sought)
        part = part if part != 1 else found_on
    if part > len(pages):
        raise BadParameter(f"这份文件只有 {len(pages)} 页，没有第 {part} 页。")

    def at(number: int | None) -> str:
        address = form.address(url)
        if number == 1:
            return address
        return f"{address}{'&' if '?' in address else '?'}part={'all' if number is None else number}"

    cited = {key(each): each for each in metadata.cited_numbers[:_CITED]}
    shown, known = linked(_levelled(pages[part - 1] if part else whole), look, cited)
    found = [[(section, block) for section in page for block in section.blocks if block.mark] for page in pages]
    here = found[part - 1] if part else [place for places in found for place in places]
    before = next((number for number in range(part - 1, 0, -1) if found[number - 1]), 0)
    after = next((number for number in range(part + 1, len(pages) + 1) if found[number - 1]), 0) if part else 0
    return DocumentPage(
        id=document.id,
        url=url,
        title=metadata.title,
        issuer=metadata.issuer,
        number=metadata.number,
        day=metadata.written_on or metadata.published_on,
        card=[_with_addresses(line, cited, known) for line in card(document)],
        validity=metadata.validity.value if metadata.validity else None,
        lapsed=metadata.validity in LAPSED,
        original=file_view(document.file, f"{url}/original"),
        attachments=files,
        sections=shown,
        digest=document.file.digest,
        cite=cite(document),
        source_url=metadata.source_url,
        received_at=document.received_at.astimezone(OFFICE_TIME) if document.received_at else None,
        form=form,
        part=part,
        parts=[PartView(number, name, at(number), number == part) for number, name in enumerate(_names(pages), 1)]
        if len(pages) > 1
        else (),
        contents=_contents(pages, part, at),
        whole_url=at(None) if len(pages) > 1 and part else None,
        back_url=form.address() if form.pairs() else None,
        marks=[MarkView(block.mark, _label(section, block), f"#m{block.mark}") for section, block in here[:_LISTED]],
        marked_here=len(here),
        marked=sum(map(len, found)),
        before=_elsewhere(before, at(before), found[before - 1][-1][1]) if before else None,
        after=_elsewhere(after, at(after), found[after - 1][0][1]) if after else None,
        similar=[_similar(each, alike(own, sketch(each.text))) for each in similar],
        relations=[_relation(*each) for each in relations],
        cited_by=[_similar(each, nearly=False) for each in cited_by],
        versions=[
            VersionView(each.version, each.at.astimezone(OFFICE_TIME).date(), each.version == document.public_number)
            for each in versions
        ],
        ended_by=_relation(RelationKind.AMENDS, False, ended_by) if ended_by else None,
        instead=Link(instead.q, instead.address()) if instead else None,
        paper=-(-(len(document.text) + sum(len(each.text) for each in document.attachments)) // _ON_PAPER),
    )


def sheet_page(document: Document) -> SheetPage:
    """Build a document's sheet: what identifies it, and nothing that could overflow the page."""
    metadata = document.metadata
    url = document_url(document.id)
    # Table rows mean nothing without their column headings.
    lines = (line for line in document.text.replace(metadata.title, "", 1).splitlines() if "\t" not in line)
    said = " ".join(" ".join(lines).split())
    return SheetPage(
        id=document.id,
        url=url,
        title=metadata.title,
        card=[line for line in card(document) if len(line.value) <= _SHEET_LINE],
        validity=metadata.validity.value if metadata.validity else None,
        lapsed=metadata.validity in LAPSED,
        summary=said if len(said) <= _SUMMARY else f"{said[:_SUMMARY]}…",
        original=file_view(document.file, f"{url}/original"),
        digest=document.file.digest,
    )


def cite(document: Document) -> str:
    """Cite a document, without its address: 机构：《标题》（文号），日期."""
    metadata = document.metadata
    said = f"《{metadata.title}》" if "《" not in metadata.title else metadata.title
    when = metadata.written_on or metadata.published_on
    named = f"{metadata.issuer}：{said}" if metadata.issuer else said
    return f"{named}{f'（{metadata.number}）' if metadata.number else ''}{f'，{_chinese(when)}' if when else ''}"


def described(document: Document, address: str) -> dict[str, object]:
    """Describe a document in schema.org's vocabulary, for programs that read pages. Unknown fields are left out."""
    metadata = document.metadata
    issuers = [each for each in (metadata.issuer or "").split("、") if each]
    told = {
        "@context": "https://schema.org",
        "@type": "DigitalDocument",
        "@id": address,
        "url": address,
        "name": metadata.title,
        "identifier": list(metadata.numbers) or None,
        "author": [{"@type": "GovernmentOrganization", "name": each} for each in issuers] or None,
        "dateCreated": metadata.written_on.isoformat() if metadata.written_on else None,
        "datePublished": metadata.published_on.isoformat() if metadata.published_on else None,
        "genre": metadata.genre,
        "about": metadata.topic,
        "inLanguage": "zh-CN",
        "encodingFormat": document.file.media_type,
        "creativeWorkStatus": metadata.validity.value if metadata.validity else None,
        "isAccessibleForFree": True,
    }
    return {name: value for name, value in told.items() if value is not None}


def _label(section: Section, block: Block) -> str:
    place = " ".join(each for each in (block.sheet, block.name) if each)
    return f"附件《{section.file.name}》{place}" if section.file else place or "正文"


def _with_addresses(line: CardLine, cited: Mapping[str, str], known: Mapping[str, str]) -> CardLine:
    """Give the numbers that a document cites the addresses of what bears them."""
    if line.label != _CITES:
        return line
    return replace(line, values=[(number, known.get(name)) for name, number in cited.items()])


def _levelled(page: Sequence[Section]) -> list[Section]:
    """Give the headings of a page levels without gaps: what one that is on another page would head moves up."""
    levelled = []
    for section in page:
        above: list[int] = []
        kept: list[Block] = []
        for block in section.blocks:
            if block.stands_alone and block.element and (depth := block.element.depth):
                while above and above[-1] >= depth:
                    above.pop()
                above.append(depth)
                block = replace(block, level=min(_HIGHEST + len(above), _LOWEST))
            kept.append(block)
        levelled.append(replace(section, blocks=kept))
    return levelled


def _seek(pages: Sequence[list[Section]], position: int, paragraph: int) -> tuple[int, list[list[Section]]]:
    """Return the page that a paragraph is on, 1 if there is none, and the pages with the block marked that has it."""
    at = next(
        (
            (page, place, number)
            for page in range(len(pages) - 1, -1, -1)
            for place, section in enumerate(pages[page])
            if section.position == position
            for number in range(len(section.blocks) - 1, -1, -1)
            if section.blocks[number].paragraph <= paragraph
        ),
        None,
    )
    made = [*pages]
    if at is None:
        return 1, made
    page, place, number = at
    section = pages[page][place]
    blocks = [replace(each, sought=each_at == number) for each_at, each in enumerate(section.blocks)]
    made[page] = [*pages[page][:place], replace(section, blocks=blocks), *pages[page][place + 1 :]]
    return page + 1, made


def _names(pages: Sequence[Sequence[Section]]) -> Iterator[str]:
    """Yield what the pages of a text are called: the first chapter that begins on it, or the one that goes on."""
    last = ""
    for page in pages:
        begun = [
            _said(block)
            for section in page
            for block in section.blocks
            if block.heads_more or (block.element and block.element.depth and not last)
        ]
        first = page[0].blocks[0] if page and page[0].blocks else None
        yield begun[0] if begun and (not last or first and first.heads_more) else f"{last}（续）" if last else ""
        last = begun[-1] if begun else last


def _contents(pages: Sequence[Sequence[Section]], part: int, at: Callable[[int], str]) -> list[EntryView]:
    """List the headings of a text, and where each is; those of all levels for which there is room."""
    entries = []
    for number, page in enumerate(pages, 1):
        elsewhere = "" if part in (0, number) else at(number)
        for section in page:
            if section.file and section.begins:
                name = f"附件 {section.position}：{section.file.name}"
                entries.append(EntryView(name, 1, f"{elsewhere}#attachment-{section.position}"))
            below = int(bool(section.file))
            entries += [
                EntryView(_said(block), block.element.depth + below, f"{elsewhere}#{block.anchor}")
                for block in section.blocks
                if block.element and block.element.depth and block.anchor
            ]
    if len(entries) < _FEWEST:
        return []
    for deepest in range(max(each.depth for each in entries), 0, -1):
        shown = [each for each in entries if each.depth <= deepest]
        if sum(len(each.url) + 3 * len(each.label) + _ENTRY for each in shown) <= _CONTENTS:
            return shown
    # Links to other pages repeat the search, which may be long.
    return [each for each in entries if each.depth == 1 and each.url.startswith("#")][: _CONTENTS // 200]


def _said(block: Block) -> str:
    label = block.element.label if block.element else ""
    return label if len(label) <= _LABEL else f"{label[:_LABEL]}…"


def _elsewhere(part: int, address: str, block: Block) -> MarkView:
    return MarkView(block.mark, f"第 {part} 页", f"{address}#m{block.mark}")


def _relation(kind: RelationKind, out: bool, other: Document) -> RelationView:
    standing = other.metadata.validity
    return RelationView(
        f"本件{kind}" if out else f"{kind}本件",
        other.metadata.title,
        document_url(other.id),
        standing.value if standing else None,
        standing in LAPSED,
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
    """List the metadata in the order of a disclosure catalogue. Unknown fields are left out.

    Source: the elements of article 12 of the regulation (index, name, summary, day), in the order used by the portals'
    catalogues: 索引号, 分类, 发布机构, 成文日期, 发布日期, 文号, 有效性. The name is the page's heading; the summary is
    only on the sheet, which has no text.
    """
    metadata = document.metadata

    def only(name: str, *values: str | None) -> str | None:
        chosen = tuple(value for value in values if value)
        return SearchForm(filters={name: chosen}).address() if chosen else None

    lines = (
        ("index_code", "索引号", metadata.index_code, None),
        ("topic", "主题", metadata.topic, only("topic", metadata.topic)),
        ("issuer", "发布机构", metadata.issuer, only("issuer", *(metadata.issuer or "").split("、"))),
        ("written_on", "成文日期", _chinese(metadata.written_on), None),
        ("published_on", "公开日期", _chinese(metadata.published_on), None),
        ("number", "文号", metadata.number, None),
        ("validity", facets.LABELS["validity"], metadata.validity.value if metadata.validity else None, None),
        ("effective_on", "施行日期", _chinese(metadata.effective_on), None),
        ("expires_on", "有效期至", _chinese(metadata.expires_on), None),
        ("public_until", "公开至", _chinese(metadata.public_until), None),
        ("genre", facets.LABELS["genre"], metadata.genre, only("genre", metadata.genre)),
        ("column", "栏目", metadata.column, only("column", metadata.column)),
        ("disclosure", "公开属性", metadata.disclosure.value if metadata.disclosure else None, None),
        ("cited_numbers", _CITES, "、".join(metadata.cited_numbers[:_CITED]) or None, None),
    )
    return [CardLine(label, value, url, metadata.sources.get(name, "")) for name, label, value, url in lines if value]


def _chinese(day: date | None) -> str | None:
    return f"{day.year}年{day.month}月{day.day}日" if day else None
