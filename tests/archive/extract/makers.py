"""Making small files of each format for the tests, and comparing extractions with golden texts."""

import difflib
import io
import os
import zipfile
from collections.abc import Callable
from enum import Enum
from functools import cache
from pathlib import Path

import docx
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from archive.extract import Extraction

# The table styles that tests name, and that tables have without one.
KEPT = {"TableNormal", "TableGrid"}
HERE = Path(__file__).parent
ROOT = HERE.parents[2]
REAL = ROOT.parent / "shared" / "real"
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)


def shown(extraction: Extraction) -> str:
    """Write out an extraction as in a golden file, with tabs as " ¦ " and each place on a line of its own."""
    lines = [f"标题 {extraction.title}", f"页面日期 {extraction.page_date}"]
    lines += [f"卡片 {label} = {value}" for label, value in extraction.stated.items()]
    lines += [f"提示 {warning}" for warning in extraction.warnings]
    lines.append("")
    begun = {place.start: f"〔{place.label}〕" for place in extraction.places}
    for number, paragraph in enumerate(extraction.paragraphs):
        lines += [begun[number]] if number in begun else []
        lines.append(paragraph.replace("\t", " ¦ ").rstrip())
    return "\n".join(lines) + "\n"


def assert_golden(name: str, extraction: Extraction) -> None:
    """Compare with golden/NAME.txt, or write that file if the environment has GOLDEN=write."""
    path = HERE / "golden" / f"{name}.txt"
    found = shown(extraction)
    if os.environ.get("GOLDEN") == "write":
        path.write_text(found, encoding="utf-8")
    expected = path.read_text(encoding="utf-8")
    difference = difflib.unified_diff(expected.splitlines(), found.splitlines(), "golden", "found", lineterm="")
    assert expected == found, "\n".join(difference)


@cache
def _template() -> bytes:
    document = docx.Document()
    styles = document.styles.element
    for style in list(styles):
        name = style.get(qn("w:styleId"), "TableNormal")
        if style.tag == qn("w:latentStyles") or style.get(qn("w:type")) == "table" and name not in KEPT:
            styles.remove(style)
    rels = document.part.rels
    for id in [id for id, rel in rels.items() if rel.reltype.endswith("/stylesWithEffects")]:
        del rels[id]
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def blank() -> Document:
    """Return a document of Word without the 98 table styles of python-docx, 800 KB that each reading goes through."""
    return docx.Document(io.BytesIO(_template()))


def write_docx(path: Path, fill: Callable[[Document], object]) -> Path:
    document = blank()
    fill(document)
    document.save(str(path))
    return path


def add_xml(document: Document, xml: str) -> None:
    """Append a block to a document's body, before its section settings."""
    body = document.element.body
    block = parse_xml(xml.replace("<w:p>", f"<w:p {NAMESPACES}>", 1).replace("<w:tbl>", f"<w:tbl {NAMESPACES}>", 1))
    body.insert(len(body) - 1, block)


def with_parts(source: Path, target: Path, parts: dict[str, bytes], edit: dict[str, tuple[str, str]]) -> Path:
    """Copy a zip container with parts added or replaced, and with one text replaced in each of some others."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name in edit:
                before, after = edit[name]
                assert before.encode() in content, f"{before} is not in {name}"
                content = content.replace(before.encode(), after.encode(), 1)
            if name not in parts:
                new.writestr(name, content)
        for name, content in parts.items():
            new.writestr(name, content)
    return target


class Lock(Enum):
    """What a PDF's password protects."""

    OPENING = "opening"
    CHANGING = "changing"


def pdf(path: Path, draw: Callable[[Canvas], None], lock: Lock | None = None) -> Path:
    """Write a PDF of A4 pages in a Chinese font."""
    font = "STSong-Light"
    if font not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(font))
    user = "user" if lock is Lock.OPENING else ""
    encryption = None if lock is None else StandardEncryption(user, "owner", strength=128)
    canvas = Canvas(str(path), encrypt=encryption, pagesize=(595, 842))
    draw(canvas)
    canvas.save()
    return path


def put(canvas: Canvas, x: float, y: float, text: str, size: float = 16) -> None:
    canvas.setFont("STSong-Light", size)
    canvas.drawString(x, y, text)


def picture() -> io.BytesIO:
    """Make a small grey picture that stands for a scan."""
    from PIL import Image

    stream = io.BytesIO()
    Image.new("L", (60, 80), 200).save(stream, "PNG")
    stream.seek(0)
    return stream
