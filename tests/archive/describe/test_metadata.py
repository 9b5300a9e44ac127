"""Reading metadata from what a document says about itself, and choosing between sources that differ."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from archive.describe.metadata import describe
from archive.document import Disclosure, Metadata, Validity
from archive.errors import FileRefused
from archive.extract import Extraction, extract_plain
from tests.conftest import calls

REAL = Path(__file__).parents[4] / "shared" / "real"
ABSENT = "the real material is not beside this repository"
LETTER = (
    "云政办字〔2019〕21号",
    "YXDR-2019-0020003",
    "各镇人民政府、街道办事处，县政府各部门：",
    "根据国办发〔2019〕14号和鲁政办发〔2019〕15号、国办发[2019]14号文件要求，制定本要点。",
    "一、总体要求。按照云政办字〔2019〕21号执行。",
    "云溪县人民政府办公室",
    "2019年5月22日",
    "（此件公开发布）",
)
CARD = {
    "索引号": "000014349／2018-00216",
    "主题分类": "公安、安全、司法\\\\司法",
    "发文机关": "国务院办公厅 中央军委办公厅",
    "成文日期": "2018年12月04日",
    "标题": "卡片上的标题",
    "发文字号": "国办发[2018]115号",
    "发布日期": "2018-12-20",
    "有效性": "有效",
    "公开方式": "主动公开",
}


def describe_text(*paragraphs: str, title: str | None = None, file: str = "文件.html", **stated: str) -> Metadata:
    return describe(Extraction(title, paragraphs), stated, file)


def test_a_letter_is_described_from_its_text() -> None:
    metadata = describe_text(*LETTER, title="云溪县人民政府办公室关于印发政务公开工作要点的通知")
    assert metadata.number == "云政办字〔2019〕21号"
    assert metadata.other_numbers == ("YXDR-2019-0020003",)
    assert metadata.cited_numbers == ("国办发〔2019〕14号", "鲁政办发〔2019〕15号")
    assert metadata.issuer == "云溪县人民政府办公室"
    assert metadata.genre == "通知"
    assert metadata.written_on == date(2019, 5, 22)
    assert metadata.disclosure is Disclosure.ACTIVE
    assert metadata.sources == {
        "title": "标题",
        "number": "题下",
        "issuer": "标题",
        "written_on": "落款",
        "genre": "标题",
        "disclosure": "正文",
    }


def test_a_card_is_believed_before_the_text() -> None:
    metadata = describe(Extraction("页面的标题", LETTER, stated=CARD, page_date="2018-12-21"), {}, "a.html")
    assert metadata.title == "卡片上的标题"
    assert metadata.number == "国办发〔2018〕115号"
    assert metadata.index_code == "000014349/2018-00216"
    assert metadata.issuer == "国务院办公厅、中央军委办公厅"
    assert metadata.topic == "公安、安全、司法/司法"
    assert metadata.written_on == date(2018, 12, 4)
    assert metadata.published_on == date(2018, 12, 20)
    assert metadata.validity is Validity.IN_FORCE
    assert metadata.disclosure is Disclosure.ACTIVE
    assert set(metadata.sources.values()) == {"信息卡"}


def test_formerly_private_characters_of_a_manifest_are_what_they_are_now() -> None:
    assert describe_text("正文。", title="关于刘\ue863的公示").title == "关于刘䶮的公示"


def test_a_manifest_is_believed_before_the_card() -> None:
    stated = {
        "title": "清单的  标题",
        "number": "云政发[2019]6号",
        "issuer": "云溪县人民政府",
        "genre": "通知",
        "topic": "综合政务>政务公开",
        "column": "法定主动公开内容/规范性文件",
        "written_on": "2019-09-20",
        "published_on": "2019-09-25",
        "validity": "已废止",
        "disclosure": "依申请公开",
        "source_url": "http://www.yunxi.example/info/1.htm",
        "index_code": "yx/2019-0001",
    }
    metadata = describe(Extraction("页面的标题", LETTER, stated=CARD), stated, "a.html")
    assert (metadata.title, metadata.number) == ("清单的 标题", "云政发〔2019〕6号")
    assert (metadata.topic, metadata.column) == ("综合政务/政务公开", "法定主动公开内容/规范性文件")
    assert (metadata.validity, metadata.disclosure) == (Validity.REPEALED, Disclosure.ON_REQUEST)
    assert metadata.source_url == "http://www.yunxi.example/info/1.htm"
    assert set(metadata.sources.values()) == {"清单"}


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ({"written_on": "2019-02-30"}, "2019-02-30"),
        ({"published_on": "去年"}, "去年"),
        ({"validity": "过时"}, "现行有效、尚未施行、已修改、部分失效、已废止、已失效"),
        ({"disclosure": "公开"}, "主动公开、依申请公开、不予公开"),
    ],
)
def test_a_manifest_that_states_what_cannot_be_is_refused_with_a_sentence(stated: dict[str, str], told: str) -> None:
    with pytest.raises(FileRefused, match="清单中的") as refused:
        describe(Extraction("标题", ()), stated, "a.txt")
    assert told in refused.value.reason


def test_what_is_not_said_stays_unknown() -> None:
    metadata = describe_text("停水通知正文，没有落款。", file="20190103(1).txt")
    assert metadata == Metadata(title="20190103", sources={"title": "文件名"})


@pytest.mark.parametrize(
    ("title", "paragraphs", "file", "expected"),
    [
        ("页面  标题", ("首行",), "a.html", "页面 标题"),
        (None, ("关于停水的公告", "因管网改造停水。"), "a.txt", "关于停水的公告"),
        (None, ("云政发〔2019〕6号", "关于停水的公告", "因管网改造停水。"), "a.txt", "关于停水的公告"),
        (None, ("云溪县政府办公室", "关于停水的公告", "因管网改造停水。"), "a.txt", "云溪县政府办公室关于停水的公告"),
        (None, ("县政府、县水务局", "关于停水", "的公告", "各镇："), "a.txt", "县政府、县水务局关于停水的公告"),
        (None, ("关于停水的公告", "关于停电的公告"), "a.txt", "关于停水的公告"),
        (None, ("因管网改造，于今日停水。",), "关于停水的公告(1).docx", "关于停水的公告"),
        (None, (), "政府信息公开条例(2019-04-03).md", "政府信息公开条例"),
    ],
)
def test_the_title_is_the_first_that_is_one(
    title: str | None, paragraphs: tuple[str, ...], file: str, expected: str
) -> None:
    assert describe(Extraction(title, paragraphs), {}, file).title == expected


ISSUERS = [
    ("国务院办公厅关于科技节水建议的复函", (), "国务院办公厅", "标题"),
    ("临沭县人民政府2019年政府信息公开工作年度报告", (), "临沭县人民政府", "标题"),
    ("国务院、中央军委关于同意迁址新建的批复", (), "国务院、中央军委", "标题"),
    ("财政部 国家税务总局关于印花税的通知", (), "财政部、税务总局", "标题"),
    ("停水公告", ("正文。", "正文。", "云溪县水务中心", "2021年6月16日"), "云溪县水务中心", "落款"),
    (
        "贴息通知",
        ("正文。", "正文。", "云溪县财政局", "云溪县民政局", "2020年5月29日"),
        "云溪县财政局、云溪县民政局",
        "落款",
    ),
    ("关于停水的公告", ("沭政发〔2019〕1号", "正文。"), "临沭县人民政府", "文号"),
    ("转发国务院办公厅关于促进就业的通知", (), None, None),
    ("县财政局关于停水的公告", (), "县财政局", "标题"),
    ("云溪县政府信息公开保密审查办法", (), None, None),
]


@pytest.mark.parametrize(("title", "paragraphs", "issuer", "source"), ISSUERS)
def test_the_issuer_is_told_by_title_signature_or_number(
    title: str, paragraphs: tuple[str, ...], issuer: str | None, source: str | None
) -> None:
    metadata = describe(Extraction(title, paragraphs), {}, "a.html")
    assert (metadata.issuer, metadata.sources.get("issuer")) == (issuer, source)


def test_a_joint_document_bears_both_numbers() -> None:
    metadata = describe_text("沭财字〔2019〕12号 沭教体字〔2019〕8号", "各单位：", title="关于助学的通知")
    assert metadata.number == "沭财字〔2019〕12号"
    assert metadata.other_numbers == ("沭教体字〔2019〕8号",)


def test_a_number_may_stand_in_the_files_name_or_the_titles_end() -> None:
    assert describe_text("正文。", file="云政任〔2019〕5号.html").number == "云政任〔2019〕5号"
    assert describe_text("正文。", title="行政处罚决定书（云市监处罚〔2020〕18号）").number == "云市监处罚〔2020〕18号"
    assert describe_text("正文。", title="关于转发国办发〔2019〕5号的通知").number is None


def test_a_decree_keeps_its_printed_number_and_is_found_under_its_one_form() -> None:
    metadata = describe(Extraction("个人所得税法实施条例", (), stated={"发文字号": "国令第707号"}), {}, "a.html")
    assert (metadata.number, metadata.other_numbers) == ("国令第707号", ("国务院令第707号",))
    assert metadata.genre == "行政法规"


STATUTES = [
    (
        "中华人民共和国政府信息公开条例",
        (
            "2007年4月5日 中华人民共和国国务院令第492号公布",
            "2019年4月3日 中华人民共和国国务院令第711号修订",
            "2019年5月15日 施行",
        ),
        ("国务院令第711号", ("国务院令第492号",), "国务院", date(2019, 4, 3), "行政法规"),
    ),
    (
        "中华人民共和国档案法",
        (
            "1987年9月5日 第六届全国人民代表大会常务委员会第二十二次会议通过",
            "1996年7月5日 第八届全国人民代表大会常务委员会第二十次会议《关于修改〈中华人民共和国档案法〉的决定》修正",
        ),
        (None, (), "全国人民代表大会常务委员会", date(1996, 7, 5), "法律"),
    ),
    (
        "泰安市户外广告设置管理条例",
        (
            "2019年10月31日 泰安市第十七届人民代表大会常务委员会第二十一次会议通过",
            "2019年11月29日 山东省第十三届人民代表大会常务委员会第十五次会议批准",
        ),
        (None, (), "泰安市人民代表大会常务委员会", date(2019, 11, 29), "地方性法规"),
    ),
    (
        "往来香港地区的暂行管理办法",
        ("1986年12月3日 国务院批准", "1986年12月25日 公安部公布"),
        (None, (), "公安部", date(1986, 12, 25), "行政法规"),
    ),
    (
        "云山市文明行为促进条例",
        (
            "（2020年8月28日云山市第七届人民代表大会常务委员会第三十次会议表决通过 2020年9月29日",
            "云岭省第十三届人民代表大会常委会第二十五次会议批准）",
        ),
        (None, (), "云山市人民代表大会常务委员会", date(2020, 9, 29), "地方性法规"),
    ),
    (
        "云岭省生态条例",
        ("（2014年5月17日云岭省八届人大常委会第九次会议通过 自2014年7月1日起施行）",),
        (None, (), "云岭省人民代表大会常务委员会", date(2014, 5, 17), "地方性法规"),
    ),
    (
        "云山市河道条例",
        (
            "（2018年8月29日云山市第十五届人民代表大会第三次会议通过，经2018年9月14日云岭省第十二届人民代表大会常务委员会第五次会议批准",
            "根据2021年4月29日云山市第十五届人民代表大会常务委员会第三十七次会议通过并经2021年7月30日云岭省第十二届人民代表大会常务",
            "委员会第二十八次会议批准的《云山市人民代表大会常务委员会关于修改〈云山市河道条例〉的决定》修正）",
        ),
        (None, (), "云山市人民代表大会", date(2021, 7, 30), "地方性法规"),
    ),
]


@pytest.mark.parametrize(("title", "block", "expected"), STATUTES)
def test_a_statute_is_described_from_the_block_under_its_title(
    title: str, block: tuple[str, ...], expected: tuple[object, ...]
) -> None:
    metadata = describe(Extraction(title, (*block, "第一条 为了公开，制定本条例。")), {}, "a.md")
    found = (metadata.number, metadata.other_numbers, metadata.issuer, metadata.written_on, metadata.genre)
    assert found == expected


@pytest.mark.parametrize(
    ("block", "effective_on"),
    [
        (("（2014年5月17日省第九届人大常委会通过 自2014年7月1日起施行）",), date(2014, 7, 1)),
        (("（2014年5月17日省第九届人大常委会通过 自2014年7月1日起施行", "2018年3月2日修订 2018年5月1日起施行）"), None),
    ],
)
def test_a_statutes_block_says_from_when_it_is_in_force_unless_it_names_several_days(
    block: tuple[str, ...], effective_on: date | None
) -> None:
    assert describe(Extraction("河道条例", (*block, "第一条 略。")), {}, "a.md").effective_on == effective_on


BODY = ("各学校：", "现将有关事项通知如下。", "请认真贯彻执行。")
ENDS = [
    # The imprint says when copies were made, not when the letter was written.
    (("云溪县教育局", "2024年3月5日", "云溪县教育局办公室 2024年3月6日印发"), "云溪县教育局", date(2024, 3, 5)),
    (("云溪县教育局办公室 2024年3月6日印发",), None, None),
    (("云溪县教育局办公室\t2024年3月6日印发",), None, None),
    (("云溪县教育局办公室", "2024年3月6日印发"), None, None),
    (("抄送：县委办公室。", "云溪县教育局办公室", "2024年3月6日"), None, None),
    # The head of an agency signs with or without colon and blanks.
    (("县 长：李 四", "2021年1月29日", "第一条 略。", "云溪县人民政府办公室", "2021年2月7日"), None, date(2021, 1, 29)),
    (("代市长 王建国 2021年1月29日",), None, date(2021, 1, 29)),
    (("云溪县教育局（盖章） 2024年3月5日",), "云溪县教育局", date(2024, 3, 5)),
    (("云溪县妇联", "云溪县实验小学（公章）", "2024年3月5日"), "云溪县妇联、云溪县实验小学", date(2024, 3, 5)),
    # A name of an unknown kind counts where only what closes a letter follows.
    (("云溪县青年宫", "2024年3月5日", "（此件公开发布）"), "云溪县青年宫", date(2024, 3, 5)),
    (("云溪县申报材料清单", "2024年3月5日"), None, date(2024, 3, 5)),
    # Otherwise neither it nor a later one is believed, which may be that of an attachment.
    (("青年宫", "2024年3月5日", "关于下列工作的意见", "略。", "省教育厅", "2023年1月2日"), None, None),
    (("青年志愿者之家", "2024年3月5日", "关于下列工作的意见", "略。", "2023年1月2日"), None, date(2024, 3, 5)),
]


@pytest.mark.parametrize(("end", "issuer", "day"), ENDS)
def test_a_letters_end_says_who_wrote_it_when_and_a_doubtful_one_says_nothing(
    end: tuple[str, ...], issuer: str | None, day: date | None
) -> None:
    metadata = describe_text(*BODY, *end, title="关于防溺水工作的通知")
    assert (metadata.issuer, metadata.written_on) == (issuer, day)


@pytest.mark.parametrize(
    ("printed", "disclosure"),
    [
        ("主动公开", Disclosure.ACTIVE),
        ("主动", Disclosure.ACTIVE),
        ("依申请", Disclosure.ON_REQUEST),
        ("依申請公開", Disclosure.ON_REQUEST),
        ("依申请公开（部分）", Disclosure.ON_REQUEST),
        ("不公开", Disclosure.WITHHELD),
        ("不主动公开", Disclosure.WITHHELD),
        ("免予公开", Disclosure.WITHHELD),
        ("内部公开", Disclosure.WITHHELD),
        ("网站公开", None),
    ],
)
def test_a_card_restricts_in_its_own_words(printed: str, disclosure: Disclosure | None) -> None:
    metadata = describe(Extraction("标题", ("正文。",), stated={"公开方式": printed}), {}, "a.html")
    assert metadata.disclosure is disclosure


@pytest.mark.parametrize(
    ("mark", "disclosure"),
    [
        ("（此件公开发布）", Disclosure.ACTIVE),
        ("(此件主动公开)", Disclosure.ACTIVE),
        ("此件依申请公开", Disclosure.ON_REQUEST),
        ("（依申请公开）", Disclosure.ON_REQUEST),
        ("不予公开", Disclosure.WITHHELD),
        ("公开方式：免予公开", Disclosure.WITHHELD),
        ("公开方式：主动公开", Disclosure.ACTIVE),
        ("政府信息公开选项： 主动公开", Disclosure.ACTIVE),
        ("信息公开选项：不予公开", Disclosure.WITHHELD),
        ("公开属性： 依申请公开", Disclosure.ON_REQUEST),
        ("关于不予公开的答复", None),
        ("坚持主动公开的原则", None),
    ],
)
def test_a_mark_that_stands_alone_tells_the_disclosure(mark: str, disclosure: Disclosure | None) -> None:
    assert describe_text("正文。", mark, title="标题").disclosure is disclosure


@pytest.mark.parametrize("printed", ["2019-02-30", "1912-01-01", "2099-01-01", "不详"])
def test_an_impossible_date_on_a_card_is_unknown(printed: str) -> None:
    assert describe(Extraction("标题", (), stated={"成文日期": printed}), {}, "a.html").written_on is None


def test_a_date_in_the_files_name_counts_last() -> None:
    assert describe_text("正文。", file="条例(2019-04-03).md").written_on == date(2019, 4, 3)
    dated = describe_text("正文。", "正文。", "云溪县民政局", "2019年3月1日", file="条例(2019-04-03).md")
    assert dated.written_on == date(2019, 3, 1)


def test_the_work_of_a_description_grows_with_the_text_and_no_faster() -> None:
    def work(lines: int) -> int:
        body = tuple(
            f"第{at}条 根据国办发〔2019〕{at}号文件，做好政府信息公开（主动公开）工作，抓好落实。"
            for at in range(1, lines + 1)
        )
        extraction = Extraction("云溪县人民政府关于政务公开的通知", body)
        return calls(lambda: describe(extraction, {}, "a.html"))

    work(10)
    assert work(400) < 2.5 * work(200)


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason=ABSENT)
def test_real_policy_pages_agree_with_their_answers() -> None:
    lines = (REAL / "policies" / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    for answer in map(json.loads, lines):
        extraction = extract_plain(REAL / "policies" / answer["file"], "text/html")
        metadata = describe(extraction, {}, answer["file"])
        found = {key: getattr(metadata, key) for key in ("index_code", "title", "issuer", "number")}
        assert found == {key: answer[key] for key in found}


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason=ABSENT)
def test_the_countys_report_is_described() -> None:
    extraction = extract_plain(REAL / "linshu-2019-annual-report.txt", "text/plain")
    metadata = describe(extraction, {}, "linshu.txt")
    assert (metadata.issuer, metadata.genre) == ("临沭县人民政府", "年报")
    assert metadata.cited_numbers == (
        "国办发〔2019〕14号",
        "鲁政办发〔2019〕15号",
        "临政办字〔2019〕64号",
        "沭政办字〔2016〕74号",
    )


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason=ABSENT)
def test_most_real_statutes_are_described(some: Callable[[list[Path]], list[Path]]) -> None:
    known: Counter[str] = Counter()
    paths = some(sorted((REAL / "laws").rglob("*.md")))
    for path in paths:
        metadata = describe(extract_plain(path, "text/markdown"), {}, path.name)
        known.update(key for key in ("issuer", "written_on", "genre") if getattr(metadata, key))
    assert {key: count / len(paths) >= 0.95 for key, count in known.items()} == dict.fromkeys(known, True), known
