"""A document's pages as pictures at its page, with the findings marked there and in the text."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.registers.roles import Role
from tests.archive.extract.pictures.files import pdf
from tests.web.staff.conftest import DeskSite
from web.installation.services import Services
from web.staff.desk import create_desk

# What pages look like, which is alike over any database.
pytestmark = pytest.mark.page

PHONE = "13812345678"
Files = Callable[..., str]


@pytest.fixture
def files(services: Services, tmp_path: Path) -> Files:
    """Take in files given by name and content, the first with the others attached; return the document's id."""

    def brought(by: str = "丁四", **contents: bytes) -> str:
        paths = []
        for name, content in contents.items():
            paths.append(tmp_path / name.replace("_", "."))
            paths[-1].write_bytes(content)
        with Sandbox(workers=1) as sandbox:
            intake = Intake(services.catalogue, services.blobs, sandbox, by)
            receipt = intake.receive(Item(paths[0], paths[0].name, attachments=tuple(paths[1:])))
        assert receipt.document_id, receipt.reason
        return receipt.document_id

    return brought


def looks(site: DeskSite, id: str) -> list[object]:
    return [each.details["file"] for each in site.services.catalogue.events(id) if each.action == "view"]


def test_a_pdf_is_shown_as_its_pages_with_the_findings_on_them(site: DeskSite, files: Files) -> None:
    scan = BytesIO()
    Image.new("RGB", (400, 200), "red").save(scan, "PNG")
    id = files(a_pdf=pdf(["关于低保的公示"], [f"村民王某，电话{PHONE}。"]), b_png=scan.getvalue())
    reviewer = site[Role.REVIEWER]
    page = reviewer.get(f"/documents/{id}").text
    pictures = re.findall(r'<img src="([^"]*)" alt="([^"]*)" width="\d+" height="\d+" loading="lazy"', page)
    assert [alt for _, alt in pictures] == ["第 1 页", "第 2 页", "第 1 页"]
    assert len(re.findall("<rect ", page)) == 1
    number = re.findall(r'<a href="#finding-(\d+)" aria-label="第 \1 处检查发现"><rect ', page)
    assert number and f'id="finding-{number[0]}"' in page
    assert f'<mark id="place-{number[0]}"><a href="#finding-{number[0]}"' in page and f">{PHONE}</a></mark>" in page
    assert f'<a href="#place-{number[0]}">' in page and "style=" not in page
    for url, _ in pictures:
        answer = reviewer.get(url)
        assert answer.mimetype == "image/png" and Image.open(BytesIO(answer.data)).width in (1100, 400)
        assert answer.headers["Cache-Control"] == "private, no-store"
    # One look for each file, however many pages it has and however often.
    reviewer.get(pictures[0][0])
    assert looks(site, id) == ["a.pdf", "b.png"]
    assert reviewer.post(f"/documents/{id}/classify", f"/documents/{id}", disclosure="主动公开", basis="x").status_code


def test_pages_are_for_those_who_may_see_the_document(site: DeskSite, files: Files) -> None:
    id = files(a_pdf=pdf(["关于低保的公示"]))
    url = f"/documents/{id}/files/0/pages/1.png"
    assert site[Role.SOURCE].get(url).status_code == 404
    assert site[Role.ADMINISTRATOR].get(url).status_code == 403
    assert site.app.test_client().get(url).status_code == 302
    assert site[Role.AUDITOR].get(url).status_code == 200
    assert looks(site, id) == ["a.pdf"]
    for other in (f"/documents/{id}/files/1/pages/1.png", f"/documents/{id}/files/0/pages/2.png"):
        assert site[Role.REVIEWER].get(other).status_code == 404
    for other in ("0", "-1", "x", "1e3", "9" * 40):
        assert site[Role.REVIEWER].get(f"/documents/{id}/files/0/pages/{other}.png").status_code == 404
    # A text has no pages, and keeps nothing from being read.
    assert site[Role.REVIEWER].get(f"/documents/{site.id}/files/0/pages/1.png").status_code == 404
    assert looks(site, id) == ["a.pdf"] and looks(site, site.id) == []


def test_what_can_not_be_pictured_says_so_and_keeps_the_text(
    site: DeskSite, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = files(a_pdf=pdf(["关于低保的公示"], [f"村民王某，电话{PHONE}。"]))
    monkeypatch.setattr("archive.extract.process.sandbox.Sandbox.make", _broken)
    page = site[Role.REVIEWER].get(f"/documents/{id}").text
    assert "页面的图像没有画出来：文件太怪。下面是读出的文字。" in page
    assert f">{PHONE}</a></mark>" in page and "<img" not in page


def _broken(*_: object, **__: object) -> None:
    from archive.errors import ExtractionFailed

    raise ExtractionFailed("文件太怪。")


def test_findings_are_marked_where_they_stand(site: DeskSite, files: Files) -> None:
    table = (
        "关于补助的公示\n\n| 姓名 | 电话 |\n| --- | --- |\n| 王某 | 13812345678 |\n| 李某 | 138 1234 5679 |\n"
        "| 赵某 | 见上 |\n\n"
        "村民王某，本人电话１３８１２３４５６７８。\n\n村民王某13812345678，又村民李某13912345678。\n"
    )
    id = files(a_md=table.encode())
    page = site[Role.REVIEWER].get(f"/documents/{id}").text
    marked = re.findall(r'<mark id="place-(\d+)"><a href="#finding-(\d+)"[^>]*>([^<]*)</a></mark>', page)
    assert [said for *_, said in marked] == [
        *("13812345678", "138 1234 5679", "１３８１２３４５６７８", "13812345678", "13912345678")
    ]
    assert [at for at, *_ in marked] == [to for _, to, _ in marked] == ["1", "2", "3", "4", "5"]


def test_a_number_that_a_line_break_cuts_is_marked_on_both_lines(site: DeskSite, files: Files) -> None:
    id = files(a_txt="关于低保的公示\n\n户主王某身份证110105194912\n\n31002X已核对\n".encode())
    page = site[Role.REVIEWER].get(f"/documents/{id}").text
    pieces = re.findall(r"<mark[^>]*><a [^>]*>([^<]*)</a></mark>", page)
    assert pieces == ["110105194912", "31002X"] and page.count('id="place-1"') == 1


def test_a_desk_that_is_gone_leaves_no_process(site: DeskSite) -> None:
    import gc
    import weakref

    app = create_desk(site.services, site.staff)
    drawing = app.extensions["gongkai-desk"].pictures._sandbox
    gone = weakref.ref(app)
    del app
    gc.collect()
    assert gone() is None
    with pytest.raises(RuntimeError, match="closed"):
        drawing.extract(Path("x"), "text/plain")
