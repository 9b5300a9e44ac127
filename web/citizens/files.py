"""Downloads of originals and attachments, byte for byte and under their own names."""

from flask import Blueprint, Response, abort, g, request, send_file

from archive.document import File
from archive.errors import UnknownDocument
from web.http.current import services

files = Blueprint("files", __name__)


@files.before_request
def _not_at_a_terminal() -> None:
    # A machine that everybody uses keeps no files. Its pages offer text, a QR code to take home and a sheet to print.
    if g.visitor.terminal:
        abort(403)


@files.get("/documents/<id>/original")
def original(id: str) -> Response:
    return _send(services().catalogue.public(id).file)


@files.get("/documents/<id>/attachments/<int:position>")
def attachment(id: str, position: int) -> Response:
    parts = services().catalogue.public(id).attachments
    if not 1 <= position <= len(parts):
        raise UnknownDocument(id)
    return _send(parts[position - 1].file)


def _send(file: File) -> Response:
    """Send a file after checking that its bytes are the ones stored."""
    blobs = services().blobs
    blobs.verify(file.digest)
    response = send_file(
        blobs.path(file.digest),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.name,
        conditional=False,
        etag=file.digest,
    )
    # The same bytes may first have been stored with a hidden document; no answer may depend on when.
    del response.headers["Last-Modified"]
    response.make_conditional(request.environ, accept_ranges=True, complete_length=file.size)
    return response
