"""Hidden documents, which must leave no trace: requests get the same bytes with and without them (R17)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode

import pytest
import time_machine
from flask.testing import FlaskClient

from archive.decisions import review
from archive.document import Disclosure, Verdict
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from indexer import sync
from tests.conftest import Installation, publish
from web.app import create_app
from web.installation.services import Services, open_services

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page

PUBLIC, HIDDEN = 60, 200
PLACES = ("云溪县", "柳河镇", "青崖乡", "石榴坪村")
AFFAIRS = ("防汛抗旱", "最低生活保障", "危房改造", "财政预算", "政务公开", "义务教育", "农村公路", "医疗救助")
# Only hidden documents contain these words. Some are one typing error away from public words.
SECRETS = ("仙人掌", "火烈鸟", "独角兽计划", "防汛抗早", "政务公幵", "石榴评村")
GENRES = ("通知", "办法", "公告", "意见")
ISSUERS = ("云溪县人民政府", "云溪县财政局", "云溪县民政局")
HIDDEN_ISSUERS = ("云溪县火烈鸟管理局", "云溪县保密局")


@dataclass(frozen=True)
class Made:
    """A document, and the state that it ends in."""

    item: Item
    fate: str


def made(folder: Path, random: Random) -> list[Made]:
    """Make public and hidden documents in mixed order. A few hidden ones are newer versions of public ones."""
    fates = ["public"] * (PUBLIC - 1)
    fates += [random.choice(("waiting", "refused", "withheld", "on request", "newer")) for _ in range(HIDDEN)]
    random.shuffle(fates)
    found: list[Made] = []
    for number, fate in enumerate(["public", *fates]):
        hidden = fate != "public"
        words = [*random.sample(AFFAIRS, 2), *(random.sample(SECRETS, 2) if hidden else ())]
        issuer = random.choice((*ISSUERS, *HIDDEN_ISSUERS) if hidden else ISSUERS)
        title = f"{random.choice(PLACES)}关于{words[-1]}工作的{random.choice(GENRES)}（{number}）"
        lines = [title, f"各镇人民政府：现就{'、'.join(words)}有关事项通知如下。"]
        lines += [f"第{n}，{random.choice(words)}经费{random.randrange(10, 999)}万元。" for n in range(3)]
        name = f"{number:03}.txt"
        if fate == "newer":
            name = next(each.item.path.name for each in reversed(found) if each.fate == "public")
        path = folder / str(number) / name
        path.parent.mkdir(parents=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        part = path.with_name("附件.txt")
        part.write_text(f"{random.choice(words)}明细\n{title}的附件\n", encoding="utf-8")
        stated = {
            "issuer": issuer,
            "number": f"云政发〔{random.randrange(2015, 2021)}〕{number + 1}号",
            "written_on": f"{random.randrange(2015, 2021)}-0{random.randrange(1, 10)}-11",
        }
        found.append(Made(Item(path, name, stated, (part,) * (number % 2)), fate))
    return found


def built(services: Services, documents: Sequence[Made]) -> list[str]:
    """Take in documents, building the index half-way and updating it at the end. Returns the ids in order."""
    ids = []
    with Sandbox() as sandbox:
        intake = Intake(services.catalogue, services.blobs, sandbox, "收文员")
        for each in documents:
            id = str(intake.receive(each.item).document_id)
            ids.append(id)
            if each.fate == "public":
                publish(services.catalogue, id)
            elif each.fate == "refused":
                review.decide(services.catalogue, id, Verdict.REJECT, "审查员", "内部资料")
            elif each.fate in ("withheld", "on request"):
                attribute = Disclosure.WITHHELD if each.fate == "withheld" else Disclosure.ON_REQUEST
                review.classify(services.catalogue, id, attribute, "经办人", "条例第十四条", ground="国家秘密")
            if each.fate == "public" and services.catalogue.public_count() == PUBLIC // 2:
                sync.rebuild(services.catalogue, services.engine)
    sync.catch_up(services.catalogue, services.engine)
    return ids


@pytest.fixture(scope="module")
def sites(
    tmp_path_factory: pytest.TempPathFactory, installation: Installation
) -> Iterator[tuple[FlaskClient, FlaskClient, list[Made], list[str]]]:
    """Make a client for the public documents alone and one for all of them. Yields also all documents and their ids."""
    folder = tmp_path_factory.mktemp("mixed")
    documents = made(folder / "incoming", Random(17))  # noqa: S311 - which documents, not which keys
    alone = open_services(installation(folder / "alone"))
    mixed = open_services(installation(folder / "mixed"))
    # The same document has the same address in both.
    mixed.catalogue.keys.make(alone.catalogue.keys.private())
    with pytest.MonkeyPatch.context() as frozen:
        # Give both the same publication instant, since answers show it.
        frozen.setattr("archive.store.audit.now", lambda: "2026-01-31T02:00:00.000000+00:00")
        built(alone, [each for each in documents if each.fate == "public"])
        ids = built(mixed, documents)
    assert alone.catalogue.public_count() == mixed.catalogue.public_count() == PUBLIC
    assert len(mixed.catalogue.ids()) > PUBLIC + HIDDEN / 2
    yield create_app(alone).test_client(), create_app(mixed).test_client(), documents, ids
    alone.close()
    mixed.close()


Ask = tuple[str, str, dict[str, str]]


def requests(
    random: Random, count: int, documents: Sequence[Made], ids: Sequence[str], tags: Sequence[str]
) -> Iterator[Ask]:
    """Yield method, address and headers of requests of every kind that the public can make."""
    numbers = [each.item.stated["number"] for each in documents]
    titles = [each.item.path.read_text(encoding="utf-8").splitlines()[0] for each in documents]
    words = (*AFFAIRS, *SECRETS, *PLACES, *ISSUERS, *HIDDEN_ISSUERS, *GENRES, "经费", "仙人", "多少万元", "x", "")

    def query() -> str:
        word, other = random.choice(words), random.choice(words)
        number, title = random.choice(numbers), random.choice(titles)
        said: tuple[str, ...]
        said = (word, f"{word} {other}", f"“{word}工作”", f"{word} -{other}", f"{word} OR {other}", number, title)
        said += (f"标题:{word}", f"机构:{other}", f"文号:{number[:8]}", f"{word}经费多少万元", title[3:9], number[-4:])
        return random.choice(said)

    def filters() -> list[tuple[str, str]]:
        pool = (
            ("issuer", random.choice((*ISSUERS, *HIDDEN_ISSUERS))),
            *(("genre", random.choice(GENRES)), ("year", str(random.randrange(2014, 2022))), ("sort", "newest")),
            *(("sort", "oldest"), ("page", str(random.randrange(0, 9))), ("per_page", "20"), ("literal", "1")),
            *(("from", "2017-01-01"), ("to", "2018-12-31"), ("to", "gestern"), ("validity", "现行有效")),
            *(("topic", "民政、扶贫、救灾"), ("nonsense", "1")),
        )
        return random.sample(pool, random.choice((0, 0, 1, 2)))

    def own() -> str:
        id = random.choice((random.choice(ids), "".join(random.choices("abcdefghijklmnopqrstuvwxyz234567", k=12))))
        parts = ("", "/original", "/attachments/1", "/attachments/2", "/sheet", "?part=2", "?part=all", "/x")
        return random.choice((f"/api/v1/documents/{id}", *(f"/documents/{id}{part}" for part in parts)))

    def typed() -> str:
        text = random.choice((random.choice(words), random.choice(titles), random.choice(numbers), "yx", "xrz", "hln"))
        return text[: random.randrange(1, 9)]

    def search(path: str) -> str:
        return f"{path}?{urlencode([('q', query()), *filters()])}"

    lists = (
        *(
            "/",
            "/help",
            "/about",
            "/guide",
            "/guide/application",
            "/healthz",
            "/robots.txt",
            "/feed",
            "/static/style.css",
            "/documents/",
        ),
        *("/browse/columns", "/browse/issuers", "/browse/years", "/browse/numbers", "/edition", "/readyz"),
        *(f"/browse/numbers/{code}/{year}" for code in ("云政发", "云保密") for year in range(2014, 2022)),
        *("/sitemap.xml", "/sitemaps/0.xml", "/sitemaps/60.xml", "/documents.csv", "/documents.jsonl"),
        *("/api/v1/documents", "/api/v1/documents?after=30&limit=7", "/api/v1/documents?column=x", "/keyboard.json"),
        *("/?terminal=1", "/search?elder=1&contrast=1", "/opensearch.xml", "/forget", "/api/v1/openapi.json"),
    )

    def harvested() -> str:
        about = ("Identify", "ListSets", "ListRecords&metadataPrefix=oai_dc", "ListIdentifiers&metadataPrefix=oai_dc")
        one = f"GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:{random.choice(ids)}"
        return f"/oai?verb={random.choice((*about, one))}"

    kinds: Sequence[Callable[[], str]] = (
        *(lambda: search("/search"),) * 5,
        *(lambda: search("/api/v1/search"),) * 4,
        *(lambda: f"/api/v1/suggest?q={quote(typed())}",) * 3,
        *(own,) * 4,
        *(lambda: search(random.choice(("/search.atom", "/search.csv"))),) * 2,
        *(lambda: random.choice(lists),) * 3,
        harvested,
    )
    for _ in range(count):
        method = random.choices(("GET", "HEAD", "POST"), (90, 6, 4))[0]
        yield method, random.choice(kinds)(), random.choice(({}, {"If-None-Match": f'"{random.choice(tags)}"'}))


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "count"), [(5, 120), pytest.param(6, 2000, marks=pytest.mark.thorough)])
def test_hidden_documents_change_no_answer(
    sites: tuple[FlaskClient, FlaskClient, list[Made], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    count: int,
) -> None:
    # The search time is the only part of an answer that depends on the machine.
    monkeypatch.setattr("web.search.find.perf_counter", lambda: 0.0)
    alone, mixed, documents, ids = sites
    services: Services = mixed.application.extensions["gongkai"]
    tags = [*services.catalogue.digests()]
    found = 0
    random = Random(seed)  # noqa: S311 - which requests, not which keys

    def answered(client: FlaskClient, method: str, address: str, headers: dict[str, str]) -> tuple[object, ...]:
        answer = client.open(address, method=method, headers=headers, buffered=True)
        return answer.status_code, sorted(answer.headers), answer.data

    for method, address, headers in requests(random, count, documents, ids, tags):
        # At one instant, which answers state.
        with time_machine.travel("2026-02-01T03:00:00+08:00", tick=False):
            one, other = (answered(client, method, address, headers) for client in (alone, mixed))
        assert one == other, (method, address, headers)
        found += one[0] == 200
    # Most requests ask for something that exists.
    assert found > count / 2
