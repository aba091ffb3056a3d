"""Types of columns that mean the same in SQLite and in PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

from pyg_ui.library.containers.text import plain_text


class PlainText(TypeDecorator[str]):
    """Text without NULs and halves of characters, which PostgreSQL refuses."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """What is written."""
        return None if value is None else plain_text(value)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, aware of it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What is written: SQLite drops the time zone, so that it must be UTC by then."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What is read: SQLite knows no time zone."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value
