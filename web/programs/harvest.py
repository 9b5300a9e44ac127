"""OAI-PMH 2.0, by which libraries and archives harvest all public metadata: Dublin Core, with a set for each column.

Source: http://www.openarchives.org/OAI/openarchivesprotocol.html; the numbers in brackets are its sections.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from archive.chinese.dates import of_iso
from archive.document import Document
from archive.store import publications
from archive.store.catalogue import Catalogue
from archive.store.publications import Publication
from web.http.addresses import document_url
from web.http.current import absolute, services
from web.programs import xml

harvest = Blueprint("harvest", __name__)
OAI = "http://www.openarchives.org/OAI/2.0/"
DC = "http://purl.org/dc/elements/1.1/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
PREFIX = "oai_dc"
PAGE = 100
_LISTED = {"metadataPrefix", "from", "until", "set", "resumptionToken"}
# The arguments of each verb (4.1 to 4.6).
_ARGUMENTS = {
    "Identify": set[str](),
    "ListMetadataFormats": {"identifier"},
    "ListSets": {"resumptionToken"},
    "GetRecord": {"identifier", "metadataPrefix"},
    "ListIdentifiers": _LISTED,
    "ListRecords": _LISTED,
}


class _Refused(Exception):
    """The request gets an error of the protocol. ``code`` is one of its error codes (3.6)."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Selection:
    """What a list covers. ``since`` and ``until`` are instants; ``after`` is where its next page begins."""

    since: datetime | None
    until: datetime | None
    set: str
    after: int = 0

    @property
    def token(self) -> str:
        told = (self.after, *(each.isoformat() if each else "" for each in (self.since, self.until)), self.set)
        return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()

    @classmethod
    def of_token(cls, token: str) -> "_Selection":
        try:
            after, since, until, chosen = json.loads(base64.urlsafe_b64decode(token.encode("ascii")))
            if type(after) is not int or not 0 <= after < 2**31 or type(chosen) is not str:
                raise ValueError(token)
            instants = [datetime.fromisoformat(each).astimezone(UTC) if each else None for each in (since, until)]
        except (ValueError, TypeError, RecursionError, OverflowError) as error:
            raise _Refused("badResumptionToken", "The resumptionToken is not one of this repository.") from error
        return cls(instants[0], instants[1], chosen, after)


@harvest.route("/oai", methods=["GET", "POST"])
def oai() -> Response:
    # Both GET and POST are mandatory (3.1.1).
    arguments = request.form if request.method == "POST" else request.args
    root = xml.root(OAI, "OAI-PMH", {"xsi": XSI})
    root.set(f"{{{XSI}}}schemaLocation", f"{OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd")
    xml.add(root, "responseDate", _instant(datetime.now(UTC)))
    asked = xml.add(root, "request", absolute("/oai"))
    try:
        verb = _verb(arguments)
        answered = _VERBS[verb](arguments)
    except _Refused as refusal:
        if refusal.code not in ("badVerb", "badArgument"):
            _echo(asked, arguments)
        xml.add(root, "error", str(refusal), {"code": refusal.code})
    else:
        _echo(asked, arguments)
        root.append(answered)
    return xml.answer(root, "text/xml")


def _verb(arguments: MultiDict[str, str]) -> str:
    verb = arguments.get("verb", "")
    if verb not in _VERBS or len(arguments.getlist("verb")) > 1:
        raise _Refused("badVerb", "The verb is missing, unknown or repeated.")
    given = set(arguments) - {"verb"}
    if given - _ARGUMENTS[verb] or any(len(arguments.getlist(name)) > 1 for name in given):
        raise _Refused("badArgument", "An argument is unknown or repeated.")
    if "resumptionToken" in given and len(given) > 1:
        raise _Refused("badArgument", "resumptionToken is an exclusive argument.")
    return verb


def _echo(asked: xml.Element, arguments: Mapping[str, str]) -> None:
    for name, value in arguments.items():
        asked.set(name, xml.clean(value))


