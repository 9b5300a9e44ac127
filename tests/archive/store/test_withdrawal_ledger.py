"""The withdrawal ledger, which keeps documents withdrawn whatever older database is restored."""

import shutil
from pathlib import Path

import pytest

from archive.decisions import review
from archive.document import Status, Verdict
from archive.errors import DecisionRefused, WithdrawalsDamaged
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store.catalogue import Catalogue
from archive.store.withdrawal_ledger import Withdrawal, WithdrawalLedger
from tests.conftest import in_a_file, publish

ONE = Withdrawal("t1", "d1", 1, "审查员", "有误", None, "2020-01-01T00:00:00+00:00")
TWO = Withdrawal("t2", "d2", 3, "审查员", "重复", "d1", "2020-01-02T00:00:00+00:00")


@pytest.fixture
def ledger(tmp_path: Path) -> WithdrawalLedger:
    return WithdrawalLedger(tmp_path / "withdrawals.jsonl")


def test_withdrawals_are_read_as_they_were_written(ledger: WithdrawalLedger) -> None:
    assert ledger.all() == []
    ledger.append(ONE)
    ledger.append(TWO)
    assert ledger.all() == [ONE, TWO]


def test_a_line_that_a_crash_cut_off_is_not_there_and_is_replaced(ledger: WithdrawalLedger) -> None:
    ledger.append(ONE)
    whole = ledger.path.read_bytes()
    ledger.append(TWO)
    for cut in range(len(whole), len(ledger.path.read_bytes())):
        torn = WithdrawalLedger(ledger.path.with_name("torn.jsonl"))
        torn.path.write_bytes(ledger.path.read_bytes()[:cut])
        assert torn.all() == [ONE]
        torn.append(TWO)
        assert torn.all() == [ONE, TWO]


@pytest.mark.parametrize("line", [b"{}", b"[]", b"1", b"{", b"[" * 200_000])
def test_a_line_that_cannot_be_read_is_named_and_never_passed_over(ledger: WithdrawalLedger, line: bytes) -> None:
    ledger.append(ONE)
    ledger.path.write_bytes(line + b"\n" + ledger.path.read_bytes())
    with pytest.raises(WithdrawalsDamaged, match="第 1 行"):
        ledger.all()


@pytest.fixture
def ids(intake: Intake, tmp_path: Path) -> list[str]:
    found = []
    for name in ("甲", "乙"):
        path = tmp_path / f"{name}.txt"
        path.write_text(f"关于{name}的通知\n内容。\n", encoding="utf-8")
        found.append(str(intake.receive(Item(path, name)).document_id))
    return found


@in_a_file
def test_a_database_of_before_the_withdrawal_learns_of_it(catalogue: Catalogue, ids: list[str], tmp_path: Path) -> None:
    for id in ids:
        publish(catalogue, id)
    shutil.copy(tmp_path / "catalogue.sqlite3", tmp_path / "before.sqlite3")
    shutil.copy(tmp_path / "catalogue.sqlite3-wal", tmp_path / "before.sqlite3-wal")
    review.decide(catalogue, ids[0], Verdict.WITHDRAW, "审查员", "含个人信息", replacement=ids[1])
    before = Catalogue(f"sqlite:///{tmp_path}/before.sqlite3", tmp_path)
    assert before.public_count() == 2
    assert review.reapply_withdrawals(before) == [ids[0]]
    assert [document.id for document in before.public_all()] == [ids[1]]
    assert before.newest(ids[0]).status is Status.WITHDRAWN
    assert before.audit_break() is None
    # A withdrawal is reapplied only once, so that a person may publish the document again.
    assert review.reapply_withdrawals(before) == []
    publish(before, ids[0])
    assert review.reapply_withdrawals(before) == []
    assert before.public_count() == 2
    before.close()


def test_a_withdrawal_that_was_not_committed_takes_effect(catalogue: Catalogue, ids: list[str]) -> None:
    publish(catalogue, ids[0])
    catalogue.withdrawal_ledger.append(Withdrawal("t", ids[0], 1, "审查员", "有误", None, "2020-01-01T00:00:00+00:00"))
    assert review.reapply_withdrawals(catalogue) == [ids[0]]
    assert catalogue.public_count() == 0


def test_a_withdrawal_that_cannot_be_written_down_is_not_made(
    catalogue: Catalogue, ids: list[str], tmp_path: Path
) -> None:
    publish(catalogue, ids[0])
    catalogue.withdrawal_ledger.path.mkdir()
    with pytest.raises(OSError, match="directory"):
        review.decide(catalogue, ids[0], Verdict.WITHDRAW, "审查员", "有误")
    assert catalogue.public_count() == 1


def test_nothing_replaces_itself_or_is_replaced_by_nothing_known(catalogue: Catalogue, ids: list[str]) -> None:
    publish(catalogue, ids[0])
    with pytest.raises(DecisionRefused, match="自身"):
        review.decide(catalogue, ids[0], Verdict.WITHDRAW, "审查员", "有误", replacement=ids[0])
    assert catalogue.withdrawal_ledger.all() == []


def test_a_portal_taken_over_anew_does_not_bring_back_what_the_ledger_names(
    catalogue: Catalogue, ids: list[str], intake: Intake
) -> None:
    publish(catalogue, ids[0])
    review.decide(catalogue, ids[0], Verdict.WITHDRAW, "审查员", "有误")
    with catalogue.reading() as connection:
        assert review.ever_stopped(catalogue, connection, ids[0])
        assert not review.ever_stopped(catalogue, connection, ids[1])
