"""The pages of a book, the same for each: its list, a form for what is new, and an entry with its history."""

import logging
from collections.abc import Callable, Mapping

from flask import Blueprint, Response, redirect, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as Answer

from archive.chinese.dates import office_minute
from archive.errors import EntryRefused, GongkaiError, KeyUnusable, PersonalDataDamaged, UnknownEntry
from archive.registers.books.book import Book, Entry
from archive.registers.books.columns import Facts, Kind, text
from archive.registers.books.spec import Spec
from archive.registers.requests.request import Actor, Opened
from archive.registers.roles import Act
from web.http.parameters import page_number
from web.staff import forms
from web.staff.books.opening import SPECS, asked_year, book, figures, sent_form
from web.staff.guard import allowed, current
from web.staff.requests.opening import actor, masked_names, unreadable

log = logging.getLogger(__name__)
ROWS = 50
FAILED = "现在写不进登记簿，没有保存。填写的内容还在表单里，请告诉维护人员，过一会儿再试。"
# What a page of an entry shows besides its facts: lines with a label, sentences to heed, and what its template needs.
About = Callable[[Entry], Mapping[str, object]]
# A label, and what is shown under it: ``said``, and whether it is ``late``.
Also = tuple[str, Callable[[Facts], object]]
Entering = Callable[[Book, Mapping[str, str], Actor, str], Entry]
# What the first page says that somebody should look at, by the books' ids; "" for nothing.
HEEDS: dict[str, Callable[[], str]] = {}
registers = Blueprint("registers", __name__, url_prefix="/registers")


@registers.get("")
@allowed(Act.SEE_BOOKS)
def all_books() -> str:
    """Every register that the account may see, with the figures of its newest year."""
    account = current().account
    found = [
        (spec, *figures(spec), HEEDS[spec.id]() if spec.id in HEEDS else "") for spec in SPECS if account.may(spec.see)
    ]
    return render_template("desk/books/all.html", books=found, disputes=account.may(Act.SEE_REQUESTS))


