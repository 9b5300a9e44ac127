"""The layout of a segment as a Whoosh schema: the fields with postings, and the columns."""

from collections.abc import Mapping

from whoosh import columns, fields

from indexer import facets

NAME = "MAIN"
# The number of Whoosh's table of contents. A folder has only one, since a generation of ours is a folder.
GENERATION = 0
# As many as a document's number in a posting has bits for (see ``segment_writer``).
MOST_DOCUMENTS = 1 << 17
# Fields with postings. ``characters`` has the first characters of the grams, for queries of one character.
STREAMS = ("words", "grams", "characters", "keys", "cites", *facets.NAMES)
COLUMNS: Mapping[str, columns.Column] = {
    "id": columns.VarBytesColumn(),
    "title": columns.VarBytesColumn(),
    # One line per number: the number as shown, a tab, and its normalised form.
    "numbers": columns.VarBytesColumn(),
    # Encoded as UTF-16, so that byte offsets are proportional to text offsets. Ends with a line break.
    "text": columns.VarBytesColumn(),
    # Where each passage of the text ends, in UTF-16 units.
    "passages": columns.VarBytesColumn(),
    "day": columns.NumericColumn("i"),
    "prior": columns.NumericColumn("d", default=1.0),
    "words_length": columns.NumericColumn("i"),
    "grams_length": columns.NumericColumn("i"),
}
ENCODING = "utf-16-le"


def schema() -> fields.Schema:
    """Return the Whoosh schema of ``fields.Entry``."""
    streams = {name: fields.ID() for name in STREAMS}
    return fields.Schema(**streams, **{name: fields.COLUMN(column) for name, column in COLUMNS.items()})
