"""Opening an OpenDocument package, and what it states about itself (OpenDocument 1.3, parts 2 and 3)."""

from collections.abc import Mapping
from pathlib import Path

from lxml import etree

from archive.errors import ExtractionFailed
from archive.extract.containers.zipguard import parse_part, read_parts, refuse_doctype
from archive.extract.text.concealed import Concealed
from archive.extract.word.concealed import add_property

_DAMAGED = "文件（OpenDocument）已损坏或不合格式，无法读取。请用办公软件打开并另存后再提交。"
_CHART = "{urn:oasis:names:tc:opendocument:xmlns:chart:1.0}"
_READ = ("content.xml", "styles.xml", "meta.xml")
_LOCKED = "文件设有打开密码，无法读取。请去掉密码后重新提交。"
_PROPERTIES = (
    ("作者", "initial-creator"),
    ("最后修改者", "creator"),
    ("标记", "keyword"),
    ("备注", "description"),
    ("主题", "subject"),
)


class Package:
    """The parts of a document: its content, its named styles, and the objects within it."""

    def __init__(self, path: Path, kind: str) -> None:
        self.parts: Mapping[str, bytes] = read_parts(path)
        # Macros, and the manifest of older programs, declare one and hold no text.
        refuse_doctype({name: each for name, each in self.parts.items() if name.rpartition("/")[2] in _READ})
        manifest = self.parts.get("META-INF/manifest.xml")
        if manifest is not None and next(parse_part(manifest).iter("{*}encryption-data"), None) is not None:
            raise ExtractionFailed(_LOCKED)
        if "content.xml" not in self.parts:
            raise ExtractionFailed(_DAMAGED)
        self.content = parse_part(self.parts["content.xml"])
        self.styles = parse_part(self.parts["styles.xml"]) if "styles.xml" in self.parts else None
        body = self.content.find(f"{{*}}body/{{*}}{kind}")
        if body is None:
            raise ExtractionFailed(_DAMAGED)
        self.body = body

    def object(self, reference: str) -> etree._Element | None:
        """Return the content of an object in the document; None for one that is not there."""
        part = self.parts.get(f"{reference.removeprefix('./').strip('/')}/content.xml")
        return None if part is None else parse_part(part)

    def is_chart(self, embedded: etree._Element) -> bool:
        """Tell whether an object in the document is a chart, which is drawn and not opened."""
        content = self.object(attribute(embedded, "href"))
        return next((embedded if content is None else content).iter(f"{_CHART}chart"), None) is not None

    def add_properties(self, concealed: Concealed) -> None:
        """List the properties that somebody filled in."""
        if "meta.xml" not in self.parts:
            return
        stated = parse_part(self.parts["meta.xml"])
        for label, name in _PROPERTIES:
            for each in stated.iter(f"{{*}}{name}"):
                add_property(concealed, label, each.text or "")


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace; "" for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str:
    """Return an attribute by its name without the namespace, in which programs differ; "" if it is absent."""
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


def count(element: etree._Element, name: str) -> int:
    """Return how often something is repeated or how far it reaches: at least 1."""
    value = attribute(element, name)
    return max(int(value), 1) if value.isascii() and value.isdecimal() and len(value) < 10 else 1
