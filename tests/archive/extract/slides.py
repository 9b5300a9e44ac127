"""Writing small presentations (pptx) out of the XML of slides and of what stands on them."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

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
        '<p:sldSz cx="1000" cy="500"/></p:presentation>',
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


def placed(text: str, place: str = "", properties: str = "", run: str = "") -> str:
    return (
        f"<p:sp><p:nvSpPr><p:cNvPr id='1' name='x' {properties}/></p:nvSpPr><p:spPr>{place}</p:spPr>"
        f"<p:txBody><a:p><a:r>{run}<a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def at(x: int, y: int, width: int = 100, height: int = 50, more: str = "") -> str:
    return f"<a:xfrm {more}><a:off x='{x}' y='{y}'/><a:ext cx='{width}' cy='{height}'/></a:xfrm>"


def solid(colour: str, more: str = "") -> str:
    kind = "srgbClr" if len(colour) == 6 else "schemeClr"
    return f"<a:solidFill><a:{kind} val='{colour}'>{more}</a:{kind}></a:solidFill>"


def inked(colour: str, more: str = "") -> str:
    return f"<a:rPr>{more}{solid(colour)}</a:rPr>"


def area(fill: str, place: str = "", form: str = "rect") -> str:
    place = place or at(0, 0, 1000, 500)
    return f"<p:sp><p:spPr>{place}<a:prstGeom prst='{form}'/>{fill}</p:spPr></p:sp>"


def ground(fill: str) -> str:
    return f"<p:bg><p:bgPr>{fill}</p:bgPr></p:bg>"
