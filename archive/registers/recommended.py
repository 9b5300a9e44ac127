"""Notes in the audit log what staff have shown above the results of searches: who changed it, from what to what."""

from collections.abc import Iterator
from contextlib import contextmanager

from archive.store import audit
from archive.store.catalogue import Catalogue


@contextmanager
def noted(catalogue: Catalogue, person: str, was: str, now: str) -> Iterator[None]:
    """Do a change within the transaction that notes it: where either fails, there is neither."""
    with catalogue.writing() as connection:
        audit.append(connection, person, "recommend", None, {"was": was, "now": now})
        yield
