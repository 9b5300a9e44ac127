"""Reading dates in the spellings of documents."""

from datetime import date

import pytest

from archive.chinese.dates import find, parse_date

DATES = [
    ("2019年1月3日", date(2019, 1, 3)),
    ("2019 年 01 月 03 日", date(2019, 1, 3)),
    ("２０１９年１月３日 10:00", date(2019, 1, 3)),
    ("二〇一九年九月二十日", date(2019, 9, 20)),
    ("二○○四年十一月四日", date(2004, 11, 4)),
    ("一九九六年六月二十九日", date(1996, 6, 29)),
    ("二O一九年十月三十一日", date(2019, 10, 31)),
    ("2019-1-3", date(2019, 1, 3)),
    ("2019/01/03", date(2019, 1, 3)),
    ("2019.1.3", date(2019, 1, 3)),
    ("20190103", date(2019, 1, 3)),
    (" 2019-01-03 16:20:11 ", date(2019, 1, 3)),
    ("2019-02-30", None),
    ("2019年13月1日", None),
    ("1912年1月1日", None),
    ("2099-01-01", None),
    ("2019年", None),
    ("2019年第3季度", None),
    ("不详", None),
    ("", None),
    ("截至2019年1月3日", None),
]


@pytest.mark.parametrize(("text", "day"), DATES)
def test_a_date_is_read_in_any_spelling_or_is_none(text: str, day: date | None) -> None:
    assert parse_date(text) == day


def test_dates_are_found_with_their_places() -> None:
    text = "自2019年1月1日起至２０１９年１２月３１日止"
    assert [(day, text[start:end]) for day, start, end in find(text)] == [
        (date(2019, 1, 1), "2019年1月1日"),
        (date(2019, 12, 31), "２０１９年１２月３１日"),
    ]
