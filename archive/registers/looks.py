"""Looks of staff at what is not public: each is an event of the audit log, as each act is."""

from archive.store import audit
from archive.store.catalogue import Catalogue


def note(catalogue: Catalogue, id: str, version: int, person: str, file: str, address: str) -> None:
    """Record that a person opened a file of a version, at an address of the network."""
    with catalogue.writing() as connection:
        audit.append(connection, person, "look", id, {"version": version, "file": file, "address": address})
