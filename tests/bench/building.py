"""Build one index in a process of its own: ``python -m tests.bench.building NAME DATA PLACE COUNT``.

It prints the elapsed seconds and the processor's. Each build starts from the catalogue's texts and ends with an index
that answers. The dictionary is loaded beforehand. A peer may get only some of the documents.
"""

import os
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from time import perf_counter

from indexer import sync
from tests.bench.bed import FTS5, OURS, TANTIVY, WHOOSH, load
from tests.bench.peers import Fts5, Tantivy, build_whoosh
from web.installation.services import open_services
from web.installation.settings import Settings


def main() -> None:
    name, data, place, count = sys.argv[1:]
    services = open_services(Settings.at(Path(data)))
    analyzer, catalogue = services.analyzer, services.catalogue
    load(analyzer)
    documents = islice(catalogue.public_all(), int(count))
    cursor = catalogue.last_change()
    builds: dict[str, Callable[[], object]] = {
        OURS: lambda: sync.rebuild(catalogue, services.engine),
        TANTIVY: lambda: Tantivy(Path(place), analyzer).put(documents),
        FTS5: lambda: Fts5(Path(place), analyzer).build(documents, cursor),
        WHOOSH: lambda: build_whoosh(Path(place), documents),
    }
    started, used = perf_counter(), sum(os.times()[:4])
    builds[name]()
    print(perf_counter() - started, sum(os.times()[:4]) - used)
    services.close()


if __name__ == "__main__":
    main()
