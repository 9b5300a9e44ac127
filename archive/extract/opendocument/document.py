"""Reading OpenDocument texts (odt)."""

from dataclasses import replace
from pathlib import Path

from lxml import etree

from archive.extract.extraction import Extraction
from archive.extract.opendocument.inline import Seen, controls_in, text_of
from archive.extract.opendocument.package import Package, attribute, local
from archive.extract.opendocument.styles import Styles
from archive.extract.opendocument.text import Reader
from archive.extract.text.assemble import assemble, table_labels
from archive.extract.text.concealed import Concealed, Unseen, comments_told, doubtful_told, hidden_told, revisions_told
from archive.extract.text.numbering import unknown_told
from archive.extract.text.tables import covered_told
from archive.extract.word.docx import title_of
from archive.extract.word.margins import margin_lines

_MARGINS = ("header", "footer", "header-left", "footer-left", "header-first", "footer-first")


def extract(path: Path) -> Extraction:
    """Extract the text of an OpenDocument text as it reads with all revisions accepted."""
    package = Package(path, "text")
    concealed, seen = Concealed(), Seen()
    controls = controls_in(package.body)
    reader = Reader(package, Styles(package.content, package.styles), concealed, seen, controls)
    revisions = _read_revisions(package.body, concealed)
    concealed.near = ""
    body = reader.lines(package.body)
    concealed.near = None
    title = title_of(body)
    lines = [line.text for line in body]
    lines += [line.text for note in seen.notes for line in reader.lines(note)]
    in_body = replace(seen, carriers=replace(seen.carriers))
    beside = Reader(package, Styles(package.styles, package.styles), concealed, seen)
    margins = list[str]()
    for each in _margins(package.styles):
        revisions += _read_revisions(each, concealed)
        margins += [line.text for line in beside.lines(each)]
    lines += margin_lines(margins, [*lines, title or ""])
    package.add_properties(concealed)
    told = _warnings(in_body, revisions, seen.comments) + reader.setter.told
    if reader.counter.unknown:
        told.append(unknown_told(reader.counter.unknown))
    return assemble(
        title,
        lines,
        labels=table_labels(line.table for line in body) + [""] * (len(lines) - len(body)),
        rows={at: line.row for at, line in enumerate(body) if line.row is not None},
        warnings=told,
        concealed=concealed.lines,
    )


def _read_revisions(text: etree._Element, concealed: Concealed) -> int:
    """List what revisions delete, which stands apart from the text, and return how many there are."""
    regions = [*text.iterfind("{*}tracked-changes/{*}changed-region")]
    for region in regions:
        for deletion in region.iterfind("{*}deletion"):
            concealed.add(Unseen.DELETED, text_of(deletion))
    return len(regions)


def _margins(styles: etree._Element | None) -> list[etree._Element]:
    pages = [] if styles is None else [*styles.iterfind("{*}master-styles/{*}master-page")]
    return [
        each for page in pages for each in page if local(each) in _MARGINS and attribute(each, "display") != "false"
    ]


def _warnings(seen: Seen, revisions: int, comments: int) -> list[str]:
    told: list[str] = []
    if seen.hidden:
        told.append(hidden_told(seen.hidden))
    if seen.covered:
        told.append(covered_told(seen.covered))
    if seen.doubtful:
        told.append(doubtful_told(seen.doubtful))
    if revisions:
        told.append(revisions_told(revisions))
    if comments:
        told.append(comments_told("文档中", comments))
    if seen.pictures:
        told.append(f"正文含有 {seen.pictures} 幅图片或图形，其中的文字检索不到。")
    return told + seen.carriers.told()
