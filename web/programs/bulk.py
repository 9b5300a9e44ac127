"""The metadata of everything public in one file, CSV and JSON Lines: made in the night, handed out as of now.

What has changed since a file was made is left out of it line by line as it is sent, so that nobody gets a withdrawn
document out of last night's file.
"""

import json
import os
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from flask import Blueprint, Response, abort, g, request, send_file

from archive.document import Document
from archive.store.blobs import sync_folder
from web.app import services
from web.installation.services import Services
from web.programs.api import metadata_of
from web.programs.feeds import csv_lines, row

bulk = Blueprint("bulk", __name__)
FOLDER = "bulk"
_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson; charset=utf-8"}
_NEW = "new"


@bulk.get("/documents.<any(csv, jsonl):kind>")
def documents(kind: str) -> Response:
    if g.visitor.terminal:
        abort(403)
    opened = services()
    made = newest(opened.settings.data)
    # No night has passed yet; or files of changes that this catalogue does not know, since it was put back.
    if made is None or _cursor(made) > opened.catalogue.last_change():
        abort(404)
    path = made / f"documents.{kind}"
    changed = opened.catalogue.hidden_since(_cursor(made))
    name = f"documents-{made.name}.{kind}"
    packed = request.accept_encodings["gzip"] > 0
    tag = f"{made.name}-{kind}"
    if not changed and not packed:
        mimetype = _TYPES[kind].partition(";")[0]
        response = send_file(path, mimetype=mimetype, as_attachment=True, download_name=name, etag=tag)
        response.vary.add("Accept-Encoding")
        return response
    # Opened before the answer begins: another night's files may take its place while it is sent.
    stream = path.open("rb")
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


def newest(data: Path) -> Path | None:
    """The last finished folder of files, named after the last change in it and when it was made."""
    return max((data / FOLDER).glob("[0-9]*-[0-9]*"), key=lambda path: path.name.partition("-")[2], default=None)


def _cursor(made: Path) -> int:
    return int(made.name.partition("-")[0])


def make(opened: Services, advance: Callable[[int, int], None], address: Callable[[str], str]) -> int:
    """Write the files anew, and take them into use by one rename; how many documents are in them.

    ``address`` makes a path into the address that is written. What changes meanwhile is left out as the file is sent.
    """
    folder = opened.settings.data / FOLDER
    cursor, total = opened.catalogue.last_change(), opened.catalogue.public_count()
    new = folder / _NEW
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    count = 0
    with (
        (new / "documents.csv").open("w", encoding="utf-8-sig") as table,
        (new / "documents.jsonl").open("w", encoding="utf-8") as lines,
    ):
        table.writelines(csv_lines([]))
        for count, document in enumerate(opened.catalogue.public_all(), 1):
            table.writelines(csv_lines([row(document, address)], headed=False))
            lines.write(json_line(document, address))
            advance(count, total)
        for out in (table, lines):
            out.flush()
            os.fsync(out.fileno())
    sync_folder(new)
    target = folder / f"{cursor}-{datetime.now(UTC):%Y%m%d%H%M%S%f}"
    new.rename(target)
    sync_folder(folder)
    for old in folder.glob("[0-9]*"):
        if old != target:
            shutil.rmtree(old, ignore_errors=True)
    return count


def json_line(document: Document, address: Callable[[str], str]) -> str:
    told = metadata_of(document)
    return json.dumps({**told, "url": address(str(told["url"]))}, ensure_ascii=False) + "\n"


def _without(lines: Iterable[bytes], changed: frozenset[str]) -> Iterator[bytes]:
    """The file's lines, each of which begins with a document's id, but for these documents."""
    gone = tuple(prefix % id.encode() for id in changed for prefix in (b"%s,", b'{"id": "%s"'))
    yield from (line for line in lines if not line.startswith(gone))


def _packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines in gzip's format, as they come."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    for line in lines:
        if piece := packer.compress(line):
            yield piece
    yield packer.flush()
