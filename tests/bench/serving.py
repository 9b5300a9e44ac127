"""Measuring pages over HTTP: the server in a process of its own, as in production, and the same pages over FTS5.

``python -m tests.bench.serving PORT DATA PLACE`` is that peer: the same application and catalogue with another engine.
"""

import http.client
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from time import perf_counter, sleep

from tests.bench.bed import FTS5, OURS, Bed, by_turns
from tests.bench.peers import Fts5
from tests.bench.processes import MB, ROOT, memory, processor_seconds
from tests.bench.table import Row, p50_p95
from web import server
from web.installation.services import open_services
from web.installation.settings import THREADS, Settings
from web.installation.typing_aids import TypingAids

USERS = 4
_SERVE = ("-m", "web.commands.cli", "serve", "--workers")
_PROCESSES = max(2, len(os.sched_getaffinity(0)))
_START_SECONDS = 600.0
_TURNS = 2
_WARM = 2
_GLANCE = 0.01
# A server has built its typing aids once it uses less than this share of a processor for a while.
_IDLE = 0.05
_PAUSE = 1.0
# The links to documents in a list of results, and how many of them are asked for.
_DOCUMENT = re.compile(rb'href="(/documents/\w+)[?"]')
_DOCUMENTS = 60


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that answers. ``started`` is the number of seconds until it did."""

    port: int
    pid: int
    started: float


@dataclass(frozen=True, slots=True)
class Load:
    """The seconds that each request of simultaneous users took, and how long they went on."""

    taken: tuple[float, ...]
    seconds: float


def serving_rows(bed: Bed, seconds: float) -> list[Row]:
    """Measure pages for one user and for four, and what the server needs for them."""
    addresses = [form.address() for form in bed.all_forms]
    commands = {OURS: [*_SERVE, "1", "--port"]}
    if FTS5 not in bed.failures:
        commands[FTS5] = ["-m", "tests.bench.serving"]
    with ExitStack() as stack:
        servers: dict[str, Serving] = {}
        for name, command in commands.items():
            places = [str(bed.settings.data), str(bed.peer(FTS5))] if name == FTS5 else []
            try:
                servers[name] = stack.enter_context(_serving(bed, command, places, addresses[0]))
            except ConnectionError as error:
                if name == OURS:
                    raise
                bed.failures[name] = str(error)
        asks = {name: _asking(each.port, addresses) for name, each in servers.items()}
        first = by_turns(asks, len(addresses), 1, bed.failures)
        again = by_turns(asks, len(addresses), _WARM, bed.failures)
        taken = {name: memory(each.pid) for name, each in servers.items()}
        loads: dict[str, list[Load]] = {name: [] for name in servers}
        for _ in range(_TURNS):
            for name in [name for name in servers if name not in bed.failures]:
                try:
                    loads[name].append(_load(servers[name].port, addresses, seconds / _TURNS))
                except ConnectionError as error:
                    if name == OURS:
                        raise
                    bed.failures[name] = str(error)
        single = _single_pages(servers, addresses, dict(bed.failures))
    together = _together(bed, addresses, seconds)

    def pages(taken: Mapping[str, Sequence[float]]) -> dict[str, tuple[float, ...]]:
        return {name: p50_p95(each) for name, each in taken.items()}

    def row(name: str, what: str, figures: Mapping[str, tuple[float, ...]]) -> Row:
        return Row(name, what, figures[OURS], f"page over {FTS5}", figures.get(FTS5, ()), bed.failures.get(FTS5, ""))

    return [
        row("page cold", "page over HTTP, one user, the first time: p50 / p95 (ms)", pages(first)),
        row("page warm", "page over HTTP, one user, again: p50 / p95 (ms)", pages(again)),
        *(
            row(f"page {kind}", f"{kind} page over HTTP, one user, again: p50 / p95 (ms)", pages(taken))
            for kind, taken in single
        ),
        row(
            "load",
            f"page over HTTP, {USERS} users for {seconds:g} s: requests/s, p50 / p95 (ms)",
            {name: _summary(each) for name, each in loads.items() if name not in bed.failures},
        ),
        row(
            "memory",
            f"server's memory after {len(addresses)} queries: resident, anonymous (MB)",
            {name: (each.resident / MB, each.anonymous / MB) for name, each in taken.items()},
        ),
        row(
            "start",
            "server's start to its first answer (s)",
            {name: (each.started,) for name, each in servers.items()},
        ),
        Row(
            "load together",
            f"— {_PROCESSES} processes that share memory: requests/s, p50 / p95 (ms), memory (MB), start (s)",
            together,
            "one process",
            (*_summary(loads[OURS]), taken[OURS].proportional / MB, servers[OURS].started),
        ),
    ]


def _together(bed: Bed, addresses: Sequence[str], seconds: float) -> tuple[float, ...]:
    """Measure several processes under the same load, after each has answered each query."""
    with _serving(bed, [*_SERVE, str(_PROCESSES), "--port"], [], addresses[0]) as served:
        # A process has the fewest connections by turns.
        asks = [_asking(served.port, addresses) for _ in range(_PROCESSES)]
        for at in range(len(addresses)):
            for ask in asks:
                ask(at)
        loads = [_load(served.port, addresses, seconds / _TURNS) for _ in range(_TURNS)]
        return *_summary(loads), memory(served.pid).proportional / MB, served.started


def _single_pages(
    servers: Mapping[str, Serving], addresses: Sequence[str], failures: dict[str, str]
) -> list[tuple[str, dict[str, list[float]]]]:
    """Measure the first page and documents' pages, by server, after each had been asked for once."""
    ask = _asking(servers[OURS].port, addresses)
    found = [path for at in range(len(addresses)) for path in _DOCUMENT.findall(ask(at))]
    documents = sorted({path.decode() for path in found})[:_DOCUMENTS]
    measured = []
    for kind, paths in (("first", ["/"] * _DOCUMENTS), ("document", documents)):
        asks = {name: _asking(each.port, paths) for name, each in servers.items() if name not in failures}
        measured.append((kind, by_turns(asks, len(paths), _WARM, failures)))
    return measured


