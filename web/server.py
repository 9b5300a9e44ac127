"""The waitress server around the application."""

import errno
import re
import resource
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from math import inf
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer, TcpWSGIServer
from waitress.utilities import RequestEntityTooLarge

from archive.reasons import why
from indexer.errors import IndexUnusable
from web.app import create_app
from web.http import metrics
from web.http.edition import design
from web.http.together import Together
from web.installation.memory import settle
from web.installation.services import Services
from web.installation.settings import THREADS
from web.workers import keep

# Seconds that requests in progress may still take when the server stops.
_GRACE = 5
# Seconds for which a process with more connections than another leaves a new one to it, and between its looks.
_YIELDED, _GLANCE = 0.02, 0.001
_STOP = "按 Ctrl+C 停止。"
# Seconds that a computing thread (building typing aids, running a rare query) keeps the others waiting. A page gives up
# its turn dozens of times, at each row and posting it reads; with Python's default of 5 ms that added up to a second.
_TURN = 0.0005
# Connections at once, at most a quarter of the files that the process may have open: the index and the database have
# files open, too. Of more, those on which nothing is asked are closed, the longest idle first.
CONNECTIONS = 1000
# Seconds that a connection may be open without a request, or without taking its answer.
IDLE_SECONDS = 30
# Seconds within which a request must have arrived whole, however often a piece of it comes; and the bytes of a body
# that must come each second beyond that.
REQUEST_SECONDS = 20
SLOWEST = 32 << 10
TOO_LARGE = "提交的内容太大，没有接收。"
# The same where more is taken of those who are signed in.
TOO_LARGE_OR_ENDED = "提交的内容太大，或者登录已经结束，没有接收。请刷新原来的页面，登录后分几次提交。"
# Bytes of a request's header. A web server in front holds as much.
LARGEST_HEADER = 16 << 10
# What the system says of a connection that it has no room for.
_NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


def serve(
    opened: Services,
    host: str,
    port: int,
    threads: int,
    metrics_port: int | None = None,
    access_log: Path | None = None,
    workers: int = 1,
) -> None:
    """Answer requests until interrupted, in this process or in several.

    Raises OSError when the address or the log can't be opened, and WorkersEnd.
    """
    together = Together(workers)
    if access_log:
        metrics.log_to(access_log)
    listening = _listening(host, port)
    asked = metrics.listen(metrics_port) if metrics_port else None
    told = [f"检索页面  http://{host}:{port}/", f"程序接口  http://{host}:{port}/api/v1/search?q="]

    def answering() -> _Server:
        app = create_app(opened, together)
        server = _server(app, listening, threads)
        server.together = together
        if asked:
            metrics.serve_metrics(app.extensions["metrics"], asked)
        _warm_up(opened)
        return server

    def work(number: int) -> None:
        together.number = number
        sys.setswitchinterval(_TURN)
        server = answering()
        try:
            server.run()
        finally:
            server.close()

    if workers == 1:
        server = answering()
        print(*told, sep="\n")
        _run(server)
        return
    _load(opened)
    # Each opens its own.
    opened.catalogue.close()
    settle()
    print(*told, f"应答进程  {workers} 个", _STOP, sep="\n", flush=True)
    keep(workers, work)


def serve_desk(app: Flask, host: str, port: int) -> None:
    """Answer requests of staff until interrupted. Raises OSError when the address can't be opened."""
    server = _server(app, _listening(host, port), THREADS)
    settle()
    print(f"工作台  http://{host}:{port}/")
    _run(server)


def _run(server: BaseWSGIServer) -> None:
    sys.setswitchinterval(_TURN)
    print(_STOP, flush=True)
    try:
        server.run()
    finally:
        server.close()


@contextmanager
def running(app: Flask, port: int = 0) -> Iterator[str]:
    """Serve the application in a background thread and yield its address. Port 0 picks a free one."""
    connections: dict[int, object] = {}
    server = _server(app, _listening("127.0.0.1", port), THREADS, connections)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # Stop the workers first, or one still answering would find its connection closed. Then the loop closes all.
        server.task_dispatcher.shutdown(timeout=_GRACE)
        server.trigger.pull_trigger(lambda: wasyncore.close_all(connections))
        thread.join(_GRACE)


# Says of a request's method, path and headers how many bytes its body may have.
LargestBody = Callable[[str, str, Mapping[str, str]], int]


