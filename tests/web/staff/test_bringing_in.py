"""Bringing files in at the desk: what may be sent, by whom, and what its page shows of it."""

import http.client
import io
import os
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import update
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from archive.extract import Sandbox
from archive.registers import jobs, staff_tables, uploads
from archive.registers.accounts import Accounts
from archive.registers.bringing import Bringing
from archive.registers.jobs import Kind, State
from archive.registers.roles import ALLOWED, Act, Role
from tests.web.staff.conftest import PASSWORD, DeskSite, Person
from web import server
from web.staff import arriving
from web.staff.guard import COOKIE

pytestmark = pytest.mark.page

Files = dict[str, bytes]
Work = Callable[[], None]


def text(number: object) -> bytes:
    return f"关于第{number}项工作的通知\n\n请落实第{number}项工作。\n".encode()


@pytest.fixture
def work(site: DeskSite) -> Iterator[Work]:
    """Do all jobs there are, as the worker does."""
    with Sandbox(workers=1) as sandbox:
        installation = site.services
        bringing = Bringing(site.staff, installation.catalogue, installation.blobs, sandbox, installation.settings.data)

        def worked() -> None:
            while job := jobs.take(site.staff):
                bringing.work_off(job)

        yield worked


def send(person: Person, files: Files, headers: Mapping[str, str] | None = None, **more: str) -> TestResponse:
    """Send the form at /bring with files, as a browser does."""
    hidden = dict(re.findall(r'<input type="hidden" name="(csrf|once)" value="([^"]*)"', person.get("/bring").text))
    data = {**hidden, "how": "each", "note": "", **more}
    return person.client.post(
        "/bring",
        data={**data, "files": [FileStorage(io.BytesIO(content), name) for name, content in files.items()]},
        base_url="https://localhost",
        headers=headers,
    )


def left(site: DeskSite) -> list[Path]:
    return list(uploads.place(site.services.settings.data).iterdir())


def count(site: DeskSite) -> int:
    return len(jobs.of(site.staff, "甲一", "财政局", True, 99)) + len(
        jobs.of(site.staff, "丁四", "县政府办", False, 99)
    )


def test_files_are_brought_in_and_each_is_a_line_with_its_outcome(site: DeskSite, work: Work) -> None:
    source = site[Role.SOURCE]
    answer = send(source, {"一.txt": text(1), "空.txt": b"", "二.txt": text(2)})
    assert answer.status_code == 303
    page = answer.headers["Location"]
    waiting = source.get(page).text
    assert "排队等候" in waiting and waiting.count("等候</td>") == 3 and '<meta http-equiv="refresh"' in waiting
    assert "一.txt 等 3 个" in source.get("/bring").text
    work()
    done = source.get(page).text
    assert "已经办完" in done and "refresh" not in done and "新接收 2 个" in done
    assert '<tr class="bad">' in done and "拒收" in done and "0 字节" in done
    documents = re.findall(r'href="(/documents/\w+)"', done)
    assert len(documents) == 2
    assert "请落实第1项工作" in source.get(documents[0]).text
    assert left(site) == []
    events = site.services.catalogue.events(documents[0].rpartition("/")[2])
    assert [each.actor for each in events if each.action == "receive"] == ["甲一"]


def test_the_first_is_the_document_and_the_rest_its_attachments(site: DeskSite, work: Work) -> None:
    source = site[Role.SOURCE]
    page = send(source, {"正文.txt": text(1), "附件.txt": text(2)}, how="together").headers["Location"]
    work()
    shown = source.get(page).text
    assert "新接收 2 个" in shown and "第 1 个文件的附件" in shown
    (document,) = set(re.findall(r'href="(/documents/\w+)"', shown))
    assert "附件 1：" in source.get(document).text


@pytest.mark.statements
@pytest.mark.parametrize(
    ("sent", "known"),
    [
        ("../../../etc/passwd.txt", "passwd.txt"),
        ("/etc/cron.d/x.txt", "x.txt"),
        ("..", "（无名）"),
        ("a\x1b[31mb\x0b.txt", "a[31mb .txt"),
        ("\u202egnp.txt", "gnp.txt"),
        ("<b>粗</b>.txt", "b&gt;.txt"),
        ("1", "1"),
        ("长" * 300 + ".txt", "长" * 130 + "….txt"),
    ],
)
def test_a_name_with_a_path_or_controls_is_only_a_name(site: DeskSite, work: Work, sent: str, known: str) -> None:
    source = site[Role.SOURCE]
    page = send(source, {sent: text(1)}).headers["Location"]
    (folder,) = left(site)
    assert folder.stat().st_mode & 0o777 == 0o700
    (path,) = folder.iterdir()
    assert path.name == "1" and path.stat().st_mode & 0o777 == 0o600
    work()
    assert f"<td>{known}</td>" in source.get(page).text
    assert not (site.services.settings.data / "etc").exists()


