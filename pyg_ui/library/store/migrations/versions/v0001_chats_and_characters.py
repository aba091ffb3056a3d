"""Creates the tables of chats, turns, versions and characters, and a full-text index of the versions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _create_chats()
    _create_characters()
    if op.get_bind().dialect.name == "sqlite":
        _make_index_of_words()
    else:
        _quicken_search()


def _create_chats() -> None:
    op.create_table(
        "chats",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("folded_title", sa.Text, nullable=False),
        sa.Column("character", sa.JSON, nullable=False),
        sa.Column("person_name", sa.Text, nullable=False),
        sa.Column("person_description", sa.Text, nullable=False),
        sa.Column("note", sa.JSON),
        sa.Column("lorebooks", sa.JSON, nullable=False),
        sa.Column("num_turns", sa.Integer, nullable=False),
        sa.Column("parent_id", sa.Text),
        sa.Column("num_shared_turns", sa.Integer, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.Column("deleted_at", _MOMENT),
        sa.UniqueConstraint("owner", "id", name="uq_chats_owner_id"),
    )
    op.create_index("ix_chats_owner_updated_at", "chats", ["owner", "updated_at"])
    op.create_table(
        "turns",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("chat_id", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("chosen", sa.Integer, nullable=False),
        sa.Column("sent_at", sa.Text),
        sa.ForeignKeyConstraint(
            ["owner", "chat_id"], ["chats.owner", "chats.id"], name="fk_turns_chats", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "versions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("chat_id", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("origin", sa.JSON),
        sa.ForeignKeyConstraint(
            ["owner", "chat_id", "position"],
            ["turns.owner", "turns.chat_id", "turns.position"],
            name="fk_versions_turns",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("owner", "chat_id", "position", "number", name="uq_versions_place"),
    )


def _create_characters() -> None:
    op.create_table(
        "characters",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("folded_text", sa.Text, nullable=False),
        sa.Column("card", sa.JSON, nullable=False),
        sa.Column("picture", sa.LargeBinary),
        sa.Column("thumbnail", sa.LargeBinary, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("deleted_at", _MOMENT),
    )
    op.create_index("ix_characters_owner_name", "characters", ["owner", "name"])


def _make_index_of_words() -> None:
    """Create SQLite's full-text index, with triggers that update it at every change of a version, cascades included."""
    op.execute(
        "CREATE VIRTUAL TABLE said USING fts5"
        "(text, content='versions', content_rowid='id', tokenize='trigram')"
    )  # fmt: skip
    add = "INSERT INTO said(rowid, text) VALUES (new.id, new.text);"
    remove = "INSERT INTO said(said, rowid, text) VALUES ('delete', old.id, old.text);"
    op.execute(f"CREATE TRIGGER said_added AFTER INSERT ON versions BEGIN {add} END")
    op.execute(f"CREATE TRIGGER said_removed AFTER DELETE ON versions BEGIN {remove} END")
    op.execute(f"CREATE TRIGGER said_changed AFTER UPDATE OF text ON versions BEGIN {remove} {add} END")


def _quicken_search() -> None:
    """Create PostgreSQL's index of trigrams if the server has that extension. Without it, searches are only slower."""
    bind = op.get_bind()
    try:
        with bind.begin_nested():
            bind.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
            bind.execute(sa.text("CREATE INDEX ix_versions_text ON versions USING gin (text gin_trgm_ops)"))
    except sa.exc.DBAPIError:
        return
