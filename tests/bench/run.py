"""One run: make documents, build every index, and ask all queries."""

import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path

from tests.bench.bed import Bed, at, timed
from tests.bench.desk import desk_rows
from tests.bench.documents import documents, publish
from tests.bench.indexing import nightly_rows, rebuild_rows
from tests.bench.queries import phrases, queries
from tests.bench.searching import phrase_rows, query_rows
from tests.bench.serving import serving_rows
from tests.bench.table import Row
from tests.conftest import Databases
from web.installation.making import make
from web.installation.services import open_services

# The number of documents from which queries are made.
_SAMPLE = 1000
# The number of phrases of each length.
_PHRASES = 12
# The part that stands by itself: the others follow from each other, or ask the index that they built.
DESK = "desk"


def run(count: int, lines: Sequence[str], seconds: float, every: int, repeats: int, only: str = "") -> list[Row]:
    """Measure the rows over ``count`` documents: all, or those of a part that stands by itself.

    Users ask one in ``every`` queries, for so many seconds. The desk by itself is measured over PostgreSQL if
    GONGKAI_TEST_POSTGRESQL names a server; other rows ask processes that are told a folder.
    """
    with tempfile.TemporaryDirectory() as folder, ExitStack() as made:
        place = Path(folder)
        databases = Databases(place, made)
        urls = (databases.empty(place / "catalogue"), databases.empty(place / "staff")) if only == DESK else None
        settings = at(place, urls)
        make(settings)
        services = open_services(settings)
        _, took = timed(lambda: publish(services.catalogue, documents(count, lines)))
        _say(f"{count} documents made in {took:.0f} s")
        sample = list(islice(documents(count, lines), _SAMPLE))
        forms = {kind: forms[::every] for kind, forms in queries(sample, services.analyzer).items()}
        bed = Bed(place, count, forms, phrases(sample, _PHRASES)[::every], services.analyzer, repeats, urls)
        rows: list[Row] = []
        measures: dict[str, Callable[[Bed], list[Row]]] = {
            "rebuilds": rebuild_rows,
            "queries": query_rows,
            "phrases": phrase_rows,
            "pages": partial(serving_rows, seconds=seconds),
            DESK: partial(desk_rows, lines=lines, every=every),
            # This comes last: changed documents are hidden until an index catches up, and a peer's index never does.
            "a night": nightly_rows,
        }
        for what, measure in measures.items():
            if only not in ("", what):
                continue
            found, took = timed(partial(measure, bed))
            _say(f"{what}: {took:.0f} s")
            rows += found
        services.close()
    return rows


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
