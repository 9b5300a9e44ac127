"""The parts of ``./run bench``: documents, queries, figures and peers."""

import os
from pathlib import Path

import pytest

from archive.decisions import stops
from archive.document import Status
from indexer import facets
from indexer.analyzer import Analyzer
from indexer.asking.parse import parse
from indexer.engine import SearchRequest
from indexer.facets import NAMES, values
from tests.bench import desk, run
from tests.bench.bed import FTS5, Bed, by_turns
from tests.bench.documents import LENGTH, changed, documents, publish
from tests.bench.peers import Fts5, Tantivy
from tests.bench.plot import draw
from tests.bench.processes import ChildFailed, measured, memory, size
from tests.bench.queries import LENGTHS, phrases, queries
from tests.bench.searching import SHAPED
from tests.bench.table import Row, Table, load, markdown, percentile, save
from web.installation.making import make
from web.installation.services import open_services
from web.installation.settings import Settings

LINES = [
    f"第{at}条 县级以上人民政府应当加强第{at}项工作，公开政府信息{at * 7}件，并报上级机关备案。" for at in range(400)
]


def test_documents_are_the_same_twice_and_the_first_of_more() -> None:
    assert list(documents(20, LINES)) == list(documents(30, LINES))[:20]


def test_documents_have_about_the_length_and_values_in_every_facet() -> None:
    made = list(documents(300, LINES))
    assert LENGTH <= sum(len(each.text) for each in made) / len(made) < LENGTH * 1.1
    for name in NAMES:
        assert len({value for each in made for value in values(each)[name]}) >= 6, name
    assert len({each.metadata.number for each in made}) > 150


def test_published_documents_are_public_and_a_changed_one_replaces_its_first_version(tmp_path: Path) -> None:
    settings = Settings.at(tmp_path)
    make(settings)
    services = open_services(settings)
    made = list(documents(5, LINES))
    publish(services.catalogue, made)
    publish(services.catalogue, [changed(made[2], "新添一句。")])
    public = list(services.catalogue.public_all())
    assert [each.id for each in public] == [each.id for each in made]
    assert [each.version for each in public] == [1, 1, 2, 1, 1]
    assert public[2].text.endswith("\n新添一句。")
    assert services.catalogue.last_change() == 6
    services.close()


def test_queries_are_many_of_every_kind_and_the_same_twice(analyzer: Analyzer) -> None:
    made = list(documents(200, LINES))
    asked = queries(made, analyzer)
    assert asked == queries(made, analyzer)
    assert {len(text) for text in phrases(made, 2)} >= {*LENGTHS}
    assert {"one word", "several words", "sentence", "title", "number", "phrase", "filtered"} == asked.keys()


@pytest.mark.parametrize("typed", ["公开政府信息21件", "“第7条”", "政府 备案", "“没有这样的话”", "“条县”"])
def test_peers_find_what_they_are_asked_for(typed: str, analyzer: Analyzer, tmp_path: Path) -> None:
    pytest.importorskip("tantivy", reason="no wheel for this machine")
    made = list(documents(30, LINES))
    sqlite = Fts5(tmp_path / "sqlite", analyzer)
    sqlite.build(made, cursor=30)
    other = Tantivy(tmp_path / "tantivy", analyzer)
    other.put(made)
    query = parse(typed)
    chosen = {"genre": frozenset({str(made[0].metadata.genre)})}
    for filters in ({}, chosen):
        answer = sqlite.search(SearchRequest(query=query, filters=filters, facets=facets.NAMES))
        # More documents contain a text's scattered bigrams than its words, so bigrams are used only for quoted text.
        assert other.ask(query, filters, bigrams=typed.startswith("“")) == answer.total
        assert len(answer.hits) == min(10, answer.total)
        assert filters or sum(answer.facets["genre"].values()) == answer.total
    sqlite.close()


def test_a_peer_that_fails_is_told_and_asked_no_more() -> None:
    failures: dict[str, str] = {}
    asked: list[int] = []

    def fail(at: int) -> None:
        asked.append(at)
        raise OSError("no such wheel")

    taken = by_turns({"gongkai": lambda at: None, "tantivy": fail}, 3, 2, failures)
    assert {name: len(each) for name, each in taken.items()} == {"gongkai": 3}
    assert failures == {"tantivy": "OSError: no such wheel"}
    assert len(asked) == 1


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2), (0.75, 3), (0.76, 4), (1.0, 4), (0.0, 1)])
def test_a_percentile_is_one_of_the_values(share: float, expected: int) -> None:
    assert percentile([4, 1, 3, 2], share) == expected


