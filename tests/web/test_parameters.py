"""Parameters of any kind at any address: the answer is a page or a sentence about the error, never a 500."""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.conftest import Site
from web.app import create_app

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page

ALLOWED = {200, 301, 304, 400, 404, 410, 422, 429}
NAMES = (
    *("q", "column", "genre", "issuer", "topic", "year", "validity", "from", "to", "sort", "page", "per_page"),
    *("literal", "fold", "part", "at", "elder", "contrast", "size", "simple", "after", "limit", "v", "x"),
    *("verb", "metadataPrefix", "identifier", "set", "until", "resumptionToken"),
)
LIKELY = st.sampled_from(
    (
        *(
            "",
            "0",
            "1",
            "2",
            "2-17",
            "-1",
            "all",
            "99999999999",
            "2019-01-31",
            "2019-13-01",
            "relevance",
            "newest",
            "低保",
            "预算",
        ),
        *(
            "云政发〔2019〕6号",
            "法定主动公开内容/财政信息",
            "ListRecords",
            "GetRecord",
            "oai_dc",
            "\x00",
            "%",
            "../..",
            "１",
        ),
        *("a" * 500, "(" * 300, "标题:", "-", '"', "OR", "\ud7ff", "😀", "=1+1", "<script>", "日期:0000..9999"),
    )
)
VALUES = LIKELY | st.text(max_size=30)
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=5)


def routes(site: Site) -> list[str]:
    """List every address of the site that answers GET. Variable parts name things that exist."""
    here = {"id": site.ids["低保.txt"], "position": "1", "code": "云政发", "year": "2019", "after": "0"}
    here |= {"kind": "csv", "filename": "style.css", "number": "1"}
    found = []
    for rule in create_app(site.services).url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            built = rule.build({name: here[name] for name in rule.arguments})
            assert built is not None
            found.append(built[1])
    return found


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_no_parameter_of_any_address_breaks_it(site: Site) -> None:
    addresses = routes(site)
    assert len(addresses) > 25
    asked: set[int] = set()

    @settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(addresses), PAIRS)
    def ask(address: str, pairs: list[tuple[str, str]]) -> None:
        answer = site.client.get(address, query_string=pairs)
        asked.add(answer.status_code)
        assert answer.status_code in ALLOWED, (address, pairs)
        assert "Traceback" not in answer.text if answer.is_json or "text/html" in answer.content_type else True

    ask()
    site.client.delete_cookie("display")
    assert {200, 400, 404} <= asked


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_no_name_in_any_address_breaks_it(site: Site) -> None:
    shapes: tuple[str, ...]
    shapes = ("/documents/{}", "/documents/{}/sheet", "/documents/{}/original", "/documents/x/attachments/{}", "/{}")
    shapes += (
        "/browse/numbers/{}/2019",
        "/browse/numbers/云政发/{}",
        "/sitemaps/{}.xml",
        "/api/v1/documents/{}",
        "/api/{}",
    )
    shapes += ("/documents.{}", "/browse/{}", "/static/{}")

    @settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(shapes), VALUES)
    def ask(shape: str, value: str) -> None:
        answer = site.client.get(shape.format(quote(value, safe="/")))
        assert answer.status_code in ALLOWED | {308}, (shape, value)

    ask()
