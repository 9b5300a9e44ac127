"""Fixity: whether everything in the archive is still as it was written.

Each item is compared with something that must agree with it: an original with the digest in its name, a document's
record with its own hash and with the database, the audit log with its own chain and with the copy in the records, what
was decided with the log and the ledger (see ``agreement``), what is public with its seal, and what each version holds
with the log (see ``store.held``, and ``store.noted`` for the rest). Nothing is repaired here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select, text

from archive.custody import agreement
from archive.errors import BlobDamaged, BlobMissing, KeyUnusable, RecordDamaged, WithdrawalsDamaged
from archive.store import approvals, held, migrations, noted
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.public import is_public
from archive.store.tables import documents

# Every original is read once in this many nights. ISO 16363 leaves the period to the archive, and a quarter is common.
# All else is read every night: it takes some 2 ms a document.
ROUND = 90


class Damage(StrEnum):
    """Kind of damage. An untracked original is left over from an interrupted intake and means no loss."""

    CHANGED = "改变"
    MISSING = "缺失"
    UNTRACKED = "未登记"
    RECORD = "档案记录"
    AUDIT = "审计日志"
    WITHDRAWALS = "撤回登记"
    DATABASE = "数据库"
    SEAL = "封签"
    CONTENT = "内容"
    DECISIONS = "决定"
    CHANGES = "变更记录"
    RULES = "数据库规则"


ORIGINALS = (Damage.CHANGED, Damage.MISSING, Damage.UNTRACKED)


@dataclass(frozen=True, slots=True)
class Finding:
    """A damaged item. ``sentence`` says in Chinese what is wrong with it."""

    kind: Damage
    sentence: str


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a check. ``originals`` counts those kept, and ``verified`` those of them that were read."""

    originals: int
    verified: int
    findings: tuple[Finding, ...]

    def count(self, *kinds: Damage) -> int:
        return sum(finding.kind in kinds for finding in self.findings)

    @property
    def losses(self) -> int:
        return len(self.findings) - self.count(Damage.UNTRACKED)


def verify(catalogue: Catalogue, blobs: Blobs, day: date | None, progress: Callable[[int, int], None]) -> Report:
    """Check everything, or with a ``day`` only its share of the originals, so that each is read in ``ROUND`` days."""
    known = catalogue.digests()
    due = {digest: id for digest, id in known.items() if day is None or _due(digest, day)}
    findings = [*_database(catalogue)]
    for done, (digest, id) in enumerate(due.items(), 1):
        try:
            blobs.verify(digest)
        except (BlobDamaged, BlobMissing) as error:
            kind = Damage.CHANGED if isinstance(error, BlobDamaged) else Damage.MISSING
            findings.append(Finding(kind, f"文件 {id}：{error}"))
        progress(done, len(due))
    findings += [
        Finding(Damage.UNTRACKED, f"未登记的原件：{digest}") for digest in sorted({*blobs.digests()} - known.keys())
    ]
    findings += [*_records(catalogue), *_audit(catalogue), *_agreement(catalogue)]
    findings += [*_seals(catalogue), *_rules(catalogue)]
    return Report(len(known), len(due), tuple(findings))


def _due(digest: str, day: date) -> bool:
    return int(digest[:8], 16) % ROUND == day.toordinal() % ROUND


def _database(catalogue: Catalogue) -> Iterator[Finding]:
    """Yield what SQLite finds wrong in its pages. PostgreSQL's are left to its administrator (``data_checksums``)."""
    with catalogue.reading() as connection:
        if connection.dialect.name != "sqlite":
            return
        said = [*connection.scalars(text("PRAGMA integrity_check(1)"))]
        if said != ["ok"]:
            yield Finding(Damage.DATABASE, f"数据库文件损坏：{said[0]}。请停止写入，用 rebuild-catalogue 重建。")


def _records(catalogue: Catalogue) -> Iterator[Finding]:
    ids = catalogue.ids()
    for id in ids:
        try:
            catalogue.check_record(id)
        except RecordDamaged as error:
            yield Finding(Damage.RECORD, str(error))
    records = catalogue.records
    for id in sorted({*records.ids()} - {*catalogue.ids()}):
        yield Finding(Damage.RECORD, f"文件 {id} 有档案记录，而数据库里没有。")
    for folder in records.aside():
        why = "是数据库退回到较早状态时移开的，其中有数据库没有的内容。查明后请另行保存，再从数据目录移走。"
        yield Finding(Damage.RECORD, f"{folder.name} {why}")


def _audit(catalogue: Catalogue) -> Iterator[Finding]:
    broken = catalogue.audit_break()
    if broken is not None:
        yield Finding(Damage.AUDIT, f"审计日志第 {broken.sequence} 条{broken.reason}。")
    try:
        catalogue.check_log()
    except RecordDamaged as error:
        yield Finding(Damage.AUDIT, str(error))


def _agreement(catalogue: Catalogue) -> Iterator[Finding]:
    with catalogue.reading() as connection:
        known = held.Known(connection)
        for kind, said in (
            (Damage.CONTENT, (each.sentence for each in known.differences(connection))),
            (Damage.WITHDRAWALS, agreement.withdrawn(connection, catalogue.withdrawal_ledger)),
            (Damage.DECISIONS, agreement.decided(connection)),
            (Damage.DECISIONS, agreement.shown(connection)),
            (Damage.DECISIONS, agreement.standing(connection)),
            (Damage.DECISIONS, (each.sentence for each in noted.Known(connection).differences(connection))),
            (Damage.CHANGES, agreement.followed(connection)),
        ):
            yield from (Finding(kind, sentence) for sentence in said)


def _seals(catalogue: Catalogue) -> Iterator[Finding]:
    """Hold what is public against its seals."""
    try:
        catalogue.check_key()
        with catalogue.reading() as connection:
            ids = connection.scalars(select(documents.c.id).where(is_public).order_by(documents.c.id)).all()
            intact = {*approvals.intact(connection, catalogue.keys, catalogue.withdrawal_ledger)}
    except KeyUnusable as error:
        yield Finding(Damage.SEAL, str(error))
        return
    except WithdrawalsDamaged:
        # Reported with the withdrawals; nothing is public until the ledger is repaired.
        return
    for id in ids:
        if id not in intact:
            sentence = f"文件 {id} 列为公开，而公开决定没有有效的封签，公众看不到。请查明后重新审查。"
            yield Finding(Damage.SEAL, sentence)


def _rules(catalogue: Catalogue) -> Iterator[Finding]:
    """Hold the database's triggers against those that a new database gets."""
    with catalogue.reading() as connection:
        there = migrations.triggers(connection)
    expected = catalogue.expected_triggers()
    for name in sorted(expected.keys() - there.keys()):
        yield Finding(Damage.RULES, f"数据库里少了触发器 {name}。它可能被人移除，请查明谁能写数据库，再从备份恢复。")
    for name in sorted(there.keys() - expected.keys()):
        yield Finding(Damage.RULES, f"数据库里多了触发器 {name}，不是本程序建立的。请查明。")
    for name in sorted(name for name in expected.keys() & there.keys() if expected[name] != there[name]):
        yield Finding(Damage.RULES, f"数据库的触发器 {name} 被改动或停用。请查明谁能写数据库，再从备份恢复。")
