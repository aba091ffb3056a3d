"""Chats in the formats of other programs: most of the field's in, those that people exchange out."""
