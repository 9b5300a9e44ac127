"""Masking at the desk: shown before it is done, a new version that is reviewed, and nothing of the original public."""

import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from archive.document import Outcome, Status
from archive.extract import Sandbox
from archive.intake import masked
from archive.registers import jobs
from archive.registers.jobs import State
from archive.registers.masking import Masking
from archive.registers.roles import Role
from archive.registers.staff_tables import jobs as rows
from indexer import sync
from tests.archive.extract.makers import blank
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
    document = blank()
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


def boxes(site: DeskSite, id: str) -> dict[str, list[str]]:
    page = site[Role.REVIEWER].get(f"/documents/{id}").text
    return {"mask": re.findall(r'<input type="checkbox" form="masking" name="mask" value="(\w+)"', page)}


def work(site: DeskSite) -> int:
    """Do all maskings there are, as the worker does; return how many."""
    opened, count = site.services, 0
    with Sandbox(workers=1, limits=masked.LIMITS) as sandbox:
        while job := jobs.take(site.staff):
            Masking(site.staff, opened.catalogue, opened.blobs, sandbox).work_off(job)
            count += 1
    return count


def asked(site: DeskSite, id: str, **form: str | list[str]) -> TestResponse:
    """Send the form of a masking, let it be done, and return the page that the reviewer then sees."""
    page, reviewer = f"/documents/{id}", site[Role.REVIEWER]
    answer = reviewer.post(f"{page}/mask", page, **form)
    if answer.status_code != 303:
        return answer
    work(site)
    return reviewer.get(answer.location)


def confirmed(site: DeskSite, shown: TestResponse) -> TestResponse:
    """Confirm what a page of a masking shows, let it be done, and return where its page leads."""
    reviewer = site[Role.REVIEWER]
    sent = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', shown.text))
    answer = reviewer.client.post(shown.request.path, data=sent, base_url="https://localhost")
    if answer.status_code != 303:
        return answer
    work(site)
    return reviewer.get(answer.location)


def done(site: DeskSite, id: str, **form: str | list[str]) -> TestResponse:
    return confirmed(site, asked(site, id, **form))


def test_findings_are_masked_in_a_new_version_that_is_reviewed_and_published(site: DeskSite, files: Files) -> None:
    id = files(a_docx=word(f"村民王某，本人电话{PHONE}。"), b_txt=f"附表\n\n村民王某，本人电话{PHONE}。\n".encode())
    reviewer, publisher, page = site[Role.REVIEWER], site[Role.PUBLISHER], f"/documents/{id}"
    chosen = boxes(site, id)
    assert len(chosen["mask"]) == 3
    before = len(site.services.catalogue.events())
    shown = asked(site, id, reason=REASON, **chosen)
    assert shown.status_code == 200 and "村民王某，本人电话■■■■■■■■■■■。" in shown.text
    assert "a.docx" in shown.text and "b.txt" in shown.text and "确认遮盖，成为第 2 版" in shown.text
    # Until it is confirmed, nothing is done.
    assert len(site.services.catalogue.events()) == before
    answer = confirmed(site, shown)
    assert answer.status_code == 303 and answer.location == page, answer.text
    document = site.services.catalogue.newest(id)
    assert document.version == 2 and document.status is Status.WAITING
    assert [part.file.name for part in document.attachments] == ["b.txt"]
    for file in (document.file, document.attachments[0].file):
        raw = site.services.blobs.path(file.digest).read_bytes()
        assert not [each for each in contents(raw) if PHONE.encode() in each]
    assert "■■■■■■■■■■■" in document.text and not boxes(site, id)["mask"]
    event = next(each for each in site.services.catalogue.events(id) if each.action == "mask")
    assert event.actor == "乙二" and event.details["masks"] == {"手机号码": 3}
    assert event.details["reason"] == f"遮盖 3 处（手机号码）：{REASON}"
    log = site.services.catalogue.events(id)
    assert not any(PHONE in str(each.details) for each in log)
    assert f"遮盖，成为新版本：遮盖 3 处（手机号码）：{REASON}" in reviewer.get(page).text
    # A second submit does nothing.
    again = confirmed(site, shown)
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
    assert done(site, id, reason=REASON, **boxes(site, id)).status_code == 303
    assert site.services.catalogue.newest(id).version == 2
    source = site[Role.SOURCE]
    assert source.get(page).status_code == 200 and id in source.get("/queue").text


