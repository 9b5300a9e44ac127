"""A page of results and a document as JSON values, for the API and the command line."""

from collections.abc import Sequence

from archive.document import BY_HAND, Attachment, Document, recognised_pages
from archive.tables import tables
from indexer.snippets import Fragment
from web.http.addresses import document_url
from web.programs.metadata import iso, metadata_of
from web.search.results import AnswerView, FacetValue, HitView, SearchPage
from web.search.views import BetView, format_of


def search_answer(page: SearchPage) -> dict[str, object]:
    """Return a page of results."""
    return {
        "query": page.form.q,
        "total": page.total,
        "lines": page.lines,
        "page": page.form.page,
        "pages": page.pages,
        "took_ms": page.took_ms,
        "relaxed": page.relaxed,
        "expansions": [{"word": each.word, "others": list(each.others)} for each in page.expansions],
        "excluded": list(page.excluded),
        "offers": [{"label": each.label, "url": each.url, "count": each.count} for each in page.offers],
        "notices": list(page.misread),
        "corrections": [each.label for each in page.corrections],
        "best_bets": [_bet(each) for each in page.bets],
        "answer": _answer(page.answer) if page.answer else None,
        "hits": [_hit(hit) for hit in page.hits],
        "facets": [
            {
                "name": facet.name,
                "label": facet.label,
                "values": [_value(each) for value in facet.values for each in (value, *value.children)],
            }
            for facet in page.facets
        ],
    }


def _hit(hit: HitView) -> dict[str, object]:
    return {
        "id": hit.id,
        "title": hit.plain_title,
        "number": hit.number,
        "issuer": hit.issuer,
        "genre": hit.genre,
        "topic": hit.topic,
        "column": hit.column,
        "written_on": iso(hit.written_on),
        "published_on": iso(hit.published_on),
        "validity": hit.validity,
        "url": document_url(hit.id),
        "snippets": [_fragments(snippet) for snippet in hit.snippets],
        "places": list(hit.places),
        "near_duplicate_of": hit.duplicate_of,
        "folded": hit.under,
    }


def _answer(answer: AnswerView) -> dict[str, object]:
    return {
        "sentence": _fragments(answer.sentence),
        "title": answer.title,
        "validity": answer.validity,
        "date": iso(answer.said_on),
        "url": answer.url,
    }


def _bet(bet: BetView) -> dict[str, object]:
    return {
        "title": bet.title,
        "url": bet.url,
        "text": bet.text,
        "facts": [{"label": label, "value": value} for label, value in bet.facts],
        "source": bet.source,
        "date": iso(bet.said_on),
        "validity": bet.validity,
        "rest": {"count": bet.rest, "url": bet.rest_url} if bet.rest else None,
    }


def document_answer(document: Document) -> dict[str, object]:
    """Return a document: its metadata, its text and its files."""
    return {
        **metadata_of(document),
        # Who corrected a field is for staff alone.
        "sources": {
            name: BY_HAND if source.startswith(BY_HAND) else source
            for name, source in document.metadata.sources.items()
        },
        "text": document.text,
        **_recognised(document),
        "tables": _tables(document, f"/documents/{document.id}/tables"),
        "original": {
            "name": document.file.name,
            "format": format_of(document.file),
            "media_type": document.file.media_type,
            "size": document.file.size,
            "sha256": document.file.digest,
            "url": f"/documents/{document.id}/original",
        },
        "attachments": [
            {
                "name": part.file.name,
                "format": format_of(part.file),
                "media_type": part.file.media_type,
                "size": part.file.size,
                "sha256": part.file.digest,
                "url": f"/documents/{document.id}/attachments/{at}",
                "text": part.text,
                **_recognised(part),
                "tables": _tables(part, f"/documents/{document.id}/attachments/{at}/tables"),
            }
            for at, part in enumerate(document.attachments, 1)
        ],
    }


def _recognised(part: Document | Attachment) -> dict[str, object]:
    """Say whether a machine recognised text in pictures of pages, which may be wrong, and of which pages."""
    pages = recognised_pages(part.places)
    return {"recognised": bool(pages), "recognised_pages": pages}


def _tables(part: Document | Attachment, address: str) -> list[dict[str, object]]:
    return [
        {
            "name": each.name,
            "line": each.start,
            "rows": len(each.rows),
            "columns": each.width,
            "heads": each.heads,
            "merged": [merged._asdict() for merged in each.merged],
            "csv": f"{address}/{number}.csv",
        }
        for number, each in enumerate(tables(part), 1)
    ]


def _value(value: FacetValue) -> dict[str, object]:
    return {"value": value.value, "label": value.label, "count": value.count, "selected": value.selected}


def _fragments(fragments: Sequence[Fragment]) -> list[dict[str, object]]:
    return [{"text": fragment.text, "marked": fragment.marked} for fragment in fragments]
