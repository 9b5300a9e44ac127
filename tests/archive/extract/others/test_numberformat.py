"""Numbers stand as the formats of their cells show them; formats that are not read leave them as they are."""

from datetime import date, datetime, time
from pathlib import Path

import pytest

from archive.extract import extract_plain
from archive.extract.mediatype import XLS, XLSX
from archive.extract.others import dateformat
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
            ("##0.0E+0", 12345, None),
            ("[>9]0;[<0]0", 3, None),
        ),
        *(("", 3, None), ("0", 1e16, None), ("@", 1, None), ('0"未完', 1, None), ("[DBNum3]General", 3, None)),
        *(
            ("# ?/?", 3, "3"),
            ("# ?/?", -1.75, "-1 3/4"),
            ("?/?", 1.5, "3/2"),
            ("# ?/8", 0.99, "1"),
            ("# ??/??", 0, "0"),
        ),
        *(("0.00E+00", 12345, "1.23E+04"), ("0E+0", 0, "0E+0"), ("0.0E-00", 0.00123, "1.2E-03")),
        *(
            ("#", 3, "3"),
            ("0.##", 3.456, "3.46"),
            ("0.0#", 3, "3.0"),
            ("#.00", 0.5, ".50"),
            ("#,##0.##", 1234.5, "1,234.5"),
        ),
        *(("[<9]0", 3, "3"), ('[>=10000]0.0,"千";0', 12345, "12.3千"), ('[>=10000]0.0,"千";0', -5, "-5")),
        *(
            ("[DBNum1]General", 15, "一十五"),
            ("[DBNum1]General", 1005, "一千〇五"),
            ("[DBNum1]General", 10, "一十"),
            ("[DBNum2][$-804]General", 120, "壹佰贰拾"),
            ("[DBNum2]0.0", 2.5, "贰.伍"),
        ),
        *(
            ("[$¥-804]#,##0.00", 12.5, "¥12.50"),
            ("0元", 5, "5元"),
            ('General"元"', 1.5, "1.5元"),
            ("[Red]General", 7, "7"),
        ),
        *(('0!.0,"万"', 123456, "12.3万"), ('0\\.00,"万元"', 1234567, "12.35万元"), ('0"."0,"万"', 400, "0.0万")),
    ],
)
def test_a_number_as_its_format_shows_it(code: str, value: float, expected: str | None) -> None:
    assert shown(code, value) == expected


@pytest.mark.parametrize(
    ("code", "moment", "expected"),
    [
        *(
            ('yyyy"年"m"月"', date(2024, 3, 1), "2024年3月"),
            ('[$-804]yyyy"年"m"月"d"日";@', date(2024, 3, 5), "2024年3月5日"),
        ),
        *(
            ("[DBNum1]yyyy年m月d日", date(2024, 12, 5), "二〇二四年十二月五日"),
            ("yy/mm/dd", date(2024, 3, 5), "24/03/05"),
        ),
        *(
            ("yyyy-mm-dd", datetime.combine(date(2024, 3, 5), time()), "2024-03-05"),
            ("yyyy.m", date(2024, 11, 1), "2024.11"),
        ),
        *(
            ("yyyy/m/d h:mm", datetime.combine(date(2024, 3, 5), time(9, 3)), "2024/3/5 9:03"),
            ("h:mm:ss", time(9, 3, 1), "9:03:01"),
        ),
        *(('上午/下午h"时"mm"分"', time(15, 4), "下午3时04分"), ("h:mm AM/PM", time(0, 4), "12:04 AM")),
        *(
            ("mm:ss.0", time(0, 4, 5, 580000), "04:05.6"),
            ("aaaa", date(2024, 3, 5), "星期二"),
            ("m月d日aaa", date(2024, 3, 5), "3月5日二"),
        ),
        *(("d-mmm-yy", date(2024, 3, 5), None), ("[h]:mm", time(1, 2), None), ("yyyy", time(1, 2), None)),
        *(("General", date(2024, 3, 5), None), ("", date(2024, 3, 5), None), ('"日期"', date(2024, 3, 5), None)),
    ],
)
def test_a_moment_as_its_format_shows_it(code: str, moment: dateformat.Moment, expected: str | None) -> None:
    assert dateformat.shown(code, moment) == expected


def test_numbers_of_a_workbook_are_shown_in_their_formats(tmp_path: Path) -> None:
    cells = "<c r='A1' s='2'><v>0.0899</v></c><c r='B1' s='5'><v>7</v></c><c r='C1'><v>7.5</v></c>"
    styles, xfs = "<numFmts><numFmt numFmtId='170' formatCode='000'/></numFmts>", "<xf numFmtId='170'/>"
    sheet = f"<sheetData><row r='1'>{cells}</row></sheetData>"
    path = write_xlsx(tmp_path / "a", {"Sheet1": sheet}, styles=styles, xfs=xfs)
    assert extract_plain(path, XLSX).paragraphs == ("8.99%\t007\t7.5",)
    looks = font(8) + number_format(170, "000") + cell_format(0, 0) + cell_format(0, 10) + cell_format(0, 170)
    old = Sheet("Sheet1", [[0.0899, 7.0, 7.5]], formats={(0, 0): 1, (0, 1): 2})
    assert extract_plain(write_xls(tmp_path / "b", [old], looks), XLS).paragraphs == ("8.99%\t007\t7.5",)


def test_days_of_a_workbook_are_shown_in_their_formats_and_what_is_not_read_is_told(tmp_path: Path) -> None:
    cells = "<c r='A1' s='5'><v>45352</v></c><c r='B1' s='6'><v>45352</v></c><c r='C1' s='7'><v>45356</v></c>"
    codes = "<numFmt numFmtId='170' formatCode='yyyy&quot;年&quot;m&quot;月&quot;'/>"
    codes += "<numFmt numFmtId='171' formatCode='d-mmm-yy'/><numFmt numFmtId='172' formatCode='yyyy/m/d'/>"
    xfs = "".join(f"<xf numFmtId='{number}'/>" for number in (170, 171, 172))
    sheet = f"<sheetData><row r='1'>{cells}</row></sheetData>"
    path = write_xlsx(tmp_path / "a", {"Sheet1": sheet}, styles=f"<numFmts>{codes}</numFmts>", xfs=xfs)
    found = extract_plain(path, XLSX)
    assert found.paragraphs == ("2024年3月\t2024-03-01\t2024/3/5",)
    assert [told for told in found.warnings if "格式没有读懂" in told and "1 个" in told and "B1" in told]
