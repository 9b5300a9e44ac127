"""Measuring the time until documents are found and what it costs, for a rebuild and for a night's changes."""

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from archive.document import Document
from indexer import sync
from indexer.engine import SearchRequest
from indexer.query import Phrase
from tests.bench.bed import FTS5, OURS, TANTIVY, WHOOSH, Bed, load, timed
from tests.bench.documents import changed, publish
from tests.bench.peers import Tantivy
from tests.bench.processes import MB, ChildFailed, files, measured, size
from tests.bench.table import Row
from web.installation.services import open_services

# Whoosh with jieba takes half a minute for a thousand documents.
FEW = 2000
CHANGED = 100
# A sentence that each night adds to documents. There are more nights than generations that are kept.
_SENTENCES = ("第一夜新增戊己庚辛", "第二夜新增戊己庚辛", "第三夜新增戊己庚辛")
_GLANCE = 0.02


def rebuild_rows(bed: Bed) -> list[Row]:
    """Build our index and the peers' by turns, each in a process of its own."""
    counts = {name: bed.count for name in (OURS, TANTIVY, FTS5)} | {WHOOSH: min(bed.count, FEW)}
    built: dict[str, list[tuple[float, ...]]] = {name: [] for name in counts}
    # Building a large index takes so long that one measurement is enough.
    for _ in range(bed.repeats if bed.count <= FEW else 1):
        for name in [name for name in counts if name not in bed.failures]:
            try:
                built[name].append(_build(bed, name, counts[name]))
            except ChildFailed as failed:
                if name == OURS:
                    raise
                bed.failures[name] = str(failed)
    live = (bed.settings.index_folder / "current").resolve()
    rows, sizes = [], []
    for peer, count in list(counts.items())[1:]:
        failure = bed.failures.get(peer, "")
        label = f"{peer}, of {count:,} documents" if count < bed.count else peer
        theirs = () if failure else _medians(built[peer])
        taken = () if failure else (size(bed.peer(peer)) / count * bed.count / MB,)
        what = "rebuild from extracted text: documents/s, processor ms each, peak memory (MB)"
        rows.append(Row("rebuild", what, _medians(built[OURS]), label, theirs, failure))
        sizes.append(Row("size", "index size (MB)", (size(live) / MB,), label, taken, failure))
    return rows + sizes


def nightly_rows(bed: Bed) -> list[Row]:
    """Measure what happens every night: documents change, and a process that answers searches finds the changes."""
    services, watching = open_services(bed.settings), open_services(bed.settings)
    load(services.analyzer)
    watching.engine.count()
    folder = bed.settings.index_folder
    ours, theirs = [], []
    for night, sentence in enumerate(_SENTENCES[: bed.repeats]):
        ids = [f"d{at:06}" for at in range(night % bed.count, bed.count, max(1, bed.count // CHANGED))][:CHANGED]
        new = [changed(each, sentence) for each in services.catalogue.public_many(ids).values()]
        publish(services.catalogue, new)

        def follow(sentence: str = sentence) -> int:
            sync.catch_up(services.catalogue, services.engine)
            return watching.engine.search(SearchRequest(query=Phrase(sentence))).total

        ours.append(_change(folder, size((folder / "current").resolve()), follow, len(new)))
        if TANTIVY not in bed.failures:
            try:
                theirs.append(_change_tantivy(bed, new, sentence))
            except Exception as error:
                bed.failures[TANTIVY] = f"{type(error).__name__}: {error}"
    services.close()
    watching.close()
    what = f"{CHANGED} changed documents: seconds until found, MB newly written, most disk / size of the index"
    failure = bed.failures.get(TANTIVY, "")
    return [Row("nightly", what, _medians(ours), TANTIVY, () if failure else _medians(theirs), failure)]


def _change_tantivy(bed: Bed, new: list[Document], sentence: str) -> tuple[float, ...]:
    folder = bed.peer(TANTIVY)
    index = Tantivy(folder, bed.analyzer)

    def follow() -> int:
        index.put(new)
        return index.ask(Phrase(sentence), {}, bigrams=True)

    return _change(folder, size(folder), follow, len(new))


def _change(folder: Path, whole: int, follow: Callable[[], int], changes: int) -> tuple[float, ...]:
    """Measure seconds, newly written megabytes, and the highest use of disk as a multiple of the index's size."""
    before = files(folder)
    with _most_bytes(folder) as most:
        found, seconds = timed(follow)
    if found != changes:
        raise AssertionError(f"{found} of {changes} changed documents are found")
    written = sum(length for key, length in files(folder).items() if key not in before)
    return seconds, written / MB, most[0] / whole


def _medians(nights: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    return tuple(map(median, zip(*nights, strict=True)))


@contextmanager
def _most_bytes(folder: Path) -> Iterator[list[int]]:
    """Look at a folder repeatedly, and keep the most bytes that it had at once."""
    most = [size(folder)]
    over = threading.Event()

    def look() -> None:
        while not over.wait(_GLANCE):
            most[0] = max(most[0], size(folder))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    yield most
    over.set()
    looking.join()
    most[0] = max(most[0], size(folder))


def _build(bed: Bed, name: str, count: int) -> tuple[float, ...]:
    """Measure documents a second, processor milliseconds for each, and most megabytes of memory. Raises ChildFailed."""
    place = bed.peer(name)
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    done = measured("tests.bench.building", name, str(bed.settings.data), str(place), str(count))
    seconds, used = map(float, done.said.split()[-2:])
    return count / seconds, used / count * 1000, done.peak / MB
