"""R6 and R7: delete files, cut them short, or flip a bit in them. Each damage is reported or repaired without loss."""

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from archive.custody import backup as backups
from archive.custody import restore as restoring
from archive.decisions import review
from archive.document import Verdict
from archive.errors import GongkaiError
from archive.store.catalogue import Catalogue
from archive.store.tables import metadata
from indexer import sync
from indexer.asking.parse import parse
from indexer.engine import SearchRequest
from indexer.engines.whoosh.engine import WhooshEngine
from tests.faults.fault import Trial, archive_alarm, index_alarm, installation, take_in, write_documents
from tests.faults.length import Length

FLIPS = {Length.QUICK: 12, Length.USUAL: 200, Length.LONG: 5000}
_NAMES = [f"第{number}项" for number in range(12)]
Harm = Callable[[Path], None]


def _keep(part: float) -> Harm:
    def shorten(path: Path) -> None:
        whole = path.read_bytes()
        _write(path, whole[: min(int(len(whole) * part), len(whole) - 1)])

    return shorten


# Ways to lose content: the first deletes the file, the others cut it short or empty it.
LOSSES: Mapping[str, Harm] = {"gone": Path.unlink, "empty": _keep(0), "half": _keep(0.5), "last byte gone": _keep(1)}


class Lost:
    TITLE = "a file of each kind deleted or cut short"

    @staticmethod
    def run(folder: Path, length: Length, random: Random) -> Trial:
        trial = Trial()
        sound = _Sound(folder / "sound")
        for kind, files in sound.kinds.items():
            # In a quick run one way of cutting short stands for all three.
            ways = ["gone", random.choice(sorted(LOSSES.keys() - {"gone"}))] if length is Length.QUICK else LOSSES
            for name in ways:
                for place in files if length is Length.LONG else random.sample(files, 1):
                    _try(trial, sound, folder / "case", place, f"{kind}, {name}", LOSSES[name])
        return trial


class Flipped:
    TITLE = "one bit flipped"

    @staticmethod
    def run(folder: Path, length: Length, random: Random) -> Trial:
        trial = Trial()
        sound = _Sound(folder / "sound")
        for _ in range(FLIPS[length]):
            kind = random.choice(sorted(sound.kinds))
            place = random.choice(sound.kinds[kind])
            at, bit = random.randrange((sound.folder / place).stat().st_size), random.randrange(8)

            def flip(path: Path, at: int = at, bit: int = bit) -> None:
                whole = bytearray(path.read_bytes())
                whole[at] ^= 1 << bit
                _write(path, bytes(whole))

            _try(trial, sound, folder / "case", place, f"{kind}, bit {bit} of byte {at}", flip)
        return trial


class _Sound:
    """A sound installation in ``folder / "data"`` with its backup, and its files by kind, relative to ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        data = folder / "data"
        with installation(data) as opened:
            ids = take_in(opened, write_documents(folder / "incoming", _NAMES))
            sync.rebuild(opened.catalogue, opened.engine)
            # Provide a second segment, a former generation and a ledger entry.
            ids += take_in(opened, write_documents(folder / "incoming", ["后到"]))
            review.decide(opened.catalogue, ids[0], Verdict.WITHDRAW, "审查员", "有误")
            sync.catch_up(opened.catalogue, opened.engine)
            made = backups.backup(
                opened.catalogue, opened.blobs, data, folder / "backups", lambda done, total: None
            ).folder
            assert isinstance(opened.engine, WhooshEngine)
            self.live = opened.engine._generations.live()
        self.rows = rows(data)
        # An empty file can't be cut short.
        index = {path for path in self.live.iterdir() if path.name != "MANIFEST.json" and path.stat().st_size}
        columns, contents = ({path for path in index if path.suffix == kind} for kind in (".col", ".toc"))
        kinds: Mapping[str, Iterable[Path]] = {
            "original": (data / "blobs").glob("*/*"),
            "record": (data / "records").glob("??/*.json"),
            "audit log beside the records": [data / "records" / "audit.jsonl"],
            "ledger of withdrawals": [data / "withdrawals.jsonl"],
            "database": [data / "catalogue.sqlite3"],
            "manifest of the index": [self.live / "MANIFEST.json"],
            "column of the index": columns,
            "contents of the index": contents,
            "postings of the index": index - columns - contents,
            "original in the backup": made.glob("blobs/*/*"),
            "record in the backup": made.glob("records/??/*.json"),
            "audit log in the backup": [made / "records" / "audit.jsonl"],
            "ledger in the backup": [made / "withdrawals.jsonl"],
            "manifest of the backup": [made / "backup.json"],
        }
        self.kinds = {kind: sorted(str(path.relative_to(folder)) for path in paths) for kind, paths in kinds.items()}


def rows(data: Path) -> Sequence[object]:
    """Return everything in the database."""
    catalogue = Catalogue(f"sqlite:///{data / 'catalogue.sqlite3'}", data)
    try:
        with catalogue.reading() as connection:
            return [
                [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
                for table in metadata.sorted_tables
            ]
    finally:
        catalogue.close()


def _try(trial: Trial, sound: _Sound, case: Path, place: str, what: str, harm: Harm) -> None:
    """Damage a copy. It must be reported or repaired; after the manual's remedy it must be as it was."""
    shutil.rmtree(case, ignore_errors=True)
    shutil.copytree(sound.folder, case, symlinks=True)
    harm(case / place)
    trial.cases += 1
    try:
        alarm = _alarm(case)
    except Exception as error:  # noqa: BLE001, RUF100 - whatever else it is, nobody could act on it
        trial.fail(f"{what} of {place}: told as {type(error).__name__}: {error}")
        return
    trial.tally("told" if alarm else "mended or without effect")
    if not alarm and not _mended(sound, case, place):
        trial.fail(f"{what} of {place}: not noticed")
        return
    if alarm and "index/" not in place:
        shutil.copy2(sound.folder / place, case / place)
        for beside in (f"{place}-wal", f"{place}-shm"):
            (case / beside).unlink(missing_ok=True)
    try:
        with installation(case / "data") as opened:
            if "index/" in place:
                sync.rebuild(opened.catalogue, opened.engine)
            found = opened.engine.search(SearchRequest(query=parse("通知"))).total
        trial.expect(found == len(_NAMES), f"{what} of {place}: {found} found after the mend")
        trial.expect(not (alarm := _alarm(case)), f"{what} of {place}: after the mend still: {alarm}")
    except (GongkaiError, SQLAlchemyError) as error:
        trial.fail(f"{what} of {place}: after the mend {error}")


def _alarm(folder: Path) -> str:
    """Return the first problem that the nightly jobs would report about an installation and its backup."""
    try:
        with installation(folder / "data") as opened:
            if said := archive_alarm(opened.catalogue, opened.blobs) or index_alarm(opened):
                return said
        (made,) = (folder / "backups").glob("gongkai-*")
        restoring.check(made, lambda done, total: None)
    except (GongkaiError, SQLAlchemyError) as error:
        return str(error) or type(error).__name__
    return ""


def _mended(sound: _Sound, case: Path, place: str) -> bool:
    """Tell whether a file has its content back: every byte, or every row of a database."""
    if place.endswith(".sqlite3"):
        return rows(case / "data") == sound.rows
    return (case / place).exists() and (case / place).read_bytes() == (sound.folder / place).read_bytes()


def _write(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)
