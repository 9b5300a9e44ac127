import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from archive.errors import ExtractionFailed
from archive.extract import Extraction, extract_plain
from archive.extract.mediatype import PPTX

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)


def relations(targets: Mapping[str, tuple[str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="{id}" Type="{OFFICE}/{kind}" Target="{target}"/>' for id, (kind, target) in targets.items()
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )


def write_pptx(path: Path, slides: Sequence[str], more: Mapping[str, str] | None = None) -> Path:
    """Write a presentation that shows its slides in the reverse order of their parts; each is given as its shapes."""
    numbers = range(len(slides), 0, -1)
    listed = "".join(f'<p:sldId id="{255 + n}" r:id="rId{n}"/>' for n in numbers)
    parts = {
        "ppt/presentation.xml": f'<p:presentation {MAIN} xmlns:r="{OFFICE}"><p:sldIdLst>{listed}</p:sldIdLst>'
        "</p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations({f"rId{n}": ("slide", f"slides/slide{n}.xml") for n in numbers}),
        **{
            f"ppt/slides/slide{n}.xml": content if content.startswith("<p:sld ") else slide(content)
            for n, content in zip(numbers, slides, strict=True)
        },
        **(more or {}),
    }
    with zipfile.ZipFile(path, "w") as container:
        for name, content in parts.items():
            container.writestr(name, content)
    return path


def slide(shapes: str, more: str = "") -> str:
    return f"<p:sld {MAIN} {more}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"


def shape(*paragraphs: str, kind: str = "body") -> str:
    inside = "".join(f"<a:p><a:r><a:t>{each}</a:t></a:r></a:p>" for each in paragraphs)
    return f'<p:sp><p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr><p:txBody>{inside}</p:txBody></p:sp>'


def cell(text: str, more: str = "") -> str:
    return f"<a:tc {more}><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"


def read(path: Path) -> Extraction:
    return extract_plain(path, PPTX)


def test_slides_are_read_in_the_order_they_are_shown_and_the_first_has_the_title(tmp_path: Path) -> None:
    first = shape("政务公开", "工作培训", kind="ctrTitle") + shape("县政府办公室")
    found = read(write_pptx(tmp_path / "a", [first, shape("目录", kind="title"), shape("一、总则")]))
    assert found.title == "政务公开工作培训"
    assert found.paragraphs == ("县政府办公室", "目录", "一、总则")
    assert found.warnings == ()


def test_tables_are_rows_and_a_merged_cell_stands_once(tmp_path: Path) -> None:
    rows = [
        cell("机关", 'rowSpan="2"') + cell("办理", 'gridSpan="2"') + cell("", 'hMerge="1"'),
        cell("", 'vMerge="1"') + cell("申请") + cell("办结"),
    ]
    table = "".join(f"<a:tr>{row}</a:tr>" for row in rows)
    frame = f"<p:graphicFrame><a:graphic><a:tbl>{table}</a:tbl></a:graphic></p:graphicFrame>"
    assert read(write_pptx(tmp_path / "a", [frame])).paragraphs == ("机关\t办理\t", "\t申请\t办结")


def test_broken_lines_are_one_paragraph_and_fields_and_doubles_are_left_out(tmp_path: Path) -> None:
    lines = "<a:p><a:r><a:t>上半</a:t></a:r><a:br/><a:r><a:t>下半</a:t></a:r><a:fld><a:t>12</a:t></a:fld></a:p>"
    once = shape("只读一次")
    both = f"<mc:Choice>{once}</mc:Choice><mc:Fallback>{once}</mc:Fallback>"
    double = f"<mc:AlternateContent>{both}</mc:AlternateContent>"
    found = read(write_pptx(tmp_path / "a", [f"<p:sp>{lines}</p:sp>{double}"]))
    assert found.paragraphs == ("上半 下半", "只读一次")


def test_hidden_slides_notes_and_pictures_are_told_and_diagrams_are_read(tmp_path: Path) -> None:
    more = {
        "ppt/slides/_rels/slide2.xml.rels": relations(
            {"rId1": ("notesSlide", "../notesSlides/n.xml"), "rId2": ("diagramData", "/ppt/diagrams/d.xml")}
        ),
        "ppt/notesSlides/n.xml": slide(shape("只给讲的人看")),
        "ppt/diagrams/d.xml": f"<x {MAIN}><a:p><a:r><a:t>流程图中的字</a:t></a:r></a:p></x>",
    }
    found = read(write_pptx(tmp_path / "a", [shape("公开") + "<p:pic/>", slide(shape("不讲"), 'show="0"')], more))
    assert found.paragraphs == ("公开", "流程图中的字")
    assert len(found.warnings) == 3
    assert all(word in told for word, told in zip(("设为隐藏", "备注", "1 幅图片"), found.warnings, strict=True))


def test_a_broken_slide_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    found = read(write_pptx(tmp_path / "a", [shape("甲"), "<p:sld ", shape("丙")]))
    assert found.paragraphs == ("甲", "丙")
    assert found.warnings == ("有 1 张幻灯片已损坏，没有读出文字，请核对原件。",)


@pytest.mark.parametrize("part", ["ppt/presentation.xml", "ppt/_rels/presentation.xml.rels", "ppt/slides/slide1.xml"])
def test_what_is_no_presentation_is_a_reason(tmp_path: Path, part: str) -> None:
    with pytest.raises(ExtractionFailed, match="损坏"):
        read(write_pptx(tmp_path / "a", [shape("甲")], {part: "<broken"}))
