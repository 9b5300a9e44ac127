"""Masking at the desk: shown before it is done, a new version that is reviewed, and nothing of the original public."""

import io
import re
import zipfile
from pathlib import Path

import docx
import pytest

from archive.document import Status
from archive.registers.roles import Role
from indexer import sync
from tests.archive.extract.pictures.files import pdf
from tests.archive.extract.workbooks import write_xlsx
from tests.web.staff.conftest import DeskSite
from tests.web.staff.test_pages import PHONE, Files, files
from web.app import create_app

# What pages look like, which is alike over any database.
pytestmark = pytest.mark.page

__all__ = ["files"]
REASON = "公示只须写明姓氏，电话属个人信息"


def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    document.add_heading("关于低保的公示", 1)
    for each in paragraphs:
        paragraph = document.add_paragraph()
        for at in range(0, len(each), 4):
            paragraph.add_run(each[at : at + 4])
    document.sections[0].header.paragraphs[0].text = f"联系{PHONE}"
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def contents(raw: bytes) -> list[bytes]:
    """Return the parts of a file, or all of it."""
    if not raw.startswith(b"PK"):
        return [raw]
    with zipfile.ZipFile(io.BytesIO(raw)) as container:
        return [container.read(each) for each in container.namelist()]


def boxes(site: DeskSite, id: str) -> dict[str, str]:
    page = site[Role.REVIEWER].get(f"/documents/{id}").text
    return {name: "1" for name in re.findall(r'<input type="checkbox" form="masking" name="(mask-\d+)"', page)}


def test_findings_are_masked_in_a_new_version_that_is_reviewed_and_published(site: DeskSite, files: Files) -> None:
    id = files(a_docx=word(f"村民王某，本人电话{PHONE}。"), b_txt=f"附表\n\n村民王某，本人电话{PHONE}。\n".encode())
    reviewer, publisher, page = site[Role.REVIEWER], site[Role.PUBLISHER], f"/documents/{id}"
    chosen = boxes(site, id)
    assert len(chosen) == 3
    before = len(site.services.catalogue.events())
    shown = reviewer.post(f"{page}/mask/preview", page, reason=REASON, **chosen)
    assert shown.status_code == 200 and "村民王某，本人电话■■■■■■■■■■■。" in shown.text
    assert "a.docx" in shown.text and "b.txt" in shown.text and "确认遮盖，成为第 2 版" in shown.text
    # Until it is confirmed, nothing is done.
    assert len(site.services.catalogue.events()) == before
    sent = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', shown.text))
    done = reviewer.client.post(f"{page}/mask", data=sent, base_url="https://localhost")
    assert done.status_code == 303, done.text
    document = site.services.catalogue.newest(id)
    assert document.version == 2 and document.status is Status.WAITING
    assert [part.file.name for part in document.attachments] == ["b.txt"]
    for file in (document.file, document.attachments[0].file):
        raw = site.services.blobs.path(file.digest).read_bytes()
        assert not [each for each in contents(raw) if PHONE.encode() in each]
    assert "■■■■■■■■■■■" in document.text and not boxes(site, id)
    event = next(each for each in site.services.catalogue.events(id) if each.action == "mask")
    assert event.actor == "乙二" and event.details["masks"] == {"手机号码": 3}
    assert event.details["reason"] == f"遮盖 3 处（手机号码）：{REASON}"
    log = site.services.catalogue.events(id)
    assert not any(PHONE in str(each.details) for each in log)
    assert f"遮盖，成为新版本：遮盖 3 处（手机号码）：{REASON}" in reviewer.get(page).text
    # A second submit does nothing.
    again = reviewer.client.post(f"{page}/mask", data=sent, base_url="https://localhost")
    assert again.status_code == 409 and site.services.catalogue.newest(id).version == 2
    # The whole way to the public, by others than the one who masked.
    assert reviewer.post(f"{page}/classify", page, disclosure="主动公开", basis="条例第二十条").status_code == 303
    for aspect in ("truthfulness", "confidentiality"):
        assert reviewer.post(f"{page}/examine/{aspect}", page, outcome="passed", basis="逐项看过").status_code == 303
    assert publisher.post(f"{page}/approve", page, reason="").status_code == 303
    sync.rebuild(site.services.catalogue, site.services.engine)
    public = create_app(site.services).test_client()
    assert public.get(page).status_code == 200
    for path in (
        page,
        f"{page}?version=1",
        f"{page}?version=2",
        f"/api/v1{page}",
        f"/api/v1{page}/versions",
        "/?q=低保",
    ):
        told = public.get(path).text
        assert PHONE not in told and "遮盖" not in told and REASON not in told, path
        assert "第 2 版" not in told, path
    original = site.services.catalogue
    with original.reading() as connection:
        from archive.store.tables import versions

        digests = connection.execute(versions.select().where(versions.c.document_id == id)).mappings().all()
    assert len(digests) == 2 and site.services.blobs.path(digests[0]["digest"]).exists()


