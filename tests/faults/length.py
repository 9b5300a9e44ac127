"""How much a fault tries."""

from enum import StrEnum


class Length(StrEnum):
    """``QUICK`` is for each change, ``USUAL`` what the promises quote, ``LONG`` for a night."""

    QUICK = "quick"
    USUAL = "usual"
    LONG = "long"
