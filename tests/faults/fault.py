"""What all faults share: reporting results, installations to break, child processes to kill."""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from archive.custody import fixity
from archive.errors import GongkaiError
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake, Receipt, Result
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from indexer import sync
from tests.conftest import publish
from tests.faults import breaking
from tests.faults.warm import ANALYZER
from web.installation.making import make
from web.installation.services import Services, open_services
from web.installation.settings import Settings

# Children are forked from a process that has imported everything and started no threads.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["tests.faults.warm"])


class TurnedRed(Exception):
    """A fault has shown that a safeguard is gone; ``trial`` is what was done until then."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__(trial.failures[-1])
        self.trial = trial


@dataclass
class Trial:
    """The result of a fault. ``cases`` counts attempts. ``failures`` describes each attempt that went wrong."""

    cases: int = 0
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tallies: Counter[str] = field(default_factory=Counter)

    def expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.fail(what)

    def fail(self, what: str) -> None:
        """Note what did not hold. Raises TurnedRed when that was to be shown: then the rest would show no more."""
        self.failures.append(what)
        if breaking.removed():
            raise TurnedRed(self)

    def tally(self, what: str) -> None:
        self.tallies[what] += 1

    def bound(self) -> str:
        """State the exact 95 % upper confidence bound on the rate of failure, given independent cases without any."""
        share = 1 - 0.05 ** (1 / self.cases) if self.cases and not self.failures else 1.0
        return f"under {100 * share:.1f} % at 95 % confidence" if share < 1 else "no bound"


def write_documents(folder: Path, names: Sequence[str]) -> list[Item]:
    """Write a small text file for each name, with the name in its title. Each is a separate source."""
    folder.mkdir(parents=True, exist_ok=True)
    items = []
    for name in names:
        path = folder / f"{name}.txt"
        lines = [f"关于{name}工作的通知", f"各乡镇：现就{name}有关事项通知如下。", f"请按照要求落实{name}。"]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        items.append(Item(path, f"file:{name}"))
    return items


def take_in(
    services: Services, items: Sequence[Item], public: bool = True, sandbox: Sandbox | None = None
) -> list[str]:
    """Take in items and return their ids. Every one must be accepted. A ``sandbox`` that is there saves a second."""
    with nullcontext(sandbox) if sandbox else Sandbox(workers=1) as reading:
        outcomes = list(Intake(services.catalogue, services.blobs, reading, "收文员").receive_all(items))
    ids = [taken(outcome) for outcome in outcomes]
    if public:
        for id in ids:
            publish(services.catalogue, id)
    return ids


def taken(outcome: Receipt) -> str:
    if outcome.result is Result.REFUSED or outcome.document_id is None:
        raise RuntimeError(f"{outcome.item.path.name}: {outcome.reason}")
    return outcome.document_id


def ingest_and_publish(data: Path, items: Sequence[Item], tell: Callable[[object], None]) -> None:
    """Run in a child: tell ("received", id) and ("published", id) as soon as each is done, and any error."""
    try:
        with installation(data) as opened, Sandbox(workers=1) as sandbox:
            for outcome in Intake(opened.catalogue, opened.blobs, sandbox, "收文员").receive_all(items):
                id = taken(outcome)
                tell(("received", id))
                publish(opened.catalogue, id)
                tell(("published", id))
    except Exception as error:  # noqa: BLE001, RUF100 - any error is reported
        tell(("failed", f"{type(error).__name__}: {error}"))


@contextmanager
def installation(data: Path) -> Iterator[Services]:
    settings = Settings.at(data)
    make(settings)
    opened = open_services(settings, analyzer=ANALYZER)
    try:
        yield opened
    finally:
        opened.close()


def archive_alarm(catalogue: Catalogue, blobs: Blobs) -> str:
    """Return the first problem that ``gongkai verify`` reports about the archive; "" if it is sound."""
    found = fixity.verify(catalogue, blobs, None, lambda done, total: None).findings
    return next((finding.sentence for finding in found if finding.kind is not fixity.Damage.UNTRACKED), "")


def index_alarm(services: Services) -> str:
    try:
        services.engine.verify()
        sync.lag(services.catalogue, services.engine)
        indexed, public = services.engine.count(), services.catalogue.public_count()
    except GongkaiError as error:
        return str(error)
    return "" if indexed == public else f"{indexed} of {public}"


@dataclass
class Child:
    """A process to kill. ``told`` is what it had reported as done by then."""

    process: multiprocessing.process.BaseProcess
    ear: Connection

    def killed_after(self, seconds: float) -> list[tuple[str, object]]:
        self.process.join(seconds)
        self.process.kill()
        return self.told()

    def told(self) -> list[tuple[str, object]]:
        """Return everything it says until it ends."""
        return [*self.heard()]

    def heard(self) -> Iterator[tuple[str, object]]:
        """Yield what it says, as it says it, until it ends."""
        # Its last message may be cut off.
        with suppress(EOFError, OSError):
            while True:
                yield self.ear.recv()
        self.process.join()
        self.ear.close()


def child(function: Callable[..., None], *arguments: object) -> Child:
    """Run ``function(*arguments, tell)`` in a process of its own. What it passes to ``tell`` is sent at once."""
    ear, mouth = CHILDREN.Pipe(duplex=False)
    process = CHILDREN.Process(target=_speak, args=(function, arguments, mouth))
    process.start()
    mouth.close()
    return Child(process, ear)


def _speak(function: Callable[..., None], arguments: Sequence[object], mouth: Connection) -> None:
    function(*arguments, mouth.send)
    mouth.close()


def moments(random: Random, count: int, until: float) -> list[float]:
    """Pick ``count`` random moments within a span of seconds."""
    return [random.uniform(0, until) for _ in range(count)]
