"""Other spellings of one thing: each of a group finds the others."""

import pytest

from archive.chinese.text import normalise
from indexer.asking.spellings import spellings
from indexer.asking.synonyms import Sought

GROUPS = """
12000元 12,000元 1.2万元
4800元 4,800元 四千八百元
五万元 5万元 50000元 50,000元
12000 12,000
二十个工作日 20个工作日 ２０个工作日
三十日 30日
两年 二年 2年
一个月 1个月
第一百零五条 第105条
37摄氏度 37℃
120㎡ 120平方米 120m² 120平米
一百二十平方米 120平方米
0539-6211234 05396211234 (0539)6211234
0539-6211234-802 0539-6211234转802 05396211234-802
13812345678 138-1234-5678
400-123-4567 4001234567
KX-200B KX200B
COVID-19 COVID19
8:30 8∶30 ８：３０ 08:30 八点半 8点半 8点30分 八点三十分 8时30分
1:500 1∶500 1比500
二〇〇八年 二OO八年 二○○八年 二零零八年 2008年 ２００８年
二〇一九年十一月三日 2019年11月3日 2019-11-03 2019.11.3 2019/11/03 2019年11月03日 20191103
2019年11月 二〇一九年十一月 2019-11
3月15日 三月十五日 03月15日
第一百零五条 第一百〇五条 第105条
5.2% 百分之五点二 ５．２％
5‰ 千分之五
100% 百分之百
-5℃ 零下5℃ 零下5度 零下五度 -5度
88.5㎡ 88.5平方米 88.5m2
12公里 12km 12千米
2019-2021 2019~2021 2019至2021 2019年至2021
2019-3# 2019-3号
"""


@pytest.mark.parametrize("group", GROUPS.split("\n")[1:-1])
def test_each_spelling_leads_to_the_others(group: str) -> None:
    written = {each: normalise(each) for each in group.split()}
    for typed, form in written.items():
        (found,) = spellings(f"关于{form}的")
        others = {normalise(other) for other in found.others}
        # What is left of a unit is wanted beside the number.
        rest = form[found.end - 2 :] if form[: found.end - 2] != form else ""
        assert {other.removesuffix(rest) for other in written.values()} - {form.removesuffix(rest)} <= others, typed


def test_a_comma_that_divides_no_thousands_joins_no_numbers() -> None:
    (found,) = spellings("1,20元")
    assert (found.start, found.others) == (2, ("二十元",))


def test_a_long_number_is_sought_as_if_it_was_typed_and_a_short_one_whole() -> None:
    (found,) = spellings("五万元")
    assert {other: found.how(other) for other in found.others} == {
        **{"5万元": Sought.WHOLE, "50000元": Sought.TEXT, "50,000元": Sought.TEXT}
    }
    # 2000 is a year, too.
    (found,) = spellings("二千元")
    assert "2000元" in found.others and found.how("2000元") is Sought.WHOLE


@pytest.mark.parametrize(
    "typed",
    [
        *("2008", "三点意见", "二十", "12345热线", "6211234", "192.168.1.1", "v2.0.1", "2019-02-30", "5%-10%", "一般"),
        *("GB/T9704-2012", "第次", "PM2.5", "A4", "2月30日"),
        # What may be something else than an amount: postal codes, telephone and document numbers, hotlines.
        *("379900", "邮编2767", "电话：5012", "6211234", "95598", "1234号", "第30日", "第三十日"),
        # Words that begin with a number.
        *("一次性", "一户一宅", "一件事", "千家万户", "百日攻坚", "三农", "五保户", "二次供水", "3.5元", "218.6亿元"),
    ],
)
def test_what_has_one_spelling_is_left_alone(typed: str) -> None:
    assert spellings(normalise(typed)) == ()


def test_a_part_of_a_figure_is_not_spelt_otherwise() -> None:
    assert [(each.start, each.end) for each in spellings("2019-2021年和2019-11-03")] == [(0, 9), (11, 21)]
