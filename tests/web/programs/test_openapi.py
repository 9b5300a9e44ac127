"""The API's description: schemathesis sends requests that it allows and requests that it does not."""

import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.web.conftest import Site
from web.app import create_app

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page

if TYPE_CHECKING:
    # The library, too, imports this only for type checkers.
    from schemathesis.specs.openapi.schemas import OpenApiOperation

# Of each operation, in each of the two modes.
EXAMPLES = settings().max_examples * 2 // 5
# Inside the process nothing decompresses answers.
PLAIN = {"Accept-Encoding": "identity"}


def unlimited(site: Site) -> Flask:
    """Make an application without a rate limit, because schemathesis sends all requests from one address."""
    return create_app(replace(site.services, settings=replace(site.services.settings, rate=0)))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_interface_is_as_it_is_described(site: Site) -> None:
    app = unlimited(site)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    assert schema.raw_schema["openapi"].startswith("3.1.")
    routes = {re.sub(r"<(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules() if "/api/v1/" in rule.rule}
    assert {*schema.raw_schema["paths"], "/api/v1/openapi.json"} == routes
    answered: Counter[int] = Counter()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Case["OpenApiOperation"]) -> None:
                # A well-formed request may still be refused for its values: a day after the last, 201 characters.
                response = case.call_and_validate(headers=PLAIN, excluded_checks=[positive_data_acceptance])
                answered[response.status_code] += 1

            # An operation that accepts any text has no wrong requests.
            with suppress(Unsatisfiable):
                ask()
    assert {200, 400, 404} <= set(answered) <= {200, 400, 404, 405, 410}, answered


def test_each_kind_of_answer_is_as_it_is_described(site: Site) -> None:
    """Ask for what schemathesis can't guess: an existing document, a withdrawn one, the next page of a harvest."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", unlimited(site))
    one, listing = schema["/api/v1/documents/{id}"]["GET"], schema["/api/v1/documents"]["GET"]
    for name, status in (("低保.txt", 200), ("撤回.txt", 410), ("待审.txt", 404)):
        assert one.Case(path_parameters={"id": site.ids[name]}).call_and_validate(headers=PLAIN).status_code == status
    page = listing.Case(query={"limit": 1}).call_and_validate(headers=PLAIN).json()
    assert page["next"] == f"/api/v1/documents?after={page['cursor']}&limit=1"
    for q in ("最低生活保障", "房产证几天能办下来", "低保", "最低生活保樟", "15个工作日内答复吗"):
        schema["/api/v1/search"]["GET"].Case(query={"q": q}).call_and_validate(headers=PLAIN)


def test_a_harvest_with_the_cursor_meets_everything_once(site: Site) -> None:
    seen: list[str] = []
    address = "/api/v1/documents?limit=2"
    while address:
        page = site.client.get(address).json or {}
        seen += [each["id"] for each in page["documents"]]
        address = page["next"]
    assert sorted(seen) == sorted(site.ids[name] for name in ("低保.txt", "旧办法.txt", "预算.txt", "撤回.txt"))
    assert (site.client.get(f"/api/v1/documents?after={page['cursor']}").json or {})["documents"] == []
    gone = next(each for each in (site.client.get("/api/v1/documents").json or {})["documents"] if "withdrawn" in each)
    assert set(gone) == {"id", "withdrawn", "cursor", "changed_at"} and gone["id"] == site.ids["撤回.txt"]


def test_a_place_that_there_is_not_is_refused(site: Site) -> None:
    last = site.services.catalogue.last_change()
    assert site.client.get(f"/api/v1/documents?after={last}").status_code == 200
    assert site.client.get(f"/api/v1/documents?after={last + 1}").status_code == 400
    assert site.client.get("/api/v1/documents?column=a&column=b").status_code == 400


def test_a_document_says_when_it_last_changed(site: Site) -> None:
    address = f"/api/v1/documents/{site.ids['低保.txt']}"
    changed = site.client.get(address).headers["Last-Modified"]
    assert site.client.get(address, headers={"If-Modified-Since": changed}).status_code == 304
    assert site.client.get(address, headers={"If-Modified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"}).status_code == 200
