"""No column of the catalogue can be changed, and no row taken away or repeated, without ``verify`` telling it.

The records are left aside: whoever can write to the database may write to them too.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Column, ColumnElement, Table, and_, create_engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from archive.custody import fixity
from archive.decisions import afterwards, corrections, relations, returned, review, scheduled, stops, validity
from archive.decisions.returned import Point
from archive.document import Disclosure, Outcome, Settlement, Validity, Verdict
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store.catalogue import Catalogue
from archive.store.tables import metadata
from tests.archive.conftest import Moulding, Write
from tests.archive.store.test_seals import inside
from tests.conftest import Mould, Some, in_a_file

pytestmark = in_a_file
TODAY = date(2026, 1, 1)
AGAIN = 9999
# What a change of which does no harm, and why.
EXEMPT = {
    # The last seal of a decision counts, and proves itself: a spoilt one is told as none.
    "seals": {"id", "document_id", "version", "decision_id", "text", "metadata", "files", "seal", "sealed_at", "again"},
    # An index reads a document once more than it had to, or in another order.
    "changes": {"sequence", "again"},
    # A job does its days again, or is told late (by the monitoring).
    "calendar": {"job", "done_until", "delete"},
    # Only a rebuild asks it, of an approval from before there were seals.
    "rules": {"name", "since", "delete"},
    # There is one row, and which one is not asked.
    "audit_head": {"id", "again"},
}
OTHER = {
    "status": ("waiting", "refused"),
    "outcome": ("failed", "passed"),
    "disclosure": ("不予公开", "依申请公开"),
    "verdict": ("reject", "withdraw"),
    "public_verdict": ("takeover", "approve"),
    "stage": ("refused", "confirmed"),
    "aspect": ("truthfulness", "confidentiality"),
    "decision": ("masked", "keep"),
}


@pytest.fixture(scope="module")
def mould(moulding: Moulding) -> Mould:
    """Make documents in each state that there is, with at least one row in each table."""

    def fill(catalogue: Catalogue, intake: Intake, write: Write) -> dict[str, str]:
        told = "关于{}的通知\n《云溪县旧办法》同时废止。\n联系人手机：13800138000\n"

        def taken_in(name: str) -> str:
            item = Item(
                write(f"{name}.txt", told.format(name)), name, attachments=(write(f"{name}附件.txt", "附表。"),)
            )
            return str(intake.receive(item).document_id)

        ids = {name: taken_in(name) for name in "甲乙丙丁戊"}
        for name in "甲丙丁戊":
            stops.settle(catalogue, ids[name], 1, Settlement.KEEP, "张三", "公务电话")
        for name in "甲丙丁":
            review.vouch(catalogue, ids[name], "李四", "核对原件")
        for name in "甲丁":
            review.decide(catalogue, ids[name], Verdict.APPROVE, "王五")
        review.decide(catalogue, ids["丁"], Verdict.WITHDRAW, "王五", "有误", replacement=ids["甲"])
        scheduled.plan(catalogue, ids["丙"], datetime.now(UTC) + timedelta(days=1), "王五", "按期")
        corrections.correct(catalogue, ids["丙"], "title", "关于丙的又一通知", "张三", "原件如此", sure=True)
        review.classify(catalogue, ids["乙"], Disclosure.WITHHELD, "张三", "依据", "国家秘密")
        review.classify(catalogue, ids["乙"], Disclosure.ON_REQUEST, "张三", "另有依据")
        returned.send_back(catalogue, ids["乙"], "王五", [Point("正文", "缺日期"), Point("附件", "缺页")])
        returned.tick(catalogue, ids["乙"], returned.of(catalogue, ids["乙"])[0].id, "收文员", "补了")
        corrections.correct(catalogue, ids["乙"], "title", "关于乙的又一通知", "张三", "原件如此", sure=True)
        review.approve_alone(catalogue, ids["戊"], "陈七", "只有一人", 1, True)
        afterwards.look(catalogue, ids["戊"], "赵六", Outcome.PASSED, "看过")
        validity.record(catalogue, ids["甲"], Validity.REPEALED, "登记员", "另有规定", TODAY, by_id=ids["戊"])
        validity.record(catalogue, ids["甲"], Validity.IN_FORCE, "登记员", "登记有误", TODAY, date(2027, 1, 1))
        relations.refuse(catalogue, relations.proposals(catalogue)[0].id, "张三", "不是")
        validity.turn(catalogue, TODAY)
        return ids

    return moulding(fill)


@pytest.fixture
def ids(mould: Mould) -> list[str]:
    return [*mould.ids.values()]


def told(catalogue: Catalogue) -> list[str]:
    """Return what a night tells that doesn't read the records, or whether there are the triggers."""
    found = (*fixity._agreement(catalogue), *fixity._seals(catalogue))
    broken = catalogue.audit_break()
    return [*(each.sentence for each in found), *([broken.reason] if broken else [])]


def another(column: Column[Any], value: Any) -> Any:
    """Return another value that a column could have."""
    if column.name in OTHER:
        one, two = OTHER[column.name]
        return two if value == one else one
    kind = column.type.python_type
    if kind is str:
        return "2020-01-01T00:00:00+00:00" if column.name.endswith("_at") or column.name == "at" else f"{value or ''}x"
    if kind is int:
        return 1 - value if column.name in ("forced", "blocks", "original") else (value or 0) + 1
    if kind is date:
        return date(2020, 1, 1)
    return {**value, "x": "1"} if isinstance(value, dict) else [*(value or ()), "x"]


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_no_edit_goes_unseen(catalogue: Catalogue, url: str, ids: list[str], table: Table, some: Some) -> None:
    assert told(catalogue) == []
    key = [*table.primary_key.columns]
    with inside(url) as connection:
        rows = [dict(row) for row in connection.execute(select(table).order_by(*key)).mappings()]
    assert rows
    engine = create_engine(url)

    def this(row: dict[str, Any]) -> ColumnElement[bool]:
        return and_(*(column == row[column.name] for column in key))

    def seen(do: Any, undo: Any) -> bool:
        with engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
            try:
                connection.execute(do)
            except IntegrityError:
                return True
        found = told(catalogue) != []
        with engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
            connection.execute(undo)
        return found

    exempt = EXEMPT.get(table.name, set())
    unseen: set[str] = set()
    for row in rows if table.name == "documents" else some([rows[0], rows[-1]]):
        for column in table.columns:
            fresh = {column.name: another(column, row[column.name])}
            edit = update(table).where(this(row)).values(fresh)
            if column.name not in exempt and not seen(edit, update(table).where(this({**row, **fresh})).values(row)):
                unseen.add(column.name)
        if "delete" not in exempt and not seen(delete(table).where(this(row)), insert(table).values(row)):
            unseen.add("delete")
        if len(key) == 1 and key[0].type.python_type is int and "again" not in exempt:
            copy = {**row, key[0].name: AGAIN}
            if not seen(insert(table).values(copy), delete(table).where(this(copy))):
                unseen.add("again")
    assert unseen == set()
    assert told(catalogue) == []
    engine.dispose()
