"""What ``./run bench`` may be told."""

import argparse
from pathlib import Path

from tests.bench import __doc__ as about
from tests.bench.documents import paragraphs
from tests.bench.run import run
from tests.bench.table import machine, markdown


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench", description=about)
    parser.add_argument("--folder", type=Path, help="make the documents of these files' paragraphs, not the sample's")
    parser.add_argument("--sizes", type=_sizes, default=[2000], help="how many documents, with commas (default 2000)")
    parser.add_argument("--quick", action="store_true", help="200 documents: does it run at all")
    options = parser.parse_args()
    if options.quick:
        options.sizes = [200]
    print(machine(), end="\n\n")
    lines = paragraphs(options.folder)
    for count in options.sizes:
        print(markdown(run(count, lines)), flush=True)


def _sizes(text: str) -> list[int]:
    return [int(each.replace("_", "")) for each in text.split(",")]


if __name__ == "__main__":
    main()
