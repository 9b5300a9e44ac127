"""Migrations lead to the same schema as the tables in the code, and leave an archive of before what it was."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, insert, select, text
from sqlalchemy.exc import IntegrityError

from archive.custody import sealing
from archive.decisions import grounds, publication, review, stops
from archive.document import Disclosure, Verdict
from archive.errors import BadSettings, DecisionRefused, NotMigrated
from archive.store import audit, canonical, migrations
from archive.store.catalogue import Catalogue
from archive.store.tables import decisions, documents, metadata, versions
from archive.store.transactions import Earlier
from tests.conftest import Databases

# What an archive of before holds: one published by one person with a stop in it, and one that waits.
OF_BEFORE = """
INSERT INTO documents (id, version, status, received_at)
    VALUES ('old', 1, 'waiting', '2026-01-01'), ('new', 1, 'waiting', '2026-01-01');
INSERT INTO versions (document_id, version, content, digest, file_name, media_type, size, title, other_numbers,
    cited_numbers, sources, text, warnings, received_at)
    SELECT id, 1, id, 'of the original', 'a.txt', 'text/plain', 1, '通知', '[]', '[]', '{}', '手机13812345678。', '[]',
        '2026-01-01' FROM documents;
INSERT INTO examinations (document_id, version, aspect, outcome, reviewer, basis, rules, decided_at)
    VALUES ('old', 1, 'truthfulness', 'passed', '张三', '门户', '0', '2026-01-01'),
    ('old', 1, 'confidentiality', 'passed', '张三', '门户', '0', '2026-01-01');
INSERT INTO classifications (document_id, version, disclosure, ground, person, basis, decided_at)
    VALUES ('old', 1, '主动公开', '', '张三', '门户', '2026-01-01');
INSERT INTO decisions (document_id, version, verdict, reviewer, reason, decided_at)
    VALUES ('old', 1, 'approve', '张三', '门户', '2026-01-01');
UPDATE documents SET status = 'published', public_version = 1, public_decision = 1, public_verdict = 'approve'
    WHERE id = 'old';
