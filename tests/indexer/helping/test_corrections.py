"""Corrections: offering what may have been meant."""

import random
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from archive.chinese.text import normalise
from indexer.analyzer import Analyzer
from indexer.helping.corrections import SHAPES, Corrector, _shapes
from indexer.helping.pinyin import near, readings, syllables_of

CORPUS = Path(__file__).parents[3] / "corpus"
VOCABULARY = {
    **dict.fromkeys(["临沭", "临沭县", "临沂", "临沂市", "政务", "公开", "政务公开", "政府", "信息公开"], 300),
    **dict.fromkeys(["预算", "决算", "征收", "征用", "复议", "诉讼", "行政复议", "登记", "不动产登记"], 200),
    **dict.fromkeys(["最低生活保障", "生态环境", "环境影响评价", "低保", "办法", "补贴", "县", "app"], 100),
    **dict.fromkeys(["沭政办字", "林木", "食品安全", "医疗保险", "劳动合同", "通知"], 50),
}


@pytest.fixture(scope="module")
def corrector(analyzer: Analyzer) -> Corrector:
    return Corrector(VOCABULARY, analyzer.function_words, analyzer.is_word, analyzer.own_words)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        # confused by shape
        ("临沐", "临沭"),
        ("临沐县 低保", "临沭县 低保"),
        ("沐政办字〔2016〕74号", "沭政办字〔2016〕74号"),
        ("予算", "预算"),
        # confused by sound
        ("政务功开", "政务公开"),
        ("不动厂登记", "不动产登记"),
        ("生态环镜", "生态环境"),
        ("食品按全 办法", "食品安全 办法"),
        ("行政负议", "行政复议"),
        ("医聊保险", "医疗保险"),
        # a slip of the finger
        ("最低生活保", "最低生活保障"),
        ("信息公公开", "信息公开"),
        ("劳动同合", "劳动合同"),
        # pinyin and initials
        ("zhengwu gongkai", "政务公开"),
        ("zhengwugongkai", "政务公开"),
        ("lin shu zheng wu gong kai", "临沭 政务公开"),
        ("linshu zhengwu gongkai", "临沭 政务公开"),
        ("zwgk", "政务公开"),
        ("ZWGK", "政务公开"),
        ("低保 shengtaihuanjing", "低保 生态环境"),
        ("zhengwu gongkai 2016", "政务公开 2016"),
        ("zheng'wu gongkai", "政务公开"),
        ("临沐 OR 低保", "临沭 OR 低保"),
    ],
)
def test_the_right_word_is_among_those_offered(typed: str, meant: str, corrector: Corrector) -> None:
    assert meant in corrector.corrections(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "临沂",
        "决算",
        "征用",
        "诉讼",
        "政务公开",
        "低保怎么申请",
        "app",
        "腹泻",
        "县",
        "2019",
        "pm2.5",
        "xyz",
        "",
        "“政务功开”",
        "-政务功开",
        "标题:政务功开",
        "OR",
        "因为这句话很长所以是粘贴来的政务功开而不是谁打错了的",
        "政务功开 " + "低保 " * 12,
    ],
)
def test_what_is_right_or_meant_as_it_stands_is_left_alone(typed: str, corrector: Corrector) -> None:
    assert corrector.corrections(typed) == []


@pytest.mark.parametrize("word", [word for word in VOCABULARY if len(word) > 1])
def test_a_known_word_is_never_edited(word: str, corrector: Corrector) -> None:
    assert corrector.corrections(word) == []


def test_a_word_of_the_county_is_meant_even_where_hardly_a_document_has_it(analyzer: Analyzer) -> None:
    vocabulary = {**dict.fromkeys(VOCABULARY, 50_000), "临沭": 1}
    rare = Corrector(vocabulary, analyzer.function_words, analyzer.is_word, ["临沭"])
    assert rare.corrections("临沐") == ["临沭"]


def test_a_city_is_not_taken_for_the_county_even_where_no_document_has_it(analyzer: Analyzer) -> None:
    county = Corrector({"临沭": 300, "临沭县": 300}, analyzer.function_words, analyzer.is_word, ["临沭", "临沭县"])
    for other in ("临沂", "临沂市", "临朐", "临清"):
        assert county.corrections(other) == []


