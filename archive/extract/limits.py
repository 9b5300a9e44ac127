"""Limits on the resources of an extraction and on the contents of a container file."""

from collections.abc import Callable
from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one extraction process, in bytes and seconds. The defaults are those of the reliability rules.

    A process reads up to ``files`` files. It has ``wall_seconds`` for the first and ``patience`` for each later one,
    after which a new process reads that file again. A file of pages has ``page_seconds`` more for each, up to
    ``more_seconds``, of its processor's time and of all. ``ocr_seconds`` is how long tesseract, if installed, may read
    a picture; 0 turns it off.
    """

    address_space: int = 1024 * MIB
    cpu_seconds: int = 30
    wall_seconds: float = 60.0
    file_size: int = 64 * MIB
    result_size: int = 64 * MIB
    files: int = 100
    patience: float = 5.0
    page_seconds: float = 0.2
    more_seconds: int = 270
    ocr_seconds: float = 25.0


_heard: list[Callable[[int], None]] = []


def hear_of_pages(act: Callable[[int], None]) -> None:
    """Have ``act`` called with the number of pages of each file that says it before it is read."""
    _heard.append(act)


def tell_pages(count: int) -> None:
    """Say how many pages a file has, so that a limited process can have more time for many."""
    for act in _heard:
        act(count)


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """Limits of a zip container, checked while reading; ``ratio`` is unpacked bytes to packed ones."""

    members: int = 2_000
    member_size: int = 64 * MIB
    total_size: int = 256 * MIB
    ratio: int = 100
    # Members up to this size may exceed the ratio: a few kilobytes of blanks pack better than 100:1 and do no harm.
    ratio_free: int = 1 * MIB


# More than any document has. A file beyond these limits is an attack or a data dump, and would only slow the index.
PARAGRAPHS = 200_000
CHARACTERS = 20_000_000
INPUT_SIZE = 256 * MIB
