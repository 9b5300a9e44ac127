"""Commands that serve the public pages."""

import signal
import sys
from pathlib import Path

import click

from archive.errors import BadSettings, NotMigrated
from web.commands import terminal
from web.commands.demo import CORPUS, SITE_NAME, check_server, desk, introduce, make_accounts, prepare
from web.commands.installation import reported, services
from web.installation.making import make
from web.installation.memory import workers_here
from web.installation.services import open_services
from web.installation.settings import THREADS, Settings


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


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65534), help="The desk has the next.")
@click.option("--check", is_flag=True, help="Send requests to the server, print its answers, and stop.")
@click.option(
    "--corpus",
    default=CORPUS,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The sample documents (default: those in the source tree).",
)
@click.option(
    "--data",
    default=CORPUS.parent / ".demo",
    type=click.Path(file_okay=False, path_type=Path),
    help="The demo's own data folder. GONGKAI_DATA is not used.",
)
@reported
def demo(port: int, check: bool, corpus: Path, data: Path) -> None:
    """Take in the sample corpus, apply its review decisions, index it and serve it.

    The desk runs beside it, on the next port, with accounts that only the demo has.
    """
    from web import server

    settings = Settings.at(data, SITE_NAME)
    make(settings)
    introduce(corpus, data)
    try:
        opened = open_services(settings, serving=True)
    except NotMigrated as error:
        # A sample is not worth a migration.
        raise BadSettings(f"{data} 是旧版本建立的演示数据，请删除这个文件夹，再重新运行 ./run demo。") from error
    try:
        prepare(opened, corpus)
        terminal.log_lines()
        told = make_accounts(opened)
        # Whoever stops this stops the desk with it.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with desk(opened, port + 1) as address:
            if check:
                good = check_server(opened, port)
                click.echo(f"工作台  {address}/ 有登录页")
                sys.exit(0 if good else 1)
            click.echo("\n".join([f"工作台    {address}/", *told]))
            server.serve(opened, "127.0.0.1", port, THREADS)
    finally:
        opened.close()
