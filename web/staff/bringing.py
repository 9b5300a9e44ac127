"""Bringing files in: the form, and a page for each job that shows what became of every file."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from secrets import token_hex

from flask import Blueprint, Response, abort, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from archive.chinese.dates import OFFICE_TIME
from archive.extract.containers import archives
from archive.plain import one_line
from archive.registers import jobs, uploads
from archive.registers.bringing import own_source
from archive.registers.incoming import FOLDER
from archive.registers.jobs import ASKED, BRINGING, Job, Kind, State
from archive.registers.roles import Act
from archive.store.tables import versions
from web.http.current import services
from web.staff.arriving import LARGEST_FILE, LARGEST_UPLOAD, MOST_FILES, arrived
from web.staff.forms import once, token_for
from web.staff.guard import allowed, current, desk
from web.staff.queues import confined, may_see
from web.staff.words import JOBS, RESULTS

bringing = Blueprint("bringing", __name__)
ROWS = 30
# After which a job that nobody takes is a sign that no worker runs.
_LATE = timedelta(minutes=1)
_LONGEST_NOTE = 500


@bringing.get("/bring")
@allowed(Act.BRING)
def form() -> Response:
    return _form()


@bringing.post("/bring")
@allowed(Act.BRING)
def bring() -> Answer:
    """Make a job of the files that were sent; sending the same files twice in one form makes one."""
    sent, account = arrived(), current().account
    together, note = sent.form.get("how") == "together", one_line(sent.form.get("note", ""))[:_LONGEST_NOTE]
    if sent.folder is None:
        return _form("请先选择文件。", note, together, 400, sent.form)
    id = once(f"{account.id}/{token_for(sent.form)}", {**sent.form, **sent.said_by_files})
    if jobs.find(desk().staff, id) is None:
        data = services().settings.data
        try:
            sent.folder = sent.folder.rename(uploads.place(data, id))
        except OSError:
            # The same form is being sent a second time just now, or its first job never came to be.
            id = token_hex(16)
            sent.folder = sent.folder.rename(uploads.place(data, id))
        uploads.sync(sent.folder)
        payload = {"files": sent.names, "together": together and len(sent.names) > 1, "note": note}
        jobs.add(desk().staff, Kind.UPLOAD, payload, account.person, account.unit, sent.names, id)
        # They are the job's from now on.
        sent.folder = None
    return redirect(f"/bring/{id}", 303)


@bringing.get("/bring/<id>")
@allowed(Act.BRING)
def job(id: str) -> str:
    found = _seen(id)
    files = jobs.files(desk().staff, id)
    results = Counter(each.result for each in files)
    return render_template(
        "desk/job.html",
        **{"job": found, "files": files, "titles": _titles(each.document_id for each in files if each.document_id)},
        **{"RESULTS": RESULTS, "JOBS": JOBS, "ASKED": ASKED, "State": State, "when": _when, "folder": FOLDER},
        counts=[(result, results[result]) for result in RESULTS if results[result]],
        late=found.is_left(found.made_at, _LATE),
    )


@bringing.post("/bring/<id>/<int:number>")
@allowed(Act.BRING)
def choose(id: str, number: int) -> Answer:
    """Take in a file that is named like an earlier one, as a new version of that or as a document of its own."""
    found = _seen(id)
    file = next((each for each in jobs.files(desk().staff, id) if each.number == number), None)
    if file is None:
        abort(404)
    source, note = own_source(found, number), one_line(request.form.get("note", ""))[:_LONGEST_NOTE]
    if request.form.get("as") == "version":
        earlier = jobs.namesake(desk().staff, found, file.name)
        source = earlier.source if earlier else source
    # What was decided already, perhaps by a colleague, stays: the page shows it.
    jobs.choose(desk().staff, id, number, source, note)
    return redirect(f"/bring/{id}", 303)


def _form(
    refused: str = "", note: str = "", together: bool = False, status: int = 200, typed: Mapping[str, str] | None = None
) -> Response:
    account = current().account
    page = render_template(
        "desk/bring.html",
        **{
            "refused": refused,
            "note": note,
            "together": together,
            "once": token_for(typed or {}),
            "JOBS": JOBS,
            "when": _when,
        },
        **{"file_size": LARGEST_FILE, "size": LARGEST_UPLOAD, "most": MOST_FILES},
        archives="zip、7z、rar" if archives.available() else "zip",
        recent=jobs.of(desk().staff, account.person, account.unit, not confined(account), ROWS),
    )
    return Response(page, status)


def _seen(id: str) -> Job:
    """Return a job of one's own unit; what came by the watched folder is of those who see all documents."""
    found, account = jobs.find(desk().staff, id), current().account
    if found is None or found.kind not in BRINGING:
        abort(404)
    if found.kind is Kind.FOLDER:
        seen = not confined(account)
    else:
        seen = found.unit == account.unit if found.unit else not account.unit and found.person == account.person
    if not seen:
        abort(404)
    return found


def _when(at: datetime) -> str:
    return at.astimezone(OFFICE_TIME).strftime("%Y-%m-%d %H:%M")


def _titles(ids: Iterable[str]) -> dict[str, str]:
    """Return the titles of documents by id, of those that one may see."""
    account = current().account
    query = select(versions.c.document_id, versions.c.title, versions.c.brought_by).order_by(versions.c.version)
    with services().catalogue.reading() as connection:
        rows = connection.execute(query.where(versions.c.document_id.in_(set(ids)))).all()
    bringers: dict[str, list[str]] = {}
    for row in rows:
        bringers.setdefault(row.document_id, []).append(row.brought_by or "")
    own = {id for id, names in bringers.items() if may_see(account, *names)}
    # The newest version's, which comes last.
    return {row.document_id: row.title for row in rows if row.document_id in own}
