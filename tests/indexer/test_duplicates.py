"""Recognising documents that say nearly the same."""

import pytest

from indexer.duplicates import ALIKE, resemblance, sketch

NOTICE = (
    "关于做好2019年冬季清洁取暖工作的通知。各镇人民政府、街道办事处，县直有关部门：为做好今年冬季清洁取暖工作，保障群众温暖过冬，"
    "现就有关事项通知如下。一、加强组织领导，压实工作责任。二、做好燃气、电力供应，确保不停供。三、加强安全检查，及时排除隐患。"
    "四、畅通投诉渠道，二十四小时有人值守。五、补助资金由县财政局按月拨付，任何单位不得截留挪用。"
)
OTHER = "云溪县义务教育招生工作意见。适龄儿童按照划定的范围就近入学，报名时应当提交户口簿、房屋权属证明等材料。" * 3


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        (NOTICE, NOTICE, 1.0, 1.0),
        (NOTICE, NOTICE.replace("，", ", ").replace("2019", "２０１９"), 1.0, 1.0),
        (NOTICE, NOTICE.replace("2019", "2020").replace("县财政局", "县民政局"), 0.8, 0.99),
        (NOTICE, NOTICE + OTHER, 0.3, ALIKE),
        (NOTICE, OTHER, 0.0, 0.05),
        ("附件", "附件", 0.0, 0.0),
        ("", NOTICE, 0.0, 0.0),
    ],
)
def test_resemblance_is_the_share_of_what_both_say(one: str, other: str, least: float, most: float) -> None:
    assert least <= resemblance(sketch(one), sketch(other)) <= most
    assert resemblance(sketch(one), sketch(other)) == resemblance(sketch(other), sketch(one))


def test_a_sketch_estimates_the_similarity_of_long_texts() -> None:
    lines = [f"第{at}条 申请人提交{at * 7919 % 1000}份，由{at * 104729 % 997}号窗口受理并登记。" for at in range(120)]
    one, other = "".join(lines[:100]), "".join(lines[20:])
    runs = [{text[at : at + 5] for at in range(len(text) - 4)} for text in (one, other)]
    exact = len(runs[0] & runs[1]) / len(runs[0] | runs[1])
    assert resemblance(sketch(one), sketch(other)) == pytest.approx(exact, abs=0.1)
