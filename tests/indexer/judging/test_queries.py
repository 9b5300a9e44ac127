"""Judged queries: those read from files and those made from documents."""

import json
import random
from pathlib import Path

import pytest

from archive.chinese.text import normalise
from archive.describe.docnumber import read_query
from indexer.judging.queries import EXACT, BadQueries, Judged, known, read, respelt
from tests.conftest import make_document

DOCUMENTS = [
    make_document("a", "关于做好防汛工作的通知", "请各镇落实值班制度，确保汛期安全。", number="云政发〔2019〕6号"),
    make_document("b", "关于做好抗旱工作的通知", "请节约用水，落实值班制度。", number="国务院令第412号"),
    make_document("c", "关于做好抗旱工作的通知", "第二次通知。"),
]
NAMES = {"a": "a", "files/防汛.txt": "a", "files/抗旱.txt": "b"}


def resolve(name: str) -> str | None:
    return NAMES.get(name)


def written(folder: Path, name: str, *rows: object) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_lines_name_documents_by_id_or_path_and_a_class_or_the_files_own(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "lay.jsonl",
        {"id": "1", "query": "防汛", "relevant": ["a", "files/抗旱.txt"]},
        {"id": 2, "query": "抗旱\u2028何时", "relevant": ["files/抗旱.txt"], "class": "words"},
    )
    assert read([path], resolve).judged == [
        Judged("1", "防汛", "lay", {"a": 1, "b": 1}),
        Judged("2", "抗旱\u2028何时", "words", {"b": 1}),
    ]


def test_a_path_may_begin_at_the_folder_that_is_named_as_the_file(tmp_path: Path) -> None:
    letters = written(tmp_path, "letters.jsonl", {"id": "1", "query": "防汛", "relevant": ["1.txt"]})
    laws = written(tmp_path, "laws.jsonl", {"id": "2", "query": "防汛", "relevant": ["1.txt", "files/抗旱.txt"]})
    named = {"letters/1.txt": "a", "laws/1.txt": "b", "files/抗旱.txt": "c"}
    assert read([letters, laws], named.get).judged == [
        Judged("1", "防汛", "letters", {"a": 1}),
        Judged("2", "防汛", "laws", {"b": 1, "c": 1}),
    ]


def test_what_names_no_public_document_is_told_and_a_query_left_with_none_is_skipped(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "lay.jsonl",
        {"id": "1", "query": "防汛", "relevant": ["a", "hidden"]},
        {"id": "2", "query": "密", "relevant": ["hidden"]},
        {"id": "3", "query": "无", "relevant": []},
    )
    reading = read([path], resolve)
    assert [query.id for query in reading.judged] == ["1"]
    assert reading.unknown == ["1: hidden", "2: hidden"]
    assert reading.skipped == ["2", "3"]


def test_a_table_keeps_grades_and_quotes(tmp_path: Path) -> None:
    (tmp_path / "queries.tsv").write_text('id\tquery\tkind\tnote\nq1\t"值班制度"\tphrase\t\nq2\t旱\twords\t\n', "utf-8")
    (tmp_path / "judgements.tsv").write_text(
        "id\tpath\tgrade\nq1\tfiles/抗旱.txt\t3\nq1\tfiles/防汛.txt\t2\nq1\ta\t1\nq2\ta\t0\n", "utf-8"
    )
    reading = read([tmp_path / "queries.tsv"], resolve)
    # A document named twice gets its best grade. A document of grade 0 is not an answer.
    assert reading.judged == [Judged("q1", '"值班制度"', "phrase", {"b": 3, "a": 2})]
    assert reading.skipped == ["q2"]
    assert reading.unknown == []


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("x.jsonl", '{"id": 1', "第 1 行"),
        ("x.jsonl", '\n{"id": 1, "query": "x"}', "第 2 行"),
        ("x.jsonl", "[1]", "第 1 行"),
        # A string instead of a list would be read letter by letter.
        ("x.jsonl", '{"id": 1, "query": "x", "relevant": "abc"}', "第 1 行"),
        ("x.jsonl", '{"id": 1, "query": "x", "relevant": ["a"]}\n' * 2, "编号 1 的检索词不止一条"),
        ("queries.tsv", "id\tquery\n1\tx\n", "列不对"),
        ("queries.tsv", "id\tquery\tkind\n1\tx\n", "列不对"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_place(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "judgements.tsv").write_text("id\tpath\tgrade\n", encoding="utf-8")
    with pytest.raises(BadQueries, match=told):
        read([tmp_path / name], resolve)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadQueries, match="无法读取"):
        read([tmp_path / "none.jsonl"], resolve)
    (tmp_path / "gbk.jsonl").write_bytes("防汛".encode("gbk"))
    with pytest.raises(BadQueries, match="UTF-8"):
        read([tmp_path / "gbk.jsonl"], resolve)


def test_known_items_are_answered_by_every_document_that_bears_or_contains_them() -> None:
    made = list(known(DOCUMENTS, 40, 1))
    assert {query.kind for query in made} == {"title", "number", *EXACT}
    texts = {each.id: normalise(f"{each.metadata.title}\n{each.text}") for each in DOCUMENTS}
    for query in made:
        if query.kind in EXACT:
            run = query.text.strip("“”")
            assert 2 <= len(run) <= 8
            assert query.text == (f"“{run}”" if query.kind == "quoted" else run)
            assert set(query.relevant) == {id for id, text in texts.items() if run in text}
    titles = {query.text: set(query.relevant) for query in made if query.kind == "title"}
    assert titles == {"关于做好防汛工作的通知": {"a"}, "关于做好抗旱工作的通知": {"b", "c"}}


def test_a_seed_makes_the_same_queries_again() -> None:
    assert list(known(DOCUMENTS, 20, 7)) == list(known(DOCUMENTS, 20, 7))
    assert list(known(DOCUMENTS, 20, 7)) != list(known(DOCUMENTS, 20, 8))
    assert list(known([], 5, 1)) == []


@pytest.mark.parametrize(
    ("number", "among"),
    [
        (
            "国办发〔2019〕14号",
            [
                "国办发【2019】14号",
                "国办发[2019]第14号",
                "国办发（2019）014号",
                "国办发2019年14号",
                "国办发〔2019〕\n14号",
            ],
        ),
        ("国办发〔2019〕14号", ["国办发〔二〇一九〕十四号", "国办发［２０１９］１４号", "国办发 〔 2019 〕 14 号"]),
        ("国务院令第412号", ["国务院令第四百一十二号", "国务院令412号", "国务院令第４１２号", "国务院令 第 412 号"]),
        ("财政部公告2019年第5号", ["财政部公告２０１９年第５号", "财政部公告2019年第五号", "财政部公告2019年5号"]),
    ],
)
def test_a_number_is_typed_in_all_its_spellings_and_each_still_means_it(number: str, among: list[str]) -> None:
    chance = random.Random(0)  # noqa: S311  # a sample, not a secret
    spelt = {respelt(number, chance) for _ in range(2000)}
    assert spelt >= set(among)
    for each in spelt:
        assert number in [read.canonical for read in read_query(each)], each


def test_a_code_stays_as_it_stands() -> None:
    chance = random.Random(0)  # noqa: S311  # a sample, not a secret
    assert {respelt("YXDR-2019-0010001", chance) for _ in range(20)} == {"YXDR-2019-0010001"}
