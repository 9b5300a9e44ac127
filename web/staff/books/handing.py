"""Hand-overs at the desk: what is still to be provided or transferred, and batches with their lists."""

import re
from collections.abc import Mapping

from flask import render_template, request

from archive.chinese.dates import office_today
from archive.registers.books import handovers
from archive.registers.books.book import Entry
from archive.registers.books.columns import Facts, Told
from archive.registers.books.handovers import ARCHIVE, MOST, OPENINGS, PROVIDED, RECEIVERS, TRANSFERRED
from archive.registers.roles import Act
from web.http.current import services
from web.staff import forms
from web.staff.books.opening import asked_year, book
from web.staff.books.pages import pages
from web.staff.guard import allowed

_ROW = re.compile(r"opening-(\w{1,32})", re.ASCII)
# How many documents a page offers for one batch.
ROWS = 100


def _count(facts: Facts) -> Told:
    items = facts.get("items")
    return Told(f"{len(items)} 件" if isinstance(items, list) else "")


def _lines(typed: dict[str, str]) -> dict[str, str]:
    """Return a form with the documents as lines, which the list after ten years sends one field each."""
    rows = [(found[1], value) for name, value in typed.items() if (found := _ROW.fullmatch(name)) and value]
    if rows and not typed.get("documents"):
        told = (f"{id}，{value}，{typed.get(f'secrecy-{id}', '').strip()}" for id, value in rows)
        return {**{name: each for name, each in typed.items() if "-" not in name}, "documents": "\n".join(told)}
    return typed


def _about(entry: Entry) -> Mapping[str, object]:
    return {"items": handovers.items(entry)}


handing = pages(
    handovers.SPEC,
    _about,
    "desk/books/handover.html",
    also=("件数", _count),
    prepare=_lines,
    link=("due", "还没有移送的文件"),
)


@handing.get("/due")
@allowed(Act.SEE_BOOKS)
def due() -> str:
    """What is public and was not provided to a receiver; or what is ten years old and was not transferred."""
    year, to = asked_year(), request.args.get("to", "")
    entries = book(handovers.SPEC).all()
    to = to if to in RECEIVERS else ARCHIVE
    if year:
        found = handovers.after_ten_years(services().catalogue, entries, year, ROWS)
    else:
        found = handovers.outstanding(services().catalogue, entries, to, MOST)
    told = handovers.standings(services().catalogue, [each.id for each in found.first]) if year else {}
    return render_template(
        "desk/books/outstanding.html",
        told=told,
        **{"found": found.first, "total": found.total, "undated": found.undated, "year": year, "to": to},
        **{"RECEIVERS": RECEIVERS, "OPENINGS": OPENINGS, "PROVIDED": PROVIDED, "TRANSFERRED": TRANSFERRED},
        **{"ARCHIVE": ARCHIVE, "spec": handovers.SPEC, "today": office_today(), "once": forms.token_for({})},
    )
