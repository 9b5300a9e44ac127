"""The file of best bets: what a line may hold, when it is asked for, and that an edit takes effect."""

from datetime import date
from pathlib import Path

import pytest

from archive import maintained
from archive.maintained import Kept
from web.installation.best_bets import FILE, BadBestBets, BestBets, Place, asked

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page

DAY = date(2026, 3, 1)
LINE = "低保、低保怎么办\t最低生活保障怎样申请\t3gzu453nyovp\t向镇人民政府提出申请。\t2026-03-01\n"


def test_a_line_is_asked_for_by_each_of_its_texts_until_its_last_day() -> None:
    table = BestBets.read(f"\ufeff# 注释\n\n{LINE}低保\t标准\t/guide#points\t说明\r\n".encode())
    first, second = table.of("低保", DAY)
    assert (first.title, first.place, first.address, first.line) == (
        *("最低生活保障怎样申请", Place.DOCUMENT, "3gzu453nyovp", 3),
    )
    assert (second.place, second.address, second.until) == (Place.PAGE, "/guide#points", None)
    assert table.of("请问 低保怎么办呢？", DAY) == [first] and table.of("低保", date(2026, 3, 2)) == [second]
    assert table.of("低保标准", DAY) == table.of("", DAY) == table.of("。", DAY) == []


def test_what_makes_no_difference_is_not_asked() -> None:
    assert asked("请问，低保 怎么办的？") == asked("低保怎么办") != asked("低保")


@pytest.mark.parametrize(
    "address",
    ["3gzu453nyovp", "/documents/3gzu453nyovp", "/", "/guide", "/search?q=低保&genre=通知", "/browse/columns"],
)
def test_an_address_on_this_site(address: str) -> None:
    (bet,) = BestBets.read(f"低保\t标题\t{address}\t说明".encode()).all
    assert bet.place is not Place.ELSEWHERE


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("低保\t标题\t/guide", "3 栏"),
        ("低保\t标题\t/guide\t说明\t2026-03-01\t多", "6 栏"),
        ("、\t标题\t/guide\t说明", "检索词"),
        ("请问\t标题\t/guide\t说明", "虚词"),
        (f"{'低' * 41}\t标题\t/guide\t说明", "40"),
        ("低保\t\t/guide\t说明", "标题"),
        (f"低保\t标题\t/guide\t{'说' * 201}", "说明"),
        ("低保\t标题\t/guide\t说明\t2026-02-30", "2027-12-31"),
        ("低保\t标题\t/guide\t说明\t明年", "2027-12-31"),
        *((f"低保\t标题\t{address}\t说明", "https://") for address in ("javascript:alert(1)", "http://a.example")),
        *((f"低保\t标题\t{address}\t说明", "https://") for address in ("//a.example", "/api/v1/search", "https://[")),
        *(
            (f"低保\t标题\t{address}\t说明", "https://")
            for address in ("https://a.example/ b", "/documents/a/original")
        ),
        ("低保\t标题\thttps://gov.example/documents/3gzu453nyovp\t说明", "文件编号"),
    ],
)
def test_a_line_that_cannot_be_used_is_told_with_its_number(line: str, reason: str) -> None:
    with pytest.raises(BadBestBets, match="第 2 行") as told:
        BestBets.read(f"# 推荐\n{line}\n".encode())
    assert reason in told.value.reason


def test_another_encoding_and_too_many_lines_are_told() -> None:
    with pytest.raises(BadBestBets, match="第 2 行.*UTF-8"):
        BestBets.read("#\n低保".encode()[:-1])
    with pytest.raises(BadBestBets, match="1000 行"):
        BestBets.read((LINE * 1001).encode())


def test_an_edit_takes_effect_and_a_bad_one_changes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    moments = map(float, range(0, 100, 2))
    path = tmp_path / FILE
    kept = Kept(path, BestBets.load, BadBestBets, BestBets(), lambda: next(moments))
    assert kept.current().all == ()
    path.write_text(LINE, encoding="utf-8")
    assert len(kept.current().all) == 1
    stamp = kept.stamp
    path.write_text(f"{LINE}坏\n", encoding="utf-8")
    assert len(kept.current().all) == len(kept.current().all) == 1 and kept.stamp != stamp
    assert caplog.text.count("第 2 行") == 1 and str(path) in caplog.text
    path.unlink()
    assert kept.current().all == ()


def test_a_file_is_not_looked_at_for_every_search(tmp_path: Path) -> None:
    now = [0.0]
    kept = Kept(tmp_path / FILE, BestBets.load, BadBestBets, BestBets(), lambda: now[0])
    kept.current()
    (tmp_path / FILE).write_text(LINE, encoding="utf-8")
    now[0] = maintained.RECHECK_SECONDS / 2
    assert kept.current().all == ()
    now[0] = maintained.RECHECK_SECONDS
    assert len(kept.current().all) == 1
