"""The character panel."""
