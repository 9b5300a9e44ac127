"""Measuring the desk's pages of the registers beside that of requests, with as many proposals as there are requests."""

from collections.abc import Iterator

from archive.registers.books import corrections, proposals
from archive.registers.books.book import Book
from archive.registers.books.spec import Spec
from archive.registers.requests.request import Actor
from archive.registers.staff import Staff
from archive.store.catalogue import Catalogue
from tests.bench.bed import Bed

# One proposal for so many public documents, and one correction for so many proposals.
_DOCUMENTS, _PROPOSALS = 10, 10
_ASKED = 40
_BY = Actor("经办人0", "clerk")
_LISTS = ("disputes", "corrections", "reevaluations", "reevaluations/due", "handovers", "handovers/due", "openings")


def fill(staff: Staff, catalogue: Catalogue, bed: Bed) -> None:
    """Enter proposals, of which each third is still to be answered, and corrections, unless they are there."""
    count = max(_ASKED, bed.count // _DOCUMENTS)
    _take_in(Book(proposals.SPEC, staff, catalogue), [_proposal(at) for at in range(count)])
    some = [_correction(at) for at in range(max(_ASKED, count // _PROPOSALS))]
    _take_in(Book(corrections.SPEC, staff, catalogue), some)


def pages(staff: Staff, catalogue: Catalogue) -> Iterator[tuple[str, list[str]]]:
    """Yield each kind of page with its addresses."""
    yield "all registers", ["/registers"] * _ASKED
    entries = _of(proposals.SPEC, staff, catalogue)
    base = "/registers/proposals"
    yield f"register of {len(entries):,} proposals", [base] * _ASKED
    yield "register of proposals, any of its pages", [f"{base}?page={1 + at % 20}" for at in range(_ASKED)]
    yield "register of proposals, by words", [f"{base}?q=道路+{at}" for at in range(_ASKED)]
    yield "proposal", [f"{base}/{id}" for id in entries[:_ASKED]]
    yield "correction", [f"/registers/corrections/{id}" for id in _of(corrections.SPEC, staff, catalogue)[:_ASKED]]
    for each in _LISTS:
        yield f"register: {each}", [f"/registers/{each}"] * _ASKED


def _of(spec: Spec, staff: Staff, catalogue: Catalogue) -> list[str]:
    return [each.id for each in Book(spec, staff, catalogue).all()]


def _take_in(book: Book, told: list[dict[str, str]]) -> None:
    if book.all():
        return
    rows = [book.read(each) for each in told]
    if wrong := next((row.wrong for row in rows if row.wrong), None):
        raise RuntimeError(f"{book.spec.id}: {wrong}")
    book.take_in((("", row) for row in rows), _BY)


def _proposal(at: int) -> dict[str, str]:
    year = 2015 + at % 10
    made = {
        **{"year": str(year), "kind": proposals.KINDS[at % 2], "number": str(at + 1), "proposer": f"代表{at % 200}"},
        **{"title": f"关于加强第{at}号道路养护和照明的建议", "unit": f"第{at % 20}局", "received_on": f"{year}-03-02"},
    }
    if at % 3 == 0:
        return made
    answer = proposals.ANSWERS[at % 3]
    told = {"answered_on": f"{year}-06-{1 + at % 28:02}", "answer": answer, "public": proposals.CLOSED}
    return {**made, **told, "ground": "涉及内部管理"}


def _correction(at: int) -> dict[str, str]:
    return {
        **{"name": f"申请人{at}", "contact": f"1380000{at:04}", "document": f"d{at:06}"},
        **{"received_on": f"2025-{1 + at % 12:02}-05", "text": f"第{at}号地块的面积写错了。" * 5},
    }
