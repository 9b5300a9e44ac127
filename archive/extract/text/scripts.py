"""Writing superscripts and subscripts in a line: 10⁴, H₂O, and where Unicode has no such sign 10^(2k).

A piece of text knows whether it is raised or lowered by its type, so that readers collect pieces as strings.
"""

import re
from collections.abc import Iterable
from itertools import groupby

_RAISED = str.maketrans("0123456789+-−–=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿⁱ")
_LOWERED = str.maketrans("0123456789+-−–=()aeoxhklmnpstijruv", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ")
# What is part of a figure. Marks that lead to notes and the endings of English ordinals stay as they are.
_PART = re.compile(r"[\w+\-−–=()/*.,·×√^ ]{1,40}")
_KEPT = re.compile(r"\(\d+\)|\d+\)|st|nd|rd|th|[^\w+\-−–=]*|.*[\u2460-\u24ff\u3400-\u9fff].*")
_HOLDS = re.compile(r"[A-Za-z0-9)\]）\u0370-\u03ff%°℃ⁿ]")


# A figure that may be moved by hand to stand as a superscript, and from how many half points on it does.
_FIGURE = re.compile(r"[-+−–]?\d{1,3}|n")
_MOVED = 5


class Raised(str):
    """Text that stands above the line, smaller."""

    __slots__ = ()


class Lowered(str):
    """Text that stands below the line, smaller."""

    __slots__ = ()


class Higher(str):
    """Text that was moved up: a superscript where it is a short figure behind text that was not."""

    __slots__ = ()


class Deeper(str):
    """Text that was moved down."""

    __slots__ = ()


def moved(half_points: int) -> type[str]:
    """Return the type of text that was moved up, or down if negative; a little serves only to set a line."""
    return str if abs(half_points) < _MOVED else Higher if half_points > 0 else Deeper


def raised(text: str, after: str) -> str:
    """Write text that stands above the line behind ``after``.

    >>> raised("4", "10"), raised("n+1", "10"), raised("2k", "10"), raised("①", "办法")
    ('⁴', 'ⁿ⁺¹', '^(2k)', '①')
    """
    return _shifted(text, after, _RAISED, "^")


def lowered(text: str, after: str) -> str:
    """Write text that stands below the line behind ``after``.

    >>> lowered("2", "H"), lowered("AB", "x")
    ('₂', '_(AB)')
    """
    return _shifted(text, after, _LOWERED, "_")


def in_line(pieces: Iterable[str]) -> str:
    """Join pieces of text, of which some are ``Raised`` or ``Lowered``.

    >>> in_line(["5×10", Raised("-"), Raised("4"), "m", Raised("2")])
    '5×10⁻⁴m²'
    """
    pieces = list(pieces)
    if set(map(type, pieces)) <= {str}:
        return "".join(pieces)
    whole: list[str] = []
    for kind, group in groupby(pieces, type):
        text = "".join(group)
        after = next((each for each in reversed(whole) if each), "")
        if kind is Higher or kind is Deeper:
            kind = (Raised if kind is Higher else Lowered) if after.strip() and _FIGURE.fullmatch(text.strip()) else str
        if kind is Raised or kind is Lowered:
            text = (raised if kind is Raised else lowered)(text, after)
        whole.append(text)
    return "".join(whole)


def _shifted(text: str, after: str, forms: dict[int, int], sign: str) -> str:
    inner = text.strip()
    if not _PART.fullmatch(inner) or _KEPT.fullmatch(inner):
        return text
    if all(ord(each) in forms for each in inner):
        return text.translate(forms)
    if not _HOLDS.fullmatch(after[-1:]):
        return text
    return text.replace(inner, f"{sign}({inner})")
