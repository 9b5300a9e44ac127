"""The command line. Exit codes: 0 done, 1 failed (wholly or partly), 2 wrong usage, 3 another process is at work."""

import logging
import os
from importlib import import_module

import click

from archive import VERSION
from web.commands import terminal, usage

# The module in this folder that holds each command. A command is loaded only when called, so that a quick command does
# not wait for the modules that serve pages.
COMMANDS = {
    "install": "installing",
    "uninstall": "installing",
    "init": "init",
    "ingest": "intake",
    "review": "review",
    "correct": "correcting",
    "attachments": "attaching",
    "reread": "rereading",
    "publish-due": "scheduling",
    "nightly": "nightly",
    "doctor": "doctor",
    "sbom": "bill",
    "advisories": "bill",
    "history": "history",
    "validity": "history",
    "relations": "relations",
    "reindex": "index",
    "lists": "index",
    "recognise": "recognising",
    "search": "index",
    "synonyms": "vocabulary",
    "best-bets": "vocabulary",
    "lexicon": "vocabulary",
    "taxonomy": "vocabulary",
    "gaps": "vocabulary",
    "judge": "index",
    "workdays": "workdays",
    "calendar": "workdays",
    "requests": "requests",
    "proposals": "books",
    "disputes": "books",
    "corrections": "books",
    "reevaluations": "books",
    "handovers": "books",
    "openings": "books",
    "findings": "books",
    "monitor": "monitor",
    "annual-report": "annual",
    "letters": "letters",
    "serve": "serving",
    "demo": "demo",
    "desk": "desk",
    "worker": "worker",
    "accounts": "desk",
    "verify": "custody",
    "audit": "custody",
    "key": "key",
    "migrate": "key",
    "backup": "custody",
    "restore": "custody",
    "drill": "drill",
    "rebuild-catalogue": "custody",
    "export": "custody",
}


class _Commands(usage.Commands):
    """A group that loads a command's module only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"web.commands.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    terminal.log_sentences()
    cli(prog_name="gongkai")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION)
def cli() -> None:
    """Search and archive service for a county's government information disclosure.

    \b
    GONGKAI_DATA          folder of originals, catalogue and index (default: gongkai-data)
    GONGKAI_DATABASE_URL  the catalogue, an SQLAlchemy URL (default: SQLite in that folder)
    GONGKAI_STAFF_DATABASE_URL  accounts of staff (default: SQLite in the data folder)
    GONGKAI_SECOND_FACTOR  required or optional for staff who decide (default: required)
    GONGKAI_LEAST_QUERIES  searches on record before “nothing is there” (default: 2)
    GONGKAI_LEAST_PLACES  places outside the system before that (default: 1)
    GONGKAI_KEYS          folder of the keys of the seals (default: keys in the data folder)
    GONGKAI_ENGINE_URL    whoosh: or whoosh:/folder (default: whoosh:)
    GONGKAI_SITE_NAME     the name on the pages
    GONGKAI_GAPS_K        how often a search must have found nothing before staff may read it (default: 3)
    GONGKAI_CACHE_MB      megabytes of postings that a serving process keeps in memory (default: 96)
    GONGKAI_OCR_SECONDS   how long tesseract, if installed, may read a picture; 0: never (default: 25)
    GONGKAI_ADDRESS       the site's public address, for QR codes, feeds and site map (default: from the request)
    GONGKAI_TERMINALS     addresses and networks of public query terminals: 10.1.2.3,10.1.7.0/24 (default: none)
    GONGKAI_PROXIES       number of reverse proxies whose X-Forwarded-* headers are trusted (default: 0)
    GONGKAI_CORRECTION_DAYS  working days in which a correction that is asked for is decided (default: 20)
    GONGKAI_REEVALUATION_MONTHS  months after which what is withheld is evaluated again (default: 12)
    GONGKAI_BACKUP        where the night makes its backups (default: none)
    GONGKAI_BACKUP_KEEP   how many of them are kept (default: 14)
    GONGKAI_NIGHT_UNTIL   when the night ends, as 06:00
    GONGKAI_REBUILD_HOURS  when a changed lexicon may rebuild the index, as 22:00-06:00 (default: always)
    GONGKAI_CHECK_LINKS   yes or no: the night asks whether documents' links open (default: no)
    GONGKAI_MAIL_SERVER   smtp://host, by which a failed night is told, with
    GONGKAI_MAIL_FROM     its sender and
    GONGKAI_MAIL_TO       its receivers, between commas
    GONGKAI_WEBHOOK       address to which a failed night is told as JSON
    GONGKAI_RATE          requests per minute allowed from one address; 0: no limit (default: 300)
    """
    # Drafts and refused documents are nobody else's business: whatever a command makes, only its owner may read.
    os.umask(0o077)


if __name__ == "__main__":
    main()
