"""Files that a message encloses, which become attachments of the document that the message is."""

from pathlib import Path

from archive.errors import ExtractionFailed, FileRefused
from archive.extract import Sandbox, media_type
from archive.extract.mediatype import EML
from archive.extract.process.tasks import Task

_BROKEN = "邮件的附件读不出来，没有收入。请在邮件软件里把附件另存，与邮件正文分开提交。"


def enclosed(sandbox: Sandbox, path: Path, folder: Path) -> list[tuple[Path, str]]:
    """Write what a message encloses into a folder; return the files with their names.

    Raises FileRefused, which names the file, for one that can't be taken in.
    """
    told, content = sandbox.make(Task.UNPACK, path, EML)
    names, sizes = told.get("names"), told.get("sizes")
    if not isinstance(names, list) or not isinstance(sizes, list) or len(names) != len(sizes):
        raise ExtractionFailed(_BROKEN)
    if not all(isinstance(each, int) and each >= 0 for each in sizes) or sum(sizes) != len(content):
        raise ExtractionFailed(_BROKEN)
    found: list[tuple[Path, str]] = []
    at = 0
    for number, (name, size) in enumerate(zip(names, sizes, strict=True), 1):
        if not isinstance(name, str) or not name or "/" in name or not name.isprintable():
            raise ExtractionFailed(_BROKEN)
        # The name is a stranger's word, so it is none of a path.
        file = folder / str(number)
        file.write_bytes(content[at : at + size])
        at += size
        try:
            media_type(file, name)
        except FileRefused as refused:
            raise FileRefused(f"邮件的附件“{name}”不能收入：{refused.reason}邮件因此没有收入。") from refused
        found.append((file, name))
    return found
