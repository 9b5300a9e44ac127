"""Evaluations at the desk: the yearly list leads to the form, and only reviewers decide."""

import pytest
import time_machine

from archive.decisions import review
from archive.document import Disclosure
from archive.registers.books.book import Book
from archive.registers.books.reevaluations import SPEC
from archive.registers.roles import Role
from tests.web.staff.conftest import DeskSite
from web.commands.worker import Upkeep

pytestmark = pytest.mark.page


def test_the_yearly_list_leads_to_a_decision(site: DeskSite) -> None:
    with time_machine.travel("2025-03-01T04:00:00Z"):
        review.classify(site.services.catalogue, site.id, Disclosure.WITHHELD, "乙二", "条例第十六条", "内部事务")
    reviewer, clerk = site[Role.REVIEWER], site[Role.CLERK]
    assert "1 件已经过了应评估的日期" in clerk.get("/registers").text
    listed = reviewer.get("/registers/reevaluations/due").text
    assert "2026 年应评估的文件：1 件" in listed and "已过 2026-03-01" in listed and "内部事务" in listed
    assert "0 件" in reviewer.get("/registers/reevaluations/due?year=2025").text
    address = f"/registers/reevaluations/new?document={site.id}"
    assert address in listed and address not in clerk.get("/registers/reevaluations/due").text
    assert f'value="{site.id}"' in reviewer.get(address).text and clerk.get(address).status_code == 403
    form = {"document": site.id, "on": "2026-09-01", "decision": "转为主动公开", "reason": "情况已变", "once": "a" * 32}
    assert reviewer.post("/registers/reevaluations/new", **form).status_code == 303
    assert "0 件" in reviewer.get("/registers/reevaluations/due").text
    again = reviewer.post("/registers/reevaluations/new", **{**form, "once": "b" * 32})
    assert again.status_code == 409 and "不用评估" in again.text
    assert "主动公开" in reviewer.get(f"/documents/{site.id}").text
    assert site[Role.SOURCE].get("/registers/reevaluations/due").status_code == 403


def test_an_evaluation_that_was_cut_off_is_told_and_the_worker_carries_it_out(
    site: DeskSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    review.classify(site.services.catalogue, site.id, Disclosure.WITHHELD, "乙二", "条例第十六条", "内部事务")
    reviewer = site[Role.REVIEWER]
    form = {"document": site.id, "on": "2026-09-01", "decision": "转为主动公开", "reason": "情况已变", "once": "a" * 32}
    with monkeypatch.context() as patched:
        patched.setattr(review, "classify", _full)
        answer = reviewer.post("/registers/reevaluations/new", **form)
    assert answer.status_code == 303
    assert "1 件转为主动公开的还没有执行" in reviewer.get("/registers").text
    # Nothing is entered twice, and a form that never got there says so.
    monkeypatch.setattr(Book, "enter", _full)
    refused = reviewer.post("/registers/reevaluations/new", **{**form, "once": "b" * 32})
    assert refused.status_code == 503 and "没有保存" in refused.text
    (entry,) = Book(SPEC, site.staff, site.services.catalogue).all()
    assert "还没有改变" in reviewer.get(f"/registers/reevaluations/{entry.id}").text
    upkeep = Upkeep(site.services, site.staff)
    upkeep.turn()
    upkeep.close()
    assert "还没有执行" not in reviewer.get("/registers").text
    assert "还没有改变" not in reviewer.get(f"/registers/reevaluations/{entry.id}").text
    assert "主动公开" in reviewer.get(f"/documents/{site.id}").text


def _full(*_: object, **__: object) -> None:
    raise OSError("no space left on device")
