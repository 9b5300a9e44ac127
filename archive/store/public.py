"""The rule of what is public, in SQL; every query about public documents is built from it.

A version is public when a decision approved exactly that version or took it over (written in one place,
``archive/decisions/publication.py``; the database enforces it, see ``tables``) and no later decision withdrew it.
``documents.public_version`` then names it.

A version may say until when it is public (``public_until``). After that day the public sees it no more, by the calendar
alone: nothing is decided, the original stays, and a clock that is put right brings it back.
"""

from datetime import date

from sqlalchemy import ColumnElement

from archive.store.tables import documents, versions

# Whether a row of ``documents`` has a version that the public sees.
is_public = documents.c.public_version.is_not(None)
# Each public document, joined with its public version.
public_versions = documents.join(
    versions, (versions.c.document_id == documents.c.id) & (versions.c.version == documents.c.public_version)
)


def ended(today: date) -> ColumnElement[bool]:
    """Return whether the last public day of a row of ``public_versions`` has passed."""
    return versions.c.public_until.is_not(None) & (versions.c.public_until < today)
