"""The script that Alembic runs for a command; the connection comes from ``upgrade``."""

from alembic import context

from archive.registers.staff_tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    # By its naming convention constraints get their names.
    target_metadata=metadata,
    version_table=context.config.attributes["table"],
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
