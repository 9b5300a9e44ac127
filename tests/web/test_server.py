"""The server, asked through a socket."""

import json
import socket
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from tests.web.conftest import Site
from web.app import create_app
from web.server import running, serve


def raw(address: str, request: bytes) -> bytes:
    place = urlsplit(address)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
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
