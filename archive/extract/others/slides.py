"""Reading presentations (pptx): the text of each slide in the order of its shapes, without speaker notes."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree

from archive.errors import ExtractionFailed
from archive.extract.containers.relations import IDS, relations
from archive.extract.containers.zipguard import parse_part, read_parts, refuse_doctype
from archive.extract.extraction import Extraction
from archive.extract.text.assemble import Lines, assemble
from archive.extract.text.characters import clean, joined, rows

_PRESENTATION = "ppt/presentation.xml"
_DAMAGED = "演示文稿（pptx）已损坏或不合格式，无法读取。请用办公软件打开并另存后再提交。"


def extract(path: Path) -> Extraction:
    """Extract the text of a presentation, titled like its first slide; a warning counts the hidden slides left out."""
    parts = read_parts(path)
    refuse_doctype(parts)
    lines = Lines()
    title: str | None = None
    shown = hidden = pictures = notes = broken = 0
    for name in _slides(parts):
        try:
            slide, related = parse_part(parts[name]), relations(parts, name)
        except (KeyError, ExtractionFailed):
            broken += 1
            continue
        if slide.get("show") in ("0", "false"):
            hidden += 1
            continue
        shown += 1
        if shown == 1:
            title = _title(slide)
        for text in _lines(slide):
            lines.add_row(text)
        pictures += sum(1 for _ in slide.iter("{*}pic"))
        for kind, target in related.values():
            if kind == "diagramData" and target in parts:
                for text in _lines(parse_part(parts[target])):
                    lines.add_row(text)
            notes += kind == "notesSlide" and target in parts and any(_lines(parse_part(parts[target])))
    if not shown and not hidden:
        raise ExtractionFailed(_DAMAGED)
    counted = (
        (broken, "有 {} 张幻灯片已损坏，没有读出文字，请核对原件。"),
        (hidden, "有 {} 张幻灯片设为隐藏，没有收入正文，请核对；公开前请删除。"),
        (notes, "有 {} 张幻灯片带有备注，没有收入正文；公开前请删除备注。"),
        (pictures, "正文含有 {} 幅图片，其中的文字检索不到。"),
    )
    return assemble(title, lines.found, warnings=[sentence.format(count) for count, sentence in counted if count])


def _slides(parts: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the names of the slides' parts, in the order of presentation."""
    if _PRESENTATION not in parts:
        raise ExtractionFailed(_DAMAGED)
    related = relations(parts, _PRESENTATION)
    for slide in parse_part(parts[_PRESENTATION]).iterfind("{*}sldIdLst/{*}sldId"):
        for key in IDS:
            if relation := slide.get(key):
                yield related.get(relation, ("", ""))[1]


def _lines(parent: etree._Element) -> Iterator[str]:
    """Yield the paragraphs and table rows below an element that are not empty."""
    for element in parent.iterchildren("{*}*"):
        kind = etree.QName(element).localname
        if kind == "tbl":
            yield from filter(None, rows([_cells(each) for each in element.iterfind("{*}tr")]))
            continue
        if kind == "p":
            line = clean("".join(_run(each) for each in element.iterchildren("{*}*")))
        elif kind == "Fallback":
            # The same content again, for programs that can't show the first choice.
            continue
        else:
            yield from _lines(element)
            continue
        if line:
            yield line


def _cells(line: etree._Element) -> dict[int, str]:
    return {
        column: "".join(_lines(cell))
        for column, cell in enumerate(line.iterfind("{*}tc"))
        if not (cell.get("hMerge") or cell.get("vMerge"))
    }


def _run(element: etree._Element) -> str:
    kind = etree.QName(element).localname
    # Fields are slide numbers and dates, which the program fills in.
    return " " if kind == "br" else "" if kind == "fld" else "".join(each.text or "" for each in element.iter("{*}t"))


def _title(slide: etree._Element) -> str | None:
    for shape in slide.iter("{*}sp"):
        holder = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
        if holder is not None and holder.get("type") in ("title", "ctrTitle"):
            whole = ""
            for line in _lines(shape):
                whole = joined(whole, line)
            return whole or None
    return None