def test_a_name_that_ends_its_header_is_refused(site: DeskSite) -> None:
    assert send(site[Role.SOURCE], {"a\r\nSet-Cookie: x=1.txt": text(1)}).status_code == 400
    assert left(site) == [] and count(site) == 0


def test_what_is_too_large_is_refused_in_a_sentence_and_leaves_nothing(
    site: DeskSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = site[Role.SOURCE]
    monkeypatch.setattr(arriving, "LARGEST_FILE", 3000)
    monkeypatch.setattr(arriving, "LARGEST_UPLOAD", 8000)
    monkeypatch.setattr(arriving, "MOST_FILES", 120)
    for files in (
        {"a.txt": b"x", "b.txt": b"x" * 3001},
        {f"{n}.txt": b"x" * 2500 for n in range(110)},
        {f"{n}.txt": b"x" for n in range(121)},
    ):
        answer = send(source, files)
        assert answer.status_code == 413 and "请分几次提交" in answer.text and 'role="alert"' in answer.text
        assert left(site) == [] and count(site) == 0
    # No field of text is larger for it, and no other form.
    assert send(source, {"a.txt": b"x"}, note="长" * 100_000).status_code == 413
    assert send(source, {}, a="x" * (300 << 10)).status_code == 413
    assert source.post("/sign-out", name="x" * (300 << 10)).status_code == 413
    assert left(site) == []


def test_a_disk_that_is_full_says_so_and_leaves_nothing(site: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(path: str, flags: int, mode: int = 0o777, **at: int) -> int:
        return real("/dev/full", os.O_RDWR) if str(path).endswith("/1") else real(path, flags, mode, **at)

    real = os.open
    source = site[Role.SOURCE]
    monkeypatch.setattr(os, "open", opened)
    answer = send(source, {"a.txt": b"x"})
    assert answer.status_code == 503 and "磁盘已满" in answer.text
    assert left(site) == [] and count(site) == 0


def test_a_form_that_the_desk_did_not_make_leaves_nothing(site: DeskSite) -> None:
    source = site[Role.SOURCE]
    tries: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
        ({"csrf": ""}, {}),
        ({"csrf": site[Role.REVIEWER].csrf()}, {}),
        ({}, {"Origin": "https://evil.example"}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
    )
    for more, headers in tries:
        answer = send(source, {"a.txt": text(1)}, headers, **more)
        assert answer.status_code == 400 and left(site) == [] and count(site) == 0
    stranger = site.app.test_client()
    data = {"files": (io.BytesIO(text(1)), "a.txt")}
    assert stranger.post("/bring", data=data, base_url="https://localhost").status_code == 403
    assert left(site) == []


def test_only_those_who_bring_may_bring(site: DeskSite, work: Work) -> None:
    for role, person in site.people.items():
        may = role in ALLOWED[Act.BRING]
        assert ("/bring" in person.get("/").text) is may
        if not may:
            assert person.get("/bring").status_code == 403
        token = person.csrf()
        answer = person.client.post(
            "/bring",
            data={"csrf": token, "files": (io.BytesIO(text(role)), "a.txt")},
            base_url="https://localhost",
        )
        assert answer.status_code == (303 if may else 403)
    assert len(left(site)) == len(ALLOWED[Act.BRING])


def test_a_job_is_seen_by_its_unit_alone(site: DeskSite, work: Work) -> None:
    page = send(site[Role.SOURCE], {"预算.txt": text(1)}).headers["Location"]
    accounts = Accounts(site.staff, site.services.catalogue)
    people = {}
    for name, unit in (("colleague", "财政局"), ("other", "民政局"), ("alone", "")):
        _, handed = accounts.add(name, f"{name}甲", [Role.SOURCE], unit or "从前", "安装人")
        accounts.choose_password(accounts.named(name), handed, PASSWORD)
        people[name] = Person(site.app.test_client(), name)
        people[name].sign_in()
    # An account from when no unit was asked for.
    with site.staff.writing() as connection:
        connection.execute(update(staff_tables.accounts).where(staff_tables.accounts.c.name == "alone").values(unit=""))
    assert people["colleague"].get(page).status_code == 200 and "预算" in people["colleague"].get("/bring").text
    for person in (people["other"], people["alone"], site[Role.REVIEWER]):
        assert person.get(page).status_code == 404 and "预算" not in person.get(page).text
        assert person.post(f"{page}/1", "/bring").status_code == 404
        assert "预算" not in person.get("/bring").text
    assert site[Role.SOURCE].get("/bring/nothing").status_code == 404
    folder = jobs.add(
        site.staff, Kind.FOLDER, {"files": ["扫描.txt"], "place": "00", "stand": []}, "收文文件夹", "", ["扫描.txt"]
    )
    assert site[Role.REVIEWER].get(f"/bring/{folder}").status_code == 200
    for person in (site[Role.SOURCE], people["alone"]):
        assert person.get(f"/bring/{folder}").status_code == 404 and "扫描" not in person.get("/bring").text


@pytest.mark.parametrize(
    "other",
    [{"a.txt": text(2)}, {"b.txt": text(1)}, {"a.txt": text(1), "b.txt": text(2)}],
    ids=["content", "name", "more"],
)
def test_other_files_in_the_same_form_are_brought_in_too(site: DeskSite, other: Files) -> None:
    """A browser that goes back may show the form as it was, and other files are chosen in it."""
    source = site[Role.SOURCE]
    once = re.findall(r'name="once" value="(\w+)"', source.get("/bring").text)[0]
    first, second = (send(source, files, once=once).headers["Location"] for files in ({"a.txt": text(1)}, other))
    assert first != second
    assert len(left(site)) == 2


def test_the_same_form_sent_twice_makes_one_job(site: DeskSite) -> None:
    source = site[Role.SOURCE]
    once = re.findall(r'name="once" value="(\w+)"', source.get("/bring").text)[0]
    first, second = (send(source, {"a.txt": text(1)}, once=once).headers["Location"] for _ in range(2))
    assert first == second and count(site) == 1 and len(left(site)) == 1
    # A colleague's form of that name is another.
    assert send(site[Role.CLERK], {"a.txt": text(1)}, once=once).headers["Location"] != first


def test_a_form_without_files_says_what_is_missing_and_keeps_what_was_typed(site: DeskSite) -> None:
    answer = send(site[Role.SOURCE], {"": b""}, note="更正金额", how="together")
    assert answer.status_code == 400 and "请先选择文件" in answer.text
    assert 'value="更正金额"' in answer.text and 'value="together" checked' in answer.text
    assert left(site) == []


def test_a_file_named_like_an_earlier_one_is_asked_about(site: DeskSite, work: Work) -> None:
    source = site[Role.SOURCE]
    first = send(source, {"通知.txt": text(1)}).headers["Location"]
    work()
    (document,) = re.findall(r'href="(/documents/\w+)"', source.get(first).text)
    pages = [send(source, {"通知.txt": text(n)}).headers["Location"] for n in (2, 3)]
    work()
    for page, choice, outcome in zip(pages, ("version", "separate"), ("新版本", "新接收"), strict=True):
        shown = source.get(page).text
        assert "等您决定" in shown and "收过同名的文件" in shown and document in shown
        assert page in source.get("/").text and page not in site[Role.CLERK].get("/").text
        assert source.post(f"{page}/1", page, **{"as": choice, "note": "更正金额"}).status_code == 303
        # A second time changes nothing.
        assert source.post(f"{page}/1", page, **{"as": "separate"}).status_code == 303
        work()
        assert page not in source.get("/").text
        assert outcome in source.get(page).text and (document in source.get(page).text) is (choice == "version")
        assert source.post(f"{page}/9", page, **{"as": choice}).status_code == 404
    assert site.services.catalogue.newest(document.rpartition("/")[2]).version == 2
    same = send(source, {"通知.txt": text(2)}).headers["Location"]
    work()
    assert "已有" in source.get(same).text and document in source.get(same).text


def test_what_another_unit_has_is_said_without_its_title(site: DeskSite, work: Work) -> None:
    send(site[Role.SOURCE], {"预算.txt": text(1)})
    work()
    accounts = Accounts(site.staff, site.services.catalogue)
    _, handed = accounts.add("other", "壬九", [Role.SOURCE], "民政局", "安装人")
    accounts.choose_password(accounts.named("other"), handed, PASSWORD)
    other = Person(site.app.test_client(), "other")
    other.sign_in()
    page = send(other, {"x.txt": text(1)}).headers["Location"]
    work()
    shown = other.get(page).text
    assert "已有" in shown and "由其他单位接收过" in shown and "/documents/" not in shown


@pytest.mark.statements
def test_a_job_that_rests_was_given_up_or_is_not_taken_says_so(site: DeskSite) -> None:
    source = site[Role.SOURCE]
    page = send(source, {"a.txt": text(1)}).headers["Location"]
    with site.staff.writing() as connection:
        connection.exec_driver_sql("UPDATE jobs SET made_at = '2020-01-01T00:00:00+00:00'")
    assert "后台工作可能没有运行" in source.get(page).text
    job = jobs.take(site.staff)
    assert job
    jobs.release(site.staff, job, "处理时出错。", failed=True)
    assert "处理时出错" in source.get(page).text
    with site.staff.writing() as connection:
        connection.exec_driver_sql("UPDATE jobs SET attempts = 3, leased_until = NULL")
    assert jobs.take(site.staff) is None
    shown = source.get(page).text
    assert "没有做完" in shown and "请重新提交" in shown and "没有接收" in shown
    found = jobs.find(site.staff, page.rpartition("/")[2])
    assert found and found.state is State.GIVEN_UP


# Over the wire.


def spoken(address: str, head: str, body: Iterator[bytes]) -> bytes:
    """Send a request piece by piece until the other side closes; return its answer."""
    answer = b""
    with socket.create_connection((urlsplit(address).hostname, urlsplit(address).port), timeout=20) as connection:
        connection.sendall(head.encode())
        try:
            for piece in body:
                connection.sendall(piece)
                connection.settimeout(0.01)
                try:
                    if got := connection.recv(65536):
                        answer += got
                        break
                except TimeoutError:
                    pass
                connection.settimeout(20)
        except OSError:
            pass
        try:
            connection.settimeout(5)
            while got := connection.recv(65536):
                answer += got
        except OSError:
            pass
    return answer


@pytest.mark.statements
@pytest.mark.parametrize("signed_in", [True, False])
def test_bodies_without_an_end_and_far_too_large_ones_are_refused_before_they_are_read(
    site: DeskSite, address: str, monkeypatch: pytest.MonkeyPatch, signed_in: bool
) -> None:
    monkeypatch.setattr(arriving, "LARGEST_UPLOAD", 1 << 20)
    cookie = site[Role.SOURCE].client.get_cookie(COOKIE)
    assert cookie
    head = "POST /bring HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n" + (
        f"Cookie: {COOKIE}={cookie.value}\r\n" if signed_in else ""
    )
    huge = spoken(address, f"{head}Content-Length: {10 << 30}\r\n\r\n", iter([b"x" * 1000]))
    assert b"413" in huge[:20] and "没有接收".encode() in huge
    piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    sent = []

    def endless() -> Iterator[bytes]:
        while True:
            sent.append(1)
            yield piece

    answer = spoken(address, f"{head}Transfer-Encoding: chunked\r\n\r\n", endless())
    assert b"413" in answer[:20]
    # A stranger's is cut off at the size of any form.
    assert len(sent) < (40 if signed_in else 20)
    assert left(site) == [] and count(site) == 0


@pytest.mark.slow
def test_a_slow_upload_is_given_the_time_that_it_needs_and_a_stalled_one_is_not(
    site: DeskSite, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "REQUEST_SECONDS", 1)
    monkeypatch.setattr(server, "SLOWEST", 100_000)
    source = site[Role.SOURCE]
    cookie = source.client.get_cookie(COOKIE)
    assert cookie
    body = b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n' + source.csrf().encode()
    body += (
        b'\r\n--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
        + b"x" * 600_000
        + b"\r\n--x--\r\n"
    )

    def upload(pause: float) -> int:
        parts = urlsplit(address)
        with closing(http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)) as connection:
            connection.putrequest("POST", "/bring")
            connection.putheader("Content-Type", "multipart/form-data; boundary=x")
            connection.putheader("Cookie", f"{COOKIE}={cookie.value if cookie else ''}")
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders()
            for at in range(0, len(body), 100_000):
                connection.send(body[at : at + 100_000])
                time.sleep(pause)
            return connection.getresponse().status

    assert upload(0.5) == 303
    with pytest.raises((OSError, http.client.HTTPException)):
        upload(2.0)
    made = jobs.of(site.staff, "甲一", "财政局", False, 9)
    assert [path.name for path in left(site)] == [job.id for job in made]


def test_a_form_that_is_shown_again_is_the_same_form(site: DeskSite) -> None:
    answer = site[Role.CLERK].post("/bring", "/bring", once="5f" * 16, note="补送")
    assert answer.status_code == 400 and f'name="once" value="{"5f" * 16}"' in answer.text
