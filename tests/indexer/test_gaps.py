"""Searches without hits: what is kept and when it can be read. A fault in keeping them never stops a search."""

import logging
import sqlite3
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest

from indexer import gaps
from indexer.gaps import Gap, Gaps, GapsUnreadable

MONDAY = date(2026, 3, 2)
TUESDAY = date(2026, 3, 3)


@pytest.fixture
def kept(tmp_path: Path) -> Gaps:
    return Gaps(tmp_path, is_word=lambda text: text in ("高龄", "金融", "低保", "停车", "收费", "柳河镇"))


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def test_a_text_can_be_read_when_it_was_searched_for_often_enough_on_two_days(kept: Gaps) -> None:
    for _ in range(5):
        kept.record("停车 收费", False, MONDAY)
    assert kept.listed() == []
    kept.record("停车收费", True, TUESDAY)
    assert kept.listed() == [Gap("停车收费", 6, MONDAY, TUESDAY, True)]
    kept.record("停车 收费", False, TUESDAY)
    assert kept.listed() == [Gap("停车收费", 7, MONDAY, TUESDAY, False)]


def test_twice_is_not_often_enough(kept: Gaps) -> None:
    kept.record("停车收费", False, MONDAY)
    kept.record("停车收费", False, TUESDAY)
    assert kept.listed() == []


def test_until_then_the_text_is_nowhere_on_the_disk(kept: Gaps, tmp_path: Path) -> None:
    kept.record("停车收费", False, MONDAY)
    kept.record("停车收费", False, TUESDAY)
    assert (tmp_path / "gaps.sqlite3").exists()
    assert "停车收费".encode() not in on_disk(tmp_path)
    kept.record("停车收费", False, TUESDAY)
    assert "停车收费".encode() in on_disk(tmp_path)
    assert kept.dismiss("停车收费")
    assert "停车收费".encode() not in on_disk(tmp_path)


def test_the_files_are_the_owners_alone(kept: Gaps, tmp_path: Path) -> None:
    kept.record("停车收费", False, MONDAY)
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


@pytest.mark.parametrize(
    "text",
    [
        *("-王小明", "低保“王小明”", "王小明,低保", "柳河镇王小明", "冀小兵", "wangxiaoming", "11010519491231002X"),
        "低保 13800138000",
        "王小明",
        "王小明 低保",
        "幸福小区3号楼",
        "a@b.cn",
        "水",
        "",
        "长" * 41,
    ],
)
def test_what_may_be_about_a_person_is_kept_in_no_form(text: str, kept: Gaps, tmp_path: Path) -> None:
    kept.record(text, False, MONDAY)
    assert list(tmp_path.iterdir()) == []


def test_words_that_look_like_names_are_kept(kept: Gaps) -> None:
    for day in (MONDAY, TUESDAY, TUESDAY):
        kept.record("高龄", False, day)
    assert [gap.text for gap in kept.listed()] == ["高龄"]


def test_what_was_dealt_with_comes_back_when_it_is_wanted_again(kept: Gaps) -> None:
    for day in (MONDAY, TUESDAY, TUESDAY):
        kept.record("停车收费", False, day)
    assert kept.dismiss("停车收费")
    assert not kept.dismiss("停车收费")
    kept.record("停车收费", False, TUESDAY)
    assert kept.listed() == []
    for _ in range(2):
        kept.record("停车收费", False, TUESDAY + timedelta(days=1))
    assert [gap.times for gap in kept.listed()] == [3]


def test_what_is_not_wanted_any_more_is_forgotten(kept: Gaps, tmp_path: Path) -> None:
    kept.record("停车收费", False, MONDAY)
    later = MONDAY + timedelta(days=gaps.DIGEST_DAYS + 1)
    for day in (later, later + timedelta(days=1)):
        kept.record("停车收费", False, day)
    assert kept.listed() == []
    kept.record("停车收费", False, later + timedelta(days=1))
    assert [gap.times for gap in kept.listed()] == [3]
    kept.record("别的检索", False, later + timedelta(days=gaps.TEXT_DAYS + 2))
    assert kept.listed() == []


def test_a_flood_of_texts_keeps_the_newest(kept: Gaps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gaps, "MOST", 50)
    for at in range(200):
        kept.record(f"检索{at}", False, MONDAY + timedelta(days=at // 10))
    with sqlite3.connect(tmp_path / "gaps.sqlite3") as connection:
        count, oldest = connection.execute("SELECT count(*), min(last) FROM digests").fetchone()
    connection.close()
    assert count <= 51
    assert oldest > (MONDAY + timedelta(days=10)).isoformat()


def test_threads_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gaps, "BUSY_SECONDS", 30)
    several = [Gaps(tmp_path) for _ in range(4)]

    def work(kept: Gaps) -> None:
        for at in range(20):
            kept.record("停车收费", False, MONDAY + timedelta(days=at % 2))

    threads = [threading.Thread(target=work, args=(kept,)) for kept in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [gap.times for gap in several[0].listed()] == [80]


def test_no_trouble_with_the_file_stops_a_search(kept: Gaps, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "gaps.sqlite3").write_bytes(b"this is no database at all, " * 100)
    with caplog.at_level(logging.ERROR):
        kept.record("停车收费", False, MONDAY)
        kept.record("停车收费", False, MONDAY)
    assert len(caplog.records) == 1
    with pytest.raises(GapsUnreadable, match="可以删除"):
        kept.listed()
    kept.clear()
    kept.record("停车收费", False, MONDAY)
    assert kept.listed() == []


def test_a_folder_that_is_not_there_stops_no_search(tmp_path: Path) -> None:
    Gaps(tmp_path / "none").record("停车收费", False, MONDAY)
