"""What is public, in SQL: the one place that says so, which every query about the public is made of.

A version is public when a decision approved exactly that version (the database insists on it, see ``tables``) and no
later decision withdrew it; ``documents.public_version`` then names it.
"""

from archive.store.tables import documents, versions

# Of a row of ``documents``: the public sees a version of it.
is_public = documents.c.public_version.is_not(None)
# Each public document with its public version.
public_versions = documents.join(
    versions, (versions.c.document_id == documents.c.id) & (versions.c.version == documents.c.public_version)
)
