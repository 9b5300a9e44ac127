"""Limits on the resources of an extraction and on the contents of a container file."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one extraction process, in bytes and seconds. The defaults are those of the reliability rules.

    A process reads up to ``files`` files. It has ``wall_seconds`` for the first and ``patience`` for each later one,
    after which a new process reads that file again. ``ocr_seconds`` is how long tesseract, if installed, may read a
    picture; 0 turns it off.
    """

    address_space: int = 1024 * MIB
    cpu_seconds: int = 30
    wall_seconds: float = 60.0
    file_size: int = 64 * MIB
    result_size: int = 64 * MIB
    files: int = 100
    patience: float = 5.0
    ocr_seconds: float = 25.0


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
