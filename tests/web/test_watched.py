"""Monitoring and rate limits: readiness, metrics, and a log that identifies nobody at a terminal."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from urllib.request import urlopen

import pytest
from prometheus_client import generate_latest
from sqlalchemy.exc import OperationalError
from waitress import wasyncore

from archive.decisions import review
from archive.document import Verdict
from indexer import sync
from tests.web.conftest import Site, client_of
from web.app import create_app
from web.http import edition, metrics

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page


def test_readiness_tells_generation_cursor_lag_and_age(own: Site) -> None:
    told = own.client.get("/readyz").json or {}
    assert told == {
        "ready": True,
        "edition": told["edition"],
        "generation": "00000001",
        "cursor": 4,
        "lag": 0,
        "documents": 4,
        "age_seconds": None,
        "warning": "",
        "night_age_seconds": None,
    }
    edition.stamp(own.services.settings.data)
    review.decide(own.services.catalogue, own.ids["撤回.txt"], Verdict.WITHDRAW, "审查员", "含个人信息")
    later = own.client.get("/readyz").json or {}
    assert (later["lag"], later["cursor"]) == (1, 4)
    assert 0 <= later["age_seconds"] < 60
    assert later["edition"] != told["edition"]
    assert later["generation"] == "00000001"
    sync.catch_up(own.services.catalogue, own.services.engine)
    assert (own.client.get("/readyz").json or {})["generation"] == "00000002"


def test_figures_are_on_a_port_of_their_own(site: Site) -> None:
    app = create_app(site.services)
    client = app.test_client()
    for address in ("/", "/search?q=低保", "/documents/nowhere", "/metrics"):
        client.get(address).close()
    assert client.get("/metrics").status_code == 404
    listening = metrics.listen(0)
    host, port = listening.getsockname()
    assert host == "127.0.0.1"
    server, thread = metrics.serve_metrics(app.extensions["metrics"], listening)
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:  # the test's own server
            text = answer.read().decode()
    finally:
        server.task_dispatcher.shutdown()
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
        thread.join()
    for line in (
        'gongkai_answers_total{route="/search",status="200"} 1.0',
        'gongkai_answers_total{route="/documents/<id>",status="404"} 1.0',
        'gongkai_answer_seconds_count{route="/"} 1.0',
        "gongkai_ready 1.0",
        "gongkai_index_lag 1.0",
        "gongkai_documents 4.0",
    ):
        assert line in text
    assert "低保" not in text and "%E4" not in text


def test_figures_say_that_the_database_is_gone(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    app = create_app(site.services)
    monkeypatch.setattr("web.http.edition.publications.last", gone)
    assert b"gongkai_ready 0.0" in generate_latest(app.extensions["metrics"])


def test_the_log_names_routes_and_nobody_at_a_terminal(site: Site, tmp_path: Path) -> None:
    settings = replace(site.services.settings, terminals=(ip_network("10.1.7.0/24"),))
    client = client_of(replace(site.services, settings=settings))
    handlers = list(metrics.access.handlers)
    metrics.log_to(tmp_path / "access.log")
    try:
        client.get("/search?q=低保", environ_base={"REMOTE_ADDR": "10.1.7.9"})
        client.get(f"/documents/{site.ids['低保.txt']}", environ_base={"REMOTE_ADDR": "203.0.113.7"})
    finally:
        for handler in [each for each in metrics.access.handlers if each not in handlers]:
            metrics.access.removeHandler(handler)
            handler.close()
        metrics.access.setLevel(logging.NOTSET)
    text = (tmp_path / "access.log").read_text(encoding="utf-8")
    terminal, phone = map(json.loads, text.splitlines())
    assert (terminal["route"], terminal["status"], terminal["terminal"]) == ("/search", 200, True)
    assert "address" not in terminal and "10.1.7.9" not in text
    assert (phone["route"], phone["address"]) == ("/documents/<id>", "203.0.113.7")
    assert "低保" not in text and "%E4" not in text and site.ids["低保.txt"] not in text
    assert phone["bytes"] > 1000 and phone["ms"] > 0


@pytest.fixture
def limited(site: Site) -> Site:
    settings = replace(site.services.settings, rate=5, terminals=(ip_network("10.1.7.0/24"),))
    return replace(site, client=client_of(replace(site.services, settings=settings)))


def test_who_asks_too_much_is_told_when_to_come_again(limited: Site) -> None:
    asking = {"REMOTE_ADDR": "203.0.113.7"}
    addresses = ("/", "/search?q=低保", "/help", "/api/v1/suggest?q=x", "/browse/years")
    assert [limited.client.get(each, environ_base=asking).status_code for each in addresses] == [200] * 5
    refused = limited.client.get("/", environ_base=asking)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert "访问过于频繁" in refused.text
    program = limited.client.get("/api/v1/search", environ_base=asking)
    assert program.status_code == 429 and "频繁" in (program.json or {})["error"]
    # Static files and monitoring are not counted, nor are other addresses.
    assert limited.client.get("/static/style.css", environ_base=asking).status_code == 200
    assert limited.client.get("/healthz", environ_base=asking).status_code == 200
    assert limited.client.get("/", environ_base={"REMOTE_ADDR": "203.0.113.8"}).status_code == 200


def test_one_network_of_version_6_counts_as_one(limited: Site) -> None:
    def asked(address: str) -> int:
        return limited.client.get("/help", environ_base={"REMOTE_ADDR": address}).status_code

    assert [asked(f"2001:db8:0:7::{at:x}") for at in range(6)] == [200] * 5 + [429]
    assert asked("2001:db8:0:8::1") == 200
    assert [asked(each) for each in ("::ffff:203.0.113.30", "203.0.113.30") * 3][-1] == 429


def test_who_asks_wrongly_is_counted_too(limited: Site) -> None:
    asking = {"REMOTE_ADDR": "203.0.113.31"}
    asked = [limited.client.get("/help?elder=9", environ_base=asking).status_code for _ in range(6)]
    assert asked == [400] * 5 + [429]


@pytest.mark.parametrize("address", ["10.1.7.9", "127.0.0.1", "::1"])
def test_terminals_and_the_machine_itself_are_spared(limited: Site, address: str) -> None:
    asked = [limited.client.get("/help", environ_base={"REMOTE_ADDR": address}).status_code for _ in range(8)]
    assert asked == [200] * 8


def test_a_terminal_by_its_own_word_is_not_spared(limited: Site) -> None:
    asking = {"REMOTE_ADDR": "203.0.113.9"}
    asked = [limited.client.get("/help?terminal=1", environ_base=asking).status_code for _ in range(8)]
    assert asked[-1] == 429


@pytest.fixture
def behind(site: Site) -> Site:
    settings = replace(site.services.settings, rate=5, proxies=1, terminals=(ip_network("10.1.7.0/24"),))
    return replace(site, client=client_of(replace(site.services, settings=settings)))


def _forwarded(site: Site, told: str) -> int:
    return site.client.get("/help", headers={"X-Forwarded-For": told}).status_code


@pytest.mark.parametrize(
    "spelt",
    [
        pytest.param(lambda at: f"203.0.113.7:{50_000 + at}", id="version 4 with a port"),
        pytest.param(lambda at: f"[2001:db8:0:7::{at:x}]:{50_000 + at}", id="version 6 with a port"),
        pytest.param(lambda at: f"2001:db8:0:7::{at:x}", id="one network of version 6"),
        pytest.param(lambda at: f"2001:0db8:0:7:0:0:0:{at:04x}", id="version 6 spelt out"),
        pytest.param(
            lambda at: ("203.0.113.7", "::ffff:203.0.113.7", " 203.0.113.7 ", '"203.0.113.7:1"')[at % 4],
            id="one of both",
        ),
        pytest.param(lambda at: f"garbage{at}", id="garbage"),
        pytest.param(lambda at: f"203.0.113.{at}.9:80", id="almost an address"),
        pytest.param(lambda at: f"_hidden{at}:4000", id="an obfuscated name"),
        pytest.param(lambda at: f"203.0.113.{at}, {'x' * (at + 1)}", id="garbage by the last"),
        pytest.param(lambda at: "," * (at + 1), id="commas"),
        pytest.param(lambda at: f"203.0.113.{at} 203.0.113.9", id="two in one"),
    ],
)
def test_whoever_spells_an_address_anew_stays_one_client(spelt: Callable[[int], str], behind: Site) -> None:
    assert [_forwarded(behind, spelt(at)) for at in range(6)][-1] == 429


def test_clients_behind_a_proxy_are_told_apart(behind: Site) -> None:
    assert [_forwarded(behind, f"203.0.113.{at}:4000") for at in range(6)] == [200] * 6
    assert [_forwarded(behind, f"198.51.100.9, 203.0.113.{at + 10}") for at in range(6)] == [200] * 6
    # A terminal is one with its port too, and the machine itself is spared.
    assert [_forwarded(behind, "10.1.7.9:4000") for _ in range(8)] == [200] * 8
    assert [behind.client.get("/help").status_code for _ in range(8)] == [200] * 8
