"""Daily monitoring at the desk: findings are answered and closed by two persons, and the columns are shown."""

from datetime import date, datetime, timedelta

import pytest
import time_machine

from archive.chinese.dates import OFFICE_TIME
from archive.monitoring import Freshness, Seen, Standards
from archive.registers.books.book import Book
from archive.registers.books.findings import LOOKED_FOR, SPEC, Finding, Problem, keep
from archive.registers.roles import Role
from tests.web.staff.conftest import DeskSite
from web.installation import boards

# Their statements are executed over either database by the archive's own tests.
pytestmark = pytest.mark.page
STALE = Finding(Problem.STALE, "工作动态", "最近一件是 2026-08-01 发布的。", "县政府办")


def test_a_finding_is_answered_by_one_and_closed_by_another(site: DeskSite, clock: time_machine.Traveller) -> None:
    book, now = Book(SPEC, site.staff, site.services.catalogue), datetime.now(OFFICE_TIME)
    clock.move_to(now - timedelta(days=9))
    keep(book, [STALE], LOOKED_FOR, date(2026, 8, 30))
    clock.move_to(now)
    (entry,) = book.all()
    clerk, reviewer, at = site[Role.CLERK], site[Role.REVIEWER], f"/registers/findings/{entry.id}"
    assert "已过 2026-08-30，逾期 2 天" in clerk.get("/registers/findings").text
    assert "1 条已经超过整改期限" in clerk.get("/registers").text
    form = {name: str(value) for name, value in entry.facts.items()}
    form |= {"answer": "已经更新。", "answered_on": "2026-09-01"}
    assert site[Role.PUBLISHER].post(f"{at}/change", last=str(entry.last), **form).status_code == 403
    assert clerk.post(f"{at}/change", last=str(entry.last), **form).status_code == 303
    keep(book, [], LOOKED_FOR, date(2026, 9, 8))
    entry = book.entry(entry.id)
    form = {name: str(value) for name, value in entry.facts.items()} | {"closed_on": "2026-09-01"}
    refused = clerk.post(f"{at}/change", last=str(entry.last), **form)
    assert refused.status_code == 409 and "销号日须由另一人登记" in refused.text
    assert reviewer.post(f"{at}/change", last=str(entry.last), **form).status_code == 303
    assert book.entry(entry.id).facts["closed_on"] == "2026-09-01"


def test_the_columns_are_shown_with_the_days_left_by_today(site: DeskSite) -> None:
    clerk, data = site[Role.CLERK], site.services.settings.data
    assert "还没有监测过" in clerk.get("/registers/findings/board").text
    columns = [
        Freshness("工作动态", 3, date(2026, 8, 10), date(2026, 8, 24), "县政府办"),
        Freshness("<b>公告</b>", 1, date(2026, 8, 1), date(2026, 9, 5)),
        Freshness("招考录用", 0, None, None),
    ]
    seen = Seen(date(2026, 8, 31), 4, columns, [STALE])
    boards.save(data, seen, Standards({}, {}, {"栏目不更新": 1}, 7))
    page = clerk.get("/registers/findings/board").text
    assert "逾期 8 天" in page and ">4 天<" in page and "空白栏目" in page and "&lt;b&gt;公告" in page
    assert "达到单项否决的界限（1 个）" in page
    (data / boards.FILE).write_text("{", encoding="utf-8")
    assert "还没有监测过" in clerk.get("/registers/findings/board").text
    assert site[Role.SOURCE].get("/registers/findings/board").status_code == 403
