"""What every register's page does with ids that are not its own, a page of before, and a form that is sent twice."""

import re
from datetime import date

import pytest

from archive.registers.books.book import Book
from archive.registers.books.proposals import SPEC as PROPOSALS
from archive.registers.notices import packaged
from archive.registers.requests.facts import Applicant, Field
from archive.registers.requests.register import Register
from archive.registers.requests.request import Application
from archive.registers.requests.terms import Channel
from archive.registers.roles import Role
from archive.registers.workdays import Calendar
from tests.archive.registers.requests.conftest import CLERK
from tests.web.staff.conftest import DeskSite
from web.staff.books.opening import SPECS

# Their statements are executed over either database by the archive's own tests.
pytestmark = pytest.mark.page
PROPOSAL = {
    **{"year": "2026", "kind": "人大建议", "number": "1", "title": "修路", "unit": "交通局", "proposer": "王代表"},
    "received_on": "2026-03-02",
}


def test_an_id_of_another_register_is_none_here(site: DeskSite) -> None:
    clerk, catalogue = site[Role.CLERK], site.services.catalogue
    entry = Book(PROPOSALS, site.staff, catalogue).enter(PROPOSAL, CLERK)
    register = Register(site.staff, catalogue, Calendar(packaged()))
    personal = {Field.NAME: "欧阳小玥", Field.TEXT: "征地补偿方案"}
    asked = register.register(Application(Channel.IN_PERSON, Applicant.PERSON, date(2026, 9, 1), personal), CLERK)
    ids = {"proposals": entry.id, "requests": asked.id, "documents": site.id, "none": "0" * 32}
    for spec in SPECS:
        for of, id in ids.items():
            wanted = 200 if of == spec.id else 404
            assert clerk.get(f"/registers/{spec.id}/{id}").status_code == wanted, (spec.id, of)
            if wanted == 404:
                for act in ("change", "persons"):
                    status = clerk.post(f"/registers/{spec.id}/{id}/{act}", last="1").status_code
                    assert status in (403, 404), (spec.id, of, act)
    for of in ("proposals", "documents", "none"):
        assert clerk.get(f"/requests/{ids[of]}").status_code == 404
        for below in ("services", "services/2/file", "acts/deliver", "letters/1/file", "bundle", "persons"):
            answer = clerk.post(f"/requests/{ids[of]}/{below}", last="1", on="2026-09-01", delivery="邮寄")
            assert answer.status_code == 404, (of, below)
    assert register.request(asked.id).last == 1 and Book(PROPOSALS, site.staff, catalogue).entry(entry.id).last == 1


def test_a_form_that_is_sent_twice_or_from_a_page_of_before_does_one_thing(site: DeskSite) -> None:
    clerk, book = site[Role.CLERK], Book(PROPOSALS, site.staff, site.services.catalogue)
    page = clerk.get("/registers/proposals/new").text
    once = re.search(r'name="once" value="([0-9a-f]{32})"', page)
    assert once
    form = {**PROPOSAL, "once": once[1]}
    first = clerk.post("/registers/proposals/new", **form)
    second = clerk.post("/registers/proposals/new", **form)
    assert first.headers["Location"] == second.headers["Location"] and len(book.all()) == 1
    # The page that the browser's back button shows was made before the change.
    (entry,) = book.all()
    changed = {**PROPOSAL, "title": "修桥", "last": "1"}
    assert clerk.post(f"/registers/proposals/{entry.id}/change", **changed).status_code == 303
    again = clerk.post(f"/registers/proposals/{entry.id}/change", **{**changed, "title": "修渠"})
    assert again.status_code == 409 and "已有新的改动" in again.text and "修渠" in again.text
    assert book.entry(entry.id).facts["title"] == "修桥" and book.entry(entry.id).last == 2
    # No page of the desk is kept by a browser, so that going back asks anew.
    for path in ("/registers", "/registers/proposals", f"/registers/proposals/{entry.id}", "/registers/disputes"):
        assert clerk.get(path).headers["Cache-Control"] == "no-store"
