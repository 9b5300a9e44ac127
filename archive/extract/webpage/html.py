"""Extracting the document in a web page, its metadata card and the date in its header."""

import re
from pathlib import Path

from lxml import etree

from archive.extract.extraction import Extraction
from archive.extract.text.assemble import assemble, table_labels, title_span
from archive.extract.text.boilerplate import attachment_warnings, iso_date, read_header
from archive.extract.text.carriers import Carriers
from archive.extract.text.characters import han_count, squeezed
from archive.extract.text.charset import decode
from archive.extract.text.concealed import Concealed, Unseen, doubtful_told
from archive.extract.text.tables import remaining
from archive.extract.webpage import controls
from archive.extract.webpage.card import read_card
from archive.extract.webpage.elsewhere import told_of
from archive.extract.webpage.files import FRAMES, Saved, framed, linked
from archive.extract.webpage.lines import gather, images_in, lines_of, text_of
from archive.extract.webpage.mathml import MathML
from archive.extract.webpage.numbered import numbers_of
from archive.extract.webpage.page import (
    comments_in,
    drop_furniture,
    drop_link_lists,
    find_content,
    parse,
    sentences_beside,
    without_foot,
)
from archive.extract.webpage.sheets import Sheet
from archive.extract.webpage.title import find_title, meta_date, stated_by_meta
from archive.extract.webpage.visibility import drop, take_unseen

_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
# How many hidden texts are looked for among what is seen.
_MOST_COPIES = 300
_ALONE = Saved()
_STRUCK = "line-through"
_XML_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w-]+)""", re.IGNORECASE)


def extract(path: Path) -> Extraction:
    """Extract the document that a saved web page shows."""
    data = path.read_bytes()
    decoded = decode(data, declared_charset(data))
    return from_text(decoded.text, decoded.warnings)


def declared_charset(data: bytes) -> str | None:
    """Return the encoding that a page declares for itself."""
    declared = _DECLARED.search(data[:4096]) or _XML_DECLARED.search(data[:200])
    return declared[1].decode("ascii") if declared else None


def from_text(text: str, warnings: tuple[str, ...] = (), whole: bool = False, saved: Saved = _ALONE) -> Extraction:
    """Make an Extraction of decoded HTML; ``whole`` for a fragment that is all document, without a page around it.

    ``saved`` is what is in one file with it.
    """
    root = parse(text)
    sheet = Sheet(root)
    files = linked(root)
    drop_furniture(root, sheet)
    body = root.find(".//body")
    body = root if body is None else body
    content, named = (body, True) if whole else find_content(root)
    undrawn = controls.write(root, content, named)
    told, concealed = [*warnings, *framed(content, root, saved)], Concealed()
    for frame in list(root.iter(*FRAMES)):
        drop(frame)
    hidden = doubtful = 0
    gone = [*((Unseen.HIDDEN, each) for each in undrawn), *take_unseen(root, content, sheet)]
    seen = squeezed(text_of(root))
    for number, (reason, unseen) in enumerate(gone):
        if reason is None:
            doubtful += len(squeezed(unseen))
        # A copy of what is seen, for printing or for telephones, tells nothing more.
        elif number >= _MOST_COPIES or squeezed(unseen) not in seen:
            concealed.add(reason, unseen)
            hidden += han_count(unseen)
    page = read_card(lines_of(body))
    if hidden >= 10:
        told.append(f"网页中有 {hidden} 个字设为不显示，没有收入正文，请核对。")
    if doubtful:
        told.append(doubtful_told(doubtful, "网页中"))
    if not named:
        drop_link_lists(content)
    if not whole and (beside := sentences_beside(root, content)):
        told.append(f"网页中另有 {beside} 个字像是正文，没有收入，请与原网页核对。")
    if sheet.elsewhere:
        told += told_of(sheet.elsewhere, content)
    for comment in comments_in(content):
        concealed.add_comment(comment)
    told += _read_carriers(content, concealed, sheet)
    numbers = numbers_of(content, sheet)
    gathered = gather(content, numbers.labels)
    told += [*gathered.told, *numbers.told()]
    card = read_card(gathered.found)
    lines = card.rest
    labels = table_labels(gathered.tables[number] for number in card.kept)
    rows = remaining(gathered.rows, card.kept)
    images = images_in(content)
    if images:
        told.append(f"正文含有 {images} 幅图片，图片中的文字检索不到。")
    told += attachment_warnings(files)
    title = find_title(root, page.stated, lines, page.rest)
    stated, page_date = {**stated_by_meta(root), **page.stated}, ""
    for line in page.rest:
        header = read_header(line, top=False)
        if header is not None:
            page_date = page_date or header.page_date
            stated = {**header.stated, **stated}
    page_date = page_date or iso_date(meta_date(root))
    if title and not named:
        # Above the title there are only navigation paths.
        start, _ = title_span(title, lines)
        lines, labels = lines[start:], labels[start:]
        rows = {number - start: row for number, row in rows.items() if number >= start}
    if not named:
        end = without_foot(lines)
        lines, labels = lines[:end], labels[:end]
        rows = {number: row for number, row in rows.items() if number < end}
    return assemble(
        title,
        lines,
        labels=labels,
        rows=rows,
        stated=stated,
        warnings=told,
        page_date=page_date,
        concealed=concealed.lines,
    )


def _read_carriers(content: etree._Element, concealed: Concealed, sheet: Sheet) -> list[str]:
    """Write formulas in a line and list struck text; return what a reviewer should know of both."""
    carriers = Carriers()
    for formula in list(content.iter("math", "m:math", "mml:math")):
        writer = MathML()
        written, tail = writer.written(formula), formula.tail
        carriers.unwritten += not written and bool(text_of(formula).strip())
        carriers.formulas += writer.odd > 0
        formula.clear()
        formula.text, formula.tail = written, tail
    # Those within others are listed with them.
    inside: set[etree._Element] = set()
    for element in content.iter(etree.Element):
        if element.getparent() in inside:
            inside.add(element)
        elif _is_struck(element, sheet):
            inside.add(element)
            carriers.strike(text_of(element))
            concealed.add(Unseen.STRUCK, text_of(element))
    return carriers.told()


def _is_struck(element: etree._Element, sheet: Sheet) -> bool:
    if element.tag in ("s", "strike", "del"):
        return True
    if not sheet.may_declare(element, _STRUCK):
        return False
    declared = sheet.declared(element)
    return any(_STRUCK in declared.get(name, "") for name in ("text-decoration", "text-decoration-line"))
