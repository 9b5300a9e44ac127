"""The same pages as JSON, for programs."""

import json
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request

from archive import VERSION
from archive.store import publications
from web.http.current import absolute, services
from web.http.parameters import BadParameter, whole
from web.programs.answers import document_answer, search_answer
from web.programs.metadata import metadata_of
from web.search.find import find, suggestions
from web.search.params import PARAMETERS, read

api = Blueprint("api", __name__, url_prefix="/api/v1")
# How many unknown parameters an answer names.
_NAMED = 5
_DESCRIPTION = Path(__file__).with_name("openapi.json")


@api.get("/search")
def search() -> Response:
    _know(PARAMETERS)
    return jsonify(search_answer(find(services(), read(request.args))))


@api.get("/documents")
def documents() -> Response:
    """List everything that is or was public, in order of last change. The next page begins ``after`` this one.

    A client that returns later with its last ``cursor`` gets what has changed since.
    """
    _know(frozenset({"after", "limit", "column"}))
    # A cursor beyond the last change predates a restore of the archive. Taking it would silently skip changes.
    after = whole(request.args, "after", 0, 0, services().catalogue.last_change(), "游标")
    limit = whole(request.args, "limit", 100, 1, 500, "每页条数")
    columns = read(request.args).filters.get("column", ())
    if len(columns) > 1:
        raise BadParameter("参数 column 在这里只能有一个值。")
    column = "".join(columns)
    found = publications.after(services().catalogue, after, limit + 1, column=column)
    page, more = found[:limit], len(found) > limit
    public = services().catalogue.public_many(each.id for each in page if each.public)
    # A document withdrawn between the two queries is reported as gone.
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
    response = jsonify(document_answer(found))
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
    """Describe this interface, for tools that generate clients."""
    described = json.loads(_DESCRIPTION.read_text(encoding="utf-8"))
    described["info"]["version"] = VERSION
    described["servers"] = [{"url": absolute("")}]
    return jsonify(described)


def _know(parameters: frozenset[str]) -> None:
    unknown = sorted(set(request.args) - parameters)
    if unknown:
        can = f"可用：{'、'.join(sorted(parameters))}。" if parameters else "这个地址没有参数。"
        raise BadParameter(f"不认识的参数：{_first(unknown)}。{can}")
    # A form may leave fields empty; a program that does has a bug.
    if empty := sorted(name for name, value in request.args.items(multi=True) if name != "q" and not value.strip()):
        raise BadParameter(f"参数 {_first(empty)} 没有值。")


def _first(names: Sequence[str]) -> str:
    """Name the first few of what may be thousands."""
    more = f" 等 {len(names)} 个" if len(names) > _NAMED else ""
    return "、".join(name[:40] for name in names[:_NAMED]) + more
