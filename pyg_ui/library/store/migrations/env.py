"""Alembic runs this file. It runs the steps on the connection that `migration` opened, within its transaction."""

from alembic import context

from pyg_ui.library.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    version_table=context.config.attributes["version_table"],
)
with context.begin_transaction():
    context.run_migrations()
