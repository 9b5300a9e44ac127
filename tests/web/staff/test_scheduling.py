"""Publication at a time, set and cancelled at the desk."""

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
import time_machine

from archive.chinese.dates import OFFICE_TIME
from archive.decisions import review, scheduled
from archive.decisions.scheduled import Running
from archive.document import Aspect, Outcome, Status, Verdict
from archive.registers.roles import Role
from archive.registers.staff import Staff
from tests.web.staff.conftest import DeskSite
from tests.web.staff.test_correcting import settle
from web.commands.worker import Upkeep

# Their statements are executed over either database by the archive's own tests.
pytestmark = pytest.mark.page


def ready(site: DeskSite) -> str:
    """Bring the document to where only the approval is lacking; return its page."""
    settle(site)
    review.vouch(site.services.catalogue, site.id, "乙二", "看过")
    return f"/documents/{site.id}"


def test_a_publisher_sets_a_time_and_cancels_it(site: DeskSite) -> None:
    page, publisher = ready(site), site[Role.PUBLISHER]
    at = datetime.now(OFFICE_TIME) + timedelta(days=1)
    form = {"act": "schedule", "day": f"{at:%Y-%m-%d}", "clock": "09:30", "reason": "统一发布"}
    for wrong, why in (
        ({"clock": "25:00"}, "不是可用的时间"),
        ({"day": "2020-01-01"}, "已经过去"),
        ({"day": ""}, "不是"),
    ):
        answer = publisher.post(f"{page}/schedule", page, **{**form, **wrong})
        assert answer.status_code == 409 and why in answer.text
        assert "统一发布</textarea>" in answer.text
    assert publisher.post(f"{page}/schedule", page, **form).status_code == 303
    shown = publisher.get(page).text
    assert f"已定于 <strong>{at:%Y-%m-%d} 09:30</strong>（北京时间）公开第 1 版，丙三决定：统一发布" in shown
    assert f"定于 {at:%Y-%m-%d} 09:30 公开" in publisher.get("/queue?step=定时公开").text
    assert "定时公开：1 件" in publisher.get("/queue?step=定时公开").text
    assert publisher.post(f"{page}/unschedule", page, reason=" ").status_code == 409
    assert publisher.post(f"{page}/unschedule", page, reason="改期").status_code == 303
    assert "定时公开：0 件" in publisher.get("/queue?step=定时公开").text


def test_a_second_submit_sets_nothing_twice(site: DeskSite) -> None:
    page, publisher = ready(site), site[Role.PUBLISHER]
    at = datetime.now(OFFICE_TIME) + timedelta(days=1)
    form = {"day": f"{at:%Y-%m-%d}", "clock": "09:30", "version": "1", "csrf": publisher.csrf()}
    form["last"] = str(site.services.catalogue.events(site.id)[-1].sequence)
    for status in (303, 409):
        answer = publisher.client.post(f"{page}/schedule", data=form, base_url="https://localhost")
        assert answer.status_code == status
    assert [each.action for each in site.services.catalogue.events(site.id)].count("schedule") == 1


def test_what_did_not_become_public_at_its_time_is_told(site: DeskSite) -> None:
    page, catalogue = ready(site), site.services.catalogue
    at = datetime.now(OFFICE_TIME) + timedelta(days=1)
    scheduled.plan(catalogue, site.id, at, "丙三")
    review.examine(catalogue, site.id, Aspect.TRUTHFULNESS, Outcome.FAILED, "乙二", "有误")
    assert not scheduled.due(catalogue, at, Running("another", 1))[0].public
    for path in (page, "/queue"):
        shown = site[Role.PUBLISHER].get(path).text
        assert "没有通过真实性审查" in shown and f"原定 {scheduled.spoken(at)} 公开" in shown
        assert "gongkai" not in shown.split("<main")[1]
    review.decide(catalogue, site.id, Verdict.REJECT, "乙二", "有误")


@pytest.mark.parametrize("changed", ["disabled", "demoted"])
def test_a_time_that_was_set_by_somebody_who_may_publish_no_more_publishes_nothing(
    site: DeskSite, changed: str
) -> None:
    page, catalogue, accounts = ready(site), site.services.catalogue, site.accounts
    at = datetime.now(OFFICE_TIME) + timedelta(days=1)
    scheduled.plan(catalogue, site.id, at, "丙三")
    if changed == "disabled":
        accounts.disable("publisher", "庚七")
    else:
        accounts.change("publisher", "庚七", roles=[Role.REVIEWER])
    accounts.add("second", "辛八", [Role.PUBLISHER], "县政府办", "庚七")
    with (
        time_machine.travel(at + timedelta(minutes=1)),
        mock.patch.object(Running, "now", lambda: Running("another", 5)),
    ):
        Upkeep(site.services, site.staff).turn()
        told = "丙三的账号已经停用" if changed == "disabled" else "丙三现在没有“批准公开”的权限"
        assert catalogue.newest(site.id).status is Status.WAITING
        event = [each for each in catalogue.events(site.id) if each.action == "not_published"][-1]
        assert told in str(event.details["reason"])
        reviewer = site[Role.REVIEWER]
        reviewer.sign_in()
        for path in (page, "/queue"):
            shown = reviewer.get(path).text
            assert told in shown and "请另一名发布人" in shown
        # It is over: given back the right, nothing happens by itself.
        accounts.change("publisher", "庚七", roles=[Role.PUBLISHER])
        accounts.disable("publisher", "庚七", disabled=False)
        Upkeep(site.services, site.staff).turn()
        assert catalogue.newest(site.id).status is Status.WAITING


def test_accounts_that_are_gone_publish_nothing_and_the_time_stays(site: DeskSite, tmp_path: Path) -> None:
    ready(site)
    catalogue = site.services.catalogue
    at = datetime.now(OFFICE_TIME) + timedelta(days=1)
    scheduled.plan(catalogue, site.id, at, "丙三")
    with (
        time_machine.travel(at + timedelta(minutes=1)),
        mock.patch.object(Running, "now", lambda: Running("another", 5)),
    ):
        with closing(Staff(f"sqlite:///{tmp_path / 'lost.sqlite3'}", catalogue.keys)) as lost:
            Upkeep(site.services, lost).turn()
        assert catalogue.newest(site.id).status is Status.WAITING and site.id in scheduled.plans(catalogue)
        Upkeep(site.services, site.staff).turn()
        assert catalogue.public(site.id).id == site.id
