"""The log of changes, which harvesters ask by date."""

import pytest
from sqlalchemy import select

from archive.store import audit, changes
from archive.store.catalogue import Catalogue
from archive.store.tables import changes as rows
from archive.store.tables import documents


def test_no_change_is_dated_before_the_last_one(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    stamps = [f"2026-{at}T02:00:00.000000+00:00" for at in ("01-31", "01-30", "02-01")]
    with catalogue.writing() as connection:
        values = {"version": 1, "status": "waiting", "received_at": stamps[0]}
        connection.execute(documents.insert(), [{"id": id, **values} for id in ("a", "b")])
        for stamp in stamps:
            monkeypatch.setattr(audit, "now", lambda stamp=stamp: stamp)
            changes.append(connection, ["a", "b"])
        changes.append(connection, [])
        found = connection.execute(select(rows.c.document_id, rows.c.at).order_by(rows.c.sequence)).all()
    assert [tuple(row) for row in found] == [(id, at) for at in (stamps[0], stamps[0], stamps[2]) for id in ("a", "b")]
