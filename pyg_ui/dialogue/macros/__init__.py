"""Macros: placeholders in the texts of cards, lorebooks and messages, and what they stand for."""
