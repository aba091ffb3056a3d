"""Ids that cannot be guessed."""

import secrets


def new_id() -> str:
    """A new id of 128 random bits, in hexadecimal."""
    return secrets.token_hex(16)