def test_the_source_unit_goes_on_to_see_its_document(site: DeskSite, files: Files) -> None:
    id = files(by="甲一", a_txt=f"关于低保的公示\n\n村民王某，本人电话{PHONE}。\n".encode())
    page = f"/documents/{id}"
    assert site[Role.REVIEWER].post(f"{page}/mask", page, reason=REASON, **boxes(site, id)).status_code == 303
    assert site.services.catalogue.newest(id).version == 2
    source = site[Role.SOURCE]
    assert source.get(page).status_code == 200 and id in source.get("/queue").text


def test_words_that_are_typed_are_masked_too(site: DeskSite, files: Files) -> None:
    id = files(a_txt="关于低保的公示\n\n村民王小明，住云溪镇。王小\n明的来信。\n".encode())
    page = f"/documents/{id}"
    answer = site[Role.REVIEWER].post(f"{page}/mask", page, words="王小明\n", reason="不须写明姓名")
    assert answer.status_code == 303
    document = site.services.catalogue.newest(id)
    assert "王小" not in document.text and document.text.count("■") == 6
    event = next(each for each in site.services.catalogue.events(id) if each.action == "mask")
    assert event.details["masks"] == {"指定的文字": 2}


def test_a_pdf_is_told_to_become_pictures_and_keeps_what_is_known_of_it(site: DeskSite, files: Files) -> None:
    id = files(
        a_pdf=pdf(["云溪县民政局关于低保的公示", "云民〔2019〕3号"], [f"村民王某，本人电话{PHONE}。"], [], scans=(3,))
    )
    page, reviewer = f"/documents/{id}", site[Role.REVIEWER]
    before = site.services.catalogue.newest(id).metadata
    shown = reviewer.post(f"{page}/mask/preview", page, reason=REASON, **boxes(site, id))
    assert "每一页都成为图片" in shown.text and "第 3 页是图片" in shown.text
    assert reviewer.post(f"{page}/mask", page, reason=REASON, **boxes(site, id)).status_code == 303
    document = site.services.catalogue.newest(id)
    assert (document.metadata.title, document.metadata.number) == (before.title, before.number)
    assert document.text == "" and document.version == 2
    raw = site.services.blobs.path(document.file.digest).read_bytes()
    assert raw.startswith(b"%PDF") and b"/Font" not in raw
    assert reviewer.get(f"{page}/files/0/pages/2.png").mimetype == "image/png"


