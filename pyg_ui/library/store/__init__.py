"""Stores people's chats, characters and presets in SQLite or PostgreSQL."""
