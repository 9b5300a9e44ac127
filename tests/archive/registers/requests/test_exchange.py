"""The register as a table: the same after a way out and in, wrong rows refused by line, and nothing calculated."""

import csv
import stat
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from archive.errors import RequestRefused
from archive.registers.notices import packaged
from archive.registers.requests import exchange, sheet
from archive.registers.requests.applicants import latest
from archive.registers.requests.exchange import PERSONAL
from archive.registers.requests.facts import Delivery, Field, Position, Result, Said
from archive.registers.requests.fees import Basis
from archive.registers.requests.outcomes import Row
from archive.registers.requests.register import Register
from archive.registers.requests.states import Event, State
from archive.registers.requests.terms import Channel
from archive.registers.staff import Staff
from archive.registers.workdays import Calendar
from archive.store.catalogue import Catalogue
from tests.archive.extract.workbooks import rows, write_xlsx
from tests.archive.registers.requests.conftest import CLERK, DAY, HEAD, Apply, Today
from tests.archive.registers.requests.test_register import answer
from tests.conftest import Databases

OLD = ("登记号", "收到渠道", "提交日", "确认日", "申请人类型", "姓名", "申请内容", "结果代码", "答复文号", "答复日")


@pytest.fixture
def other(catalogue: Catalogue, databases: Databases, tmp_path: Path, today: Today) -> Iterator[Register]:
    """Return an empty register of another database, with the same keys."""
    opened = Staff(databases.empty(tmp_path / "other.sqlite3"), catalogue.keys)
    yield Register(opened, catalogue, Calendar(packaged()), today)
    opened.close()


@pytest.fixture
def full(register: Register, application: Apply, today: Today) -> Register:
    """Return a register with a request in each state."""

    def new(name: str, **more: object) -> str:
        return register.register(application(name, **more), CLERK).id

    def act(id: str, event: Event, by: object = CLERK, **said: object) -> None:
        today.day += DAY
        register.act(id, event, Said(today.day, **said), by)  # type: ignore[arg-type]  # as it says

    new("待确认", channel=Channel.INTERNET)
    new("=HYPERLINK(1)", wanted="'+1", obtain="@邮寄\r\n到家", text='第一行\n\t第二行，“引号”"，逗号;\x07完')
    supplement = new("待补正")
    act(supplement, Event.ASK_SUPPLEMENT, until=date(2026, 9, 30), note="补")
    asked = new("征求")
    act(asked, Event.ASK_ORGAN, note="财政局")
    act(asked, Event.ASK_THIRD_PARTY, note="李四")
    act(asked, Event.SERVE, at=0)
    act(asked, Event.OPINION, at=0, position=Position.AGREES)
    charged = new("待缴费")
    act(charged, Event.CHARGE, basis=Basis.PAGES, count=250)
    archived, disputed, redone, void = new("归档"), new("复议"), new("重办"), new("作废")
    act(archived, Event.EXTEND, HEAD, days=20, note="多")
    for id in (archived, disputed, redone):
        today.day += DAY
        register.act(id, Event.ANSWER, answer(today.day), CLERK)
        act(id, Event.DELIVER, delivery=Delivery.MAIL)
    act(archived, Event.ARCHIVE, number="2026-YS-0012")
    act(disputed, Event.REVIEW)
    act(disputed, Event.REVIEW_END, result=Result.UPHELD)
    act(disputed, Event.SUE)
    act(redone, Event.ARCHIVE, number="2026-YS-0013")
    act(redone, Event.REVIEW)
    act(redone, Event.REVIEW_END, result=Result.CORRECTED, redo=True)
    act(void, Event.VOID, HEAD, note="重复")
    return register


def _persons(register: Register) -> dict[str, dict[Field, str]]:
    """Return what is personal by number, but for what was said with single events."""
    every = register.look_at_all(CLERK)
    return {each.number: latest({1: every[each.id]}, PERSONAL.values()) for each in register.all()}


