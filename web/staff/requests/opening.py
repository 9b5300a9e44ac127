"""The register as the desk opens it, and who acts."""

import logging

from flask import g

from archive.errors import BadLetters, KeyUnusable, PersonalDataDamaged
from archive.registers.books.book import Book
from archive.registers.requests.letters import office as offices
from archive.registers.requests.letters.office import Office
from archive.registers.requests.register import Register
from archive.registers.requests.request import Actor
from archive.registers.requests.search_record import Needs
from archive.registers.roles import Act
from archive.registers.workdays import Calendar
from web.http.current import services
from web.staff.guard import current, desk

log = logging.getLogger(__name__)
UNREADABLE = "申请人的信息现在读不出（密钥缺失、不符或者内容受损），请告诉维护人员。其他内容不受影响。"


def register() -> Register:
    """Return the register, whose calendar is read once for a request. Raises BadCalendar, OSError."""
    if "register" not in g:
        settings = services().settings
        needs = Needs(settings.least_queries, settings.least_places)
        own = office()
        series = own.series.values() if own else ()
        calendar = Calendar.load(settings.data)
        g.register = Register(desk().staff, services().catalogue, calendar, needs=needs, series=series)
    found: Register = g.register
    return found


def office() -> Office | None:
    """Return what the installation says of its office, read once for a request; None if it says nothing usable."""
    if "office" not in g:
        try:
            g.office = offices.load(services().settings.data)
        except BadLetters as error:
            log.error("%s", error)
            g.office = None
    found: Office | None = g.office
    return found


def actor() -> Actor:
    account = current().account
    return Actor(account.person, account.name)


def unreadable(error: Exception) -> str:
    """Log that something personal can't be read, in a sentence that has nothing of it; return what a page says."""
    log.error("%s: %s", type(error).__name__, error)
    return UNREADABLE


def masked_names(keeper: Register | Book, ids: list[str]) -> tuple[dict[str, str], str]:
    """Return the names in a register as lists show them, for those who answer; and a sentence if they can't be read."""
    account = current().account
    if not (account.may(Act.HANDLE_REQUESTS) or account.may(Act.OVERSEE_REQUESTS)):
        return {}, ""
    try:
        return keeper.masked_names(ids), ""
    except (KeyUnusable, PersonalDataDamaged) as error:
        return {}, unreadable(error)
