"""Recognising document numbers: its variants and what looks alike."""

import re
from pathlib import Path

import pytest

from archive.describe.docnumber import Number, NumberKind, canonicals, find, index_code, read_query

REAL = Path(__file__).parents[4] / "shared" / "real"

DOCUMENTS = [
    ("国办发〔2019〕14号", "国办发〔2019〕14号"),
    ("国办发[2019]14号", "国办发〔2019〕14号"),
    ("国办发［2019］14号", "国办发〔2019〕14号"),
    ("国办发【2019】14号", "国办发〔2019〕14号"),
    ("国办发(2019)14号", "国办发〔2019〕14号"),
    ("国办发（2019）14号", "国办发〔2019〕14号"),
    ("国办发﹝2019﹞14号", "国办发〔2019〕14号"),
    ("国办发 〔 2019 〕 14 号", "国办发〔2019〕14号"),
    ("国办发〔2019〕第14号", "国办发〔2019〕14号"),
    ("国办发〔2019〕014号", "国办发〔2019〕14号"),
    ("国办发〔二〇一九〕十四号", "国办发〔2019〕14号"),
    ("国办发〔２０１９〕１４号", "国办发〔2019〕14号"),
    ("鲁政办发[2019]15号", "鲁政办发〔2019〕15号"),
    ("鲁政办发〔2019〕15 号", "鲁政办发〔2019〕15号"),
    ("临政办字〔2019〕\n64号", "临政办字〔2019〕64号"),
    ("临政办字2019〕64号", "临政办字〔2019〕64号"),
    ("沭政办字(2016)74号", "沭政办字〔2016〕74号"),
    ("沐政办字〔2016〕74号", "沐政办字〔2016〕74号"),
    ("(沭政办字〔2016〕74号)文件要求", "沭政办字〔2016〕74号"),
    ("国办公开办函〔2019〕60号", "国办公开办函〔2019〕60号"),
    ("国办秘函[2019]19号", "国办秘函〔2019〕19号"),
    ("国办发〔2017〕47 号", "国办发〔2017〕47号"),
    ("国发〔2016〕05号", "国发〔2016〕5号"),
    ("国函[2016]100号", "国函〔2016〕100号"),
    ("鲁财税〔2019〕6号", "鲁财税〔2019〕6号"),
    ("国办发明电〔2019〕3号", "国办发明电〔2019〕3号"),
    ("沭政任〔2019〕5号", "沭政任〔2019〕5号"),
    ("鲁政土字[2019]123号", "鲁政土字〔2019〕123号"),
    # Right after other words, and of other forms.
    ("依据国办发〔2019〕14号", "国办发〔2019〕14号"),
    ("经国办发〔2019〕14号同意", "国办发〔2019〕14号"),
    ("沪经信规〔2018〕641号", "沪经信规〔2018〕641号"),
    ("沪财税〔2017〕32号", "沪财税〔2017〕32号"),
    ("财政部财税〔2019〕13号", "财税〔2019〕13号"),
    ("工信部联企业〔2011〕300号", "工信部联企业〔2011〕300号"),
    ("的通知沪府发〔2009〕42号", "沪府发〔2009〕42号"),
    ("省人民政府云政函〔1988〕181号", "云政函〔1988〕181号"),
    ("山东省财政厅\n鲁财字〔2019〕1号", "鲁财字〔2019〕1号"),
    ("沭政\n办字〔2016〕74号", "沭政办字〔2016〕74号"),
    ("国发〔86〕12号", "国发〔1986〕12号"),
]

DECREES = [
    ("中华人民共和国国务院令第711号", "国务院令第711号"),
    ("国务院令 第 711 号", "国务院令第711号"),
    ("《中华人民共和国 国 务 院 令》第711号", "国务院令第711号"),
    ("国务院令（第707号）", "国务院令第707号"),
    ("国令第711号", "国务院令第711号"),
    ("中华人民共和国国务院令\n第 492 号", "国务院令第492号"),
    ("国务院第492号令", "国务院令第492号"),
    ("中华人民共和国主席令第二十九号", "主席令第29号"),
    ("山东省人民政府令第二百二十五号", "山东省人民政府令第225号"),
    ("中华人民共和国交通运输部令2018年第2号", "交通运输部令2018年第2号"),
    ("根据工业和信息化部令第50号", "工业和信息化部令第50号"),
]

