"""OAI-PMH 2.0: harvesting with a client library over HTTP, and the protocol's errors for wrong requests."""

import shutil
from collections.abc import Iterable, Iterator
from typing import TypeVar

import pytest
from lxml import etree
from oaipmh_scythe import Scythe
from oaipmh_scythe.exceptions import NoRecordsMatch
from oaipmh_scythe.models import Header, MetadataFormat, Record, Set

from archive.decisions import review
from archive.document import Verdict
from tests.web.conftest import Site
from web.app import create_app
from web.programs import harvest
from web.server import running

pytestmark = pytest.mark.page

OAI = {"o": "http://www.openarchives.org/OAI/2.0/"}
Item = TypeVar("Item")


def all_of(kind: type[Item], harvested: Iterable[object]) -> list[Item]:
    """Return what was harvested, after checking its type, because the client can also return raw answers."""
    found = []
    for each in harvested:
        assert isinstance(each, kind)
        found.append(each)
    return found


@pytest.fixture
def client(own: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scythe]:
    monkeypatch.setattr(harvest, "PAGE", 2)
    review.decide(own.services.catalogue, own.ids["撤回.txt"], Verdict.WITHDRAW, "审查员", "含个人信息")
    with running(create_app(own.services)) as address, Scythe(f"{address}/oai") as scythe:
        yield scythe


def test_a_client_harvests_everything_in_pages(own: Site, client: Scythe) -> None:
    assert client.identify().repositoryName == own.services.settings.site_name
    assert [each.metadataPrefix for each in all_of(MetadataFormat, client.list_metadata_formats())] == ["oai_dc"]
    records = all_of(Record, client.list_records(metadata_prefix="oai_dc"))
    by_id = {str(record.header.identifier).rpartition(":")[2]: record for record in records}
    assert set(by_id) == {own.ids[name] for name in ("低保.txt", "旧办法.txt", "预算.txt", "撤回.txt")}
    about = by_id[own.ids["低保.txt"]].metadata
    assert about["title"] == ["关于印发云溪县最低生活保障实施办法的通知"]
    assert about["creator"] == ["云溪县人民政府"] and about["date"] == ["2019-09-20"]
    assert "云政发〔2019〕6号" in about["identifier"]
    gone = by_id[own.ids["撤回.txt"]]
    assert gone.deleted and not getattr(gone, "metadata", None)
    assert len(list(client.list_identifiers(metadata_prefix="oai_dc"))) == 4


def test_sets_are_columns(own: Site, client: Scythe) -> None:
    sets = {each.setName: each.setSpec for each in all_of(Set, client.list_sets())}
    assert {"法定主动公开内容", "法定主动公开内容 › 财政信息"} <= set(sets)
    found = all_of(Record, client.list_records(metadata_prefix="oai_dc", set_=sets["法定主动公开内容 › 财政信息"]))
    assert [each.metadata["title"] for each in found] == [["云溪县财政局2020年部门预算"]]
    whole = list(client.list_identifiers(metadata_prefix="oai_dc", set_=sets["法定主动公开内容"]))
    assert len(whole) == 3


def test_a_set_tells_of_what_is_gone_and_needs_no_index(own: Site, client: Scythe) -> None:
    sets = {each.setName: each.setSpec for each in all_of(Set, client.list_sets())}
    budgets = sets["法定主动公开内容 › 财政信息"]
    review.decide(own.services.catalogue, own.ids["预算.txt"], Verdict.WITHDRAW, "审查员", "有误")
    shutil.rmtree(own.services.settings.index_folder)
    (gone,) = all_of(Record, client.list_records(metadata_prefix="oai_dc", set_=budgets))
    assert gone.deleted
    assert budgets in {each.setSpec for each in all_of(Set, client.list_sets())}


@pytest.mark.parametrize("day", ["", "20190131", "2019-W05", "2019-W05-4", "2019-1-31"])
def test_a_datestamp_is_written_in_one_way(site: Site, day: str) -> None:
    answer = site.client.get("/oai", query_string={"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": day})
    assert 'code="badArgument"' in answer.text


def test_what_may_be_asked_with_is_told(site: Site) -> None:
    assert "POST" in site.client.put("/oai").headers["Allow"]


def test_a_record_by_its_identifier_and_nothing_of_hidden_ones(own: Site, client: Scythe) -> None:
    identifier = all_of(Header, client.list_identifiers(metadata_prefix="oai_dc"))[0].identifier
    assert identifier
    (record,) = all_of(Record, [client.get_record(identifier=identifier, metadata_prefix="oai_dc")])
    assert record.header.identifier == identifier
    with pytest.raises(NoRecordsMatch):
        list(client.list_records(metadata_prefix="oai_dc", until="2000-01-01"))
    hidden = f"oai:localhost:{own.ids['待审.txt']}"
    answers = [
        own.client.get(f"/oai?verb=GetRecord&metadataPrefix=oai_dc&identifier={each}").text
        for each in (hidden, "oai:localhost:unknown")
    ]
    assert all('code="idDoesNotExist"' in answer for answer in answers)


WRONG = (
    ("", "badVerb"),
    ("?verb=Nothing", "badVerb"),
    ("?verb=Identify&verb=Identify", "badVerb"),
    ("?verb=Identify&x=1", "badArgument"),
    ("?verb=ListRecords", "badArgument"),
    ("?verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
    ("?verb=ListRecords&metadataPrefix=oai_dc&from=gestern", "badArgument"),
    ("?verb=ListRecords&metadataPrefix=oai_dc&from=2020-01-01&until=2019-01-01", "badArgument"),
    ("?verb=ListRecords&metadataPrefix=oai_dc&from=2020-01-01&until=2021-01-01T00:00:00Z", "badArgument"),
    ("?verb=ListRecords&metadataPrefix=oai_dc&from=9999-12-31&until=9999-12-31", "noRecordsMatch"),
    ("?verb=ListRecords&metadataPrefix=oai_dc&set=none", "noRecordsMatch"),
    ("?verb=ListRecords&resumptionToken=x", "badResumptionToken"),
    ("?verb=ListRecords&resumptionToken=WzEsICIiLCAiIl0=", "badResumptionToken"),
    ("?verb=ListRecords&resumptionToken=x&metadataPrefix=oai_dc", "badArgument"),
    ("?verb=ListSets&resumptionToken=x", "badResumptionToken"),
    # This token decodes to a place far beyond the last change: [99999, "", "", ""].
    ("?verb=ListRecords&resumptionToken=Wzk5OTk5LCAiIiwgIiIsICIiXQ==", "badResumptionToken"),
    ("?verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
    ("?verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:%00", "idDoesNotExist"),
    ("?verb=ListMetadataFormats&identifier=urn:x", "idDoesNotExist"),
)


@pytest.mark.statements
@pytest.mark.parametrize(("asked", "code"), WRONG)
def test_a_wrong_request_gets_the_protocols_own_error(site: Site, asked: str, code: str) -> None:
    answer = site.client.get(f"/oai{asked}")
    assert answer.status_code == 200
    assert etree.fromstring(answer.data).xpath("o:error/@code", namespaces=OAI) == [code]


def test_it_may_be_asked_by_post(site: Site) -> None:
    answer = site.client.post("/oai", data={"verb": "Identify"})
    root = etree.fromstring(answer.data)
    assert root.xpath("string(o:Identify/o:protocolVersion)", namespaces=OAI) == "2.0"
    assert root.xpath("string(o:request/@verb)", namespaces=OAI) == "Identify"
