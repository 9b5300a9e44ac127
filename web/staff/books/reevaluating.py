"""Evaluations of what is withheld, at the desk: the yearly list, and what was decided about each document."""

from flask import render_template

from archive.chinese.dates import office_today
from archive.registers.books import reevaluations
from archive.registers.books.reevaluations import Due, dues, until, withheld
from archive.registers.roles import Act
from web.http.current import services
from web.staff.books.opening import asked_year, book
from web.staff.books.pages import HEEDS, pages
from web.staff.guard import allowed


def _dues() -> list[Due]:
    every = withheld(services().catalogue)
    return dues(every, book(reevaluations.SPEC).all(), services().settings.reevaluation_months)


def _overdue() -> str:
    over = sum(each.on < office_today() for each in _dues())
    return f"{over} 件已经过了应评估的日期。" if over else ""


HEEDS[reevaluations.SPEC.id] = _overdue
reevaluating = pages(reevaluations.SPEC, entering=reevaluations.evaluate, link=("due", "应评估的文件"))


@reevaluating.get("/due")
@allowed(Act.SEE_BOOKS)
def due() -> str:
    """What is to be evaluated in a year: the documents, their grounds, and when each is due."""
    year = asked_year() or office_today().year
    every = _dues()
    found = until(every, year)
    return render_template(
        "desk/books/due.html",
        **{"dues": found, "year": year, "total": len(every), "today": office_today(), "spec": reevaluations.SPEC},
    )
