"""Addresses that other rooms link to."""


def document_url(id: str) -> str:
    """Return the path of a document's page."""
    return f"/documents/{id}"
