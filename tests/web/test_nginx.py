"""The service behind Debian's nginx with the sample configuration: files, cache, limits, and trusted addresses."""

import http.client
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from ipaddress import ip_network
from pathlib import Path
from time import monotonic, sleep

import pytest

from archive.decisions import review
from archive.document import Verdict
from tests.web.conftest import Site, free_port
from web.app import HEADERS, create_app
from web.http import edition
from web.server import running

ROOT = Path(__file__).parent.parent.parent
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
TERMINAL = "127.0.0.9"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed (apt-get install nginx)"),
]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass(frozen=True)
class Front:
    """The web server in front. Each request comes from a loopback address."""

    site: Site
    port: int

    def get(self, path: str, asking: str = "127.0.0.1", **headers: str) -> Answer:
        source = (asking, 0)
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, 30, source_address=source)) as connection:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request("GET", path, headers={"Host": "gongkai.example.gov.cn", **named})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode("utf-8", "replace"))


def configured(folder: Path, port: int, upstream: str) -> Path:
    """Write the sample configuration, changed where it says that it must be changed. Returns its path."""
    sample = (ROOT / "docs" / "nginx.conf").read_text(encoding="utf-8")
    for before, after in (
        ("server 127.0.0.1:8000;", f"server {upstream.removeprefix('http://')};"),
        ("10.1.7.0/24 1;", f"{TERMINAL} 1;"),
        ("/var/lib/nginx/gongkai", f"{folder}/cache"),
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("/opt/gongkai/web", f"{ROOT}/web"),
        ("/var/log/nginx/gongkai.log", f"{folder}/access.log"),
        ("/var/log/nginx/gongkai-error.log", f"{folder}/wrong.log"),
    ):
        assert before in sample
        sample = sample.replace(before, after)
    (folder / "gongkai.conf").write_text(sample, encoding="utf-8")
    main = folder / "nginx.conf"
    # When root starts nginx, its workers run as another user by default, who can't read a test's folder.
    user = "user root; " if os.geteuid() == 0 else ""
    main.write_text(
        f"{user}daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;\n"
        f"events {{}}\nhttp {{ set_real_ip_from 127.0.0.0/8; real_ip_header X-Test-Address;\n"
        f"types {{ text/css css; application/javascript js; image/svg+xml svg; }}\n"
        + "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        + f"\ninclude {folder}/gongkai.conf; }}\n",
        encoding="utf-8",
    )
    return main


def may_mount() -> bool:
    """Tell whether a process may have mounts of its own here, so that a test can look like another machine."""
    tried = ["unshare", "--mount", "--net", "true"]
    return shutil.which("unshare") is not None and subprocess.run(tried, capture_output=True).returncode == 0  # noqa: S603  # found in PATH


@pytest.mark.skipif(
    not may_mount() or not Path("/etc/nginx/sites-available").is_dir(),
    reason="only root can have a stock Debian's nginx for itself (as root: apt-get install nginx)",
)
def test_the_sample_starts_as_it_is_written_on_a_stock_debian(tmp_path: Path) -> None:
    (tmp_path / "conf.d").mkdir()
    shutil.copy(ROOT / "docs" / "nginx.conf", tmp_path / "conf.d" / "gongkai.conf")
    # What the package brings is there and empty; what it doesn't bring is not there.
    script = f"""
set -eu
for place in /run /var/cache /var/log /var/lib; do mount -t tmpfs none $place; done
mkdir /var/log/nginx /var/lib/nginx
mount --bind {tmp_path}/conf.d /etc/nginx/conf.d
ip link set lo up 2>/dev/null || true
{NGINX} -t
{NGINX}
test -d /var/lib/nginx/gongkai
{NGINX} -s stop
"""
    ran = subprocess.run(["unshare", "--mount", "--net", "sh", "-c", script], capture_output=True, text=True)  # noqa: S603, S607  # found in PATH
    assert ran.returncode == 0, ran.stderr


