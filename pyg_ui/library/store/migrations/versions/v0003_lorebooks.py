"""Creates the table of people's own lorebooks, and the chats' column of those that are switched on."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table and the column."""
    op.create_table(
        "lorebooks",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("num_entries", sa.Integer, nullable=False),
        sa.Column("book", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_lorebooks_owner_name", "lorebooks", ["owner", "name"])
    op.add_column("chats", sa.Column("kept_lorebooks", sa.JSON, nullable=False, server_default="[]"))