ANNOUNCEMENTS = [
    ("公告2019年第3号", "公告2019年第3号"),
    ("公告 2019 年 第3号", "公告2019年第3号"),
    ("2019年第3号公告", "公告2019年第3号"),
    ("财政部 税务总局公告2019年第13号", "财政部、税务总局公告2019年第13号"),
    ("财政部 国家税务总局 海关总署公告2019年第39号", "财政部、税务总局、海关总署公告2019年第39号"),
    ("根据财政部和税务总局公告2019年第13号", "财政部、税务总局公告2019年第13号"),
    ("农业部公告第2045号", "农业部公告第2045号"),
]

REGISTRATIONS = [
    "LSDR-2019-0010001",
    "LSDR—2019—0010001",
    "LSDR–2019–0010001",
    "ＬＳＤＲ－２０１９－００１０００１",
    "lsdr-2019-0010001",
    "LSDR 2019 0010001",
    "LSDR-2019-001-0001",
]

NEGATIVES = [
    "沭新东街9号",
    "邮编:276700;电话:0539-6211226",
    "〔2019〕",
    "2019年第3季度",
    "2019年3月15号",
    "第14号台风、10号楼、3号线、1号公路",
    "91371329MA3C0XXXX1、11371329004337XXXX",
    "图[2019]、[12]、【关闭窗口】、附件【2019年政府信息公开工作年报(1).docx】",
    "GB/T 9704-2012、DB37/T 3523-2019",
    "SDGP371329201902000012",
    "按照国办发有关文件、沭政发文",
    "1、(1)、(一)",
    "鲁Q12345",
    "地字第371329201900012号",
    "会议（2019年）第3号议题",
    "关于加强（2019）3号楼管理",
]

QUERIES = [
    ("国办发2019年14号", "国办发〔2019〕14号", True),
    ("国办发2019-14", "国办发〔2019〕14号", True),
    ("国办发2019 14", "国办发〔2019〕14号", True),
    ("国办发二〇一九年十四号", "国办发〔2019〕14号", True),
    ("沭政办字2016 74", "沭政办字〔2016〕74号", True),
    ("沭政办字〔2016〕74", "沭政办字〔2016〕74号", True),
    ("临政办字2019〕64号", "临政办字〔2019〕64号", True),
    ("请问鲁政办发〔2019〕15号的文件", "鲁政办发〔2019〕15号", True),
    ("黔某字2019-14", "黔某字〔2019〕14号", False),
    ("国务院令第711", "国务院令第711号", True),
    ("财政部 税务总局令第13", "财政部、税务总局令第13号", True),
    ("711号令", "国务院令第711号", False),
    ("令第711号", "国务院令第711号", False),
    ("国务院711号令", "国务院令第711号", True),
    ("lsdr20190010001", "LSDR-2019-0010001", True),
    ("000014349/2019-00032", "000014349/2019-00032", True),
    ("11341702486344515h／202110－00013", "11341702486344515H/202110-00013", True),
    ("0142768-8/2022-00185", "0142768-8/2022-00185", True),
]


def only(numbers: tuple[Number, ...]) -> Number:
    assert len(numbers) == 1, numbers
    return numbers[0]


@pytest.mark.parametrize(("text", "canonical"), DOCUMENTS)
def test_a_document_number_has_one_form_however_it_is_printed(text: str, canonical: str) -> None:
    number = only(find(text))
    assert (number.canonical, number.kind) == (canonical, NumberKind.DOCUMENT)


@pytest.mark.parametrize(("text", "canonical"), DECREES)
def test_a_decree_goes_by_its_issuer_and_number(text: str, canonical: str) -> None:
    number = only(find(text))
    assert (number.canonical, number.kind) == (canonical, NumberKind.DECREE)


@pytest.mark.parametrize(("text", "canonical"), ANNOUNCEMENTS)
def test_an_announcement_goes_by_its_issuers_year_and_number(text: str, canonical: str) -> None:
    number = only(find(text))
    assert (number.canonical, number.kind) == (canonical, NumberKind.ANNOUNCEMENT)


@pytest.mark.parametrize("text", REGISTRATIONS)
def test_a_registration_number_keeps_its_leading_zeros(text: str) -> None:
    assert only(find(text)).canonical == "LSDR-2019-0010001"
    assert only(find(text)).kind is NumberKind.REGISTRATION


@pytest.mark.parametrize("text", NEGATIVES)
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert find(text) == ()


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("沭环罚字〔2019〕第12号", "沭环罚字〔2019〕12号"),
        ("沂环（云）罚字〔2019〕7号", "沂环(云)罚字〔2019〕7号"),
        ("云市监处罚〔2020〕18号", "云市监处罚〔2020〕18号"),
        ("(2019)鲁1329民初123号", "(2019)鲁1329民初123号"),
    ],
)
def test_the_number_of_a_case_is_of_its_own_kind(text: str, canonical: str) -> None:
    number = only(find(text))
    assert (number.canonical, number.kind) == (canonical, NumberKind.CASE)


