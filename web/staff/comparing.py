"""Two versions of a document side by side in one text: what was added, what was removed."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, Response, render_template, request
from sqlalchemy import select

from archive.chinese.dates import OFFICE_TIME
from archive.compare import versions as comparison
from archive.compare.words import Change
from archive.decisions import grounds, history
from archive.document import Document
from archive.errors import UnknownDocument
from archive.registers.roles import Act
from archive.store.tables import documents as rows
from archive.store.tables import versions
from web.http.current import services
from web.http.parameters import number, page_number
from web.staff.folding import changes, paged
from web.staff.guard import allowed, current
from web.staff.queues import may_see

comparing = Blueprint("comparing", __name__)
LABELS = {
    **history.LABELS,
    **{"validity": "有效性", "disclosure": "公开属性", "other_numbers": "其他文号", "cited_numbers": "引用文件"},
}


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version to choose. ``brought_by`` is who brought it in and ``note`` the reason that was given."""

    number: int
    received: str
    brought_by: str
    note: str
    public: bool

    @property
    def label(self) -> str:
        return f"第 {self.number} 版（{self.received} 接收{'，公众现在看到的' if self.public else ''}）"


@comparing.get("/documents/<id>/differences")
@allowed(Act.SEE)
def differences(id: str) -> Response:
    """Show the differences between two versions, by default the public one or the one before, and the newest."""
    lines = _lines(id)
    newest = lines[-1].number
    public = next((line.number for line in lines if line.public and line.number < newest), lines[-2:][0].number)
    chosen = [_number(name, default) for name, default in (("from", public), ("to", newest))]
    known = {line.number: line for line in lines}
    shown = {"id": id, "lines": lines, "start": chosen[0], "end": chosen[1], "title": ""}
    if len(lines) == 1:
        told = "这份文件只有一个版本，没有可以对照的。"
        return Response(render_template("desk/differences.html", **shown, told=told), 200)
    if chosen[0] == chosen[1] or not set(chosen) <= known.keys():
        told = "请选择这份文件的两个不同版本。"
        return Response(render_template("desk/differences.html", **shown, told=told), 404)
    before, after = _versions(id, *chosen)
    found = comparison.compare(before, after)
    pages = paged(found)
    page = min(page_number(request.args), len(pages))
    return Response(
        render_template(
            "desk/differences.html",
            **{**shown, "title": after.metadata.title, "told": "", "found": found, "Change": Change, "LABELS": LABELS},
            **{"parts": pages[page - 1], "page": page, "pages": len(pages), "note": known[chosen[1]].note},
            changes=changes,
            kind=lambda item: type(item).__name__,
        )
    )


def _lines(id: str) -> list[VersionLine]:
    """List the versions that the account may see, the oldest first. Raises UnknownDocument for another unit's document.

    A source unit sees the versions that its own people brought in, and what is public.
    """
    account = current().account
    query = (
        select(
            versions.c.version, versions.c.received_at, versions.c.brought_by, versions.c.note, rows.c.public_version
        )
        .join(rows, rows.c.id == versions.c.document_id)
        .where(versions.c.document_id == id)
        .order_by(versions.c.version)
    )
    with services().catalogue.reading() as connection:
        found = connection.execute(query).all()
    if not found or not may_see(account, *(each.brought_by for each in found)):
        raise UnknownDocument(id)
    return [
        VersionLine(
            each.version,
            datetime.fromisoformat(each.received_at).astimezone(OFFICE_TIME).strftime("%Y-%m-%d"),
            each.brought_by or "",
            each.note,
            each.version == each.public_version,
        )
        for each in found
        if each.version == each.public_version or may_see(account, each.brought_by)
    ]


def _versions(id: str, *numbers: int) -> list[Document]:
    """Return versions with the attributes that were decided for them, which may be others than their sources state."""
    catalogue = services().catalogue
    with catalogue.reading() as connection:
        found = {each.version: each for each in catalogue.versions(connection, id)}
        return [
            replace(
                found[number],
                metadata=replace(found[number].metadata, disclosure=grounds.disclosure_of(connection, id, number)),
            )
            for number in numbers
        ]


def _number(name: str, default: int) -> int:
    given = number(request.args.get(name, ""))
    return default if given is None else given
