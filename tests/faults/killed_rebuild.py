"""R2: kill -9 while the index is built and switched, and a reader searches every 20 ms."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from threading import Event
from time import monotonic, sleep

from archive.extract import Sandbox
from indexer import sync
from indexer.asking.parse import parse
from indexer.engine import SearchRequest
from indexer.engines.whoosh.engine import WhooshEngine
from tests.faults.fault import Child, Trial, child, index_alarm, installation, moments, take_in, write_documents
from tests.faults.length import Length
from tests.faults.warm import ANALYZER

TITLE = "kill -9 during rebuilds and switches, a reader every 20 ms"
KILLS = {Length.QUICK: 8, Length.USUAL: 150, Length.LONG: 1500}
_DOCUMENTS = 40
_EVERYTHING = SearchRequest(query=parse("通知"))


def run(folder: Path, length: Length, random: Random) -> Trial:
    with Sandbox(workers=1) as sandbox:
        return _run(folder, length, random, sandbox)


def _run(folder: Path, length: Length, random: Random, sandbox: Sandbox) -> Trial:
    trial = Trial()
    data = folder / "data"
    with installation(data) as opened:
        take_in(opened, write_documents(folder / "incoming", [f"起始{number}" for number in range(_DOCUMENTS)]))
        sync.rebuild(opened.catalogue, opened.engine)
    stop = data / "stop-reading"
    reader = child(_read, data, stop)
    began = monotonic()
    child(_build, data, True).told()
    whole = monotonic() - began
    switched = 0
    for kill, moment in enumerate(moments(random, KILLS[length], whole)):
        with installation(data) as opened:
            take_in(opened, write_documents(folder / "incoming", [f"第{kill}批"]), sandbox=sandbox)
            before = opened.engine.count()
        # Alternate between a rebuild and applying changes.
        child(_build, data, kill % 2 == 0).killed_after(moment)
        with installation(data) as opened:
            total = opened.engine.search(_EVERYTHING).total
            trial.expect(total == opened.engine.count() >= before, f"after kill {kill}: {total} found, {before} before")
            switched += total > before
        trial.cases += 1
    with installation(data) as opened:
        # What the last kill left is removed by the next build, and without a change none begins.
        take_in(opened, write_documents(folder / "incoming", ["末批"]), sandbox=sandbox)
    child(_build, data, False).told()
    sleep(0.1)
    stop.touch()
    _judge_reading(trial, reader, _DOCUMENTS + trial.cases + 1)
    with installation(data) as opened:
        trial.expect(not (alarm := index_alarm(opened)), alarm)
        left = sorted(path.name for path in (opened.settings.index_folder / "generations").iterdir())
        trial.expect(len(left) <= 2 and all(name.isdigit() for name in left), f"left behind: {left}")
    trial.notes.append(f"{switched} of {trial.cases} had switched before the kill")
    return trial


def _build(data: Path, anew: bool, tell: Callable[[object], None]) -> None:
    with installation(data) as opened:
        (sync.rebuild if anew else sync.catch_up)(opened.catalogue, opened.engine)


def _read(data: Path, stop: Path, tell: Callable[[object], None]) -> None:
    """Tell the number found whenever it changes, any error, and at the end the number of searches."""
    engine = WhooshEngine(data / "index", ANALYZER)
    pause = Event()
    last, asked = -1, 0
    while not stop.exists():
        asked += 1
        try:
            found = engine.search(_EVERYTHING).total
            if found != last:
                tell(("found", found))
                last = found
        except Exception as error:  # noqa: BLE001, RUF100 - any error is reported
            tell(("failed", f"{type(error).__name__}: {error}"))
        pause.wait(0.02)
    tell(("asked", asked))
    engine.close()


def _judge_reading(trial: Trial, reader: Child, documents: int) -> None:
    *told, (_, asked) = reader.told()
    for done, said in told:
        trial.expect(done == "found", f"the reader: {said}")
    totals = [said for done, said in told if done == "found" and isinstance(said, int)]
    trial.expect(totals == sorted(totals), f"the reader saw half a generation: {totals}")
    trial.expect(bool(totals) and totals[-1] == documents, f"the reader saw {totals[-1:]} of {documents} at the end")
    trial.notes.append(f"{asked} searches, {len(totals)} states")
