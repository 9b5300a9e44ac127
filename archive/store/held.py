"""What each version holds, as the sealed audit log knows it: text, what is known of it, its files, who brought it in.

The event by which a version came in or was corrected tells the hash of all that. So whoever can write to the database
and to the records can't change the text of a document that was never published, and has no approval's seal yet.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from archive.errors import RecordDamaged
from archive.store import approvals, audit, canonical
from archive.store.catalogue import Catalogue
from archive.store.tables import versions

# The detail of an event that tells it; of a ``hold`` event, those of many versions.
HOLDS = "holds"
ACTOR = "gongkai"
TAKEN_OVER = "hold"
_MADE = ("receive", "correct")
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """A version that is not what the log says. ``reason`` is a Chinese predicate; ``unknown`` if the log is silent."""

    id: str
    version: int
    reason: str
    unknown: bool = False

    @property
    def sentence(self) -> str:
        return f"文件 {self.id} 第 {self.version} 版{self.reason}"


def now(connection: Connection, id: str, version: int) -> str:
    """Return the hash of what a version holds in the database now."""
    return _hashes(connection, id, version)[version]


class Known:
    """What the log says that versions hold, and which it says were made. Of several events the last one counts."""

    def __init__(self, connection: Connection) -> None:
        self._holds: dict[str, dict[int, str]] = {}
        self._made: dict[str, set[int]] = {}
        for event in audit.events(connection, actions=(TAKEN_OVER,)):
            for id, version, holds in _listed(event.details):
                self._holds.setdefault(id, {})[version] = holds
        for event in audit.events(connection, actions=_MADE):
            id, about = event.document_id or "", event.details.get("version")
            if isinstance(about, int):
                self._made.setdefault(id, set()).add(about)
                if HOLDS in event.details:
                    self._holds.setdefault(id, {})[about] = str(event.details[HOLDS])

    @property
    def is_whole(self) -> bool:
        """Tell whether the log knows what each version holds that it says was made."""
        return all(made <= self._holds.get(id, {}).keys() for id, made in self._made.items())

    def differences(self, connection: Connection) -> Iterator[Difference]:
        """Hold every version against the log."""
        there = {*connection.scalars(select(versions.c.document_id).distinct())}
        for id in sorted(there | self._made.keys()):
            yield from self.of(connection, id)

    def of(self, connection: Connection, id: str) -> Iterator[Difference]:
        """Hold the versions of one document against the log."""
        there, made, holds = _hashes(connection, id), self._made.get(id, set()), self._holds.get(id, {})
        for version in sorted(there.keys() | made):
            if version not in there:
                yield Difference(id, version, "在审计日志中，而数据库里没有。请从备份恢复。")
            elif version not in made:
                yield Difference(id, version, "在审计日志中没有收入的记录。请查明谁能写数据库。")
            elif version not in holds:
                why = "由较早的程序收入，审计日志没有登记其内容，改动了也查不出。请运行 gongkai migrate 登记。"
                yield Difference(id, version, why, unknown=True)
            elif holds[version] != there[version]:
                why = "的内容与审计日志登记的不一致，其中之一被改动过。请查明谁能写数据库，再从备份恢复。"
                yield Difference(id, version, why)


@dataclass(frozen=True, slots=True)
class TakenOver:
    """How many of what an earlier program left the log has learnt, and the documents that disagree with their record.

    Those are left out, and stay told by ``differences``.
    """

    count: int
    refused: tuple[str, ...]


def is_whole(catalogue: Catalogue) -> bool:
    """Tell whether the log knows what every version holds, also those that an earlier program brought in."""
    with catalogue.reading() as connection:
        return Known(connection).is_whole


def take_over(catalogue: Catalogue) -> TakenOver:
    """Let the log know what versions of an earlier program hold, but of documents that disagree with their record."""
    refused: dict[str, bool] = {}
    with catalogue.writing() as connection:
        found: list[tuple[str, int, str]] = []
        for each in [each for each in Known(connection).differences(connection) if each.unknown]:
            if each.id not in refused:
                refused[each.id] = disagrees(catalogue, connection, each.id)
            if not refused[each.id]:
                found.append((each.id, each.version, now(connection, each.id, each.version)))
        for start in range(0, len(found), _BATCH):
            batch = [list(each) for each in found[start : start + _BATCH]]
            audit.append(connection, ACTOR, TAKEN_OVER, None, {HOLDS: batch})
    return TakenOver(len(found), tuple(id for id, is_refused in refused.items() if is_refused))


def disagrees(catalogue: Catalogue, connection: Connection, id: str) -> bool:
    """Tell whether a document is not what its record says."""
    try:
        catalogue.records.check(connection, id)
    except RecordDamaged:
        return True
    return False


def _listed(details: Mapping[str, object]) -> Iterator[tuple[str, int, str]]:
    listed = details.get(HOLDS)
    for each in listed if isinstance(listed, list) else ():
        id, version, holds = each
        yield str(id), int(version), str(holds)


def _hashes(connection: Connection, id: str, version: int | None = None) -> dict[int, str]:
    """Return the hashes of what a document's versions hold in the database, or of one of them."""
    query = select(versions).where(versions.c.document_id == id)
    if version is not None:
        query = query.where(versions.c.version == version)
    parts = approvals.parts_of(connection, [id])
    return {
        row["version"]: canonical.digest(
            {**approvals.covered(row, parts.get((id, row["version"]), [])), "brought_by": row["brought_by"]}
        )
        for row in connection.execute(query).mappings()
    }
