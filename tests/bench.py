"""``./run bench``: how fast, next to SQLite's FTS5 over the same documents and queries in the same run.

Without ``--folder`` the documents are made up from the corpus's paragraphs, so that the run needs nothing else.
Figures of one run on a shared machine are noisy: compare the columns of a run, not runs.
"""

import argparse
import random
import resource
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from flask.testing import FlaskClient

from archive.extract import Sandbox
from archive.intake import Intake, Item, Result
from archive.manifest import items_below, read_manifest
from archive.settings import Settings
from archive.text import normalise
from indexer import sync
from web.app import create_app
from web.services import Services, open_services

T = TypeVar("T")
CORPUS = Path(__file__).parent.parent / "corpus"
SEED = 2019


@dataclass(frozen=True)
class Row:
    what: str
    gongkai: str
    peer: str = "—"
    ratio: str = "—"


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--folder", type=Path, help="take these files in instead of made-up ones")
    parser.add_argument("--documents", type=int, default=2000, help="how many to make up (default 2000)")
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--quick", action="store_true", help="200 documents and 60 queries: does it run at all")
    options = parser.parse_args()
    if options.quick:
        options.documents, options.queries = 200, 60
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        services = open_services(Settings.at(place / "data"))
        items = list(items_below(options.folder)) if options.folder else _make_up(place, options.documents)
        rows = _run(services, items, options.queries)
        services.close()
    _print(rows)


def _run(services: Services, items: Sequence[Item], queries: int) -> list[Row]:
    taken, ingest_time = _timed(lambda: _ingest(services, items))
    _, index_time = _timed(lambda: sync.rebuild(services.catalogue, services.engine))
    documents = list(services.catalogue.public_all())
    text_size = sum(len(document.text.encode()) for document in documents)
    index_size = _size((services.settings.index_folder / "current").resolve())
    peer = sqlite3.connect(":memory:")
    _, peer_time = _timed(lambda: _fill(peer, [(d.metadata.title, normalise(d.text)) for d in documents]))
    peer_size = peer.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()").fetchone()[0]
    asked = _queries([document.metadata.title for document in documents], [d.text for d in documents], queries)
    client = create_app(services).test_client()
    _page(client, asked[0])  # the first one loads the dictionary
    cold = [_timed(lambda q=q: _page(client, q))[1] for q in asked]
    warm = [_timed(lambda q=q: _page(client, q))[1] for q in asked]
    peers = [_timed(lambda q=q: _ask(peer, q))[1] for q in asked]
    count = len(documents)
    return [
        Row(f"documents taken in per second ({taken} files)", f"{taken / ingest_time:.0f}"),
        Row(
            f"documents indexed per second ({count} documents)",
            f"{count / index_time:.0f}",
            f"{count / peer_time:.0f}",
            f"{peer_time / index_time:.2f}",
        ),
        Row(
            "index size / text size",
            f"{index_size / text_size:.2f}",
            f"{peer_size / text_size:.2f}",
            f"{index_size / peer_size:.2f}",
        ),
        _latencies("query page, first time: median / p95 (ms)", cold, peers),
        _latencies("query page, again: median / p95 (ms)", warm, peers),
        Row("peak memory of the process (MB)", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}"),
    ]


def _latencies(what: str, ours: Sequence[float], theirs: Sequence[float]) -> Row:
    our_median, our_p95 = _summary(ours)
    their_median, their_p95 = _summary(theirs)
    return Row(
        what,
        f"{our_median:.1f} / {our_p95:.1f}",
        f"{their_median:.1f} / {their_p95:.1f}",
        f"{our_median / their_median:.2f} / {our_p95 / their_p95:.2f}",
    )


def _summary(seconds: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(seconds)
    return statistics.median(ordered) * 1000, ordered[int(len(ordered) * 0.95)] * 1000


def _ingest(services: Services, items: Sequence[Item]) -> int:
    with Sandbox() as sandbox:
        intake = Intake(services.catalogue, services.blobs, sandbox, "bench", already_published=True)
        return sum(outcome.result is Result.TAKEN for outcome in intake.receive_all(items))


def _make_up(place: Path, count: int) -> list[Item]:
    """Documents of about 1,650 characters out of the corpus's sentences, the same ones in every run."""
    chance = random.Random(SEED)  # noqa: S311  # made-up text
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox:
        services = open_services(Settings.at(Path(folder)))
        intake = Intake(services.catalogue, services.blobs, sandbox, "bench", already_published=True)
        for _ in intake.receive_all(read_manifest(CORPUS / "manifest.jsonl")):
            pass
        lines = [line for document in services.catalogue.public_all() for line in document.text.splitlines()]
        services.close()
    sentences = [piece + "。" for line in lines for piece in line.split("。") if len(piece) > 8]
    items = []
    for at in range(count):
        body: list[str] = []
        while sum(map(len, body)) < 1650:
            body.append(chance.choice(sentences))
        path = place / f"{at:06}.txt"
        path.write_text(f"关于{chance.choice(sentences)[:16]}的通知（{at}）\n\n" + "\n".join(body), encoding="utf-8")
        items.append(Item(path, str(at)))
    return items


def _queries(titles: Sequence[str], texts: Sequence[str], count: int) -> list[str]:
    """Titles, parts of titles, short runs of text, two runs together: what people type."""
    chance = random.Random(SEED)  # noqa: S311  # made-up queries

    def run(text: str, least: int, most: int) -> str:
        start = chance.randrange(max(1, len(text) - most))
        return text[start : start + chance.randint(least, most)]

    def one(at: int) -> str:
        title, text = chance.choice(titles), chance.choice(texts).replace("\t", " ")
        two = f"{run(text, 2, 4)} {run(text, 2, 4)}"
        kinds = (title, run(title, 2, 6), run(text, 2, 6), two, f"“{run(text, 4, 10)}”")
        return kinds[at % len(kinds)][:200]

    found = (one(at).strip() for at in range(count * 3))
    return [query for query in found if any(character.isalnum() for character in query)][:count]


def _page(client: FlaskClient, query: str) -> None:
    status = client.get("/search", query_string={"q": query}).status_code
    if status != 200:
        sys.exit(f"{query!r} was answered with {status}")


def _fill(peer: sqlite3.Connection, rows: Sequence[tuple[str, str]]) -> None:
    peer.execute("CREATE VIRTUAL TABLE documents USING fts5(title, text, tokenize='trigram')")
    peer.executemany("INSERT INTO documents VALUES (?, ?)", rows)
    peer.commit()


def _ask(peer: sqlite3.Connection, query: str) -> None:
    """The peer's nearest thing to a page: a count, the first ten by its rank, a snippet of each."""
    words = [word.replace('"', "") for word in normalise(query).split()]
    match = " ".join(f'"{word}"' for word in words if word) or '""'
    peer.execute("SELECT count(*) FROM documents WHERE documents MATCH ?", (match,)).fetchone()
    peer.execute(
        "SELECT title, snippet(documents, 1, '<mark>', '</mark>', '…', 40) FROM documents"
        " WHERE documents MATCH ? ORDER BY rank LIMIT 10",
        (match,),
    ).fetchall()


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = perf_counter()
    result = work()
    return result, perf_counter() - start


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def _print(rows: Sequence[Row]) -> None:
    print("| what | gongkai | SQLite FTS5 (trigram) | ratio |\n|---|---|---|---|")
    for row in rows:
        print(f"| {row.what} | {row.gongkai} | {row.peer} | {row.ratio} |")


if __name__ == "__main__":
    main()
