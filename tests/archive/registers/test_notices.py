"""The table of notices: what is shipped, and what a file may say."""

import codecs
import os
import re
from datetime import date
from pathlib import Path

import pytest

from archive.errors import BadCalendar
from archive.registers import notices
from archive.registers.notices import COLUMNS, Kind, Line, numbered, own, packaged

HEADING = "\t".join(COLUMNS)
NOTICE = "国办发明电〔2026〕9号"
ROW = f"2027-10-01\t放假\t国庆节\t{NOTICE}\t2026-11-05"
LINE = Line(date(2027, 10, 1), Kind.OFF, "国庆节", NOTICE, date(2026, 11, 5))


def test_what_is_shipped_names_only_days_unlike_the_plain_week_or_an_earlier_notice() -> None:
    said: dict[date, bool] = {}
    for line in sorted(packaged(), key=lambda line: line.known_since):
        if line.kind is not Kind.YEAR:
            assert said.get(line.day, line.day.weekday() < 5) != (line.kind is Kind.WORK), line
            said[line.day] = line.kind is Kind.WORK


def test_what_is_shipped_names_its_notices() -> None:
    unnumbered = {line.known_since for line in packaged() if not line.number}
    # The number of the notice for 2008 was not found in any source.
    assert unnumbered == {date(2007, 12, 18)}
    for line in packaged():
        found = re.fullmatch(r"国(?:办)?发明电〔(20\d\d)〕\d{1,2}号", line.number)
        assert not line.number or (found and int(found[1]) == line.known_since.year), line
        assert line.holiday or line.kind is Kind.YEAR
        assert -1 <= line.known_since.year - line.day.year <= 0


@pytest.mark.parametrize(
    "encoded",
    [
        f"{HEADING}\n{ROW}\n".encode(),
        f"{HEADING}\r\n{ROW}\r\n".encode("utf-8-sig"),
        f"{HEADING}\r\n{ROW}\r\n".encode("gb18030"),
        f"{HEADING}\n{ROW}\n".encode("utf-16"),
        f"{HEADING}\n{ROW}".replace("\t", ",").encode("gbk"),
        f"# 说明，有逗号\n\n{HEADING}\n\t\t\t\t\n{ROW}\t\t\n".encode(),
        f"日期,安排,通知日期,文号,节日\n2027/10/1,放假,2026/11/5,{NOTICE},国庆节\n".encode("utf-8-sig"),
        f"{HEADING}\n２０２７年１０月１日\t放假 \t 国庆节\t{NOTICE}\t2026.11.5\n{ROW}\n".encode(),
        codecs.BOM_UTF16_BE + f"{HEADING}\n{ROW}\n".encode("utf-16-be"),
        f'日期,安排,节日,文号,通知日期\n"2027-10-01","放假","国庆节","{NOTICE}","2026-11-05"\n'.encode(),
    ],
)
def test_a_table_is_read_however_a_spreadsheet_has_saved_it(tmp_path: Path, encoded: bytes) -> None:
    (tmp_path / "notice.csv").write_bytes(encoded)
    assert [line for _, line in numbered(tmp_path / "notice.csv")] == [LINE]


