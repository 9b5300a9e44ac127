"""Downloads of all public metadata as one file, CSV or JSON Lines: made at night, correct when sent.

Documents that changed after the file was made are filtered out line by line as it is sent, so nobody gets a withdrawn
document from last night's file.
"""

import os
import zlib
from collections.abc import Iterable, Iterator

from flask import Blueprint, Response, abort, g, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from web.http.current import services
from web.programs import lists

bulk = Blueprint("bulk", __name__)
_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson; charset=utf-8"}


@bulk.get("/documents.<any(csv, jsonl):kind>")
def documents(kind: str) -> Response:
    if g.visitor.terminal:
        abort(403)
    opened = services()
    made = lists.newest(opened.settings.data, opened.catalogue.keys)
    # No night has passed yet, or the catalogue was restored and does not know the changes in the files.
    if made is None or made.cursor > opened.catalogue.last_change():
        abort(404)
    # Opened before the answer begins, because the next night's files may replace it while it is sent.
    stream = made.open(kind)
    changed = opened.catalogue.hidden_since(made.cursor)
    name = f"documents-{made.name}.{kind}"
    packed = request.accept_encodings["gzip"] > 0
    tag = f"{made.name}-{kind}"
    if not changed and not packed:
        mimetype = _TYPES[kind].partition(";")[0]
        size = os.fstat(stream.fileno()).st_size
        response = send_file(
            stream, mimetype=mimetype, as_attachment=True, download_name=name, etag=tag, conditional=False
        )
        response.content_length = size
        try:
            response.make_conditional(request, accept_ranges=True, complete_length=size)
        except RequestedRangeNotSatisfiable:
            stream.close()
            raise
        response.vary.add("Accept-Encoding")
        return response
    lines = _without(stream, changed)
    response = Response(_packed(lines) if packed else lines, content_type=_TYPES[kind])
    response.call_on_close(stream.close)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.vary.add("Accept-Encoding")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    if not changed:
        response.set_etag(f"{tag}-gzip")
        response.make_conditional(request)
    return response


def _without(lines: Iterable[bytes], changed: frozenset[str]) -> Iterator[bytes]:
    """Yield the file's lines except those of these documents. Each line begins with a document's id."""
    gone = tuple(prefix % id.encode() for id in changed for prefix in (b"%s,", b'{"id": "%s"'))
    yield from (line for line in lines if not line.startswith(gone))


def _packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Compress the lines with gzip as they come."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    for line in lines:
        if piece := packer.compress(line):
            yield piece
    yield packer.flush()