def test_words_that_are_typed_are_masked_too(site: DeskSite, files: Files) -> None:
    id = files(a_txt="关于低保的公示\n\n村民王小明，住云溪镇。王小\n明的来信。\n".encode())
    assert done(site, id, words="王小明\n", reason="不须写明姓名").status_code == 303
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
    shown = asked(site, id, reason=REASON, **boxes(site, id))
    assert "每一页都成为图片" in shown.text and "第 3 页是图片" in shown.text
    assert confirmed(site, shown).status_code == 303
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
    "no such finding": ({"mask": "9" * 64, "reason": REASON}, "不能遮盖"),
    "a number of a finding that is none": ({"mask": "x", "reason": REASON}, "不能遮盖"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_not_be_masked_says_why_and_keeps_what_was_typed(site: DeskSite, files: Files, name: str) -> None:
    id = files(a_txt=f"机密★长期\n\n关于低保的公示\n\n村民王某的来信，电话{PHONE}。\n".encode())
    typed, why = REFUSED[name]
    answer = asked(site, id, act="mask", **typed)
    # What needs no reading of the files is said at once.
    assert answer.status_code == (200 if name == "not there" else 409) and why in answer.text
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
    answer = asked(site, id, reason=REASON, **boxes(site, id))
    assert "页眉里还有要遮盖的文字" in answer.text and "确认遮盖" not in answer.text
    monkeypatch.undo()
    shown = asked(site, id, reason=REASON, **boxes(site, id))
    monkeypatch.setattr(Sandbox, "make", forgetful)
    # The copies are made anew, and proven anew.
    assert "页眉里还有要遮盖的文字" in confirmed(site, shown).text
    assert site.services.catalogue.newest(id).version == 1


def test_half_a_number_is_not_enough(site: DeskSite, files: Files) -> None:
    """What is left after a careless choice of words is a number of its own."""
    id = files(a_txt=f"关于低保的公示\n\n村民王某，本人电话{PHONE}99999。\n".encode())
    answer = asked(site, id, words="99999", reason=REASON)
    assert "请把整个号码一起遮盖" in answer.text


def test_a_workbook_that_has_it_is_masked_and_one_that_has_not_stays(
    site: DeskSite, files: Files, tmp_path: Path
) -> None:
    said = f"关于低保的公示\n\n村民王小明，本人电话{PHONE}。\n".encode()
    sheet = '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>电话{}</t></is></c></row></sheetData>'
    for number in (PHONE, "见附件"):
        book = write_xlsx(tmp_path / "book", {"表": sheet.format(number)}).read_bytes()
        id = files(a_txt=said + number.encode(), b_xlsx=book)
        assert done(site, id, words=PHONE, reason=REASON).status_code == 303
        part = site.services.catalogue.newest(id).attachments[0]
        kept = site.services.blobs.path(part.file.digest).read_bytes()
        assert (kept == book) is (number != PHONE) and PHONE not in part.text and "电话" in part.text


def test_a_file_in_which_nothing_can_be_masked_says_what_to_do(site: DeskSite, files: Files) -> None:
    said = f"关于低保的公示\n\n村民王小明，本人电话{PHONE}。\n".encode()
    rtf = rf"{{\rtf1\ansi Phone {PHONE}\par}}".encode()
    id = files(a_txt=said, b_rtf=rtf)
    answer = asked(site, id, words=PHONE, reason=REASON)
    assert "《b.rtf》：rtf 文件不能在这里遮盖。请用 WPS 文字或 Word 打开它，另存为 docx" in answer.text


def test_where_nothing_can_be_masked_no_form_is_offered_and_it_is_said_what_to_do(site: DeskSite, files: Files) -> None:
    rtf = rf"{{\rtf1\ansi Phone {PHONE}\par}}".encode()
    page = site[Role.REVIEWER].get(f"/documents/{files(b_rtf=rtf)}").text
    assert 'id="masking"' not in page and 'form="masking"' not in page
    assert "rtf 文件不能在这里遮盖。请用 WPS 文字或 Word 打开它，另存为 docx" in page
    # Beside a file in which it can be done, it is said before anybody types.
    page = site[Role.REVIEWER].get(f"/documents/{files(a_txt='关于低保的公示'.encode(), b_rtf=rtf)}").text
    assert 'id="masking"' in page and "《b.rtf》里有要遮盖的文字的，整件都不能遮盖。rtf 文件不能" in page


def test_only_a_reviewer_masks_and_another_unit_is_not_there(site: DeskSite, files: Files) -> None:
    id = files(a_txt=f"关于低保的公示\n\n村民王某，本人电话{PHONE}。\n".encode())
    page = f"/documents/{id}"
    for role in set(Role) - {Role.REVIEWER}:
        for step in ("mask/x", "mask"):
            assert site[role].post(f"{page}/{step}", words=PHONE, reason=REASON).status_code == 403
        assert 'id="masking"' not in site[role].get(page).text
    for step in ("mask/x", "mask"):
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
    assert "须先撤回" in asked(site, id, **chosen).text
    assert site[Role.PUBLISHER].post(f"{page}/withdraw", page, reason="须先遮盖").status_code == 303
    assert done(site, id, **chosen).status_code == 303
    published(site, id)
    sync.rebuild(site.services.catalogue, site.services.engine)
    public = create_app(site.services).test_client()
    for path in (page, f"{page}?version=1", f"{page}?version=2"):
        assert PHONE not in public.get(path).text
    assert "■■■■■■■■■■■" in public.get(page).text


SAID = f"关于低保的公示\n\n村民王某，本人电话{PHONE}。\n".encode()


def started(site: DeskSite, id: str, **form: str | list[str]) -> str:
    """Send the form of a masking and return the address of its page."""
    answer = site[Role.REVIEWER].post(f"/documents/{id}/mask", f"/documents/{id}", **form)
    assert answer.status_code == 303, answer.text
    return answer.location


def test_the_request_masks_nothing_and_its_page_shows_how_far_the_worker_is(
    site: DeskSite, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, reviewer = files(a_txt=SAID), site[Role.REVIEWER]
    monkeypatch.setattr(Sandbox, "make", lambda *_, **__: pytest.fail("in the request"))
    place = started(site, id, words=PHONE, reason=REASON)
    assert started(site, id, words=PHONE, reason=REASON) == place, "sent twice, it is one"
    shown = reviewer.get(place).text
    assert "排队等候" in shown and 'http-equiv="refresh"' in shown and "后台工作可能没有运行" not in shown
    assert place in reviewer.get(f"/documents/{id}").text, "and is found again"
    job = jobs.take(site.staff)
    assert job and "正在遮盖并查对" in reviewer.get(place).text and PHONE not in str(job.payload)


def test_a_masking_that_no_worker_takes_says_so(site: DeskSite, files: Files) -> None:
    id, reviewer = files(a_txt=SAID), site[Role.REVIEWER]
    place = started(site, id, words=PHONE, reason=REASON)
    told = "后台工作可能没有运行，请告诉维护人员启动后台工作"
    with site.staff.writing() as connection:
        connection.exec_driver_sql("UPDATE jobs SET made_at = '2020-01-01T00:00:00.000000+00:00'")
    assert told in reviewer.get(place).text
    # Another one is being masked: it waits for that.
    job = jobs.take(site.staff)
    other = started(site, id, words=PHONE, reason=REASON + "。")
    with site.staff.writing() as connection:
        connection.exec_driver_sql("UPDATE jobs SET made_at = '2020-01-01T00:00:00.000000+00:00'")
    assert job and told not in reviewer.get(other).text and told not in reviewer.get(place).text
    # Its worker was killed, and no other came.
    with site.staff.writing() as connection:
        connection.exec_driver_sql("UPDATE jobs SET leased_until = '2020-01-01T00:00:00.000000+00:00'")
    assert told in reviewer.get(other).text and told in reviewer.get(place).text
    with site.staff.writing() as connection:
        connection.exec_driver_sql("UPDATE jobs SET leased_until = NULL")
    shown = reviewer.get(place) if work(site) == 2 else None
    assert shown and "确认遮盖，成为第 2 版" in shown.text
    # Once confirmed it waits from then on.
    sent = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', shown.text))
    reviewer.client.post(place, data=sent, base_url="https://localhost")
    assert "排队等候" in reviewer.get(place).text and told not in reviewer.get(place).text


def test_what_happened_in_between_stops_a_masking_that_was_confirmed(site: DeskSite, files: Files) -> None:
    id, reviewer = files(a_txt=SAID), site[Role.REVIEWER]
    page = f"/documents/{id}"
    shown = asked(site, id, act="mask", words=PHONE, reason=REASON)
    sent = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', shown.text))
    assert reviewer.client.post(shown.request.path, data=sent, base_url="https://localhost").status_code == 303
    # Before the worker comes to it, somebody decides on the document.
    site[Role.REVIEWER].post(f"{page}/examine/truthfulness", page, outcome=Outcome.PASSED.value, basis="看过")
    work(site)
    told = reviewer.get(shown.request.path).text
    assert "期间乙二又办理了本件" in told and f">{REASON}</textarea>" in told and PHONE in told
    assert site.services.catalogue.newest(id).version == 1
    # A look of somebody else is nothing of the kind.
    shown = asked(site, id, words=PHONE, reason=REASON)
    site[Role.AUDITOR].client.get(f"{page}/files/0", base_url="https://localhost", buffered=True)
    assert confirmed(site, shown).location == page and site.services.catalogue.newest(id).version == 2


def test_whoever_left_the_page_is_told_at_the_document_what_came_of_it(site: DeskSite, files: Files) -> None:
    id, reviewer = files(a_txt=SAID), site[Role.REVIEWER]
    page = f"/documents/{id}"
    for words, told in (("李四的来信", "您提交的遮盖没有办成，请看原因"), (PHONE, "等您看过以后确认")):
        place = started(site, id, act="mask", words=words, reason=REASON)
        assert f'<a href="{place}">您提交的遮盖正在办理' in reviewer.get(page).text
        work(site)
        shown = reviewer.get(page).text
        assert f'<a href="{place}">' in shown and told in shown and shown.count("您提交的遮盖") == 1
    # What somebody did since makes it void.
    reviewer.post(f"{page}/examine/truthfulness", page, outcome="passed", basis="看过")
    assert "您提交的遮盖" not in reviewer.get(page).text


def test_whoever_may_no_longer_mask_does_not(site: DeskSite, files: Files) -> None:
    id = files(a_txt=SAID)
    place, opened = started(site, id, words=PHONE, reason=REASON), site.services
    job = jobs.take(site.staff)
    with Sandbox(workers=1) as sandbox:
        doing = Masking(site.staff, opened.catalogue, opened.blobs, sandbox, lambda who: f"{who}的账号已经停用。")
        assert job
        doing.work_off(job)
    assert "乙二的账号已经停用" in site[Role.REVIEWER].get(place).text


def test_a_worker_that_is_killed_after_the_copy_came_in_brings_no_other(
    site: DeskSite, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = files(a_txt=SAID)
    shown = asked(site, id, words=PHONE, reason=REASON)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "record", killed)
    with pytest.raises(KeyboardInterrupt):
        confirmed(site, shown)
    monkeypatch.undo()
    assert site.services.catalogue.newest(id).version == 2
    with site.staff.writing() as connection:
        connection.exec_driver_sql("UPDATE jobs SET leased_until = NULL")
    work(site)
    assert site[Role.REVIEWER].get(shown.request.path).location == f"/documents/{id}"
    assert site.services.catalogue.newest(id).version == 2
    assert [each.action for each in site.services.catalogue.events(id)].count("mask") == 1


def test_what_was_masked_is_forgotten(site: DeskSite, files: Files) -> None:
    id = files(a_txt=SAID)
    shown = done(site, id, words=PHONE, reason=REASON)
    assert shown.status_code == 303
    other = started(site, id, words="低保的公示", reason=REASON)
    work(site)
    with site.staff.reading() as connection:
        payloads = [*connection.scalars(select(rows.c.payload).order_by(rows.c.made_at))]
    assert payloads[0].keys() == {"document", "version", "last"} and len(payloads) == 2
    # What was shown and not confirmed goes after a while.
    job = jobs.find(site.staff, other.rpartition("/")[2])
    assert job and job.state is State.ASKING and job.ended_at
    jobs.forget_maskings(site.staff, job.ended_at)
    assert site[Role.REVIEWER].get(other).status_code == 200, "not yet"
    jobs.forget_maskings(site.staff, job.ended_at + timedelta(seconds=1))
    assert site[Role.REVIEWER].get(other).status_code == 404
    event = next(each for each in site.services.catalogue.events(id) if each.action == "mask")
    assert event.details["address"] == "127.0.0.1"


def test_a_masking_that_failed_three_times_says_so_and_keeps_what_was_typed(site: DeskSite, files: Files) -> None:
    id = files(a_txt=SAID)
    place = started(site, id, act="mask", words=PHONE, reason=REASON)
    for _ in range(3):
        assert (job := jobs.take(site.staff))
        jobs.release(site.staff, job, "处理时出错，已记入日志，稍后自动重试。", failed=True)
        with site.staff.writing() as connection:
            connection.exec_driver_sql("UPDATE jobs SET leased_until = NULL")
    told = site[Role.REVIEWER].get(place).text
    assert "没有遮盖，请重新提交" in told and f">{REASON}</textarea>" in told
    assert started(site, id, act="mask", words=PHONE, reason=REASON) != place, "it is tried again"


def test_a_masking_is_its_own_persons(site: DeskSite, files: Files) -> None:
    id, other = files(a_txt=SAID), files(b_txt=SAID + b"1")
    place = started(site, id, words=PHONE, reason=REASON)
    job = place.rpartition("/")[2]
    assert site[Role.REVIEWER].get(f"/documents/{other}/mask/{job}").status_code == 404
    assert site[Role.REVIEWER].get(f"/bring/{job}").status_code in (403, 404)
    with site.staff.writing() as connection:
        connection.exec_driver_sql("UPDATE jobs SET person = '另一人'")
    assert site[Role.REVIEWER].get(place).status_code == 404
    assert site[Role.SOURCE].get(f"/bring/{job}").status_code == 404


def test_where_no_finding_is_left_to_tick_the_form_is_folded_and_says_nothing_of_ticks(site: DeskSite) -> None:
    reviewer, page = site[Role.REVIEWER], f"/documents/{site.id}"
    fold, ticked = "<details open><summary>遮盖，", "上面勾选的检查发现"
    assert fold in reviewer.get(page).text and ticked in reviewer.get(page).text
    assert reviewer.post(f"{page}/settle/1", page, settlement="keep", reason="值班电话").status_code == 303
    settled = reviewer.get(page).text
    assert "<details><summary>遮盖，" in settled and ticked not in settled
