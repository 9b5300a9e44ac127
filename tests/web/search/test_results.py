"""The values that a page of results shows."""

from dataclasses import replace

from archive.document import Attachment, File, Place, Validity
from archive.extract import formats
from indexer.analyzer import Analyzer
from indexer.engine import Answer, Hit
from indexer.query import Text
from indexer.snippets import Marker
from tests.conftest import make_document
from web.reading.blocks import blocks
from web.search.params import SearchForm
from web.search.results import Line, search_page
from web.search.views import FORMATS

NOTICE = (
    "各镇人民政府、街道办事处：为做好今年冬季清洁取暖工作，现就有关事项通知如下。一、加强组织领导，压实工作责任。"
    "二、做好燃气、电力供应，确保不停供。三、加强安全检查，及时排除隐患。四、畅通投诉渠道，二十四小时有人值守。"
)


def test_every_kind_of_file_that_is_read_has_a_name_for_readers() -> None:
    assert {*formats._MODULES} == {*FORMATS}


def test_what_folds_is_listed_under_its_document_without_passages(analyzer: Analyzer) -> None:
    first = make_document("first", "关于做好清洁取暖工作的通知", NOTICE)
    other = make_document("other", "关于取暖的意见", "适龄儿童就近取暖。")
    former = make_document("former", "关于做好清洁取暖工作的通知", NOTICE, validity=Validity.REPEALED)
    answer = Answer(total=12, folded=10, hits=[Hit("first", 1.0), Hit("other", 1.0)], facets={})
    lines = [Line(first, [former], 10, 10), Line(other, [], 0)]
    page = search_page(SearchForm(q="取暖", per_page=1), answer, lines, Marker(Text("取暖"), analyzer))
    assert [(hit.id, hit.duplicate_of, hit.under, bool(hit.snippets)) for hit in page.hits] == [
        ("first", None, 10, True),
        ("former", "first", 0, False),
        ("other", None, 0, True),
    ]
    assert (page.total, page.lines, page.pages) == (12, 2, 2)
    assert [(group.hit.id, len(group.under)) for group in page.groups] == [("first", 1), ("other", 0)]
    # What can't be listed any more, because the lines above list so much, is called what it is.
    for count, kind in ((10, "以前的版本"), (3, "内容基本相同的文件和以前的版本"), (0, "内容基本相同的文件")):
        for listed in ([former], []):
            page = search_page(SearchForm(), answer, [Line(first, listed, 10, count)], Marker(Text("取暖"), analyzer))
            assert page.groups[0].kind == kind


def test_a_snippet_says_in_which_attachment_on_which_page_and_in_which_table_it_stands(analyzer: Analyzer) -> None:
    sheet = Attachment(
        File("0" * 64, "收支表.pdf", "application/pdf", 1),
        "单位概况\n项目\t预算数\n公用经费\t12.5",
        places=(Place(0, "第 1 页"), Place(1, "第 3 页 表 1")),
    )
    bare = Attachment(File("1" * 64, "说明.txt", "text/plain", 1), "公务接待标准不变。")
    budget = replace(
        make_document("budget", "2020年部门预算", "一、概况\n公务接待\t3.1\n二、说明\n公务接待从简。"),
        places=(Place(1, "表 1"), Place(2, "")),
        attachments=(sheet, bare),
    )

    def shown(typed: str) -> list[tuple[str, str]]:
        answer = Answer(total=1, hits=[Hit("budget", 1.0)], facets={})
        (hit,) = search_page(SearchForm(q=typed), answer, [Line(budget, [], 0)], Marker(Text(typed), analyzer)).hits
        texts = ["".join(fragment.text for fragment in snippet) for snippet in hit.snippets]
        return list(zip(hit.places, texts, strict=True))

    assert shown("公用经费") == [("附件《收支表.pdf》第 3 页 表 1", "附件《收支表.pdf》第 3 页 表 1：公用经费 12.5")]
    assert shown("单位") == [("附件《收支表.pdf》第 1 页", "附件《收支表.pdf》第 1 页：单位概况")]
    assert shown("标准") == [("附件《说明.txt》", "附件《说明.txt》：公务接待标准不变。")]
    assert shown("公务接待") == [("表 1", "表 1：公务接待 3.1"), ("", "公务接待从简。")]
    assert shown("没有的话") == [("", "一、概况 公务接待 3.1 二、说明 公务接待从简。")]


def test_tables_that_touch_each_other_are_two_and_one_that_goes_on_over_a_page_is_one(analyzer: Analyzer) -> None:
    document = replace(
        make_document("tables", "收支表", "一\t二\n1\t2\n3\t4\n甲\t乙\n完。\n丙\t丁"),
        places=(Place(0, "第 1 页 表 1"), Place(2, "第 2 页 表 1"), Place(3, "第 2 页 表 2"), Place(4, "第 2 页")),
    )
    found = [
        (block.sheet, block.name, ["".join(piece.text for cell in row for piece in cell.pieces) for row in block.rows])
        for block in blocks(document, Marker(Text("无"), analyzer))
    ]
    assert found == [
        ("第 1 页", "表 1", ["一二", "12", "34"]),
        ("第 2 页", "表 2", ["甲乙"]),
        ("第 2 页", "", []),
        ("第 2 页", "", ["丙丁"]),
    ]
