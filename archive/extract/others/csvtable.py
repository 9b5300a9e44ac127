"""Reading tables in text form (CSV, TSV), one paragraph per row."""

import csv
import io
from collections import Counter
from pathlib import Path

from archive.errors import ExtractionFailed
from archive.extract.extraction import Extraction
from archive.extract.limits import CHARACTERS
from archive.extract.text.assemble import Lines, assemble
from archive.extract.text.characters import rows
from archive.extract.text.charset import decode
from archive.extract.text.titles import title_row

_DELIMITERS = ",\t;|"
_SAMPLE = 50
csv.field_size_limit(CHARACTERS)


def extract(path: Path) -> Extraction:
    """Extract the rows of a table, with tabs between cells; a first row of one cell is the title."""
    decoded = decode(path.read_bytes())
    text, delimiter = io.StringIO(decoded.text, newline=""), _delimiter(decoded.text)
    lines = Lines()
    try:
        for line in rows([dict(enumerate(cells)) for cells in csv.reader(text, delimiter=delimiter)]):
            lines.add_row(line)
    except csv.Error as error:
        raise ExtractionFailed("表格文件（CSV）不合格式，无法读取。请用办公软件打开并另存为 xlsx 后再提交。") from error
    return assemble(title_row(lines.found), lines.found, warnings=decoded.warnings)


def _delimiter(text: str) -> str:
    """Return the delimiter that gives most of the first rows the same number of cells, at least two; else a comma."""

    def agreeing(delimiter: str) -> int:
        sample = text.splitlines()[:_SAMPLE]
        widths = Counter(len(cells) for cells in csv.reader(sample, delimiter=delimiter) if len(cells) > 1)
        return max(widths.values(), default=0)

    return max(_DELIMITERS, key=agreeing)
