"""``./run fuzz``: check that everything people can type is answered in time, over an index as large as a county's.

Hypothesis makes the strings: any text at all, pieces of the grammar, and damaged runs of real text. Each is treated
like a search: it is interpreted, searched for with facets, marked in snippets, corrected and completed. It fails if it
takes longer than the limit, or if it raises anything other than an error with a sentence for the person.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from indexer import facets
from indexer.analyzer import Analyzer
from indexer.asking.interpret import interpret
from indexer.asking.parse import MAX_LENGTH
from indexer.asking.synonyms import PACKAGED, Synonyms
from indexer.engine import SearchRequest
from indexer.engines.whoosh.engine import WhooshEngine
from indexer.errors import BadQuery
from indexer.helping.corrections import Corrector
from indexer.helping.suggestions import Suggester
from indexer.snippets import Marker
from tests.bench.documents import documents, paragraphs

LIMIT_MS = 300.0
GRAMMAR = ["OR", " ", "-", "标题:", "文号：", "机构:", "日期:", "“", "”", '"', "2019", "..", "〔", "〕", "号", "第"]


def typed(lines: list[str]) -> st.SearchStrategy[str]:
    copied = st.builds(
        lambda line, start, length: line[start : start + length],
        st.sampled_from(lines),
        st.integers(0, 60),
        st.integers(1, 40),
    )
    piece = st.one_of(st.sampled_from(GRAMMAR), copied, st.text(max_size=4))
    return st.one_of(
        st.text(max_size=MAX_LENGTH + 5),
        copied,
        st.lists(piece, max_size=14).map("".join),
        st.lists(piece, max_size=8).map(" ".join),
        st.text("abcdefghijklmnopqrstuvwxyz ", max_size=30),
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--documents", type=int, default=2000)
    arguments.add_argument("--strings", type=int, default=2000)
    arguments.add_argument("--folder", type=Path, help="Keep the index here, or use the one that is there.")
    chosen = arguments.parse_args()
    folder = chosen.folder or Path(tempfile.mkdtemp())
    lines = paragraphs()
    analyzer = Analyzer()
    engine = WhooshEngine(folder / "index", analyzer)
    if not (folder / "index" / "current").exists():
        started = perf_counter()
        with engine.rebuilding() as writer:
            for _ in writer.put_all(documents(chosen.documents, lines)):
                pass
        print(f"indexed {chosen.documents} documents in {perf_counter() - started:.0f} s")
    texts = {document.id: document.text for document in documents(engine.count(), lines)}
    synonyms = Synonyms.load(PACKAGED)
    vocabulary = engine.vocabulary()
    corrector = Corrector(vocabulary.words(), analyzer.function_words, analyzer.is_word, analyzer.own_words)
    corrector.prepare()
    suggester = Suggester(vocabulary, analyzer.own_words)
    took: dict[str, list[float]] = {"search": [], "corrections": [], "suggestions": []}
    slowest: list[tuple[float, str]] = []
    refused = 0

    def search(text: str) -> None:
        meaning = interpret(text, synonyms, analyzer)
        answer = engine.search(SearchRequest(query=meaning.query, facets=facets.NAMES))
        marker = Marker(meaning.query, analyzer)
        for hit in answer.hits:
            marker.passages(texts[hit.id])

    def timed(what: str, ask: Callable[[str], object], text: str) -> None:
        started = perf_counter()
        try:
            ask(text)
        finally:
            took[what].append((perf_counter() - started) * 1000)
            slowest.append((took[what][-1], f"{what}: {text!r}"))
            slowest.sort(reverse=True)
            del slowest[10:]

    @settings(
        max_examples=chosen.strings,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(typed(lines))
    def ask(text: str) -> None:
        nonlocal refused
        try:
            timed("search", search, text)
        except BadQuery as error:
            refused += 1
            assert str(error)
        timed("corrections", corrector.corrections, text)
        timed("suggestions", suggester.suggest, text[:50])

    # The first search loads everything that all others share.
    search("预热-1")
    ask()
    print(f"{len(took['search'])} strings over {engine.count()} documents, {refused} answered with what to change")
    for what, times in took.items():
        p95, most = quantiles(times, n=20)[-1], max(times)
        print(f"{what:<12} p50 {sorted(times)[len(times) // 2]:7.2f}  p95 {p95:7.2f}  most {most:7.2f} ms")
    for each, text in slowest[:3]:
        print(f"slowest {each:.0f} ms  {text[:150]}")
    over = sum(each > LIMIT_MS for times in took.values() for each in times)
    print(f"{over} over {LIMIT_MS:.0f} ms")
    engine.close()
    if chosen.folder is None:
        shutil.rmtree(folder)
    sys.exit(1 if over else 0)


if __name__ == "__main__":
    main()
