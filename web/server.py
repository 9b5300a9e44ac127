"""The waitress server around the application."""

import re
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer

from indexer.errors import IndexUnusable
from web.app import create_app
from web.http import metrics
from web.installation.services import Services
from web.installation.settings import THREADS

# Seconds that requests in progress may still take when the server stops.
_GRACE = 5
# Seconds that a computing thread (building typing aids, running a rare query) keeps the others waiting. A page gives up
# its turn dozens of times, at each row and posting it reads; with Python's default of 5 ms that added up to a second.
_TURN = 0.0005


def serve(
    opened: Services,
    host: str,
    port: int,
    threads: int,
    metrics_port: int | None = None,
    access_log: Path | None = None,
) -> None:
    """Answer requests until interrupted. Raises OSError when the address or the log can't be opened."""
    app = create_app(opened)
    if access_log:
        metrics.log_to(access_log)
    server = _bound(app, host, port, threads)
    if metrics_port:
        metrics.serve_metrics(app.extensions["metrics"], metrics_port)
    sys.setswitchinterval(_TURN)
    _warm_up(opened)
    print(f"检索页面  http://{host}:{port}/", f"程序接口  http://{host}:{port}/api/v1/search?q=", sep="\n")
    print("按 Ctrl+C 停止。", flush=True)
    try:
        server.run()
    finally:
        server.close()


@contextmanager
def running(app: Flask, port: int = 0) -> Iterator[str]:
    """Serve the application in a background thread and yield its address. Port 0 picks a free one."""
    connections: dict[int, object] = {}
    server = _bound(app, "127.0.0.1", port, THREADS, connections=connections)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # Stop the workers first, or one still answering would find its connection closed. Then the loop closes all.
        server.task_dispatcher.shutdown(timeout=_GRACE)
        server.trigger.pull_trigger(lambda: wasyncore.close_all(connections))
        thread.join(_GRACE)


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """A parser that accepts unescaped Chinese in an address (``curl 'http://…/search?q=低保'``), unlike waitress's."""

    def parse_header(self, header_plus: bytes) -> None:
        line, newline, rest = header_plus.partition(b"\r\n")
        quoted = re.sub(rb"[\x80-\xff]", lambda byte: b"%%%02X" % byte[0][0], line)
        super().parse_header(quoted + newline + rest)


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    parser_class = _Parser


def _bound(
    app: Flask, host: str, port: int, threads: int, connections: dict[int, object] | None = None
) -> BaseWSGIServer:
    """Return a listening server that keeps its open sockets in ``connections``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        why = f"无法在 {host}:{port} 提供服务（{error.strerror}），请换一个 --port"
        raise OSError(error.errno, why) from error
    # Without a proxy of our own, no client is believed about where a request comes from.
    behind = app.extensions["gongkai"].settings.proxies > 0
    server = create_server(
        app, map=connections, sockets=[listening], threads=threads, ident=None, clear_untrusted_proxy_headers=not behind
    )
    server.channel_class = _Channel
    return server


def _warm_up(opened: Services) -> None:
    """Load the dictionary and open the index before the first request. A missing index does not stop the start."""
    opened.analyzer.query("预热")
    try:
        opened.engine.count()
        opened.typing_aids.suggester.current()
        opened.typing_aids.corrector.current()
    except IndexUnusable as error:
        print(f"注意：{error}", flush=True)
