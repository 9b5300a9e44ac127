"""However long an address is, and whatever it has besides, its answer is about as long as without."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from urllib.parse import quote, urlencode

import pytest

from indexer import facets, sync
from tests.conftest import Installation, publish
from tests.web.conftest import Site, built, client_of
from tests.web.test_parameters import routes
from web.programs import lists

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page

LARGEST = 200_000
# What the answer may add to its own size for what it says of a parameter.
MORE = 2_000
FACETS = [name for name in facets.NAMES if name != "year"]
LONG = "最低生活保障" * 140  # 7.5 KB as it stands in an address


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory, installation: Installation) -> Iterator[Site]:
    """Many values in each facet, so that a page has a link for each."""
    folder = tmp_path_factory.mktemp("varied")
    services, ids = built(
        folder,
        installation,
        [
            {
                "path": f"{at}.txt" if at else "低保.txt",
                "text": f"云溪县关于第{at}项最低生活保障工作的通知\n\n请遵照执行。\n",
                "number": f"云政发〔{2000 + at}〕{at + 1}号",
                "issuer": f"云溪县第{at}局",
                "genre": f"第{at}种文书",
                "topic": f"第{at}类/第{at}小类",
                "column": f"第{at}栏/第{at}小栏",
                "written_on": f"{2000 + at % 20}-01-31",
            }
            for at in range(30)
        ],
    )
    with closing(services):
        for id in ids.values():
            publish(services.catalogue, id)
        sync.catch_up(services.catalogue, services.engine)
        lists.make(services, lambda *_: None, lambda path: path)
        yield Site(services, client_of(services), ids)


@pytest.fixture(scope="module")
def usual(varied: Site) -> dict[str, int]:
    """The addresses with the sizes of their answers."""
    document = f"/documents/{varied.ids['1.txt']}?q=最低生活保障&part=all"
    addresses = [*routes(varied), "/search?q=最低生活保障", document]
    return {address: len(varied.client.get(address).data) for address in addresses}


Pairs = Sequence[tuple[str, str]]
ADDED: dict[str, Pairs] = {
    "a long search": [("q", LONG)],
    "the longest search": [("q", "低" * 200)],
    "the longest search with offers": [("q", "今年" * 100)],
    "a long search and long filters": [("q", "低" * 150), *((name, "栏" * 100) for name in FACETS)],
    "the most filters": [(name, f"第{at}局" + "栏" * 90) for name in FACETS for at in range(20)],
    "many short filters": [(name, f"{at}") for name in FACETS for at in range(20)],
    "2,000 unknown parameters": [(f"utm_{at}", "a" * 60) for at in range(2_000)],
    "20,000 unknown parameters": [(f"utm_{at}", "a" * 60) for at in range(20_000)],
    "one unknown parameter, long": [("fbclid", "a" * 8_000)],
    "an unknown name, long": [("a" * 8_000, "1")],
    "a parameter 5,000 times": [("q", "低保")] * 5_000,
    "a filter 5,000 times": [("column", "第1栏")] * 5_000,
    "a page with a long number": [("page", "9" * 8_000)],
    "a part with a long number": [("part", "9" * 8_000)],
    "a choice of looks with a long number": [("size", "9" * 8_000)],
    "long days": [("from", "1" * 8_000), ("to", "2" * 8_000)],
}


# Of each kind one is asked by every run. The others are slow, since each is put on every address, and much alike.
USUAL = {"the most filters", "2,000 unknown parameters"}


@pytest.mark.parametrize(
    "added",
    [pytest.param(each, marks=[pytest.mark.slow, pytest.mark.alike] if each not in USUAL else []) for each in ADDED],
)
def test_no_parameter_makes_an_answer_long(added: str, varied: Site, usual: dict[str, int]) -> None:
    # Encoded once: that takes longer than an answer.
    more = urlencode(ADDED[added])
    for address, plain in usual.items():
        path, _, query = address.partition("?")
        answer = varied.client.get(path, query_string="&".join(filter(None, (quote(query, safe="=&%"), more))))
        assert answer.status_code < 500, address
        size = len(answer.data)
        assert size <= LARGEST or size <= plain + MORE, (address, size, plain)
        # Only what a search is narrowed by is in its links.
        if not path.startswith(("/search", "/documents/", "/api/v1/search", "/oai")):
            assert size <= max(plain, 40_000) + 20_000, (address, size, plain)
        if "unknown" in added and answer.status_code == 200:
            assert size <= plain + 200, (address, size, plain)
        location = answer.headers.get("Location", "")
        assert len(location) < 3_000


@pytest.mark.parametrize("piece", ["9" * 5_000, "长" * 2_000, "%00" * 2_000, "a/" * 3_000, "٣" * 200])
def test_no_piece_of_an_address_makes_an_answer_long_or_breaks_it(piece: str, varied: Site) -> None:
    id = varied.ids["1.txt"]
    for shape in (
        *("/{}", "/documents/{}", f"/documents/{id}/attachments/{{}}", "/browse/{}", "/browse/numbers/云政发/{}"),
        *("/sitemaps/{}.xml", "/api/v1/documents/{}", "/static/{}", "/documents.{}", "/browse/numbers/{}/2019"),
        "/api/{}",
    ):
        address = quote(shape.format(piece), safe="/%")
        answer = varied.client.get(address)
        assert answer.status_code in (308, 400, 404, 414), (shape, answer.status_code)
        assert len(answer.data) < 30_000, shape


def test_a_link_to_the_same_page_keeps_what_is_known(varied: Site) -> None:
    page = varied.client.get("/search?utm_source=x&q=低保&column=第1栏&from=2001-01-01").text
    assert "/search?q=%E4%BD%8E%E4%BF%9D&amp;column=%E7%AC%AC1%E6%A0%8F&amp;from=2001-01-01&amp;elder=1" in page
    assert "utm_source" not in page


def test_a_search_that_is_too_long_is_told_what_to_do(varied: Site) -> None:
    told = varied.client.get("/search", query_string=[("q", "低" * 201)])
    assert told.status_code == 400 and "最多 200 个字" in told.text
    told = varied.client.get("/search", query_string=ADDED["a long search and long filters"])
    assert told.status_code == 400 and "去掉一些筛选条件" in told.text
    # A document is shown whatever led to it.
    document = f"/documents/{varied.ids['1.txt']}"
    assert varied.client.get(document, query_string=[("q", LONG)]).status_code == 200
