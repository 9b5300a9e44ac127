"""Synonyms, which lead from laypeople's words to those of offices. A bad edit by staff does not break the table."""

import logging
import os
from pathlib import Path

import pytest

from archive.chinese.text import normalise
from indexer.analyzer import Analyzer
from indexer.asking.synonyms import MAX_OTHERS, PACKAGED, RELATED, SAME, Match, Synonym, SynonymFile, Synonyms
from indexer.errors import BadSynonyms

# Pairs of former, short and colloquial names. "=" goes both ways.
TYPICAL = """
低保 = 最低生活保障
五保户 > 特困人员
高龄补贴 = 高龄津贴
养老金 > 基本养老保险待遇
新农合 > 城乡居民基本医疗保险
新农保 > 城乡居民基本养老保险
医保 = 基本医疗保险
失业金 = 失业保险金
临时困难 > 临时救助
公租房 = 公共租赁住房
廉租房 > 公共租赁住房
棚改 = 棚户区改造
房产证 > 不动产权证书
房产证 > 不动产登记
过户 > 不动产转移登记
拆迁 = 房屋征收
拆迁补偿 = 征收补偿
征地 = 土地征收
卖地 > 国有建设用地使用权出让
开公司 > 企业开办
办执照 > 营业执照
施工证 > 建筑工程施工许可证
环评 = 环境影响评价
雾霾 > 大气污染防治
污水 ~ 水污染防治
取暖 = 供热
上学 > 义务教育招生
划片 > 学区
考公 > 公务员录用
打疫苗 = 预防接种
修路 > 道路建设
扶贫攻坚 = 脱贫攻坚
红头文件 > 规范性文件
政策文件 ~ 规范性文件
查询点 = 查阅点
年报 = 政府信息公开工作年度报告
最多跑一次 = 一次办好
办事大厅 = 政务服务中心
权力清单 = 权责清单
双随机 = 双随机、一公开
黑名单 > 严重失信主体名单
老赖 > 失信被执行人
罚款 > 行政处罚
三公经费 > 公务接待费
预算 = 预决算
决算 = 预决算
上访 > 信访
安监局 > 应急管理局
工商局 > 市场监督管理局
国土局 > 自然资源和规划局
环保局 > 生态环境局
卫计局 > 卫生健康局
扶贫办 > 乡村振兴局
环保部 > 生态环境部
国土资源部 > 自然资源部
发改委 = 发展和改革委员会
人社局 = 人力资源和社会保障局
房东 > 出租人
老板 > 用人单位
辞退 > 解除劳动合同
酒驾 > 饮酒后驾驶机动车
法人代表 > 法定代表人
个税 = 个人所得税
校园霸凌 > 学生欺凌
""".strip().splitlines()


@pytest.fixture(scope="module")
def packaged() -> Synonyms:
    return Synonyms.load(PACKAGED)


def write(folder: Path, *lines: str, name: str = "synonyms.tsv") -> Path:
    """Write a file with these lines, in which blanks stand for tabs."""
    path = folder / name
    path.write_text("".join("\t".join(line.split(" ")) + "\n" for line in lines), encoding="utf-8")
    return path


def others(table: Synonyms, word: str) -> dict[str, float]:
    return {each.other: each.weight for each in table.of(word)}


@pytest.mark.parametrize("line", TYPICAL)
def test_the_packaged_file_has_the_typical_pairs(packaged: Synonyms, line: str) -> None:
    word, direction, other = line.split()
    weight = RELATED if direction == "~" else SAME
    assert word in other or others(packaged, word)[other] == weight
    assert (word in others(packaged, other)) == (direction == "=")


