"""Real documents, if they are available: a county's report, statutes, and pages of the State Council's site."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.manifest import items_below
from archive.intake.receive import Intake, Result
from indexer import sync
from tests.conftest import Installation
from web.app import create_app
from web.installation.services import Services, open_services
from web.search.find import find
from web.search.params import SearchForm

REAL = Path(__file__).parent.parent.parent / "shared" / "real"
REPORT = "临沭县人民政府2019年政府信息公开工作年度报告"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not REAL.is_dir(), reason="the real documents are not on this machine"),
]


@pytest.fixture(scope="module")
def archive(
    tmp_path_factory: pytest.TempPathFactory, installation: Installation, some: Callable[[list[Item]], list[Item]]
) -> Iterator[Services]:
    """Index the report, the State Council's pages, some statutes, and all on open information."""
    services = open_services(installation(tmp_path_factory.mktemp("real")))
    laws = [item for item in items_below(REAL / "laws")]
    chosen = some(laws[::5]) + [item for item in laws if "政府信息公开" in item.path.name]
    items = [
        *{item.source: item for item in chosen}.values(),
        *items_below(REAL / "linshu-2019-annual-report.txt"),
        *(item for item in items_below(REAL / "policies") if item.path.suffix == ".html"),
    ]
    with Sandbox() as sandbox:
        intake = Intake(services.catalogue, services.blobs, sandbox, "migration", already_published=True)
        outcomes = list(intake.receive_all(items))
    assert {outcome.result for outcome in outcomes} <= {Result.TAKEN, Result.HELD}
    sync.rebuild(services.catalogue, services.engine)
    yield services
    services.close()


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("政府信息公开条例", "中华人民共和国政府信息公开条例"),
        ("国务院令第711号", "中华人民共和国政府信息公开条例"),
        ("711号令", "中华人民共和国政府信息公开条例"),
        ('"行政机关公开政府信息"', "中华人民共和国政府信息公开条例"),
        ("临沭 信息公开 年度报告", REPORT),
        ("沭政办字[2016]74号", REPORT),
        ("253件", REPORT),
        ("10113", REPORT),
    ],
)
def test_the_first_hit_is_the_one_that_was_meant(archive: Services, typed: str, title: str) -> None:
    assert find(archive, SearchForm(q=typed)).hits[0].plain_title == title


def test_every_title_finds_its_document_among_the_first_three(archive: Services) -> None:
    titles = sorted({document.metadata.title for document in archive.catalogue.public_all()})
    first = 0
    for title in titles:
        hits = [hit.plain_title for hit in find(archive, SearchForm(q=title)).hits[:3]]
        assert title in hits
        first += hits[0] == title
    assert first / len(titles) >= 0.99


def test_boilerplate_of_the_report_is_in_no_title_snippet_or_suggestion(archive: Services) -> None:
    boilerplate = re.compile(r"点击数|关闭窗口|\|\|")
    for typed in ("点击数", "关闭窗口", "临沭", "年度报告", "2020-01-23", "附件"):
        for hit in find(archive, SearchForm(q=typed)).hits:
            assert not boilerplate.search(hit.plain_title)
            assert not any(boilerplate.search("".join(piece.text for piece in s)) for s in hit.snippets)
    client = create_app(archive).test_client()
    assert client.get("/api/v1/suggest?q=点击").get_json()["suggestions"] == []
    suggested = client.get("/api/v1/suggest?q=临沭").get_json()["suggestions"]
    assert REPORT in suggested
    assert all("临沭" in each for each in suggested)


def test_the_pages_of_the_state_council_say_what_their_cards_say(archive: Services) -> None:
    answers = [json.loads(line) for line in (REAL / "policies" / "answers.jsonl").read_text("utf-8").splitlines()]
    assert len(answers) == 30
    for answer in answers:
        id = archive.catalogue.by_source(f"file:{(REAL / 'policies' / answer['file']).absolute()}")
        metadata = archive.catalogue.public(str(id)).metadata
        found = {name: getattr(metadata, name) for name in ("index_code", "title", "issuer", "number")}
        assert found == {name: answer[name] for name in found}
        assert find(archive, SearchForm(q=answer["number"])).hits[0].id == id
        assert find(archive, SearchForm(q=answer["index_code"])).hits[0].id == id