@pytest.mark.parametrize("name", ["register.csv", "register.xlsx"])
def test_out_and_in_again_it_is_the_same(
    full: Register, other: Register, application: Apply, tmp_path: Path, today: Today, name: str
) -> None:
    path = tmp_path / name
    assert exchange.write(full, path, CLERK, persons=True) == 9
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    taken = exchange.take_in(other, path, CLERK, today.day)
    assert (taken.rows, taken.refused) == (9, [])
    assert {each.number: each.facts for each in other.all()} == {each.number: each.facts for each in full.all()}
    assert _persons(other) == _persons(full)
    # And its numbers go on after those.
    assert other.register(application("新来"), CLERK).number == "2026-0010"
    # A second time each row is refused, by its line.
    assert [each.line for each in exchange.take_in(other, path, CLERK, today.day).refused][:2] == [2, 3]


def test_without_persons_nobody_is_named(full: Register, other: Register, tmp_path: Path, today: Today) -> None:
    path = tmp_path / "register.csv"
    exchange.write(full, path, CLERK)
    text = path.read_text(encoding="utf-8")
    assert not any(word in text for word in ("HYPERLINK", "370101", "13800001111", "方案", "申请内容"))
    assert exchange.take_in(other, path, CLERK, today.day).refused == []
    assert {each.number: each.facts for each in other.all()} == {each.number: each.facts for each in full.all()}


