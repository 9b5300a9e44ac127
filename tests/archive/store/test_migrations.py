"""Migrations, which lead to the same schema as the tables in the code."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from archive.errors import BadSettings
from archive.store.catalogue import Catalogue
from archive.store.tables import metadata
from tests.conftest import Databases


def test_a_migrated_database_has_exactly_the_tables_of_the_program(databases: Databases, tmp_path: Path) -> None:
    catalogue = Catalogue(databases.empty(tmp_path / "empty.sqlite3"), tmp_path)
    with catalogue.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    catalogue.close()


def test_a_database_of_a_newer_program_is_refused(url: str, tmp_path: Path) -> None:
    catalogue = Catalogue(url, tmp_path)
    with catalogue.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    catalogue.close()
    with pytest.raises(BadSettings, match="更新版本"):
        Catalogue(url, tmp_path)


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////no/such/folder/x.sqlite3", "oracle://somewhere"])
def test_a_database_that_cannot_be_opened_is_named(url: str, tmp_path: Path) -> None:
    with pytest.raises(BadSettings):
        Catalogue(url, tmp_path)
