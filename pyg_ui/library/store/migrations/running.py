"""Migrates a database's tables to the present version.

Each step is a file in `versions`. All steps run in one transaction, so a process that is killed meanwhile leaves the
database as it was.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from pyg_ui.errors import StoreError

VERSION_TABLE = "pyg_ui_version"
_STEPS = Path(__file__).parent


def pending_version(connection: Connection) -> str | None:
    """The version that the tables must be migrated to; None if they have it already.

    Raises StoreError if the tables are newer than this program, or belong to another program.
    """
    version = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()
    steps = ScriptDirectory(_STEPS)
    if version is None and inspect(connection).has_table("chats"):
        raise StoreError(
            "The database holds tables of another program. Nothing was changed in it. Choose another one with "
            "--data-dir or --database-url."
        )
    if version is not None and version not in {step.revision for step in steps.walk_revisions()}:
        raise StoreError(
            "The database was written by a newer version of this program. Nothing was changed in it. Update the "
            "program, or choose another database with --data-dir or --database-url."
        )
    head = steps.get_current_head()
    return head if version != head else None


def migrate(connection: Connection) -> None:
    """Migrate the tables to the present version, within the connection's transaction."""
    if connection.dialect.name == "postgresql":
        # If several processes start together, one migrates and the others wait for it.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('pyg_ui'))")
    config = Config()
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, version_table=VERSION_TABLE)
    command.upgrade(config, "head")
