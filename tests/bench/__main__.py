"""The options of ``./run bench``."""

import argparse
from pathlib import Path

from tests.bench import __doc__ as about
from tests.bench.documents import paragraphs
from tests.bench.extraction import extraction_rows
from tests.bench.plot import draw
from tests.bench.processes import ROOT
from tests.bench.run import DESK, run
from tests.bench.table import Table, load, machine, markdown, save

FULL = [1000, 10_000, 50_000, 200_000]
PICTURE = ROOT / "docs" / "bench.svg"


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench", description=about)
    parser.add_argument("--folder", type=Path, help="make the documents of these files' paragraphs, not the sample's")
    parser.add_argument("--sizes", type=_sizes, help="how many documents, with commas (default 2000)")
    parser.add_argument("--seconds", type=float, help="how long users go on (default 5)")
    parser.add_argument("--save", type=Path, help="keep what was measured here, as JSON")
    parser.add_argument("--draw", type=Path, metavar="FILE", help="measure nothing, draw a saved run")
    parser.add_argument("--full", action="store_true", help=f"sizes {FULL}, 60 seconds, a picture in docs")
    parser.add_argument("--quick", action="store_true", help="60 documents, few queries: does it run at all")
    parser.add_argument("--only", choices=[DESK], help="measure only the pages of the staff's desk")
    options = parser.parse_args()
    if options.draw:
        draw(load(options.draw), PICTURE)
        return
    sizes = options.sizes or (FULL if options.full else [60] if options.quick else [2000])
    seconds = options.seconds or (60.0 if options.full else 0.5 if options.quick else 5.0)
    every, repeats = (40, 1) if options.quick else (1, 3)
    where = machine()
    print(where, end="\n\n")
    lines = paragraphs(options.folder)
    tables: list[Table] = []
    for count in sizes if options.only else (0, *sizes):
        if count:
            rows = run(count, lines, seconds, every, repeats, options.only or "")
        else:
            rows = extraction_rows(options.folder, max(seconds / 6, 2.0 / every), every)
        tables.append(Table(count, tuple(rows)))
        print(markdown(tables[-1]), flush=True)
        # Save after each size, because the largest takes longest and may be interrupted.
        if options.save:
            save(options.save, where, tables)
    if options.full:
        draw(tables, PICTURE)


def _sizes(text: str) -> list[int]:
    return [int(each.replace("_", "")) for each in text.split(",")]


if __name__ == "__main__":
    main()
