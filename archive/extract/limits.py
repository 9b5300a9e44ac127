"""What one extraction may cost, and what a container file may hold."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one extraction's process; bytes and seconds. The defaults are those of the reliability rules.

    A process reads up to ``files``, and has ``patience`` for each but its first: then a new one starts over.
    ``ocr_seconds`` is how long tesseract, where it is installed, may read a picture; 0 is not at all.
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
    """Bounds of a zip container, counted while reading; ``ratio`` is unpacked bytes to packed ones."""

    members: int = 2_000
    member_size: int = 64 * MIB
    total_size: int = 256 * MIB
    ratio: int = 100
    # A few kilobytes of blanks or XML namespaces pack better than 100:1 and harm nobody.
    ratio_free: int = 1 * MIB


# More than any document has; a file beyond them is an attack or a data dump, and would only slow the index down.
PARAGRAPHS = 200_000
CHARACTERS = 20_000_000
INPUT_SIZE = 256 * MIB
