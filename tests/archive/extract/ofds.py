"""Writing OFD files (GB/T 33190-2016) from the XML of their pages."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image

NAMESPACE = "http://www.ofdspec.org/2016"
_ROOT = (
    '<ofd:OFD xmlns:ofd="{}" DocType="OFD" Version="1.1"><ofd:DocBody><ofd:DocInfo><ofd:DocID>1</ofd:DocID>'
    "</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
)


def write_ofd(
    path: Path,
    pages: Sequence[str],
    common: str = "",
    more: Mapping[str, str | bytes] | None = None,
    after: str = "",
    namespace: str = NAMESPACE,
) -> Path:
    """Write a document of A4 pages, each given as the XML of its objects or as a complete page part.

    ``common`` goes into CommonData, and ``after`` after the list of pages. ``more`` are parts to be added, or left out
    if they are "".
    """
    listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
    parts = {
        "OFD.xml": _ROOT.format(namespace),
        "Doc_0/Document.xml": f'<ofd:Document xmlns:ofd="{namespace}"><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>'
        f"0 0 210 297</ofd:PhysicalBox></ofd:PageArea>{common}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>{after}"
        "</ofd:Document>",
        **{f"Doc_0/Pages/Page_{n}/Content.xml": page(content, namespace) for n, content in enumerate(pages)},
        **(more or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in parts.items():
            if content:
                container.writestr(name, content)
    return path


def page(content: str, namespace: str = NAMESPACE) -> str:
    """Return a page part with one layer, unless the XML has its own Content."""
    if "<ofd:Content>" not in content:
        content = f"<ofd:Content><ofd:Layer>{content}</ofd:Layer></ofd:Content>"
    return f'<ofd:Page xmlns:ofd="{namespace}">{content}</ofd:Page>'


def text(x: float, y: float, words: str, size: float = 5.6, step: float | None = None, more: str = "") -> str:
    """Return a line of text whose lower left corner is at x and y, in millimetres from the page's upper left corner."""
    steps = f' DeltaX="g {len(words) - 1} {step or size}"' if len(words) > 1 else ""
    return (
        f'<ofd:TextObject Boundary="{x} {y - size} 160 {size * 1.2}" Size="{size}" Font="1" {more}>'
        f'<ofd:TextCode X="0" Y="{size}"{steps}>{words}</ofd:TextCode></ofd:TextObject>'
    )


def rule(x: float, y: float, width: float, height: float) -> str:
    """Return a straight line across or down from a point."""
    return (
        f'<ofd:PathObject Boundary="{x} {y} {width or 0.3} {height or 0.3}" LineWidth="0.3"><ofd:AbbreviatedData>'
        f"M 0 0 L {width} {height}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def write_scan(path: Path, pages: int = 1) -> Path:
    """Write a document of which each page is a grey picture with a black square on it, and nothing else."""
    picture = Image.new("L", (60, 80), 200)
    picture.paste(0, (0, 0, 30, 40))
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    media = '<ofd:MultiMedia ID="9" Type="Image"><ofd:MediaFile>a.png</ofd:MediaFile></ofd:MultiMedia>'
    listed = f'<ofd:Res xmlns:ofd="{NAMESPACE}" BaseLoc="Res"><ofd:MultiMedias>{media}</ofd:MultiMedias></ofd:Res>'
    shown = '<ofd:ImageObject ID="3" Boundary="0 0 210 297" ResourceID="9" CTM="210 0 0 297 0 0"/>'
    more: dict[str, str | bytes] = {"Doc_0/DocumentRes.xml": listed, "Doc_0/Res/a.png": stream.getvalue()}
    return write_ofd(path, [shown] * pages, "<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>", more)
