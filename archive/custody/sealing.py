"""The keys of the seals over an archive's life: brought back with a backup, replaced, or made for an archive of before.

A key is replaced by two named persons. What the key in force (or one before it) seals is sealed anew. Where that can't
be checked, because the archive is from before the seals or every key is lost, a document is sealed only if its record
and the audit log agree with the database, and the two persons answer for it.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from archive.decisions import persons
from archive.errors import BackupRefused, CatalogueLost, KeyRefused, KeyUnusable, RecordDamaged
from archive.store import approvals, audit, migrations
from archive.store.catalogue import Catalogue
from archive.store.folder import opened
from archive.store.public import is_public
from archive.store.seals import Key, Seals
from archive.store.tables import audit as audit_rows
from archive.store.tables import decisions, documents

_BATCH = 200
# What the audit log calls that a catalogue was rebuilt, and that a document was sealed.
REBUILT = "rebuild"
_SEALED = "seal"
_ACTS = select(audit_rows.c.action, audit_rows.c.seal).order_by(audit_rows.c.sequence)


@dataclass(frozen=True, slots=True)
class Sealed:
    """How many public documents were sealed, and the ids of those that were not, because something disagrees."""

    count: int
    refused: tuple[str, ...]


def need_key(backup: Path, keys: Seals, key: Key | None, lost: bool) -> None:
    """Raise BackupRefused unless there is the key that sealed a backup, or it is said to be ``lost``."""
    by = _sealed_by(backup)
    if not by or lost:
        return
    known = {key.id} if key else set()
    # What is there and can't be read is no key for it.
    with suppress(KeyUnusable):
        known |= {keys.public()[0], *keys.former()}
    if not known:
        raise BackupRefused(
            "备份里不存放密钥。请加 --key FILE 给出保管的密钥（gongkai key export 的输出）；"
            "确实遗失的，加 --lost-key 恢复，再由两人运行 gongkai key replace --lost 换用新密钥。"
        )
    if by not in known:
        raise BackupRefused(
            f"备份由密钥 {by} 封存，而{'给出' if key else '现有'}的密钥是另一把，没有恢复。"
            f"请找出 key 一行为 {by} 的那一份，用 --key FILE 给出。"
        )


def put_keys(keys: Seals, key: Key | None) -> None:
    """Put ``key`` into force for a restored backup. Without one keep what is there, or make a new one.

    With a new key nothing is public until two persons answer for it (``replace``).
    """
    if key is not None or not keys.exist():
        keys.make(key)
    keys.restrict()


def _sealed_by(folder: Path) -> str:
    """Return the id of the key that sealed the audit log in a folder's records last, or "" if none did."""
    try:
        with opened(folder / "records" / "audit.jsonl") as stream:
            lines = stream.read().splitlines()
        return str(json.loads(lines[-1]).get("seal") or "").partition(":")[0] if lines else ""
    except (OSError, ValueError, RecursionError, AttributeError):
        return ""


def bring_back(url: str, folder: Path, keys: Seals, key: Key) -> None:
    """Put a key that was kept elsewhere back into force. Raises KeyUnusable unless it is the archive's.

    Where the database is lost, its records say by which key it was sealed: a rebuild needs the key first.
    """
    try:
        with closing(Catalogue(url, folder, keys=keys.folder)) as catalogue, catalogue.reading() as connection:
            by = audit.sealed_by(connection)
    except CatalogueLost:
        by = _sealed_by(folder)
    if by not in ("", key.id):
        raise KeyUnusable(f"这是密钥 {key.id}，而档案由密钥 {by} 封存。没有放入，请找出原来的那一份。")
    keys.make(key)


def is_migrated(catalogue: Catalogue) -> bool:
    """Tell whether a database has this version's tables, and every public document a seal."""
    with catalogue.reading() as connection:
        return migrations.is_current(connection) and not _unsealed(connection)


def decided_with_seals(acts: Iterable[Sequence[object]]) -> bool:
    """Tell by the acts of a log, each with its seal, whether what it decided has seals.

    In an archive from before the seals that was restored, to restore is the first act with one, and decided nothing.
    """
    rest = iter(acts)
    for before, (act, seal) in enumerate(rest):
        if seal:
            return act != REBUILT or not before or any(later == _SEALED for later, _ in rest)
    return False


