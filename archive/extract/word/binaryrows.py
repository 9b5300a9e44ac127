"""What a Word document from before 2007 states of a table row: where its cells stand, and which are merged.

Numbers are sections of [MS-DOC].
"""

import struct
from typing import NamedTuple

from archive.extract.word.binarystyles import operands
from archive.extract.word.celltable import Edged

# 2.6.3: numbers of properties of rows.
_DEFINED, _ONE_MERGED, _ACROSS, _HEAD = 0xD608, 0xD62B, 0x5624, 0x3404
# 2.9.327 (TCGRF): bits of a cell's flags.
_GOES_ACROSS, _GOES_DOWN, _BEGINS_DOWN = 1, 1, 2


class RowDefinition(NamedTuple):
    """The left edge of a row, its cells, and whether it is repeated on each page as the table's head."""

    left: int = 0
    cells: tuple[Edged, ...] = ()
    is_head: bool = False


def row_definition(properties: bytes) -> RowDefinition:
    """Read the definition of a row from the properties of its end; it has no cells if none can be read."""
    left, cells, is_head = 0, list[Edged](), False
    for number, operand in operands(properties):
        if number == _DEFINED:
            left, cells = _cells(operand)
        elif number == _HEAD:
            is_head = operand != b"\0"
        elif number == _ONE_MERGED and len(operand) == 3 and operand[1] < len(cells):
            cells[operand[1]] = _down(cells[operand[1]], operand[2])
        elif number == _ACROSS and len(operand) == 2:
            for at in range(operand[0] + 1, min(operand[1], len(cells))):
                cells[at] = cells[at]._replace(across=True)
    return RowDefinition(left, tuple(cells), is_head)


def _cells(operand: bytes) -> tuple[int, list[Edged]]:
    """Read a row's edges and the flags of its cells (2.9.324: TDefTableOperand)."""
    count = operand[2] if len(operand) > 2 else 0
    flags_at = 3 + 2 * (count + 1)
    if not count or len(operand) < flags_at:
        return 0, []
    left, *edges = struct.unpack_from(f"<{count + 1}h", operand, 3)
    cells: list[Edged] = []
    for at, right in enumerate(edges):
        flags = int.from_bytes(operand[flags_at + 20 * at : flags_at + 20 * at + 2], "little")
        cells.append(_down(Edged(right, across=flags & 3 == _GOES_ACROSS), flags >> 5 & 3))
    return left, cells


def _down(cell: Edged, flags: int) -> Edged:
    return cell._replace(begins=bool(flags & _BEGINS_DOWN), down=flags == _GOES_DOWN)