def test_a_table_says_what_a_peer_could_not_and_is_read_back_as_it_was_saved(tmp_path: Path) -> None:
    table = Table(
        1000,
        (
            Row("warm", "query: p50 / p95 (ms)", (1.0, 2.0), "tantivy", (0.5, 4.0)),
            Row("size", "index size (MB)", (1234.0,), "FTS5", (), "ImportError: none"),
            Row("memory", "memory (MB)", (75.25,)),
        ),
    )
    assert markdown(table).splitlines()[-3:] == [
        "| query: p50 / p95 (ms) | 1 / 2 | tantivy: 0.5 / 4 | 2.00 / 0.50 |",
        "| index size (MB) | 1,234 | FTS5: ImportError: none | — |",
        "| memory (MB) | 75.2 | — | — |",
    ]
    save(tmp_path / "run.json", "a machine", [table])
    assert load(tmp_path / "run.json") == [table]


def test_a_picture_is_drawn_from_a_saved_run_and_is_the_same_file_twice(tmp_path: Path) -> None:
    def rows(count: int) -> tuple[Row, ...]:
        return (
            Row("rebuild", "documents/s, ms, MB", (900.0, 2.0, 300.0), "tantivy", (1000.0, 1.0, 280.0)),
            Row("rebuild", "documents/s, ms, MB", (900.0, 2.0, 300.0), FTS5, (), "OperationalError: disk is full"),
            Row("size", "MB", (count / 100,), "tantivy", (count / 150,)),
            Row("cold", "ms", (2.0, 9.0), SHAPED, (1.0, 3.0)),
            Row("warm", "ms", (1.0, 4.0), SHAPED, (1.0, 2.0)),
            Row("memory", "MB", (200.0, 150.0)),
        )

    save(tmp_path / "run.json", "a machine", [Table(count, rows(count)) for count in (10_000, 1000)])
    for name in ("one.svg", "other.svg"):
        draw(load(tmp_path / "run.json"), tmp_path / name)
    drawn = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert drawn == (tmp_path / "other.svg").read_text(encoding="utf-8")
    assert len(drawn) < 100_000
    for said in ("Index size (MB)", "gongkai, cold", "tantivy", "documents"):
        assert said in drawn
    assert "<dc:date>" not in drawn


def test_files_with_two_names_count_once(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"12345")
    (tmp_path / "other").hardlink_to(tmp_path / "one")
    assert size(tmp_path) == 5


def test_a_child_process_is_measured_and_its_failure_is_its_last_line(tmp_path: Path) -> None:
    done = measured("calendar", "2019", "4")
    assert "April 2019" in done.said
    with pytest.raises(ChildFailed, match="error"):
        measured("calendar", "no such year")


def test_memory_counts_what_a_process_has() -> None:
    taken = memory(os.getpid())
    assert 0 < taken.anonymous <= taken.resident
    assert taken.proportional <= taken.resident


def test_only_the_desk_is_measured_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = Row("desk", "desk", (1.0,))
    monkeypatch.setattr(run, "desk_rows", lambda bed, lines, every: [measured])
    assert run.run(200, LINES, 0.1, 4, 1, only=run.DESK) == [measured]


# `./run bench --quick` does the same, and CI runs it.
@pytest.mark.thorough
def test_every_page_of_the_desk_is_measured_over_what_waits(
    tmp_path: Path, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "_ASKED", 10)
    bed = Bed(tmp_path, 60, {}, [], analyzer, 1)
    make(bed.settings)
    services = open_services(bed.settings)
    publish(services.catalogue, documents(60, LINES))
    services.close()
    rows = desk.desk_rows(bed, LINES)
    assert len({row.name for row in rows}) == len(rows) > 40
    assert all(row.ours[0] >= row.ours[1] > 0 and row.ours[2] > 0 for row in rows)
    assert {row.theirs for row in rows} == {(150.0,), (200.0,)}
    assert all(row.theirs == (200.0,) for row in rows if "queue" in row.name)
    services = open_services(bed.settings)
    assert services.catalogue.count_by_status() == {Status.PUBLISHED: 60, Status.WAITING: 9, Status.REFUSED: 1}
    assert not [each for each in stops.count_open(services.catalogue, Status.PUBLISHED)]
    services.close()
