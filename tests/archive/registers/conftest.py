"""A staff's database, and an archive whose log takes what is done to accounts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.registers.accounts import Accounts
from archive.registers.staff import Staff
from archive.store.catalogue import Catalogue
from tests.conftest import Databases


@pytest.fixture
def staff(tmp_path: Path, databases: Databases, catalogue: Catalogue) -> Iterator[Staff]:
    opened = Staff(databases.staff(tmp_path / "staff.sqlite3"), catalogue.keys)
    yield opened
    opened.close()


@pytest.fixture
def accounts(staff: Staff, catalogue: Catalogue) -> Accounts:
    return Accounts(staff, catalogue)
