"""Whoever can only write to the database publishes nothing, and nothing of it is written into the records."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, insert, select, text, update

from archive.custody.rebuild import rebuild
from archive.decisions import review
from archive.document import Aspect, Disclosure, Outcome, Verdict
from archive.errors import DocumentWithdrawn, KeyUnusable, RecordDisagrees, UnknownDocument
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store import audit, canonical, publications
from archive.store.catalogue import Catalogue
from archive.store.seals import FORMER, PRIVATE, PUBLIC, Key, Seals
from archive.store.tables import audit as audit_rows
from archive.store.tables import (
    audit_head,
    changes,
    classifications,
    decisions,
    documents,
    examinations,
    seals,
    versions,
)
from tests.archive.conftest import Moulding, Write
from tests.conftest import Mould, NewDatabase, publish


@pytest.fixture(scope="module")
def mould(moulding: Moulding) -> Mould:
    def fill(catalogue: Catalogue, intake: Intake, write: Write) -> dict[str, str]:
        made = {}
        for name in ("public", "hidden"):
            text = f"关于{name}的通知\n请落实。\n2020年5月1日\n"
            made[name] = str(intake.receive(Item(write(f"{name}.txt", text), name)).document_id)
        publish(catalogue, made["public"])
        return made

    return moulding(fill)


@pytest.fixture
def ids(mould: Mould) -> dict[str, str]:
    return mould.ids


@contextmanager
def inside(url: str) -> Iterator[Connection]:
    """A connection of somebody who may do anything to the database, and has put the triggers out of action."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                    connection.execute(text(f"DROP TRIGGER {name}"))
            else:
                tables = text("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
                for table in connection.scalars(tables).all():
                    connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            yield connection
    finally:
        engine.dispose()


def forge_approval(connection: Connection, id: str, seal: str | None = None) -> None:
    """Insert everything that an approval consists of, but a seal that only the key can make."""
    at = audit.now()
    about = {"document_id": id, "version": 1, "decided_at": at}
    connection.execute(
        insert(classifications).values(**about, disclosure="主动公开", ground="", person="某人", basis="有")
    )
    for aspect in Aspect:
        found = {"aspect": aspect.value, "outcome": "passed", "reviewer": "某人", "basis": "有", "rules": "1"}
        connection.execute(insert(examinations).values(**about, **found))
    approval = insert(decisions).values(**about, verdict="approve", reviewer="某人", reason="有")
    decision = connection.execute(approval.returning(decisions.c.id)).scalar_one()
    if seal:
        former = dict(connection.execute(select(seals)).mappings().first() or {})
        del former["id"]
        connection.execute(insert(seals).values(**former | {"document_id": id, "decision_id": decision, "seal": seal}))
    point_at(connection, id, decision)


def point_at(connection: Connection, id: str, decision: int) -> None:
    public = {"public_version": 1, "public_decision": decision, "public_verdict": "approve"}
    connection.execute(update(documents).where(documents.c.id == id).values(status="published", **public))
    connection.execute(insert(changes).values(document_id=id, at=audit.now()))


def forge_event(connection: Connection, action: str, id: str) -> None:
    """Add a row to the audit log whose chain is right, and a head to it."""
    last = connection.execute(select(audit_rows).order_by(audit_rows.c.sequence.desc()).limit(1)).mappings().one()
    row = {"at": audit.now(), "actor": "某人", "action": action, "document_id": id, "details": {"version": 1}}
    row |= {"previous": last["hash"]}
    digest = canonical.digest(row)
    connection.execute(insert(audit_rows).values(**row, hash=digest, seal=last["seal"]))
    connection.execute(update(audit_head).values(sequence=last["sequence"] + 1, hash=digest))


def everything_public(catalogue: Catalogue) -> set[str]:
    """The ids in every answer that the public gets out of the catalogue."""
    found = {document.id for document in catalogue.public_all()}
    found |= catalogue.public_many(catalogue.ids()).keys()
    found |= {each.id for each in publications.after(catalogue) if each.public}
    found |= {each.id for each in publications.latest(catalogue, 10)}
    found |= {each.id for each in publications.newest(catalogue, 10)}
    return found


@pytest.mark.parametrize("seal", [None, "copied", "made up"])
def test_an_approval_out_of_the_database_alone_publishes_nothing(
    catalogue: Catalogue, url: str, ids: dict[str, str], seal: str | None
) -> None:
    with inside(url) as connection:
        copied = str(connection.scalars(select(seals.c.seal)).first())
        forge_approval(
            connection, ids["hidden"], {"copied": copied, "made up": copied[:-8] + "AAAAAAA="}.get(seal or "")
        )
    assert everything_public(catalogue) == {ids["public"]}
    with pytest.raises(UnknownDocument):
        catalogue.public(ids["hidden"])


def test_nothing_that_was_forged_is_written_into_the_records(
    catalogue: Catalogue, url: str, ids: dict[str, str], intake: Intake, write: Callable[[str, str], Path]
) -> None:
    kept = catalogue.records.path(ids["hidden"]).read_bytes()
    with inside(url) as connection:
        forge_approval(connection, ids["hidden"])
    for act in (
        lambda: review.examine(catalogue, ids["hidden"], Aspect.TRUTHFULNESS, Outcome.PASSED, "审查员", "看过"),
        lambda: review.classify(catalogue, ids["hidden"], Disclosure.ACTIVE, "审查员", "看过"),
        lambda: intake.receive(Item(write("hidden.txt", "关于hidden的通知\n改了。\n"), "hidden")),
    ):
        with pytest.raises(RecordDisagrees, match="verify"):
            act()
    assert catalogue.records.path(ids["hidden"]).read_bytes() == kept
    # The others are worked on as before.
    review.examine(catalogue, ids["public"], Aspect.TRUTHFULNESS, Outcome.PASSED, "审查员", "看过")


def test_what_was_forged_can_be_withdrawn_and_the_record_is_kept(
    catalogue: Catalogue, url: str, ids: dict[str, str]
) -> None:
    kept = catalogue.records.path(ids["hidden"]).read_bytes()
    with inside(url) as connection:
        forge_approval(connection, ids["hidden"])
    review.decide(catalogue, ids["hidden"], Verdict.WITHDRAW, "审查员", "不是我们公开的")
    with pytest.raises(DocumentWithdrawn):
        catalogue.public(ids["hidden"])
    (aside,) = catalogue.records.aside()
    assert aside.read_bytes() == kept


def test_a_forged_row_of_the_log_is_found_and_never_followed(
    catalogue: Catalogue, url: str, ids: dict[str, str], tmp_path: Path
) -> None:
    log, kept = catalogue.records.log.read_bytes(), catalogue.records.path(ids["hidden"]).read_bytes()
    with inside(url) as connection:
        forge_approval(connection, ids["hidden"])
        forge_event(connection, "approve", ids["hidden"])
    broken = catalogue.audit_break()
    assert broken is not None and "封签" in broken.reason
    Catalogue(url, tmp_path).close()
    assert catalogue.records.log.read_bytes() == log
    assert catalogue.records.path(ids["hidden"]).read_bytes() == kept


@pytest.mark.parametrize(
    "column", ["text", "title", "digest", "file_name", "number", "sources", "places", "disclosure"]
)
def test_a_falsified_version_is_not_shown(catalogue: Catalogue, url: str, ids: dict[str, str], column: str) -> None:
    others = {"sources": {"title": "别处"}, "places": [[0, "第 9 页"]], "disclosure": "依申请公开"}
    value = others.get(column, "f" * 64)
    with inside(url) as connection:
        connection.execute(update(versions).where(versions.c.document_id == ids["public"]).values({column: value}))
    assert catalogue.public_many([ids["public"]]) == {}
    assert not list(catalogue.public_all())


def test_an_earlier_decision_can_not_be_put_back(catalogue: Catalogue, url: str, ids: dict[str, str]) -> None:
    with catalogue.reading() as connection:
        decision = connection.execute(
            select(documents.c.public_decision).where(documents.c.id == ids["public"])
        ).scalar()
    review.decide(catalogue, ids["public"], Verdict.WITHDRAW, "审查员", "有误")
    with inside(url) as connection:
        point_at(connection, ids["public"], int(decision or 0))
    assert everything_public(catalogue) == set()
    with inside(url) as connection:
        # The database is as it was before the withdrawal; only the ledger beside it remembers.
        connection.execute(decisions.delete().where(decisions.c.verdict == "withdraw"))
    assert everything_public(catalogue) == set()


def test_an_edited_and_rehashed_record_is_not_rebuilt_as_public(
    catalogue: Catalogue, ids: dict[str, str], tmp_path: Path, database: NewDatabase
) -> None:
    kept = catalogue.records.read(ids["public"])
    kept["versions"][0]["text"] = "假的正文"
    edited = json.loads(json.dumps(kept, default=str))
    catalogue.records._write(ids["public"], edited)
    again = Catalogue(database(), tmp_path, empty=True)
    rebuilt = rebuild(again)
    assert [error.id for error in rebuilt.damaged] == [ids["public"]]
    assert everything_public(again) == set()
    again.close()


def test_a_rebuilt_archive_shows_what_was_sealed(
    catalogue: Catalogue, ids: dict[str, str], tmp_path: Path, database: NewDatabase
) -> None:
    again = Catalogue(database(), tmp_path, empty=True)
    assert rebuild(again).damaged == ()
    assert everything_public(again) == {ids["public"]}
    assert again.audit_break() is None
    again.close()


@pytest.mark.parametrize("key", ["missing", "another", "torn"])
def test_without_its_key_an_archive_answers_nothing_rather_than_an_empty_list(
    catalogue: Catalogue, ids: dict[str, str], key: str
) -> None:
    path = catalogue.keys.folder / PUBLIC
    if key == "missing":
        path.unlink()
    elif key == "torn":
        path.write_text(path.read_text(encoding="ascii")[:-20], encoding="ascii")
    else:
        path.unlink()
        (catalogue.keys.folder / PRIVATE).unlink()
        catalogue.keys.make()
    for ask in (
        catalogue.check_key,
        lambda: catalogue.public(ids["public"]),
        lambda: list(catalogue.public_all()),
    ):
        with pytest.raises(KeyUnusable):
            ask()


def test_the_reading_side_needs_no_private_key(catalogue: Catalogue, ids: dict[str, str]) -> None:
    (catalogue.keys.folder / PRIVATE).unlink()
    assert everything_public(catalogue) == {ids["public"]}
    with pytest.raises(KeyUnusable, match="key import"):
        review.examine(catalogue, ids["hidden"], Aspect.TRUTHFULNESS, Outcome.PASSED, "审查员", "看过")
    # Nothing stands in the way of a withdrawal.
    review.decide(catalogue, ids["public"], Verdict.WITHDRAW, "审查员", "有误")
    assert everything_public(catalogue) == set()


def test_keys_are_readable_for_their_owner_only(catalogue: Catalogue) -> None:
    for path in (catalogue.keys.folder / PRIVATE, catalogue.keys.folder / PUBLIC):
        assert path.stat().st_mode & 0o77 == 0
    assert catalogue.keys.folder.stat().st_mode & 0o77 == 0


def test_a_key_on_paper_comes_back_as_it_was_and_a_slip_is_noticed(tmp_path: Path) -> None:
    key = Seals(tmp_path / "keys").make()
    typed = "\n\n".join(f" {line.upper().replace(' ', '  ')} " for line in key.written().splitlines())
    assert Key.read(typed, "纸上").written() == key.written()
    head, *lines = key.written().splitlines()
    wrong = "\n".join([head, *(line.replace("3", "8") for line in lines)])
    with pytest.raises(KeyUnusable, match="校验码"):
        Key.read(wrong, "纸上")


def test_a_seal_holds_for_its_purpose_and_its_key(tmp_path: Path) -> None:
    keys = Seals(tmp_path / "keys")
    keys.make()
    seal = keys.sign("audit", b"x")
    assert keys.verify("audit", b"x", seal)
    assert not keys.verify("approval", b"x", seal)
    assert not keys.verify("audit", b"y", seal)
    keys.make()
    assert not keys.verify("audit", b"x", seal)
    assert keys.verify("audit", b"x", seal, former=True)
    assert len(list((keys.folder / FORMER).iterdir())) == 1


def test_an_address_tells_nothing_without_the_key(tmp_path: Path) -> None:
    first, second = Seals(tmp_path / "first"), Seals(tmp_path / "second")
    key = first.make()
    second.make()
    content = "0" * 64
    assert first.address(content) != second.address(content)
    second.make(Key.new(addresses=key.addresses))
    assert first.address(content) == second.address(content)
    assert len(first.address(content)) == 12


def test_the_public_counts_only_the_versions_that_it_saw(
    catalogue: Catalogue, intake: Intake, ids: dict[str, str], write: Callable[[str, str], Path]
) -> None:
    for text_ in ("第二稿，没有公开。", "第三稿，公开。"):
        intake.receive(Item(write("public.txt", f"关于public的通知\n{text_}\n"), "public"))
    publish(catalogue, ids["public"])
    shown = catalogue.public(ids["public"])
    assert (shown.version, shown.public_number) == (3, 2)
    assert [each.version for each in publications.approved_versions(catalogue, ids["public"])] == [1, 2]