def _identify(_: MultiDict[str, str]) -> xml.Element:
    answer = xml.root(OAI, "Identify")
    office = services().county.requests
    first = publications.first_at(services().catalogue) or datetime.now(UTC)
    for name, value in (
        ("repositoryName", services().settings.site_name),
        ("baseURL", absolute("/oai")),
        ("protocolVersion", "2.0"),
        ("adminEmail", (office.email if office else "") or f"webmaster@{_host()}"),
        ("earliestDatestamp", _instant(first)),
        # Withdrawals are reported, but the record of them does not survive the loss of the database.
        ("deletedRecord", "transient"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
        ("compression", "gzip"),
    ):
        xml.add(answer, name, value)
    return answer


def _list_metadata_formats(arguments: MultiDict[str, str]) -> xml.Element:
    if "identifier" in arguments:
        _publication(arguments["identifier"])
    answer = xml.root(OAI, "ListMetadataFormats")
    format = xml.add(answer, "metadataFormat")
    for name, value in (("metadataPrefix", PREFIX), ("schema", SCHEMA), ("metadataNamespace", OAI_DC)):
        xml.add(format, name, value)
    return answer


def _list_sets(arguments: MultiDict[str, str]) -> xml.Element:
    if "resumptionToken" in arguments:
        raise _Refused("badResumptionToken", "Sets are listed at once, without resumptionToken.")
    answer = xml.root(OAI, "ListSets")
    for spec, column in _sets().items():
        each = xml.add(answer, "set")
        xml.add(each, "setSpec", spec)
        xml.add(each, "setName", column.replace("/", " › "))
    return answer


def _get_record(arguments: MultiDict[str, str]) -> xml.Element:
    if "identifier" not in arguments or "metadataPrefix" not in arguments:
        raise _Refused("badArgument", "identifier and metadataPrefix are required.")
    _check_prefix(arguments)
    publication = _publication(arguments["identifier"])
    answer = xml.root(OAI, "GetRecord")
    _record(answer, publication, services().catalogue.public_many([publication.id]).get(publication.id))
    return answer


def _list_identifiers(arguments: MultiDict[str, str]) -> xml.Element:
    def put(answer: xml.Element, page: list[Publication]) -> None:
        for each in page:
            _header(answer, each, each.public)

    return _list("ListIdentifiers", arguments, put)


def _list_records(arguments: MultiDict[str, str]) -> xml.Element:
    def put(answer: xml.Element, page: list[Publication]) -> None:
        documents = services().catalogue.public_many(each.id for each in page if each.public)
        for each in page:
            _record(answer, each, documents.get(each.id))

    return _list("ListRecords", arguments, put)


def _list(
    verb: str, arguments: MultiDict[str, str], put: Callable[[xml.Element, list[Publication]], None]
) -> xml.Element:
    """Answer with a page of a list and the token of the next one (3.5)."""
    if "resumptionToken" in arguments:
        selection = _Selection.of_token(arguments["resumptionToken"])
        # A place beyond the last change predates a restore of the archive. It must not look like the end of the list.
        if selection.after > services().catalogue.last_change():
            raise _Refused("badResumptionToken", "The resumptionToken is of another state of this repository.")
    else:
        if "metadataPrefix" not in arguments:
            raise _Refused("badArgument", "metadataPrefix is required.")
        _check_prefix(arguments)
        selection = _selected(arguments)
    column = _sets().get(selection.set, "") if selection.set else ""
    if selection.set and not column:
        raise _Refused("noRecordsMatch", "There is no such set, or nothing in it.")
    found = publications.after(
        services().catalogue,
        selection.after,
        PAGE + 1,
        column=column,
        since=selection.since,
        until=selection.until,
    )
    if not found:
        raise _Refused("noRecordsMatch", "No record matches.")
    answer = xml.root(OAI, verb)
    put(answer, found[:PAGE])
    if len(found) > PAGE:
        following = _Selection(selection.since, selection.until, selection.set, found[PAGE - 1].sequence)
        xml.add(answer, "resumptionToken", following.token)
    elif "resumptionToken" in arguments:
        # An empty token ends a list that came in pages.
        xml.add(answer, "resumptionToken", "")
    return answer


def _selected(arguments: MultiDict[str, str]) -> _Selection:
    since, until = arguments.get("from"), arguments.get("until")
    if since and until and len(since) != len(until):
        raise _Refused("badArgument", "from and until must have the same granularity.")
    begins, ends = _moment(since, time.min), _moment(until, time.max)
    if begins and ends and begins > ends:
        raise _Refused("badArgument", "from must not be later than until.")
    return _Selection(begins, ends, arguments.get("set", ""))


def _moment(text: str | None, of_day: time) -> datetime | None:
    """Read a UTC datestamp of either granularity (3.3). A day stands for its first or last instant."""
    if text is None:
        return None
    try:
        if "T" not in text:
            return datetime.combine(of_iso(text), of_day, UTC)
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise _Refused("badArgument", f"{text[:30]!r} is not a UTC datestamp.") from error


def _check_prefix(arguments: Mapping[str, str]) -> None:
    if arguments["metadataPrefix"] != PREFIX:
        raise _Refused("cannotDisseminateFormat", f"Only {PREFIX} is disseminated.")


def _publication(identifier: str) -> Publication:
    scheme, _, id = identifier.rpartition(":")
    found = publications.of(services().catalogue, id) if scheme == f"oai:{_host()}" and id.isalnum() else None
    if found is None:
        # Hidden and unknown documents get the same answer.
        raise _Refused("idDoesNotExist", "No such record.")
    return found


def _record(answer: xml.Element, publication: Publication, document: Document | None) -> None:
    record = xml.add(answer, "record")
    _header(record, publication, document is not None)
    if document is None:
        return
    about = xml.root(OAI_DC, "dc", {"oai_dc": OAI_DC, "dc": DC, "xsi": XSI})
    xml.add(record, "metadata").append(about)
    about.set(f"{{{XSI}}}schemaLocation", f"{OAI_DC} {SCHEMA}")
    metadata = document.metadata
    when = metadata.written_on or metadata.published_on
    for name, value in (
        ("title", metadata.title),
        *(("creator", issuer) for issuer in (metadata.issuer or "").split("、")),
        ("subject", metadata.topic),
        ("description", " ".join(document.text.split())[:200]),
        ("description", f"有效性：{metadata.validity.value}" if metadata.validity else None),
        ("description", f"公开截止日期：{metadata.public_until}" if metadata.public_until else None),
        ("publisher", services().settings.site_name),
        ("date", when.isoformat() if when else None),
        ("type", metadata.genre),
        ("format", document.file.media_type),
        ("identifier", absolute(document_url(document.id))),
        *(("identifier", number) for number in metadata.numbers),
        ("source", metadata.source_url),
        ("language", "zh-CN"),
    ):
        if value:
            xml.add(about, f"{{{DC}}}{name}", value)


def _header(parent: xml.Element, publication: Publication, public: bool) -> None:
    header = xml.add(parent, "header", attributes={} if public else {"status": "deleted"})
    xml.add(header, "identifier", f"oai:{_host()}:{publication.id}")
    xml.add(header, "datestamp", _instant(publication.at))
    if publication.column:
        xml.add(header, "setSpec", _spec(publication.column))


def _sets() -> dict[str, str]:
    """Map set names to the columns that hold or held something public, and to the columns above them."""
    catalogue = services().catalogue
    columns = _columns_as_of(catalogue, catalogue.last_change())
    levels = dict.fromkeys(level for each in columns for level in (each.partition("/")[0], each))
    return {_spec(level): level for level in levels}


@lru_cache(maxsize=2)
def _columns_as_of(catalogue: Catalogue, _change: int) -> list[str]:
    return publications.columns(catalogue)


def _spec(column: str) -> str:
    """Return a set's name: letters and digits, a colon between levels (2.6). It changes only with the column's name."""
    top, _, below = column.partition("/")
    levels = (top, column) if below else (top,)
    return ":".join(hashlib.sha256(level.encode()).hexdigest()[:10] for level in levels)


def _host() -> str:
    return urlsplit(absolute("/")).hostname or "gongkai"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


_VERBS: Mapping[str, Callable[[MultiDict[str, str]], xml.Element]] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_metadata_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListIdentifiers": _list_identifiers,
    "ListRecords": _list_records,
}
