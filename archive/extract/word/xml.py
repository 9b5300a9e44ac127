"""Reading Word documents in one XML file: Flat OPC (a docx's parts) or the WordprocessingML of Word 2003."""

import base64
import binascii
from pathlib import Path

from lxml import etree

from archive.errors import ExtractionFailed
from archive.extract.containers.zipguard import parse_part, refuse_doctype
from archive.extract.extraction import Extraction
from archive.extract.text.numberforms import by_code
from archive.extract.word import docx

_DAMAGED = "文件（Word XML）不合格式，无法读取。请用办公软件打开并另存为 docx 后再提交。"
_PKG = "{http://schemas.microsoft.com/office/2006/xmlPackage}"
_OLD, _NEW = (
    b"http://schemas.microsoft.com/office/word/2003/wordml",
    b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
)
_W = f"{{{_NEW.decode()}}}"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
# Kinds of annotation in Word 2003, and what they are called in a docx.
_REVISIONS = {"Word.Deletion": "del", "Word.Insertion": "ins"}
# The elements of lists in Word 2003, and their attributes, and what they are called in a docx.
_LISTS = {
    **{"listDef": "abstractNum", "listStyleLink": "numStyleLink", "list": "num", "ilst": "abstractNumId"},
    **{"listPr": "numPr", "ilfo": "numId", "nfc": "numFmt"},
}
_LIST_NAMES = {f"{_W}listDefId": f"{_W}abstractNumId", f"{_W}ilfo": f"{_W}numId"}
_TYPES = b"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""
_RELATIONS = b"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Target="word/document.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>"""


def extract(path: Path) -> Extraction:
    """Extract the text of either format by reading it as a docx."""
    data = path.read_bytes()
    refuse_doctype({path.name: data})
    try:
        root = parse_part(data.replace(_OLD, _NEW))
        parts = _parts_of_flat_opc(root) if root.tag == f"{_PKG}package" else _parts_of_2003(root)
    except (etree.LxmlError, binascii.Error, ValueError) as error:
        raise ExtractionFailed(_DAMAGED) from error
    return docx.from_parts(parts)


def _parts_of_flat_opc(root: etree._Element) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    types = etree.Element("{http://schemas.openxmlformats.org/package/2006/content-types}Types")
    for part in root.iterfind(f"{_PKG}part"):
        name = part.get(f"{_PKG}name", "")
        xml, binary = part.find(f"{_PKG}xmlData"), part.find(f"{_PKG}binaryData")
        if xml is not None and len(xml):
            parts[name.lstrip("/")] = etree.tostring(xml[0])
        elif binary is not None:
            parts[name.lstrip("/")] = base64.b64decode(binary.text or "")
        if not name.endswith(".rels"):
            kind = part.get(f"{_PKG}contentType", "")
            etree.SubElement(types, types.tag.replace("Types", "Override"), PartName=name, ContentType=kind)
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    etree.SubElement(types, types.tag.replace("Types", "Default"), Extension="rels", ContentType=rels)
    return {"[Content_Types].xml": etree.tostring(types), **parts}


def _parts_of_2003(root: etree._Element) -> dict[str, bytes]:
    body = root.find(f"{_W}body")
    if body is None:
        raise ExtractionFailed(_DAMAGED)
    # In this format, section elements enclose paragraphs; they only describe the page.
    for section in [each for each in body.iter("{*}sect", "{*}sub-section")]:
        parent = section.getparent()
        if parent is not None:
            at = parent.index(section)
            for child in reversed(section):
                parent.insert(at + 1, child)
            parent.remove(section)
    beside = {
        "comments": _take_annotations(body),
        "styles": root.find(f"{_W}styles"),
        "numbering": _with_lists_of_docx(root),
    }
    document = etree.Element(f"{_W}document")
    document.append(body)
    relations = "".join(f'<Relationship Id="{name}" Target="{name}.xml" Type="{_OFFICE}/{name}"/>' for name in beside)
    return {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS,
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{relations}</Relationships>'.encode(),
        "word/document.xml": etree.tostring(document),
        **{
            f"word/{name}.xml": etree.tostring(etree.Element(f"{_W}{name}") if part is None else part)
            for name, part in beside.items()
        },
    }


def _with_lists_of_docx(root: etree._Element) -> etree._Element | None:
    """Give lists, and what paragraphs and styles say of theirs, the names of a docx; return the lists."""
    lists = root.find(f"{_W}lists")
    if lists is None:
        return None
    for form in lists.iter(f"{_W}nfc"):
        code = form.get(f"{_W}val", "")
        form.set(f"{_W}val", by_code(int(code)) if code.isascii() and code.isdecimal() and len(code) < 4 else "decimal")
    for old, new in _LISTS.items():
        for each in list(root.iter(f"{_W}{old}")):
            each.tag = f"{_W}{new}"
            for name in set(_LIST_NAMES) & set(each.attrib):
                each.set(_LIST_NAMES[name], each.attrib[name])
    return lists


def _take_annotations(body: etree._Element) -> etree._Element:
    """Turn revisions into those of a docx, and return the comments, taken out of the text."""
    comments = etree.Element(f"{_W}comments")
    for each in list(body.iter("{*}annotation")):
        kind, parent = each.get(f"{_W}type", ""), each.getparent()
        if kind in _REVISIONS:
            each.tag = f"{_W}{_REVISIONS[kind]}"
        elif kind == "Word.Comment" and parent is not None:
            author = next((str(value) for name, value in each.attrib.items() if str(name).endswith("}author")), "")
            parent.remove(each)
            comment = etree.SubElement(comments, f"{_W}comment")
            comment.set(f"{_W}author", author)
            comment.append(each)
    return comments
