"""Decides which lorebook entries enter a prompt."""
