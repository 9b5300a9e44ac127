"""Corrections at the desk: who asks is shown to clerks who ask for it, and noted."""

import re

import pytest

from archive.registers.roles import Role
from tests.web.staff.conftest import DeskSite

pytestmark = pytest.mark.page

NAME = "欧阳小玥"


def test_a_correction_is_entered_shown_masked_and_opened_by_the_clerk(site: DeskSite) -> None:
    clerk, auditor = site[Role.CLERK], site[Role.AUDITOR]
    asked = {"received_on": "2026-07-01", "name": NAME, "contact": "13800001111", "document": f"/documents/{site.id}"}
    form = {**asked, "text": f"{NAME}的出生年月有误", "once": "a" * 32}
    sent = clerk.post("/registers/corrections/new", **form)
    assert sent.status_code == 303, sent.text
    page = sent.headers["Location"]
    shown = clerk.get(page).text
    assert "2026-07-29" in shown and "已经超过办理期限" in shown and "欧**" in shown and NAME not in shown
    listed = clerk.get("/registers/corrections").text
    assert "已过 2026-07-29" in listed and "欧**" in listed and NAME not in listed
    for address in (page, "/registers/corrections", "/registers"):
        told = auditor.get(address).text
        assert "欧" not in told
    assert "1 件已经超过办理期限" in clerk.get("/registers").text
    opened = clerk.post(f"{page}/persons", page)
    assert opened.status_code == 200 and NAME in opened.text
    assert site.services.catalogue.events()[-1].action == "book.view"
    assert auditor.post(f"{page}/persons", page).status_code == 403
    assert site[Role.REVIEWER].get(page).status_code == 403
    change = {"received_on": "2026-07-01", "document": site.id, "decision": "不予更正", "decided_on": "2026-08-03"}
    assert clerk.post(f"{page}/change", page, **change).status_code == 303
    assert NAME in clerk.post(f"{page}/persons", page).text
    told = auditor.get("/log").text
    assert "查看登记簿里的个人信息" in told and "登记簿：更正登记簿" in told and "欧" not in told


def test_a_refused_change_finds_no_fault_with_what_stays(site: DeskSite) -> None:
    clerk = site[Role.CLERK]
    asked = {"received_on": "2026-07-01", "name": NAME, "contact": "13800001111", "document": site.id}
    page = clerk.post("/registers/corrections/new", **asked, text="有误", once="a" * 32).headers["Location"]
    change = {"received_on": "2026-07-01", "document": site.id, "decision": "予以更正", "decided_on": "2026-08-03"}
    refused = clerk.post(f"{page}/change", page, **change)
    assert refused.status_code == 409
    told = re.findall(r'<span class="wrong" id="([a-z_]+)-wrong">([^<]*)', refused.text)
    assert told == [("version", "予以更正的，先收入更正后的文件，再写明它的版次。")]
    # What was typed is in its form, open, and nowhere else.
    assert "<option selected>予以更正</option>" in refused.text and 'value="2026-08-03"' in refused.text
    assert "现在不在这一页上" not in refused.text


def test_a_calendar_that_cannot_be_used_hides_no_correction(site: DeskSite) -> None:
    clerk = site[Role.CLERK]
    asked = {"received_on": "2026-07-01", "name": NAME, "contact": "13800001111", "document": site.id}
    page = clerk.post("/registers/corrections/new", **asked, text="有误", once="a" * 32).headers["Location"]
    (site.services.settings.data / "calendar.tsv").write_text("不是日历", encoding="utf-8")
    for address in (page, "/registers/corrections", "/registers"):
        assert clerk.get(address).status_code == 200, address
    assert "放假安排的文件有误" in clerk.get(page).text
