"""Quantised weights kept on disk, so that a later load maps them instead of quantising again."""
