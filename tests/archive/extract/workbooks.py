"""Writing workbooks of Excel 2007 and later from the XML of their rows."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
# Cell formats by number: general, a date, a percentage, 2020年1月23日, a time.
_STYLES = (0, 14, 10, 31, 21)


def write_xlsx(
    path: Path,
    sheets: Mapping[str, str],
    more: Mapping[str, str] | None = None,
    hidden: str = "",
    styles: str = "",
    xfs: str = "",
) -> Path:
    """Write a workbook of sheets by name, each given as the XML in its ``worksheet``; ``more`` parts are added.

    ``styles`` are fonts and the like, and ``xfs`` cell formats from number 5 on.
    """
    numbers = range(1, len(sheets) + 1)
    named = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}" state="{"hidden" if name == hidden else "visible"}"/>'
        for n, name in zip(numbers, sheets, strict=True)
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    formats = "".join(f'<xf numFmtId="{number}"/>' for number in _STYLES) + xfs
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships {_PACKAGE}><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>{named}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships {_PACKAGE}>{related}<Relationship Id="rId99" '
        f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f"<styleSheet {_MAIN}>{styles}<cellXfs>{formats}</cellXfs></styleSheet>",
        **{
            f"xl/worksheets/sheet{n}.xml": f"<worksheet {_MAIN}>{content}</worksheet>"
            for n, content in zip(numbers, sheets.values(), strict=True)
        },
        **(more or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in parts.items():
            container.writestr(name, content)
    return path


def comments(number: int, *given: tuple[str, str, str]) -> dict[str, str]:
    """Return the parts with the comments of a sheet, each given as place, author and text."""
    authors = "".join(f"<author>{author}</author>" for _, author, _ in given)
    listed = "".join(
        f'<comment ref="{place}" authorId="{n}"><text><r><t>{text}</t></r></text></comment>'
        for n, (place, _, text) in enumerate(given)
    )
    return {
        f"xl/comments/comment{number}.xml": f"<comments {_MAIN}><authors>{authors}</authors><commentList>{listed}"
        "</commentList></comments>",
        f"xl/worksheets/_rels/sheet{number}.xml.rels": f'<Relationships {_PACKAGE}><Relationship Id="rId1" '
        f'Type="{_OFFICE}/comments" Target="../comments/comment{number}.xml"/></Relationships>',
    }


def rows(*given: str) -> str:
    """Return the data of a sheet; each row is given as text cells separated by bars."""
    return "<sheetData>" + "".join(_row(down, line.split("|")) for down, line in enumerate(given, 1)) + "</sheetData>"


def _row(down: int, cells: list[str]) -> str:
    inside = "".join(
        f'<c r="{chr(65 + across)}{down}" t="inlineStr"><is><t>{cell}</t></is></c>' if cell else ""
        for across, cell in enumerate(cells)
    )
    return f'<row r="{down}">{inside}</row>'
