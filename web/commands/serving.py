"""The command that serves the public pages. It loads nothing else, so that it soon answers."""

from pathlib import Path

import click

from web.commands import terminal
from web.commands.installation import reported, services
from web.installation.memory import workers_here
from web.installation.settings import THREADS


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--threads", default=THREADS, show_default=True, type=click.IntRange(1, 64))
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Processes that answer together (default: one a processor, as far as the memory allows).",
)
@click.option("--metrics-port", type=click.IntRange(1, 65535), help="Port for Prometheus metrics, on 127.0.0.1 only.")
@click.option(
    "--access-log",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write one JSON line per answer, without the search text. The file is reopened after log rotation.",
)
@reported
def serve(
    host: str, port: int, threads: int, workers: int | None, metrics_port: int | None, access_log: Path | None
) -> None:
    """Serve the public pages and the API."""
    from web import server

    terminal.log_lines()
    with services(serving=True) as opened:
        server.serve(opened, host, port, threads, metrics_port, access_log, workers or workers_here())