@contextmanager
def started(front: Front, main: Path) -> Iterator[Front]:
    """Run nginx with this configuration, and yield once it answers."""
    process = subprocess.Popen([str(NGINX), "-p", str(main.parent), "-c", str(main)])  # noqa: S603  # Debian's nginx
    try:
        deadline = monotonic() + 20
        while True:
            try:
                front.get("/static/style.css", TERMINAL)
                break
            except ConnectionError:
                assert monotonic() < deadline and process.poll() is None, (main.parent / "error.log").read_text()
                sleep(0.05)
        yield front
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def front(own: Site, tmp_path: Path) -> Iterator[Front]:
    settings = replace(own.services.settings, proxies=1, terminals=(ip_network(TERMINAL),), rate=0)
    port = free_port()
    folder = tmp_path / "nginx"
    folder.mkdir()
    with (
        running(create_app(replace(own.services, settings=settings))) as upstream,
        started(Front(own, port), configured(folder, port, upstream)) as front,
    ):
        yield front


def test_a_page_is_kept_until_the_edition_changes(front: Front) -> None:
    id = front.site.ids["低保.txt"]
    address = f"/documents/{id}"
    asked = [front.get(address) for _ in range(2)]
    assert [each.headers["X-Cache-Status"] for each in asked] == ["MISS", "HIT"]
    assert asked[0].text == asked[1].text and "户籍所在地" in asked[1].text
    assert asked[1].headers["Cache-Control"] == "no-cache" and "X-Accel-Expires" not in asked[1].headers
    assert front.get(address, If_None_Match=asked[1].headers["ETag"]).status == 304
    review.decide(front.site.services.catalogue, id, Verdict.WITHDRAW, "审查员", "含个人信息")
    gone = front.get(address)
    assert gone.status == 410 and "户籍所在地" not in gone.text
    assert front.get(address, If_None_Match=asked[1].headers["ETag"]).status == 410


