"""The tables of the register of requests, in the staff's database. Changing one needs a migration, as there.

``requests``, their events and letters hold nothing personal, and the database lets no row of them go, nor one of
``search_records``, which holds what is personal encrypted.
"""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from archive.registers.staff_tables import metadata

requests = Table(
    "requests",
    metadata,
    Column("id", String(32), primary_key=True),
    # As people call it: 2026-0001, or what an imported row was called.
    Column("number", String(40), nullable=False, unique=True),
    # Of numbers that the register gave: the year, and the place in it.
    Column("year", Integer),
    Column("serial", Integer),
    Column("state", String(16), nullable=False, index=True),
    Column("closed_on", String(10), index=True),
    # What the events have made of it (see ``facts``), and the number of the last one.
    Column("facts", JSON, nullable=False),
    Column("last", Integer, nullable=False),
    UniqueConstraint("year", "serial"),
)

request_events = Table(
    "request_events",
    metadata,
    Column("request_id", String(32), ForeignKey("requests.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("event", String(32), nullable=False),
    # The day on which it happened, and the instant at which it was recorded.
    Column("on", String(10), nullable=False),
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
Index("ix_request_events_batch", request_events.c.batch)

# What is personal, encrypted by the key with this id. A field of a later event takes the place of an earlier one.
request_persons = Table(
    "request_persons",
    metadata,
    Column("request_id", String(32), ForeignKey("requests.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("field", String(32), primary_key=True),
    Column("key", String(8), nullable=False, index=True),
    Column("sealed", Text, nullable=False),
)

# The record of a search behind a request (检索情况记录). What was asked, looked for, found and said is encrypted as a
# whole, and goes when the request is made anonymous; how much was looked for, and with what end, stays.
search_records = Table(
    "search_records",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("request_id", String(32), ForeignKey("requests.id"), nullable=False),
    # Which record of the request it is, from 1, and how often it was changed.
    Column("serial", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("opened_by", String(64), nullable=False),
    Column("opened_at", String(32), nullable=False),
    # How many different queries, and places outside the system.
    Column("queries", Integer, nullable=False),
    Column("places", Integer, nullable=False),
    Column("conclusion", String(16)),
    Column("concluded_by", String(64)),
    Column("concluded_at", String(32)),
    # Over all of it, with a random value that is encrypted too; the audit log has it. Only a concluded one has it.
    Column("digest", String(64)),
    Column("key", String(8)),
    Column("sealed", Text),
    UniqueConstraint("request_id", "serial"),
)

# Letters, each with its versions; what is in one is in ``request_persons``, under the event by which it was kept.
request_letters = Table(
    "request_letters",
    metadata,
    Column("request_id", String(32), ForeignKey("requests.id"), primary_key=True),
    Column("event", Integer, primary_key=True),
    # Which letter of the request, from 1 on, and which version of it. The one that was sent is the last.
    Column("letter", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    # "" until it is sent.
    Column("number", String(40), nullable=False),
    Column("dated", String(10), nullable=False),
    # Over the docx.
    Column("digest", String(64), nullable=False),
    Column("sent", Boolean, nullable=False),
    # Which sent letter of the request it takes the place of.
    Column("replaces", Integer),
    UniqueConstraint("request_id", "letter", "version"),
)

# How letters were handed over, and what proves it (送达回证), which is in ``request_persons`` under the same event.
letter_services = Table(
    "letter_services",
    metadata,
    Column("request_id", String(32), ForeignKey("requests.id"), primary_key=True),
    Column("event", Integer, primary_key=True),
    # Which letter of the request; none for an answer that was written outside this program.
    Column("letter", Integer),
    Column("delivery", String(16), nullable=False),
    Column("on", String(10), nullable=False),
    # Of the proof: its media type, bytes and SHA-256; "" and 0 where there is none.
    Column("kind", String(32), nullable=False),
    Column("size", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    # The event of an earlier row that was wrong.
    Column("replaces", Integer),
)

# Numbers that were given, by how those of their series are written. None is given again.
letter_numbers = Table(
    "letter_numbers",
    metadata,
    Column("pattern", String(200), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("serial", Integer, primary_key=True),
    Column("number", String(40), nullable=False, unique=True),
    Column("request_id", String(32), ForeignKey("requests.id"), nullable=False),
    # The event with which it was given, and the one by which its letter was replaced.
    Column("event", Integer, nullable=False),
    # The kind of letter; "" for one that was written outside this program.
    Column("kind", String(32), nullable=False),
    Column("at", String(32), nullable=False),
    Column("person", String(64), nullable=False),
    Column("voided", Integer),
)

# The masked text of a request and of its reply, confirmed by a clerk as naming nobody: what staff find it again by.
# Nothing else of the register is in an index. It goes when the request is made anonymous.
findable = Table(
    "findable",
    metadata,
    Column("request_id", String(32), ForeignKey("requests.id"), primary_key=True),
    Column("asked", Text, nullable=False),
    Column("answered", Text, nullable=False),
    Column("confirmed_by", String(64), nullable=False),
    Column("confirmed_at", String(32), nullable=False),
)
