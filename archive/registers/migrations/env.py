"""The script that Alembic runs for a command; the connection comes from ``upgrade``."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["table"],
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
