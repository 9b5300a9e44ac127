"""The same pages for programs, as JSON."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request

from archive import VERSION
from archive.document import Document
from archive.store import publications
from indexer import facets
from indexer.snippets import Fragment
from web.app import absolute, services
from web.search.find import find, suggestions
from web.search.params import PARAMETERS, BadParameter, read, whole
from web.search.present import document_url, format_of
from web.search.results import AnswerView, FacetValue, HitView, SearchPage

api = Blueprint("api", __name__, url_prefix="/api/v1")
_DESCRIPTION = Path(__file__).with_name("openapi.json")


@api.get("/search")
def search() -> Response:
    _know(PARAMETERS)
    return jsonify(search_answer(find(services(), read(request.args))))


@api.get("/documents")
def documents() -> Response:
    """Everything that is or was public, in the order in which it last changed: the next page begins ``after`` this one.

    Who comes back later with the last ``cursor`` gets what has changed since.
    """
    _know(frozenset({"after", "limit", "column"}))
    # A place that there is not yet is of an archive that was put back since: nothing may be passed over in silence.
    after = whole(request.args, "after", 0, 0, services().catalogue.last_change(), "游标")
    limit = whole(request.args, "limit", 100, 1, 500, "每页条数")
    columns = read(request.args).filters.get("column", ())
    if len(columns) > 1:
        raise BadParameter("参数 column 在这里只能有一个值。")
    column = "".join(columns)
    found = publications.after(services().catalogue, after, limit + 1, column=column)
    page, more = found[:limit], len(found) > limit
    public = services().catalogue.public_many(each.id for each in page if each.public)
    # One that was withdrawn between the two questions is told as gone.
    told = [
        {**(metadata_of(public[each.id]) if each.id in public else {"id": each.id, "withdrawn": True})}
        | {"cursor": each.sequence, "changed_at": each.at.isoformat(timespec="seconds")}
        for each in page
    ]
    cursor = page[-1].sequence if page else after
    pairs = [("after", str(cursor)), ("limit", str(limit)), *([("column", column)] if column else [])]
    return jsonify(documents=told, cursor=cursor, next=f"/api/v1/documents?{urlencode(pairs)}" if more else None)


@api.get("/documents/<id>")
def document(id: str) -> Response:
    _know(frozenset())
    found = services().catalogue.public(id)
    response = jsonify(_document(found))
    publication = publications.of(services().catalogue, id)
    if publication:
        response.last_modified = publication.at
    return response


@api.get("/suggest")
def suggest() -> Response:
    _know(frozenset({"q"}))
    typed = request.args.get("q", "")[:50]
    return jsonify(query=typed, suggestions=suggestions(services(), typed))


@api.get("/openapi.json")
def openapi() -> Response:
    """What this interface is, for programs that write programs."""
    described = json.loads(_DESCRIPTION.read_text(encoding="utf-8"))
    described["info"]["version"] = VERSION
    described["servers"] = [{"url": absolute("")}]
    return jsonify(described)


def _know(parameters: frozenset[str]) -> None:
    unknown = sorted(set(request.args) - parameters)
    if unknown:
        can = f"可用：{'、'.join(sorted(parameters))}。" if parameters else "这个地址没有参数。"
        raise BadParameter(f"不认识的参数：{'、'.join(unknown)}。{can}")
    # A form leaves fields empty; a program that does has lost something.
    if empty := sorted(name for name, value in request.args.items(multi=True) if name != "q" and not value.strip()):
        raise BadParameter(f"参数 {'、'.join(empty)} 没有值。")


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
    return {
        "sentence": _fragments(answer.sentence),
        "title": answer.title,
        "validity": answer.validity,
        "url": answer.url,
    }


def metadata_of(document: Document) -> dict[str, object]:
    """What is known about a document, without its text; ``id`` comes first."""
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
        "url": document_url(document.id),
    }


def _document(document: Document) -> dict[str, object]:
    return {
        **metadata_of(document),
        "sources": dict(document.metadata.sources),
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
