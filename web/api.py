"""The same pages for programs, as JSON."""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, Response, jsonify, request

from archive.document import Document
from indexer import facets
from indexer.snippets import Fragment
from web.app import services
from web.params import PARAMETERS, BadParameter, read
from web.present import document_url, format_of
from web.results import AnswerView, FacetValue, HitView, SearchPage
from web.search import find, suggestions

api = Blueprint("api", __name__, url_prefix="/api/v1")


@api.get("/search")
def search() -> Response:
    unknown = sorted(set(request.args) - PARAMETERS)
    if unknown:
        raise BadParameter(f"不认识的参数：{'、'.join(unknown)}。可用：{'、'.join(sorted(PARAMETERS))}。")
    return jsonify(search_answer(find(services(), read(request.args))))


@api.get("/documents/<id>")
def document(id: str) -> Response:
    return jsonify(_document(services().catalogue.public(id)))


@api.get("/suggest")
def suggest() -> Response:
    typed = request.args.get("q", "")[:50]
    return jsonify(query=typed, suggestions=suggestions(services(), typed))


def search_answer(page: SearchPage) -> dict[str, object]:
    """A page of results for a program; the command line prints the same."""
    return {
        "query": page.form.q,
        "total": page.total,
        "page": page.form.page,
        "pages": page.pages,
        "took_ms": page.took_ms,
        "relaxed": page.relaxed,
        "expansions": [{"word": each.word, "others": list(each.others)} for each in page.expansions],
        "corrections": [each.label for each in page.corrections],
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
        "written_on": _iso(hit.written_on),
        "published_on": _iso(hit.published_on),
        "validity": hit.validity,
        "url": document_url(hit.id),
        "snippets": [_fragments(snippet) for snippet in hit.snippets],
        "places": list(hit.places),
        "near_duplicate_of": hit.duplicate_of,
    }


def _answer(answer: AnswerView) -> dict[str, object]:
    return {"sentence": _fragments(answer.sentence), "title": answer.title, "url": answer.url}


def _document(document: Document) -> dict[str, object]:
    metadata = document.metadata
    return {
        "id": document.id,
        "version": document.version,
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
        "written_on": _iso(metadata.written_on),
        "published_on": _iso(metadata.published_on),
        "effective_on": _iso(metadata.effective_on),
        "expires_on": _iso(metadata.expires_on),
        "validity": metadata.validity,
        "disclosure": metadata.disclosure,
        "source_url": metadata.source_url,
        "sources": dict(metadata.sources),
        "url": document_url(document.id),
        "text": document.text,
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
            }
            for at, part in enumerate(document.attachments, 1)
        ],
    }


def _value(value: FacetValue) -> dict[str, object]:
    return {"value": value.value, "label": value.label, "count": value.count, "selected": value.selected}


def _fragments(fragments: Sequence[Fragment]) -> list[dict[str, object]]:
    return [{"text": fragment.text, "marked": fragment.marked} for fragment in fragments]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
