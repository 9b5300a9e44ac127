"""What was recognised is kept line by line, and what a process says about a stranger's file is checked."""

import json
from pathlib import Path

import pytest

from archive.extract.recognition.page import Kept, Line, RecognisedPage, read

PAGE = RecognisedPage(1000, 1400, "rapidocr 3.10.0", (Line("低保", (100, 130, 132, 162), 90, 122, 0.98),))


def test_a_page_is_the_same_after_it_was_written() -> None:
    assert RecognisedPage.of(json.loads(json.dumps(PAGE.told))) == PAGE
    assert PAGE.confidence == pytest.approx(0.98)
    assert RecognisedPage(1000, 1400, "x", ()).confidence == 0


@pytest.mark.parametrize(
    "told",
    [
        {"width": 0},
        {"height": "1400"},
        {"model": "two\nlines"},
        {"lines": None},
        {"lines": [["低\n保", [1, 2, 3, 4, 5, 6], 9, 12, 0.9]]},
        {"lines": [["\ud800", [1, 2], 9, 12, 0.9]]},
        {"lines": [["低保", [1, 2], 9, 12, 0.9]]},
        {"lines": [["低", [1, 10**9], 9, 12, 0.9]]},
        {"lines": [["低", [1, 2], 9, 12, float("nan")]]},
        {"lines": [["低", [1, 2], 9]]},
        {"lines": [["低" * 30_000, list(range(60_000)), 9, 12, 0.9]] * 2},
    ],
)
def test_what_can_not_be_a_page_is_refused(told: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        RecognisedPage.of(PAGE.told | told)


def test_the_last_line_about_a_page_counts_and_one_that_was_cut_off_does_not(tmp_path: Path) -> None:
    lines: list[dict[str, object]] = [
        {"wanted": [1, 2, 3]},
        {"page": 1, "failed": "超过时间"},
        {"page": 2} | PAGE.told,
        {"page": 1} | PAGE.told,
        {"page": 2, "failed": "内存不足"},
        {"page": 0} | PAGE.told,
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in lines) + "broken\n[[]]\n" + '{"page": 3, "wid')
    assert read(path) == Kept((1, 2, 3), {1: PAGE}, {2: "内存不足"})
    assert read(path).missing == (3,)
    assert read(tmp_path / "none.jsonl") == read(None) == Kept()
