"""Finding the sentence that answers a question about a quantity."""

import pytest

from indexer.analyzer import Analyzer
from indexer.asking.quantities import LONGEST, Question, best
from indexer.asking.synonyms import PACKAGED, Synonyms

SYNONYMS = Synonyms.load(PACKAGED)
REPORT = (
    "全年办理依申请公开17件。市场准入、不动产登记、工业建设项目施工许可分别压减到３个、５个和50个工作日以内。\n"
    "收到建议提案253件。咨询电话：0539-6000000，办公地址：沿河路9号。"
)
GUIDE = (
    "一、办理时限\n自受理之日起5个工作日内办结。\n二、收费标准\n住宅类不动产登记每件80元，车库每件550元。\n"
    "2019年3月1日起施行。\n三、补贴\n高龄津贴按每人每月一百元发放，城镇居民医疗保险报销比例为70%。"
)


def answered(question: str, title: str, text: str, analyzer: Analyzer) -> tuple[str, str] | None:
    asked = Question(question, SYNONYMS, analyzer)
    if not asked.asks:
        return None
    found = best((0, each) for each in asked.answers(title, text))
    return (text[found[1].start : found[1].end].strip(), text[slice(*found[1].quantity)]) if found else None


@pytest.mark.parametrize(
    ("question", "title", "text", "sentence", "number"),
    [
        ("不动产登记几天", "年度报告", REPORT, "市场准入、不动产登记", "５个"),
        ("市场准入要多久", "年度报告", REPORT, "市场准入、不动产登记", "３个"),
        ("房产证几天能办下来", "年度报告", REPORT, "市场准入、不动产登记", "５个"),
        ("施工许可要多少个工作日", "年度报告", REPORT, "市场准入、不动产登记", "50个工作日以内"),
        ("建议提案多少件", "年度报告", REPORT, "收到建议提案", "253件"),
        ("咨询电话", "年度报告", REPORT, "咨询电话", "0539-6000000"),
        ("教育局举报电话", "教育局招生工作的意见", "举报电话0500-5550380。", "举报电话", "0500-5550380"),
        ("不动产登记收费", "不动产登记办事指南", GUIDE, "住宅类不动产登记", "每件80元"),
        ("高龄补贴多少钱", "惠民政策", GUIDE, "高龄津贴", "每人每月一百元"),
        ("不动产登记要几天", "不动产登记办事指南", GUIDE, "自受理之日起", "自受理之日起5个工作日内"),
        ("房产证多久能办下来", "不动产登记办事指南", GUIDE, "自受理之日起", "自受理之日起5个工作日内"),
        ("医疗保险报销比例", "惠民政策", GUIDE, "高龄津贴", "70%"),
    ],
)
def test_the_sentence_with_the_number_answers(
    question: str, title: str, text: str, sentence: str, number: str, analyzer: Analyzer
) -> None:
    found = answered(question, title, text, analyzer)
    assert found is not None
    assert found[0].startswith(sentence)
    assert found[1] == number


@pytest.mark.parametrize(
    ("question", "title", "text"),
    [
        ("不动产登记", "年度报告", REPORT),
        ("几天", "年度报告", REPORT),
        ("结婚登记几天", "年度报告", REPORT),
        ("不动产登记多少钱", "年度报告", REPORT),
        ("不动产登记几天", "年度报告", "不动产登记" + "的有关事项" * LONGEST + "5个工作日。"),
        ("不动产登记几天", "年度报告", "不动产登记条例自2015年3月1日起施行。"),
        ("不动产登记几天", "年度报告", ""),
        ("房产证几天", "公租房办法", "会同民政、不动产登记等部门联审，公示10日无异议的予以轮候。"),
        ("教育局电话", "教育局招生工作的意见", "举报电话0500-5550380。"),
        ("教育局电话", "教育局招生工作的意见", "咨询请到窗口,投诉监督电话:0500-5550380。"),
        ("建议提案多少件", "年度报告", "执行情况分为审计、建议提案办理情况，2019年公开相关事项26件。"),
    ],
)
def test_nothing_is_made_up(question: str, title: str, text: str, analyzer: Analyzer) -> None:
    assert answered(question, title, text, analyzer) is None


def test_what_says_more_of_the_question_answers_then_what_ranks_higher(analyzer: Analyzer) -> None:
    asked = Question("不动产登记几天", SYNONYMS, analyzer)
    under = [(0, each) for each in asked.answers("不动产登记办事指南", "办理时限\n自受理之日起30日内办结。")]
    both = [(1, each) for each in asked.answers("不动产登记办事指南", "不动产登记自受理之日起5个工作日内办结。")]
    beside = [(2, each) for each in asked.answers("年度报告", "不动产登记压减到5个工作日以内。")]
    assert len(under) == len(both) == len(beside) == 1
    assert best((*under, *both, *beside)) == both[0]
    assert best((*under, *beside)) == under[0]
    assert not list(asked.answers("不动产登记办事指南", "办理时限\n自受理之日起30日内办结。", beside_only=True))


def test_numbers_in_a_list_go_with_the_things_in_theirs(analyzer: Analyzer) -> None:
    uneven = "市场准入、不动产登记分别压减到3个、5个和50个工作日以内。"
    assert answered("不动产登记几天", "报告", uneven, analyzer) is not None
    assert answered("不动产登记几天", "报告", "甲类、不动产登记和丙类分别为三个、五个和八个工作日。", analyzer) == (
        "甲类、不动产登记和丙类分别为三个、五个和八个工作日。",
        "五个",
    )
