"""The server, asked through a socket."""

import errno
import gc
import json
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from time import monotonic, sleep
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from waitress import wasyncore
from waitress.server import BaseWSGIServer

from tests.web.conftest import Site
from web import server
from web.app import create_app
from web.server import running, serve

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page


def raw(address: str, request: bytes) -> bytes:
    place = urlsplit(address)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except ConnectionResetError:
            # The server did not read all of it.
            pass
    return answer


def test_chinese_in_an_address_may_come_as_it_is_typed(site: Site) -> None:
    with running(create_app(site.services)) as address:
        typed = "GET /api/v1/search?q=最低生活保障 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        head, _, body = raw(address, typed).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert json.loads(body)["total"] == 2


@pytest.mark.parametrize(
    "line", ["GET /search?q=\xff\xfe HTTP/1.1", "GET /search?q=%ED%A0%80 HTTP/1.1", "GET /search?q=%00%FF HTTP/1.1"]
)
def test_bytes_that_are_no_text_are_answered(site: Site, line: str) -> None:
    with running(create_app(site.services)) as address:
        request = line.encode("latin-1") + b"\r\nHost: x\r\nConnection: close\r\n\r\n"
        assert raw(address, request)[:12] in (b"HTTP/1.1 200", b"HTTP/1.1 400")


def test_the_server_ends_with_its_last_answer(site: Site) -> None:
    with running(create_app(site.services)) as address, urlopen(f"{address}/healthz", timeout=10) as answer:  # noqa: S310  # the test's own server
        assert answer.read() == b"ok\n"
    with pytest.raises(OSError, match="refused"):
        raw(address, b"")


def test_a_port_that_is_taken_is_named(site: Site) -> None:
    with running(create_app(site.services)) as address:
        port = urlsplit(address).port or 0
        with pytest.raises(OSError, match="--port"):
            serve(site.services, "127.0.0.1", port, threads=1)


def test_at_the_desk_what_stays_is_looked_through_for_garbage_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    exempt: list[int] = []

    def run(served: BaseWSGIServer) -> None:
        exempt.append(gc.get_freeze_count())
        served.close()

    monkeypatch.setattr(server, "_run", run)
    gc.unfreeze()
    server.serve_desk(create_app(site.services), "127.0.0.1", 0)
    gc.unfreeze()
    # All the modules there are.
    assert exempt[0] > 50_000


@contextmanager
def half_open(address: str, count: int, begun: bytes = b"") -> Iterator[list[socket.socket]]:
    """Connections that ask for nothing, or never finish asking."""
    place = urlsplit(address)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)), hard))
    with ExitStack() as opened:
        made = []
        for _ in range(count):
            connection = opened.enter_context(
                socket.create_connection((place.hostname or "", place.port or 0), timeout=10)
            )
            if begun:
                connection.sendall(begun)
            made.append(connection)
        yield made


def _closed(connection: socket.socket) -> bool:
    connection.settimeout(0.01)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def _answered(address: str) -> float:
    """Ask as a browser does, and return how many seconds the answer took."""
    began = monotonic()
    with urlopen(f"{address}/healthz", timeout=10) as answer:  # noqa: S310  # our own
        assert answer.read() == b"ok\n"
    return monotonic() - began


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: "], ids=["silent", "half a header"])
@pytest.mark.parametrize("limit", [1000, 50], ids=["below the limit", "beyond it"])
def test_half_open_connections_keep_nobody_waiting(
    begun: bytes, limit: int, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "CONNECTIONS", limit)
    with running(create_app(site.services)) as address, half_open(address, 200, begun):
        for _ in range(3):
            assert _answered(address) < 2


def test_connections_leave_files_for_the_index(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.server.resource.getrlimit", lambda _: (200, 200))
    made = server._server(create_app(site.services), server._listening("127.0.0.1", 0), 1, {})
    try:
        assert made.adj.connection_limit == 50
    finally:
        made.task_dispatcher.shutdown(timeout=1)
        made.close()


def test_without_room_for_a_connection_one_waits_until_there_is(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    accept, tries, until = wasyncore.dispatcher.accept, [], monotonic() + 0.2

    def full(self: object) -> object:
        tries.append(1)
        if monotonic() < until:
            raise OSError(errno.EMFILE, "Too many open files")
        return accept(self)

    monkeypatch.setattr(wasyncore.dispatcher, "accept", full)
    with running(create_app(site.services)) as address:
        assert _answered(address) < 2
    assert 1 < len(tries) < 300 and not caplog.records


def test_a_request_that_comes_drop_by_drop_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "REQUEST_SECONDS", 1)
    with running(create_app(site.services)) as address, half_open(address, 5, b"GET / HTTP/1.1\r\nX-A: ") as slow:
        until = monotonic() + 8
        while monotonic() < until and not all(map(_closed, slow)):
            for connection in slow:
                try:
                    connection.sendall(b"a")
                except OSError:
                    pass
            sleep(0.1)
        assert all(map(_closed, slow))
        assert _answered(address) < 2


def test_a_silent_connection_is_closed_though_the_clock_is_set_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "IDLE_SECONDS", 1)
    with running(create_app(site.services)) as address, half_open(address, 3) as silent:
        assert _answered(address) < 2
        monkeypatch.setattr("waitress.server.time.time", lambda: 0.0)
        until = monotonic() + 8
        while monotonic() < until and not all(map(_closed, silent)):
            sleep(0.1)
        assert all(map(_closed, silent))


def test_a_header_and_a_body_are_bounded(site: Site) -> None:
    with running(create_app(site.services)) as address:
        long = b"GET /search?q=" + b"a" * server.LARGEST_HEADER + b" HTTP/1.1\r\nHost: x\r\n\r\n"
        assert raw(address, long)[9:12] in (b"431", b"")
        post = b"POST /oai HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 9999999\r\n\r\n"
        assert raw(address, post)[9:12] in (b"413", b"")
        assert _answered(address) < 2
