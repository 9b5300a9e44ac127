"""Processes that answer for one address together."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import copy
from pathlib import Path
from time import monotonic, sleep
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from prometheus_client import generate_latest

from archive.decisions import review
from archive.document import Verdict
from indexer import sync
from tests.conftest import publish
from tests.web.conftest import Site, free_port
from web.app import create_app
from web.http import together
from web.http.together import ROUTES, Together
from web.installation import memory

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
# Work that is done until told to stop.
WAIT = "time.sleep(600)"


def pair() -> tuple[Together, Together]:
    """Return the counts as two processes see them."""
    first = Together(2)
    second = copy(first)
    second.number = 1
    return first, second


def test_an_address_has_one_limit_whichever_process_answers() -> None:
    first, second = pair()
    assert [each.admit("203.0.113.7", 5) for each in (first, second) * 3] == [True] * 5 + [False]
    assert not first.admit("203.0.113.7", 5)
    assert second.admit("203.0.113.8", 5)


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(together, "monotonic", lambda: self.now)


def test_the_minute_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    (first, second), clock = pair(), Clock(monkeypatch)
    assert first.admit("a", 4) and second.admit("a", 4)
    clock.now = 1030.9
    assert first.admit("a", 4) and second.admit("a", 4) and not first.admit("a", 4)
    clock.now = 1059.9
    assert not second.admit("a", 4)
    clock.now = 1060.0
    assert second.admit("a", 4) and first.admit("a", 4) and not second.admit("a", 4)
    clock.now = 1120.0
    assert [first.admit("a", 4) for _ in range(5)] == [True] * 4 + [False]


def test_of_too_many_addresses_the_one_not_heard_of_for_longest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "_SETS", 1)
    alone, clock = Together(), Clock(monkeypatch)
    for address in "abcdefgha":
        clock.now += 1
        assert alone.admit(address, 2)
    # "b" gives way, "a" has asked again since.
    assert alone.admit("i", 2)
    assert not alone.admit("a", 2)
    assert alone.admit("b", 1)


def test_figures_are_those_of_all_processes(site: Site) -> None:
    apps = [create_app(site.services, each) for each in pair()]
    for app in apps:
        app.test_client().get("/help").close()
        app.test_client().get("/documents/nowhere").close()
    for app in apps:
        text = generate_latest(app.extensions["metrics"]).decode()
        assert 'gongkai_answers_total{route="/help",status="200"} 2.0' in text
        assert 'gongkai_answers_total{route="/documents/<id>",status="404"} 2.0' in text
        assert 'gongkai_answer_seconds_bucket{le="+Inf",route="/help"} 2.0' in text


def test_there_is_room_for_the_figures_of_every_route(site: Site) -> None:
    assert len([*create_app(site.services).url_map.iter_rules()]) < ROUTES // 2


def test_an_edition_has_one_name_in_all_processes(own: Site) -> None:
    aids, folds = own.services.typing_aids, own.services.folds
    # However often each has made what it offers: it is named by the index that it was made from.
    for _ in range(2):
        sync.rebuild(own.services.catalogue, own.services.engine)
        for each in (aids.suggester, aids.corrector, folds):
            each.current()
    live = own.services.engine.generation()
    assert (aids.made, folds.made) == ((live, live), live)


@pytest.mark.parametrize(
    ("gigabytes", "processors", "workers"), [(1, 4, 1), (2, 4, 1), (3.8, 2, 2), (3.8, 8, 2), (15.6, 4, 4), (64, 32, 8)]
)
def test_a_small_machine_is_not_overfilled(
    gigabytes: float, processors: int, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"SC_PHYS_PAGES": int(gigabytes * (1 << 30)) // 4096, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr("os.sysconf", told.__getitem__)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: range(processors))
    assert memory.workers_here() == workers


@contextmanager
def kept(work: str, count: int = 2, first: str = "") -> Iterator[subprocess.Popen[str]]:
    """Keep processes that do some work, in a process whose output is theirs too. None is left afterwards."""
    script = f"import os, sys, time\nfrom web.workers import keep\n{first}\nkeep({count}, lambda number: ({work}))"
    process = subprocess.Popen(  # noqa: S603  # our own
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    began: list[int] = []
    try:
        yield process
    finally:
        began += children(process.pid)
        process.kill()
        process.communicate()
        for pid in began:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    with suppress(OSError):
        return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split())]
    return []


def until(holds: Callable[[], object]) -> None:
    waited = monotonic() + PATIENCE
    while not holds():
        assert monotonic() < waited
        sleep(0.01)


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and waits for its parent does not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_who_is_told_to_stop_stops_all(told: signal.Signals) -> None:
    with kept(WAIT) as process:
        until(lambda: len(children(process.pid)) == 2)
        both = children(process.pid)
        # At a terminal, all of them are told.
        sleep(0.2)
        for pid in (*both, process.pid) if told is signal.SIGINT else (process.pid,):
            os.kill(pid, told)
        assert process.wait(PATIENCE) == 0
        assert not any(map(alive, both))


@pytest.mark.slow
def test_nothing_is_left_when_the_one_that_keeps_them_is_killed() -> None:
    with kept(WAIT) as process:
        until(lambda: len(children(process.pid)) == 2)
        both = children(process.pid)
        sleep(0.2)
        process.kill()
        process.wait(PATIENCE)
        until(lambda: not any(map(alive, both)))


@pytest.mark.slow
def test_one_that_dies_is_started_again_and_the_log_says_so() -> None:
    # In one piece, however Python is told to write what it prints.
    with kept(f"os.write(1, b'%d\\n' % number), {WAIT}") as process:
        until(lambda: len(children(process.pid)) == 2)
        assert process.stdout and {process.stdout.readline(), process.stdout.readline()} == {"0\n", "1\n"}
        first, second = children(process.pid)
        os.kill(first, signal.SIGKILL)
        assert process.stdout.readline() == "0\n"
        assert second in children(process.pid) and len(children(process.pid)) == 2
        process.terminate()
        _, said = process.communicate(timeout=PATIENCE)
    assert f"第 1 个应答进程（{first}）意外结束（-9），重新启动。" in said


@pytest.mark.slow
def test_one_that_the_system_has_no_room_for_is_tried_again_while_the_others_answer() -> None:
    # The third to be started fails once.
    first = (
        "from web import workers\nreal, count = os.fork, iter(range(9))\nworkers._AGAIN = 0.1\n"
        "def fork():\n    if next(count) == 2:\n        raise BlockingIOError(11, 'no room')\n    return real()\n"
        "os.fork = fork"
    )
    with kept(WAIT, first=first) as process:
        until(lambda: len(children(process.pid)) == 2)
        killed, other = children(process.pid)
        os.kill(killed, signal.SIGKILL)
        until(lambda: len(children(process.pid)) == 2 and killed not in children(process.pid))
        assert other in children(process.pid)
        process.terminate()
        assert "没有能够启动" in process.communicate(timeout=PATIENCE)[1]


@pytest.mark.slow
def test_those_that_die_again_and_again_are_given_up() -> None:
    with kept(f"os._exit(3) if number else {WAIT}") as process:
        until(lambda: children(process.pid))
        one = children(process.pid)[0]
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 1 and not alive(one)
    assert said.count("意外结束（3）") == 11 and "请减少 --workers" in said


class Served:
    """A server of two processes that is running."""

    def __init__(self, port: int, workers: list[int]) -> None:
        self.port = port
        self.workers = workers

    def ask(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
        request = Request(f"http://127.0.0.1:{self.port}{path}", headers=headers or {})
        try:
            with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310  # our own
                return answer.status, answer.read().decode()
        except HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()

    @contextmanager
    def only(self, number: int) -> Iterator[None]:
        """Let one of the two answer: the other stands still."""
        other = self.workers[1 - number]
        os.kill(other, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(other, signal.SIGCONT)


@contextmanager
def served(site: Site, **variables: str) -> Iterator[Served]:
    settings, port = site.services.settings, free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GONGKAI_")}
    environment |= {"GONGKAI_DATA": str(settings.data), "GONGKAI_DATABASE_URL": settings.database_url, **variables}
    command = [sys.executable, "-m", "web.commands.cli", "serve", "--port", str(port), "--workers", "2"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603  # our own

    def answers() -> bool:
        assert process.poll() is None
        with suppress(OSError):
            return server.ask("/healthz")[0] == 200
        return False

    server = Served(port, [])
    try:
        until(answers)
        server.workers = children(process.pid)
        for number in (0, 1):
            with server.only(number):
                until(answers)
        yield server
    finally:
        process.terminate()
        try:
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
    assert not any(map(alive, server.workers))


@pytest.mark.slow
def test_a_withdrawal_reaches_every_process_at_once(own: Site) -> None:
    id = own.ids["预算.txt"]
    addresses = (f"/search?q={quote('部门预算')}", f"/api/v1/search?q={quote('部门预算')}", "/search.atom", "/")
    with served(own) as server:
        for number in (0, 1):
            with server.only(number):
                assert server.ask(f"/documents/{id}")[0] == 200
                assert id in server.ask(addresses[0])[1] and id in server.ask(addresses[1])[1]
                for address in addresses:
                    server.ask(address)
        review.decide(own.services.catalogue, id, Verdict.WITHDRAW, "审查员", "有误")
        for number in (0, 1):
            with server.only(number):
                assert server.ask(f"/documents/{id}")[0] == 410
                assert not [each for each in addresses if f"/documents/{id}" in server.ask(each)[1]]
        # Once both have made what they offer, a cache may take the answers of either for the other's.
        until(lambda: len({edition(server, number) for number in (0, 1)}) == 1)
        publish(own.services.catalogue, id)
        for number in (0, 1):
            with server.only(number):
                assert server.ask(f"/documents/{id}")[0] == 200


def edition(server: Served, number: int) -> str:
    with server.only(number):
        return server.ask("/edition")[1]


@pytest.mark.slow
def test_a_visitor_has_one_limit_over_all_processes(own: Site) -> None:
    asking = {"X-Forwarded-For": "203.0.113.7"}
    with served(own, GONGKAI_PROXIES="1", GONGKAI_RATE="5") as server:
        asked = []
        for number in (0, 1):
            with server.only(number):
                asked += [server.ask("/help", asking)[0] for _ in range(3)]
        assert asked == [200] * 5 + [429]
