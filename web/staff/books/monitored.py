"""Daily monitoring at the desk: the register of findings, and how each column stands."""

from flask import render_template

from archive.chinese.dates import office_today
from archive.registers.books import findings
from archive.registers.books.columns import Facts, Told
from archive.registers.roles import Act
from web.http.current import services
from web.installation import boards
from web.staff.books.opening import book
from web.staff.books.pages import HEEDS, pages
from web.staff.guard import allowed


def _due(facts: Facts) -> Told:
    return findings.due(facts, office_today())


def _late() -> str:
    late = sum(_due(each.facts).late for each in book(findings.SPEC).all())
    return f"{late} 条已经超过整改期限。" if late else ""


HEEDS[findings.SPEC.id] = _late
monitored = pages(findings.SPEC, also=("期限", _due), link=("board", "各栏目的更新情况"))


@monitored.get("/board")
@allowed(Act.SEE_BOOKS)
def board() -> str:
    """The columns as the last night saw them, with the days that are left by today."""
    return render_template(
        "desk/books/board.html",
        **{"board": boards.read(services().settings.data), "today": office_today(), "spec": findings.SPEC},
    )
