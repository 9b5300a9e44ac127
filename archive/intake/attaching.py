"""Adding an attachment to a document that is there, and renaming, moving or removing one.

Each is a correction like that of a field (see ``corrections``): of a version that waits, or as a new version.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from archive.decisions import acts, corrections
from archive.decisions.corrections import ATTACHMENTS, Corrected
from archive.document import Attachment
from archive.errors import DecisionRefused, FileRefused
from archive.extract import Sandbox, media_type
from archive.intake.receive import attachment_of
from archive.plain import one_line
from archive.store import assembly
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.space import disk_full

# How many attachments a document may have, and how many characters one's name.
MOST, LONGEST = 200, 200
Part = dict[str, Any]
Parts = list[Part]


@dataclass(frozen=True, slots=True)
class Attachments:
    """The attachments of one document's newest version, as a person changes them for a reason.

    ``version`` is the one that the person saw. Positions count from 1. Each method raises UnknownDocument and
    DecisionRefused; then nothing is recorded.
    """

    catalogue: Catalogue
    id: str
    person: str
    reason: str
    version: int | None = None

    def add(self, attachment: Attachment) -> Corrected:
        """Add an attachment (see ``read``) at the end."""
        part = {
            **assembly.file_columns(attachment.file),
            "text": attachment.text,
            "warnings": list(attachment.warnings),
            "places": assembly.place_column(attachment.places),
            "concealed": list(attachment.concealed),
        }

        return self._changed(lambda parts: added(self.id, parts, part))

    def rename(self, position: int, name: str) -> Corrected:
        """Give an attachment another name, with the same ending."""
        name = one_line(name).strip()

        def change(parts: Parts) -> Parts:
            part = self._at(parts, position)
            suffix = PurePath(part["file_name"]).suffix
            if not name or len(name) > LONGEST or "/" in name or "\\" in name:
                raise DecisionRefused(self.id, f"附件的名称须有 1 至 {LONGEST} 字，不含斜线。")
            if PurePath(name).suffix.lower() != suffix.lower():
                raise DecisionRefused(self.id, f"附件的名称须仍以“{suffix}”结尾，因为内容没有变。")
            if any(each["file_name"] == name for each in parts):
                raise DecisionRefused(self.id, f"已有名为《{name}》的附件。")
            return [{**each, "file_name": name} if each is part else each for each in parts]

        return self._changed(change)

    def move(self, position: int, to: int) -> Corrected:
        """Put an attachment in another position."""

        def change(parts: Parts) -> Parts:
            part = self._at(parts, position)
            self._at(parts, to)
            rest = [each for each in parts if each is not part]
            return [*rest[: to - 1], part, *rest[to - 1 :]]

        return self._changed(change)

    def remove(self, position: int) -> Corrected:
        """Remove an attachment; its file is kept with the versions that have it, and in the audit log by its digest."""

        def change(parts: Parts) -> Parts:
            part = self._at(parts, position)
            return [each for each in parts if each is not part]

        return self._changed(change)

    def _at(self, parts: Parts, position: int) -> Part:
        if not 1 <= position <= len(parts):
            raise DecisionRefused(self.id, f"没有第 {position} 个附件，现有 {len(parts)} 个。")
        return parts[position - 1]

    def _changed(self, change: Callable[[Parts], Parts]) -> Corrected:
        with self.catalogue.writing() as connection:
            acts.newest(connection, self.id, self.version)
            name = acts.named(self.id, self.person, "调整附件必须写明经办人。")
            acts.required(self.id, self.reason, "调整附件必须写明原因。")
            row, parts = corrections.newest(connection, self.id)
            after = change(parts)
            if after == parts:
                raise DecisionRefused(self.id, "附件没有变化。")
            return corrections.record(self.catalogue, connection, ATTACHMENTS, row, after, name, self.reason)


def added(id: str, parts: Parts, part: Part) -> Parts:
    """Return a document's attachments with one more at the end. Raises DecisionRefused for one that is there."""
    if len(parts) >= MOST:
        raise DecisionRefused(id, f"附件已有 {len(parts)} 个，最多 {MOST} 个。")
    for each in parts:
        if each["digest"] == part["digest"]:
            raise DecisionRefused(id, f"已有内容相同的附件《{each['file_name']}》，没有添加。")
        if each["file_name"] == part["file_name"]:
            raise DecisionRefused(id, f"已有同名的附件《{each['file_name']}》，请改名后再加，或者先移除它。")
    return [*parts, part]


def read(blobs: Blobs, sandbox: Sandbox, id: str, path: Path, name: str) -> Attachment:
    """Read a file that is to be an attachment, and keep it. Raises DecisionRefused for one that can't be read."""
    name = one_line(name.replace("\\", "/").rpartition("/")[2]).strip()
    if not name or len(name) > LONGEST:
        raise DecisionRefused(id, f"文件名须有 1 至 {LONGEST} 字，请改名后再加。")
    try:
        kind = media_type(path, name)
        extraction = sandbox.extract(path, kind)
        with path.open("rb") as stream:
            digest, size = blobs.put(stream)
    except FileRefused as refused:
        raise DecisionRefused(id, f"《{name}》没有添加：{refused.reason}") from refused
    except OSError as error:
        raise disk_full(error, blobs.folder) or error from error
    return attachment_of(digest, name, kind, size, extraction)