def needs_seals(catalogue: Catalogue) -> bool:
    """Tell whether two persons must answer for an archive that is brought up, because documents in it are public.

    What is asked for was in the tables from the beginning, so that an earlier version's can be asked.
    """
    with catalogue.reading() as connection:
        if migrations.is_current(connection) and not _unsealed(connection):
            return False
        return connection.execute(select(documents.c.id).where(is_public).limit(1)).first() is not None


def _unsealed(connection: Connection) -> bool:
    """Tell whether documents are public by decisions from before the first seal."""
    if decided_with_seals(connection.execute(_ACTS)):
        return False
    return connection.execute(select(documents.c.id).where(is_public).limit(1)).first() is not None


def replace(
    catalogue: Catalogue,
    first: str,
    second: str,
    reason: str,
    lost: bool = False,
    before: Callable[[Key], None] = lambda key: None,
) -> Sealed:
    """Make a new key and seal every public document with it; the two persons and the reason go into the audit log.

    Without ``lost``, only what has a valid seal is sealed anew. ``before`` is called with the new key before anything
    changes. Where sealing fails, as on a full disk, the former key is in force again. Raises KeyRefused, KeyUnusable.
    """
    two_persons(first, second, reason)
    former = catalogue.keys.public()[0] if not lost else ""
    key = Key.new(None if lost else _addresses(catalogue.keys))
    before(key)
    # The key is kept once the transaction is.
    with ExitStack() as until_kept, catalogue.writing() as connection:
        good = _unchecked(catalogue, connection) if lost else _checked(catalogue, connection)
        until_kept.enter_context(catalogue.keys.replaced(key))
        return _seal(catalogue, connection, good, first, second, {"reason": reason, "former": former})


def seal_all(catalogue: Catalogue, first: str, second: str) -> Sealed:
    """Seal the public documents of an archive from before the seals. Does nothing where one is sealed already.

    Raises KeyRefused, KeyUnusable.
    """
    with catalogue.reading() as connection:
        if not _unsealed(connection):
            return Sealed(0, ())
    if not catalogue.keys.exist():
        catalogue.keys.make()
    two_persons(first, second, "升级")
    with catalogue.writing() as connection:
        good = _unchecked(catalogue, connection)
        return _seal(catalogue, connection, good, first, second, {"reason": "升级：为既有的公开决定加封签"})


def two_persons(first: str, second: str, reason: str) -> None:
    """Raise KeyRefused unless two different persons are named, and a reason."""
    if persons.same(first, second) or not all(persons.written(each) for each in (first, second, reason)):
        raise KeyRefused


def _addresses(keys: Seals) -> bytes | None:
    """Return the secret of the addresses, so that they stay the same; None where the private key is gone."""
    try:
        return keys.private().addresses
    except KeyUnusable:
        return None


def _public_ids(connection: Connection) -> list[str]:
    return [*connection.scalars(select(documents.c.id).where(is_public).order_by(documents.c.id))]


def _checked(catalogue: Catalogue, connection: Connection) -> list[str]:
    """Return the public documents whose seal holds and covers what is there."""
    return [*approvals.intact(connection, catalogue.keys, catalogue.withdrawal_ledger, former=True)]


def _unchecked(catalogue: Catalogue, connection: Connection) -> list[str]:
    """Return the public documents whose record says the same and whose approval the audit log knows."""
    good: list[str] = []
    for id in _public_ids(connection):
        try:
            catalogue.records.check(connection, id)
        except RecordDamaged:
            continue
        if not audit.undecided(connection, id):
            good.append(id)
    return good


def _seal(
    catalogue: Catalogue,
    connection: Connection,
    good: list[str],
    first: str,
    second: str,
    details: dict[str, object],
) -> Sealed:
    both, (key, _) = f"{first}、{second}", catalogue.keys.public()
    refused = sorted({*_public_ids(connection)} - {*good})
    audit.append(connection, both, "key", None, {**details, "key": key, "sealed": len(good), "refused": refused})
    query = select(documents.c.id, documents.c.public_decision, decisions.c.version).join(
        decisions, decisions.c.id == documents.c.public_decision
    )
    for start in range(0, len(good), _BATCH):
        rows = connection.execute(query.where(documents.c.id.in_(good[start : start + _BATCH]))).all()
        for row in rows:
            approvals.seal(connection, catalogue.keys, [row.public_decision], audit.now())
            audit.append(connection, both, _SEALED, row.id, {"version": row.version, "key": key})
    return Sealed(len(good), tuple(refused))
