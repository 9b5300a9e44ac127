"""How long it takes until documents are found, and what that costs: a rebuild, and a night's changes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.document import Document
from indexer import sync
from indexer.engine import SearchRequest
from indexer.query import Phrase
from tests.bench.bed import FTS5, OURS, TANTIVY, TRIGRAMS, WHOOSH, Bed, load, timed
from tests.bench.documents import changed, publish
from tests.bench.peers import Tantivy
from tests.bench.processes import ChildFailed, Done, files, measured, size
from tests.bench.table import Row
from web.services import open_services

MB = 1 << 20
# Whoosh with jieba takes half a minute for a thousand.
FEW = 2000
CHANGED = 100
_SENTENCE = "夜间更新标记甲乙丙丁戊己庚辛"
_GLANCE = 0.02


def rebuild_rows(bed: Bed) -> list[Row]:
    """Builds ours and all peers' indexes, one after the other, each in a process of its own."""
    ours = _build(bed, OURS, bed.count)
    live = (bed.settings.index_folder / "current").resolve()
    rows, sizes = [], []
    for peer in (TANTIVY, TRIGRAMS, FTS5, WHOOSH):
        count = min(bed.count, FEW) if peer == WHOOSH else bed.count
        label = f"{peer}, of {count:,} documents" if count < bed.count else peer
        theirs: tuple[float, ...] = ()
        taken: tuple[float, ...] = ()
        try:
            theirs = _speed_and_memory(count, _build(bed, peer, count))
            taken = (size(bed.peer(peer)) / count * bed.count / MB,)
        except ChildFailed as failed:
            bed.failures[peer] = str(failed)
        failure = bed.failures.get(peer, "")
        what = "rebuild from extracted text: documents/s, processor ms each, peak memory (MB)"
        rows.append(Row("rebuild", what, _speed_and_memory(bed.count, ours), label, theirs, failure))
        sizes.append(Row("size", "index size (MB)", (size(live) / MB,), label, taken, failure))
    return rows + sizes


def nightly_rows(bed: Bed) -> list[Row]:
    """What happens every night: some documents changed, and a process that answers searches finds them."""
    step = max(1, bed.count // CHANGED)
    services, watching = open_services(bed.settings), open_services(bed.settings)
    load(services.analyzer)
    ids = [f"d{at:06}" for at in range(0, bed.count, step)][:CHANGED]
    new = [changed(each, _SENTENCE) for each in services.catalogue.public_many(ids).values()]
    wanted = SearchRequest(query=Phrase(_SENTENCE))
    before = watching.engine.search(wanted).total
    publish(services.catalogue, new)

    def follow() -> int:
        sync.catch_up(services.catalogue, services.engine, services.analyzer)
        return watching.engine.search(wanted).total - before

    try:
        ours = _change(bed.settings.index_folder, size((bed.settings.index_folder / "current").resolve()), follow, new)
    finally:
        services.close()
        watching.close()
    theirs: tuple[float, ...] = ()
    if TANTIVY not in bed.failures:
        try:
            theirs = _change_tantivy(bed, new)
        except Exception as error:
            bed.failures[TANTIVY] = f"{type(error).__name__}: {error}"
    what = f"{len(new)} changed documents: seconds until found, MB newly written, most disk / size of the index"
    return [Row("nightly", what, ours, TANTIVY, theirs, bed.failures.get(TANTIVY, ""))]


def _change_tantivy(bed: Bed, new: list[Document]) -> tuple[float, ...]:
    folder = bed.peer(TANTIVY)
    index = Tantivy(folder, bed.analyzer)

    def follow() -> int:
        index.put(new)
        return index.ask(Phrase(_SENTENCE), {}, bigrams=True)

    return _change(folder, size(folder), follow, new)


def _change(folder: Path, whole: int, follow: Callable[[], int], new: list[Document]) -> tuple[float, ...]:
    """Seconds, newly written megabytes, and the most that was on disk to the size of the index."""
    before = files(folder)
    with _most_bytes(folder) as most:
        found, seconds = timed(follow)
    if found != len(new):
        raise AssertionError(f"{found} of {len(new)} changed documents are found")
    written = sum(length for key, length in files(folder).items() if key not in before)
    return seconds, written / MB, most[0] / whole


@contextmanager
def _most_bytes(folder: Path) -> Iterator[list[int]]:
    """The most bytes that were below a folder at once, looked at again and again."""
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


def _build(bed: Bed, name: str, count: int) -> Done:
    return measured("tests.bench.building", name, str(bed.settings.data), str(bed.peer(name)), str(count))


def _speed_and_memory(count: int, done: Done) -> tuple[float, ...]:
    seconds, used = map(float, done.said.split()[-2:])
    return count / seconds, used / count * 1000, done.peak / MB