def test_an_export_is_in_the_audit_log_before_the_file_is(full: Register, catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        exchange.write(full, tmp_path / "nowhere" / "a.csv", CLERK, persons=True)
    told = [event for event in catalogue.events() if event.action == "request.export"]
    assert [(each.actor, each.details["persons"]) for each in told] == [("丁四", True)]
    (tmp_path / "there.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError):
        exchange.write(full, tmp_path / "there.csv", CLERK)
    assert (tmp_path / "there.csv").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠a", "'=1", "''-1"])
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_no_cell_is_calculated_and_each_comes_back(tmp_path: Path, cell: str, name: str) -> None:
    path = tmp_path / name
    sheet.write(path, [["a", cell]])
    assert sheet.harmless(cell) == f"'{cell}"
    assert [*sheet.read(path)] == [(1, ["a", cell])]
    if name == "a.csv":
        with path.open(encoding="utf-8-sig", newline="") as stream:
            assert next(csv.reader(stream)) == ["a", f"'{cell}"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "gb18030"])
def test_a_table_with_tabs_is_read_as_spreadsheets_save_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes('登记号\t申请内容\t\r\n2019-0001\t"方案, 含""图""\r\n二"\t\r\n'.encode(encoding))
    assert [*sheet.read(path)] == [(1, ["登记号", "申请内容", ""]), (2, ["2019-0001", '方案, 含"图"\r\n二', ""])]


def test_other_cells_are_left_alone(tmp_path: Path) -> None:
    for cell in ("2026-0001", "'引号'", "a=b", "", "（=）"):
        assert sheet.harmless(cell) == sheet.meant(cell) == cell


def _written(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as out:
        csv.writer(out).writerows(rows)
    return path


GOOD = (
    "2019年第1号",
    "互联网",
    "2019/3/1",
    "2019年3月4日",
    "自然人",
    "张三丰",
    "方案",
    "R05",
    "沭公开〔2019〕3号",
    "2019-03-20",
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_an_old_register_is_taken_in_as_offices_write_it(
    register: Register, tmp_path: Path, today: Today, encoding: str
) -> None:
    path = _written(tmp_path / "old.csv", [OLD, GOOD, [""] * 3], encoding)
    assert exchange.take_in(register, path, CLERK, today.day, dry_run=True).rows == 1
    assert register.all() == []
    assert exchange.take_in(register, path, CLERK, today.day).rows == 1
    (made,) = register.all()
    assert (made.number, made.facts.state, made.facts.row) == ("2019年第1号", State.CLOSED, Row.CLASSIFIED)
    assert made.facts.imported and made.facts.received_on == date(2019, 3, 4)
    # 15 working days, as the regulation was then.
    assert register.term(made).said == "2019-03-25"
    assert [each.event for each in register.events(made.id)] == [Event.IMPORT]
    assert register.masked_names() == {made.id: "张**"}


def changed(**cells: str) -> list[str]:
    return [cells.get(name, value) for name, value in zip(OLD, GOOD, strict=True)]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (changed(登记号=""), "登记号空着"),
        (changed(登记号="张三丰"), "登记号应为"),
        (changed(收到渠道="飞鸽"), "收到渠道应为 当面、邮寄挂号"),
        (changed(提交日="三月"), "提交日里的日期应写成"),
        (changed(提交日="2019-02-30"), "提交日里的日期应写成"),
        (changed(确认日=""), "应当有确认日"),
        (changed(确认日="2019-02-28"), "早于提交日"),
        (changed(申请人类型="张三丰"), "申请人类型应为 自然人"),
        (changed(姓名=" "), "姓名或名称空着"),
        (changed(申请内容=""), "申请内容空着"),
        (changed(结果代码="R22"), "结果代码应为 R03"),
        (changed(结果代码=""), "应当都有"),
        (changed(答复日=""), "应当都有"),
        (changed(答复日="2019-03-01"), "早于"),
        (changed(答复日="2099-03-01"), "还没有到"),
        (changed(答复文号="张三丰"), "答复文号应写成"),
        ([*GOOD, "张三丰"], "比列名多"),
    ],
)
def test_a_wrong_row_is_refused_by_line_and_the_rest_goes_in(
    register: Register, tmp_path: Path, today: Today, row: list[str], why: str
) -> None:
    last = changed(登记号="2019年第2号")
    taken = exchange.take_in(register, _written(tmp_path / "old.csv", [OLD, row, last, last]), CLERK, today.day)
    assert [each.line for each in taken.refused] == [2, 4]
    assert why in taken.refused[0].reason and "已经有了" in taken.refused[1].reason
    assert "三丰" not in str(taken.refused)
    assert [each.number for each in register.all()] == ["2019年第2号"]


@pytest.mark.parametrize(
    ("columns", "cells", "why"),
    [
        (("征求意见",), ("李四 2019-03-05",), "征求意见应写成"),
        (("征求意见",), ("第三方 三月 发出",), "征求意见里的日期"),
        (("复议诉讼",), ("告了",), "复议诉讼应写成"),
        (("收费",), ("十元",), "收费应写成"),
        (("延长天数", "延长告知日"), ("21", "2019-03-05"), "1 至 20"),
        (("延长天数",), ("5",), "延长告知日"),
        (("补正收到日",), ("2019-03-05",), "没有补正告知日"),
        (("答复种类",), ("provided",), "与结果代码不符"),
        (("状态",), ("办理中",), "按日期应为“已办结”"),
        (("来源",), ("抄来",), "来源应为"),
        (("去除个人信息日",), ("2019-03-25",), "不能再有个人信息"),
    ],
)
def test_further_cells_are_checked_too(
    register: Register, tmp_path: Path, today: Today, columns: tuple[str, ...], cells: tuple[str, ...], why: str
) -> None:
    path = _written(tmp_path / "old.csv", [(*OLD, *columns), (*GOOD, *cells)])
    (refused,) = exchange.take_in(register, path, CLERK, today.day).refused
    assert why in refused.reason


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "文件是空的"),
        ("登记号,张三丰\n".encode(), "第 2 列的列名不认识"),
        ("登记号,登记号,收到渠道,提交日,申请人类型\n".encode(), "有两列登记号"),
        ("登记号,收到渠道\n".encode(), "缺少提交日、申请人类型列"),
        ('登记号,收到渠道,提交日,申请人类型\n"张三丰'.encode(), "引号不成对"),
        (b"PK\x03\x04 no workbook", "读不出"),
        (b"\xff\xfe\x00", "读不出"),
        (b"\x81", "读不出"),
    ],
)
def test_a_file_that_is_no_table_is_told(
    register: Register, tmp_path: Path, today: Today, content: bytes, why: str
) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes(content)
    with pytest.raises(RequestRefused, match=why) as caught:
        exchange.take_in(register, path, CLERK, today.day)
    assert "三丰" not in str(caught.value)


