"""An access log, and Prometheus metrics on a separate port: of all processes that serve together, whichever is asked.

Neither says what anybody searched for. The log names the route and not the page's address, and for a terminal it omits
even where the request came from.
"""

import json
import logging
import socket
from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cached_property
from itertools import accumulate
from logging.handlers import WatchedFileHandler
from pathlib import Path
from threading import Lock, Thread
from time import perf_counter

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from waitress import create_server
from waitress.server import BaseWSGIServer

from archive.errors import GongkaiError
from archive.reasons import why
from web.http.health import Readiness, readiness
from web.http.together import SECONDS, STATUSES, Together
from web.installation.services import Services

access = logging.getLogger("gongkai.access")
# The route of an address that there is not.
_NONE = "-"


def observe(app: Flask, services: Services, together: Together) -> CollectorRegistry:
    """Count and log what this application answers, and return the registry that holds the figures."""
    registry = CollectorRegistry()
    answers = _Answers(app, together)
    registry.register(answers)
    registry.register(_State(services))

    @app.before_request
    def begin() -> None:
        g.began = perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        seconds = perf_counter() - g.get("began", perf_counter())
        route = request.url_rule.rule if request.url_rule else _NONE
        answers.count(route, response.status_code, seconds)
        if access.isEnabledFor(logging.INFO):
            access.info(_line(route, response, seconds))
        return response

    return registry


def log_to(path: Path) -> None:
    """Log a line for each answer to a file. Raises OSError when it can't be written."""
    handler = WatchedFileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(message)s"))
    access.addHandler(handler)
    access.setLevel(logging.INFO)
    access.propagate = False


def listen(port: int) -> socket.socket:
    """Listen for Prometheus on the loopback interface. Raises OSError when the port is unavailable."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        told = f"无法在 127.0.0.1:{port} 提供运行指标（{why(error)}），请换一个 --metrics-port"
        raise OSError(error.errno, told) from error


def serve_metrics(registry: CollectorRegistry, listening: socket.socket) -> tuple[BaseWSGIServer, Thread]:
    """Answer Prometheus in a thread."""
    server = create_server(make_wsgi_app(registry), map={}, sockets=[listening], threads=1, ident=None)
    thread = Thread(target=server.run, name="metrics", daemon=True)
    thread.start()
    return server, thread


def _line(route: str, response: Response, seconds: float) -> str:
    terminal = "visitor" in g and g.visitor.terminal
    told = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "method": request.method,
        "route": route,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
        "bytes": response.calculate_content_length(),
        "terminal": terminal,
        **({} if terminal else {"address": request.remote_addr}),
    }
    return json.dumps(told, ensure_ascii=False)


class _Answers(Collector):
    """How many answers there were and how long they took, by route."""

    def __init__(self, app: Flask, together: Together) -> None:
        self._app = app
        self._together = together
        self._lock = Lock()

    @cached_property
    def _rows(self) -> dict[str, int]:
        """The place of each route, the same in all processes that serve together."""
        return {
            route: at for at, route in enumerate(sorted({_NONE, *(r.rule for r in self._app.url_map.iter_rules())}))
        }

    def count(self, route: str, status: int, seconds: float) -> None:
        row = self._together.answers[self._together.number, self._rows[route]]
        with self._lock:
            row[min(status, STATUSES - 1)] += 1
            row[STATUSES + bisect_left(SECONDS, seconds)] += 1
            row[-1] += seconds

    def collect(self) -> Iterable[Metric]:
        answers = CounterMetricFamily("gongkai_answers", "Answers by route and status.", labels=["route", "status"])
        taken = HistogramMetricFamily("gongkai_answer_seconds", "Seconds to an answer.", labels=["route"])
        everywhere = self._together.answers.sum(axis=0)
        limits = [*(str(float(each)) for each in SECONDS), "+Inf"]
        for route, at in self._rows.items():
            statuses, times, seconds = everywhere[at, :STATUSES], everywhere[at, STATUSES:-1], everywhere[at, -1]
            for status in statuses.nonzero()[0].tolist():
                answers.add_metric([route, str(status)], float(statuses[status]))
            if times.any():
                upto = accumulate(times.tolist())
                taken.add_metric([route], [*zip(limits, upto, strict=True)], sum_value=float(seconds))
        yield answers
        yield taken


class _State(Collector):
    """The state of the index, read whenever Prometheus asks."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterable[Metric]:
        try:
            found = readiness(self._services)
        except (GongkaiError, SQLAlchemyError):
            found = Readiness(False, "", "", 0, 0, 0, None)
        yield GaugeMetricFamily("gongkai_ready", "Whether searches are answered.", value=int(found.ready))
        yield GaugeMetricFamily("gongkai_index_cursor", "The last change in the index.", value=found.cursor)
        yield GaugeMetricFamily("gongkai_index_lag", "Changes that the index is behind.", value=found.lag)
        yield GaugeMetricFamily("gongkai_documents", "Public documents in the index.", value=found.documents)
        if found.age_seconds is not None:
            help = "Seconds since the index was last found or made up to date."
            yield GaugeMetricFamily("gongkai_index_age_seconds", help, value=found.age_seconds)
        if found.night_age_seconds is not None:
            help = "Seconds since a night ended on which every job was done."
            yield GaugeMetricFamily("gongkai_night_age_seconds", help, value=found.night_age_seconds)
