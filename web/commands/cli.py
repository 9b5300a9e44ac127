"""The command line. Exit codes: 0 done, 1 not (or not all of it), 2 called wrongly, 3 another process is at it."""

import logging

import click

from archive import VERSION
from web.commands.custody import audit, backup, export, rebuild_catalogue, restore, verify
from web.commands.history import history, validity
from web.commands.index import judge, lists, reindex, search
from web.commands.intake import ingest
from web.commands.relations import relations
from web.commands.review import review
from web.commands.serving import demo, serve
from web.commands.vocabulary import gaps, synonyms


def main() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    cli(prog_name="gongkai")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION)
def cli() -> None:
    """Search and archive service for a county's government information disclosure.

    \b
    GONGKAI_DATA          folder of originals, catalogue and index (default: gongkai-data)
    GONGKAI_DATABASE_URL  the catalogue, an SQLAlchemy URL (default: SQLite in that folder)
    GONGKAI_ENGINE_URL    whoosh: or whoosh:/folder (default: whoosh:)
    GONGKAI_SITE_NAME     the name on the pages
    GONGKAI_GAPS_K        how often something was searched for in vain before staff may read it (default: 3)
    GONGKAI_CACHE_MB      megabytes of postings that a serving process keeps in memory (default: 96)
    GONGKAI_OCR_SECONDS   how long tesseract, where installed, may read a picture; 0: never (default: 25)
    GONGKAI_ADDRESS       the site's public address, for QR codes, feeds and site map (default: as it is asked)
    GONGKAI_TERMINALS     addresses and networks of public query terminals: 10.1.2.3,10.1.7.0/24 (default: none)
    GONGKAI_PROXIES       how many web servers stand before it, whose X-Forwarded-* are believed (default: 0)
    GONGKAI_RATE          requests a minute that one address may make; 0: any (default: 300)
    """


COMMANDS = (
    *(ingest, review, history, validity, relations, reindex, lists, search, synonyms, gaps, judge, serve, demo),
    *(verify, audit, backup, restore, rebuild_catalogue, export),
)
for command in COMMANDS:
    cli.add_command(command)


if __name__ == "__main__":
    main()
