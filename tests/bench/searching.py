"""Measuring searches within a process: each kind of query, cold and warm, and quoted phrases."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median

from indexer import facets
from indexer.asking.interpret import interpret
from indexer.asking.parse import parse
from indexer.asking.synonyms import PACKAGED, Synonyms
from indexer.engine import Engine, SearchRequest
from indexer.query import Phrase
from tests.bench.bed import FTS5, OURS, TANTIVY, Ask, Bed, by_turns, load
from tests.bench.peers import Fts5, Tantivy
from tests.bench.table import Row, p50_p95, percentile
from web.installation.services import open_services

# The number of times that each warm query is asked.
_WARM = 5
WORDS = "tantivy, by words"
SHAPED = "tantivy, by bigrams or words"
SCANNED = "SQLite, reading"


def query_rows(bed: Bed) -> list[Row]:
    """Measure queries of all kinds, with hits, total and six facets: cold, warm, and warm by kind."""
    synonyms = Synonyms.load(PACKAGED)
    forms = bed.all_forms
    requests = [form.request(interpret(form.q, synonyms, bed.analyzer).query) for form in forms]
    typed = [form.request(parse(form.q)) for form in forms]

    def asks(engine: Engine) -> dict[str, Ask]:
        found: dict[str, Ask] = {OURS: lambda at: engine.search(requests[at])}
        if TANTIVY not in bed.failures:
            tantivy = Tantivy(bed.peer(TANTIVY), bed.analyzer)
            found[WORDS] = lambda at: tantivy.ask(typed[at].query, typed[at].filters, bigrams=False)
            found[SHAPED] = lambda at: tantivy.ask(requests[at].query, requests[at].filters, bigrams=True)
        if FTS5 not in bed.failures:
            sqlite = Fts5(bed.peer(FTS5), bed.analyzer)
            found[FTS5] = lambda at: sqlite.search(typed[at])
        return found

    cold, warm = _cold_and_warm(bed, len(forms), asks)
    peers = {WORDS: TANTIVY, SHAPED: TANTIVY, FTS5: FTS5}
    rows = [_row("cold", "query, words not used before", cold, name, of, bed) for name, of in peers.items()]
    rows += [_row("warm", "query, words used before", warm, name, of, bed) for name, of in peers.items()]
    start = 0
    for kind, asked in bed.forms.items():
        part = {name: taken[start : start + len(asked)] for name, taken in warm.items()}
        rows.append(_row(f"warm {kind}", f"— {kind} ({len(asked)})", part, SHAPED, TANTIVY, bed))
        start += len(asked)
    return rows


def phrase_rows(bed: Bed) -> list[Row]:
    """Measure quoted text of 2 to 20 characters. Our engine also counts six facets, the peers do not."""
    rows = []
    for label, peer, some in (
        ("of 3 to 20 characters", FTS5, [text for text in bed.phrases if len(text) > 2]),
        ("of 2 characters", SCANNED, [text for text in bed.phrases if len(text) == 2]),
    ):
        requests = [SearchRequest(query=Phrase(text), facets=facets.NAMES) for text in some]

        def asks(
            engine: Engine,
            requests: Sequence[SearchRequest] = requests,
            some: Sequence[str] = some,
            peer: str = peer,
        ) -> dict[str, Ask]:
            found: dict[str, Ask] = {OURS: lambda at: engine.search(requests[at])}
            if FTS5 not in bed.failures:
                sqlite = Fts5(bed.peer(FTS5), bed.analyzer)
                found[peer] = lambda at: sqlite.phrase(some[at])
            return found

        cold, warm = _cold_and_warm(bed, len(some), asks)
        what = f"{len(some)} phrases {label}"
        rows += [
            _row("phrases cold", f"{what}, not used before", cold, peer, FTS5, bed, most=True),
            _row("phrases warm", f"{what}, again", warm, peer, FTS5, bed, most=True),
        ]
    return rows


def _cold_and_warm(
    bed: Bed, count: int, asks: Callable[[Engine], dict[str, Ask]]
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Measure seconds for each question, cold (just opened, the median of several openings) and warm (asked before)."""
    opened: list[dict[str, list[float]]] = []
    for _ in range(bed.repeats):
        services = open_services(bed.settings)
        load(services.analyzer)
        services.engine.count()
        asked = asks(services.engine)
        opened.append(by_turns(asked, count, 1, bed.failures))
        if len(opened) < bed.repeats:
            services.close()
    warm = by_turns(asked, count, _WARM, bed.failures)
    services.close()
    cold = {
        name: [median(each) for each in zip(*(one[name] for one in opened), strict=True)]
        for name in asked
        if all(name in one for one in opened)
    }
    return cold, warm


def _row(
    name: str, what: str, taken: Mapping[str, Sequence[float]], peer: str, index: str, bed: Bed, most: bool = False
) -> Row:
    def figures(seconds: Sequence[float]) -> tuple[float, ...]:
        return (*p50_p95(seconds), *([percentile(seconds, 1) * 1000] if most else []))

    label = f"{what}: p50 / p95{' / most' if most else ''} (ms)"
    failure = bed.failures.get(peer) or bed.failures.get(index) or ""
    return Row(name, label, figures(taken[OURS]), peer, figures(taken[peer]) if peer in taken else (), failure)
