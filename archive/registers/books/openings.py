"""Replies that are made public for all (article 44): a copy of what was answered comes in and goes through review.

The document knows nothing of the request: the relation is an entry here, by the request's number. A copy in which the
applicant's name, identity or contact stands is not taken in, and no later version of it is made public (``names``).
Neither a correction of the document nor the reason for which it is withdrawn may name them (``named``). Whatever else
is personal stops it at the pre-check.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path

from sqlalchemy import select

from archive.document import Attachment, Disclosure, Document
from archive.errors import EntryRefused, FileRefused, KeyUnusable, PersonalDataDamaged, UnknownRequest
from archive.extract import Sandbox, media_type
from archive.intake.adding import Item
from archive.intake.receive import Intake, Result
from archive.registers.books.book import Book, Entry
from archive.registers.books.columns import Column, Facts, Kind, text
from archive.registers.books.spec import Figure, Spec
from archive.registers.books.tables import book_entries
from archive.registers.requests.applicants import stands_in
from archive.registers.requests.facts import Field
from archive.registers.requests.outcomes import Row
from archive.registers.requests.persons import Persons
from archive.registers.requests.register import Register
from archive.registers.requests.request import Actor, Request
from archive.registers.requests.tables import requests
from archive.registers.roles import Act
from archive.registers.staff import Staff
from archive.store.catalogue import Catalogue

SEVERAL, SUGGESTED, OWN = "多人申请相同信息", "申请人建议", "本机关决定"
WHY = (SEVERAL, SUGGESTED, OWN)
_NAMING = (Field.NAME, Field.IDENTITY, Field.CONTACT)
# What an answer gave, and so may be given to everybody.
_GAVE = frozenset({Row.OPEN, Row.PARTLY})
# What people who read the archive's own notes learn of where a document comes from.
_NOTE = "依申请公开转为主动公开（条例第四十四条）"


def hindrance(request: Request) -> str:
    """Return why nothing of a request's answer can be made public for all; "" if something can."""
    facts = request.facts
    if facts.row is None:
        return "这件申请还没有答复。"
    if facts.row not in _GAVE:
        return "这件申请的答复没有提供信息，没有可以转为主动公开的。"
    return "这件申请要的信息已经主动公开。" if facts.answer == "public" else ""


def open_reply(
    book: Book,
    register: Register,
    intake: Intake,
    sandbox: Sandbox,
    told: Mapping[str, str],
    copy: tuple[Path, str],
    by: Actor,
    id: str,
) -> Entry:
    """Take a copy of a reply in, to be reviewed, and enter it. ``copy`` is its path and what it is called.

    ``id`` is that of a form: when it comes a second time, nothing more is done. Raises EntryRefused, KeyUnusable,
    PersonalDataDamaged, and whatever ends an intake; then nothing was entered.
    """
    if there := next((each for each in book.all() if each.id == id), None):
        return there
    cells = book.read({**told, "document": ""})
    if wrong := [why for name, why in cells.wrong.items() if name != "document"]:
        raise EntryRefused("".join(wrong))
    try:
        request = register.numbered(text(cells.facts, "request"))
    except UnknownRequest as unknown:
        raise EntryRefused("登记簿里没有这个登记号的申请。") from unknown
    if refused := hindrance(request):
        raise EntryRefused(refused)
    path, name = copy
    try:
        read = sandbox.extract(path, media_type(path, name))
    except FileRefused as unreadable:
        raise EntryRefused(unreadable.reason) from unreadable
    if found := register.named_in(request.id, "\n".join((name, read.title or "", *read.paragraphs, *read.concealed))):
        told_as = "、".join(each.value for each in found)
        raise EntryRefused(f"文件里有这件申请的申请人的{told_as}，没有接收。请去掉或者遮盖后，再提交这份文件。")
    receipt = intake.receive(Item(path, f"desk:openings/{id}", names=(name,), note=_NOTE))
    if receipt.result is Result.REFUSED or receipt.document_id is None:
        raise EntryRefused(receipt.reason)
    return book.enter({**told, "document": receipt.document_id}, by, id)


def names(staff: Staff, catalogue: Catalogue, document: str) -> str:
    """Return why the newest version of a document can't become public: it names who asked for it; "" if it can.

    Every field that is published counts, and what is in the files. Raises UnknownDocument.
    """
    known = catalogue.newest(document)
    parts: tuple[Document | Attachment, ...] = (known, *known.attachments)
    published = (getattr(known.metadata, each.name) for each in fields(known.metadata) if each.name != "sources")
    within = (word for each in parts for word in (each.file.name, each.text, *each.concealed))
    found = named(staff, document, *map(str, filter(None, published)), *within)
    return f"{found}请退回，去掉或者遮盖后作为新版本提交。" if found else ""


def named(staff: Staff, document: str, *told: str, urgent: bool = False) -> str:
    """Return why a text about a document can't become public: it names who asked for it; "" if it can.

    Of a document that came of no request, nothing is read. The sentence has nothing of the text. With ``urgent``, as
    a withdrawal is, it is no hindrance that the applicant can't be read.
    """
    at = book_entries.c
    of = select(at.facts).where(at.book == SPEC.id, at.facts["document"].as_string() == document)
    with staff.reading() as connection:
        numbers = [text(facts, "request") for facts in connection.scalars(of)]
        if not numbers:
            return ""
        ids = connection.scalars(select(requests.c.id).where(requests.c.number.in_(numbers)))
        try:
            said = [of for id in [*ids] for of in Persons(staff.keys.folder).of(connection, id).values()]
        except (KeyUnusable, PersonalDataDamaged):
            return (
                ""
                if urgent
                else "这份文件由一件申请的答复转来，而申请人的信息现在读不出，不能核对里面有没有，请告诉维护人员。"
            )
    within = "\n".join(told)
    found = [each for each in _NAMING if any(stands_in(of.get(each, ""), within) for of in said)]
    if not found:
        return ""
    return f"里面有申请人的{'、'.join(each.value for each in found)}，不能公开（条例第四十四条）。"


def _problems(facts: Facts, today: date) -> Iterator[tuple[str, str]]:
    on = text(facts, "on")
    if on and date.fromisoformat(on) > today:
        yield "on", "登记日还没有到，请核对。"


def figures(year: int, every: Collection[Facts]) -> list[Figure]:
    found = [each for each in every if SPEC.year(each) == year]
    kinds = ((name, sum(each.get("why") == name for each in found)) for name in WHY)
    return [(f"转为{Disclosure.ACTIVE}", f"{len(found)} 件"), *((name, f"{count} 件") for name, count in kinds)]


SPEC = Spec(
    "openings",
    "转主动公开登记簿",
    (
        Column("request", "申请登记号", needed=True, most=40, hint="如 2026-0001", listed=True, fixed=True),
        Column("why", "缘由", Kind.ONE, WHY, needed=True, listed=True),
        Column("on", "登记日", Kind.DAY, needed=True, listed=True),
        Column("document", "公开的文件", Kind.DOCUMENT, needed=True, listed=True, fixed=True),
    ),
    *("on", figures),
    *(Act.SEE_REQUESTS, Act.HANDLE_REQUESTS, Act.EXPORT_REQUESTS),
    problems=_problems,
)
