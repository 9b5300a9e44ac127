"""Five documents, and how a test asks an engine that holds them."""

from datetime import date
from typing import TypedDict, Unpack

from archive.document import Validity
from indexer.asking.parse import parse
from indexer.engine import Engine, SearchRequest, Sort
from tests.conftest import make_document

DOCUMENTS = [
    make_document(
        "budget",
        "云溪县2019年县级财政预决算公开说明",
        "一般公共预算收入完成12亿元。\n在建工程和待处理事项另行公告。",
        issuer="云溪县财政局",
        genre="公告",
        topic="财政、金融、审计/财政",
        column="法定主动公开内容/财政信息",
        written_on=date(2019, 2, 1),
    ),
    make_document(
        "allowance",
        "关于印发城乡最低生活保障实施办法的通知",
        "最低生活保障标准由县民政局会同县财政局制定。依据云政办发〔2018〕3号执行。",
        number="云政发〔2019〕6号",
        cited=("云政办发〔2018〕3号",),
        issuer="云溪县人民政府",
        genre="通知",
        topic="民政、扶贫、救灾/社会救助",
        column="法定主动公开内容/规范性文件",
        written_on=date(2019, 9, 20),
        validity=Validity.IN_FORCE,
    ),
    make_document(
        "former",
        "关于印发城乡最低生活保障实施办法的通知",
        "最低生活保障标准由县民政局会同县财政局制定。依据云政办发〔2018〕3号执行。",
        number="云政发〔2014〕8号",
        issuer="云溪县人民政府",
        genre="通知",
        topic="民政、扶贫、救灾/社会救助",
        column="法定主动公开内容/规范性文件",
        written_on=date(2014, 8, 1),
        validity=Validity.REPEALED,
    ),
    make_document(
        "office",
        "关于加强政务公开工作的通知",
        "请各单位做好政务公开工作，按时报送2018年度报告。",
        number="云政办发〔2018〕3号",
        issuer="云溪县人民政府、云溪县人民政府办公室",
        genre="通知",
        column="政府信息公开制度",
        written_on=date(2018, 1, 5),
    ),
    make_document("undated", "节约用水倡议", "水是生命之源。ＰＭ2.5监测", genre="倡议"),
]


class Asked(TypedDict, total=False):
    """What a request may ask for in addition to the words."""

    sort: Sort
    offset: int
    limit: int
    since: int
    until: int


def found(engine: Engine, typed: str, **asked: Unpack[Asked]) -> list[str]:
    answer = engine.search(SearchRequest(query=parse(typed), **asked))
    assert len(answer.hits) <= answer.total
    return [hit.id for hit in answer.hits]
