"""What acts leave behind is noted row by row in the sealed log, so that none is changed, added or taken away unseen."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from archive.custody import fixity
from archive.custody.fixity import ROUND, Damage
from archive.custody.rebuild import rebuild
from archive.decisions import relations, returned, review, scheduled, stops
from archive.decisions.returned import Point
from archive.decisions.scheduled import Running
from archive.document import Settlement, Verdict
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store import held, noted
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.records import _rows
from archive.store.tables import schedules
from tests.archive.conftest import Moulding, Write
from tests.archive.store.test_held import as_an_earlier_program_left_it
from tests.archive.store.test_seals import inside
from tests.conftest import Mould, NewDatabase

TOMORROW = datetime.now(UTC) + timedelta(days=1)
LATER = TOMORROW + timedelta(hours=1)


@pytest.fixture(scope="module")
def mould(moulding: Moulding) -> Mould:
    """Make documents that nobody has published: one that is to be tomorrow, one sent back and put right, one open."""

    def fill(catalogue: Catalogue, intake: Intake, write: Write) -> dict[str, str]:
        told = "关于{}的通知\n《云溪县旧办法》同时废止。\n联系人手机：13800138000\n"
        made = {
            name: str(intake.receive(Item(write(f"{name}.txt", told.format(name)), name)).document_id)
            for name in ("甲", "乙", "丙")
        }
        intake.receive(Item(write("丁.txt", told.format("甲")), "丁"))
        stops.settle(catalogue, made["甲"], 1, Settlement.KEEP, "张三", "公务电话")
        review.vouch(catalogue, made["甲"], "李四", "核对原件")
        scheduled.plan(catalogue, made["甲"], TOMORROW, "王五", "按期")
        returned.send_back(catalogue, made["乙"], "王五", [Point("正文", "缺日期"), Point("附件", "缺页")])
        returned.tick(catalogue, made["乙"], returned.of(catalogue, made["乙"])[0].id, "收文员", "补了")
        return made

    return moulding(fill)


@pytest.fixture
def ids(mould: Mould) -> list[str]:
    return [*mould.ids.values()]


def night(catalogue: Catalogue, blobs: Blobs) -> set[Damage]:
    """Return what the first night tells on which none of the originals is due, but for triggers and files of nobody."""
    found = (fixity.verify(catalogue, blobs, date(2026, 1, 1) + timedelta(days=n), print) for n in range(ROUND))
    report = next(report for report in found if report.verified == 0)
    return {finding.kind for finding in report.findings} - {Damage.RULES, Damage.UNTRACKED}


def in_line(catalogue: Catalogue) -> None:
    """Bring all records in line with the database, as somebody would who can write to both."""
    with catalogue.reading() as connection:
        for id in catalogue.ids():
            catalogue.records._write(id, _rows(connection, id))


EDITS = [
    "UPDATE schedules SET publish_at = '2026-01-01T00:00:00+00:00'",
    "UPDATE schedules SET person = '某某'",
    "UPDATE schedules SET boot = 'x', uptime = 0",
    "DELETE FROM schedules",
    "INSERT INTO schedules (id, document_id, version, stage, publish_at, person, reason, boot, uptime, decided_at)"
    " SELECT 99, document_id, 1, 'cancelled', publish_at, person, reason, boot, uptime, decided_at FROM schedules",
    "UPDATE objections SET wrong = '没有'",
    "UPDATE objections SET place = '别处'",
    "DELETE FROM objections WHERE number = 2",
    "UPDATE remedies SET note = '没补'",
    "UPDATE remedies SET person = '某某'",
    "DELETE FROM remedies",
    "UPDATE sources SET signature = 'x'",
    "UPDATE sources SET source = '戊' WHERE source = '丁'",
    "UPDATE sources SET document_id = (SELECT MAX(id) FROM documents WHERE id <> sources.document_id)",
    "DELETE FROM sources WHERE original = 0",
    "UPDATE prechecks SET rules = '1'",
    "UPDATE prechecks SET found = 0",
    "UPDATE findings SET blocks = 0",
    "UPDATE findings SET excerpt = '无'",
    "UPDATE settlements SET decided_at = '2026-01-01T00:00:00+00:00'",
    "UPDATE relations SET title = '别的办法'",
    "DELETE FROM relations",
]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_told_though_the_record_says_the_same(
    catalogue: Catalogue, url: str, blobs: Blobs, ids: list[str], edit: str
) -> None:
    assert night(catalogue, blobs) == set()
    with inside(url) as connection:
        assert connection.execute(text(edit)).rowcount
    in_line(catalogue)
    assert night(catalogue, blobs) == {Damage.DECISIONS}


def test_an_honest_act_afterwards_does_not_make_an_edit_good(
    catalogue: Catalogue, url: str, blobs: Blobs, ids: list[str]
) -> None:
    with inside(url) as connection:
        connection.execute(text("UPDATE schedules SET reason = '另有原因'"))
    in_line(catalogue)
    scheduled.cancel(catalogue, ids[0], "王五", "改期")
    assert night(catalogue, blobs) == {Damage.DECISIONS}


def test_what_honest_acts_do_is_no_difference(
    catalogue: Catalogue, blobs: Blobs, ids: list[str], intake: Intake, write: Write
) -> None:
    # One becomes public at its time; another was public before it, and is later withdrawn.
    elsewhere = Running("another start", 0)
    assert [each.public for each in scheduled.due(catalogue, LATER, elsewhere)] == [True]
    stops.settle(catalogue, ids[2], 1, Settlement.KEEP, "张三", "公务电话")
    review.vouch(catalogue, ids[2], "李四", "核对原件")
    scheduled.plan(catalogue, ids[2], TOMORROW, "王五")
    review.decide(catalogue, ids[2], Verdict.APPROVE, "王五")
    assert [each.told for each in scheduled.due(catalogue, LATER, elsewhere)] == ["已经提前公开。"]
    assert night(catalogue, blobs) == set()
    review.decide(catalogue, ids[2], Verdict.WITHDRAW, "王五", "有误")
    relations.refuse(catalogue, relations.proposals(catalogue)[0].id, "张三", "不是")
    # A copy's source brings another file, and a document's own a new version.
    intake.receive(Item(write("丁.txt", "关于丁的通知\n请落实。\n"), "丁"))
    intake.receive(Item(write("丙.txt", "关于丙的通知\n改了。\n"), "丙", note="更正"))
    assert night(catalogue, blobs) == set()


def test_what_failed_at_its_time_is_noted_too(catalogue: Catalogue, url: str, blobs: Blobs, ids: list[str]) -> None:
    told = scheduled.due(catalogue, LATER, Running("another start", 0), lambda person: f"{person}已经离职，")
    assert [each.public for each in told] == [False]
    with catalogue.reading() as connection:
        assert [*connection.scalars(select(schedules.c.stage).order_by(schedules.c.id))] == ["set", "refused"]
    assert night(catalogue, blobs) == set()
    with inside(url) as connection:
        connection.execute(text("UPDATE schedules SET reason = '无' WHERE stage = 'refused'"))
    in_line(catalogue)
    assert night(catalogue, blobs) == {Damage.DECISIONS}


def test_a_record_whose_rows_were_changed_is_not_rebuilt(
    catalogue: Catalogue, database: NewDatabase, tmp_path: Path, ids: list[str]
) -> None:
    rows = catalogue.records.read(ids[0])
    changed = {name: [dict(row) for row in each] for name, each in rows.items()}
    changed["schedules"][0]["publish_at"] = "2026-01-01T00:00:00+00:00"
    catalogue.records._write(ids[0], changed)
    with closing(Catalogue(database(), tmp_path, empty=True)) as again:
        assert [error.id for error in rebuild(again).damaged] == [ids[0]]


def test_an_archive_of_before_says_so_until_it_is_brought_up(
    catalogue: Catalogue, url: str, blobs: Blobs, ids: list[str]
) -> None:
    as_an_earlier_program_left_it(catalogue, url)
    held.take_over(catalogue)
    assert not noted.is_whole(catalogue)
    assert night(catalogue, blobs) == {Damage.DECISIONS}
    with inside(url) as connection:
        connection.execute(text("UPDATE sources SET signature = 'x' WHERE document_id = :id"), {"id": ids[2]})
    # Its record says something else: nobody may answer for it.
    assert noted.take_over(catalogue) == held.TakenOver(2, (ids[2],))
    with catalogue.reading() as connection:
        told = [*noted.Known(connection).differences(connection)]
    assert {(each.id, each.unknown) for each in told} == {(ids[2], True)}
    in_line(catalogue)
    assert noted.take_over(catalogue) == held.TakenOver(1, ())
    assert noted.is_whole(catalogue) and night(catalogue, blobs) == set()
    # From now on a row that the log does not know is nobody's.
    with inside(url) as connection:
        row = connection.execute(select(schedules)).mappings().one()
        connection.execute(insert(schedules).values(**{**row, "id": 99, "document_id": ids[2]}))
    in_line(catalogue)
    with catalogue.reading() as connection:
        (found,) = noted.Known(connection).differences(connection)
    assert (found.id, found.unknown) == (ids[2], False)


def as_the_first_edition_told(details: dict[str, Any]) -> dict[str, Any]:
    """Leave out of an event what was noted of decisions and what they rest on."""
    second = {table.name for table in noted._SECOND}
    kept = {key: digest for key, digest in details.get(noted.ROWS, {}).items() if key.split()[0] not in second}
    rest = {name: value for name, value in details.items() if name not in noted.DETAILS}
    return rest | ({noted.ROWS: kept} if kept else {})


def test_an_archive_whose_log_knew_fewer_tables_is_brought_up(
    catalogue: Catalogue, url: str, blobs: Blobs, ids: list[str]
) -> None:
    as_an_earlier_program_left_it(catalogue, url, as_the_first_edition_told)
    assert not noted.is_whole(catalogue) and night(catalogue, blobs) == {Damage.DECISIONS}
    with inside(url) as connection:
        # What the log of before knew is not taken over from a database that says something else.
        row = connection.execute(select(schedules)).mappings().one()
        connection.execute(insert(schedules).values(**{**row, "id": 99, "document_id": ids[2]}))
    in_line(catalogue)
    assert noted.take_over(catalogue) == held.TakenOver(3, ())
    with catalogue.reading() as connection:
        assert [each.id for each in noted.Known(connection).differences(connection)] == [ids[2]]
    with inside(url) as connection:
        connection.execute(text("DELETE FROM schedules WHERE id = 99"))
    in_line(catalogue)
    assert night(catalogue, blobs) == set()
    with inside(url) as connection:
        connection.execute(text("UPDATE classifications SET decided_at = '2020-01-01T00:00:00+00:00'"))
    in_line(catalogue)
    assert night(catalogue, blobs) == {Damage.DECISIONS}