@contextmanager
def _serving(bed: Bed, command: Sequence[str], places: Sequence[str], address: str) -> Iterator[Serving]:
    """Start a server as in production, and yield it once it has finished preparing what it offers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    started = perf_counter()
    child = subprocess.Popen(  # noqa: S603  # our own server
        [sys.executable, *command, str(port), *places],
        cwd=ROOT,
        env=_environment(bed),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        ask = _asking(port, [address])
        while True:
            try:
                ask(0)
                break
            except ConnectionError as error:
                if child.poll() is not None or perf_counter() - started > _START_SECONDS:
                    raise ConnectionError("the server does not answer") from error
                sleep(_GLANCE)
        seconds = perf_counter() - started
        used = -1.0
        while processor_seconds(child.pid) - used > _IDLE * _PAUSE and perf_counter() - started < _START_SECONDS:
            used = processor_seconds(child.pid)
            sleep(_PAUSE)
        yield Serving(port, child.pid, seconds)
    finally:
        child.terminate()
        child.wait()


def _environment(bed: Bed) -> dict[str, str]:
    """Return our environment without the settings of an installation that may be on this machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GONGKAI_")}
    return kept | {"GONGKAI_DATA": str(bed.settings.data)}


def _asking(port: int, addresses: Sequence[str]) -> Callable[[int], bytes]:
    """Return a function that fetches a page over a persistent connection. It raises ConnectionError on failure."""
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def ask(at: int) -> bytes:
        try:
            connection.request("GET", addresses[at])
            response = connection.getresponse()
            page = bytes(response.read())
        except (http.client.HTTPException, OSError) as error:
            connection.close()
            raise ConnectionError(f"{type(error).__name__} for {addresses[at]}") from error
        if response.status != http.HTTPStatus.OK:
            raise ConnectionError(f"status {response.status} for {addresses[at]}")
        return page

    return ask


def _load(port: int, addresses: Sequence[str], seconds: float) -> Load:
    """Let users ask one page after another, each beginning at a different one."""
    started = perf_counter()

    def go_on(user: int) -> list[float]:
        ask = _asking(port, addresses)
        taken = []
        for at in count(user * len(addresses) // USERS):
            before = perf_counter()
            if before - started >= seconds:
                break
            ask(at % len(addresses))
            taken.append(perf_counter() - before)
        return taken

    with ThreadPoolExecutor(USERS) as users:
        found = tuple(chain.from_iterable(users.map(go_on, range(USERS))))
    return Load(found, perf_counter() - started)


def _summary(loads: Sequence[Load]) -> tuple[float, ...]:
    taken = [each for load in loads for each in load.taken]
    return len(taken) / sum(load.seconds for load in loads), *p50_p95(taken)


def main() -> None:
    port, data, place = sys.argv[1:]
    opened = open_services(Settings.at(Path(data)), serving=True)
    engine = Fts5(Path(place), opened.analyzer)
    typing_aids = TypingAids(engine, opened.synonyms, background=True)
    server.serve(replace(opened, engine=engine, typing_aids=typing_aids), "127.0.0.1", int(port), threads=THREADS)


if __name__ == "__main__":
    main()
