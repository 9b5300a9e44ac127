"""What becomes of an index as documents come, change and go: the contract, on every engine."""

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from archive.document import Document, Validity
from indexer import facets
from indexer.analyzer import Analyzer
from indexer.asking.parse import parse
from indexer.engine import Engine, SearchRequest, Sort
from indexer.engines.memory import MemoryEngine
from indexer.engines.whoosh.engine import WhooshEngine
from indexer.fields import entry
from indexer.query import Like, Or, Phrase, Synonymous, Text
from tests.conftest import make_document
from tests.indexer.engines.contract import DOCUMENTS, found


def test_the_vocabulary_is_what_documents_are_called_and_say(engine: Engine, analyzer: Analyzer) -> None:
    vocabulary = engine.vocabulary()
    assert ("undated", "节约用水倡议") in vocabulary.titles
    assert ("office", "云政办发〔2018〕3号") in vocabulary.numbers
    assert set(vocabulary.issuers) == {"云溪县财政局", "云溪县人民政府", "云溪县人民政府办公室"}
    assert vocabulary.words()["最低生活保障"] == 2
    assert engine.vocabulary() is vocabulary
    with engine.writing() as writer:
        writer.put(entry(make_document("new", "新增文件"), analyzer))
    assert engine.vocabulary() is not vocabulary
    assert ("new", "新增文件") in engine.vocabulary().titles
    assert engine.vocabulary().words()["新增"] == 1


def test_a_change_is_there_for_the_next_search(engine: Engine, analyzer: Analyzer) -> None:
    with engine.writing() as writer:
        writer.put(entry(make_document("undated", "节约用电倡议", "随手关灯。"), analyzer))
        writer.put(entry(make_document("new", "新增文件"), analyzer))
        writer.remove("former")
        writer.remove("never there")
        writer.mark(9)
    assert found(engine, "水") == []
    assert found(engine, "节约用电") == ["undated"]
    assert found(engine, "城乡最低生活保障") == ["allowance"]
    assert engine.count() == 5
    assert engine.cursor() == 9


def test_each_build_makes_another_generation(engine: Engine, analyzer: Analyzer) -> None:
    names = [engine.generation()]
    assert engine.generation() == names[0]
    for building in (engine.writing, engine.rebuilding):
        with building() as writer:
            writer.put(entry(make_document("new", "新增文件"), analyzer))
        names.append(engine.generation())
    with pytest.raises(RuntimeError), engine.writing():
        raise RuntimeError
    assert engine.generation() == names[-1]
    assert len(set(names)) == 3


def test_the_same_document_put_twice_is_there_once(engine: Engine, analyzer: Analyzer) -> None:
    with engine.writing() as writer:
        writer.put(entry(make_document("new", "征求意见稿"), analyzer))
        writer.put(entry(make_document("new", "正式文本"), analyzer))
        writer.put(entry(make_document("gone", "已经作废"), analyzer))
        writer.remove("gone")
    assert found(engine, "征求意见") == []
    assert found(engine, "正式文本") == ["new"]
    assert engine.count() == 6


def test_changes_and_a_rebuild_lead_to_the_same_ranking(
    engine: Engine, make: Callable[[], Engine], analyzer: Analyzer
) -> None:
    with engine.writing() as writer:
        writer.remove("budget")
        for document in DOCUMENTS[:2]:
            writer.put(entry(document, analyzer))
    queries = ["通知", "最低生活保障", "财政", "2019", ""]
    changed = [engine.search(SearchRequest(query=parse(typed), facets=facets.NAMES)) for typed in queries]
    with engine.rebuilding() as writer:
        for document in DOCUMENTS:
            writer.put(entry(document, analyzer))
    rebuilt = [engine.search(SearchRequest(query=parse(typed), facets=facets.NAMES)) for typed in queries]
    assert changed == rebuilt


