"""Dead links of public documents: asked a part each night, and dead only after failing on two days.

What came of each is kept in ``links.json`` of the data folder. A site that turns programs away changes nothing, and
where most of a night's sites are not even answered the machine itself has no way out, and nothing is concluded.
"""

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from archive.document import Document
from archive.registers.books.findings import Finding, Problem
from archive.store.space import naming
from web.commands import links
from web.commands.links import Asker, State
from web.installation.services import Services
from web.installation.settings import Settings, within

FILE = "links.json"
# In a night; the longest not asked come first.
MOST = 500
_DAYS = 2


@dataclass(frozen=True, slots=True)
class Looked:
    """Links that are dead, and of those that are ``open`` in the register the ones of which nothing can be said."""

    findings: list[Finding]
    doubtful: frozenset[str]


def look(
    opened: Services,
    registered: Collection[str],
    asker: Asker | None = None,
    until: Callable[[], bool] = lambda: False,
) -> Looked:
    """Ask links of public documents and those that are ``registered``, and say which are dead. Raises OSError."""
    today = opened.catalogue.today().isoformat()
    path = opened.settings.data / FILE
    wanted = _wanted(opened.catalogue.public_all(), registered, opened.settings.address)
    known = {link: about for link, about in _read(path).items() if link in wanted}
    # Of one day by chance, so that a night's links are of many sites.
    chosen = sorted(wanted, key=lambda link: (str(known.get(link, {}).get("on", "")), _chance(link)))[:MOST]
    asker = asker or Asker(is_public=lambda address: is_asked(address, opened.settings))
    asked = dict(asker.all(chosen, until))
    for link in asked:
        known.setdefault(link, {"failed": [], "why": ""})["on"] = today
    heard = {_site(link) for link, each in asked.items() if each.answered}
    silent = {_site(link) for link, each in asked.items() if each.state is State.FAILED} - heard
    if len(silent) > len(heard):
        _write(path, known)
        click.echo(
            f"链接 {len(asked)} 个，所在的网站 {len(silent)} 个没有任何应答，{len(heard)} 个有："
            "本机可能不能上网，这次没有判断。",
            err=True,
        )
        return Looked([], frozenset(registered))
    for link, each in asked.items():
        about = known[link]
        if each.state is State.OPEN:
            about["failed"] = []
        elif each.state is State.FAILED:
            about["failed"] = [*(day for day in about["failed"] if day != today), today][-_DAYS:]
            about["why"] = each.why
    _write(path, known)
    dead = {link for link, about in known.items() if len(about["failed"]) >= _DAYS}
    sure = dead | {link for link, each in asked.items() if each.state is State.OPEN}
    suspected = sum(len(about["failed"]) == 1 for about in known.values())
    click.echo(f"链接 {len(wanted)} 个，问了 {len(asked)} 个，疑似打不开 {suspected} 个，打不开 {len(dead)} 个。")
    found = [Finding(Problem.LINK, link, _said(known[link], wanted[link])) for link in sorted(dead)]
    return Looked(found, frozenset(registered) - sure)


def is_asked(address: str, settings: Settings) -> bool:
    """Tell whether an address is of the public network, and not of the office's own terminals."""
    return links.public(address) and not within(address, settings.terminals)


def _chance(link: str) -> bytes:
    return sha256(link.encode("utf-8", "surrogatepass")).digest()


def _site(link: str) -> str:
    return link.split("/", 3)[2].lower()


def _said(about: dict[str, Any], ids: list[str]) -> str:
    more = f" 等 {len(ids)} 件" if len(ids) > 1 else ""
    where = f"；所在文件 {ids[0]}{more}" if ids else ""
    return f"{'、'.join(about['failed'])} 都打不开（{about['why']}）{where}。"


def _wanted(documents: Iterable[Document], registered: Iterable[str], own: str) -> dict[str, list[str]]:
    """Return the links with the documents that have them. Those of this site are its own affair."""
    found: dict[str, list[str]] = {}
    for document in documents:
        for link in links.of(document):
            if not own or not f"{link}/".startswith(f"{own}/"):
                found.setdefault(link, []).append(document.id)
    for link in registered:
        if link.startswith(("http://", "https://")):
            found.setdefault(link, [])
    return found


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """Return what is known of links; nothing where it can't be read: then two more days are needed."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {
            str(link): {"on": str(about["on"]), "failed": [*map(str, about["failed"])], "why": str(about["why"])}
            for link, about in told.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def _write(path: Path, known: dict[str, dict[str, Any]]) -> None:
    fresh = path.with_name(f".{path.name}")
    with naming(fresh):
        fresh.write_text(json.dumps(known, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    fresh.replace(path)
