"""An outcome says what holds, also when the disk or the database fails on the way; a full disk ends the intake."""

import errno
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import psycopg
import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from archive.decisions import review
from archive.document import Verdict
from archive.errors import DiskFull, GongkaiError, NotRecorded
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake, Receipt, Result
from archive.store import catalogue as catalogues
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.records import Record, Records

Write = Callable[[str, str], Path]


@pytest.fixture
def items(write: Write) -> list[Item]:
    return [Item(write(f"{n}.txt", f"关于第{n}项工作的通知\n\n请落实第{n}项。\n"), f"file:{n}") for n in range(6)]


@pytest.fixture
def portal(catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox) -> Intake:
    return Intake(catalogue, blobs, sandbox, actor="移交", already_published=True)


def taken_in(intake: Intake, items: Sequence[Item]) -> tuple[list[Receipt], Exception | None]:
    receipts = []
    try:
        for receipt in intake.receive_all(items):
            receipts.append(receipt)
    except Exception as error:  # noqa: BLE001, RUF100 - whatever it is, the test looks at it
        return receipts, error
    return receipts, None


def failing(monkeypatch: pytest.MonkeyPatch, number: int, at: int = 3) -> None:
    """Let the record of one document fail, which is written after the commit."""
    write, count = Records._write, iter(range(1, 1000))

    def failing(self: Records, id: str, rows: Record) -> None:
        if next(count) >= at:
            raise OSError(number, "no", str(self.path(id)))
        write(self, id, rows)

    monkeypatch.setattr(Records, "_write", failing)


def test_what_was_committed_on_a_disk_that_became_full_is_not_called_refused(
    portal: Intake, catalogue: Catalogue, items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, errno.ENOSPC)
    receipts, error = taken_in(portal, items)
    assert isinstance(error, DiskFull)
    assert str(catalogue.records.folder) in str(error)
    assert [receipt.result for receipt in receipts] == [Result.TAKEN] * 3
    assert "已经公开" in receipts[-1].reason and "磁盘已满" in receipts[-1].reason
    assert {receipt.document_id for receipt in receipts} == {each.id for each in catalogue.public_all()}
    assert {each.id for each in catalogue.public_all()} == {*catalogue.ids()}
    # With room again, the rest goes in, and the record that was missing is written.
    monkeypatch.undo()
    receipts, error = taken_in(portal, items)
    assert error is None
    assert [receipt.result for receipt in receipts] == [Result.HELD] * 3 + [Result.TAKEN] * 3
    for id in catalogue.ids():
        catalogue.check_record(id)


def test_a_document_that_is_there_again_and_one_that_changed_are_told_as_such(
    portal: Intake, catalogue: Catalogue, items: list[Item], write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_in(portal, items[:2])
    changed = Item(write("0.txt", "关于第0项工作的通知\n\n另有安排。\n"), "file:0")
    copy = Item(items[1].path, "file:copy")
    for item, result in ((changed, Result.CHANGED), (copy, Result.HELD)):
        with monkeypatch.context() as patch:
            failing(patch, errno.EDQUOT, at=1)
            (receipt,), error = taken_in(portal, [item])
        assert receipt.result is result
        assert isinstance(error, DiskFull)
        # Nothing goes on before the records have caught up.
        catalogue.record()


@pytest.mark.parametrize("where", ["originals", "database", "server"])
def test_an_intake_stops_at_the_first_sign_of_a_full_disk(
    portal: Intake, catalogue: Catalogue, blobs: Blobs, items: list[Item], monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    tried: list[Catalogue] = []
    if where == "originals":
        put = Blobs._put

        # By name, not by count: files are read ahead by two threads, so the third may come before the second.
        def full(self: Blobs, stream: BinaryIO) -> tuple[str, int]:
            if Path(stream.name).resolve() not in {items[0].path, items[1].path}:
                raise OSError(errno.ENOSPC, "no")
            return put(self, stream)

        monkeypatch.setattr(Blobs, "_put", full)
    else:
        transaction = Catalogue._transaction
        why = psycopg.errors.DiskFull("no") if where == "server" else _sqlite_full()

        @contextmanager
        def stopped(self: Catalogue) -> Iterator[Connection]:
            tried.append(self)
            with transaction(self) as connection:
                yield connection
                if len(tried) > 2:
                    raise OperationalError("COMMIT", {}, why)

        monkeypatch.setattr(Catalogue, "_transaction", stopped)
    receipts, error = taken_in(portal, items)
    assert isinstance(error, DiskFull)
    told = {"originals": str(blobs.folder), "database": str(blobs.folder), "server": "PostgreSQL"}
    assert told[where] in str(error)
    assert [receipt.result for receipt in receipts] == [Result.TAKEN] * 2
    assert len(catalogue.ids()) == 2
    if where != "originals":
        assert len(tried) == 3


def _sqlite_full() -> Exception:
    from tests.archive.store.test_space import full_database

    return full_database().orig  # type: ignore[return-value]  # it has one


def test_another_failure_after_the_commit_is_told_with_what_holds_and_stops(
    portal: Intake, catalogue: Catalogue, items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, errno.EIO)
    receipts, error = taken_in(portal, items)
    assert isinstance(error, NotRecorded)
    assert [receipt.result for receipt in receipts] == [Result.TAKEN] * 3
    assert "已经公开" in receipts[-1].reason
    assert len(catalogue.ids()) == 3


def test_a_decision_that_could_not_be_recorded_says_that_it_holds(
    portal: Intake, catalogue: Catalogue, items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    (receipt,), _ = taken_in(portal, items[:1])
    id = str(receipt.document_id)
    with monkeypatch.context() as patch:
        failing(patch, errno.ENOSPC, at=1)
        with pytest.raises(NotRecorded, match="已经生效.*磁盘已满"):
            review.decide(catalogue, id, Verdict.WITHDRAW, "审查员", "有误")
    assert catalogue.public_count() == 0
    catalogue.record()
    catalogue.check_record(id)


def test_an_archive_whose_records_lag_opens_on_a_full_disk(
    portal: Intake,
    catalogue: Catalogue,
    items: list[Item],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    url = catalogue._engine.url.render_as_string(hide_password=False)
    for number in (errno.ENOSPC, errno.EIO):
        with monkeypatch.context() as patch:
            failing(patch, number, at=1)
            taken_in(portal, items[:1] if number == errno.ENOSPC else items[1:2])
            if number == errno.ENOSPC:
                catalogues.Catalogue(url, tmp_path).close()
                assert "磁盘已满" in caplog.text
            else:
                with pytest.raises(GongkaiError):
                    catalogues.Catalogue(url, tmp_path)
