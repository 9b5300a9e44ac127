"""Comparing a restored archive with the living one: what was not worked on since the backup must be as it was there."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select

from archive.document import Document
from archive.errors import BackupRefused
from archive.store import audit
from archive.store.catalogue import Catalogue
from archive.store.records import Records
from archive.store.tables import audit as rows


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ids of documents that are ``missing`` from the restored archive, ``different`` there, or there alone (``extra``).

    ``same`` counts those that agree. What happened to ``later`` ones since the backup tells nothing about it.
    """

    same: int
    later: frozenset[str]
    missing: tuple[str, ...]
    different: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def well(self) -> bool:
        return not (self.missing or self.different or self.extra)


def head(records: Records) -> tuple[int, str]:
    """Return the number and the hash of the last row of the log beside a catalogue. Raises RecordDamaged."""
    last = (0, audit.GENESIS)
    for event in records.events():
        last = int(str(event["sequence"])), str(event["hash"])
    return last


def compare(live: Catalogue, restored: Catalogue, sequence: int, digest: str) -> Comparison:
    """Compare two archives whose logs were the same up to a row, which is given.

    Raises BackupRefused if the living one's log does not have that row.
    """
    here, there = _states(live), _states(restored)
    # Read last: the living one goes on meanwhile, and what happens between is later, too.
    later = _later(live, sequence, digest)
    compared = here.keys() - later
    missing = compared - there.keys()
    different = {id for id in compared - missing if here[id] != there[id]}
    extra = there.keys() - here.keys()
    return Comparison(
        len(compared) - len(missing) - len(different), later, *map(_in_order, (missing, different, extra))
    )


def _in_order(ids: set[str]) -> tuple[str, ...]:
    return tuple(sorted(ids))


def _later(catalogue: Catalogue, sequence: int, digest: str) -> frozenset[str]:
    """Return the documents to which something happened after a row of the log."""
    with catalogue.reading() as connection:
        known = connection.scalar(select(rows.c.hash).where(rows.c.sequence == sequence))
        if sequence and known != digest:
            raise BackupRefused(
                f"现有档案的审计日志里没有这份备份的最后一条（第 {sequence} 条）："
                "备份属于另一个档案，或者现有的日志被替换过。请核对 GONGKAI_DATA 和备份。"
            )
        later = rows.c.sequence > sequence, rows.c.document_id.is_not(None), rows.c.action != audit.VIEW
        return frozenset(connection.scalars(select(rows.c.document_id).where(*later)))


def _states(catalogue: Catalogue) -> Mapping[str, str]:
    """Return for each document a text that differs where anything of it does: its state, and what the public reads."""
    states = {each.id: f"{each.version} {each.status} {each.public_version}" for each in catalogue.listed()}
    for document in catalogue.public_all():
        # One that came in since they were listed is not compared.
        if document.id in states:
            states[document.id] += f" {_digest(document)}"
    return states


def _digest(document: Document) -> str:
    # Its force is left out: the calendar and other documents change it, too.
    files = (document.file, *(each.file for each in document.attachments))
    said = (document.metadata.title, *(each.digest for each in files), document.text)
    return sha256("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()