@pytest.mark.parametrize("text", ["沭政发〔2019〕1-3号", "沭政发〔2019〕1、2、3号", "沭政发〔2019〕1至3号"])
def test_a_range_is_several_numbers_whose_places_follow_each_other(text: str) -> None:
    numbers = find(text)
    assert [number.canonical for number in numbers] == [f"沭政发〔2019〕{serial}号" for serial in (1, 2, 3)]
    assert numbers[0].start == 0 and numbers[-1].end == len(text)
    assert all(one.end <= next_one.start for one, next_one in zip(numbers, numbers[1:], strict=False))


def test_two_numbers_side_by_side_are_two() -> None:
    found = find("沭财字〔2019〕12号 沭教体字〔2019〕8号")
    assert list(canonicals(found)) == ["沭财字〔2019〕12号", "沭教体字〔2019〕8号"]


@pytest.mark.parametrize("text", ["临政办字2019〕64号", "沭政办字〔2016]74号", "国发〔86〕12号"])
def test_a_damaged_spelling_is_not_sure_in_a_document(text: str) -> None:
    assert not only(find(text)).sure


@pytest.mark.parametrize(("text", "canonical", "sure"), QUERIES)
def test_a_query_may_spell_a_number_loosely(text: str, canonical: str, sure: bool) -> None:
    number = only(read_query(text))
    assert (number.canonical, number.sure) == (canonical, sure)


@pytest.mark.parametrize(
    "text", ["国办发2019年14号", "国办发2019-14", "沭政办字2016 74", "711号令", "000014349/2019-00032"]
)
def test_a_document_is_not_read_as_loosely_as_a_query(text: str) -> None:
    assert find(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        *NEGATIVES,
        "2019年信息公开年报",
        "10113",
        "第十次常务会",
        "三公经费 2019",
        "2019年3月工作",
        "医保缴费 2020 380元",
        "关于2019年3号议案的公告",
        "县教育局 2019 主动公开 条数",
    ],
)
def test_a_query_without_a_number_has_none(text: str) -> None:
    assert read_query(text) == ()


def test_a_number_can_be_taken_out_of_a_query_by_its_place() -> None:
    text = "引用 鲁政办发〔2019〕15号 和国发[2016]5号 的文件"
    first, second = read_query(text)
    assert text[first.start : first.end] == "鲁政办发〔2019〕15号"
    assert text[second.start : second.end] == "国发[2016]5号"


def test_an_index_code_is_compared_without_blanks_and_in_upper_case() -> None:
    assert index_code(" 11341702486344515h／202110－00013 ") == "11341702486344515H/202110-00013"


def test_a_long_text_without_numbers_is_read_at_once() -> None:
    assert find("（" * 50_000 + "号" * 50_000) == ()
    assert find("国务院令" * 20_000 + "号") == ()
    assert find("令" + " " * 50_000 + "〔" * 50_000 + "2019〕" * 20_000 + "号") == ()
    assert read_query("2019年" + " " * 50_000 + "局" * 20_000) == ()


_REGULAR = re.compile(r"[\u4e00-\u9fff]{2,14}[〔\[【（(﹝［](?:19|20)\d\d年?[〕\]】）)﹞］]第?\d{1,5}号")


@pytest.mark.slow
@pytest.mark.parametrize("source", ["state-council", "guangdong", "shanghai", "yunnan"])
def test_real_numbers_are_recognised_whole(source: str) -> None:
    path = REAL / "docnumbers" / f"{source}.tsv"
    if not path.exists():
        pytest.skip("the published document numbers are not beside this repository")
    rows = [line.split("\t")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    regular = [row for row in rows if _REGULAR.fullmatch(row)]
    whole = [row for row in regular if [(n.start, n.end) for n in find(row)] == [(0, len(row))]]
    assert len(whole) / len(regular) >= 0.98, sorted(set(regular) - set(whole))[:20]


@pytest.mark.slow
def test_the_countys_report_cites_its_four_numbers() -> None:
    path = REAL / "linshu-2019-annual-report.txt"
    if not path.exists():
        pytest.skip("the county's report is not beside this repository")
    found = set(canonicals(find(path.read_text(encoding="utf-8"))))
    assert found == {
        "国办发〔2019〕14号",
        "鲁政办发〔2019〕15号",
        "临政办字〔2019〕64号",
        "沭政办字〔2016〕74号",
    }
