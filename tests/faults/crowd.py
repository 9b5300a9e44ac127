"""R8: run eight ingests and two indexers at once. Nothing is lost, and only the second indexer is told of a lock."""

from collections.abc import Callable
from pathlib import Path
from random import Random

from indexer import sync
from indexer.errors import IndexerBusy
from tests.faults.fault import (
    Trial,
    archive_alarm,
    child,
    index_alarm,
    ingest_and_publish,
    installation,
    write_documents,
)
from tests.faults.length import Length

TITLE = "eight ingests and two indexers at once"
_INGESTS = 8
# Documents of each ingest.
_EACH = {Length.QUICK: 4, Length.USUAL: 12, Length.LONG: 200}


def run(folder: Path, length: Length, random: Random) -> Trial:
    trial = Trial()
    data = folder / "data"
    each = _EACH[length]
    with installation(data):
        pass
    stop = data / "stop-indexing"
    # One indexer applies changes, the other rebuilds.
    indexers = [child(_index, data, stop, anew) for anew in (False, True)]
    ingests = []
    for number in range(_INGESTS):
        names = [f"甲{number}乙{count}" for count in range(each)]
        ingests.append(child(ingest_and_publish, data, write_documents(folder / str(number), names)))
    acknowledged: set[object] = set()
    for ingest in ingests:
        told = ingest.told()
        published = {id for done, id in told if done == "published"}
        trial.cases += each
        trial.expect(len(published) == each, f"an ingest ended after {len(published)} of {each}: {told[-1:]}")
        acknowledged |= published
    stop.touch()
    builds = busy = 0
    for indexer in indexers:
        for done, said in indexer.told():
            builds, busy = builds + (done == "built"), busy + (done == "busy")
            trial.expect(done != "failed", f"an indexer: {said}")
    with installation(data) as opened:
        sync.catch_up(opened.catalogue, opened.engine)
        trial.expect(set(opened.catalogue.ids()) == acknowledged, "what is there is not what was acknowledged")
        for alarm in (archive_alarm(opened.catalogue, opened.blobs), index_alarm(opened)):
            trial.expect(not alarm, alarm)
    trial.notes.append(f"{builds} builds, {busy} times the other was busy")
    return trial


def _index(data: Path, stop: Path, anew: bool, tell: Callable[[object], None]) -> None:
    with installation(data) as opened:
        while not stop.exists():
            try:
                report = (sync.rebuild if anew else sync.catch_up)(opened.catalogue, opened.engine)
                tell(("built" if report.put else "nothing to do", ""))
            except IndexerBusy:
                tell(("busy", ""))
            except Exception as error:  # noqa: BLE001, RUF100 - any error is reported
                tell(("failed", f"{type(error).__name__}: {error}"))
