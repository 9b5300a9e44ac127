"""The shape of a segment: which fields have postings, which columns there are, in Whoosh's terms."""

from collections.abc import Mapping

from whoosh import columns, fields

from indexer import facets

NAME = "MAIN"
# Fields with postings. ``characters`` is made of the grams' first ones: what a query of one character reads.
STREAMS = ("words", "grams", "characters", "keys", "cites", *facets.NAMES)
COLUMNS: Mapping[str, columns.Column] = {
    "id": columns.VarBytesColumn(),
    "title": columns.VarBytesColumn(),
    # A line for each number: as it is shown, a tab, its normalised form.
    "numbers": columns.VarBytesColumn(),
    # UTF-16, so that a place in the bytes is a place in the text, with a line break at the end.
    "text": columns.VarBytesColumn(),
    # Where each passage of the text ends, in its UTF-16 units.
    "passages": columns.VarBytesColumn(),
    "day": columns.NumericColumn("i"),
    "prior": columns.NumericColumn("d", default=1.0),
    "words_length": columns.NumericColumn("i"),
    "grams_length": columns.NumericColumn("i"),
}
ENCODING = "utf-16-le"


def schema() -> fields.Schema:
    """``fields.Entry`` in Whoosh's terms."""
    streams = {name: fields.ID() for name in STREAMS}
    return fields.Schema(**streams, **{name: fields.COLUMN(column) for name, column in COLUMNS.items()})