@pytest.mark.parametrize("how", ["writing", "rebuilding"])
def test_an_error_while_building_leaves_the_index_as_it_was(engine: Engine, how: str, analyzer: Analyzer) -> None:
    before = found(engine, "")
    with pytest.raises(RuntimeError), getattr(engine, how)() as writer:
        writer.put(entry(make_document("new", "半途"), analyzer))
        raise RuntimeError
    assert found(engine, "") == before
    assert engine.cursor() == 5


def test_a_new_index_is_checked_before_it_is_live_and_one_that_fails_is_never_seen(
    engine: Engine, analyzer: Analyzer
) -> None:
    before, seen = found(engine, ""), list[tuple[list[str], list[str], int]]()

    def check(new: Engine) -> None:
        seen.append((found(new, "新增"), found(engine, "新增"), new.count()))
        if len(seen) == 1:
            raise ValueError("less than before")

    with pytest.raises(ValueError, match="less"), engine.rebuilding(check) as writer:
        writer.put(entry(make_document("new", "新增文件"), analyzer))
    assert found(engine, "") == before and engine.cursor() == 5
    with engine.rebuilding(check) as writer:
        writer.put(entry(make_document("new", "新增文件"), analyzer))
    assert seen == [(["new"], [], 1)] * 2 and found(engine, "") == ["new"]


def test_an_index_opened_again_is_the_same(engine: Engine, make: Callable[[], Engine]) -> None:
    again = make()
    assert found(again, "通知") == found(engine, "通知")
    assert again.cursor() == 5


def _random_documents(seed: int) -> list[Document]:
    chance = random.Random(seed)  # noqa: S311  # made-up text
    words = ["政府", "信息", "公开", "条例", "预算", "决算", "登记", "不动产", "2019", "abc", "水", "工程", "，", "\n"]

    def text(most: int) -> str:
        return "".join(chance.choice(words) for _ in range(chance.randrange(1, most)))

    return [
        make_document(
            f"d{at:03}",
            text(8).replace("\n", "") or "无题",
            text(120),
            genre=chance.choice(["通知", "公告", None]),
            written_on=chance.choice([None, date(2018, 1, 1), date(2019, 5, 6)]),
            validity=chance.choice([None, Validity.REPEALED]),
        )
        for at in range(60)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_whoosh_ranks_as_the_reference_does(seed: int, tmp_path: Path, analyzer: Analyzer) -> None:
    reference, engine = MemoryEngine(analyzer), WhooshEngine(tmp_path, analyzer)
    documents = _random_documents(seed)
    for each in (reference, engine):
        with each.rebuilding() as writer:
            for document in documents[:40]:
                writer.put(entry(document, analyzer))
        with each.writing() as writer:
            for document in documents[20:]:
                writer.put(entry(document, analyzer))
            writer.remove("d003")
    queries = [
        "政府信息公开",
        "预算 -决算",
        "“信息公开条例”",
        "水",
        "不动产登记 2019",
        "公开条例工程abc 航天",
        "条例 OR 工程 -决算",
        "标题:预算 abc",
        "日期:2018 公开 机构:县",
        "请问不动产登记的工程预算和决算怎么公开",
        "，".join(f"不动产登记{at}政府信息公开条例工程{at * 7}" for at in range(9)),
        "",
    ]
    said = Synonymous(Text("工程公开"), (Or((Text("工程"), Phrase("不动产", 0.5))), Text("公开")))
    for typed in (*map(parse, queries), Like("d010"), said):
        for sort in Sort:
            request = SearchRequest(query=typed, facets=facets.NAMES, sort=sort, limit=100)
            expected, got = reference.search(request), engine.search(request)
            assert [hit.id for hit in got.hits] == [hit.id for hit in expected.hits], typed
            assert [hit.score for hit in got.hits] == pytest.approx([hit.score for hit in expected.hits], abs=1e-5)
            assert (got.total, got.facets, got.relaxed) == (expected.total, expected.facets, expected.relaxed)
    engine.close()
