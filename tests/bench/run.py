"""One run: make documents, build every index, and ask all queries."""

import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from tests.bench.bed import Bed, timed
from tests.bench.desk import desk_rows
from tests.bench.documents import documents, publish
from tests.bench.indexing import nightly_rows, rebuild_rows
from tests.bench.queries import phrases, queries
from tests.bench.searching import phrase_rows, query_rows
from tests.bench.serving import serving_rows
from tests.bench.table import Row
from web.installation.making import make
from web.installation.services import open_services
from web.installation.settings import Settings

# The number of documents from which queries are made.
_SAMPLE = 1000
# The number of phrases of each length.
_PHRASES = 12


def run(count: int, lines: Sequence[str], seconds: float, every: int, repeats: int) -> list[Row]:
    """Measure all rows over ``count`` documents. Users ask one in ``every`` queries, for so many seconds."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        settings = Settings.at(place / "data")
        make(settings)
        services = open_services(settings)
        _, took = timed(lambda: publish(services.catalogue, documents(count, lines)))
        _say(f"{count} documents made in {took:.0f} s")
        sample = list(islice(documents(count, lines), _SAMPLE))
        forms = {kind: forms[::every] for kind, forms in queries(sample, services.analyzer).items()}
        bed = Bed(place, count, forms, phrases(sample, _PHRASES)[::every], services.analyzer, repeats)
        rows: list[Row] = []
        measures: dict[str, Callable[[Bed], list[Row]]] = {
            "rebuilds": rebuild_rows,
            "queries": query_rows,
            "phrases": phrase_rows,
            "pages": partial(serving_rows, seconds=seconds),
            "the desk": partial(desk_rows, lines=lines),
            # This comes last: changed documents are hidden until an index catches up, and a peer's index never does.
            "a night": nightly_rows,
        }
        for what, measure in measures.items():
            found, took = timed(partial(measure, bed))
            _say(f"{what}: {took:.0f} s")
            rows += found
        services.close()
    return rows


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