@pytest.mark.parametrize(
    ("vocabulary", "typed", "meant"),
    [
        # Characters that stand alone in documents do not turn a typing error into a word.
        ({"体育锻炼": 100, "体育": 300, "炼": 5, "方法": 50_000}, "体育炼", "体育锻炼"),
        ({"改进": 300, "该": 900, "进": 100, "方法": 50_000}, "该进", "改进"),
        ({"公开审理": 300, "公开": 500, "宙": 2, "理": 100, "方法": 50_000}, "公开宙理", "公开审理"),
    ],
)
def test_what_can_be_cut_into_characters_may_still_be_wrong(vocabulary: dict[str, int], typed: str, meant: str) -> None:
    assert meant in Corrector(vocabulary).corrections(typed)


def test_numbers_are_not_taken_for_each_other() -> None:
    assert Corrector({"第二十五条": 300}).corrections("第三十五条") == []


def test_what_is_more_wrong_than_right_is_another_word() -> None:
    assert Corrector({"喷漆": 300}).corrections("彭琪") == []


def test_words_that_sound_the_same_are_all_offered_the_commonest_first() -> None:
    assert Corrector({"时限": 10, "实现": 30, "事先": 20}).corrections("shi xian") == ["实现", "事先", "时限"]


def test_a_word_that_is_seldom_read_so_comes_last() -> None:
    assert Corrector({"提报": 30, "低保": 10}).corrections("dibao") == ["低保", "提报"]


def test_without_documents_nothing_is_offered() -> None:
    assert Corrector({}).corrections("政务功开 zwgk") == []


def test_no_more_than_asked_for(corrector: Corrector) -> None:
    assert len(corrector.corrections("临沐", 1)) == 1


