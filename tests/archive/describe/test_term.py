"""Reading a document's term: only what it states, and only about itself."""

from datetime import date

import pytest

from archive.describe.term import read

ISSUED = date(2019, 9, 20)


@pytest.mark.parametrize(
    ("text", "effective", "expires"),
    [
        ("第三十条　本办法自2020年1月1日起施行，有效期至2024年12月31日。", (2020, 1, 1), (2024, 12, 31)),
        ("本办法自2020年1月1日起施行，有效期5年。", (2020, 1, 1), (2024, 12, 31)),
        ("本规定自2020年2月1日起施行。有效期五年。", (2020, 2, 1), (2025, 1, 31)),
        ("本细则自2020年3月1日起试行，试行期两年。", (2020, 3, 1), (2022, 2, 28)),
        ("本通知自印发之日起施行，有效期3年。", (2019, 9, 20), (2022, 9, 19)),
        ("本条例自公布之日起施行。", (2019, 9, 20), None),
        ("本办法自发布之日起30日后施行，有效期为2年。", (2019, 10, 20), (2021, 10, 19)),
        ("本法自二〇二〇年一月一日起施行。", (2020, 1, 1), None),
        ("本意见自2019年10月1日起实施，有效期至2021年9月30日止。", (2019, 10, 1), (2021, 9, 30)),
        ("自2018年5月1日起执行。", (2018, 5, 1), None),
        ("本办法有效期自2020年1月1日起至2022年12月31日。", None, (2022, 12, 31)),
        ("本方案自印发之日起实施，有效期6个月。", (2019, 9, 20), (2020, 3, 19)),
    ],
)
def test_what_a_document_says_of_itself(
    text: str, effective: tuple[int, int, int] | None, expires: tuple[int, int, int] | None
) -> None:
    found = read(f"各镇：\n现印发给你们。\n{text}", ISSUED)
    assert found is not None
    assert found.effective_on == (date(*effective) if effective else None)
    assert found.expires_on == (date(*expires) if expires else None)
    assert found.sentence[:3] in text or text.startswith("第三十条")


@pytest.mark.parametrize(
    "text",
    [
        "许可证有效期5年。",
        "取水许可证有效期一般为五年，有效期届满需要延续的，应当提出申请。",
        "2019年我县开始执行新的标准。",
        "《云溪县低保暂行办法》自2014年1月1日起施行，现予废止。",
        "请于2019年12月31日前报送。",
        "暂行办法已经印发，请遵照执行。",
        "原办法同时废止。",
    ],
)
def test_what_is_said_of_something_else_is_none(text: str) -> None:
    assert read(f"关于做好有关工作的通知\n{text}", ISSUED) is None


def test_a_span_without_a_first_day_is_not_made_up() -> None:
    assert read("本办法自印发之日起施行，有效期5年。", None) is None


def test_long_texts_take_their_time_only_once() -> None:
    assert read("本办法" * 300_000 + "自" * 300_000, ISSUED) is None
