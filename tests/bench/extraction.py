"""Measuring how fast files are read in the sandbox, as at intake, compared with the same extractors without it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from archive.errors import GongkaiError
from archive.extract import Sandbox, extract_plain, media_type
from archive.intake.manifest import items_below
from tests.bench.documents import CORPUS
from tests.bench.processes import MB
from tests.bench.table import Row

KINDS = {
    **{"docx": {".docx"}, "pdf": {".pdf"}, "html": {".html", ".htm"}, "txt": {".txt"}},
    # Of these the sample has none: they are measured where the folder has some.
    **{"doc": {".doc"}, "pptx": {".pptx"}, "ofd": {".ofd"}},
}
SMALL = 20_000
WORKERS = 2


@dataclass(frozen=True, slots=True)
class _Readable:
    path: Path
    kind: str
    size: int


def extraction_rows(folder: Path | None, seconds: float, every: int = 1) -> list[Row]:
    """Read one in ``every`` files of each kind repeatedly: what one costs, with the sandbox and without.

    Kinds that the folder lacks come from the sample; those that it lacks, too, have no row.
    """
    rows = []
    for name, suffixes in KINDS.items():
        found = (_readable(folder, suffixes) or _readable(None, suffixes))[::every]
        if not found:
            continue
        what = f"extraction of {name} ({len(found)}), {WORKERS} workers: files/s, MB/s"
        rows.append(_row(f"extract {name}", what, found, WORKERS, seconds))
    small = [each for each in _readable(None, {".html", ".txt", ".md"}) if each.size <= SMALL][::every]
    what = f"extraction of {len(small)} small files, 1 worker: files/s, MB/s"
    return [*rows, _row("extract small", what, small, 1, seconds)]


def _row(name: str, what: str, found: Sequence[_Readable], workers: int, seconds: float) -> Row:
    with Sandbox(workers) as sandbox, ThreadPoolExecutor(workers) as pool:

        def boxed(files: Sequence[_Readable]) -> None:
            for _ in pool.map(lambda each: sandbox.extract(each.path, each.kind), files):
                pass

        def plain(files: Sequence[_Readable]) -> None:
            for each in files:
                extract_plain(each.path, each.kind)

        # The first run loads the libraries, so it is not measured.
        boxed(found[:workers])
        plain(found[:1])
        taken = {boxed: 0.0, plain: 0.0}
        rounds = 0
        while min(taken.values()) < seconds or not rounds:
            for read in taken:
                started = perf_counter()
                read(found)
                taken[read] += perf_counter() - started
            rounds += 1
    megabytes = sum(each.size for each in found) / MB
    ours, theirs = ((rounds * len(found) / taken[read], rounds * megabytes / taken[read]) for read in (boxed, plain))
    return Row(name, what, ours, "one process, no sandbox", theirs)


def _readable(folder: Path | None, suffixes: set[str]) -> list[_Readable]:
    """List the files of these kinds that can be read."""
    found = []
    for item in items_below(folder or CORPUS / "files"):
        if item.path.suffix.lower() in suffixes:
            with suppress(GongkaiError):
                kind = media_type(item.path, item.path.name)
                extract_plain(item.path, kind)
                found.append(_Readable(item.path, kind, item.path.stat().st_size))
    return found
