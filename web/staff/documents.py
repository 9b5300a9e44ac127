"""A document at the desk: left what its readers get, right what is known of it and what is to be done with it."""

from dataclasses import replace

from flask import Blueprint, Response, g, render_template, request, send_file

from archive.chinese.dates import office_minute
from archive.decisions import corrections, grounds, returned
from archive.decisions.relations import RelationKind
from archive.document import Aspect, Disclosure, Document, File, Outcome, Settlement, Status, Validity
from archive.errors import GongkaiError, UnknownDocument
from archive.intake.twins import SEPARATE
from archive.masking.kinds import instead
from archive.registers import drafts, looks, masking
from archive.registers.roles import Act
from archive.store.recognitions import Recognitions
from indexer import sync
from web.http.current import services
from web.search.views import file_view
from web.staff import deadlines, fields, likeness, onward, relating, scans
from web.staff.details import why
from web.staff.forms import Typed
from web.staff.guard import allowed, current, desk
from web.staff.parted import parted
from web.staff.places import Places, leaves
from web.staff.progress import Standing, standing
from web.staff.queues import confined, may_see
from web.staff.words import ENDED, OUTCOMES, SETTLEMENTS, STATES, deed

documents = Blueprint("documents", __name__)
# Inside an original, nothing runs and nothing is fetched.
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
# Of these a browser shows what everybody sees; all else is saved to be opened in its own program.
_SHOWN = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "text/plain"})


def page(id: str, refused: str = "", status: int = 200, typed: Typed | None = None) -> Response:
    """Show a document, after a refusal with what was typed."""
    known = standing(id)
    kept = drafts.of(desk().staff, current().account.id, f"/documents/{id}")
    document = known.document
    alike, twins = _alike(known)
    files = [file_view(part.file, f"/documents/{id}/files/{at}") for at, part in enumerate(document.attachments, 1)]
    places = Places(document, known.precheck)
    unmaskable = _unmaskable(document)
    account, catalogue = current().account, services().catalogue
    objections, proposals = returned.of(catalogue, id), relating.proposed(catalogue, account, id)
    return Response(
        render_template(
            "desk/document.html",
            **{"known": known, "document": document, "refused": refused},
            onward=onward.of(account, known, objections, proposals),
            due=onward.until(known, deadlines.calendar(services().settings.data)),
            fields=fields.of(catalogue, document),
            **{"objections": objections, "nameable": _places(known), "proposals": proposals},
            related=relating.related(catalogue, account, id),
            supposed=relating.supposed(catalogue, account, id),
            **{"typed": typed or Typed(kept), "drafted": bool(kept and typed is None), "done": g.get("done", "")},
            text=parted(document, files, places, request.args.get("part", "")),
            places=places,
            findable=_findable(known),
            **{"unmaskable": unmaskable, "maskable": len(unmaskable) <= len(document.attachments)},
            masking=masking.newest(desk().staff, document, known.events, account.person),
            leaves=leaves(document, places),
            scans=scans.told(document, Recognitions.beside(services().blobs)),
            original=file_view(document.file, f"/documents/{id}/files/0"),
            units={each.person: each.unit for each in desk().accounts.all()} if alike else {},
            **{"alike": alike, "twins": twins, "SHOWN": likeness.SHOWN},
            **{
                "ASPECTS": grounds.ASPECT_LABELS,
                "OUTCOMES": OUTCOMES,
                "SETTLEMENTS": SETTLEMENTS,
                "STATES": STATES,
                "ENDED": ENDED,
            },
            **{
                "Disclosure": Disclosure,
                "Aspect": Aspect,
                "Outcome": Outcome,
                "Settlement": Settlement,
                "Status": Status,
                "Validity": Validity,
                "RelationKind": RelationKind,
            },
            **{"when": office_minute, "deed": deed, "why": why},
        ),
        status,
    )


def _alike(known: Standing) -> tuple[likeness.Likenesses | None, list[likeness.Twin]]:
    """Return what looks like a document that waits, but for what was found to be another one, and what is not seen."""
    if known.document.status is not Status.WAITING:
        return None, []
    account = current().account
    found = likeness.of(desk().staff, services().catalogue, known.document)
    apart = {each.details.get("other") for each in known.events if each.action == SEPARATE}
    twins = [each for each in found.twins if each.id not in apart and may_see(account, each.brought_by)]
    # Another unit is not named to a source unit.
    return (replace(found, copies=0, bringers=()) if confined(account) else found), twins


@documents.get("/documents/<id>")
@allowed(Act.SEE)
def document(id: str) -> Response:
    return page(id)


@documents.get("/documents/<id>/files/<int:position>")
@allowed(Act.SEE)
def file(id: str, position: int) -> Response:
    """Show an original (0) or an attachment, byte for byte, where nothing in it can act."""
    document = standing(id).document
    if position > len(document.attachments):
        raise UnknownDocument(id)
    found: File = document.attachments[position - 1].file if position else document.file
    services().blobs.verify(found.digest)
    looks.note(services().catalogue, id, document.version, current().account.person, found.name)
    response = send_file(
        services().blobs.path(found.digest),
        mimetype=found.media_type if found.media_type in _SHOWN else "application/octet-stream",
        as_attachment=found.media_type not in _SHOWN,
        download_name=found.name,
        conditional=False,
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "no-store"
    return response


def _findable(known: Standing) -> str:
    """Say how soon the public finds a document, or that it no longer does; "" for what never was public."""
    if known.document.status is Status.WITHDRAWN:
        return (
            "已经撤回，公众只看到撤回的说明；原件继续保存。要重新公开的，更正信息或者再送文件，成为新的一版，重新审查。"
        )
    if known.public_version is None:
        return ""
    if known.ended:
        return f"第 {known.public_version} 版的公开期限到 {known.ended} 为止，已满，公众看不到了；原件继续保存。"
    try:
        behind = sync.lag(services().catalogue, services().engine)
    except GongkaiError:
        return "已经公开；检索的索引现在不可用，请告诉维护人员。"
    return "已经公开，正在更新索引，一分钟之内公众可以检索到。" if behind else "已经公开，公众现在可以检索到。"


def _unmaskable(document: Document) -> list[tuple[str, str]]:
    """Return the names of files in which nothing can be masked here, each with what to do."""
    files = [document.file, *(part.file for part in document.attachments)]
    return [(file.name, told) for file in files if (told := instead(file.media_type))]


def _places(known: Standing) -> list[str]:
    """List the places of a document that an objection may be about, as they are named on its page."""
    findings = [f"检查发现第 {each.number} 处" for each in known.precheck.found[:20]]
    parts = [f"附件《{part.file.name}》" for part in known.document.attachments[:50]]
    return ["正文第 1 段", *parts, *findings, *corrections.LABELS.values(), "公开属性"]
