"""What a page shows, as values."""

from indexer.analyzer import Analyzer
from indexer.engine import Answer, Hit
from indexer.query import Text
from indexer.snippets import Marker
from tests.conftest import make_document
from web.params import SearchForm
from web.results import search_page

NOTICE = (
    "各镇人民政府、街道办事处：为做好今年冬季清洁取暖工作，现就有关事项通知如下。一、加强组织领导，压实工作责任。"
    "二、做好燃气、电力供应，确保不停供。三、加强安全检查，及时排除隐患。四、畅通投诉渠道，二十四小时有人值守。"
)


def test_documents_that_say_nearly_the_same_are_folded_under_the_first(analyzer: Analyzer) -> None:
    documents = [
        make_document("first", "关于做好清洁取暖工作的通知", NOTICE),
        make_document("other", "关于义务教育招生的意见", "适龄儿童就近入学，报名时提交户口簿。" * 6),
        make_document("reprint", "转发关于做好清洁取暖工作的通知", NOTICE.replace("今年", "本年")),
    ]
    answer = Answer(total=3, hits=[Hit(document.id, 1.0) for document in documents], facets={})
    page = search_page(SearchForm(q="取暖"), answer, documents, Marker(Text("取暖"), analyzer))
    assert [hit.id for hit in page.hits] == ["first", "other", "reprint"]
    assert [(hit.id, [each.id for each in near]) for hit, near in page.groups] == [
        ("first", ["reprint"]),
        ("other", []),
    ]
