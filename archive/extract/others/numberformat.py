"""Writing numbers as a workbook's formats show them (ECMA-376 part 1, 18.8.30 and 18.8.31).

Read are digits, thousands, decimals, percentages, and words before and after them; dates are calamine's to read.
"""

import re
from decimal import ROUND_HALF_UP, Decimal

# What the numbers of formats mean that no file states.
BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%"}
# A part of a number format: quoted text, what is in brackets, an escaped character, or any other.
_PART = re.compile(r'"[^"]*"?|\[[^\]]*\]?|[\\_*].|.', re.DOTALL)
# Colours, languages and blanks as wide as a character say nothing.
_SILENT = re.compile(r"\[(?![<>=])[^\]]*\]|[_*].", re.DOTALL)
_WORDS = r'(?:"[^"]*"|\\.|[-+()¥￥ ])*'
_NUMBER = re.compile(rf"({_WORDS})([#,]*0[0,]*)(\.0+)?(,*)(%?)({_WORDS})")
_MOST_DECIMALS = 30


def sections(code: str) -> list[str]:
    """Return a format's sections: for positive numbers, negative ones, zero, and text."""
    found = [""]
    for part in _PART.findall(code):
        if part == ";":
            found.append("")
        else:
            found[-1] += part
    return found


def shown(code: str, value: float) -> str | None:
    """Return a number as a format shows it; None if it is not one of those that are read.

    >>> shown("0.00%", 0.0899), shown("#,##0.00", 123456.5), shown("000", 7), shown('#,##0;(#,##0);"-"', -1234)
    ('8.99%', '123,456.50', '007', '(1,234)')
    """
    parts = sections(code)
    which = (1 if value < 0 else 2 if value == 0 else 0) if len(parts) > 1 else 0
    section = _SILENT.sub("", parts[which if which < len(parts) else 0])
    if section and re.fullmatch(_WORDS, section):
        return _words(section).strip() or None
    found = _NUMBER.fullmatch(section)
    if found is None or abs(value) >= 1e15 or len(found[3] or "") > _MOST_DECIMALS:
        return None
    before, digits, decimals, thousands, percent, after = found.groups(default="")
    number = Decimal(f"{abs(value):.15g}").scaleb(2 * len(percent) - 3 * len(thousands.strip()))
    if digits.endswith(","):
        number = number.scaleb(-3 * (len(digits) - len(digits.rstrip(","))))
    places = max(len(decimals) - 1, 0)
    number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    grouped = "," in digits.rstrip(",")
    whole, _, rest = f"{number:,f}".partition(".") if grouped else f"{number:f}".partition(".")
    whole = whole.zfill(digits.count("0"))
    # Without a section of their own, negative numbers have a sign before all.
    sign = "-" if value < 0 and which != 1 and number else ""
    return f"{sign}{_words(before)}{whole}{'.' * bool(places)}{rest}{percent}{_words(after)}".strip()


def _words(section: str) -> str:
    return re.sub(r'"([^"]*)"|\\(.)', lambda found: found[1] or found[2] or "", section)
