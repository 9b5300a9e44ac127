"""Adding a notice to an installation's calendar."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from archive.errors import BadCalendar
from archive.registers import importing, notices
from archive.registers.importing import Added
from archive.registers.notices import COLUMNS, Line, own
from archive.registers.workdays import Calendar

TODAY = date(2026, 11, 20)
# Made up, and as short as a whole year may be.
YEAR = (
    "2027\t全年\t\t国办发明电〔2026〕9号\t2026-11-05",
    "2027-01-01\t放假\t元旦\t国办发明电〔2026〕9号\t2026-11-05",
    *(f"2027-02-{day:02}\t放假\t春节\t国办发明电〔2026〕9号\t2026-11-05" for day in (5, 8, 9, 10, 11)),
    "2027-10-01\t放假\t国庆节\t国办发明电〔2026〕9号\t2026-11-05",
)
Add = Callable[..., Added]


@pytest.fixture
def add(tmp_path: Path) -> Add:
    def adding(*rows: str, today: date = TODAY) -> Added:
        file = tmp_path / "notice.tsv"
        file.write_text("\n".join(("\t".join(COLUMNS), *rows)), encoding="utf-8")
        return importing.add(tmp_path / "data", file, today)

    return adding


def refused(add: Add, *rows: str) -> str:
    with pytest.raises(BadCalendar) as raised:
        add(*rows)
    (problem,) = raised.value.problems
    return problem


def test_a_notice_that_was_added_is_counted_by(tmp_path: Path, add: Add) -> None:
    added = add(*YEAR)
    assert (len(added.lines), added.already, added.hints) == (8, 0, ())
    calendar = Calendar.load(tmp_path / "data")
    assert calendar.add(date(2026, 12, 4), 20).end == date(2027, 1, 4)
    assert calendar.known_on(date(2026, 11, 4)).missing(TODAY) == (2027,)


def test_adding_it_again_changes_nothing(tmp_path: Path, add: Add) -> None:
    add(*YEAR)
    before = (tmp_path / "data" / "calendar.tsv").read_bytes()
    again = add(*YEAR, "2027-05-03\t放假\t劳动节\t国办发明电〔2026〕9号\t2026-11-05")
    assert ([line.day for line in again.lines], again.already) == ([date(2027, 5, 3)], 8)
    assert (tmp_path / "data" / "calendar.tsv").read_bytes().startswith(before)
    # What is shipped is there already, too.
    assert not add("2020-02-01\t放假\t春节\t国办发明电〔2020〕1号\t2020-01-26").lines


def test_the_shipped_calendar_passes_as_the_example_that_it_is(tmp_path: Path) -> None:
    shipped = Path(notices.__file__).with_name("calendar.tsv")
    added = importing.plan(tmp_path / "data", shipped, TODAY)
    assert (added.lines, added.already) == ((), len(notices.packaged()))


def test_a_later_notice_supersedes_and_the_earlier_one_stays_for_its_time(tmp_path: Path, add: Add) -> None:
    add("2026-07-24\t放假\t县庆\t县政办字〔2026〕3号\t2026-06-01")
    add(
        "2026-07-24\t上班\t县庆\t县政办字〔2026〕5号\t2026-07-10",
        "2026-07-27\t放假\t县庆\t县政办字〔2026〕5号\t2026-07-10",
    )
    calendar = Calendar.load(tmp_path / "data")
    start = date(2026, 7, 23)
    ends = {
        known: calendar.known_on(date.fromisoformat(known)).add(start, 1).end.isoformat()
        for known in ("2026-05-31", "2026-06-01", "2026-07-09", "2026-07-10")
    }
    assert ends == {
        "2026-05-31": "2026-07-24",
        "2026-06-01": "2026-07-27",
        "2026-07-09": "2026-07-27",
        "2026-07-10": "2026-07-24",
    }
    assert calendar.add(start, 2).end == date(2026, 7, 28)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("2027-10-01\t放假\t国庆节\tx\t2026-11-21", "第 2 行：通知日期 2026-11-21 在今天之后"),
        ("2027-10-01\t放假\t\t\t2026-11-20", "第 2 行：节日和文号都没有写"),
        (
            "2020-02-01\t上班\t春节\tx\t2020-01-26",
            "第 2 行：2020-02-01 上班，与已有的 国办发明电〔2020〕1号（2020-01-26）同日通知而相反",
        ),
        ("2027-10-01\t休息\t国庆节\tx\t2026-11-05", "第 2 行：安排“休息”"),
        ("2027\t全年\t\tx\t2026-11-05", "2027 年写明“全年”，而这些日子没有放假：1 月 1 日、10 月 1 日、春节。"),
    ],
)
def test_a_line_that_cannot_be_added_is_refused_with_its_reason(add: Add, row: str, problem: str) -> None:
    assert refused(add, row).startswith(problem)


def test_of_a_file_all_lines_are_added_or_none(tmp_path: Path, add: Add) -> None:
    assert "第 10 行" in refused(add, *YEAR, "2027-13-01\t放假\t国庆节\tx\t2026-11-05")
    assert "第 10 行" in refused(add, *YEAR, "2027-10-04\t放假\t国庆节\tx\t2026-12-05")
    assert not (tmp_path / "data").exists()


def test_half_a_notice_does_not_pass_for_a_whole_one(tmp_path: Path, add: Add) -> None:
    assert Calendar.load(tmp_path).incomplete() == []
    assert refused(add, *YEAR[:-1]).startswith("2027 年写明“全年”，而这些日子没有放假：10 月 1 日。")
    assert refused(add, *YEAR[:2], YEAR[-1]).startswith("2027 年写明“全年”，而这些日子没有放假：春节。")
    # Neither when it was written by hand, nor when a later notice spoils it.
    add(*YEAR)
    spoilt = "2027-10-01\t上班\t国庆节\tx\t2026-11-06"
    assert refused(add, spoilt).startswith("2027 年写明“全年”，而这些日子没有放假：10 月 1 日。")
    with (tmp_path / "data" / "calendar.tsv").open("a", encoding="utf-8") as out:
        out.write(f"{spoilt}\n")
    with pytest.raises(BadCalendar, match="10 月 1 日"):
        Calendar.load(tmp_path / "data")


def test_what_looks_like_a_slip_is_pointed_out_and_taken(add: Add) -> None:
    plain = add("2026-12-08\t上班\t补班\tx\t2026-11-05").hints
    assert plain == ("第 2 行：2026-12-08 是星期二，本来就上班，请核对日期。",)
    late = add("2020-02-01\t上班\t春节\tx\t2020-01-02").hints
    assert late == ("第 2 行：2020-02-01 上班，已有日期更晚的 国办发明电〔2020〕1号（2020-01-26），现行日历按后者。",)
    (half,) = add(*YEAR[1:]).hints
    assert half.startswith("2027 年还没有写明“全年”的一行，涉及该年的期限仍然待定。")
    # A weekend within a holiday is named by many notices.
    assert add("2026-12-12\t放假\t县庆\tx\t2026-11-05").hints == ()


def test_a_plan_writes_nothing(tmp_path: Path, add: Add) -> None:
    file = tmp_path / "notice.tsv"
    file.write_text("\n".join(("\t".join(COLUMNS), *YEAR)), encoding="utf-8")
    assert len(importing.plan(tmp_path / "data", file, TODAY).lines) == 8
    assert not (tmp_path / "data").exists()


def test_a_calendar_that_was_spoilt_by_hand_is_neither_passed_over_nor_overwritten(tmp_path: Path, add: Add) -> None:
    add(*YEAR)
    place = tmp_path / "data" / "calendar.tsv"
    spoilt = place.read_bytes().replace("放假".encode(), "放架".encode(), 1)
    place.write_bytes(spoilt)
    with pytest.raises(BadCalendar, match="第 3 行：安排“放架”"):
        Calendar.load(tmp_path / "data")
    with pytest.raises(BadCalendar, match="calendar.tsv"):
        add("2026-12-12\t放假\t县庆\tx\t2026-11-05")
    assert place.read_bytes() == spoilt


def test_an_upgrade_that_ships_what_was_added_changes_no_day(tmp_path: Path, add: Add) -> None:
    add(*YEAR)
    added = own(tmp_path / "data")
    shipped = [replace(line, holiday="另一种写法") for line in added]
    year = date(2026, 12, 31), date(2027, 12, 31)
    with_both = Calendar([*notices.packaged(), *shipped, *added])
    assert with_both.between(*year) == Calendar.load(tmp_path / "data").between(*year)


def test_several_who_add_at_once_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(path: Path, lines: Iterable[Line]) -> None:
        time.sleep(0.02)
        notices.write(path, lines)

    monkeypatch.setattr(importing, "write", slowly)

    def adding(day: int) -> None:
        file = tmp_path / f"{day}.tsv"
        row = f"2026-12-{day:02}\t放假\t县庆\tx\t2026-11-05"
        file.write_text("\n".join(("\t".join(COLUMNS), row)), encoding="utf-8")
        importing.add(tmp_path / "data", file, TODAY)

    threads = [threading.Thread(target=adding, args=(day,)) for day in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(line.day.day for line in own(tmp_path / "data")) == list(range(1, 9))
