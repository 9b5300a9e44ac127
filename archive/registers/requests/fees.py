"""What a request may cost, in yuan: 政府信息公开信息处理费管理办法（国办函〔2020〕109号）, since 2021.

A request is charged by item or by page, never by both. Others cost nothing (政府信息公开条例, article 42).
"""

from datetime import date
from enum import StrEnum

SINCE = date(2021, 1, 1)
_FREE_ITEMS, _STEP_ITEMS, _PER_STEP = 10, 10, 100
_FIRST_STEP_UNTIL = 30
# Up to how many pages, and what each page above the former bound costs.
_PAGES = ((30, 0), (100, 10), (200, 20))
_FURTHER_PAGE = 40


class Basis(StrEnum):
    """By what a fee is reckoned. Pages are charged only where copies are supplied."""

    ITEMS = "按件"
    PAGES = "按量"


def by_items(count: int) -> int:
    """Return what the requests of one applicant in one natural month cost together (article 4).

    >>> [by_items(count) for count in (10, 11, 30, 31, 35, 40, 41)]
    [0, 100, 2000, 2200, 3000, 4000, 4300]
    """
    return sum(for_item(number) for number in range(1, count + 1))


def for_item(number: int) -> int:
    """Return what the ``number``-th request of an applicant in a natural month costs."""
    if number <= _FREE_ITEMS:
        return 0
    if number <= _FIRST_STEP_UNTIL:
        return _PER_STEP
    return _PER_STEP * (2 + (number - _FIRST_STEP_UNTIL - 1) // _STEP_ITEMS)


def by_pages(count: int) -> int:
    """Return what ``count`` pages of one request cost (article 5).

    >>> [by_pages(count) for count in (30, 31, 100, 200, 250)]
    [0, 10, 700, 2700, 4700]
    """
    total = reached = 0
    for until, each in _PAGES:
        total += max(0, min(count, until) - reached) * each
        reached = until
    return total + max(0, count - reached) * _FURTHER_PAGE


def fee(basis: Basis, count: int, received_on: date) -> int:
    """Return the fee of a request: the ``count``-th of the month, or of ``count`` pages. 0 before the rule began."""
    if received_on < SINCE:
        return 0
    return for_item(count) if basis is Basis.ITEMS else by_pages(count)
