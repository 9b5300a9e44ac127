"""The page of the nights: what failed and why is open, and a good night is one line."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.registers.roles import Role
from tests.web.conftest import Site, client_of
from tests.web.staff.conftest import DeskSite
from web.installation import nights
from web.installation.nights import Outcome, Record, Step

# What pages look like, which is alike over any database.
pytestmark = pytest.mark.page


def recorded(data: Path) -> None:
    """Record a night that went well, and a later one on which the backup failed."""
    for outcome in (Outcome.DONE, Outcome.FAILED):
        record = Record(data)
        record.night.began = datetime(2026, 1, 1 + (outcome is Outcome.FAILED), 18, tzinfo=UTC)
        record.begin()
        record.add(Step("due", Outcome.DONE, 1.2, ("第一行", "到期 0 件。")))
        record.add(Step("backup", outcome, 3, ("<b>备份盘", "没有挂上")))
        record.end()


def test_the_last_nights_are_listed_with_what_failed(site: DeskSite) -> None:
    admin, data = site[Role.ADMINISTRATOR], site.services.settings.data
    assert "还没有运行过" in admin.get("/nights").text
    recorded(data)
    page = site[Role.AUDITOR].get("/nights").text
    assert re.findall(r"<summary>(2026-01-0\d)", page) == ["2026-01-03", "2026-01-02"], "by the office's clock"
    assert re.findall("<details( open)?>", page) == [" open", ""]
    assert "备份没有做成" in page and "全部做成" in page and "&lt;b&gt;备份盘<br>没有挂上" in page
    assert "第一行" not in page and "到期 0 件。" in page
    (data / nights.STAMP).write_text((datetime.now(UTC) - timedelta(days=3)).isoformat())
    assert "已有一夜以上没有全部做成" in admin.get("/nights").text


def test_a_terminal_says_that_nights_have_failed(own: Site) -> None:
    data = own.services.settings.data
    edition = own.client.get("/edition").text
    (data / "brought-up").write_text(datetime.now(UTC).isoformat())
    (data / nights.STAMP).write_text((datetime.now(UTC) - timedelta(days=3)).isoformat())
    assert own.client.get("/edition").text != edition
    assert "请告诉工作人员" in client_of(own.services).get("/?terminal=1").text
    assert "请告诉工作人员" not in client_of(own.services).get("/").text
    ready = own.client.get("/readyz").json or {}
    assert 3 * 86_400 <= ready["night_age_seconds"] < 3 * 86_400 + 60
