"""An access log, and Prometheus metrics on a separate port.

Neither says what anybody searched for. The log names the route and not the page's address, and for a terminal it omits
even where the request came from.
"""

import json
import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path
from threading import Thread
from time import perf_counter
from wsgiref.simple_server import WSGIServer

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from archive.errors import GongkaiError
from archive.reasons import why
from web.http.health import Readiness, readiness
from web.installation.services import Services

access = logging.getLogger("gongkai.access")
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def observe(app: Flask, services: Services) -> CollectorRegistry:
    """Count and log what this application answers, and return the registry that holds the figures."""
    registry = CollectorRegistry()
    answers = Counter("gongkai_answers", "Answers by route and status.", ["route", "status"], registry=registry)
    taken = Histogram("gongkai_answer_seconds", "Seconds to an answer.", ["route"], buckets=_SECONDS, registry=registry)
    registry.register(_State(services))

    @app.before_request
    def begin() -> None:
        g.began = perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        seconds = perf_counter() - g.get("began", perf_counter())
        route = request.url_rule.rule if request.url_rule else "-"
        answers.labels(route, response.status_code).inc()
        taken.labels(route).observe(seconds)
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


def serve_metrics(registry: CollectorRegistry, port: int) -> tuple[WSGIServer, Thread]:
    """Answer Prometheus on the loopback interface in a thread. Raises OSError when the port is unavailable."""
    try:
        return start_http_server(port, addr="127.0.0.1", registry=registry)
    except OSError as error:
        told = f"无法在 127.0.0.1:{port} 提供运行指标（{why(error)}），请换一个 --metrics-port"
        raise OSError(error.errno, told) from error


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
