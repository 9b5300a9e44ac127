import pytest

from archive.extract.text.boilerplate import iso_date, read_header, sift

FURNITURE = [
    "点击数:",
    "点击数：128",
    "浏览次数：1,024次",
    "【关闭窗口】",
    "【打印】【关闭】",
    "打印本页 关闭窗口",
    "扫一扫在手机打开当前页",
    "分享到：微信 微博",
    "上一篇：关于印发方案的通知",
    "下一篇：没有了",
    "字体：大 中 小",
    "【字体：大 中 小】",
    "当前位置：首页 > 政务公开 > 通知公告",
    "您现在的位置：首页>>信息公开",
    "||||||||",
    "| | |",
    "----------",
    "责任编辑：张三",
    "来源：县政府办 作者：王五 浏览次数：12",
    "鲁ICP备05012345号",
    "返回顶部",
]

CONTENT = [
    "2019年12月31日",
    "打印机采购项目成交公告",
    "关闭小煤矿十处。",
    "来源于企业的税收增长较快。",
    "来源：县政府办 全县工业增长较快",
    "发布时间由各单位自行确定。",
    "上一篇章的内容",
    "大、中、小微企业",
    "浏览次数超过一千次的栏目有三个。",
    "下载量为300次",
    "甲\t点击数\t12",
    "附件：1.申请表",
    "字号选用三号仿宋体。",
    "一、当前位置服务产业发展情况",
]


@pytest.mark.parametrize("line", FURNITURE)
def test_a_pages_furniture_is_taken_out(line: str) -> None:
    assert sift(["正文第一段。", line, "正文第二段。"]).lines == ["正文第一段。", "正文第二段。"]


@pytest.mark.parametrize("line", CONTENT)
def test_what_a_document_says_itself_stays(line: str) -> None:
    assert line in sift(["正文第一段。", line, "正文第二段。"]).lines


@pytest.mark.parametrize(
    ("line", "page_date", "stated"),
    [
        ("2020-01-23 点击数:", "2020-01-23", {}),
        ("2020-01-23", "2020-01-23", {}),
        ("发布时间：2020-01-23 10:11 来源：县政府办公室", "2020-01-23", {"来源": "县政府办公室"}),
        ("发布日期：2020年1月23日 浏览次数：12次 字体：[大 中 小]", "2020-01-23", {}),
        ("来源：临沭县财政局 发布时间：2020/3/5 | 打印", "2020-03-05", {"来源": "临沭县财政局"}),
        ("日期: 2020.01.23", "2020-01-23", {}),
        (
            "发表时间： 2024-03-06 17:37 信息来源： 县公安局 交警大队 浏览字号：大 中 小",
            "2024-03-06",
            {"信息来源": "县公安局 交警大队"},
        ),
        (
            "稿源：县融媒体中心 2024-03-06 09:12 责任编辑：李明",
            "2024-03-06",
            {"稿源": "县融媒体中心", "责任编辑": "李明"},
        ),
        ("【信息时间：2024/3/6】【阅读次数：35】【我要打印】【关闭】", "2024-03-06", {}),
        ("2024-03-06 | 阅读 35 次 | 语音播报", "2024-03-06", {}),
        ("发布时间：2020-13-45 点击数：1", "", {}),
    ],
)
def test_a_header_line_gives_its_date_and_source(line: str, page_date: str, stated: dict[str, str]) -> None:
    header = read_header(line, top=True)
    assert header is not None
    assert (header.page_date, header.stated) == (page_date, stated)


def test_an_attachment_in_brackets_is_named_and_taken_out() -> None:
    sifted = sift(["正文。", "附件【年报(1).docx】已下载12次"])
    assert (sifted.lines, sifted.attachments) == (["正文。"], ["年报(1).docx"])


def test_an_attachment_that_the_document_lists_is_named_and_stays() -> None:
    sifted = sift(["附件：1.汇总表.xlsx"])
    assert (sifted.lines, sifted.attachments) == (["附件：1.汇总表.xlsx"], ["1.汇总表.xlsx"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2020年1月23日", "2020-01-23"), ("2020-01-23T10:00:00", "2020-01-23"), ("2019年02月30日", ""), ("日期不详", "")],
)
def test_a_date_is_iso_or_nothing(text: str, expected: str) -> None:
    assert iso_date(text) == expected
