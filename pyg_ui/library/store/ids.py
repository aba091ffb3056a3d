"""Ids that nobody guesses."""

from __future__ import annotations

import secrets


def new_id() -> str:
    """128 random bits."""
    return secrets.token_hex(16)
