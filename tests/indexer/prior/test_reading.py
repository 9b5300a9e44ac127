"""What is left of a request when the form in which one asks is taken away."""

import pytest

from indexer.errors import BadQuery
from indexer.prior.reading import MAX_LENGTH, read_request


@pytest.mark.parametrize(
    ("request_", "runs"),
    [
        ("申请公开青崖镇2021年信息公开年报全文，复印件即可。", ("青崖镇2021年信息公开年报全文",)),
        ("根据《中华人民共和国政府信息公开条例》第二十九条，现向贵办申请公开供热补贴名单。", ("供热补贴名单",)),
        ("尊敬的工作人员您好：请提供公租房的轮候办法。获取方式：当面领取。谢谢！", ("公租房的轮候办法",)),
        ("申请人：王某，联系电话：13800000000。申请公开云青路改造的中标情况。特此申请。", ("王某", "云青路改造的中标")),
        ("所需信息内容描述：县城停暖退费的规定。提供方式：纸质；获取方式：邮寄。", ("县城停暖退费",)),
        ("反映大托街道违建问题", ("大托街道违建",)),
        ("希望一卡通支持手机虚拟卡，电子交通警察", ("一卡通支持手机虚拟卡", "电子交通警察")),
    ],
)
def test_the_form_is_left_out(request_: str, runs: tuple[str, ...]) -> None:
    assert read_request(request_).runs == runs


def test_titles_and_numbers_are_looked_up_but_not_the_law_under_which_one_asks() -> None:
    asked = read_request(
        "依据《政府信息公开条例》和《行政诉讼法》的规定，"
        "申请公开《云溪县城镇供热管理办法》及云政发〔2019〕6号，2018年以来的。"
    )
    assert asked.titles == ("云溪县城镇供热管理办法",)
    assert asked.numbers == ("云政发〔2019〕6号",)
    assert asked.years == frozenset((2018, 2019))


def test_a_request_for_the_law_itself_keeps_it() -> None:
    assert read_request("申请公开《云溪县政府信息公开保密审查办法》").titles == ("云溪县政府信息公开保密审查办法",)


def test_a_request_that_is_nothing_but_form_is_searched_for_as_it_stands() -> None:
    assert read_request("政府信息公开申请表").runs == ("政府信息公开申请表",)


@pytest.mark.parametrize("text", ["", " \n", "？！", "字" * (MAX_LENGTH + 1)])
def test_nothing_and_too_much_are_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(BadQuery) as refused:
        read_request(text)
    assert "。" in str(refused.value)
