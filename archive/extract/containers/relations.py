"""Following the relations between the parts of an Office Open XML container (ECMA-376 part 2, 9.3)."""

import posixpath
from collections.abc import Mapping

from archive.extract.containers.zipguard import parse_part

# The attribute that names a relation, in the transitional and in the strict form of the standard.
IDS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)


def relations(parts: Mapping[str, bytes], name: str) -> dict[str, tuple[str, str]]:
    """Return a part's relations by id: the last segment of the type, and the name of the part referred to."""
    folder, _, file = name.rpartition("/")
    content = parts.get(f"{folder}/_rels/{file}.rels")
    return {
        each.get("Id", ""): (
            each.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, each.get("Target", ""))).lstrip("/"),
        )
        for each in (() if content is None else parse_part(content))
        if each.get("TargetMode") != "External"
    }
