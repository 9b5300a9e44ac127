"""Evaluations of what is withheld, at the desk: the yearly list, and what was decided about each document."""

from flask import render_template

from archive.chinese.dates import office_today
from archive.registers.books import reevaluations
from archive.registers.books.reevaluations import dues, until, withheld
from archive.registers.roles import Act
from web.http.current import services
from web.staff.books.opening import asked_year, book
from web.staff.books.pages import pages
from web.staff.guard import allowed

reevaluating = pages(reevaluations.SPEC, entering=reevaluations.evaluate, link=("due", "应评估的文件"))


@reevaluating.get("/due")
@allowed(Act.SEE_BOOKS)
def due() -> str:
    """What is to be evaluated in a year: the documents, their grounds, and when each is due."""
    year = asked_year() or office_today().year
    every = withheld(services().catalogue)
    found = until(dues(every, book(reevaluations.SPEC).all(), services().settings.reevaluation_months), year)
    return render_template(
        "desk/books/due.html",
        **{"dues": found, "year": year, "total": len(every), "today": office_today(), "spec": reevaluations.SPEC},
    )
