"""Creates the table of people's own sampling presets."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "presets",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("folded_name", sa.Text, nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
    )
    is_kept = sa.text("deleted_at IS NULL")
    op.create_index(
        "ix_presets_owner_name",
        "presets",
        ["owner", "folded_name"],
        unique=True,
        sqlite_where=is_kept,
        postgresql_where=is_kept,
    )
