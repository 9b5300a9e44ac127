"""The parts of a table that its style formats by themselves, as the first row or each other column (17.7.6)."""

from lxml import etree

from archive.extract.word.styles import W

# What a table says of its style's parts, as bits of one number in older documents (17.4.55).
_LOOKS = {
    "firstRow": 0x0020,
    "lastRow": 0x0040,
    "firstColumn": 0x0080,
    "lastColumn": 0x0100,
    "noHBand": 0x0200,
    "noVBand": 0x0400,
}


class Regions:
    """The places of rows in their tables and of cells in their rows, each of which is counted once."""

    def __init__(self) -> None:
        self._known: dict[etree._Element, dict[etree._Element, int]] = {}

    def of(self, run: etree._Element) -> frozenset[str]:
        """Return the names of the parts of its table that a run is in, as styles call them."""
        cell = next(run.iterancestors(f"{W}tc"), None)
        row = None if cell is None else next(cell.iterancestors(f"{W}tr"), None)
        table = None if row is None else next(row.iterancestors(f"{W}tbl"), None)
        if cell is None or row is None or table is None:
            return frozenset()
        rows, cells = self._inside(table, "tr", "tbl"), self._inside(row, "tc", "tr")
        down, across = rows[row], cells[cell]
        look = table.find(f"{W}tblPr/{W}tblLook")
        found = {
            "firstRow": down == 0 and _says(look, "firstRow"),
            "lastRow": down == len(rows) - 1 and _says(look, "lastRow"),
            "firstCol": across == 0 and _says(look, "firstColumn"),
            "lastCol": across == len(cells) - 1 and _says(look, "lastColumn"),
        }
        if not _says(look, "noHBand") and not found["firstRow"]:
            found[_band(down - _says(look, "firstRow"), "Horz")] = True
        if not _says(look, "noVBand") and not found["firstCol"]:
            found[_band(across - _says(look, "firstColumn"), "Vert")] = True
        return frozenset(name for name, holds in found.items() if holds) | {"wholeTable"}

    def _inside(self, outer: etree._Element, name: str, around: str) -> dict[etree._Element, int]:
        """Return the numbers of the rows of a table or the cells of a row, also of those within content controls."""
        if outer not in self._known:
            inside = (
                each for each in outer.iter(f"{W}{name}") if next(each.iterancestors(f"{W}{around}"), None) is outer
            )
            self._known[outer] = {each: number for number, each in enumerate(inside)}
        return self._known[outer]


def _band(number: int, way: str) -> str:
    return f"band{1 + number % 2}{way}"


def _says(look: etree._Element | None, name: str) -> bool:
    if look is None:
        return False
    own = look.get(f"{W}{name}")
    if own is not None:
        return own not in ("0", "false", "off")
    try:
        return bool(int(look.get(f"{W}val", "0"), 16) & _LOOKS[name])
    except ValueError:
        return False
