"""The tables as they are after all migrations. `migrations` creates them; a test compares the two.

Every row names its owner, also those of turns and versions, and can only refer to rows of the same owner. Ids are
random and cannot be guessed. Rows with a `deleted_at` are in the trash.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.types import TypeDecorator

from pyg_ui.library.containers.text import plain_text


class PlainText(TypeDecorator[str]):
    """Text without NULs and unpaired surrogates, which PostgreSQL refuses."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as it is written."""
        return None if value is None else plain_text(value)


class Moment(TypeDecorator[datetime]):
    """An aware datetime in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC, because SQLite drops the time zone."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment with its time zone, which SQLite does not return."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


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
    Column("character_id", Text, nullable=False, server_default=""),  # in `characters`, or of a bundled one
    Column("person_id", Text, nullable=False, server_default=""),  # in `personas`; may be gone
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
    Column("is_draft", Boolean, nullable=False, server_default=false()),  # kept as it is typed, not saved yet
    Column("created_at", Moment, nullable=False),
    Column("deleted_at", Moment),
    Index("ix_characters_owner_name", "owner", "name"),
)

backdrops = Table(
    "backdrops",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("character_id", Text, primary_key=True),  # in `characters`, or of a bundled one
    Column("picture", LargeBinary),  # null for a plain ground, even if the card brings a backdrop
)

personas = Table(
    "personas",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("description", PlainText, nullable=False),
    Column("picture", LargeBinary),
    Column("is_default", Boolean, nullable=False),  # whether new chats begin with it
    Column("created_at", Moment, nullable=False),
    Column("deleted_at", Moment),
    Index("ix_personas_owner_name", "owner", "name"),
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

settings = Table(
    "settings",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("target", PlainText, primary_key=True),  # the character's folded name, or the chat's id
    Column("content", JSON, nullable=False),  # values by the settings' names
)

sent_messages = Table(
    "sent_messages",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("nonce", Text, primary_key=True),  # the browser gives each message one
    Column("chat_id", Text, nullable=False),  # the chat may have been deleted
    Column("sent_at", Moment, nullable=False),
)