def test_lines_are_counted_over_cells_of_several_lines(register: Register, tmp_path: Path, today: Today) -> None:
    rows = [OLD, changed(申请内容="一\n二\n三"), changed(登记号="2019年第2号", 收到渠道="飞鸽")]
    (refused,) = exchange.take_in(register, _written(tmp_path / "old.csv", rows), CLERK, today.day).refused
    assert refused.line == 5


def test_a_long_register_goes_out_and_in_as_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    every = [[f"2024-{at:04}", *["自然人", "", "", "2024-03-04"] * 8] for at in range(6000)]
    sheet.write(path, every)
    assert [row for _, row in sheet.read(path)] == every


@pytest.mark.parametrize("name", ["\u200b", "\u202e\x07", "\u2028"])
def test_a_name_that_nobody_sees_is_none(
    register: Register, application: Apply, tmp_path: Path, today: Today, name: str
) -> None:
    path = _written(tmp_path / "old.csv", [OLD, changed(姓名=name), GOOD])
    (refused,) = exchange.take_in(register, path, CLERK, today.day).refused
    assert (refused.line, refused.reason) == (2, "姓名或名称空着。")
    with pytest.raises(RequestRefused, match="请写明姓名或名称"):
        register.register(application(name), CLERK)


def test_what_turns_the_text_around_it_is_in_no_name(register: Register, application: Apply) -> None:
    made = register.register(application("\u202e\u200b张三丰\ue001"), CLERK)
    assert register.masked_names() == {made.id: "张**"}
    assert register.look(made.id, CLERK).values[Field.NAME] == "张三丰\ue001"


def test_a_row_with_too_long_a_text_is_refused_alone(register: Register, tmp_path: Path, today: Today) -> None:
    path = _written(tmp_path / "old.csv", [OLD, changed(申请内容="方" * 20_001), GOOD])
    for dry_run in (True, False):
        taken = exchange.take_in(register, path, CLERK, today.day, dry_run)
        assert [(each.line, each.reason) for each in taken.refused] == [(2, "申请内容超过 20000 字，请删减。")]
        assert taken.rows == 1


def test_a_number_that_no_column_holds_is_one_of_another_office(
    register: Register, application: Apply, tmp_path: Path, today: Today
) -> None:
    path = _written(tmp_path / "old.csv", [OLD, changed(登记号="2026-99999999999999999999")])
    assert exchange.take_in(register, path, CLERK, today.day).rows == 1
    assert register.register(application(), CLERK).number == "2026-0001"


def test_what_a_workbook_holds_beside_its_first_sheet_is_not_passed_over(tmp_path: Path) -> None:
    one = write_xlsx(tmp_path / "one.xlsx", {"说明": rows(), "登记簿": rows("a|b")})
    assert [row for _, row in sheet.read(one)] == [["a", "b"]]
    two = write_xlsx(tmp_path / "two.xlsx", {"2018": rows("a|b"), "2019": rows("a|c")})
    with pytest.raises(RequestRefused, match="工作表不止一张"):
        next(sheet.read(two))


@pytest.mark.parametrize("lacking", ["", "<v/>", "<v></v>"])
def test_a_formula_without_its_value_is_not_taken_for_an_empty_cell(tmp_path: Path, lacking: str) -> None:
    row = '<sheetData><row r="1"><c r="A1"><v>7</v></c><c r="B1"{}><f>DATE(2026,3,2)</f>{}</c></row></sheetData>'
    with pytest.raises(RequestRefused, match="没有算出结果的公式"):
        next(sheet.read(write_xlsx(tmp_path / "a.xlsx", {"登记簿": row.format("", lacking)})))
    # An empty text is a value, too.
    told = write_xlsx(tmp_path / "b.xlsx", {"登记簿": row.format(' t="str"', "<v></v>")})
    assert [row for _, row in sheet.read(told)] == [["7", ""]]