def test_a_whole_year_is_said_by_its_number(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(f"{HEADING}\n２０２７ 年\t全年\t\t{NOTICE}\t2026-11-05\n", encoding="utf-8")
    assert numbered(tmp_path / "a") == [(2, Line(date(2027, 1, 1), Kind.YEAR, "", NOTICE, date(2026, 11, 5)))]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("", "第 1 行：文件是空的"),
        ("日期\t安排\t备注\t通知日期", "第 1 行：不认识的列 备注"),
        ("日期\t安排\t节日", "第 1 行：没有 通知日期 列"),
        ("日期\t日期\t安排\t通知日期", "第 1 行：有两列 日期"),
        (f"{ROW}", "第 1 行：不认识的列"),
        (f"{HEADING}\n2027-02-30\t放假\tx\tx\t2026-11-05", "第 2 行：日期“2027-02-30”"),
        (f"{HEADING}\n10-01\t放假\tx\tx\t2026-11-05", "第 2 行：日期“10-01”"),
        (f"{HEADING}\n2027-10-01至7日\t放假\tx\tx\t2026-11-05", "第 2 行：日期“2027-10-01至7日”"),
        (f"{HEADING}\n2027-10-01\t调休\tx\tx\t2026-11-05", "第 2 行：安排“调休”应为 放假、上班、全年 之一"),
        (f"{HEADING}\n2027-10-01\t\tx\tx\t2026-11-05", "第 2 行：安排“”"),
        (f"{HEADING}\n2027\t放假\tx\tx\t2026-11-05", "第 2 行：日期“2027”的安排为“放假”"),
        (f"{HEADING}\n2027-01-01\t全年\tx\tx\t2026-11-05", "第 2 行：日期“2027-01-01”的安排为“全年”"),
        (f"{HEADING}\n2027-10-01\t放假\tx\tx\t去年", "第 2 行：通知日期“去年”"),
        (f"{HEADING}\n2027-10-01\t放假\tx\tx", "第 2 行：通知日期“”"),
        (f"{HEADING}\n{ROW}\t多出", "第 2 行：有 6 栏，而列名有 5 个"),
        (f"{HEADING}\n{ROW}\n{ROW.replace('放假', '上班')}", "第 3 行：2027-10-01 上班，与第 2 行（2027-10-01 放假）"),
        (f'{HEADING}\n"2027-10-01\t放假', "读不出表格"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_line(tmp_path: Path, said: str, problem: str) -> None:
    (tmp_path / "notice.tsv").write_text(said, encoding="utf-8")
    with pytest.raises(BadCalendar) as raised:
        numbered(tmp_path / "notice.tsv")
    assert len(raised.value.problems) == 1
    assert raised.value.problems[0].startswith(problem), raised.value.problems


@pytest.mark.parametrize(
    "raw",
    [b"PK\x03\x04\x00\x00\xff\xfe", b"\xff\xd8\xff\xe0" * 300, b"x" * (1 << 21), "日期\t安排\t節日".encode("big5")],
)
def test_another_kind_of_file_is_refused(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "notice.xlsx").write_bytes(raw)
    with pytest.raises(BadCalendar):
        numbered(tmp_path / "notice.xlsx")


def test_a_byte_that_cannot_be_read_is_not_left_out(tmp_path: Path) -> None:
    (tmp_path / "notice.tsv").write_bytes(f"{HEADING}\n{ROW}\n".encode("gb18030").replace(b"9", b"9\xff", 1))
    with pytest.raises(BadCalendar, match="读不出表格（有的字节不是文字）"):
        numbered(tmp_path / "notice.tsv")


def test_every_bad_line_is_told_up_to_a_limit(tmp_path: Path) -> None:
    (tmp_path / "notice.tsv").write_text(f"{HEADING}\n" + "明天\t放假\tx\tx\t昨天\n" * 50, encoding="utf-8")
    with pytest.raises(BadCalendar) as raised:
        numbered(tmp_path / "notice.tsv")
    assert len(raised.value.problems) == 50
    said = str(raised.value).splitlines()
    assert (len(said), said[1][:6], said[-1]) == (22, "第 2 行：", "（另有 30 处）")


def test_what_is_written_is_read_again_and_no_crash_tears_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [LINE, Line(date(2027, 1, 1), Kind.YEAR, '"春节"', "", date(2026, 11, 5))]
    place = tmp_path / "deeper" / "calendar.tsv"
    notices.write(place, lines)
    assert own(place.parent) == lines
    assert place.stat().st_mode & 0o777 == 0o600
    place.chmod(0o640)
    notices.write(place, lines)
    assert place.stat().st_mode & 0o777 == 0o640

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        notices.write(place, lines[:1])
    assert own(place.parent) == lines
    assert [path.name for path in place.parent.iterdir()] == ["calendar.tsv"]


def test_a_link_to_a_file_elsewhere_stays_one(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.tsv").write_text(f"{HEADING}\n", encoding="utf-8")
    (tmp_path / "calendar.tsv").symlink_to(tmp_path / "elsewhere.tsv")
    notices.write(tmp_path / "calendar.tsv", [LINE])
    assert (tmp_path / "calendar.tsv").is_symlink()
    assert own(tmp_path) == [LINE]
