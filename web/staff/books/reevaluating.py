"""Evaluations of what is withheld, at the desk: the yearly list, and what was decided about each document."""

from collections.abc import Mapping

from flask import render_template

from archive.chinese.dates import office_today
from archive.registers.books import reevaluations
from archive.registers.books.book import Entry
from archive.registers.books.columns import text
from archive.registers.books.reevaluations import PENDING, UNDONE, Due, dues, until, withheld
from archive.registers.roles import Act
from web.http.current import services
from web.staff.books.opening import asked_year, book
from web.staff.books.pages import HEEDS, pages
from web.staff.guard import allowed


def _dues() -> list[Due]:
    every = withheld(services().catalogue)
    return dues(every, book(reevaluations.SPEC).all(), services().settings.reevaluation_months)


def _overdue() -> str:
    entries = book(reevaluations.SPEC).all()
    every = dues(withheld(services().catalogue), entries, services().settings.reevaluation_months)
    over = sum(each.on < office_today() for each in every)
    cut = sum(bool(each.facts.get(PENDING)) for each in entries)
    told = f"{over} 件已经过了应评估的日期。" if over else ""
    return told + (f"{cut} 件转为主动公开的还没有执行，后台会补办。" if cut else "")


def _about(entry: Entry) -> Mapping[str, object]:
    if entry.facts.get(PENDING):
        return {"heed": ["文件的公开属性还没有改变（登记时中断），后台会补办；请过一会儿再看。"]}
    if undone := text(entry.facts, UNDONE):
        return {"heed": [f"没有执行：{undone} 请看过文件，重新评估。"]}
    return {}


HEEDS[reevaluations.SPEC.id] = _overdue
reevaluating = pages(reevaluations.SPEC, _about, entering=reevaluations.evaluate, link=("due", "应评估的文件"))


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
