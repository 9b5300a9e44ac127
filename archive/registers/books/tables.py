"""The tables of the registers beside, in the staff's database. Changing one needs a migration, as there.

All the books share them. ``book_entries`` and ``book_events`` hold nothing personal, and no row of either goes.
"""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from archive.registers.staff_tables import metadata

book_entries = Table(
    "book_entries",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("book", String(16), nullable=False),
    # As people call it; unique in its book.
    Column("number", String(80), nullable=False),
    # Of numbers that the book gave: the year, and the place in it.
    Column("year", Integer),
    Column("serial", Integer),
    # What the events have made of it, and the number of the last one.
    Column("facts", JSON, nullable=False),
    Column("last", Integer, nullable=False),
    UniqueConstraint("book", "number", name="uq_book_entries_book_number"),
    UniqueConstraint("book", "year", "serial", name="uq_book_entries_book_serial"),
)

book_events = Table(
    "book_events",
    metadata,
    Column("entry_id", String(32), ForeignKey("book_entries.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("event", String(32), nullable=False),
    Column("at", String(32), nullable=False),
    Column("person", String(64), nullable=False),
    Column("account", String(64), nullable=False),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    # What is personal about it: the names of the fields.
    Column("personal", JSON, nullable=False),
    # By which import, or "".
    Column("batch", String(32), nullable=False),
    # Over all of the row; the audit log has it too.
    Column("digest", String(64), nullable=False),
)
Index("ix_book_events_batch", book_events.c.batch)

# What is personal, encrypted as that of requests is.
book_persons = Table(
    "book_persons",
    metadata,
    Column("entry_id", String(32), ForeignKey("book_entries.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("field", String(32), primary_key=True),
    Column("key", String(8), nullable=False, index=True),
    Column("sealed", Text, nullable=False),
)