def test_the_packaged_file_says_everything_once_and_in_its_normal_form() -> None:
    lines = PACKAGED.read_text(encoding="utf-8").splitlines()
    written = [tuple(line.split("\t")[:2]) for line in lines if line and not line.startswith("#")]
    assert len(set(written)) == len(written) > 500
    assert [(normalise(word), normalise(other)) for word, other in written] == written


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("预算", "决算"),
        ("征收", "征用"),
        ("临沂", "临沭"),
        ("公示", "公告"),
        ("复议", "诉讼"),
        ("建议", "提案"),
        ("批复", "答复"),
    ],
)
def test_what_differs_in_law_never_leads_to_each_other(packaged: Synonyms, one: str, two: str) -> None:
    assert two not in others(packaged, one)
    assert one not in others(packaged, two)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("房东 出租人", "应有 4 栏"),
        ("房东 出租人 >", "应有 4 栏"),
        ("房东 出租人 > 民法典 甲", "应有 4 栏"),
        ("房东 出租人 < 民法典", "方向“<”"),
        ("房东 出租人 民法典 民法典", "方向“民法典”"),
        ("房东  > 民法典", "空的"),
        ("房东 房东 = 民法典", "与自己成对"),
        ("ＡＢ ab = 民法典", "与自己成对"),
        ("房 出租人 > 民法典", "“房”有 1 个字"),
        ("房东 人 > 民法典", "“人”有 1 个字"),
        ("房东 " + "出租人" * 7 + " > 民法典", "有 21 个字"),
        ("预算 决算 ~ 甲", "“预算”与“决算”意义不同"),
        ("部门决算 部门预算 > 甲", "“预算”与“决算”意义不同"),
        ("临沂市 临沭市 = 甲", "“临沂”与“临沭”意义不同"),
        ("征用 征收 > 甲", "意义不同"),
        ("公告 公示 = 甲", "意义不同"),
        ("失效 废止 = 甲", "意义不同"),
        ("行政复议 行政诉讼 = 甲", "意义不同"),
        ("行政复议 诉讼 ~ 甲", "意义不同"),
        ("人大建议 人大提案 = 甲", "意义不同"),
        ("批复 答复 > 甲", "意义不同"),
        ("预算 部门决算 = 甲", "“预算”与“决算”意义不同"),
        ("行政许可 行政处罚决定 > 甲", "意义不同"),
        ("临沭县 临沂市 = 甲", "意义不同"),
        ("征收 征用补偿 = 甲", "意义不同"),
        ("依申请公开 主动公开 ~ 甲", "意义不同"),
        ("! 房东", "去掉一对"),
    ],
)
def test_a_bad_line_is_refused_with_its_number_and_a_reason(tmp_path: Path, line: str, says: str) -> None:
    path = write(tmp_path, "# 说明", "", "租客 承租人 > 民法典", line)
    with pytest.raises(BadSynonyms, match=says) as refused:
        Synonyms.load(path)
    assert refused.value.line == 4
    assert str(refused.value).startswith("同义词表第 4 行：")


def test_a_file_in_another_encoding_is_refused_where_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "synonyms.tsv"
    path.write_bytes("# note\n房东\t出租人\t>\t民法典\n".encode("gb18030"))
    with pytest.raises(BadSynonyms, match="第 2 行：不是 UTF-8"):
        Synonyms.load(path)


def test_a_word_has_no_more_others_than_can_be_asked(tmp_path: Path) -> None:
    lines = [f"房东 出租人{at:02} = 甲" for at in range(MAX_OTHERS)]
    assert len(Synonyms.load(write(tmp_path, *lines)).of("房东")) == MAX_OTHERS
    # "=" counts for both words, so this is one too many for 房东.
    with pytest.raises(BadSynonyms, match=f"第 13 行：“房东”的同义词超过 {MAX_OTHERS} 个"):
        Synonyms.load(write(tmp_path, *lines, "业主甲 房东 = 甲"))


def test_the_direction_says_which_way_and_how_much(tmp_path: Path) -> None:
    table = Synonyms.load(write(tmp_path, "污水 水污染 ~ 甲", "污水 排水 ＝ 甲", "污水 废水 > 甲"))
    assert table.of("污水") == (
        Synonym("污水", "排水", SAME),
        Synonym("污水", "废水", SAME),
        Synonym("污水", "水污染", RELATED),
    )
    assert table.of("排水") == (Synonym("排水", "污水", SAME),)
    assert table.of("废水") == table.of("水污染") == ()


def test_a_word_leads_one_hop_and_no_further(tmp_path: Path) -> None:
    table = Synonyms.load(write(tmp_path, "预算 预决算 = 甲", "预决算 决算 = 甲"))
    assert others(table, "预算") == {"预决算": SAME}
    assert others(table, "预决算") == {"预算": SAME, "决算": SAME}


def test_who_says_a_word_in_full_ranks_higher_and_a_longer_colloquial_one_is_not_asked_for(tmp_path: Path) -> None:
    table = Synonyms.load(write(tmp_path, "复议 行政复议 = 行政复议法", "临时救助金 临时救助 = 社会救助"))
    assert others(table, "复议") == {"行政复议": SAME}
    assert others(table, "行政复议") == {"复议": SAME}
    assert others(table, "临时救助金") == {"临时救助": SAME}
    assert table.of("临时救助") == ()
    assert [pair.other for pair in table.naming("复议")] == ["行政复议"]


def test_width_case_and_traditional_characters_do_not_matter(tmp_path: Path) -> None:
    table = Synonyms.load(write(tmp_path, "ＰＭ2.5 細顆粒物 = 甲"))
    assert others(table, "pm2.5") == others(table, "Pm２.5") == {"细颗粒物": SAME}
    assert table.within(["pm2.5", "监测"])[0].text == "pm2.5"


@pytest.mark.parametrize(
    ("cut", "found"),
    [
        ("低保 怎么 申请", [(0, 2, "低保")]),
        ("请问 低保", [(2, 4, "低保")]),
        # The characters of 低保 span two other words, or are inside one.
        ("最低 保障", []),
        ("低保户", []),
        ("城 低 保 障", [(1, 3, "低保")]),
        # The longest match wins and may span several words. Nothing inside it is matched separately.
        ("拖欠 工资 怎么办", [(0, 4, "拖欠工资")]),
        ("工资 拖欠", [(0, 2, "工资")]),
        ("拖欠 工资 和 工资", [(0, 4, "拖欠工资"), (5, 7, "工资")]),
        # Of two overlapping matches the longer wins, even if it begins later. Of equally long ones, the earlier wins.
        ("拖欠 工资 清单 制", [(2, 7, "工资清单制")]),
        ("低 保 险", [(0, 2, "低保")]),
        ("", []),
    ],
)
def test_words_are_found_where_words_begin_and_end(tmp_path: Path, cut: str, found: list[tuple[int, int, str]]) -> None:
    words = ["低保", "保险", "工资", "拖欠工资", "工资清单制"]
    table = Synonyms.load(write(tmp_path, *(f"{word} 别的{at} > 甲" for at, word in enumerate(words))))
    matches = table.within(cut.split())
    assert [(match.start, match.end, match.text) for match in matches] == found
    assert all(match.others == table.of(match.text) for match in matches)


