"""Numbers stand as the formats of their cells show them; formats that are not read leave them as they are."""

from pathlib import Path

import pytest

from archive.extract import extract_plain
from archive.extract.mediatype import XLS, XLSX
from archive.extract.others.numberformat import shown
from tests.archive.extract.compounds import Sheet, cell_format, font, number_format, write_xls
from tests.archive.extract.workbooks import write_xlsx


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        *(("0%", 0.5, "50%"), ("0.00%", 0.0899, "8.99%"), ("0.00%", -0.0899, "-8.99%"), ("0.0", 2.25, "2.3")),
        *(("#,##0.00", 123456.5, "123,456.50"), ("#,##0", -1234, "-1,234"), ("000", 7, "007"), ("0.0", -0.01, "0.0")),
        *(("#,##0;(#,##0)", -1234, "(1,234)"), ("#,##0;(#,##0)", 0, "0"), ('0.00,"千元"', 1234567, "1234.57千元")),
        *(("[Red]0.0", 1, "1.0"), ("#,##0_);[Red](#,##0)", 5, "5"), ('"约"0"件"', 12, "约12件"), ("0", 0.5, "1")),
        *(
            ("General", 1.5, None),
            ("yyyy-mm-dd", 3, None),
            ("[<9]0", 3, None),
            ("0.00E+00", 3, None),
            ("# ?/?", 3, None),
        ),
        *(("#", 3, None), ("", 3, None), ("0", 1e16, None), ("@", 1, None), ('0"未完', 1, None)),
    ],
)
def test_a_number_as_its_format_shows_it(code: str, value: float, expected: str | None) -> None:
    assert shown(code, value) == expected


def test_numbers_of_a_workbook_are_shown_in_their_formats(tmp_path: Path) -> None:
    cells = "<c r='A1' s='2'><v>0.0899</v></c><c r='B1' s='5'><v>7</v></c><c r='C1'><v>7.5</v></c>"
    styles, xfs = "<numFmts><numFmt numFmtId='170' formatCode='000'/></numFmts>", "<xf numFmtId='170'/>"
    sheet = f"<sheetData><row r='1'>{cells}</row></sheetData>"
    path = write_xlsx(tmp_path / "a", {"Sheet1": sheet}, styles=styles, xfs=xfs)
    assert extract_plain(path, XLSX).paragraphs == ("8.99%\t007\t7.5",)
    looks = font(8) + number_format(170, "000") + cell_format(0, 0) + cell_format(0, 10) + cell_format(0, 170)
    old = Sheet("Sheet1", [[0.0899, 7.0, 7.5]], formats={(0, 0): 1, (0, 1): 2})
    assert extract_plain(write_xls(tmp_path / "b", [old], looks), XLS).paragraphs == ("8.99%\t007\t7.5",)