def pages(
    spec: Spec,
    about: About = lambda entry: {},
    template: str = "desk/books/entry.html",
    also: Also | None = None,
    entering: Entering = Book.enter,
    form: bool = True,
    prepare: Callable[[dict[str, str]], dict[str, str]] = dict,
    link: tuple[str, str] | None = None,
) -> Blueprint:
    """Make the pages of a book. ``about`` adds to the page of an entry what its ``template`` shows besides.

    ``also`` is a column of the list that is reckoned from each entry's facts, ``link`` leads from the list to another
    page below it, ``prepare`` makes a form of what another page sends, and ``entering`` does what a new entry asks for.
    Without ``form`` there is none but that of whoever calls this.
    """
    made = Blueprint(spec.id, __name__, url_prefix=f"/registers/{spec.id}")

    @made.get("")
    @allowed(spec.see)
    def listed() -> str:
        """The book by year, by a view, and by words that stand in an entry."""
        opened = book(spec)
        asked = {name: request.args.get(name, "").strip()[:100] for name in ("year", "view", "q")}
        year, at = asked_year(), page_number(request.args)
        found = _fitting(opened, year, spec.views.get(asked["view"], _any), asked["q"].casefold().split())
        shown = found[(at - 1) * ROWS : at * ROWS]
        names, unreadable = _names(spec, [each.id for each in shown])
        of, told = figures(spec, year)
        return render_template(
            "desk/books/list.html",
            **{"spec": spec, "entries": shown, "total": len(found), "page": at, "asked": asked, "text": text},
            **{"pages": max(1, -(-len(found) // ROWS)), "years": opened.years(), "figures": told, "of": of},
            **{"names": names, "unreadable": unreadable, "also": also, "link": link},
        )

    if form:
        _form_pages(made, spec, prepare, entering)

    @made.get("/<id>")
    @allowed(spec.see)
    def shown(id: str) -> Response:
        return entry_page(spec, id, about, template)

    @made.post("/<id>/change")
    @allowed(spec.keep)
    def change(id: str) -> Answer:
        typed = sent_form()
        try:
            # A form that is not whole has seen nothing of what there is.
            seen = forms.seen(typed)
            book(spec).change(id, typed, actor(), -1 if seen is None else seen)
        except UnknownEntry:
            raise
        except EntryRefused as refused:
            wrong = book(spec).read_change(typed).wrong
            return entry_page(spec, id, about, template, refused.reason, 409, typed, wrong)
        except (GongkaiError, SQLAlchemyError, OSError) as error:
            log.error("%s while an entry was changed", type(error).__name__)
            return entry_page(spec, id, about, template, FAILED, 503, typed)
        return redirect(f"/registers/{spec.id}/{id}", 303)

    if spec.personal:

        @made.post("/<id>/persons")
        @allowed(Act.OPEN_PERSONS)
        def opened(id: str) -> Response:
            """Open what is personal, on this answer alone; the log has that it was opened."""
            try:
                found = book(spec).look(id, actor())
            except (KeyUnusable, PersonalDataDamaged) as error:
                return entry_page(spec, id, about, template, unreadable(error), 503)
            return entry_page(spec, id, about, template, opened=found)

    return made


def _form_pages(
    made: Blueprint, spec: Spec, prepare: Callable[[dict[str, str]], dict[str, str]], entering: Entering
) -> None:
    """Add the form by which something is entered."""

    @made.get("/new")
    @allowed(spec.keep)
    def blank() -> Response:
        return _form(spec, {each.name: request.args.get(each.name, "")[:200] for each in spec.columns})

    @made.post("/new")
    @allowed(spec.keep)
    def enter() -> Answer:
        """Enter what was typed. The same form a second time leads to the entry that it has made."""
        typed = prepare(sent_form())
        token = forms.token_of(typed)
        cells = book(spec).read(typed)
        if cells.wrong:
            return _form(spec, typed, f"有 {len(cells.wrong)} 处需要改正，改好后再登记。", 400, cells.wrong)
        if not token:
            return _form(spec, typed, "表单不完整，没有登记。请核对后再按一次“登记”。", 400)
        id = forms.once(token, typed)
        try:
            entry = entering(book(spec), typed, actor(), id)
        except EntryRefused as refused:
            return _form(spec, typed, refused.reason, 409)
        except (GongkaiError, SQLAlchemyError, OSError) as error:
            log.error("%s while something was entered", type(error).__name__)
            if _is_entered(spec, id):
                # Its page says what is still to be done.
                return redirect(f"/registers/{spec.id}/{id}", 303)
            return _form(spec, typed, FAILED, 503)
        return redirect(f"/registers/{spec.id}/{entry.id}", 303)


def entry_page(
    spec: Spec,
    id: str,
    about: About,
    template: str,
    refused: str = "",
    status: int = 200,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    opened: Opened | None = None,
) -> Response:
    """Return the page of an entry: what is known, what may be changed, and what happened to it."""
    found = book(spec)
    entry = found.entry(id)
    names, unreadable = _names(spec, [id])
    kept = {each.name: text(entry.facts, each.name) for each in spec.columns if not each.personal}
    page = render_template(
        template,
        **{"spec": spec, "entry": entry, "events": found.events(id), "text": text, "Kind": Kind, "when": office_minute},
        **{"typed": typed or {}, "mine": {**kept, **(typed or {})}, "wrong": wrong or {}, "refused": refused},
        **{"labels": {each.name: each.label for each in spec.columns}, "opened": opened},
        **{"names": names, "unreadable": unreadable, **about(entry)},
    )
    return Response(page, status)


def _form(
    spec: Spec, typed: Mapping[str, str], refused: str = "", status: int = 200, wrong: Mapping[str, str] | None = None
) -> Response:
    page = render_template(
        "desk/books/new.html",
        **{"spec": spec, "mine": typed, "wrong": wrong or {}, "refused": refused, "Kind": Kind},
        once=forms.token_for(typed),
    )
    return Response(page, status)


def _is_entered(spec: Spec, id: str) -> bool:
    try:
        book(spec).entry(id)
    except (UnknownEntry, SQLAlchemyError, OSError):
        return False
    return True


def _fitting(opened: Book, year: int | None, fits: Callable[[Facts], bool], words: list[str]) -> list[Entry]:
    """Return the entries of a year that a view has, and in which words stand."""

    def wanted(each: Entry) -> bool:
        return (year is None or opened.spec.year(each.facts) == year) and fits(each.facts) and _has(each, words)

    return opened.all(wanted)


def _any(facts: Facts) -> bool:
    return True


def _has(entry: Entry, words: list[str]) -> bool:
    told = " ".join((entry.number, *map(str, entry.facts.values()))).casefold()
    return all(word in told for word in words)


def _names(spec: Spec, ids: list[str]) -> tuple[dict[str, str], str]:
    return masked_names(book(spec), ids) if spec.personal else ({}, "")
