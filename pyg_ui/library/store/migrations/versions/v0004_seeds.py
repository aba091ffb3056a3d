"""Gives each chat a seed, which decides what macros draw in it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column. Chats that are there already have no seed."""
    op.add_column("chats", sa.Column("seed", sa.BigInteger))
