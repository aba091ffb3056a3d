"""The tables as they are after all migrations. `migrations` creates them; a test compares the two.

Every row names its owner, also those of turns and versions, and can only refer to rows of the same owner. Ids are
random and cannot be guessed. Rows with a `deleted_at` are in the trash.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy import UniqueConstraint as Unique

from pyg_ui.library.store.column_types import Moment, PlainText

metadata = MetaData()

chats = Table(
    "chats",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("revision", Integer, nullable=False),  # the number of saves
    Column("title", PlainText, nullable=False),
    Column("folded_title", PlainText, nullable=False),  # title and character's name, for searching
    Column("character", JSON, nullable=False),  # a copy, so later edits of the character do not change the chat
    Column("person_name", PlainText, nullable=False),
    Column("person_description", PlainText, nullable=False),
    Column("note", JSON(none_as_null=True)),
    Column("lorebooks", JSON, nullable=False),
    Column("kept_lorebooks", JSON, nullable=False, server_default="[]"),  # ids in `lorebooks`, each with a copy
    Column("seed", BigInteger),  # decides what macros draw; null if the chat is older than these
    Column("num_turns", Integer, nullable=False),
    Column("parent_id", Text),  # the chat that it branched off; that chat may have been deleted
    Column("num_shared_turns", Integer, nullable=False),  # how many turns it shares with that chat
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("deleted_at", Moment),
    Unique("owner", "id", name="uq_chats_owner_id"),
    Index("ix_chats_owner_updated_at", "owner", "updated_at"),
)

turns = Table(
    "turns",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("chat_id", Text, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("role", Text, nullable=False),
    Column("chosen", Integer, nullable=False),  # the number of the chosen version
    Column("sent_at", Text),  # ISO 8601, with a time zone where it is known
    ForeignKeyConstraint(
        ["owner", "chat_id"], ["chats.owner", "chats.id"], name="fk_turns_chats", ondelete="CASCADE"
    ),
)  # fmt: skip

versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True),  # SQLite's full-text index refers to it
    Column("owner", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", PlainText, nullable=False),
    Column("origin", JSON(none_as_null=True)),  # model, sampling parameters, seed and timing of a generated one
    ForeignKeyConstraint(
        ["owner", "chat_id", "position"], ["turns.owner", "turns.chat_id", "turns.position"],
        name="fk_versions_turns", ondelete="CASCADE",
    ),
    Unique("owner", "chat_id", "position", "number", name="uq_versions_place"),
)  # fmt: skip

characters = Table(
    "characters",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("folded_text", PlainText, nullable=False),  # name, tags, creator and description, for searching
    Column("card", JSON, nullable=False),  # a Tavern card of version 3, with the fields of other programs
    Column("picture", LargeBinary),
    Column("thumbnail", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("deleted_at", Moment),
    Index("ix_characters_owner_name", "owner", "name"),
)

presets = Table(
    "presets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("folded_name", PlainText, nullable=False),  # unique for an owner, outside the trash
    Column("parameters", JSON, nullable=False),  # all parameters except the seed, by name
    Column("deleted_at", Moment),
    Index(
        "ix_presets_owner_name", "owner", "folded_name", unique=True,
        sqlite_where=text("deleted_at IS NULL"), postgresql_where=text("deleted_at IS NULL"),
    ),
)  # fmt: skip

lorebooks = Table(
    "lorebooks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("revision", Integer, nullable=False),  # the number of saves
    Column("name", PlainText, nullable=False),
    Column("num_entries", Integer, nullable=False),
    Column("book", JSON, nullable=False),  # a `character_book`, with the fields of other programs
    Column("created_at", Moment, nullable=False),
    Column("deleted_at", Moment),
    Index("ix_lorebooks_owner_name", "owner", "name"),
)