def test_a_question_as_jieba_cuts_it(packaged: Synonyms, analyzer: Analyzer) -> None:
    question = "房东不退押金怎么打官司"
    found = packaged.within(analyzer.pieces(question))
    assert found[0] == Match(0, 2, "房东", (Synonym("房东", "出租人", SAME),))
    assert [match.text for match in found] == ["房东", "押金", "打官司"]
    assert all(question[match.start : match.end] == match.text for match in found)


def test_an_installation_adds_changes_and_takes_out(tmp_path: Path) -> None:
    base = write(tmp_path, "低保 最低生活保障 = 甲", "取暖 供热 = 甲", "取暖 供暖 = 甲", name="packaged.tsv")
    lines = ("县府 县人民政府 = 本县", "取暖 供热 ~ 本县", "!供暖 取暖", "! 没有 这对", "镇街 街道办 > 本县")
    own = write(tmp_path, *lines)
    table = Synonyms.load(base, own)
    assert others(table, "县府") == {"县人民政府": SAME}
    assert others(table, "低保") == {"最低生活保障": SAME}
    assert others(table, "取暖") == {"供热": RELATED}
    assert table.of("供热") == table.of("供暖") == ()
    assert [pair.own for pair in table.pairs] == [False, True, True, True]
    assert table.idle == (4,)


def test_files_of_windows_editors_and_spreadsheets_are_read(tmp_path: Path) -> None:
    path = tmp_path / "synonyms.tsv"
    path.write_bytes("\ufeff低保\t最低生活保障\t=\t甲\t\t\r\n\r\n取暖 \t供热\t>\t甲\r\n".encode())
    assert [(pair.word, pair.line) for pair in Synonyms.load(path).pairs] == [("低保", 1), ("取暖", 3)]


class Clock:
    """A clock that a test can set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_edit_shows_within_a_second_and_a_bad_one_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    base = write(tmp_path, "低保 最低生活保障 = 甲", name="packaged.tsv")
    own = tmp_path / "synonyms.tsv"
    clock = Clock()
    file = SynonymFile(base, own, clock)
    first = file.current()
    assert first.of("取暖") == ()

    write(tmp_path, "取暖 供热 = 本县")
    assert file.current() is first
    clock.now = 1.0
    second = file.current()
    assert others(second, "取暖") == {"供热": SAME}

    write(tmp_path, "取暖 供热 = 本县", "预算 决算 = 本县")
    with caplog.at_level(logging.ERROR):
        for clock.now in (2.0, 3.0, 4.0):
            assert file.current() is second
    assert [record.message.partition("（")[0] for record in caplog.records] == [
        "同义词表第 2 行：“预算”与“决算”意义不同，不得互为同义词。"
    ]

    write(tmp_path, "暖气 供热 = 本县")
    clock.now = 5.0
    assert others(file.current(), "供热") == {"暖气": SAME}
    own.unlink()
    clock.now = 6.0
    assert file.current().of("暖气") == ()


def test_an_edit_of_the_same_length_is_seen(tmp_path: Path) -> None:
    base = write(tmp_path, "低保 最低生活保障 = 甲", name="packaged.tsv")
    clock = Clock()
    own = write(tmp_path, "取暖 供热 > 本县")
    file = SynonymFile(base, own, clock)
    assert others(file.current(), "取暖") == {"供热": SAME}
    os.utime(write(tmp_path, "取暖 供热 ~ 本县"), ns=(1, 1))
    clock.now = 1.0
    assert others(file.current(), "取暖") == {"供热": RELATED}


def test_an_unchanged_file_is_not_read_again(tmp_path: Path) -> None:
    clock = Clock()
    file = SynonymFile(write(tmp_path, "低保 最低生活保障 = 甲", name="packaged.tsv"), tmp_path / "none", clock)
    first = file.current()
    clock.now = 60.0
    assert file.current() is first


def test_a_bad_own_file_at_the_start_leaves_the_packaged_pairs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    base = write(tmp_path, "低保 最低生活保障 = 甲", name="packaged.tsv")
    file = SynonymFile(base, write(tmp_path, "低保"), Clock())
    assert others(file.current(), "低保") == {"最低生活保障": SAME}
    assert "应有 4 栏" in caplog.text
    with pytest.raises(BadSynonyms):
        SynonymFile(write(tmp_path, "低保", name="packaged.tsv"), tmp_path / "none").current()
