"""R1: kill -9 during an ingest and its publication. Every acknowledged document is there, with the right hash."""

from pathlib import Path
from random import Random
from time import monotonic

from archive.errors import GongkaiError
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from tests.faults.fault import (
    Trial,
    archive_alarm,
    child,
    ingest_and_publish,
    installation,
    moments,
    taken,
    write_documents,
)
from tests.faults.length import Length

TITLE = "kill -9 during an ingest"
KILLS = {Length.QUICK: 8, Length.USUAL: 150, Length.LONG: 1500}
_A_ROUND = 6
_FIRST = ("首批", "次批")


def run(folder: Path, length: Length, random: Random) -> Trial:
    trial = Trial()
    data = folder / "data"
    known: set[str] = set()
    # Measure how long a round takes that is not killed. The first also starts the process from which children fork.
    for name in _FIRST:
        began = monotonic()
        known |= _checked(data, child(ingest_and_publish, data, _batch(folder, name)).told(), trial)
        whole = monotonic() - began
    cut = 0
    for kill, moment in enumerate(moments(random, KILLS[length], whole)):
        told = child(ingest_and_publish, data, _batch(folder, f"第{kill}批")).killed_after(moment)
        cut += len(told) < 2 * _A_ROUND
        known |= _checked(data, told, trial)
        trial.cases += 1
    with installation(data) as opened:
        trial.expect(not (alarm := archive_alarm(opened.catalogue, opened.blobs)), alarm)
        for id in known:
            trial.expect(opened.catalogue.newest(id).id == id, f"{id} is gone")
        # After everything is sent once more, each document is there exactly once.
        batches = [_batch(folder, name) for name in (*_FIRST, *(f"第{kill}批" for kill in range(trial.cases)))]
        with Sandbox() as sandbox:
            intake = Intake(opened.catalogue, opened.blobs, sandbox, "收文员")
            again = {taken(outcome) for batch in batches for outcome in intake.receive_all(batch)}
        trial.expect(again == set(opened.catalogue.ids()), "sent again, documents are there twice")
        trial.expect(known <= again, "sent again, a document has another id")
    trial.notes.append(f"{cut} of {trial.cases} were cut short; {len(known)} documents acknowledged")
    return trial


def _batch(folder: Path, name: str) -> list[Item]:
    return write_documents(folder / "incoming", [f"{name}之{number}" for number in range(_A_ROUND)])


def _checked(data: Path, told: list[tuple[str, object]], trial: Trial) -> set[str]:
    """Return the acknowledged documents after checking that each is there."""
    catalogue = Catalogue(f"sqlite:///{data / 'catalogue.sqlite3'}", data)
    blobs = Blobs(data / "blobs")
    ids = set()
    for done, said in told:
        id = str(said)
        if done == "failed":
            trial.fail(id)
            continue
        ids.add(id)
        try:
            blobs.verify(catalogue.newest(id).file.digest)
            catalogue.check_record(id)
            if done == "published":
                catalogue.public(id)
        except GongkaiError as error:
            trial.fail(f"{done} {id}: {error}")
    catalogue.close()
    return ids
