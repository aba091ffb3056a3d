"""Chats in the formats of other programs: reads most formats, and writes those that people exchange."""