INSERT INTO changes (document_id, at) VALUES ('old', '2026-01-01');
"""


# Indexes that only SQLite needs (``ddl_if``), which the comparison knows nothing of.
ONLY_IN_SQLITE = {"ix_versions_column", "ix_versions_listed"}


def test_a_migrated_database_has_exactly_the_tables_of_the_program(databases: Databases, tmp_path: Path) -> None:
    with closing(Catalogue(databases.empty(tmp_path / "empty.sqlite3"), tmp_path)) as catalogue:
        with catalogue.reading() as connection:
            differences = compare_metadata(MigrationContext.configure(connection), metadata)
            elsewhere = connection.dialect.name != "sqlite"
    if elsewhere:
        assert {each[1].name for each in differences} == ONLY_IN_SQLITE
        assert {each[0] for each in differences} == {"add_index"}
    else:
        assert differences == []


def test_a_database_of_a_newer_program_is_refused(url: str, tmp_path: Path) -> None:
    catalogue = Catalogue(url, tmp_path)
    with catalogue.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    catalogue.close()
    with pytest.raises(BadSettings, match="更新版本"):
        Catalogue(url, tmp_path)


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////no/such/folder/x.sqlite3", "oracle://somewhere"])
def test_a_database_that_cannot_be_opened_is_named(url: str, tmp_path: Path) -> None:
    with pytest.raises(BadSettings):
        Catalogue(url, tmp_path)


def test_a_password_is_not_told_wherever_it_stands_in_an_address(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="打不开数据库") as refused:
        Catalogue("postgresql://u:geheim@127.0.0.1:1/x?password=geheim&connect_timeout=2", tmp_path)
    assert "geheim" not in str(refused.value) and "127.0.0.1:1/x" in str(refused.value)


@pytest.fixture
def former(databases: Databases, tmp_path: Path) -> str:
    """The URL of a database that the program of before has filled."""
    url = databases.empty(tmp_path / "former.sqlite3")
    filled_before(url)
    return url


def filled_before(url: str, revision: str = "0003", digest: str = "") -> None:
    """Fill a database as the program of before did, with the tables of a ``revision`` and the ``digest`` of a file."""
    engine = create_engine(url)
    config = migrations.CATALOGUE.config
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for statement in OF_BEFORE.replace("of the original", digest).split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
        for id, actor in (("old", "张三"), ("new", "李四")):
            _event_of_before(connection, actor, "receive", id)
        _event_of_before(connection, "张三", "approve", "old")
        command.upgrade(config, revision)
    engine.dispose()


def _event_of_before(connection: Connection, actor: str, action: str, id: str) -> None:
    """Add a row to the audit log as it was before rows had seals."""
    last = connection.exec_driver_sql("SELECT hash FROM audit ORDER BY sequence DESC LIMIT 1").scalar()
    details = {"version": 1, "reason": "门户"}
    row = {"at": audit.now(), "actor": actor, "action": action, "document_id": id, "details": details}
    row |= {"previous": last or audit.GENESIS}
    row |= {"hash": canonical.digest(row), "details": json.dumps(details)}
    names = ", ".join(row)
    connection.execute(text(f"INSERT INTO audit ({names}) VALUES ({', '.join(f':{name}' for name in row)})"), row)  # noqa: S608  # our own names
    connection.exec_driver_sql("DELETE FROM audit_head")
    connection.exec_driver_sql(
        "INSERT INTO audit_head (id, sequence, hash) SELECT 1, sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1"
    )


def brought_up(url: str, folder: Path) -> Catalogue:
    """Bring an archive of before up, as ``gongkai migrate`` does."""
    with pytest.raises(NotMigrated, match="gongkai migrate"):
        Catalogue(url, folder)
    catalogue = Catalogue(url, folder, earlier=Earlier.BROUGHT_UP)
    assert sealing.seal_all(catalogue, "甲", "乙") == sealing.Sealed(1, ())
    return catalogue


def test_what_was_public_stays_so_and_nothing_becomes_public(former: str, tmp_path: Path) -> None:
    catalogue = brought_up(former, tmp_path)
    assert [document.id for document in catalogue.public_all()] == ["old"]
    with catalogue.reading() as connection:
        brought = {row.document_id: row.brought_by for row in connection.execute(select(versions))}
        (row,) = connection.execute(select(decisions)).all()
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    assert brought == {"old": "张三", "new": "李四"}
    assert (row.verdict, row.forced, row.rests_on) == ("approve", 0, None)
    # Its stop is told now, and leaves it public.
    assert len(stops.check(catalogue, "old").precheck.open) == 1
    assert catalogue.public("old").version == 1
    catalogue.close()


def test_what_waits_is_asked_for_all_that_is_asked_today(former: str, tmp_path: Path) -> None:
    catalogue = brought_up(former, tmp_path)
    review.vouch(catalogue, "new", "李四", "一事一审")
    for person in ("李四", "王五"):
        with pytest.raises(DecisionRefused, match="还没有作"):
            review.decide(catalogue, "new", Verdict.APPROVE, person)
    values = {"document_id": "new", "version": 1, "verdict": "approve", "reviewer": "王五", "reason": ""}
    for at in ("2001", audit.now()):
        with pytest.raises(IntegrityError), catalogue.writing() as connection:
            connection.execute(insert(decisions).values(**values, decided_at=at))
    stops.check(catalogue, "new")
    with pytest.raises(DecisionRefused, match="1 处拦截没有处理"):
        review.decide(catalogue, "new", Verdict.APPROVE, "王五")
    assert catalogue.public_count() == 1
    catalogue.close()


def test_the_checks_that_name_the_verdicts_are_worded_anew(former: str, tmp_path: Path) -> None:
    """Where the two checks stayed as they were, a takeover could not be written, or could not make public."""
    catalogue = brought_up(former, tmp_path)
    with catalogue.writing() as connection:
        stops.add(connection, "new", 1, ())
        grounds.add_classification(connection, "new", 1, Disclosure.ACTIVE, "李四", "门户")
        publication.take_over(connection, "new", "李四", "门户")
    assert catalogue.public_count() == 2
    with catalogue.reading() as connection:
        assert {row.public_verdict for row in connection.execute(select(documents))} == {"approve", "takeover"}
    for verdict in ("endorse", "TAKEOVER"):
        row = {"document_id": "new", "version": 1, "verdict": verdict, "reviewer": "x", "reason": "x"}
        with pytest.raises(IntegrityError), catalogue.writing() as connection:
            connection.execute(insert(decisions).values(**row, decided_at=audit.now()))
    catalogue.close()
