"""The form for requests: what it asks for, how it prints, and that nothing of it is sent or kept."""

import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import docx
import pytest
from pdfminer.high_level import extract_text
from pdfminer.pdfpage import PDFPage
from playwright.sync_api import Browser, Page, expect

from archive.chinese.radicals import unfold
from archive.extract import Sandbox
from archive.extract.mediatype import DOCX
from tests.web.conftest import CORPUS, IN_A_BROWSER, Site, client_of
from web.citizens.application import FILE, SECTIONS, SIGNATURE, TERMS
from web.installation import county

pytestmark = pytest.mark.page
FIELDS = [field for _, fields in SECTIONS for field in fields]
ASKED = "云溪县2025年农村公路养护资金分配情况"


def test_the_page_and_the_file_ask_for_the_same_and_say_where_it_goes_and_until_when(site: Site) -> None:
    stated = county.load(CORPUS)
    office = stated.requests
    assert office
    client = client_of(replace(site.services, county=stated))
    page = client.get("/guide/application").text
    sent = client.get("/guide/application.docx")
    assert sent.mimetype == DOCX and sent.headers["Content-Disposition"].startswith("attachment")
    document = docx.Document(BytesIO(sent.data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    written = "\n".join([*cells, *(each.text for each in document.paragraphs)])
    for field in FIELDS:
        assert field.label in page and field.label in cells
        assert all(choice in page and f"□{choice}" in written for choice in field.choices)
    for said in (*SIGNATURE, *TERMS, office.office, office.address, office.postcode, office.phone, office.email):
        assert said in page and said in written
    assert "20个工作日" in page and "7个工作日" in page
    # Article 29 asks for no purpose.
    assert "用途" not in page + written


def test_without_an_office_it_says_to_whom_to_go(site: Site) -> None:
    client = client_of(replace(site.services, county=county.County()))
    assert "向制作该信息的行政机关提交" in client.get("/guide/application").text
    assert client.get("/guide/application.docx").status_code == 200


def test_there_is_no_form_to_send_and_no_copy_to_keep(site: Site) -> None:
    answer = site.client.get("/guide/application")
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    assert "<form" not in main
    assert main.count('autocomplete="off"') == main.count("<input") + main.count("<textarea") > len(FIELDS)
    assert answer.headers["Cache-Control"] == "no-store"
    for method in ("post", "put"):
        assert getattr(site.client, method)("/guide/application", data={"name": "张三"}).status_code == 405


def test_the_guide_leads_there_and_a_terminal_has_no_file(site: Site) -> None:
    assert "/guide/application.docx" in site.client.get("/guide").text
    terminal = client_of(site.services)
    for address in ("/guide?terminal=1", "/guide/application?terminal=1"):
        assert "/guide/application.docx" not in terminal.get(address).text
    assert terminal.get("/guide/application.docx?terminal=1").status_code == 403


def test_the_file_is_read_whole_and_conceals_nothing(site: Site, tmp_path: Path) -> None:
    file = tmp_path / FILE
    file.write_bytes(site.client.get("/guide/application.docx").data)
    with Sandbox(workers=1) as sandbox:
        read = sandbox.extract(file, DOCX)
    assert read.title == "政府信息公开申请表"
    assert all(any(field.label in line for line in read.paragraphs) for field in FIELDS)
    assert (read.warnings, read.concealed) == ((), ())


def test_the_public_process_loads_no_register() -> None:
    """Neither requests nor persons nor accounts: what serves the public has no way to them."""
    code = "import sys, web.app, web.server, web.citizens.application as a; a._docx(None); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603  # our own
    loaded = {name for name in ran.stdout.split() if name.startswith("archive.registers.")}
    assert not {name for name in loaded if name.startswith("archive.registers.requests")}
    assert not loaded & {f"archive.registers.{name}" for name in ("staff", "staff_tables", "accounts", "sessions")}


def filled(page: Page, address: str) -> None:
    page.goto(f"{address}/guide/application")
    page.get_by_label("公民", exact=True).check()
    page.get_by_label("姓名或者名称").fill("张明样")
    page.get_by_label("名称、文号或者其他特征").fill(ASKED)


def values(page: Page) -> list[str]:
    return list(
        page.evaluate(
            "[...document.querySelectorAll('.field input, .field textarea')]"
            ".map(each => each.type === 'radio' ? (each.checked ? 'on' : '') : each.value).filter(Boolean)"
        )
    )


class TestInABrowser:
    pytestmark = IN_A_BROWSER

    def test_nothing_is_sent_or_kept_whatever_keys_are_pressed(self, scripted: Page, address: str) -> None:
        filled(scripted, address)
        assert len(values(scripted)) == 3
        requests: list[str] = []
        scripted.on("request", lambda request: requests.append(request.url))
        for field in (field for field in FIELDS if not field.choices):
            scripted.get_by_role("textbox", name=field.label, exact=True).press("Enter")
        scripted.wait_for_timeout(300)
        assert requests == [] and scripted.url == f"{address}/guide/application"
        kept = "document.cookie + JSON.stringify({...localStorage, ...sessionStorage})"
        assert "张明样" not in scripted.evaluate(kept)
        scripted.reload()
        assert values(scripted) == []

    def test_whoever_comes_back_finds_it_empty(self, scripted: Page, address: str) -> None:
        filled(scripted, address)
        scripted.get_by_role("link", name="依申请公开与查阅点").first.click()
        expect(scripted.get_by_role("heading", level=1)).to_have_text("依申请公开与查阅点")
        scripted.go_back()
        expect(scripted.get_by_role("heading", level=1)).to_have_text("政府信息公开申请表")
        assert values(scripted) == []

    def test_a_button_empties_it_and_one_prints(self, scripted: Page, address: str) -> None:
        filled(scripted, address)
        scripted.evaluate("window.print = () => { window.printed = true; }")
        scripted.get_by_role("button", name="打印").click()
        assert scripted.evaluate("window.printed") is True
        assert len(values(scripted)) == 3
        scripted.get_by_role("button", name="清空").click()
        assert values(scripted) == []

    def test_all_that_was_typed_is_on_paper_and_the_form_on_its_first_page(self, scripted: Page, address: str) -> None:
        filled(scripted, address)
        lines = [f"第{at}项：{ASKED}" for at in range(1, 15)]
        scripted.get_by_label("名称、文号或者其他特征").fill("\n".join(lines))
        pdf = BytesIO(scripted.pdf(format="A4", prefer_css_page_size=True))
        text = "".join(unfold(extract_text(pdf)).split())
        assert "张明样" in text and all("".join(line.split()) in text for line in lines)
        assert "下载Word文件" not in text
        filled(scripted, address)
        pdf = BytesIO(scripted.pdf(format="A4", prefer_css_page_size=True))
        pages = [extract_text(pdf, page_numbers=[at]) for at in range(len(list(PDFPage.get_pages(pdf))))]
        assert len(pages) == 1
        assert all(each in unfold(pages[0]).replace(" ", "") for each in SIGNATURE)

    def test_a_long_text_is_shown_whole_by_browsers_that_need_a_script_for_it(
        self, scripted: Page, address: str
    ) -> None:
        scripted.add_init_script("CSS.supports = () => false")
        scripted.goto(f"{address}/guide/application")
        area = scripted.get_by_label("名称、文号或者其他特征")
        area.evaluate("each => { each.style.fieldSizing = 'fixed'; }")
        area.fill("\n".join(f"第{at}项" for at in range(40)))
        assert area.evaluate("each => each.clientHeight >= each.scrollHeight && each.clientHeight > 600")

    def test_it_can_be_printed_without_scripts(self, browser: Browser, address: str) -> None:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{address}/guide/application")
        expect(page.get_by_text("请用浏览器的“打印”功能")).to_be_visible()
        page.get_by_label("姓名或者名称").fill("张明样")
        page.get_by_label("姓名或者名称").press("Enter")
        assert page.url == f"{address}/guide/application"
        assert page.get_by_role("button", name="打印").count() == 0
        context.close()