class _TooLarge(RequestEntityTooLarge):  # type: ignore[misc]  # waitress has no types
    """The answer to a body that is larger than the application takes, before it is read."""

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")]
        return f"{self.code} {self.reason}", headers, f"{self.body}\n".encode()


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """A parser that accepts unescaped Chinese in an address (``curl 'http://…/search?q=低保'``), unlike waitress's.

    The application may take larger bodies at some addresses (``largest-body``).
    """

    error: object
    adj: Any
    largest_body: LargestBody | None = None

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self.error = _TooLarge(TOO_LARGE_OR_ENDED if self.largest_body else TOO_LARGE)
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        line, newline, rest = header_plus.partition(b"\r\n")
        quoted = re.sub(rb"[\x80-\xff]", lambda byte: b"%%%02X" % byte[0][0], line)
        super().parse_header(quoted + newline + rest)
        if self.largest_body and self.body_rcv is not None:
            self.adj = copy(self.adj)
            # waitress refuses from this number on.
            self.adj.max_request_body_size = self.largest_body(self.command, self.path, self.headers) + 1


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection. Its times are of a clock that nobody sets back, unlike waitress's own."""

    # Since when a request has been arriving, None if none is.
    arriving: float | None = None

    def parser_class(self, adj: object) -> _Parser:
        """Make a parser, as waitress does by this name."""
        parser = _Parser(adj)
        parser.largest_body = self.server.largest_body
        return parser

    @property
    def last_activity(self) -> float:
        return self._active

    @last_activity.setter
    def last_activity(self, _: float) -> None:
        self._active = monotonic()

    @property
    def idle(self) -> bool:
        """Whether nobody waits for an answer on it."""
        return not self.requests and not self.total_outbufs_len

    def received(self, data: bytes) -> bool:
        going: bool = super().received(data)
        if self.request is None:
            self.arriving = None
        elif self.arriving is None:
            self.arriving = monotonic()
        return going


class _Server(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    """A server that connections on which nothing is asked can't keep from answering others."""

    looked_at = 0.0
    largest_body: LargestBody | None = None
    together: Together | None = None
    # Since when it has left a new connection to another.
    yielding = -inf

    def handle_accept(self) -> None:
        # All that serve together are told of a new connection, and the first to look gets it. A connection stays with
        # a process as long as it is open, so they should have equally many.
        if self.together and self.together.has_more():
            now = monotonic()
            if now > self.yielding + 2 * _YIELDED:
                self.yielding = now
            if now < self.yielding + _YIELDED:
                sleep(_GLANCE)
                return
        super().handle_accept()
        self._tell()

    def accept(self) -> Any:
        """Take a connection, as waitress does by this name. Without room for one, those that nothing is asked on go."""
        try:
            return super().accept()
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            # It stays waiting. waitress would ask for it again at once, with a line in the log each time.
            self._make_room()
            sleep(_GLANCE)
            return None

    def _tell(self) -> None:
        if self.together:
            self.together.connections[self.together.number] = len(self.active_channels)

    def readable(self) -> bool:
        # waitress would do this by a clock that may be set back.
        self.next_channel_cleanup = inf
        self._tell()
        now = monotonic()
        if now - self.looked_at >= self.adj.cleanup_interval:
            self.looked_at = now
            self.maintenance(now)
        if len(self._map) >= self.adj.connection_limit:
            self._make_room()
        readable: bool = super().readable()
        return readable

    def maintenance(self, now: float) -> None:
        super().maintenance(now)
        for channel in self.active_channels.values():
            coming = channel.request
            allowed = REQUEST_SECONDS + (coming.body_bytes_received / SLOWEST if coming else 0)
            if channel.arriving is not None and channel.arriving < now - allowed:
                channel.will_close = True

    def _make_room(self) -> None:
        """Close those of the connections on which nothing is asked that have been so for longest."""
        idle = sorted(
            (channel for channel in self.active_channels.values() if channel.idle),
            key=lambda channel: channel.last_activity,
        )
        for channel in idle[: max(1, len(self.active_channels) // 10)]:
            channel.will_close = True


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        told = f"无法在 {host}:{port} 提供服务（{why(error)}），请换一个 --port"
        raise OSError(error.errno, told) from error


def _server(
    app: Flask, listening: socket.socket, threads: int, connections: dict[int, object] | None = None
) -> "_Server":
    """Return a server on a listening socket that keeps its open sockets in ``connections``."""
    # Without a proxy of our own, no client is believed about where a request comes from.
    behind = app.extensions["gongkai"].settings.proxies > 0
    server: Any = create_server(
        app,
        map=connections,
        sockets=[listening],
        threads=threads,
        ident=None,
        clear_untrusted_proxy_headers=not behind,
        connection_limit=min(CONNECTIONS, _let_open(4 * CONNECTIONS) // 4),
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=1,
        max_request_header_size=LARGEST_HEADER,
        max_request_body_size=app.config["MAX_CONTENT_LENGTH"],
        # Without it, a descriptor above 1,023 would end the server.
        asyncore_use_poll=True,
    )
    server.__class__ = _Server
    server.channel_class = _Channel
    server.largest_body = app.extensions.get("largest-body")
    made: _Server = server
    return made


def _let_open(count: int) -> int:
    """Let this process have as many files and connections open, as far as the system allows; return how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most


def _load(opened: Services) -> None:
    """Load the dictionary and open the index, which starts no thread. A missing index does not stop the start."""
    # What names the program is one name in all processes, also in one that is started after an update of its files.
    design()
    opened.analyzer.query("预热")
    try:
        opened.engine.count()
    except IndexUnusable as error:
        print(f"注意：{error}", flush=True)


def _warm_up(opened: Services) -> None:
    """Load the dictionary and open the index before the first request. A missing index does not stop the start."""
    opened.analyzer.query("预热")
    try:
        opened.engine.count()
        opened.typing_aids.suggester.current()
        opened.typing_aids.corrector.current()
    except IndexUnusable as error:
        print(f"注意：{error}", flush=True)
