"""Reading the value of one field of a document's metadata, as a manifest, a card or a person writes it."""

import re
from datetime import date
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

from archive.chinese import dates
from archive.describe import docnumber, issuers, taxonomy
from archive.describe.docnumber import NumberKind
from archive.document import Disclosure, Validity

E = TypeVar("E", bound=StrEnum)

# The days, with the names that readers know them by.
DAYS = {
    "written_on": "成文日期",
    "published_on": "公开日期",
    "effective_on": "施行日期",
    "expires_on": "失效日期",
    "public_until": "公开截止日期",
}
_CHOICES: dict[str, tuple[str, type[StrEnum]]] = {
    "validity": ("有效性", Validity),
    "disclosure": ("公开属性", Disclosure),
}
_NOTHING = frozenset({"无", "暂无", "-", "--", "—", "——", "/", "无文号", "null", "None"})
# What no address has unescaped.
_NO_ADDRESS = re.compile(r"[\s<>\"\\^`{|}]")
_BLANKS = re.compile(r"\s+")


def read(name: str, value: str) -> date | StrEnum | str | None:
    """Return a stated value in the catalogue's form; None or "" if it says that there is none.

    Raises ValueError, with a Chinese sentence that begins with the field's name, for a day that is none and for a
    word that is not among those that the field may have.
    """
    if name in DAYS:
        found = day(name, value)
        if found is None and value.strip():
            raise ValueError(f"{DAYS[name]}“{value}”不是可用的日期，请写成 2019-01-31 的样子。")
        return found
    if name in _CHOICES:
        label, kind = _CHOICES[name]
        return _allowed(kind, label, value)
    return clean(name, value)


def day(name: str, value: str) -> date | None:
    """Read a day; one on which a document was written or published must be possible (``parse_date``)."""
    if name in ("written_on", "published_on"):
        return dates.parse_date(value)
    return dates.date_at_start(value)


def clean(name: str, value: str) -> str:
    """Return a printed value in the catalogue's form; "" if it says that there is none."""
    value = spaced(value)
    if value in _NOTHING:
        return ""
    if name == "topic":
        return taxonomy.topic(value)
    if name == "column":
        return "/".join(taxonomy.levels(value))
    if name == "index_code":
        return docnumber.index_code(value)
    if name == "number":
        first = next(iter(docnumber.find(value)), None)
        # A decree stays as its card prints it (国令第707号); the canonical form is added to the other numbers.
        return first.canonical if first and first.start == 0 and first.kind is not NumberKind.DECREE else value
    return issuers.joined(value) if name == "issuer" else value


def is_address(value: str) -> bool:
    """Tell whether something is the address of a page, with a host and nothing that an address has not."""
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and _NO_ADDRESS.search(value) is None
    except ValueError:
        return False


def spaced(text: str) -> str:
    """Return a text with single blanks, and none at its ends."""
    return _BLANKS.sub(" ", text).strip()


def _allowed(kind: type[E], label: str, value: str) -> E | None:
    if not value.strip():
        return None
    try:
        return kind(value.strip())
    except ValueError as error:
        raise ValueError(f"{label}“{value}”无效，可用：{'、'.join(kind)}。") from error
