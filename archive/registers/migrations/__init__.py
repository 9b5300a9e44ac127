"""Alembic's migrations of the staff's database."""

from pathlib import Path

from archive.store.migrations import Scripts

STAFF = Scripts(Path(__file__).parent, "staff_version")
