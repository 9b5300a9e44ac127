"""One run: documents are made, built into every index, and everything is asked of them."""

import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from archive.settings import Settings
from tests.bench.bed import Bed, timed
from tests.bench.documents import documents, publish
from tests.bench.indexing import nightly_rows, rebuild_rows
from tests.bench.queries import queries
from tests.bench.searching import phrase_rows, query_rows
from tests.bench.table import Row, Table
from web.services import open_services

# How many documents queries are made of.
_SAMPLE = 1000


def run(count: int, lines: Sequence[str]) -> Table:
    """All rows over so many documents."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        services = open_services(Settings.at(place / "data"))
        _, seconds = timed(lambda: publish(services.catalogue, documents(count, lines)))
        _say(f"{count} documents made in {seconds:.0f} s")
        sample = list(islice(documents(count, lines), _SAMPLE))
        bed = Bed(place, count, sample, queries(sample, services.analyzer), services.analyzer)
        rows: list[Row] = []
        measures: dict[str, Callable[[Bed], list[Row]]] = {
            "rebuilds": rebuild_rows,
            "queries": query_rows,
            "phrases": phrase_rows,
            "a night": nightly_rows,
        }
        for what, measure in measures.items():
            found, seconds = timed(partial(measure, bed))
            _say(f"{what}: {seconds:.0f} s")
            rows += found
        services.close()
    return Table(count, tuple(rows))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