def test_each_look_and_each_way_of_packing_is_kept_for_itself(front: Front) -> None:
    assert "退出长者模式" not in front.get("/help").text
    elder = front.get("/help", Cookie="display=1000")
    assert elder.headers["X-Cache-Status"] == "MISS" and "退出长者模式" in elder.text
    assert front.get("/help", Cookie="display=1000").headers["X-Cache-Status"] == "HIT"
    assert "退出长者模式" not in front.get("/help").text
    packed = front.get("/help", Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip" and packed.headers["X-Cache-Status"] == "MISS"
    assert "Content-Encoding" not in front.get("/help").headers
    # An answer that sets a cookie must not be cached for others.
    assert [front.get("/help?elder=1").headers["X-Cache-Status"] for _ in range(2)] == ["MISS", "MISS"]


def test_a_terminal_never_gets_a_page_that_was_kept_nor_leaves_one(front: Front) -> None:
    address = f"/documents/{front.site.ids['低保.txt']}"
    assert "下载原件" in front.get(address).text and front.get(address).headers["X-Cache-Status"] == "HIT"
    at_terminal = front.get(address, TERMINAL)
    assert at_terminal.headers["Cache-Control"] == "no-store" and "下载原件" not in at_terminal.text
    assert "下载原件" in front.get(address).text
    by_cookie = front.get(address, Cookie="terminal=1")
    assert by_cookie.headers["Cache-Control"] == "no-store"


def test_limits_spare_terminals(front: Front) -> None:
    asked = [front.get("/healthz", "127.0.0.3") for _ in range(80)]
    assert {each.status for each in asked} == {200, 429}
    refused = next(each for each in asked if each.status == 429)
    assert refused.headers["Retry-After"] == "60" and "访问过于频繁" in refused.text
    assert [front.get("/healthz", TERMINAL).status for _ in range(80)] == [200] * 80
    assert front.get("/healthz", "127.0.0.4").status == 200


def test_one_network_of_version_6_counts_as_one(front: Front) -> None:
    def asked(network: str) -> set[int]:
        return {front.get("/healthz", X_Test_Address=f"2001:db8:0:{network}::{at:x}").status for at in range(80)}

    assert asked("a") == {200, 429}
    assert front.get("/healthz", X_Test_Address="2001:db8:0:b::1").status == 200
    # A byte of an address may have the value of a line feed (0x0a).
    assert front.get("/healthz", X_Test_Address="a0a:a0a:a0a:a0a::1").status == 200


def test_nobody_is_who_they_say_they_are(front: Front) -> None:
    page = front.get("/", X_Forwarded_For=TERMINAL, X_Forwarded_Host="evil.example", X_Forwarded_Proto="https")
    assert "terminal.js" not in page.text and "evil.example" not in page.text
    address = f"/documents/{front.site.ids['低保.txt']}"
    assert "http://gongkai.example.gov.cn/documents/" in front.get(address, X_Forwarded_Host="evil.example").text


def test_files_come_from_the_web_server_with_the_same_headers(front: Front) -> None:
    style = front.get(f"/static/style.css?v={edition.design()}")
    assert style.status == 200 and "immutable" in style.headers["Cache-Control"]
    assert style.text == (ROOT / "web/static/style.css").read_text(encoding="utf-8")
    assert {name: style.headers[name] for name in HEADERS} == HEADERS
    assert front.get("/static/style.css").headers["Cache-Control"] == "no-cache"
    for path in ("/static/../app.py", "/static/nothing.css", "/static/%2e%2e/app.py"):
        assert front.get(path).status in (400, 404), path


def test_every_answer_bears_the_headers_once_whoever_makes_it(front: Front) -> None:
    id = front.site.ids["待审.txt"]
    asked = {
        200: front.get("/"),
        301: front.get("/search?page=9"),
        400: front.get("/search?page=x"),
        403: front.get("/readyz", "127.0.0.5"),
        404: front.get(f"/documents/{id}"),
        414: front.get(f"/{'x' * 9000}"),
        429: next(each for _ in range(200) if (each := front.get("/healthz", "127.0.0.7")).status == 429),
    }
    others = [(200, front.get("/")), (404, front.get("/static/nothing.css")), (404, front.get("/edition"))]
    for status, answer in [*asked.items(), *others]:
        assert answer.status == status
        assert {name: answer.headers.get_all(name) for name in HEADERS} == {name: [HEADERS[name]] for name in HEADERS}
        assert len(answer.headers.get_all("Cache-Control") or []) == 1, status
        assert answer.headers["Retry-After"] == ("60" if status == 429 else None)
        # The answer is a sentence in Chinese rather than the web server's own page.
        assert status == 301 or '<html lang="zh-CN"' in answer.text and "nginx" not in answer.text, status


def test_what_is_for_the_machine_alone_is_not_for_others(front: Front) -> None:
    assert front.get("/edition").status == 404
    assert front.get("/readyz").status == 200
    assert front.get("/readyz", "127.0.0.5").status == 403


def words_in(folder: Path) -> list[str]:
    """Return the lines of any log that reveal what somebody asked for, or who asked."""
    lines = [line for log in folder.glob("*.log") for line in log.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if re.search(r"%E4|search|127\.0\.0\.6|client:", line)]


def test_no_log_holds_words_or_addresses(front: Front, tmp_path: Path) -> None:
    asked = {front.get("/search?q=%E4%BD%8E%E4%BF%9D", "127.0.0.6").status for _ in range(80)}
    assert asked == {200, 429}
    sleep(0.2)
    folder = tmp_path / "nginx"
    assert re.search(r"GET 200 \d+ ", (folder / "access.log").read_text(encoding="utf-8"))
    assert words_in(folder) == []


def test_a_program_is_refused_in_its_own_way(front: Front) -> None:
    asked = (front.get("/api/v1/suggest?q=x", "127.0.0.8") for _ in range(200))
    refused = next(each for each in asked if each.status == 429)
    assert refused.headers["Content-Type"] == "application/json" and refused.headers["Retry-After"] == "60"
    assert "访问过于频繁" in json.loads(refused.text)["error"]
    assert {name: refused.headers[name] for name in HEADERS} == HEADERS


def test_when_the_service_is_down_a_sentence_says_so(own: Site, tmp_path: Path) -> None:
    folder = tmp_path / "down"
    folder.mkdir()
    port = free_port()
    with started(Front(own, port), configured(folder, port, f"http://127.0.0.1:{free_port()}")) as front:
        answer = front.get("/search?q=%E4%BD%8E%E4%BF%9D", "127.0.0.6")
        api = front.get("/api/v1/search?q=%E4%BD%8E%E4%BF%9D", "127.0.0.6")
    assert words_in(folder) == []
    assert (api.status, list(json.loads(api.text))) == (503, ["error"])
    assert answer.status == 503
    assert "检索服务暂时不可用" in answer.text and answer.headers["Retry-After"] == "60"
    assert answer.headers["Cache-Control"] == "no-store"
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
