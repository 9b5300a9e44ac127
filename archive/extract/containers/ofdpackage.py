"""The parts of an OFD file (GB/T 33190-2016), looked up by the locations that other parts give (7.2, ST_Loc)."""

import posixpath
from collections.abc import Mapping

from lxml import etree

from archive.errors import ExtractionFailed
from archive.extract.containers.zipguard import parse_part

DAMAGED = "文件（OFD）已损坏或不完整，无法读取。请重新获取，或用阅读软件打开并另存后再提交。"
LOCKED = "文件（OFD）经过加密，无法读取。请去掉密码后重新提交。"


class Package:
    """The parts of a file by their names, which are compared in lower case."""

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self._parts = {name.replace("\\", "/").lower(): content for name, content in parts.items()}
        # GM/T 0099: the list of encrypted parts.
        self.encrypted = any(name.endswith("encryptions.xml") for name in self._parts)

    def find(self, location: str, beside: str = "") -> str | None:
        """Return the name of the part at a location, relative to the folder of the part ``beside`` or one above it."""
        location = location.strip().replace("\\", "/").lower()
        folder = posixpath.dirname(beside)
        while True:
            name = posixpath.normpath(posixpath.join("/", folder, location)).lstrip("/")
            if name in self._parts:
                return name
            if not folder:
                return None
            folder = posixpath.dirname(folder)

    def content(self, name: str) -> bytes:
        return self._parts[name]

    def tree(self, name: str | None) -> etree._Element:
        """Parse a part. Raises ExtractionFailed if it is missing or can't be read."""
        if name is None:
            raise ExtractionFailed(LOCKED if self.encrypted else DAMAGED)
        return parse_part(self._parts[name])
