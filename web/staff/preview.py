"""What waits, as the public will see it: the public page's own values and template, with nothing that leads there."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit, urlunsplit

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from archive.document import Disclosure, Document
from archive.registers import looks
from archive.registers.roles import Act
from archive.store import publications
from archive.store.assembly import public_numbers
from archive.store.publications import PublicVersion
from indexer.query import Everything
from indexer.snippets import Marker
from web.http.current import services
from web.http.edition import edition
from web.http.parameters import BadParameter
from web.http.visitor import Visitor
from web.reading.page import document_page
from web.search.find import related
from web.search.in_force import ended_by
from web.search.params import SearchForm, read_part
from web.staff.guard import allowed, current
from web.staff.inert import inert
from web.staff.progress import Standing, standing

preview = Blueprint("preview", __name__)
# The address by which the band of a preview leads back.
BACK = "#back-to-the-desk"
_NOWHERE = "（公开后的网址）"


@preview.get("/documents/<id>/preview")
@allowed(Act.SEE)
def show(id: str) -> Response:
    """Show a document's newest version as its page would be if it were approved now. The look is an audit event."""
    opened, known = services(), standing(id)
    document, published = _as_public(known)
    try:
        page = document_page(
            document,
            Marker(Everything(), opened.analyzer),
            SearchForm(),
            read_part(request.args),
            relations=related(opened, id),
            versions=published,
            ended_by=ended_by(opened, id),
        )
    except BadParameter as wrong:
        return Response(render_template("desk/mistake.html", status=404, sentence=str(wrong)), 404)
    if known.public_version != document.version:
        looks.note(opened.catalogue, id, document.version, current().account.person, "公众页面的预览")
    made = render_template(
        "desk/preview.html",
        **{"page": page, "code": Markup(), "described": {}, "county": opened.county, "edition": edition(opened)},
        **{"visitor": Visitor(), "switch": lambda **_: "", "absolute": _address, "known": known},
        BACK=BACK,
    )
    return Response(inert(made, lambda address: _leads_to(id, address)))


def _as_public(known: Standing) -> tuple[Document, list[PublicVersion]]:
    """Return the document with what its approval would add: its attribute and its public number."""
    document, catalogue = known.document, services().catalogue
    published = publications.approved_versions(catalogue, document.id)
    if known.public_version == document.version and not known.ended:
        return catalogue.public(document.id), published
    metadata, sources = document.metadata, document.metadata.sources
    if metadata.disclosure is None:
        metadata = replace(metadata, disclosure=Disclosure.ACTIVE, sources={**sources, "disclosure": "审查决定"})
    with catalogue.reading() as connection:
        # Also those that were withdrawn have kept their numbers.
        numbers = public_numbers(connection, [document.id]).get(document.id, [])
    number = numbers.index(document.version) + 1 if document.version in numbers else len(numbers) + 1
    shown = replace(document, metadata=metadata, public_number=number)
    return shown, [*published, PublicVersion(number, datetime.now(UTC))]


def _address(path: str) -> str:
    """Return what stands for the public address of a page: this process does not know it unless it is configured."""
    public = services().settings.address
    return f"{public}{path}" if public else _NOWHERE if not path else f"{_NOWHERE}{path}"


def _leads_to(id: str, address: str) -> str | None:
    """Return the desk's address for what a page leads to: itself, its files, its looks. Nothing else leads anywhere."""
    parts = urlsplit(address)
    own = f"/documents/{id}"
    if address == BACK:
        return own
    if address.startswith(("#", "/static/")):
        return address
    if parts.netloc or parts.scheme:
        return None
    if parts.path == own:
        return urlunsplit(("", "", f"{own}/preview", parts.query, parts.fragment))
    if parts.path == f"{own}/original":
        return f"{own}/files/0"
    if (position := parts.path.removeprefix(f"{own}/attachments/")).isdecimal():
        return f"{own}/files/{position}"
    return None
