"""Creates the tables of people's own personas and of backdrops, marks drafts, and gives chats the ids of who talks."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables and the columns. Chats that are there already name neither a character nor a persona."""
    op.create_table(
        "personas",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("picture", sa.LargeBinary),
        sa.Column("is_default", sa.Boolean, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("deleted_at", _MOMENT),
    )
    op.create_index("ix_personas_owner_name", "personas", ["owner", "name"])
    op.create_table(
        "backdrops",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("character_id", sa.Text, primary_key=True),
        sa.Column("picture", sa.LargeBinary),
    )
    op.add_column("characters", sa.Column("is_draft", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("chats", sa.Column("character_id", sa.Text, nullable=False, server_default=""))
    op.add_column("chats", sa.Column("person_id", sa.Text, nullable=False, server_default=""))
