"""Links are asked politely, never inside one's own network, and no site that turns programs away is called dead."""

import json
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from threading import Thread

import pytest
import time_machine

from tests.conftest import make_document
from web.commands import dead_links, links
from web.commands.links import Asker, State, public
from web.installation.services import Services

ASKED: list[tuple[str, str]] = []


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        ASKED.append((self.headers["Host"], self.path))
        if self.path == "/robots.txt" and self.headers["Host"].startswith("robots.example"):
            self._said(200, b"User-agent: *\nDisallow: /secret\n")
        elif self.path.startswith("/on/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/on/"))
            self.end_headers()
        elif self.path == "/slow":
            with suppress(OSError):
                for _ in range(100):
                    self.wfile.write(b"H")
                    time.sleep(0.05)
        else:
            last = self.path.rpartition("/")[2]
            self._said(int(last) if last.isdigit() else 404 if last == "robots.txt" else 200, b"")

    def _said(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def port_of_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Serve the same over TLS, with a certificate that is believed for this test."""
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=site.example")
    words = ["openssl", "req", "-x509", *kind, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(words, check=True, capture_output=True)  # noqa: S603  # Debian's
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    believing = ssl.create_default_context(cafile=str(certificate))
    believing.check_hostname = False
    monkeypatch.setattr(ssl, "create_default_context", lambda: believing)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        server.daemon_threads = True
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def asker() -> Asker:
    """Names end at this machine; what is called inner has a private address."""
    ASKED.clear()

    def resolve(host: str, port: int) -> list[str]:
        if host == "gone.example":
            raise socket.gaierror
        return ["10.1.2.3"] if host.startswith("inner") else ["127.0.0.1"]

    return Asker(resolve, lambda address: address == "127.0.0.1", pause=0)


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("/page", State.OPEN),
        ("/404", State.FAILED),
        ("/410", State.FAILED),
        ("/500", State.FAILED),
        ("/403", State.UNSURE),
        ("/429", State.UNSURE),
        ("/503", State.UNSURE),
        ("/on//page", State.OPEN),
        ("/on//404", State.FAILED),
        # A circle.
        ("/on/on", State.FAILED),
    ],
)
def test_what_the_other_side_says_is_judged(asker: Asker, port: int, path: str, state: State) -> None:
    assert asker.ask(f"http://site.example:{port}{path}").state is state


def test_a_redirect_inside_is_not_followed_and_a_circle_has_an_end(asker: Asker, port: int) -> None:
    for where in (f"http://inner.example:{port}/x", "file:///etc/passwd", f"http://u:p@site.example:{port}/x"):
        asked = asker.ask(f"http://site.example:{port}/on/{where}")
        assert asked.state is State.UNSURE, where
        assert asker.ask(where).state is State.UNSURE, where
    assert not any("inner" in host for host, _ in ASKED)
    assert asker.ask("http://gone.example/") == links.Asked(State.FAILED, "找不到这个主机名", answered=False)


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("8.8.8.8", True), ("2001:4860:4860::8888", True), ("10.0.0.1", False), ("127.0.0.1", False),
        ("169.254.169.254", False), ("192.168.1.1", False), ("100.64.0.1", False), ("0.0.0.0", False),  # noqa: S104  # to be refused
        ("224.0.0.1", False), ("::1", False), ("fe80::1%eth0", False), ("fd00::1", False),
        ("::ffff:10.0.0.1", False), ("64:ff9b::a00:1", False), ("2002:a00:1::1", False), ("::ffff:8.8.8.8", True),
        ("::10.0.0.1", False), ("fec0::1", False), ("59.192.1.1", False), ("59.191.1.1", True),
        ("::ffff:0:10.0.0.1", False), ("5f00::1", False),
    ],
)  # fmt: skip
def test_only_addresses_of_the_public_network_are_asked(address: str, is_public: bool) -> None:
    assert public(address) is is_public


def test_the_offices_own_terminals_are_not_asked(services: Services) -> None:
    settings = replace(services.settings, terminals=(ip_network("8.8.4.0/24"),))
    assert [dead_links.is_asked(address, settings) for address in ("8.8.4.4", "8.8.8.8")] == [False, True]


def test_by_itself_it_asks_nothing_on_this_machine(port: int) -> None:
    ASKED.clear()
    for host in ("127.0.0.1", "localhost", "0.0.0.0", "[::1]", "2130706433", "0x7f.1"):  # noqa: S104  # to be refused
        assert Asker(pause=0).ask(f"http://{host}:{port}/page").state is not State.OPEN, host
    assert ASKED == []


def test_what_robots_bars_is_not_asked_and_robots_once(asker: Asker, port: int) -> None:
    site = f"http://robots.example:{port}"
    found = dict(asker.all([f"{site}/secret/1", f"{site}/page", f"{site}/other"]))
    assert [found[f"{site}{path}"].state for path in ("/secret/1", "/page", "/other")] == [
        *(State.UNSURE, State.OPEN, State.OPEN)
    ]
    assert not any(path.startswith("/secret") for _, path in ASKED)


def test_who_answers_a_byte_at_a_time_has_no_more_time(
    asker: Asker, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "SECONDS", 0.3)
    began = time.monotonic()
    asked = asker.ask(f"http://site.example:{port}/slow")
    assert asked.state is State.FAILED and not asked.answered and time.monotonic() - began < 2


def test_over_tls_it_has_no_more_time_either(asker: Asker, port_of_tls: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asker.ask(f"https://site.example:{port_of_tls}/page").state is State.OPEN
    monkeypatch.setattr(links, "SECONDS", 0.5)
    began = time.monotonic()
    asked = asker.ask(f"https://site.example:{port_of_tls}/slow")
    assert asked.state is State.FAILED and time.monotonic() - began < 3


def test_no_service_but_the_web_is_asked(asker: Asker) -> None:
    for port in (22, 25, 139, 445):
        assert asker.ask(f"http://site.example:{port}/") == links.Asked(State.UNSURE, "不是网页的端口", answered=False)


def test_the_links_of_a_document_are_found() -> None:
    text = "见http://a.example/x?y=1。又见（https://b.example/z），https://b.example/z；ftp://c.example"
    assert links.of(make_document("a", "通知", text)) == ["http://a.example/x?y=1", "https://b.example/z"]


class _Made(Asker):
    """Answers as it is told, and asks nothing."""

    def __init__(self, answers: dict[str, links.Asked]) -> None:
        super().__init__(pause=0)
        self.answers, self.asked = answers, list[str]()

    def ask(self, link: str) -> links.Asked:
        self.asked.append(link)
        return self.answers.get(link, links.Asked(State.OPEN, "200"))


def test_a_link_is_dead_after_two_days_and_what_turns_programs_away_changes_nothing(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dead, shut, fine, own = (f"https://{name}.example/" for name in ("dead", "shut", "fine", "own"))
    text = f"见{dead} 和{shut} 和{fine} 和{own}x"
    monkeypatch.setattr(type(services.catalogue), "public_all", lambda _: iter([make_document("a", "通知", text)]))
    opened = replace(services, settings=replace(services.settings, address="https://own.example"))
    failed, unsure = links.Asked(State.FAILED, "对方答复 404"), links.Asked(State.UNSURE, "对方不答复程序（429）")
    listed = "https://listed.example/"

    def night(day: int, answers: dict[str, links.Asked]) -> tuple[list[str], list[str]]:
        with time_machine.travel(f"2026-09-0{day}T01:00:00Z", tick=False):
            looked = dead_links.look(opened, [listed], _Made(answers))
        return [each.where for each in looked.findings], [*looked.doubtful]

    assert night(1, {dead: failed, listed: failed}) == ([], [listed]), "suspected"
    assert night(1, {dead: failed, listed: failed}) == ([], [listed]), "the same day"
    assert night(2, {dead: unsure, shut: unsure, listed: unsure}) == ([], [listed])
    assert night(3, {dead: failed, shut: unsure, listed: failed}) == ([dead, listed], [])
    assert "疑似打不开 0 个，打不开 2 个" in capsys.readouterr().out
    assert night(4, {dead: unsure, listed: unsure}) == ([dead, listed], []), "turned away is not mended"
    assert night(5, {}) == ([], [])
    known = json.loads((services.settings.data / dead_links.FILE).read_text(encoding="utf-8"))
    assert set(known) == {dead, shut, fine, listed} and known[dead]["failed"] == []
    monkeypatch.setattr(dead_links, "MOST", 1)
    asker = _Made({})
    dead_links.look(opened, [], asker)
    assert len(asker.asked) == 1


def test_where_nothing_is_answered_the_machine_has_no_way_out_and_nothing_is_concluded(
    services: Services, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = " ".join(f"https://site{number}.example/" for number in range(6))
    monkeypatch.setattr(type(services.catalogue), "public_all", lambda _: iter([make_document("a", "通知", text)]))
    silent = links.Asked(State.FAILED, "找不到这个主机名", answered=False)
    made = _Made({f"https://site{number}.example/": silent for number in range(6)})
    looked = dead_links.look(services, ["https://site1.example/"], made)
    assert looked == dead_links.Looked([], frozenset({"https://site1.example/"}))
    assert "不能上网" in capsys.readouterr().err
    known = json.loads((services.settings.data / dead_links.FILE).read_text(encoding="utf-8"))
    assert len(known) == 6 and not any(about["failed"] for about in known.values()), "the next night asks others"


def test_a_site_that_is_gone_does_not_hide_the_others_and_what_was_not_asked_tells_nothing(
    services: Services, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = {f"https://gone.example/{number}" for number in range(9)}
    inner = {f"http://10.0.0.{number}/" for number in range(1, 10)}
    text = " ".join([*gone, *inner, "https://fine.example/"])
    monkeypatch.setattr(type(services.catalogue), "public_all", lambda _: iter([make_document("a", "通知", text)]))
    silent = links.Asked(State.FAILED, "找不到这个主机名", answered=False)
    refused = {link: Asker().ask(link) for link in inner}
    for day, fine, dead in ((1, silent, 0), (2, silent, 0), (3, links.Asked(State.OPEN, "200"), 0), (4, None, 9)):
        made = _Made({**dict.fromkeys(gone, silent), **refused, **({"https://fine.example/": fine} if fine else {})})
        with time_machine.travel(f"2026-09-0{day}T01:00:00Z", tick=False):
            assert len(dead_links.look(services, [], made).findings) == dead, day
        assert ("不能上网" in capsys.readouterr().err) is (fine is silent), day
