"""Files that a page hands out."""

from io import BytesIO

from flask import Response, send_file


def download(content: bytes, mimetype: str, name: str) -> Response:
    """Answer with a file that a browser saves and nothing keeps on the way. Its name may be Chinese."""
    # It spells the name as a header can carry it, which setting the header does not.
    answer = send_file(BytesIO(content), mimetype=mimetype, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
