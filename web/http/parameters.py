"""Query parameters, for any page."""

from collections.abc import Mapping

from werkzeug.routing import IntegerConverter

from archive.errors import GongkaiError
from archive.plain import one_line


class BadParameter(GongkaiError):
    """A query parameter can't be used. The text says which one and what to write instead."""

    def __init__(self, sentence: str) -> None:
        # It repeats what was typed.
        super().__init__(one_line(sentence))


def number(text: str) -> int | None:
    """Return the number that a form or a link has; None for anything else, and for one of more than nine digits.

    Longer ones stand for nothing, no column holds them, and Python refuses to read those of some thousand digits.
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


class Number(IntegerConverter):
    """A number in an address: of as many digits as ``number`` takes. An address with more is none."""

    regex = "[0-9]{1,9}"


def page_number(arguments: Mapping[str, str]) -> int:
    """Return which page of a list is asked for; 1 for anything that is none."""
    return max(1, number(arguments.get("page", "")) or 1)


def whole(arguments: Mapping[str, str], name: str, default: int, least: int, most: int, label: str) -> int:
    """Return a parameter as a whole number from ``least`` to ``most``. Raises BadParameter."""
    text = arguments.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and least <= int(text) <= most):
        raise BadParameter(f"{label}“{text[:20]}”无效，应为 {least} 到 {most} 之间的整数。")
    return int(text)