def test_the_table_of_shapes_is_sound() -> None:
    lines = [line.split("\t") for line in SHAPES.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert len(lines) > 3000
    assert len({line[0] for line in lines}) == len(lines)
    for character, others in lines:
        assert len(character) == 1
        assert others
        assert character not in others
        assert len(set(others)) == len(others)
    confused = dict(lines)
    assert [(one, other) for one in confused for other in confused[one] if one not in confused[other]] == []


@pytest.mark.parametrize(
    "group",
    ["沭沐术", "未末", "土士", "人入", "拨拔", "账帐", "治冶", "戍戌", "辨辩", "幕募慕暮", "晴睛清情", "日曰", "折拆析"]
    + ["审宙", "通诵", "传转", "检险验", "受爱", "配酉", "第弟", "责贵", "换唤", "项顶", "收牧"],
)
def test_what_is_known_to_be_confused_is_in_the_table(group: str) -> None:
    lines = [line.split("\t") for line in SHAPES.read_text("utf-8").splitlines() if not line.startswith("#")]
    confused = dict(lines)
    assert [(one, other) for one in group for other in group if one != other and other not in confused[one]] == []


def test_readings_have_no_tones_and_near_sounds_are_one() -> None:
    assert readings("沭") == ("shu",)
    assert set(readings("行")) >= {"xing", "hang"}
    assert readings("a") == readings("，") == ()
    assert ("chong", "qing") in syllables_of("重庆")
    assert near("zhang") == near("zan")
    assert near("ning") == near("lin")
    assert near("gong") != near("gang")


def test_what_a_title_says_is_right_and_tells_what_was_meant(analyzer: Analyzer) -> None:
    titles = ["云溪县企业信息公示暂行条例", "监察官法", "检察官法"]
    made = Corrector(VOCABULARY, analyzer.function_words, analyzer.is_word, titles=titles)
    assert made.corrections("企业信息公示暂行条例") == made.corrections("监察官法") == []
    assert made.corrections("企叶信息公世暂行条例")[0] == "企业信息公示暂行条例"
    assert made.corrections("qiyexinxigongshi") == ["企业信息公示"]
    assert made.corrections("qiyexinxgongshi") == ["企业信息公示"]


def test_pinyin_of_single_characters_is_read() -> None:
    words = {"预算": 300, "法院": 200, "法律": 100, "法规": 100, "办法": 90}
    assert "预算 法" in Corrector(words).corrections("yusuanfa")


@pytest.mark.parametrize("typed", ["zhengwugonkai", "zhegnwu gongkai", "linsu", "dibso", "xingzhenfuyi"])
def test_a_slip_in_pinyin(typed: str, corrector: Corrector) -> None:
    meant = {"zhengwugonkai": "政务公开", "zhegnwu gongkai": "政务公开", "linsu": "临沭", "dibso": "低保"}
    assert meant.get(typed, "行政复议") in corrector.corrections(typed)


class Slips:
    """Slips made up in titles of the sample, the same in each run."""

    def __init__(self, analyzer: Analyzer) -> None:
        titles = sorted({normalise(path.stem) for path in (CORPUS / "files").rglob("*.*")})
        words = Counter(word for title in titles for word in analyzer.words(title))
        self.corrector = Corrector(words, analyzer.function_words, analyzer.is_word, analyzer.own_words, titles)
        self.chance = random.Random(11)  # noqa: S311  # for slips, not for secrets
        self.phrases = [run for title in titles for run in re.findall("[\u4e00-\u9fff]{4,14}", title)]
        self.words = sorted(word for word in words if len(word) == 2 and re.fullmatch("[\u4e00-\u9fff]+", word))
        self.sounding: dict[str, list[str]] = {}
        for character in sorted(set("".join(titles))):
            self.sounding.setdefault(readings(character)[0] if readings(character) else "", []).append(character)

    def written(self, text: str, count: int) -> str | None:
        """Return a text with so many characters replaced by some of their sound or shape."""
        characters = list(text)
        for at in self.chance.sample(range(len(text)), count):
            like = [*self.sounding.get(readings(text[at])[0], ()), *_shapes().get(text[at], "")[:2]]
            like = [each for each in like if each != text[at]]
            if text[at] in "一二三四五六七八九十" or not like:
                return None
            characters[at] = self.chance.choice(like)
        return "".join(characters)

    def spelt(self, text: str) -> str:
        """Return a text's pinyin with one letter lacking, double, or exchanged with the next."""
        letters = "".join(readings(character)[0] for character in text)
        at = self.chance.randrange(1, len(letters) - 1)
        exchanged = letters[: at - 1] + letters[at] + letters[at - 1] + letters[at + 1 :]
        lacking, double = letters[:at] + letters[at + 1 :], letters[:at] + letters[at:][:1] + letters[at:]
        return self.chance.choice([exchanged, lacking, double])

    def share(self, pairs: Iterable[tuple[str | None, str]]) -> float:
        """Return of how many slips what was meant is offered."""
        slips = [(typed, meant) for typed, meant in pairs if typed and typed != meant]
        assert len(slips) > 30
        offered = [[each.replace(" ", "") for each in self.corrector.corrections(typed)] for typed, _ in slips]
        return sum(meant in each for (_, meant), each in zip(slips, offered, strict=True)) / len(slips)


@pytest.fixture(scope="module")
def slips(analyzer: Analyzer) -> Slips:
    return Slips(analyzer)


def test_of_slips_in_two_characters_seventeen_of_twenty_are_corrected(slips: Slips) -> None:
    assert slips.share((slips.written(phrase, 2), phrase) for phrase in slips.phrases) >= 0.85
    assert slips.share((slips.written(word, 1), word) for word in slips.words[::2]) >= 0.85


def test_of_misspelt_pinyin_seven_of_ten_are_corrected(slips: Slips) -> None:
    assert slips.share((slips.spelt(phrase), phrase) for phrase in slips.phrases) >= 0.85
    assert slips.share((slips.spelt(word), word) for word in slips.words[::2]) >= 0.7


def test_where_nothing_is_wrong_nothing_is_offered(slips: Slips) -> None:
    right = [*slips.phrases, *slips.words]
    assert sum(bool(slips.corrector.corrections(each)) for each in right) <= 0.01 * len(right)
