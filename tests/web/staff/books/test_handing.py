"""Hand-overs at the desk: a page of what is outstanding makes a batch, and the batch takes its receipt."""

from collections.abc import Callable

import pytest

from archive.decisions import review
from archive.document import Verdict
from archive.registers.roles import Role
from tests.web.staff.conftest import DeskSite

# Their statements are executed over either database by the archive's own tests.
pytestmark = pytest.mark.page

Bring = Callable[[str, str, str], str]

OLD = "关于预算公开的通知\n\n请按时公开。\n\n云溪县人民政府\n2015年3月1日\n"


def test_what_is_outstanding_becomes_a_batch_with_a_receipt(site: DeskSite, bring: Bring) -> None:
    id = bring("budget", OLD, "丁四")
    review.vouch(site.services.catalogue, id, "乙二", "核对无误")
    review.decide(site.services.catalogue, id, Verdict.APPROVE, "丙三", "同意")
    clerk = site[Role.CLERK]
    listed = clerk.get("/registers/handovers/due?to=公共图书馆").text
    assert "还没有提供给公共图书馆的：1 件" in listed and f'name="documents" value="{id}"' in listed
    form = {
        "to": "公共图书馆",
        "kind": "提供公开信息",
        "documents": id,
        "receiver": "县图书馆",
        "sent_on": "2026-09-01",
    }
    sent = clerk.post("/registers/handovers/new", once="a" * 32, **form)
    assert sent.status_code == 303, sent.text
    page = sent.headers["Location"]
    shown = clerk.get(page).text
    assert "清单：1 件" in shown and "关于预算公开的通知" in shown and "已公开" in shown
    assert "没有要移送的文件" in clerk.get("/registers/handovers/due?to=公共图书馆").text
    receipt = {**form, "received_on": "2026-09-01", "signed_by": "赵某"}
    assert clerk.post(f"{page}/change", page, **receipt).status_code == 303
    assert "1 件" in clerk.get("/registers/handovers?view=已签收").text
    assert "/registers/handovers/new" not in site[Role.AUDITOR].get("/registers/handovers/due").text


def test_the_list_after_ten_years_makes_a_batch_of_what_has_an_opinion(site: DeskSite, bring: Bring) -> None:
    first, second = (bring(name, OLD.replace("预算", name), "丁四") for name in ("预算", "决算"))
    clerk = site[Role.CLERK]
    listed = clerk.get("/registers/handovers/due?year=2026").text
    assert "满十年、还没有移交档案馆的：2 件" in listed
    form = {"to": "国家档案馆", "kind": "移交档案", "receiver": "县档案馆", "sent_on": "2026-09-01", "once": "a" * 32}
    rows = {f"opening-{first}": "到期开放", f"secrecy-{first}": "无变更", f"opening-{second}": ""}
    sent = clerk.post("/registers/handovers/new", **form, **rows)
    assert sent.status_code == 303, sent.text
    assert "无变更" in clerk.get(sent.headers["Location"]).text
    assert "档案馆的：1 件" in clerk.get("/registers/handovers/due?year=2026").text
