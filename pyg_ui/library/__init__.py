"""Stores people's chats, characters and presets, and reads and writes the file formats of other programs."""
