"""Characters that nobody sees and that act on a terminal, a header or the text around them reach no reader.

Neither from what is taken in now, nor from an archive that took them in before.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import unquote

import pytest
from click.testing import CliRunner

from archive.decisions import review
from archive.document import Verdict
from indexer import sync
from tests.conftest import Installation, publish
from tests.web.conftest import Site, built, client_of
from web.commands.cli import COMMANDS, cli
from web.programs import lists

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page

# CR and LF, a turn of the text, an escape and its 8-bit form, zero width, a bell, a line separator.
ACTS = "\r\nX-Evil: 1\u202e\x1b]0;x\x07\x9b31m\u200b\u2066\ufeff\u2028\x85"
# What a text may have that is no binary file.
TURNS = "\u202e\u200b\u2066\ufeff\u00ad"
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_ESCAPED = re.compile(
    r"\\u(202e|001b|009b|200b|2066|feff|2028|0085|0007|000d)|&#(x0?d|13|8238);|%(E2%80%AE|1B|0D|0A)", re.I
)


@dataclass(frozen=True)
class Hostile:
    site: Site
    environment: dict[str, str]


@pytest.fixture(scope="module", params=["taken in now", "taken in before"])
def hostile(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, installation: Installation
) -> Iterator[Hostile]:
    folder = tmp_path_factory.mktemp("unseen")
    lines = []
    for at in range(3):
        (folder / f"{at}附{ACTS}件.txt").write_text(f"附件{at}\n", encoding="utf-8")
        lines.append(
            {
                "path": f"{at}通{ACTS}知.txt",
                "text": f"云溪县第{at}号通{TURNS}知\n\n正文{TURNS}第一段。\n甲{TURNS}\t乙\n丙\t丁\n",
                "title": f"云溪县{ACTS}第{at}号通知",
                "number": f"云政发〔2019〕{ACTS}{at + 1}号",
                "index_code": f"000014349/{ACTS}{at}",
                "issuer": f"云溪县{ACTS}财政局",
                "genre": f"通{ACTS}知",
                "topic": f"财政{ACTS}/财政",
                "column": f"公开{ACTS}/财政{ACTS}信息",
                "source_url": f"http://www.yunxi.example/{at}{ACTS}",
                "written_on": "2019-01-31",
                "attachments": [f"{at}附{ACTS}件.txt"],
                "note": f"更正{ACTS}",
            }
        )
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "taken in before":
            for module in ("archive.document", "archive.describe.metadata", "archive.intake.manifest"):
                patch.setattr(f"{module}.one_line", lambda text: text)
        services, ids = built(folder, installation, lines)
    with closing(services):
        for id in ids.values():
            publish(services.catalogue, id, reviewer=f"审查{ACTS}员", reason=f"一事{ACTS}一审")
        gone = ids[f"2通{ACTS}知.txt"]
        review.decide(services.catalogue, gone, Verdict.WITHDRAW, f"审查{ACTS}员", f"有{ACTS}误")
        sync.catch_up(services.catalogue, services.engine)
        lists.make(services, lambda *_: None, lambda path: path)
        names = {str(at): ids[f"{at}通{ACTS}知.txt"] for at in range(3)}
        environment = {
            "GONGKAI_DATA": str(services.settings.data),
            "GONGKAI_DATABASE_URL": services.settings.database_url,
            "GONGKAI_ENGINE_URL": "",
        }
        yield Hostile(Site(services, client_of(services), names), environment)


def _addresses(site: Site) -> Iterator[str]:
    id = site.ids["0"]
    for path in ("", "/sheet", "?q=通知", "?part=all"):
        yield f"/documents/{id}{path}"
    yield from (
        "/",
        "/search?q=通知",
        "/search?q=财政局",
        "/search",
        "/search.atom",
        "/search.csv",
        "/browse",
        "/sitemap.xml",
    )
    yield from ("/documents.csv", "/documents.jsonl", "/sitemaps/0.xml", f"/documents/{site.ids['2']}")
    yield from (
        f"/api/v1/documents/{id}",
        f"/api/v1/documents/{site.ids['2']}",
        "/api/v1/search?q=通知",
        "/api/v1/documents",
    )
    yield from ("/api/v1/suggest?q=云溪", "/oai?verb=ListRecords&metadataPrefix=oai_dc", "/oai?verb=ListSets")
    yield f"/oai?verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:{id}"
    for path in ("/original", "/attachments/1"):
        yield f"/documents/{id}{path}"


def test_no_answer_has_any(hostile: Hostile) -> None:
    client = hostile.site.client
    seen = 0
    for address in _addresses(hostile.site):
        answer = client.get(address)
        assert answer.status_code in (200, 404, 410), address
        headers = "\n".join(f"{name}: {unquote(value)}" for name, value in answer.headers)
        assert not _UNSEEN.search(headers), address
        assert "X-Evil" not in answer.headers
        if not address.endswith(("/original", "/attachments/1")):
            text = answer.text.removeprefix("\ufeff").replace("\r\n", "\n")
            assert not _UNSEEN.search(text), (address, _UNSEEN.search(text))
            assert not _ESCAPED.search(text), (address, _ESCAPED.search(text))
            seen += "云溪县" in text
    assert seen > 10


def test_originals_are_sent_under_a_name_of_one_line(hostile: Hostile) -> None:
    for path, name in (("original", "0通"), ("attachments/1", "0附")):
        answer = hostile.site.client.get(f"/documents/{hostile.site.ids['0']}/{path}")
        assert answer.status_code == 200
        sent = unquote(answer.headers["Content-Disposition"])
        assert name in sent and "X-Evil: 1" in sent


def test_what_links_lead_to_is_found(hostile: Hostile) -> None:
    """A value of a facet, as a page links to it, finds its documents."""
    page = hostile.site.client.get("/search?q=通知").text
    links = re.findall(r'href="(/search\?[^"]*(?:issuer|column|topic|genre)=[^"]*)"', page)
    assert len(links) >= 4
    for link in links:
        assert "共找到" in hostile.site.client.get(link.replace("&amp;", "&")).text, link


COMMAND_LINES: dict[str, Callable[[Site], tuple[tuple[str, ...], ...]]] = {
    "review": lambda site: (("list",), ("show", site.ids["0"]), ("check", site.ids["0"])),
    "history": lambda site: ((site.ids["0"],),),
    "relations": lambda site: (("list",),),
    "search": lambda site: (("通知",), ("通知", "--json"), ("通知", "--explain"), (f"通{ACTS}知",)),
    "audit": lambda site: (("list",), ("verify",)),
    "verify": lambda site: ((),),
    "gaps": lambda site: (("list",),),
    "lexicon": lambda site: (("cut", f"通{ACTS}知"),),
    "synonyms": lambda site: (("show", f"低{ACTS}保"),),
}


@pytest.mark.parametrize("name", COMMAND_LINES)
def test_the_command_line_prints_none(name: str, hostile: Hostile) -> None:
    assert name in COMMANDS
    printed = ""
    for arguments in COMMAND_LINES[name](hostile.site):
        result = CliRunner().invoke(cli, [name, *arguments], env=hostile.environment)
        assert result.exit_code in (0, 1), result.output
        assert not _UNSEEN.search(result.output), (arguments, _UNSEEN.search(result.output))
        printed += result.output
    assert printed or name in ("gaps", "relations")


def test_what_is_typed_is_kept_on_one_line(hostile: Hostile) -> None:
    id = hostile.site.ids["1"]
    arguments = ["review", "withdraw", id, "--reviewer", f"王{ACTS}二", "--reason", f"有{ACTS}误"]
    result = CliRunner().invoke(cli, arguments, env=hostile.environment)
    assert result.exit_code == 0, result.output
    (event,) = [event for event in hostile.site.services.catalogue.events(id) if event.action == "withdraw"]
    assert not _UNSEEN.search(event.actor) and event.actor.startswith("王")
    assert not _UNSEEN.search(str(event.details["reason"]))
    assert hostile.site.client.get(f"/documents/{id}").status_code == 410
