"""The baselines: each one finds, ranks and stops as systems of its kind do."""

from collections.abc import Iterator

import pytest

from indexer.judging.baselines import baselines
from indexer.judging.measures import Search
from tests.conftest import make_document

DOCUMENTS = [
    make_document("flood", "关于做好防汛工作的通知", "各镇落实值班制度，防汛物资到位，防汛队伍到位。"),
    make_document("drought", "关于做好抗旱工作的通知", "请节约用水。防汛工作另行部署。"),
    make_document("latin", "PM2.5监测", "国际论坛。" * 20),
]
NAMES = ["jieba + Whoosh BM25F", "bigrams + BM25", "FTS5 trigram"]


@pytest.fixture(scope="module")
def searches() -> Iterator[dict[str, Search]]:
    with baselines(DOCUMENTS) as found:
        yield found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("防汛物资和防汛工作", ["flood", "drought"]),
        ("抗旱工作的通知", ["drought", "flood"]),
        ("论坛国际论坛", ["latin"]),
        ("无人机", []),
    ],
)
def test_whoever_has_most_of_it_is_first(searches: dict[str, Search], name: str, text: str, ids: list[str]) -> None:
    assert list(searches[name](text, 10)) == ids
    assert list(searches[name](text, 1)) == ids[:1]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text", ["", "？", '"', "“防汛", "AND OR NOT", "a:b*(c", "\n", "防" * 500, "'; DROP TABLE documents"]
)
def test_no_string_breaks_one(searches: dict[str, Search], name: str, text: str) -> None:
    assert set(searches[name](text, 10)) <= {"flood", "drought", "latin"}


def test_bigrams_weigh_rare_ones_more_and_long_documents_less() -> None:
    documents = [
        make_document("long", "", "防汛" + "工作" * 20),
        make_document("short", "", "防汛"),
        make_document("often", "", "防汛防汛"),
        make_document("rare", "", "抗旱"),
    ]
    with baselines(documents) as found:
        search = found["bigrams + BM25"]
        assert list(search("防汛", 5)) == ["often", "short", "long"]
        assert list(search("防汛、抗旱", 1)) == ["rare"]


def test_none_is_found_in_nothing() -> None:
    with baselines([]) as found:
        assert [list(search("防汛", 10)) for search in found.values()] == [[], [], []]
