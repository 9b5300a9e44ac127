"""Bringing files in with a real browser: chosen or dropped, with script and without, and followed to the end."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Browser, Page, expect

from archive.registers import jobs
from archive.registers.roles import Role
from tests.web.conftest import IN_A_BROWSER
from tests.web.staff.conftest import PASSWORD, DeskSite, Person
from tests.web.staff.test_desk_in_a_browser import look, signed_in
from web.commands.worker import Worker
from web.staff import arriving

pytestmark = IN_A_BROWSER
DROP = """([name, content]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([content], name, { type: "text/plain" }));
  document.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


def write_letter(path: Path, said: str) -> None:
    main = Document()
    for line in ("关于印发云溪县防汛应急预案的通知", "各镇人民政府：", said, "云溪县人民政府"):
        main.add_paragraph(line)
    main.save(str(path))


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A docx and an attachment."""
    paths = [tmp_path / "关于印发防汛应急预案的通知.docx", tmp_path / "附件：防汛应急预案.txt"]
    write_letter(paths[0], "请认真贯彻执行。")
    paths[1].write_text("云溪县防汛应急预案\n\n一、总则\n二、组织体系\n", encoding="utf-8")
    return paths


@contextmanager
def working(site: DeskSite) -> Iterator[None]:
    stop = threading.Event()
    worker = Worker(site.services, site.staff, stop.is_set)
    beside = threading.Thread(target=worker.run)
    beside.start()
    try:
        yield
    finally:
        stop.set()
        beside.join()


def test_a_document_and_its_attachment_are_chosen_and_followed_to_the_end(
    browser: Browser, address: str, site: DeskSite, files: list[Path], pytestconfig: pytest.Config
) -> None:
    pictures = bool(pytestconfig.option.pictures)
    page = signed_in(browser, address, site[Role.SOURCE])
    page.get_by_role("link", name="收文").click()
    look(page, "bring-empty", pictures)
    page.get_by_label("选择文件").set_input_files(files)
    page.get_by_label("第一个文件为正文，其余为附件").check()
    expect(page.locator("#chosen li")).to_have_count(2)
    expect(page.locator("#chosen")).to_contain_text("附件：防汛应急预案.txt")
    look(page, "bring-chosen", pictures)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("status")).to_contain_text("排队等候")
    look(page, "job-waiting", pictures)
    with working(site):
        expect(page.get_by_role("status")).to_contain_text("已经办完", timeout=60_000)
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    for row in rows.all():
        expect(row).to_contain_text("新接收")
    expect(rows.nth(1)).to_contain_text("第 1 个文件的附件")
    look(page, "job-done", pictures)
    page.get_by_role("link", name="关于印发云溪县防汛应急预案的通知").click()
    expect(page.get_by_text("附件 1：")).to_be_visible()
    # The same name with other bytes, beside one that is refused.
    page.get_by_role("link", name="收文").click()
    look(page, "bring-recent", pictures)
    write_letter(files[0], "请认真学习，贯彻执行。")
    files[1].write_bytes(b"")
    page.get_by_label("选择文件").set_input_files(files)
    page.get_by_role("button", name="提交").click()
    with working(site):
        expect(page.get_by_role("status")).to_contain_text("有文件等您决定", timeout=60_000)
        look(page, "job-asking", pictures)
        page.get_by_label("更正的原因").fill("附件另行印发")
        page.get_by_role("button", name="它的新版本").click()
        expect(page.get_by_role("status")).to_contain_text("已经办完", timeout=60_000)
    expect(page.locator("tbody tr").nth(0)).to_contain_text("新版本")
    expect(page.locator("tbody tr").nth(1)).to_contain_text("拒收")
    look(page, "job-version", pictures)
    page.context.close()


def test_a_page_left_open_stops_following_also_when_the_clock_is_set_back(
    browser: Browser, address: str, site: DeskSite, files: list[Path]
) -> None:
    page = signed_in(browser, address, site[Role.SOURCE])
    page.clock.install(time="2026-01-31T10:00:00+08:00")
    page.get_by_role("link", name="收文").click()
    page.get_by_label("选择文件").set_input_files(files)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("status")).to_contain_text("排队等候")
    page.clock.set_system_time("2026-01-31T08:00:00+08:00")
    with page.expect_response(page.url):
        page.clock.fast_forward(2_000)
    # Half an hour and a minute later it asks no more.
    for _ in range(2):
        page.clock.fast_forward(31 * 60_000)
        page.wait_for_timeout(500)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for _ in range(3):
        page.clock.fast_forward(10_000)
        page.wait_for_timeout(300)
    assert asked == []
    page.context.close()


def test_files_are_dropped_moved_taken_away_and_refused_before_they_are_sent(
    browser: Browser, address: str, site: DeskSite, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    monkeypatch.setattr("web.staff.bringing.LARGEST_FILE", 1 << 20)
    page = signed_in(browser, address, site[Role.SOURCE])
    page.get_by_role("link", name="收文").click()
    # The script is there.
    expect(page.get_by_text("可以拖放到这里")).to_be_visible()
    large = "x" * (2 << 20)
    for name, content in (("附件.txt", "附件的内容"), ("正文.txt", "关于甲的通知"), ("大.txt", large)):
        page.evaluate(DROP, [name, content])
    expect(page.get_by_role("alert")).to_contain_text("“大.txt”超过 1.0 MB")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "bring-too-large", bool(pytestconfig.option.pictures))
    page.get_by_role("button", name="移除：大.txt").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_label("第一个文件为正文，其余为附件").check()
    page.get_by_role("button", name="设为正文：正文.txt").click()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("status")).to_contain_text("排队等候")
    (job,) = jobs.of(site.staff, "甲一", "财政局", False, 9)
    assert job.payload["files"] == ["正文.txt", "附件.txt"] and job.payload["together"]
    page.context.close()


def test_what_the_desk_refuses_is_told_where_the_files_still_are(
    browser: Browser, address: str, site: DeskSite, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = signed_in(browser, address, site[Role.SOURCE])
    page.get_by_role("link", name="收文").click()
    page.get_by_label("选择文件").set_input_files(files)
    monkeypatch.setattr(arriving, "LARGEST_FILE", 10)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("请分几次提交")
    expect(page.locator("#chosen li")).to_have_count(2)
    monkeypatch.undo()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("status")).to_contain_text("排队等候")
    page.context.close()


def without_script(browser: Browser, address: str, person: Person) -> Page:
    page = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 800}).new_page()
    page.goto(address)
    page.get_by_label("用户名").fill(person.name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    return page


def test_without_script_the_form_and_the_page_do_the_same(
    browser: Browser, address: str, site: DeskSite, files: list[Path]
) -> None:
    page = without_script(browser, address, site[Role.SOURCE])
    page.get_by_role("link", name="收文").click()
    page.get_by_label("选择文件").set_input_files(files)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("status")).to_contain_text("排队等候")
    with working(site):
        expect(page.get_by_role("status")).to_contain_text("已经办完", timeout=60_000)
    expect(page.locator("tbody").get_by_text("新接收")).to_have_count(2)
    page.context.close()


def test_what_is_far_too_large_is_said_to_be_so_without_script(
    browser: Browser, address: str, site: DeskSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer must not be lost because the other side is still sending."""
    monkeypatch.setattr(arriving, "LARGEST_UPLOAD", 1 << 20)
    large = tmp_path / "large.txt"
    large.write_bytes(b"x" * (40 << 20))
    page = without_script(browser, address, site[Role.SOURCE])
    page.get_by_role("link", name="收文").click()
    page.get_by_label("选择文件").set_input_files([large])
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("提交的内容太大")).to_be_visible()
    page.context.close()
