"""Offers for words that say when, in force or newest. Nothing is narrowed by itself."""

from datetime import date

import pytest

from indexer.analyzer import Analyzer
from indexer.asking.offers import MOST, Offer, offers

TODAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("typed", "rest", "label", "since", "until"),
    [
        ("今年低保标准", "低保标准", "只看 2026 年", "2026-01-01", "2026-12-31"),
        ("云溪县去年的预算", "云溪县 预算", "只看 2025 年", "2025-01-01", "2025-12-31"),
        ("近三年 预算", "预算", "只看 2023 年 3 月 31 日以来", "2023-03-31", None),
        ("最近2个月的通知", "通知", "只看 2026 年 1 月 31 日以来", "2026-01-31", None),
        ("上个月 通知", "通知", "只看 2026 年 2 月", "2026-02-01", "2026-02-28"),
        ("本月", "", "只看 2026 年 3 月", "2026-03-01", "2026-03-31"),
        ("近一个月", "", "只看 2026 年 2 月 28 日以来", "2026-02-28", None),
        ("近半年", "", "只看 2025 年 9 月 30 日以来", "2025-09-30", None),
        ("去年下半年招聘", "招聘", "只看 2025 年下半年", "2025-07-01", "2025-12-31"),
        ("今年四季度", "", "只看 2026 年第四季度", "2026-10-01", "2026-12-31"),
        ("上周 会议", "会议", "只看 2026 年 3 月 23 日至 2026 年 3 月 29 日", "2026-03-23", "2026-03-29"),
        ("昨天", "", "只看 2026 年 3 月 30 日", "2026-03-30", "2026-03-30"),
        ("2019年11月3日 通知", "通知", "只看 2019 年 11 月 3 日的文件", "2019-11-03", "2019-11-03"),
        ("关于二〇一九年十一月三日的通知", "关于 的通知", "只看 2019 年 11 月 3 日的文件", "2019-11-03", "2019-11-03"),
        ("2019-11-03", "", "只看 2019 年 11 月 3 日的文件", "2019-11-03", "2019-11-03"),
        ("２０１９ 年 11 月 ３ 日", "", "只看 2019 年 11 月 3 日的文件", "2019-11-03", "2019-11-03"),
    ],
)
def test_a_time_is_offered_as_days(
    typed: str, rest: str, label: str, since: str, until: str | None, analyzer: Analyzer
) -> None:
    (offer,) = offers(typed, analyzer, TODAY)
    assert (offer.typed, offer.label) == (rest, label)
    assert (offer.since, offer.until) == (date.fromisoformat(since), date.fromisoformat(until) if until else None)


def test_the_newest_and_what_is_in_force_are_offered(analyzer: Analyzer) -> None:
    assert offers("最新低保标准", analyzer, TODAY) == [Offer("最新", "低保标准", "按日期最新在前排列", newest=True)]
    assert offers("現行有效的 养犬规定", analyzer, TODAY) == [
        Offer("現行有效", "养犬规定", "只看现行有效的", in_force=True)
    ]
    assert [each.label for each in offers("今年最新通知", analyzer, TODAY)] == ["只看 2026 年", "按日期最新在前排列"]


def test_each_is_offered_once_and_a_few_at_most(analyzer: Analyzer) -> None:
    assert [each.label for each in offers("今年 " * 40 + "去年", analyzer, TODAY)] == ["只看 2026 年", "只看 2025 年"]
    assert len(offers(" ".join(f"近{count}年" for count in range(1, 30)), analyzer, TODAY)) == MOST


@pytest.mark.parametrize(
    "typed",
    [
        "“今年” 预算",
        "标题:最新",
        "-今年 预算",
        "2019年预算",
        "现行犯",
        "",
        "近零年",
        "3月15日",
        "2019-02-30",
        "“2019-11-03”",
        "日期:2019-11-03",
        "2019年11月",
    ],
)
def test_nothing_is_offered_for_other_words(typed: str, analyzer: Analyzer) -> None:
    assert offers(typed, analyzer, TODAY) == []
