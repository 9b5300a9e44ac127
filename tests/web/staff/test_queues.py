"""How much a page of the desk asks of the databases, and in which order a queue stands."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, update

from archive.decisions import precheck, review
from archive.document import Disclosure, Document
from archive.registers import jobs
from archive.registers.jobs import Kind
from archive.registers.roles import Act, Role, may
from archive.registers.staff_tables import job_files
from tests.conftest import publish
from tests.web.staff.conftest import DeskSite
from web.staff import places

pytestmark = pytest.mark.page

Bring = Callable[[str, str, str], str]
TEXT = "关于第{}项工作的通知\n\n请落实值班制度。\n\n云溪县财政局\n{}\n"


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the statements that are executed."""
    said: list[str] = []

    def note(*of: object) -> None:
        said.append(str(of[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def asked(site: DeskSite, role: Role, path: str) -> list[str]:
    """Return the statements that a page takes which has been asked for before."""
    assert site[role].get(path).status_code == 200
    with statements() as said:
        site[role].get(path)
    return said


@pytest.mark.statements
def test_no_page_needs_more_statements_where_there_is_more(site: DeskSite, bring: Bring) -> None:
    id = bring("own", TEXT.format(0, "2019年3月1日"), "甲一")
    job = jobs.add(site.staff, Kind.UPLOAD, {"files": []}, "甲一", "财政局", [f"{at}.txt" for at in range(30)])
    pages = [
        *((Role.REVIEWER, path) for path in ("/", "/queue", "/queue?q=工作", "/afterwards", f"/documents/{id}")),
        *((Role.SOURCE, path) for path in ("/", "/queue", f"/documents/{id}", "/bring", f"/bring/{job}")),
        *((Role.AUDITOR, path) for path in ("/log", "/sign-ins")),
        (Role.ADMINISTRATOR, "/accounts"),
    ]

    def take(number: int, other: str) -> None:
        its = (job_files.c.job_id == job) & (job_files.c.number == number)
        with site.staff.writing() as connection:
            connection.execute(update(job_files).where(its).values(result="taken", document_id=other))

    take(1, id)
    before = {page: len(asked(site, *page)) for page in pages}
    for at in range(2, 7):
        # Each looks like the first one.
        take(at, bring(f"own-{at}", TEXT.format(0, f"2019年4月{at}日"), "甲一"))
    assert {page: len(asked(site, *page)) for page in pages} == before


# What there is more of with each document, each act and each job.
GROWING = (
    "audit|versions|attachments|prechecks|findings|settlements|examinations|classifications|decisions|seals|looks|"
    "traces|job_files"
)


@pytest.mark.statements
def test_no_page_and_no_act_goes_through_what_grows(site: DeskSite) -> None:
    if not site.services.settings.database_url.startswith("sqlite"):
        pytest.skip("asks SQLite for its plans")
    page = f"/documents/{site.id}"
    of_it = ("", "/preview", "/differences")
    pages = [
        *((Role.REVIEWER, path) for path in ("/", "/queue", "/afterwards", *(f"{page}{part}" for part in of_it))),
        *((Role.SOURCE, path) for path in ("/", "/queue", "/bring")),
        *((Role.AUDITOR, path) for path in (f"/log?document={site.id}", "/log?person=乙二&act=标注公开属性")),
        (Role.ADMINISTRATOR, "/accounts"),
    ]
    plans: list[str] = []

    def explain(*of: Any) -> None:
        connection, _, statement, parameters, *_ = of
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            rows = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            plans.extend(f"{row[3]}: {statement}" for row in rows)

    for role, path in pages:
        site[role].get(path)
    event.listen(Engine, "before_cursor_execute", explain)
    try:
        for role, path in pages:
            site[role].get(path)
        typed = {"disclosure": "主动公开", "basis": "条例第二十条"}
        assert site[Role.REVIEWER].post(f"{page}/classify", page, **typed).status_code == 303
        site[Role.REVIEWER].get("/")
    finally:
        event.remove(Engine, "before_cursor_execute", explain)
    walked = re.compile(rf"SCAN ({GROWING})\b|SEARCH ({GROWING}) .*\(document_id>\?\)")
    # The last event is the first that is come to.
    assert {each for each in plans if walked.match(each) and "sequence DESC" not in each} == set()


def test_a_documents_page_asks_for_each_thing_once(site: DeskSite) -> None:
    for role, most in ((Role.REVIEWER, 62), (Role.PUBLISHER, 80)):
        assert len(asked(site, role, f"/documents/{site.id}")) <= most


def test_a_text_is_searched_for_its_findings_once(site: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []

    def findings(document: Document) -> tuple[precheck.Finding, ...]:
        searched.append(document.metadata.title)
        return found(document)

    found, reviewer, page = precheck.findings, site[Role.REVIEWER], f"/documents/{site.id}"
    # Another test may have looked at the same text.
    places._findings.cache_clear()
    reviewer.get(page)
    monkeypatch.setattr(precheck, "findings", findings)
    assert '<mark id="place-1">' in reviewer.get(page).text and searched == []
    # What changed is searched again.
    typed = {"value": "关于防汛的通知", "reason": "看错"}
    assert reviewer.post(f"{page}/correct/title", page, **typed).status_code == 303
    searched.clear()
    assert '<mark id="place-1">' in reviewer.get(page).text and searched == ["关于防汛的通知"]


@pytest.mark.parametrize("path", ["/", "/queue", "/queue?step=标注公开属性"])
def test_what_waits_is_read_again_only_when_something_happened(site: DeskSite, bring: Bring, path: str) -> None:
    # How many are over is counted each time, by an index of those that have a last day.
    for role in (Role.REVIEWER, Role.SOURCE):
        statements = [each for each in asked(site, role, path) if "public_until <" not in each]
        assert not [each for each in statements if "FROM versions" in each or "findings" in each]
    bring("another", TEXT.format(1, "2019年3月1日"), "甲一")
    assert "2" in re.findall(r"(?:待办|标注公开属性)：(\d+) 件|count\">(\d+)", site[Role.REVIEWER].get(path).text)[0]


def test_what_is_due_first_stands_first_and_pages_follow_each_other(
    site: DeskSite, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at, day in enumerate(("2019年5月6日", "2019年1月7日", "", "某年某月", "2019年3月5日")):
        bring(f"{at}", TEXT.format(at, day), "丁四")
    order = ["第1项", "防汛", "第4项", "第0项", "第2项", "第3项"]
    titles = re.compile(r">关于(第\d项|做好防汛)")

    def listed(query: str) -> list[str]:
        return [each.removeprefix("做好") for each in titles.findall(site[Role.REVIEWER].get(f"/queue?{query}").text)]

    assert listed("") == order
    monkeypatch.setattr("web.staff.queues.ROWS", 4)
    assert listed("page=1") == order[:4] and listed("page=2") == listed("page=9") == order[4:]


def test_what_is_not_to_be_disclosed_or_is_public_already_has_no_day_in_the_queue(site: DeskSite, bring: Bring) -> None:
    catalogue = site.services.catalogue
    public, kept, due = (bring(str(at), TEXT.format(at, f"2019年5月{at + 5}日"), "丁四") for at in range(3))
    publish(catalogue, public)
    assert bring("0", TEXT.format(0, "2019年5月5日") + "请遵照执行。\n", "丁四") == public
    review.classify(catalogue, kept, Disclosure.ON_REQUEST, "乙二", "条例")
    text = site[Role.REVIEWER].get("/queue").text
    rows = {id: text.partition(f'href="/documents/{id}"')[2].partition("</tr>")[0] for id in (public, kept, due)}
    dated = {id for id, row in rows.items() if "2019-0" in row.rpartition("<td>")[2]}
    assert dated == {due} and text.index(due) < min(text.index(public), text.index(kept))


def test_a_source_unit_counts_the_approvals_alone_of_its_own_documents(site: DeskSite, bring: Bring) -> None:
    catalogue = site.services.catalogue
    for at, by in enumerate(("甲一", "乙二")):
        id = bring(str(at), TEXT.format(at, "2019年5月6日"), by)
        review.approve_alone(catalogue, id, by, "只有一人", None, forced=True)
    for role, seen in ((Role.SOURCE, {"0"}), (Role.REVIEWER, {"0", "1"})):
        assert set(re.findall(r">关于第(\d)项", site[role].get("/afterwards").text)) == seen
        assert f"特批待复看：{len(seen)} 件" in site[role].get("/").text


@pytest.mark.parametrize("said", ["9" * 5000, "²", "-1"])
def test_a_number_that_nobody_can_read_is_no_error(site: DeskSite, said: str) -> None:
    fields = dict.fromkeys(("version", "last", "forced", "number", "position", "other", "mask"), said)
    tried = 0
    for each in site.app.url_map.iter_rules():
        if each.rule.startswith("/documents/<id>") and "POST" in (each.methods or ()):
            right: Act = vars(site.app.view_functions[each.endpoint])["act"]
            person = site[next(role for role in site.people if may([role], right))]
            address = re.sub("<[^>]*>", "1", each.rule.replace("<id>", site.id))
            told = person.post(address, "/password", **fields)
            assert told.status_code < 500, (each.rule, told.text)
            tried += 1
    assert tried > 20
    for page in ("/queue?", f"/documents/{site.id}/differences?from={said}&", f"/documents/{site.id}?part={said}&"):
        assert site[Role.REVIEWER].get(f"{page}page={said}").status_code == 200