REFUSED = {
    "nothing chosen": ({"reason": REASON}, "请先选择"),
    "no reason": ({"words": "王某的来信", "reason": " "}, "必须写明理由"),
    "the reason repeats it": ({"words": PHONE, "reason": "有电话 138-1234-5678"}, "理由中重复了"),
    "too short": ({"words": "王", "reason": REASON}, "至少两个字"),
    "too few digits": ({"words": "1381", "reason": REASON}, "至少 5 位"),
    "not there": ({"words": "李四的来信", "reason": REASON}, "没有找到"),
    "a mark of secrecy": ({"words": "机密★长期", "reason": REASON}, "保密规定"),
    "no such finding": ({"mask-99": "1", "reason": REASON}, "不能遮盖"),
    "a number of a finding that is none": ({"mask-x": "1", "reason": REASON}, "不能遮盖"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("step", ["mask/preview", "mask"])
def test_what_can_not_be_masked_says_why_and_keeps_what_was_typed(
    site: DeskSite, files: Files, name: str, step: str
) -> None:
    id = files(a_txt=f"机密★长期\n\n关于低保的公示\n\n村民王某的来信，电话{PHONE}。\n".encode())
    typed, why = REFUSED[name]
    page, reviewer = f"/documents/{id}", site[Role.REVIEWER]
    answer = reviewer.post(f"{page}/{step}", page, act="mask", **typed)
    assert answer.status_code == 409 and why in answer.text
    assert f">{typed['reason']}</textarea>" in answer.text
    assert site.services.catalogue.newest(id).version == 1
    assert not [each for each in site.services.catalogue.events(id) if each.action == "mask"]


def test_a_copy_that_does_not_stand_the_proof_is_not_brought_in(
    site: DeskSite, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The masking forgets the header: the reading and the search afterwards find it there."""
    from archive.extract import Sandbox
    from archive.extract.process.tasks import Task

    id = files(a_docx=word(f"村民王某，本人电话{PHONE}。"))
    make = Sandbox.make

    def forgetful(self: Sandbox, task: Task, path: object, media_type: str, **about: object) -> object:
        told, content = make(self, task, path, media_type, **about)  # type: ignore[arg-type]  # as it was called
        if task is Task.MASK:
            stream = io.BytesIO()
            with zipfile.ZipFile(str(path)) as old, zipfile.ZipFile(io.BytesIO(content)) as new:
                with zipfile.ZipFile(stream, "w") as mixed:
                    for name in new.namelist():
                        mixed.writestr(name, (old if "header" in name else new).read(name))
            content = stream.getvalue()
        return told, content

    monkeypatch.setattr(Sandbox, "make", forgetful)
    page, reviewer = f"/documents/{id}", site[Role.REVIEWER]
    for step in ("mask/preview", "mask"):
        answer = reviewer.post(f"{page}/{step}", page, reason=REASON, **boxes(site, id))
        assert answer.status_code == 409 and "页眉里还有要遮盖的文字" in answer.text
    assert site.services.catalogue.newest(id).version == 1


def test_half_a_number_is_not_enough(site: DeskSite, files: Files) -> None:
    """What is left after a careless choice of words is a number of its own."""
    id = files(a_txt=f"关于低保的公示\n\n村民王某，本人电话{PHONE}99999。\n".encode())
    page = f"/documents/{id}"
    answer = site[Role.REVIEWER].post(f"{page}/mask", page, words="99999", reason=REASON)
    assert answer.status_code == 409 and "请把整个号码一起遮盖" in answer.text


def test_a_workbook_that_has_it_is_masked_and_one_that_has_not_stays(
    site: DeskSite, files: Files, tmp_path: Path
) -> None:
    said = f"关于低保的公示\n\n村民王小明，本人电话{PHONE}。\n".encode()
    sheet = '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>电话{}</t></is></c></row></sheetData>'
    for number in (PHONE, "见附件"):
        book = write_xlsx(tmp_path / "book", {"表": sheet.format(number)}).read_bytes()
        id = files(a_txt=said + number.encode(), b_xlsx=book)
        page = f"/documents/{id}"
        answer = site[Role.REVIEWER].post(f"{page}/mask", page, words=PHONE, reason=REASON)
        assert answer.status_code == 303
        part = site.services.catalogue.newest(id).attachments[0]
        kept = site.services.blobs.path(part.file.digest).read_bytes()
        assert (kept == book) is (number != PHONE) and PHONE not in part.text and "电话" in part.text


def test_a_file_in_which_nothing_can_be_masked_says_what_to_do(site: DeskSite, files: Files) -> None:
    said = f"关于低保的公示\n\n村民王小明，本人电话{PHONE}。\n".encode()
    rtf = rf"{{\rtf1\ansi Phone {PHONE}\par}}".encode()
    id = files(a_txt=said, b_rtf=rtf)
    page = f"/documents/{id}"
    answer = site[Role.REVIEWER].post(f"{page}/mask", page, words=PHONE, reason=REASON)
    assert answer.status_code == 409
    assert "《b.rtf》：这种文件不能在这里遮盖。请用编制它的软件遮盖后另存" in answer.text


def test_only_a_reviewer_masks_and_another_unit_is_not_there(site: DeskSite, files: Files) -> None:
    id = files(a_txt=f"关于低保的公示\n\n村民王某，本人电话{PHONE}。\n".encode())
    page = f"/documents/{id}"
    for role in set(Role) - {Role.REVIEWER}:
        for step in ("mask/preview", "mask"):
            assert site[role].post(f"{page}/{step}", words=PHONE, reason=REASON).status_code == 403
        assert 'id="masking"' not in site[role].get(page).text
    for step in ("mask/preview", "mask"):
        answer = site[Role.REVIEWER].post(f"/documents/nobody234567/{step}", page, words=PHONE, reason=REASON)
        assert answer.status_code == 404


def published(site: DeskSite, id: str) -> None:
    reviewer, publisher, page = site[Role.REVIEWER], site[Role.PUBLISHER], f"/documents/{id}"
    reviewer.post(f"{page}/classify", page, disclosure="主动公开", basis="条例第二十条")
    for number in re.findall(r'action="/documents/[^"]*/settle/(\d+)"', reviewer.get(page).text):
        reviewer.post(f"{page}/settle/{number}", page, settlement="keep", reason="公务号码")
    for aspect in ("truthfulness", "confidentiality"):
        reviewer.post(f"{page}/examine/{aspect}", page, outcome="passed", basis="逐项看过")
    assert publisher.post(f"{page}/approve", page, reason="").status_code == 303
    assert site.services.catalogue.public(id).status is Status.PUBLISHED


def test_of_what_was_public_the_former_version_is_withdrawn_first(site: DeskSite, files: Files) -> None:
    id = files(a_txt=f"关于低保的公示\n\n村民王某，本人电话{PHONE}。\n".encode())
    page, reviewer = f"/documents/{id}", site[Role.REVIEWER]
    assert "须先撤回" not in reviewer.get(page).text
    published(site, id)
    assert "须先撤回" in reviewer.get(page).text
    chosen = {"words": PHONE, "reason": REASON}
    assert "须先撤回" in reviewer.post(f"{page}/mask/preview", page, **chosen).text
    assert site[Role.PUBLISHER].post(f"{page}/withdraw", page, reason="须先遮盖").status_code == 303
    assert reviewer.post(f"{page}/mask", page, **chosen).status_code == 303
    published(site, id)
    sync.rebuild(site.services.catalogue, site.services.engine)
    public = create_app(site.services).test_client()
    for path in (page, f"{page}?version=1", f"{page}?version=2"):
        assert PHONE not in public.get(path).text
    assert "■■■■■■■■■■■" in public.get(page).text
